"""On the protocols of this repository, the machine takes the steps that the definition allows, and no others."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from checker.language.load import load
from checker.model.ground import Machine
from checker.model.reference import Reference
from checker.model.scope import declared_scope
from tests.agreement.agree import check_layout, same

ROOT = Path(__file__).parents[2]
ENTRIES = sorted([*(ROOT / "spec").glob("*.mig"), *(ROOT / "tests" / "protocols").glob("*.mig")])
LENGTH = 12  # steps of each random walk


@pytest.mark.parametrize("path", ENTRIES, ids=lambda path: path.stem)
def test_a_random_walk_takes_the_steps_of_the_definition(path: Path) -> None:
    protocol, _ = load(path)
    assert protocol is not None
    if not protocol.scopes:
        pytest.skip("a module that others use")
    rng = random.Random(path.stem)
    for declared in protocol.scopes[:2]:
        scope = declared_scope(protocol, declared.name)
        machine, reference = Machine(protocol, scope), Reference(protocol, scope)
        packed = next(machine.initial_states())
        assert reference.is_initial(machine.layout.unpack(packed))
        for _ in range(LENGTH):
            state = machine.layout.unpack(packed)
            check_layout(machine, state)
            found = {machine.grounds[number].step: after for number, after in machine.successors(packed)}
            expected = {
                step: reference.after(step, state)
                for step in reference.steps(state)
                if packed[-1] < scope.faults or not machine.grounds[machine.number(step)].moment.fault
            }
            same(path.stem, set(expected), set(found))
            for step, after in expected.items():
                same(step, dict(after), machine.layout.unpack(found[step]))
            if not found:
                break
            packed = found[rng.choice(sorted(found, key=repr))]

"""The TLA+ module of a protocol, read by a reader of its own, has the states, steps and verdicts of our search."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from checker.explore.answer import Said
from checker.explore.explore import explore
from checker.export.tla import tla
from checker.language.load import load
from checker.language.protocol import Can, LeadsTo, Protocol, StepRule
from checker.model.scope import Scope, declared_scope
from tests.agreement.tla_reader import NotTla, Tla, read

ROOT = Path(__file__).resolve().parents[2]
CASES = [
    ("tests/protocols/lock.mig", "three", ()),
    ("tests/protocols/counter.mig", "jammed", ()),
    ("tests/protocols/philosophers.mig", "table", ()),
    ("tests/protocols/ring.mig", "three", ()),
    ("tests/protocols/two_phase.mig", "n3", ()),
    ("tests/protocols/two_phase.mig", "n3", ("T-1",)),
    ("tests/protocols/handover.mig", "m12", ()),
    ("spec/migration.mig", "single", ("M-20",)),
]
Outside = tuple[int, int, frozenset[str]]


def protocol(path: str) -> Protocol:
    found, diagnostics = load(ROOT / path)
    assert found is not None, diagnostics
    return found


def outside(made: Tla, text: Protocol) -> Outside:
    """States, steps, and which properties fail; fairness and `~>` are read, and not judged."""
    states, steps = made.explore()
    failing = {name for name in made.invariants for state in states if not made.holds(name, state)}
    for prop in text.properties:
        if isinstance(prop, StepRule):
            test = made.step_test(prop.name)
            failing |= {prop.name for source, target in steps if not test(states[source], states[target])}
    return len(states), len(steps), frozenset(failing)


def ours(text: Protocol, scope: Scope) -> Outside:
    found = explore(text, scope, symmetry=False)
    pairs = zip(text.properties, found.answers, strict=True)
    failing = {a.name for prop, a in pairs if a.said is Said.FAILS and not isinstance(prop, LeadsTo | Can)}
    return found.states, found.transitions, frozenset(failing)


def exported(text: Protocol, scope: Scope) -> tuple[str, str]:
    (_, module), (_, config) = tla(text, scope).files
    return module, config


@pytest.mark.parametrize(("path", "scope", "without"), CASES)
def test_states_steps_and_verdicts_are_ours(path: str, scope: str, without: tuple[str, ...]) -> None:
    text = protocol(path)
    within = replace(declared_scope(text, scope), without=frozenset(without))
    made = read(*exported(text, within))
    assert outside(made, text) == ours(text, within)
    assert set(made.invariants) | set(made.properties) == {"TypeOK"} | {
        prop.name for prop in text.properties if not isinstance(prop, Can)
    }


@pytest.mark.parametrize(
    ("name", "scope", "right", "wrong"),
    [
        ("lock", "two", "  /\\ ~(\\E d \\in Client : holds[d])\n", ""),
        ("ring", "three", "faults' = faults + 1", "faults' = faults"),
        ("ring", "three", "  /\\ moves\n  /\\ one_token_round\n", ""),
        ("counter", "jammed", "(level + 1)", "level"),
        ("handover", "m11", '"aborting" ELSE "failed"', '"failed" ELSE "failed"'),
        ("ring", "three", "\\/ ((a_ = a))", "\\/ FALSE"),  # what `did` asks
    ],
)
def test_a_fault_in_the_text_is_noticed(name: str, scope: str, right: str, wrong: str) -> None:
    text = protocol(f"tests/protocols/{name}.mig")
    module, config = exported(text, declared_scope(text, scope))
    assert right in module
    assert outside(read(module.replace(right, wrong), config), text) != ours(text, declared_scope(text, scope))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("UNCHANGED <<waiting, faults>>", "UNCHANGED <<faults>>"), ("leave(c)", "leave(holds)"), ("==\n", "=\n")],
)
def test_what_is_not_tla_is_refused(right: str, wrong: str) -> None:
    text = protocol("tests/protocols/lock.mig")
    module, config = exported(text, declared_scope(text, "two"))
    assert right in module
    with pytest.raises(NotTla):
        read(module.replace(right, wrong), config)

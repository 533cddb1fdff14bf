"""Generated protocols, exported, read by readers of their own: the states, the steps and the verdicts are ours."""

from __future__ import annotations

from collections import Counter
from itertools import islice

from checker.explore.answer import Said
from checker.explore.explore import Exploration, explore
from checker.export.export import export
from checker.export.unfold import NoState
from checker.language.protocol import Final, Invariant
from checker.model.ground import Machine
from checker.model.reference import Reference
from tests.agreement import smv_reader, tla_reader
from tests.agreement.generate import Case, case
from tests.agreement.test_smv import ours, outside

CASES = 80
STATES = 150
MOST_CHOICES = 200  # readers go through all of them


def small(made: Case) -> Exploration | None:
    """The whole graph of a case, if it is small and every step of it has a meaning."""
    machine = Machine(made.protocol, made.scope)
    if choices(made.reference) > MOST_CHOICES or len(list(islice(machine.initial_states(), 50))) == 50:
        return None
    reached = smallest_graph(made)
    if reached is None or any(machine.clashing(g.number, s) for s in reached for g in machine.grounds):
        return None
    return explore(made.protocol, made.scope, symmetry=False, limit=STATES)


def smallest_graph(made: Case) -> list[bytes] | None:
    """The states, if there are few; no property is judged, for a step without a meaning may not be replayed."""
    machine = Machine(made.protocol, made.scope)
    states = dict.fromkeys(machine.initial_states())
    todo = list(states)
    while todo:
        for _, after in machine.successors(todo.pop()):
            if after not in states:
                states[after] = None
                todo.append(after)
        if len(states) >= STATES:
            return None
    return list(states)


def choices(reference: Reference) -> int:
    """In how many ways the consts and the open first values can be chosen."""
    ways = 1
    for const in reference.protocol.consts:
        ways *= len(reference.values(const.type)) ** len(list(reference.tuples(const.index)))
    for cell in reference.protocol.cells:
        ways *= len(reference.values(cell.type)) if cell.initial is None else 1
    return ways


def test_generated_protocols_mean_the_same_in_smv_and_tla() -> None:
    seen: Counter[str] = Counter()
    for seed in range(CASES):
        made = case(seed)
        found = small(made)
        if found is None:
            continue
        try:
            ((_, smv),) = export(made.protocol, made.scope, "smv").files
        except NoState:
            assert found.states == 0
            continue
        assert outside(smv_reader.read(smv)) == ours(made.protocol, found), seed
        (_, module), (_, config) = export(made.protocol, made.scope, "tla").files
        tla = tla_reader.read(module, config)
        states, steps = tla.explore()
        assert (len(states), len(steps)) == (found.states, found.transitions), seed
        for prop, answer in zip(made.protocol.properties, found.answers, strict=True):
            if isinstance(prop, Invariant | Final):
                fails = any(not tla.holds(prop.name, state) for state in states)
                assert fails is (answer.said is Said.FAILS), (seed, prop.name)
                seen[f"fails {fails}"] += 1
        seen["states"] += len(states)
        seen["steps"] += len(steps)
    assert seen["states"] > 100, seen
    assert min(seen["fails True"], seen["fails False"]) > 5, seen

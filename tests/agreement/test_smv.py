"""The SMV text of a protocol, read by a reader of its own, has the states, steps and verdicts of a search of ours."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from checker.explore.answer import Said
from checker.explore.explore import Exploration, explore
from checker.export.smv import smv
from checker.language.load import load
from checker.language.protocol import Can, LeadsTo, Protocol
from checker.model.scope import declared_scope
from tests.agreement.smv_reader import NotSmv, Smv, read

ROOT = Path(__file__).resolve().parents[2]
CASES = [
    ("tests/protocols/lock.mig", "three", ()),
    ("tests/protocols/counter.mig", "jammed", ()),
    ("tests/protocols/philosophers.mig", "table", ()),
    ("tests/protocols/ring.mig", "three", ()),
    ("tests/protocols/two_phase.mig", "n3", ()),
    ("tests/protocols/two_phase.mig", "n3", ("T-1",)),
    ("tests/protocols/handover.mig", "m12", ()),
    ("spec/switch.mig", "one_port", ()),
    ("spec/migration.mig", "single", ()),
]


def protocol(path: str) -> Protocol:
    found, diagnostics = load(ROOT / path)
    assert found is not None, diagnostics
    return found


Outside = tuple[int, int, frozenset[str]]


def outside(text: Smv) -> Outside:
    """States, steps, and which properties fail; LTL is read, and not judged."""
    numbers, after, taken = text.explore()
    failing = set()
    names = list(text.invariants)
    holds = text.function(*text.invariants.values())
    for state in numbers:
        failing |= {name for name, value in zip(names, holds(state), strict=True) if not value}
    for name, formula in text.ctl.items():
        if not all(_always_reachable(text, numbers, after, part) for part in _parts(formula)):
            failing.add(name)
    return len(numbers), len(taken), frozenset(failing)


def _parts(formula: Any) -> list[str]:
    """The formulas p of `(AG (EF p)) & ...`."""
    match formula:
        case ("&", left, right):
            return _parts(left) + _parts(right)
        case ("AG", ("EF", str(inner))):
            return [inner]
        case "True":
            return []
        case _:
            raise NotSmv(f"{formula} is not of the form AG EF")


def _always_reachable(text: Smv, numbers: dict[Any, int], after: list[list[int]], formula: str) -> bool:
    holds = text.function(formula)
    good = {number for state, number in numbers.items() if holds(state)[0]}
    before: list[list[int]] = [[] for _ in numbers]
    for source, targets in enumerate(after):
        for target in targets:
            before[target].append(source)
    todo = [*good]
    while todo:
        for source in before[todo.pop()]:
            if source not in good:
                good.add(source)
                todo.append(source)
    return len(good) == len(numbers)


def ours(text: Protocol, found: Exploration) -> Outside:
    pairs = zip(text.properties, found.answers, strict=True)
    failing = {a.name for prop, a in pairs if a.said is Said.FAILS and not isinstance(prop, LeadsTo)}
    return found.states, found.transitions, frozenset(failing)


@pytest.mark.parametrize(("path", "scope", "without"), CASES)
def test_states_steps_and_verdicts_are_ours(path: str, scope: str, without: tuple[str, ...]) -> None:
    text = protocol(path)
    within = replace(declared_scope(text, scope), without=frozenset(without))
    ((_, source),) = smv(text, within).files
    made = read(source)
    assert outside(made) == ours(text, explore(text, within, symmetry=False))
    assert len(made.ltl) == sum(isinstance(prop, LeadsTo) for prop in text.properties)
    assert len(made.ctl) == sum(isinstance(prop, Can) for prop in text.properties)


@pytest.mark.parametrize(
    ("name", "scope", "right", "wrong"),
    [
        ("lock", "two", " & !(holds_client1 | holds_client2)", ""),
        ("ring", "three", "& (faults < 1) : faults + 1", "& (faults < 1) : faults"),
        ("counter", "jammed", "(level + 1)", "level"),
        ("lock", "two", "(AG (EF holds_client1))", "(AG (EF (holds_client1 & holds_client2)))"),
        ("two_phase", "n3", "INIT decision = Decision_open", "INIT decision = Decision_abort"),
    ],
)
def test_a_fault_in_the_text_is_noticed(name: str, scope: str, right: str, wrong: str) -> None:
    text = protocol(f"tests/protocols/{name}.mig")
    ((_, source),) = smv(text, declared_scope(text, scope)).files
    assert right in source
    assert outside(read(source.replace(right, wrong))) != ours(
        text, explore(text, declared_scope(text, scope), symmetry=False)
    )


@pytest.mark.parametrize("wrong", ["VAR x : boolean;", "TRANS unheard;", "VAR step : 0..1", "INIT (1 = ;", "§"])
def test_what_is_not_smv_is_refused(wrong: str) -> None:
    text = protocol("tests/protocols/lock.mig")
    ((_, source),) = smv(text, declared_scope(text, "two")).files
    with pytest.raises((NotSmv, IndexError)):
        read(source + (f"VAR x : boolean;\n{wrong}" if "x" in wrong else wrong))

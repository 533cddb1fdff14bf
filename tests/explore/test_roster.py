"""The roster: nothing green that was not put to the test, and why not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.explore import exercise
from checker.explore.explore import explore
from checker.explore.params import params_that_settle
from checker.language.core import Forall, Not, Read
from checker.language.lower import lower
from checker.language.protocol import Of
from checker.model.judge import RosterLine, Standing
from tests.explore.made import sized, text_protocol

GATE = """
module gate "A gate with rules of every fate"
rule G-1 unwritten "Guards: in the way now and then."
rule G-2 unwritten "Guards: never in the way alone."
rule G-3 unwritten "Broken by an invariant."
rule G-4 unwritten "Kept by an invariant."
rule G-5 unwritten "Kept, and never tried."
rule G-6 unwritten "Switched off by a param."
rule G-7 unwritten "Nobody cites it but an outcome."
rule G-8 unwritten "An outcome that never comes."
rule G-9 unwritten "A step rule."
rule G-10 unwritten "A step rule, never tried."
rule G-11 unwritten "A property switched off."
param strict = false
state open: bool = false
state inside: int[0..2] = 0
action turn() @ G-7 { requires inside < 2 @ G-1  open := not open }
action enter() {
    requires open @ G-2
    requires open and inside < 2
    requires strict implies not open @ G-6
    outcome SUCCESS { inside := if inside < 2 then inside + 1 else inside }
    outcome FULL failure @ G-8 { requires inside == 2 and not open }
}
invariant never_two @ G-3 inside < 2
invariant not_negative @ G-4 inside >= 0
invariant if_three @ G-5 inside == 2 and not open implies not open
step one_at_a_time @ G-9 inside <= old(inside) + 1
step from_nowhere @ G-10 old(inside) == 2 and inside == 0 implies open
invariant strictly @ G-11 strict implies inside == 0
scope s { }
"""


def lines(text: str = GATE, **changes: object) -> dict[str, RosterLine]:
    scope = replace(sized("s"), **changes)  # type: ignore[arg-type]
    return {line.name: line for line in explore(text_protocol(text), scope).roster}


def test_standings() -> None:
    found = lines()
    assert {name: line.standing for name, line in found.items() if line.kind == "rule"} == {
        "G-1": Standing.BOUNDED,
        "G-2": Standing.NOT_EXERCISED,
        "G-3": Standing.BROKEN,
        "G-4": Standing.BOUNDED,
        "G-5": Standing.NOT_EXERCISED,
        "G-6": Standing.SKIPPED,
        "G-7": Standing.BOUNDED,
        "G-8": Standing.NOT_EXERCISED,
        "G-9": Standing.BOUNDED,
        "G-10": Standing.NOT_EXERCISED,
        "G-11": Standing.SKIPPED,
    }
    assert found["strictly"].standing is Standing.SKIPPED
    assert found["G-6"].how == "strict = false switches it off"
    assert found["G-1"].how == "it alone kept turn.SUCCESS from happening, scope s"
    assert found["G-7"].how.startswith("turn.SUCCESS was taken")
    assert found["G-3"].how == "never_two is false"
    assert found["if_three"].standing is Standing.NOT_EXERCISED


def test_a_param_switched_on_is_judged() -> None:
    found = lines(settings=(("strict", True),))
    assert found["G-6"].standing is Standing.BOUNDED
    assert found["strictly"].standing is Standing.BOUNDED


def test_a_rule_left_out_is_skipped() -> None:
    found = lines(without=frozenset({"G-1"}))
    assert found["G-1"].standing is Standing.SKIPPED
    assert "left out" in found["G-1"].how


def test_what_is_not_known_is_not_green() -> None:
    scope = sized("s")
    found = {line.name: line for line in explore(text_protocol(GATE), scope, limit=2).roster}
    assert found["never_two"].standing is Standing.UNKNOWN
    assert found["G-4"].standing is Standing.UNKNOWN
    assert Standing.HELD not in {line.standing for line in found.values()}


def test_looking_at_some_states_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exercise, "LOOKS", 12)
    found = explore(text_protocol(GATE), sized("s"))
    assert 0 < found.exercised.looked_at < found.exercised.of
    lines_of = {line.name: line for line in found.roster}
    assert lines_of["G-5"].standing is Standing.NOT_EXERCISED
    assert lines_of["G-5"].how == f"nothing hung on it in {found.exercised.looked_at} of {found.states} states, scope s"


def test_an_unknown_value_settles_nothing() -> None:
    core = lower(text_protocol(GATE))
    empty = Forall("x", Of("Nobody"), Read("strict", ()))
    assert params_that_settle(core, [Not(Read("strict", ()))], {"strict": False}) == "strict = false"
    assert params_that_settle(core, [Not(empty)], {"strict": False}) == ""  # true of nobody at all


@pytest.mark.parametrize("name", ["G-1", "never_two"])
def test_every_rule_and_property_has_one_line(name: str) -> None:
    found = lines()
    assert name in found
    assert len(found) == 11 + 6

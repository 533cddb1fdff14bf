"""Mutants of a small protocol, every one of them; which of them are no protocol."""

from __future__ import annotations

from checker.language.load import load_text
from checker.language.mutants import Change, Mutant, mutants, refused
from checker.language.protocol import Protocol

TEXT = """
module doors "Doors and keys"
rule R-1 unwritten "Its key opens a door."
rule R-2 unwritten "A door is opened once."
sort Person, Key
enum Door { shut, open }
state has[Person, Key]: bool = false
state door: Door = shut
state times: int[0..3] = 0
action enter(p: Person, k: Key) {
    requires has[p, k] and
        door != open    # as it should be
        @ R-1
    requires forall q: Person. has[q, k] implies has[p, k] and times in (0, 1)  @ R-2
    begin { door := open }
    outcome SUCCESS @ R-2 {
        requires times <= 2
        if times < 3 { times := times + 1 }
        for q: Person where q != p { has[q, k] := false }
    }
    outcome LOST failure { }
}
"""

EVERY = (
    "enter: guard left out: has[p, k]",
    "enter: guard left out: door != open",
    "enter: comparison turned round: door != open -> ==",
    "enter: guard left out: has[p, k] (2)",
    "enter: guard left out: times in (0, 1)",
    "enter: comparison turned round: times in (0, 1) -> not in",
    "enter.begin: effects dropped: door := open",
    "enter.SUCCESS: guard left out: times <= 2",
    "enter.SUCCESS: comparison turned round: times <= 2 -> <",
    "enter.SUCCESS: effects dropped: if times < 3 { times := times + 1 } "
    "for q: Person where q != p { has[q, k] := false }",
    "enter.SUCCESS: comparison turned round: times < 3 -> <=",
    "enter.SUCCESS: assignment dropped: times := times + 1",
    "enter.SUCCESS: comparison turned round: q != p -> ==",
    "enter.SUCCESS: assignment dropped: has[q, k] := false",
)


def doors() -> Protocol:
    found, diagnostics = load_text("doors", TEXT)
    assert found is not None, diagnostics
    return found


def every() -> dict[str, Mutant]:
    return {mutant.name: mutant for mutant in mutants(doors())}


def test_every_mutant_is_there_once() -> None:
    assert tuple(every()) == EVERY
    assert [mutant.number for mutant in every().values()] == list(range(1, len(EVERY) + 1))


def test_a_mutant_says_where_it_is_and_what_is_cited_there() -> None:
    mutant = every()["enter: guard left out: times in (0, 1)"]
    assert (mutant.change, mutant.moment, mutant.rules) == (Change.GUARD, None, ("R-2",))
    assert mutant.span.place == "doors:14:64"
    assert every()["enter.SUCCESS: guard left out: times <= 2"].moment == "SUCCESS"
    assert every()["enter.SUCCESS: comparison turned round: q != p -> =="].rules == ("R-2",)


def test_nothing_else_is_changed() -> None:
    protocol = doors()
    for mutant in every().values():
        changed = mutant.of(protocol)
        assert changed != protocol
        assert changed.actions == (mutant.action,)
        assert (changed.properties, changed.cells, changed.rules) == (
            protocol.properties,
            protocol.cells,
            protocol.rules,
        )


def test_no_two_mutants_are_the_same() -> None:
    assert len({mutant.action for mutant in every().values()}) == len(EVERY)


def test_what_is_left_of_a_joined_condition() -> None:
    guards = every()["enter: guard left out: times in (0, 1)"].action.guards
    written = "forall q: Person. has[q, k] implies has[p, k]"
    found, _ = load_text("doors", TEXT.replace("has[p, k] and times in (0, 1)", "has[p, k]"))
    assert found is not None, written
    assert guards == found.actions[0].guards


def test_a_number_that_leaves_its_range_is_refused() -> None:
    protocol = doors()
    wrong = {name: why for name, mutant in every().items() if (why := refused(mutant, protocol))}
    assert wrong == {
        "enter.SUCCESS: comparison turned round: times < 3 -> <=": (
            "`times := times + 1` may give `times` a number that is not of its range"
        )
    }


def test_two_assignments_that_meet_are_refused() -> None:
    protocol, diagnostics = load_text(
        "m",
        'module m "" enum M { low, high } state a: M = low '
        "action f { if a == low { a := high } if a != low { a := low } }",
    )
    assert protocol is not None, diagnostics
    found = [refused(mutant, protocol) for mutant in mutants(protocol) if mutant.change is Change.COMPARISON]
    assert found == ["one step of `f` may give a cell of `a` two values"] * 2

"""Symmetry: what is found in a text, and that representatives are the same for all states that differ in names only."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations, product

import pytest

from checker.explore import symmetry as symmetries
from checker.explore.blocks import Block, find_blocks
from checker.explore.explore import explore
from checker.explore.symmetry import Symmetry, find_symmetry, no_symmetry
from checker.language.protocol import Protocol
from checker.model.ground import Machine
from checker.model.judge import InternalError
from checker.model.scope import Scope, declared_scope
from tests.explore.made import protocol, sized, text_protocol
from tests.explore.random_text import text

TOLD_APART = """
module told "Some are told apart"
sort Free
sort Side = { here, there, elsewhere, nowhere }
enum Color { red, green, blue }
param favourite: Color = blue
state side[Free]: Side
state color[Free]: Color
const chief(Free): Free
action go_home(f: Free) { requires side[f] != here  side[f] := here }
action follow(f: Free, g: Free) { requires f != g  side[f] := side[g] }
invariant nobody forall f: Free. color[f] != favourite or side[f] == here or side[f] != here
scope all { Free = 3 }
"""


def told() -> tuple[Protocol, Scope]:
    found = text_protocol(TOLD_APART)
    return found, declared_scope(found)


def test_open_sorts_are_interchangeable() -> None:
    found, scope = told()
    assert Block("Free", (0, 1, 2)) in find_blocks(found, scope)


def test_members_never_named_are_interchangeable_too() -> None:
    found, scope = told()
    assert Block("Side", (1, 2, 3)) in find_blocks(found, scope)  # `here` is named
    assert Block("Color", (0, 1)) in find_blocks(found, scope)  # `blue` is the value of a param


def test_what_a_scope_names_is_told_apart() -> None:
    found, scope = told()
    red = replace(scope, settings=(("favourite", 0),))
    assert Block("Color", (1, 2)) in find_blocks(found, red)
    pinned = replace(scope, pins=((("chief", (0,)), 0),))
    assert Block("Free", (1, 2)) in find_blocks(found, pinned)


def test_what_the_condition_of_a_scope_names_is_told_apart() -> None:
    text = """module sides "Who stands where"
    sort Man
    sort Side = { left, right }
    const side(Man): Side
    state met[Side]: bool = false
    action meet(m: Man) { met[side(m)] := true }
    can meet_all forall s: Side. met[s]
    scope any { Man = 2 }
    scope one_side { Man = 2 } where forall m: Man. side(m) == left
    """
    found = text_protocol(text.replace("{ Man = 2 } where", "{ Man = 2  where").replace("== left", "== left }"))
    assert Block("Side", (0, 1)) in find_blocks(found, declared_scope(found, "any"))
    narrow = declared_scope(found, "one_side")
    assert [block.sort for block in find_blocks(found, narrow)] == ["Man"]
    assert explore(found, narrow).states == 2


def test_symmetry_is_told_in_words() -> None:
    found, scope = told()
    words = find_symmetry(Machine(found, scope)).words
    assert "Free: all 3 are interchangeable" in words
    (side,) = (line for line in words if line.startswith("Side"))
    assert side.startswith("Side: the other 3 are interchangeable; told apart: here (named at test")
    one = find_symmetry(Machine(protocol("lock"), sized("n", Client=1))).words
    assert one == ("Client: only one",)
    seats = find_symmetry(Machine(protocol("philosophers"), Scope("table", ()))).words
    assert seats[0].startswith("Seat: told apart: north (named at ")


def machines() -> list[Machine]:
    found = [Machine(protocol("handover"), sized("n", Vm=2, Slot=2, faults=1))]
    found.append(Machine(protocol("ring"), sized("n", Node=3, faults=1)))
    found += [Machine(text_protocol(text(seed)), sized("n", A=3, B=2, faults=1)) for seed in (3, 5, 8, 13)]
    return [*found, Machine(*told())]


@pytest.mark.parametrize("listed", [symmetries.LISTED, 0], ids=["listed", "staged"])
@pytest.mark.parametrize("number", range(7))
def test_one_representative_for_all_renamings(listed: int, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(symmetries, "LISTED", listed)
    machine = machines()[number]
    symmetry = find_symmetry(machine)
    assert symmetry.order > 1
    states = {*machine.initial_states()}
    for _ in range(3):
        states |= {after for state in sorted(states)[:20] for _, after in machine.successors(state)}
    renamings = [
        symmetry._numbered.number(images)
        for images in product(*(tuple(permutations(range(len(block.members)))) for block in symmetry.blocks))
    ]
    assert len(renamings) == symmetry.order
    for state in sorted(states)[:60]:
        representative, renaming = symmetry.canonical(state)
        assert symmetry.move_state(renaming, state) == representative
        assert {symmetry.canonical(symmetry.move_state(other, state))[0] for other in renamings} == {representative}


def test_renamings_compose() -> None:
    machine = machines()[0]
    symmetry = find_symmetry(machine)
    state = next(after for _, after in machine.successors(next(machine.initial_states())))
    numbers = [symmetry._numbered.one(0, (1, 0)), symmetry._numbered.one(1, (1, 0))]
    both = symmetry.then(*numbers)
    assert symmetry.move_state(both, state) == symmetry.move_state(numbers[1], symmetry.move_state(numbers[0], state))
    assert symmetry.move_state(symmetry.inverse(both), symmetry.move_state(both, state)) == state
    assert symmetry.then(both, symmetry.inverse(both)) == 0


def test_taking_told_apart_individuals_for_interchangeable_is_noticed() -> None:
    machine = Machine(protocol("philosophers"), Scope("table", ()))
    wrong = Symmetry(machine, (Block("Seat", (0, 1, 2, 3)),), ("wrong",))
    states = list(machine.initial_states())
    for _ in range(2):  # one fork in a hand is not enough to tell neighbours
        states = [after for state in states for _, after in machine.successors(state)]
    with pytest.raises(InternalError, match="Seat"):
        list(map(wrong.check, states))


def test_too_many_permutations_are_refused_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(symmetries, "TIED", 5)
    scope = sized("n", Vm=3, Slot=2, faults=0)
    machine = Machine(protocol("handover"), scope)
    symmetry = find_symmetry(machine)
    assert [block.sort for block in symmetry.blocks] == ["Slot"]
    assert "Vm: 3 are interchangeable, but not used: there would be too many permutations" in symmetry.words


def test_many_untied_individuals_are_no_trouble() -> None:
    """Twelve participants have 479,001,600 permutations; their cells tell everything about each alone."""
    found = explore(protocol("two_phase"), sized("n", Participant=12), limit=2_000)
    assert found.permutations == 479_001_600
    assert found.states == 2_000


def test_without_symmetry_nothing_is_renamed() -> None:
    machine = machines()[0]
    symmetry = no_symmetry(machine)
    state = next(machine.initial_states())
    assert symmetry.canonical(state) == (state, 0)
    assert symmetry.order == 1

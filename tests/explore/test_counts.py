"""State counts that are known from elsewhere, or counted here by plain loops, pinned."""

from __future__ import annotations

from itertools import product

import pytest

from checker.explore.answer import Said
from checker.explore.explore import explore
from checker.model.scope import declared_scope
from tests.explore.brute import Brute, verdicts
from tests.explore.made import explored, protocol, sized


@pytest.mark.parametrize(
    ("size", "symmetry", "states", "transitions"),
    [
        # TLC on the TLA+ text: 288 distinct states for three, 1,146 generated with the initial one.
        (3, False, 288, 1_145),
        (5, False, 8_832, 58_145),
        # TLC with declared symmetry, and a count of multisets.
        (5, True, 314, 2_047),
        (7, True, 920, 8_409),
        (8, True, 1_461, 15_286),
    ],
)
def test_two_phase_commit(size: int, symmetry: bool, states: int, transitions: int) -> None:
    found = explore(protocol("two_phase"), sized("n", Participant=size), symmetry=symmetry)
    assert (found.states, found.transitions) == (states, transitions)
    assert [(answer.name, answer.said) for answer in found.answers] == [
        ("consistent", Said.HOLDS),
        ("finish", Said.HOLDS),
        ("decided", Said.HOLDS),
        ("never_promised", Said.FAILS),
    ]


@pytest.mark.parametrize(
    ("scope", "states", "transitions", "levels"),
    # Agreed by plain search in Python, SPIN, TLC and Stateright.
    [("m11", 44, 52, 18), ("m12", 678, 1_112, 33), ("m21", 1_072, 2_352, 35), ("m13", 11_306, 22_465, 48)],
)
def test_handover(scope: str, states: int, transitions: int, levels: int) -> None:
    found = explored("handover", scope, symmetry=False)
    assert (found.states, found.transitions, found.depth + 1) == (states, transitions, levels)
    assert all(answer.said is Said.HOLDS for answer in found.answers if answer.name != "arrive")
    reduced = explored("handover", scope)
    assert reduced.depth == found.depth
    assert [answer.said for answer in reduced.answers] == [answer.said for answer in found.answers]


@pytest.mark.parametrize(("scope", "orbits"), [("m12", 361)])
def test_handover_orbits(scope: str, orbits: int) -> None:
    found = protocol("handover")
    assert explored("handover", scope).states == orbits
    assert Brute(found, declared_scope(found, scope)).orbits(("Vm", "Slot")) == orbits


@pytest.mark.slow
def test_handover_of_two_machines_with_two_adapters() -> None:
    """A quarter of a million states; some seconds."""
    found = explored("handover", "m22", symmetry=False)
    assert (found.states, found.transitions, found.depth + 1) == (243_364, 832_896, 65)
    assert explored("handover", "m22").states == 61_448


@pytest.mark.parametrize("clients", [1, 2, 3, 4])
def test_lock(clients: int) -> None:
    """By hand: everybody waits or not, and one or nobody of those not waiting holds."""
    states = 2**clients + clients * 2 ** (clients - 1)
    found = explore(protocol("lock"), sized("n", Client=clients), symmetry=False)
    assert found.states == states
    # Up to names: how many wait, and whether somebody holds.
    assert explore(protocol("lock"), sized("n", Client=clients)).states == (clients + 1) + clients


def test_philosophers() -> None:
    """Counted here over all ways to hold forks: hands never share a fork, a right one only after a left one."""
    legal = 0
    for hands in product(range(3), repeat=4):  # nothing, the left fork, both
        shared = any(hands[seat] == 2 and hands[(seat + 1) % 4] > 0 for seat in range(4))
        legal += not shared
    found = explored("philosophers")
    assert found.states == legal == 34
    assert [answer.said for answer in found.answers] == [Said.HOLDS, Said.FAILS, Said.FAILS, Said.FAILS]
    stuck = found.answer("no_deadlock").witness
    assert stuck is not None
    assert [step.action for step in stuck.steps] == ["take_left"] * 4


@pytest.mark.parametrize(
    ("name", "scope", "sorts"),
    [
        ("ring", "three", ("Node",)),
        ("ring", "lost_for_good", ("Node",)),
        ("ring", "safe", ("Node",)),
        ("counter", "sound", ()),
        ("counter", "jammed", ()),
        ("lock", "two", ("Client",)),
        ("philosophers", "table", ()),
        ("two_phase", "n3", ("Participant",)),
    ],
)
def test_against_plain_loops(name: str, scope: str, sorts: tuple[str, ...]) -> None:
    found = protocol(name)
    brute = Brute(found, declared_scope(found, scope))
    whole, reduced = explored(name, scope, symmetry=False), explored(name, scope)
    assert (whole.states, whole.transitions) == (len(brute.keys), brute.transitions)
    assert reduced.states == brute.orbits(sorts)
    assert whole.ends.count == len(brute.ends)
    known = verdicts(brute)
    for exploration in (whole, reduced):
        for answer in exploration.answers:
            expected = known[answer.name]
            if answer.said is Said.HOLDS:
                assert expected in (None, True), answer.name
            else:
                assert answer.witness is not None
                assert expected in (False, len(answer.witness.steps)), answer.name

"""Initial states are found by backtracking, not by trying every choice."""

from __future__ import annotations

from math import factorial

import pytest

from tests.model.machines import machine

ORDER = """
module m "m"
sort Item
const above(Item, Item): bool
const first: Item
assume line forall a: Item, b: Item. a == b or above(a, b) or above(b, a)
assume no_circle forall a: Item, b: Item. not (above(a, b) and above(b, a))
assume chain forall a: Item, b: Item, c: Item. above(a, b) and above(b, c) implies above(a, c)
assume top forall a: Item. a == first or above(first, a)
"""


@pytest.mark.parametrize("items", [0, 1, 2, 3, 6])
def test_every_order_once(items: int) -> None:
    states = list(machine(ORDER, Item=items).initial_states())  # of 2**36 * 6 choices, for six
    assert len(states) == len(set(states)) == (factorial(items) if items else 0)


def test_an_assumption_that_cannot_hold_leaves_no_state() -> None:
    assert list(machine(ORDER + "assume never false", Item=2).initial_states()) == []


def test_cells_without_initial_value_take_every_value_and_later_ones_may_read_them() -> None:
    text = """
    module m "m"
    sort Host
    param low = false
    state home: Host
    state at[h: Host]: bool = h == home and not low
    state n: int[-1..1]
    state twice: int[-2..2] = n + n
    """
    made = machine(text, Host=2)
    states = [made.layout.unpack(packed) for packed in made.initial_states()]
    found = {
        tuple(state[place] for place in [("home", ()), ("at", (0,)), ("at", (1,)), ("n", ()), ("twice", ())])
        for state in states
    }
    assert found == {(home, home == 0, home == 1, n, 2 * n) for home in range(2) for n in (-1, 0, 1)}
    assert len(states) == 6

"""Packed states."""

from __future__ import annotations

import pytest

from checker.model.layout import Layout, TooLarge
from tests.model.machines import LOCK, first, machine


def test_one_byte_a_cell_and_the_last_counts_faults() -> None:
    lock = machine(LOCK, Client=3)
    layout = lock.layout
    # patient, boss, holds, waits, lamp, level, pending take
    assert layout.size == 1 + 1 + 3 + 3 + 1 + 1 + 3 + 1
    assert layout.faults == layout.size - 1
    assert [layout.locations[layout.slot("waits", (at,))] for at in range(3)] == [("waits", (at,)) for at in range(3)]
    assert layout.pack(layout.unpack(first(lock)), faults=2)[-1] == 2


def test_numbers_are_stored_from_their_lowest() -> None:
    lock = machine(LOCK, Client=1)
    packed = first(lock)
    assert packed[lock.layout.slot("level")] == 0
    assert lock.layout.unpack(packed)["level", ()] == -1


def test_indexes_of_every_type() -> None:
    text = """
    module m "m"
    sort Host
    enum Side { left, right }
    state c[int[-1..1], bool, Side, Host]: int[5..7] = 6
    """
    layout = machine(text, Host=2).layout
    assert layout.families["c"].cells == 3 * 2 * 2 * 2
    slots = [layout.slot("c", (n, b, s, h)) for n in (-1, 0, 1) for b in (0, 1) for s in (0, 1) for h in (0, 1)]
    assert slots == list(range(24))
    with pytest.raises(IndexError):
        layout.slot("c", (-2, 0, 0, 0))
    with pytest.raises(IndexError):
        layout.slot("c", (0, 0, 0, 2))


def test_what_is_no_state_is_refused() -> None:
    lock = machine(LOCK, Client=1)
    state = lock.layout.unpack(first(lock))
    with pytest.raises(ValueError, match="level"):
        lock.layout.pack({**state, ("level", ()): 3})
    with pytest.raises(KeyError):
        lock.layout.pack({place: value for place, value in state.items() if place[0] != "lamp"})


def test_booleans_come_back_as_booleans() -> None:
    lock = machine(LOCK, Client=1)
    state = lock.layout.unpack(first(lock))
    assert state["patient", ()] is True
    assert state["holds", (0,)] is False
    assert type(state["lamp", ()]) is int


def test_a_cell_with_more_values_than_a_byte_is_refused() -> None:
    core = machine(LOCK, Client=1).core
    with pytest.raises(TooLarge, match="256"):
        Layout(core, {"Client": 257, "Lamp": 3})
    assert Layout(core, {"Client": 256, "Lamp": 3}).families["boss"].count == 256

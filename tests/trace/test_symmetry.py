"""Starts that differ only in which unnamed individual is which: one of each is tried, and no other is left out."""

from __future__ import annotations

from itertools import permutations, product
from pathlib import Path

import pytest

from checker.language.load import load
from checker.language.lower import lower
from checker.model.ground import Machine
from checker.model.layout import Layout
from checker.model.scope import Scope
from checker.trace.frame import Frame
from checker.trace.symmetry import exchanged, one_of_each

TEXT = """\
module shelves "Things lie on shelves"

sort Thing
sort Shelf
const on(Thing): Shelf
state taken[Thing]: bool = false

action take(t: Thing) {
    requires not taken[t]
    taken[t] := true
}
"""


def machine(tmp_path: Path, things: int, shelves: int) -> Machine:
    path = tmp_path / "shelves.mig"
    path.write_text(TEXT, encoding="utf-8")
    protocol, found = load(path)
    assert protocol is not None, found
    scope = Scope("few", (("Thing", things), ("Shelf", shelves)), faults=0)
    return Machine(protocol, scope, lower(protocol))


def frame(made: Machine, **unnamed: tuple[int, ...]) -> Frame:
    return Frame(made.protocol, made.scope, {}, {}, tuple(unnamed.items()), (), largest=False)


@pytest.mark.parametrize(
    ("unnamed", "left"),
    [
        ({}, 27),
        ({"Shelf": (1, 2)}, 14),  # (27 + 1) / 2: exchanging two shelves leaves one state as it is
        ({"Thing": (1, 2)}, 18),  # (27 + 9) / 2
        ({"Thing": (0, 1, 2)}, 10),  # how many lie where
        ({"Thing": (0, 1, 2), "Shelf": (0, 1, 2)}, 3),  # the partitions of three
    ],
)
def test_one_of_each(tmp_path: Path, unnamed: dict[str, tuple[int, ...]], left: int) -> None:
    made = machine(tmp_path, 3, 3)
    found = list(one_of_each(made, frame(made, **unnamed), made.initial_states()))
    assert len(found) == left
    orbits = [renamed(made.layout, state, unnamed) for state in found]
    assert set().union(*orbits) >= set(made.initial_states())  # nothing is left out
    assert sum(len(orbit) for orbit in orbits) == 27  # and nothing is there twice


def renamed(layout: Layout, state: bytes, unnamed: dict[str, tuple[int, ...]]) -> set[bytes]:
    """The states under all renamings, worked out on the places themselves."""
    things, shelves = unnamed.get("Thing", ()), unnamed.get("Shelf", ())
    whole = layout.unpack(state)
    found = set()
    for first, second in product(permutations(things), permutations(shelves)):
        thing, shelf = dict(zip(things, first, strict=True)), dict(zip(shelves, second, strict=True))
        made = {}
        for (name, (number,)), value in whole.items():
            value = shelf.get(int(value), int(value)) if name == "on" else value
            made[name, (thing.get(number, number),)] = value
        found.add(layout.pack(made))
    return found


def test_exchanging_twice_changes_nothing(tmp_path: Path) -> None:
    made = machine(tmp_path, 3, 2)
    swap = exchanged(made, "Thing", 0, 2)
    for state in made.initial_states():
        assert swap(swap(state)) == state
    assert any(swap(state) != state for state in made.initial_states())

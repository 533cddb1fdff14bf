"""Representatives under large groups: order one sort after another, and try several orders only where there is a tie.

For each individual of the sort at hand take the *row* of all cells that are about it and otherwise only about sorts
already ordered; sort the individuals by their rows. Where rows are equal and something not in them could still tell
the individuals apart, go on with every order of the equals. The least of the states left at the end is the
representative: the rows, their sorting and the set of orders kept are all defined without naming an individual, so a
state and any renaming of it arrive at the same set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise, permutations, product

from checker.explore.permutations import Image, Permutations, inverted
from checker.explore.slots import PLAIN, Gather, Slot, Slots, gather, table

Row = tuple[int, ...]


class Staged:
    """One stage a block."""

    def __init__(self, slots: Slots, numbered: Permutations) -> None:
        self._stages = plan(slots)
        self._numbered = numbered

    def __call__(self, state: bytes) -> tuple[bytes, int]:
        number = 0
        for stage in self._stages:
            rows = stage.rows(state)
            order = sorted(stage.positions, key=rows.__getitem__)
            if stage.tied and any(rows[one] == rows[other] for one, other in pairwise(order)):
                return self._least({state: number}, stage.number)
            if order != stage.positions:
                image = inverted(order)
                state = stage.move(state, image)
                number = self._numbered.after(number, stage.block, image)
        return state, number

    def _least(self, candidates: dict[bytes, int], first: int) -> tuple[bytes, int]:
        for stage in self._stages[first:]:
            best: list[Row] | None = None
            kept: dict[bytes, int] = {}
            for state, number in candidates.items():
                rows = stage.rows(state)
                order = sorted(stage.positions, key=rows.__getitem__)
                key = [rows[position] for position in order]
                if best is not None and key > best:
                    continue
                if best is None or key < best:
                    best, kept = key, {}
                for image in stage.orders(state, rows, order):
                    moved = stage.move(state, image)
                    if moved not in kept:
                        kept[moved] = self._numbered.after(number, stage.block, image)
            candidates = kept
        least = min(candidates)
        return least, candidates[least]


@dataclass(frozen=True, slots=True)
class Stage:
    """The ordering of one block. `tied`: equal rows do not make two individuals alike, other cells may differ."""

    number: int
    block: int
    positions: list[int]
    tied: bool
    gathers: tuple[Gather, ...]
    tables: tuple[bytes, ...]  # for each position: 1 where a byte names that individual; empty if no row asks
    movers: dict[Image, Callable[[bytes], bytes]]
    mover: Callable[[Image], Callable[[bytes], bytes]]

    def rows(self, state: bytes) -> list[Row]:
        if self.tables:
            state = state + b"".join([state.translate(named) for named in self.tables])
        return [row(state) for row in self.gathers]

    def move(self, state: bytes, image: Image) -> bytes:
        mover = self.movers.get(image)
        if mover is None:
            mover = self.movers[image] = self.mover(image)
        return mover(state)

    def orders(self, state: bytes, rows: list[Row], order: list[int]) -> Iterator[Image]:
        """Every permutation that sorts the rows; only one of those among individuals that are alike altogether."""
        groups: list[list[int]] = []
        for position in order:
            if groups and rows[groups[-1][0]] == rows[position]:
                groups[-1].append(position)
            else:
                groups.append([position])
        choices = [
            list(permutations(group)) if self.tied and not self._alike(state, group) else [tuple(group)]
            for group in groups
        ]
        for choice in product(*choices):
            yield inverted([position for group in choice for position in group])

    def _alike(self, state: bytes, group: list[int]) -> bool:
        """Whether swapping any two of the group leaves the state as it is."""
        for one, other in pairwise(group):
            image = list(self.positions)
            image[one], image[other] = other, one
            if self.move(state, tuple(image)) != state:
                return False
        return True


def plan(slots: Slots) -> tuple[Stage, ...]:
    """An order of the blocks that puts as much as possible into rows early."""
    stages: list[Stage] = []
    ready: set[int] = set()
    while len(stages) < len(slots.blocks):
        rows = {number: _rows(slots, number, ready) for number in range(len(slots.blocks)) if number not in ready}
        chosen = max(rows, key=lambda number: len(rows[number][0]) / max(len(slots.touching(number)), 1))
        stages.append(_stage(slots, chosen, rows[chosen], len(stages)))
        ready.add(chosen)
    return tuple(stages)


def _rows(slots: Slots, block: int, ready: set[int]) -> tuple[list[Slot], list[Slot]]:
    """The slots with one index in the block, and those whose value may be in it, otherwise only about ready blocks."""
    indexed, valued = [], []
    for slot in slots.all:
        inside = [position for number, position in slot.index if number == block]
        if not slot.touches() - {block} <= ready:
            continue
        if len(inside) == 1 and (slot.value == PLAIN or slot.value in ready):
            indexed.append(slot)
        elif not inside and slot.value == block:
            valued.append(slot)
    return indexed, valued


def _stage(slots: Slots, block: int, rows: tuple[list[Slot], list[Slot]], number: int) -> Stage:
    indexed, valued = rows
    members = slots.blocks[block].members
    gathers: list[Gather] = []
    for position in range(len(members)):
        here = (block, position)
        # Sorted by where they are with the individual itself left out, so that rows of two individuals correspond.
        mine = sorted(
            (slot for slot in indexed if here in slot.index),
            key=lambda slot: (slot.cell, [(-2, 0) if place == here else place for place in slot.index]),
        )
        gathers.append(gather([slot.at for slot in mine] + [slot.at + slots.size * (1 + position) for slot in valued]))
    in_rows = {slot.at for slot in indexed} | {slot.at for slot in valued}
    return Stage(
        number=number,
        block=block,
        positions=list(range(len(members))),
        tied=any(slot.at not in in_rows for slot in slots.touching(block)),
        gathers=tuple(gathers),
        tables=tuple(table({member: 1}, 0) for member in members) if valued else (),
        movers={},
        mover=lambda image: mover(slots, block, image),
    )


def mover(slots: Slots, block: int, image: Image) -> Callable[[bytes], bytes]:
    """The function that renames the individuals of one block in a state."""
    images: list[Image | None] = [None] * len(slots.blocks)
    images[block] = image
    valued = {slot.at for slot in slots.all if slot.value == block}
    if not valued:
        plain = gather(slots.sources(images))
        return lambda state: bytes(plain(state))
    # In the second half of a doubled state the values are renamed.
    doubled = gather([at + slots.size if at in valued else at for at in slots.sources(images)])
    renamed = slots.renamed_values(block, image)
    return lambda state: bytes(doubled(state + state.translate(renamed)))

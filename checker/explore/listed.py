"""Representatives under small groups: try every permutation, most of them only on a few telling bytes."""

from __future__ import annotations

from itertools import permutations, product

from checker.explore.permutations import Permutations
from checker.explore.slots import PLAIN, Slot, Slots, gather

TELLING = 14  # bytes looked at first


class Listed:
    """The representative is the least of all renamed states, the telling bytes compared before the others."""

    def __init__(self, slots: Slots, numbered: Permutations) -> None:
        choices = [list(permutations(range(len(block.members)))) for block in slots.blocks]
        valued = {slot.at: slot.value for slot in slots.all if slot.value != PLAIN}
        # A state is laid out once more for each way to rename the values of one block; then one gather does it all.
        copies: dict[tuple[int, tuple[int, ...]], int] = {}
        tables: list[bytes] = []
        for block in sorted(set(valued.values())):
            for image in choices[block][1:]:
                tables.append(slots.renamed_values(block, image))
                copies[block, image] = len(tables) * slots.size
        telling = [slot.at for slot in sorted(slots.all, key=_how_telling)[:TELLING]]
        self._tables = tables
        self._few, self._all, self._numbers = [], [], []
        for images in product(*choices):
            source = [
                at + (copies.get((valued[at], images[valued[at]]), 0) if at in valued else 0)
                for at in slots.sources(images)
            ]
            self._few.append(gather([source[at] for at in telling]))
            self._all.append(gather(source))
            self._numbers.append(numbered.number(images))

    def __call__(self, state: bytes) -> tuple[bytes, int]:
        wide = state
        for table in self._tables:
            wide += state.translate(table)
        keys = [few(wide) for few in self._few]
        least = min(keys)
        at = keys.index(least)
        if keys.count(least) == 1:
            return (bytes(self._all[at](wide)), self._numbers[at]) if at else (state, 0)
        best, number = self._all[at](wide), self._numbers[at]
        for other in range(at + 1, len(keys)):
            if keys[other] == least:
                renamed = self._all[other](wide)
                if renamed < best:
                    best, number = renamed, self._numbers[other]
        return bytes(best), number


def _how_telling(slot: Slot) -> tuple[bool, bool, int, int]:
    """Bytes first that can differ, that renaming moves, and that have many values."""
    moved = len(slot.index) - [block for block, _ in slot.index].count(PLAIN)
    return slot.values == 1, moved == 0, -min(slot.values, 16), slot.at

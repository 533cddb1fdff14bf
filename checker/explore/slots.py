"""The bytes of a state seen through blocks of interchangeable individuals: what each is about, and where it goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from checker.explore.blocks import Block
from checker.explore.permutations import Image
from checker.language.protocol import Of, Type
from checker.model.ground import Machine

Gather = Callable[[bytes], tuple[int, ...]]
Place = tuple[int, int]  # (block, position in it), or (-1, plain value)
PLAIN = -1


@dataclass(frozen=True, slots=True)
class Slot:
    """One byte of the state: the cell, its index as places, and the block its value may be in (or PLAIN)."""

    at: int
    cell: str
    index: tuple[Place, ...]
    value: int
    values: int  # how many values it can have

    def touches(self) -> set[int]:
        """The blocks whose individuals its index names."""
        return {block for block, _ in self.index if block != PLAIN}


class Slots:
    """Every byte of a machine's states but the last, which counts faults and which no renaming moves."""

    def __init__(self, machine: Machine, blocks: tuple[Block, ...]) -> None:
        self.size = machine.layout.size
        self.blocks = blocks
        places = {
            (block.sort, member): (number, position)
            for number, block in enumerate(blocks)
            for position, member in enumerate(block.members)
        }
        numbers = {block.sort: number for number, block in enumerate(blocks)}
        cells = {cell.name: cell for cell in machine.core.cells}

        def place(type_: Type, value: int) -> Place:
            return places.get((type_.sort, value), (PLAIN, value)) if isinstance(type_, Of) else (PLAIN, value)

        found = []
        for at, (name, index) in enumerate(machine.layout.locations):
            cell = cells[name]
            where = tuple(place(type_, value) for (_, type_), value in zip(cell.index, index, strict=True))
            value = numbers.get(cell.type.sort, PLAIN) if isinstance(cell.type, Of) else PLAIN
            count = 1 if at in machine.fixed else machine.layout.families[name].count
            found.append(Slot(at, name, where, value, count))
        self.all = tuple(found)
        self._by_place = {(slot.cell, slot.index): slot.at for slot in self.all}

    def touching(self, block: int) -> list[Slot]:
        """The slots that say something about the block's individuals."""
        return [slot for slot in self.all if slot.value == block or block in slot.touches()]

    def sources(self, images: Sequence[Image | None]) -> list[int]:
        """For each byte of a renamed state, the slot whose content it has, values not yet renamed."""
        source = list(range(self.size))
        for slot in self.all:
            source[self._by_place[slot.cell, tuple(_moved(images, place) for place in slot.index)]] = slot.at
        return source

    def renamed_values(self, block: int, image: Image) -> bytes:
        """The table that renames the values of one block."""
        members = self.blocks[block].members
        return table({members[position]: members[to] for position, to in enumerate(image)})


def _moved(images: Sequence[Image | None], place: Place) -> Place:
    block, position = place
    image = images[block] if block != PLAIN else None
    return place if image is None else (block, image[position])


def gather(at: Sequence[int]) -> Gather:
    """The bytes at these places, always as a tuple."""
    if len(at) > 1:
        return itemgetter(*at)
    if not at:
        return lambda _: ()
    (only,) = at
    return lambda state: (state[only],)


def table(values: Mapping[int, int], otherwise: int | None = None) -> bytes:
    """A table for `bytes.translate`; bytes not named become `otherwise`, or stay what they are."""
    return bytes(values.get(byte, byte if otherwise is None else otherwise) for byte in range(256))

"""Which byte of a packed state holds which cell.

One byte a cell, families in the core's order, each in the order of its index tuples. A number of `low..high` is
stored minus `low`, a Boolean as 0 or 1. The last byte counts the fault steps so far.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from math import prod

from checker.language.core import CellKind, Core, type_range
from checker.language.protocol import Bool, Type, Value

Location = tuple[str, tuple[int, ...]]


class TooLarge(ValueError):
    """A scope that does not fit into bytes."""


@dataclass(frozen=True, slots=True)
class Family:
    """Where the cells of one name lie: cell `index` at `base + sum((index - low) * stride)`."""

    name: str
    kind: CellKind
    type: Type
    index: tuple[Type, ...]
    base: int
    shape: tuple[int, ...]
    lows: tuple[int, ...]
    strides: tuple[int, ...]
    low: int  # what a stored 0 means
    count: int  # how many values the type has
    boolean: bool

    @property
    def cells(self) -> int:
        return prod(self.shape)

    def slot(self, index: tuple[int, ...]) -> int:
        """The byte of one cell. Raises IndexError."""
        at = self.base
        for part, low, size, stride in zip(index, self.lows, self.shape, self.strides, strict=True):
            if not 0 <= part - low < size:
                raise IndexError(f"{self.name}{list(index)} is not a cell")
            at += (part - low) * stride
        return at


class Layout:
    """The layout of a core's states, given how many individuals each sort has. Raises TooLarge."""

    def __init__(self, core: Core, sizes: dict[str, int]) -> None:
        self.sizes = sizes
        families: dict[str, Family] = {}
        base = 0
        for cell in core.cells:
            ranges = [type_range(type_, sizes) for _, type_ in cell.index]
            values = type_range(cell.type, sizes)
            if len(values) > 256:
                raise TooLarge(f"`{cell.name}` has {len(values)} values; a state keeps at most 256 of one cell")
            shape = tuple(len(numbers) for numbers in ranges)
            families[cell.name] = Family(
                name=cell.name,
                kind=cell.kind,
                type=cell.type,
                index=tuple(type_ for _, type_ in cell.index),
                base=base,
                shape=shape,
                lows=tuple(numbers.start for numbers in ranges),
                strides=tuple(prod(shape[at + 1 :]) for at in range(len(shape))),
                low=values.start,
                count=len(values),
                boolean=isinstance(cell.type, Bool),
            )
            base += prod(shape)
        self.families: Mapping[str, Family] = families
        self.faults = base  # the byte that counts fault steps
        self.size = base + 1
        # What each byte but the last holds.
        self.locations: tuple[Location, ...] = tuple(
            (family.name, index)
            for family in families.values()
            for index in product(*(range(low, low + size) for low, size in zip(family.lows, family.shape, strict=True)))
        )

    def slot(self, cell: str, index: tuple[int, ...] = ()) -> int:
        """The byte of one cell. Raises KeyError, IndexError."""
        return self.families[cell].slot(index)

    def pack(self, state: Mapping[Location, Value], faults: int = 0) -> bytes:
        """The packed state. Raises KeyError where a cell has no value, ValueError where one is not of its type."""
        packed = bytearray(self.size)
        for at, location in enumerate(self.locations):
            family = self.families[location[0]]
            stored = int(state[location]) - family.low
            if not 0 <= stored < family.count:
                raise ValueError(f"{location[0]}{list(location[1])} cannot be {state[location]}")
            packed[at] = stored
        packed[self.faults] = faults
        return bytes(packed)

    def unpack(self, packed: bytes) -> dict[Location, Value]:
        """Every cell's value; how many faults there were is `packed[-1]`."""
        return {location: self.value(location[0], packed[at]) for at, location in enumerate(self.locations)}

    def value(self, cell: str, stored: int) -> Value:
        """What a stored byte means in a cell of this family."""
        family = self.families[cell]
        return bool(stored) if family.boolean else stored + family.low

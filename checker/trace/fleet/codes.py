"""Values by number: equal values have equal numbers, in the order in which they were first met."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import count, islice
from threading import Lock
from typing import TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from checker.trace.fleet.arrays import numbers_in

Ints: TypeAlias = NDArray[np.int32]
Longs: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

DIRECT = 1 << 22  # whole numbers below this are looked up in a table
CELLS = 1 << 22  # cells of the largest table of pairs
ABSENT = -1


def first_ones(values: Longs, bound: int) -> Longs:
    """Where each of the values, all below `bound`, occurs first."""
    order = np.arange(len(values))
    place = np.empty(bound, np.int64)
    place[values[::-1].copy()] = order[::-1].copy()  # of equal ones the last assignment counts
    return np.flatnonzero(place.take(values) == order)


def order_of(keys: Longs, bound: int) -> Longs:
    """The order that sorts keys below `bound`, equal ones as they are: sixteen bits at a time, as numpy is quick at."""
    order = np.argsort(keys.astype(np.uint16), kind="stable")
    shift = 16
    while bound >> shift:
        digits = (keys >> shift).astype(np.uint16).take(order)
        order = order.take(np.argsort(digits, kind="stable"))
        shift += 16
    return order


class Texts:
    """Numbers for texts, looked up once for each distinct text of a column. `plain` is what is made of each before.

    Two threads may ask at the same time.
    """

    def __init__(self, plain: Callable[[str], str] | None = None) -> None:
        self._plain = plain
        self._texts: list[str] = []
        # A text that is new gets the next number. The empty text says nothing.
        self._known: dict[str | None, int] = defaultdict(count().__next__, {"": ABSENT, None: ABSENT})
        self._adding = Lock()
        self._last: dict[str, tuple[pa.Array, Ints]] = {}  # by column the last dictionary, and the numbers of its texts

    def numbers(self, texts: Sequence[str | None]) -> Ints:
        """For each text its number, ABSENT where there is none, or an empty one."""
        if self._plain is not None:
            texts = [text and self._plain(text) for text in texts]
        with self._adding:
            found = np.fromiter(map(self._known.__getitem__, texts), np.int32, len(texts))
            new = len(self._known) - 2 - len(self._texts)
            self._texts += [text for text in islice(reversed(self._known), new) if text][::-1]
        return found

    def of(self, name: str, column: pa.Array) -> Ints:
        """The numbers of a column of texts, or of a dictionary of them."""
        coded = column if isinstance(column, pa.DictionaryArray) else column.dictionary_encode()
        last = self._last.get(name)
        if last is None or not last[0].equals(coded.dictionary):
            texts = coded.dictionary.to_pylist()
            # The last entry is for those that have none.
            last = self._last[name] = coded.dictionary, np.append(self.numbers(texts), np.int32(ABSENT))
        numbers: Ints = last[1].take(numbers_in(coded.indices, ABSENT))
        return numbers

    def text(self, number: int) -> str:
        """The text with that number."""
        return self._texts[number]

    def texts(self, first: int, end: int) -> list[str]:
        """The texts from the number `first` up to `end`."""
        return self._texts[first:end]


class Numbers:
    """Numbers for whole numbers, negative and large ones too."""

    def __init__(self) -> None:
        self.values = array("q")
        self._table: Ints = np.full(1024, ABSENT, np.int32)
        self._large: dict[int, int] = {}

    def numbers(self, values: Longs) -> Ints:
        """For each value its number."""
        if not len(values):
            return np.empty(0, np.int32)
        low, high = int(values.min()), int(values.max())
        if low < 0 or high >= DIRECT:
            return self._by_sorting(values)
        if high >= len(self._table):
            grown = np.full(max(high + 1, 2 * len(self._table)), ABSENT, np.int32)
            grown[: len(self._table)] = self._table
            self._table = grown
        found = self._table.take(values)
        new = values[np.flatnonzero(found == ABSENT)]
        if len(new):
            fresh = new[first_ones(new, high + 1)]
            self._table[fresh] = np.arange(len(self.values), len(self.values) + len(fresh))
            self.values.frombytes(fresh.tobytes())
            found = self._table.take(values)
        return found

    def _number(self, value: int) -> int:
        known = self._large.get(value) if not 0 <= value < DIRECT else None
        if known is not None:
            return known
        self.values.append(value)
        if not 0 <= value < DIRECT:
            self._large[value] = len(self.values) - 1
        elif value >= len(self._table):
            grown = np.full(max(value + 1, 2 * len(self._table)), ABSENT, np.int32)
            grown[: len(self._table)] = self._table
            self._table = grown
        return len(self.values) - 1

    def _by_sorting(self, values: Longs) -> Ints:
        distinct, places = np.unique(values, return_inverse=True)
        known = []
        for value in distinct.tolist():
            direct = int(self._table[value]) if 0 <= value < len(self._table) else ABSENT
            if direct == ABSENT:
                direct = self._number(value)
                if 0 <= value < DIRECT:
                    self._table[value] = direct
            known.append(direct)
        return np.array(known, np.int32)[places]


class Pairs:
    """Numbers for pairs of small numbers, from a count that several tables share."""

    def __init__(self, nodes: Nodes) -> None:
        self.nodes = nodes
        self._table: Ints = np.full((1, 1), ABSENT, np.int32)

    def numbers(self, left: Ints, right: Ints | Longs, column: int) -> Ints | None:
        """For each pair its number; None where there would be too many. `column` is told to the nodes."""
        if not len(left):
            return left
        rows, columns = int(left.max()) + 1, int(right.max()) + 1
        have = self._table.shape
        if rows > have[0] or columns > have[1]:
            shape = _room(rows, have[0]), _room(columns, have[1])
            if shape[0] * shape[1] > CELLS:
                return None
            grown = np.full(shape, ABSENT, np.int32)
            grown[: have[0], : have[1]] = self._table
            self._table = grown
        flat = left.astype(np.int64) * self._table.shape[1] + right
        found: Ints = self._table.ravel().take(flat)
        new = np.flatnonzero(found == ABSENT)
        if len(new):
            cells, first = np.unique(flat[new], return_index=True)
            for cell in cells[np.argsort(first, kind="stable")].tolist():
                row, value = divmod(cell, self._table.shape[1])
                self._table[row, value] = self.nodes.add(row, column, value)
            found = self._table.ravel().take(flat)
        return found


class Nodes:
    """What pairs are made of: each node is an earlier one, and one value of one column more."""

    def __init__(self) -> None:
        self.made: list[tuple[int, int, int]] = [(ABSENT, ABSENT, ABSENT)]  # the first one is made of nothing

    def add(self, before: int, column: int, value: int) -> int:
        self.made.append((before, column, value))
        return len(self.made) - 1

    def told(self, node: int) -> Sequence[tuple[int, int]]:
        """The columns of a node with their values, in the order in which they were put together."""
        found: list[tuple[int, int]] = []
        while node > 0:
            node, column, value = self.made[node]
            found.append((column, value))
        return found[::-1]


def _room(wanted: int, have: int) -> int:
    return have if wanted <= have else max(wanted, 2 * have, 16)

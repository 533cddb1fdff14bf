"""Following one tuple of individuals through a graph of representatives.

NOTE(threads). Take the search's graph Q and write (c, r) for "the real state that the renaming r takes to the
representative c". A real step from there is an edge g of c followed by its renaming q, and leads to (c', r then q);
every real step is one of these and every one of these is a real step. So the graph of pairs (c, r) has exactly
the runs of the real one (it is bisimilar to it), and a renaming of all of it leaves no pair where it is. An individual
x of the real run is seen at c as r(x), and at the next representative as q(r(x)). To ask about x it is enough to follow
y = r(x): the threaded graph of pairs (c, y), with edges (c, y) -> (c', q(y)), is exact for whatever is said of one
tuple x, although Q alone is not: in Q, "some individual recovers" and "this one recovers" look the same.
(After Gyuris and Sistla, "On-the-fly model checking under fairness that exploits symmetry", 1999.)
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from checker.explore.symmetry import Symmetry
from checker.language.core import type_range
from checker.language.protocol import Bool, Type


class Instances:
    """All tuples of values of some types, numbered, and where renamings take them."""

    def __init__(self, symmetry: Symmetry, types: tuple[Type, ...], sizes: Mapping[str, int]) -> None:
        self.types = types
        self.tuples: tuple[tuple[int, ...], ...] = tuple(product(*(type_range(type_, dict(sizes)) for type_ in types)))
        self.numbers = {values: number for number, values in enumerate(self.tuples)}
        self._symmetry = symmetry
        self._moved: dict[int, tuple[int, ...]] = {0: tuple(range(len(self.tuples)))}

    def bound(self, names: tuple[str, ...]) -> list[tuple[tuple[str, int], ...]]:
        """For each tuple, the names with their values, as `Machine.test` wants them."""
        flags = tuple(isinstance(type_, Bool) for type_ in self.types)
        return [
            tuple(
                (name, bool(value) if flag else value) for name, value, flag in zip(names, values, flags, strict=True)
            )
            for values in self.tuples
        ]

    def __len__(self) -> int:
        return len(self.tuples)

    def moved(self, renaming: int) -> tuple[int, ...]:
        """For each tuple's number, the number of the tuple it is renamed to."""
        found = self._moved.get(renaming)
        if found is None:
            found = self._moved[renaming] = tuple(
                self.numbers[self._symmetry.move(renaming, values, self.types)] for values in self.tuples
            )
        return found

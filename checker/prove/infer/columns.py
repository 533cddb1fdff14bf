"""The algebra of columns: what a formula is in each of many states at once.

A value is a table from what it may be to the states where it is that, as the bits of one number. So a formula is
evaluated once for a whole set of states, in as many machine words as there are states by 64.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import TypeAlias

from checker.language import core
from checker.language.protocol import Type, Value
from checker.model.fold import fold
from checker.model.layout import Layout
from checker.model.values import type_values

Column: TypeAlias = Mapping[int, int]
"""Each value it has somewhere, with the states where it has it. Booleans are 0 and 1."""


class States:
    """A set of states of one scope, column by column. They are packed as `layout` says."""

    def __init__(self, layout: Layout, packed: Sequence[bytes]) -> None:
        self.layout = layout
        self.count = len(packed)
        self.all = (1 << self.count) - 1
        self.packed = tuple(packed)
        self._bytes = b"".join(packed)
        self._columns: dict[int, Column] = {}

    def where(self, formula: core.Expr, bound: Mapping[str, Value]) -> int:
        """The states where a formula is true, its free names standing for these values."""
        return fold(formula, self, {name: {int(value): self.all} for name, value in bound.items()}).get(1, 0)

    # ------------------------------------------------------------------------------------------------ the operations

    def lit(self, value: Value) -> Column:
        return {int(value): self.all}

    def read(self, cell: str, index: Sequence[Column], after: bool) -> Column:
        assert not after, "these are states, not steps"
        family = self.layout.families[cell]
        found: dict[int, int] = {}
        for place in product(*(part.items() for part in index)):
            here = self.all
            for _, states in place:
                here &= states
            if here:
                at = family.slot(tuple(value for value, _ in place))
                for value, states in self.column(at).items():
                    if states & here:
                        found[value + family.low] = found.get(value + family.low, 0) | states & here
        return found

    def not_(self, body: Column) -> Column:
        return {1: body.get(0, 0), 0: body.get(1, 0)}

    def and_(self, parts: Sequence[Column]) -> Column:
        true = self.all
        for part in parts:
            true &= part.get(1, 0)
        return self._truth(true)

    def eq(self, left: Column, right: Column) -> Column:
        same = 0
        for value, states in left.items():
            same |= states & right.get(value, 0)
        return self._truth(same)

    def less(self, left: Column, right: Column) -> Column:
        return self._truth(self._merged(left, right, lambda one, other: int(one < other)).get(1, 0))

    def add(self, left: Column, right: Column) -> Column:
        return self._merged(left, right, lambda one, other: one + other)

    def sub(self, left: Column, right: Column) -> Column:
        return self._merged(left, right, lambda one, other: one - other)

    def ite(self, condition: Column, then: Column, otherwise: Column) -> Column:
        true, false = condition.get(1, 0), condition.get(0, 0)
        values = (*then, *otherwise)
        return {value: then.get(value, 0) & true | otherwise.get(value, 0) & false for value in values}

    def forall(self, name: str, type_: Type, body: Callable[[Column], Column]) -> Column:  # noqa: ARG002
        return self.and_([body(self.lit(value)) for value in type_values(type_, self.layout.sizes)])

    def _truth(self, true: int) -> Column:
        return {1: true, 0: self.all ^ true}

    def _merged(self, left: Column, right: Column, value: Callable[[int, int], int]) -> Column:
        found: dict[int, int] = {}
        for (one, here), (other, there) in product(left.items(), right.items()):
            found[value(one, other)] = found.get(value(one, other), 0) | here & there
        return found

    def column(self, at: int) -> Column:
        """What one byte of a state is, in each state; the first state is the highest bit."""
        if at not in self._columns:
            stored = self._bytes[at :: self.layout.size]
            ones = {value: bytes(48 + (other == value) for other in range(256)) for value in set(stored)}
            self._columns[at] = {value: int(stored.translate(table), 2) for value, table in ones.items()}
        return self._columns[at]

"""The one walk over the core. An engine is an algebra: what its values are, and the eleven operations on them.

The idea is old and well studied (Carette, Kiselyov, Shan: "Finally Tagless, Partially Evaluated", JFP 2009).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar, assert_never

from checker.language import core
from checker.language.protocol import Type, Value

V = TypeVar("V")


class Algebra(Protocol[V]):
    """What an engine makes of each operation. All are total."""

    def lit(self, value: Value) -> V: ...
    def read(self, cell: str, index: Sequence[V], after: bool) -> V: ...
    def not_(self, body: V) -> V: ...
    def and_(self, parts: Sequence[V]) -> V: ...
    def eq(self, left: V, right: V) -> V: ...
    def less(self, left: V, right: V) -> V: ...
    def add(self, left: V, right: V) -> V: ...
    def sub(self, left: V, right: V) -> V: ...
    def ite(self, condition: V, then: V, otherwise: V) -> V: ...
    def forall(self, name: str, type_: Type, body: Callable[[V], V]) -> V: ...


def fold(expr: core.Expr, algebra: Algebra[V], bound: Mapping[str, V]) -> V:
    """The value of `expr` in `algebra`, its free names standing for what `bound` says. An inner name hides an outer."""
    match expr:
        case core.Lit(value):
            return algebra.lit(value)
        case core.Bound(name):
            return bound[name]
        case core.Read(cell, index, after):
            return algebra.read(cell, [fold(part, algebra, bound) for part in index], after)
        case core.Not(body):
            return algebra.not_(fold(body, algebra, bound))
        case core.And(parts):
            return algebra.and_([fold(part, algebra, bound) for part in parts])
        case core.Eq(left, right):
            return algebra.eq(fold(left, algebra, bound), fold(right, algebra, bound))
        case core.Less(left, right):
            return algebra.less(fold(left, algebra, bound), fold(right, algebra, bound))
        case core.Add(left, right):
            return algebra.add(fold(left, algebra, bound), fold(right, algebra, bound))
        case core.Sub(left, right):
            return algebra.sub(fold(left, algebra, bound), fold(right, algebra, bound))
        case core.Ite(condition, then, otherwise):
            return algebra.ite(
                fold(condition, algebra, bound), fold(then, algebra, bound), fold(otherwise, algebra, bound)
            )
        case core.Forall(name, type_, body):
            return algebra.forall(name, type_, lambda value: fold(body, algebra, {**bound, name: value}))
        case _:
            assert_never(expr)

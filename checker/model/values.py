"""The algebra of Python values: what a formula says, by walking it. Searches run emitted source, which is faster."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from checker.language.core import type_range
from checker.language.protocol import Bool, Type, Value

Location = tuple[str, tuple[int, ...]]


def type_values(type_: Type, sizes: dict[str, int]) -> tuple[Value, ...]:
    """Every value of a type, Booleans as Booleans."""
    numbers = type_range(type_, sizes)
    return tuple(bool(number) for number in numbers) if isinstance(type_, Bool) else tuple(numbers)


class Values:
    """Values of formulas, reads answered by `look(cell, index, after)`.

    Both branches of an `Ite` are evaluated, so `look` must answer for an index out of range too (with any value).
    """

    def __init__(self, sizes: dict[str, int], look: Callable[[str, tuple[int, ...], bool], Value]) -> None:
        self.sizes = sizes
        self.look = look

    def lit(self, value: Value) -> Value:
        return value

    def read(self, cell: str, index: Sequence[Value], after: bool) -> Value:
        return self.look(cell, tuple(index), after)

    def not_(self, body: Value) -> Value:
        return not body

    def and_(self, parts: Sequence[Value]) -> Value:
        return all(parts)

    def eq(self, left: Value, right: Value) -> Value:
        return left == right

    def less(self, left: Value, right: Value) -> Value:
        return left < right

    def add(self, left: Value, right: Value) -> Value:
        return left + right

    def sub(self, left: Value, right: Value) -> Value:
        return left - right

    def ite(self, condition: Value, then: Value, otherwise: Value) -> Value:
        return then if condition else otherwise

    def forall(self, name: str, type_: Type, body: Callable[[Value], Value]) -> Value:  # noqa: ARG002
        return all(body(value) for value in type_values(type_, self.sizes))


def over(
    sizes: dict[str, int], state: Mapping[Location, Value], after: Mapping[Location, Value] | None = None
) -> Values:
    """The algebra over states given as mappings; without a state after, every read sees the one state."""

    def look(cell: str, index: tuple[int, ...], primed: bool) -> Value:
        return (after if primed and after is not None else state).get((cell, index), 0)

    return Values(sizes, look)

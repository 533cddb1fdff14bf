"""The algebra of Python source over packed states: `s` is the state (before a step), `t` the one after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from checker.language.protocol import Type, Value
from checker.model.code import (
    FALSE,
    TRUE,
    Cell,
    Code,
    Is,
    Known,
    Level,
    Node,
    every,
    is_,
    looped,
    negate,
    number,
    plus,
    show,
    some,
)
from checker.model.layout import Layout
from checker.model.values import type_values

UNROLLED = 16
"""Quantifiers one in another are written out without a second look up to this many instances."""
LONGEST = 3000
"""Beyond, they are written out as long as that takes at most this many characters, and become a loop otherwise."""


class Emit:
    """Source for formulas over the states of one layout.

    `fixed` gives the stored value of bytes that never change in the scope at hand; they are folded away. `local` names
    the byte `s[12]` as `s12`, for functions that unpack the state first; `used` collects those bytes.
    """

    def __init__(
        self,
        layout: Layout,
        fixed: Mapping[int, int],
        local: bool = False,
        unrolled: int = UNROLLED,
        longest: int = LONGEST,
    ) -> None:
        self.layout = layout
        self.fixed = fixed
        self.local = local
        self.unrolled = unrolled
        self.longest = longest
        self.used: set[int] = set()
        self._instances = 1
        self._loops = 0

    def lit(self, value: Value) -> Node:
        return Known(value)

    def read(self, cell: str, index: Sequence[Node], after: bool) -> Node:
        family = self.layout.families[cell]
        where = self.where(cell, index)
        if where is None or family.count == 1:  # an index out of range is read only where it does not matter
            return FALSE if family.boolean else Known(family.low)
        if isinstance(where, int):
            return self.place(where, after)
        return Code(f"{'t' if after else 's'}[{where}]", offset=family.low)

    def where(self, cell: str, index: Sequence[Node]) -> int | str | None:
        """The byte of a cell: known, computed by this source, or None where there is no such cell."""
        family = self.layout.families[cell]
        at, terms = family.base, []
        for part, low, size, stride in zip(index, family.lows, family.shape, family.strides, strict=True):
            text, level, offset = number(part)
            at += (offset - low) * stride
            if not text and not 0 <= offset - low < size:
                return None
            if text:
                wanted = Level.SUM if stride == 1 else Level.PRODUCT
                text = text if level >= wanted else f"({text})"
                terms.append(text if stride == 1 else f"{text} * {stride}")
        if not terms:
            return at
        return " + ".join([str(at)] * (at > 0) + terms) + (f" - {-at}" if at < 0 else "")

    def place(self, at: int, after: bool = False) -> Node:
        """The cell at a known byte."""
        cell, _ = self.layout.locations[at]
        family = self.layout.families[cell]
        if at in self.fixed:
            return Known(self.layout.value(cell, self.fixed[at]))
        if self.local and not after:
            self.used.add(at)
            text = f"s{at}"
        else:
            text = f"{'t' if after else 's'}[{at}]"
        if family.boolean:
            return Is(text, at, after, 1, True, 2, True)
        return Cell(text, at, after, family.low, family.count)

    def not_(self, body: Node) -> Node:
        return negate(body)

    def and_(self, parts: Sequence[Node]) -> Node:
        return every(parts)

    def eq(self, left: Node, right: Node) -> Node:
        if isinstance(left, Known):
            left, right = right, left
        match left, right:
            case Known(first), Known(second):
                return Known(first == second)
            case Cell(), Known(value):
                return is_(left, value)
            case _, Known(bool() as value):
                return left if value else negate(left)
            case _:
                return TRUE if left == right else self._compare("==", "!=", left, right)

    def less(self, left: Node, right: Node) -> Node:
        match left, right:
            case Known(first), Known(second):
                return Known(first < second)
            case Cell(_, _, _, low, count), Known(value) if not low < value < low + count:
                return Known(value >= low + count)
            case Known(value), Cell(_, _, _, low, count) if not low <= value < low + count - 1:
                return Known(value < low)
            case _:
                return FALSE if left == right else self._compare("<", ">=", left, right)

    def _compare(self, sign: str, opposite: str, left: Node, right: Node) -> Node:
        first, first_level, first_offset = number(left)
        second, second_level, second_offset = number(right)
        offset = second_offset - first_offset
        if not first:
            one, other = plus("", first_level, -offset), (second, second_level)
        else:
            one, other = (first, first_level), plus(second, second_level, offset)
        one_text, other_text = (text if level >= Level.SUM else f"({text})" for text, level in (one, other))
        said, negated = f"{one_text} {sign} {other_text}", f"{one_text} {opposite} {other_text}"
        return Code(said, Level.COMPARE, opposite=(negated, Level.COMPARE))

    def add(self, left: Node, right: Node) -> Node:
        return self._sum(left, right, 1)

    def sub(self, left: Node, right: Node) -> Node:
        return self._sum(left, right, -1)

    def _sum(self, left: Node, right: Node, sign: int) -> Node:
        first, first_level, first_offset = number(left)
        second, second_level, second_offset = number(right)
        offset = first_offset + sign * second_offset
        if not first and not second:
            return Known(offset)
        if not second:
            return Code(first, first_level, offset)
        second = second if second_level >= Level.PRODUCT else f"({second})"
        if not first:
            return Code(second, Level.ATOM, offset) if sign > 0 else Code(f"-{second}", Level.SUM, offset)
        first = first if first_level >= Level.SUM else f"({first})"
        return Code(f"{first} {'+' if sign > 0 else '-'} {second}", Level.SUM, offset)

    def ite(self, condition: Node, then: Node, otherwise: Node) -> Node:
        if isinstance(condition, Known):
            return then if condition.value else otherwise
        if then == otherwise:
            return then
        match then, otherwise:
            case Known(bool() as value), _:
                return some((condition, otherwise)) if value else every((negate(condition), otherwise))
            case _, Known(bool() as value):
                return some((negate(condition), then)) if value else every((condition, then))
        text = f"{show(then, Level.OR)} if {show(condition, Level.OR)} else {show(otherwise)}"
        return Code(text, Level.CHOICE)

    def forall(self, name: str, type_: Type, body: Callable[[Node], Node]) -> Node:  # noqa: ARG002
        values = type_values(type_, self.layout.sizes)
        outer, instances = self._instances, self._instances * len(values)
        if len(values) > 1 and instances > self.unrolled:
            self._loops += 1
            each = f"q{self._loops}"
            once = body(Code(each))
            if len(show(once)) * instances > self.longest:
                return looped(f"for {each} in range({values[0]:d}, {values[-1] + 1})", once)
        self._instances = max(1, instances)
        written = every(body(Known(value)) for value in values)
        self._instances = outer
        return written

"""What a condition needs of the state, as a formula that only grows truer when single cells keep to allowed values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from checker.language.core import (
    Add,
    And,
    Bound,
    CellKind,
    Core,
    CoreCell,
    Eq,
    Expr,
    Forall,
    Ite,
    Less,
    Lit,
    Not,
    Read,
    Sub,
    index_name,
    type_range,
)
from checker.language.protocol import Bool


@dataclass(frozen=True, slots=True)
class Atom:
    """A cell of this family has one of these values."""

    family: str
    allowed: frozenset[int]


@dataclass(frozen=True, slots=True)
class Exact:
    """Something about these families that depends on more than one cell keeping to its values."""

    families: frozenset[str]


@dataclass(frozen=True, slots=True)
class Both:
    parts: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple[Need, ...]


Need = Atom | Exact | Both | Either
_Test = Callable[[int], bool]


class Reader:
    """Reads the conditions and effects of one core in one scope."""

    def __init__(self, core: Core, sizes: dict[str, int]) -> None:
        self.cells: Mapping[str, CoreCell] = {cell.name: cell for cell in core.cells}
        self.sizes = sizes

    def values(self, family: str) -> frozenset[int]:
        """Every value of a cell of the family."""
        return frozenset(type_range(self.cells[family].type, self.sizes))

    def changes(self, family: str) -> bool:
        """Whether steps can change a cell of the family at all."""
        return self.cells[family].kind in (CellKind.STATE, CellKind.PENDING)

    def families(self, expr: Expr) -> frozenset[str]:
        """The families that can change and that the expression reads."""
        return frozenset(name for name in families(expr) if self.changes(name))

    # ---------------------------------------------------------------------------------------------------------- needs

    def need(self, expr: Expr, wanted: bool = True) -> Need:
        """What makes the formula true (false, if not `wanted`), quantifiers seen through."""
        match expr:
            case Not(body):
                return self.need(body, not wanted)
            case And(parts):
                inner = tuple(self.need(part, wanted) for part in parts)
                return Both(inner) if wanted else Either(inner)
            case Forall(_, _, body):
                return self.need(body, wanted)
            case Ite(condition, then, otherwise):
                yes = Both((self.need(condition), self.need(then, wanted)))
                no = Both((self.need(condition, wanted=False), self.need(otherwise, wanted)))
                return Either((yes, no))
            case Read(cell, index):
                return self._atom(cell, index, frozenset({int(wanted)}))
            case Eq(Read(cell, index), Lit(value)) | Eq(Lit(value), Read(cell, index)):
                same = frozenset({int(value)})
                return self._atom(cell, index, same if wanted else self.values(cell) - same)
            case Less(Read(cell, index), Lit(value)):
                return self._atom(cell, index, self._where(cell, lambda each: (each < int(value)) is wanted))
            case Less(Lit(value), Read(cell, index)):
                return self._atom(cell, index, self._where(cell, lambda each: (int(value) < each) is wanted))
            case _:
                return Exact(self.families(expr))

    def _where(self, family: str, test: _Test) -> frozenset[int]:
        return frozenset(value for value in self.values(family) if test(value))

    def _atom(self, family: str, index: tuple[Expr, ...], allowed: frozenset[int]) -> Need:
        inside = frozenset[str]().union(*(self.families(part) for part in index))
        if not self.changes(family):
            return Exact(inside)
        return Both((Atom(family, allowed), Exact(inside))) if inside else Atom(family, allowed)

    # --------------------------------------------------------------------------------------------------------- effects

    def written(self, family: str, value: Expr) -> Written:
        """What an effect can make of a cell of the family."""
        own = Read(family, tuple(Bound(index_name(at)) for at in range(len(self.cells[family].index))))
        if isinstance(self.cells[family].type, Bool):
            if self._negated(value, own, positive=True):
                return Written(self.values(family), self.families(value) | {family}, plain=False)
            possible = frozenset(
                after for before in (0, 1) for after in self._possible(value, own, before) if after != before
            )
            return Written(possible, self.families(_without(value, own)), plain=True)
        made: set[int] = set()
        read: set[str] = set()
        plain = self._leaves(family, value, own, made, read)
        return Written(frozenset(made), frozenset(read), plain)

    def _leaves(self, family: str, value: Expr, own: Read, made: set[int], read: set[str]) -> bool:
        match value:
            case Ite(condition, then, otherwise):
                read |= self.families(condition)
                left = self._leaves(family, then, own, made, read)
                right = self._leaves(family, otherwise, own, made, read)
                return left and right and family not in self.families(condition)
            case Lit(number):
                made.add(int(number))
                return True
            case Read(cell, index) if (cell, index) == (own.cell, own.index):
                return True
            case _:
                made |= self.values(family)
                read |= self.families(value)
                return False

    def _negated(self, expr: Expr, own: Read, positive: bool) -> bool:
        """Whether a larger value of the cell may make the expression smaller, or it is read in some other way."""
        match expr:
            case Read(cell, index) if (cell, index) == (own.cell, own.index):
                return not positive
            case Not(body):
                return self._negated(body, own, not positive)
            case And(parts):
                return any(self._negated(part, own, positive) for part in parts)
            case Ite(condition, then, otherwise):
                inside = own.cell in self.families(condition)
                return inside or self._negated(then, own, positive) or self._negated(otherwise, own, positive)
            case _:
                return own.cell in self.families(expr)

    def _possible(self, expr: Expr, own: Read, before: int) -> frozenset[int]:
        """Which truth values the expression can have, whatever the other cells hold."""
        match expr:
            case Lit(value):
                return frozenset({int(value)})
            case Read(cell, index) if (cell, index) == (own.cell, own.index):
                return frozenset({before})
            case Not(body):
                return frozenset(1 - value for value in self._possible(body, own, before))
            case And(parts):
                each = [self._possible(part, own, before) for part in parts]
                lowest = frozenset({0}) if any(0 in values for values in each) else frozenset[int]()
                return lowest | (frozenset({1}) if all(1 in values for values in each) else frozenset[int]())
            case Ite(_, then, otherwise):
                return self._possible(then, own, before) | self._possible(otherwise, own, before)
            case _:
                return frozenset({0, 1})

    def begins(self, cell: CoreCell) -> frozenset[int]:
        """The values a cell of the family can have at the start."""
        everything = self.values(cell.name)
        if cell.initial is None:
            return everything
        made: set[int] = set()
        return frozenset(made) if self._initial(cell.initial, made) else everything

    def _initial(self, expr: Expr, made: set[int]) -> bool:
        match expr:
            case Lit(value):
                made.add(int(value))
                return True
            case Ite(_, then, otherwise):
                return self._initial(then, made) and self._initial(otherwise, made)
            case _:
                return False


@dataclass(frozen=True, slots=True)
class Written:
    """The values an effect can give, and the families its choice reads. `plain`: those values, or the old one."""

    values: frozenset[int]
    reads: frozenset[str]
    plain: bool


def families(expr: Expr) -> Iterator[str]:
    """The names of the cells that an expression reads."""
    match expr:
        case Lit() | Bound():
            pass
        case Read(cell, index):
            yield cell
            for part in index:
                yield from families(part)
        case Not(body) | Forall(_, _, body):
            yield from families(body)
        case And(parts):
            for part in parts:
                yield from families(part)
        case Eq(left, right) | Less(left, right) | Add(left, right) | Sub(left, right):
            yield from families(left)
            yield from families(right)
        case Ite(condition, then, otherwise):
            for part in (condition, then, otherwise):
                yield from families(part)
        case _:
            assert_never(expr)


def _without(expr: Expr, own: Read) -> Expr:
    """The expression with the cell's own old value taken out, for what else it reads."""
    match expr:
        case Read(cell, index) if (cell, index) == (own.cell, own.index):
            return Lit(value=False)
        case Not(body):
            return Not(_without(body, own))
        case And(parts):
            return And(tuple(_without(part, own) for part in parts))
        case Ite(condition, then, otherwise):
            return Ite(condition, _without(then, own), _without(otherwise, own))
        case _:
            return expr

"""The algebra of z3 terms: an open sort without a size stays an uninterpreted sort, and its quantifiers stay.

What is known while a term is built stays a plain Python value and is folded away. That also settles how to write a
literal: the core does not say whether `Lit(2)` is a number or a member of an enum, so it stays the number 2 until
something with a z3 sort stands beside it (and an `if` between two such literals stays a `Choice`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, TypeAlias

import z3

from checker.language import core
from checker.language.core import CellKind, Core
from checker.language.protocol import Bool, Of, Range, Type, Value

Term: TypeAlias = Any
"""A bool or an int that is known, a Choice, or a z3 expression. z3 has no types of its own to tell them apart."""

Reader: TypeAlias = Callable[[str, Sequence[Term], bool], Term]

WIDEST_SPELT_OUT = 16
"""A quantifier over more numbers than this stays a quantifier."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An `if` between numbers or members whose z3 sort is known only where it is used."""

    condition: Term
    then: Term
    otherwise: Term


@dataclass(frozen=True, slots=True)
class _Symbol:
    """A function of z3, the sorts of its arguments, and the class of what it makes."""

    function: Any
    sorts: tuple[Any, ...]
    made: type

    def of(self, index: Sequence[Term]) -> Term:
        """The symbol applied, without z3's looks at the arguments, which take longer than all the rest."""
        # Held by a name: z3 forgets a literal that nobody refers to, and the array does not.
        arguments = [as_sort(value, sort) for value, sort in zip(index, self.sorts, strict=True)]
        function = self.function
        made = z3.Z3_mk_app(function.ctx_ref(), function.ast, len(index), _array(arguments))
        return self.made(made, function.ctx)


class Vocabulary:
    """The z3 symbols of one core: its sorts, and a function for each family of cells, before and after a step.

    `sizes` makes open sorts finite; those it leaves out are uninterpreted, of any size but none. `settings` fixes
    params. Everything lives in a z3 context of its own, so what was asked before cannot change an answer.
    """

    def __init__(self, of: Core, sizes: Mapping[str, int] | None = None, settings: Mapping[str, Value] | None = None):
        self.core = of
        self.context = z3.Context()
        self.settings = dict(settings or {})
        self._sorts: dict[str, Term] = {}
        self._members: dict[str, tuple[Term, ...]] = {}
        self._fresh = 0
        for sort in of.sorts:
            known = len(sort.members) if sort.members is not None else (sizes or {}).get(sort.name)
            if known:
                # Members of two enums may share a name; in z3 a name is used once.
                names = [f"{sort.name}.{number}" for number in range(known)]
                declared, members = z3.EnumSort(sort.name, names, self.context)
                self._sorts[sort.name], self._members[sort.name] = declared, tuple(members)
            else:
                self._sorts[sort.name] = z3.DeclareSort(sort.name, self.context)
                if known == 0:
                    self._members[sort.name] = ()  # z3 has no empty sorts; nothing ever asks for this one's members
        self.cells = {cell.name: cell for cell in of.cells}
        self._before = {cell.name: self._function(cell.name, cell) for cell in of.cells}
        moving = [cell for cell in of.cells if cell.kind in (CellKind.STATE, CellKind.PENDING)]
        self._after = {cell.name: self._function(f"{cell.name}'", cell) for cell in moving}

    def _function(self, name: str, cell: core.CoreCell) -> _Symbol:
        sorts = tuple(self.sort(type_) for _, type_ in cell.index)
        value = self.sort(cell.type)
        return _Symbol(z3.Function(name, *sorts, value), sorts, type(z3.FreshConst(value)))

    @property
    def open_sorts(self) -> tuple[str, ...]:
        """The sorts that have no size here, in the order of the text."""
        return tuple(name for name in self._sorts if name not in self._members)

    def sort(self, type_: Type) -> Term:
        match type_:
            case Bool():
                return z3.BoolSort(self.context)
            case Range():
                return z3.IntSort(self.context)
            case Of(name):
                return self._sorts[name]

    def values(self, type_: Type) -> tuple[Value, ...] | None:
        """Every value of a type, where that is a list worth writing out; None where a quantifier must say it."""
        match type_:
            case Bool():
                return (False, True)
            case Range(low, high):
                return tuple(range(low, high + 1)) if high - low < WIDEST_SPELT_OUT else None
            case Of(name):
                return tuple(range(len(self._members[name]))) if name in self._members else None

    def constant(self, name: str, type_: Type) -> Term:
        """A new constant of this type; the name is for people who read the query."""
        self._fresh += 1
        return z3.Const(f"{name}!{self._fresh}", self.sort(type_))

    def individual(self, sort: str) -> Term:
        """A new constant of a sort."""
        return self.constant(sort.lower(), Of(sort))

    def inside(self, value: Term, type_: Type) -> Term:
        """That a number lies in its range; true for values of other types."""
        if not isinstance(type_, Range):
            return True
        return _all([value >= type_.low, value <= type_.high])

    def read(self, cell: str, index: Sequence[Term], after: bool) -> Term:
        """A cell as z3 sees it: the function of the state before, or the primed one of the state after."""
        if cell in self.settings:
            return self.settings[cell]
        return (self._after if after and cell in self._after else self._before)[cell].of(index)

    def boolean(self, value: Term) -> Term:
        """A Boolean term as a z3 expression, whatever is known about it."""
        return as_sort(value, z3.BoolSort(self.context))


class Terms:
    """The algebra. `read` says what a cell is: by default the symbols of the vocabulary."""

    def __init__(self, vocabulary: Vocabulary, read: Reader | None = None) -> None:
        self.vocabulary = vocabulary
        self._read = read or vocabulary.read

    def lit(self, value: Value) -> Term:
        return value

    def read(self, cell: str, index: Sequence[Term], after: bool) -> Term:
        return self._read(cell, index, after)

    def not_(self, body: Term) -> Term:
        return not body if isinstance(body, bool) else z3.BoolRef(z3.Z3_mk_not(body.ctx_ref(), body.as_ast()), body.ctx)

    def and_(self, parts: Sequence[Term]) -> Term:
        return _all(parts)

    def eq(self, left: Term, right: Term) -> Term:
        if isinstance(left, Choice):
            return self.ite(left.condition, self.eq(left.then, right), self.eq(left.otherwise, right))
        if isinstance(right, Choice):
            return self.eq(right, left)
        if isinstance(left, int) and isinstance(right, int):
            return left == right
        if isinstance(left, int):
            left, right = right, left
        if right is True or right is False:
            return left if right else z3.Not(left)
        right = as_sort(right, left.sort())
        return True if left.eq(right) else left == right

    def less(self, left: Term, right: Term) -> Term:
        left, right = self._number(left), self._number(right)
        return left < right

    def add(self, left: Term, right: Term) -> Term:
        return self._number(left) + self._number(right)

    def sub(self, left: Term, right: Term) -> Term:
        return self._number(left) - self._number(right)

    def ite(self, condition: Term, then: Term, otherwise: Term) -> Term:
        if isinstance(condition, bool):
            return then if condition else otherwise
        if isinstance(then, bool) and isinstance(otherwise, bool):
            if then is otherwise:
                return then
            return condition if then else z3.Not(condition)
        typed = next((value for value in (then, otherwise) if z3.is_expr(value)), None)
        if typed is None:
            return then if then == otherwise else Choice(condition, then, otherwise)
        then, otherwise = as_sort(then, typed.sort()), as_sort(otherwise, typed.sort())
        return then if then.eq(otherwise) else z3.If(condition, then, otherwise)

    def forall(self, name: str, type_: Type, body: Callable[[Term], Term]) -> Term:
        values = self.vocabulary.values(type_)
        if values is not None:
            return _all([body(value) for value in values])
        variable = self.vocabulary.constant(name, type_)
        said = body(variable)
        if isinstance(said, bool):
            return said  # no z3 sort is empty
        inside = self.vocabulary.inside(variable, type_)
        return z3.ForAll([variable], said if inside is True else z3.Implies(inside, said))

    def _number(self, value: Term) -> Term:
        return as_sort(value, z3.IntSort(self.vocabulary.context)) if isinstance(value, Choice) else value


def as_sort(value: Term, sort: Term) -> Term:
    """A term as a z3 expression of this sort."""
    if isinstance(value, Choice):
        return z3.If(value.condition, as_sort(value.then, sort), as_sort(value.otherwise, sort))
    if isinstance(value, bool):
        return z3.BoolVal(value, sort.ctx)
    if isinstance(value, int):
        return z3.IntVal(value, sort.ctx) if sort.kind() == z3.Z3_INT_SORT else sort.constructor(value)()
    return value


def _all(parts: Sequence[Term]) -> Term:
    """The conjunction: false as soon as one part is known to be, without those known to be true."""
    kept = []
    for part in parts:
        if part is False:
            return False
        if part is not True:
            kept.append(part)
    if not kept:
        return True
    return kept[0] if len(kept) == 1 else _and(kept)


def _and(parts: Sequence[Term]) -> Term:
    """`z3.And` without its looks at what it is given: half of the time an encoding takes goes into those."""
    context = parts[0].ctx
    return z3.BoolRef(z3.Z3_mk_and(context.ref(), len(parts), _array(parts)), context)


def _array(terms: Sequence[Term]) -> Any:
    return (z3.Ast * len(terms))(*(term.as_ast() for term in terms))


def places(
    vocabulary: Vocabulary, index: Sequence[tuple[str, Type]], individuals: Mapping[str, Sequence[Term]]
) -> Iterator[tuple[tuple[int, ...], tuple[Term, ...]]]:
    """Every index of a family of cells, as numbers and as terms; `individuals` are those of the open sorts."""
    axes: list[list[tuple[int, Term]]] = []
    for _, type_ in index:
        match type_:
            case Bool():
                axes.append([(0, False), (1, True)])
            case Range(low, high):
                axes.append([(number, number) for number in range(low, high + 1)])
            case Of(sort):
                known = individuals.get(sort)
                values = known if known is not None else (vocabulary.values(type_) or ())
                axes.append(list(enumerate(values)))
    for chosen in product(*axes):
        yield tuple(number for number, _ in chosen), tuple(term for _, term in chosen)

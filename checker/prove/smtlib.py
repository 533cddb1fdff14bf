"""The algebra of SMT-LIB terms, for people to read: `=>`, `or` and `exists` where the core has only `not` and `and`.

No z3 here: a term is a word or a tuple of terms. The core does not say whether `Lit(2)` is a number or a member of an
enum, so a literal waits until something whose sort is known stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from checker.language.core import Core
from checker.language.protocol import Bool, Range, Type, Value
from checker.model.symbols import member, number, sort_symbol, symbol

Term: TypeAlias = "str | tuple[Term, ...]"

WIDTH = 118
WIDEST_SPELT_OUT = 16
"""A quantifier over more numbers than this stays a quantifier: solvers are poor at choosing numbers."""


@dataclass(frozen=True, slots=True)
class Said:
    """A value. `sort` is None while nothing but literals without a sort is in it; `of` gives its term for a sort."""

    of: Callable[[str], Term]
    sort: str | None

    @property
    def term(self) -> Term:
        return self.of(self.sort or "Int")


class Written:
    """The algebra. `reader` says which function a cell is read from: its symbol, in the state at hand."""

    def __init__(self, core: Core, reader: Callable[[str, bool], str]) -> None:
        self._cells = {cell.name: cell for cell in core.cells}
        self._members = {
            symbol(sort.name): tuple(member(sort.name, name) for name in sort.members)
            for sort in core.sorts
            if sort.members is not None
        }
        self._reader = reader
        self._names = {symbol(name) for name in self._cells}
        self._open: list[str] = []  # the variables of the quantifiers around what is being written

    def name(self, name: str) -> str:
        """A bound name as a symbol that hides nothing (a renamed one is spelt with a quote in the core)."""
        plain = symbol(name).replace("'", ".")
        return f"{plain}.bound" if plain in self._names else plain

    def bound(self, names: Sequence[tuple[str, Type]]) -> dict[str, Said]:
        return {name: _known(self.name(name), sort_symbol(type_)) for name, type_ in names}

    def literal(self, value: Value, type_: Type) -> Term:
        return self.lit(value).of(sort_symbol(type_))

    def lit(self, value: Value) -> Said:
        if isinstance(value, bool):
            return _known("true" if value else "false", "Bool")
        return Said(lambda sort: self._members[sort][value] if sort in self._members else number(value), None)

    def read(self, cell: str, index: Sequence[Said], after: bool) -> Said:
        declared = self._cells[cell]
        types = [sort_symbol(type_) for _, type_ in declared.index]
        at = tuple(value.of(sort) for value, sort in zip(index, types, strict=True))
        name = self._reader(cell, after)
        return _known((name, *at) if at else name, sort_symbol(declared.type))

    def not_(self, body: Said) -> Said:
        return _known(negated(body.term), "Bool")

    def and_(self, parts: Sequence[Said]) -> Said:
        return _known(conjunction([part.term for part in parts]), "Bool")

    def eq(self, left: Said, right: Said) -> Said:
        sort = left.sort or right.sort or "Int"
        return _known(("=", left.of(sort), right.of(sort)), "Bool")

    def less(self, left: Said, right: Said) -> Said:
        return _known(("<", left.of("Int"), right.of("Int")), "Bool")

    def add(self, left: Said, right: Said) -> Said:
        return _known(("+", left.of("Int"), right.of("Int")), "Int")

    def sub(self, left: Said, right: Said) -> Said:
        return _known(("-", left.of("Int"), right.of("Int")), "Int")

    def ite(self, condition: Said, then: Said, otherwise: Said) -> Said:
        def of(sort: str) -> Term:
            return ("ite", condition.term, then.of(sort), otherwise.of(sort))

        return Said(of, then.sort or otherwise.sort)

    def forall(self, name: str, type_: Type, body: Callable[[Said], Said]) -> Said:
        values = self._values(type_)
        if values is not None:
            return self.and_([body(_known(value, sort_symbol(type_))) for value in values])
        variable = self.name(name)
        while variable in self._open:  # effects that were put together may have one name twice
            variable += ".inner"
        self._open.append(variable)
        said = body(_known(variable, sort_symbol(type_))).term
        self._open.pop()
        if isinstance(type_, Range):
            said = ("=>", within(variable, type_), said)
        return _known(_universal(variable, sort_symbol(type_), said), "Bool")

    def _values(self, type_: Type) -> Sequence[Term] | None:
        match type_:
            case Bool():
                return ("false", "true")
            case Range(low, high):
                return [number(at) for at in range(low, high + 1)] if high - low < WIDEST_SPELT_OUT else None
            case _:
                return self._members.get(sort_symbol(type_))


def within(value: Term, type_: Range) -> Term:
    """That a number lies in a range."""
    return ("and", ("<=", number(type_.low), value), ("<=", value, number(type_.high)))


def conjunction(parts: Sequence[Term]) -> Term:
    kept = [part for part in parts if part != "true"]
    return "true" if not kept else kept[0] if len(kept) == 1 else ("and", *kept)


def negated(term: Term) -> Term:
    """The negation as a person would write it."""
    match term:
        case ("not", body):
            return body
        case ("forall", variables, ("not", body)):
            return ("exists", variables, body)
        case ("<", left, right):
            return ("<=", right, left)
        case ("and", *parts):
            denied = [part for part in parts if part[0] == "not"]
            if len(denied) == len(parts):
                return ("or", *(part[1] for part in denied))
            if denied and denied[-1] is parts[-1]:
                return ("=>", conjunction(parts[:-1]), denied[-1][1])
    return ("not", term)


def _known(term: Term, sort: str) -> Said:
    return Said(lambda _: term, sort)


def _universal(variable: str, sort: str, body: Term) -> Term:
    """`forall`, one for several variables in a row."""
    if isinstance(body, tuple) and body[0] == "forall":
        variables = body[1]
        assert isinstance(variables, tuple)
        return ("forall", ((variable, sort), *variables), body[2])
    return ("forall", ((variable, sort),), body)


# ------------------------------------------------------------------------------------------------------------- writing


def lines(term: Term, indent: int = 0) -> Iterator[str]:
    """A term on as few lines as fit."""
    flat = flat_text(term)
    if len(flat) + indent <= WIDTH or isinstance(term, str):
        yield " " * indent + flat
        return
    head: list[str] = []
    for part in term:
        if isinstance(part, tuple) and (len(head) > 3 or (head and len(flat_text(part)) > WIDTH // 3)):
            break
        head.append(flat_text(part))
    rest = term[len(head) :]
    yield f"{' ' * indent}({' '.join(head)}"
    inside = [line for part in rest for line in lines(part, indent + 2)]
    yield from inside[:-1]
    yield (inside[-1] if inside else "") + ")"


def flat_text(term: Term) -> str:
    return term if isinstance(term, str) else f"({' '.join(map(flat_text, term))})"


def symbols_in(term: Term) -> Iterator[str]:
    """Every word of a term."""
    if isinstance(term, str):
        yield term
        return
    for part in term:
        yield from symbols_in(part)


def touches(term: Term, names: Collection[str]) -> bool:
    return any(word in names for word in symbols_in(term))


def quoted(text: str) -> str:
    """A string literal, pure ASCII on one line."""
    plain = " ".join(text.split()).encode("ascii", "backslashreplace").decode("ascii")
    return '"' + plain.replace('"', '""') + '"'

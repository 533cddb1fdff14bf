"""What a z3 model says of a few individuals, literal by literal, in the protocol's own vocabulary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, product
from typing import Any

import z3

from checker.language.core import Bound, CellKind, CoreCell, Eq, Expr, Less, Lit, Not, Read
from checker.language.protocol import Bool, Of, Range, Type, Value
from checker.prove.encode import Encoding
from checker.prove.infer.cubes import Names
from checker.prove.terms import Term

FEW = 6
"""With so many values, or for one place only, a literal may say which value it is not; else only the usual one."""
MOST_DIAGRAMS = 12

People = Mapping[str, tuple[Term, ...]]
"""Individuals of a model, by sort."""


@dataclass(frozen=True, slots=True)
class Diagram:
    """All that is true of these individuals in the model: which of them is what to which (`joins`), and the rest."""

    names: Names
    joins: tuple[Expr, ...]
    literals: tuple[Expr, ...]
    people: Mapping[str, str]  # what z3 calls them


def name_of(sort: str, number: int) -> str:
    """What a cube calls an individual; no text can spell it."""
    return f"{sort}.{number}"


def is_join(literal: Expr) -> bool:
    """Whether a literal says which individual another one has: `vm_of(n) == v`."""
    return isinstance(literal, Eq) and isinstance(literal.left, Read) and isinstance(literal.right, Bound)


class Diagrams:
    """Reads models of one encoding. `most` says how many individuals of each sort a diagram may speak of."""

    def __init__(self, encoding: Encoding, most: Mapping[str, int]) -> None:
        self._vocabulary = encoding.vocabulary
        self._cells = encoding.core.cells
        self.most = most

    def of(self, model: Any, about: Sequence[tuple[Type, Term]]) -> Iterator[Diagram]:
        """Diagrams of a model: of each of `about` and whom it leads to, of each two, of all of them, of everybody."""
        seen: set[tuple[tuple[str, tuple[int, ...]], ...]] = set()
        all_ = self._near(model, about)
        some = [(Of(sort), term) for sort, terms in all_.items() for term in terms]
        narrow = (self._near(model, chosen) for size in (0, 1, 2) for chosen in combinations(some, size))
        for wide in (*narrow, all_, self._everybody(model, all_)):
            for people in islice(self._chosen(wide), MOST_DIAGRAMS):
                key = tuple((sort, tuple(term.get_id() for term in terms)) for sort, terms in people.items())
                if key not in seen:
                    seen.add(key)
                    yield self._diagram(model, people)

    # ------------------------------------------------------------------------------------------------------ who is in

    def _near(self, model: Any, about: Sequence[tuple[Type, Term]]) -> dict[str, list[Term]]:
        found: dict[str, list[Term]] = {sort: [] for sort in self._vocabulary.open_sorts}

        def meet(type_: Type, term: Term) -> None:
            if isinstance(type_, Of) and type_.sort in found:
                value = model.eval(term, model_completion=True)
                if not any(value.eq(known) for known in found[type_.sort]):
                    found[type_.sort].append(value)

        for type_, term in about:
            meet(type_, term)
        for cell in self._leading():
            for index in self._places(cell, {sort: tuple(terms) for sort, terms in found.items()}):
                meet(cell.type, self._vocabulary.read(cell.name, [term for _, term in index], False))
        return found

    def _everybody(self, model: Any, near: Mapping[str, Sequence[Term]]) -> dict[str, list[Term]]:
        found = {sort: list(terms) for sort, terms in near.items()}
        for sort, terms in found.items():
            for value in model.get_universe(self._vocabulary.sort(Of(sort))) or ():
                if not any(value.eq(known) for known in terms):
                    terms.append(value)
        return found

    def _chosen(self, wide: Mapping[str, Sequence[Term]]) -> Iterator[People]:
        """Of each sort as many as a diagram may speak of."""
        choices = [combinations(terms, min(len(terms), self.most[sort])) for sort, terms in wide.items()]
        for chosen in product(*choices):
            yield dict(zip(wide, chosen, strict=True))

    def _leading(self) -> Iterator[CoreCell]:
        """Families whose values are individuals."""
        opened = self._vocabulary.open_sorts
        return (cell for cell in self._cells if isinstance(cell.type, Of) and cell.type.sort in opened)

    # -------------------------------------------------------------------------------------------------- what they are

    def _diagram(self, model: Any, people: People) -> Diagram:
        names = tuple((name_of(sort, number), sort) for sort, terms in people.items() for number in range(len(terms)))
        literals: list[Expr] = []
        for cell in self._cells:
            if cell.kind is CellKind.PARAM:
                continue  # a clause is wanted for every reading of the open questions
            for index in self._places(cell, people):
                term = self._vocabulary.read(cell.name, [term for _, term in index], False)
                read = Read(cell.name, tuple(expr for expr, _ in index))
                literals += self._said(model, cell, read, term, people)
        for sort, terms in people.items():
            for one, other in combinations(range(len(terms)), 2):
                literals.append(Not(Eq(Bound(name_of(sort, one)), Bound(name_of(sort, other)))))
        joins = tuple(literal for literal in literals if is_join(literal))
        people_ = {name_of(sort, at): str(term) for sort, terms in people.items() for at, term in enumerate(terms)}
        return Diagram(names, joins, tuple(literal for literal in literals if literal not in joins), people_)

    def _said(self, model: Any, cell: CoreCell, read: Read, term: Term, people: People) -> Iterator[Expr]:
        """What may be said of one place, the weakest first."""
        if not z3.is_expr(term):
            return  # a setting: nothing to be learnt
        found = model.eval(term, model_completion=True)
        match cell.type:
            case Bool():
                yield read if z3.is_true(found) else Not(read)
            case Range(low, high):
                yield from _number(read, low, high, int(found.as_long()))
            case Of(sort) if sort in people and not any(found.eq(person) for person in people[sort]):
                # That it is nobody of these says that there is somebody else, which small scopes have no room for.
                return
            case Of(sort) if sort in people:
                for number, person in enumerate(people[sort]):
                    same = Eq(read, Bound(name_of(sort, number)))
                    yield same if found.eq(person) else Not(same)
            case Of():
                values = self._vocabulary.values(cell.type) or ()
                value = next(value for value in values if found.decl().eq(found.sort().constructor(int(value))))
                others = [other for other in values if other != value]
                if len(others) > 1:
                    usual = cell.initial.value if isinstance(cell.initial, Lit) else None
                    few = len(values) <= FEW or not cell.index
                    yield from (Not(Eq(read, Lit(other))) for other in others if few or other == usual)
                yield Eq(read, Lit(value))

    def _places(self, cell: CoreCell, people: People) -> Iterator[tuple[tuple[Expr, Term], ...]]:
        """Every index of a family, as expressions and as terms."""
        axes: list[list[tuple[Expr, Term]]] = []
        for _, type_ in cell.index:
            if isinstance(type_, Of) and type_.sort in people:
                terms = people[type_.sort]
                axes.append([(Bound(name_of(type_.sort, number)), term) for number, term in enumerate(terms)])
            else:
                values: tuple[Value, ...] = self._vocabulary.values(type_) or ()
                axes.append([(Lit(value), value) for value in values])
        return product(*axes)


def _number(read: Expr, low: int, high: int, value: int) -> Iterator[Expr]:
    """Bounds of a number, and the number itself."""
    if low < value:
        if value > low + 1:
            yield Less(Lit(low), read)
        yield Less(Lit(value - 1), read)
    if value < high:
        yield Less(read, Lit(value + 1))
    if low < value < high:
        yield Eq(read, Lit(value))

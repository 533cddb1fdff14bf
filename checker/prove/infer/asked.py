"""Which places of a state decide whether a step is possible and breaks something: what a clause should speak of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import z3

from checker.language.build import reads_of
from checker.language.core import Bound, Expr, Forall, Lit, Read
from checker.model.fold import fold
from checker.prove.encode import Chosen, Encoding, Happening
from checker.prove.terms import Choice, Term, Terms, as_sort

Places: TypeAlias = Mapping[str, frozenset[tuple[str | None, ...]]]
"""By family, the places asked about, as z3 writes the values of a model; None where a quantifier runs over all."""


def asked_about(encoding: Encoding, happening: Happening, said: Expr, chosen: Sequence[Chosen], model: Any) -> Places:
    """The places that the guards, and what is `said` of the state after, read in a model."""
    vocabulary = encoding.vocabulary
    known = {str(item.term) for item in (*happening.chosen, *chosen)}
    found: dict[str, set[tuple[str | None, ...]]] = {}

    def value(term: Term, cell: str, at: int) -> str | None:
        if isinstance(term, Choice):
            return None
        term = as_sort(term, vocabulary.sort(vocabulary.cells[cell].index[at][1]))
        return str(model.eval(term, model_completion=True)) if _free(term) <= known else None

    def read(cell: str, index: Sequence[Term], after: bool) -> Term:
        found.setdefault(cell, set()).add(tuple(value(term, cell, at) for at, term in enumerate(index)))
        return vocabulary.read(cell, index, after)

    terms = Terms(vocabulary, read)
    for guard in happening.moment.guards:
        fold(guard.condition, terms, happening.bound)
    while isinstance(said, Forall):
        said = said.body
    fold(said, terms, {**happening.bound, **{item.name: item.term for item in chosen}})
    for effect in happening.moment.effects:
        if effect.cell in found:  # what it is made of, wherever that is
            for other in reads_of(effect.value):
                found.setdefault(other.cell, set()).add((None,) * len(other.index))
    return {cell: frozenset(places) for cell, places in found.items()}


def everywhere(places: Places) -> Places:
    """All places of the same families."""
    return {cell: frozenset(tuple(None for _ in place) for place in some) for cell, some in places.items()}


def is_asked(literal: Expr, places: Places, people: Mapping[str, str], encoding: Encoding) -> bool:
    """Whether all that a literal reads is asked about; `people` says which value of the model a name stands for."""
    return all(
        any(
            all(
                wanted is None or wanted == _written(part, read, at, people, encoding)
                for at, (wanted, part) in enumerate(zip(place, read.index, strict=True))
            )
            for place in places.get(read.cell, ())
        )
        for read in reads_of(literal)
    )


def _written(part: Expr, read: Read, at: int, people: Mapping[str, str], encoding: Encoding) -> str | None:
    match part:
        case Bound(name):
            return people.get(name)
        case Lit(value):
            type_ = encoding.vocabulary.cells[read.cell].index[at][1]
            return str(as_sort(value, encoding.vocabulary.sort(type_)))
        case _:
            return None


def _free(term: Term) -> frozenset[str]:
    """The constants in a term that stand for a choice; those of the protocol have no `!` in their names."""
    if z3.is_var(term):
        return frozenset(("a bound variable",))
    if term.num_args() == 0:
        return frozenset((str(term),)) if "!" in str(term) else frozenset()
    return frozenset().union(*(_free(term.arg(at)) for at in range(term.num_args())))

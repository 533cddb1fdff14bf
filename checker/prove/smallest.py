"""The smallest state that answers a query: few individuals first, then as much as possible the way runs start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Any

import z3

from checker.language.core import CellKind, CoreCell, Lit
from checker.prove.encode import Encoding
from checker.prove.queries import Impossible, Possible, Query, Undecided
from checker.prove.terms import Term, as_sort, places

MOST_INDIVIDUALS = 4
MOST_TRIES = 60


@dataclass(frozen=True, slots=True)
class Small:
    """A model, and the constants that are all there is of each open sort in it."""

    model: Any
    individuals: Mapping[str, tuple[Term, ...]]


def smallest(query: Query, encoding: Encoding, assumed: Mapping[str, Term], false: Term) -> Small:
    """A small state in which everything assumed holds, and `false` too. Raises Undecided if none is found."""
    vocabulary = encoding.vocabulary
    names = {sort: [vocabulary.individual(sort) for _ in range(MOST_INDIVIDUALS)] for sort in vocabulary.open_sorts}
    with query.with_also(false, *_limits(encoding, names)):
        sizes = _fewest(query, encoding, assumed)
        individuals = {sort: tuple(names[sort][:size]) for sort, size in sizes.items()}
        limits = [_limit(encoding, sort, size) for sort, size in sizes.items()]
        different = [z3.Distinct(*items) for items in individuals.values() if len(items) > 1]
        with query.with_also(*limits, *different):
            return Small(_plainest(query, encoding, assumed, individuals), individuals)


def _limit(encoding: Encoding, sort: str, size: int) -> Term:
    return z3.Bool(f"at most {size} {sort}", encoding.vocabulary.context)


def _limits(encoding: Encoding, names: Mapping[str, list[Term]]) -> Iterator[Term]:
    """What each limit means: every individual is one of those named."""
    for sort, items in names.items():
        for size in range(1, MOST_INDIVIDUALS + 1):
            any_one = encoding.vocabulary.individual(sort)
            among = z3.ForAll([any_one], z3.Or([any_one == item for item in items[:size]]))
            yield z3.Implies(_limit(encoding, sort, size), among)


def _fewest(query: Query, encoding: Encoding, assumed: Mapping[str, Term]) -> dict[str, int]:
    """Sizes with the smallest sum. Where some sizes are impossible, only the limits z3 blames are raised."""
    sorts = encoding.vocabulary.open_sorts
    waiting = [(len(sorts), (1,) * len(sorts))]
    seen = set(waiting)
    for _ in range(MOST_TRIES):
        if not waiting:
            break
        _, sizes = heappop(waiting)
        limits = {f"#{sort}": _limit(encoding, sort, size) for sort, size in zip(sorts, sizes, strict=True)}
        try:
            answer = query.ask({**assumed, **limits})
        except Undecided:
            blamed = frozenset(limits)
        else:
            if isinstance(answer, Possible):
                return dict(zip(sorts, sizes, strict=True))
            blamed = answer.used
        for at, sort in enumerate(sorts):
            if f"#{sort}" in blamed and sizes[at] < MOST_INDIVIDUALS:
                raised = (sum(sizes) + 1, (*sizes[:at], sizes[at] + 1, *sizes[at + 1 :]))
                if raised not in seen:
                    seen.add(raised)
                    heappush(waiting, raised)
    raise Undecided(f"no state with at most {MOST_INDIVIDUALS} individuals of each sort was found to show it with")


def _plainest(
    query: Query, encoding: Encoding, assumed: Mapping[str, Term], individuals: Mapping[str, tuple[Term, ...]]
) -> Any:
    """A model with as many locations as possible the way an initial state has them; params first."""
    answer = query.ask(assumed)
    if isinstance(answer, Impossible):  # the same limits were possible a moment ago
        raise Undecided("z3 contradicts itself")
    model = answer.model
    wishes = list(_wishes(encoding, individuals))
    granted: list[Term] = []
    while wishes:
        true_now = [wish for wish in wishes if z3.is_true(model.eval(wish, model_completion=True))]
        granted += true_now
        wishes = [wish for wish in wishes if not any(wish is known for known in true_now)]
        if not wishes:
            break
        wish = wishes.pop(0)
        with query.with_also(*granted, wish):
            try:
                answer = query.ask(assumed)
            except Undecided:
                continue
            if isinstance(answer, Possible):
                model = answer.model
                granted.append(wish)
    return model


def _wishes(encoding: Encoding, individuals: Mapping[str, tuple[Term, ...]]) -> Iterator[Term]:
    vocabulary = encoding.vocabulary
    for cell in encoding.core.cells:
        if cell.initial is None or cell.name in vocabulary.settings:
            continue
        for _, index in places(vocabulary, cell.index, individuals):
            now = vocabulary.read(cell.name, index, False)
            usual = _usual(encoding, cell, index)
            yield now == as_sort(usual, now.sort())


def _usual(encoding: Encoding, cell: CoreCell, index: Sequence[Term]) -> Term:
    if cell.kind is CellKind.PARAM and isinstance(cell.initial, Lit):
        return cell.initial.value
    return encoding.first.read(cell.name, index, False)

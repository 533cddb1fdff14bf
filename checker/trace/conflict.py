"""A small set of events that no run explains, whatever of the other events happened or did not."""

from __future__ import annotations

from time import monotonic

from checker.trace.conform import Case
from checker.trace.event import Event
from checker.trace.explain import Culprit
from checker.trace.options import Budget, LimitReached
from checker.trace.search import MISSING, Search
from checker.trace.world import World

SECONDS = 0.25
NODES = 2000  # of each search
MOST = 8  # events that are worth telling


def conflict_of(case: Case, found: Culprit) -> tuple[Event, ...]:
    """The events, in the order of their logs; none where no small set is found cheaply, or the event is one by itself.

    What is left out of the set is taken for unknown: the steps it told of may have happened, at any time.
    """
    until = monotonic() + SECONDS
    ends = tuple(at + (log == found.block.view) for log, at in enumerate(found.block.node[1]))
    kept = [(log, at) for log, end in enumerate(ends) for at in range(end)]
    blocked = found.block.view, found.block.node[1][found.block.view]
    size = max(1, len(kept) // 2)
    while size >= 1:
        at = 0
        while at < len(kept):
            if monotonic() > until:
                return ()
            chunk = [spot for spot in kept[at : at + size] if spot != blocked]
            rest = [spot for spot in kept if spot not in chunk]
            if chunk and _conflict(case, found, rest):
                kept = rest
            else:
                at += size
        size = size // 2 if size > 1 else 0
    if not 1 < len(kept) <= MOST:
        return ()
    return tuple(case.views[log].events[at].event for log, at in kept)


def _conflict(case: Case, found: Culprit, kept: list[tuple[int, int]]) -> bool:
    """Whether no run has these events, in their order; the steps of the other events being free."""
    sequence = tuple(
        tuple(at for at in row if at != MISSING and (log, at) in set(kept))
        for log, row in enumerate(case.search.sequence)
    )
    ends = tuple(at + (log == found.block.view) for log, at in enumerate(found.block.node[1]))
    left_out = {(log, at) for log, end in enumerate(ends) for at in range(end)} - set(kept)
    needs = tuple(tuple((0,) * len(case.views) for _ in row) for row in case.search.needs)
    trial = Search(case.shared, needs, Budget(NODES, SECONDS), lambda _: 0, 1, sequence=sequence)
    try:
        for world, state, binding in case.roots:
            freed = _Freed(world, left_out)
            if trial.run(freed, (state, (0,) * len(case.views), binding)):
                return False
    except LimitReached:
        return False
    return True


class _Freed(World):
    """A world in which the steps that some events told of may happen without a record."""

    def __init__(self, world: World, left_out: set[tuple[int, int]]) -> None:
        super().__init__(world.shared, world.meanings.state)
        self._candidates = world._candidates
        free = {candidate.number for spot in left_out for candidate in world.candidates(*spot)}
        self.hidden = tuple(dict.fromkeys((*world.hidden, *sorted(free))))

"""Every run up to some place of a trace, not only the first that will do: what may be said of "there" rests on all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from checker.trace.conform import Case, may_hide, root_of
from checker.trace.options import Budget, LimitReached
from checker.trace.reach import Starts, world_key
from checker.trace.relevance import Moment, Relevance, relevance
from checker.trace.search import Node, Positions, Search
from checker.trace.world import World

NODES, SECONDS = 60_000, 20.0  # what one look at every run may cost
NEVER_MET = 1  # how bad every end is: none is good, so the search goes on
Spot = tuple[int, int]  # log, position of an event in its view


@dataclass(frozen=True, slots=True)
class Explored:
    """The nodes of all runs. `case` is the case with this search; `reason` says why there may be more, "" if not."""

    case: Case
    reason: str

    @property
    def complete(self) -> bool:
        """Whether there are no other nodes."""
        return not self.reason

    @property
    def search(self) -> Search:
        return self.case.search

    def before(self, spot: Spot) -> Iterator[Node]:
        """The nodes at which the event is its log's next, and all that is stated to come before it has happened."""
        log, at = spot
        needs = self.search.needs[log][at] if at < len(self.search.needs[log]) else ()
        for node in self.search.taken:
            if node[1][log] == at and all(done >= need for done, need in zip(node[1], needs, strict=False)):
                yield node

    def after(self, spot: Spot) -> Iterator[Node]:
        """The nodes that were reached by a step which this event recorded."""
        log, at = spot
        for node, taken in self.search.taken.items():
            if log in taken.logs and node[1][log] == at + 1:
                yield node

    def world(self, node: Node) -> World:
        """The world that a node of another search of the same case belongs to."""
        key = world_key(self.case.machine, node[0])
        return next(world for world, state, _ in self.case.roots if world_key(self.case.machine, state) == key)


def explore(
    case: Case, ends: Positions | None = None, moments: Iterable[Moment] = (), *, nodes: int = NODES
) -> Explored:
    """All runs of a case; with `ends`, as far as so many events of each log. `moments` are taken for relevant."""
    moments = frozenset(moments) - case.shared.relevance.moments
    shared = replace(case.shared, relevance=widened(case, moments)) if moments else case.shared
    whole = case.search.sequence
    sequence = whole if ends is None else tuple(row[:end] for row, end in zip(whole, ends, strict=True))
    budget = Budget(nodes, SECONDS)
    search = Search(shared, case.search.needs, budget, lambda _: NEVER_MET, -1, None, sequence=sequence)
    found = replace(case, search=search, shared=shared, roots=[])
    reason = ""
    try:
        _search(found)
    except LimitReached as limit:
        reason = limit.reason
    return Explored(found, reason)


def _search(case: Case) -> None:
    worlds: dict[bytes, World] = {}
    zero = (0,) * len(case.views)
    case.starts = Starts(case.machine, case.starts.anywhere, case.starts.faults, case.search.budget)
    for state in case.starts.states():
        key = world_key(case.machine, state)
        world = worlds.setdefault(key, World(case.shared, state))
        root = root_of(case, world, state)
        case.roots.append(root)
        case.search.run(world, (state, zero, root[2]))


def widened(case: Case, moments: Iterable[Moment]) -> Relevance:
    """The relevance of a case in which these moments matter too."""
    old = case.shared.relevance
    shared, options = case.shared, case.options
    new = relevance(
        case.core,
        case.machine.sizes,
        old.moments | frozenset(moments),
        lambda moment: may_hide(shared.frame, shared.coverage, options, moment),
        (),
        shared.anywhere,
    )
    return Relevance(new.moments | old.moments, new.families | old.families)

"""A small set of events that no run explains, whatever of the other events happened or did not, and why not.

The set grows from the event that no run reaches: as long as some run has all its events, one event that this run gets
wrong is added, what touches the same individuals first. Then every event is left out once, to see whether it is needed.
The steps that the other events tell of are free: they may happen at any time, as often as you like, or never.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from time import monotonic

from checker.language.protocol import Of
from checker.trace.conform import Case
from checker.trace.event import Event
from checker.trace.explain import Culprit, made_false_by
from checker.trace.freed import Spot, freed_search
from checker.trace.options import Budget, LimitReached
from checker.trace.search import MISSING, Node, Search
from checker.trace.verdict import Blocked
from checker.trace.words import Words
from checker.trace.world import World

SECONDS = 10.0  # for all of it, should the nodes take that long
NODES = 4000  # of each search
ALL_NODES, ALL_CONDITIONS = 25_000, 10_000  # for the events, for the conditions
MOST = 8  # events that are worth telling
GROWN = 24  # events to which the set may grow before it is cut down


@dataclass(frozen=True, slots=True)
class Conflict:
    """The events, in the order of their logs, and the conditions that cannot all be met.

    No events: none were found within the bound. Not `minimal`: the bound was met before each event had been left out.
    """

    events: tuple[Event, ...] = ()
    conditions: tuple[Blocked, ...] = ()
    minimal: bool = True


def conflict_of(case: Case, words: Words, found: Culprit) -> Conflict:
    """The smallest conflict that the event is part of, as far as it is found."""
    finder = _Finder(case, found)
    kept = finder.grown()
    if kept is None:
        return Conflict(minimal=False)
    kept, minimal = finder.cut(kept)
    if len(kept) > MOST:
        return Conflict(minimal=False)
    events = tuple(case.views[log].events[at].event for log, at in kept)
    return Conflict(events, tuple(_conditions(finder, words, kept)), minimal)


@dataclass(slots=True)
class _Finder:
    case: Case
    found: Culprit
    until: float = 0.0
    left: int = ALL_NODES
    blocked: Spot = (0, 0)
    spots: tuple[Spot, ...] = ()  # every event that may be part of it
    culprits: list[Event] = field(default_factory=list)  # which made the conditions false
    rank: dict[Spot, tuple[int, ...]] = field(default_factory=dict)  # what is tried first: the smaller
    run: list[tuple[Node, int, bool]] = field(default_factory=list)  # the last run found: node before, step, recorded

    def __post_init__(self) -> None:
        self.until = monotonic() + SECONDS
        block, sequence = self.found.block, self.case.search.sequence
        self.blocked = block.view, sequence[block.view][block.node[1][block.view]]
        ends = [len(row) for row in sequence]
        ends[block.view] = block.node[1][block.view] + 1
        self.spots = tuple((log, at) for log, end in enumerate(ends) for at in sequence[log][:end] if at != MISSING)
        self.culprits = self._made_false()
        self.rank = {spot: self._rank(spot) for spot in self.spots}

    @property
    def _time(self) -> bool:
        return self.left > 0 and monotonic() < self.until

    # ---------------------------------------------------------------------------------------------------------- ranking

    def _rank(self, spot: Spot) -> tuple[int, ...]:
        """Events that made a condition false come first, then those that say the same and are of the same individuals,
        the latest ones first.
        """
        event = self.case.views[spot[0]].events[spot[1]].event
        here = self.case.views[self.blocked[0]].events[self.blocked[1]].event
        alike = sum(here.fields.get(name) == value for name, value in event.fields.items())
        reached = self.found.block.node[1][spot[0]]
        away = reached - spot[1] if spot[1] < reached else 1000 + spot[1] - reached
        return -(event in self.culprits), -alike, -self._shared(spot), away

    def _made_false(self) -> list[Event]:
        block = self.found.block
        if block.guarded is None:
            return []
        ground = self.case.machine.grounds[block.guarded]
        guards = [ground.moment.guards[at] for at in block.guards]
        made = [made_false_by(self.case, block, ground, guard) for guard in guards]
        return [event for event in made if event is not None]

    def _shared(self, spot: Spot) -> int:
        number = self.found.block.number
        if number is None:
            return 0
        about = self._about(number)
        return max((len(about & self._about(c.number)) for c in self.found.block.world.candidates(*spot)), default=0)

    def _about(self, number: int) -> set[tuple[str, int]]:
        ground = self.case.machine.grounds[number]
        return {
            (type_.sort, arg)
            for (_, type_), arg in zip(ground.moment.params, ground.args, strict=True)
            if isinstance(type_, Of)
        }

    # ------------------------------------------------------------------------------------------------------ the events

    def grown(self) -> tuple[Spot, ...] | None:
        """A set that no run explains; None where none was found in time."""
        kept = {self.blocked}
        while self._time and len(kept) <= max(GROWN, 1):
            answer = self.explained(kept)
            if answer is False:
                return tuple(sorted(kept))
            more = self._wrong(kept) if answer else self._next(kept, 3)
            if not more:
                return None
            kept |= more
        return None

    def _wrong(self, kept: set[Spot]) -> set[Spot]:
        """An event that the run found for the set gets wrong.

        First one whose step the run takes where no log has it, or more often than the logs have it there: as a part of
        the set it is free no longer. Else one whose step the run does not take where its log has it.
        """
        left = sorted((spot for spot in self.spots if spot not in kept), key=lambda spot: self.rank[spot])
        places = {spot: sum(other == spot[0] and at < spot[1] for other, at in kept) for spot in left}
        world, numbers = self.found.block.world, dict[Spot, set[int]]()
        for spot in left:
            numbers[spot] = {candidate.number for candidate in world.candidates(*spot)}
        unmet = list(left)
        too_many: set[int] = set()
        for node, step, recorded in self.run:
            its = (
                None
                if recorded
                else next((s for s in unmet if step in numbers[s] and node[1][s[0]] == places[s]), None)
            )
            if its is not None:
                unmet.remove(its)
            elif not recorded:
                too_many.add(step)
        wrong = [spot for spot in left if numbers[spot] & too_many] or unmet
        return set(wrong[:1]) or self._next(kept, 1)

    def _next(self, kept: set[Spot], count: int) -> set[Spot]:
        left = sorted((spot for spot in self.spots if spot not in kept), key=lambda spot: self.rank[spot])
        return set(left[:count])

    def cut(self, kept: tuple[Spot, ...]) -> tuple[tuple[Spot, ...], bool]:
        """The set without what it does not need, and whether that was settled for each event."""
        minimal = True
        for spot in sorted(kept, key=lambda spot: self.rank[spot], reverse=True):
            rest = tuple(other for other in kept if other != spot)
            if spot == self.blocked or not rest:
                continue
            answer = self.explained(rest) if self._time else None
            if answer is False:
                kept = rest
            minimal = minimal and answer is not None
        return kept, minimal

    # ----------------------------------------------------------------------------------------------------------- search

    def explained(
        self, kept: set[Spot] | tuple[Spot, ...], waived: Mapping[int, frozenset[int]] | None = None
    ) -> bool | None:
        """Whether some run has these events in their order; None where the bound was met."""
        chosen = set(kept)
        left_out = [spot for spot in self.spots if spot not in chosen]
        budget = Budget(min(NODES, self.left), SECONDS)
        try:
            trial, explained = freed_search(self.case, self.found.block.world, chosen, left_out, budget, waived)
        except LimitReached:
            return None
        finally:
            self.left -= budget.spent
        if explained:
            self._note(trial)
        return explained

    def _note(self, trial: Search) -> None:
        """The run that was found: of each step, where the logs were before it."""
        assert trial.ended is not None
        path = trial.path(trial.ended)
        self.run = [(before, taken.number, bool(taken.logs)) for (before, _), (_, taken) in pairwise(path)]


# --------------------------------------------------------------------------------------------------------- conditions


def _conditions(finder: _Finder, words: Words, kept: tuple[Spot, ...]) -> Iterator[Blocked]:
    """The guards of the events' steps that cannot all be met: without any of them, some run has all the events.

    Where the bound is met: those that may be.
    """
    case, world = finder.case, finder.found.block.world
    finder.left = ALL_CONDITIONS
    guards = [(number, at) for spot in kept for number in _steps(world, spot) for at in _guards(case, number)]
    guards = list(dict.fromkeys(guards))
    needed = list(guards)
    for each in _last_first(finder, guards):
        rest = [guard for guard in needed if guard != each]
        if finder.left > 0 and finder.explained(kept, _waived(guards, rest)) is False:
            needed = rest
    binding = case.shared.bindings.met[finder.found.block.node[2]]
    told: dict[str, Blocked] = {}  # by place: the same guard of several individuals is told once
    for number, at in needed:
        ground = case.machine.grounds[number]
        guard = ground.moment.guards[at]
        text, place = words.guard(ground, guard, binding)
        told.setdefault(place, Blocked(guard.rules, text, place))
    yield from told.values()


def _steps(world: World, spot: Spot) -> Iterator[int]:
    for candidate in world.candidates(*spot):
        yield candidate.number
        begin = world.begin_of(candidate.number)
        if begin is not None:
            yield begin


def _guards(case: Case, number: int) -> range:
    return range(len(case.machine.grounds[number].moment.guards))


def _last_first(finder: _Finder, guards: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those in the way of the event that no run reaches are tried last: they are likely to be needed."""
    block = finder.found.block
    return sorted(guards, key=lambda guard: guard[0] == block.guarded and guard[1] in block.guards)


def _waived(guards: list[tuple[int, int]], kept: list[tuple[int, int]]) -> dict[int, frozenset[int]]:
    """For each step, which of its guards are not among those kept."""
    found: dict[int, set[int]] = {}
    for number, at in guards:
        if (number, at) not in kept:
            found.setdefault(number, set()).add(at)
    return {number: frozenset(waived) for number, waived in found.items()}

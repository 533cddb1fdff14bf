"""Frontiers: everything a case can be after the records so far, over (position in each log, element).

Members are elements as a record left them; what hidden steps make of them is worked out when it is asked for.

NOTE(lagging). Logs of two hosts arrive in any relative order. So a record of one log is kept as long as a later record
of another may have come before it: a member of a frontier may lag behind in some logs, but not in all, for what it can
make of the records at hand is in the frontier already. Where clocks or messages say that a record came before another,
members that had it otherwise are dropped, and with them what they were kept for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from checker.trace.watch.engine import Element, Engine, Joint, TooMany

Positions = tuple[int, ...]
Member = tuple[Positions, Element]
Before = tuple[int, ...]  # how many records of each log's queue must come before


MOST_MEMBERS = 5_000
MOST_LAG = 200


@dataclass(frozen=True, slots=True)
class Order:
    """What clocks and messages say of a new record, counted in the records that each queue holds.

    So many come `before` it; from `later` on they come after it. `settled`, by log: so many come before all that is
    still to be read of that log (the new record counts in its queue).
    """

    before: Before
    later: Before
    settled: tuple[Before, ...]


@dataclass(frozen=True, slots=True)
class Queued:
    """A record that some member has still to take."""

    record: int
    before: Before


@dataclass(frozen=True)
class Frontier:
    """The records that some member lags behind, log by log, and the members."""

    queues: tuple[tuple[Queued, ...], ...]
    members: frozenset[Member]

    @property
    def ends(self) -> Positions:
        return tuple(len(queue) for queue in self.queues)

    @cached_property
    def full(self) -> list[Element]:
        """The elements that took every record."""
        ends = self.ends
        return [element for positions, element in self.members if positions == ends]


@dataclass(frozen=True, slots=True)
class Moved:
    """What a record made of a frontier: the next one, how many records each queue lost, and how many are queued."""

    frontier: int
    dropped: Positions
    waiting: tuple[int, ...]
    taken: bool  # some member took the record


@dataclass(slots=True)
class Frontiers:
    """The frontiers met in one setting, by number, and what records make of them. Number 0 has no members."""

    engine: Engine
    met: list[Frontier] = field(default_factory=list)
    table: dict[tuple[int, int, int, Order | None], Moved] = field(default_factory=dict)
    _numbers: dict[Frontier, int] = field(default_factory=dict)
    _first: int = -1

    def __post_init__(self) -> None:
        self.number(Frontier(((),) * len(self.engine.setting.logs), frozenset()))

    def first(self) -> int:
        """Where every case begins. Raises TooMany."""
        if self._first < 0:
            logs = len(self.engine.setting.logs)
            zero = (0,) * logs
            self._first = self.number(
                Frontier(((),) * logs, frozenset((zero, element) for element in self.engine.roots()))
            )
        return self._first

    def number(self, frontier: Frontier) -> int:
        found = self._numbers.get(frontier)
        if found is None:
            found = self._numbers[frontier] = len(self.met)
            self.met.append(frontier)
        return found

    def after(self, number: int, log: int, record: int, order: Order | None) -> Moved:
        """What a new record of the log makes of a frontier. Raises TooMany."""
        key = number, log, record, order
        found = self.table.get(key)
        if found is None:
            found = self.table[key] = self._after(self.met[number], log, record, order)
        return found

    def later(self, number: int, settled: tuple[Before, ...]) -> Moved:
        """What is left of a frontier once the logs were read further, without a record of this case."""
        key = number, -1, -1, Order((), (), settled)
        found = self.table.get(key)
        if found is None:
            frontier = self.met[number]
            found = self.table[key] = self._kept(frontier.queues, set(frontier.members), 0, settled)
        return found

    def _after(self, frontier: Frontier, log: int, record: int, order: Order | None) -> Moved:
        ends = frontier.ends
        zero = (0,) * len(ends)
        before, later = (order.before, order.later) if order is not None else (zero, ends)
        settled = order.settled if order is not None else (zero,) * len(ends)
        queues = list(frontier.queues)
        for other, queue in enumerate(queues):
            if other != log and later[other] < len(queue):
                queues[other] = tuple(
                    _needing(each, log, ends[log] + 1) if at >= later[other] else each for at, each in enumerate(queue)
                )
        queues[log] = (*queues[log], Queued(record, before))
        if max(map(len, queues)) > MOST_LAG:
            raise TooMany(f"more than {MOST_LAG} records of one log wait for those of another")
        allowed = [
            (positions, element)
            for positions, element in frontier.members
            if all(other == log or at <= later[other] for other, at in enumerate(positions))
        ]
        members = self._spread(tuple(queues), allowed, log)
        return self._kept(tuple(queues), members, log, settled)

    def _spread(self, queues: tuple[tuple[Queued, ...], ...], allowed: list[Member], log: int) -> set[Member]:
        """All members after a new record at the end of the log's queue."""
        members = set(allowed)
        last = len(queues[log]) - 1
        stack = [(member, True) for member in allowed if member[0][log] == last]
        while stack:
            (positions, element), old = stack.pop()
            heads = self.heads(queues, positions)
            for at, head in enumerate(heads):
                if head is None:
                    continue
                for logs, after in self._moves(element, heads, at):
                    if old and log not in logs:
                        continue  # it was made when the record was not there yet
                    moved = tuple(each + 1 if other in logs else each for other, each in enumerate(positions))
                    member = moved, after
                    if member not in members:
                        members.add(member)
                        stack.append((member, False))
                        if len(members) > MOST_MEMBERS:
                            raise TooMany(f"more than {MOST_MEMBERS:,} states are consistent with the records")
        return members

    def _moves(self, element: Element, heads: tuple[int | None, ...], log: int) -> set[Joint]:
        """What the log's next record can be at the element, after whatever hidden steps."""
        closure, moves = self.engine.closure, self.engine.moves
        return {joint for reached in closure(element) for joint in moves(reached, heads, log)}

    def full(self, number: int) -> list[Element]:
        """The elements that took every record, after whatever hidden steps."""
        closure = self.engine.closure
        return list(dict.fromkeys(reached for element in self.met[number].full for reached in closure(element)))

    def heads(self, queues: tuple[tuple[Queued, ...], ...], positions: Positions) -> tuple[int | None, ...]:
        """The next record of each log, where what must come before it has."""
        return tuple(
            queue[at].record
            if at < len(queue) and all(done >= need for done, need in zip(positions, queue[at].before, strict=True))
            else None
            for queue, at in zip(queues, positions, strict=True)
        )

    def _kept(
        self, queues: tuple[tuple[Queued, ...], ...], members: set[Member], log: int, settled: tuple[Before, ...]
    ) -> Moved:
        ends = tuple(len(queue) for queue in queues)
        taken = any(positions[log] == ends[log] for positions, _ in members)
        going = {positions: _goes_on(positions, ends, settled) for positions in {member[0] for member in members}}
        kept = self._least([(positions, element) for positions, element in members if going[positions]])
        if not kept:
            return Moved(0, ends, (0,) * len(ends), taken)
        dropped = tuple(min(positions[at] for positions, _ in kept) for at in range(len(ends)))
        moved = frozenset(
            (tuple(at - less for at, less in zip(positions, dropped, strict=True)), element)
            for positions, element in kept
        )
        shorter = tuple(
            tuple(_sooner(each, dropped) for each in queue[less:]) for queue, less in zip(queues, dropped, strict=True)
        )
        waiting = tuple(len(queue) for queue in shorter)
        return Moved(self.number(Frontier(shorter, moved)), dropped, waiting, taken)

    def _least(self, members: list[Member]) -> list[Member]:
        """The members without those that hidden steps make of others."""
        places: dict[Positions, list[Element]] = {}
        for positions, element in members:
            places.setdefault(positions, []).append(element)
        found: list[Member] = []
        for positions, elements in places.items():
            over: set[Element] = set()
            for element in sorted(elements):
                if element not in over:
                    # Two that make each other are both made by the first.
                    over.update(reached for reached in self.engine.closure(element) if reached != element)
            found += [(positions, element) for element in elements if element not in over]
        return found

    def pending(self, number: int) -> Iterator[tuple[int, int]]:
        """The records that no member of the frontier took: log, and how far from the end of what was read of it."""
        frontier = self.met[number]
        for log, queue in enumerate(frontier.queues):
            furthest = max((positions[log] for positions, _ in frontier.members), default=len(queue))
            if furthest < len(queue):
                yield log, len(queue) - furthest


def _needing(queued: Queued, log: int, count: int) -> Queued:
    before = list(queued.before)
    before[log] = max(before[log], count)
    return Queued(queued.record, tuple(before))


def _sooner(queued: Queued, dropped: Positions) -> Queued:
    return Queued(queued.record, tuple(max(0, need - less) for need, less in zip(queued.before, dropped, strict=True)))


def _goes_on(positions: Positions, ends: Positions, settled: tuple[Before, ...]) -> bool:
    """Whether some log's next record, still to be read, can be the next one here."""
    return any(
        at == ends[log] and all(done >= need for done, need in zip(positions, settled[log], strict=True))
        for log, at in enumerate(positions)
    )

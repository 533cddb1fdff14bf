"""The logs of a watched recording, and what their clocks and messages say of the order of records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from checker.trace.coverage import Records
from checker.trace.event import Event, Log
from checker.trace.watch.frontier import Order
from checker.trace.watch.shapes import Shapes

Timed = tuple[int | None, int]  # time and seq of a record


@dataclass(slots=True)
class LogState:
    """One log of the recording, as far as it was read. `latest` is the greatest time any of its records has."""

    index: int
    log: Log
    shapes: Shapes
    latest: int | None = None
    begun: bool = False
    whole: bool = False
    known: dict[int, int | None] = field(default_factory=dict)  # by log, what `apart` says
    floors: dict[int, int] = field(default_factory=dict)  # by log: the records up to this seq came before all to come

    @property
    def requests(self) -> Records:
        """Whether it records the begins of requests, as far as can be seen."""
        if not self.begun:
            return Records.NO
        return Records.MAY if self.whole else Records.MUST

    def skew(self) -> int | None:
        return self.log.skew if self.log.skew is not None else self.shapes.source.skew

    def apart(self, other: LogState) -> int | None:
        """By how much two times must differ for their order to be known; None if it never is."""
        if other.index not in self.known:
            one, two = self.skew(), other.skew()
            same = self.log.clock is not None and self.log.clock == other.log.clock
            self.known[other.index] = 0 if same else None if one is None or two is None else one + two
        return self.known[other.index]


def order_of(
    at: int, event: Event, logs: Sequence[LogState], queues: Sequence[Sequence[Timed]], latest: Sequence[int | None]
) -> Order | None:
    """What is said of a new record of a log, and of the records that wait; None where nothing is.

    `queues` are the records that wait, log by log, `latest` the greatest time that was read of each log.
    """
    count = len(logs)
    before, later = [0] * count, [len(queue) for queue in queues]
    settled = [[0] * count for _ in range(count)]
    said = False
    here = logs[at]
    mine = (*queues[at], (event.time, event.seq))
    for other, queue in enumerate(queues):
        there = logs[other]
        if other == at:
            continue
        apart = here.apart(there)
        floor, back = here.floors.get(there.index, -1), there.floors.get(here.index, -1)
        if apart is None and floor < 0 and back < 0:
            continue
        said = True
        before[other] = _certain(queue, floor, apart, event.time)
        later[other] = _after(queue, apart, event.time)
        settled[at][other] = _certain(queue, floor, apart, latest[at])
        settled[other][at] = _certain(mine, back, apart, latest[other])
    return Order(tuple(before), tuple(later), tuple(map(tuple, settled))) if said else None


def settled_of(logs: Sequence[LogState], queues: Sequence[Sequence[Timed]]) -> tuple[tuple[int, ...], ...]:
    """By log, how many of each queue's records come before all that is still to be read of it."""
    return tuple(
        tuple(
            0 if there is here else _certain(queue, here.floors.get(there.index, -1), here.apart(there), here.latest)
            for there, queue in zip(logs, queues, strict=True)
        )
        for here in logs
    )


def _certain(queue: Sequence[Timed], floor: int, apart: int | None, time: int | None) -> int:
    """How many of the records come before whatever happened at that time, or after the message that says so."""
    found = 0
    limit = None if apart is None or time is None else time - apart
    for place, (when, seq) in enumerate(queue, 1):
        if seq <= floor or (limit is not None and when is not None and when < limit):
            found = place
    return found


def _after(queue: Sequence[Timed], apart: int | None, time: int | None) -> int:
    """From which of the records on they come after what happened at that time."""
    if apart is not None and time is not None:
        for place, (when, _) in enumerate(queue):
            if when is not None and when > time + apart:
                return place
    return len(queue)

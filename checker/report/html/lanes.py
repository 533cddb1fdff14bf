"""The picture of a recording: a lane for each host, and from top to bottom what happened, in the order of the run."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby

from checker.language.protocol import Protocol
from checker.report.steps import host_of_step
from checker.trace.event import Event, Log
from checker.trace.stated import messages
from checker.trace.verdict import EXPLAINED, Part, Verdict


class Place(StrEnum):
    """Where a record stands in the run that is drawn."""

    EXPLAINED = "explained"
    UNEXPLAINED = "unexplained"  # the first record that no run reaches
    ASIDE = "aside"  # of no step of this run: the protocol does not speak of it, or another record told the step
    AFTER = "after"  # behind the unexplained one


@dataclass(frozen=True, slots=True)
class Box:
    """A record, and the step it was read as."""

    event: Event
    lane: int
    place: Place
    step: str = ""


@dataclass(frozen=True, slots=True)
class Ghost:
    """Steps that no log recorded. No lane: they belong to no host, or the words do not say to which."""

    steps: tuple[str, ...]
    lane: int | None


@dataclass(frozen=True, slots=True)
class Arrow:
    """An order between records of two logs, drawn just before the later one: by a message, or assumed."""

    earlier: Event
    later: Event
    start: int
    end: int
    assumed: bool
    said: str


@dataclass(frozen=True, slots=True)
class Divider:
    """A line across all lanes, and what it says."""

    text: str


Row = Box | Ghost | Arrow | Divider


@dataclass(frozen=True, slots=True)
class Picture:
    hosts: tuple[str, ...]
    rows: tuple[Row, ...]


NOT_JUDGED = "What follows stands behind the record that nothing explains. It is in no run, and was not judged."
NO_RUN = "No run is told here: the records are shown as they were recorded."
NO_FURTHER = "The run that was found goes no further: what follows is in no run."


def picture(verdict: Verdict, part: Part, protocol: Protocol) -> Picture:
    """All records of the verdict along the run of one part. Every record is there exactly once."""
    drawing = _Drawing(verdict, part, protocol)
    rows = (*drawing.run(), *drawing.rest())
    return Picture(drawing.hosts, rows)


def unexplained(part: Part) -> Event | None:
    """The first record that no run explains. A run that goes on may have something wrong too; that is not this."""
    told = {event for _, event in part.explained if event is not None}
    blamed = (finding.event for finding in part.findings)
    return next((event for event in blamed if event is not None and event not in told), None)


@dataclass(slots=True)
class _Drawing:
    verdict: Verdict
    part: Part
    protocol: Protocol
    hosts: tuple[str, ...] = field(init=False)
    lanes: dict[Event, int] = field(init=False)
    order: tuple[Event, ...] = field(init=False)
    arrows: dict[Event, list[Arrow]] = field(init=False)
    drawn: set[Event] = field(default_factory=set)

    def __post_init__(self) -> None:
        logs = self.verdict.logs
        self.hosts = tuple(dict.fromkeys(log.host for log in logs))
        self.lanes = {event: self.hosts.index(log.host) for log in logs for event in log.events}
        self.order = tuple(recorded(logs, _guide(self.verdict, self.part)))
        self.arrows = _arrows(self.verdict, self.part, self.lanes)

    def run(self) -> Iterator[Row]:
        """The steps of the run; before each record those of its log that are no step of it."""
        waiting = _Waiting(self.verdict.logs, self.part.host, self.order)
        blamed = unexplained(self.part)
        if not self.part.explained and blamed is None and self.order:
            yield Divider(NO_RUN)
        hidden: list[str] = []
        for words, event in self.part.explained:
            if event is None:
                hidden.append(words)
                continue
            yield from self._aside(waiting, event)
            yield from self._ghosts(hidden)
            yield from self._box(event, Place.EXPLAINED, words)
            hidden = []
        if blamed is not None:
            yield from self._aside(waiting, blamed)
        yield from self._ghosts(hidden)
        if blamed is not None:
            finding = next(each for each in self.part.findings if each.event == blamed)
            yield from self._box(blamed, Place.UNEXPLAINED, finding.action or "")

    def rest(self) -> Iterator[Row]:
        """The records that are not drawn yet, under a line that says why they come last."""
        left = [event for event in self.order if event not in self.drawn]
        blamed = unexplained(self.part)
        if left and blamed is not None:
            yield Divider(NOT_JUDGED)
        elif left and self.part.explained and self.part.kind not in EXPLAINED:
            yield Divider(NO_FURTHER)
        for event in left:
            yield from self._box(event, Place.ASIDE if blamed is None else Place.AFTER)
        for finding in self.part.findings[:1]:
            if finding.event is None:
                yield Divider(finding.message)

    def _aside(self, waiting: _Waiting, event: Event) -> Iterator[Row]:
        for each in waiting.before(event):
            yield from self._box(each, Place.ASIDE)

    def _box(self, event: Event, place: Place, step: str = "") -> Iterator[Row]:
        if event not in self.drawn:
            self.drawn.add(event)
            yield from self.arrows.get(event, ())
            yield Box(event, self.lanes.get(event, 0), place, step)

    def _ghosts(self, hidden: Sequence[str]) -> Iterator[Row]:
        """One ghost for all hidden steps in a row that are of one host."""
        for lane, steps in groupby(hidden, self._lane_of):
            yield Ghost(tuple(steps), lane)

    def _lane_of(self, words: str) -> int | None:
        host = host_of_step(words, self.part, self.protocol, self.hosts)
        return self.hosts.index(host) if host in self.hosts else None


class _Waiting:
    """What still waits to be drawn: each log judged in the part, and all others together, in their order."""

    def __init__(self, logs: Sequence[Log], host: str | None, order: Sequence[Event]) -> None:
        self.rank = {event: at for at, event in enumerate(order)}
        self.queues: dict[Event, deque[Event]] = {}
        others = {event for log in logs if host not in (None, log.host) for event in log.events}
        self.others = deque(event for event in order if event in others)
        for log in logs:
            queue = deque(log.events)
            self.queues |= dict.fromkeys(log.events, queue)

    def before(self, event: Event) -> Iterator[Event]:
        """What is to be drawn before the record, which is not waited for any more."""
        if event not in self.rank:
            return
        rank, queue = self.rank[event], self.queues[event]
        while queue and self.rank[queue[0]] < rank:
            yield queue.popleft()
        if queue and queue[0] == event:
            queue.popleft()
        while self.others and self.rank[self.others[0]] < rank:
            yield self.others.popleft()


def recorded(logs: Sequence[Log], guide: Mapping[Event, int]) -> Iterator[Event]:
    """The records, each log in its order. Between logs: as `guide` has them, else by their times where all have one,
    else by their places in the one file they are in; else one log after the other."""
    events = [event for log in logs for event in log.events]
    timed = all(event.time is not None for event in events)
    one_file = len({(event.origin.file, event.origin.unit) for event in events}) == 1

    def key(event: Event) -> int:
        if guide:
            return guide.get(event, -1)
        if timed:
            return event.time or 0
        return event.origin.place if one_file else 0

    def stream(number: int, log: Log) -> Iterator[tuple[int, int, int, Event]]:
        latest = -1
        for at, event in enumerate(log.events):
            latest = max(latest, key(event))
            yield latest, number, at, event

    streams = [stream(number, log) for number, log in enumerate(logs)]
    for _, _, _, event in heapq.merge(*streams, key=lambda item: item[:3]):
        yield event


def _guide(verdict: Verdict, part: Part) -> dict[Event, int]:
    """For a part of one host: the order in which the run of all hosts has the records."""
    if part.host is None:
        return {}
    whole = [each for each in verdict.parts if each.host is None]
    longest = max(whole, key=lambda each: len(each.explained), default=None)
    told = longest.explained if longest is not None else ()
    return {event: at for at, (_, event) in enumerate(told) if event is not None}


def _arrows(verdict: Verdict, part: Part, lanes: Mapping[Event, int]) -> dict[Event, list[Arrow]]:
    """The orders between logs, by their later records. A message within one lane says nothing new."""
    found: dict[Event, list[Arrow]] = {}

    def add(earlier: Event, later: Event, said: str, *, assumed: bool) -> None:
        start, end = lanes.get(earlier), lanes.get(later)
        if start is not None and end is not None and (start != end or assumed):
            found.setdefault(later, []).append(Arrow(earlier, later, start, end, assumed, said))

    for (_, sent), (_, received) in messages([log.events for log in verdict.logs], []):
        add(sent, received, "by a message", assumed=False)
    for each in part.assumed:
        add(each.earlier, each.later, ", ".join(each.rules), assumed=True)
    return found

"""Watches the logs of one recording by several protocols."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from checker.language.protocol import Protocol
from checker.trace.event import Event, Log
from checker.trace.judge_trace import Judge
from checker.trace.options import Options
from checker.trace.readers.common import sanitise
from checker.trace.sources import source_of
from checker.trace.stated import EDGES
from checker.trace.verdict import VerdictKind, worst
from checker.trace.watch.lane import Lane
from checker.trace.watch.tables import Tables
from checker.trace.watch.told import Summary, Told

MOST_NAMES = 50  # unknown names that are told


@dataclass(slots=True)
class _Each:
    """One protocol, with what is compiled for it."""

    judge: Judge
    tables: Tables


@dataclass(slots=True)
class Watcher:
    """Takes logs and their records in any order that keeps each log's own.

    Raises CannotLower when it is made, and InternalError where something of ours is wrong.
    """

    protocols: Iterable[tuple[Protocol, Options]]
    aborts: bool = False  # tell the shortest clean abort each time it changes
    each: list[_Each] = field(default_factory=list)
    lanes: dict[tuple[str, str | None], Lane] = field(default_factory=dict)
    by_log: dict[str, list[Lane]] = field(default_factory=dict)
    declared: set[str] = field(default_factory=set)  # logs that hold nothing but the protocols' own events
    unknown: dict[str, str] = field(default_factory=dict)
    events: int = 0

    def __post_init__(self) -> None:
        for protocol, options in () if self.each else self.protocols:
            judge = Judge(protocol, options)
            self.each.append(_Each(judge, Tables(protocol, judge.core, options)))

    def another(self) -> Watcher:
        """A watcher of another recording, by the same protocols and with what is worked out for them."""
        return Watcher(self.protocols, self.aborts, self.each)

    def add(self, log: Log) -> None:
        """One more log, whose records come later."""
        index = len(self.by_log)
        found = self.by_log.setdefault(log.name, [])
        for each in self.each:
            protocol = each.judge.protocol
            source = source_of(protocol, log)
            if source is None:
                continue
            if source.declared and not source.records:
                self.declared.add(log.name)
            host = log.host if protocol.each_host else None
            lane = self.lanes.get((protocol.name, host))
            if lane is None:
                lane = Lane(protocol, each.tables, each.judge, host, aborts=self.aborts)
                self.lanes[protocol.name, host] = lane
            lane.add(index, log)
            found.append(lane)

    def accept(self, event: Event) -> list[Told]:
        """What one more record means. Its log was added before."""
        self.events += 1
        found: list[Told] = []
        known = False
        for lane in self.by_log[event.log]:
            told = lane.accept(self.events, event)
            if told is None:
                continue
            known = True
            if told:
                found += told
        if not known and event.log in self.declared and event.name not in EDGES and len(self.unknown) < MOST_NAMES:
            self.unknown.setdefault(
                event.name, f"{event.origin}: no protocol here knows an event `{sanitise(event.name, 80)}`"
            )
        return found

    def finish(self, left_out: int = 0) -> Iterator[Told]:
        """The last word on every case."""
        for lane in self.lanes.values():
            yield from lane.finish(damaged=left_out > 0)

    def summary(self, left_out: int = 0, complaints: tuple[str, ...] = ()) -> Summary:
        """How all cases fared. The verdict is the worst of theirs, as `check` has it."""
        counts = tuple(lane.summary() for lane in self.lanes.values())
        kinds = [kind for lane in self.lanes.values() for kind in lane.counts]
        notes = (*complaints, *self.unknown.values())
        kind = worst(tuple(kinds)) if kinds else VerdictKind.UNREADABLE if not self.lanes else VerdictKind.UNKNOWN
        if left_out or notes:
            kind = VerdictKind.UNREADABLE
        return Summary(kind, self.events, left_out, counts, notes)

"""Pieces of a recording as tables of columns, wherever they come from."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeAlias, TypeVar

import numpy as np
import pyarrow as pa

from checker.trace.event import Complaint, Event, Log, Trace
from checker.trace.fleet.arrays import longs, texts
from checker.trace.fleet.coded import Coded, Coder
from checker.trace.fleet.codes import Ints, Longs
from checker.trace.fleet.plan import Refused
from checker.trace.sources import text_of

PIECE = 1 << 17  # events of a piece that is made of events
AHEAD = 2  # pieces that are read while one is worked on
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Frame:
    """Some records: what they say by the column, numbers of their logs, places in the input."""

    columns: Coded
    logs: Ints
    places: Longs


Piece: TypeAlias = Callable[[Coder], Frame]  # what was read of a recording, to be made numbers of in order


class Source(Protocol):
    """A recording that is read piece by piece, and of which single records can be had again."""

    name: str
    logs: tuple[Log, ...]  # without their events

    def pieces(self) -> Iterator[Piece]:
        """All records, each log's in its order. Raises Refused, and so do the pieces."""

    def events(self, places: Iterable[int]) -> dict[int, Event]:
        """The records at these places."""

    def complaints(self) -> tuple[Complaint, ...]:
        """What was wrong with what was read so far."""

    def left_out(self) -> int:
        """How many records could not be read so far."""


class Recorded:
    """A trace that is in memory already, as a source."""

    def __init__(self, trace: Trace) -> None:
        self.name = trace.name
        self.trace = trace
        self.logs = bare(trace.logs)

    def pieces(self) -> Iterator[Piece]:
        place = 0
        for number, log in enumerate(self.trace.logs):
            for first in range(0, len(log.events), PIECE):
                events = log.events[first : first + PIECE]
                places = np.arange(place, place + len(events))
                yield partial(_made_of, events, np.full(len(events), number, np.int32), places)
                place += len(events)

    def events(self, places: Iterable[int]) -> dict[int, Event]:
        every = [event for log in self.trace.logs for event in log.events]
        return {place: every[place] for place in places}

    def complaints(self) -> tuple[Complaint, ...]:
        return self.trace.complaints

    def left_out(self) -> int:
        return self.trace.left_out


def bare(logs: Iterable[Log]) -> tuple[Log, ...]:
    """The logs without their events."""
    return tuple(
        Log(x.name, x.host, x.source, (), x.begins, x.ends, x.clock, x.skew, x.recorded, x.origin, x.other)
        for x in logs
    )


def framed(coder: Coder, events: Sequence[Event], logs: Ints, places: Longs) -> Frame:
    """Events as a frame. Raises Refused where some are parts of requests."""
    if any(event.phase is not None or event.request is not None for event in events):
        raise Refused("requests are recorded by their begins and ends")
    names = dict.fromkeys(name for event in events for name in event.fields)
    columns = {name: _column(name, events) for name in names}
    columns["event"] = texts([event.name for event in events])
    columns["status"] = texts([event.status for event in events])
    columns["at"] = texts([event.at for event in events])
    return Frame(coder.coded(columns, places), logs, places)


def _made_of(events: Sequence[Event], logs: Ints, places: Longs, coder: Coder) -> Frame:
    return framed(coder, events, logs, places)


def _column(name: str, events: Sequence[Event]) -> pa.Array:
    values = [event.fields.get(name) for event in events]
    whole = [value for value in values if value is None or (type(value) is int and abs(value) < 1 << 62)]
    if len(whole) == len(values):
        return longs(whole)
    return texts([text_of(value) for value in values])


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The items, some of them worked out while one is worked on. What that raises is raised here."""
    end = object()
    with ThreadPoolExecutor(1) as reader:
        waiting = deque(reader.submit(next, items, end) for _ in range(AHEAD))
        while (item := waiting.popleft().result()) is not end:
            waiting.append(reader.submit(next, items, end))
            yield item  # type: ignore[misc]

"""Writes logs for ShiViz: two lines an event, a lane for each log, order told by vector clocks and by nothing else.

An event comes after the one before it in its log, and a receipt after the sending of its message. Of two records of
one step the second is drawn as a receipt from the first, and what follows either comes after both. Times have no part
in it: they are shown with the event.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from checker.trace.event import Event, Trace
from checker.trace.readers.native_event import EDGE
from checker.trace.stated import messages
from checker.trace.writers.common import Losses, Written, line, stamp

# What ShiViz asks for to read such a file; it is its default.
EXPRESSION = r"(?<host>\S*) (?<clock>{.*})\n(?<event>.*)"

Spot = tuple[int, int]  # log, and which of its events
Place = tuple[str, int]  # log's name, and the event's `seq`


def write(trace: Trace, same: Iterable[tuple[Place, Place]] = ()) -> Written:
    """The trace for ShiViz. `same`: pairs of records in two logs that are known to be of one step."""
    losses = Losses()
    lanes = _lanes(trace)
    before = _edges(trace, same, losses)
    clocks: dict[Spot, dict[int, int]] = {}
    pieces: list[str] = []
    for log, at in _ordered(trace, before, losses):
        clock = dict(clocks.get((log, at - 1), {}))
        for earlier in before.get((log, at), ()):
            for lane, count in clocks.get(earlier, {}).items():
                clock[lane] = max(clock.get(lane, 0), count)
        clock[log] = at + 1
        clocks[log, at] = clock
        told = line({lanes[lane]: count for lane, count in sorted(clock.items())})
        pieces.append(f"{lanes[log]} {told}\n{_told(trace.logs[log].events[at], losses)}\n")
    if any(log.clock is not None or log.recorded is not None or log.other for log in trace.logs):
        losses.add("what the headers of the logs say of clocks, and of what is recorded")
    losses.add("whether a log begins empty and ends complete")
    return Written("".join(pieces), losses.told())


def _lanes(trace: Trace) -> list[str]:
    """A name without white space for each log, no two alike."""
    found: list[str] = []
    for log in trace.logs:
        name = "".join(letter if letter.isprintable() else "_" for letter in re.sub(r"\s", "_", log.name)) or "log"
        while name in found:
            name += "_"
        found.append(name)
    return found


def _edges(trace: Trace, same: Iterable[tuple[Place, Place]], losses: Losses) -> dict[Spot, list[Spot]]:
    """For each event the events of other logs that are stated to be before it."""
    places = {(log.name, event.seq): (at, n) for at, log in enumerate(trace.logs) for n, event in enumerate(log.events)}
    found: dict[Spot, list[Spot]] = {}
    notes: list[str] = []
    for (first, sent), (second, received) in messages([log.events for log in trace.logs], notes):
        earlier, later = places[trace.logs[first].name, sent.seq], places[trace.logs[second].name, received.seq]
        found.setdefault(later, []).append(earlier)
    for one, other in same:
        if one not in places or other not in places:
            losses.add(f"a pair of records of one step: there is no {one if one not in places else other}")
            continue
        first_spot, second_spot = sorted((places[one], places[other]))
        found.setdefault(second_spot, []).append(first_spot)
        found.setdefault((first_spot[0], first_spot[1] + 1), []).append(second_spot)
    for note in notes:
        losses.add(note)
    return found


def _ordered(trace: Trace, before: dict[Spot, list[Spot]], losses: Losses) -> Iterator[Spot]:
    """The events in an order that all that is stated allows; what makes a circle is dropped from `before`."""
    done = [0] * len(trace.logs)
    left = sum(len(log.events) for log in trace.logs)
    while left:
        stuck: list[Spot] = []
        moved = False
        for log, at in enumerate(done):
            while at < len(trace.logs[log].events):
                needs = [spot for spot in before.get((log, at), ()) if done[spot[0]] <= spot[1]]
                if needs:
                    stuck.append((log, at))
                    break
                yield log, at
                at += 1
                done[log], left, moved = at, left - 1, True
        if not moved:
            losses.add("a stated order, which makes a circle with the others")
            before[stuck[0]] = [spot for spot in before[stuck[0]] if done[spot[0]] > spot[1]]


def _told(event: Event, losses: Losses) -> str:
    """The event on one line, as text and JSON."""
    about: dict[str, object] = {"seq": event.seq}
    if event.time is not None:
        about["ts"] = stamp(event.time)
    at = event.at if event.at != EDGE else None
    for name, value in (("phase", event.phase), ("req", event.request), ("at", at), ("status", event.status)):
        if value is not None:
            about[name] = losses.text(value)
    about |= losses.fields(event.fields, about.keys())
    name = "".join(letter if letter.isprintable() else "_" for letter in losses.text(event.name))
    return f"{name} {line(about)}"

"""What a recording says that no protocol at hand understands: names of events and of fields, and nothing at all.

A log of a source that declares `events` uses the protocol's own names, so a name that nobody knows is a mistake and not
somebody else's record. Other sources (an operating system's log) hold much that is none of our business.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import SequenceMatcher

from checker.language.nearest import nearest
from checker.language.protocol import Protocol
from checker.trace.event import Complaint, Event, Trace
from checker.trace.readers.common import sanitise
from checker.trace.readers.native_event import MEMBERS
from checker.trace.sources import source_of
from checker.trace.stated import EDGES
from checker.trace.verdict import Part

ALIKE = 0.85  # how alike a field's name must be to a known one to be taken for a misspelling of it
EDGE_FIELD = "Message"


def pointed_out(protocols: Iterable[Protocol], trace: Trace) -> Trace:
    """The trace with a complaint for each name that no protocol knows.

    An unknown event makes the trace unreadable, and so does a field that looks like a known one misspelt. Any other
    unknown field is only mentioned.
    """
    protocols = tuple(protocols)
    events = tuple(_declared(protocols, trace))
    if not events:
        return trace
    names = {action.event.name for protocol in protocols for action in protocol.actions if action.event} | EDGES
    fields = set(_fields(protocols))
    found = (*_unknown_events(events, names), *_unknown_fields(events, fields))
    return replace(trace, complaints=trace.complaints + found)


def nothing_judged(trace: Trace, parts: tuple[Part, ...]) -> bool:
    """Whether no record of the trace was an event of any protocol, so that every answer would be about nothing."""
    return all(_judged(trace, part) == 0 for part in parts)


def _judged(trace: Trace, part: Part) -> int:
    logs = (log for log in trace.logs if part.host in (None, log.host))
    return sum(len(log.events) for log in logs) - sum(times for _, times in part.ignored)


def _declared(protocols: tuple[Protocol, ...], trace: Trace) -> Iterator[Event]:
    for log in trace.logs:
        sources = [source for protocol in protocols if (source := source_of(protocol, log)) is not None]
        if any(source.declared and not source.records for source in sources):
            yield from log.events


def _fields(protocols: tuple[Protocol, ...]) -> Iterator[str]:
    yield EDGE_FIELD
    for protocol in protocols:
        for action in protocol.actions:
            if action.event is not None:
                yield from (field.name for field in action.event.fields)
        yield from (bind.field for bind in protocol.binds)
        yield from (default.field for source in protocol.logs for default in source.defaults)


def _unknown_events(events: tuple[Event, ...], names: set[str]) -> Iterator[Complaint]:
    times = Counter(event.name for event in events if event.name not in names)
    for name, count in times.items():
        first = next(event for event in events if event.name == name)
        near = nearest(name, names)
        often = f", {count} times" if count > 1 else ""
        hint = f"; nearest: `{near}`" if near else "; `event` clauses of the protocol say what there is"
        yield Complaint(first.origin, f"no protocol here knows an event `{sanitise(name, 80)}`{often}{hint}")


def _unknown_fields(events: tuple[Event, ...], fields: set[str]) -> Iterator[Complaint]:
    times = Counter(name for event in events for name in event.fields if name not in fields)
    for name, count in times.items():
        first = next(event for event in events if name in event.fields)
        shown, often = sanitise(name, 80), f", {count} times" if count > 1 else ""
        meant = _misspelt(name, fields | set(MEMBERS))
        if meant is not None:
            yield Complaint(first.origin, f"no event here has a field `{shown}`{often}; nearest: `{meant}`")
        else:
            yield Complaint(first.origin, f"nothing asks for the field `{shown}`{often}", fatal=False)


def _misspelt(name: str, known: set[str]) -> str | None:
    for other in sorted(known):
        same = other.casefold() == name.casefold()
        if same or SequenceMatcher(None, other.casefold(), name.casefold()).ratio() >= ALIKE:
            return other
    return None

"""One log as a protocol sees it: the events that mean something to it, each with the ways to read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from checker.language.nearest import nearest
from checker.language.protocol import Action, EventField, Protocol
from checker.trace.event import Event, Log, Trace
from checker.trace.sources import Known, Reading, SourceReader, Unfit, field_text, source_of


@dataclass(frozen=True, slots=True)
class Seen:
    """An event with the ways to read it; `unfit` says why there is none, or no other."""

    event: Event
    readings: tuple[Reading, ...]
    unfit: tuple[Unfit, ...]


@dataclass(frozen=True, slots=True)
class View:
    """A log without the events that mean nothing to the protocol."""

    index: int
    log: Log
    reader: SourceReader
    events: tuple[Seen, ...]

    def text(self, event: Event, name: str) -> str | None:
        """What a field of one of its events says; None where it says nothing."""
        value = event.fields.get(name)
        if type(value) is str and value:
            return value
        return field_text(event, name, self.reader.source.defaults)

    def said(self, event: Event, reading: Reading) -> Iterator[tuple[EventField, str]]:
        """The fields that the reading knows and the event has, with what they say."""
        for field in reading.fields:
            text = self.text(event, field.name)
            if text is not None:
                yield field, text


@dataclass(frozen=True, slots=True)
class Sight:
    """All of a trace that a protocol sees: its views, names it does not know with how often they occur, and notes."""

    views: tuple[View, ...]
    ignored: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]


def see(protocol: Protocol, trace: Trace, logs: tuple[Log, ...], aside: frozenset[str] = frozenset()) -> Sight:
    """The logs as the protocol sees them. Events whose name is in `aside` are read only where it knows the name.

    A log whose source the protocol does not know is left out, and a note says so.
    """
    views: list[View] = []
    ignored: Counter[str] = Counter()
    notes: list[str] = []
    for log in logs:
        source = source_of(protocol, log)
        if source is None:
            ignored.update(event.name for event in log.events)
            notes.append(_unknown_source(protocol, trace, log))
            continue
        reader = SourceReader(protocol, source)
        seen: list[Seen] = []
        unknown: dict[str, None] = {}
        for event in log.events:
            readings = reader.read(event)
            if readings.known is Known.READ:
                seen.append(Seen(event, readings.readings, readings.unfit))
            elif readings.known is Known.ASIDE or event.name not in aside:
                ignored[_called(event, readings.known)] += 1
                if readings.known is Known.UNKNOWN:
                    unknown[event.name] = None
        for name in unknown:
            near = reader.nearest(name)
            if near is not None:
                notes.append(f"`{name}` is no event of log source `{source.name}`; nearest: `{near}`")
        views.append(View(len(views), log, reader, tuple(seen)))
    return Sight(tuple(views), tuple(sorted(ignored.items())), tuple(dict.fromkeys(notes)))


def succeeds(action: Action, moment: str) -> bool:
    """Whether the moment is an outcome that is no failure."""
    return any(outcome.name == moment and not outcome.failure for outcome in action.outcomes)


def fails(action: Action, moment: str) -> bool:
    """Whether the moment is an outcome that is a failure."""
    return any(outcome.name == moment and outcome.failure for outcome in action.outcomes)


def _called(event: Event, known: Known) -> str:
    """The name under which an event that is set aside is counted."""
    if known is Known.UNKNOWN:
        return event.name
    if event.at != "edge":
        return f"{event.name} at {event.at}"
    return f"{event.name} {event.phase}" if event.phase is not None else event.name


def _unknown_source(protocol: Protocol, trace: Trace, log: Log) -> str:
    known = [source.name for source in protocol.logs] + [source.title for source in protocol.logs if source.title]
    near = nearest(log.source, known)
    hint = f"nearest: `{near}`" if near is not None else f"known: {', '.join(known) or 'none'}"
    return f"log `{log.name}` of {trace.name}: {protocol.name} has no log source `{log.source}`; {hint}"

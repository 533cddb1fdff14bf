"""Windows event records, however they were stored, put into logs: one for each computer, channel and provider."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from heapq import merge
from itertools import pairwise

from checker.trace.event import Event, FieldValue, Log, Origin
from checker.trace.readers.common import Ledger, sanitise
from checker.trace.readers.times import nanoseconds

# A recording of a channel begins wherever the channel's oldest record is, and more may follow it.
BEGINS, ENDS = "anywhere", "open"
PROVIDER_NAMES = ("Name", "EventSourceName", "Guid")  # the first that a record has names its provider


@dataclass(frozen=True, slots=True)
class Record:
    """One record. `number` is its EventRecordID, which orders the records of one channel; captures may have none."""

    computer: str
    channel: str
    provider: str
    number: int | None
    name: str
    fields: dict[str, FieldValue]
    time: int | None
    origin: Origin


def event_name(number: str, data_name: str | None) -> str:
    """What a record is called: its event id. Id 0 means that the name is in its data. Raises ValueError, in words."""
    if not (number.isascii() and number.isdigit() and len(number) <= 10):
        raise ValueError(f"expected a number as EventID; found `{sanitise(number, 40)}`")
    plain = str(int(number))
    return data_name if plain == "0" and data_name else plain


def record_number(text: str) -> int | None:
    """The EventRecordID; None where there is none (captures write nothing, or 0). Raises ValueError, in words."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise ValueError(f"expected a number as EventRecordID; found `{sanitise(text, 40)}`")
    return int(text) or None


def instant(text: str) -> int:
    """A SystemTime, which is UTC whether it says so or not. Raises ValueError, in words."""
    return nanoseconds(text, zone="Z")


def plain_value(text: str) -> str:
    """A field's text: line ends as one letter, and nothing where there is only white space (layout of the export)."""
    plain = text.replace("\r\n", "\n")
    return plain if plain.strip() else ""


class Fields:
    """Fields under their own names; a name that occurs again gets `_1`, `_2`, and so on."""

    __slots__ = ("_times", "plain")

    def __init__(self) -> None:
        self.plain: dict[str, FieldValue] = {}
        self._times: dict[str, int] = {}

    def add(self, name: str, value: str) -> None:
        free = name
        while free in self.plain:
            self._times[name] = self._times.get(name, 0) + 1
            free = f"{name}_{self._times[name]}"
        self.plain[free] = plain_value(value)


def logs_of(records: Iterable[Record], ledger: Ledger) -> tuple[Log, ...]:
    """The logs that the records make up, each in the order of its record numbers.

    Records of one number and one content are one record; of two of different content the later in the file is left
    out, with a complaint. Without numbers the order of the file counts, turned round where times only ever go down.
    """
    by_log: dict[tuple[str, str, str], list[Record]] = {}
    for record in records:
        by_log.setdefault((record.computer, record.channel, record.provider), []).append(record)
    return tuple(_log(key, found, ledger) for key, found in by_log.items())


def join(first: Log, second: Log, ledger: Ledger) -> Log:
    """One log of two recordings of the same log, which may overlap."""
    events = merge(first.events, second.events, key=lambda event: event.seq)
    return replace(first, events=tuple(_without_doubles(events, ledger)))


def _log(key: tuple[str, str, str], records: list[Record], ledger: Ledger) -> Log:
    computer, _, provider = key
    name = "/".join(part for part in key if part) or "unnamed"
    events = _without_doubles((_event(name, seq, record) for seq, record in _ordered(records, ledger)), ledger)
    origin = Origin(ledger.file, records[0].origin.place, records[0].origin.unit)
    # No clock: providers stamp records themselves, and real channels hold records seconds older than the one before.
    return Log(name, computer, provider, tuple(events), BEGINS, ENDS, origin=origin)


def _event(log: str, seq: int, record: Record) -> Event:
    return Event(log, seq, record.name, record.fields, time=record.time, origin=record.origin)


def _ordered(records: list[Record], ledger: Ledger) -> list[tuple[int, Record]]:
    numbered = [(record.number, record) for record in records if record.number is not None]
    if numbered:
        for record in records:
            if record.number is None:
                ledger.wrong(record.origin, "the record has no EventRecordID, though others of its log have", records=1)
        return sorted(numbered, key=lambda pair: pair[0])
    times = [record.time for record in records if record.time is not None]
    if len(times) > 1 and times[0] > times[-1] and all(earlier >= later for earlier, later in pairwise(times)):
        message = (
            "the records carry no EventRecordID and their times only go down: they are read from the last to the first"
        )
        ledger.note("newest first", records[0].origin, message)
        return list(enumerate(reversed(records), 1))
    return list(enumerate(records, 1))


def _without_doubles(events: Iterable[Event], ledger: Ledger) -> Iterator[Event]:
    kept: Event | None = None
    for event in events:
        if kept is None or event.seq != kept.seq:
            kept = event
            yield event
        elif (event.name, event.fields, event.time) == (kept.name, kept.fields, kept.time):
            message = f"record {event.seq} is here and at {kept.origin}; such records are read once"
            ledger.note(f"double in {event.log}", event.origin, message)
        else:
            message = f"record {event.seq} says something else at {kept.origin}; this one is left out"
            ledger.wrong(event.origin, message, records=1)

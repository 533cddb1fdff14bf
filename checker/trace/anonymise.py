"""A recording with every name, id, host and free text replaced: nothing of what they were can be read off the result.

The same name gets the same new one wherever it means the same; what the protocol's text itself says (closed sorts,
outcomes, events, fields, the values a `where` tests) stays. Where a log source makes one field out of the beginning of
another (`default VmName = NicName before "--"`), the new names are made so too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from checker.language.protocol import FieldDefault, LogSource, Protocol
from checker.trace.event import Event, FieldValue, Log, Origin, Trace
from checker.trace.frame import host_sorts
from checker.trace.readers.native_event import EDGE
from checker.trace.sources import plain_status, source_of, text_of
from checker.trace.stated import MESSAGE
from checker.trace.watch.shapes import Says, Shapes, Slot

SHORT = 2  # letters of a name that are too few to mean anything


@dataclass(frozen=True, slots=True)
class Anonymous:
    """The renamed recording, and how many names of each kind were replaced."""

    trace: Trace
    renamed: tuple[tuple[str, int], ...]


def anonymised(protocols: Iterable[Protocol], trace: Trace, name: str = "reduced") -> Anonymous:
    """The recording under new names."""
    renaming = _Renaming(tuple(protocols), frozenset(_texts(trace)))
    logs = tuple(renaming.log(log) for log in trace.logs)
    return Anonymous(Trace(name, logs), renaming.counted())


def texts_of(trace: Trace) -> frozenset[str]:
    """Every name and free text of a recording that is more than two letters long."""
    return frozenset(text for text in _texts(trace) if len(text) > SHORT)


def _texts(trace: Trace) -> Iterable[str]:
    for log in trace.logs:
        yield from (log.name, log.host, log.clock or "")
        yield from (value for _, value in log.other if isinstance(value, str))
        for event in log.events:
            yield from (value for value in event.fields.values() if isinstance(value, str))
            yield from (event.request or "", event.at)


@dataclass(slots=True)
class _Renaming:
    protocols: tuple[Protocol, ...]
    taken: frozenset[str]  # the original texts, none of which may come back
    new: dict[tuple[str, str], str] = field(default_factory=dict)  # by kind and original
    used: set[str] = field(default_factory=set)
    numbers: dict[str, int] = field(default_factory=dict)

    def counted(self) -> tuple[tuple[str, int], ...]:
        counts: dict[str, int] = {}
        for kind, _ in self.new:
            counts[kind] = counts.get(kind, 0) + 1
        return tuple(sorted(counts.items()))

    def name(self, kind: str, original: str, prefix: str) -> str:
        """The new name of something of this kind."""
        found = self.new.get((kind, original))
        if found is None:
            while True:
                number = self.numbers[prefix] = self.numbers.get(prefix, 0) + 1
                found = f"{prefix}{number}"
                if found not in self.used and not any(len(old) > SHORT and old in found for old in self.taken):
                    break
            self.used.add(found)
            self.new[kind, original] = found
        return found

    def log(self, log: Log) -> Log:
        sources = [(p, source) for p in self.protocols if (source := source_of(p, log)) is not None]
        shapes = [Shapes(protocol, source) for protocol, source in sources]
        called = self.name("log", log.name, "log")
        return replace(
            log,
            name=called,
            host=self.host(log.host),
            source=self.source(log, [source for _, source in sources]),
            clock=None if log.clock is None else self.name("clock", log.clock, "clock"),
            events=tuple(self.event(event, called, shapes) for event in log.events),
            origin=Origin("reduced", 0),
            other=(),
        )

    def host(self, original: str) -> str:
        """The new name of a host, unless the protocol's text itself names the hosts."""
        for protocol in self.protocols:
            sorts = host_sorts(protocol)
            if sorts:
                return self.name(sorts[0], original, sorts[0].upper())
        members = {m.casefold() for p in self.protocols for sort in p.sorts for m in sort.members or ()}
        return original if original.casefold() in members else self.name("host", original, "HOST")

    @staticmethod
    def source(log: Log, sources: list[LogSource]) -> str:
        return sources[0].name if sources else log.source

    def event(self, event: Event, log: str, shapes: list[Shapes]) -> Event:
        fields: dict[str, FieldValue] = {
            name: self.value(event, name, value, shapes) for name, value in event.fields.items()
        }
        return replace(
            event,
            log=log,
            fields=fields,
            status=self.status(event),
            request=None if event.request is None else self.name("request", event.request, "r"),
            at=event.at if event.at in (EDGE, "miniport") else self.at(event.at, event, shapes),
            origin=Origin("reduced", 0),
        )

    def value(self, event: Event, name: str, value: FieldValue, shapes: list[Shapes]) -> FieldValue:
        text = text_of(value)
        if text is None:
            return None
        if name == MESSAGE:
            return self.name("message", text, "m")
        slots = [slot for each in shapes if (slot := _slot(each, event.name, name)) is not None]
        named = next((slot for slot in slots if slot.says is not Says.PLAIN), None)
        if named is None:
            if any(slot.says is Says.PLAIN for slot in slots) and self.plain(text, value, shapes):
                return value
            return self.name(name, text, "x")
        return self.named(named, name, value, text, shapes)

    def plain(self, text: str, value: FieldValue, shapes: list[Shapes]) -> bool:
        """Whether the value is a word of the protocol's text, or a number that is read as one."""
        if not isinstance(value, str) or text.lstrip("-").isdecimal():
            return True
        words = {"true", "false"}
        words.update(member.casefold() for p in self.protocols for sort in p.sorts for member in sort.members or ())
        tests = [test for each in shapes for record in each.source.records for test in record.where]
        return text.casefold() in words or any(text in test.values for test in tests)

    def named(self, slot: Slot, name: str, value: FieldValue, text: str, shapes: list[Shapes]) -> FieldValue:
        for default in (default for each in shapes for default in each.source.defaults):
            if default.value == name and default.separator is not None and default.separator in text:
                return self._parted(slot, default, text, shapes)
        kind = slot.key
        if isinstance(value, int) and not isinstance(value, bool):
            return int(self.name(kind, text, "\0").lstrip("\0"))
        if (kind, text) in self.new:
            return self.new[kind, text].lstrip("\0")
        return self.name(kind, text, kind.upper() if slot.says is Says.NAME else kind)

    def _parted(self, slot: Slot, default: FieldDefault, text: str, shapes: list[Shapes]) -> str:
        """A name of which the part before the separator is somebody's name too."""
        assert default.separator is not None
        before = text.partition(default.separator)[0]
        kinds = [
            each.key
            for shape in shapes
            for each in shape.all_slots()
            if each.field == default.field and each.says is Says.NAME
        ]
        whose = self.name(kinds[0], before, kinds[0].upper()) if kinds else self.name(default.field, before, "x")
        return f"{whose}{default.separator}{self.name(slot.key, text, slot.key.upper())}"

    def at(self, at: str, event: Event, shapes: list[Shapes]) -> str:
        slots = [slot for each in shapes if (slot := _slot(each, event.name, "at")) is not None]
        kind = next((slot.key for slot in slots if slot.says is Says.NAME), "place")
        return self.name(kind, at, kind.upper())

    def status(self, event: Event) -> str:
        """The status, where it is the name of an outcome; else a new word that is none."""
        words = {outcome.name for p in self.protocols for action in p.actions for outcome in action.outcomes}
        plain = plain_status(event.status)
        if plain.casefold() in {word.casefold() for word in words}:
            return plain
        return self.name("status", event.status, "STATUS")


def _slot(shapes: Shapes, event: str, name: str) -> Slot | None:
    """How a field of such an event is read."""
    shape = shapes.of(event)
    found = None if shape is None else next((slot for slot in shape.slots if slot.field == name), None)
    if found is not None:
        return found
    bind = shapes.ids.get(name)
    if bind is not None or name in shapes.apart:
        return Slot(name, Says.ID, name, joins=False, everywhere=True)
    return next((slot for slot in shapes.all_slots() if slot.field == name and slot.says is not Says.PLAIN), None)

"""What is read of a record, by its name: which fields, and what each of them says. Worked out once for each name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from checker.language.protocol import Action, Bind, EventField, LogSource, Of, Protocol
from checker.language.types import type_of
from checker.trace.event import Event
from checker.trace.frame import id_binds, is_id
from checker.trace.sources import SourceReader, field_text


class Says(Enum):
    """What a field's value is."""

    NAME = "the lasting name of an individual"
    ID = "an id, which may come to mean another"
    PLAIN = "a plain value"


@dataclass(frozen=True, slots=True)
class Slot:
    """One field that is read. `key` is the sort of a NAME, the field of an ID. `joins`: it ties records together."""

    field: str
    says: Says
    key: str
    joins: bool
    everywhere: bool  # of an ID: it means the same on every host


@dataclass(frozen=True, slots=True)
class Shape:
    """What is read of the records of one name. `starts` are the id fields whose life every such record begins."""

    slots: tuple[Slot, ...]
    starts: frozenset[str]


class Shapes:
    """The shapes of one source's records."""

    def __init__(self, protocol: Protocol, source: LogSource) -> None:
        self.protocol, self.source = protocol, source
        self.reader = SourceReader(protocol, source)
        self.ids = id_binds(protocol)
        self._known: dict[str, Shape | None] = {}
        sorts = {sort.name for sort in protocol.sorts}
        self.apart = tuple(
            name for name in protocol.joined if name not in sorts
        )  # fields that join, whoever reads them
        self.begun = frozenset(  # the names of records of requests that have a begin
            name for name in self.reader.names if any(action.begin is not None for action, _ in self._patterns(name))
        )
        self.personal = frozenset(self._personal())

    def of(self, name: str) -> Shape | None:
        """The shape of the records of that name; None where they mean nothing to the protocol."""
        if name not in self._known:
            self._known[name] = self._shape(name)
        return self._known[name]

    def all_slots(self) -> Iterator[Slot]:
        """Every field that is read of some record."""
        for name in self.reader.names:
            shape = self.of(name)
            yield from () if shape is None else shape.slots

    def text(self, event: Event, slot: Slot) -> str | None:
        """What a field of the event says."""
        found = event.fields.get(slot.field)
        if type(found) is str and found:
            return found
        return field_text(event, slot.field, self.source.defaults)

    def _shape(self, name: str) -> Shape | None:
        read = list(self._patterns(name))
        if not read:
            return None
        slots: dict[str, Slot] = {}
        for _, fields in read:
            for field in fields:
                slots.setdefault(field.name, self._slot(field))
        for record in self.reader.records.get(name, ()):
            for test in record.where:
                slots.setdefault(test.field, Slot(test.field, Says.PLAIN, test.field, joins=False, everywhere=False))
        starts = [
            frozenset(bind.field for bind in self.ids.values() if action.name in bind.starts) for action, _ in read
        ]
        return Shape(tuple(slots.values()), frozenset.intersection(*starts))

    def _patterns(self, name: str) -> Iterator[tuple[Action, tuple[EventField, ...]]]:
        yield from self.reader.declared.get(name, ())
        for record in self.reader.records.get(name, ()):
            yield self.reader.actions[record.action], record.fields

    def _personal(self) -> Iterator[str]:
        """The names of records that are about an individual of a joined sort."""
        for name in self.reader.names:
            for action, _ in self._patterns(name):
                types = [variable.type for variable in action.params]
                if any(isinstance(type_, Of) and type_.sort in self.protocol.joined for type_ in types):
                    yield name

    def _slot(self, field: EventField) -> Slot:
        joined = set(self.protocol.joined)
        if is_id(field, self.ids):
            bind: Bind | None = self.ids.get(field.name)
            sorts = set(bind.sorts) if bind is not None else set()
            everywhere = bind is None or bind.per is None
            return Slot(field.name, Says.ID, field.name, bool(sorts & joined), everywhere)
        type_ = type_of(field.values[0]) if field.values else None
        if isinstance(type_, Of) and self.protocol.sort(type_.sort).members is None:
            return Slot(field.name, Says.NAME, type_.sort, type_.sort in joined, everywhere=True)
        # A field that is asked for only by its absence says who it is about where another record names it.
        named = self._sort_of(field.name)
        if named is not None:
            return Slot(field.name, Says.NAME, named, named in joined, everywhere=True)
        return Slot(field.name, Says.PLAIN, field.name, joins=False, everywhere=False)

    def _sort_of(self, name: str) -> str | None:
        """The open sort that a field of this name speaks of in some other record."""
        known: Mapping[str, str] = {
            each.name: type_.sort
            for action in self.protocol.actions
            if action.event is not None
            for each in action.event.fields
            if each.values is not None and len(each.values) == 1 and isinstance(type_ := type_of(each.values[0]), Of)
        }
        sort = known.get(name)
        return sort if sort is not None and self.protocol.sort(sort).members is None else None

"""Cases that differ in names alone have the same verdict: one is judged, for the others its answer is retold."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar

from checker.language.protocol import EventField, Of, Protocol
from checker.language.types import type_of
from checker.model.scope import Scope
from checker.trace.cases import CaseViews
from checker.trace.event import Event
from checker.trace.frame import id_binds, is_id
from checker.trace.sources import Reading
from checker.trace.view import View

Name = tuple[str, str, str]  # sort or field, host ("" for names of everywhere), text
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Variant:
    """What a case comes down to. Cases with equal `shape` differ in nothing but `names`, and in when and where."""

    shape: Hashable
    names: tuple[Name, ...]
    events: tuple[Event, ...]


class Variants:
    """The variants of one trace's cases."""

    def __init__(self, protocol: Protocol) -> None:
        self.slots = _Slots(protocol)

    def of(self, case: CaseViews) -> Variant:
        """The variant of a case: names replaced by the order in which they are met."""
        reader = _Reader(self.slots)
        shape = tuple(reader.view(view) for view in case.views)
        events = tuple(seen.event for view in case.views for seen in view.events)
        return Variant((shape, case.stated.needs), tuple(reader.numbers), events)


@dataclass(frozen=True, slots=True)
class _Slot:
    """A field; `kind` is the sort or the field whose names it tells, "" where it says something else."""

    field: str
    kind: str
    per_host: bool


class _Slots:
    """The fields that readings know, worked out once for all events that share them (`SourceReader.read`)."""

    def __init__(self, protocol: Protocol) -> None:
        self.ids = id_binds(protocol)
        self.named = {sort.name for sort in protocol.sorts if sort.members is None}.intersection(protocol.joined)
        self.known: dict[int, tuple[tuple[Reading, ...], tuple[_Slot, ...]]] = {}  # by the readings' identity

    def of(self, readings: tuple[Reading, ...]) -> tuple[_Slot, ...]:
        found = self.known.get(id(readings))
        if found is None:
            slots = dict.fromkeys(self._slot(field) for reading in readings for field in reading.fields)
            found = self.known[id(readings)] = readings, tuple(slots)
        return found[1]

    def _slot(self, field: EventField) -> _Slot:
        type_ = type_of(field.values[0]) if field.values else None
        if is_id(field, self.ids):
            bind = self.ids.get(field.name)
            return _Slot(field.name, field.name, bind is not None and bind.per is not None)
        named = isinstance(type_, Of) and type_.sort in self.named
        return _Slot(field.name, type_.sort if named and isinstance(type_, Of) else "", per_host=False)


class _Reader:
    def __init__(self, slots: _Slots) -> None:
        self.slots = slots
        self.numbers: dict[Name, int] = {}
        self.requests: dict[str, int] = {}

    def view(self, view: View) -> Hashable:
        log = view.log
        head = log.name, log.host, log.source, log.begins, log.ends, log.recorded, log.skew, log.clock
        return head, tuple(self.event(view, at) for at in range(len(view.events)))

    def event(self, view: View, at: int) -> Hashable:
        seen = view.events[at]
        event = seen.event
        request = None if event.request is None else self.requests.setdefault(event.request, len(self.requests))
        said = tuple([self.said(view, event, slot) for slot in self.slots.of(seen.readings)])
        unfit = tuple([unfit.text for unfit in seen.unfit]) if seen.unfit else ()
        return event.phase, request, event.status, id(seen.readings), said, unfit

    def said(self, view: View, event: Event, slot: _Slot) -> Hashable:
        """The number of a name of some individual that makes up cases; what is said as it is, else."""
        text = view.text(event, slot.field)
        if text is None or not slot.kind:
            return text
        name = slot.kind, view.log.host if slot.per_host else "", text
        return self.numbers.setdefault(name, len(self.numbers))


def retold(told: T, one: Variant, other: Variant) -> T:
    """What is told of one case, told of another case of the same shape: its events, and its names in all words."""
    events = {id(event): twin for event, twin in zip(one.events, other.events, strict=True)}
    words: dict[str, str] = {}
    for (sort, host, text), (_, _, twin) in zip(one.names, other.names, strict=True):
        plain = not host and len(text) > 2
        words[text if plain else f"{sort.lower()} {text}"] = twin if plain else f"{sort.lower()} {twin}"
    for event, its in zip(one.events, other.events, strict=True):
        words[f"({event.log} {event.seq})"] = f"({its.log} {its.seq})"
    words = {text: twin for text, twin in words.items() if text != twin}
    names = {text: twin for (_, _, text), (_, _, twin) in zip(one.names, other.names, strict=True)}
    return _Retelling(events, words, names).of(told)


class _Retelling:
    def __init__(self, events: Mapping[int, Event], words: Mapping[str, str], names: Mapping[str, str]) -> None:
        self.events, self.words, self.names = events, words, names
        longest = sorted(words, key=len, reverse=True)
        self.pattern = re.compile("|".join(rf"(?<![\w-]){re.escape(text)}(?![\w-])" for text in longest) or r"(?!)")

    def of(self, told: T) -> T:
        found: Any = told
        match told:
            case Event():
                found = self.events.get(id(told), told)
            case str() if type(told) is str:
                found = self.pattern.sub(lambda match: self.words[match[0]], told)
            case tuple():
                found = tuple(self.of(each) for each in told)
            case Scope():
                named = tuple((sort, tuple(self.names.get(n, n) for n in names)) for sort, names in told.names)
                found = replace(told, names=named)
            case _ if is_dataclass(told) and not isinstance(told, type):
                found = replace(told, **{each.name: self.of(getattr(told, each.name)) for each in fields(told)})
        return found  # type: ignore[no-any-return]

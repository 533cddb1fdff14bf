"""What records mean: which `log` declaration a log uses, and which moments of which actions an event can be."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from checker.language.nearest import nearest
from checker.language.protocol import (
    BEGIN,
    SUCCESS,
    Action,
    EventField,
    FieldDefault,
    FieldTest,
    LogSource,
    Protocol,
    Record,
    Test,
)
from checker.trace.event import Event, FieldValue, Log

OTHER = "OTHER"  # the outcome that stands for every failing status no other outcome is named after
EDGE = "edge"
PHASE_BEGIN = "begin"
MOST = 4096  # shapes of records that are kept with what they mean

_STATUS_PREFIXES = ("NDIS_STATUS_", "STATUS_")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read an event: a moment of an action, and what the record's fields say of it."""

    action: Action
    moment: str
    fields: tuple[EventField, ...]


class Known(StrEnum):
    """What the log's source says of an event's name."""

    UNKNOWN = "unknown"  # no record of this source is called so
    ASIDE = "aside"  # of this source, and no moment of this protocol
    READ = "read"


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why an event is not read as an action: in words, and the rules that say so."""

    action: Action
    text: str
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Readings:
    """Every way to read an event. `unfit` says why what is missing is missing.

    Events of one shape (`SourceReader.read`) share one of these: what follows from it need be found only once.
    """

    known: Known
    readings: tuple[Reading, ...]
    unfit: tuple[Unfit, ...] = ()


def source_of(protocol: Protocol, log: Log) -> LogSource | None:
    """The `log` declaration of that name, else the one with that provider title."""
    for source in protocol.logs:
        if source.name == log.source:
            return source
    wanted = log.source.casefold()
    for source in protocol.logs:
        if wanted in (source.title.casefold(), source.name.casefold()):
            return source
    return None


def text_of(value: FieldValue) -> str | None:
    """A field's value as text; None where it says nothing."""
    match value:
        case None | "":
            return None
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)


def field_text(event: Event, name: str, defaults: tuple[FieldDefault, ...] = ()) -> str | None:
    """What a field of the event says, the source's defaults filled in; None where it says nothing."""
    found = text_of(event.fields.get(name))
    if found is not None:
        return found
    for default in defaults:
        if default.field != name:
            continue
        if default.separator is None:
            return default.value
        whole = text_of(event.fields.get(default.value))
        if whole is not None and default.separator in whole:
            return whole.partition(default.separator)[0]
    return _attribute(event, name)


def _attribute(event: Event, name: str) -> str | None:
    match name:
        case "at":
            return event.at
        case "status":
            return event.status
        case "phase":
            return event.phase
        case "req":
            return event.request
        case _:
            return None


class SourceReader:
    """Reads the events of one source."""

    def __init__(self, protocol: Protocol, source: LogSource) -> None:
        self.source = source
        self.declared: dict[str, list[tuple[Action, tuple[EventField, ...]]]] = {}
        self.records: dict[str, list[Record]] = {}
        self.actions = {action.name: action for action in protocol.actions}
        if source.declared:
            for action in protocol.actions:
                if action.event is not None:
                    self.declared.setdefault(action.event.name, []).append((action, action.event.fields))
        for record in source.records:
            self.records.setdefault(record.event, []).append(record)
        # Where one pattern of a name says that a field is absent, its absence means something to the others too.
        self.telling: dict[str, frozenset[str]] = {
            name: frozenset(field.name for _, fields in patterns for field in fields if field.values is None)
            for name, patterns in self.declared.items()
        }
        # Fields that are there where another field has a separator in it, and those whose value some `where` tests.
        self.parted = tuple(default.field for default in source.defaults if default.separator is not None)
        self.asked = {
            name: tuple(dict.fromkeys(test.field for record in records for test in record.where if test.values))
            for name, records in self.records.items()
        }
        self._known: dict[Hashable, Readings] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The event names that mean something."""
        return (*self.declared, *self.records)

    def nearest(self, name: str) -> str | None:
        """The known event name that this one was perhaps meant to be. A number is no misspelling of another."""
        return None if name.isdigit() else nearest(name, self.names)

    def event_names(self, action: Action, moment: str) -> Iterator[str]:
        """The names under which a moment can be recorded, `never` aside."""
        if self.source.declared and action.event is not None:
            yield action.event.name
        for record in self.source.records:
            if record.action == action.name and _records(record, moment):
                yield record.event

    def read(self, event: Event) -> Readings:
        """Every way to read the event, worked out once for all events of its shape.

        A shape is all that this looks at: name, phase, place, status, which fields say something, and what those say
        that some `where` tests.
        """
        name, fields = event.name, event.fields
        present: Hashable = tuple(fields)
        if None in fields.values() or "" in fields.values():
            present = tuple(field for field, value in fields.items() if text_of(value) is not None)
        asked, defaults = self.asked.get(name), self.source.defaults
        said = tuple([field_text(event, field, defaults) for field in asked]) if asked else ()
        parts = tuple([field_text(event, field, defaults) is None for field in self.parted]) if self.parted else ()
        shape = name, event.phase, event.at, event.status, event.request is None, present, said, parts
        known = self._known.get(shape)
        if known is None:
            known = self._read(event)
            if len(self._known) < MOST:
                self._known[shape] = known
        return known

    def _read(self, event: Event) -> Readings:
        patterns = self.declared.get(event.name, [])
        records = self.records.get(event.name, [])
        if not patterns and not records:
            return Readings(Known.UNKNOWN, ())
        found: list[Reading] = []
        unfit: list[Unfit] = []
        aside = True
        for action, fields in patterns:
            if event.at != EDGE and all(field.name != "at" for field in fields):
                continue
            if event.phase == PHASE_BEGIN and action.begin is None:
                continue
            aside = False
            self._declared(event, action, fields, found, unfit)
        for record in records:
            if not all(holds(test, field_text(event, test.field, self.source.defaults)) for test in record.where):
                continue
            aside = False
            self._recorded(event, record, found, unfit)
        return Readings(Known.ASIDE if aside else Known.READ, tuple(found), tuple(unfit))

    def _declared(
        self,
        event: Event,
        action: Action,
        fields: tuple[EventField, ...],
        found: list[Reading],
        unfit: list[Unfit],
    ) -> None:
        telling = self.telling[event.name]
        for field in fields:
            said = field_text(event, field.name, self.source.defaults)
            if field.values is None and said is not None:
                unfit.append(Unfit(action, f"{field.name} is there, and {action.name} is recorded without it"))
                return
            if field.values is not None and said is None and field.name in telling:
                unfit.append(Unfit(action, f"{field.name} is missing, and {action.name} is recorded with it"))
                return
        said_fields = tuple(field for field in fields if field.values is not None)
        if event.phase == PHASE_BEGIN:
            found.append(Reading(action, BEGIN, said_fields))
            return
        moment = outcome_for(action, event.status)
        if moment is None:
            unfit.append(_no_outcome(action, event.status))
        else:
            found.append(Reading(action, moment, said_fields))

    def _recorded(self, event: Event, record: Record, found: list[Reading], unfit: list[Unfit]) -> None:
        action = self.actions[record.action]
        moment = record.moment or outcome_for(action, event.status)
        if moment is None:
            unfit.append(_no_outcome(action, event.status))
            return
        for field in record.fields:
            if field.values is None and field_text(event, field.name, self.source.defaults) is not None:
                unfit.append(Unfit(action, f"{field.name} is there, and {action.name} is recorded without it"))
                return
        found.append(Reading(action, moment, tuple(field for field in record.fields if field.values is not None)))


def holds(test: FieldTest, said: str | None) -> bool:
    """Whether a `where` accepts what the field says."""
    match test.test:
        case Test.PRESENT:
            return said is not None
        case Test.ABSENT:
            return said is None
        case Test.IS | Test.IN:
            return said is not None and said in test.values
        case Test.IS_NOT:
            return said not in test.values
        case _:
            assert_never(test.test)


def outcome_for(action: Action, status: str) -> str | None:
    """The outcome that a completion status names; None if the action has none for it."""
    wanted = plain_status(status).casefold()
    by_name: Mapping[str, str] = {outcome.name.casefold(): outcome.name for outcome in action.outcomes}
    if wanted in by_name:
        return by_name[wanted]
    return by_name.get(OTHER.casefold()) if wanted != SUCCESS.casefold() else None


def plain_status(status: str) -> str:
    """A status without the prefix that Windows headers put before it."""
    for prefix in _STATUS_PREFIXES:
        if status.upper().startswith(prefix):
            return status[len(prefix) :]
    return status


def _no_outcome(action: Action, status: str) -> Unfit:
    """No outcome is named after the status: against the rules that say how the action can end."""
    names = [outcome.name for outcome in action.outcomes]
    near = nearest(status, names)
    listed = f"nearest: {near}" if near is not None else f"its outcomes: {', '.join(names)}"
    cited = [rule for outcome in action.outcomes for guard in outcome.guards for rule in guard.rules]
    cited += [rule for outcome in action.outcomes for rule in outcome.rules]
    text = f"status {status} is not an outcome of {action.name}; {listed}"
    return Unfit(action, text, tuple(dict.fromkeys((*cited, *action.rules))))


def _records(record: Record, moment: str) -> bool:
    return record.moment == moment or (record.moment is None and moment != BEGIN)

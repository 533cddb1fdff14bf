"""What the protocols look at in records, by the column: which fields tie records together, which are read as they are.

A *space* is a set of values that name the same kind of thing: the lasting names of a joined sort, the ids of one bound
field on one host, the values of one joined field. Two records with the same value of a space belong to one case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from checker.language.protocol import FieldDefault, LogSource, Of, Protocol, Test
from checker.language.types import type_of
from checker.trace.event import Log
from checker.trace.frame import id_binds, is_id
from checker.trace.sources import source_of

MOST, MOST_LOGS = 10, 256  # tying fields, logs: what a record has of them must fit a small number


class Refused(Exception):
    """The recording cannot be taken apart by the column. The message says why, as half a sentence."""


class SpaceKind(StrEnum):
    """Lasting names of a sort, ids of a field, or values of a field that ties records together for ever."""

    SORT = "sort"
    ID = "id"
    FIELD = "field"


@dataclass(frozen=True, slots=True)
class Space:
    """`title` is the sort or the field. An id of a `per_host` space means something else on each host."""

    kind: SpaceKind
    title: str
    per_host: bool = False


@dataclass(frozen=True, slots=True)
class Derived:
    """A field that says something where it is absent: the part of `whole` before `separator`. `logs` are by number."""

    field: str
    whole: str
    separator: str
    logs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to look at. `fields` gives the space of each field that has one; `plain` are the fields read as they are."""

    protocols: tuple[Protocol, ...]
    logs: tuple[Log, ...]
    sources: tuple[tuple[tuple[Protocol, LogSource], ...], ...]  # for each log, the protocols that know its source
    spaces: tuple[Space, ...]
    fields: tuple[tuple[str, int], ...]
    plain: frozenset[str]
    derived: tuple[Derived, ...]


def planned(protocols: Iterable[Protocol], logs: tuple[Log, ...]) -> Plan:
    """The plan for logs without their events. Raises Refused."""
    protocols = tuple(protocols)
    sources = tuple(
        tuple((each, source) for each in protocols if (source := source_of(each, log)) is not None) for log in logs
    )
    if not any(sources):
        raise Refused("no log has a source that is known here")
    knowing = tuple(dict.fromkeys(protocol.name for known in sources for protocol, _ in known))
    for protocol in protocols:
        if protocol.name in knowing and not protocol.joined:
            raise Refused(f"{protocol.name} does not say what its records are joined by")
    fields: dict[str, Space] = {}
    for name, space in _keyed(sources):
        if fields.setdefault(name, space) != space:
            raise Refused(f"the field {name} ties records together in more than one way")
    if len(fields) > MOST or len(logs) > MOST_LOGS:
        raise Refused("too many fields tie records together, or there are too many logs")
    spaces = tuple(dict.fromkeys(fields.values()))
    numbers = {space: number for number, space in enumerate(spaces)}
    return Plan(
        protocols,
        logs,
        sources,
        spaces,
        tuple((name, numbers[space]) for name, space in fields.items()),
        frozenset(_asked(sources)) - fields.keys(),
        tuple(_derived(sources, fields)),
    )


_Sources = tuple[tuple[tuple[Protocol, LogSource], ...], ...]


def _pairs(sources: _Sources) -> Iterable[tuple[Protocol, LogSource]]:
    """Each protocol with each source of its own, once."""
    return {(id(protocol), id(source)): (protocol, source) for known in sources for protocol, source in known}.values()


def _keyed(sources: _Sources) -> Iterator[tuple[str, Space]]:
    """The fields that tie records together, each with its space. A field that `joined by` names needs no lives."""
    for protocol, source in _pairs(sources):
        sorts = frozenset(sort.name for sort in protocol.sorts if sort.name in protocol.joined)
        ids = id_binds(protocol)
        for name in protocol.joined:
            if name not in sorts:
                yield name, Space(SpaceKind.FIELD, name)
        for bind in ids.values():
            if bind.field not in protocol.joined and sorts & set(bind.sorts):
                yield bind.field, Space(SpaceKind.ID, bind.field, bind.per is not None)
        patterns = [action.event.fields for action in protocol.actions if action.event is not None and source.declared]
        patterns += [record.fields for record in source.records]
        for field in (field for fields in patterns for field in fields):
            type_ = type_of(field.values[0]) if field.values and not is_id(field, ids) else None
            if isinstance(type_, Of) and type_.sort in sorts:
                yield field.name, Space(SpaceKind.SORT, type_.sort)


def _asked(sources: _Sources) -> Iterator[str]:
    """Every field that a protocol asks for."""
    for protocol, source in _pairs(sources):
        yield from (field.name for a in protocol.actions if a.event is not None for field in a.event.fields)
        yield from (bind.field for bind in protocol.binds)
        for record in source.records:
            yield from (field.name for field in record.fields)
            yield from (test.field for test in record.where)
        for default in source.defaults:
            yield from (default.field, default.value) if default.separator is not None else (default.field,)


def _derived(sources: _Sources, fields: dict[str, Space]) -> Iterator[Derived]:
    """The defaults that give a tying field its value. Raises Refused for those that cannot be had by the column."""
    where: dict[tuple[FieldDefault, ...], list[int]] = {}
    for log, known in enumerate(sources):
        for defaults in {source.defaults for _, source in known}:
            where.setdefault(defaults, []).append(log)
        for test in (test for _, source in known for record in source.records for test in record.where):
            if test.field in fields and test.test not in (Test.ABSENT, Test.PRESENT):
                raise Refused(f"what a record means depends on the value of {test.field}, which ties records together")
    for defaults, logs in where.items():
        told: set[str] = set()
        for default in defaults:
            if default.field in fields:
                if default.separator is None or default.field in told or default.value not in fields:
                    raise Refused(
                        f"the default of {default.field}, which ties records together, is none to follow here"
                    )
                told.add(default.field)
                yield Derived(default.field, default.value, default.separator, tuple(logs))

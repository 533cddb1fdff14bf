"""The scope a trace speaks of: which individuals its names are, how many more are needed, which consts it settles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from checker.language.protocol import (
    Bind,
    Bool,
    EventField,
    Expr,
    Kind,
    Of,
    Protocol,
    Range,
    ReadConst,
    Type,
    Var,
)
from checker.language.types import type_of
from checker.model.scope import Scope
from checker.trace.counts import Pin, count, placed
from checker.trace.options import Options
from checker.trace.sources import Reading
from checker.trace.view import Seen, View

Names = tuple[tuple[str, tuple[str, ...]], ...]  # by open sort

_TRUTH = {"true": 1, "1": 1, "false": 0, "0": 0}
_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Frame:
    """The scope, and the numbers that names stand for.

    `ids` are the fields whose values name individuals only for a time, or several at once. `pools` are the individuals
    that nothing else names, host by host. `largest`: more of them could not explain more.
    """

    protocol: Protocol
    scope: Scope
    numbers: Mapping[str, Mapping[str, int]]  # by open sort, then by name
    ids: Mapping[str, Bind]
    pools: tuple[tuple[str, tuple[int, ...]], ...]
    hosts: tuple[str, ...]  # as the logs spell them
    largest: bool

    @property
    def unnamed(self) -> dict[str, int]:
        """The sorts with individuals that have no names, and the first of them."""
        found: dict[str, int] = {}
        for sort, pool in self.pools:
            if pool:
                found.setdefault(sort, pool[0])
        return found

    def meaning(self, type_: Type, text: str) -> int | None:
        """The value of this type that the text says; None if it says none."""
        return meaning(self.protocol, self.numbers, type_, text)

    def log_host(self, individual: str) -> str:
        """A host's name as the logs spell it: members of a closed sort may be spelled otherwise."""
        if individual in self.hosts:
            return individual
        wanted = individual.casefold()
        return next((host for host in self.hosts if host.casefold() == wanted), individual)


def make_frame(
    protocol: Protocol,
    views: tuple[View, ...],
    hosts: Iterable[str],
    options: Options,
    growth: int = 0,
    besides: Names = (),
) -> Frame:
    """The frame of a trace. `growth` is how often a search asked for more unnamed individuals.

    `besides` are individuals that there are as well, though these views do not name them.
    """
    hosts = tuple(hosts)
    ids = id_binds(protocol)
    numbers = names_of(protocol, views, hosts, besides)
    named = frozenset(sort for sort, known in numbers.items() if known)
    # One host may have dealings with another that no log is of and nobody names.
    lonely = frozenset(sort for sort in host_sorts(protocol) if len(numbers.get(sort, ())) == 1)
    counts = count(protocol, views, ids, named, growth, frozenset() if protocol.each_host else lonely)
    sizes = {sort: max(1, len(known) + counts.of(sort)) for sort, known in numbers.items()}
    sizes.update({sort: max(size, len(numbers[sort])) for sort, size in options.sizes if sort in sizes})
    pins = dict(placed(protocol, counts, numbers))
    for view in views:
        for seen in view.events:
            for place, value in _settled(protocol, numbers, ids, view, seen):
                pins.setdefault(place, value)
    indexes = {const.name: const.index for const in protocol.consts}
    scope = Scope(
        name="the trace",
        sizes=tuple(sizes.items()),
        faults=min(255, options.faults + sum(_tells_fault(seen) for view in views for seen in view.events)),
        settings=options.settings,
        without=options.without,
        pins=tuple(sorted(pin for pin in pins.items() if _fits(indexes[pin[0][0]], pin[0][1], sizes))),
        names=tuple((sort, tuple(known)) for sort, known in numbers.items() if known),
    )
    return Frame(protocol, scope, numbers, ids, counts.pools(numbers), hosts, counts.largest)


def id_binds(protocol: Protocol) -> dict[str, Bind]:
    """The binds of fields whose values are ids: alive for a time only, or naming several individuals at once."""
    return {
        bind.field: bind
        for bind in protocol.binds
        if bind.per is not None or bind.starts or bind.ends or len(bind.sorts) > 1
    }


def is_id(field: EventField, ids: Mapping[str, Bind]) -> bool:
    """Whether the field's value is an id, and not a lasting name or a plain value."""
    return field.name in ids or len(field.values or ()) > 1


def meaning(protocol: Protocol, numbers: Mapping[str, Mapping[str, int]], type_: Type, text: str) -> int | None:
    """The value of this type that the text says; None if it says none."""
    match type_:
        case Bool():
            return _TRUTH.get(text.casefold())
        case Range(low, high):
            number = int(text) if text.lstrip("-").isdecimal() and len(text) <= _DIGITS else None
            return number if number is not None and low <= number <= high else None
        case Of(sort):
            members = protocol.sort(sort).members
            if members is None:
                return numbers[sort].get(text)
            wanted = text.casefold()
            return next((number for number, member in enumerate(members) if member.casefold() == wanted), None)
        case _:
            assert_never(type_)


def names_of(
    protocol: Protocol, views: tuple[View, ...], hosts: tuple[str, ...], besides: Names = ()
) -> dict[str, dict[str, int]]:
    """The names of each open sort's individuals, numbered as they are met, those that are given `besides` first."""
    ids = id_binds(protocol)
    numbers: dict[str, dict[str, int]] = {sort.name: {} for sort in protocol.sorts if sort.members is None}

    def add(sort: str, name: str) -> None:
        if sort in numbers:
            numbers[sort].setdefault(name, len(numbers[sort]))

    for sort, given in besides:
        for name in given:
            add(sort, name)
    for sort in host_sorts(protocol):
        for host in hosts:
            add(sort, host)
    for view in views:
        for seen in view.events:
            for reading in seen.readings:
                for field, text in view.said(seen.event, reading):
                    type_ = type_of(field.values[0]) if field.values and not is_id(field, ids) else None
                    if isinstance(type_, Of):
                        add(type_.sort, text)
    return numbers


def host_sorts(protocol: Protocol) -> tuple[str, ...]:
    """The open sorts that a log's host is an individual of."""
    sorts = [bind.per for bind in protocol.binds if bind.per is not None]
    sorts += [type_.sort for action in protocol.actions if action.at and isinstance(type_ := type_of(action.at), Of)]
    return tuple(sort for sort in dict.fromkeys(sorts) if protocol.sort(sort).members is None)


def _tells_fault(seen: Seen) -> bool:
    return any(reading.action.kind is Kind.FAULT for reading in seen.readings)


def _settled(
    protocol: Protocol,
    numbers: Mapping[str, Mapping[str, int]],
    ids: Mapping[str, Bind],
    view: View,
    seen: Seen,
) -> Iterator[Pin]:
    """The consts that the event settles, however it is read."""
    found = [dict(_settled_by(protocol, numbers, ids, view, seen, reading)) for reading in seen.readings]
    for place, value in found[0].items() if found else ():
        if all(other.get(place) == value for other in found[1:]):
            yield place, value


def _settled_by(
    protocol: Protocol,
    numbers: Mapping[str, Mapping[str, int]],
    ids: Mapping[str, Bind],
    view: View,
    seen: Seen,
    reading: Reading,
) -> Iterator[Pin]:
    said: list[tuple[Expr, str]] = [
        (field.values[0], text)
        for field, text in view.said(seen.event, reading)
        if field.values is not None and not is_id(field, ids)
    ]
    if reading.action.at is not None:
        said.append((reading.action.at, view.log.host))
    valued = [(expr, meaning(protocol, numbers, type_of(expr), text)) for expr, text in said]
    known = {expr.name: number for expr, number in valued if isinstance(expr, Var) and number is not None}
    for expr, number in valued:
        if number is not None and isinstance(expr, ReadConst):
            place = tuple(known[arg.name] for arg in expr.args if isinstance(arg, Var) and arg.name in known)
            if len(place) == len(expr.args):
                yield (expr.name, place), bool(number) if isinstance(expr.type, Bool) else number


def _fits(index: tuple[Type, ...], place: tuple[int, ...], sizes: Mapping[str, int]) -> bool:
    """Whether a const has such a place in the scope (sizes may be set by hand)."""
    return all(
        not isinstance(type_, Of) or at < sizes.get(type_.sort, at + 1) for type_, at in zip(index, place, strict=True)
    )

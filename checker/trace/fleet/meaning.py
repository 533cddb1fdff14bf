"""What a record of one shape can be read as: worked out once a shape, by the readers of the ordinary judge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from checker.language.protocol import Bind, Of, Protocol
from checker.language.types import type_of
from checker.trace.event import Event
from checker.trace.fleet.plan import Plan, Refused, SpaceKind
from checker.trace.frame import id_binds, is_id
from checker.trace.sources import Known, SourceReader, field_text
from checker.trace.stated import EDGES
from checker.trace.view import Seen, fails, succeeds


@dataclass(frozen=True, slots=True)
class Told:
    """What a record says of the joined sorts to one protocol: named for good, named by an id, and those it is about."""

    protocol: str
    host: str | None  # of a protocol that judges each host by itself
    named: frozenset[str]
    by_id: frozenset[str]
    about: frozenset[str]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What records of one shape mean.

    `used`: some protocol reads them. `keys` are the fields that tie them to others, by space; none: they are common to
    all cases. `starts` and `ends` are the id spaces in which a life may begin, and is over afterwards.
    """

    log: int
    used: bool
    keys: tuple[tuple[int, str], ...]
    starts: frozenset[int]
    ends: frozenset[int]
    told: tuple[Told, ...]
    actions: frozenset[str]  # that it may be read as


class Meanings:
    """The readers of a plan's protocols, one for each log."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.spaces = dict(plan.fields)
        self.readers = [[(p, SourceReader(p, source)) for p, source in known] for known in plan.sources]
        hosts = [log.host for log, known in zip(plan.logs, plan.sources, strict=True) if known]
        self.alone = [hosts.count(log.host) == 1 for log in plan.logs]

    def of(self, log: int, event: Event) -> Meaning:
        """The meaning of an event of that log whose tying fields say anything at all. Raises Refused."""
        if event.name in EDGES:
            raise Refused("messages between hosts order records of different cases")
        keys: dict[int, str] = {}
        told: list[Told] = []
        lives: list[tuple[frozenset[int], frozenset[int], frozenset[int]]] = []
        actions: set[str] = set()
        common = used = False
        for protocol, reader in self.readers[log]:
            readings = reader.read(event)
            if readings.known is not Known.READ:
                continue
            used = True
            seen = Seen(event, readings.readings, readings.unfit)
            found = dict(self._keys(protocol, reader, seen))
            for name, space in found.items():
                if keys.setdefault(space, name) != name:
                    raise Refused(f"{event.name} has {keys[space]} and {name}, which name the same kind of thing")
            about = self._about(protocol, seen)
            actions |= {reading.action.name for reading in seen.readings}
            if not found and about:
                raise Refused(f"{event.name} is about a {min(about)} that it does not name")
            common = common or not found
            lives.append(self._lives(protocol, reader, seen, log))
            host = self.plan.logs[log].host if protocol.each_host else None
            told.append(Told(protocol.name, host, *self._told(protocol, reader, seen), about))
        if common and keys:
            raise Refused(f"{event.name} belongs to a case for one protocol and to all cases for another")
        starts, ends = _agreed(lives)
        return Meaning(log, used, tuple(keys.items()), starts, ends, tuple(told), frozenset(actions))

    def _keys(self, protocol: Protocol, reader: SourceReader, seen: Seen) -> Iterator[tuple[str, int]]:
        ids = id_binds(protocol)
        for reading in seen.readings:
            for field in reading.fields:
                space = self.spaces.get(field.name)
                if space is None or self.plan.spaces[space].kind is not SpaceKind.SORT or is_id(field, ids):
                    continue
                if self._text(reader, seen, field.name) is not None:
                    yield field.name, space
        for name, space in self.spaces.items():
            of_ids = name in ids and set(ids[name].sorts) & set(protocol.joined)
            if name in protocol.joined or of_ids:
                if self._text(reader, seen, name) is not None:
                    yield name, space

    def _told(self, protocol: Protocol, reader: SourceReader, seen: Seen) -> tuple[frozenset[str], frozenset[str]]:
        ids = id_binds(protocol)
        joined = frozenset(protocol.joined)
        named: set[str] = set()
        by_id: set[str] = set()
        for reading in seen.readings:
            for field in reading.fields:
                if field.values is None or self._text(reader, seen, field.name) is None:
                    continue
                if is_id(field, ids):
                    by_id |= joined & set(ids[field.name].sorts if field.name in ids else ())
                elif isinstance(type_ := type_of(field.values[0]), Of):
                    named |= joined & {type_.sort}
        return frozenset(named), frozenset(by_id)

    def _about(self, protocol: Protocol, seen: Seen) -> frozenset[str]:
        return frozenset(
            variable.type.sort
            for reading in seen.readings
            for variable in reading.action.params
            if isinstance(variable.type, Of) and variable.type.sort in protocol.joined
        )

    def _lives(
        self, protocol: Protocol, reader: SourceReader, seen: Seen, log: int
    ) -> tuple[frozenset[int], frozenset[int], frozenset[int]]:
        """The id spaces that the record is of, those in which it starts a life, those in which a life is over."""
        of: set[int] = set()
        starts: set[int] = set()
        ends: set[int] = set()
        for name, bind in id_binds(protocol).items():
            space = self.spaces.get(name)
            if space is None or self.plan.spaces[space].kind is not SpaceKind.ID:
                continue
            if self._text(reader, seen, name) is None:
                continue
            of.add(space)
            begun, over = _life(bind, seen)
            if begun and self.alone[log]:
                starts.add(space)
            if over and self.alone[log]:
                ends.add(space)
        return frozenset(of), frozenset(starts), frozenset(ends)

    def _text(self, reader: SourceReader, seen: Seen, name: str) -> str | None:
        return field_text(seen.event, name, reader.source.defaults)


def _life(bind: Bind, seen: Seen) -> tuple[bool, bool]:
    """Whether the record starts a life of the bind's id, and whether a life is over after it."""
    readings = [reading for reading in seen.readings if any(field.name == bind.field for field in reading.fields)]
    starts = bool(readings) and all(reading.action.name in bind.starts for reading in readings)
    refused = starts and all(fails(reading.action, reading.moment) for reading in readings)
    ended = bool(readings) and all(
        reading.action.name in bind.ends and succeeds(reading.action, reading.moment) for reading in readings
    )
    return starts, ended or refused


def _agreed(
    lives: list[tuple[frozenset[int], frozenset[int], frozenset[int]]],
) -> tuple[frozenset[int], frozenset[int]]:
    """The spaces in which all protocols that have them see a start, and an end. Fewer lives join more: that is safe."""
    every = frozenset[int]().union(*(of for of, _, _ in lives))
    starts = frozenset(space for space in every if all(space in begun for of, begun, _ in lives if space in of))
    ends = frozenset(space for space in every if all(space in over for of, _, over in lives if space in of))
    return starts, ends

"""What ties the events of a trace together: lasting names, ids while they live, and fields that the text names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from checker.language.protocol import BEGIN, Bind, EventField, Of, Protocol
from checker.language.types import type_of
from checker.trace.counts import const_links
from checker.trace.frame import id_binds, is_id
from checker.trace.sources import Reading
from checker.trace.view import Seen, View, fails, succeeds

Key = tuple[str, ...]
Spot = tuple[int, int]  # view, event


@dataclass(frozen=True, slots=True)
class _Bound:
    """What events of one shape do to the life of an id: whether they start it, begin to, are refused, or end it."""

    bind: Bind
    starts: bool
    begins: bool
    refused: bool
    ended: bool


@dataclass(frozen=True, slots=True)
class _Shape:
    """What all events that share their `readings` have in common (`SourceReader.read`).

    `names` are the joined sorts with the fields that name individuals of them for good. `named`, `by_id` and `about`
    are the joined sorts whose individuals the events name for good, by an id, and those that they are about.
    """

    readings: tuple[Reading, ...]
    names: tuple[tuple[str, str], ...]
    bounds: tuple[_Bound, ...]
    named: frozenset[str]
    by_id: frozenset[str]
    about: frozenset[str]


class Keys:
    """What ties the events of a trace together."""

    def __init__(self, protocol: Protocol, views: tuple[View, ...]) -> None:
        self.protocol = protocol
        self.ids = id_binds(protocol)
        self.sorts = frozenset(sort.name for sort in protocol.sorts if sort.name in protocol.joined)
        self.fields = [name for name in protocol.joined if name not in self.sorts]
        self.binds = [bind for bind in self.ids.values() if self.sorts & set(bind.sorts)]
        hosts = [view.log.host for view in views]
        self.alone = {view.index: hosts.count(view.log.host) == 1 for view in views}
        # Which individual it is makes a difference only where some cell is its own.
        indexes = [cell.index for cell in protocol.cells] + [a.params for a in protocol.actions if a.begin is not None]
        self.matters = {v.type.sort for index in indexes for v in index if isinstance(v.type, Of)} & self.sorts
        self.lives: dict[Key, tuple[int, bool, bool]] = {}  # number of the life, whether it is over, whether it opens
        self._shapes: dict[int, _Shape] = {}  # by identity of the readings, which the shape keeps

    def of(self, view: View, seen: Seen) -> list[Key]:
        """The keys of the log's next event: names as (sort, name), ids with host and life, fields of any reading."""
        event, shape = seen.event, self._shape(view, seen)
        found: dict[Key, None] = {}
        for sort, name in shape.names:
            said = view.text(event, name)
            if said is not None:
                found[sort, said] = None
        for bound in shape.bounds:
            said = view.text(event, bound.bind.field)
            if said is not None:
                found[self._life(view, bound, said)] = None
        for name in self.fields:
            said = view.text(event, name)
            if said is not None:
                found["", name, said] = None
        return list(found)

    def _life(self, view: View, bound: _Bound, text: str) -> Key:
        """The id at this event. A new life begins only where the one before is recorded to be over."""
        host = view.log.host if bound.bind.per is not None else ""
        key = bound.bind.field, host, text
        if not self.alone[view.index]:
            return key
        number, over, opening = self.lives.get(key, (0, False, False))
        if bound.starts and over:
            number, over = number + 1, False
        refused = bound.refused and not opening
        self.lives[key] = number, over or bound.ended or refused, bound.begins
        return (*key, str(number))

    def sorts_of(self, view: View, seen: Seen) -> frozenset[str]:
        """The joined sorts that some reading of the event is about."""
        return self._shape(view, seen).about

    def ambiguous(self, views: tuple[View, ...], groups: Iterable[list[Spot]]) -> bool:
        """Whether some group may be about individuals that another group names."""
        told = [self._told(views, spots) for spots in groups]
        anywhere = frozenset[str]().union(*(named | by_id for named, by_id, _ in told))
        lasting = frozenset[str]().union(*(named for named, _, _ in told))
        left: set[str] = set()
        links = const_links(self.protocol)
        for named, by_id, about in told:
            settled = named | (by_id - lasting)
            wanted = set(about)
            wanted |= {to for sort, to in links if sort in settled | wanted and to in self.sorts}
            open_ = (wanted - settled) & self.matters
            if open_ & (anywhere | left):
                return True
            left |= open_  # of another group this may be the same individual
        return False

    def _told(
        self, views: tuple[View, ...], spots: list[Spot]
    ) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """What the records of one group name: joined sorts by lasting names, by ids, and all that they are about."""
        shapes = {id(seen.readings): (views[view], seen) for view, at in spots for seen in (views[view].events[at],)}
        met = [self._shape(view, seen) for view, seen in shapes.values()]
        none = frozenset[str]()
        return (
            none.union(*(each.named for each in met)),
            none.union(*(each.by_id for each in met)),
            none.union(*(each.about for each in met)),
        )

    def _shape(self, view: View, seen: Seen) -> _Shape:
        known = self._shapes.get(id(seen.readings))
        if known is None:
            known = self._shapes[id(seen.readings)] = self._shaped(view, seen)
        return known

    def _shaped(self, view: View, seen: Seen) -> _Shape:
        names: dict[tuple[str, str], None] = {}
        named: set[str] = set()
        by_id: set[str] = set()
        for reading in seen.readings:
            for field, _ in view.said(seen.event, reading):
                if is_id(field, self.ids):
                    bind = self.ids.get(field.name)
                    if bind is not None and len(bind.sorts) == 1:  # else two ids may be about one individual
                        by_id |= self.sorts & set(bind.sorts)
                elif (sort := _sort_of(field)) in self.sorts:
                    named.add(sort)
                    names[sort, field.name] = None
        about = frozenset(
            variable.type.sort
            for reading in seen.readings
            for variable in reading.action.params
            if isinstance(variable.type, Of) and variable.type.sort in self.sorts
        )
        bounds = tuple(_bound(bind, seen) for bind in self.binds)
        return _Shape(seen.readings, tuple(names), bounds, frozenset(named), frozenset(by_id), about)


def _sort_of(field: EventField) -> str:
    """The sort that a field names an individual of; "" where it does not."""
    type_ = type_of(field.values[0]) if field.values else None
    return type_.sort if isinstance(type_, Of) else ""


def _bound(bind: Bind, seen: Seen) -> _Bound:
    readings = [reading for reading in seen.readings if any(f.name == bind.field for f in reading.fields)]
    starts = bool(readings) and all(reading.action.name in bind.starts for reading in readings)
    begins = starts and all(reading.moment == BEGIN for reading in readings)
    refused = starts and all(fails(each.action, each.moment) for each in readings)
    ended = bool(readings) and all(
        each.action.name in bind.ends and succeeds(each.action, each.moment) for each in readings
    )
    return _Bound(bind, starts, begins, refused, ended)

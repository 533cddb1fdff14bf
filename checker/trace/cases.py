"""A trace falls apart into cases: the records that no individual of the joined sorts ties to any others.

`joined by` in the text names those sorts, and fields whose values tie records together besides. To join too much is
safe, only slow; so whatever may belong to several cases is joined with all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import accumulate

from checker.language.protocol import BEGIN, Bind, Of, Protocol
from checker.language.types import type_of
from checker.trace.frame import id_binds, is_id
from checker.trace.stated import Stated
from checker.trace.view import Seen, View, fails, succeeds

Key = tuple[str, ...]
Spot = tuple[int, int]  # view, event


@dataclass(frozen=True, slots=True)
class CaseViews:
    """One case: what to call it, and the views with its own events and those that are common to all cases.

    `spots` says for each view which of the trace's events they are, `common` which are of no case in particular.
    """

    name: str
    views: tuple[View, ...]
    stated: Stated
    spots: tuple[tuple[int, ...], ...]
    common: frozenset[Spot]


def cases(protocol: Protocol, views: tuple[View, ...], stated: Stated) -> tuple[CaseViews, ...]:
    """The cases of a trace, in the order of their first events; one alone where it cannot be taken apart."""
    groups, common = _groups(protocol, views)
    if len(groups) < 2:
        whole = tuple(tuple(range(len(view.events))) for view in views)
        return (CaseViews("", views, stated, whole, frozenset()),)
    return tuple(_case(name, views, stated, spots, common) for name, spots in groups)


def _case(
    name: str, views: tuple[View, ...], stated: Stated, spots: Iterable[Spot], common: frozenset[Spot]
) -> CaseViews:
    kept: list[list[int]] = [[] for _ in views]
    for view, at in sorted({*spots, *common}):
        kept[view].append(at)
    own = tuple(_view(view, kept[view.index]) for view in views)
    done = tuple(_counts(len(view.events), kept[view.index]) for view in views)
    needs = tuple(
        tuple(
            tuple(done[log][need] for log, need in enumerate(stated.needs[view.index][at])) for at in kept[view.index]
        )
        for view in views
    )
    return CaseViews(name, own, replace(stated, needs=needs), tuple(map(tuple, kept)), common)


def _view(view: View, kept: list[int]) -> View:
    events = tuple(view.events[at] for at in kept)
    return replace(view, log=replace(view.log, events=tuple(seen.event for seen in events)), events=events)


def _counts(size: int, kept: list[int]) -> list[int]:
    """For each number of the whole view's first events, how many of the kept ones are among them."""
    marks = [0] * (size + 1)
    for at in kept:
        marks[at + 1] = 1
    return list(accumulate(marks))


# -------------------------------------------------------------------------------------------------------------- groups


@dataclass(slots=True)
class _Told:
    """What the records of one group name: joined sorts by lasting names, by ids, and those they leave open."""

    named: set[str]
    by_id: set[str]
    open: set[str]


def _groups(protocol: Protocol, views: tuple[View, ...]) -> tuple[list[tuple[str, list[Spot]]], frozenset[Spot]]:
    """The groups of events that belong together, each with a name, and the events of no group."""
    if not protocol.joined:
        return [], frozenset()
    keys = Keys(protocol, views)
    parents: dict[Key, Key] = {}
    found: dict[Spot, Key | None] = {}
    for view in views:
        for at, seen in enumerate(view.events):
            own = [_root(parents, key) for key in keys.of(view, seen)]
            for other in own[1:]:
                parents[other] = own[0]
            found[view.index, at] = own[0] if own else None
    groups: dict[Key, list[Spot]] = {}
    common: list[Spot] = []
    for spot, key in found.items():
        if key is None:
            common.append(spot)
        else:
            groups.setdefault(_root(parents, key), []).append(spot)
    if any(keys.sorts_of(views[view].events[at]) for view, at in common) or keys.ambiguous(views, groups.values()):
        return [], frozenset()
    names: dict[Key, dict[str, None]] = {}
    for key in parents:
        if len(key) == 2:
            names.setdefault(_root(parents, key), {})[key[1]] = None
    named = [(" ".join(names.get(key, ())) or key[-1], spots) for key, spots in groups.items()]
    return named, frozenset(common)


def _root(parents: dict[Key, Key], key: Key) -> Key:
    """The key that stands for all those it is joined with."""
    at = parents.setdefault(key, key)
    while at != parents[at]:
        parents[at] = at = parents[parents[at]]
    return at


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

    def of(self, view: View, seen: Seen) -> list[Key]:
        """The keys of the log's next event: names as (sort, name), ids with host and life, fields of any reading."""
        found: dict[Key, None] = {}
        for reading in seen.readings:
            for field, text in view.said(seen.event, reading):
                type_ = type_of(field.values[0]) if field.values and not is_id(field, self.ids) else None
                if isinstance(type_, Of) and type_.sort in self.sorts:
                    found[type_.sort, text] = None
        for bind in self.binds:
            said = view.text(seen.event, bind.field)
            if said is not None:
                found[self._life(view, seen, bind, said)] = None
        for name in self.fields:
            said = view.text(seen.event, name)
            if said is not None:
                found["", name, said] = None
        return list(found)

    def _life(self, view: View, seen: Seen, bind: Bind, text: str) -> Key:
        """The id at this event. A new life begins only where the one before is recorded to be over."""
        host = view.log.host if bind.per is not None else ""
        key = bind.field, host, text
        if not self.alone[view.index]:
            return key
        number, over, opening = self.lives.get(key, (0, False, False))
        readings = [reading for reading in seen.readings if any(f.name == bind.field for f in reading.fields)]
        starts = bool(readings) and all(reading.action.name in bind.starts for reading in readings)
        if starts and over:
            number, over = number + 1, False
        begins = starts and all(reading.moment == BEGIN for reading in readings)
        refused = starts and not opening and all(fails(each.action, each.moment) for each in readings)
        ended = bool(readings) and all(
            each.action.name in bind.ends and succeeds(each.action, each.moment) for each in readings
        )
        self.lives[key] = number, over or ended or refused, begins
        return (*key, str(number))

    def sorts_of(self, seen: Seen) -> frozenset[str]:
        """The joined sorts that some reading of the event is about."""
        return frozenset(
            variable.type.sort
            for reading in seen.readings
            for variable in reading.action.params
            if isinstance(variable.type, Of) and variable.type.sort in self.sorts
        )

    def ambiguous(self, views: tuple[View, ...], groups: Iterable[list[Spot]]) -> bool:
        """Whether some group may be about individuals that another group names."""
        told = [self._told(views, spots) for spots in groups]
        anywhere = set[str]().union(*(each.named | each.by_id for each in told))
        lasting = set[str]().union(*(each.named for each in told))
        left: set[str] = set()
        links = const_links(self.protocol)
        for each in told:
            settled = each.named | (each.by_id - lasting)
            wanted = set(each.open)
            wanted |= {to for sort, to in links if sort in settled | wanted and to in self.sorts}
            open_ = (wanted - settled) & self.matters
            if open_ & (anywhere | left):
                return True
            left |= open_  # of another group this may be the same individual
        return False

    def _told(self, views: tuple[View, ...], spots: list[Spot]) -> _Told:
        told = _Told(set(), set(), set())
        for view, at in spots:
            seen = views[view].events[at]
            told.open |= self.sorts_of(seen)
            for reading in seen.readings:
                for field, _ in views[view].said(seen.event, reading):
                    if is_id(field, self.ids):
                        bind = self.ids.get(field.name)
                        if bind is not None and len(bind.sorts) == 1:  # else two ids may be about one individual
                            told.by_id |= self.sorts & set(bind.sorts)
                    elif field.values and isinstance(type_ := type_of(field.values[0]), Of):
                        told.named |= self.sorts & {type_.sort}
        return told


def const_links(protocol: Protocol) -> list[tuple[str, str]]:
    """The pairs of sorts of which a const takes the one to the other."""
    return [
        (index.sort, const.type.sort)
        for const in protocol.consts
        for index in const.index
        if isinstance(const.type, Of) and isinstance(index, Of)
    ]

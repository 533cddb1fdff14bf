"""Which case a record belongs to, found as the records come.

The keys of a record are the names and ids in it of individuals of the joined sorts; records with a key in common are
of one case, and a record that ties two cases together makes one of them. An id counts anew once its life is over.

NOTE(strays). Some records carry no key that was met before, and yet may belong to a case that is there: an id is given
to somebody whom no record names yet. Such a record goes to the case whose name one of its values begins with; else to
the one case that can take it; else to the oldest of several, and all of these are `loose` from then on. Where none can,
it begins a case that is a `stray` until somebody's name is in it, and `parked` where it cannot be a case of its own:
then it waits for one that can take all of it. Before any case is said to violate anything it is judged together with
all that are loose or stray.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from checker.language.protocol import Protocol
from checker.trace.sources import text_of
from checker.trace.watch.case import LiveCase
from checker.trace.watch.logs import LogState
from checker.trace.watch.names import Entry
from checker.trace.watch.shapes import Says, Shape
from checker.trace.watch.tables import Tables

Key = tuple[str, str, str]  # sort or field, host ("" where it makes no difference), what the record says

NOTHING = Shape((), frozenset())

MOST_TRIED = 64  # cases that are asked whether a stray record is theirs
MOST_COMMON = 1_000  # records that are common to all cases, kept for those to come


@dataclass(slots=True)
class Grouping:
    """The live cases of one protocol, and who is where."""

    protocol: Protocol
    tables: Tables
    logs: Mapping[str, LogState]
    cases: dict[int, LiveCase] = field(default_factory=dict)
    where: dict[Key, LiveCase] = field(default_factory=dict)
    common: list[Entry] = field(default_factory=list)
    lost: bool = False  # some common records are not kept any more
    made: int = 0
    waiting: dict[int, LiveCase] = field(default_factory=dict)  # those that are parked
    sorts: tuple[str, ...] = ()  # the joined ones; other names after `joined by` are fields

    def __post_init__(self) -> None:
        known = {sort.name for sort in self.protocol.sorts}
        self.sorts = tuple(name for name in self.protocol.joined if name in known)

    def route(self, entry: Entry, shape: Shape) -> tuple[list[LiveCase], list[LiveCase]]:
        """The cases that the record is of, and those that it ended by making them parts of others."""
        if not self.protocol.joined:
            return [self.only()], []
        keys = list(self.keys(entry, shape))
        met: list[LiveCase] = []
        for key in keys:
            case = self.where.get(key)
            if case is not None and case not in met:
                met.append(case)
        if not met and not self._about_somebody(entry):
            self.common.append(entry)
            if len(self.common) > MOST_COMMON:
                del self.common[0]
                self.lost = True
            return list(self.cases.values()), []
        case = met[0] if met else self._stray(entry, keys)
        named = False
        for key in keys:
            named = named or self._settles(key)
            if key not in self.where:
                case.keys.append(key)
                self.where[key] = case
        for other in met[1:]:
            self.absorb(case, other)
        if named and case.stray:
            case.stray = case.parked = False
            self.waiting.pop(case.number, None)
        return [case], met[1:]

    def only(self) -> LiveCase:
        """The one case of a protocol whose records all belong together."""
        return next(iter(self.cases.values()), None) or self.begin()

    def begin(self, *, stray: bool = False, parked: bool = False) -> LiveCase:
        """A new case, with what is common to all."""
        self.made += 1
        case = self.cases[self.made] = self._fresh(self.made)
        case.stray, case.parked = stray, parked
        if parked:
            self.waiting[case.number] = case
        return case

    def _fresh(self, number: int) -> LiveCase:
        case = LiveCase(self.protocol, self.tables, number, self.logs)
        case.history += self.common
        if self.lost:
            case.unsure = f"more than {MOST_COMMON:,} records that are about no case in particular came before it"
        return case

    def keys(self, entry: Entry, shape: Shape) -> Iterator[Key]:
        """What ties the record to others."""
        shapes, event = entry.log.shapes, entry.event
        for slot in shape.slots:
            if slot.joins:
                text = shapes.text(event, slot)
                if text is not None:
                    host = entry.log.log.host if slot.says is Says.ID and not slot.everywhere else ""
                    yield slot.key, host, text
        for name in shapes.apart:
            text = text_of(event.fields.get(name))
            if text is not None:
                yield name, "", text

    def forget(self, key: Key) -> None:
        """The id means nothing any more."""
        case = self.where.pop(key, None)
        if case is not None and key in case.keys:
            case.keys.remove(key)

    def drop(self, case: LiveCase) -> None:
        """The case is over."""
        for key in case.keys:
            self.where.pop(key, None)  # type: ignore[call-overload]
        case.keys.clear()
        self.waiting.pop(case.number, None)
        self.cases.pop(case.number, None)

    def absorb(self, case: LiveCase, other: LiveCase) -> None:
        """Makes two cases one."""
        self.waiting.pop(other.number, None)
        if case.stray and not other.stray:
            case.stray = case.parked = False
            self.waiting.pop(case.number, None)
        for key in other.keys:
            self.where[key] = case  # type: ignore[index]
        self.cases.pop(other.number, None)
        case.join(other)

    # --------------------------------------------------------------------------------------------------------- strays

    def _about_somebody(self, entry: Entry) -> bool:
        """Whether the record is about an individual of a joined sort, named or not."""
        return entry.event.name in entry.log.shapes.personal

    def _stray(self, entry: Entry, keys: list[Key]) -> LiveCase:
        if any(self._settles(key) for key in keys):
            return self.begin()
        named = self._named(entry)
        if named is not None:
            return named
        shapes, event = entry.log.shapes, entry.event
        slots = (shapes.of(event.name) or NOTHING).slots
        plain = tuple(shapes.text(event, slot) for slot in slots if slot.says is Says.PLAIN)
        asked = event.name, event.status, event.phase, plain
        takers = [case for case in list(self.cases.values())[-MOST_TRIED:] if self._could(case, entry, asked)]
        alone = self._fresh(0).could(entry)
        if not takers:
            return self.begin(stray=True, parked=not alone)
        if len(takers) > 1 or alone or len(self.cases) > MOST_TRIED:
            for case in takers:
                case.loose = True
        return takers[0]

    def _settles(self, key: Key) -> bool:
        """Whether the key is a name of somebody, or the id of somebody whom nothing but ids names."""
        return key[0] in self.sorts or self.tables.pooled.get(key[0]) in self.sorts

    def _could(self, case: LiveCase, entry: Entry, asked: object) -> bool:
        """Whether the record could be the case's next one; cases that are alike are asked once."""
        hosts = self.tables.hosts
        host = case.names.known.get((hosts[0], -1, entry.log.log.host)) if hosts else 0
        if case.table is None or host is None or not case.refresh():
            return case.could(entry)
        key = id(case.table), case.frontier, host, entry.log in case.logs, asked
        known = self.tables.able.get(key)
        if known is None:
            known = self.tables.able[key] = case.could(entry)
        return known

    def _named(self, entry: Entry) -> LiveCase | None:
        """The case that one of the record's values begins with the name of."""
        for value in entry.event.fields.values():
            if type(value) is str:
                for end in range(len(value) - 1, 0, -1):
                    if not value[end].isalnum() and value[end - 1].isalnum():
                        for sort in self.sorts:
                            case = self.where.get((sort, "", value[:end]))
                            if case is not None:
                                return case
        return None

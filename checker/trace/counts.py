"""How many individuals without a lasting name a trace needs, and where they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from checker.language.protocol import Bind, Expr, Of, Protocol, ReadConst, Value, Var
from checker.trace.sources import Reading
from checker.trace.view import Seen, View, fails, succeeds

FROM_THE_START = 4  # individuals of a sort that no record names at all, where events leave it open

Spot = tuple[int, int]  # view, event
Pin = tuple[tuple[str, tuple[int, ...]], Value]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many individuals without names there are, by sort and host ("" for those of no host in particular).

    NOTE(spare): where nothing but ids names individuals there are as many as ids are alive at once, and one to spare.
    A reused individual may remember something (a guard may ask whether it was there before). So a search that finds no
    run, and at some node no unnamed individual in its first state, is done again with more of them (`growth`), until
    each life of an id could have one of its own (`largest`). An event that leaves a parameter open may be about
    somebody nobody names: before a trace is refused, each sort that is left open somewhere gets such individuals, up to
    one for each such event, or, where ids hold events together, as many as such lives are open at once and one to
    spare. Of a sort that no record names at all there are some from the start. The judge says how many there were.
    """

    per_host: Mapping[tuple[str, str], int]
    largest: bool

    def of(self, sort: str) -> int:
        """How many unnamed individuals of the sort there are."""
        return sum(number for (counted, _), number in self.per_host.items() if counted == sort)

    def pools(self, numbers: Mapping[str, Mapping[str, int]]) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """The unnamed individuals by number, host by host; of each sort they come after the named ones."""
        taken = {sort: len(named) for sort, named in numbers.items()}
        found = []
        for (sort, _), number in self.per_host.items():
            found.append((sort, tuple(range(taken[sort], taken[sort] + number))))
            taken[sort] += number
        return tuple(found)


def count(
    protocol: Protocol,
    views: tuple[View, ...],
    ids: Mapping[str, Bind],
    named: frozenset[str],
    growth: int,
    lonely: frozenset[str] = frozenset(),
) -> Counts:
    """How many unnamed individuals a trace needs. `growth`: how often more were needed; `named`: sorts with names.

    `lonely` are sorts that may have one more individual, though no record leaves room for it.
    """
    fields = {bind.field: bind.sorts[0] for bind in ids.values() if len(bind.sorts) == 1 and bind.sorts[0] not in named}
    needs: dict[tuple[str, str], list[int]] = {}
    for view in views:
        for sort in dict.fromkeys(fields.values()):
            peak, most = _need(view, [ids[name] for name, of in fields.items() if of == sort])
            need = needs.setdefault((sort, view.log.host), [0, 0])
            need[0] += peak
            need[1] += most
    apart = min(growth, 1) if lonely else 0  # first the one individual more, then the rest
    growth -= apart
    more = 0 if growth == 0 else 2 ** (growth - 1)
    per_host = {key: max(1, min(peak + 1 + more, most + 1)) for key, (peak, most) in needs.items()}
    largest = all(peak + more >= most for peak, most in needs.values())
    for sort, open_ in unsettled(protocol, views, ids).items():
        if sort not in fields.values():
            start = 0 if sort in named else max(1, min(open_.alone, FROM_THE_START))
            per_host[sort, ""] = min(start + more, open_.most)
            largest = largest and start + more >= open_.most
    for sort in lonely:
        if (sort, "") not in per_host:
            per_host[sort, ""] = apart
            largest = largest and apart == 1
    return Counts(per_host, largest)


@dataclass(frozen=True, slots=True)
class Open:
    """How many individuals that no record names a sort may want: for events on their own, and for all."""

    alone: int
    most: int

    def __add__(self, other: Open) -> Open:
        return Open(self.alone + other.alone, self.most + other.most)


def unsettled(protocol: Protocol, views: tuple[View, ...], ids: Mapping[str, Bind]) -> dict[str, Open]:
    """The open sorts of which some event may be about an individual that no record names, with how many may be wanted.

    What an event leaves open another event of the same id's life, or of the same joined field, may settle. A const of
    somebody nobody names may be another such one, unless it says where he is: there is a log of that host.
    """
    found: dict[str, Open] = {}
    lives = _all_lives(protocol, views, ids)
    for view in views:
        for sort, open_ in _left_open([life for life in lives if life.view == view.index]).items():
            found[sort] = found.get(sort, Open(0, 0)) + open_
    open_sorts = {sort.name for sort in protocol.sorts if sort.members is None}
    places = {action.at.name for action in protocol.actions if isinstance(action.at, ReadConst)}
    consts = [const for const in protocol.consts if const.name not in places]
    for _ in consts:
        for const in consts:
            sorts = [type_.sort for type_ in const.index if isinstance(type_, Of)]
            most = max((found[sort].most for sort in sorts if sort in found), default=0)
            if most and isinstance(const.type, Of):
                known = found.get(const.type.sort, Open(0, 0))
                found[const.type.sort] = Open(known.alone, max(known.most, most))
    return {sort: open_ for sort, open_ in found.items() if sort in open_sorts}


def open_at(protocol: Protocol, views: tuple[View, ...], ids: Mapping[str, Bind], spot: Spot) -> bool:
    """Whether the event may be about somebody whom neither it names for good, nor another event of the same life or of
    the same joined field.
    """
    lives = _all_lives(protocol, views, ids)
    return any(each.left for each in lives if each.view == spot[0] and any(at == spot[1] for at, _ in each.events))


def _left_open(lives: Sequence[_Life]) -> dict[str, Open]:
    """The sorts that lives in a log leave open: lives of one event by their number, others by how many are at once."""
    changes: dict[str, list[tuple[int, int]]] = {}
    alone: Counter[str] = Counter()
    for life in lives:
        for sort in life.left:
            if life.held:
                changes.setdefault(sort, []).extend(((life.events[0][0], 1), (life.events[-1][0] + 1, -1)))
            else:
                alone[sort] += 1
    found = {sort: Open(number, number) for sort, number in alone.items()}
    for sort, steps in changes.items():
        peak = max(accumulate(change for _, change in sorted(steps)))
        found[sort] = found.get(sort, Open(0, 0)) + Open(0, min(len(steps) // 2, peak + 1))
    return found


@dataclass(frozen=True, slots=True)
class _Life:
    """The events of one life of an id (`held`), or one event that mentions none, and the sorts that they leave open."""

    view: int
    held: bool
    events: list[tuple[int, _Sorts]]
    left: frozenset[str]


def _all_lives(protocol: Protocol, views: tuple[View, ...], ids: Mapping[str, Bind]) -> list[_Life]:
    """The lives in all logs. What an event leaves open another one of its life settles, or one that says the same in a
    joined field: whom an id of that field names is the same there, with those whom his consts name.
    """
    found = [(view, *life) for view in views for life in _lives(view, ids)]
    knows = {name: _identified(protocol, ids[name]) for name in protocol.joined if name in ids}
    settled: dict[tuple[str, str], frozenset[str]] = {}
    said = []
    for view, _, life in found:
        texts = {key for at, _ in life for key in _joining(view, at, knows)}
        said.append(texts)
        own = frozenset[str]().union(*(sorts[1] for _, sorts in life))
        for key in texts:
            settled[key] = settled.get(key, frozenset()) | (own & knows[key[0]])
    made = []
    for (view, held, life), texts in zip(found, said, strict=True):
        own = frozenset[str]().union(*(sorts[1] for _, sorts in life), *(settled[key] for key in texts))
        left = frozenset[str]().union(*(sorts[0] for _, sorts in life)) - own
        made.append(_Life(view.index, held, life, left))
    return made


def _identified(protocol: Protocol, bind: Bind) -> frozenset[str]:
    """The joined sorts whose individuals the values of a joined field tell apart."""
    found = set(bind.sorts)
    for _ in protocol.consts:
        for sort, to in const_links(protocol):
            if sort in found:
                found.add(to)
    return frozenset(found & set(protocol.joined))


def const_links(protocol: Protocol) -> list[tuple[str, str]]:
    """The pairs of sorts of which a const takes the one to the other."""
    return [
        (index.sort, const.type.sort)
        for const in protocol.consts
        for index in const.index
        if isinstance(const.type, Of) and isinstance(index, Of)
    ]


def _joining(view: View, at: int, fields: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What the event says in the fields that tie records together."""
    for name in fields:
        text = view.text(view.events[at].event, name)
        if text is not None:
            yield name, text


_Sorts = tuple[frozenset[str], frozenset[str]]  # left open, settled


def _lives(view: View, ids: Mapping[str, Bind]) -> Iterator[tuple[bool, list[tuple[int, _Sorts]]]]:
    """The events of a log by position, those about one life of an id together, with the sorts each leaves open and
    settles. The first value says whether an id holds them together."""
    current: dict[tuple[str, str], list[tuple[int, _Sorts]]] = {}
    for at, seen in enumerate(view.events):
        told = at, _sorts(view, seen, ids)
        alone = True
        for bind in ids.values():
            for (_, text), starts, ends in set(_mentions(view, bind, seen)):
                alone = False
                if starts and not ends and (bind.field, text) in current:
                    yield True, current.pop((bind.field, text))
                current.setdefault((bind.field, text), []).append(told)
                if ends:
                    yield True, current.pop((bind.field, text))
        if alone:
            yield False, [told]
    yield from ((True, life) for life in current.values())


def _sorts(view: View, seen: Seen, ids: Mapping[str, Bind]) -> _Sorts:
    left: set[str] = set()
    settled: set[str] = set()
    for reading in seen.readings:
        said = {value.name for value in _said(view, seen, reading, ids) if isinstance(value, Var)}
        for variable in reading.action.params:
            if isinstance(variable.type, Of):
                (settled if variable.name in said else left).add(variable.type.sort)
    return frozenset(left), frozenset(settled)


def _said(view: View, seen: Seen, reading: Reading, ids: Mapping[str, Bind]) -> Iterator[Expr]:
    """What the record says for good: not by an id, which may come to mean another."""
    if reading.action.at is not None:
        yield reading.action.at
    for field, _ in view.said(seen.event, reading):
        if field.values is not None and len(field.values) == 1 and field.name not in ids:
            yield field.values[0]


def placed(protocol: Protocol, counts: Counts, numbers: Mapping[str, Mapping[str, int]]) -> Iterator[Pin]:
    """Consts that say on which host such an individual is, as the counts share them out."""
    hosts = [host for _, host in counts.per_host]
    done: set[str] = set()
    for action in protocol.actions:
        match action.at:
            case ReadConst(const, (Var(_, Of(sort)),), Of(where)) if sort not in done and where in numbers:
                done.add(sort)
                for (of, pool), host in zip(counts.pools(numbers), hosts, strict=False):
                    if of == sort and host in numbers[where]:
                        yield from (((const, (number,)), numbers[where][host]) for number in pool)


def _need(view: View, binds: Sequence[Bind]) -> tuple[int, int]:
    """How many individuals are needed at once, and how many lives of theirs there are, at most. One sort's binds."""
    alive: set[tuple[str, str]] = set()  # fields and ids; "" and the place of an event that starts a life without an id
    peak = lives = 0
    for at, seen in enumerate(view.events):
        told = next(filter(None, (set(_mentions(view, bind, seen)) for bind in binds)), None)
        for key, starts, ends in told or set(_silent(binds[0], seen, at)):
            new = key not in alive
            lives += new or starts
            peak = max(peak, len(alive) + new)
            if ends:
                alive.discard(key)
            else:
                alive.add(key)
    return peak, lives


def _mentions(view: View, bind: Bind, seen: Seen) -> Iterator[tuple[tuple[str, str], bool, bool]]:
    """The id an event mentions, whether its life starts there, whether it is over afterwards."""
    text = view.text(seen.event, bind.field)
    if text is None:
        return
    for reading in seen.readings:
        action, moment = reading.action, reading.moment
        if any(field.name == bind.field for field in reading.fields):
            starts, ends = action.name in bind.starts, action.name in bind.ends
            yield (bind.field, text), starts, (ends and succeeds(action, moment)) or (starts and fails(action, moment))


def _silent(bind: Bind, seen: Seen, at: int) -> Iterator[tuple[tuple[str, str], bool, bool]]:
    """An event about an individual whose id it does not say."""
    for reading in seen.readings:
        action, moment = reading.action, reading.moment
        if any(isinstance(v.type, Of) and v.type.sort in bind.sorts for v in action.params):
            yield ("", str(at)), False, not (action.name in bind.starts and succeeds(action, moment))

"""How many individuals without a lasting name a trace needs, and where they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from checker.language.protocol import Bind, Expr, Of, Protocol, ReadConst, Value, Var
from checker.trace.sources import Reading
from checker.trace.view import Seen, View, fails, succeeds

Pin = tuple[tuple[str, tuple[int, ...]], Value]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many individuals without names there are, by sort and host ("" for those of no host in particular).

    NOTE(spare): where nothing but ids names individuals there are as many as ids are alive at once, and one to spare.
    A reused individual may remember something (a guard may ask whether it was there before). So a search that finds no
    run, and at some node no unnamed individual in its first state, is done again with more of them (`growth`), until
    each life of an id could have one of its own (`largest`). An event that leaves a parameter open may be about
    somebody nobody names: before a trace is refused, each sort that is left open somewhere gets one such individual.
    It gets no more than one; the judge says so.
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
    protocol: Protocol, views: tuple[View, ...], ids: Mapping[str, Bind], named: frozenset[str], growth: int
) -> Counts:
    """How many unnamed individuals a trace needs. `growth`: how often more were needed; `named`: sorts with names."""
    fields = {bind.field: bind.sorts[0] for bind in ids.values() if len(bind.sorts) == 1 and bind.sorts[0] not in named}
    needs: dict[tuple[str, str], list[int]] = {}
    for view in views:
        for sort in dict.fromkeys(fields.values()):
            peak, most = _need(view, [ids[name] for name, of in fields.items() if of == sort])
            need = needs.setdefault((sort, view.log.host), [0, 0])
            need[0] += peak
            need[1] += most
    more = 0 if growth == 0 else 2 ** (growth - 1)
    per_host = {key: max(1, min(peak + 1 + more, most + 1)) for key, (peak, most) in needs.items()}
    largest = all(peak + more >= most for peak, most in needs.values())
    for sort in unsettled(protocol, views, ids) - frozenset(fields.values()):
        per_host[sort, ""] = min(more, 1)
        largest = largest and more >= 1
    return Counts(per_host, largest)


def unsettled(protocol: Protocol, views: tuple[View, ...], ids: Mapping[str, Bind]) -> frozenset[str]:
    """The open sorts of which some event may be about an individual that no record names.

    What an event leaves open another event of the same id's life may settle. A const of somebody nobody names may be
    another such one, unless it says where he is: there is a log of that host.
    """
    found: set[str] = set()
    for view in views:
        for life in _lives(view, ids):
            settled = {sort for _, sorts in life for sort in sorts[1]}
            found |= {sort for _, sorts in life for sort in sorts[0]} - settled
    open_sorts = {sort.name for sort in protocol.sorts if sort.members is None}
    places = {action.at.name for action in protocol.actions if isinstance(action.at, ReadConst)}
    consts = [const for const in protocol.consts if const.name not in places]
    for _ in consts:
        for const in consts:
            if isinstance(const.type, Of) and any(isinstance(t, Of) and t.sort in found for t in const.index):
                found.add(const.type.sort)
    return frozenset(found & open_sorts)


_Sorts = tuple[frozenset[str], frozenset[str]]  # left open, settled


def _lives(view: View, ids: Mapping[str, Bind]) -> Iterator[list[tuple[Seen, _Sorts]]]:
    """The events of a log, those about one life of an id together, each with the sorts it leaves open and settles."""
    current: dict[tuple[str, str], list[tuple[Seen, _Sorts]]] = {}
    for seen in view.events:
        told = _sorts(view, seen, ids)
        alone = True
        for bind in ids.values():
            for (_, text), starts, ends in set(_mentions(view, bind, seen)):
                alone = False
                if starts and not ends and (bind.field, text) in current:
                    yield current.pop((bind.field, text))
                current.setdefault((bind.field, text), []).append((seen, told))
                if ends:
                    yield current.pop((bind.field, text))
        if alone:
            yield [(seen, told)]
    yield from current.values()


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

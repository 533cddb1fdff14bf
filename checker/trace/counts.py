"""How many individuals without a lasting name a trace needs, and where they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from checker.language.protocol import Bind, Of, Protocol, ReadConst, Value, Var
from checker.trace.view import Seen, View, fails, succeeds

Pin = tuple[tuple[str, tuple[int, ...]], Value]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many individuals of each sort, by sort and host, that nothing but ids names.

    NOTE(spare): at least as many as ids are alive at once, and one to spare. A reused individual may remember
    something (a guard may ask whether it was there before), so a search that finds none in its first state says so,
    and is done again with more, until each life of an id could have an individual of its own (`largest`).
    """

    per_host: Mapping[tuple[str, str], int]
    largest: bool

    @property
    def total(self) -> dict[str, int]:
        """The number of individuals by sort."""
        found: dict[str, int] = {}
        for (sort, _), count in self.per_host.items():
            found[sort] = found.get(sort, 0) + count
        return found

    @property
    def pools(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """The individuals by number, host by host."""
        taken: dict[str, int] = {}
        found = []
        for (sort, _), number in self.per_host.items():
            first = taken.get(sort, 0)
            taken[sort] = first + number
            found.append((sort, tuple(range(first, first + number))))
        return tuple(found)


def count(views: tuple[View, ...], binds: Mapping[str, Bind], named: frozenset[str], growth: int) -> Counts:
    """The counts of the sorts with single ids whose individuals have no names. `growth` is how often more were needed."""
    fields = {
        bind.field: bind.sorts[0] for bind in binds.values() if len(bind.sorts) == 1 and bind.sorts[0] not in named
    }
    needs: dict[tuple[str, str], list[int]] = {}
    for view in views:
        for sort in dict.fromkeys(fields.values()):
            found = [_need(view, binds[name]) for name, of in fields.items() if of == sort]
            need = needs.setdefault((sort, view.log.host), [0, 0])
            for at in (0, 1):
                need[at] += max(each[at] for each in found)
    per_host: dict[tuple[str, str], int] = {}
    largest = True
    for key, (peak, most) in needs.items():
        wanted = peak + (1 if growth == 0 else 1 + 2**growth)
        per_host[key] = max(1, min(wanted, most + 1))
        largest = largest and wanted >= most + 1
    return Counts(per_host, largest)


def placed(protocol: Protocol, counts: Counts, numbers: Mapping[str, Mapping[str, int]]) -> Iterator[Pin]:
    """Consts that say on which host such an individual is, as the counts share them out."""
    total = counts.total
    done: set[str] = set()
    for action in protocol.actions:
        match action.at:
            case ReadConst(const, (Var(_, Of(sort)),), Of(where)) if sort in total and sort not in done:
                done.add(sort)
                homes = [
                    numbers[where].get(host) if where in numbers else None
                    for (of, host), number in counts.per_host.items()
                    if of == sort
                    for _ in range(number)
                ]
                for number, home in enumerate(homes):
                    if home is not None:
                        yield (const, (number,)), home


def _need(view: View, bind: Bind) -> tuple[int, int]:
    """How many ids of the field are alive at once, and how many lives of ids there are."""
    alive: set[str] = set()
    peak = lives = 0
    for seen in view.events:
        for text, starts, ends in set(_mentions(view, bind, seen)):
            new = text not in alive
            lives += new or starts
            peak = max(peak, len(alive) + new)
            if ends:
                alive.discard(text)
            else:
                alive.add(text)
    return peak, lives


def _mentions(view: View, bind: Bind, seen: Seen) -> Iterator[tuple[str, bool, bool]]:
    """The id an event mentions, whether its life starts there, whether it is over afterwards."""
    text = view.text(seen.event, bind.field)
    if text is None:
        return
    for reading in seen.readings:
        action, moment = reading.action, reading.moment
        if any(field.name == bind.field for field in reading.fields):
            starts, ends = action.name in bind.starts, action.name in bind.ends
            yield text, starts, (ends and succeeds(action, moment)) or (starts and fails(action, moment))

"""The records of a case, and the canonical numbers that stand for the names and ids in them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from checker.trace.event import Event
from checker.trace.watch.logs import LogState, Timed
from checker.trace.watch.setting import token
from checker.trace.watch.shapes import Says, Shape, Slot

NameKey = tuple[str, int, str]  # sort or id field, host (-1: everywhere), what the record says


@dataclass(frozen=True, slots=True)
class Entry:
    """A record of a case, in the order of arrival."""

    arrival: int
    log: LogState
    event: Event


@dataclass(slots=True)
class Names:
    """Which canonical individual or id each name stands for."""

    known: dict[NameKey, int] = field(default_factory=dict)
    used: dict[tuple[str, int], set[int]] = field(default_factory=dict)
    born: dict[NameKey, int] = field(default_factory=dict)  # after how many records of the case

    def number(self, key: NameKey, after: int = 0) -> int:
        """The number of a name, the lowest free one where it is new."""
        found = self.known.get(key)
        if found is None:
            taken = self.used.setdefault((key[0], key[1]), set())
            found = 0
            while found in taken:
                found += 1
            taken.add(found)
            self.known[key] = found
            self.born[key] = after
        return found

    def release(self, key: NameKey) -> None:
        found = self.known.pop(key, None)
        if found is not None:
            self.used[key[0], key[1]].discard(found)
            del self.born[key]

    def copy(self) -> Names:
        return Names(dict(self.known), {key: set(value) for key, value in self.used.items()}, dict(self.born))

    def shape(self, before: int) -> frozenset[tuple[str, int, int, int]]:
        """Which of the names that were there after so many records has which number, whatever they are."""
        born = self.born
        return frozenset(
            (sort, host, born[sort, host, text], number)
            for (sort, host, text), number in self.known.items()
            if born[sort, host, text] < before
        )

    def most(self, sort: str, host: int = -1) -> int:
        return max(self.used.get((sort, host), ()), default=-1) + 1

    def real(self, sort: str) -> dict[int, str]:
        """The names by number."""
        return {number: key[2] for key, number in self.known.items() if key[0] == sort}


def tails(
    history: list[Entry], logs: list[LogState], waiting: tuple[int, ...]
) -> tuple[list[int | None], list[list[Timed]]]:
    """By log, the greatest time of the history's records, and the last records, as many as wait."""
    latest: list[int | None] = []
    times: list[list[Timed]] = []
    for state, count in zip(logs, waiting, strict=True):
        own = [entry.event for entry in history if entry.log is state]
        latest.append(max((event.time for event in own if event.time is not None), default=None))
        times.append([(event.time, event.seq) for event in own[len(own) - count :]])
    return latest, times


def logs_of(history: list[Entry], besides: list[LogState]) -> list[LogState]:
    """The logs of a history and these besides, as the recording has them."""
    found = {state.index: state for state in (*(entry.log for entry in history), *besides)}
    return sorted(found.values(), key=lambda state: state.index)


def canonical(event: Event, shape: Shape, said: tuple[object, ...], request: str | None) -> Event:
    """The record with canonical names."""
    fields = {
        slot.field: (_told(slot, value) if value is not None else None)
        for slot, value in zip(shape.slots, said, strict=True)
    }
    return replace(event, log="", seq=0, fields=fields, request=request, time=None)


def _told(slot: Slot, value: object) -> str:
    if slot.says is Says.NAME and isinstance(value, int):
        return token(slot.key, value)
    return str(value)

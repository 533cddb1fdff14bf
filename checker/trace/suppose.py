"""What may have happened so that a trace was recorded that no run explains: suppositions, to be tried one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from checker.trace.conform import Case
from checker.trace.event import Event
from checker.trace.explain import Culprit
from checker.trace.frame import is_id
from checker.trace.prices import Cause
from checker.trace.search import MISSING
from checker.trace.sources import Reading
from checker.trace.trial import Sequence, Spot
from checker.trace.verdict import StoryKind
from checker.trace.view import Seen, View
from checker.trace.words import Words

NEAR = 8  # how far from the event that no run reaches changes are tried
FAR = 3  # the same for what is dearer, or rarer
MOST_LOST = 3  # records that are missing in one place


@dataclass(frozen=True, slots=True)
class Supposition:
    """One thing to suppose.

    `sequence` are the events as they would have to be, changed in `log` from `position` on. `readings` are other ways
    to read some events, `lost` how many records are put in; which ones, the run says that is found. `about` is the
    event to speak of.
    """

    kind: StoryKind
    causes: tuple[Cause, ...]
    sequence: Sequence
    log: int
    position: int
    about: Event | None
    told: str = ""
    readings: Mapping[Spot, tuple[Reading, ...]] = field(default_factory=dict)
    lost: int = 0
    likely: bool = False  # worth more time than others
    what: str = ""  # the field that is not believed; "status" for the outcome


def suppositions(case: Case, words: Words, found: Culprit) -> Iterator[Supposition]:
    """Everything that is tried for an event that no run reaches, likely things first; clocks aside."""
    at = found.block.node[1]
    here = found.block.view
    places = [(here, at[here]), *((log, reached) for log, reached in enumerate(at) if log != here)]
    yield from _twice(case, words, places)
    yield from _late(case, words, places)
    yield from _lost(case, places)
    yield from _mistaken(case, places)
    yield from _invented(case, words, places)
    for place in places:
        yield from _lost_together(case, place)


# ----------------------------------------------------------------------------------------------------------- sequences


def _with(sequence: Sequence, log: int, row: tuple[int, ...]) -> Sequence:
    return (*sequence[:log], row, *sequence[log + 1 :])


def _event(case: Case, log: int, event: int) -> Event:
    return case.views[log].events[event].event


def _before(reached: int, row: tuple[int, ...], far: int) -> range:
    """The places from the one that is reached backwards."""
    return range(min(reached, len(row) - 1), max(-1, reached - far), -1)


def _twice(case: Case, words: Words, places: list[Spot]) -> Iterator[Supposition]:
    """An event that says word for word what one shortly before it in its log says."""
    for log, reached in places:
        row = case.search.sequence[log]
        for position in _before(reached, row, NEAR):
            event = _event(case, log, row[position])
            earlier = (_event(case, log, row[at]) for at in range(position - 1, max(-1, position - 1 - NEAR), -1))
            twin = next((other for other in earlier if _same(event, other)), None)
            if twin is not None:
                allowed = _names(case.views[log], row[position]) & set(case.views[log].reader.source.may_repeat)
                cause = Cause.TWICE_ALLOWED if allowed else Cause.TWICE
                told = f"{words.event(event)} is the record of {words.event(twin)} once more"
                row_without = (*row[:position], *row[position + 1 :])
                yield Supposition(
                    StoryKind.TWICE, (cause,), _with(case.search.sequence, log, row_without), log, position, event, told
                )


def _same(one: Event, other: Event) -> bool:
    return (one.name, one.fields, one.status, one.phase, one.request) == (
        other.name, other.fields, other.status, other.phase, other.request,
    )  # fmt: skip


def _names(view: View, event: int) -> set[str]:
    """The actions that an event can be."""
    return {reading.action.name for reading in view.events[event].readings}


def _late(case: Case, words: Words, places: list[Spot]) -> Iterator[Supposition]:
    """An event whose place in its log is elsewhere: the one that no run reaches, or another that it waits for."""
    for log, reached in places:
        row = case.search.sequence[log]
        if reached >= len(row):
            continue
        near = 1 + (NEAR if log == places[0][0] else FAR)
        moves = [(reached + by, reached) for by in range(1, near)]  # a later one was before it
        moves += [(reached, reached + by) for by in range(2, near)]
        moves += [(reached, reached - by) for by in range(2, near)]
        moves += [(reached - by, reached) for by in range(1, near)]  # an earlier one was after it
        for source, target in moves:
            if 0 <= source < len(row) and 0 <= target < len(row):
                yield _moved(case, words, log, row, source, target)


def _moved(case: Case, words: Words, log: int, row: tuple[int, ...], source: int, target: int) -> Supposition:
    rest = (*row[:source], *row[source + 1 :])
    changed = (*rest[:target], row[source], *rest[target:])
    moved, other = _event(case, log, row[source]), _event(case, log, row[target])
    told = f"{words.event(moved)} happened {'before' if target < source else 'after'} {words.event(other)}"
    late = moved if target < source else other
    return Supposition(
        StoryKind.LATE,
        (_lateness(case, log, row[max(source, target)], row[min(source, target)]),),
        _with(case.search.sequence, log, changed),
        log,
        min(source, target),
        late,
        told,
    )


def _lateness(case: Case, log: int, second: int, first: int) -> Cause:
    """What two records of one log in the wrong order cost, with what their times say of it."""
    view = case.views[log]
    allowed = set(view.reader.source.may_delay)
    if (_names(view, second) | _names(view, first)) & allowed:
        return Cause.LATE_ALLOWED
    times = _event(case, log, first).time, _event(case, log, second).time
    if times[0] is None or times[1] is None or times[0] > times[1]:
        return Cause.LATE
    return Cause.LATE_SAME_TIME if times[0] == times[1] else Cause.LATE_AGAINST_TIMES


def _lost(case: Case, places: list[Spot]) -> Iterator[Supposition]:
    for log, reached in places:
        for position in range(reached, max(-1, reached - NEAR), -1):
            yield replace(_put_in(case, log, position, 1), likely=(log, position) == places[0])


def _lost_together(case: Case, place: Spot) -> Iterator[Supposition]:
    for count in range(2, MOST_LOST + 1):
        yield replace(_put_in(case, *place, count), likely=True)


def _put_in(case: Case, log: int, position: int, count: int) -> Supposition:
    row = case.search.sequence[log]
    longer = (*row[:position], *(MISSING,) * count, *row[position:])
    beside = _event(case, log, row[min(position, len(row) - 1)]) if row else None
    return Supposition(
        StoryKind.LOST,
        (Cause.LOSS, *(Cause.LOSS_BESIDE,) * (count - 1)),
        _with(case.search.sequence, log, longer),
        log,
        position,
        beside,
        lost=count,
    )


def _invented(case: Case, words: Words, places: list[Spot]) -> Iterator[Supposition]:
    """An event that is left out although nothing before it says the same."""
    for log, reached in places:
        row = case.search.sequence[log]
        for position in _before(reached, row, NEAR):
            event = _event(case, log, row[position])
            told = f"{words.event(event)} was recorded, and it did not happen"
            row_without = (*row[:position], *row[position + 1 :])
            sequence = _with(case.search.sequence, log, row_without)
            yield Supposition(StoryKind.MISTAKEN, (Cause.INVENTED,), sequence, log, position, event, told)


# ------------------------------------------------------------------------------------------------------------ readings


def _mistaken(case: Case, places: list[Spot]) -> Iterator[Supposition]:
    """The status, or one field, of the event that no run reaches or of one shortly before it is not believed."""
    for log, reached in places:
        row = case.search.sequence[log]
        for position in _before(reached, row, NEAR if log == places[0][0] else FAR):
            yield from _mistaken_at(case, log, position)


def _mistaken_at(case: Case, log: int, position: int) -> Iterator[Supposition]:
    view, event = case.views[log], case.search.sequence[log][position]
    seen = view.events[event]
    base = Supposition(
        StoryKind.MISTAKEN, (Cause.MISTAKEN,), case.search.sequence, log, position, seen.event, what="status"
    )
    outcomes = tuple(_other_outcomes(view, seen))
    if outcomes:
        yield replace(base, readings={(log, event): outcomes})
    for name in dict.fromkeys(name.name for reading in seen.readings for name in reading.fields):
        if view.text(seen.event, name) is None:
            continue
        id_ = any(each.name == name and is_id(each, case.shared.frame.ids) for r in seen.readings for each in r.fields)
        kind, cause = (StoryKind.REUSED, Cause.REUSED) if id_ else (StoryKind.MISTAKEN, Cause.MISTAKEN)
        doubted = replace(base, kind=kind, causes=(cause,), what=name)
        yield replace(doubted, readings={(log, event): _without(seen, name)})
        later = tuple(_later(case, log, position, name)) if id_ else ()
        if later:
            readings = {(log, at): _without(view.events[at], name) for at in (event, *later)}
            yield replace(doubted, readings=readings)


def _without(seen: Seen, name: str) -> tuple[Reading, ...]:
    """The readings, with no word of the field believed."""
    return tuple(
        replace(reading, fields=tuple(each for each in reading.fields if each.name != name))
        for reading in seen.readings
    )


def _later(case: Case, log: int, position: int, name: str) -> Iterator[int]:
    """The later events of the log that say the same in this field."""
    view, row = case.views[log], case.search.sequence[log]
    wanted = view.text(view.events[row[position]].event, name)
    for event in row[position + 1 :]:
        if view.text(view.events[event].event, name) == wanted:
            yield event


def _other_outcomes(view: View, seen: Seen) -> Iterator[Reading]:
    """The event read as having ended otherwise."""
    reader = view.reader
    if seen.event.phase == "begin":
        return
    read = {(reading.action.name, reading.moment) for reading in seen.readings}
    for action, fields in reader.declared.get(seen.event.name, ()):
        said = tuple(each for each in fields if each.values is not None)
        for outcome in action.outcomes:
            if (action.name, outcome.name) not in read:
                yield Reading(action, outcome.name, said)
    for record in reader.records.get(seen.event.name, ()):
        action = reader.actions[record.action]
        if record.moment is None:
            said = tuple(each for each in record.fields if each.values is not None)
            for outcome in action.outcomes:
                if (action.name, outcome.name) not in read:
                    yield Reading(action, outcome.name, said)

"""Orders between logs that the trace itself states: messages sent and received, clocks of known accuracy."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

from checker.trace.event import Event, FieldValue
from checker.trace.sources import text_of
from checker.trace.view import View

SENT, RECEIVED, MESSAGE = "SENT", "RECEIVED", "Message"
EDGES = frozenset({SENT, RECEIVED})

Needs = tuple[tuple[tuple[int, ...], ...], ...]  # for each log and each of its events: how far every log must be before


@dataclass(frozen=True, slots=True)
class Stated:
    """The stated orders. `circle` is a set of events that they put before themselves; empty if there is none."""

    needs: Needs
    circle: tuple[Event, ...]
    notes: tuple[str, ...] = ()


def stated_orders(views: tuple[View, ...], slack: int = 0) -> Stated:
    """What must have happened before each event, by messages and by clocks.

    `slack` is by how many nanoseconds more than stated two clocks are taken to differ.
    """
    if len(views) == 1:
        return Stated((((0,),) * len(views[0].events),), ())
    rows = [view.log.events for view in views]
    notes: list[str] = []
    raw = [[[0] * len(views) for _ in row] for row in rows]  # counted in all events of the logs, of whatever name
    places = {(log, event.seq): at for log, row in enumerate(rows) for at, event in enumerate(row)}
    for (first, sent), (second, received) in messages(rows, notes):
        need = raw[second][places[second, received.seq]]
        need[first] = max(need[first], places[first, sent.seq] + 1)
    _clocks(views, raw, slack, measured(views, notes))
    for row in raw:  # what must be before an event must be before the later ones of its log
        for at in range(1, len(row)):
            row[at] = [max(pair) for pair in zip(row[at], row[at - 1], strict=True)]
    return Stated(_of_views(views, raw), tuple(_circle(rows, raw)), tuple(dict.fromkeys(notes)))


def _of_views(views: tuple[View, ...], raw: list[list[list[int]]]) -> Needs:
    """The needs of the events that mean something, counted in such events."""
    meant = [{seen.event.seq for seen in view.events} for view in views]
    before = []  # for each log, how many events that mean something are among its first ones
    for view in views:
        counts = [0]
        for event in view.log.events:
            counts.append(counts[-1] + (event.seq in meant[view.index]))
        before.append(counts)
    return tuple(
        tuple(
            tuple(before[log][done] for log, done in enumerate(need))
            for event, need in zip(view.log.events, raw[view.index], strict=True)
            if event.seq in meant[view.index]
        )
        for view in views
    )


Spot = tuple[int, Event]  # log, event


def messages(rows: Sequence[Sequence[Event]], notes: list[str]) -> Iterator[tuple[Spot, Spot]]:
    """Each sending with each receipt of the same message in another log."""
    sent: dict[str, Spot] = {}
    for log, event, text in _said(rows, SENT):
        if text in sent:
            notes.append(f"message {text} is sent twice; its receipt follows the first sending")
        sent.setdefault(text, (log, event))
    for log, event, text in _said(rows, RECEIVED):
        if text not in sent:
            notes.append(f"message {text} is received and no log here has its sending")
        elif sent[text][0] != log:
            yield sent[text], (log, event)


def _said(rows: Sequence[Sequence[Event]], name: str) -> Iterator[tuple[int, Event, str]]:
    for log, row in enumerate(rows):
        for event in row:
            text = text_of(event.fields.get(MESSAGE)) if event.name == name else None
            if text is not None:
                yield log, event, text


def skew(view: View) -> int | None:
    """How far the log's clock may be from true time, in nanoseconds; None: its clock says nothing."""
    return view.log.skew if view.log.skew is not None else view.reader.source.skew


def measured(views: tuple[View, ...], notes: list[str]) -> int | None:
    """By how much the clocks of two hosts were apart at most, as records say that measured it; None: none says so.

    Such a record does not say which other host, nor which clock was ahead; of several the largest counts.
    """
    found: list[int] = []
    for view in views:
        for drift in view.reader.source.drifts:
            for event in view.log.events:
                if event.name == drift.event:
                    apart = _number(event.fields.get(drift.field))
                    if apart is None:
                        notes.append(
                            f"{event.origin}: {drift.field} is no number, so it does not say how clocks differ"
                        )
                    else:
                        found.append(int(abs(apart) * drift.unit) + drift.within)
    if found and len({view.log.host for view in views}) != 2:
        notes.append("how far clocks are apart was measured, but there are not just two hosts here: it is not used")
        return None
    return max(found, default=None)


def _number(value: FieldValue) -> float | None:
    """The number that a field says; None if it says none."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    return value if isinstance(value, int | float) and isfinite(value) else None


def _clocks(views: tuple[View, ...], needs: list[list[list[int]]], slack: int, drift: int | None) -> None:
    for first in views:
        latest = list(_latest(first.log.events))
        for second in views:
            apart = allowed(first, second, drift)
            if first is second or apart is None:
                continue
            apart += slack if apart else 0
            for at, event in enumerate(second.log.events):
                if event.time is not None:
                    need = needs[second.index][at]
                    need[first.index] = max(need[first.index], _done(latest, event.time - apart))


def _latest(events: Sequence[Event]) -> Iterator[tuple[int, int]]:
    """The timed events by time, each with how many events have happened when it has, or an earlier one by time."""
    timed = sorted((event.time, at + 1) for at, event in enumerate(events) if event.time is not None)
    most = 0
    for time, done in timed:
        most = max(most, done)
        yield time, most


def _done(latest: list[tuple[int, int]], limit: int) -> int:
    """How many events have surely happened at a time."""
    at = bisect_left(latest, (limit, 0))
    return latest[at - 1][1] if at else 0


def allowed(first: View, second: View, drift: int | None = None) -> int | None:
    """By how much two times must differ for their order to be known; None if it never is.

    `drift` is by how much the clocks of two hosts were measured to be apart at most.
    """
    if first.log.clock is not None and first.log.clock == second.log.clock:
        return 0
    one, other = skew(first), skew(second)
    bounds = [] if one is None or other is None else [one + other]
    bounds += [drift] if drift is not None and first.log.host != second.log.host else []
    return min(bounds, default=None)


def _circle(rows: Sequence[Sequence[Event]], needs: list[list[list[int]]]) -> Iterator[Event]:
    """The events at which the stated orders block one another."""
    at = [0] * len(rows)
    moved = True
    while moved:
        moved = False
        for log, row in enumerate(rows):
            while at[log] < len(row) and _met(needs[log][at[log]], at):
                at[log] += 1
                moved = True
    for log, row in enumerate(rows):
        if at[log] < len(row):
            yield row[at[log]]


def _met(need: Sequence[int], at: Sequence[int]) -> bool:
    return all(done >= wanted for done, wanted in zip(at, need, strict=True))

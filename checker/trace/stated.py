"""Orders between logs that the trace itself states: messages sent and received, clocks of known accuracy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checker.trace.event import Event
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


def stated_orders(views: tuple[View, ...], given: Sequence[tuple[Event, Event]] = ()) -> Stated:
    """What must have happened before each event, by messages, by clocks, and by orders given beside the trace."""
    needs = [[[0] * len(views) for _ in view.events] for view in views]
    by_name = {view.log.name: view for view in views}
    notes: list[str] = []

    def order(before: Event, after: Event) -> None:
        first, second = by_name.get(before.log), by_name.get(after.log)
        if first is None or second is None:
            return
        done = sum(seen.event.seq <= before.seq for seen in first.events)
        for at, seen in enumerate(second.events):
            if seen.event.seq >= after.seq:
                needs[second.index][at][first.index] = max(needs[second.index][at][first.index], done)
                break

    if len(views) > 1:
        for sent, received in messages(views, notes):
            order(sent, received)
        _clocks(views, needs)
    for before, after in given:
        order(before, after)
    for view in views:  # what must be before an event must be before the later ones of its log
        row = needs[view.index]
        for at in range(1, len(row)):
            row[at] = [max(pair) for pair in zip(row[at], row[at - 1], strict=True)]
    frozen = tuple(tuple(tuple(need) for need in row) for row in needs)
    return Stated(frozen, tuple(_circle(views, frozen)), tuple(notes))


def messages(views: tuple[View, ...], notes: list[str]) -> Iterator[tuple[Event, Event]]:
    """Each sending with each receipt of the same message in another log."""
    sent: dict[str, Event] = {}
    for view in views:
        for event in view.log.events:
            text = text_of(event.fields.get(MESSAGE))
            if event.name == SENT and text is not None:
                if text in sent:
                    notes.append(f"message {text} is sent twice; its receipt follows the first sending")
                sent.setdefault(text, event)
    for view in views:
        for event in view.log.events:
            text = text_of(event.fields.get(MESSAGE))
            if event.name == RECEIVED and text is not None:
                first = sent.get(text)
                if first is None:
                    notes.append(f"message {text} is received and no log here has its sending")
                elif first.log != event.log:
                    yield first, event


def skew(view: View) -> int | None:
    """How far the log's clock may be from true time, in nanoseconds; None: its clock says nothing."""
    return view.log.skew if view.log.skew is not None else view.reader.source.skew


def _clocks(views: tuple[View, ...], needs: list[list[list[int]]]) -> None:
    for first in views:
        for second in views:
            apart = _apart(first, second)
            if first is second or apart is None:
                continue
            times = [seen.event.time for seen in first.events]
            for at, seen in enumerate(second.events):
                if seen.event.time is None:
                    continue
                limit = seen.event.time - apart
                done = max((i + 1 for i, time in enumerate(times) if time is not None and time < limit), default=0)
                need = needs[second.index][at]
                need[first.index] = max(need[first.index], done)


def _apart(first: View, second: View) -> int | None:
    """By how much two times must differ for their order to be known; None if it never is."""
    if first.log.clock is not None and first.log.clock == second.log.clock:
        return 0
    one, other = skew(first), skew(second)
    return None if one is None or other is None else one + other


def _circle(views: tuple[View, ...], needs: Needs) -> Iterator[Event]:
    """The events at which the stated orders block one another."""
    at = [0] * len(views)
    moved = True
    while moved:
        moved = False
        for view in views:
            while at[view.index] < len(view.events) and _met(needs[view.index][at[view.index]], at):
                at[view.index] += 1
                moved = True
    for view in views:
        if at[view.index] < len(view.events):
            yield view.events[at[view.index]].event


def _met(need: Sequence[int], at: Sequence[int]) -> bool:
    return all(done >= wanted for done, wanted in zip(at, need, strict=True))

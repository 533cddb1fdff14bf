"""By how much clocks must differ beyond what is stated, so that some run explains the trace: the least, exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from checker.trace.conform import Case
from checker.trace.event import Event
from checker.trace.search import MISSING
from checker.trace.stated import Needs, allowed, measured, stated_orders
from checker.trace.trial import Path, Spot, Trial, Trials

NODES = 5000  # of each search
NEAR = 400  # how far from the event that no run reaches events are compared
EVER = 1 << 62  # nanoseconds: clocks that settle nothing


@dataclass(frozen=True, slots=True)
class Skewed:
    """The least `excess` in nanoseconds over what is `stated` for two clocks together, the run, and the two events: by
    their times the second was first. Not `exact`: some smaller amounts were not settled in the time for it.
    """

    excess: int
    stated: int
    earlier: Event
    later: Event
    path: Path
    trial: Trial
    exact: bool


def skewed(trials: Trials, goal: int, at: tuple[int, ...]) -> Skewed | None:
    """The story of the clocks; None where they settle nothing, or no difference of theirs explains the trace.

    More slack leaves fewer orders stated, so what explains the trace with some slack does so with more: the least is
    found by halving. It is one of the distances by which an event is stated to be after another.
    """
    case = trials.case
    if len(case.views) < 2 or _needs(case, EVER) == case.search.needs:
        return None
    best, exact = _explained(trials, EVER, goal)
    if best is None:
        return None
    amounts = sorted(set(_amounts(case, at)))
    low, high = 0, len(amounts)  # at `high` and beyond it is explained
    while low < high:
        middle = (low + high) // 2
        found, settled = _explained(trials, amounts[middle], goal)
        if found is None:
            low, exact = middle + 1, exact and settled
        else:
            high, best = middle, found
    return _told(case, *best, exact=exact)


def _needs(case: Case, slack: int) -> Needs:
    """What is stated to be before each event, with so much slack; never more than is stated without."""
    made = stated_orders(case.views, slack).needs
    return tuple(
        tuple(tuple(min(pair) for pair in zip(one, other, strict=True)) for one, other in zip(mine, given, strict=True))
        for mine, given in zip(made, case.search.needs, strict=True)
    )


def _amounts(case: Case, at: tuple[int, ...]) -> Iterator[int]:
    """The amounts of slack at which one stated order less is left."""
    drift = measured(case.views, [])
    for first in case.views:
        for second in case.views:
            apart = allowed(first, second, drift)
            if first is second or not apart:
                continue
            times = [_near(case, view.index, at) for view in (first, second)]
            yield from (after - before - apart for before in times[0] for after in times[1] if after - before > apart)


def _near(case: Case, log: int, at: tuple[int, ...]) -> list[int]:
    events = case.views[log].events[max(0, at[log] - NEAR) : at[log] + NEAR]
    return [seen.event.time for seen in events if seen.event.time is not None]


def _explained(trials: Trials, slack: int, goal: int) -> tuple[tuple[Path, Trial] | None, bool]:
    """The run with so much slack, if there is one; and whether that was settled."""
    case = trials.case
    trial = trials.trial(NODES + 4 * sum(case.search.lengths), needs=_needs(case, slack), goal=goal)
    zero = (0,) * len(case.views)
    for world, state, binding in case.roots:
        answer = trials.explores(trial, trials.world(world), (state, zero, binding))
        if answer and trial.ended is not None:
            return (trial.path(trial.ended), trial), True
        if answer is None:
            return None, False
    return None, True


def _told(case: Case, path: Path, trial: Trial, *, exact: bool) -> Skewed | None:
    """The two events that the run has the other way round than their times by the most."""
    spots = [(log, trial.sequence[log][node[1][log] - 1]) for node, taken in path for log in taken.logs]
    order = [spot for spot in spots if spot[1] != MISSING]
    drift = measured(case.views, [])
    best: tuple[int, int, Spot, Spot] | None = None
    for rank, one in enumerate(order):
        for other in order[rank + 1 :]:
            apart = allowed(case.views[one[0]], case.views[other[0]], drift)
            times = [case.views[log].events[event].event.time for log, event in (one, other)]
            if one[0] == other[0] or not apart or times[0] is None or times[1] is None:
                continue
            excess = times[0] - times[1] - apart
            if excess > 0 and (best is None or excess > best[0]):
                best = excess, apart, one, other
    if best is None:
        return None
    excess, apart, *ends = best
    earlier, later = (case.views[log].events[event].event for log, event in ends)
    return Skewed(excess, apart, earlier, later, path, trial, exact)

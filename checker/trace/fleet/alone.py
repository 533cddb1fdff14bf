"""What judging each case by itself leaves open: what cases may do to one another.

Nothing is left open where the text lets no step of one case read or write what another relies on (`apart.py`), nor
where every case's run leaves alone, record by record, whatever others could rely on (`together.py`). The orders between
logs that cases ask for are not compared with one another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from checker.trace.cases import CaseViews
from checker.trace.enough import separate
from checker.trace.judge_trace import Group, Judge
from checker.trace.together import together, undisturbed
from checker.trace.verdict import VerdictKind

EXPLAINED = (VerdictKind.CONFORMS, VerdictKind.CONFORMS_IF, VerdictKind.UNFINISHED)
LEFT = "a step changes what records of other cases may rely on, and leaves it changed"
ORDERS = "not asked whether the orders of records that cases conform under can all be true at once"
REST = "not asked what cases do to one another, and it may matter"
Place = tuple[str, int]  # an event's log and position


def left_open(judge: Judge, groups: Iterable[Group], common: frozenset[Place]) -> Iterator[str]:
    """What a case may do to others, or they to it, host by host. `common` are the records of every case."""
    apart = judge.machines.apart
    for group in groups:
        for one in group.each:
            case = one.case
            if case is None or not case.views:
                continue
            explained = one.part.kind in EXPLAINED
            if one.part.kind is VerdictKind.CONFORMS_IF and len(case.views) > 1:
                yield ORDERS
            if separate(apart):
                continue
            spots = tuple(tuple(range(len(view.events))) for view in case.views)
            mine = frozenset(
                (view.index, at)
                for view in case.views
                for at, seen in enumerate(view.events)
                if (seen.event.log, seen.event.seq) in common
            )
            found = [(CaseViews("a case", case.views, case.stated, spots, mine), case)]
            if explained and case.search.ended is not None:
                why = together(apart, case.stated, [len(view.events) for view in case.views], found)
                if why:
                    yield why
            elif not case.search.taken or not undisturbed(apart, found):
                yield LEFT


def told(judges: Iterable[Judge], counted: Mapping[tuple[str, str], int]) -> Iterator[str]:
    """What is left open as sentences, given how many cases that is so of, by protocol and reason."""
    for (protocol, reason), cases in sorted(counted.items(), key=lambda each: -each[1]):
        size = f"{cases:,} {'case' if cases == 1 else 'cases'}"
        yield f"{protocol}: {reason if reason == ORDERS else f'{REST}: {reason}'} ({size})"
    for judge in judges:
        names = [prop.name for prop in judge.core.properties if judge.machines.apart.relates(prop)]
        if names:
            size = f"{len(names)} {'property speaks' if len(names) == 1 else 'properties speak'}"
            yield f"{judge.protocol.name}: {size} of several cases at once, and each case alone was held to them"

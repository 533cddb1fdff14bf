"""Cases that fared alike, as groups: worst first, then the most frequent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from checker.trace.fleet.book import Settled
from checker.trace.fleet.result import NAMED, FleetGroup
from checker.trace.verdict import Verdict, VerdictKind, worst


@dataclass(frozen=True, slots=True)
class Done:
    """Cases that got the same verdict: how many, one of them, that one's verdict."""

    verdict: Verdict
    cases: int
    one: Settled
    variant: int
    reason: str = ""
    open: tuple[tuple[str, str], ...] = ()  # what judging it alone leaves open: protocol, reason
    brief: bool = False  # of what is wrong the event, its rules and its action are told, and no more
    times: bool = False  # it was judged with times


def unknown(done: Done, reason: str) -> Done:
    """The same cases, of which nothing is said for this reason."""
    return replace(done, verdict=replace(done.verdict, kind=VerdictKind.UNKNOWN), reason=reason)


def groups_of(
    done: Sequence[Done],
    others: Callable[[Sequence[Done], Done], Iterable[str]],
    in_full: Callable[[Done], Verdict] = lambda done: done.verdict,
) -> Iterator[FleetGroup]:
    """The groups; `others` names the cases of a group, all but the one that is told, which is told `in_full`."""
    grouped: dict[tuple[object, ...], list[Done]] = {}
    for each in done:
        grouped.setdefault(_way(each), []).append(each)
    rows = sorted(grouped.values(), key=lambda some: -sum(each.cases for each in some))
    for kind in worst_first(dict.fromkeys(VerdictKind, 1)):
        for row in rows:
            if row[0].verdict.kind is kind:
                group = group_of(row, others(row, _told(row)))
                yield replace(group, verdict=in_full(_told(row)))


def group_of(row: Sequence[Done], others: Iterable[str]) -> FleetGroup:
    """Cases that went the same way as one group. Of the others' names the first few are told."""
    first = _told(row)
    kind, protocol, host, rules, event, reason = _way(first)
    return FleetGroup(
        kind, protocol, rules, event, host,
        sum(each.cases for each in row), len({each.variant for each in row}),
        first.verdict.trace, first.verdict, tuple(islice(others, NAMED)), reason,
    )  # fmt: skip


def worst_first(counted: Mapping[VerdictKind, int]) -> list[VerdictKind]:
    """The verdicts that were counted at all, worst first."""
    left = [kind for kind, cases in counted.items() if cases]
    found = []
    while left:
        found.append(worst(tuple(left)))
        left.remove(found[-1])
    return found


def _told(row: Sequence[Done]) -> Done:
    """The cases of a group of which one is told."""
    return max(row, key=lambda each: each.cases)


def _way(done: Done) -> tuple[VerdictKind, str | None, str | None, tuple[str, ...], str | None, str]:
    """What makes cases one group: kind, protocol, host, rules, name of the first unexplained event, reason."""
    kind = done.verdict.kind
    part = next((part for part in done.verdict.parts if part.kind is kind), None)
    if part is None or kind is VerdictKind.CONFORMS:
        return kind, None, None, (), None, done.reason
    finding = part.findings[0] if part.findings else None
    rules = finding.rules if finding is not None else ()
    event = finding.event.name if finding is not None and finding.event is not None else None
    return kind, part.protocol, part.host, rules, event, done.reason or part.reason

"""The parts of a trace's cases put together as one part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from checker.model.judge import RosterLine, Standing
from checker.trace.verdict import CaseLine, Part, VerdictKind, worst

# Of several cases' answers about one rule the first of these counts.
_WEIGHT = (
    Standing.BROKEN,
    Standing.UNKNOWN,
    Standing.OPEN,
    Standing.HELD,
    Standing.BOUNDED,
    Standing.SKIPPED,
    Standing.NOT_EXERCISED,
    Standing.NOT_OBSERVABLE,
)


def merged(parts: Sequence[tuple[str, int, Part]], related: frozenset[str], notes: tuple[str, ...]) -> Part:
    """One part of several cases' parts, each with its case's name and number of events.

    `related` are properties that speak of several cases at once, of which each case says nothing about the others.
    """
    kind = worst(tuple(part.kind for _, _, part in parts))
    first = next(part for _, _, part in parts if part.kind is kind)
    told = [part for _, _, part in parts]
    return replace(
        first,
        kind=kind,
        findings=tuple(finding for part in told for finding in part.findings),
        assumed=tuple(dict.fromkeys(each for part in told for each in part.assumed)),
        obligations=tuple(each for part in told for each in part.obligations),
        forced=tuple(each for part in told for each in part.forced),
        explained_by=None,
        roster=tuple(_line([part.roster[at] for part in told], related) for at in range(len(first.roster))),
        reason=first.reason if first.kind is VerdictKind.UNKNOWN else "",
        notes=tuple(dict.fromkeys((*notes, *(note for part in told for note in part.notes)))),
        cases=tuple(CaseLine(name, part.kind, size) for name, size, part in parts),
    )


def _line(lines: list[RosterLine], related: frozenset[str]) -> RosterLine:
    counts = Counter(line.standing for line in lines)
    standing = next(each for each in _WEIGHT if counts[each])
    chosen = next(line for line in lines if line.standing is standing)
    alike = counts[standing]
    how = chosen.how if alike == 1 else f"{chosen.how}; so in {alike} of {len(lines)} cases" if chosen.how else ""
    if standing is Standing.HELD and chosen.name in related:
        return RosterLine(
            chosen.name, chosen.kind, Standing.BOUNDED, f"held in each case; not asked across cases ({how})"
        )
    return RosterLine(chosen.name, chosen.kind, standing, how)

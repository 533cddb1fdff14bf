"""A fleet's verdicts: data for JSON; for a terminal a table of the ways its cases went, and one case told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from checker import __version__
from checker.language.protocol import Protocol
from checker.report.page import BAD, BLANK, DOUBT, NAME, QUIET, STRONG, Line, Part, labelled, line
from checker.report.terminal import STYLE, verdict_lines
from checker.report.text import clean, listed, plural
from checker.trace.event import Complaint
from checker.trace.fleet.result import Fleet, FleetGroup
from checker.trace.verdict import VerdictKind

ROWS = 20  # groups that are shown
COMPLAINTS = 3
LINES = 14  # of the one case that is told
TOLD = (
    VerdictKind.VIOLATES,
    VerdictKind.UNKNOWN,
)  # what one case is told of; the others are as they should be, or open


@dataclass(frozen=True, slots=True)
class FleetDocument:
    """What `switchover fleet --json` answers."""

    fleet: Fleet
    protocols: tuple[str, ...]
    exit: int
    switchover: Literal["fleet"] = "fleet"
    format: Literal[1] = 1
    version: str = __version__


def fleet_lines(fleet: Fleet, protocols: Mapping[str, Protocol]) -> Iterator[Line]:
    """The counts, the groups worst first, one case of the worst group that is worth telling."""
    yield _headline(fleet)
    yield from _notes(fleet)
    yield from _complaints(fleet.complaints, fleet.left_out)
    shown = fleet.groups[:ROWS]
    yield BLANK
    for group in shown:
        yield _row(group, max(len(f"{each.cases:,}") for each in shown))
    if len(fleet.groups) > ROWS:
        cases = sum(group.cases for group in fleet.groups[ROWS:])
        left = plural(len(fleet.groups) - ROWS, "group")
        yield line("  ", (f"{left} more, with {plural(cases, 'case')}: --json has them all", QUIET))
    told = next((group for group in shown if group.kind in TOLD and group.verdict.parts), None)
    if told is not None:
        yield BLANK
        yield from _one(told, protocols)


def _headline(fleet: Fleet) -> Line:
    counts: list[Part] = []
    for count in fleet.counts:
        counts += [", " if counts else "  ", (f"{count.cases:,} ", STRONG), (count.kind.value, STYLE[count.kind])]
    size = f"{plural(fleet.events, 'event')}, {plural(fleet.cases, 'case')} of {plural(fleet.variants, 'variant')}:"
    return line((clean(fleet.name), STRONG), f": {size}", *counts)


def _notes(fleet: Fleet) -> Iterator[Line]:
    if fleet.whole:
        yield labelled("as one case", clean(fleet.whole), style=DOUBT)
    if fleet.unread:
        yield labelled("not read", f"{plural(fleet.unread, 'record')} of no protocol here", style=QUIET)
    if fleet.common:
        yield labelled("common", f"{plural(fleet.common, 'record')} that each case was judged with", style=QUIET)
    for note in fleet.notes:
        yield labelled("note", clean(note), style=DOUBT)
    for what in fleet.alone:
        yield labelled("judged alone", clean(what), style=DOUBT)
    if not fleet.alone and not fleet.whole:
        yield labelled("judged alone", "each case by itself: none does anything to another", style=QUIET)


def _complaints(complaints: Sequence[Complaint], left_out: int) -> Iterator[Line]:
    if left_out:
        yield labelled("left out", (f"{plural(left_out, 'record')} could not be read", BAD), style=BAD)
    for complaint in complaints[:COMPLAINTS]:
        style = BAD if complaint.fatal else QUIET
        yield labelled("input", (clean(complaint.place), NAME), f" {clean(complaint.message)}", style=style)
    if len(complaints) > COMPLAINTS:
        yield labelled("", f"and {len(complaints) - COMPLAINTS:,} more: --json has them all", style=QUIET)


def _row(group: FleetGroup, width: int) -> Line:
    parts: list[Part] = ["  ", (f"{group.cases:,}".rjust(width), STRONG), "  "]
    parts.append((group.kind.value.ljust(12), STYLE[group.kind]))
    where = f" on {clean(group.host)}" if group.host else ""
    told = []
    if group.protocol:
        told.append(f"{group.protocol}{where}")
    if group.event:
        told.append(clean(group.event, 60))
    if group.rules:
        told.append(" ".join(group.rules))
    if group.reason:
        told.append(clean(group.reason, 120))
    others = f" {listed(tuple(clean(name, 40) for name in (group.name, *group.others)), 3)}"
    parts += ["  ", "  ".join(told)] if told else []
    parts.append((f"  {others.strip()}", QUIET))
    return line(*parts, hang=width + 18)


def _one(group: FleetGroup, protocols: Mapping[str, Protocol]) -> Iterator[Line]:
    """One case of a group, in a few lines."""
    told = list(verdict_lines(group.verdict, protocols))
    yield line(("one of them", QUIET))
    yield from told[:LINES]
    if len(told) > LINES:
        yield line("  ", ("--json has the rest", QUIET))

"""Many recordings: one line each, and what they came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePath

from checker.report.documents import Recording
from checker.report.page import BAD, BLANK, DOUBT, GOOD, QUIET, STRONG, Line, Part, line
from checker.report.terminal import STYLE
from checker.report.text import clean, plural
from checker.trace.event import Origin
from checker.trace.verdict import Verdict, VerdictKind


def recording_lines(recording: Recording, width: int) -> Iterator[Line]:
    """The verdict, where and why; under it, how that is not what was expected."""
    verdict = recording.verdict
    mark, style = _mark(recording)
    parts: list[Part] = [(mark.ljust(8), style), "  ", (clean(verdict.trace).ljust(width), STRONG), "  "]
    parts += [(verdict.kind.value, STYLE[verdict.kind]), why(verdict)]
    yield line(*parts, hang=width + 12)
    for difference in recording.differences:
        yield line(" " * 10, (clean(difference), BAD), hang=10)


def why(verdict: Verdict) -> str:
    """What there is to say beside the verdict, in a few words."""
    part = next((part for part in verdict.parts if part.kind is verdict.kind), None)
    if verdict.kind is VerdictKind.UNREADABLE or part is None:
        return next((f"  {place(item.origin)}: {clean(item.message, 120)}" for item in verdict.complaints), "")
    if part.findings:
        finding = part.findings[0]
        where = f"  {place(finding.event.origin)} {clean(finding.event.name, 60)}" if finding.event else "  at its end"
        return where + (f"  {' '.join(finding.rules)}" if finding.rules else "")
    if part.obligations:
        return f"  {clean(part.obligations[0], 120)}"
    if part.assumed:
        earlier, later = part.assumed[0].earlier, part.assumed[0].later
        return f"  only if {place(earlier.origin)} came before {place(later.origin)}"
    return f"  {clean(part.reason, 120)}" if part.reason else ""


def place(origin: Origin) -> str:
    """The place without its folder: the recording's name stands at the start of the line."""
    return clean(replace(origin, file=PurePath(origin.file).name))


def summary(recordings: Sequence[Recording], left: int = 0) -> Iterator[Line]:
    """How many there were, how many were as expected, or else got what; and how many are left when it was stopped."""
    expected = [item for item in recordings if item.expected is not None]
    wrong = sum(bool(item.differences) for item in expected)
    told: list[Part] = [plural(len(recordings), "recording")]
    if expected:
        told.append((f": {len(expected) - wrong} as expected", GOOD if not wrong else QUIET))
        told += [(f", {wrong} not", BAD)] if wrong else []
    counts = Counter(item.verdict.kind for item in recordings if item.expected is None)
    if counts:
        told.append("; " if expected else ": ")
        told.append(", ".join(f"{counts[kind]} {kind.value}" for kind in VerdictKind if counts[kind]))
    if left:
        told.append((f"; stopped by Ctrl-C, {left} not judged", DOUBT))
    yield BLANK
    yield line(*told)


def _mark(recording: Recording) -> tuple[str, str]:
    if recording.expected is None:
        return "-", QUIET
    return ("expected", GOOD) if not recording.differences else ("NOT SO", BAD)

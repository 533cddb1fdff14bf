"""What a watched recording is told as: a JSON object or a line of text for each thing worth saying."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from checker import __version__
from checker.report.page import BAD, DOUBT, GOOD, NAME, QUIET, STRONG, Line, Part, line
from checker.report.plain import plain
from checker.report.terminal import STYLE
from checker.report.text import clean, plural
from checker.trace.watch.told import CaseCount, News, Summary, Told

STYLES = {
    News.OPEN: QUIET,
    News.GIVEN_UP: DOUBT,
    News.POINT_OF_NO_RETURN: DOUBT,
    News.DOOMED: BAD,
    News.DONE: GOOD,
    News.ABORTED: GOOD,
    News.VIOLATED: BAD,
    News.UNKNOWN: DOUBT,
    News.END: QUIET,
}
WIDTH = max(len(news.value) for news in News)


@dataclass(frozen=True, slots=True)
class WatchLine:
    """One line of what `switchover watch --json` answers: news of a case, or, as the last line, the summary."""

    told: Told | None
    summary: Summary | None
    exit: int | None = None  # of the summary
    switchover: Literal["watch"] = "watch"
    format: Literal[1] = 1
    version: str = __version__


def watch_json(answer: WatchLine) -> str:
    """The line, pure ASCII."""
    return json.dumps(plain(answer), ensure_ascii=True, allow_nan=False) + "\n"


def told_lines(told: Told) -> Iterator[Line]:
    """What happened, to which case, at which record, and why."""
    parts: list[Part] = [(told.news.value.ljust(WIDTH), STYLES[told.news]), "  ", (clean(told.case, 60), STRONG)]
    if told.host is not None:
        parts += [(f" on {clean(told.host, 60)}", QUIET)]
    if told.place is not None:
        parts += ["  ", (clean(told.place, 100), NAME)]
    if told.event is not None and told.news is not News.VIOLATED:
        parts += [f" {clean(told.event, 100)}"]
    parts += [f": {clean(told.message)}"]
    if told.rules:
        parts += ["  ", (" ".join(told.rules), STRONG)]
    yield line(*parts, hang=WIDTH + 2)
    if told.way_out is not None:
        steps = ", ".join(clean(step, 200) for step in told.way_out) or "it is at one"
        yield line(" " * (WIDTH + 2), ("clean abort: ", QUIET), steps, hang=WIDTH + 4)


def summary_lines(summary: Summary) -> Iterator[Line]:
    """The verdict of the whole, and how many cases came to which."""
    events = plural(summary.events, "event")
    yield line((summary.verdict.value, STYLE[summary.verdict]), f"  {events} watched")
    for count in summary.cases:
        yield line("  ", (f"{clean(count.protocol, 80)}: ", QUIET), _counted(count))
    if summary.left_out:
        yield line("  ", (f"{plural(summary.left_out, 'record')} left out", DOUBT))
    for note in summary.notes:
        yield line("  ", (clean(note), DOUBT))


def _counted(count: CaseCount) -> str:
    told = [
        f"{number:,} {word}" + (f" ({count.doomed:,} doomed)" if word == "unfinished" and count.doomed else "")
        for number, word in (
            (count.violates, "violate"),
            (count.unknown, "unknown"),
            (count.unfinished, "unfinished"),
            (count.conforms, "conform"),
        )
        if number
    ]
    cases = count.conforms + count.unfinished + count.violates + count.unknown
    return (
        f"{plural(cases, 'case')}"
        + (f": {', '.join(told)}" if told else "")
        + f"; {count.most_at_once:,} at once at most"
    )

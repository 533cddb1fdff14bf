"""What `switchover reduce` answers: how small the recording became, and that it still fares the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from checker import __version__
from checker.report.page import BAD, DOUBT, GOOD, NAME, STRONG, Line, labelled, line
from checker.report.text import clean, plural


@dataclass(frozen=True, slots=True)
class Renamed:
    """How many names of one kind were replaced."""

    kind: str
    names: int


@dataclass(frozen=True, slots=True)
class ReduceDocument:
    """What `switchover reduce --json` answers. `minimal`: no single record of what is left can go."""

    out: str
    protocol: str
    each_host: bool
    rules: tuple[str, ...]
    action: str | None
    message: str
    events: int
    events_before: int
    logs: int
    logs_before: int
    minimal: bool
    judged: int
    times: str
    dropped_fields: tuple[str, ...]
    renamed: tuple[Renamed, ...]
    lost: tuple[str, ...]
    switchover: Literal["reduce"] = "reduce"
    format: Literal[1] = 1
    version: str = __version__


def reduce_lines(answer: ReduceDocument) -> Iterator[Line]:
    """The answer on a terminal."""
    events = f"{plural(answer.events, 'event')} of {answer.events_before:,}"
    logs = f"{plural(answer.logs, 'log')} of {answer.logs_before:,}"
    yield line(("reduced", GOOD), f"  {events}, {logs}, in ", (clean(answer.out, 4096), NAME))
    yield labelled(
        "violates", (" ".join(answer.rules) or "-", STRONG), f" by {answer.protocol}: ", clean(answer.message)
    )
    yield labelled("proved", "what was written was read and judged anew: the same rules, at the same action")
    if not answer.minimal:
        yield labelled("not minimal", ("stopped before every single record was tried", DOUBT))
    times = {"dropped": "times and clocks dropped", "shifted": "times begin at nought", "kept": "times kept"}[
        answer.times
    ]
    dropped = f"; fields dropped: {clean(', '.join(answer.dropped_fields))}" if answer.dropped_fields else ""
    yield labelled("left out", f"{times}{dropped}")
    if answer.renamed:
        told = ", ".join(f"{clean(each.kind, 40)} ({each.names:,})" for each in answer.renamed)
        yield labelled("renamed", told)
    else:
        yield labelled("renamed", ("nothing, as asked", BAD))
    for each in answer.lost:
        yield labelled("note", clean(each))
    yield labelled("judged", f"{answer.judged:,} smaller recordings")

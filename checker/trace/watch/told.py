"""What is told of a watched recording: one object for each thing worth saying, and a summary at the end."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from checker.trace.verdict import VerdictKind


class News(StrEnum):
    """What happened to a case."""

    OPEN = "open"  # it left a clean end; how it could be given up cleanly
    GIVEN_UP = "given up"  # it cannot succeed any more, and can be ended cleanly
    POINT_OF_NO_RETURN = "point of no return"  # it can still succeed, and no clean abort is open any more
    DOOMED = "doomed"  # no continuation ends cleanly any more
    DONE = "done"  # it is at a clean end, and a success
    ABORTED = "aborted"  # it is at a clean end, and not the one it set out for
    VIOLATED = "violated"  # no run explains its records
    UNKNOWN = "unknown"  # a bound was met
    END = "end"  # what is known at the end of the input


SAID = {
    News.OPEN: "can succeed; it could still be given up cleanly",
    News.GIVEN_UP: "cannot succeed any more; it can still end cleanly",
    News.POINT_OF_NO_RETURN: "no clean abort is open any more; it can still succeed",
    News.DOOMED: "no continuation ends cleanly any more",
    News.DONE: "at a clean end",
    News.ABORTED: "given up, and at a clean end",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One piece of news. `place` is where the record stands that it is about, `way_out` the shortest clean abort."""

    news: News
    protocol: str
    host: str | None
    case: str
    event: str | None
    place: str | None
    message: str
    action: str | None = None
    rules: tuple[str, ...] = ()
    way_out: tuple[str, ...] | None = None
    verdict: VerdictKind | None = None


@dataclass(frozen=True, slots=True)
class CaseCount:
    """How many cases of a protocol came to each verdict; `doomed` are among those that are unfinished."""

    protocol: str
    conforms: int
    unfinished: int
    violates: int
    unknown: int
    doomed: int
    most_at_once: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The end of a watched recording."""

    verdict: VerdictKind
    events: int
    left_out: int
    cases: tuple[CaseCount, ...]
    notes: tuple[str, ...]

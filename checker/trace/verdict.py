"""The one object that says how a trace fared. Every report is a view of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from checker.model.judge import RosterLine
from checker.model.run import Run
from checker.trace.event import Complaint, Event


class VerdictKind(StrEnum):
    CONFORMS = "conforms"
    CONFORMS_IF = "conforms if"
    VIOLATES = "violates"
    UNFINISHED = "unfinished"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Blocked:
    """One guard (or invariant, or obligation) in the way of an event."""

    rules: tuple[str, ...]
    condition: str  # as the text writes it, with the individuals' names put in
    place: str  # file:line:column in the protocol text
    made_false_by: Event | None = None  # the recorded event after which it no longer held, if one did


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the judge has to say.

    `event` is the earliest event no run reaches (None: the trouble is at the end of the trace). `action` is what the
    event was read as, in protocol words. `blocked` is the smallest set of guards in the way; `legal` are the events
    that would have been possible there; `repair` is the cheapest change that makes the trace go further, in words.
    """

    message: str
    event: Event | None
    action: str | None
    rules: tuple[str, ...]
    blocked: tuple[Blocked, ...] = ()
    legal: tuple[str, ...] = ()
    repair: str | None = None
    conflict: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Assumed:
    """A cross-log order the answer hangs on: `earlier` came before `later`, which the logs do not settle."""

    earlier: Event
    later: Event
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """The judgement of one trace against one protocol (and, where the protocol says so, of one host alone)."""

    protocol: str
    host: str | None
    kind: VerdictKind
    findings: tuple[Finding, ...]
    assumed: tuple[Assumed, ...]
    obligations: tuple[str, ...]
    explained_by: Run | None
    explained: tuple[tuple[str, Event | None], ...]  # the run told: each step in words, with its event (None: hidden)
    roster: tuple[RosterLine, ...]
    ignored: tuple[tuple[str, int], ...]  # event names that are not of this protocol, with how often they occur
    reason: str = ""  # for unknown: which limit, and what to raise
    notes: tuple[str, ...] = ()  # what else a reader should know, a sentence each


@dataclass(frozen=True, slots=True)
class Verdict:
    """A trace's verdict: the worst of its parts, and what could not be read."""

    trace: str
    kind: VerdictKind
    parts: tuple[Part, ...]
    events: int
    complaints: tuple[Complaint, ...]
    left_out: int


EXIT = {
    VerdictKind.CONFORMS: 0,
    VerdictKind.CONFORMS_IF: 0,
    VerdictKind.VIOLATES: 1,
    VerdictKind.UNFINISHED: 0,
    VerdictKind.UNKNOWN: 4,
    VerdictKind.UNREADABLE: 2,
}
STRICT_EXIT = EXIT | {VerdictKind.CONFORMS_IF: 3, VerdictKind.UNFINISHED: 3}

_ORDER = (
    VerdictKind.VIOLATES,
    VerdictKind.UNREADABLE,
    VerdictKind.UNKNOWN,
    VerdictKind.UNFINISHED,
    VerdictKind.CONFORMS_IF,
    VerdictKind.CONFORMS,
)


def worst(kinds: tuple[VerdictKind, ...]) -> VerdictKind:
    """The verdict of a whole from those of its parts. A whole without parts is unreadable."""
    return next((kind for kind in _ORDER if kind in kinds), VerdictKind.UNREADABLE)

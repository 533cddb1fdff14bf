"""The one object that says how a trace fared. Every report is a view of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from checker.model.judge import RosterLine
from checker.model.run import Run
from checker.trace.event import Complaint, Event, Log


class VerdictKind(StrEnum):
    CONFORMS = "conforms"
    CONFORMS_IF = "conforms if"
    VIOLATES = "violates"
    UNFINISHED = "unfinished"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"


EXPLAINED = frozenset({VerdictKind.CONFORMS, VerdictKind.CONFORMS_IF, VerdictKind.UNFINISHED})  # by some run


@dataclass(frozen=True, slots=True)
class Blocked:
    """One guard (or invariant, or obligation) in the way of an event."""

    rules: tuple[str, ...]
    condition: str  # as the text writes it, with the individuals' names put in
    place: str  # file:line:column in the protocol text
    made_false_by: Event | None = None  # the recorded event after which it no longer held, if one did


class StoryKind(StrEnum):
    """What may have happened, so that a record that no run explains was recorded all the same."""

    LOST = "a record was lost"
    TWICE = "a record was written twice"
    LATE = "records of one log are out of order"
    CLOCKS = "the clocks differ by more than is stated"
    REUSED = "an id was used again, or means another"
    MISTAKEN = "a record says something wrong"
    VIOLATION = "the rule was broken"


@dataclass(frozen=True, slots=True)
class Story:
    """One way to explain what no run explains. The cheapest comes first; a price counts what must have gone wrong.

    `told` says in words what to suppose; `evidence` what further record would decide for or against it. `explained` is
    the repaired run told as `Part.explained` is, empty where the story has no run (the rule was broken).
    """

    kind: StoryKind
    price: int
    told: str
    evidence: tuple[str, ...] = ()
    explained: tuple[tuple[str, Event | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Forced:
    """A property that is false once the records are taken as they are, whatever the guards: what really came about.

    `chosen`: in an order between the logs that the trace does not settle; in another it may not come about.
    """

    property: str
    doc: str
    rules: tuple[str, ...]
    event: Event  # after which it is false
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the judge has to say.

    `event` is the earliest event no run reaches (None: the trouble is at the end of the trace). `action` is what the
    event was read as, in protocol words. `blocked` is the smallest set of guards in the way; `legal` are the events
    that would have been possible there. `conflict` are the events, `conditions` the guards, that cannot all be; not
    `minimal`: fewer may do, and that was not settled in the time for it. `stories` are the rival explanations, the
    cheapest first; `untried` is how many more suppositions there was no time to try.
    """

    message: str
    event: Event | None
    action: str | None
    rules: tuple[str, ...]
    blocked: tuple[Blocked, ...] = ()
    legal: tuple[str, ...] = ()
    conflict: tuple[Event, ...] = ()
    stories: tuple[Story, ...] = ()
    conditions: tuple[Blocked, ...] = ()
    minimal: bool = True
    untried: int = 0


@dataclass(frozen=True, slots=True)
class Assumed:
    """A cross-log order the answer hangs on: `earlier` came before `later`, which the logs do not settle.

    `by_all`: every explanation of the trace has it; else the one that is told has it, and another may do without.
    """

    earlier: Event
    later: Event
    rules: tuple[str, ...] = ()
    by_all: bool = True


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case of a part that was judged case by case: its name, its verdict, how many events are its own."""

    name: str
    kind: VerdictKind
    events: int


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
    forced: tuple[Forced, ...] = ()
    cases: tuple[CaseLine, ...] = ()  # none: judged as one


@dataclass(frozen=True, slots=True)
class Verdict:
    """A trace's verdict: the worst of its parts, and what could not be read. `logs` are the records it is about."""

    trace: str
    kind: VerdictKind
    parts: tuple[Part, ...]
    events: int
    complaints: tuple[Complaint, ...]
    left_out: int
    logs: tuple[Log, ...] = ()


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

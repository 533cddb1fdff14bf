"""A recording of two hosts and verdicts on it, with everything in them that a page can show, put together by hand."""

from __future__ import annotations

from dataclasses import replace

from checker.language.protocol import Action, Kind, Of, Var, Variable
from checker.model.judge import RosterLine, Standing
from checker.report.documents import Recording
from checker.trace.event import Event, FieldValue, Log, Origin
from checker.trace.verdict import Assumed, Blocked, Finding, Forced, Part, Story, StoryKind, Verdict, VerdictKind
from tests.report import made

H = Variable("h", Of("Site"))
GIVE = Action(
    "give", Kind.ACTION, hidden=False, optional=False, params=(H,), at=Var("h", Of("Site")), event=None, rules=(),
    guards=(), begin=None, outcomes=(),
)  # fmt: skip
PROTOCOL = replace(made.PROTOCOL, actions=(GIVE,))
PROTOCOLS = {"lock": PROTOCOL}


def event(log: str, seq: int, name: str, **fields: FieldValue) -> Event:
    return Event(log, seq, name, fields, time=(seq * 1000 + 250) * 10**6, origin=Origin(f"{log}.jsonl", seq + 1))


A = (event("a", 1, "TAKE", Who="ann"), event("a", 2, "SENT", Message="m1"), event("a", 3, "HELLO", To="all"))
B = (event("b", 1, "RECEIVED", Message="m1"), event("b", 2, "TAKE", Who="bob"), event("b", 3, "GIVE", Who="bob"))
LOGS = (
    Log("a", "EAST", "oid", A, skew=50_000_000, origin=Origin("a.jsonl", 1)),
    Log("b", "WEST", "oid", B, ends="complete", origin=Origin("b.jsonl", 1)),
)
FINDING = Finding(
    message="TAKE (b 2) is not possible here: not held[ann] does not hold",
    event=B[1],
    action="take(bob)",
    rules=("L-1",),
    blocked=(Blocked(("L-1",), "not held[ann]", "lock.mig:7:5", made_false_by=A[0]),),
    legal=("give(EAST)",),
    conflict=(A[0], B[1]),
    conditions=(Blocked(("L-2",), "given[ann]", "lock.mig:9:5"),),
    stories=(
        Story(StoryKind.LOST, 1, "a record of give(EAST) is missing", ("switch on GIVE at EAST",), (
            ("take(ann)", A[0]), ("give(EAST)", None), ("take(bob)", B[1]))),
        Story(StoryKind.VIOLATION, 4, "two held it at once"),
    ),
)  # fmt: skip
ROSTER = (
    RosterLine("L-1", "rule", Standing.BROKEN, "by bob"),
    RosterLine("L-2", "rule", Standing.NOT_OBSERVABLE, "no log records it"),
)
PART = Part(
    protocol="lock",
    host=None,
    kind=VerdictKind.VIOLATES,
    findings=(FINDING,),
    assumed=(),
    obligations=(),
    explained_by=None,
    explained=(("take(ann)", A[0]), ("give(EAST)", None), ("wait()", None), ("sent(m1)", A[1]), ("got(m1)", B[0])),
    roster=ROSTER,
    ignored=(("HELLO", 1),),
    forced=(Forced("one_holder", "Two never hold it.", ("L-1",), B[1]),),
    notes=("judged as if there were 2 Worker that no record names",),
)
VIOLATES = Verdict("lock", VerdictKind.VIOLATES, (PART,), 6, (), 0, LOGS)
EXPLAINED = replace(
    PART,
    kind=VerdictKind.CONFORMS,
    findings=(),
    forced=(),
    explained=(*PART.explained, ("take(bob)", B[1]), ("give(WEST)", B[2])),
)
CONFORMS = replace(VIOLATES, kind=VerdictKind.CONFORMS, parts=(EXPLAINED,))
CONFORMS_IF = replace(
    CONFORMS,
    kind=VerdictKind.CONFORMS_IF,
    parts=(replace(EXPLAINED, kind=VerdictKind.CONFORMS_IF, assumed=(Assumed(A[0], B[1], ("L-1",)),)),),
)
UNFINISHED = replace(
    CONFORMS,
    kind=VerdictKind.UNFINISHED,
    parts=(replace(EXPLAINED, kind=VerdictKind.UNFINISHED, obligations=("ann still has it (L-2)",)),),
)
UNKNOWN = replace(
    CONFORMS,
    kind=VerdictKind.UNKNOWN,
    parts=(replace(PART, kind=VerdictKind.UNKNOWN, findings=(), forced=(), explained=(), reason="no time was left"),),
)
UNREADABLE = replace(made.UNREADABLE, logs=LOGS)
EVERY = (VIOLATES, CONFORMS, CONFORMS_IF, UNFINISHED, UNKNOWN, UNREADABLE)

HOSTILE = (
    "</script><script>alert(1)</script>",
    "</title></style><img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "\" onmouseover='alert(1)' x=\"",
    "\u202egnp.exe\u2066",
    "\x00\x1b[31m\x07\r\n\ud800\ufffe",
    "]]>&lt;&#x3c;<!--",
    "[click](https://evil.example)",
    "{{ 7 * 7 }}{% raw %}",
)


def hostile(value: str) -> Verdict:
    """The violation, with `value` wherever a recording can put a text."""
    bad = Event(value, 1, value, {value: value}, status=value, phase=value, at=value, origin=Origin(value, 3))
    finding = replace(FINDING, event=bad, action=value, legal=(value,), conflict=(bad,), message=value)
    part = replace(PART, host=value, findings=(finding,), explained=((value, None),), ignored=((value, 2),))
    return replace(VIOLATES, trace=value, parts=(part,), logs=(Log(value, value, value, (bad,), begins=value),))


def alone(verdict: Verdict) -> list[Recording]:
    return [Recording(verdict, None, ())]

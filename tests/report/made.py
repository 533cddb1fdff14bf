"""A small protocol and verdicts about it, put together by hand."""

from __future__ import annotations

from dataclasses import replace

from checker.language.protocol import Duty, Module, Page, Protocol, Rule
from checker.model.judge import RosterLine, Standing
from checker.trace.event import Complaint, Event, Origin
from checker.trace.verdict import Assumed, Blocked, Finding, Part, Story, StoryKind, Verdict, VerdictKind

PROTOCOL = Protocol(
    name="lock",
    title="A lock",
    each_host=False,
    joined=(),
    modules=(Module("lock", "A lock", (), "lock.mig"),),
    pages=(Page("MANUAL", "https://example.org/locks"), Page("FAQ", "https://example.org/faq")),
    rules=(
        Rule("L-1", Duty.SWITCH, ("MANUAL", "FAQ"), "One holder at a time."),
        Rule("L-2", Duty.UNWRITTEN, (), "Whoever takes it gives it back."),
    ),
    sorts=(), params=(), consts=(), cells=(), definitions=(), assumptions=(), actions=(), properties=(), scopes=(),
    scenarios=(), logs=(), binds=(),
)  # fmt: skip

FIRST = Event("a", 1, "TAKE", {"Who": "ann"}, origin=Origin("lock.jsonl", 2))
SECOND = Event("a", 2, "TAKE", {"Who": "bob\x1b[31m[bold] é"}, status="DENIED", origin=Origin("lock.jsonl", 3))
ROSTER = (RosterLine("L-1", "rule", Standing.BROKEN), RosterLine("L-2", "rule", Standing.NOT_EXERCISED, "never given"))

FINDING = Finding(
    message="nothing explains this event",
    event=SECOND,
    action="take(bob)",
    rules=("L-1",),
    blocked=(Blocked(("L-1",), "not held[ann]", "lock.mig:7:5", made_false_by=FIRST),),
    legal=("give(ann)",),
    conflict=(FIRST, SECOND),
    stories=(Story(StoryKind.LOST, 1, "insert give(ann) before it"),),
)
PART = Part("lock", None, VerdictKind.VIOLATES, (FINDING,), (), (), None, (), ROSTER, (("HELLO", 3),))
VIOLATES = Verdict("lock.jsonl", VerdictKind.VIOLATES, (PART,), 2, (), 0)
CONFORMS = Verdict(
    "lock.jsonl", VerdictKind.CONFORMS, (replace(PART, kind=VerdictKind.CONFORMS, findings=()),), 2, (), 0
)
CONFORMS_IF = replace(
    CONFORMS,
    kind=VerdictKind.CONFORMS_IF,
    parts=(replace(CONFORMS.parts[0], kind=VerdictKind.CONFORMS_IF, assumed=(Assumed(FIRST, SECOND, ("L-1",)),)),),
)
UNFINISHED = replace(
    CONFORMS,
    kind=VerdictKind.UNFINISHED,
    parts=(replace(CONFORMS.parts[0], kind=VerdictKind.UNFINISHED, obligations=("ann still has it (L-2)",)),),
)
UNREADABLE = Verdict(
    "lock.jsonl", VerdictKind.UNREADABLE, (), 0, (Complaint(Origin("lock.jsonl", 1), "not JSON", "\\x1b", 1),), 4
)
EVERY = (VIOLATES, CONFORMS, CONFORMS_IF, UNFINISHED, UNREADABLE)

"""Generated traces put to the judge: those that a run made, and those that were spoiled.

A trace that a run made must not be called a violation. One that was spoiled may be explained all the same, but only by
a run that the reference confirms to be one and to be recorded like that.
"""

from __future__ import annotations

import random
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from checker.model.judge import InternalError
from checker.model.run import Run
from checker.trace.conform import Answer, Case, explain_trace, run_to
from checker.trace.event import Event, Log, Trace
from checker.trace.judge_trace import Judge
from checker.trace.options import Budget, Options
from checker.trace.outcome import part_of
from checker.trace.stated import EDGES, stated_orders
from checker.trace.verdict import Part, VerdictKind
from checker.trace.view import see
from tests.generated.explains import MESSAGES
from tests.generated.plans import Subject, plan_of
from tests.generated.record import Recorded, Recorder
from tests.generated.runs import follows
from tests.generated.walk import Walk, Walker

EXPLAINED = (VerdictKind.CONFORMS, VerdictKind.CONFORMS_IF, VerdictKind.UNFINISHED)
FAILURES = (ArithmeticError, AssertionError, AttributeError, InternalError, LookupError, TypeError, ValueError)
SPOILED = ("delete", "swap", "duplicate", "change")


@dataclass(frozen=True, slots=True)
class Result:
    """One trace and what became of it. `wrong` says what is not as it must be; "" where all is."""

    subject: str
    seed: int
    way: str  # right, without RULE, or how it was spoiled
    kind: VerdictKind
    wrong: str
    trace: Trace
    steps: int
    events: int


class Campaign:
    """Traces of one subject. The same seed makes the same trace.

    Of a spoiled trace the search alone is asked; `thorough`: the judge too, who may take it case by case.
    """

    def __init__(self, subject: Subject, options: Options | None = None, thorough: bool = False) -> None:
        self.thorough = thorough
        self.subject = subject
        limits = options or Options(nodes=200_000, seconds=20.0)
        self.options = replace(limits, settings=subject.scope.settings)
        self.judge = Judge(subject.protocol, self.options)
        self.recorder = Recorder(subject.protocol, subject.scope)
        self.walker = Walker(subject.protocol, subject.scope)
        self.rules = tuple(sorted({r for m in self.walker.machine.core.moments for g in m.guards for r in g.rules}))
        self._without: dict[str, Walker] = {}

    # ----------------------------------------------------------------------------------------------------- what is made

    def made(self, seed: int) -> tuple[Walk, Recorded]:
        """A walk of the protocol and its trace."""
        rng = random.Random(f"{self.subject.name} {seed}")
        self.walker.taken.clear()
        return self._recorded(rng, seed, self.walker)

    def without(self, seed: int) -> tuple[str, Walk, Recorded] | None:
        """The same of the protocol without one rule, if the walk takes a step which that rule forbids."""
        rng = random.Random(f"{self.subject.name} without {seed}")
        if not self.rules:
            return None
        rule = self.rules[seed % len(self.rules)]
        if rule not in self._without:
            scope = replace(self.subject.scope, without=frozenset({rule}))
            self._without[rule] = Walker(self.subject.protocol, scope)
        walker = self._without[rule]
        walker.taken.clear()
        walk, recorded = self._recorded(rng, seed, walker)
        return (rule, walk, recorded) if walk.broken is not None else None

    def _recorded(self, rng: random.Random, seed: int, walker: Walker) -> tuple[Walk, Recorded]:
        walk = walker.walk(rng, rng.randrange(2, self.subject.steps + 1))
        plan = plan_of(rng, self.subject, walk, walker.at_rest(walk.states[-1]))
        return walk, self.recorder.record(rng, f"{self.subject.name} {seed}", walk, plan)

    # --------------------------------------------------------------------------------------------------- what is asked

    def right(self, seed: int) -> Result:
        """A trace that a run made. It is wrong to refuse it."""
        walk, recorded = self.made(seed)
        part = self.judged(recorded.trace, recorded.hidden_faults)
        wrong = ""
        if isinstance(part, str):
            return self._crashed(seed, "right", part, recorded.trace, len(walk.steps))
        if part.kind is VerdictKind.VIOLATES:
            wrong = "false alarm: " + "; ".join(finding.message for finding in part.findings)
            told = self.told_by(walk, recorded)
            if told:
                wrong = f"the generator is wrong: {told}"
        elif part.kind in EXPLAINED:
            wrong = self.confirmed(part, recorded.trace, recorded.hidden_faults)
        return self._result(seed, "right", part, wrong, recorded.trace, len(walk.steps))

    def broken(self, seed: int) -> Result | None:
        """A trace of a run that breaks a rule."""
        made = self.without(seed)
        if made is None:
            return None
        rule, walk, recorded = made
        return self._spoiled(seed, f"without {rule}", recorded.trace, recorded.hidden_faults, len(walk.steps))

    def spoiled(self, seed: int) -> Iterator[Result]:
        """A trace that a run made, with one record deleted, exchanged, doubled or changed."""
        walk, recorded = self.made(seed)
        rng = random.Random(f"{self.subject.name} spoiled {seed}")
        for way in SPOILED:
            trace = spoil(rng, recorded.trace, way)
            if trace is not None:
                yield self._spoiled(seed, way, trace, recorded.hidden_faults, len(walk.steps))

    def _spoiled(self, seed: int, way: str, trace: Trace, faults: int, steps: int) -> Result:
        events = sum(len(log.events) for log in trace.logs)
        kind, wrong = self._searched(trace, faults)
        if kind is VerdictKind.VIOLATES and self.thorough:
            part = self.judged(trace, faults)
            if isinstance(part, str):
                return self._crashed(seed, way, part, trace, steps)
            if part.kind in EXPLAINED:
                wrong = f"{part.kind} case by case, and {kind} as a whole"
        return Result(self.subject.name, seed, way, kind, wrong, trace, steps, events)

    def _searched(self, trace: Trace, faults: int) -> tuple[VerdictKind, str]:
        """What the search alone says, and why the run that it found does not explain the trace."""
        case = self.case(trace, faults)
        if case.answer is Answer.UNKNOWN:
            return VerdictKind.UNKNOWN, ""
        if case.answer is Answer.REFUSED or case.search.ended is None:
            return VerdictKind.VIOLATES, ""
        try:
            run = run_to(case, case.search.ended)
        except InternalError as failure:
            return VerdictKind.UNKNOWN, f"crash: {failure}"
        kind = VerdictKind.CONFORMS if case.answer is Answer.EXPLAINED else VerdictKind.UNFINISHED
        return kind, self.explained_by(run, trace)

    def judged(self, trace: Trace, faults: int) -> Part | str:
        """The judge's part, of which there is one: the logs are of one host where each is judged alone.

        A string says how the judge failed.
        """
        try:
            (part,) = self.judge.parts(trace, replace(self.options, faults=faults))
        except FAILURES as failure:
            where = traceback.extract_tb(failure.__traceback__)[-1]
            return f"{type(failure).__name__} in {Path(where.filename).name}:{where.name}: {failure}"
        return part

    def confirmed(self, part: Part, trace: Trace, faults: int) -> str:
        """Why the run that the judge tells does not explain the trace; "" where it does.

        Where it judged case by case and tells no run, the whole is judged at once, and must come out the same.
        """
        run = part.explained_by
        if run is None:
            whole = self.whole(trace, faults)
            if whole.kind is VerdictKind.UNKNOWN:
                return ""
            if whole.kind is not part.kind or whole.explained_by is None:
                return f"{part.kind} case by case, and {whole.kind} as a whole"
            run = whole.explained_by
        return self.explained_by(run, trace)

    def explained_by(self, run: Run, trace: Trace) -> str:
        """Why the run does not explain the trace; "" where it does."""
        skips = range(len(run.steps) + 1) if any(log.begins == "anywhere" for log in trace.logs) else (0,)
        reasons = [follows(self.subject.protocol, run, trace, skip) for skip in skips]
        return "" if "" in reasons else f"the run told does not explain the trace: {reasons[0]}"

    def whole(self, trace: Trace, faults: int) -> Part:
        """The trace judged at once, whatever cases it has."""
        case = self.case(trace, faults)
        sight = see(self.subject.protocol, trace, trace.logs, EDGES)
        return part_of(case, trace, None, sight, Budget(self.options.nodes, self.options.seconds))

    def case(self, trace: Trace, faults: int) -> Case:
        """What the search alone makes of the trace."""
        options = replace(self.options, faults=faults)
        views = see(self.subject.protocol, trace, trace.logs, EDGES).views
        budget = Budget(options.nodes, options.seconds)
        return explain_trace(self.judge.machines, views, stated_orders(views), options, budget)

    def told_by(self, walk: Walk, recorded: Recorded) -> str:
        """Why the walk itself does not explain its trace; "" where it does."""
        anywhere = any(log.begins == "anywhere" for log in recorded.trace.logs)
        skips = range(len(walk.steps) + 1) if anywhere else (0,)
        run = walk.run()
        longest = max([step for step in recorded.steps.values() if step is not None], default=-1) + 1
        cut = replace(run, steps=run.steps[: longest or 0])
        reasons = [
            follows(self.subject.protocol, cut, recorded.trace, skip, recorded.scope)
            for skip in skips
            if skip <= longest
        ]
        return "" if "" in reasons else reasons[0]

    def _crashed(self, seed: int, way: str, failure: str, trace: Trace, steps: int) -> Result:
        events = sum(len(log.events) for log in trace.logs)
        return Result(self.subject.name, seed, way, VerdictKind.UNKNOWN, f"crash: {failure}", trace, steps, events)

    def _result(self, seed: int, way: str, part: Part, wrong: str, trace: Trace, steps: int) -> Result:
        events = sum(len(log.events) for log in trace.logs)
        return Result(self.subject.name, seed, way, part.kind, wrong, trace, steps, events)


def spoil(rng: random.Random, trace: Trace, way: str) -> Trace | None:
    """The trace with one record spoiled; None where it has none, or it comes out as it was."""
    spots = [(n, at) for n, log in enumerate(trace.logs) for at, e in enumerate(log.events) if e.name not in MESSAGES]
    if not spots:
        return None
    everything = [trace.logs[n].events[at] for n, at in spots]
    number, at = rng.choice(spots)
    log = trace.logs[number]
    events = list(log.events)
    match way:
        case "delete":
            del events[at]
        case "swap":
            other = min(at + rng.randrange(1, 4), len(events) - 1)
            events[at], events[other] = events[other], events[at]
        case "duplicate":
            events.insert(at + rng.randrange(1, 3), events[at])
        case _:
            events[at] = changed(rng, events[at], everything)
    spoiled = renumbered(log, events)
    if [plain(e) for e in spoiled.events] == [plain(e) for e in log.events]:
        return None
    return replace(trace, logs=tuple(spoiled if n == number else kept for n, kept in enumerate(trace.logs)))


def changed(rng: random.Random, event: Event, everything: list[Event]) -> Event:
    """The event with another name, another status, or a value that another event has."""
    like = [other for other in everything if other.fields.keys() & event.fields.keys()]
    what = rng.choice(("name", "status", "field", "field"))
    if what == "name":
        return replace(event, name=rng.choice(everything).name)
    if what == "status" or not like:
        return replace(event, status=rng.choice(("SUCCESS", "RESOURCES", "FAILURE")))
    other = rng.choice(like)
    name = rng.choice(sorted(other.fields.keys() & event.fields.keys()))
    return replace(event, fields={**event.fields, name: other.fields[name]})


def renumbered(log: Log, events: list[Event]) -> Log:
    return replace(log, events=tuple(replace(event, log=log.name, seq=seq) for seq, event in enumerate(events, 1)))


def plain(event: Event) -> tuple[object, ...]:
    return event.name, tuple(sorted((k, str(v)) for k, v in event.fields.items())), event.status, event.phase

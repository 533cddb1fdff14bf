"""The search for a run that explains a trace, against z3, which is asked for one of at most so many steps.

Both ways: what the search refuses z3 must not find, and what the search explains z3 finds with as many steps. Faults
put in on purpose show that a search that is wrong would be found out.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import pytest

from checker.language.lower import lower
from checker.model.judge import InternalError
from checker.model.scope import Scope
from checker.trace import binding, conform, search
from checker.trace.conform import Answer, explain_trace, run_to
from checker.trace.event import Trace
from checker.trace.machines import Machines
from checker.trace.meaning import Meanings
from checker.trace.options import Budget, Options
from checker.trace.stated import EDGES, stated_orders
from checker.trace.view import see
from checker.trace.world import World
from tests.agreement.bounded import Bounded
from tests.generated.campaign import SPOILED, spoil
from tests.generated.observed import SOURCE, observed
from tests.generated.plans import Subject, plan_of
from tests.generated.record import SECOND, Recorder
from tests.generated.subjects import named, protocol_of
from tests.generated.walk import Walker
from tests.trace.texts import EXCHANGE, POOL, REQUEST, load_protocol

LENGTH = 10
EVENTS = 5  # longer traces are left out
SEEDS = 10


@dataclass(frozen=True)
class Bench:
    subject: Subject
    sized: bool  # the judge is given the scope's sizes: ids alone would not say how many there are


@cache
def benches() -> dict[str, Bench]:
    pool, exchange, request = (load_protocol(text) for text in (POOL, EXCHANGE, REQUEST))
    lock = observed(protocol_of("tests/protocols/lock.mig"), ("ask",))
    return {
        "ids used again": _bench(pool, {"Host": 1, "Slot": 2, "User": 2}, True, Host=("A",)),
        "two hosts": _bench(exchange, {"Host": 2, "Job": 1}, False, Host=("A", "B")),
        "two hosts, lossy": _bench(exchange, {"Host": 2, "Job": 1}, False, "quiet", Host=("A", "B")),
        "outcomes": _bench(request, {"Device": 2}, True),
        "unseen steps": _bench(lock, {"Client": 2}, True, SOURCE),
    }


def _bench(protocol, sizes, sized, source="oid", **hosts) -> Bench:  # type: ignore[no-untyped-def]
    scope: Scope = replace(named(protocol, sizes, **hosts), where=None)
    return Bench(Subject("z3", protocol, scope, hosts.get("Host", ("A",)), ((source,),), 9), sized)


def traces(subject: Subject, seeds: range) -> Iterator[tuple[str, Trace]]:
    """Small traces that a run made, and the same spoiled."""
    recorder, walker = Recorder(subject.protocol, subject.scope), Walker(subject.protocol, subject.scope)
    for seed in seeds:
        rng = random.Random(seed)
        walker.taken.clear()
        walk = walker.walk(rng, rng.randrange(2, subject.steps))
        plan = plan_of(rng, subject, walk, walker.at_rest(walk.states[-1]))
        logs = tuple(replace(kept, phases="whole") for kept in plan.logs)
        recorded = recorder.record(rng, str(seed), walk, replace(plan, logs=logs, messages=0.0, ids=3))
        if recorded.hidden_faults:
            continue
        made = {"right": recorded.trace} | {way: spoil(rng, recorded.trace, way) for way in SPOILED}
        made["late"] = late(recorded.trace)
        for way, trace in made.items():
            if trace is not None and sum(len(log.events) for log in trace.logs) <= EVENTS:
                yield f"seed {seed}, {way}", trace


def late(trace: Trace) -> Trace | None:
    """The trace with the second of two clocks as exact as the first, and a second behind it."""
    if len(trace.logs) < 2:
        return None
    first, second = (
        replace(log, skew=0, events=tuple(replace(e, time=(e.seq + behind) * SECOND) for e in log.events))
        for log, behind in zip(trace.logs, (1, 0), strict=True)
    )
    return replace(trace, logs=(first, second))


def disagreements(name: str, seeds: int, seen: Counter[str]) -> Iterator[str]:
    bench = benches()[name]
    subject = bench.subject
    machines = Machines(subject.protocol, lower(subject.protocol))
    bounded = known_bounded(name, LENGTH)
    options = Options(sizes=subject.scope.sizes if bench.sized else ())
    for what, trace in traces(subject, range(seeds)):
        sight = see(subject.protocol, trace, trace.logs, EDGES)
        case = explain_trace(machines, sight.views, stated_orders(sight.views), options, Budget(50_000, 10.0))
        assert case.answer is not Answer.UNKNOWN, what
        explained = case.answer is not Answer.REFUSED
        found = bounded.explains(trace)
        if explained and not found:
            assert case.search.ended is not None
            steps = len(run_to(case, case.search.ended).steps)
            found = steps > LENGTH and known_bounded(name, steps).explains(trace)
        seen["explained" if explained else "refused"] += 1
        if explained is not found:
            yield f"{name}, {what}: for the search it is {case.answer}, z3 {'has a run' if found else 'has none'}"


@cache
def known_bounded(name: str, length: int) -> Bounded:
    subject = benches()[name].subject
    return Bounded(subject.protocol, subject.scope, length)


@pytest.mark.parametrize("name", ["ids used again", "two hosts", "two hosts, lossy", "outcomes", "unseen steps"])
def test_the_search_agrees_with_z3(name: str) -> None:
    seen: Counter[str] = Counter()
    assert list(disagreements(name, SEEDS, seen)) == []
    assert min(seen["explained"], seen["refused"]) >= SEEDS / 4, seen


# ------------------------------------------------------------------------------------------- faults put in on purpose


def _only_when_blocked(self: search.Search, world: World, node: search.Node) -> Iterator[search.Move]:
    recorded = list(self.recorded(world, node))
    return iter(recorded or list(self.unrecorded(world, node)))


def _whoever_holds_it(of: binding.Binding, mention: binding.Mention) -> binding.Key | None:
    return MISFIT(replace(of, holder={}), mention)


MISFIT = binding.misfit
FAULTS = {
    "hidden steps only where nothing recorded is possible": (search.Search, "moves", _only_when_blocked, "two hosts"),
    "an id may mean anything": (binding, "misfit", lambda *_: None, "ids used again"),
    "two ids of one individual are fine": (binding, "misfit", _whoever_holds_it, "ids used again"),
    "stated orders do not count": (search.Search, "ready", lambda *_: True, "two hosts"),
    "the end may be as it likes": (conform, "open_conditions", lambda _: lambda _: 0, "two hosts"),
    "what may be lost is never lost": (World, "may_hide", lambda *_: False, "two hosts, lossy"),
    "fields that read a state are not looked at": (Meanings, "test", lambda *_: lambda _: True, "outcomes"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_z3_catches(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, name, wrong, bench = FAULTS[fault]
    monkeypatch.setattr(where, name, wrong)
    try:
        found = next(disagreements(bench, 8 * SEEDS, Counter()), None)
    except InternalError as problem:  # a run that the reference does not replay is caught as well
        found = str(problem)
    assert found is not None

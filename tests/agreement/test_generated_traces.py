"""Generated traces: none that a run made is refused, and what passes though it was spoiled has a run that explains it.

`bench/generated.py` does the same with ten thousand. Tiny ones are also held to every run that the reference has.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from checker.model.scope import Scope
from checker.trace import binding
from checker.trace.conform import Answer
from checker.trace.coverage import Coverage, Records
from checker.trace.options import Options
from checker.trace.search import Search
from checker.trace.verdict import VerdictKind
from tests.generated.campaign import SPOILED, Campaign, Result, spoil
from tests.generated.plans import Subject
from tests.generated.runs import Graph, TooMany, search
from tests.generated.subjects import named, subjects
from tests.generated.walk import Walker
from tests.trace.texts import EXCHANGE, POOL, REQUEST, load_protocol

NAMES = tuple(subject.name for subject in subjects())
LARGE = {"migration of two": 3, "migration of a pair": 4, "migration of one": 6, "migration, read otherwise": 6}
LARGE |= {"switch": 6, "switch, read otherwise": 4, "pools": 10}
SEEDS = 16
WALKS = 300
LIMITS = Options(nodes=40_000, seconds=6.0)


def subject_of(name: str) -> Subject:
    return next(subject for subject in subjects() if subject.name == name)


def wrong(results: list[Result]) -> list[str]:
    return [f"seed {result.seed}, {result.way}: {result.wrong}" for result in results if result.wrong]


@pytest.mark.parametrize("name", NAMES)
def test_no_false_alarm(name: str) -> None:
    campaign = Campaign(subject_of(name), LIMITS)
    results = [campaign.right(seed) for seed in range(LARGE.get(name, SEEDS))]
    assert wrong(results) == []
    assert any(result.kind is not VerdictKind.UNKNOWN for result in results)


@pytest.mark.parametrize("name", [pytest.param(n, marks=[pytest.mark.slow] if n in LARGE else []) for n in NAMES])
def test_what_was_spoiled_passes_only_with_a_run(name: str) -> None:
    campaign = Campaign(subject_of(name), LIMITS)
    results: list[Result] = []
    for seed in range(LARGE.get(name, SEEDS) // 2):
        results += campaign.spoiled(seed)
        broken = campaign.broken(seed)
        results += [broken] if broken is not None else []
    assert wrong(results) == []
    assert any(result.kind is VerdictKind.VIOLATES for result in results)


@pytest.mark.parametrize("name", NAMES)
def test_the_walks_take_every_moment(name: str) -> None:
    subject = subject_of(name)
    walker = Walker(subject.protocol, subject.scope)
    for seed in range(WALKS):
        walker.walk(random.Random(seed), subject.steps)
    few = {moment for moment in walker.missing() if not impossible(subject, moment[0], moment[1])}
    assert len(few) <= len(list(walker.machine.core.moments)) / 12, few


def impossible(subject: Subject, action: str, moment: str) -> bool:
    """Whether a reading of the open questions rules the moment out."""
    settings = dict(subject.scope.settings)
    return (action, moment) == ("property_delete", "OTHER") and not settings.get("delete_vetoable", False)


# ------------------------------------------------------------------------------------------------ every run of a scope

TINY: dict[str, tuple[str, dict[str, int], dict[str, tuple[str, ...]], tuple[str, ...], bool]] = {
    # text, sizes, names, sources, whether the judge is told the sizes
    "ids used again": (POOL, {"Host": 1, "Slot": 3, "User": 1}, {"Host": ("A",)}, ("oid",), True),
    "two hosts": (EXCHANGE, {"Host": 2, "Job": 1}, {"Host": ("A", "B")}, ("oid",), False),
    "two hosts, lossy": (EXCHANGE, {"Host": 2, "Job": 1}, {"Host": ("A", "B")}, ("quiet",), False),
    "begins and ends": (REQUEST, {"Device": 2}, {}, ("oid",), True),
    "begins and ends, lossy": (REQUEST, {"Device": 2}, {}, ("leaky",), True),
}
EVENTS = 6


def compared(name: str, seeds: int) -> tuple[Counter[str], list[str]]:
    """How often which answer was right, and what was not: by the search, and by every run of the reference."""
    text, sizes, names, sources, told = TINY[name]
    protocol = load_protocol(text)
    scope: Scope = named(protocol, sizes, 1, **names)
    subject = Subject(name, protocol, scope, names.get("Host", ("A",)), (sources,), 8, anywhere=True)
    campaign = Campaign(subject, replace(LIMITS, sizes=scope.sizes if told else ()))
    graph = Graph(protocol, scope)
    kinds: Counter[str] = Counter()
    differ: list[str] = []
    for seed in range(seeds):
        _, recorded = campaign.made(seed)
        rng = random.Random(seed)
        made = {"right": recorded.trace} | {way: spoil(rng, recorded.trace, way) for way in SPOILED}
        for way, trace in made.items():
            if trace is None or sum(len(log.events) for log in trace.logs) > EVENTS:
                continue
            case = campaign.case(trace, recorded.hidden_faults)
            if case.answer is Answer.UNKNOWN:
                kinds["unknown"] += 1
                continue
            try:
                wanted = search(graph, trace, recorded.hidden_faults)
            except TooMany:
                continue
            kinds[wanted] += 1
            if SAYS[case.answer] != wanted:
                differ.append(f"{name}, seed {seed}, {way}: {case.answer}, and the reference says {wanted}")
    return kinds, differ


SAYS = {Answer.EXPLAINED: "conforms", Answer.OPEN: "unfinished", Answer.REFUSED: "violates"}


@pytest.mark.parametrize("name", TINY)
def test_the_answers_are_those_of_all_runs(name: str) -> None:
    kinds, differ = compared(name, SEEDS)
    assert differ == []
    assert min(kinds["violates"], kinds["conforms"] + kinds["unfinished"]) >= 5, kinds
    assert kinds["unknown"] <= sum(kinds.values()) / 10, kinds


# ------------------------------------------------------------------------------------------- faults put in on purpose


def _never_lost(self: Coverage, *args: object) -> Records:
    return min(RECORDS(self, *args), Records.MUST) and Records.MUST  # type: ignore[arg-type]


def _nothing_hidden(*_: object) -> object:
    return iter(())


RECORDS = Coverage.records
FAULTS: dict[str, tuple[object, str, Callable[..., object], str]] = {
    "hidden steps are not tried": (Search, "unrecorded", _nothing_hidden, "two hosts"),
    "what may be lost is always recorded": (Coverage, "records", _never_lost, "two hosts, lossy"),
    "an id may mean anything": (binding, "misfit", lambda *_: None, "ids used again"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_comparison_catches(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, name, made_wrong, tiny = FAULTS[fault]
    monkeypatch.setattr(where, name, made_wrong)
    assert compared(tiny, SEEDS)[1] != []


def test_a_false_alarm_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Search, "unrecorded", _nothing_hidden)
    campaign = Campaign(subject_of("exchange"), LIMITS)
    assert any("false alarm" in found for found in wrong([campaign.right(seed) for seed in range(6)]))


def test_a_run_that_does_not_fit_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binding, "misfit", lambda *_: None)
    campaign = Campaign(subject_of("pool"), LIMITS)
    results = (result for seed in range(SEEDS) for result in campaign.spoiled(seed))
    assert any("does not explain" in result.wrong for result in results)

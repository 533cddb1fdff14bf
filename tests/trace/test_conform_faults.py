"""The tests of conformance can fail: each of these faults, put into the judge on purpose, is caught by the oracle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import islice

import pytest

from checker.trace import binding, candidates, conform, coverage, interleave, search, symmetry
from checker.trace.coverage import Group, Records
from checker.trace.judge_trace import judge
from checker.trace.options import Options
from checker.trace.relevance import Relevance
from checker.trace.verdict import VerdictKind
from tests.trace.oracle import Graph, Oracle, Recorder
from tests.trace.test_conform_oracle import CASES, SCOPES
from tests.trace.texts import EXCHANGE, load_protocol

SEEDS = 150
Fault = Callable[[pytest.MonkeyPatch], None]


def no_hidden_steps(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(search.Search, "unrecorded", lambda *_: iter(()))


def hidden_steps_only_where_blocked(patch: pytest.MonkeyPatch) -> None:
    def moves(self: search.Search, world: object, node: search.Node) -> object:
        found = list(self.recorded(world, node))  # type: ignore[arg-type]
        return iter(found or list(self.unrecorded(world, node)))  # type: ignore[arg-type]

    patch.setattr(search.Search, "moves", moves)


def ids_name_anybody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(binding, "misfit", lambda *_: None)


def ids_live_for_ever(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(binding, "_forget", lambda *_: None)


def everything_may_be_lost(patch: pytest.MonkeyPatch) -> None:
    groups = coverage.Coverage.groups

    def lossy(self: coverage.Coverage, *args: object) -> tuple[Group, ...]:
        return tuple(replace(group, must=False) for group in groups(self, *args))  # type: ignore[arg-type]

    patch.setattr(coverage.Coverage, "groups", lossy)


def nothing_may_be_lost(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(coverage, "_lossy", lambda *_: Records.MUST)


def begins_are_never_recorded(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(candidates.Candidates, "_marks", lambda *_: ((), (), ()))


def one_individual_for_all(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(symmetry, "alike", lambda *_: lambda _: True)


def too_few_individuals(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(conform, "starved", lambda *_: False)


def fields_of_the_state_say_nothing(patch: pytest.MonkeyPatch) -> None:
    candidate = candidates.Candidates._candidate

    def blind(self: candidates.Candidates, *args: object) -> object:
        return replace(candidate(self, *args), tests=())  # type: ignore[arg-type]

    patch.setattr(candidates.Candidates, "_candidate", blind)


def hidden_steps_that_matter_left_out(patch: pytest.MonkeyPatch) -> None:
    def blind(*_: object) -> Relevance:
        return Relevance(frozenset(), frozenset())

    patch.setattr("checker.trace.machines.relevance", blind)


def every_start_is_empty(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(conform, "worst_faults", lambda *_: 0)
    patch.setattr("checker.trace.reach.Starts.states", lambda self: self.machine.initial_states())


def all_starts_are_taken_for_equal(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(conform, "one_of_each", lambda _machine, _frame, states: islice(states, 1))


def the_end_is_always_good(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(conform, "open_conditions", lambda _: lambda _: 0)
    patch.setattr("checker.trace.outcome.false_finals", lambda *_: [])


def no_order_is_tried(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(interleave.Interleavings, "failure", lambda *_: None)


IDS, TWO, LOSSY, ONE = "ids used again", "two hosts", "lossy", "one host of two"
WHOLE, LEAKY, MIXED = "whole requests", "begins and ends, lossy", "begins, ends and whole requests"
FAULTS: tuple[tuple[Fault, str], ...] = (
    (no_hidden_steps, TWO),
    (hidden_steps_only_where_blocked, TWO),
    (ids_name_anybody, IDS),
    (ids_live_for_ever, IDS),
    (everything_may_be_lost, TWO),
    (nothing_may_be_lost, LOSSY),
    (begins_are_never_recorded, MIXED),
    (one_individual_for_all, IDS),
    (too_few_individuals, WHOLE),
    (fields_of_the_state_say_nothing, WHOLE),
    (hidden_steps_that_matter_left_out, TWO),
    (every_start_is_empty, IDS),
    (all_starts_are_taken_for_equal, IDS),
    (the_end_is_always_good, TWO),
    (no_order_is_tried, TWO),
)


@pytest.mark.parametrize(
    ("fault", "name"),
    [pytest.param(*each, marks=[pytest.mark.slow] if each[1] == IDS else [], id=each[0].__name__) for each in FAULTS],
)
def test_the_oracle_catches(fault: Fault, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fault(monkeypatch)
    assert any(differs(name, seed) for seed in range(SEEDS))


def test_without_a_fault_nothing_differs() -> None:
    assert not [(name, seed) for name in CASES for seed in range(6 if name == IDS else 20) if differs(name, seed)]


GRAPHS: dict[str, Graph] = {name: Graph(load_protocol(text), SCOPES[text]) for name, (text, *_) in CASES.items()}


def differs(name: str, seed: int) -> bool:
    """Whether the judge and the oracle disagree about one random trace, or the judge gives up."""
    text, hosts, source, phases, faults = CASES[name]
    graph = GRAPHS[name]
    trace = Recorder(graph, seed, source, phases, 0.0 if text is EXCHANGE else 0.15).trace(hosts, 14, 6)
    (part,) = judge(
        graph.protocol, trace, Options(faults=faults, seconds=2, sizes=SCOPES[text].sizes if faults else ())
    )
    if part.kind is VerdictKind.UNKNOWN:
        return False
    return part.kind.value != Oracle(graph, trace, faults).verdict()

"""A sample of `bench/perturb.py`: changed traces of two hosts, and what the report on each must say."""

from __future__ import annotations

from functools import cache

import pytest

from bench.perturb import KINDS, MOST, Line, Outcome, load_protocols, run, trace
from checker.trace.verdict import VerdictKind

EVERY = 13  # two or three events of each kind of change


@cache
def lines() -> list[Line]:
    return trace(events=32, seed=1, machines=1)


@cache
def outcomes(kind: str) -> tuple[Outcome, ...]:
    return tuple(run(lines(), (kind,), EVERY, load_protocols()))


@pytest.mark.parametrize("kind", KINDS)
def test_the_report_names_the_right_event_and_a_rule_on_one_screen(kind: str) -> None:
    refused = [each for each in outcomes(kind) if each.kind is VerdictKind.VIOLATES]
    assert refused
    for each in refused:
        assert each.named, f"{each.change.kind} {lines()[each.change.index]}: named {each.place}\n{each.text}"
        assert each.rule, each.text
        assert each.lines <= MOST, each.text
        assert "\n  story  " in each.text

"""Clocks that nobody vouches for decide nothing: an hour between two hosts' clocks changes no verdict."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from checker.language.load import load
from checker.trace.event import Trace
from checker.trace.judge_trace import judge_all
from checker.trace.readers import read

ROOT = Path(__file__).resolve().parents[2]
HOUR = 3_600 * 10**9


@pytest.mark.parametrize(
    "name",
    [
        "clean-one-adapter", "no-common-clock", "barrier-broken", "f11-adapter-refused-after-dismantling",
        "f24-cancelled-too-late", "torn-down-under-its-adapter",
    ],
)  # fmt: skip
def test_an_hour_between_the_clocks_changes_nothing(name: str) -> None:
    protocols = [protocol for entry in ("migration", "switch") if (protocol := load(ROOT / "spec" / f"{entry}.mig")[0])]
    trace = read((ROOT / "traces" / f"{name}.jsonl",), name)
    plain = replace(trace, logs=tuple(replace(log, clock=None, skew=None) for log in trace.logs))
    found = [judge_all(protocols, each) for each in (plain, _apart(plain, HOUR), _apart(plain, -HOUR))]
    told = [
        (
            verdict.kind,
            [part.kind for part in verdict.parts],
            [f.event and (f.event.log, f.event.seq) for part in verdict.parts for f in part.findings],
            [f.rules for part in verdict.parts for f in part.findings],
            [(a.earlier.seq, a.later.seq, a.by_all) for part in verdict.parts for a in part.assumed],
        )
        for verdict in found
    ]
    assert told[0] == told[1] == told[2]


def _apart(trace: Trace, by: int) -> Trace:
    """The trace with the second host's clock set by so much."""
    host = trace.logs[-1].host

    def shifted(time: int | None) -> int | None:
        return None if time is None else time + by

    logs = (
        replace(log, events=tuple(replace(event, time=shifted(event.time)) for event in log.events))
        if log.host == host
        else log
        for log in trace.logs
    )
    return replace(trace, logs=tuple(logs))

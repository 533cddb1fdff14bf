"""Files of a folder that are logs of one run are one trace; two runs stay two, whatever they name."""

from __future__ import annotations

from dataclasses import replace

from checker.trace.event import Trace
from checker.trace.mixture import belonging
from tests.trace.test_cases import ERRANDS
from tests.trace.texts import event, load_protocol, log_of

PROTOCOL = load_protocol(ERRANDS)


def one(name: str, host: str, *users: str) -> Trace:
    return Trace(name, (log_of(name, *(event("ASK", UserName=user) for user in users), host=host),))


def groups(*traces: Trace) -> list[tuple[str, ...]]:
    return [tuple(traces[at].name for at in group) for group in belonging([PROTOCOL], traces)]


def test_logs_that_name_the_same_are_one_trace() -> None:
    assert groups(one("a", "A", "u"), one("c", "A", "v"), one("b", "B", "u", "w")) == [("a", "b"), ("c",)]


def test_two_logs_of_one_host_and_source_are_two_runs() -> None:
    assert groups(one("a", "A", "u"), one("b", "A", "u")) == [("a",), ("b",)]
    other = one("b", "A", "u")
    elsewhere = replace(other, logs=(replace(other.logs[0], source="other"),))
    assert groups(one("a", "A", "u"), elsewhere) == [("a",), ("b",)], "a source that nobody knows names nothing"


def test_a_log_that_joins_two_joins_all_three_unless_two_are_of_one_host() -> None:
    assert groups(one("a", "A", "u"), one("b", "B", "v"), one("c", "C", "u", "v")) == [("a", "b", "c")]
    assert groups(one("a", "A", "u"), one("b", "A", "v"), one("c", "C", "u", "v")) == [("a",), ("b",), ("c",)]


def test_what_names_nobody_stays_alone() -> None:
    assert groups(one("a", "A"), one("b", "B")) == [("a",), ("b",)]

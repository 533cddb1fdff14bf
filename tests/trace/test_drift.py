"""Records that measure how far clocks are apart bound the difference of two hosts' clocks, and no more than that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.trace.event import Event
from checker.trace.judge_trace import judge
from checker.trace.verdict import Part, VerdictKind
from tests.trace.texts import EXCHANGE, event, load_protocol, log_of, trace_of

V = VerdictKind
TEXT = EXCHANGE.replace(
    'log oid "native" { events', 'log oid "native" { events clock drift in MEASURED is Apart ns within 10 ns'
)
ASK, WORK, FINISH = event("ASK", JobName="j", To="B"), event("WORK", JobName="j"), event("FINISH", JobName="j")


def found(apart: object, *besides: Event, hosts: int = 2) -> Part:
    measured = (replace(event("MEASURED"), fields={"Apart": apart}, time=900),) if apart is not None else ()
    a = log_of("a", *measured, *besides, replace(ASK, time=1000), replace(FINISH, time=1200), host="A")
    b = log_of("b", replace(WORK, time=1100), host="B")
    third = (log_of("c", host="C"),) if hosts == 3 else ()
    (part,) = judge(load_protocol(TEXT), trace_of(a, b, *third))
    return part


@pytest.mark.parametrize(
    ("apart", "kind"),
    [
        (None, V.CONFORMS_IF),
        (50, V.CONFORMS),
        (-50, V.CONFORMS),  # which clock is ahead is not said
        ("50", V.CONFORMS),
        (89, V.CONFORMS),
        (91, V.CONFORMS_IF),  # with what it may be wrong by, more than the records are apart
        ("much", V.CONFORMS_IF),
        ("nan", V.CONFORMS_IF),
    ],
)
def test_a_measured_drift_settles_orders(apart: object, kind: V) -> None:
    assert found(apart).kind is kind


def test_of_several_the_largest_counts() -> None:
    other = replace(event("MEASURED", Apart=500), time=950)
    assert found(50, other).kind is V.CONFORMS_IF


def test_among_three_hosts_it_is_not_known_whose_clocks_were_measured() -> None:
    assert found(50, hosts=3).kind is V.CONFORMS_IF


def test_a_drift_of_a_second_does_not_hide_an_order_that_is_wrong() -> None:
    a = log_of("a", replace(event("MEASURED", Apart=10), time=900), replace(ASK, time=5000), host="A")
    b = log_of("b", replace(WORK, time=1000), host="B")
    (part,) = judge(load_protocol(TEXT), trace_of(a, b))
    assert part.kind is V.VIOLATES

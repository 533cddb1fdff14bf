"""The forced reading: what the records make false when they are taken as they are."""

from __future__ import annotations

from dataclasses import replace

from checker.trace.event import Log
from checker.trace.judge_trace import judge
from checker.trace.verdict import Forced
from tests.trace.texts import event, load_protocol, log_of, trace_of

# A bridge for one at a time, with a gate that somebody unseen opens.
BRIDGE = """
module bridge "A bridge for one cart at a time"

sort Cart
rule B-1 switch "One cart at a time."
rule B-2 switch "A gate is open while a cart is on the bridge."
rule B-3 switch "Nobody is weighed on the bridge twice."

state on[Cart]: bool = false
state open: bool = false
state weighed[Cart]: bool = false

hidden action lift { requires not open   open := true }
action enter(c: Cart) {
    event ENTER { CartName = c }
    requires open                                        @ B-2
    requires forall d: Cart. not on[d]                   @ B-1
    on[c] := true
}
action weigh(c: Cart) {
    event WEIGH { CartName = c }
    requires on[c]                                       @ B-1
    requires not weighed[c]                              @ B-3
    weighed[c] := true
}
action leave(c: Cart) {
    event LEAVE { CartName = c }
    requires on[c]                                       @ B-1
    on[c] := false
}
action close {
    event CLOSE
    requires open                                        @ B-2
    requires forall d: Cart. not on[d]                   @ B-2
    open := false
}
invariant one_cart @ B-1 "At most one cart is on the bridge."
    forall a: Cart, b: Cart. on[a] and on[b] implies a == b
invariant gate_is_open @ B-2 "The gate is open while a cart is on the bridge."
    (exists c: Cart. on[c]) implies open

log oid "native" { events }
bind CartName everywhere
"""
ENTER, LEAVE = event("ENTER", CartName="x"), event("LEAVE", CartName="x")
ENTER_Y, CLOSE = event("ENTER", CartName="y"), event("CLOSE")
WEIGH = event("WEIGH", CartName="x")


def forced(*logs: Log) -> tuple[Forced, ...]:
    (found,) = judge(load_protocol(BRIDGE), trace_of(*logs))
    return found.forced


def told(*logs: Log) -> list[tuple[str, str, int]]:
    return [(each.property, each.event.log, each.event.seq) for each in forced(*logs)]


def test_what_the_blocked_event_itself_makes_false() -> None:
    (only,) = forced(log_of("a", ENTER, ENTER_Y))
    assert (only.property, only.rules, only.event.seq) == ("one_cart", ("B-1",), 2)
    assert only.doc == "At most one cart is on the bridge."


def test_the_reading_goes_on_to_the_end_of_the_trace() -> None:
    events = (ENTER, WEIGH, WEIGH, LEAVE, ENTER, ENTER_Y)
    assert told(log_of("a", *events)) == [("one_cart", "a", 6)]


def test_each_property_is_told_once_and_in_the_order_of_the_events() -> None:
    assert told(log_of("a", ENTER, ENTER_Y, LEAVE, ENTER, CLOSE)) == [("one_cart", "a", 2), ("gate_is_open", "a", 5)]


def test_hidden_steps_come_before_the_events_that_need_them() -> None:
    """The gate is lifted unseen before the second cart, so that all that is wrong is what the records say."""
    assert told(log_of("a", ENTER, LEAVE, CLOSE, ENTER, ENTER_Y)) == [("one_cart", "a", 5)]


def test_events_after_the_first_misfit_that_break_nothing_are_not_told() -> None:
    assert told(log_of("a", LEAVE, ENTER, LEAVE, CLOSE)) == []


def test_what_is_explained_has_no_forced_reading() -> None:
    assert told(log_of("a", ENTER, LEAVE, CLOSE)) == []


def test_an_order_between_logs_that_is_chosen_is_marked() -> None:
    a, b = log_of("a", ENTER), log_of("b", ENTER_Y)
    assert [each.chosen for each in forced(a, b)] == [True]


def test_an_order_that_the_clocks_state_is_not_marked() -> None:
    a = log_of("a", replace(ENTER, time=1_000), skew=10, clock="a")
    b = log_of("b", replace(ENTER_Y, time=2_000), skew=10, clock="b")
    assert [each.chosen for each in forced(a, b)] == [False]

"""For which settings of params a trace conforms: held to a search of every setting, one by one."""

from __future__ import annotations

from itertools import combinations

import pytest

from checker.language.protocol import Protocol
from checker.trace.event import Log
from checker.trace.judge_trace import judge
from checker.trace.open_questions import Change, Readings
from checker.trace.options import Options
from checker.trace.readings import _value as value_of, readings
from checker.trace.verdict import EXPLAINED, VerdictKind, worst
from tests.trace.texts import event, load_protocol, log_of, trace_of

DOORS = """
module doors "Doors with several questions open"

sort Door
enum Habit { knock, ring, neither }

rule D-1 switch "A door is opened only when it is closed."
rule D-2 unwritten "Nobody opens without warning."
rule D-3 unwritten "A door is locked for the night."
rule D-4 switch "What is open is closed."

param strict = true
param habit: Habit = knock
param lock_at_night = true
param tries: int[1..3] = 2
param colour = true
param loud = false
param long = false

state open[Door]: bool = false
state warned[Door]: bool = false
state locked[Door]: bool = false
state count[Door]: int[0..3] = 0
state painted[Door]: bool = false

action knock_at(d: Door) {
    event KNOCK { DoorName = d }
    requires habit == knock                                     @ D-2
    warned[d] := true
}
action ring_at(d: Door) {
    event RING { DoorName = d }
    requires habit == ring                                      @ D-2
    warned[d] := true
}
action open_up(d: Door) {
    event OPEN { DoorName = d }
    requires not strict or warned[d]                            @ D-2
    requires not open[d]                                        @ D-1
    requires not (locked[d] and lock_at_night)                  @ D-3
    requires count[d] < tries                                   @ D-1
    open[d] := true
    count[d] := if count[d] < 3 then count[d] + 1 else 3
}
action shut(d: Door) {
    event SHUT { DoorName = d }
    requires open[d]                                            @ D-4
    open[d] := false
    locked[d] := true
}
action shout(d: Door) {
    event SHOUT { DoorName = d }
    requires loud and long                                      @ D-2
    warned[d] := true
}
optional action paint(d: Door) {
    requires colour
    painted[d] := true
}

log oid "native" { events }
bind DoorName everywhere
scope small { Door = 1  faults = 0 }
"""


def door(*names: str) -> Log:
    return log_of("a", *(event(name, DoorName="d") for name in names))


def found(*names: str) -> Readings:
    return readings(load_protocol(DOORS), trace_of(door(*names)), Options())


def kind(protocol: Protocol, log: Log, changes: tuple[Change, ...]) -> VerdictKind:
    settings = tuple((name, value_of(protocol, name, text)) for name, text in changes)
    return worst(tuple(part.kind for part in judge(protocol, trace_of(log), Options(settings=settings))))


ALL = (
    ("strict", "false"),
    ("habit", "ring"),
    ("habit", "neither"),
    ("lock_at_night", "false"),
    ("tries", "1"),
    ("tries", "3"),
    ("colour", "false"),
    ("loud", "true"),
    ("long", "true"),
)

LOGS = [
    ("KNOCK", "OPEN", "SHUT"),
    ("RING", "OPEN", "SHUT"),
    ("OPEN", "SHUT"),
    ("RING", "OPEN", "SHUT", "OPEN"),
    ("OPEN", "SHUT", "OPEN", "SHUT", "OPEN"),
    ("RING", "OPEN", "SHUT", "OPEN", "SHUT", "OPEN"),
    ("KNOCK", "OPEN", "OPEN"),
    ("KNOCK", "RING", "OPEN"),
    ("SHOUT", "OPEN"),  # two params that one guard reads: neither alone is noticed
]


@pytest.mark.parametrize("names", LOGS, ids=" ".join)
def test_single_changes_and_smallest_sets_are_those_of_a_search_of_all(names: tuple[str, ...]) -> None:
    protocol, log = load_protocol(DOORS), door(*names)
    answer = found(*names)
    assert answer.limits in ((), ("sets of more than 3 changes were not tried",))
    assert answer.default.kind is kind(protocol, log, ())
    told = {setting.changes: setting.kind for setting in answer.single}
    told |= {((name, text),): answer.default.kind for name, text in ALL if name in answer.idle}
    assert told == {(change,): kind(protocol, log, (change,)) for change in ALL}
    good: list[frozenset[Change]] = []
    for size in (1, 2, 3):
        for picked in combinations(ALL, size):
            different = len({name for name, _ in picked}) == size
            smallest = not any(other <= set(picked) for other in good)
            if different and smallest and answer.default.kind is VerdictKind.VIOLATES:
                if kind(protocol, log, picked) in EXPLAINED:
                    good.append(frozenset(picked))
    assert {frozenset(setting.changes) for setting in answer.enough} == set(good)
    assert [len(setting.changes) for setting in answer.enough] == sorted(len(each) for each in good)


def test_the_event_that_decides_is_named_with_its_rule() -> None:
    answer = found("KNOCK", "OPEN", "SHUT")
    decided = {setting.changes: setting for setting in answer.single}
    setting = decided[("habit", "ring"),]
    assert (setting.kind, setting.rules) == (VerdictKind.VIOLATES, ("D-2",))
    assert setting.decided_by is not None
    assert setting.decided_by.seq == 1


def test_a_param_that_nothing_reads_here_is_answered_without_a_search() -> None:
    answer = found("KNOCK", "OPEN")
    assert "colour" in answer.idle
    assert all(name != "colour" for setting in answer.single for name, _ in setting.changes)


def test_what_is_settled_by_hand_stays_settled() -> None:
    options = Options(settings=(("habit", value_of(load_protocol(DOORS), "habit", "ring")),))
    answer = readings(load_protocol(DOORS), trace_of(door("RING", "OPEN")), options)
    assert answer.default.kind in EXPLAINED
    assert all(name != "habit" for setting in answer.single for name, _ in setting.changes)


def test_what_there_was_no_time_for_is_said() -> None:
    answer = readings(load_protocol(DOORS), trace_of(door("OPEN", "SHUT", "OPEN", "OPEN")), Options(), seconds=0.0)
    assert answer.limits

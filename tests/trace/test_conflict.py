"""The smallest conflict: it is one, none of it can be left out, and it is found far from the end of a long log."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.trace.event import Event, Log
from checker.trace.judge_trace import judge
from checker.trace.verdict import Finding, VerdictKind
from tests.trace.texts import EXCHANGE, POOL, event, load_protocol, log_of, trace_of

ASK = event("ASK", JobName="j", To="B")
FINISH, WORK = event("FINISH", JobName="j"), event("WORK", JobName="j")


def lend(slot: int, user: str = "u") -> Event:
    return event("LEND", SlotId=slot, UserName=user)


def use(slot: int, user: str = "u") -> Event:
    return event("EMPLOY", SlotId=slot, UserName=user)


def back(slot: int) -> Event:
    return event("GIVE_BACK", SlotId=slot)


def finding(text: str, *logs: Log) -> Finding:
    (found,) = judge(load_protocol(text), trace_of(*logs))
    assert found.kind is VerdictKind.VIOLATES
    return found.findings[0]


def numbers(found: Finding) -> list[tuple[str, int]]:
    return [(each.log, each.seq) for each in found.conflict]


CASES = {
    "given twice": ((lend(1), lend(1, "v")), [1, 2], "slot[slot 1] == free"),
    "of nobody": ((lend(1), use(1, "v")), [2], "holder["),
    "used after its return": ((lend(1), use(1), back(1), use(1)), [1, 3, 4], "holder["),
    "with others between": ((lend(1), lend(2, "v"), use(2, "v"), back(1), back(2), use(1)), [1, 4, 6], "holder["),
}


@pytest.mark.parametrize(("events", "wanted", "condition"), CASES.values(), ids=CASES)
def test_the_events_and_the_condition(events: tuple[Event, ...], wanted: list[int], condition: str) -> None:
    found = finding(POOL, log_of("a", *events))
    assert numbers(found) == [("a", seq) for seq in wanted]
    assert found.minimal
    assert any(condition in each.condition for each in found.conditions)


@pytest.mark.parametrize("before", [0, 40])
@pytest.mark.parametrize("between", [0, 40])
def test_it_is_found_far_from_the_end_of_a_long_log(before: int, between: int) -> None:
    def busy(user: str, times: int) -> list[Event]:
        return [each for n in range(times // 2) for each in (lend(100 + n % 3, user), back(100 + n % 3))]

    events = [*busy("x", before), lend(1), *busy("y", between), back(1), *busy("z", between), use(1)]
    found = finding(POOL, log_of("a", *events))
    places = [before + 1, before + between + 2, len(events)]
    assert numbers(found) == [("a", seq) for seq in places]


def test_events_of_two_logs_and_the_order_that_their_clocks_state() -> None:
    a = log_of("a", replace(ASK, time=1_000), replace(FINISH, time=5_000), skew=10, clock="a")
    found = finding(EXCHANGE, a, log_of("b", replace(WORK, time=9_000), skew=10, clock="b"))
    assert numbers(found) == [("a", 2), ("b", 1)]
    assert [each.rules for each in found.conditions] == [("X-2",)]


ACTION = {"LEND": "lend", "EMPLOY": "employ", "GIVE_BACK": "give_back"}


def explained(kept: list[Event], free: list[Event]) -> bool:
    """Whether some run has these events, where what the others tell of may happen unrecorded: judged by other code."""
    names = ", ".join({ACTION[each.name]: None for each in free})
    text = POOL.replace("{ events }", f"{{ events  may lose {names} }}" if names else "{ events }")
    (part,) = judge(load_protocol(text), trace_of(log_of("a", *kept)))
    assert part.kind is not VerdictKind.UNKNOWN
    return part.kind is not VerdictKind.VIOLATES


@pytest.mark.parametrize(("events", "wanted", "condition"), CASES.values(), ids=CASES)
def test_it_is_a_conflict_and_none_of_it_can_be_left_out(
    events: tuple[Event, ...], wanted: list[int], condition: str
) -> None:
    assert condition
    kept = [events[seq - 1] for seq in wanted]
    free = [each for seq, each in enumerate(events, 1) if seq not in wanted]
    others = {each.name for each in free} - {each.name for each in kept}
    if len(kept) > 1:  # `may lose` frees a step of anybody, so an event by itself is no conflict there
        assert not explained(kept, [each for each in free if each.name in others])
    for left_out in kept[:-1]:
        assert explained([each for each in kept if each is not left_out], [*free, left_out])


def test_every_condition_that_is_told_is_one_of_an_event_that_is_told() -> None:
    found = finding(POOL, log_of("a", lend(1), lend(1, "v")))
    assert {rule for each in found.conditions for rule in each.rules} == {"S-1"}

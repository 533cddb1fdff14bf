"""Why an event is possible where it stands, or is not: on small logs, each with what must be said of one event."""

from __future__ import annotations

from collections import deque

import pytest

from checker.trace.addresses import NoSuchEvent, find, numbered
from checker.trace.asked import NotAsked, asked
from checker.trace.event import Event, Log, Origin, Trace
from checker.trace.judge_trace import Judged, judged
from checker.trace.options import Options
from checker.trace.why import Because, Why, why
from tests.trace.texts import EXCHANGE, POOL, REQUEST, event, load_protocol, log_of, trace_of

LEND, EMPLOY, BACK = "LEND", "EMPLOY", "GIVE_BACK"


def asked_of(text: str, seq: int, *logs: Log, instead: str | None = None, log: str = "a", **options: object) -> Why:
    """The only answer about one event."""
    trace = trace_of(*logs)
    (found,) = judged(load_protocol(text), trace, Options(**options))  # type: ignore[arg-type]
    named = find(trace, str(seq), log)
    return why(found, named.event, named.number, instead)


def false_in(answer: Why) -> list[tuple[tuple[str, ...], str]]:
    return [(each.rules, each.text) for each in answer.conditions if not each.holds]


TWICE = (event(LEND, SlotId=1, UserName="u"), event(LEND, SlotId=1, UserName="v"), event(BACK, SlotId=1))


def test_an_explained_event_is_told_with_its_guards_and_since_when_they_hold() -> None:
    answer = asked_of(POOL, 2, log_of("a", event(LEND, SlotId=1, UserName="u"), event(EMPLOY, SlotId=1, UserName="u")))
    assert (answer.because, answer.action) == (Because.EXPLAINED, "employ(slot 1, u)")
    (condition,) = answer.conditions
    assert (condition.rules, condition.holds) == (("S-2",), True)
    assert condition.since is not None
    assert condition.since.event is not None
    assert (condition.since.step, condition.since.event.seq, condition.since.recorded) == ("lend(slot 1, u)", 1, True)


def test_unrecorded_steps_before_an_event_are_told() -> None:
    answer = asked_of(
        EXCHANGE,
        1,
        log_of("a", event("ASK", JobName="j", To="B")),
        log_of("b", event("WORK", JobName="j")),
        log="b",
    )
    assert answer.because is Because.EXPLAINED
    assert [(step, seen is not None) for step, seen in answer.before] == [("ask(j, A, B)", True), ("carry(j)", False)]
    arrived = next(each for each in answer.conditions if "arrived" in each.text)
    assert arrived.since is not None
    assert (arrived.since.step, arrived.since.recorded) == ("carry(j)", False)


def test_a_refused_event_names_the_guard_the_event_that_made_it_false_and_what_would_help() -> None:
    answer = asked_of(POOL, 3, log_of("a", *TWICE[:1], event(BACK, SlotId=1), event(EMPLOY, SlotId=1, UserName="u")))
    assert answer.because is Because.REFUSED
    answer = asked_of(REQUEST, 2, log_of("a", event("ON", Name="d", Strength=0), event("ON", Name="d", Strength=0)))
    assert answer.because is Because.REFUSED
    assert false_in(answer) == [(("Q-4",), "power[d] == off")]
    (condition,) = [each for each in answer.conditions if not each.holds]
    assert condition.since is not None
    assert condition.since.event is not None
    assert condition.since.event.seq == 1
    assert answer.again is not None
    assert (answer.again.steps, answer.again.sought) == (None, "")  # nothing switches a device off
    assert any(each.step.startswith("run(d") for each in answer.legal)


def test_what_would_have_helped_is_the_shortest_way() -> None:
    logs = log_of("a", event("FINISH", JobName="j")), log_of("b")
    answer = asked_of(EXCHANGE, 1, *logs)
    assert answer.because is Because.REFUSED
    assert answer.again is not None
    assert answer.again.steps is not None
    steps = [each.step for each in answer.again.steps]
    assert steps == ["ask(j, A, B)", "carry(j)", "work(j, B)", "reply(j)"]
    assert [bool(each.recorded_in) for each in answer.again.steps] == [True, False, True, False]
    (found,) = judged(load_protocol(EXCHANGE), trace_of(*logs))
    assert len(steps) == shortest(found, "finish")


def test_no_detour_is_told() -> None:
    log = log_of("a", event("RUN", Name="d"))
    answer = asked_of(REQUEST, 1, log)
    assert answer.again is not None
    assert answer.again.steps is not None
    (found,) = judged(load_protocol(REQUEST), trace_of(log))
    assert len(answer.again.steps) == shortest(found, "run", (0,)) == 2
    assert [each.step for each in answer.again.steps] == ["switch_on(d).begin", "switch_on(d)"]


def test_a_guard_is_false_since_it_was_last_true() -> None:
    lend = event(LEND, SlotId=1, UserName="u")
    answer = asked_of(POOL, 5, log_of("a", lend, event(BACK, SlotId=1), lend, event(EMPLOY, SlotId=1), lend))
    assert answer.because is Because.REFUSED
    answer = asked_of(
        POOL, 4, log_of("a", lend, event(BACK, SlotId=1), lend, event(EMPLOY, SlotId=1)), instead="lend(1, u)"
    )
    (condition,) = [each for each in answer.conditions if not each.holds]
    assert condition.since is not None
    assert condition.since.event is not None
    assert condition.since.event.seq == 3


def shortest(found: Judged, action: str, args: tuple[int, ...] = (0, 0)) -> int:
    """After how many steps of any kind the action is possible for the first individuals, by a look at every state."""
    assert found.case is not None
    machine = found.case.machine
    goals = [each.number for each in machine.grounds if each.moment.action == action and each.args[: len(args)] == args]
    queue = deque((state, 0) for state in machine.initial_states())
    seen = {state for state, _ in queue}
    while queue:
        state, depth = queue.popleft()
        if any(machine.fire(goal, state) is not None for goal in goals):
            return depth
        for _, after in machine.successors(state):
            if after not in seen:
                seen.add(after)
                queue.append((after, depth + 1))
    raise AssertionError("never possible")


def test_another_action_that_is_possible_is_told_with_the_hidden_steps_it_needs() -> None:
    logs = log_of("a", event("ASK", JobName="j", To="B")), log_of("b", event("WORK", JobName="j"))
    answer = asked_of(EXCHANGE, 1, *logs, log="b", instead="work(j, B).BUSY")
    assert (answer.because, answer.action) == (Because.POSSIBLE, "work(j, B).BUSY")
    assert [step for step, _ in answer.before] == ["ask(j, A, B)", "carry(j)"]
    assert answer.rest is True


def test_whether_the_rest_follows_another_action() -> None:
    log = log_of("a", event(LEND, SlotId=1, UserName="u"), event(EMPLOY, SlotId=1, UserName="u"), event(BACK, SlotId=1))
    good = asked_of(POOL, 2, log, instead="wear")
    assert (good.because, good.rest) == (Because.POSSIBLE, True)
    bad = asked_of(POOL, 2, log, instead="give_back(1, false)")
    assert (bad.because, bad.action, bad.rest) == (Because.POSSIBLE, "give_back(slot 1, false)", False)


def test_another_action_that_is_refused_names_its_own_guards() -> None:
    log = log_of("a", event(LEND, SlotId=1, UserName="u"), event(BACK, SlotId=1))
    answer = asked_of(POOL, 2, log, instead="lend(1, u)")
    assert (answer.because, answer.action) == (Because.REFUSED, "lend(slot 1, u)")
    assert false_in(answer) == [(("S-1",), "slot[slot 1] == free")]
    assert answer.again is not None
    assert answer.again.steps is not None
    assert [each.step for each in answer.again.steps] == ["give_back(slot 1, false)"]


def test_without_arguments_an_action_is_about_the_events_individuals() -> None:
    log = log_of("a", event(LEND, SlotId=1, UserName="u"), event(LEND, SlotId=2, UserName="v"), event(BACK, SlotId=2))
    assert asked_of(POOL, 3, log, instead="employ").action == "employ(slot 2, v)"


def test_the_begin_of_a_request_is_asked_about_where_it_is_unrecorded() -> None:
    log = log_of("a", event("ON", Name="d", Strength=0), event("RUN", Name="d"))
    answer = asked_of(REQUEST, 2, log)
    assert answer.because is Because.EXPLAINED
    assert ("Q-2",) in [each.rules for each in answer.conditions]  # a guard of the begin


def test_an_event_no_run_reaches_is_told_as_if_what_stops_them_had_been_possible() -> None:
    answer = asked_of(POOL, 3, log_of("a", *TWICE))
    assert [each.seq for each in answer.waived] == [2]
    assert answer.because is Because.EXPLAINED
    assert answer.action == "give_back(slot 1, false)"


def test_an_event_of_somebody_else_is_not_read() -> None:
    protocol = load_protocol(POOL)
    trace = trace_of(log_of("a", event("SOMETHING"), event(LEND, SlotId=1, UserName="u")))
    (found,) = judged(protocol, trace)
    assert why(found, trace.logs[0].events[0], 1).because is Because.UNREAD


def test_a_limit_makes_the_answer_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.trace.explored.NODES", 1)
    monkeypatch.setattr("checker.trace.explored.explore.__kwdefaults__", {"nodes": 1})
    answer = asked_of(POOL, 2, log_of("a", *TWICE))
    assert answer.because is Because.UNKNOWN
    assert "limit" in answer.reason


# ------------------------------------------------------------------------------------------------------------ addresses


def placed(log: str, seq: int, file: str, place: int) -> Event:
    return Event(log, seq, f"E{place}", {}, origin=Origin(file, place))


TWO_FILES = Trace(
    "t",
    (
        Log("a", "A", "oid", (placed("a", 5, "x/one.jsonl", 2), placed("a", 7, "x/one.jsonl", 4))),
        Log("b", "B", "oid", (placed("b", 1, "x/one.jsonl", 3), placed("b", 2, "y/two.jsonl", 2))),
    ),
)


def test_running_numbers_go_by_file_and_line() -> None:
    assert [(each.number, each.event.name) for each in numbered(TWO_FILES)] == [
        (1, "E2"),
        (2, "E3"),
        (3, "E4"),
        (4, "E2"),
    ]


@pytest.mark.parametrize(
    ("address", "log", "number"),
    [
        ("3", None, 3),
        ("one.jsonl:3", None, 2),
        ("x/one.jsonl:4", None, 3),
        ("two.jsonl:2", None, 4),
        ("a:7", None, 3),
        ("7", "a", 3),
    ],
)
def test_an_event_is_found(address: str, log: str | None, number: int) -> None:
    assert find(TWO_FILES, address, log).number == number


@pytest.mark.parametrize(
    ("address", "log", "message", "help_"),
    [
        ("9", None, "no event 9", "there are 4; the nearest is 4, y/two.jsonl:2"),
        ("one.jsonl:9", None, "no event is at one.jsonl:9", "nearest: x/one.jsonl:4"),
        ("a:6", None, "log a has no event 6", "a:5"),
        ("6", "a", "log a has no event 6", "a:7"),
        ("other:2", None, "no log or file", "logs: a, b"),
        ("two.jsnl:2", None, "no log or file", "nearest: two.jsonl"),
        ("here", None, "is no address", "write FILE:LINE, LOG:SEQ"),
        ("\x1b[2J:1", None, "\\x1b", ""),
    ],
)
def test_a_wrong_address_gets_the_nearest(address: str, log: str | None, message: str, help_: str) -> None:
    with pytest.raises(NoSuchEvent) as raised:
        find(TWO_FILES, address, log)
    assert message in str(raised.value)
    assert help_ in raised.value.help
    assert "\x1b" not in str(raised.value) + raised.value.help


@pytest.mark.parametrize(
    ("text", "message", "help_"),
    [
        ("lnd", "no action is called lnd", "nearest: lend"),
        ("lend(1)", "lend has 2 arguments, not 1", "write lend(s, u)"),
        ("lend.LATER", "lend has no outcome LATER", "REFUSED"),
        ("lend((", "is no action", "write ACTION"),
    ],
)
def test_what_is_no_action_is_said_to_be_none(text: str, message: str, help_: str) -> None:
    with pytest.raises(NotAsked) as raised:
        asked(load_protocol(POOL), text)
    assert message in str(raised.value)
    assert help_ in raised.value.help


def test_an_unknown_individual_gets_the_nearest() -> None:
    with pytest.raises(NotAsked, match="knows no User ub") as raised:
        asked_of(POOL, 1, log_of("a", event(LEND, SlotId=1, UserName="ua")), instead="lend(_, ub)")
    assert "ua" in raised.value.help

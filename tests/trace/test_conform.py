"""What the judge says of small logs: each case is a log, the verdict it must get, and what must be said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.language.protocol import Protocol
from checker.model.judge import Standing
from checker.model.run import replay
from checker.trace.event import Complaint, Origin, Trace
from checker.trace.judge_trace import judge, judge_all, verdict
from checker.trace.options import Options
from checker.trace.verdict import Part, VerdictKind
from tests.trace.texts import EXCHANGE, POOL, REQUEST, event, load_protocol, log_of, trace_of

V = VerdictKind
LEND, USE, BACK = "LEND", "EMPLOY", "GIVE_BACK"


def part(text: str, *logs: object, **options: object) -> Part:
    """The only part of the judgement; an explaining run has been replayed, and is replayed once more."""
    protocol = load_protocol(text)
    (found,) = judge(protocol, trace_of(*logs), Options(**options))  # type: ignore[arg-type]
    if found.explained_by is not None:
        assert len(replay(protocol, found.explained_by)) == len(found.explained_by.steps) + 1
    names = [line.name for line in found.roster]
    assert names == [p.name for p in protocol.properties] + [r.id for r in protocol.rules]
    return found


def told(found: Part) -> list[str]:
    """The stories of the first finding."""
    return [story.told for story in found.findings[0].stories]


def standing(found: Part, name: str) -> Standing:
    return next(line.standing for line in found.roster if line.name == name)


# ----------------------------------------------------------------------------------------------------------------- ids


def test_an_id_is_used_again_after_its_end() -> None:
    found = part(
        POOL,
        log_of(
            "a",
            event(LEND, SlotId=7, UserName="u"),
            event(BACK, SlotId=7),
            event(LEND, SlotId=7, UserName="v"),
            event(USE, SlotId=7, UserName="v"),
            event(BACK, SlotId=7),
            ends="complete",
        ),
    )
    assert found.kind is V.CONFORMS
    assert [words for words, _ in found.explained][:2] == ["lend(slot 7, u)", "give_back(slot 7, false)"]
    assert standing(found, "S-1") is Standing.HELD
    assert standing(found, "S-3") is Standing.NOT_EXERCISED
    assert standing(found, "lent_again") is Standing.SKIPPED


def test_an_id_that_is_alive_is_not_given_again() -> None:
    found = part(POOL, log_of("a", event(LEND, SlotId=7, UserName="u"), event(LEND, SlotId=7, UserName="v")))
    (first, *_) = found.findings
    assert found.kind is V.VIOLATES
    assert (first.event and first.event.seq, first.rules) == (2, ("S-1",))
    assert first.blocked[0].condition == "slot[slot 7] == free"
    assert first.blocked[0].made_false_by is not None
    assert first.blocked[0].made_false_by.seq == 1
    assert first.action == "lend(slot 7, v)"


def test_an_id_that_nothing_gave_is_explained_by_nothing() -> None:
    found = part(POOL, log_of("a", event(LEND, SlotId=7, UserName="u"), event(USE, SlotId=8, UserName="u")))
    assert found.kind is V.VIOLATES
    assert found.findings[0].event is not None
    assert found.findings[0].event.seq == 2


def test_ids_of_two_hosts_have_nothing_to_do_with_each_other() -> None:
    a = log_of("a", event(LEND, SlotId=1, UserName="u"), event(BACK, SlotId=1))
    b = log_of("b", event(LEND, SlotId=1, UserName="v"), event(BACK, SlotId=1))
    assert part(POOL, a, b).kind is V.CONFORMS


def test_a_refused_lending_gives_no_id() -> None:
    refused = event(LEND, status="REFUSED", SlotId=7, UserName="u")
    assert (
        part(POOL, log_of("a", refused, event(LEND, SlotId=7, UserName="v"), event(BACK, SlotId=7))).kind is V.CONFORMS
    )
    found = part(POOL, log_of("a", refused, event(USE, SlotId=7, UserName="u")))
    assert (found.kind, found.findings[0].rules) == (V.VIOLATES, ("S-2",))


def test_as_many_individuals_are_there_as_live_ids() -> None:
    lent = [event(LEND, SlotId=n, UserName="u") for n in range(5)]
    back = [event(BACK, SlotId=n) for n in range(5)]
    assert part(POOL, log_of("a", *lent, *back, ends="complete")).kind is V.CONFORMS


def test_a_long_log_that_uses_one_id_again_and_again_needs_few_individuals() -> None:
    events = [e for n in range(60) for e in (event(LEND, SlotId=n % 3, UserName="u"), event(BACK, SlotId=n % 3))]
    found = part(POOL, log_of("a", *events, ends="complete"))
    assert found.kind is V.CONFORMS
    assert found.explained_by is not None
    assert dict(found.explained_by.scope.sizes)["Slot"] == 2


# -------------------------------------------------------------------------------------------------------- hidden steps


def test_hidden_steps_are_put_in_where_they_are_needed() -> None:
    worn = log_of("a", event(LEND, SlotId=1, UserName="u"), event(BACK, SlotId=1, Worn=True), ends="complete")
    found = part(POOL, worn)
    assert found.kind is V.CONFORMS
    assert [(words, of is None) for words, of in found.explained] == [
        ("lend(slot 1, u)", False),
        ("wear(slot 1)", True),
        ("give_back(slot 1, true)", False),
    ]


def test_a_hidden_step_that_must_come_before_the_log_is_blocked_is_found() -> None:
    """Nothing is in the way of the events until it is too late: the hidden step had its only chance before."""
    text = """
module early "A step that is possible only before an event that is possible without it"
state first: bool = true
state done: bool = false
hidden action prepare { requires first   done := true }
action close { event CLOSE   requires first   first := false }
action use { event USE   requires done }
log oid "native" { events }
"""
    assert part(text, log_of("a", event("CLOSE"), event("USE"))).kind is V.CONFORMS


def test_a_fault_without_a_record_is_put_in_only_on_request() -> None:
    text = """
module faulty "A device that breaks"
state broken: bool = false
fault snap { requires not broken   broken := true }
action sound { event ALARM   requires broken }
log oid "native" { events }
"""
    assert part(text, log_of("a", event("ALARM"))).kind is V.VIOLATES
    found = part(text, log_of("a", event("ALARM")), faults=1)
    assert [words for words, _ in found.explained] == ["snap()", "sound()"]


def test_a_recorded_fault_needs_no_budget() -> None:
    events = (event("CUT"), event("MEND"), event("CUT"))
    assert part(EXCHANGE, log_of("a", *events)).kind is V.CONFORMS


# --------------------------------------------------------------------------------------------------- begins and ends


def test_a_whole_request_has_its_begin_before_it() -> None:
    found = part(REQUEST, log_of("a", event("ON", Name="d"), event("RUN", Name="d"), ends="complete"))
    assert found.kind is V.CONFORMS
    assert [words for words, _ in found.explained] == ["switch_on(d).begin", "switch_on(d)", "run(d).begin", "run(d)"]


def test_begins_and_ends_are_two_moments() -> None:
    on = event("ON", Name="d", phase="begin"), event("ON", Name="d", phase="end")
    run = event("RUN", Name="d", phase="begin"), event("RUN", Name="d", phase="end")
    assert part(REQUEST, log_of("a", *on, *run, ends="complete")).kind is V.CONFORMS
    found = part(REQUEST, log_of("a", on[0], run[0], on[1]))
    assert (found.kind, found.findings[0].rules) == (V.VIOLATES, ("Q-1", "Q-2"))
    found = part(REQUEST, log_of("a", *on, run[1]))
    assert found.kind is V.VIOLATES
    assert found.findings[0].event is not None
    assert found.findings[0].event.seq == 3
    assert part(REQUEST, log_of("a", *on, run[0])).kind is V.UNFINISHED
    assert part(REQUEST, log_of("a", *on, run[0], ends="complete")).kind is V.VIOLATES


def test_what_stands_in_the_way_of_the_unrecorded_begin_is_told() -> None:
    found = part(REQUEST, log_of("a", event("RUN", Name="d")))
    assert (found.kind, found.findings[0].rules) == (V.VIOLATES, ("Q-2",))
    assert found.findings[0].blocked[0].condition == "power[d] == on"
    assert "switch_on(d) happened before RUN (a 1), and a lacks the record of it" in told(found)


def test_the_request_that_ends_is_the_one_that_began() -> None:
    first = replace(event("ON", Name="d", phase="begin"), request="r1")
    assert part(REQUEST, log_of("a", first, replace(event("ON", phase="end"), request="r1"))).kind is V.CONFORMS
    assert part(REQUEST, log_of("a", first, replace(event("ON", phase="end"), request="r2"))).kind is V.VIOLATES


def test_a_begin_of_what_this_text_takes_as_one_moment_is_set_aside_and_counted() -> None:
    found = part(
        POOL, log_of("a", event(LEND, phase="begin", SlotId=1), event(LEND, SlotId=1, UserName="u", phase="end"))
    )
    assert (found.kind, found.ignored) == (V.UNFINISHED, (("LEND begin", 1),))


# ---------------------------------------------------------------------------------------------------- fields and names


@pytest.mark.parametrize(
    ("strength", "status", "kind"),
    [(0, "WEAK", V.CONFORMS), (1, "WEAK", V.VIOLATES), (2, "SUCCESS", V.CONFORMS), (3, "SUCCESS", V.VIOLATES)],
)
def test_a_field_may_speak_of_the_state(strength: int, status: str, kind: V) -> None:
    assert part(REQUEST, log_of("a", event("ON", status=status, Name="d", Strength=strength))).kind is kind


def test_a_status_no_outcome_is_named_after_is_the_outcome_other() -> None:
    found = part(REQUEST, log_of("a", event("ON", status="NOT_SUPPORTED", Name="d")))
    assert [words for words, _ in found.explained][-1] == "switch_on(d).OTHER"


def test_a_status_that_is_no_outcome_is_said_with_the_nearest() -> None:
    found = part(POOL, log_of("a", event(LEND, status="REFUSE", SlotId=1, UserName="u")))
    assert found.kind is V.VIOLATES
    assert "status REFUSE is not an outcome of lend; nearest: REFUSED" in found.findings[0].message
    found = part(POOL, log_of("a", event(USE, status="DENIED", SlotId=1, UserName="u")))
    assert "its outcomes: SUCCESS" in found.findings[0].message


def test_names_nobody_knows_are_set_aside_counted_and_the_nearest_named() -> None:
    found = part(POOL, log_of("a", event("LENT"), event("LENT"), event("WEATHER")))
    assert found.ignored == (("LENT", 2), ("WEATHER", 1))
    assert found.notes[0] == "`LENT` is no event of log source `oid`; nearest: `LEND`"
    assert found.kind is V.CONFORMS


def test_a_log_of_an_unknown_source_is_not_readable_and_says_why() -> None:
    found = part(POOL, log_of("a", event(LEND), source="odi"))
    assert found.kind is V.UNREADABLE
    assert "nearest: `oid`" in found.notes[0]
    assert {line.standing for line in found.roster} == {Standing.UNKNOWN}


def test_a_field_left_out_says_nothing() -> None:
    assert part(POOL, log_of("a", event(LEND, SlotId=1), event(USE, SlotId=1, UserName="u"))).kind is V.UNFINISHED
    given = log_of("a", event(LEND, SlotId=1, UserName="v"), event(USE, SlotId=1, UserName="u"))
    assert part(POOL, given).kind is V.VIOLATES


def test_an_event_that_names_nobody_may_be_about_somebody_no_record_names() -> None:
    found = part(REQUEST, log_of("a", event("ON", Name="d"), event("ON")))
    assert found.kind is V.CONFORMS
    assert "judged as if there were 1 Device that no record names" in found.notes


# --------------------------------------------------------------------------------------------------------------- ends


def test_what_is_owed_at_the_end_is_open_or_broken() -> None:
    lent = event(LEND, SlotId=1, UserName="u")
    found = part(POOL, log_of("a", lent))
    assert (found.kind, found.obligations) == (V.UNFINISHED, ("all_back: Every slot is free.",))
    assert standing(found, "all_back") is Standing.OPEN
    assert standing(found, "S-4") is Standing.OPEN
    found = part(POOL, log_of("a", lent, ends="complete"))
    assert (found.kind, found.findings[0].event, found.findings[0].rules) == (V.VIOLATES, None, ("S-4",))
    assert standing(found, "all_back") is Standing.BROKEN


def test_a_log_may_begin_anywhere() -> None:
    back = event(BACK, SlotId=1)
    assert part(POOL, log_of("a", back)).kind is V.VIOLATES
    assert part(POOL, log_of("a", back, begins="anywhere")).kind is V.CONFORMS
    assert part(POOL, log_of("a", back, back, begins="anywhere")).kind is V.VIOLATES


def test_nothing_recorded_conforms() -> None:
    assert part(POOL, log_of("a", ends="complete")).kind is V.CONFORMS


# --------------------------------------------------------------------------------------------------------- several logs

ASK, WORK, FINISH = event("ASK", JobName="j", To="B"), event("WORK", JobName="j"), event("FINISH", JobName="j")


def test_orders_the_logs_leave_open_are_named_fewest_first() -> None:
    found = part(EXCHANGE, log_of("a", ASK, FINISH, ends="complete"), log_of("b", WORK, ends="complete"))
    assert found.kind is V.CONFORMS_IF
    assert [(x.earlier.name, x.later.name, x.rules) for x in found.assumed] == [
        ("ASK", "WORK", ("X-1",)),
        ("WORK", "FINISH", ("X-2",)),
    ]


def test_stated_messages_settle_the_order() -> None:
    a = log_of("a", ASK, event("SENT", Message=1), event("RECEIVED", Message=2), FINISH)
    b = log_of("b", event("RECEIVED", Message=1), WORK, event("SENT", Message=2))
    assert part(EXCHANGE, a, b).kind is V.CONFORMS
    a = log_of("a", ASK, event("RECEIVED", Message=2), event("SENT", Message=1), FINISH)
    found = part(EXCHANGE, a, b)
    assert found.kind is V.VIOLATES
    assert "contradict" in found.findings[0].message
    found = part(EXCHANGE, log_of("a", ASK, event("RECEIVED", Message=3), FINISH), log_of("b", WORK))
    assert found.notes == ("message 3 is received and no log here has its sending",)


def test_a_stated_order_that_no_run_follows_is_a_violation() -> None:
    a = log_of("a", event("RECEIVED", Message=1), ASK, FINISH)
    found = part(EXCHANGE, a, log_of("b", WORK, event("SENT", Message=1)))
    assert (found.kind, found.findings[0].event and found.findings[0].event.name) == (V.VIOLATES, "WORK")


@pytest.mark.parametrize(("skew", "kind"), [(10, V.CONFORMS), (100, V.CONFORMS_IF), (None, V.CONFORMS_IF)])
def test_clocks_settle_the_order_as_far_as_they_are_right(skew: int | None, kind: V) -> None:
    a = log_of("a", replace(ASK, time=1000), replace(FINISH, time=1200), skew=skew, clock="a")
    b = log_of("b", replace(WORK, time=1100), skew=skew, clock="b")
    assert part(EXCHANGE, a, b).kind is kind


def test_one_clock_is_right_with_itself() -> None:
    a = log_of("a", replace(ASK, time=1000), replace(FINISH, time=1002), clock="x")
    assert part(EXCHANGE, a, log_of("b", replace(WORK, time=1001), clock="x")).kind is V.CONFORMS


def test_the_event_named_is_that_of_the_log_that_lacks_something() -> None:
    """Log a only waits for what b did not do."""
    found = part(EXCHANGE, log_of("a", ASK, FINISH), log_of("b", replace(WORK, status="BUSY")))
    assert found.kind is V.VIOLATES
    assert found.findings[0].event is not None
    assert (found.findings[0].event.log, found.findings[0].event.name) == ("a", "FINISH")
    assert any(each.startswith("work(j, B) happened ") for each in told(found))


def test_a_host_without_a_log_may_have_done_anything() -> None:
    assert part(EXCHANGE, log_of("a", ASK, FINISH)).kind is V.CONFORMS
    assert standing(part(EXCHANGE, log_of("a", ASK, FINISH)), "X-3") is Standing.HELD


def test_what_a_log_never_or_perhaps_records_may_have_happened() -> None:
    b = log_of("b", ends="complete")
    assert part(EXCHANGE, log_of("a", ASK, FINISH), b).kind is V.VIOLATES
    assert part(EXCHANGE, log_of("a", ASK, FINISH), replace(b, source="quiet")).kind in (V.CONFORMS, V.CONFORMS_IF)
    assert part(EXCHANGE, log_of("a", ASK, FINISH), replace(b, recorded=("CUT",))).kind in (V.CONFORMS, V.CONFORMS_IF)
    assert part(EXCHANGE, log_of("a", FINISH, source="quiet"), replace(b, source="quiet")).kind is V.CONFORMS
    assert part(EXCHANGE, log_of("a", FINISH), replace(b, source="quiet")).kind is V.VIOLATES


TWICE = """
module twice "Two recordings of one switch"
sort Host
state on: bool = false
action flip(h: Host) at h { event FLIP   requires not on   on := true }
action flop(h: Host) at h { event FLOP   requires on   on := false }
log oid "native" { events }
log other "Other" { record 1 is flip   record 2 is flop   record 9 where Kind == 3 is flop }
"""


def test_two_logs_of_one_host_record_the_same_steps() -> None:
    a = log_of("a", event("FLIP"), event("FLOP"), host="H")
    assert part(TWICE, a, log_of("b", event("1"), event("2"), host="H", source="other")).kind is V.CONFORMS
    assert part(TWICE, a, log_of("b", event("1"), event("9", Kind=3), host="H", source="Other")).kind is V.CONFORMS
    found = part(TWICE, a, log_of("b", event("1"), host="H", source="other"))
    assert found.kind is V.VIOLATES
    assert "b records it too" in found.findings[0].message
    found = part(TWICE, a, log_of("b", event("1"), event("9", Kind=4), event("2"), host="H", source="other"))
    assert (found.kind, found.ignored) == (V.CONFORMS, (("9", 1),))


# ---------------------------------------------------------------------------------------------------------- explanation


def test_a_violation_is_told_with_all_that_helps() -> None:
    lent, used = event(LEND, SlotId=1, UserName="u"), event(USE, SlotId=1, UserName="u")
    found = part(POOL, log_of("a", lent, event(BACK, SlotId=1), used, event(LEND, SlotId=2, UserName="u")))
    (first, *_) = found.findings
    assert first.event is not None
    assert first.event.seq == 3
    assert first.blocked[0].condition.startswith("holder[")
    assert "GIVE_BACK (a 2) happened after EMPLOY (a 3)" in told(found)
    assert any(each.startswith("lend(") for each in first.legal)
    assert standing(found, "S-2") is Standing.BROKEN
    assert standing(found, "S-1") is Standing.HELD


def test_where_no_rule_is_known_to_be_broken_those_about_the_event_are_named() -> None:
    found = part(POOL, log_of("a", event(LEND, SlotId=1, UserName="u"), event(USE, "BROKEN", SlotId=1, UserName="u")))
    assert found.findings[0].rules == ()
    assert found.findings[0].message.endswith("; rules about it: S-2")
    assert standing(found, "S-2") is not Standing.BROKEN


def test_a_set_of_events_that_conflict_is_small() -> None:
    users = [event(LEND, SlotId=n, UserName="v") for n in range(3, 6)]
    found = part(POOL, log_of("a", *users, event(LEND, SlotId=1, UserName="u"), event(LEND, SlotId=1, UserName="v")))
    assert [e.seq for e in found.findings[0].conflict] == [4, 5]


def test_invariants_that_the_recorded_events_break_are_found_too() -> None:
    text = """
module door "A door that is locked only when it is shut"
rule D-1 switch "Locked means shut."
rule D-2 switch "Only a shut door is locked."
state shut: bool = false
state locked: bool = false
action close { event CLOSE   shut := true }
action lock { event LOCK   requires shut @ D-2   locked := true }
invariant locked_means_shut @ D-1 "A locked door is shut." locked implies shut
log oid "native" { events }
"""
    found = part(text, log_of("a", event("LOCK")))
    assert [f.rules for f in found.findings] == [("D-2",), ("D-1",)]
    assert standing(found, "locked_means_shut") is Standing.BROKEN
    assert standing(found, "D-1") is Standing.BROKEN


def test_a_rule_that_is_left_out_binds_nobody() -> None:
    events = event(LEND, SlotId=1, UserName="u"), event(LEND, SlotId=1, UserName="v")
    found = part(POOL, log_of("a", *events), without=frozenset({"S-1"}))
    assert found.kind is V.UNFINISHED
    assert standing(found, "S-1") is Standing.SKIPPED


# --------------------------------------------------------------------------------------------------- limits and parts


def test_a_limit_makes_the_answer_unknown_and_says_which() -> None:
    lent = [event(LEND, SlotId=n, UserName="u") for n in range(6)]
    found = part(POOL, log_of("a", *lent, event(USE, SlotId=9, UserName="v")), nodes=20)
    assert found.kind is V.UNKNOWN
    assert "limit of 20 nodes" in found.reason
    assert "raise the node limit" in found.reason
    assert found.explained_by is None


def test_an_interrupt_makes_the_answer_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("checker.trace.search.Search.run", interrupt)
    found = part(POOL, log_of("a", event(LEND, SlotId=1, UserName="u")))
    assert (found.kind, found.reason.partition(";")[0]) == (V.UNKNOWN, "interrupted")


def test_progress_is_told() -> None:
    told = []
    users = [event(LEND, SlotId=n, UserName="u") for n in range(7)]
    part(POOL, log_of("a", *users, event(USE, SlotId=1, UserName="v")), progress=told.append)
    assert told
    assert told[-1].events == 8


def test_each_host_is_judged_by_itself_where_the_protocol_says_so() -> None:
    protocol = replace(load_protocol(REQUEST), each_host=True)
    a, b = log_of("a", event("ON", Name="d")), log_of("b", event("RUN", Name="d"))
    parts = judge(protocol, trace_of(a, b))
    assert [(p.host, p.kind) for p in parts] == [("A", V.CONFORMS), ("B", V.VIOLATES)]


def test_a_verdict_is_the_worst_of_its_parts_and_of_what_could_not_be_read() -> None:
    protocols: list[Protocol] = [load_protocol(POOL), load_protocol(REQUEST)]
    trace = trace_of(log_of("a", event(LEND, SlotId=1, UserName="u"), event("ON", Name="d")))
    found = judge_all(protocols, trace)
    assert (found.kind, found.events, len(found.parts)) == (V.UNFINISHED, 2, 2)
    damaged = Trace("t", trace.logs, (Complaint(Origin("f", 1), "broken"),), left_out=1)
    assert verdict(damaged, found.parts).kind is V.UNREADABLE
    assert verdict(Trace("t", ()), judge(protocols[0], Trace("t", ()))).kind is V.UNREADABLE

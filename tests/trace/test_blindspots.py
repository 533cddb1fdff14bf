"""What logs can see of each rule. A rule that is said to be caught is broken here in earnest, and must be caught."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from checker.language.protocol import Protocol
from checker.trace.blindspots import Blindspots, RuleSeen, Seen, blindspots
from checker.trace.caught import Witness
from checker.trace.event import Log, Trace
from checker.trace.further import hitting_set
from checker.trace.judge_trace import judge
from checker.trace.options import Options
from checker.trace.verdict import VerdictKind
from tests.trace.texts import EXCHANGE, POOL, REQUEST, event, load_protocol, log_of, trace_of

# A port is known by an id, and only a plug says whose it is: a record of a new port may be about anybody.
PLUGS = """
module plugs "Ports made for adapters, plugged in, and dropped unseen"

sort Host, Card
const host_of(Card): Host

rule U-1 switch "A card has one port."
rule U-2 switch "Only a port takes a plug."
rule U-3 switch "A port with a plug in it is not dropped."

state port[Card]: bool = false
state plugged[Card]: bool = false

action make(c: Card) at host_of(c) {
    event MAKE { PortId = c }
    requires not port[c]                                        @ U-1
    port[c] := true
}
action plug_in(c: Card) at host_of(c) {
    event PLUG { PortId = c, CardName = c }
    requires port[c]                                            @ U-2
    plugged[c] := true
}
action drop(c: Card) at host_of(c) {
    event DROP { PortId = c }
    requires port[c]                                            @ U-2
    requires not plugged[c]                                     @ U-3
    port[c] := false
}

log oid "native" { events }
log deaf "deaf" { events  never drop }
bind PortId per Host from make until drop
bind CardName everywhere
scope small { Host = 1  Card = 1  faults = 0 }
"""
PLUGGED = log_of("a", event("MAKE", PortId=1), event("PLUG", PortId=1, CardName="c"), source="deaf")

LENT = log_of(
    "a",
    event("LEND", SlotId=1, UserName="u"),
    event("EMPLOY", SlotId=1, UserName="u"),
    event("GIVE_BACK", SlotId=1, Worn=False),
    event("LEND", SlotId=2, UserName="v"),
    event("GIVE_BACK", SlotId=2, Worn=False),
)
TALK = (
    log_of("a", event("ASK", JobName="j", To="B"), event("FINISH", JobName="j")),
    log_of("b", event("WORK", JobName="j")),
)
REQUESTS = log_of("a", event("ON", Name="d", Strength=0), event("RUN", Name="d"))
LATE = (
    log_of("a", event("ASK", JobName="j", To="B"), event("FINISH", JobName="j"), source="oid"),
    log_of("b", source="quiet"),
)


def seen(text: str, *logs: Log) -> tuple[Blindspots, dict[str, RuleSeen]]:
    found = blindspots(load_protocol(text), trace_of(*logs), Options())
    assert [rule.rule for rule in found.rules] == [rule.id for rule in load_protocol(text).rules]
    return found, {rule.rule: rule for rule in found.rules}


def test_rules_that_are_put_to_the_test_name_their_events() -> None:
    _, rules = seen(POOL, LENT)
    assert (rules["S-1"].seen, [each.seq for each in rules["S-1"].events]) == (Seen.TESTED, [1, 4])
    assert (rules["S-2"].seen, rules["S-2"].times) == (Seen.TESTED, 3)


def test_a_rule_that_nothing_came_under_may_still_have_been_seen() -> None:
    _, rules = seen(POOL, log_of("a", event("LEND", SlotId=1, UserName="u")))
    assert (rules["S-2"].seen, rules["S-2"].times) == (Seen.IDLE, 0)
    assert rules["S-2"].witness is not None


def test_what_may_be_lost_could_not_have_been_caught_and_what_to_record_is_said() -> None:
    found, rules = seen(REQUEST, replace(REQUESTS, source="leaky"))
    assert (rules["Q-2"].seen, rules["Q-2"].unseen) == (Seen.BLIND, ("run",))
    assert found.further is not None
    assert found.further.rules == ("Q-2",)
    assert [(record.source, record.event, record.fields) for record in found.further.records] == [
        ("leaky", "RUN", ("Name",))
    ]
    assert found.further.least
    assert "Q-1" in found.further.hopeless
    assert seen(REQUEST, REQUESTS)[1]["Q-2"].seen is Seen.TESTED  # recorded for sure, it is caught


def test_a_rule_may_be_caught_on_some_hosts_alone() -> None:
    """On B a question that has not arrived may have arrived unseen."""
    _, rules = seen(EXCHANGE, *TALK)
    assert rules["X-1"].seen is Seen.PARTLY
    assert rules["X-1"].why.startswith("on B, ")


def test_a_narrowed_log_sees_less() -> None:
    whole = seen(POOL, LENT)[1]
    narrow = seen(POOL, replace(LENT, events=LENT.events[:1], recorded=("LEND",)))[1]
    assert whole["S-2"].seen is Seen.TESTED
    assert narrow["S-2"].seen is Seen.BLIND


def test_a_record_that_may_be_lost_catches_nothing() -> None:
    leaky = replace(REQUESTS, source="leaky")
    assert seen(REQUEST, REQUESTS)[1]["Q-2"].seen is Seen.TESTED
    assert seen(REQUEST, leaky)[1]["Q-2"].seen is Seen.BLIND


def test_a_look_that_was_cut_short_claims_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.trace.blindspots.NODES", 1)
    found, rules = seen(POOL, LENT)
    assert found.limits
    assert all(rule.witness.after is None for rule in rules.values() if rule.witness)
    assert not any(rule.seen is Seen.MOOT for rule in rules.values())


# ------------------------------------------------------------------------------------------------- in earnest


def broken(trace: Trace, witness: Witness) -> Iterator[Trace]:
    """The trace as it is up to the witness's record, with that record as the last of its log."""
    record = witness.record
    if record is None:
        return
    for log in trace.logs:
        if log.name == record.log:
            kept = tuple(each for each in log.events if each.seq <= record.seq)
            made = replace(record, seq=record.seq + 1)
            logs = (
                replace(each, events=(*kept, made) if each is log else each.events, ends="open") for each in trace.logs
            )
            yield replace(trace, logs=tuple(logs))


@pytest.mark.parametrize(
    ("text", "logs"),
    [
        (POOL, (LENT,)),
        (EXCHANGE, TALK),
        (EXCHANGE, LATE),
        (REQUEST, (REQUESTS,)),
        (PLUGS, (PLUGGED,)),
        (PLUGS, (replace(PLUGGED, source="oid"),)),
    ],
    ids=["pool", "exchange", "late", "request", "plugs unseen", "plugs seen"],
)
def test_every_witness_is_refused_by_the_judge(text: str, logs: tuple[Log, ...]) -> None:
    protocol: Protocol = load_protocol(text)
    trace = trace_of(*logs)
    rules = seen(text, *logs)[1].values()
    tried = 0
    for rule in rules:
        for spoilt in broken(trace, rule.witness) if rule.witness is not None else ():
            tried += 1
            kinds = {part.kind for part in judge(protocol, spoilt)}
            assert VerdictKind.VIOLATES in kinds, (rule.rule, rule.witness)
    assert tried >= 1


@pytest.mark.parametrize(
    ("sets", "size"),
    [
        ([], 0),
        ([{"a"}, {"a", "b"}, {"b", "c"}], 2),
        ([{"a", "b"}, {"b", "c"}, {"b"}], 1),
        ([{c} for c in "abcdefg"], 7),
    ],
)
def test_hitting_sets_are_smallest(sets: list[set[str]], size: int) -> None:
    found = hitting_set(map(frozenset, sets))
    assert len(found) == size
    assert all(each & found for each in sets)

"""Traces taken apart into cases: what is joined, what must not be, and that the whole gets the verdict it would get."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random

import pytest

from checker.language.protocol import Protocol
from checker.model.judge import Standing
from checker.trace import judge_trace
from checker.trace.cases import CaseViews, cases
from checker.trace.event import Event, Log, Trace
from checker.trace.judge_trace import judge, judged
from checker.trace.options import Options
from checker.trace.stated import stated_orders
from checker.trace.verdict import Part, VerdictKind
from checker.trace.view import see
from tests.trace.texts import event, load_protocol, log_of, trace_of

V = VerdictKind

# Errands of different users, each asked for on one host and done on another: they have nothing to do with one another,
# but for a desk that one of them has at a time, and a rule that nobody begins while another is writing.
ERRANDS = """
module errands "Errands between two hosts"
joined by User, Slip

sort Host, User, Slip
enum Desk { free, taken }

rule D-1 switch "The desk is taken by one at a time."
rule D-2 switch "An answer follows its question."
rule D-3 switch "Nobody begins while another writes."

state desk: Desk = free
state asked[User]: bool = false
state told[User]: bool = false
state writing[User]: bool = false
state wrote[User, Slip]: bool = false

action take(u: User, h: Host) at h { event TAKE { UserName = u }  requires desk == free @ D-1  desk := taken }
action drop(u: User, h: Host) at h { event DROP { UserName = u }  requires desk == taken @ D-1  desk := free }
action ask(u: User, h: Host) at h { event ASK { UserName = u }  requires not asked[u]  asked[u] := true }
action answer(u: User, h: Host) at h { event ANSWER { UserName = u }  requires asked[u] @ D-2  asked[u] := false }
action tell(u: User, h: Host) at h { event TELL { UserName = u }  requires not told[u]  told[u] := true }
action hear(u: User, h: Host) at h { event HEAR { UserName = u }  requires told[u] @ D-2  told[u] := false }
action begin_(u: User, h: Host) at h {
    event BEGIN { UserName = u }
    requires forall w: User. not writing[w] @ D-3
    writing[u] := true
}
action write(u: User, s: Slip, h: Host) at h { event WRITE { UserName = u, SlipId = s } wrote[u, s] := true }
action stop(u: User, h: Host) at h { event STOP { UserName = u }  requires writing[u]  writing[u] := false }
action close(h: Host) at h { event CLOSE {}  desk := free }

invariant one_writer @ D-3 "One writes at a time."
    forall u: User, w: User. writing[u] and writing[w] implies u == w

log oid "native" { events }
bind UserName everywhere
bind SlipId per Host from write until stop
"""


def part(*logs: Log, text: str = ERRANDS) -> Part:
    """The judgement; where one log is given, the other host's is empty and complete: nothing happened there."""
    silent = (log_of("b", ends="complete"),) if len(logs) == 1 else ()
    (found,) = judge(load_protocol(text), trace_of(*logs, *silent))
    return found


def split(protocol: Protocol, *logs: Log) -> tuple[CaseViews, ...]:
    sight = see(protocol, trace_of(*logs), logs)
    return cases(protocol, sight.views, stated_orders(sight.views))


def both(*names: str, **fields: str) -> Iterator[Event]:
    return (event(name, **fields) for name in names)


def test_each_user_is_a_case() -> None:
    found = part(log_of("a", *both("ASK", "ANSWER", UserName="u"), *both("ASK", UserName="v"), ends="complete"))
    assert found.kind is V.CONFORMS
    assert [(case.name, case.events) for case in found.cases] == [("u", 2), ("v", 1)]


def test_what_is_joined_is_one_case() -> None:
    one = event("WRITE", UserName="u", SlipId=1), event("WRITE", UserName="v", SlipId=1)
    assert len(split(load_protocol(ERRANDS), log_of("a", *one))) == 1
    other = event("WRITE", UserName="u", SlipId=1), event("WRITE", UserName="v", SlipId=2)
    assert len(split(load_protocol(ERRANDS), log_of("a", *other))) == 2


def test_an_id_joins_on_its_own_host_alone() -> None:
    logs = log_of("a", event("WRITE", UserName="u", SlipId=1)), log_of("b", event("WRITE", UserName="v", SlipId=1))
    assert len(split(load_protocol(ERRANDS), *logs)) == 2


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (("TAKE u", "DROP u", "TAKE v", "DROP v"), V.CONFORMS),
        (("TAKE u", "TAKE v", "DROP u", "DROP v"), V.VIOLATES),
        (("BEGIN u", "STOP u", "BEGIN v", "STOP v"), V.CONFORMS),
        (("BEGIN u", "BEGIN v", "STOP u", "STOP v"), V.VIOLATES),
        (("BEGIN u", "ASK v", "STOP u", "ANSWER v"), V.CONFORMS),
        (("TAKE u", "CLOSE", "TAKE v"), V.CONFORMS),
        (("ANSWER u", "ASK v"), V.VIOLATES),
    ],
)
def test_what_one_case_does_to_another_is_not_overlooked(names: tuple[str, ...], kind: V) -> None:
    """Each user's records alone conform in every row but the last."""
    events = [_event(name) for name in names]
    assert part(log_of("a", *events, ends="complete")).kind is kind


def _event(name: str) -> Event:
    word, _, user = name.partition(" ")
    return event(word, UserName=user) if user else event(word)


def test_orders_that_contradict_one_another_across_cases() -> None:
    """u asks on a before it is answered on b; v is told on b before it hears on a; the logs put them in a circle."""
    a = log_of("a", event("HEAR", UserName="v"), event("ASK", UserName="u"), ends="complete")
    b = log_of("b", event("ANSWER", UserName="u"), event("TELL", UserName="v"), ends="complete")
    assert part(a, b).kind is V.VIOLATES
    c = log_of("b", event("TELL", UserName="v"), event("ANSWER", UserName="u"), ends="complete")
    assert part(a, c).kind is V.CONFORMS_IF


CALM = (
    "\n".join(line for line in ERRANDS.split("\n") if "desk" not in line and "one_writer" not in line)
    .replace("requires forall w: User. not writing[w] @ D-3", "requires not writing[u] @ D-3")
    .replace("    forall u: User, w: User. writing[u] and writing[w] implies u == w\n", "")
)


@pytest.mark.parametrize("text", [ERRANDS, CALM])
def test_an_order_that_a_run_merely_happens_to_have_contradicts_nothing(text: str) -> None:
    """u's two records may come either way; the run at hand has them the way that makes a circle with v's."""
    a = log_of("a", event("HEAR", UserName="v"), event("ASK", UserName="u"), ends="complete")
    b = log_of("b", event("TELL", UserName="u"), event("TELL", UserName="v"), ends="complete")
    found = part(a, b, text=text)
    assert found.kind is V.CONFORMS_IF
    assert [(each.earlier.name, each.later.name) for each in found.assumed] == [("TELL", "HEAR")]
    assert len(found.cases) == (2 if text is CALM else 0)


def test_a_property_of_several_cases_is_not_called_held() -> None:
    found = part(log_of("a", *both("TELL", "HEAR", UserName="u"), *both("ASK", UserName="v")))
    standing = {line.name: line.standing for line in found.roster}
    assert standing["one_writer"] is Standing.BOUNDED
    alone = part(log_of("a", *both("TELL", "HEAR", UserName="u")))
    assert {line.name: line.standing for line in alone.roster}["one_writer"] is Standing.HELD


def test_a_case_of_known_shape_is_told_in_its_own_names() -> None:
    events = (*both("ANSWER", UserName="anna"), *both("ANSWER", UserName="bert"))
    first, second = part(log_of("a", *events)).findings
    assert first.event is not None
    assert second.event is not None
    assert (first.event.fields["UserName"], second.event.fields["UserName"]) == ("anna", "bert")
    assert "asked[bert]" in second.message
    assert "anna" not in json.dumps([second.message, second.action, second.legal])


def test_a_text_that_joins_nothing_is_judged_as_one() -> None:
    text = ERRANDS.replace("joined by User, Slip\n", "")
    found = part(log_of("a", *both("ASK", UserName="u"), *both("ASK", UserName="v")), text=text)
    assert found.cases == ()


WORDS = ("TAKE", "DROP", "ASK", "ANSWER", "TELL", "HEAR", "BEGIN", "STOP", "WRITE")


def _random(random: Random) -> Trace:
    logs: list[list[Event]] = [[], []]
    for _ in range(random.randint(2, 7)):
        word = random.choice(WORDS)
        slip = {"SlipId": random.choice("12")} if word == "WRITE" else {}
        random.choice(logs).append(event(word, UserName=random.choice("uv"), **slip))
    return trace_of(*(log_of(name, *events, ends="complete") for name, events in zip("ab", logs, strict=True)))


def test_the_verdict_is_that_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    protocol = load_protocol(ERRANDS)
    random = Random(7)
    traces = [_random(random) for _ in range(400)]
    apart = [judge(protocol, trace)[0] for trace in traces]
    monkeypatch.setattr(judge_trace, "cases", lambda *_: ())
    whole = [judge(protocol, trace)[0] for trace in traces]
    assert [part.kind for part in apart] == [part.kind for part in whole]
    assert sum(len(part.cases) > 1 for part in apart) > 50
    assert {part.kind for part in apart} >= {V.CONFORMS, V.CONFORMS_IF, V.VIOLATES}


def test_judged_gives_every_case_its_search() -> None:
    log = log_of("a", *both("ASK", UserName="u"), *both("ASK", UserName="v"))
    found = list(judged(load_protocol(ERRANDS), trace_of(log), Options()))
    assert [each.name for each in found] == ["u", "v"]
    assert all(each.case is not None for each in found)

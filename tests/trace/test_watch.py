"""Watching a recording line by line comes to what judging it whole does, in whatever order its logs arrive."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from checker.language.load import load
from checker.language.protocol import Protocol
from checker.trace.event import Event, Log, Trace
from checker.trace.judge_trace import judge
from checker.trace.options import Options
from checker.trace.readers import read
from checker.trace.verdict import VerdictKind, worst
from checker.trace.watch import case as case_module
from checker.trace.watch.growing import Growing
from checker.trace.watch.told import News, Summary, Told
from checker.trace.watch.watcher import Watcher
from tests.recordings.clean import there_and_back, two_vms_cross
from tests.trace.texts import EXCHANGE, POOL, event, load_protocol, log_of, trace_of

ROOT = Path(__file__).resolve().parents[2]
RECORDINGS = sorted(path.stem for path in (ROOT / "traces").glob("*.jsonl"))
SOME = """
antrea barrier clean-one cut f01 f03 f04 f05-o f06 f11 f12 f13-r f16 f18 f20 f24-cancelled f31 f33 no-common ovs11 torn
two-vms there
"""
# The others are violated by the other protocol, or judged by it alone.
BY_MIGRATION = [name for name in RECORDINGS if name.startswith(tuple(SOME.split()))]
V = VerdictKind


@cache
def migration() -> Protocol:
    protocol, _ = load(ROOT / "spec" / "migration.mig")
    assert protocol is not None
    return protocol


@cache
def prepared() -> Watcher:
    """A watcher whose tables every recording here adds to."""
    return Watcher([(migration(), Options())])


def recording(name: str) -> Trace:
    return read([ROOT / "traces" / f"{name}.jsonl"])


def in_order(trace: Trace) -> list[Event]:
    return sorted((e for log in trace.logs for e in log.events), key=lambda e: (e.origin.place, e.seq))


def shuffled(trace: Trace, seed: int) -> list[Event]:
    """The logs put together at random; each keeps its order."""
    chance = random.Random(seed)
    rows = [list(log.events) for log in trace.logs]
    found = []
    while any(rows):
        row = chance.choice([row for row in rows if row])
        found += [row.pop(0) for _ in range(min(len(row), chance.choice((1, 1, 2, 30))))]
    return found


def watched(watcher: Watcher, trace: Trace, events: list[Event]) -> tuple[list[Told], Summary]:
    for log in trace.logs:
        watcher.add(replace(log, events=()))
    told = [news for each in events for news in watcher.accept(each)]
    told += watcher.finish(trace.left_out)
    return told, watcher.summary(trace.left_out)


def plainly(kind: VerdictKind) -> VerdictKind:
    """Watching does not ask which orders an answer hangs on."""
    return V.CONFORMS if kind is V.CONFORMS_IF else kind


@pytest.mark.parametrize("name", BY_MIGRATION)
def test_a_recording_line_by_line_is_judged_as_the_whole(name: str) -> None:
    trace = recording(name)
    parts = judge(migration(), trace, Options(plainly=True))
    wanted = plainly(worst(tuple(part.kind for part in parts)))
    for seed in range(2):
        events = shuffled(trace, seed) if seed else in_order(trace)
        told, summary = watched(prepared().another(), trace, events)
        assert summary.verdict is wanted
        if wanted is V.VIOLATES and seed == 0:
            (first, *_) = [news for news in told if news.news is News.VIOLATED]
            finding = parts[0].findings[0]
            assert first.rules == finding.rules
            assert first.place == (str(finding.event.origin) if finding.event else None)


def test_a_violation_is_told_at_the_record_that_is_one() -> None:
    trace = recording("torn-down-under-its-adapter")
    watcher = prepared().another()
    for log in trace.logs:
        watcher.add(replace(log, events=()))
    for each in in_order(trace):
        told = [news for news in watcher.accept(each) if news.news is News.VIOLATED]
        if told:
            assert told[0].place == str(each.origin)
            assert told[0].rules == ("P-06",)
            return
    pytest.fail("nothing was told before the end")


def test_a_record_that_another_log_may_still_explain_is_waited_for() -> None:
    """What the destination did comes late; the source's next step needs it, and is no violation meanwhile."""
    trace = recording("clean-one-adapter")
    first, second = ([e for e in in_order(trace) if e.log == name] for name in ("a", "b"))
    told, summary = watched(prepared().another(), trace, [*first, *second])
    assert summary.verdict is V.CONFORMS
    assert not [news for news in told if news.news in (News.VIOLATED, News.DOOMED, News.UNKNOWN)]


def test_every_case_gets_its_own_verdict() -> None:
    """Twenty virtual machines move at once; one is torn down under its adapter."""
    logs: dict[str, list[Event]] = {"a": [], "b": []}
    headers: dict[str, Log] = {}
    for number in range(20):
        trace = recording("torn-down-under-its-adapter" if number == 7 else "clean-one-adapter")
        for log in trace.logs:
            headers[log.name] = replace(log, events=(), ends="open")
            logs[log.name] += [renamed(each, number) for each in log.events]
    for name, events in logs.items():
        events.sort(key=lambda each: each.time or 0)
        logs[name] = [replace(each, seq=at) for at, each in enumerate(events, 1)]
    whole = Trace("many", tuple(replace(headers[name], events=tuple(events)) for name, events in logs.items()))
    events = sorted((e for log in whole.logs for e in log.events), key=lambda e: e.time or 0)
    told, summary = watched(prepared().another(), whole, events)
    (violated,) = [news for news in told if news.news is News.VIOLATED]
    assert violated.case == "M7"
    (count,) = summary.cases
    assert (count.conforms, count.violates, count.unknown) == (19, 1, 0)
    assert count.most_at_once <= 21


def renamed(each: Event, number: int) -> Event:
    fields = {
        name: value + 100 * number
        if isinstance(value, int) and name == "PortId"
        else value.replace("VM1", f"M{number}")
        if isinstance(value, str)
        else value
        for name, value in each.fields.items()
    }
    return replace(each, fields=fields)


def test_ids_are_used_again_without_end_in_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_module, "MOST_HISTORY", 8)
    protocol = load_protocol(POOL)
    events = [e for n in range(200) for e in (event("LEND", SlotId=n, UserName="u"), event("GIVE_BACK", SlotId=n))]
    trace = trace_of(log_of("a", *events, ends="complete"))
    watcher = Watcher([(protocol, Options())])
    told, summary = watched(watcher, trace, list(trace.logs[0].events))
    assert summary.verdict is V.CONFORMS
    assert not [news for news in told if news.verdict is not None]
    (lane,) = watcher.lanes.values()
    assert sum(len(table.frontiers.met) for table in lane.tables.known.values()) < 20
    assert sum(len(case.history) for case in lane.grouping.cases.values()) <= 8


@pytest.mark.parametrize(
    ("events", "kind"),
    [
        ([event("LEND", SlotId=1, UserName="u"), event("GIVE_BACK", SlotId=1)], V.CONFORMS),
        ([event("LEND", SlotId=1, UserName="u")], V.VIOLATES),  # the log is complete, and it never came back
        ([event("LEND", SlotId=1, UserName="u"), event("LEND", SlotId=1, UserName="v")], V.VIOLATES),
        ([event("LEND", SlotId=1, UserName="u"), event("EMPLOY", SlotId=2, UserName="u")], V.VIOLATES),
        (
            [event("LEND", SlotId=n, UserName="u") for n in range(5)]
            + [event("GIVE_BACK", SlotId=n) for n in range(5)],
            V.CONFORMS,
        ),
    ],
)
def test_small_logs(events: list[Event], kind: VerdictKind) -> None:
    trace = trace_of(log_of("a", *events, ends="complete"))
    _, summary = watched(Watcher([(load_protocol(POOL), Options())]), trace, list(trace.logs[0].events))
    assert summary.verdict is kind


def test_hidden_steps_and_two_hosts() -> None:
    a = log_of("a", event("ASK", JobName="j", To="B"), event("FINISH", JobName="j"), ends="complete")
    b = log_of("b", event("WORK", JobName="j"), ends="complete")
    trace = trace_of(a, b)
    for events in ([*trace.logs[0].events, *trace.logs[1].events], [*trace.logs[1].events, *trace.logs[0].events]):
        _, summary = watched(Watcher([(load_protocol(EXCHANGE), Options())]), trace, events)
        assert summary.verdict is V.CONFORMS


ASKED, WORKED = event("ASK", JobName="j", To="B"), event("WORK", JobName="j")
LATE, EARLY = replace(ASKED, time=900), replace(WORKED, time=100)
SENT, RECEIVED = event("SENT", Message="m"), event("RECEIVED", Message="m")


@pytest.mark.parametrize(
    ("a", "b", "clock", "first", "kind"),
    [
        ([LATE], [EARLY], None, "b", V.UNFINISHED),
        ([LATE], [EARLY], "one", "b", V.VIOLATES),
        ([LATE], [EARLY], "one", "a", V.VIOLATES),
        ([RECEIVED, ASKED], [WORKED, SENT], None, "b", V.VIOLATES),
        ([ASKED, SENT], [RECEIVED, WORKED], None, "a", V.UNFINISHED),
    ],
)
def test_clocks_and_messages_say_which_record_came_first(
    a: list[Event], b: list[Event], clock: str | None, first: str, kind: VerdictKind
) -> None:
    """Work that by the clocks, or by a message, was done before it was asked for is explained by nothing."""
    trace = trace_of(log_of("a", *a, clock=clock), log_of("b", *b, clock=clock))
    logs = sorted(trace.logs, key=lambda log: log.name != first)
    _, summary = watched(
        Watcher([(load_protocol(EXCHANGE), Options())]), trace, [each for log in logs for each in log.events]
    )
    assert summary.verdict is kind


def test_an_unknown_event_makes_the_recording_unreadable() -> None:
    trace = trace_of(log_of("a", event("LEND", SlotId=1, UserName="u"), event("LENDD", SlotId=2)))
    _, summary = watched(Watcher([(load_protocol(POOL), Options())]), trace, list(trace.logs[0].events))
    assert summary.verdict is V.UNREADABLE
    assert "LENDD" in summary.notes[0]


@pytest.mark.parametrize("size", [1, 7, 64, 100_000])
def test_a_growing_file_is_read_in_pieces_of_any_size(size: int) -> None:
    text = there_and_back().text().encode()
    growing = Growing("x", "x.jsonl")
    logs, events = [], []
    for at in range(0, len(text), size):
        begun, came = growing.feed(text[at : at + size])
        logs += begun
        events += came
    begun, came = growing.end()
    assert [log.name for log in (*logs, *begun)] == ["a", "b"]
    wanted = [line for line in map(json.loads, text.splitlines()) if "event" in line]
    assert [(e.log, e.seq) for e in (*events, *came)] == [(line["log"], line["seq"]) for line in wanted]
    assert growing.complaints() == ((), 0)


def test_a_line_that_is_no_record_is_left_out_and_told() -> None:
    growing = Growing("x", "x.jsonl")
    text = two_vms_cross().text().encode().splitlines(keepends=True)
    growing.feed(b"".join(text[:4]) + b"{broken\n" + b"".join(text[4:]))
    complaints, left_out = growing.complaints()
    assert left_out == 1
    assert complaints[0].origin.place == 5

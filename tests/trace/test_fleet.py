"""Fleets: as many cases of each verdict as when each case is judged by itself."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import jsonschema
import pytest

from checker.cli import fleet as command
from checker.cli.commands import run
from checker.report.fleet import fleet_lines
from checker.report.schemas import schema
from checker.trace.event import Event, Log, Trace
from checker.trace.fleet import judged
from checker.trace.fleet.alone import ORDERS
from checker.trace.fleet.frames import Recorded
from checker.trace.fleet.helped import conflicts_anyhow, explained_with
from checker.trace.fleet.judged import fleet_of, judged_fleet
from checker.trace.fleet.result import Fleet
from checker.trace.judge_trace import Judge, verdict_by
from checker.trace.readers import read
from checker.trace.verdict import VerdictKind
from tests.recordings import clean, failures, fleet
from tests.recordings.fleet import Way
from tests.trace.fleets import migration, protocol, recorded, text
from tests.trace.slow_fleet import Slow
from tests.trace.test_cases import ERRANDS
from tests.trace.texts import event, load_protocol, log_of

WAYS = (
    Way(clean.clean_one_adapter, 3),
    Way(failures.f01_validation_port_refused, 1),
    Way(failures.f24_cancelled, 1),
    Way(failures.barrier_broken, 1),
    Way(failures.f33_online_before_restore, 1),
)


@cache
def judge(name: str = "migration") -> Judge:
    return Judge(protocol(name))


@cache
def mixture() -> Trace:
    return recorded(fleet.events(3, 250, at_once=5, ways=WAYS))


@cache
def plain() -> Fleet:
    return fleet_of([judge()], Recorded(mixture()))


def counted(found: Fleet) -> dict[VerdictKind, int]:
    return {count.kind: count.cases for count in found.counts}


def test_counts_are_those_of_judging_each_case_by_itself() -> None:
    trace = mixture()
    apart = Counter(verdict_by([judge()], part).kind for part in parts(trace))
    found = plain()
    assert counted(found) == apart
    assert {VerdictKind.VIOLATES, VerdictKind.CONFORMS_IF} <= set(apart)
    assert found.variants < found.cases == apart.total()


def parts(trace: Trace) -> list[Trace]:
    """Each case of the trace as a trace."""
    return [
        replace(
            trace,
            logs=tuple(
                replace(log, events=tuple(event for event in log.events if (log.name, event.seq) in spots))
                for log in trace.logs
            ),
        )
        for spots in Slow(migration()).cases(trace)
    ]


def test_groups_say_where_and_why_worst_first() -> None:
    found = fleet_of([judge(), judge("switch")], Recorded(mixture()))
    first = [(group.kind, group.protocol, group.event, group.rules) for group in found.groups[:2]]
    assert sorted(first, key=str) == [
        (VerdictKind.VIOLATES, "migration", "OID_SWITCH_NIC_CREATE", ("M-02",)),
        (VerdictKind.VIOLATES, "migration", "VM_RUNNING", ("M-06", "R-12")),
    ]
    assert all(group.name.startswith("VM0") and group.name not in group.others for group in found.groups)
    assert sum(group.cases for group in found.groups) == found.cases
    assert all(len(group.others) == min(group.cases - 1, 5) for group in found.groups)


def test_of_each_way_to_violate_one_case_is_told_in_full() -> None:
    told = [group for group in plain().groups if group.kind is VerdictKind.VIOLATES]
    assert told
    for group in told:
        first = group.verdict.parts[0].findings[0]
        assert first.conflict
        assert first.stories
        assert (first.event is not None and first.event.name, first.rules) == (group.event, group.rules)


def test_times_settle_what_is_open_without_them() -> None:
    lines = "".join((*fleet.headers("open", 0), *fleet.events(1, 90, at_once=2, ways=WAYS[:1])))
    timed = recorded_with_clocks(lines)
    assert counted(fleet_of([judge()], Recorded(timed))) == {VerdictKind.CONFORMS: 4}
    untimed = replace(timed, logs=tuple(replace(log, clock=None, skew=None) for log in timed.logs))
    assert counted(fleet_of([judge()], Recorded(untimed))) == {VerdictKind.CONFORMS_IF: 4}


def recorded_with_clocks(lines: str) -> Trace:
    import io

    from checker.trace.readers import native
    from checker.trace.readers.common import Input

    data = lines.encode()
    return Trace("timed", native.read(Input(io.BytesIO(data), "x", "x", data[:4096])).logs)


PORT = {"PortId": 900, "PortName": "nobody-knows"}


def with_stray(trace: Trace, *events: Event) -> Trace:
    """The trace with records about a port that nothing ties to an adapter."""
    log = trace.logs[1]
    last = log.events[-1].seq
    more = tuple(replace(event, seq=last + at) for at, event in enumerate(events, 1))
    return replace(trace, logs=(trace.logs[0], replace(log, events=(*log.events, *more))))


def test_a_stray_that_helps_nobody_changes_no_verdict() -> None:
    trace = mixture()
    stray = Event("b", 1, "OID_SWITCH_PORT_CREATE", {**PORT, "IsValidationPort": False})
    found = fleet_of([judge()], Recorded(with_stray(trace, stray)))
    assert counted(found)[VerdictKind.VIOLATES] == counted(plain())[VerdictKind.VIOLATES]
    assert found.cases == plain().cases + 1
    assert VerdictKind.UNKNOWN not in counted(found)


def test_a_case_that_a_stray_may_explain_is_not_known_to_violate() -> None:
    """A migration whose validation port is recorded under a name that ties it to nothing."""
    lines = [line.replace("VM000001--N1-port", "elsewhere") if "true" in line else line
             for line in fleet.events(1, 30, at_once=1, ways=WAYS[:1])]  # fmt: skip
    twice = [*lines, *(line for line in fleet.events(2, 1, at_once=1, ways=WAYS[:1]))]
    trace = recorded(_renumbered(twice))
    found = fleet_of([judge()], Recorded(trace))
    assert VerdictKind.VIOLATES not in counted(found)
    assert counted(found)[VerdictKind.UNKNOWN] >= 1
    assert {group.reason for group in found.groups if group.kind is VerdictKind.UNKNOWN} <= {
        judged.STRAY,
        judged.HELPED,
    }


def _renumbered(lines: list[str]) -> list[str]:
    """The lines as one recording: the second VM with a name, ids and positions of its own."""
    seen: Counter[str] = Counter()
    made = []
    for at, line in enumerate(lines):
        members = json.loads(line.replace("VM000001", "VM7") if at >= 32 else line)
        if at >= 32 and "PortId" in members:
            members["PortId"] += 100
        seen[members["log"]] += 1
        made.append(json.dumps({**members, "seq": seen[members["log"]]}) + "\n")
    return made


WHOLE = {
    "begins and ends": (Event("a", 1, "OID_SWITCH_PORT_DELETE", {"PortId": 1}, phase="begin"), "begins and ends"),
    "messages": (Event("a", 1, "SENT", {"Message": "m"}), "messages between hosts"),
    "a name between names": (
        Event("a", 1, "OID_SWITCH_NIC_CONNECT", {"PortId": 1, "NicName": "--N1"}),
        "begins with `--`",
    ),
}


@pytest.mark.parametrize("case", WHOLE)
def test_what_cannot_be_taken_apart_is_judged_as_one_case(case: str, tmp_path: Path) -> None:
    from checker.trace.writers import ndjson

    event, why = WHOLE[case]
    path = tmp_path / "x.jsonl"
    path.write_text(ndjson.write(Trace("x", (Log("a", "A", "oid", (event,)),))).text, encoding="utf-8")
    found = judged_fleet([judge()], [path])
    assert why in found.whole
    assert found.cases == 1
    assert found.groups[0].kind is verdict_by([judge()], read([path])).kind


def test_what_is_too_large_to_be_one_case_is_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judged, "WHOLE", 1)
    path = tmp_path / "x.jsonl"
    lines = ['{"event": "SENT", "Message": "m"}\n'] * 2
    path.write_text('{"switchover": 1, "host": "A"}\n' + "".join(lines), encoding="utf-8")
    found = judged_fleet([judge()], [path])
    assert counted(found) == {VerdictKind.UNKNOWN: 1}
    assert "2 records are more than the 1" in found.groups[0].reason


def test_what_nobody_knows_is_said_once(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    odd = [f'{{"log": "a", "seq": {at}, "event": "VM_RUNING", "VmName": "x", "Mood": "good"}}\n' for at in (900, 901)]
    path.write_text(text([*fleet.events(1, 30, at_once=1, ways=WAYS[:1]), *odd]), encoding="utf-8")
    found = judged_fleet([judge()], [path])
    told = [(complaint.fatal, complaint.message.partition(";")[0]) for complaint in found.complaints]
    assert sorted(told) == [
        (False, "nothing asks for the field `Mood`"),
        (False, "nothing asks for the field `TakenBy`"),
        (True, "no protocol here knows an event `VM_RUNING`"),
    ]
    assert found.unread == 2


def test_an_interrupt_keeps_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def tell(message: str) -> None:
        told.append(message)
        if message.startswith("judging variant 2"):
            raise KeyboardInterrupt

    found = fleet_of([judge()], Recorded(mixture()), tell)
    assert counted(found).keys() <= {VerdictKind.VIOLATES, VerdictKind.UNKNOWN}
    assert sum(counted(found).values()) == found.cases
    assert judged.STOPPED in found.notes


# ---------------------------------------------------------------------------------------------------------- the command


@pytest.fixture
def cluster(tmp_path: Path) -> Path:
    path = tmp_path / "cluster.jsonl"
    path.write_text(text(fleet.events(3, 120, at_once=3, ways=WAYS)), encoding="utf-8")
    return path


def test_the_command_tells_groups_and_one_case(cluster: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fleet", str(cluster), "--spec", "spec/migration.mig"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("cluster: ")
    assert "violates      migration  " in out
    assert "one of them\nviolates  VM0" in out
    assert len(out.splitlines()) <= 40


def test_the_answer_is_as_its_schema_says(cluster: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fleet", str(cluster), "--spec", "spec/migration.mig", "--json"]) == 1
    out = capsys.readouterr().out
    document = json.loads(out)
    jsonschema.Draft202012Validator(schema("fleet")).validate(document)
    assert out.isascii()
    assert document["fleet"]["cases"] == sum(group["cases"] for group in document["fleet"]["groups"])


def test_without_a_path_or_pyarrow_it_says_what_to_do(
    cluster: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["fleet"]) == 2
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    assert run(["fleet", str(cluster)]) == 2
    assert 'pip install "switchover[parquet]"' in capsys.readouterr().err


def test_names_are_inert_on_a_terminal() -> None:
    trace = recorded(line.replace("VM000001", "\\u001b[31m<b>") for line in fleet.events(1, 30, 1, WAYS[:1]))
    found = fleet_of([judge()], Recorded(trace))
    shown = "".join(line.text.plain for line in fleet_lines(found, {"migration": migration()}))
    assert "\\x1b[31m<b>" in shown
    assert "\x1b" not in shown


ALONE = {
    "nothing": (("ASK", "ANSWER"), ()),
    "a common cell": (("TAKE", "DROP"), ("a step changes what other records rely on",)),
    "a loose family": (("BEGIN", "STOP"), ("writing of a case is not at rest",)),
}


@pytest.mark.parametrize("case", ALONE)
def test_what_cases_may_do_to_one_another_is_said(case: str) -> None:
    names, reasons = ALONE[case]
    events = [event(name, UserName=user) for user in ("ann", "bob") for name in names]
    trace = Trace("errands", (log_of("a", *events),))
    found = fleet_of([Judge(load_protocol(ERRANDS))], Recorded(trace))
    assert counted(found) == {VerdictKind.CONFORMS: 2}
    told = [each for each in found.alone if "one another" in each]
    assert len(told) == len(reasons)
    assert all(reason in each and "(2 cases)" in each for reason, each in zip(reasons, told, strict=True))
    assert found.alone[-1].endswith("1 property speaks of several cases at once, and each case alone was held to them")


def test_orders_that_cases_conform_under_are_not_compared() -> None:
    assert plain().alone[0].startswith(f"migration: {ORDERS} ({counted(plain())[VerdictKind.CONFORMS_IF]} cases)")


STRAYS = (
    Event("b", 1, "OID_SWITCH_PORT_CREATE", {**PORT, "IsValidationPort": False}),
    Event("a", 1, "OID_SWITCH_PORT_CREATE", {**PORT, "IsValidationPort": True}),
)


@pytest.mark.parametrize("stray", range(len(STRAYS)))
def test_what_conflicts_anyhow_no_record_of_others_explains(stray: int) -> None:
    """The quick look at what conflicts agrees with the search of everything together."""
    asked = 0
    for part in parts(mixture())[:16]:
        found = verdict_by([judge()], part)
        if found.kind is VerdictKind.VIOLATES:
            conflict = frozenset((each.log, each.seq) for each in found.parts[0].findings[0].conflict)
            assert conflict
            at = ("b", "a").index(STRAYS[stray].log)
            logs = [part.logs[1], part.logs[0]]
            last = max((each.seq for each in logs[at].events), default=0)
            more = replace(STRAYS[stray], seq=last + 1)
            logs[at] = replace(logs[at], events=(*logs[at].events, more))
            trace = replace(part, logs=(logs[1], logs[0]))
            assert conflicts_anyhow(judge(), trace, conflict)
            assert not explained_with(judge(), trace)
            assert len(conflict) == 1 or not conflicts_anyhow(judge(), trace, frozenset(list(conflict)[:1]))
            asked += 1
    assert asked > 1


def test_nothing_conflicts_with_no_events() -> None:
    assert not conflicts_anyhow(judge(), mixture(), frozenset())

"""A reduced recording breaks the same rule with a few records, and holds nothing of what it was made from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from checker.trace.anonymise import anonymised, texts_of
from checker.trace.event import Event, Trace
from checker.trace.options import Options
from checker.trace.readers import read
from checker.trace.reduce import NothingToReduce, Oracle, Reduced, Signature, numbered, oracle_for, reduced
from checker.trace.verdict import VerdictKind
from checker.trace.writers.ndjson import write
from tests.recordings.tape import Tape, start
from tests.trace.test_watch import migration, recording
from tests.trace.texts import POOL, event, load_protocol, log_of, trace_of

LEND, USE, BACK = "LEND", "EMPLOY", "GIVE_BACK"


def shrunk(trace: Trace, **options: object) -> tuple[Oracle, Reduced]:
    oracle, part = oracle_for([(load_protocol(POOL), Options(**options))], trace)  # type: ignore[arg-type]
    return oracle, reduced(oracle, trace, part)


def names(trace: Trace) -> list[tuple[str, str]]:
    return [(log.name, each.name) for log in trace.logs for each in log.events]


LONG = log_of(
    "a",
    *(e for n in range(4) for e in (event(LEND, SlotId=n, UserName="ann"), event(BACK, SlotId=n))),
    event(LEND, SlotId=7, UserName="ann"),
    event(USE, SlotId=7, UserName="ann"),
    event(USE, SlotId=7, UserName="bob"),
    event(BACK, SlotId=7),
)


def test_what_is_not_needed_goes() -> None:
    oracle, found = shrunk(trace_of(LONG, log_of("b", event(LEND, SlotId=1, UserName="cy"))))
    assert names(found.trace) in ([("a", USE)], [("a", LEND), ("a", USE)])
    assert found.minimal
    assert found.signature == Signature("pool", False, ("S-2",), "employ", at_end=False)
    assert found.part.kind is VerdictKind.VIOLATES
    assert oracle.part(found.trace, whole=True) is not None


def test_no_single_record_can_go() -> None:
    twice = log_of(
        "a",
        event(LEND, SlotId=7, UserName="u"),
        event(USE, SlotId=7, UserName="u"),
        event(LEND, SlotId=7, UserName="v"),
    )
    oracle, found = shrunk(trace_of(twice))
    assert names(found.trace) == [("a", LEND), ("a", LEND)]
    for at in range(2):
        log = found.trace.logs[0]
        less = replace(found.trace, logs=(replace(log, events=log.events[:at] + log.events[at + 1 :]),))
        assert oracle.part(less) is None


def test_a_claim_that_is_not_needed_goes_with_its_records(tmp_path: Path) -> None:
    """A port torn down under its adapter breaks the rule whatever else happened."""
    tape = Tape(hosts=("a",), ends="open")
    start(tape, "a", "VM1", ("VM1--N1",))
    tape.add("a", "VM_STOPPED", VmName="VM1")
    tape.drop_port("a", "VM1--N1")
    (tmp_path / "x.jsonl").write_text(tape.text())
    trace = read([tmp_path / "x.jsonl"])
    oracle, part = oracle_for([(migration(), Options())], trace)
    found = reduced(oracle, trace, part)
    (log,) = found.trace.logs
    assert len(log.events) <= 4
    assert log.events[-1].name == "OID_SWITCH_PORT_TEARDOWN"
    assert log.recorded is not None
    assert {each.name for each in log.events} <= set(log.recorded)
    assert "OID_SWITCH_PORT_CREATE" not in log.recorded


@pytest.mark.parametrize("kind", ["conforms", "unfinished"])
def test_a_recording_that_breaks_nothing_is_not_reduced(kind: str) -> None:
    events = [event(LEND, SlotId=7, UserName="u"), event(BACK, SlotId=7)][: 1 if kind == "unfinished" else 2]
    with pytest.raises(NothingToReduce, match=kind):
        oracle_for([(load_protocol(POOL), Options())], trace_of(log_of("a", *events)))


def test_time_that_is_up_leaves_the_smallest_so_far() -> None:
    oracle, part = oracle_for([(load_protocol(POOL), Options())], trace_of(LONG))
    found = reduced(oracle, trace_of(LONG), part, seconds=0.0)
    assert not found.minimal
    assert oracle.part(found.trace) is not None


def test_what_is_written_fares_the_same(tmp_path: Path) -> None:
    oracle, found = shrunk(trace_of(LONG))
    file = tmp_path / "out.jsonl"
    file.write_text(write(anonymised([load_protocol(POOL)], numbered(found.trace)).trace).text)
    part = oracle.part(read([file]), whole=True)
    assert part is not None
    assert Signature.of(part) == found.signature


@pytest.mark.parametrize("name", ["two-vms-cross", "f13-online-all-the-same", "f08-disconnect-swallowed"])
def test_nothing_of_the_original_is_left(name: str) -> None:
    """Event and field names, and the words of the protocol's text, are all that is the same."""
    trace = recording(name)
    renamed = anonymised([migration()], trace)
    text = write(renamed.trace).text
    words = {"oid", "true", "false"} | {each.name for log in trace.logs for each in log.events}
    for original in texts_of(trace) - words - {"edge", "miniport"}:
        for line in map(json.loads, text.splitlines()):
            assert original not in [value for value in line.values() if isinstance(value, str)], original
    for host in ("HOST-A", "HOST-B", "VM1--N1", "filter"):
        assert host not in text
    assert dict(renamed.renamed)["Host"] == 2


def test_the_same_name_is_renamed_the_same_everywhere_and_structure_stays() -> None:
    renamed = anonymised([migration()], recording("two-vms-cross")).trace
    by_name: dict[str, list[Event]] = {}
    for log in renamed.logs:
        for each in log.events:
            by_name.setdefault(each.name, []).append(each)
    hosts = {log.host for log in renamed.logs}
    assert {each.fields["Source"] for each in by_name["MIGRATION_START"]} == hosts
    machines = {each.fields["VmName"] for each in by_name["VM_RUNNING"]}
    assert {str(each.fields["NicName"]).partition("--")[0] for each in by_name["OID_SWITCH_NIC_CREATE"]} == machines
    assert all(isinstance(each.fields["PortId"], int) for each in by_name["OID_SWITCH_PORT_CREATE"])


def test_a_renamed_recording_fares_as_before() -> None:
    from checker.trace.judge_trace import judge

    trace = recording("barrier-broken")
    options = Options(plainly=True)
    (before,), (after,) = (
        judge(migration(), each, options) for each in (trace, anonymised([migration()], trace).trace)
    )
    assert before.kind is after.kind is VerdictKind.VIOLATES
    assert Signature.of(before) == Signature.of(after)

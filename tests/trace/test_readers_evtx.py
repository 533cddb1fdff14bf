"""Windows event log files: what is read of them, and what damage to a record, a chunk or a file costs."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from checker.trace.event import Trace
from checker.trace.readers import read
from tests.trace.evtx_file import CHUNK, FIRST, HEADER, Element, chunk, event, file, named

pytest.importorskip("evtx")

REAL = sorted((Path(__file__).parents[3] / "shared" / "data" / "evtx").glob("*.evtx"))
SECOND = HEADER + CHUNK  # where the second chunk begins
THREE = [event(str(number)) for number in (1, 2, 3)]
GOOD = file(chunk(THREE, 1), chunk(THREE, 4), next_record=7)


def read_bytes(tmp_path: Path, data: bytes) -> Trace:
    path = tmp_path / "a.evtx"
    path.write_bytes(data)
    return read([path])


def numbers(trace: Trace) -> list[int]:
    return sorted(event.seq for log in trace.logs for event in log.events)


def told(trace: Trace, tmp_path: Path) -> list[str]:
    return [f"{c.place}: {c.message}".replace(f"{tmp_path}/", "") for c in trace.complaints]


def changed(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def record_start(data: bytes, start: int, position: int) -> int:
    """Where the record at a position (from 0) of the chunk at `start` begins."""
    at = start + FIRST
    for _ in range(position):
        at += int.from_bytes(data[at + 4 : at + 8], "little")
    return at


def test_a_record(tmp_path: Path) -> None:
    data = (named("A", "x"), named("A", "y"), Element("Data", {}, ("z",)), named("Empty", ""), named("Ctrl", "a\x07b"))
    trace = read_bytes(tmp_path, file(chunk([event("232", data)], 1), next_record=2))
    (log,) = trace.logs
    assert (log.name, log.host, log.source, log.begins, log.ends) == ("H/C/P", "H", "P", "anywhere", "open")
    (found,) = log.events
    assert (found.seq, found.name, str(found.origin)) == (1, "232", f"{tmp_path / 'a.evtx'} record 1")
    assert found.fields == {"A": "x", "A_1": "y", "Data1": "z", "Empty": "", "Ctrl": "a�b"}
    assert found.time == 1_772_438_400_123_456_800  # to the tenth of a microsecond: of the frame, not of the XML
    assert [complaint.fatal for complaint in trace.complaints] == [False]


def test_the_same_records_as_xml_read_the_same(tmp_path: Path) -> None:
    from evtx import PyEvtxParser

    events = [event(str(number), (named("A", f"{number}"),), computer) for number in (1, 2) for computer in ("H", "G")]
    binary = tmp_path / "a.evtx"
    binary.write_bytes(file(chunk(events, 1), next_record=5))
    text = tmp_path / "a.xml"
    records: Iterable[Any] = PyEvtxParser(str(binary)).records()
    text.write_text("".join(record["data"] for record in records))
    one, other = read([binary]), read([text])
    assert [(log.name, [(e.name, e.fields) for e in log.events]) for log in one.logs] == [
        (log.name, [(e.name, e.fields) for e in log.events]) for log in other.logs
    ]
    assert numbers(one) == [1, 2, 3, 4]


def test_an_intact_file(tmp_path: Path) -> None:
    trace = read_bytes(tmp_path, GOOD + bytes(CHUNK))
    assert (numbers(trace), trace.complaints, trace.left_out) == ([1, 2, 3, 4, 5, 6], (), 0)


@pytest.mark.parametrize("size", [0, 1, 27, 99, 1 << 31])
def test_a_record_whose_length_is_wrong_costs_that_record(tmp_path: Path, size: int) -> None:
    at = record_start(GOOD, SECOND, 1)
    trace = read_bytes(tmp_path, changed(GOOD, at + 4, size.to_bytes(4, "little")))
    assert (numbers(trace), trace.left_out) == ([1, 2, 3, 4, 6], 1)
    assert told(trace, tmp_path)[0].startswith("a.evtx record 5: record 5 is damaged and left out")


def test_a_record_without_its_mark_costs_that_record(tmp_path: Path) -> None:
    trace = read_bytes(tmp_path, changed(GOOD, record_start(GOOD, SECOND, 1), b"####"))
    assert (numbers(trace), trace.left_out) == ([1, 2, 3, 4, 6], 1)


def test_a_record_whose_content_is_damaged_costs_that_record(tmp_path: Path) -> None:
    trace = read_bytes(tmp_path, changed(GOOD, record_start(GOOD, HEADER, 0) + 28, b"\xff" * 8))
    assert (numbers(trace), trace.left_out) == ([2, 3, 4, 5, 6], 1)


def test_a_chunk_that_is_overwritten_costs_its_records(tmp_path: Path) -> None:
    trace = read_bytes(tmp_path, changed(GOOD, HEADER + FIRST, b"\xee" * (CHUNK - FIRST)))
    assert (numbers(trace), trace.left_out) == ([4, 5, 6], 3)
    assert told(trace, tmp_path)[0].startswith("a.evtx record 1: records 1 to 3 are damaged and left out")


def test_a_chunk_without_its_mark_is_read(tmp_path: Path) -> None:
    trace = read_bytes(tmp_path, changed(GOOD, SECOND, b"########"))
    assert (numbers(trace), trace.left_out) == ([1, 2, 3, 4, 5, 6], 0)


def test_a_chunk_of_which_nothing_is_left_costs_what_its_neighbours_say(tmp_path: Path) -> None:
    data = file(chunk(THREE, 1), chunk(THREE, 4), chunk(THREE, 7), next_record=10)
    trace = read_bytes(tmp_path, changed(data, SECOND, b"\xee" * CHUNK))
    assert (numbers(trace), trace.left_out) == ([1, 2, 3, 7, 8, 9], 3)
    assert told(trace, tmp_path) == [
        "a.evtx chunk 2: chunk 2 is damaged, and its header with it",
        "a.evtx record 4: 3 records from number 4 on are left out: the chunk they were in is damaged",
    ]
    last = read_bytes(tmp_path, changed(GOOD, SECOND, b"\xee" * CHUNK))
    assert (numbers(last), last.left_out) == ([1, 2, 3], 3)


def test_a_file_without_its_header_is_read(tmp_path: Path) -> None:
    trace = read_bytes(tmp_path, changed(GOOD, 0, b"########"))
    assert numbers(trace) == [1, 2, 3, 4, 5, 6]
    assert told(trace, tmp_path) == ["a.evtx: expected the header of an event log, which starts with `ElfFile`"]


def test_a_file_that_is_cut_off(tmp_path: Path) -> None:
    trace = read_bytes(tmp_path, GOOD[: record_start(GOOD, SECOND, 1) + 40])
    assert (numbers(trace), trace.left_out) == ([1, 2, 3, 4], 2)
    assert told(trace, tmp_path)[0] == "a.evtx chunk 2: the file is cut off inside chunk 2 of 2"
    whole_chunks = read_bytes(tmp_path, GOOD[:SECOND])
    assert (numbers(whole_chunks), whole_chunks.left_out) == ([1, 2, 3], 3)
    assert told(whole_chunks, tmp_path) == [
        "a.evtx record 4: 3 records from number 4 on are left out: "
        "the file ends before them, though its header counts them"
    ]


def test_a_header_alone(tmp_path: Path) -> None:
    assert told(read_bytes(tmp_path, GOOD[:100]), tmp_path) == [
        "a.evtx: expected the header of an event log, which starts with `ElfFile`"
    ]


def test_a_changed_letter_is_noticed(tmp_path: Path) -> None:
    at = GOOD.index("08:00".encode("utf-16-le"))
    trace = read_bytes(tmp_path, changed(GOOD, at, b"1"))
    assert (numbers(trace), trace.left_out) == ([1, 2, 3, 4, 5, 6], 0)
    assert [complaint.fatal for complaint in trace.complaints] == [True]
    assert "something in them was altered" in trace.complaints[0].message
    still_open = file(chunk(THREE, 1), next_record=1, still_open=True)
    trace = read_bytes(tmp_path, changed(still_open, still_open.index("08:00".encode("utf-16-le")), b"1"))
    assert [complaint.fatal for complaint in trace.complaints] == [False]


def test_a_record_that_is_no_event(tmp_path: Path) -> None:
    trace = read_bytes(tmp_path, file(chunk([event("one"), Element("Event"), event("2")], 1), next_record=4))
    assert (numbers(trace), trace.left_out) == ([3], 2)
    assert "expected a number as EventID; found `one`" in trace.complaints[0].message
    assert "the record has no System" in trace.complaints[1].message


def test_without_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "evtx", None)
    trace = read_bytes(tmp_path, GOOD)
    assert trace.logs == ()
    assert told(trace, tmp_path) == ["a.evtx: reading .evtx needs the package `evtx`: `pip install evtx`"]


@pytest.mark.skipif(not REAL, reason="the real recording is not here")
def test_the_real_recording() -> None:
    trace = read(REAL)
    assert numbers(trace) == [number for number in range(1, 451) if number != 3]
    assert trace.left_out == 1
    (complaint,) = trace.complaints
    assert (complaint.origin.place, complaint.origin.unit, complaint.fatal) == (3, "record", True)
    assert "record 3 is damaged and left out" in complaint.message
    guests = [log for log in trace.logs if log.source == "Microsoft-Windows-Hyper-V-Netvsc"]
    assert sum(len(log.events) for log in guests) == 38
    assert len({log.host for log in guests}) == 4  # the computer was renamed

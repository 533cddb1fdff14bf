"""Parquet is read as the native format is, and what was written is read again."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from checker.trace.event import Event, Log, Origin, Trace
from checker.trace.readers import parquet, read
from checker.trace.writers import parquet as writer
from tests.trace.fleets import SPEC

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

HEADERS = [{"log": "a", "host": "HOST-A", "source": "oid", "ends": "complete"}, {"log": "b", "host": "HOST-B"}]
KEPT = {parquet.KEY: json.dumps(HEADERS)}


def file(path: Path, columns: dict[str, object], headers: object = HEADERS, **metadata: str) -> Path:
    kept = metadata if headers is None else {parquet.KEY: json.dumps(headers), **metadata}
    pq.write_table(pa.table(columns).replace_schema_metadata(kept), path)
    return path


def bare(trace: Trace) -> list[Log]:
    """The logs without the places that they were read at."""
    nowhere = Origin("", 0)
    return [
        replace(log, origin=nowhere, events=tuple(replace(event, origin=nowhere) for event in log.events))
        for log in trace.logs
    ]


RECORDINGS = sorted((SPEC.parent / "traces").glob("*.jsonl"))


@pytest.mark.parametrize("recording", RECORDINGS[::6], ids=lambda path: path.stem)
def test_what_was_written_is_read_again(recording: Path, tmp_path: Path) -> None:
    trace = read([recording])
    assert writer.write(trace, tmp_path / "x.parquet") == ()
    again = read([tmp_path / "x.parquet"])
    assert not again.complaints
    assert bare(again) == bare(trace)


def test_odd_values_survive(tmp_path: Path) -> None:
    events = (
        Event("a", 1, "X", {"A": True, "B": 1.5, "C": "x", "D": None, "E": 7}, "OTHER", "begin", "r1", "miniport", -1),
        Event("a", 5, "Y", {"A": False, "C": "", "E": 1 << 62}),
    )
    trace = Trace("odd", (Log("a", "A", "oid", events, clock="k", skew=50_000_000, recorded=("X",)),))
    writer.write(trace, tmp_path / "x.parquet")
    (log,) = bare(read([tmp_path / "x.parquet"]))
    assert [dict(event.fields) for event in log.events] == [
        {"A": True, "B": 1.5, "C": "x", "E": 7},
        {"A": False, "C": "", "E": 1 << 62},
    ]
    assert (log.events[0].phase, log.events[0].request) == ("begin", "r1")
    assert (log.clock, log.skew, log.recorded) == ("k", 50_000_000, ("X",))


def test_what_a_column_cannot_hold_is_said(tmp_path: Path) -> None:
    events = (Event("a", 1, "X", {"A": 1}, time=1 << 70), Event("a", 2, "X", {"A": "one", "host": "h"}))
    lost = writer.write(Trace("x", (Log("a", "A", "oid", events),)), tmp_path / "x.parquet")
    assert [text.partition(":")[0] for text in lost] == [
        "the field `host` is called `host_`",
        "a time is left out",
        "the values of A became text",
    ]


def test_headers_may_be_columns(tmp_path: Path) -> None:
    path = file(tmp_path / "x.parquet", {"event": ["X", "Y"], "host": ["A", "B"], "ends": ["complete", "open"]}, None)
    assert [(log.name, log.host, log.ends, len(log.events)) for log in read([path]).logs] == [
        ("A", "A", "complete", 1),
        ("B", "B", "open", 1),
    ]


def test_headers_may_be_metadata_for_all_records(tmp_path: Path) -> None:
    path = file(tmp_path / "x.parquet", {"event": ["X"]}, None, host="A", source="vmswitch")
    (log,) = read([path]).logs
    assert (log.name, log.host, log.source) == ("x.parquet", "A", "vmswitch")


def test_times_may_be_times(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    when = datetime(2026, 3, 2, 8, 0, 0, 250_000, tzinfo=UTC)
    path = file(tmp_path / "x.parquet", {"log": ["a"], "event": ["X"], "ts": [when]})
    assert read([path]).logs[0].events[0].time == 1_772_438_400_250_000_000


BAD = {
    "no events": ({"What": ["X"]}, HEADERS, "expected a column `event`; there is What"),
    "no headers": ({"event": ["X"]}, None, "no log has a host"),
    "no list": ({"event": ["X"]}, {"log": "a"}, "expected a list of headers as JSON"),
    "a log without a header": ({"log": ["c"], "event": ["X"]}, HEADERS, "log `c` has no header before it"),
    "out of order": ({"log": ["a", "a"], "event": ["X", "X"], "seq": [2, 1]}, HEADERS, "`seq` goes from 2 to 1"),
    "no name": ({"log": ["a", "a"], "event": ["X", None]}, HEADERS, "expected a member `event`"),
    "a time that is none": ({"log": ["a"], "event": ["X"], "ts": ["noon"]}, HEADERS, "expected a time"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_said_with_its_place(case: str, tmp_path: Path) -> None:
    columns, headers, message = BAD[case]
    path = file(tmp_path / "bad.parquet", columns, headers)
    complaints = read([path]).complaints
    assert any(message in complaint.message for complaint in complaints), complaints
    assert all(complaint.origin.file == str(path) for complaint in complaints)


@pytest.mark.parametrize("cut", [4, 40, 400, -1])
def test_a_file_that_is_damaged_is_no_traceback(cut: int, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    pq.write_table(pa.table({"log": ["a"] * 500, "event": [f"E{at}" for at in range(500)]}), buffer)
    path = tmp_path / "cut.parquet"
    path.write_bytes(buffer.getvalue()[:cut])
    trace = read([path])
    assert not trace.logs
    assert "cannot be read" in trace.complaints[0].message


def test_without_pyarrow_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = file(tmp_path / "x.parquet", {"log": ["a"], "event": ["X"]})
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (complaint,) = read([path]).complaints
    assert 'pip install "switchover[parquet]"' in complaint.message


def test_texts_that_are_none_are_told(tmp_path: Path) -> None:
    raw = pa.array([b"\xff\xfe"], pa.binary())
    texts = pa.Array.from_buffers(pa.string(), 1, raw.buffers())
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"log": ["a"], "event": ["X"], "Id": texts}).replace_schema_metadata(KEPT), path)
    trace = read([path])
    assert not any(log.events for log in trace.logs)
    assert "cannot be read" in trace.complaints[0].message


def test_a_column_that_occurs_twice_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    table = pa.Table.from_arrays([pa.array(["X"]), pa.array(["Y"])], names=["event", "event"])
    pq.write_table(table.replace_schema_metadata(KEPT), path)
    assert "expected each column once" in read([path]).complaints[0].message


def test_rows_that_differ_in_what_a_log_is_are_told(tmp_path: Path) -> None:
    columns = {"log": ["a", "a", "b"], "host": ["A", "B", None], "event": ["X", "X", "X"]}
    told = [complaint.message for complaint in read([file(tmp_path / "x.parquet", columns, None)]).complaints]
    assert told[0] == "log `a` has rows that differ in host, source, begins, ends"

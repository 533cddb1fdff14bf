"""Debug-print lines of drivers: what stands before them, what they say, which end belongs to which begin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from checker.trace.event import Event, Trace
from checker.trace.readers import read, render
from checker.trace.readers.debug_shapes import looks_printed, pairs, printed

CAPTURED = (
    ("f:12 Enter: A: 1", {}),
    ("00000007\t0.00123450\t[4] f:12 Enter: A: 1", {"number": "00000007", "time": "0.00123450", "process": "4"}),
    ("7   1:02:03 PM [4] f:12 Enter: A: 1", {"number": "7", "time": "1:02:03 PM", "process": "4"}),
    ("[0x1a4:3f0] f:12 Enter: A: 1", {"process": "0x1a4", "thread": "3f0"}),
    ("[420.1008] f:12 Enter: A: 1", {"process": "420", "thread": "1008"}),
    ("2026-03-02T08:00:01.25Z f:12 Enter: A: 1", {"time": "2026-03-02T08:00:01.25Z"}),
    ("12 f:12 Enter: A: 1", {"number": "12"}),
)
SAID = (
    ("HvConnect:430 Enter: PortNo: 2, Index: 0", "HvConnect", "begin", {"PortNo": "2", "Index": "0"}),
    ("Process:240 Enter: request FFFFB18A1C2D4000, Code: 66168", "Process", "begin",
     {"request": "FFFFB18A1C2D4000", "Code": "66168"}),
    ("Process:300 Exit: status c0010015.", "Process", "end", {"status": "c0010015"}),
    ("Process:300 Exit: status        0.", "Process", "end", {"status": "0"}),
    ("Process:300 Exit", "Process", "end", {}),
    ("Query:750 Exit: status        0, switchActive: 1.", "Query", "end", {"status": "0", "switchActive": "1"}),
    ("Init:1458 Enter: switchContext:FFFF8001", "Init", "begin", {"switchContext": "FFFF8001"}),
    ("Add:133 Add failed due to duplicate name, entry Id: 12", "Add", None, {"entry Id": "12"}),
    ("Tear:269 Entry not present.", "Tear", None, {}),
    ("Exiting:1 Exitus: 2", "Exiting", None, {"Exitus": "2"}),
    ("===>SxRequest: Request FFFFB18A1C2D4000.", "SxRequest", "begin", {"Request": "FFFFB18A1C2D4000"}),
    ("<===SxRequest: status      103.", "SxRequest", "end", {"status": "103"}),
    ("MyExt: ===>SxRequestComplete, MyRequest FFFF80.", "SxRequestComplete", "begin", {"MyRequest": "FFFF80"}),
    ("<===SxDetach Successfully", "SxDetach", "end", {}),
    ("===>DRIVERLWF SxPause: SxInstance FFFF80", "SxPause", "begin", {"SxInstance": "FFFF80"}),
)  # fmt: skip
FOREIGN = ("", "plain words", "C:\\path\\file.c", "12:30:01 tick", "a: b", "==>f", "f:12", "f:x y", "Process 12")


@pytest.mark.parametrize(("text", "capture"), CAPTURED)
def test_what_a_tool_put_before_a_line_is_told_apart_from_it(text: str, capture: dict[str, str]) -> None:
    line = printed(text)
    assert line is not None
    assert (line.function, line.line, line.phase, line.values) == ("f", "12", "begin", (("A", "1"),))
    assert dict(line.capture) == capture


@pytest.mark.parametrize(("text", "function", "phase", "values"), SAID)
def test_a_line_says(text: str, function: str, phase: str | None, values: dict[str, str]) -> None:
    line = printed(text)
    assert line is not None
    assert (line.function, line.phase, dict(line.values)) == (function, phase, values)


@pytest.mark.parametrize("text", FOREIGN)
def test_other_lines_say_nothing(text: str) -> None:
    assert printed(text) is None


def test_a_value_is_one_word_and_a_key_two_at_most() -> None:
    assert pairs("the quick brown fox: 1, A: two words, B = 3, C 0x1f") == (("B", "3"), ("C", "0x1f"))


def recorded(tmp_path: Path, text: str, name: str = "HOST-A.log") -> Trace:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    return read([path])


def events(trace: Trace) -> list[tuple[Any, ...]]:
    return [(e.name, e.phase, e.request, e.status) for log in trace.logs for e in log.events]


def payload(event: Event, *names: str) -> dict[str, object]:
    return {name: event.fields[name] for name in names if name in event.fields}


CALL = (
    "Outer:1 Enter: request FF, Code: 7\r\nInner:2 Enter: Id: 1a, Index: 0\r\n"
    "Inner:3 Exit\r\nOuter:4 Exit: status {}.\r\n"
)


def test_an_end_has_what_its_begin_said_and_what_was_said_inside(tmp_path: Path) -> None:
    trace = recorded(tmp_path, CALL.format("       0"))
    assert events(trace) == [
        ("Outer", "begin", "1", "SUCCESS"),
        ("Inner", "begin", "2", "SUCCESS"),
        ("Inner", "end", "2", "SUCCESS"),
        ("Outer", "end", "1", "SUCCESS"),
    ]
    inner, outer = trace.logs[0].events[2:]
    assert payload(inner, "Id", "Index", "within") == {"Id": "1a", "Index": "0", "within": "Outer"}
    assert payload(outer, "Id", "Index", "request", "Code", "line") == {
        "Id": "1a", "Index": "0", "request": "FF", "Code": "7", "line": "4",
    }  # fmt: skip
    assert [str(event.origin).rpartition(":")[2] for event in trace.logs[0].events] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("text", "status"),
    [("c0010015", "0xC0010015"), ("40010015", "0x40010015"), ("0", "SUCCESS"), ("ffffffffc0010015", "0xC0010015")],
)
def test_a_status_is_hexadecimal(tmp_path: Path, text: str, status: str) -> None:
    assert recorded(tmp_path, CALL.format(text)).logs[0].events[-1].status == status


def test_an_end_told_in_two_lines_is_one(tmp_path: Path) -> None:
    trace = recorded(tmp_path, "f:1 Enter: A: 1\nf:2 Exit: A: 1\nf:3 Exit: status c0000001.\n\ng:1 Enter\n")
    assert events(trace) == [
        ("f", "begin", "1", "SUCCESS"),
        ("f", "end", "1", "0xC0000001"),
        ("g", "begin", "2", "SUCCESS"),
    ]


def test_threads_are_kept_apart_where_the_tool_names_them(tmp_path: Path) -> None:
    lines = "[4:a] f:1 Enter: A: 1\n[4:b] f:1 Enter: A: 2\n[4:a] f:2 Exit\n[4:b] f:2 Exit\n"
    trace = recorded(tmp_path, lines)
    assert [event.fields["A"] for event in trace.logs[0].events] == ["1", "2", "1", "2"]
    assert "overlap" not in messages(trace)
    blind = recorded(tmp_path, lines.replace("[4:a] ", "").replace("[4:b] ", ""))
    assert [event.fields["A"] for event in blind.logs[0].events] == ["1", "2", "2", "1"]


def messages(trace: Trace) -> str:
    return "\n".join(render(complaint) for complaint in trace.complaints)


def test_calls_that_overlap_are_told(tmp_path: Path) -> None:
    trace = recorded(tmp_path, "f:1 Enter: A: 1\ng:1 Enter: A: 2\nf:2 Exit\ng:2 Exit\n")
    assert [event.fields["A"] for event in trace.logs[0].events] == ["1", "2", "1", "2"]
    assert "`f` ends while a later call, `g`, is open" in messages(trace)


def test_an_end_without_a_begin_is_kept_and_told(tmp_path: Path) -> None:
    trace = recorded(tmp_path, "f:2 Exit: status c0000001.\nf:1 Enter\n")
    assert events(trace) == [("f", "end", None, "0xC0000001"), ("f", "begin", "1", "SUCCESS")]
    assert "`f` ends and no line here says that it began" in messages(trace)


def test_what_the_lines_do_not_carry_is_said(tmp_path: Path) -> None:
    trace = recorded(tmp_path, "f:1 Enter\nanother driver\nand one more\n")
    (log,) = trace.logs
    assert (log.name, log.host, log.source) == ("HOST-A", "HOST-A", "debug lines FUNCTION:LINE")
    assert (log.begins, log.ends, log.clock, log.events[0].time) == ("anywhere", "open", None, None)
    assert "debug lines name no host and no date: the host is called `HOST-A`" in messages(trace)
    assert "2 lines have another shape" in messages(trace)
    assert not any(complaint.fatal for complaint in trace.complaints)


def test_each_shape_is_a_log_of_its_own(tmp_path: Path) -> None:
    trace = recorded(tmp_path, "f:1 Enter\n===>g: A 1.\nf:2 Exit\n")
    assert [(log.name, log.source, len(log.events)) for log in trace.logs] == [
        ("HOST-A/FUNCTION:LINE", "debug lines FUNCTION:LINE", 2),
        ("HOST-A/===>FUNCTION", "debug lines ===>FUNCTION", 1),
    ]
    assert all(event.log == log.name for log in trace.logs for event in log.events)


def test_the_format_is_told_by_its_lines_whatever_the_name(tmp_path: Path) -> None:
    assert events(recorded(tmp_path, "\ufeffhello\nf:1 Enter\n", "capture.txt")) == [("f", "begin", "1", "SUCCESS")]
    assert not looks_printed("hello\nf:1 no begin and no end\n")


def test_a_file_without_such_lines_is_unreadable(tmp_path: Path) -> None:
    trace = recorded(tmp_path, "nothing\nto see\n")
    assert trace.logs == ()
    assert any(complaint.fatal and "no line has the shape" in complaint.message for complaint in trace.complaints)


def test_a_line_that_is_too_long_is_left_out(tmp_path: Path) -> None:
    trace = recorded(tmp_path, "f:1 Enter\nf:2 " + "x" * (1 << 20) + "\nf:3 Exit\n")
    assert (trace.left_out, len(trace.logs[0].events)) == (1, 2)


@given(st.text(max_size=80), st.sampled_from(["", "f:1 Enter: ", "===>f: ", "[4] f:2 Exit ", "1\t2.0\t"]))
def test_any_line_says_something_or_nothing(text: str, before: str) -> None:
    line = printed(before + text)
    assert line is None or (line.function.isidentifier() and all(key and value for key, value in line.values))

"""The native format: what each member means, and what becomes of every kind of damage."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from checker.trace.event import Event, Log, Trace
from checker.trace.readers import read, render
from checker.trace.readers.common import MANY
from checker.trace.readers.lines import TooLong, lines_of

HEADER = '{"switchover": 1, "log": "a", "host": "A"}'


def read_text(tmp_path: Path, *lines: str | bytes, name: str = "a.jsonl") -> Trace:
    path = tmp_path / name
    path.write_bytes(b"\n".join(line.encode() if isinstance(line, str) else line for line in lines) + b"\n")
    return read([path])


def only(trace: Trace) -> Log:
    (log,) = trace.logs
    return log


def told(trace: Trace, tmp_path: Path) -> list[str]:
    return [render(complaint).replace(f"{tmp_path}/", "") for complaint in trace.complaints]


def test_defaults_of_a_header(tmp_path: Path) -> None:
    trace = read_text(tmp_path, '{"switchover": 1, "host": "A"}', name="host-a.jsonl")
    log = only(trace)
    assert (log.name, log.host, log.source) == ("host-a.jsonl", "A", "oid")
    assert (log.begins, log.ends, log.clock, log.skew, log.recorded) == ("empty", "open", None, None, None)
    assert (trace.name, trace.complaints, trace.left_out) == ("host-a", (), 0)


def test_all_of_a_header(tmp_path: Path) -> None:
    header = {
        "switchover": 1, "log": "a", "host": "A", "source": "vmswitch", "begins": "anywhere", "ends": "complete",
        "clock": {"domain": "a", "skew_ms": 0.5, "by": "ntp"}, "recorded": ["X", "Y"], "hots": 3, "z": [1],
    }  # fmt: skip
    trace = read_text(tmp_path, json.dumps(header))
    log = only(trace)
    assert (log.source, log.begins, log.ends) == ("vmswitch", "anywhere", "complete")
    assert (log.clock, log.skew, log.recorded) == ("a", 500_000, ("X", "Y"))
    assert log.other == (("hots", 3), ("z", "[1]"), ("clock.by", "ntp"))
    assert {complaint.fatal for complaint in trace.complaints} == {False}
    assert any(
        "`hots` is not a member of a header; it is kept and shown; nearest: `host`" in c.message
        for c in trace.complaints
    )


def test_all_of_an_event(tmp_path: Path) -> None:
    event = {
        "log": "a", "seq": 12, "ts": "2026-11-24T08:00:01.250000Z", "event": "PORT", "phase": "end", "req": "r7",
        "at": "miniport", "status": "NDIS_STATUS_DATA_NOT_ACCEPTED", "PortId": 7, "Name": "x", "Is": False, "No": None,
        "Half": 0.5, "Huge": 10**30,
    }  # fmt: skip
    trace = read_text(tmp_path, HEADER, json.dumps(event))
    (found,) = only(trace).events
    assert (found.log, found.seq, found.name, found.phase, found.request) == ("a", 12, "PORT", "end", "r7")
    assert (found.at, found.status, found.time) == ("miniport", "DATA_NOT_ACCEPTED", 1_795_507_201_250_000_000)
    assert found.fields == {"PortId": 7, "Name": "x", "Is": False, "No": None, "Half": 0.5, "Huge": 10**30}
    assert str(found.origin) == f"{tmp_path / 'a.jsonl'}:2"
    assert trace.complaints == ()


def test_defaults_of_an_event(tmp_path: Path) -> None:
    trace = read_text(tmp_path, HEADER, "", '{"event": "X"}', '{"event": "X", "seq": 9, "req": 4}', '{"event": "X"}')
    first, second, third = only(trace).events
    assert (first.log, first.seq, first.status, first.at) == ("a", 1, "SUCCESS", "edge")
    assert (first.phase, first.request, first.time, first.fields) == (None, None, None, {})
    assert (second.seq, second.request, third.seq) == (9, "4", 10)
    assert first.origin.place == 3


@pytest.mark.parametrize(
    ("status", "plain"),
    [("SUCCESS", "SUCCESS"), ("STATUS_SUCCESS", "SUCCESS"), ("NDIS_STATUS_SUCCESS", "SUCCESS"), ("STATUS_", "STATUS_")],
)
def test_status_prefixes(tmp_path: Path, status: str, plain: str) -> None:
    line = json.dumps({"event": "X", "status": status})
    assert [event.status for event in only(read_text(tmp_path, HEADER, line, line)).events] == [plain, plain]


def test_several_logs_in_one_file(tmp_path: Path) -> None:
    trace = read_text(
        tmp_path,
        HEADER,
        '{"event": "before there is a second log"}',
        '{"switchover": 1, "log": "b", "host": "B"}',
        '{"log": "b", "seq": 5, "event": "X"}',
        '{"log": "a", "seq": 5, "event": "Y"}',
    )
    assert [(log.name, [event.name for event in log.events]) for log in trace.logs] == [
        ("a", ["before there is a second log", "Y"]),
        ("b", ["X"]),
    ]
    assert trace.complaints == ()


def test_byte_order_marks_are_no_trouble(tmp_path: Path) -> None:
    text = HEADER + '\r\n{"event": "X", "Who": "Jörg"}\r\n'
    for encoding in ("utf-8-sig", "utf-16"):
        path = tmp_path / f"{encoding}.jsonl"
        path.write_bytes(text.encode(encoding))
        trace = read([path])
        assert trace.complaints == ()
        assert only(trace).events[0].fields == {"Who": "Jörg"}


# A line that cannot be read, between two that can; what is said; the text from the caret on.
DAMAGED: dict[str, tuple[str | bytes, str, str]] = {
    "not json": ("port create", "expected a record: an object in braces", "port create"),
    "cut off": ('{"event": "X", "a": ', "the record is cut off", ""),
    "no colon": ('{"event" "X"}', "expected `:` after the member's name", '"X"}'),
    "no comma": ('{"event": "X" "a": 1}', "expected `,` or `}`", '"a": 1}'),
    "comma": ('{"event": "X",}', "expected one more member after the comma, or no comma", "}"),
    "two on a line": ('{"event": "X"} {"event": "Y"}', "one record a line", '{"event": "Y"}'),
    "nan": ('{"event": "X", "a": NaN}', "NaN is not a value in JSON", "NaN}"),
    "infinite": ('{"event": "X", "a": -Infinity}', "Infinity is not a value in JSON", "Infinity}"),
    "single quotes": ("{'event': 'X'}", "expected a member name in double quotes", "'event'"),
    "too large": ('{"event": "X", "a": 1e999}', "the number is too large", "1e999}"),
    "too long": ('{"event": "X", "a": ' + "9" * 5000 + "}", "the number is too large", "999"),
    "not utf-8": (b'{"event": "J\xf6rg"}', "byte 0xf6 is not UTF-8", r"\xf6rg"),
    "surrogate": ('{"event": "\\ud800"}', "half of a surrogate pair", "\\ud800"),
    "control": ('{"event": "a\x1b[31m"}', "a control character in a text is written as \\u001b", "\\x1b[31m"),
    "deep": ('{"event": "X", "a": ' + "[" * 3000 + "]" * 3000 + "}", "nested too deeply", '{"event"'),
    "a list": ('["event", "X"]', "expected an object in braces, found a list", "["),
    "a number": ("7", "expected an object in braces, found a number", "7"),
    "twice": ('{"event": "X", "a": 1, "a": 2}', "member `a` occurs twice", '"a": 2}'),
    "twice inside": ('{"event": "X", "b": {"a": 1, "a": 2}}', "member `a` occurs twice", '"a": 2}}'),
    "twice, half untidily": ('{"event": "X", "a": 1, "a" : 2}', "member `a` occurs twice", '"a" : 2}'),
    "twice, untidily": ('{"event": "X", "a" : 1, "a"\t: 2}', "member `a` occurs twice", '"a"\\t: 2}'),
    "twice in the other way": ('{"event": "Y", "event": "X"}', "member `event` occurs twice", '"event": "X"}'),
    "no event": ('{"evnt": "X", "seq": 2}', "or `switchover` in a header; nearest: `evnt`", "{"),
    "an event that is no name": ('{"event": 7}', "`event`: expected the event's name; found a number", "7}"),
    "an empty name": ('{"event": ""}', '`event`: expected the event\'s name; found ""', '""}'),
    "seq as text": ('{"event": "X", "seq": "2"}', '`seq`: expected a whole number; found "2"', '"2"}'),
    "seq as half": ('{"event": "X", "seq": 2.5}', "`seq`: expected a whole number; found a number", "2.5}"),
    "seq true": ('{"event": "X", "seq": true}', "`seq`: expected a whole number; found true or false", "true}"),
    "seq again": ('{"event": "X", "seq": 1}', "`seq` goes from 1 to 1: in a log it increases", "1}"),
    "seq back": ('{"event": "X", "seq": -4}', "`seq` goes from 1 to -4", "-4}"),
    "phase": ('{"event": "X", "phase": "begins"}', '`phase`: expected "begin" or "end"; nearest: `begin`', '"begins"}'),
    "req": ('{"event": "X", "req": [1]}', "`req`: expected a text or a whole number; found a list", "[1]}"),
    "at": ('{"event": "X", "at": 3}', "`at`: expected where it was seen", "3}"),
    "status": ('{"event": "X", "status": 0}', "`status`: expected the name of a status; found a number", "0}"),
    "log": ('{"event": "X", "log": 1}', "`log`: expected the log's name in double quotes", "1}"),
    "unknown log": ('{"event": "X", "log": "A"}', "`A` has no header before it; nearest: `a`; this event is", '"A"}'),
    "second header": (HEADER, "log `a` has its header already, at a.jsonl:1", '"a", '),
    "version": ('{"switchover": 2, "log": "b", "host": "B"}', "format version 2 is not known here: expected 1", "2, "),
    "header without a name": ('{"switchover": 1, "log": "", "host": "B"}', "`log`: expected the log's name", '"", '),
}  # fmt: skip


@pytest.mark.parametrize("case", DAMAGED)
def test_a_damaged_line_costs_that_line(tmp_path: Path, case: str) -> None:
    line, message, caret = DAMAGED[case]
    # The first event lets the quick way know the name, so that both ways have to see what is wrong.
    first, last = '{"event": "X", "seq": 1}', '{"event": "LAST", "log": "a"}'
    trace = read_text(tmp_path, HEADER, first, line, last)
    assert [event.name for event in trace.logs[0].events] == ["X", "LAST"]
    assert trace.left_out == 1
    (text,) = told(trace, tmp_path)
    head, shown, under = text.split("\n")
    assert head.startswith("a.jsonl:3:")
    assert message in head
    assert shown[under.index("^") :].startswith(caret) if caret else under.index("^") >= len(shown.rstrip())
    assert trace.complaints[0].fatal


# A line that is wrong and of which something is kept.
HALF_DAMAGED = {
    "no time": ('{"event": "X", "ts": "yesterday"}', "`ts`: expected a time such as"),
    "no day": ('{"event": "X", "ts": "2026-02-30T08:00:00Z"}', "`ts`: there is no day 2026-02-30"),
    "no hour": ('{"event": "X", "ts": "2026-02-03T25:00:00Z"}', "`ts`: there is no time of day 25:00:00"),
    "no zone": ('{"event": "X", "ts": "2026-02-03T08:00:00"}', "`ts`: the time has no zone"),
    "time as half": ('{"event": "X", "ts": 1.5}', "`ts`: expected a time"),
    "time out of reach": ('{"event": "X", "ts": 99999999999999999999999}', "`ts`: expected a time"),
    "time true": ('{"event": "X", "ts": true}', "`ts`: expected a time"),
}


@pytest.mark.parametrize("case", HALF_DAMAGED)
def test_a_time_that_is_none_costs_the_time(tmp_path: Path, case: str) -> None:
    line, message = HALF_DAMAGED[case]
    trace = read_text(tmp_path, HEADER, line)
    assert [(event.name, event.time) for event in only(trace).events] == [("X", None)]
    (complaint,) = trace.complaints
    assert complaint.fatal
    assert message in complaint.message
    assert "the event is kept without its time" in complaint.message
    assert trace.left_out == 0


# A header that is wrong, what is said, and what of the log is taken instead.
HEADERS = {
    "no host": ('"log": "a"', "expected a member `host` in the header", ("host", "a")),
    "host misspelled": ('"log": "a", "hsot": "A"', "a member `host` in the header; nearest: `hsot`", ("host", "a")),
    "host": ('"log": "a", "host": 1', "`host`: expected a name in double quotes; found a number", ("host", "a")),
    "begins": ('"host": "A", "begins": "emtpy"', 'or "anywhere"; nearest: `empty`; found "emtpy"', ("begins", "empty")),
    "ends": ('"host": "A", "ends": true', 'expected "open" or "complete"; found true or false', ("ends", "open")),
    "clock": ('"host": "A", "clock": "utc"', '`clock`: expected an object such as {"domain"', ("clock", None)),
    "skew": ('"host": "A", "clock": {"domain": "a", "skew_ms": -1}', "a number of milliseconds", ("skew", None)),
    "recorded": ('"host": "A", "recorded": "X"', "`recorded`: expected a list of names of events", ("recorded", None)),
    "source": ('"host": "A", "source": ""', '`source`: expected a name in double quotes; found ""', ("source", "oid")),
}  # fmt: skip


@pytest.mark.parametrize("case", HEADERS)
def test_a_header_in_part_wrong_still_opens_its_log(tmp_path: Path, case: str) -> None:
    members, message, (attribute, value) = HEADERS[case]
    trace = read_text(tmp_path, '{"switchover": 1, ' + members + "}", '{"event": "X"}')
    log = only(trace)
    assert getattr(log, attribute) == value
    assert len(log.events) == 1
    assert any(complaint.fatal and message in complaint.message for complaint in trace.complaints)


def test_events_before_their_header_are_counted_and_told_once(tmp_path: Path) -> None:
    lines = ['{"log": "a", "event": "X"}'] * 3
    trace = read_text(tmp_path, *lines, HEADER, '{"event": "X"}')
    assert trace.left_out == 3
    assert len(only(trace).events) == 1
    assert told(trace, tmp_path)[0].startswith(
        'a.jsonl:1:9: log `a` has no header before it, such as {"switchover": 1, "log": "a", "host": "A"}; '
        "this event and 2 more are left out\n"
    )


def test_events_of_many_unknown_logs_are_counted(tmp_path: Path) -> None:
    trace = read_text(tmp_path, HEADER, *[f'{{"log": "x{number}", "event": "X"}}' for number in range(1000)])
    assert trace.left_out == 1000
    assert len(trace.complaints) <= MANY + 1
    assert f"this event and {1000 - MANY} more are left out" in " ".join(c.message for c in trace.complaints)


def test_a_refused_header_takes_its_events_with_it(tmp_path: Path) -> None:
    trace = read_text(
        tmp_path, '{"switchover": 9, "host": "A", "log": "a"}', '{"log": "a", "event": "X"}', '{"event": "X"}'
    )
    assert trace.logs == ()
    assert trace.left_out == 3
    assert [
        f"the header of log `a`, at {tmp_path}/a.jsonl:1, is unusable" in c.message for c in trace.complaints[1:2]
    ] == [True]


def test_which_log_has_to_be_said_where_there_are_two(tmp_path: Path) -> None:
    second = '{"switchover": 1, "log": "b", "host": "B"}'
    trace = read_text(tmp_path, HEADER, second, '{"event": "X"}')
    assert trace.left_out == 1
    assert "several logs: expected a member `log`" in trace.complaints[0].message


def test_a_payload_that_is_no_scalar_is_kept_as_text(tmp_path: Path) -> None:
    line = '{"event": "X", "Ids": [1, 2], "Blob": {"a": 1}}'
    trace = read_text(tmp_path, HEADER, line, line)
    assert [event.fields for event in only(trace).events] == [{"Ids": "[1,2]", "Blob": '{"a":1}'}] * 2
    assert [complaint.fatal for complaint in trace.complaints] == [False, False]


def test_complaints_are_bounded_and_the_count_is_exact(tmp_path: Path) -> None:
    trace = read_text(tmp_path, HEADER, *["{"] * 5000)
    assert trace.left_out == 5000
    assert len(trace.complaints) == MANY + 1
    assert trace.complaints[-1].message == f"{5000 - MANY:,} more places are wrong, the last of them here"
    assert trace.complaints[-1].origin.place == 5001


def test_nothing_in_a_message_steers_a_terminal(tmp_path: Path) -> None:
    name = "\\u001b[2J\\u202e\\u0000"
    trace = read_text(
        tmp_path, HEADER, f'{{"log": "{name}", "event": "X"}}', f'{{"{name}": 1, "event": 1}}', "{\x07\x9b1A}"
    )
    assert trace.left_out == 3
    for complaint in trace.complaints:
        assert complaint.message.isprintable()
        assert complaint.text.isprintable()


def test_a_line_over_the_limit_is_passed_over(tmp_path: Path) -> None:
    long = '{"event": "' + "x" * (1 << 20) + '"}'
    trace = read_text(tmp_path, HEADER, long, '{"event": "X"}', long, '{"event": "Y"}')
    assert [event.name for event in only(trace).events] == ["X", "Y"]
    assert trace.left_out == 2
    assert f"the line has {len(long):,} bytes" in trace.complaints[0].message
    assert trace.complaints[1].origin.place == 4


class Endless:
    """A stream of one line of a gigabyte, and one after it."""

    def __init__(self) -> None:
        self.left = 1 << 30
        self.block = b"x" * (1 << 17)

    def read(self, size: int, /) -> bytes:
        if self.left > 0:
            self.left -= size
            return self.block[:size]
        self.left, last = -(1 << 60), self.left == 0
        return b"\nlast" if last else b""


def test_a_gigabyte_in_one_line_takes_no_memory() -> None:
    tracemalloc.start()
    long, last = lines_of(Endless())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(long, TooLong)
    assert (long.number, long.length) == (1, 1 << 30)
    assert not isinstance(last, TooLong)
    assert (last.first, last.lines) == (2, [b"last"])
    assert peak < 8 << 20


@given(
    st.lists(st.integers(0, 40).flatmap(lambda size: st.binary(min_size=size, max_size=size)), max_size=20),
    st.integers(1, 12),
)
def test_lines_are_those_of_split(parts: list[bytes], limit: int) -> None:
    data = b"".join(parts)

    class Stream:
        at = 0

        def read(self, size: int, /) -> bytes:
            self.at += size
            return data[self.at - size : self.at]

    found: list[tuple[int, bytes | int]] = []
    for part in lines_of(Stream(), limit):
        if isinstance(part, TooLong):
            found.append((part.number, part.length))
        else:
            found.extend(enumerate(part.lines, part.first))
    lines = data.split(b"\n")
    whole = lines if lines[-1] else lines[:-1]
    assert found == [(number, line if len(line) <= limit else len(line)) for number, line in enumerate(whole, 1)]


LETTERS = 'ab"\\:{}, é😀\n\x00\u2028'
NAMES = st.text(LETTERS, min_size=1, max_size=5)
TIMES = ["2026-11-24T08:00:01.25Z", "2026-11-24t08:00:01+01:00", "2026-11-24T23:59:60Z"]
VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(LETTERS, max_size=8)
)
EVENTS = st.fixed_dictionaries(
    {"event": NAMES},
    optional={
        "ts": st.sampled_from(TIMES) | st.integers(0, 10**18),
        "phase": st.sampled_from(["begin", "end"]),
        "req": NAMES,
        "at": NAMES,
        "status": st.sampled_from(["SUCCESS", "STATUS_X", "NDIS_STATUS_X"]),
        "PortId": VALUES,
        'odd":': VALUES,
        "log": st.just("a"),
    },
)  # fmt: skip


@given(st.lists(EVENTS, max_size=6))
def test_the_quick_way_and_the_careful_way_read_the_same(events: list[dict[str, object]]) -> None:
    quick = _read_lines([json.dumps(event, ensure_ascii=False, separators=(",", ":")) for event in events])
    careful = _read_lines([json.dumps(event, separators=(",", " : ")) for event in events])
    assert quick == careful
    assert len(quick) == len(events)
    for event, wanted in zip(quick, events, strict=True):
        assert event.name == wanted["event"]
        assert event.fields == {name: wanted[name] for name in ("PortId", 'odd":') if name in wanted}


def _read_lines(lines: list[str]) -> tuple[Event, ...]:
    from checker.trace.readers import native
    from checker.trace.readers.common import Input

    class Stream:
        data = "\n".join([HEADER, *lines]).encode()

        def read(self, size: int, /) -> bytes:
            out, self.data = self.data[:size], self.data[size:]
            return out

    reading = native.read(Input(Stream(), "a", "a", b"{"))
    assert reading.complaints == ()
    return reading.logs[0].events

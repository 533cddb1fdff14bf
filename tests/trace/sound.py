"""What holds of every reading, whatever the bytes: used by the tests and by the coverage-guided fuzzer."""

from __future__ import annotations

from io import BytesIO
from math import isfinite

from checker.trace.event import Event, FieldValue, Log
from checker.trace.readers import FORMATS, Format, render
from checker.trace.readers.common import MANY, Input, Reading
from checker.trace.readers.formats import HEAD
from checker.trace.readers.times import EARLIEST, LATEST

BY_NAME = {format.name: format for format in FORMATS}
MOST_COMPLAINTS = 3 * MANY  # those of one file that are told one by one, the notes, and what is said of the rest
LONGEST_SHOWN = 2500  # letters of one complaint with its text
# A reader may write out what a file says briefly (a name for each event, say), but not much more than is there.
MOST_AGAIN = 40
SPARE = 20_000
PACKED = ("Parquet",)  # formats that write equal values once; how many rows are read is bounded by their readers


def reading_of(format: Format, data: bytes, name: str = "file.bin") -> Reading:
    """What a format's reader makes of these bytes, whether they are of that format or not."""
    return format.read(Input(BytesIO(data), name, name, data[:HEAD]))


def check(format: Format, data: bytes) -> Reading:
    """Reads, and holds the reading to what every reading owes. Raises AssertionError, or whatever the reader raises."""
    reading = reading_of(format, data)
    assert reading.left_out >= 0
    _check_complaints(reading)
    assert len({log.name for log in reading.logs}) == len(reading.logs), "two logs of one name"
    for log in reading.logs:
        _check_log(log)
    # Nothing is passed over in silence.
    assert reading.logs or reading.complaints or not data, "neither a log nor a word"
    size = sum(_size(log) for log in reading.logs)
    assert format.name in PACKED or size <= MOST_AGAIN * len(data) + SPARE, (
        f"{len(data):,} bytes became {size:,} letters"
    )
    return reading


def _check_complaints(reading: Reading) -> None:
    assert len(reading.complaints) <= MOST_COMPLAINTS
    assert not reading.left_out or any(complaint.fatal for complaint in reading.complaints), "left out in silence"
    for complaint in reading.complaints:
        shown = render(complaint)
        assert shown.replace("\n", "").isprintable(), f"not inert: {shown!r}"
        assert shown.count("\n") in (0, 2)
        assert len(shown) <= LONGEST_SHOWN
        assert 0 <= complaint.column <= len(complaint.text) + 1
        assert complaint.origin.place >= 0


def _check_log(log: Log) -> None:
    assert log.name
    assert log.begins in ("empty", "anywhere")
    assert log.ends in ("open", "complete")
    assert log.skew is None or log.skew >= 0
    last: int | None = None
    for event in log.events:
        assert event.log == log.name
        assert last is None or event.seq > last, "positions do not increase"
        last = event.seq
        _check_event(event)


def _check_event(event: Event) -> None:
    assert type(event.seq) is int
    assert isinstance(event.name, str)
    assert isinstance(event.status, str)
    assert isinstance(event.at, str)
    assert event.phase in (None, "begin", "end")
    assert event.request is None or isinstance(event.request, str)
    assert event.time is None or (type(event.time) is int and EARLIEST <= event.time <= LATEST)
    assert all(isinstance(name, str) and _is_plain(value) for name, value in event.fields.items())


def _is_plain(value: FieldValue) -> bool:
    # A number that Python refuses to write down would stop every report.
    match value:
        case float():
            return isfinite(value)
        case int():
            return len(str(value)) > 0
        case _:
            return value is None or isinstance(value, str)


def _size(log: Log) -> int:
    about = len(log.name) + len(log.host) + len(log.source)
    return about + sum(
        len(event.name)
        + sum(len(name) + (len(value) if isinstance(value, str) else 8) for name, value in event.fields.items())
        for event in log.events
    )

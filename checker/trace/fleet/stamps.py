"""Whether a column of times holds times and nothing else."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from checker.trace.fleet.arrays import numbers_in
from checker.trace.readers.times import EARLIEST, LATEST, nanoseconds

_SHAPE = r"^\d{4}-\d\d-\d\d[Tt ]\d\d:[0-5]\d:[0-5]\d(\.\d{1,9})?[Zz]$"
_MINUTE = 16  # letters up to the minutes: two words of eight
_DAY = 10
MANY = 100  # changes of the minute that are looked at one by one


def times_are_sound(column: pa.Array) -> bool:
    """Whether every value that is there is a time as the careful reader takes it; leap seconds are left to that one."""
    if column.null_count == len(column):
        return True
    said = column.drop_null() if column.null_count else column
    if said.type == pa.int64():
        times = numbers_in(said)
        return bool(times.min() >= EARLIEST and times.max() <= LATEST)
    if pa.types.is_dictionary(said.type):
        said = said.dictionary_decode()
    said = said.cast(pa.string())
    return _of_one_length(said) or _of_any(said)


def _of_one_length(said: pa.Array) -> bool:
    """The quick way: all times are written alike, to the letter's place, and in UTC."""
    _, ends, text = said.buffers()
    places = np.frombuffer(ends, np.int32)[said.offset : said.offset + len(said) + 1]
    length = int(places[1] - places[0])
    if length not in range(20, 31) or length == 21 or not (np.diff(places) == length).all():
        return False
    letters = np.frombuffer(text, np.uint8)[places[0] : places[-1]].reshape(len(said), length)
    tail, (low, high) = letters[:, _MINUTE:], _bounds(length)
    if not ((tail >= low) & (tail <= high)).all():
        return False
    # The time up to the minute rarely changes from one record to the next; where it does it is read.
    words = np.ascontiguousarray(letters[:, :_MINUTE]).view(np.uint64)
    changes = np.flatnonzero((words[1:] != words[:-1]).any(axis=1)) + 1
    heads = letters[np.append(0, changes), :_MINUTE]
    if len(changes) > MANY:
        heads = np.unique(words, axis=0).view(np.uint8)
    said_heads = (head.tobytes() for head in heads)
    return all(head.isascii() and _is_time(f"{head.decode()}:00Z") for head in said_heads)


def _bounds(length: int) -> tuple[np.ndarray[tuple[int], np.dtype[np.uint8]], ...]:
    low = bytearray(b":00.000000000Z"[: length - _MINUTE - 1] + b"Z")
    high = bytearray(b":59.999999999Z"[: length - _MINUTE - 1] + b"Z")
    return np.frombuffer(low, np.uint8), np.frombuffer(high, np.uint8)


def _of_any(said: pa.Array) -> bool:
    if not pc.all(pc.match_substring_regex(said, _SHAPE)).as_py():
        return False
    days, times = pc.utf8_slice_codeunits(said, 0, _DAY).unique(), pc.utf8_slice_codeunits(said, _DAY + 1, _DAY + 9)
    return all(_is_time(f"{day}T00:00:00Z") for day in days.to_pylist()) and all(
        _is_time(f"2000-01-01T{time}Z") for time in times.unique().to_pylist()
    )


def _is_time(text: str) -> bool:
    try:
        nanoseconds(text)
    except ValueError:
        return False
    return True

"""Whether a column of times holds times and nothing else."""

from __future__ import annotations

import numpy as np
import polars as pl

from checker.trace.readers.times import EARLIEST, LATEST, nanoseconds

_SHAPE = r"^\d{4}-\d\d-\d\d[Tt ]\d\d:[0-5]\d:[0-5]\d(\.\d{1,9})?[Zz]$"
_MINUTE = 17  # letters up to the seconds
_DAY = 10
MANY = 100  # changes of the minute that are looked at one by one


def times_are_sound(column: pl.Series) -> bool:
    """Whether every value that is there is a time as the careful reader takes it; leap seconds are left to that one."""
    missing = column.null_count()
    if missing == len(column):
        return True
    if column.dtype == pl.Int64:
        return bool(column.min() >= EARLIEST and column.max() <= LATEST)  # type: ignore[operator]
    said = column.drop_nulls() if missing else column
    return _of_one_length(said) or _of_any(said)


def _of_one_length(said: pl.Series) -> bool:
    """The quick way: all times are written alike, to the letter's place, and in UTC."""
    text = str(said.str.join("").item())
    length, rest = divmod(len(text), len(said))
    if rest or length not in range(20, 31) or length == 21 or not text.isascii():
        return False
    letters = np.frombuffer(text.encode("ascii"), np.uint8).reshape(len(said), length)
    low, high = _bounds(length)
    if not ((letters >= low) & (letters <= high)).all():
        return False
    # The time up to the minute rarely changes from one record to the next; where it does it is read.
    changes = np.flatnonzero((letters[1:, :_MINUTE] != letters[:-1, :_MINUTE]).any(axis=1)) + 1
    if len(changes) > MANY:
        return all(_is_time(f"{text}00Z") for text in said.str.slice(0, _MINUTE).unique())
    return all(_is_time(text[at * length : (at + 1) * length]) for at in (0, *changes.tolist()))


def _bounds(length: int) -> tuple[np.ndarray[tuple[int], np.dtype[np.uint8]], ...]:
    low = bytearray(b"0000-00-00T00:00:00.000000000Z"[: length - 1] + b"Z")
    high = bytearray(b"9999-19-39T29:59:59.999999999Z"[: length - 1] + b"Z")
    return np.frombuffer(low, np.uint8), np.frombuffer(high, np.uint8)


def _of_any(said: pl.Series) -> bool:
    if not said.str.contains(_SHAPE).all():
        return False
    return all(_is_time(text) for text in said.str.slice(0, _DAY).unique() + "T00:00:00Z") and all(
        _is_time(f"2000-01-01T{text}") for text in said.str.slice(_DAY + 1, 8).unique() + "Z"
    )


def _is_time(text: str) -> bool:
    try:
        nanoseconds(text)
    except ValueError:
        return False
    return True

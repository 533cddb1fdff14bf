"""Times as recordings write them, in nanoseconds since 1970 UTC."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

EARLIEST = -62_135_596_800 * 10**9  # 0001-01-01
LATEST = 253_402_300_800 * 10**9 - 1  # 9999-12-31

_EPOCH = date(1970, 1, 1).toordinal()
_SHAPE = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:([Zz])|([+-])(\d\d):(\d\d))?", re.ASCII
)


def nanoseconds(text: str, *, zone: str | None = None) -> int:
    """The instant that an RFC 3339 time names. Without a zone in the text it is read in `zone` ("Z").

    Raises ValueError, with a message in a reader's words, where the text is no time, or has no zone and none is given.
    """
    found = _SHAPE.fullmatch(text)
    if found is None:
        raise ValueError("expected a time such as 2026-11-24T08:00:01.250Z")
    year, month, day, hour, minute, second, fraction, utc, sign, ahead_h, ahead_m = found.groups()
    if not (utc or sign or zone):
        raise ValueError("the time has no zone: expected `Z` or an offset such as `+01:00` at its end")
    try:
        days = date(int(year), int(month), int(day)).toordinal() - _EPOCH
    except ValueError:
        raise ValueError(f"there is no day {year}-{month}-{day}") from None
    # 60 is a leap second, which RFC 3339 allows; it counts as the first second of the next minute.
    if int(hour) > 23 or int(minute) > 59 or int(second) > 60:
        raise ValueError(f"there is no time of day {hour}:{minute}:{second}")
    ahead = 0
    if sign:
        if int(ahead_h) > 23 or int(ahead_m) > 59:
            raise ValueError(f"there is no offset {sign}{ahead_h}:{ahead_m}")
        ahead = (int(ahead_h) * 60 + int(ahead_m)) * (-60 if sign == "-" else 60)
    seconds = ((days * 24 + int(hour)) * 60 + int(minute)) * 60 + int(second) - ahead
    return seconds * 10**9 + int((fraction or "").ljust(9, "0"))


def time_reader(zone: str | None = None) -> Callable[[str], int]:
    """A function like `nanoseconds`, quicker on times of the same second as the one before, as a log's mostly are."""
    second, start = "", 0  # a time up to its decimal point, and that instant

    def read(text: str) -> int:
        nonlocal second, start
        if text[:20] == second and text[-1:] == "Z":
            digits = text[20:-1]
            if digits.isdigit() and text.isascii() and len(digits) < 10:
                return start + int(digits) * _SCALE[len(digits)]
        instant = nanoseconds(text, zone=zone)
        if text[19:20] == "." and text[-1:] == "Z" and text[17:19] != "60":
            second, start = text[:20], instant - instant % 10**9
        return instant

    return read


_SCALE: tuple[int, ...] = tuple(10 ** (9 - digits) for digits in range(10))

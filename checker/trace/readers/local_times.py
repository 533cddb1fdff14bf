"""Times as a machine's region writes them: they name no instant, but tell which way a file runs.

`5/31/2026 4:36:21 PM` says neither its zone nor, on the twelfth of a month and before, which of its numbers is the
month. So no event gets its time from it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from itertools import pairwise

_NUMBERS = re.compile(r"\d+", re.ASCII)
_AFTERNOON = re.compile(r"p\.?\s?m\b|下午|午後|오후", re.IGNORECASE)
_MORNING = re.compile(r"a\.?\s?m\b|上午|午前|오전", re.IGNORECASE)
_ORDERS = ((2, 1, 0), (2, 0, 1), (0, 1, 2))  # where year, month and day stand

_Key = tuple[int, ...]


class Direction(Enum):
    """Which way the records of a file run."""

    OLDEST_FIRST = "oldest first"
    NEWEST_FIRST = "newest first"
    UNKNOWN = "unknown"


def direction(times: Sequence[str]) -> Direction:
    """Which way these times run, if that is so however day and month are read.

    UNKNOWN where they are no times, all the same, or run both ways.
    """
    found = {way for order in _ORDERS if (way := _way([_key(text, order) for text in times])) is not None}
    return found.pop() if len(found) == 1 else Direction.UNKNOWN


def _way(keys: list[_Key | None]) -> Direction | None:
    """None where these are no times in this order of day, month and year."""
    known = [key for key in keys if key is not None]
    if len(known) < len(keys) or not keys:
        return None
    if known[0] < known[-1] and all(a <= b for a, b in pairwise(known)):
        return Direction.OLDEST_FIRST
    if known[0] > known[-1] and all(a >= b for a, b in pairwise(known)):
        return Direction.NEWEST_FIRST
    return Direction.UNKNOWN


def _key(text: str, order: tuple[int, int, int]) -> _Key | None:
    """What orders times of one file; None where `text` is none with the year, the month and the day in these places."""
    parts = _NUMBERS.findall(text[:80])
    if not 5 <= len(parts) <= 8 or any(len(part) > 9 for part in parts):
        return None
    numbers = [int(part) for part in parts]
    year, month, day = (numbers[place] for place in order)
    hour, minute, *seconds = numbers[3:]
    if not (1 <= month <= 12 and 1 <= day <= 31 and len(parts[order[0]]) in (2, 4) and hour < 24 and minute < 60):
        return None
    if _AFTERNOON.search(text):
        hour = hour % 12 + 12
    elif _MORNING.search(text):
        hour %= 12
    fraction = int(parts[6].ljust(9, "0")) if len(parts) > 6 else 0
    return (year, month, day, hour, minute, *seconds[:1], fraction)

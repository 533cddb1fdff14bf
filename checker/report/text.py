"""Small pieces of wording that all reports share."""

from __future__ import annotations

from collections.abc import Sequence


def clean(text: object, limit: int = 400) -> str:
    """`text` on one line, fit for a terminal: what a recording says never moves a cursor or changes a colour."""
    from checker.trace.readers.common import sanitise  # late: with it come all readers, and many commands read nothing

    return sanitise(str(text), limit)


def plural(number: int, one: str, many: str = "") -> str:
    """`1 event`, `2 events`; thousands are set apart."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(items: Sequence[str], most: int, joint: str = ", ") -> str:
    """The first `most` of `items`, and how many more there are."""
    more = len(items) - most
    return joint.join(items[:most]) + (f"{joint}and {more} more" if more > 0 else "")

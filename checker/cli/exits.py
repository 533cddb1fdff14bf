"""What each exit code means, and which one a run of several answers ends with."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class ExitCode(IntEnum):
    """The same for every command."""

    OK = 0  # conforms, holds, nothing wrong; also conforms if, unfinished, warnings
    FAILS = 1  # violates, fails, not the verdict that was expected, would be formatted otherwise
    UNREADABLE = 2  # an input or the command line cannot be read
    STRICT = 3  # with --strict: conforms if, unfinished, warnings
    UNKNOWN = 4  # a limit was reached, or Ctrl-C: nothing is rounded to yes or no
    BUG = 70  # an error of ours


_WORST_FIRST = (
    ExitCode.BUG,
    ExitCode.FAILS,
    ExitCode.UNREADABLE,
    ExitCode.UNKNOWN,
    ExitCode.STRICT,
    ExitCode.OK,
)


def worst(codes: Iterable[int]) -> ExitCode:
    """The code for several answers: what failed for certain outweighs what could not be read or settled."""
    found = {ExitCode(code) for code in codes}
    return next((code for code in _WORST_FIRST if code in found), ExitCode.OK)

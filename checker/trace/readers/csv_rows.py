"""The rows of a table in text, one at a time: damage to one row costs that row alone.

A quotation mark that is missing makes what follows part of one cell, for as long as no other mark gives it away. Then
reading goes back to the line after the one where the row began.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from checker.trace.readers.common import Readable
from checker.trace.readers.lines import Lines, TooLong, lines_of

MOST_RESTARTS = 1000  # beyond so many damaged rows the rest is only counted


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its end, and its number (1-based). `cut` is its length in bytes where only its start is held."""

    number: int
    text: str
    cut: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row, which begins on `line`."""

    line: Line
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Damage:
    """A row that cannot be read, and why. `rows` of them, where it stands for all the rest."""

    line: Line
    why: str
    rows: int = 1


def text_lines(file: Readable) -> Iterator[Line]:
    """The lines of a file in UTF-8."""
    for part in lines_of(file):
        match part:
            case TooLong(number, length, start):
                yield Line(number, start.decode("utf-8", "replace"), length)
            case Lines():
                for number, line in enumerate(part.lines, part.first):
                    yield Line(number, line.decode("utf-8", "replace") + "\n")


def cells_of(text: str, delimiter: str) -> list[str]:
    """The cells of one line; empty where it is no row."""
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True, skipinitialspace=True), [])
    except csv.Error:
        return []


def rows_of(lines: Iterator[Line], delimiter: str) -> Iterator[Row | Damage]:
    """The rows that the lines make up. Empty lines are none."""
    source = _Source(lines)
    restarts = 0
    while True:
        reader = csv.reader(source, delimiter=delimiter, strict=True, skipinitialspace=True)
        try:
            for cells in reader:
                first = source.taken[0]
                source.taken.clear()
                if cells:
                    yield Row(first, cells)
            return
        except csv.Error as error:
            first = source.taken[0]
            why = _words(str(error))
        except TooLongLine:
            first = source.taken[0]
            why = f"a line of it has {source.taken[-1].cut:,} bytes"
        source.back()
        restarts += 1
        if restarts >= MOST_RESTARTS:
            yield Damage(first, f"{why}; more than {MOST_RESTARTS:,} rows are damaged: the rest is only counted")
            left = len(source.again) + sum(1 for _ in lines)
            if left:
                yield Damage(first, f"the {left:,} lines after it are left out", left)
            return
        yield Damage(first, why)


class TooLongLine(Exception):
    """The line at hand is over the limit."""


class _Source:
    """Hands lines to the parser, and remembers those of the row at hand."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self.lines = lines
        self.again: deque[Line] = deque()
        self.taken: list[Line] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.again.popleft() if self.again else next(self.lines)
        self.taken.append(line)
        if line.cut:
            raise TooLongLine
        return line.text

    def back(self) -> None:
        """Reading goes on with the line after the first one of the row at hand."""
        self.again.extendleft(reversed(self.taken[1:]))
        self.taken.clear()


_MESSAGES = (
    ("unexpected end of data", "the file ends inside a quoted cell"),
    ("field larger than field limit", "a cell that begins with a quotation mark does not end"),
    ("expected after", "a quotation mark stands inside a cell: it is written twice there"),
    ("new-line character seen", "a line end stands inside a cell that is not quoted"),
)


def _words(error: str) -> str:
    return next((words for start, words in _MESSAGES if start in error), "it cannot be read as a row")

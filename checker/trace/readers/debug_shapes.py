"""The shapes of a driver's debug-print lines: what a capture tool put before them, and what the driver printed.

Two shapes of drivers are told apart. One prints `FUNCTION:LINE TEXT`, with `Enter` and `Exit` as the text's first word
where a function begins and ends; the other prints `===>FUNCTION` and `<===FUNCTION`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Shape(StrEnum):
    """What a driver's lines look like. The value is the source that a log of such lines has."""

    NUMBERED = "debug lines FUNCTION:LINE"
    ARROWS = "debug lines ===>FUNCTION"


@dataclass(frozen=True, slots=True)
class Printed:
    """One line. `phase` is begin, end, or None: neither. `capture` is what the tool put before it, by name."""

    shape: Shape
    function: str
    phase: str | None
    values: tuple[tuple[str, str], ...]
    text: str
    line: str | None
    capture: tuple[tuple[str, str], ...]

    @property
    def thread(self) -> str:
        """What tells one thread's lines from another's; nothing where the tool wrote nothing."""
        return dict(self.capture).get("thread", "")


# A sequence number, a time (of day, since the start, or a whole date), a process with perhaps a thread.
_CAPTURE = re.compile(
    r"\s*(?:(?P<number>\d{1,12})[\t ,]+)?"
    r"(?:(?P<time>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z?"
    r"|\d{1,2}:\d\d:\d\d(?:\.\d+)?(?:\s?[AaPp][Mm])?|\d+\.\d+)[\t ,]+)?"
    r"(?:\[(?P<process>[0-9A-Fa-fx]+)(?:[.:](?P<thread>[0-9A-Fa-fx]+))?\]\s*)?"
)
_NUMBERED = re.compile(r"(?P<function>[A-Za-z_]\w*):(?P<line>\d{1,6})\s+(?P<text>\S.*)")
_ARROW = re.compile(
    r"(?:[\w.-]+:\s)?(?P<arrow>===>|<===)\s*(?:[A-Z]+\s)?(?P<function>[A-Za-z_]\w*)[:,]?\s*(?P<text>.*)"
)
_WORDS = {"Enter": "begin", "Exit": "end"}
_ARROWS = {"===>": "begin", "<===": "end"}
_WORD = re.compile(r"(Enter|Exit)\b[:.]?\s*(.*)")
# `Key: value`, `Key=value`; or `key value`, where the value looks like a number.
_PAIR = re.compile(r"(?P<key>[A-Za-z_]\w*(?: \w+)?)\s*[:=]\s*(?P<value>\S+)")
_PLAIN_PAIR = re.compile(r"(?P<key>[A-Za-z_]\w*)\s+(?P<value>(?:0x)?[0-9A-Fa-f`]+)")


def printed(text: str) -> Printed | None:
    """What a line says; None where it has neither shape."""
    before = _CAPTURE.match(text)
    body = text[before.end() if before is not None else 0 :].strip()
    capture = tuple((name, value) for name, value in before.groupdict().items() if value) if before is not None else ()
    numbered = _NUMBERED.fullmatch(body)
    if numbered is not None:
        word = _WORD.fullmatch(numbered["text"])
        said = word[2] if word is not None else numbered["text"]
        phase = _WORDS[word[1]] if word is not None else None
        return Printed(Shape.NUMBERED, numbered["function"], phase, pairs(said), said, numbered["line"], capture)
    arrow = _ARROW.fullmatch(body)
    if arrow is None:
        return None
    said = arrow["text"]
    return Printed(Shape.ARROWS, arrow["function"], _ARROWS[arrow["arrow"]], pairs(said), said, None, capture)


def pairs(text: str) -> tuple[tuple[str, str], ...]:
    """The keys and values in a text whose parts are separated by commas, each value as it is written."""
    found = []
    for part in text.rstrip(". ").split(", "):
        pair = _PAIR.fullmatch(part.strip()) or _PLAIN_PAIR.fullmatch(part.strip())
        if pair is not None:
            found.append((pair["key"], pair["value"]))
    return tuple(found)


def looks_printed(text: str) -> bool:
    """Whether the first lines of a text have a function's beginning or end among them."""
    return any(line is not None and line.phase is not None for line in map(printed, text.splitlines()[:200]))

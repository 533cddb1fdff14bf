"""One function for all steps out of a state: source, with tests that many steps share asked once.

Where many steps ask what one byte is, that byte is asked once and each of its values leads to the steps that want it;
so a state tries a few steps rather than all (a decision tree over what the guards have in common).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checker.model.code import TRUE, Every, Is, Level, Node, show

DEEPEST = 40
"""Python allows a hundred levels of indentation."""


@dataclass(frozen=True, slots=True)
class Part:
    """A condition, its source, and what it asks: the byte, for a test whether one is some value; else all of it."""

    text: str
    asks: str
    values: int  # how many values the byte may have; 0: this is no such test


@dataclass(frozen=True, slots=True)
class Row:
    """One step: what must hold, and the lines that end with an entry in `found`."""

    parts: tuple[Part, ...]
    lines: tuple[str, ...]


def row(condition: Node, lines: tuple[str, ...]) -> Row:
    """A step as a row."""
    parts = condition.parts if isinstance(condition, Every) else () if condition == TRUE else (condition,)
    return Row(tuple(_part(part) for part in parts), lines)


def decide(rows: Sequence[Row], depth: int = 0) -> Iterator[str]:
    """The lines of every row that holds."""
    left = list(rows)
    counts = Counter(part.asks for row in left for part in row.parts)
    while left and depth < DEEPEST:
        asked, count = counts.most_common(1)[0] if counts else ("", 0)
        if count < 2:
            break
        chosen = [row for row in left if any(part.asks == asked for part in row.parts)]
        left = [row for row in left if all(part.asks != asked for part in row.parts)]
        counts.subtract(part.asks for row in chosen for part in row.parts)
        yield from _branches(asked, chosen, depth)
    for row in left:
        indent = " " * depth
        if row.parts:
            short_first = sorted((part.text for part in row.parts), key=len)
            yield f"{indent}if {' and '.join(short_first)}:"
            indent += " "
        yield from (indent + line for line in row.lines)


def _branches(asked: str, rows: list[Row], depth: int) -> Iterator[str]:
    """The rows that all ask the same, under one test of it, or one chain of tests where it is a byte."""
    groups: dict[str, list[Row]] = {}
    values = 0
    for row in rows:
        part = next(part for part in row.parts if part.asks == asked)
        rest = tuple(other for other in row.parts if other is not part)
        groups.setdefault(part.text, []).append(Row(rest, row.lines))
        values = part.values
    for at, (text, group) in enumerate(groups.items(), 1):
        word = "if" if at == 1 else "elif"
        yield " " * depth + ("else:" if at == values > 1 else f"{word} {text}:")
        yield from decide(group, depth + 1)


def _part(node: Node) -> Part:
    text = show(node, Level.NOT)
    return Part(text, node.text, node.count) if isinstance(node, Is) and node.equal else Part(text, text, 0)

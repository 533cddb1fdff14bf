"""What a terminal report is made of: lines of styled text, with a column that continued lines are set under."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

Part = str | tuple[str, str]  # text, or text and a style

GOOD, BAD, DOUBT, NAME, QUIET, STRONG = "bold green", "bold red", "bold yellow", "cyan", "dim", "bold"


@dataclass(frozen=True, slots=True)
class Line:
    """One logical line. `hang` is the column under which it goes on where a terminal is too narrow for it."""

    text: Text
    hang: int = 0


def line(*parts: Part, hang: int = 0) -> Line:
    return Line(Text.assemble(*parts), hang)


def labelled(label: str, *parts: Part, width: int = 12, style: str = QUIET) -> Line:
    """A label in the left column, and what it is about beside it."""
    return line("  ", (label.ljust(width), style), " ", *parts, hang=width + 3)


BLANK = line("")


def show(console: Console, lines: Iterable[Line], *, wrap: bool) -> None:
    """Writes the lines: wrapped under their column, as on a terminal, or else each whole, as is good for grep."""
    for item in lines:
        for row in _rows(console, item) if wrap else (item.text,):
            console.print(row, soft_wrap=True, highlight=False)


def _rows(console: Console, item: Line) -> list[Text]:
    width = max(console.width, 40)
    if cell_len(item.text.plain) <= width:
        return [item.text]
    head, tail = item.text[: item.hang], item.text[item.hang :]
    rows: list[list[Text]] = [[]]
    taken = 0
    for word in tail.split(" "):  # a word that is too long stays whole: half an address is no use
        needs = cell_len(word.plain) + (1 if rows[-1] else 0)
        if rows[-1] and taken + needs > width - item.hang:
            rows.append([])
            taken, needs = 0, cell_len(word.plain)
        rows[-1].append(word)
        taken += needs
    pad = " " * item.hang
    return [Text.assemble(head if at == 0 else pad, Text(" ").join(row)) for at, row in enumerate(rows)]

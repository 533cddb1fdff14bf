"""Lines with marks in them, and the spaces that bring marks of one group, and comments after code, into one column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

FAR = 88  # what ends beyond this column takes no part: one long line must not push all its neighbours away
COMMENT_GAP = 2


@dataclass(frozen=True, slots=True)
class Mark:
    """A place that is brought into one column with the others of its group, at least `gap` spaces after the text.

    With `paragraph` only lines that stand together are brought into one column.
    """

    group: str
    gap: int = 1
    paragraph: bool = False


@dataclass(slots=True)
class Line:
    """One line: its indentation, its code as texts and marks, and the comment that ends it or is all of it."""

    indent: int = 0
    pieces: list[str | Mark] = field(default_factory=list)
    comment: str = ""

    @property
    def code(self) -> str:
        return "".join(piece for piece in self.pieces if isinstance(piece, str))

    def width(self, pieces: int | None = None) -> int:
        """The column at which the first so many pieces end."""
        return self.indent + sum(len(piece) for piece in self.pieces[:pieces] if isinstance(piece, str))


def aligned(lines: Sequence[Line]) -> str:
    """The text of the lines, each with its line end. Uses up the marks."""
    while groups := _first_marks(lines):
        for places in groups:
            _into_one_column(places)
    for paragraph in _paragraphs(lines):
        commented = [line for line in paragraph if line.comment]
        column = _column([line.width() for line in commented], COMMENT_GAP)
        for line in commented:
            line.pieces.append(" " * max(COMMENT_GAP, column - line.width()))
    return "".join(f"{' ' * line.indent}{line.code}{line.comment}".rstrip() + "\n" for line in lines)


def _first_marks(lines: Sequence[Line]) -> list[list[tuple[Line, int]]]:
    """The first mark of every line that has one, by group."""
    groups: dict[tuple[str, int], list[tuple[Line, int]]] = {}
    for number, paragraph in enumerate(_paragraphs(lines)):
        for line in paragraph:
            at = next((at for at, piece in enumerate(line.pieces) if isinstance(piece, Mark)), None)
            if at is not None and isinstance(mark := line.pieces[at], Mark):
                groups.setdefault((mark.group, number if mark.paragraph else -1), []).append((line, at))
    return list(groups.values())


def _into_one_column(places: list[tuple[Line, int]]) -> None:
    gaps = [mark.gap for line, at in places if isinstance(mark := line.pieces[at], Mark)]
    column = _column([line.width(at) for line, at in places], max(gaps))
    for (line, at), gap in zip(places, gaps, strict=True):
        line.pieces[at] = " " * max(gap, column - line.width(at))


def _column(widths: list[int], gap: int) -> int:
    return max((width for width in widths if width <= FAR), default=0) + gap


def _paragraphs(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines of code that stand together: no blank line, no line of comment and no change of indentation among them."""
    found: list[list[Line]] = []
    together = False
    for line in lines:
        together = together and bool(line.pieces) and found[-1][-1].indent == line.indent
        if together:
            found[-1].append(line)
        elif line.pieces:
            found.append([line])
        together = bool(line.pieces)
    return found

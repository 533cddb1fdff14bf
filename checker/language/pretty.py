"""Lays out tokens on lines. A document says where a line may or must end; comments keep their place among the tokens.

The idea is Wadler's ("A prettier printer", 2003) with two additions: a `Choice` tries several whole layouts in order,
and a comment found between two tokens is written there whatever the layout, since it takes the rest of its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import assert_never

from checker.language.align import Line, Mark, aligned
from checker.language.tree import Comment

WIDTH = 100
STEP = 4
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")


@dataclass(frozen=True, slots=True, eq=False)
class Token:
    """A piece of text that is never broken. `at` is its offset in the source, if known; no two tokens are equal."""

    text: str
    at: int | None = None

    @property
    def closes(self) -> bool:
        """Comments before it belong to what it closes."""
        return self.text in (")", "]", "}")


@dataclass(frozen=True, slots=True)
class Space:
    """White space where no line ends."""


@dataclass(frozen=True, slots=True)
class Break:
    """White space, `flat`, in a group that fits on its line; else a line end."""

    flat: str = " "


@dataclass(frozen=True, slots=True)
class End:
    """A line end. `keep`: one blank line stays where the writer left some; `blank`: there is one in any case."""

    keep: bool = False
    blank: bool = False


@dataclass(frozen=True, slots=True)
class WhenFlat:
    """Only in a group that fits on its line."""

    text: str


@dataclass(frozen=True, slots=True)
class Nest:
    """Lines that start inside are indented by one step more."""

    body: Doc


@dataclass(frozen=True, slots=True)
class Group:
    """On one line if it fits; else every break directly inside is a line end."""

    body: Doc


@dataclass(frozen=True, slots=True)
class Choice:
    """Several layouts of the same tokens: the first on one line if it fits, else the next whose first line fits."""

    options: tuple[Doc, ...]


Doc = Token | Space | Break | End | WhenFlat | Nest | Group | Choice | Mark | tuple["Doc", ...]


def tokens(doc: Doc) -> Iterator[Token]:
    """Every token once, in the order of the text."""
    match doc:
        case Token():
            yield doc
        case tuple():
            for part in doc:
                yield from tokens(part)
        case Nest(body) | Group(body):
            yield from tokens(body)
        case Choice(options):
            yield from tokens(options[0])
        case Space() | Break() | End() | Mark() | WhenFlat():
            return
        case _:
            assert_never(doc)


class Mode(Enum):
    FLAT = "flat"
    BROKEN = "broken"


@dataclass
class Page:
    """A text as it grows.

    `comments` are those to be written before each token; `ends` gives the offset in `source` at which a token ends
    there, and blank lines are looked up with it.
    """

    source: str
    comments: Mapping[Token, Sequence[Comment]]
    ends: Mapping[Token, int]
    lines: list[Line] = field(default_factory=list)
    _white: str = ""  # waits for the next token, as does:
    _end: End | None = field(default_factory=End)
    _indent: int = 0  # of the line that waits
    _column: int = 0  # where the line at hand ends
    _written: int = 0  # how far in the source

    def write(self, doc: Doc) -> str:
        """The text of the whole document."""
        stack: list[tuple[Mode, int, Doc]] = [(Mode.BROKEN, 0, doc)]
        while stack:
            mode, indent, item = stack.pop()
            match item:
                case Token():
                    self._token(item, indent)
                case tuple():
                    stack += [(mode, indent, part) for part in reversed(item)]
                case Nest(body):
                    stack.append((mode, indent + STEP, body))
                case WhenFlat(text):
                    if mode is Mode.FLAT:
                        self._add(text)
                case Space():
                    self._white = " "
                case Break(flat):
                    if mode is Mode.FLAT:
                        self._white = flat
                    else:
                        self._line_end(End(), indent)
                case End():
                    self._line_end(item, indent)
                case Mark():
                    if mode is Mode.FLAT:
                        self._white = " "
                    else:
                        self._add(item)
                case Group(body):
                    fits = mode is Mode.FLAT or self._fits(Mode.FLAT, indent, body, stack)
                    stack.append((Mode.FLAT if fits else mode, indent, body))
                case Choice(options):
                    stack.append(self._chosen(mode, indent, options, stack))
                case _:
                    assert_never(item)
        return aligned(self.lines)

    # --------------------------------------------------------------------------------------------------------- choice

    def _chosen(
        self, mode: Mode, indent: int, options: tuple[Doc, ...], rest: list[tuple[Mode, int, Doc]]
    ) -> tuple[Mode, int, Doc]:
        if mode is Mode.FLAT or self._fits(Mode.FLAT, indent, options[0], rest):
            return Mode.FLAT, indent, options[0]
        for option in options[1:-1]:
            if self._fits(Mode.BROKEN, indent, option, rest):
                return Mode.BROKEN, indent, option
        return Mode.BROKEN, indent, options[-1]

    def _fits(self, mode: Mode, indent: int, doc: Doc, rest: list[tuple[Mode, int, Doc]]) -> bool:
        """Whether all up to the next place where a line ends, or may end after `doc`, fits on the line at hand."""
        room = WIDTH - (indent if self._end else self._column + len(self._white))
        todo = [(mode, True, doc)]
        below = len(rest)
        first = True
        while room >= 0:
            if not todo:
                if below == 0:
                    return True
                below -= 1
                todo.append((rest[below][0], False, rest[below][2]))
            mode, ours, doc = todo.pop()
            match doc:
                case Token(text):
                    if not first and self.comments.get(doc):
                        return not ours  # the line ends there
                    room -= len(text)
                    first = False
                case tuple():
                    todo += [(mode, ours, part) for part in reversed(doc)]
                case Nest(body):
                    todo.append((mode, ours, body))
                case Group(body):
                    todo.append((Mode.FLAT if ours else mode, ours, body))
                case Choice(options):
                    todo.append((Mode.FLAT if ours else mode, ours, options[0]))
                case WhenFlat(text):
                    room -= len(text) if mode is Mode.FLAT else 0
                case Space():
                    room -= 1
                case Mark():
                    room -= doc.gap if mode is Mode.BROKEN else 1
                case Break(flat):
                    if mode is Mode.BROKEN:
                        return True
                    room -= len(flat)
                case End():
                    return mode is Mode.BROKEN
                case _:
                    assert_never(doc)
        return False

    # -------------------------------------------------------------------------------------------------------- writing

    def _add(self, piece: str | Mark) -> None:
        if self._white:
            self.lines[-1].pieces.append(self._white)
        self._column += len(self._white) + (piece.gap if isinstance(piece, Mark) else len(piece))
        self._white = ""
        self.lines[-1].pieces.append(piece)

    def _line_end(self, end: End, indent: int) -> None:
        self._end, self._indent, self._white = end, indent, ""

    def _token(self, token: Token, indent: int) -> None:
        elements: list[tuple[Comment | Token, bool]] = []  # what starts a line, and whether after a blank line
        for comment in self.comments.get(token, ()):
            if self._end is None:
                self._line_end(End(), indent + STEP)
            if comment.own_line or not self.lines or self.lines[-1].comment:
                elements.append((comment, self._blank_before(comment.offset)))
            else:
                self.lines[-1].comment = comment.text
            self._written = comment.offset + len(comment.text)
        if self._end is not None:
            elements.append((token, token.at is not None and self._blank_before(token.at)))
            self._start_lines(elements, self._end)
        if token.text:
            self._add(token.text)
        self._written = self.ends.get(token, self._written)

    def _blank_before(self, offset: int) -> bool:
        return _BLANK_LINE.search(self.source, self._written, offset) is not None

    def _start_lines(self, elements: list[tuple[Comment | Token, bool]], end: End) -> None:
        wanted = end.blank and not any(blank for _, blank in elements)
        for number, (element, blank) in enumerate(elements):
            closes = isinstance(element, Token) and (element.closes or not element.text)
            opened = number == 0 and (not self.lines or self.lines[-1].pieces[-1:] == ["{"])
            wants = (blank and end.keep) or (wanted and number == 0)
            if wants and not closes and not opened:
                self.lines.append(Line())
            if isinstance(element, Comment):
                last = elements[-1][0]
                inner = STEP if isinstance(last, Token) and last.closes else 0
                self.lines.append(Line(self._indent + inner, comment=element.text))
            elif element.text:
                self.lines.append(Line(self._indent))
        self._column, self._end, self._white = self._indent, None, ""

"""After a syntax error: where to go on reading.

A text that does not parse as a whole is cut at the words that start declarations, wherever one stands first in a line,
and each piece is read by itself. So every broken declaration is reported once, and the healthy ones are still typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from checker.language.comments import blanked
from checker.language.making import Refused
from checker.language.source import Source, Span

TOP = (
    "module",
    "uses",
    "judge",
    "joined",
    "source",
    "rule",
    "sort",
    "enum",
    "const",
    "param",
    "state",
    "let",
    "assume",
    "action",
    "hidden",
    "optional",
    "fault",
    "invariant",
    "lemma",
    "step",
    "final",
    "leads",
    "can",
    "fate",
    "harm",
    "goal",
    "scope",
    "run",
    "log",
    "bind",
)
_TOP = re.compile(rf"^(?:{'|'.join(TOP)})\b", re.MULTILINE)
_DECLARED = re.compile(
    r"^[ \t]*(?:optional\s+|hidden\s+)*(?:leads\s+to|[a-z]+)\s+([A-Za-z_][\w-]*(?:\s*,\s*[A-Za-z_]\w*)*)", re.MULTILINE
)
_BRACES = re.compile(r"\{([^{}]*)\}?")
_NAME = re.compile(r"[A-Za-z_][\w-]*")
_PAIRS = {"}": "{", ")": "(", "]": "["}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Where reading stopped, which terminals would have gone on, and which was `found` (none: no known letters)."""

    span: Span
    accepts: frozenset[str] = frozenset()
    found: str = ""
    at_end: bool = False
    refused: Refused | None = None


@dataclass(frozen=True, slots=True)
class Brackets:
    """What is open at some place, innermost last, each by its offset in the piece."""

    open: tuple[int, ...]
    askew: int | None = None  # a `}` that starts a line further left than the line its `{` stands in
    extra: int | None = None  # a closing bracket that closes nothing


@dataclass(frozen=True)
class Piece:
    """One stretch of text, read by itself."""

    span: Span
    last: bool = field(default=False)

    @cached_property
    def text(self) -> str:
        return self.span.source.text[self.span.start : self.span.end]

    @cached_property
    def bare(self) -> str:
        """The piece's text without what strings and comments say."""
        return blanked(self.text)

    def names(self) -> frozenset[str]:
        """What the piece meant to declare, as far as can be told."""
        found = {name for match in _DECLARED.finditer(self.bare) for name in _NAME.findall(match[1])}
        if re.match(r"\s*(?:enum|sort)\b", self.bare):
            found |= {name for match in _BRACES.finditer(self.bare) for name in _NAME.findall(match[1])}
        if re.match(r"\s*module\b", self.bare):
            found.add("module")
        return frozenset(found)

    def at(self, start: int, end: int) -> Span:
        """A place in the source, from offsets in the piece."""
        return Span(self.span.source, self.span.start + start, self.span.start + end)

    def end(self) -> Span:
        """The last letter of the piece that is neither blank nor comment."""
        length = len(self.bare.rstrip())
        return self.at(max(0, length - 1), length)

    def brackets(self, until: int) -> Brackets:
        """The brackets of the piece up to an offset in it."""
        stack: list[int] = []
        askew = extra = None
        for match in re.finditer(r"[{}()\[\]]", self.bare[:until]):
            letter, at = match[0], match.start()
            if letter not in _PAIRS:
                stack.append(at)
                continue
            while letter == "}" and stack and self.bare[stack[-1]] != "{":
                stack.pop()  # a `(` that a `}` leaves open is another complaint
            if not stack or self.bare[stack[-1]] != _PAIRS[letter]:
                extra = at if extra is None else extra
                continue
            opened = stack.pop()
            if letter == "}" and askew is None and self._first(at) and self._indent(at) < self._indent(opened):
                askew = at
        return Brackets(tuple(stack), askew, extra)

    def _line_start(self, at: int) -> int:
        return self.bare.rfind("\n", 0, at) + 1

    def _first(self, at: int) -> bool:
        return not self.bare[self._line_start(at) : at].strip()

    def _indent(self, at: int) -> int:
        line = self.bare[self._line_start(at) : at + 1].expandtabs(4)
        return len(line) - len(line.lstrip())


def pieces(source: Source) -> tuple[Piece, ...]:
    """The text cut before each declaring word that stands first in a line."""
    starts = [match.start() for match in _TOP.finditer(blanked(source.text))]
    cuts = [0, *(start for start in starts if start), len(source.text)]
    spans = [Span(source, start, end) for start, end in pairwise(cuts)]
    return tuple(Piece(span, span is spans[-1]) for span in spans)

"""What is wrong with a text, and how it is told: place, one sentence, the way out. Nothing here prints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from checker.language.source import Span


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Note:
    """Another place that has to do with it."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing wrong with a text. `code` is E or W and four digits; `fix` says what to do, where that is known."""

    code: str
    severity: Severity
    span: Span
    message: str
    notes: tuple[Note, ...] = ()
    fix: str | None = None


@dataclass
class Diagnostics:
    """A list that passes add to. Iterating yields what was found, in the order it was found."""

    found: list[Diagnostic] = field(default_factory=list)

    def error(self, code: str, span: Span, message: str, *notes: Note, fix: str | None = None) -> None:
        self.found.append(Diagnostic(code, Severity.ERROR, span, message, notes, fix))

    def warning(self, code: str, span: Span, message: str, *notes: Note, fix: str | None = None) -> None:
        self.found.append(Diagnostic(code, Severity.WARNING, span, message, notes, fix))

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self.found)

    def sorted(self) -> tuple[Diagnostic, ...]:
        """In the order of files as they were met, then of places; what is said twice of one place is said once."""
        files = {id(item.span.source): at for at, item in reversed(list(enumerate(self.found)))}
        unique = dict.fromkeys(self.found)
        return tuple(sorted(unique, key=lambda item: (files.get(id(item.span.source), 0), item.span.start, item.code)))


def errors(diagnostics: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """Only what makes the text unusable."""
    return tuple(item for item in diagnostics if item.severity is Severity.ERROR)


TAB = "    "
WIDEST = 160


def render(diagnostic: Diagnostic) -> str:
    """Lines of plain text for a terminal: place and sentence, the source line with carets, notes, what to do."""
    lines = [f"{clean(diagnostic.span.place)}: {diagnostic.severity} {diagnostic.code}: {clean(diagnostic.message)}"]
    lines += _excerpt(diagnostic.span)
    for note in diagnostic.notes:
        lines.append(f"{clean(note.span.place)}: note: {clean(note.message)}")
        lines += _excerpt(note.span)
    if diagnostic.fix:
        lines.append(f"  help: {clean(diagnostic.fix)}")
    return "\n".join(lines)


def clean(text: str) -> str:
    """The text with everything a terminal might act on made visible."""
    return "".join(letter if letter.isprintable() else _visible(letter) for letter in text)


def _visible(letter: str) -> str:
    return " " if letter in "\t\n\r" else letter.encode("unicode_escape").decode("ascii")


def _excerpt(span: Span) -> list[str]:
    """The source line and a line of carets under the range; a range over several lines is marked to its line's end."""
    number, column = span.source.position(span.start)
    raw = span.source.line(number)
    if not raw and not span.source.text:
        return []
    start = min(column - 1, len(raw))
    end = max(start + 1, min(len(raw), start + span.end - span.start))
    before, marked, after = (_shown(piece) for piece in (raw[:start], raw[start:end], raw[end:]))
    if len(before) + len(marked) + len(after) > WIDEST:  # a very long line is cut around the place
        before = "..." + before[-40:] if len(before) > 43 else before
        marked, after = marked[:80], after[:30]
    gutter = f"{number:>5} | "
    return [
        gutter + before + marked + after,
        " " * (len(gutter) - 2) + "| " + " " * len(before) + "^" * max(1, len(marked)),
    ]


def _shown(text: str) -> str:
    return clean(text.replace("\t", TAB))

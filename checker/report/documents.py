"""The outermost object of each command's JSON answer. `format` changes when the meaning of a member does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from checker import __version__
from checker.language.diagnostics import Diagnostic, Severity
from checker.language.source import Span
from checker.report.expected import Expected
from checker.report.rules import RuleView
from checker.trace.open_questions import Readings
from checker.trace.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording's verdict. `expected` is what it must get, where that is written beside it, with the differences.

    `readings` is empty unless it was asked for which readings of the documents the recording conforms.
    """

    verdict: Verdict
    expected: Expected | None
    differences: tuple[str, ...]
    readings: tuple[Readings, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckDocument:
    """What `switchover check --json` answers. `not_judged` recordings were left when Ctrl-C was pressed."""

    recordings: tuple[Recording, ...]
    not_judged: int
    protocols: tuple[str, ...]
    exit: int
    switchover: Literal["check"] = "check"
    format: Literal[1] = 1
    version: str = __version__


@dataclass(frozen=True, slots=True)
class RulesDocument:
    """What `switchover rules --json` answers."""

    rules: tuple[RuleView, ...]
    switchover: Literal["rules"] = "rules"
    format: Literal[1] = 1
    version: str = __version__


@dataclass(frozen=True, slots=True)
class Place:
    """A range of a text: lines and columns count from 1, the end is the first column after it."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class NoteView:
    message: str
    place: Place


@dataclass(frozen=True, slots=True)
class DiagnosticView:
    code: str
    severity: Severity
    message: str
    place: Place
    notes: tuple[NoteView, ...]
    fix: str | None


@dataclass(frozen=True, slots=True)
class LintDocument:
    """What `switchover lint --json` answers."""

    files: tuple[str, ...]
    diagnostics: tuple[DiagnosticView, ...]
    switchover: Literal["lint"] = "lint"
    format: Literal[1] = 1
    version: str = __version__


@dataclass(frozen=True, slots=True)
class FormatDocument:
    """What `switchover format --json` answers: each file, and whether its text is not as the formatter writes it."""

    files: tuple[FormatView, ...]
    switchover: Literal["format"] = "format"
    format: Literal[1] = 1
    version: str = __version__


@dataclass(frozen=True, slots=True)
class FormatView:
    file: str
    changed: bool
    written: bool


def lint_document(files: tuple[str, ...], diagnostics: Iterable[Diagnostic]) -> LintDocument:
    return LintDocument(files, tuple(_diagnostic(item) for item in diagnostics))


def _diagnostic(item: Diagnostic) -> DiagnosticView:
    notes = tuple(NoteView(note.message, place_view(note.span)) for note in item.notes)
    return DiagnosticView(item.code, item.severity, item.message, place_view(item.span), notes, item.fix)


def place_view(span: Span) -> Place:
    line, column = span.source.position(span.start)
    end_line, end_column = span.source.position(span.end)
    return Place(span.source.name, line, column, end_line, end_column)

"""The reports that `check` writes into files: one HTML page, SARIF, JUnit XML."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.common import UserError, reason, relative, write
from checker.cli.whole import write_whole
from checker.report.text import clean

if TYPE_CHECKING:
    from checker.language.protocol import Protocol
    from checker.report.documents import Recording

Html = Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write one page that needs nothing else.")]
Sarif = Annotated[Path | None, typer.Option("--sarif", metavar="FILE", help="Write the findings as SARIF 2.1.0.")]
Junit = Annotated[Path | None, typer.Option("--junit", metavar="FILE", help="Write JUnit XML.")]

STANDARD_OUTPUT = Path("-")


@dataclass(frozen=True, slots=True)
class Told:
    """What the reports are about: the recordings, the protocols they were held to, and what the command ends with."""

    recordings: Sequence[Recording]
    protocols: Mapping[str, Protocol]
    code: int
    not_judged: int
    strict: bool


@dataclass(frozen=True, slots=True)
class Reports:
    """Which reports go where; `-` is standard output, for one of them at most."""

    html: Path | None
    sarif: Path | None
    junit: Path | None

    @property
    def on_standard_output(self) -> bool:
        return any(path == STANDARD_OUTPUT for _, path, _ in self._wanted())

    def check(self, *, json: bool) -> None:
        """Whether all of them can be written, before anything is judged. Raises UserError."""
        writable([(option, path) for option, path, _ in self._wanted()], json=json)

    def keep(self, inputs: Collection[Path]) -> None:
        """Whether none of them would replace a file that is read. Raises UserError."""
        read = {path.resolve() for path in inputs}
        for option, path, _ in self._wanted():
            if path != STANDARD_OUTPUT and path.resolve() in read:
                raise UserError(f"{option} {clean(path)} would replace a file that is read", "give it another name")

    def write(self, told: Told) -> None:
        """Writes them; a file that exists is replaced, and only when the new one is whole. Raises UserError."""
        for _, path, text in self._wanted():
            deliver(path, text(told))

    def _wanted(self) -> Iterator[tuple[str, Path, Callable[[Told], str]]]:
        for option, path, text in (("--html", self.html, _html), ("--sarif", self.sarif, _sarif),
                                   ("--junit", self.junit, _junit)):  # fmt: skip
            if path is not None:
                yield option, path, text


def _html(told: Told) -> str:
    from checker.report.html.page import html_text

    return html_text(told.recordings, told.protocols, told.not_judged)


def _sarif(told: Told) -> str:
    from checker.report.rules import rule_views
    from checker.report.sarif import sarif_text

    rules = relative(rule_views(list(told.protocols.values())))
    return sarif_text(told.recordings, told.protocols, rules, told.code, told.not_judged)


def _junit(told: Told) -> str:
    from checker.report.junit import junit_text

    return junit_text(told.recordings, told.protocols, strict=told.strict, not_judged=told.not_judged)


def writable(places: Sequence[tuple[str, Path]], *, json: bool) -> None:
    """Whether all of these files can be written, each asked for by an option. Raises UserError."""
    streams = [option for option, path in places if path == STANDARD_OUTPUT] + (["--json"] if json else [])
    if len(streams) > 1:
        raise UserError(f"{' and '.join(streams)} cannot both go to standard output", "give all but one a FILE")
    files = [(option, path) for option, path in places if path != STANDARD_OUTPUT]
    for at, (option, path) in enumerate(files):
        if path.is_dir():
            raise UserError(f"{option} {clean(path)} is a folder", f"such as {clean(path / 'report')}")
        if not path.parent.is_dir():
            raise UserError(f"{option} {clean(path)}: there is no folder {clean(path.parent)}", "make it first")
        for other, same in files[:at]:
            if path.resolve() == same.resolve():
                raise UserError(f"{other} and {option} name the same file, {clean(path)}", "give each its own")


def deliver(path: Path, text: str) -> None:
    """Writes to standard output if the path says so, else the file. Raises UserError."""
    if path == STANDARD_OUTPUT:
        write(text)
    else:
        _write(path, text)


def _write(path: Path, text: str) -> None:
    """Writes the file whole; what is no plain file is written into. Raises UserError."""
    content = text.encode("utf-8", "backslashreplace")
    if not path.exists() or path.is_file():
        write_whole(path, content)
        return
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UserError(f"cannot write {clean(path)}: {reason(error)}") from error

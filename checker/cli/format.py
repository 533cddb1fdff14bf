"""`switchover format`: protocol texts in the one house style."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from checker.cli.common import Json, UserError, reason, relative, write
from checker.cli.exits import ExitCode
from checker.cli.whole import write_whole
from checker.report.text import clean, plural


@dataclass(frozen=True, slots=True)
class _Formatted:
    path: Path
    before: str
    after: str

    @property
    def changed(self) -> bool:
        return self.before != self.after


def format_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", hidden=True)],
    check: Annotated[bool, typer.Option("--check", help="Only say which are not so yet, and exit with 1.")] = False,
    write_: Annotated[bool, typer.Option("--write", help="Write the files.")] = False,
    json: Json = False,
) -> int:
    """Print protocol texts as the formatter writes them. Comments stay; what cannot be parsed is left alone."""
    if check and write_:
        raise UserError("--check and --write do not go together", "--check only looks, --write changes the files")
    formatted = [item for path in dict.fromkeys(files) if (item := _formatted(path)) is not None]
    changed = [item for item in formatted if item.changed]
    if write_:
        for item in changed:
            write_whole(item.path, item.after.encode("utf-8"))
    if json:
        _answer_in_json(formatted, written=write_)
    elif check or write_:
        verb = "written" if write_ else "would be changed"
        write("".join(f"{clean(item.path)}: {verb}\n" for item in changed))
        write(f"{plural(len(formatted), 'file')}: {f'{len(changed)} {verb}' if changed else 'all as they should be'}\n")
    else:
        write("".join(item.after for item in formatted))
    if len(formatted) < len(set(files)):
        return ExitCode.UNREADABLE
    return ExitCode.FAILS if check and changed else ExitCode.OK


def _formatted(path: Path) -> _Formatted | None:
    """The text before and after; None where it does not parse, which is told on standard error. Raises UserError."""
    from checker.language.diagnostics import errors, render
    from checker.language.format import format
    from checker.language.parse import Parser
    from checker.language.source import Source

    try:
        before = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise UserError(f"cannot read {clean(path)}: {reason(error)}") from error
    except UnicodeDecodeError as error:
        message = f"cannot read {clean(path)}: byte {error.start} is not UTF-8"
        raise UserError(message, "protocol texts are UTF-8 files") from error
    file, diagnostics = Parser().parse(Source(str(path), before.removeprefix("\ufeff")))
    wrong = errors(diagnostics)
    if wrong:
        for item in wrong:
            print(render(item) + "\n", file=sys.stderr)
        return None
    return _Formatted(path, before, format(file))


def _answer_in_json(formatted: list[_Formatted], *, written: bool) -> None:
    from checker.report.documents import FormatDocument, FormatView
    from checker.report.json import json_text

    views = tuple(FormatView(str(item.path), item.changed, item.changed and written) for item in formatted)
    write(json_text(relative(FormatDocument(views))))

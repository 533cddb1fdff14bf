"""`switchover lint`: what is wrong with a protocol text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from checker.cli.common import Json, Strict, write
from checker.cli.exits import ExitCode


def lint(
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE", hidden=True)] = None,
    strict: Strict = False,
    json: Json = False,
) -> int:
    """Read protocol texts and say what is wrong with them: file, line, column, and what to do.

    A FILE is an entry: the modules it uses are read with it. Without one: the protocols that ship.
    """
    from checker.cli.inputs import read
    from checker.cli.shipped import entries
    from checker.language.diagnostics import Severity, render
    from checker.report.text import plural

    paths = list(dict.fromkeys(files)) if files else list(entries())
    # A module that two entries use is told about once.
    found = tuple(dict.fromkeys(item for path in paths for item in read(path)[1]))
    wrong = sum(item.severity is Severity.ERROR for item in found)
    if json:
        from checker.report.documents import lint_document
        from checker.report.json import json_text

        write(json_text(lint_document(tuple(str(path) for path in paths), found)))
    else:
        for item in found:
            write(render(item) + "\n\n")
        counts = f"{plural(wrong, 'error')}, {plural(len(found) - wrong, 'warning')}"
        write(f"{plural(len(paths), 'entry file')}: {counts if found else 'nothing wrong'}\n")
    if wrong:
        return ExitCode.UNREADABLE
    return ExitCode.STRICT if strict and found else ExitCode.OK

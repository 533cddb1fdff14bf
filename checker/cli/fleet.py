"""`switchover fleet`: a recording with very many migrations, each judged by itself."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.common import (
    Json,
    Limit,
    ScopeText,
    Seconds,
    Settings,
    Spec,
    Strict,
    UserError,
    Without,
    interrupts,
    progress,
    relative,
    show,
    write,
)
from checker.cli.exits import ExitCode, worst

if TYPE_CHECKING:
    from checker.trace.fleet.result import Fleet

Paths = Annotated[list[Path] | None, typer.Argument(metavar="PATH", hidden=True)]
NEEDED = ("numpy", "pyarrow")


def fleet(
    paths: Paths = None,
    spec: Spec = None,
    scope: ScopeText = None,
    settings: Settings = None,
    without: Without = None,
    limit: Limit = None,
    seconds: Seconds = None,
    strict: Strict = False,
    json: Json = False,
) -> int:
    """Take a recording with very many migrations apart, judge each, and say how many went which way.

    All files given are one recording. Cases whose records are alike up to names are judged once. Exit code: that of
    the worst case.
    """
    from checker.cli.inputs import chosen
    from checker.cli.judging import Judging

    if not paths:
        raise UserError("which recording?", "name its files, such as hosts.jsonl or a.parquet b.parquet")
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise UserError(f"this command needs {' and '.join(missing)}", 'pip install "switchover[parquet]"')
    from checker.report.fleet import FleetDocument, fleet_lines
    from checker.trace.fleet.judged import judged_fleet

    judging = Judging(chosen(spec, settings, without), scope, limit, seconds)
    with progress("reading") as said, interrupts():
        found = relative(judged_fleet(judging.judges, paths, said))
    code = _code(found, strict=strict)
    if json:
        from checker.report.json import json_text

        write(json_text(FleetDocument(found, tuple(judging.protocols), code)))
    else:
        show(fleet_lines(found, judging.protocols))
    return code


def _code(found: Fleet, *, strict: bool) -> ExitCode:
    from checker.trace.verdict import EXIT, STRICT_EXIT

    codes = [ExitCode((STRICT_EXIT if strict else EXIT)[count.kind]) for count in found.counts]
    damaged = found.left_out or any(complaint.fatal for complaint in found.complaints)
    return worst([*codes, *([ExitCode.UNREADABLE] if damaged else [])])

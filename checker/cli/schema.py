"""`switchover schema`: the published schemas of the JSON answers."""

from __future__ import annotations

from importlib.resources import files
from typing import Annotated

import typer

from checker.cli.common import UserError, nearest, write
from checker.cli.exits import ExitCode
from checker.report.text import clean


def schema(
    name: Annotated[str | None, typer.Argument(metavar="COMMAND", hidden=True)] = None,
) -> int:
    """Print the JSON Schema of a command's --json answer. Without a name, list the commands that have one."""
    folder = files("checker.report") / "schema"
    known = sorted(item.name.removesuffix(".json") for item in folder.iterdir() if item.name.endswith(".json"))
    if name is None:
        write("".join(f"{item}\n" for item in known))
    elif name in known:
        write((folder / f"{name}.json").read_text(encoding="utf-8"))
    else:
        raise UserError(f"no schema named {clean(name)}", nearest(name, known))
    return ExitCode.OK

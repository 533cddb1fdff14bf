"""`switchover export`: a protocol in a scope, written for SPIN, TLC or NuSMV."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.common import Json, ScopeText, Settings, Spec, UserError, Without, nearest, relative, write
from checker.cli.exits import ExitCode
from checker.cli.whole import write_whole
from checker.report.text import clean

if TYPE_CHECKING:
    from checker.cli.inputs import Chosen
    from checker.export.target import Exported
    from checker.model.scope import Scope
    from checker.report.exported import ExportView

To = Annotated[str | None, typer.Option("--to", metavar="LANGUAGE", help="promela, tla or smv.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="OUT", help="A file, or a folder. Default: standard output.")
]
Force = Annotated[bool, typer.Option("--force", help="Write over files that are there.")]


def export(
    to: To = None,
    output: Output = None,
    force: Force = False,
    spec: Spec = None,
    scope: ScopeText = None,
    settings: Settings = None,
    without: Without = None,
    json: Json = False,
) -> int:
    """Write a protocol in a scope for another model checker: SPIN, TLC, or NuSMV and nuXmv.

    What the other language cannot say is told on standard error, and stands in the text as a comment. TLA+ is a module
    and a .cfg file; on standard output the second follows the first, after the line that ends the module.
    """
    from checker.cli.inputs import chosen, scopes
    from checker.export.export import TARGETS
    from checker.report.exported import ExportDocument
    from checker.report.json import json_text

    if to is None:
        raise UserError("which language?", f"add --to {' or --to '.join(TARGETS)}")
    if to not in TARGETS:
        raise UserError(f"--to {clean(to)}: no such language", nearest(to, TARGETS))
    asked = scopes(chosen(spec, settings, without), scope)
    folder = output is not None and output.is_dir()
    if len(asked) > 1 and not json and not folder:
        names = ", ".join(choice.protocol.name for choice, _ in asked)
        raise UserError(f"there are {len(asked)} protocols: {names}", "choose one with --spec, or give a folder to -o")
    views: list[ExportView] = []
    for choice, within in asked:
        exported = _exported(choice, within, to)
        views.append(_put(exported, output, force=force))
        if not json:
            for sentence in exported.left_out:
                with suppress(BrokenPipeError):
                    print(f"not as in the text: {clean(sentence)}", file=sys.stderr)
            if output is None:
                write("".join(text for _, text in exported.files))
            else:
                write("".join(f"written: {clean(file.written)}\n" for file in views[-1].files))
    if json:
        write(json_text(relative(ExportDocument(to, tuple(views)))))
    return ExitCode.OK


def _exported(choice: Chosen, scope: Scope, to: str) -> Exported:
    """The text. Raises UserError for a scope that the protocol does not fit in."""
    from checker.export.export import export as make
    from checker.export.unfold import NoState, TooMany
    from checker.model.initial import BadScope, check_scope

    try:
        check_scope(choice.protocol, scope)
        return make(choice.protocol, scope, to)
    except (BadScope, NoState, TooMany) as error:
        raise UserError(clean(error), "choose other sizes with --scope") from error


def _put(exported: Exported, output: Path | None, *, force: bool) -> ExportView:
    """Writes the files, if there is a place to write them to. Raises UserError."""
    from checker.report.exported import ExportedFile, ExportView

    files = []
    for name, text in exported.files:
        target = None if output is None else output / name if output.is_dir() else output.with_suffix(Path(name).suffix)
        if target is not None:
            if exported.target == "tla" and target.stem != Path(name).stem:
                raise UserError(
                    f"-o {clean(output)}: the file of a TLA+ module has the name of the module",
                    f"say -o {clean(target.with_name(name))}",
                )
            if target.exists() and not force:
                raise UserError(f"{clean(target)} is there already", "--force writes over it")
            write_whole(target, text.encode("ascii", "backslashreplace"), through_links=False)
        files.append(ExportedFile(name, text, None if target is None else str(target)))
    return ExportView(exported.protocol, exported.scope, tuple(files), exported.left_out)

"""`switchover convert`: recordings in one format, written in another."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.common import Json, Spec, UserError, nearest, reason, relative, show, write
from checker.cli.exits import ExitCode
from checker.cli.whole import replace_whole, write_whole
from checker.report.text import clean, listed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from checker.report.converted import ConvertDocument
    from checker.trace.event import Trace
    from checker.trace.writers import FileFormat, Objects, TextFormat

STANDARD_OUTPUT = "-"

Paths = Annotated[list[Path] | None, typer.Argument(metavar="INPUT", hidden=True)]
Output = Annotated[
    str | None, typer.Option("--output", "-o", metavar="OUT", help="The file to write; - is standard output.")
]
To = Annotated[
    str | None,
    typer.Option("--to", metavar="FORMAT", help="ndjson, ocel, shiviz, xes or parquet. Default: by the suffix of OUT."),
]
HostName = Annotated[
    str | None, typer.Option("--host", metavar="NAME", help="Call the host of every log so, whatever the files say.")
]
Force = Annotated[bool, typer.Option("--force", help="Write over a file that is there.")]


def convert(
    paths: Paths = None,
    output: Output = None,
    to: To = None,
    host: HostName = None,
    force: Force = False,
    spec: Spec = None,
    json: Json = False,
) -> int:
    """Write recordings in another format, and say what it has no place for.

    All INPUTs together are one recording; any format that `check` reads will do. What could not be read is counted, and
    then the exit code is 2. `--spec` matters to ocel alone: the protocol says which fields name objects.
    """
    from checker.report.converted import ConvertDocument
    from checker.trace.readers import read

    if not paths:
        raise UserError("there is no INPUT", "name a recording, such as `switchover convert a.xml -o a.jsonl`")
    if output is None:
        raise UserError("where to?", "add -o OUT; `-o -` writes to standard output")
    writer = _writer(output, to)
    if output == STANDARD_OUTPUT and json:
        raise UserError("-o - and --json do not go together", "both write to standard output: name a file")
    target = None if output == STANDARD_OUTPUT else _target(Path(output), force=force)
    trace = read(paths)
    if host is not None:
        trace = replace(trace, logs=tuple(replace(log, host=host) for log in trace.logs))
    if not trace.logs:
        _nothing(trace)
    lost = _written(trace, writer, target, spec)
    damaged = bool(trace.left_out) or any(complaint.fatal for complaint in trace.complaints)
    document = ConvertDocument(
        output=clean(output),
        to=writer.name,
        logs=len(trace.logs),
        events=sum(len(log.events) for log in trace.logs),
        complaints=trace.complaints,
        left_out=trace.left_out,
        lost=lost,
        exit=ExitCode.UNREADABLE if damaged else ExitCode.OK,
    )
    _answer(relative(document), json=json, piped=target is None)
    return document.exit


def _writer(output: str, to: str | None) -> TextFormat | FileFormat:
    """The format that is asked for. Raises UserError."""
    from checker.trace.writers import WRITERS, TextFormat, writer_for, writer_named

    known = [each.name for each in WRITERS]
    writer = writer_named(to) if to is not None else writer_for(output)
    if writer is None and to is not None:
        raise UserError(f"--to {clean(to)}: no such format", nearest(to, known))
    if writer is None and output == STANDARD_OUTPUT:
        writer = writer_named("ndjson")
    if writer is None:
        suffixes = [suffix for each in WRITERS for suffix in each.suffixes]
        message = f"-o {clean(output)}: its suffix names no format"
        raise UserError(
            message, f"add --to {listed(known, len(known), ', ')}; or end its name on {', '.join(suffixes)}"
        )
    if output == STANDARD_OUTPUT and not isinstance(writer, TextFormat):
        raise UserError(f"{writer.name} cannot be written to standard output", "it is no text: name a file")
    return writer


def _target(path: Path, *, force: bool) -> Path:
    """The file to write. Raises UserError where it is there, or cannot be."""
    try:
        if path.is_dir():
            raise UserError(f"-o {clean(path)} is a folder", "name a file in it")
        if path.exists() and not force:
            raise UserError(f"{clean(path)} is there already", "--force writes over it")
        if not path.parent.is_dir():
            raise UserError(f"cannot write {clean(path)}: there is no folder {clean(path.parent)}", "make it first")
    except (OSError, ValueError) as error:
        raise UserError(f"cannot write {clean(path)}: {_why(error)}") from error
    return path


def _nothing(trace: Trace) -> None:
    """Raises UserError: there is nothing to write."""
    from checker.trace.readers import render

    for complaint in trace.complaints:
        if complaint.fatal:
            print(render(complaint), file=sys.stderr)
    raise UserError("nothing could be read, so nothing was written", "mend what is said above")


def _written(
    trace: Trace, writer: TextFormat | FileFormat, target: Path | None, spec: list[Path] | None
) -> tuple[str, ...]:
    """Writes the trace; what the format has no place for. Raises UserError."""
    from checker.trace.writers import TextFormat

    if isinstance(writer, TextFormat):
        made = writer.write(trace, _objects(spec) if writer.objects else _no_objects())
        if target is None:
            write(made.text)
        else:
            data = made.text.encode("utf-8")
            write_whole(target, data, through_links=False)
        return made.lost
    lost: list[str] = []
    if target is not None:
        file_writer = writer
        try:
            replace_whole(target, lambda path: lost.extend(file_writer.write(trace, path)), through_links=False)
        except ImportError as error:
            message = f"{writer.name} needs a library that is not there: {clean(error)}"
            raise UserError(message, f"pip install 'switchover[{writer.name}]'") from error
    return tuple(lost)


def _objects(spec: list[Path] | None) -> Objects:
    """What the fields of the protocols' records name. Of two protocols that differ, the one that names one thing."""
    from checker.cli.inputs import chosen
    from checker.trace.writers import Objects

    types: dict[str, str] = {}
    local: set[str] = set()
    binds = [bind for choice in chosen(spec, None, None) for bind in choice.protocol.binds]
    for bind in sorted(binds, key=lambda bind: len(bind.sorts)):
        types.setdefault(bind.field, "+".join(bind.sorts))
        local |= {bind.field} if bind.per is not None else set()
    return Objects(types, frozenset(local))


def _no_objects() -> Objects:
    from checker.trace.writers import Objects

    return Objects()


def _answer(document: ConvertDocument, *, json: bool, piped: bool) -> None:
    from checker.report.converted import converted_lines
    from checker.report.json import json_text

    if json:
        write(json_text(document))
    elif piped:
        _on_standard_error(item.text.plain for item in converted_lines(document))
    else:
        show(converted_lines(document))


def _on_standard_error(lines: Iterable[str]) -> None:
    with suppress(BrokenPipeError):
        for text in lines:
            print(text, file=sys.stderr)


def _why(error: OSError | ValueError) -> str:
    return reason(error) if isinstance(error, OSError) else "no file can have such a name"

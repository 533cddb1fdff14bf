"""`switchover reduce`: the few records of a recording that break the same rule, under other names."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.common import (
    Json,
    ScopeText,
    Seconds,
    Settings,
    Spec,
    UserError,
    Without,
    progress,
    reason,
    relative,
    show,
    write,
)
from checker.cli.exits import ExitCode
from checker.report.text import clean

if TYPE_CHECKING:
    from checker.trace.anonymise import Anonymous
    from checker.trace.event import Trace
    from checker.trace.reduce import Oracle
    from checker.trace.verdict import Part

SECONDS = 120.0

Paths = Annotated[list[Path], typer.Argument(metavar="TRACE...")]
Out = Annotated[Path, typer.Option("--out", "-o", metavar="OUT.jsonl", help="Where to write what is left.")]
KeepNames = Annotated[bool, typer.Option("--keep-names", help="Leave names, hosts and ids as they are.")]


def reduce(
    paths: Paths,
    out: Out,
    keep_names: KeepNames = False,
    spec: Spec = None,
    scope: ScopeText = None,
    settings: Settings = None,
    without: Without = None,
    seconds: Seconds = None,
    json: Json = False,
) -> int:
    """Shrink a recording that breaks a rule to the few records that break it, and rename all that is in it.

    The files are one recording. What is written is read and judged once more: it breaks the same rules, at the same
    action, and holds no name, host, address or text of what it was made from. Ctrl-C keeps the smallest so far.
    """
    from checker.cli.inputs import bounds, chosen
    from checker.report.json import json_text
    from checker.report.reduce import ReduceDocument, Renamed, reduce_lines
    from checker.trace.anonymise import Anonymous
    from checker.trace.options import Options
    from checker.trace.reduce import NothingToReduce, numbered, oracle_for, reduced

    asked = [
        (choice.protocol, Options(faults=faults, settings=choice.settings, without=choice.without, sizes=sizes))
        for choice, sizes, faults in bounds(chosen(spec, settings, without), scope)
    ]
    if out.resolve() in {path.resolve() for path in paths}:
        raise UserError(f"--out {clean(out)} is the recording itself", "name another file")
    trace = _read(paths)
    with progress(f"reducing {trace.name}"):
        try:
            oracle, part = oracle_for(asked, trace)
        except NothingToReduce as nothing:
            raise UserError(
                f"{clean(trace.name)} breaks no rule: {clean(nothing.reason)}", "`switchover check` says how it fares"
            ) from nothing
        found = reduced(oracle, trace, part, seconds or SECONDS)
        smaller = numbered(found.trace)
        anonymous = Anonymous(smaller, ()) if keep_names else _renamed(oracle, smaller)
        finding, lost = _written(oracle, anonymous.trace, out)
    answer = ReduceDocument(
        out=str(out),
        protocol=found.signature.protocol,
        each_host=found.signature.host,
        rules=finding.findings[0].rules,
        action=finding.findings[0].action,
        message=finding.findings[0].message,
        events=sum(len(log.events) for log in smaller.logs),
        events_before=sum(len(log.events) for log in trace.logs),
        logs=len(smaller.logs),
        logs_before=len(trace.logs),
        minimal=found.minimal,
        judged=oracle.tries,
        times=found.times,
        dropped_fields=found.dropped_fields,
        renamed=tuple(Renamed(kind, names) for kind, names in anonymous.renamed),
        lost=lost,
    )
    if json:
        write(json_text(relative(answer)))
    else:
        show(reduce_lines(relative(answer)))
    return ExitCode.OK


def _read(paths: list[Path]) -> Trace:
    """The recording. Raises UserError where something of it could not be read."""
    from checker.trace.readers import read

    trace = read(tuple(paths))
    wrong = [complaint for complaint in trace.complaints if complaint.fatal]
    if wrong or trace.left_out:
        first = f"{wrong[0].place}: {wrong[0].message}" if wrong else f"{trace.left_out} records could not be read"
        raise UserError(clean(first, 1000), "a recording is reduced only when all of it was read")
    return trace


def _renamed(oracle: Oracle, trace: Trace) -> Anonymous:
    from checker.trace.anonymise import anonymised

    return anonymised([judge.protocol for judge in oracle.judges], trace)


def _written(oracle: Oracle, trace: Trace, out: Path) -> tuple[Part, tuple[str, ...]]:
    """Writes the recording, once what is written was read back and fares as the first one did. Raises UserError."""
    from checker.model.judge import InternalError
    from checker.trace.readers import read
    from checker.trace.writers.ndjson import write as written

    made = written(trace)
    try:
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=".switchover-") as folder:
            draft = Path(folder) / "reduced.jsonl"
            draft.write_text(made.text, encoding="utf-8")
            part = oracle.part(replace(read((draft,)), name=trace.name), whole=True)
            if part is None:
                raise InternalError("the reduced recording does not fare as the whole one did")
            draft.replace(out)
    except OSError as error:
        raise UserError(f"cannot write {clean(out)}: {reason(error)}") from error
    return part, made.lost

"""`switchover check`: recordings, held to the protocol."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
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
    read_text,
    relative,
    show,
    write,
)
from checker.cli.exits import ExitCode, worst
from checker.cli.reports import Html, Junit, Reports, Sarif, Told
from checker.cli.shipped import folder
from checker.report.text import clean

if TYPE_CHECKING:
    from checker.language.protocol import Protocol
    from checker.report.documents import Recording
    from checker.report.expected import Expected
    from checker.report.page import Line
    from checker.trace.verdict import Verdict

Paths = Annotated[list[Path] | None, typer.Argument(metavar="PATH", hidden=True)]
Roster = Annotated[bool, typer.Option("--roster", help="Tell how every rule and property fared.")]
Readings = Annotated[
    bool, typer.Option("--readings", help="Tell for which answers to the documents' open questions it conforms.")
]


def check(
    paths: Paths = None,
    spec: Spec = None,
    scope: ScopeText = None,
    settings: Settings = None,
    without: Without = None,
    limit: Limit = None,
    seconds: Seconds = None,
    roster: Roster = False,
    readings: Readings = False,
    strict: Strict = False,
    json: Json = False,
    html: Html = None,
    sarif: Sarif = None,
    junit: Junit = None,
) -> int:
    """Hold recordings to the protocol: conforms, or the first event nothing explains and the rule it breaks.

    Files given together are one recording; each file in a folder is one, and so is each folder in it, but files of a
    folder that are logs of one run are put together. Without a PATH: the recordings that ship. One in a folder that
    has a NAME.verdict.json beside it must get just that verdict.
    """
    from checker.cli.inputs import chosen, is_recording, recordings_of
    from checker.cli.judging import Judging
    from checker.report.documents import CheckDocument
    from checker.report.json import json_text
    from checker.report.recordings import summary

    reports = Reports(html, sarif, junit)
    reports.check(json=json)
    judging = Judging(chosen(spec, settings, without), scope, limit, seconds)
    if spec is not None and not paths:
        raise UserError("there is no PATH", "the recordings that ship are of the protocols that ship: name your own")
    given = list(paths) if paths else [folder("traces")]
    traces = _mixed(list(judging.protocols.values()), recordings_of(given), given)
    reports.keep([*(spec or ()), *(file for _, files in traces for file in files)])
    one = len(traces) == 1 and not any(path.is_dir() and not is_recording(path) for path in given)
    width = max((len(name) for name, _ in traces), default=0)
    recordings: list[Recording] = []
    for name, files in traces:
        verdict = judging.verdict(name, files)
        by_name = any(file in given or (file.parent in given and is_recording(file.parent)) for file in files)
        wanted = None if by_name or judging.stopped else _expectation(files)
        questions = judging.readings(name, files, seconds) if readings and not judging.stopped else ()
        recording = relative(replace(_recording(verdict, wanted), readings=questions))
        recordings.append(recording)
        if not (json or reports.on_standard_output):
            show(_told(recording, judging.protocols, width, one=one, roster=roster))
        if judging.stopped:
            break  # the recordings that are left are not judged, and that is said
    codes = [_code(recording, strict=strict) for recording in recordings]
    code = worst([*codes, *([ExitCode.UNKNOWN] if judging.stopped else [])])
    left = len(traces) - len(recordings)
    if json:
        write(json_text(CheckDocument(tuple(recordings), left, tuple(judging.protocols), code)))
    elif not (one or reports.on_standard_output):
        show(summary(recordings, left))
    reports.write(Told(recordings, judging.protocols, code, left, strict))
    return code


Traces = tuple[tuple[str, tuple[Path, ...]], ...]


def _mixed(protocols: Sequence[Protocol], traces: Traces, given: Sequence[Path]) -> Traces:
    """The traces, with those files of a folder put together that are of one run. What has a verdict is left alone."""
    from checker.trace.mixture import belonging
    from checker.trace.readers import read
    from checker.trace.readers.files import name_of

    loose = [
        (name, files)
        for name, files in traces
        if len(files) == 1 and files[0].parent in given and _expectation(files) is None
    ]
    if len(loose) < 2:
        return traces
    groups = belonging(protocols, (read(files, name) for name, files in loose))
    joined = [tuple(file for at in group for file in loose[at][1]) for group in groups]
    whole = {files[0]: (name_of(files), files) for files in joined}
    # in the order in which they come, each where its first file does
    placed = ((whole.get(each[1][0]) if each in loose else each) for each in traces)
    return tuple(each for each in placed if each is not None)


def _told(
    recording: Recording, protocols: Mapping[str, Protocol], width: int, *, one: bool, roster: bool
) -> Iterator[Line]:
    from checker.report.readings import readings_lines
    from checker.report.recordings import recording_lines
    from checker.report.terminal import verdict_lines

    if one:
        yield from verdict_lines(recording.verdict, protocols, roster=roster)
    else:
        yield from recording_lines(recording, width)
    for answer in recording.readings:
        yield from readings_lines(answer)


def _recording(verdict: Verdict, wanted: Expected | None) -> Recording:
    from checker.report.documents import Recording
    from checker.report.expected import differences

    return Recording(verdict, wanted, differences(wanted, verdict) if wanted is not None else ())


def _expectation(files: tuple[Path, ...]) -> Expected | None:
    """What a recording in a folder must get, where that is written beside it. Raises UserError if it is no verdict."""
    from checker.report.expected import NotExpected, beside, expected

    for place in dict.fromkeys(beside(path) for file in files for path in (file, file.parent)):
        if place.is_file():
            try:
                return expected(read_text(place))
            except NotExpected as error:
                message = f"{clean(place)} does not say what its recording must get: {error}"
                raise UserError(message, 'it is an object such as {"verdict": "conforms"}') from error
    return None


def _code(recording: Recording, *, strict: bool) -> ExitCode:
    from checker.trace.verdict import EXIT, STRICT_EXIT

    if recording.expected is not None:
        return ExitCode.FAILS if recording.differences else ExitCode.OK
    return ExitCode((STRICT_EXIT if strict else EXIT)[recording.verdict.kind])

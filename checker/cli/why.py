"""`switchover why`: one event of a recording, and why it is possible where it stands, or is not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.asking import Wanted, judgements, protocols, recording
from checker.cli.common import (
    Json,
    Limit,
    ScopeText,
    Seconds,
    Settings,
    Spec,
    UserError,
    Without,
    interrupts,
    progress,
    relative,
    show,
    write,
)
from checker.cli.exits import ExitCode, worst
from checker.report.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from checker.trace.event import Event
    from checker.trace.judge_trace import Judged
    from checker.trace.why import Why

Paths = Annotated[list[Path] | None, typer.Argument(metavar="PATH", hidden=True)]
EventAt = Annotated[
    str | None,
    typer.Option("--event", metavar="EVENT", help="Which event: FILE:LINE, LOG:SEQ, or its running number."),
]
LogName = Annotated[
    str | None, typer.Option("--log", metavar="NAME", help="The log that a number in --event counts in.")
]
Instead = Annotated[
    str | None,
    typer.Option("--instead", metavar="ACTION", help="Ask about this action in its place: take, or take(ann, _)."),
]
ProtocolName = Annotated[str | None, typer.Option("--protocol", metavar="NAME", help="Ask this protocol alone.")]


def why(
    paths: Paths = None,
    event: EventAt = None,
    log: LogName = None,
    instead: Instead = None,
    protocol: ProtocolName = None,
    spec: Spec = None,
    scope: ScopeText = None,
    settings: Settings = None,
    without: Without = None,
    limit: Limit = None,
    seconds: Seconds = None,
    json: Json = False,
) -> int:
    """Say why an event of a recording is possible where it stands, or what refused it.

    Names the step it was read as, each condition with the event since which it is true or false, what would have made
    it possible again, and what else was possible there. Exit code 0: a run has it (or the action asked about) there;
    1: none has.
    """
    from checker.report.why import WhyDocument, why_lines
    from checker.trace.addresses import NoSuchEvent, find

    if event is None:
        raise UserError("which event?", "add --event FILE:LINE, --event LOG:SEQ, or --event NUMBER")
    asked = protocols(Wanted(spec, settings, without, scope, limit, seconds, protocol))
    with progress("reading") as said, interrupts() as interrupt:
        trace = recording(paths or [], asked)
        try:
            found = find(trace, event, log)
        except NoSuchEvent as error:
            raise UserError(f"--event {clean(event)}: {error}", error.help) from error
        answers = relative(_answers(judgements(asked, trace, said), found.event, found.number, instead))
    code = _code(answers, interrupted=interrupt.seen)
    if json:
        from checker.report.json import json_text

        write(json_text(WhyDocument(trace.name, answers, code)))
    else:
        show(why_lines(answers, {each.name: each for each, _ in asked}))
    return code


def _answers(found: Iterable[Judged], event: Event, number: int, instead: str | None) -> tuple[Why, ...]:
    """What each part of the judgement answers. An action that only some of the protocols know is asked of those."""
    from checker.trace.asked import NotAsked
    from checker.trace.why import Because, why as answer

    answers: list[Why] = []
    unknown: list[NotAsked] = []
    for each in found:
        try:
            answers.append(answer(each, event, number, instead))
        except NotAsked as error:
            unknown.append(error)
    if unknown and not any(each.because is not Because.UNREAD for each in answers):
        raise UserError(f"--instead {clean(instead)}: {unknown[0]}", unknown[0].help)
    return tuple(answers)


def _code(answers: tuple[Why, ...], *, interrupted: bool) -> ExitCode:
    from checker.trace.why import Because

    codes = {
        Because.EXPLAINED: ExitCode.OK,
        Because.POSSIBLE: ExitCode.OK,
        Because.REFUSED: ExitCode.FAILS,
        Because.UNKNOWN: ExitCode.UNKNOWN,
        Because.UNREAD: ExitCode.OK,
    }
    told = [codes[each.because] for each in answers]
    return worst([*told, *([ExitCode.UNKNOWN] if interrupted else [])])

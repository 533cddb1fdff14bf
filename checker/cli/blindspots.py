"""`switchover blindspots`: what the logs of a recording can see, and what to record besides."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.asking import Wanted, protocols, recording
from checker.cli.common import (
    Json,
    Limit,
    ScopeText,
    Seconds,
    Settings,
    Spec,
    Without,
    interrupts,
    progress,
    relative,
    show,
    write,
)
from checker.cli.exits import ExitCode

if TYPE_CHECKING:
    from checker.trace.blindspots import Blindspots

Paths = Annotated[list[Path] | None, typer.Argument(metavar="PATH", hidden=True)]
ProtocolName = Annotated[str | None, typer.Option("--protocol", metavar="NAME", help="Ask this protocol alone.")]
Every = Annotated[bool, typer.Option("--rules", help="Tell of every rule how it is seen, and how that is known.")]


def blindspots(
    paths: Paths = None,
    protocol: ProtocolName = None,
    rules: Every = False,
    spec: Spec = None,
    scope: ScopeText = None,
    settings: Settings = None,
    without: Without = None,
    limit: Limit = None,
    seconds: Seconds = None,
    json: Json = False,
) -> int:
    """Say of each rule whether the recording put it to the test, and whether its logs could have shown it broken.

    Each rule is broken near the run that explains the recording, and the records that the logs would then hold are
    judged. Last come the fewest further records after which more rules would be caught, with the commands that turn
    them on.
    """
    from checker.report.blindspots import BlindspotsDocument, told
    from checker.trace.blindspots import SECONDS, blindspots as asked_of

    asked = protocols(Wanted(spec, settings, without, scope, limit, seconds, protocol))
    answers: list[Blindspots] = []
    with progress("reading") as said, interrupts() as interrupt:
        trace = recording(paths or [], asked)
        try:
            for each, options in asked:
                if not interrupt.seen:
                    said(f"{trace.name} by {each.name}: breaking each rule")
                    answers.append(asked_of(each, trace, options, seconds or SECONDS))
        except KeyboardInterrupt:
            pass  # a protocol that is not among the answers was not asked
    code = ExitCode.UNKNOWN if interrupt.seen else ExitCode.OK
    found = relative(tuple(answers))
    if json:
        from checker.report.json import json_text

        write(json_text(BlindspotsDocument(trace.name, found, code)))
    else:
        show(told(found, {each.name: each for each, _ in asked}, every=rules))
    return code

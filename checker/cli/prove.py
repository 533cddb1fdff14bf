"""`switchover prove`: every property, for any number of individuals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.common import (
    Json,
    Settings,
    Spec,
    Without,
    interrupts,
    progress,
    relative,
    show,
    write,
)
from checker.cli.exits import ExitCode, worst

if TYPE_CHECKING:
    from checker.cli.inputs import Chosen
    from checker.report.proved import ProveView

Seconds = Annotated[
    float | None, typer.Option("--seconds", min=0.01, metavar="N", help="Give each query N seconds. Default: 5.")
]
Limit = Annotated[
    int | None,
    typer.Option("--limit", min=1, metavar="STATES", help="Look for a counterexample among so many states at most."),
]


def prove(
    spec: Spec = None,
    settings: Settings = None,
    without: Without = None,
    limit: Limit = None,
    seconds: Seconds = None,
    roster: Annotated[bool, typer.Option("--roster", help="Tell how every rule and property fared.")] = False,
    json: Json = False,
) -> int:
    """Prove every property for any number of individuals, by induction; what is not proved is said to be unknown.

    Where a proof fails, the state it fails in is shown, and a search says whether a run gets there.
    """
    from checker.cli.inputs import chosen
    from checker.report.json import json_text
    from checker.report.page import BLANK
    from checker.report.proved import ProveDocument, prove_lines

    views: list[ProveView] = []
    codes: list[ExitCode] = []
    for choice in chosen(spec, settings, without):
        with interrupts() as interrupt:
            view = relative(_proved(choice, limit, seconds))
        views.append(view)
        if not json:
            show([*([BLANK] if len(views) > 1 else []), *prove_lines(view, roster=roster)])
        if interrupt.seen:
            codes.append(ExitCode.UNKNOWN)
            break
    code = worst([*codes, *(_exit(view) for view in views)])
    if json:
        write(json_text(ProveDocument(tuple(views), code)))
    return code


def _proved(choice: Chosen, limit: int | None, seconds: float | None) -> ProveView:
    from checker.cli.reached import Reach
    from checker.prove.answers import settle
    from checker.prove.api import SECONDS_PER_QUERY, prove as attempt
    from checker.report.proved import prove_view

    name = choice.protocol.name
    with progress(f"proving {name}") as said:
        proofs = attempt(
            choice.protocol,
            settings=dict(choice.settings),
            without=choice.without,
            seconds_per_query=seconds or SECONDS_PER_QUERY,
            progress=lambda done, planned, item: said(f"proving {name}: {done} of {planned} queries, {item}"),
        )
        reach = Reach(choice.protocol, limit, said)
        if not proofs.interrupted:
            proofs = settle(proofs, reach)
    return prove_view(choice.protocol, proofs, reach.run)


def _exit(view: ProveView) -> ExitCode:
    said = {item.said for item in view.properties}
    if "fails" in said:
        return ExitCode.FAILS
    return ExitCode.UNKNOWN if "unknown" in said else ExitCode.OK

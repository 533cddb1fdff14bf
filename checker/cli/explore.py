"""`switchover explore`: every state a scope has, and what that says of every property."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

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
    from checker.explore.explore import Exploration
    from checker.explore.runs import ScenarioAnswer
    from checker.language.protocol import Protocol
    from checker.model.scope import Scope
    from checker.report.explored import ExploreView

RUN_STATES = 300_000  # where trying one run of the text gives up


def explore(
    spec: Spec = None,
    scope: ScopeText = None,
    settings: Settings = None,
    without: Without = None,
    limit: Limit = None,
    seconds: Seconds = None,
    failures: Annotated[bool, typer.Option("--failures", help="Tell each place where a failure can strike.")] = False,
    roster: Annotated[bool, typer.Option("--roster", help="Tell how every rule and property fared.")] = False,
    json: Json = False,
) -> int:
    """Search every state of a scope and answer every property: holds, fails (with a shortest run), or unknown."""
    from checker.cli.inputs import chosen, scopes
    from checker.report.explored import ExploreDocument, explore_lines, explore_view
    from checker.report.json import json_text
    from checker.report.page import BLANK

    asked = scopes(chosen(spec, settings, without), scope)
    views, codes = [], []
    for at, (choice, within) in enumerate(asked):
        with interrupts() as interrupt:
            found = searched(choice.protocol, within, limit, seconds)
            tried = () if interrupt.seen else scenarios(choice.protocol, within, limit, seconds)
            view = relative(explore_view(found, tried))
        views.append(view)
        codes.append(exit_code(view))
        if not json:
            lines = explore_lines(view, roster=roster, failures=failures, seconds=found.seconds)
            show([*([BLANK] if at else []), *lines])
        if interrupt.seen:
            codes.append(ExitCode.UNKNOWN)
            break
    code = worst(codes)
    if json:
        write(json_text(ExploreDocument(tuple(views), code)))
    return code


def searched(protocol: Protocol, scope: Scope, limit: int | None, seconds: float | None) -> Exploration:
    """The search, with a progress line. Raises UserError for a scope that the protocol does not fit in."""
    from checker.explore.explore import explore as search
    from checker.explore.search import STATES
    from checker.model.initial import BadScope
    from checker.model.layout import TooLarge

    with progress(f"exploring {protocol.name}") as said:
        try:
            return search(
                protocol,
                scope,
                limit=limit or STATES,
                seconds=seconds,
                progress=lambda words: said(f"exploring {protocol.name}: {words}"),
            )
        except (BadScope, TooLarge) as error:
            raise UserError(clean(error), "choose other sizes with --scope") from error


def scenarios(protocol: Protocol, scope: Scope, limit: int | None, seconds: float | None) -> tuple[ScenarioAnswer, ...]:
    """The runs of the text, tried one by one; those that Ctrl-C leaves are not there."""
    from checker.explore.runs import try_scenarios
    from checker.explore.search import Limits

    tried: list[ScenarioAnswer] = []
    limits = Limits(limit or RUN_STATES, seconds)
    with progress(f"trying the runs of {protocol.name}") as said:
        try:
            for answer in try_scenarios(protocol, scope, limits=limits, progress=said):
                tried.append(answer)  # what was tried before an interrupt is kept
        except KeyboardInterrupt:
            pass  # the command says so, and what was tried is told
    return tuple(tried)


def exit_code(view: ExploreView) -> ExitCode:
    """Whether something fails, or is not known."""
    said = {item.said.value for item in view.properties} | {item.said.value for item in view.scenarios}
    if "fails" in said:
        return ExitCode.FAILS
    return ExitCode.UNKNOWN if "unknown" in said or not view.complete else ExitCode.OK

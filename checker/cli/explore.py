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
    Strict,
    UserError,
    Without,
    interrupts,
    nearest,
    progress,
    relative,
    show,
    write,
)
from checker.cli.exits import ExitCode, worst
from checker.report.text import clean

if TYPE_CHECKING:
    from checker.explore.ladder import Explored
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
    atlas: Annotated[
        bool, typer.Option("--atlas", help="Answer as `switchover atlas`, which has more options.")
    ] = False,
    roster: Annotated[bool, typer.Option("--roster", help="Tell how every rule and property fared.")] = False,
    engine: Annotated[
        str,
        typer.Option(
            "--engine",
            metavar="ENGINE",
            help="explicit, symbolic, or ladder: symbolic where single states are too many.",
        ),
    ] = "ladder",
    strict: Strict = False,
    json: Json = False,
) -> int:
    """Search every state of a scope and answer every property: holds, fails (with a shortest run), or unknown."""
    if atlas:
        from checker.cli.atlas import atlas as tell

        return tell(spec, scope, settings, without, limit=limit, seconds=seconds, json=json)
    from checker.cli.inputs import chosen, scopes
    from checker.report.explored import ExploreDocument, explore_lines, explore_view
    from checker.report.json import json_text
    from checker.report.page import BLANK

    asked = scopes(chosen(spec, settings, without), scope)
    views, codes = [], []
    for at, (choice, within) in enumerate(asked):
        with interrupts() as interrupt:
            found = searched(choice.protocol, within, limit, seconds, engine)
            tried = () if interrupt.seen else scenarios(choice.protocol, within, limit, seconds)
            view = relative(explore_view(found, tried))
        views.append(view)
        codes.append(exit_code(view, strict=strict))
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


def searched(protocol: Protocol, scope: Scope, limit: int | None, seconds: float | None, engine: str) -> Explored:
    """The search, with a progress line. Raises UserError for a scope or an engine that cannot be had."""
    from checker.explore.ladder import INSTALL, Engine, MissingLibrary, search_scope
    from checker.model.initial import BadScope
    from checker.model.layout import TooLarge

    if engine not in set(Engine):
        raise UserError(f"there is no engine {clean(engine)}", nearest(engine, list(Engine)))
    with progress(f"exploring {protocol.name}") as said:
        try:
            return search_scope(
                protocol,
                scope,
                Engine(engine),
                limit=limit,
                seconds=seconds,
                progress=lambda words: said(f"exploring {protocol.name}: {words}"),
            )
        except (BadScope, TooLarge) as error:
            raise UserError(clean(error), "choose other sizes with --scope") from error
        except MissingLibrary as error:
            raise UserError(clean(error), INSTALL) from error


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


def exit_code(view: ExploreView, *, strict: bool = False) -> ExitCode:
    """Whether something fails, or is not known. Strictly, a yes is 3: a search says nothing of any larger scope."""
    said = {item.said.value for item in view.properties} | {item.said.value for item in view.scenarios}
    if "fails" in said:
        return ExitCode.FAILS
    if "unknown" in said or not view.complete:
        return ExitCode.UNKNOWN
    return ExitCode.STRICT if strict and view.properties else ExitCode.OK

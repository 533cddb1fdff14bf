"""`switchover settings`: which settings of the open questions make which property hold, in a scope."""

from __future__ import annotations

import time
from collections.abc import Sequence
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
    nearest,
    progress,
    relative,
    show,
    write,
)
from checker.cli.exits import ExitCode, worst
from checker.report.text import clean

if TYPE_CHECKING:
    from checker.cli.inputs import Chosen
    from checker.explore.settings import Table
    from checker.model.scope import Scope
    from checker.report.settings import SettingsView

Properties = Annotated[
    list[str] | None,
    typer.Option("--property", metavar="NAME", help="Ask about this property only; may be repeated."),
]


def settings(
    spec: Spec = None,
    scope: ScopeText = None,
    settings: Settings = None,
    without: Without = None,
    properties: Properties = None,
    limit: Limit = None,
    seconds: Seconds = None,
    runs: Annotated[bool, typer.Option("--runs", help="Show a shortest run for each property that may fail.")] = False,
    roster: Annotated[bool, typer.Option("--roster", help="Tell how every rule and property fared.")] = False,
    json: Json = False,
) -> int:
    """Try all settings of the open questions in a scope, and say on which of them each property depends.

    Without `--scope`, the smallest one of the text is taken. What the scope or `--set` settles is not varied.
    """
    from checker.cli.inputs import chosen, scopes
    from checker.report.json import json_text
    from checker.report.page import BLANK
    from checker.report.settings import SettingsDocument, settings_lines

    choices = chosen(spec, settings, without)
    asked = scopes(choices, scope) if scope is not None else [smallest(choice) for choice in choices]
    check_properties(choices, properties or ())
    views: list[SettingsView] = []
    codes: list[ExitCode] = []
    for choice, within in asked:
        started = time.monotonic()
        with interrupts() as interrupt:
            view = relative(_table(choice, within, properties, limit, seconds, runs))
        views.append(view)
        codes.append(_exit(view))
        if not json:
            lines = settings_lines(view, roster=roster, seconds=time.monotonic() - started)
            show([*([BLANK] if len(views) > 1 else []), *lines])
        if interrupt.seen:
            codes.append(ExitCode.UNKNOWN)
            break
    code = worst(codes)
    if json:
        write(json_text(SettingsDocument(tuple(views), code)))
    return code


def smallest(choice: Chosen) -> tuple[Chosen, Scope]:
    """The declared scope with the fewest individuals and faults. Raises UserError where none is declared."""
    from checker.cli.inputs import scopes

    names = [declared.name for declared in choice.protocol.scopes]
    if not names:
        return scopes([choice], None)[0]
    found = [scopes([choice], name)[0] for name in names]
    return min(found, key=lambda each: sum(size for _, size in each[1].sizes) + each[1].faults)


def check_properties(choices: Sequence[Chosen], properties: Sequence[str]) -> None:
    """Raises UserError for a name that no property has."""
    known = {item.name for choice in choices for item in choice.protocol.properties}
    for name in properties:
        if name not in known:
            raise UserError(f"--property {clean(name)}: no such property", nearest(name, known))


def _table(
    choice: Chosen, scope: Scope, properties: list[str] | None, limit: int | None, seconds: float | None, runs: bool
) -> SettingsView:
    from checker.explore.search import STATES
    from checker.explore.settings import TooManySettings, run_against, settings_table
    from checker.model.initial import BadScope
    from checker.model.layout import TooLarge
    from checker.report.settings import settings_view

    name = choice.protocol.name
    with progress(f"trying the settings of {name}") as said:
        try:
            table: Table = settings_table(
                choice.protocol,
                scope,
                only=frozenset(properties) if properties else None,
                limit=limit or STATES,
                seconds=seconds,
                progress=lambda words: said(f"trying the settings of {name}: {words}"),
            )
        except (BadScope, TooLarge) as error:
            raise UserError(clean(error), "choose other sizes with --scope") from error
        except TooManySettings as error:
            raise UserError(clean(error), "settle some of them with --set PARAM=VALUE") from error
        found = {}
        for row in table.rows if runs else ():
            said(f"looking for a shortest run against {row.property.name}")
            answer = run_against(choice.protocol, scope, row)
            if answer is not None:
                found[row.property.name] = answer
    return settings_view(table, found)


def _exit(view: SettingsView) -> ExitCode:
    """No where a property fails with every setting; that some setting breaks one is what the table is for."""
    said = {row.said for row in view.properties}
    if "never" in said:
        return ExitCode.FAILS
    return ExitCode.UNKNOWN if view.reason or any(row.unknown for row in view.properties) else ExitCode.OK

"""`switchover needs`: which guards, outcomes and lemmas each proof rests on, and which rules protect which property."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.common import (
    Json,
    Limit,
    ScopeText,
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
from checker.cli.settings import Properties, check_properties, smallest
from checker.report.text import clean

if TYPE_CHECKING:
    from checker.cli.inputs import Chosen
    from checker.model.scope import Scope
    from checker.report.needs import NeedsView

CUT_STATES = 60_000  # of all sets of rules together; taking rules away makes very many states

Size = Annotated[
    int, typer.Option("--size", min=0, max=3, metavar="N", help="Take away up to N rules at once; 0: only proofs.")
]
PerQuery = Annotated[
    float | None, typer.Option("--seconds", min=0.01, metavar="N", help="Give each query N seconds. Default: 5.")
]


def needs(
    spec: Spec = None,
    scope: ScopeText = None,
    settings: Settings = None,
    without: Without = None,
    properties: Properties = None,
    size: Size = 1,
    limit: Limit = None,
    seconds: PerQuery = None,
    json: Json = False,
) -> int:
    """Say what the proof of each property rests on, and the smallest sets of rules without which a property fails.

    A proof needs some guards, what some outcomes do, and some lemmas: the minimal sets of those. The other way round,
    rules are taken away in a scope (the smallest one of the text, unless `--scope` says which), and a search shows the
    shortest run that then goes wrong.
    """
    from checker.cli.inputs import chosen, scopes
    from checker.report.json import json_text
    from checker.report.needs import NeedsDocument, needs_lines
    from checker.report.page import BLANK

    choices = chosen(spec, settings, without)
    check_properties(choices, properties or ())
    views: list[NeedsView] = []
    codes: list[ExitCode] = []
    for choice in choices:
        within = (scopes([choice], scope)[0] if scope is not None else smallest(choice))[1] if size else None
        with interrupts() as interrupt:
            view = relative(_needs(choice, within, properties, size, limit, seconds))
        views.append(view)
        codes.append(_exit(view))
        if not json:
            lines = needs_lines(view, every=bool(properties))
            show([*([BLANK] if len(views) > 1 else []), *lines])
        if interrupt.seen:
            codes.append(ExitCode.UNKNOWN)
            break
    code = worst(codes)
    if json:
        write(json_text(NeedsDocument(tuple(views), code)))
    return code


def _needs(
    choice: Chosen,
    scope: Scope | None,
    properties: list[str] | None,
    size: int,
    limit: int | None,
    seconds: float | None,
) -> NeedsView:
    from checker.explore.cuts import smallest_cuts
    from checker.model.initial import BadScope
    from checker.model.layout import TooLarge
    from checker.prove.answers import Holds
    from checker.prove.api import SECONDS_PER_QUERY, prove
    from checker.prove.cores import used
    from checker.prove.queries import Effort
    from checker.report.needs import needs_view

    name = choice.protocol.name
    settings = dict(choice.settings)
    effort = seconds or SECONDS_PER_QUERY
    with progress(f"proving {name}") as said:
        proofs = prove(choice.protocol, settings=settings, without=choice.without, seconds_per_query=effort)
        wanted = tuple(answer for answer in proofs.answers if not properties or answer.name in properties)
        proved = tuple(answer.name for answer in proofs.answers if isinstance(answer.judgement, Holds))
        found = used(
            choice.protocol,
            proved,
            only=frozenset(answer.name for answer in wanted),
            settings=settings,
            without=choice.without,
            effort=Effort(effort),
            progress=lambda item: said(f"what the proof of {item} rests on"),
        )
        cuts = None
        if scope is not None and not found.interrupted:
            try:
                cuts = smallest_cuts(
                    choice.protocol,
                    scope,
                    largest=size,
                    only=frozenset(properties) if properties else None,
                    limit=limit or CUT_STATES,
                    progress=lambda words: said(f"taking away rules of {name}: {words}"),
                )
            except (BadScope, TooLarge) as error:
                raise UserError(clean(error), "choose other sizes with --scope") from error
    return needs_view(choice.protocol, replace(proofs, answers=wanted), found, cuts)


def _exit(view: NeedsView) -> ExitCode:
    """Unknown where something was not looked into in full: a proof's other minimal sets, or sets of rules."""
    cut = any(row.proved and not (row.complete and row.minimal) for row in view.properties)
    searched = view.scope is not None and (view.reason or any(row.open for row in view.properties))
    return ExitCode.UNKNOWN if view.interrupted or cut or searched else ExitCode.OK

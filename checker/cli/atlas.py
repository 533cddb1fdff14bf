"""`switchover atlas`: every failure at every step it can strike at, in every setting, and all that becomes of it."""

from __future__ import annotations

import time
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
from checker.cli.reports import STANDARD_OUTPUT, Html, deliver, writable
from checker.cli.settings import smallest
from checker.report.text import clean

if TYPE_CHECKING:
    from checker.cli.inputs import Chosen
    from checker.explore.atlas import Atlas, Cell
    from checker.explore.cell_run import Story
    from checker.model.scope import Scope
    from checker.report.atlas import AtlasView, Stories

Vary = Annotated[
    list[str] | None,
    typer.Option("--vary", metavar="PARAM", help="Vary only this open question (may be repeated); `none`: no one."),
]
CellText = Annotated[
    str | None, typer.Option("--cell", metavar="FAILURE@STEP", help="Tell one cell, with a run to each of its fates.")
]
Csv = Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write a table, a row for each fate.")]
Faults = Annotated[
    int | None, typer.Option("--faults", min=0, metavar="N", help="Allow N faults instead of the scope's.")
]
Pairs = Annotated[
    bool, typer.Option("--pairs", help="Tell what two failures do that neither does alone (always with --faults 2).")
]


def atlas(
    spec: Spec = None,
    scope: ScopeText = None,
    settings: Settings = None,
    without: Without = None,
    vary: Vary = None,
    faults: Faults = None,
    pairs: Pairs = False,
    cell: CellText = None,
    limit: Limit = None,
    seconds: Seconds = None,
    html: Html = None,
    csv: Csv = None,
    json: Json = False,
) -> int:
    """Tell what becomes of every failure at every step at which it can strike, and when there is no way back.

    Without `--scope`, the smallest one of the text is taken. What the scope or `--set` settles is not varied.
    """
    from checker.cli.inputs import chosen, scopes
    from checker.report.atlas import AtlasDocument, csv_text
    from checker.report.atlas_table import atlas_lines, cell_lines
    from checker.report.html.atlas import atlas_html
    from checker.report.json import json_text
    from checker.report.page import BLANK

    places = [(option, path) for option, path in (("--html", html), ("--csv", csv)) if path is not None]
    writable(places, json=json)
    silent = json or any(path == STANDARD_OUTPUT for _, path in places)
    choices = _with_fates(chosen(spec, settings, without))
    asked = scopes(choices, scope) if scope is not None else [smallest(choice) for choice in choices]
    views: list[AtlasView] = []
    codes: list[ExitCode] = []
    for choice, given in asked:
        within = given if faults is None else replace(given, faults=faults)
        began = time.monotonic()
        with interrupts() as interrupt:
            view = relative(
                _view(choice, within, vary, pairs or within.faults > 1, cell, limit, seconds, html is not None)
            )
        views.append(view)
        codes.append(ExitCode.UNKNOWN if view.reason else ExitCode.OK)
        if not silent:
            told = (
                atlas_lines(view, seconds=time.monotonic() - began)
                if cell is None
                else cell_lines(view, next(each for each in view.cells if f"{each.failure}@{each.step}" == cell))
            )
            show([*([BLANK] if len(views) > 1 else []), *told])
        if interrupt.seen:
            codes.append(ExitCode.UNKNOWN)
            break
    code = worst(codes)
    for path, text in ((html, atlas_html), (csv, csv_text)):
        if path is not None:
            deliver(path, text(views))
    if json:
        write(json_text(AtlasDocument(tuple(views), code)))
    return code


def _with_fates(choices: list[Chosen]) -> list[Chosen]:
    """The protocols that declare fates. Raises UserError if none does."""
    found = [choice for choice in choices if choice.protocol.fates]
    if not found:
        names = ", ".join(clean(choice.protocol.name) for choice in choices)
        help_ = 'declare some, such as: fate lost "It is nowhere." forall x: Thing. moves[x] ~> nowhere(x)'
        raise UserError(f"{names}: no `fate` is declared, so nobody knows what may become of a failure", help_)
    return found


def _view(
    choice: Chosen,
    scope: Scope,
    vary: list[str] | None,
    pairs: bool,
    cell: str | None,
    limit: int | None,
    seconds: float | None,
    runs: bool,
) -> AtlasView:
    from checker.explore.atlas import atlas as make
    from checker.explore.search import STATES
    from checker.explore.settings import TooManySettings
    from checker.model.initial import BadScope
    from checker.model.layout import TooLarge
    from checker.report.atlas import atlas_view

    protocol = choice.protocol
    with progress(f"the atlas of {protocol.name}") as said:
        try:
            made = make(
                protocol,
                scope,
                vary=_varied(choice, vary),
                pairs=pairs,
                limit=limit or STATES,
                seconds=seconds,
                progress=lambda words: said(f"the atlas of {protocol.name}: {words}"),
            )
        except (BadScope, TooLarge) as error:
            raise UserError(clean(error), "choose other sizes with --scope") from error
        except TooManySettings as error:
            raise UserError(
                clean(error), "settle some with --set PARAM=VALUE, or name some with --vary PARAM"
            ) from error
        wanted = made.cells if runs else [_named(made, cell)] if cell is not None else []
        stories: dict[tuple[str, str, str], tuple[int, Story]] = {}
        try:
            for number, each in enumerate(wanted, 1):
                said(f"looking for shortest runs, cell {number:,} of {len(wanted):,}")
                stories.update(_stories(made, each, every=cell is not None))
        except KeyboardInterrupt:
            pass  # the command says so, and what was found is told
    return atlas_view(made, stories)


def _stories(made: Atlas, cell: Cell, *, every: bool) -> Stories:
    """A run to each fate of the cell, or to the worst one only: with the usual setting, where there is one."""
    from checker.explore.cell_run import story

    found: dict[tuple[str, str, str], tuple[int, Story]] = {}
    for fate, mask in cell.fates:
        setting = made.nearest(mask)
        told = story(made, cell, fate, setting)
        if told is not None:
            found[cell.failure, cell.step, fate] = setting, told
            if not every and setting == made.usual:
                break
    return found


def _varied(choice: Chosen, vary: list[str] | None) -> frozenset[str] | None:
    """The params to vary; None: all. Raises UserError for one that the text does not have."""
    if vary is None:
        return None
    known = {param.name for param in choice.protocol.params}
    for name in vary:
        if name not in known and name != "none":
            raise UserError(f"--vary {clean(name)}: no such param", nearest(name, known | {"none"}))
    return frozenset(vary) - {"none"}


def _named(made: Atlas, text: str) -> Cell:
    """The cell that `FAILURE@STEP` names. Raises UserError."""
    known = {f"{cell.failure}@{cell.step}": cell for cell in made.cells}
    if text not in known:
        raise UserError(f"--cell {clean(text)}: there is no such cell", nearest(text, list(known)))
    return known[text]

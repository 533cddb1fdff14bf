"""`switchover mutate`: one thing in the text changed at a time, and whether anything in it notices."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.common import (
    Json,
    Limit,
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
    from checker.language.mutants import Mutant
    from checker.model.scope import Scope
    from checker.mutate.vacuity import Idle
    from checker.report.mutated import MutateView

ScopeText = Annotated[
    str | None,
    typer.Option(
        "--scope", metavar="SCOPE", help="A scope by name, or sizes: Host=2,faults=1. Default: as said above."
    ),
]
Number = Annotated[int | None, typer.Option("--mutant", min=1, metavar="N", help="Try this one, and tell it in full.")]
Rule = Annotated[list[str] | None, typer.Option("--rule", metavar="RULE", help="Only what cites this rule.")]
Guards = Annotated[bool, typer.Option("--guards", help="Only leave conditions of guards out.")]
Every = Annotated[bool, typer.Option("--all", help="Tell every survivor.")]
Jobs = Annotated[int | None, typer.Option("--jobs", min=1, metavar="N", help="So many at once. Default: one a core.")]
Seconds = Annotated[float | None, typer.Option("--seconds", min=0.01, metavar="N", help="Give each mutant N seconds.")]
Recordings = Annotated[
    list[Path] | None,
    typer.Option("--recordings", metavar="PATH", help="Ask these recordings about what survives; may be repeated."),
]


def mutate(
    spec: Spec = None,
    scope: ScopeText = None,
    settings: Settings = None,
    without: Without = None,
    mutant: Number = None,
    rule: Rule = None,
    guards: Guards = False,
    recordings: Recordings = None,
    limit: Limit = None,
    seconds: Seconds = None,
    jobs: Jobs = None,
    every: Every = False,
    json: Json = False,
) -> int:
    """Change one thing in a protocol at a time, and say what notices: a property, a run, a proof that it is the same.

    What nothing notices is a question about the text. Conditions of guards are left out, effects and single assignments
    dropped, comparisons turned round. Without --scope: every scope of the text that is small enough, and the first of
    them with other answers to the open questions.
    """
    from checker.cli.inputs import chosen, scopes
    from checker.report.json import json_text
    from checker.report.mutated import MutateDocument, mutate_lines, one_lines
    from checker.report.page import BLANK

    choices = chosen(spec, settings, without)
    known = {each.id for choice in choices for each in choice.protocol.rules}
    for each in rule or ():
        if each not in known:
            raise UserError(f"--rule {clean(each)}: no such rule", nearest(each, known))
    within = {id(choice): found for choice, found in scopes(choices, scope)} if scope is not None else None
    asked = [choice for choice in choices if within is None or id(choice) in within]
    wanted = {id(choice): _wanted(choice, mutant, rule, guards=guards) for choice in asked}
    if not any(wanted.values()):
        raise UserError("there is no such mutant", "`switchover mutate --all` tells their numbers")
    files = _recordings(recordings)
    views: list[MutateView] = []
    codes: list[ExitCode] = []
    for choice in asked:
        if not wanted[id(choice)]:
            continue
        started = time.monotonic()
        with interrupts() as interrupt:
            one = (within[id(choice)],) if within is not None else None
            view = relative(
                _tried(choice, wanted[id(choice)], one, limit, seconds, jobs, files, idle=mutant is None and not rule)
            )
        views.append(view)
        codes.append(_exit(view))
        if not json:
            lines = (
                mutate_lines(view, every=every, seconds=time.monotonic() - started)
                if mutant is None
                else one_lines(view, view.mutants[0])
            )
            show([*([BLANK] if len(views) > 1 else []), *lines])
        if interrupt.seen:
            codes.append(ExitCode.UNKNOWN)
            break
    code = worst(codes)
    if json:
        write(json_text(MutateDocument(tuple(views), code)))
    return code


def _wanted(choice: Chosen, number: int | None, rules: list[str] | None, *, guards: bool) -> tuple[Mutant, ...]:
    from checker.language.mutants import Change, mutants

    return tuple(
        each
        for each in mutants(choice.protocol)
        if number in (None, each.number)
        and (not rules or not set(rules).isdisjoint(each.rules))
        and (not guards or each.change is Change.GUARD)
    )


def _recordings(paths: list[Path] | None) -> tuple[tuple[str, tuple[Path, ...]], ...]:
    from checker.cli.inputs import recordings_of

    return tuple(recordings_of(list(paths))) if paths else ()


def _tried(
    choice: Chosen,
    wanted: tuple[Mutant, ...],
    scopes: tuple[Scope, ...] | None,
    limit: int | None,
    seconds: float | None,
    jobs: int | None,
    recordings: tuple[tuple[str, tuple[Path, ...]], ...],
    *,
    idle: bool,
) -> MutateView:
    from checker.model.initial import BadScope
    from checker.model.layout import TooLarge
    from checker.mutate.mutate import mutate as attempt
    from checker.mutate.plan import STATES
    from checker.mutate.vacuity import idle as look
    from checker.report.mutated import mutate_view

    name = choice.protocol.name
    with progress(f"trying the mutants of {name}") as said:
        try:
            found = attempt(
                choice.protocol,
                settings=dict(choice.settings),
                without=choice.without,
                scopes=scopes,
                wanted=wanted,
                states=limit or STATES,
                seconds=seconds,
                jobs=jobs or os.cpu_count() or 1,
                recordings=recordings,
                progress=lambda words: said(f"{name}: {words}"),
            )
        except (BadScope, TooLarge) as error:
            raise UserError(clean(error), "choose other sizes with --scope") from error
        findings: tuple[Idle, ...] = ()
        if idle and found.plan is not None and not found.interrupted:
            try:
                said(f"{name}: looking for what is idle")
                findings = look(found.plan, found.shown)
            except KeyboardInterrupt:
                pass  # the command says so
    return mutate_view(found, findings)


def _exit(view: MutateView) -> ExitCode:
    if view.survived:
        return ExitCode.FAILS
    return ExitCode.UNKNOWN if view.unknown or view.interrupted else ExitCode.OK

"""`switchover prove`: every property, for any number of individuals."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.common import (
    Json,
    Settings,
    Spec,
    Strict,
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
    certificate: Annotated[
        Path | None,
        typer.Option("--certificate", metavar="FILE", help="Write the proofs as SMT-LIB, for `verify-certificate`."),
    ] = None,
    roster: Annotated[bool, typer.Option("--roster", help="Tell how every rule and property fared.")] = False,
    strict: Strict = False,
    json: Json = False,
) -> int:
    """Prove every property for any number of individuals, by induction; what is not proved is said to be unknown.

    Where a proof fails, the state it fails in is shown, and a search says whether a run gets there.
    """
    from checker.cli.certificates import certificate_files
    from checker.cli.inputs import chosen
    from checker.report.json import json_text
    from checker.report.page import BLANK
    from checker.report.proved import ProveDocument, prove_lines

    views: list[ProveView] = []
    codes: list[ExitCode] = []
    choices = chosen(spec, settings, without)
    files = certificate_files(certificate, choices)
    for choice in choices:
        with interrupts() as interrupt:
            view = relative(_proved(choice, limit, seconds, files.get(choice.protocol.name)))
        views.append(view)
        if not json:
            show([*([BLANK] if len(views) > 1 else []), *prove_lines(view, roster=roster)])
        if interrupt.seen:
            codes.append(ExitCode.UNKNOWN)
            break
    code = worst([*codes, *(proof_exit(view, strict=strict) for view in views)])
    if json:
        write(json_text(ProveDocument(tuple(views), code)))
    return code


def _proved(choice: Chosen, limit: int | None, seconds: float | None, certificate: Path | None) -> ProveView:
    from checker.cli.certificates import write_certificate
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
        view = prove_view(choice.protocol, proofs, reach.run)
        if certificate is not None:
            said(f"writing {clean(certificate)}")
            view = replace(view, certificate=write_certificate(certificate, choice.protocol, proofs))
    return view


def proof_exit(view: ProveView, *, strict: bool = False) -> ExitCode:
    """What the answers come to. Strictly, 3 where a property is left to a search, or settings are given or needed."""
    said = {item.said for item in view.properties}
    if "fails" in said:
        return ExitCode.FAILS
    if "unknown" in said:
        return ExitCode.UNKNOWN
    conditional = "search" in said or view.settings or view.without or any(item.settings for item in view.properties)
    return ExitCode.STRICT if strict and conditional else ExitCode.OK

"""`switchover infer`: the lemmas that a proof for any number needs, found instead of written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.common import Json, Settings, Spec, Without, interrupts, progress, relative, show, write
from checker.cli.exits import ExitCode, worst
from checker.cli.prove import Limit, Seconds, proof_exit

if TYPE_CHECKING:
    from checker.cli.inputs import Chosen
    from checker.report.inferred import InferView


def infer(
    spec: Spec = None,
    settings: Settings = None,
    without: Without = None,
    without_lemmas: Annotated[
        bool, typer.Option("--without-lemmas", help="Take away the lemmas of the text first.")
    ] = False,
    limit: Limit = None,
    seconds: Seconds = None,
    roster: Annotated[bool, typer.Option("--roster", help="Tell how every rule and property fared.")] = False,
    json: Json = False,
) -> int:
    """Prove every property for any number of individuals, with lemmas that are found: print them, ready to be pasted.

    What is found is proved like any other lemma. Where nothing is found, the answer is unknown, and says why.
    """
    from checker.cli.inputs import chosen
    from checker.report.inferred import InferDocument, infer_lines
    from checker.report.json import json_text
    from checker.report.page import BLANK

    views: list[InferView] = []
    codes: list[ExitCode] = []
    for choice in chosen(spec, settings, without):
        with interrupts() as interrupt:
            view = relative(_inferred(choice, not without_lemmas, limit, seconds))
        views.append(view)
        if not json:
            show([*([BLANK] if len(views) > 1 else []), *infer_lines(view, roster=roster)])
        if interrupt.seen:
            codes.append(ExitCode.UNKNOWN)
            break
    code = worst([*codes, *(proof_exit(view.proof) for view in views)])
    if json:
        write(json_text(InferDocument(tuple(views), code)))
    return code


def _inferred(choice: Chosen, keep_lemmas: bool, limit: int | None, seconds: float | None) -> InferView:
    from dataclasses import replace

    from checker.cli.reached import Reach
    from checker.prove.answers import settle
    from checker.prove.api import SECONDS_PER_QUERY
    from checker.prove.infer.api import infer as attempt
    from checker.report.inferred import infer_view

    name = choice.protocol.name
    with progress(f"inferring for {name}") as said:
        found = attempt(
            choice.protocol,
            settings=dict(choice.settings),
            without=choice.without,
            keep_lemmas=keep_lemmas,
            seconds_per_query=seconds or SECONDS_PER_QUERY,
            progress=lambda goal, clauses, queries: said(
                f"inferring for {name}: {goal}, {clauses} clauses, {queries} queries"
            ),
        )
        reach = Reach(found.protocol, limit, said)
        if not found.proofs.interrupted:
            found = replace(found, proofs=settle(found.proofs, reach))
        return infer_view(found, reach.run)

"""`switchover graph`: pictures of a scope's states."""

from __future__ import annotations

import sys
from contextlib import suppress
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
    nearest,
    progress,
    relative,
    write,
)
from checker.cli.exits import ExitCode
from checker.cli.whole import write_whole
from checker.report.text import clean

if TYPE_CHECKING:
    from checker.cli.inputs import Chosen
    from checker.explore.pictures import Picture, Reached
    from checker.model.scope import Scope

DRAWN = 300  # nodes; more cannot be read in a drawing

By = Annotated[
    list[str] | None,
    typer.Option(
        "--by", metavar="CELL", help="One node for each value: a cell, `cell[a]`, or a definition. Repeatable."
    ),
]
Machines = Annotated[
    str | None,
    typer.Option("--machine", metavar="CELLS", help="What these cells go through together: names with commas."),
]
Condense = Annotated[bool, typer.Option("--condense", help="Make one node of those that reach each other.")]
Dominators = Annotated[bool, typer.Option("--dominators", help="Draw what every way to a node passes last.")]
Most = Annotated[
    int | None,
    typer.Option("--most", min=1, metavar="N", help=f"Draw N nodes at most. Default: {DRAWN}; GraphML and JSON: all."),
]
To = Annotated[
    str | None, typer.Option("--to", metavar="FORMAT", help="dot, mermaid or graphml. Default: by the suffix of OUT.")
]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="OUT", help="A file. Default: standard output.")]
Force = Annotated[bool, typer.Option("--force", help="Write over a file that is there.")]


def graph(
    by: By = None,
    machine: Machines = None,
    condense: Condense = False,
    dominators: Dominators = False,
    most: Most = None,
    to: To = None,
    output: Output = None,
    force: Force = False,
    spec: Spec = None,
    scope: ScopeText = None,
    settings: Settings = None,
    without: Without = None,
    limit: Limit = None,
    seconds: Seconds = None,
    json: Json = False,
) -> int:
    """Draw a scope's states: all, by what some cells hold, or the machine that some cells go through.

    `--machine` lays all individuals on one another. What is not drawn is told on standard error and in the text. The
    search uses no symmetry, so that each individual keeps its name.
    """
    from checker.cli.inputs import chosen, scopes
    from checker.report.graphs import FORMATS, SUFFIXES, GraphDocument
    from checker.report.json import json_text

    if to is not None and to not in FORMATS:
        raise UserError(f"--to {clean(to)}: no such format", nearest(to, FORMATS))
    if by and machine:
        raise UserError("--by and --machine do not go together", "--machine makes pictures of its own")
    suffix = output.suffix if output is not None else ""
    form = to or SUFFIXES.get(suffix, "dot")
    asked = scopes(chosen(spec, settings, without), scope)
    if len(asked) > 1:
        names = ", ".join(choice.protocol.name for choice, _ in asked)
        raise UserError(f"there are {len(asked)} protocols: {names}", "choose one with --spec")
    (choice, within), *_ = asked
    reached = _reached(choice, within, limit, seconds)
    pictures = _pictures(reached, by, machine, condense=condense, dominators=dominators)
    if most is None and not json and form != "graphml":
        most = DRAWN
    if most is not None:
        pictures = _bounded(pictures, most)
    code = ExitCode.UNKNOWN if reached.graph.cut else ExitCode.OK
    if json:
        write(json_text(relative(GraphDocument(pictures, code))))
        return code
    for sentence in dict.fromkeys(sentence for picture in pictures for sentence in picture.left_out):
        with suppress(BrokenPipeError):
            print(f"not drawn: {clean(sentence)}", file=sys.stderr)
    if form == "graphml" and len(pictures) > 1:
        raise UserError("GraphML holds one picture, and there are several", "use --to dot, or --json")
    text = "\n".join(FORMATS[form](picture) for picture in pictures)
    if output is None:
        write(text)
    elif output.exists() and not force:
        raise UserError(f"{clean(output)} is there already", "--force writes over it")
    else:
        write_whole(output, text.encode("utf-8"), through_links=False)
    return code


def _reached(choice: Chosen, scope: Scope, limit: int | None, seconds: float | None) -> Reached:
    """The search. Raises UserError for a scope that the protocol does not fit in."""
    from checker.explore.pictures import reach
    from checker.explore.search import STATES, Limits
    from checker.model.ground import Machine
    from checker.model.initial import BadScope
    from checker.model.layout import TooLarge

    with progress(f"exploring {choice.protocol.name}") as said:
        try:
            return reach(Machine(choice.protocol, scope), Limits(limit or STATES, seconds), said)
        except (BadScope, TooLarge) as error:
            raise UserError(clean(error), "choose other sizes with --scope") from error


def _pictures(
    reached: Reached, by: list[str] | None, machine: str | None, *, condense: bool, dominators: bool
) -> tuple[Picture, ...]:
    """The pictures asked for. Raises UserError for a cell that is not there."""
    from checker.explore.keys import NoSuchKey
    from checker.explore.pictures import condensed, dominators as dominated, machines, quotient, whole

    try:
        if machine is not None:
            pictures = machines(reached, [part.strip() for part in machine.split(",")])
        else:
            pictures = (quotient(reached, by) if by else whole(reached),)
    except NoSuchKey as error:
        raise UserError(clean(error), nearest(error.text, error.known)) from error
    if condense:
        pictures = tuple(map(condensed, pictures))
    return tuple(map(dominated, pictures)) if dominators else pictures


def _bounded(pictures: tuple[Picture, ...], most: int) -> tuple[Picture, ...]:
    from checker.explore.pictures import bounded

    return tuple(bounded(picture, most) for picture in pictures)

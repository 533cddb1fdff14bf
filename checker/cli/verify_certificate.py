"""`switchover verify-certificate`: whether proofs that somebody wrote down prove what they claim."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.common import Json, Spec, UserError, interrupts, progress, reason, relative, show, write
from checker.cli.exits import ExitCode, worst
from checker.report.text import clean

if TYPE_CHECKING:
    from checker.cli.inputs import Chosen
    from checker.report.verified import VerifyView
    from checker.verify.api import Verification
    from checker.verify.header import Header
    from checker.verify.solve import NoSolver, Solver

Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Certificates that `prove --certificate` wrote.")]
Program = Annotated[
    str | None,
    typer.Option("--solver", metavar="PROGRAM", help="Ask this program, which reads SMT-LIB. Default: cvc5's library."),
]
Seconds = Annotated[
    float | None, typer.Option("--seconds", min=0.01, metavar="N", help="Give each obligation N seconds. Default: 5.")
]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="Draw the states that are compared with this seed.")]


def verify_certificate(
    files: Files,
    spec: Spec = None,
    solver: Program = None,
    seconds: Seconds = None,
    seed: Seed = 0,
    json: Json = False,
) -> int:
    """Check proofs that were written down, without the prover that found them.

    An independent checker holds every line of the certificate against the protocol's text: it is about this text, no
    obligation is missing, nothing is assumed that is not proved, each definition means what the text says. A second
    solver, cvc5, then answers every obligation again.
    """
    from checker.cli.inputs import chosen
    from checker.report.json import json_text
    from checker.report.page import BLANK
    from checker.report.verified import VerifyDocument, verify_lines, verify_view

    choices = chosen(spec, None, None)
    asked = _solver(solver)
    views: list[VerifyView] = []
    codes: list[ExitCode] = []
    for file in files:
        with interrupts() as interrupt:
            found = _verified(file, choices, asked, seconds, seed)
        view = relative(verify_view(str(file), found))
        if not json:
            show([*([BLANK] if views else []), *verify_lines(view, found.seconds)])
        views.append(view)
        codes.append(_exit(view))
        if interrupt.seen:
            codes.append(ExitCode.UNKNOWN)
            break
    code = worst(codes)
    if json:
        write(json_text(VerifyDocument(tuple(views), code)))
    return code


def _solver(program: str | None) -> Solver | NoSolver:
    """The solver to ask, or why there is none. Raises UserError for a program that was named and is not there."""
    from checker.verify.solve import NoSolver, default_solver, solver_at

    try:
        return default_solver() if program is None else solver_at(program)
    except NoSolver as problem:
        if program is not None:
            raise UserError(clean(problem.reason), problem.help) from problem
        return problem


def _verified(
    file: Path, choices: list[Chosen], solver: Solver | NoSolver, seconds: float | None, seed: int
) -> Verification:
    from checker.verify.api import verify
    from checker.verify.header import read_header
    from checker.verify.solve import SECONDS, NoSolver
    from checker.verify.text import Unreadable, read

    name = clean(file)
    with progress(f"reading {name}") as said:
        try:
            header, commands = read_header(read(_text(file)))
        except Unreadable as problem:
            raise UserError(f"{name}:{problem.line}: {clean(problem.reason)}", _HELP) from problem
        choice = _choice(name, header, choices)
        try:
            return verify(
                choice.protocol,
                header,
                commands,
                solver,
                seconds=seconds or SECONDS,
                seed=seed,
                progress=lambda at: said(f"checking {name}: {at}"),
            )
        except NoSolver as problem:
            raise UserError(clean(problem.reason), problem.help) from problem


_HELP = "a certificate is a file that `switchover prove --certificate FILE` wrote"


def _text(file: Path) -> str:
    from checker.verify.text import MOST_CHARACTERS

    try:
        with file.open("rb") as opened:
            return opened.read(MOST_CHARACTERS + 1).decode("ascii", "backslashreplace")
    except OSError as error:
        raise UserError(f"cannot read {clean(file)}: {reason(error)}", _HELP) from error


def _choice(name: str, header: Header, choices: list[Chosen]) -> Chosen:
    """The protocol that the certificate is about; with one text to choose from, that one, which may then not fit."""
    for choice in choices:
        if choice.protocol.name == header.protocol or len(choices) == 1:
            return choice
    known = ", ".join(choice.protocol.name for choice in choices)
    raise UserError(
        f"{name} is about a protocol named {clean(header.protocol, 60)}, and here are {known}",
        "name its text with --spec",
    )


def _exit(view: VerifyView) -> ExitCode:
    said = {item.said for item in view.properties}
    if view.refusal is not None or "refused" in said:
        return ExitCode.FAILS
    return ExitCode.UNKNOWN if "unknown" in said or view.interrupted else ExitCode.OK

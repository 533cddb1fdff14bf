"""What became of a certificate: data for JSON, and lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from checker import __version__
from checker.language.protocol import Invariant, Property, StepRule
from checker.report.page import BAD, DOUBT, GOOD, NAME, QUIET, STRONG, Line, labelled, line
from checker.report.text import clean, plural
from checker.verify.api import Check, Said, Verification
from checker.verify.validate import Validation

WORDS = {Said.CERTIFIED: GOOD, Said.REFUSED: BAD, Said.UNKNOWN: DOUBT, Said.SEARCH: QUIET}


@dataclass(frozen=True, slots=True)
class RefusalView:
    """Why the certificate proves nothing, and the line of the file that shows so."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class CheckView:
    """One property of the text. `settled` of its `obligations` were answered unsat."""

    name: str
    kind: str
    rules: tuple[str, ...]
    said: Said
    reason: str
    uses: tuple[str, ...]
    obligations: int
    settled: int


@dataclass(frozen=True, slots=True)
class ValidationView:
    """How much of the certificate was compared with the text: definitions, in how many states, drawn with which seed.

    `whole` of the definitions were compared in every state of the world with one individual of each sort. `proved` is
    how many of them the solver proved to mean what the text says, in every state of every world.
    """

    definitions: int
    whole: int
    states: int
    seed: int
    proved: int


@dataclass(frozen=True, slots=True)
class VerifyView:
    """One certificate. `digest` is that of the typed protocol it was held against; `solver` is empty where none was."""

    file: str
    protocol: str
    digest: str
    written_by: str
    found_by: str
    settings: tuple[tuple[str, str], ...]
    without: tuple[str, ...]
    refusal: RefusalView | None
    compared: ValidationView | None
    solver: str
    interrupted: bool
    properties: tuple[CheckView, ...]


@dataclass(frozen=True, slots=True)
class VerifyDocument:
    """What `switchover verify-certificate --json` answers: one check for each certificate."""

    certificates: tuple[VerifyView, ...]
    exit: int
    switchover: Literal["verify-certificate"] = "verify-certificate"
    format: Literal[1] = 1
    version: str = __version__


def verify_view(file: str, found: Verification) -> VerifyView:
    """A check as plain data."""
    header = found.header
    return VerifyView(
        file,
        found.protocol,
        found.digest,
        header.written_by,
        header.found_by,
        tuple(header.settings.items()),
        header.without,
        None if found.refusal is None else RefusalView(found.refusal.line, found.refusal.reason),
        None if found.compared is None else _validation(found.compared, found.meanings[0]),
        found.solver,
        found.interrupted,
        tuple(map(_check, found.checks)),
    )


def _validation(found: Validation, proved: int) -> ValidationView:
    return ValidationView(found.definitions, found.whole, found.states, found.seed, proved)


def _check(check: Check) -> CheckView:
    item = check.property
    return CheckView(
        item.name, _kind(item), item.rules, check.said, check.reason, check.uses, check.obligations, check.settled
    )


def _kind(item: Property) -> str:
    match item:
        case Invariant():
            return "lemma" if item.lemma else "invariant"
        case StepRule():
            return "step"
        case _:
            return "other"


def verify_lines(view: VerifyView, seconds: tuple[float, float]) -> Iterator[Line]:
    """The report: what was checked and by whom, and one line a property. `seconds` went into comparing and solving."""
    asked = [item for item in view.properties if item.said is not Said.SEARCH]
    good = sum(item.said is Said.CERTIFIED for item in asked)
    if view.refusal is not None:
        yield line((clean(view.file), STRONG), ": ", ("refused", BAD))
        yield line("  ", (f"line {view.refusal.line}", NAME), f"  {clean(view.refusal.reason)}", hang=4)
        yield labelled("protocol", f"{view.protocol}, sha256:{view.digest}")
        return
    yield line(
        (clean(view.file), STRONG), f" about {view.protocol}:",
        f" {good} of {plural(len(asked), 'property', 'properties')} certified",
        ", stopped by Ctrl-C" if view.interrupted else "",
    )  # fmt: skip
    yield labelled("text", f"typed protocol sha256:{view.digest}")
    yield labelled("written by", clean(f"{view.written_by}; found by {view.found_by}"))
    if view.settings:
        yield labelled("settings", ", ".join(f"{name} = {value}" for name, value in view.settings))
    if view.without:
        yield labelled("without", f"guards of {', '.join(view.without)}")
    if view.compared is not None:
        made = view.compared
        yield labelled(
            "meaning",
            f"{plural(made.definitions, 'definition')} compared with the text in {plural(made.states, 'state')}"
            f" (seed {made.seed}), {seconds[0]:.1f} s",
        )
    total, settled = sum(item.obligations for item in asked), sum(item.settled for item in asked)
    if view.solver:
        meant = 0 if view.compared is None else view.compared.proved
        meaning = f"{plural(meant, 'definition')} proved to mean what the text says"
        proved = f"{settled:,} of {plural(total, 'obligation')} unsat, {seconds[1]:.1f} s"
        yield labelled("solver", f"{view.solver}: {meaning}, {proved}")
    width = max((len(item.name) for item in asked), default=0)
    for item in asked:
        yield from _lines(item, width, view.solver)
    others = [item.name for item in view.properties if item.said is Said.SEARCH]
    if others:
        yield line("  ", ("explore   ", QUIET), f"answers the rest, in a scope: {', '.join(others)}", hang=12)


def _lines(item: CheckView, width: int, solver: str) -> Iterator[Line]:
    how = f"{plural(item.obligations, 'obligation')} by {solver}" if item.said is Said.CERTIFIED else item.reason
    uses = f", with {', '.join(item.uses)}" if item.uses and item.said is Said.CERTIFIED else ""
    rules = f"  {' '.join(item.rules)}" if item.rules else ""
    yield line(
        "  ", (item.said.ljust(10), WORDS[item.said]), (item.kind.ljust(10), QUIET), (item.name.ljust(width), NAME),
        f"  {clean(how + uses, 2000)}", (rules, QUIET),
        hang=24,
    )  # fmt: skip

"""What inference found: the proofs, and the lemmas as text that can be pasted into the protocol."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from checker import __version__
from checker.prove.infer.api import Inferred
from checker.report.page import GOOD, NAME, QUIET, Line, labelled, line
from checker.report.proved import ProveView, Witness, prove_lines, prove_view
from checker.report.text import clean, plural


@dataclass(frozen=True, slots=True)
class LemmaView:
    """A lemma nobody wrote, as it can stand in the text; `needed_by` are the properties whose proofs lean on it."""

    name: str
    text: str
    needed_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InferView:
    """One protocol. `taken_away` are lemmas of the text that were not used.

    `tried` counts clauses, `reached` the states of small scopes that they were held against first. `not_inferred` says
    of each property without a proof why the search for clauses ended.
    """

    proof: ProveView
    lemmas: tuple[LemmaView, ...]
    taken_away: tuple[str, ...]
    tried: int
    reached: int
    not_inferred: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class InferDocument:
    """What `switchover infer --json` answers: one attempt for each protocol."""

    inferences: tuple[InferView, ...]
    exit: int
    switchover: Literal["infer"] = "infer"
    format: Literal[1] = 1
    version: str = __version__


def infer_view(found: Inferred, run: Witness) -> InferView:
    """The answer as plain data; `run` finds the run that breaks a property whose counterexample is real."""
    proof = prove_view(found.protocol, found.proofs, run)
    made = {name for name, _ in found.lemmas}
    lemmas = tuple(
        LemmaView(name, text, tuple(item.name for item in proof.properties if name in item.uses))
        for name, text in found.lemmas
    )
    unproved = {item.name for item in proof.properties if item.said == "unknown"}
    return InferView(
        replace(proof, properties=tuple(item for item in proof.properties if item.name not in made)),
        lemmas,
        found.taken_away,
        found.found,
        found.reached,
        tuple((name, reason) for name, reason in found.left if name in unproved),
    )


def infer_lines(view: InferView, *, roster: bool = False) -> Iterator[Line]:
    """The proofs, and then the lemmas, ready to be pasted."""
    yield from prove_lines(view.proof, roster=roster)
    if view.taken_away:
        yield labelled("without", f"{plural(len(view.taken_away), 'lemma')} of the text")
    for name, reason in view.not_inferred:
        yield line("  ", ("no lemmas", QUIET), f" for {name}: {clean(reason)}", hang=4)
    number = f"{plural(len(view.lemmas), 'lemma')} of {plural(view.tried, 'clause')} tried"
    yield labelled("inferred", f"{number}; no clause is broken by any of {view.reached:,} reached states")
    for lemma in view.lemmas:
        head, *body = lemma.text.rstrip("\n").split("\n")
        word, _, name = head.partition(" ")
        yield line((word, GOOD), " ", (name, NAME))
        for text in body:
            yield line(text)

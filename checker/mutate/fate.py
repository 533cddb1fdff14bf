"""What becomes of a mutant, and what shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from checker.explore.difference import Difference
from checker.language.mutants import Mutant
from checker.model.run import Run


class Fate(StrEnum):
    """What becomes of a mutant. Only what was shown is `killed` or `equivalent`; a limit makes it `unknown`."""

    KILLED = "killed"
    EQUIVALENT = "equivalent"  # proved: for any number it has the same runs
    SURVIVED = "survived"
    UNKNOWN = "unknown"


class Killer(StrEnum):
    """What noticed that it is another protocol."""

    LANGUAGE = "language"  # it has no meaning: the text would not be accepted
    PROPERTY = "property"
    LEMMA = "lemma"  # no requirement, but something that the text says is so
    RUN = "run"  # one of the text's own runs comes out otherwise
    RECORDING = "recording"  # a recording's verdict changes


@dataclass(frozen=True, slots=True)
class Shown:
    """A mutant's fate and how it was shown.

    `what` names the property, run or recording that noticed it, in `scope`; `run` is a shortest one of the mutant that
    shows it, replayed (for a run of the text: what the mutant does of it). `uses` are the invariants that the proof of
    equivalence needs. For a survivor `difference` is where it first goes another way; None if it never does in the
    scopes of `tried`, which is no proof that it cannot. `how` says the same in words, or why it is not known.
    """

    mutant: Mutant
    fate: Fate
    how: str
    killer: Killer | None = None
    what: str = ""
    scope: str = ""
    run: Run | None = None
    uses: tuple[str, ...] = ()
    difference: Difference | None = None
    tried: tuple[str, ...] = ()

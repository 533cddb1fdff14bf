"""What exploration says of one property."""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from enum import StrEnum

from checker.language.core import CoreProperty
from checker.model.run import Run


class Said(StrEnum):
    """The three answers. `holds` is always meant within the scope."""

    HOLDS = "holds"
    FAILS = "fails"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """How a property fared in a scope.

    `how` says why in words. `witness` is there if it fails: a shortest run to a bad state, through a bad step, to a
    state from which there is no way on, or one that never gets anywhere (`Run.loop` says what repeats for ever; None:
    it may stop at its end). `instance` gives the property's variables. `premise_seen` is false if the property never
    had anything to say: then holding means nothing.
    """

    property: CoreProperty
    said: Said
    how: str
    witness: Run | None = None
    instance: tuple[tuple[str, str], ...] = ()
    premise_seen: bool = True

    @builtins.property
    def name(self) -> str:
        return self.property.name

"""What every part of one judgement needs: the scope, the machine, the logs, what is recorded, what can matter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter

from checker.language.core import CellKind
from checker.model.ground import Machine
from checker.trace.binding import Bindings
from checker.trace.coverage import Coverage
from checker.trace.frame import Frame
from checker.trace.relevance import Relevance
from checker.trace.symmetry import Test
from checker.trace.view import View


@dataclass(frozen=True, slots=True)
class Candidate:
    """A step that an event can be: its number, what it does to the binding, what must be true of the state before.

    `likely`: the other events of the same ids' lives can be about the same individuals, so it is tried first.
    `doomed`: they cannot, and those ids have no other lives, so no run with it explains the whole trace.
    """

    number: int
    change: int
    tests: tuple[Test, ...]
    likely: bool = True
    doomed: bool = False


@dataclass(frozen=True, slots=True)
class Shared:
    """What all worlds of a judgement share."""

    frame: Frame
    machine: Machine
    views: tuple[View, ...]
    coverage: Coverage
    bindings: Bindings
    anywhere: bool  # a log may begin in any state
    relevance: Relevance
    unrecorded_faults: bool

    @property
    def kept(self) -> Callable[[bytes], object]:
        """What of a state can matter: two states that agree in it have the same future here."""
        layout = self.machine.layout
        slots = [
            at
            for family in layout.families.values()
            if family.kind is CellKind.CONST or family.name in self.relevance.families
            for at in range(family.base, family.base + family.cells)
            if at not in self.machine.fixed
        ]
        return itemgetter(*slots, layout.faults)

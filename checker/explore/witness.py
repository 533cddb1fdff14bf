"""From paths through representatives to real runs, and the reference's word for each before anybody sees it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from checker.explore.search import StateGraph
from checker.explore.symmetry import Symmetry
from checker.model.ground import Machine
from checker.model.judge import InternalError
from checker.model.reference import State
from checker.model.run import ReplayFailed, Run, Step, replay

Edge = tuple[int, int]  # a ground step possible in a representative, and the renaming after it


@dataclass(slots=True)
class Lift:
    """A real run growing over a path through representatives.

    `renaming` takes the real state to the representative the path is at; so a step there is, by its inverse, a real
    step here. That is exact, whatever symmetries single states have (NOTE(threads) in `threads.py`).
    """

    machine: Machine
    symmetry: Symmetry
    start: bytes
    renaming: int = 0
    steps: list[Step] = field(default_factory=list)

    def follow(self, edges: Iterable[Edge]) -> Lift:
        for ground, renaming in edges:
            number = self.symmetry.move_ground(self.symmetry.inverse(self.renaming), ground)
            self.steps.append(self.machine.grounds[number].step)
            self.renaming = self.symmetry.then(self.renaming, renaming)
        return self

    def here(self, values: Sequence[int], types: Sequence[object]) -> tuple[int, ...]:
        """What a tuple of individuals at the representative is called in the real run."""
        return self.symmetry.move(self.symmetry.inverse(self.renaming), tuple(values), tuple(types))  # type: ignore[arg-type]

    def run(self, loop: int | None = None) -> Run:
        values = self.machine.layout.unpack(self.start)
        return Run(self.machine.scope, tuple(values.items()), tuple(self.steps), loop)


def path_to(graph: StateGraph, index: int) -> tuple[int, list[Edge]]:
    """The initial state a shortest path to the state starts from, and its edges."""
    edges: list[Edge] = []
    while graph.parent_edge[index] >= 0:
        edge = graph.parent_edge[index]
        edges.append((graph.grounds[edge], graph.renamings[edge]))
        index = graph.parent[index]
    return index, edges[::-1]


def lift_to(graph: StateGraph, machine: Machine, symmetry: Symmetry, index: int) -> Lift:
    """A shortest real run to a state that is the representative, but for renaming."""
    start, edges = path_to(graph, index)
    return Lift(machine, symmetry, graph.states[start]).follow(edges)


def replayed(machine: Machine, run: Run) -> tuple[State, ...]:
    """The states of a run, according to the reference. Raises InternalError if it is none."""
    try:
        return replay(machine.protocol, run)
    except ReplayFailed as failed:
        raise InternalError(f"a run found by search does not replay: {failed}") from failed


def confirm(truth: bool, what: str) -> None:
    """Raises InternalError unless the reference agrees that the witness shows what it is said to show."""
    if not truth:
        raise InternalError(f"the reference does not agree: {what}")

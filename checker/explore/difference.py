"""Where two protocols that differ in some steps first go different ways, as far as the states of a search show it."""

from __future__ import annotations

from dataclasses import dataclass

from checker.explore.search import StateGraph
from checker.explore.symmetry import Symmetry
from checker.explore.witness import confirm, lift_to, replayed
from checker.model.ground import Machine
from checker.model.reference import Reference
from checker.model.run import Run


@dataclass(frozen=True, slots=True)
class Difference:
    """A shortest run of both after which its last step is possible in one only, or leads elsewhere in the two.

    `run` is one of the protocol that has the last step; `allowed` is true where that is the other one, `refused` where
    it is the first. Neither: both have it, and it leads elsewhere.
    """

    run: Run
    allowed: bool
    refused: bool


def difference(graph: StateGraph, symmetry: Symmetry, one: Machine, other: Machine, action: str) -> Difference | None:
    """The first difference between two protocols that differ in one action alone, None where there is none.

    `graph` are the states of the first, all of them: up to the first difference the other has the same, so that none in
    any of them means that the two have the same states and the same steps in this scope. Raises InternalError.
    """
    numbers = [ground.number for ground in one.grounds if ground.moment.action == action]
    for index, state in enumerate(graph.states):
        for number in numbers:
            here, there = one.fire(number, state), other.fire(number, state)
            if here != there:
                return _told(graph, symmetry, one, other, index, number)
    return None


def _told(graph: StateGraph, symmetry: Symmetry, one: Machine, other: Machine, index: int, number: int) -> Difference:
    lift = lift_to(graph, one, symmetry, index)
    before = lift.run()
    states = replayed(other, before)
    run = lift.follow([(number, 0)]).run()
    step, state = run.steps[-1], states[-1]
    first, second = (Reference(machine.protocol, run.scope) for machine in (one, other))
    here, there = first.enabled(step, state), second.enabled(step, state)
    confirm(here != there or first.after(step, state) != second.after(step, state), "the two go different ways")
    replayed(one if here else other, run)
    return Difference(run, allowed=there and not here, refused=here and not there)

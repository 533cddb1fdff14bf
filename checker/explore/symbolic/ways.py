"""Runs brought back from sets: by breadth-first layers, so a shortest one; where those grow too large, along a chain.

Layers are sets of states that are first met after so many steps. They often have far more nodes than the closed set, so
they get a share of the time only. A chain remembers what was known after each step that added something; a state of
the whole set was added by one of these steps, from a state that was known before it, and so on down to the start.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from checker.explore.symbolic.reach import Watch
from checker.explore.symbolic.space import Set
from checker.explore.symbolic.steps import Steps, SymbolicStep
from checker.model.judge import InternalError
from checker.model.run import Run, Step

LAYERED = 10.0
"""Seconds after which a shortest run is given up for any run."""


@dataclass(frozen=True, slots=True)
class Way:
    """Steps from an initial state to the state `end`; `shortest` is whether none is shorter."""

    start: bytes
    steps: tuple[Step, ...]
    end: bytes
    shortest: bool


class Ways:
    """Ways from some states, inside a set, to any set that they can reach there. Layers are kept for the next."""

    def __init__(self, steps: Steps, initial: Set, watch: Watch, within: Set | None = None) -> None:
        self._steps, self._watch = steps, watch
        self._within = steps.space.true if within is None else within
        self._layers = [initial]
        self._met = initial
        self._spent = 0.0
        self._chain: list[tuple[SymbolicStep | None, Set]] = [(None, initial)]
        self._growing = self._grow()

    def to(self, goal: Set) -> Way:
        """A way to a state of the goal. Raises Stopped, MemoryError."""
        for at in range(len(self._layers)):
            if (self._layers[at] & goal).satisfiable():
                return self._back_layered(at, goal)
        while self._spent < LAYERED:
            started = time.monotonic()
            complete = self._next_layer()
            self._spent += time.monotonic() - started
            if not complete:
                continue
            if (self._layers[-1] & goal).satisfiable():
                return self._back_layered(len(self._layers) - 1, goal)
            if not self._layers[-1].satisfiable():
                raise InternalError("a state said to be reachable is in no layer")
        return self._along_chain(goal)

    def _next_layer(self) -> bool:
        """Adds the next layer; False if there was no time to finish it."""
        found = self._steps.space.false
        last = self._layers[-1]
        until = time.monotonic() + LAYERED - self._spent
        for step in self._steps.all:
            self._watch.look()
            if time.monotonic() > until:
                return False
            found = found | self._steps.image(step, last)
        found = found & self._within & ~self._met
        self._met = self._met | found
        self._layers.append(found)
        return True

    def _back_layered(self, at: int, goal: Set) -> Way:
        space = self._steps.space
        end = state = space.pick(self._layers[at] & goal)
        steps: list[Step] = []
        for layer in reversed(self._layers[:at]):
            step, state = self._before(space.only(state), layer)
            steps.append(step)
        return Way(state, tuple(reversed(steps)), end, shortest=True)

    def _before(self, here: Set, among: Set) -> tuple[Step, bytes]:
        """A step from one of these states to this one, and the state."""
        for step in self._steps.all:
            before = self._steps.preimage(step, here) & among
            if before.satisfiable():
                return step.ground.step, self._steps.space.pick(before)
        raise InternalError("a state was reached from nowhere")

    def _along_chain(self, goal: Set) -> Way:
        space = self._steps.space
        while not (self._chain[-1][1] & goal).satisfiable():
            if not next(self._growing, False):
                raise InternalError("a state said to be reachable is on no chain")
        end = state = space.pick(self._chain[-1][1] & goal)
        steps: list[Step] = []
        at = self._first(state, len(self._chain) - 1)
        while at:
            by = self._chain[at][0]
            assert by is not None
            state = space.pick(self._steps.preimage(by, space.only(state)) & self._chain[at - 1][1])
            steps.append(by.ground.step)
            at = self._first(state, at - 1)
        return Way(state, tuple(reversed(steps)), end, shortest=False)

    def _first(self, state: bytes, last: int) -> int:
        """The first place on the chain, which only grows, that has the state; it is there at the last."""
        here = self._steps.space.only(state)
        low, high = 0, last
        while low < high:
            middle = (low + high) // 2
            if (self._chain[middle][1] & here).satisfiable():
                high = middle
            else:
                low = middle + 1
        return low

    def _grow(self) -> Iterator[bool]:
        """Makes the chain longer, link by link: true for each."""
        idle = 0
        while idle < len(self._steps.all):
            for step in self._steps.all:
                self._watch.look()
                known = self._chain[-1][1]
                more = known | (self._steps.image(step, known) & self._within)
                idle = idle + 1 if more == known else 0
                if idle == 0:
                    self._chain.append((step, more))
                    yield True


def run_of(steps: Steps, way: Way, *more: Step) -> Run:
    """The way as a run, with further steps after it."""
    machine = steps.machine
    return Run(machine.scope, tuple(machine.layout.unpack(way.start).items()), (*way.steps, *more))

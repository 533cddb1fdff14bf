"""The least set of states closed under steps, by saturation (Ciardo, Luettgen, Siminiceanu 2001).

Steps are grouped by the highest variable they touch. Such a step sees nothing of what is above that variable, so it is
fired on the parts of the diagram from there on down, each part once, however many ways lead to it; and a part is closed
under the groups further down before and after. What is above is only put together again.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from checker.explore.search import BETWEEN_WORDS
from checker.explore.symbolic.space import Set
from checker.explore.symbolic.steps import Steps, SymbolicStep

Operation = Callable[[SymbolicStep, Set], Set]
_Part = tuple[int, Set, Set]  # of a diagram: the group it is closed under next, the states, and where they may grow

NOWHERE = sys.maxsize


class Stopped(Exception):
    """A limit was met; the text says which."""


@dataclass(slots=True)
class Watch:
    """When to give up, and who is told how far it is."""

    seconds: float | None = None
    progress: Callable[[str], None] | None = None
    started: float = field(default_factory=time.monotonic)
    fired: int = 0
    _next: float = 0.0

    def look(self) -> None:
        """Raises Stopped when time is up."""
        self.fired += 1
        now = time.monotonic()
        if self.seconds is not None and now - self.started > self.seconds:
            raise Stopped(f"{self.seconds:g} s were over")
        if self.progress is not None and now >= self._next:
            self._next = now + BETWEEN_WORDS
            self.progress(f"{self.fired:,} steps tried on sets of states")


class Saturation:
    """The closure of sets under the images of all steps, or under their preimages (`backward`), inside a set.

    The set that is stayed inside of is taken apart along with the one that grows (Zhao, Ciardo 2009): looking back,
    most of what a step could come from is not reachable, and its diagrams would be many times larger.
    """

    def __init__(self, steps: Steps, watch: Watch, within: Set | None = None, *, backward: bool = False) -> None:
        self._space = steps.space
        self._operation: Operation = steps.preimage if backward else steps.image
        self._watch = watch
        self._within = steps.space.true if within is None else within
        self._groups = grouped(steps, backward)
        self._known: dict[_Part, Set] = {}  # parts, and what they become

    def closed(self, states: Set) -> Set:
        """The least set with these states in it that no step leads out of, but to the outside.

        Raises Stopped, MemoryError.
        """
        with _deep(3 * len(self._groups)):
            return self._below((0, states, self._within))

    def _below(self, whole: _Part) -> Set:
        """The part with all that is below the top variable of its group closed under this and further groups."""
        group = whole[0]
        if group == len(self._groups):
            return whole[1]
        known, level = self._known, self._groups[group][0]
        waiting = [whole]
        while waiting:
            part = waiting[-1]
            if part in known:
                waiting.pop()
                continue
            _, states, within = part
            at = min(_level(states), _level(within))
            if at >= level:
                known[part] = self._part(part)
            elif not states.satisfiable():
                known[part] = states
            else:
                upper, lower = ((group, *pair) for pair in zip(_split(states, at), _split(within, at), strict=True))
                missing = [half for half in (upper, lower) if half not in known]
                if missing:
                    waiting += missing
                    continue
                found = self._space.variable(at).ite(known[upper], known[lower])
                known[part] = known[group, found, within] = found
            waiting.pop()
        return known[whole]

    def _part(self, part: _Part) -> Set:
        """The part closed under its group and those further down."""
        group, found, within = part
        if not found.satisfiable():
            return found
        while True:
            found = self._below((group + 1, found, within))
            before = found
            found = self._fired(self._groups[group][1], found, within)
            if found == before:
                self._known[group, found, within] = found
                return found

    def _fired(self, group: list[SymbolicStep], found: Set, within: Set) -> Set:
        """The set closed under one group alone, each step fired on all that the one before it left."""
        idle = 0
        while True:
            for step in group:
                self._watch.look()
                more = found | (self._operation(step, found) & within)
                idle = idle + 1 if more == found else 0
                found = more
                if idle >= len(group):
                    return found


def _level(states: Set) -> int:
    """The level of the highest variable that matters; far below all where none does."""
    found = states.node_level()
    return NOWHERE if found is None else found


def _split(states: Set, level: int) -> tuple[Set, Set]:
    """The set where the variable at a level that is not below its top is true, and where it is false."""
    if states.node_level() != level:
        return states, states
    both = states.cofactors()
    assert both is not None
    return both


def grouped(steps: Steps, backward: bool) -> list[tuple[int, list[SymbolicStep]]]:
    """The steps that change something, by the level of the highest variable they touch, the highest first.

    In a group, those that reach the least far down come last, and those about the same cells in the order of the text,
    in which people tell what happens one after the other; backward, the other way round.
    """
    bits = steps.space.bits
    groups: dict[int, list[SymbolicStep]] = {}
    for step in steps.all:
        if step.writings or step.constants:
            groups.setdefault(min(bits[slot][0] for slot in step.touched), []).append(step)
    way = -1 if backward else 1

    def place(step: SymbolicStep) -> tuple[int, int]:
        return -max(bits[slot][-1] for slot in step.touched), way * step.ground.number

    return [(top, sorted(group, key=place)) for top, group in sorted(groups.items())]


@contextmanager
def _deep(frames: int) -> Iterator[None]:
    """Room for so many calls more: the closure calls itself once for each group."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(before + frames)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)

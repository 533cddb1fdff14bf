"""The breadth-first loop: every state a machine can reach, with all steps between them, and the first way to each."""

from __future__ import annotations

import time
from array import array
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from checker.explore.symmetry import Symmetry
from checker.model.ground import Machine

STATES = 1_000_000  # where a search gives up unless told otherwise
FORGET = 400_000  # how many states as they came out are remembered with their representatives before starting anew
CLOCK = 64  # states between two looks at the clock
CHECKED = 24  # states on which the symmetry is tried out
BETWEEN_WORDS = 0.2  # seconds
INTERRUPTED = "it was interrupted"


@dataclass(frozen=True, slots=True)
class Limits:
    """When to give up: after so many states, after so many seconds."""

    states: int = STATES
    seconds: float | None = None


class Watch(Protocol):
    """Looks at what the search sees. `steps` holds for each ground step the tests its uses must pass.

    Once `enough` is true the search goes no further.
    """

    enough: bool
    state_holds: Callable[[bytes], bool]
    steps: tuple[tuple[Callable[[int, bytes, bytes], bool], ...], ...]

    def bad_state(self, index: int, state: bytes) -> None: ...
    def bad_step(self, source: int, ground: int, before: bytes, after: bytes) -> None: ...


@dataclass(slots=True)
class StateGraph:
    """What a search found. States are representatives, numbered in the order they were found, so by depth.

    The edges of state `i` are `first_edge[i]` up to `first_edge[i + 1]`, for `i < expanded`; an edge leads by the
    step `grounds[e]` and then the renaming `renamings[e]` to the state `targets[e]`. `parent_edge` is the edge a state
    was first reached by, -1 for an initial state. `ends` are the states where no step is possible but faults and
    optional actions. `cut` is why the search stopped early, empty if it did not.
    """

    states: list[bytes] = field(default_factory=list)
    parent_edge: array[int] = field(default_factory=lambda: array("q"))
    parent: array[int] = field(default_factory=lambda: array("q"))
    first_edge: array[int] = field(default_factory=lambda: array("Q", [0]))
    targets: array[int] = field(default_factory=lambda: array("I"))
    grounds: array[int] = field(default_factory=lambda: array("I"))
    renamings: array[int] = field(default_factory=lambda: array("I"))
    levels: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    cut: str = ""
    seconds: float = 0.0

    @property
    def expanded(self) -> int:
        """How many states, from the first on, have all their steps here."""
        return len(self.first_edge) - 1

    @property
    def complete(self) -> bool:
        return not self.cut

    def depth(self, index: int) -> int:
        """The least number of steps to the state."""
        return bisect_right(self.levels, index) - 1

    def edges(self, index: int) -> range:
        """The edges of a state; none if the search stopped before they were looked for."""
        if index >= self.expanded:
            return range(0)
        return range(self.first_edge[index], self.first_edge[index + 1])


def search(
    machine: Machine,
    symmetry: Symmetry,
    watch: Watch,
    limits: Limits = Limits(),
    progress: Callable[[str], None] | None = None,
) -> StateGraph:
    """All states up to symmetry, or as many as the limits allow. Ctrl-C is a limit too: what is known is returned.

    Raises InternalError where the symmetry found turns out to be none.
    """
    graph = StateGraph()
    started = time.monotonic()
    try:
        _search(graph, machine, symmetry, watch, limits, progress, started)
    except KeyboardInterrupt:
        graph.cut = INTERRUPTED
    _trim(graph)
    graph.seconds = time.monotonic() - started
    return graph


def _search(
    graph: StateGraph,
    machine: Machine,
    symmetry: Symmetry,
    watch: Watch,
    limits: Limits,
    progress: Callable[[str], None] | None,
    started: float,
) -> None:
    visited: dict[bytes, int] = {}
    met: dict[bytes, tuple[int, int]] = {}  # a state as it came out -> its representative's number, the renaming
    states, parent, parent_edge = graph.states, graph.parent, graph.parent_edge
    targets, grounds, renamings = graph.targets, graph.grounds, graph.renamings
    first_edge, ends = graph.first_edge, graph.ends
    successors, canonical = machine.successors, symmetry.canonical
    state_holds, step_tests = watch.state_holds, watch.steps
    owed = [not (ground.moment.fault or ground.moment.optional) for ground in machine.grounds]
    most = limits.states
    deadline = None if limits.seconds is None else started + limits.seconds
    next_words = started + BETWEEN_WORDS

    def look_at_clock() -> bool:
        """Whether time is up; says how far the search is, now and then."""
        nonlocal next_words
        now = time.monotonic()
        if progress is not None and now >= next_words:
            next_words = now + BETWEEN_WORDS
            progress(
                f"{len(states):,} states, {len(states) - len(first_edge) + 1:,} waiting, depth {len(graph.levels)}"
            )
        if deadline is not None and now > deadline:
            graph.cut = f"{limits.seconds:g} s were over"
        return bool(graph.cut)

    graph.levels.append(0)
    for count, state in enumerate(machine.initial_states()):
        if count % CLOCK == 0 and look_at_clock():
            return
        representative, _ = canonical(state)
        if representative in visited:
            continue
        if len(states) >= most:
            graph.cut = f"{most:,} states were reached"
            return
        index = visited[representative] = len(states)
        states.append(representative)
        parent.append(-1)
        parent_edge.append(-1)
        if not state_holds(representative):
            watch.bad_state(index, representative)
    if not states:
        return

    level_end = len(states)
    index = 0
    while index < len(states):
        if watch.enough:
            graph.cut = "it had seen enough"
            return
        if index == level_end:
            graph.levels.append(index)
            level_end = len(states)
        if index % CLOCK == 0 and look_at_clock():
            return
        state = states[index]
        if index < CHECKED:
            symmetry.check(state)
        ends_here = True
        for ground, after in successors(state):
            found = met.get(after)
            if found is None:
                representative, renaming = canonical(after)
                target = visited.get(representative)
                if target is None:
                    target = len(states)
                    if target >= most:
                        graph.cut = f"{most:,} states were reached"
                        return
                    visited[representative] = target
                    states.append(representative)
                    parent.append(index)
                    parent_edge.append(len(targets))
                    if not state_holds(representative):
                        watch.bad_state(target, representative)
                if len(met) >= FORGET:
                    met.clear()
                found = met[after] = (target, renaming)
            for test in step_tests[ground]:
                if not test(ground, state, after):
                    watch.bad_step(index, ground, state, after)
                    break
            targets.append(found[0])
            grounds.append(ground)
            renamings.append(found[1])
            if owed[ground]:
                ends_here = False
        first_edge.append(len(targets))
        if ends_here:
            ends.append(index)
        index += 1


def _trim(graph: StateGraph) -> None:
    """Takes away the half of a state that was being looked at when the search stopped.

    States found from it stay, with the edges that lead to them: those are there, each written before the next state.
    """
    if not graph.cut:
        return
    known = min(len(graph.states), len(graph.parent), len(graph.parent_edge))
    del graph.states[known:], graph.parent[known:], graph.parent_edge[known:]
    edges = min(len(graph.targets), len(graph.grounds), len(graph.renamings))
    while graph.parent_edge and graph.parent_edge[-1] >= edges:
        graph.states.pop()
        graph.parent.pop()
        graph.parent_edge.pop()
    while edges and graph.targets[edges - 1] >= len(graph.states):
        edges -= 1
    edges = max(edges, graph.first_edge[-1])
    del graph.targets[edges:], graph.grounds[edges:], graph.renamings[edges:]
    while graph.ends and graph.ends[-1] >= graph.expanded:
        graph.ends.pop()

"""What must stay possible: from every reachable state, for each tuple of the variables, the formula can come true."""

from __future__ import annotations

from array import array
from collections import deque

from checker.explore.answer import Answer, Said
from checker.explore.safety import steps_in_words
from checker.explore.search import StateGraph
from checker.explore.symmetry import Symmetry
from checker.explore.threads import Instances
from checker.explore.witness import lift_to, replayed
from checker.explore.words import instance_names
from checker.language.core import CoreProperty
from checker.model.ground import Machine


def judge_can(graph: StateGraph, symmetry: Symmetry, machine: Machine, item: CoreProperty, reverse: Reverse) -> Answer:
    """Holds if the search was complete and there is a way from everywhere. States not looked into may lead anywhere."""
    masks, everything = possible_masks(graph, symmetry, machine, item, reverse)
    for index, mask in enumerate(masks):  # in order of depth
        if mask != everything:
            return _lost(graph, symmetry, machine, item, index, mask)
    if not graph.complete:
        return Answer(item, Said.UNKNOWN, f"it may still be possible everywhere, but {graph.cut}")
    return Answer(item, Said.HOLDS, f"possible from all {len(graph.states):,} states")


def possible_masks(
    graph: StateGraph, symmetry: Symmetry, machine: Machine, item: CoreProperty, reverse: Reverse
) -> tuple[list[int], int]:
    """For each state the instances for which the formula can still come true, as bits; and the mask of them all.

    Backward reachability in the threaded graph (NOTE(threads)).
    """
    if item.formula is None:
        raise ValueError(f"{item.name} has no formula")
    instances = Instances(symmetry, tuple(type_ for _, type_ in item.variables), machine.sizes)
    names = tuple(name for name, _ in item.variables)
    tests = [machine.test(item.formula, bound) for bound in instances.bound(names)]
    everything = (1 << len(instances)) - 1
    masks = [everything] * len(graph.states)
    for index in range(graph.expanded):
        state = graph.states[index]
        masks[index] = sum(1 << number for number, test in enumerate(tests) if test(state))
    reach_back(graph, instances, masks, reverse)
    return masks, everything


def _lost(
    graph: StateGraph,
    symmetry: Symmetry,
    machine: Machine,
    item: CoreProperty,
    index: int,
    mask: int,
) -> Answer:
    types = tuple(type_ for _, type_ in item.variables)
    tuples = Instances(symmetry, types, machine.sizes).tuples
    values = next(values for number, values in enumerate(tuples) if not mask >> number & 1)
    lift = lift_to(graph, machine, symmetry, index)
    real = lift.here(values, types)
    run = lift.run()
    replayed(machine, run)
    how = f"after {steps_in_words(run)} there is no way to it any more"
    return Answer(item, Said.FAILS, how, run, instance_names(machine, item, real))


class Reverse:
    """The edges into each state, worked out when first asked for."""

    def __init__(self, graph: StateGraph) -> None:
        self._graph = graph
        self._first: array[int] | None = None
        self._edges = array("I")
        self._sources = array("I")

    def arrays(self) -> tuple[array[int], array[int], array[int]]:
        """Where the edges into each state begin (and those into the next), and their sources and numbers."""
        if self._first is None:
            self._first = self._build()
        return self._first, self._sources, self._edges

    def _build(self) -> array[int]:
        graph = self._graph
        first = array("Q", bytes(8 * (len(graph.states) + 1)))
        known = graph.first_edge[graph.expanded]
        for target in graph.targets[:known]:
            first[target + 1] += 1
        for index in range(len(graph.states)):
            first[index + 1] += first[index]
        place = array("Q", first)
        self._edges = array("I", bytes(4 * known))
        self._sources = array("I", bytes(4 * known))
        for source in range(graph.expanded):
            for edge in graph.edges(source):
                target = graph.targets[edge]
                self._edges[place[target]] = edge
                self._sources[place[target]] = source
                place[target] += 1
        return first


def reach_back(graph: StateGraph, instances: Instances, masks: list[int], reverse: Reverse) -> None:
    """Adds to each state's mask the instances whose bit is set somewhere it leads to, renamed on the way."""
    pulled: dict[tuple[int, int], int] = {}
    first, sources, edges = reverse.arrays()
    renamings = graph.renamings
    waiting = deque(index for index, mask in enumerate(masks) if mask)
    queued = bytearray(map(bool, masks))
    while waiting:
        index = waiting.popleft()
        queued[index] = 0
        mask = masks[index]
        for at in range(first[index], first[index + 1]):
            source = sources[at]
            renaming = renamings[edges[at]]
            here = mask
            if renaming:
                known = pulled.get((renaming, mask))
                if known is None:
                    moved = instances.moved(renaming)
                    known = sum(1 << number for number, to in enumerate(moved) if mask >> to & 1)
                    pulled[renaming, mask] = known
                here = known
            if here & ~masks[source]:
                masks[source] |= here
                if not queued[source]:
                    queued[source] = 1
                    waiting.append(source)

"""`leads to`: is there a fair run on which the premise holds once and the conclusion never again?

Exact with symmetry too: it looks at the threaded graph (NOTE(threads)), from each place where the premise holds and
the conclusion does not, through places where the conclusion does not hold, to a set of them that a fair run can stay
in for ever (`fairness.py`). A graph that was cut short can only refute.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from checker.explore.answer import Answer, Said
from checker.explore.components import components
from checker.explore.fairness import Arrow, Fair
from checker.explore.lasso import confirm_lasso, fair_cycle
from checker.explore.safety import steps_in_words
from checker.explore.search import StateGraph
from checker.explore.symmetry import Symmetry
from checker.explore.threads import Instances
from checker.explore.witness import lift_to, replayed
from checker.explore.words import instance_names
from checker.language.core import CoreProperty, Expr
from checker.model.ground import Machine


def judge_leads_to(graph: StateGraph, symmetry: Symmetry, machine: Machine, item: CoreProperty) -> Answer:
    """Holds if the search was complete and no fair run stays away from the conclusion for ever."""
    places = _Places(graph, symmetry, machine, item)
    starts = places.starts()
    fair = Fair(graph, symmetry, machine, item.fair)
    stops: set[int] = set()  # where nothing fair is possible: a run may stop there
    cores: list[list[int]] = []
    for component in components(starts, places.after):
        if any(places.unknown(node) for node in component):
            continue
        stops.update(node for node in component if not fair.possible(places.state_of(node)))
        if stops or (len(component) == 1 and not _may_stay(places, fair, component[0])):
            continue
        core = fair.core(component, places.arrows, places.state_of)
        if core is not None:
            cores.append(core)
    if stops or cores:
        return _refuted(graph, symmetry, machine, places, fair, starts, stops, cores)
    if not graph.complete:
        return Answer(
            item, Said.UNKNOWN, f"no fair run stays away from it in {len(graph.states):,} states, but {graph.cut}"
        )
    how = f"premise met {places.premises:,} times in {len(graph.states):,} states"
    return Answer(item, Said.HOLDS, how, premise_seen=places.premises > 0)


def _may_stay(places: _Places, fair: Fair, place: int) -> bool:
    """False where a fair run cannot stay at one place: a quick look, which settles most places of most graphs."""
    own = places.circling.get(place, [])
    return any(places.graph.renamings[edge] for edge in own) or fair.settled_by(places.state_of(place), own)


class _Places:
    """The threaded graph of one property, restricted to places where the conclusion does not hold.

    A place is a state's number and an instance's number in one: `state * instances + instance`.
    """

    def __init__(self, graph: StateGraph, symmetry: Symmetry, machine: Machine, item: CoreProperty) -> None:
        self.graph, self.item = graph, item
        types = tuple(type_ for _, type_ in item.variables)
        self.instances = Instances(symmetry, types, machine.sizes)
        self.width = len(self.instances)
        names = tuple(name for name, _ in item.variables)

        def tests(expr: Expr | None) -> list[Callable[[bytes], bool]]:
            if expr is None:
                raise ValueError(f"{item.name} lacks a formula")
            return [machine.test(expr, bound) for bound in self.instances.bound(names)]

        self._premises, self._conclusions = tests(item.premise), tests(item.formula)
        self._open = [-1] * len(graph.states)  # for each state, the instances whose conclusion is false, as bits
        self._arrows: dict[int, list[Arrow]] = {}
        self.premises = 0
        self.circling: dict[int, list[int]] = {}  # the edges of a place that lead back to it at once

    def starts(self) -> list[int]:
        """Places where the premise holds and the conclusion does not, in order of depth."""
        found = []
        for index, state in enumerate(self.graph.states):
            for number, premise in enumerate(self._premises):
                if premise(state):
                    self.premises += 1
                    if self.open(index * self.width + number):
                        found.append(index * self.width + number)
        return found

    def state_of(self, place: int) -> int:
        return place // self.width

    def open(self, place: int) -> bool:
        """Whether the conclusion is false here."""
        index, number = divmod(place, self.width)
        return bool(self._open_at(index) >> number & 1)

    def _open_at(self, index: int) -> int:
        mask = self._open[index]
        if mask < 0:
            state = self.graph.states[index]
            mask = sum(1 << number for number, test in enumerate(self._conclusions) if not test(state))
            self._open[index] = mask
        return mask

    def unknown(self, place: int) -> bool:
        """Whether the steps from here were not looked for."""
        return self.state_of(place) >= self.graph.expanded

    def arrows(self, place: int) -> list[Arrow]:
        """The edges from here to places where the conclusion is still false."""
        known = self._arrows.get(place)
        if known is None:
            index, number = divmod(place, self.width)
            graph, width = self.graph, self.width
            targets, renamings = graph.targets, graph.renamings
            known = []
            for edge in graph.edges(index):
                renaming = renamings[edge]
                moved = self.instances.moved(renaming)[number] if renaming else number
                target = targets[edge] * width + moved
                if self.open(target):
                    known.append(Arrow(target, edge))
            self._arrows[place] = known
        return known

    def after(self, place: int) -> list[int]:
        """Where the arrows lead; asked once of every place, while most never need their arrows."""
        index, number = divmod(place, self.width)
        graph, width, masks = self.graph, self.width, self._open
        targets, renamings = graph.targets, graph.renamings
        moved = self.instances.moved
        found = []
        for edge in graph.edges(index):
            to, renaming = targets[edge], renamings[edge]
            there = moved(renaming)[number] if renaming else number
            mask = masks[to]
            if (mask if mask >= 0 else self._open_at(to)) >> there & 1:
                target = to * width + there
                found.append(target)
                if target == place:
                    self.circling.setdefault(place, []).append(edge)
        return found


def _refuted(
    graph: StateGraph,
    symmetry: Symmetry,
    machine: Machine,
    places: _Places,
    fair: Fair,
    starts: list[int],
    stops: set[int],
    cores: list[list[int]],
) -> Answer:
    """The witness with the shortest way to where it gets stuck; one that just stops, if there is one."""
    start, way = _way(places, starts, stops or {place for core in cores for place in core})
    lift = lift_to(graph, machine, symmetry, places.state_of(start))
    types = places.instances.types
    values = lift.here(places.instances.tuples[start % places.width], types)
    lift.follow((graph.grounds[arrow.edge], graph.renamings[arrow.edge]) for arrow in way)
    place = way[-1].target if way else start
    met = len(lift.steps) - len(way)
    if stops:
        run, loop = lift.run(), None
        how = f"after {steps_in_words(run)} nothing that is assumed fair is possible, and it may stay like that"
    else:
        core = set(next(core for core in cores if place in core))
        loop = len(lift.steps)
        fair_cycle(lift, graph, fair, places.arrows, places.state_of, core, place)
        run = lift.run(loop)
        how = f"the last {len(run.steps) - loop} of {steps_in_words(run)} may repeat for ever"
    states = replayed(machine, run)
    confirm_lasso(machine, places.item, run, states, values, met)
    return Answer(places.item, Said.FAILS, how, run, instance_names(machine, places.item, values))


def _way(places: _Places, starts: Iterable[int], goals: set[int]) -> tuple[int, list[Arrow]]:
    """From a start to a goal, such that the whole run to the goal is as short as can be."""
    graph = places.graph
    by_depth: dict[int, list[int]] = {}
    for start in starts:
        by_depth.setdefault(graph.depth(places.state_of(start)), []).append(start)
    came: dict[int, tuple[int, Arrow] | None] = {}
    ring: deque[int] = deque()
    depth = min(by_depth)
    while ring or by_depth:
        for start in by_depth.pop(depth, ()):
            if start not in came:
                came[start] = None
                ring.append(start)
        following: deque[int] = deque()
        for place in ring:
            if place in goals:
                way: list[Arrow] = []
                while (step := came[place]) is not None:
                    place, arrow = step
                    way.append(arrow)
                return place, way[::-1]
            for arrow in places.arrows(place):
                if arrow.target not in came:
                    came[arrow.target] = (place, arrow)
                    following.append(arrow.target)
        ring = following
        depth += 1
    raise ValueError("no goal can be reached from a start")

"""Which sets of states a fair run can stay in for ever.

A run is fair if, for each instance of each action assumed fair (its parameters given values): weakly, it is taken again
and again or is impossible again and again; strongly, it is taken again and again or is possible only finitely often.
An instance is possible where any of its moments is. Faults are never assumed fair. Doing nothing for ever is a run too:
it is fair where no instance assumed fair is possible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

from checker.explore.components import components
from checker.explore.search import StateGraph
from checker.explore.symmetry import Symmetry
from checker.explore.threads import Instances
from checker.language.protocol import Fairness
from checker.model.ground import Machine


class Arrow(NamedTuple):
    """An edge of the threaded graph that stays inside: where to, and the search's edge."""

    target: int
    edge: int


class Fair:
    """The fair action instances of one property, numbered one action after another."""

    def __init__(self, graph: StateGraph, symmetry: Symmetry, machine: Machine, fair: tuple[Fairness, ...]) -> None:
        self._graph = graph
        self._symmetry = symmetry
        self.strong: list[bool] = []
        self._spaces: list[tuple[int, Instances]] = []
        first: dict[str, int] = {}
        strong = {item.action: item.strong for item in fair}
        strong |= {item.action: True for item in fair if item.strong}  # assumed twice: the stronger counts
        for action in strong:
            moments = [moment for moment in machine.core.moments if moment.action == action and not moment.fault]
            if moments:
                space = Instances(symmetry, tuple(type_ for _, type_ in moments[0].params), machine.sizes)
                first[action] = len(self.strong)
                self._spaces.append((len(self.strong), space))
                self.strong += [strong[action]] * len(space)
        spaces = {action: space for action, (_, space) in zip(first, self._spaces, strict=True)}
        self.of_ground: list[int] = [
            first[ground.moment.action] + spaces[ground.moment.action].numbers[tuple(map(int, ground.args))]
            if ground.moment.action in first
            else -1
            for ground in machine.grounds
        ]
        self._moved: dict[int, tuple[int, ...]] = {}
        self._possible: dict[int, tuple[int, ...]] = {}

    def moved(self, renaming: int) -> tuple[int, ...]:
        """For each instance, the one it is renamed to."""
        found = self._moved.get(renaming)
        if found is None:
            found = self._moved[renaming] = tuple(
                base + number for base, space in self._spaces for number in space.moved(renaming)
            )
        return found

    def possible(self, index: int) -> tuple[int, ...]:
        """The fair instances possible in a state whose steps are known."""
        found = self._possible.get(index)
        if found is None:
            grounds = self._graph.grounds
            instances = {self.of_ground[grounds[edge]] for edge in self._graph.edges(index)}
            found = self._possible[index] = tuple(sorted(instances - {-1}))
        return found

    def core(
        self, members: list[int], arrows: Callable[[int], list[Arrow]], state_of: Callable[[int], int]
    ) -> list[int] | None:
        """Of a strongly connected set of threaded nodes, a part that a fair run can stay in, visiting all of it.

        Instances are followed as threads too: those that renamings on cycles take into one another share one fate
        (an orbit), which is settled at one node and carried to the others over a spanning tree.
        """
        waiting = [members]
        while waiting:
            inside = set(waiting.pop())
            kept, verdict = self._settle(inside, arrows, state_of)
            if verdict is None:
                continue
            if verdict:
                return sorted(inside)
            waiting += components(sorted(kept), partial(_within, arrows, kept))
        return None

    def settled_by(self, index: int, edges: list[int]) -> bool:
        """Whether these edges, which rename nobody, take every fair instance that is possible in the state."""
        grounds = self._graph.grounds
        return {self.of_ground[grounds[edge]] for edge in edges}.issuperset(self.possible(index))

    def _settle(
        self, inside: set[int], arrows: Callable[[int], list[Arrow]], state_of: Callable[[int], int]
    ) -> tuple[set[int], bool | None]:
        """(all, True): fair as it is. (some, False): only parts of these nodes may be. (nothing, None): none is."""
        base = min(inside)
        symmetry, graph = self._symmetry, self._graph
        carried = {base: 0}  # from the base to each node, over a spanning tree
        loops: set[int] = set()  # renamings of cycles through the base
        order = [base]
        for node in order:
            for arrow in arrows(node):
                if arrow.target not in inside:
                    continue
                there = symmetry.then(carried[node], graph.renamings[arrow.edge])
                if arrow.target not in carried:
                    carried[arrow.target] = there
                    order.append(arrow.target)
                elif carried[arrow.target] != there:
                    loops.add(symmetry.then(there, symmetry.inverse(carried[arrow.target])))
        orbit = _orbits(len(self.strong), [self.moved(loop) for loop in loops])
        sizes: dict[int, int] = {}
        for representative in orbit:
            sizes[representative] = sizes.get(representative, 0) + 1

        taken: set[int] = set()
        full: dict[int, int] = {}  # at how many nodes all of an orbit is possible
        ever: set[int] = set()
        for node in order:
            back = self.moved(symmetry.inverse(carried[node]))
            counts: dict[int, int] = {}
            for instance in self.possible(state_of(node)):
                of = orbit[back[instance]]
                counts[of] = counts.get(of, 0) + 1
            ever |= counts.keys()
            for of, count in counts.items():
                if count == sizes[of]:
                    full[of] = full.get(of, 0) + 1
            for arrow in arrows(node):
                instance = self.of_ground[graph.grounds[arrow.edge]]
                if instance >= 0 and arrow.target in inside:
                    taken.add(orbit[back[instance]])
        strong = {of for of, is_strong in zip(orbit, self.strong, strict=True) if is_strong}
        if any(count == len(order) and of not in taken and of not in strong for of, count in full.items()):
            return set(), None
        refused = {of for of in ever if of in strong and of not in taken}
        if not refused:
            return inside, True
        kept = set()
        for node in order:
            back = self.moved(symmetry.inverse(carried[node]))
            if not any(orbit[back[instance]] in refused for instance in self.possible(state_of(node))):
                kept.add(node)
        return kept, False


def _within(arrows: Callable[[int], list[Arrow]], kept: set[int], node: int) -> list[int]:
    return [arrow.target for arrow in arrows(node) if arrow.target in kept]


def _orbits(count: int, maps: Iterable[tuple[int, ...]]) -> list[int]:
    """For each number, the least one that the maps connect it with."""
    root = list(range(count))

    def find(number: int) -> int:
        while root[number] != number:
            root[number] = root[root[number]]
            number = root[number]
        return number

    for moved in maps:
        for number, to in enumerate(moved):
            one, other = find(number), find(to)
            root[max(one, other)] = min(one, other)
    return [find(number) for number in range(count)]

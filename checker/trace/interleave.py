"""Whether every order of events that the logs leave open is explained, and if not, on which orders the answer hangs.

Exact, by the subset construction: a node is a position in each log and the set of all states (with bindings) that some
run can be in there. An order with no run shows as an empty set. Then an order of the run at hand that it breaks is
added to those assumed, until no order fails; at last each assumption that is not needed is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

from checker.model.judge import InternalError
from checker.trace.options import Budget
from checker.trace.search import Positions, Search
from checker.trace.world import World

Element = tuple[int, bytes, int]  # world, state, binding
Spot = tuple[int, int]  # log, event
Order = tuple[Spot, Spot]  # the first before the second
Node = tuple[Positions, frozenset[int]]  # how far the logs are, and what some run can be in there


@dataclass(frozen=True, slots=True)
class Failure:
    """An order of events that no run follows: the events so far, and the log whose next event is not possible."""

    path: tuple[Spot, ...]
    sets: tuple[frozenset[int], ...]  # before each event of the path, and after the last
    positions: Positions
    log: int


@dataclass(slots=True)
class Interleavings:
    """All orders of a trace's events that its logs and what they state leave open."""

    search: Search
    roots: list[tuple[World, bytes, int]]
    accepts: Callable[[bytes], bool]  # whether the trace may end in this state
    budget: Budget
    worlds: list[World] = field(default_factory=list)
    _elements: list[Element] = field(default_factory=list)
    _numbers: dict[tuple[int, object, int], int] = field(default_factory=dict)
    _closures: dict[tuple[int, Positions], tuple[int, ...]] = field(default_factory=dict)
    _steps: dict[tuple[int, int, int, Positions | None], tuple[tuple[tuple[int, ...], int], ...]] = field(
        default_factory=dict
    )
    _shared: dict[Spot, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.worlds = list({id(world): world for world, _, _ in self.roots}.values())

    def enough(self, order: list[Spot], given: list[Order]) -> list[Order]:
        """The fewest orders that, with those given, leave no open order of events without a run: none if none does.

        `order` is the events as a run has them, and the orders are this run's. Raises LimitReached.
        """
        rank = {spot: at for at, spot in enumerate(order)}
        met: list[Order] = []
        while (failure := self.failure([*given, *met])) is not None:
            wanted = self._culprit(failure, rank)
            if wanted in met:
                raise InternalError("an order that the run at hand has does not keep another one from failing")
            met.append(wanted)
        for size in range(len(met)):
            for some in combinations(met, size):
                if self.failure([*given, *some]) is None:
                    return list(some)
        return met

    # ----------------------------------------------------------------------------------------------------------- nodes

    def start(self) -> Node:
        """Where the trace begins."""
        zero = (0,) * len(self.search.lengths)
        return zero, self._set((self._number(*root) for root in self.roots), zero)

    def moves(self, node: Node) -> Iterator[tuple[tuple[int, ...], Node]]:
        """The logs that can move on together, and the node after."""
        positions, states = node
        for log in self._heads(positions, {}):
            for logs, reached in self._after(states, log, positions).items():
                further = tuple(at + 1 if each in logs else at for each, at in enumerate(positions))
                yield logs, (further, self._set(reached, further))

    def ends_well(self, node: Node) -> bool:
        """Whether the trace is at its end, and may be."""
        positions, states = node
        return positions == self.search.lengths and any(self.accepts(self._elements[state][1]) for state in states)

    def failure(self, assumed: list[Order]) -> Failure | None:
        """An order of events, as far as it goes, that no run follows; None if there is none. Raises LimitReached."""
        needs = dict[int, list[tuple[int, int, int]]]()
        for (first, at), (second, later) in assumed:
            needs.setdefault(second, []).append((later, first, at + 1))
        start = self.start()
        before: dict[Node, tuple[Node, Spot] | None] = {start: None}
        stack = [start]
        while stack:
            node = stack.pop()
            positions, states = node
            if positions == self.search.lengths:
                if not self.ends_well(node):
                    return self._failed(before, node, max(range(len(positions)), key=lambda log: positions[log]))
                continue
            moved = split = False
            for log in self._heads(positions, {}):
                after = self._after(states, log, positions)
                if not after and not self._allowed((log,), positions, needs):
                    continue
                if not after and self._split(log, positions):
                    split = True
                    break
                if not after and not self.is_shared((log, positions[log])):
                    return self._failed(before, node, log)
                for logs, reached in after.items():
                    if not self._allowed(logs, positions, needs):
                        continue
                    moved = True
                    further = tuple(at + 1 if each in logs else at for each, at in enumerate(positions))
                    target = further, self._set(reached, further)
                    if target not in before:
                        self.budget.spend()
                        before[target] = node, (log, positions[log])
                        stack.append(target)
            if not moved and not split:
                heads = list(self._heads(positions, needs)) or [
                    log for log, at in enumerate(positions) if at < self.search.lengths[log]
                ]
                return self._failed(before, node, heads[0])
        return None

    def is_shared(self, spot: Spot) -> bool:
        """Whether another log records the event's step too, however it is read."""
        if spot not in self._shared:
            self._shared[spot] = all(
                any(spot[0] not in group.views for group in world.groups(candidate.number))
                for world in self.worlds
                for candidate in world.candidates(*spot)
            )
        return self._shared[spot]

    def _split(self, log: int, positions: Positions) -> bool:
        """Whether another log has a record of the same step behind it that this log's next event may go with.

        Logs that may lose records need not both have one, so the two were taken apart on the way here. That is no order
        of happenings that a run would have to follow: the records are of one.
        """

        def behind(view: int, world: World, number: int) -> int:
            return sum(
                any(candidate.number == number for candidate in world.candidates(view, at))
                for at in range(positions[view])
            )

        return any(
            behind(other, world, candidate.number) > behind(log, world, candidate.number)
            for world in self.worlds
            for candidate in world.candidates(log, positions[log])
            for group in world.groups(candidate.number)
            if log not in group.views
            for other in group.views
        )

    # ---------------------------------------------------------------------------------------------------------- states

    def _heads(self, positions: Positions, needs: dict[int, list[tuple[int, int, int]]]) -> Iterator[int]:
        for log in self.search.heads(positions):
            if self._allowed((log,), positions, needs):
                yield log

    def _allowed(
        self, logs: tuple[int, ...], positions: Positions, needs: dict[int, list[tuple[int, int, int]]]
    ) -> bool:
        """Whether the orders assumed let these logs' next events come, all of them at once."""
        return all(
            positions[log] < later or positions[first] + (first in logs) >= done
            for log in logs
            for later, first, done in needs.get(log, ())
        )

    def _number(self, world: World, state: bytes, binding: int) -> int:
        index = self.worlds.index(world)
        key = index, self.search.kept(state), binding
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._elements)
            self._elements.append((index, state, binding))
        return number

    def _set(self, numbers: Iterator[int] | set[int], positions: Positions) -> frozenset[int]:
        """The elements with all that hidden steps make of them."""
        return frozenset(reached for number in numbers for reached in self._closure(number, positions))

    def _closure(self, number: int, positions: Positions) -> tuple[int, ...]:
        # Where we are in the logs says how many faults are left, and nothing else about hidden steps.
        key = number, positions if self.search.shared.unrecorded_faults else ()
        known = self._closures.get(key)
        if known is not None:
            return known
        found = {number}
        stack = [number]
        while stack:
            index, state, binding = self._elements[stack.pop()]
            for move in self.search.unrecorded(self.worlds[index], (state, positions, binding)):
                other = self._number(self.worlds[index], move.after[0], move.after[2])
                if other not in found:
                    self.budget.spend()
                    found.add(other)
                    stack.append(other)
        self._closures[key] = tuple(found)
        return self._closures[key]

    def _after(self, states: frozenset[int], log: int, positions: Positions) -> dict[tuple[int, ...], set[int]]:
        """The states after the log's next event, by the logs that recorded it."""
        found: dict[tuple[int, ...], set[int]] = {}
        for number in states:
            for logs, after in self._step(number, log, positions):
                found.setdefault(logs, set()).add(after)
        return found

    def _step(self, number: int, log: int, positions: Positions) -> tuple[tuple[tuple[int, ...], int], ...]:
        event = positions[log]
        index, state, binding = self._elements[number]
        world = self.worlds[index]
        alone = all(len(world.groups(candidate.number)) == 1 for candidate in world.candidates(log, event))
        key = number, log, event, None if alone else positions
        known = self._steps.get(key)
        if known is None:
            known = self._steps[key] = tuple(
                (move.logs, self._number(world, move.after[0], move.after[2]))
                for candidate in world.candidates(log, event)
                if not candidate.doomed
                for move in self.search.by(world, (state, positions, binding), log, candidate)
            )
        return known

    def _failed(
        self,
        before: dict[tuple[Positions, frozenset[int]], tuple[tuple[Positions, frozenset[int]], Spot] | None],
        node: tuple[Positions, frozenset[int]],
        log: int,
    ) -> Failure:
        path: list[Spot] = []
        sets = [node[1]]
        at = node
        while (step := before[at]) is not None:
            at, spot = step
            path.append(spot)
            sets.append(at[1])
        return Failure(tuple(path[::-1]), tuple(sets[::-1]), node[0], log)

    # --------------------------------------------------------------------------------------------------------- culprits

    def _culprit(self, failure: Failure, rank: dict[Spot, int]) -> Order:
        """An order of the run that the failure breaks, the one most likely to be what it lacks."""
        spot = failure.log, failure.positions[failure.log]
        if spot in rank:
            yielded = self._too_early(failure, spot, rank) or self._too_late(failure, spot, rank)
            if yielded is not None:
                return yielded
        for at in range(len(failure.path) - 1, 0, -1):
            earlier, later = failure.path[at - 1], failure.path[at]
            if rank[later] < rank[earlier] and later[0] != earlier[0]:
                return later, earlier
        missing = [
            (log, at)
            for log, reached in enumerate(failure.positions)
            for at in range(reached, self.search.lengths[log])
            if log != spot[0] and rank[log, at] < rank[spot]
        ]
        return max(missing, key=lambda each: rank[each]), spot

    def _too_early(self, failure: Failure, spot: Spot, rank: dict[Spot, int]) -> Order | None:
        """The event is not possible yet: the first event of another log that makes it so."""
        for log in range(len(failure.positions)):
            positions, states = failure.positions, failure.sets[-1]
            while log != spot[0] and positions[log] < self.search.lengths[log]:
                enabling = log, positions[log]
                if rank[enabling] > rank[spot]:
                    break
                reached = self._after(states, log, positions).get((log,))
                if not reached:
                    break
                positions = tuple(at + 1 if each == log else at for each, at in enumerate(positions))
                states = self._set(reached, positions)
                if self._after(states, spot[0], positions):
                    return enabling, spot
        return None

    def _too_late(self, failure: Failure, spot: Spot, rank: dict[Spot, int]) -> Order | None:
        """The event was possible and is no more: the event of another log that took it away."""
        positions = failure.positions
        for at in range(len(failure.path) - 1, -1, -1):
            taken = failure.path[at]
            if taken[0] == spot[0]:
                return None
            positions = tuple(reached - 1 if each == taken[0] else reached for each, reached in enumerate(positions))
            if rank[taken] > rank[spot] and self._after(failure.sets[at], spot[0], positions):
                return spot, taken
        return None

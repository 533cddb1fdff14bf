"""The search for a run that explains a trace: nodes are a state, a position in each log and a binding.

Depth first, recorded steps before hidden ones, so that a trace that can be explained is explained soon; what is left
of the graph is gone through only when there is no explanation. Hidden steps are tried at every node: to insert them
only where the trace is blocked would miss runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from checker.trace.options import Budget, Progress
from checker.trace.shared import Candidate, Shared
from checker.trace.stated import Needs
from checker.trace.world import World

MISSING = -1  # in the place of an event: any step the log records, as if its record were missing

Positions = tuple[int, ...]
Node = tuple[bytes, Positions, int]  # state, position in each log, binding


@dataclass(frozen=True, slots=True)
class Move:
    """A step of the model, with the logs that recorded it."""

    number: int
    logs: tuple[int, ...]
    after: Node


@dataclass(frozen=True, slots=True)
class Taken:
    """How a node was reached: from where, by which step, recorded in which logs. A root has no parent."""

    world: World
    parent: Node | None
    number: int
    logs: tuple[int, ...]


PATIENCE = 20_000  # nodes in which a better end is looked for, once an acceptable one is known


@dataclass(slots=True)
class Search:
    """One search.

    `open_at` says how bad a state is to end in, 0 for a good one; an end no worse than `settled` will do when no
    better one turns up soon. `taken` holds every node reached, `ended` the best one at the trace's end.
    """

    shared: Shared
    needs: Needs
    budget: Budget
    open_at: Callable[[bytes], int]
    settled: int = 0
    progress: Callable[[Progress], None] | None = None
    taken: dict[Node, Taken] = field(default_factory=dict)
    met: set[tuple[object, Positions, int]] = field(default_factory=set)  # the nodes, as far as they can matter
    kept: Callable[[bytes], object] = bytes
    ended: Node | None = None
    ended_open: int = 0
    hurried: int = 0  # the node count at which the search stops for want of patience; 0: it is still patient
    furthest: int = 0
    sequence: tuple[tuple[int, ...], ...] = ()  # the events of each log in the order to explain; by default as they are
    lengths: Positions = ()

    def __post_init__(self) -> None:
        if not self.sequence:
            self.sequence = tuple(tuple(range(len(view.events))) for view in self.shared.views)
        self.lengths = tuple(len(events) for events in self.sequence)
        self.kept = self.shared.kept

    # ------------------------------------------------------------------------------------------------------------ moves

    def recorded(self, world: World, node: Node) -> Iterator[Move]:
        """The steps that the next event of some log can be."""
        positions = node[1]
        for view in self.heads(positions):
            event = self.sequence[view][positions[view]]
            for candidate in world.candidates(view, event) if event != MISSING else world.anything(view):
                yield from self.by(world, node, view, candidate)

    def by(self, world: World, node: Node, view: int, candidate: Candidate) -> Iterator[Move]:
        """The step that the next event of this log can be, with the other logs that recorded it too."""
        state, positions, binding = node
        changed = world.shared.bindings.after(binding, candidate.change)
        if changed is None or not all(test(state) for test in candidate.tests):
            return
        if world.redundant(candidate.number, state, binding):
            return
        after = world.machine.fire(candidate.number, state)
        if after is None:
            return
        for logs, final in self.joint(world, positions, changed, view, candidate.number):
            moved = tuple(at + 1 if log in logs else at for log, at in enumerate(positions))
            yield Move(candidate.number, logs, (after, moved, final))

    def joint(
        self, world: World, positions: Positions, binding: int, view: int, number: int
    ) -> Iterator[tuple[tuple[int, ...], int]]:
        """The sets of logs, this one first among them, that can have recorded the step together."""
        others = [group for group in world.groups(number) if view not in group.views]
        found: list[tuple[tuple[int, ...], int]] = [((view,), binding)]
        for group in others:
            grown = [] if group.must else list(found)
            for logs, bound in found:
                for log in group.views:
                    grown += [((*logs, log), after) for after in self._also(world, positions, bound, log, number)]
            found = grown
        # Each set is met from each of its logs; it counts where the first of them is at hand.
        return ((tuple(sorted(logs)), bound) for logs, bound in found if view == min(logs))

    def _also(self, world: World, positions: Positions, binding: int, log: int, number: int) -> Iterator[int]:
        if positions[log] < self.lengths[log] and self.ready(log, positions):
            event = self.sequence[log][positions[log]]
            for candidate in world.candidates(log, event) if event != MISSING else ():
                if candidate.number == number:
                    after = world.shared.bindings.after(binding, candidate.change)
                    if after is not None:
                        yield after

    def heads(self, positions: Positions) -> list[int]:
        """The logs whose next event may be next, earliest recorded time first."""
        found = [log for log, at in enumerate(positions) if at < self.lengths[log] and self.ready(log, positions)]
        if len(found) > 1:
            times = [self.time(log, positions[log]) for log in found]
            if None not in times:
                found = [log for _, log in sorted(zip(times, found, strict=True), key=lambda pair: pair[0] or 0)]
        return found

    def time(self, log: int, position: int) -> int | None:
        """When the log's own clock says that its event at this position happened."""
        event = self.sequence[log][position]
        return None if event == MISSING else self.shared.views[log].events[event].event.time

    def ready(self, log: int, positions: Positions) -> bool:
        """Whether all that is stated to be before the log's next event has happened."""
        event = self.sequence[log][positions[log]]
        return event == MISSING or all(at >= need for at, need in zip(positions, self.needs[log][event], strict=True))

    def unrecorded(self, world: World, node: Node) -> Iterator[Move]:
        """The steps that may happen here without a record, those first that the next events may wait for."""
        state, positions, binding = node
        wanted = [
            number
            for log in self.heads(positions)
            if (event := self.sequence[log][positions[log]]) != MISSING
            for number in world.begins_for(log, event)
        ]
        grounds, after_change = world.machine.grounds, world.shared.bindings.after
        for number, after in world.steps(state, wanted):
            if grounds[number].moment.fault and not self._spare_fault(world, state, positions):
                continue
            changed = after_change(binding, world.hidden_change(number))
            if changed is None or (after == state and changed == binding):
                continue
            if not world.redundant(number, state, binding):
                yield Move(number, (), (after, positions, changed))

    def _spare_fault(self, world: World, state: bytes, positions: Positions) -> bool:
        """Whether one more unrecorded fault leaves enough for those that the records tell of."""
        told = sum(
            event != MISSING and any(world.machine.grounds[c.number].moment.fault for c in world.candidates(log, event))
            for log, reached in enumerate(positions)
            for event in self.sequence[log][reached:]
        )
        return state[-1] + told < world.machine.scope.faults

    def moves(self, world: World, node: Node) -> Iterator[Move]:
        yield from self.recorded(world, node)
        yield from self.unrecorded(world, node)

    # ----------------------------------------------------------------------------------------------------------- search

    def run(self, world: World, root: Node) -> bool:
        """Look for a run from this root; true when the search is over, for it found one. Raises LimitReached."""
        if not self._new(root):
            return False
        self.taken[root] = Taken(world, None, -1, ())
        if self._met(root):
            return True
        stack = [(root, self.moves(world, root))]
        while stack:
            node, moves = stack[-1]
            move = next(moves, None)
            if move is None:
                stack.pop()
                continue
            if not self._new(move.after):
                continue
            self.taken[move.after] = Taken(world, node, move.number, move.logs)
            if self.budget.spend() and self.progress is not None:
                self.progress(Progress(self.budget.spent, self.furthest, sum(self.lengths)))
            if self._met(move.after) or 0 < self.hurried <= self.budget.spent:
                return True
            stack.append((move.after, self.moves(world, move.after)))
        return False

    def _new(self, node: Node) -> bool:
        """Whether no node with the same future was met yet; it counts as met from now on."""
        key = self.kept(node[0]), node[1], node[2]
        if key in self.met:
            return False
        self.met.add(key)
        return True

    def _met(self, node: Node) -> bool:
        """Note how far the node is; true at a good end."""
        done = sum(node[1])
        self.furthest = max(self.furthest, done)
        if node[1] != self.lengths:
            return False
        count = self.open_at(node[0])
        if self.ended is None or count < self.ended_open:
            self.ended, self.ended_open = node, count
            if count <= self.settled and not self.hurried:
                self.hurried = self.budget.spent + PATIENCE
        return count == 0

    def path(self, node: Node) -> list[tuple[Node, Taken]]:
        """The nodes from a root to this one, each with how it was reached."""
        found: list[tuple[Node, Taken]] = []
        at: Node | None = node
        while at is not None:
            taken = self.taken[at]
            found.append((at, taken))
            at = taken.parent
        return found[::-1]

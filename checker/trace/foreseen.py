"""Whether any run explains one more record at some place of a trace, whatever else happens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from checker.trace.event import Event
from checker.trace.explored import Explored
from checker.trace.search import Node
from checker.trace.shared import Candidate
from checker.trace.stated import allowed
from checker.trace.view import Seen, View
from checker.trace.world import World

MOST = 300  # nodes after a record, from which another one is asked about


@dataclass(slots=True)
class Foreseen:
    """Asks about records at places of a look at all runs: or, with `nodes`, after another record that was made up."""

    look: Explored
    nodes: tuple[Node, ...] | None = None
    _by_place: dict[tuple[int, int], list[Node]] = field(default_factory=dict)

    def refuses(self, world: World, node: Node, log: int, event: Event, last: Event | None) -> bool:
        """Whether no run has the record as the log's next at that place."""
        return next(self._explained(world, node, log, event, last), None) is None

    def after(self, world: World, node: Node, log: int, event: Event, last: Event | None) -> Foreseen | None:
        """The places after the record, to ask about another one; None where there are too many to say."""
        found: dict[Node, None] = {}
        for after in self._explained(world, node, log, event, last):
            found[after] = None
            if len(found) > MOST:
                return None
        return Foreseen(self.look, tuple(self._closed(world, found)))

    def _closed(self, world: World, nodes: Iterable[Node]) -> Iterator[Node]:
        """The nodes with all that unrecorded steps lead to."""
        seen = dict.fromkeys(nodes)
        queue = list(seen)
        while queue and len(seen) < 20 * MOST:
            here = queue.pop()
            for move in self.look.search.unrecorded(world, here):
                if move.after not in seen:
                    seen[move.after] = None
                    queue.append(move.after)
        return iter(seen)

    def _explained(self, world: World, node: Node, log: int, event: Event, last: Event | None) -> Iterator[Node]:
        view = self.look.case.views[log]
        readings = view.reader.read(event)
        seen = Seen(event, readings.readings, readings.unfit)
        least, most = self._bounds(view, last)
        made: dict[int, list[Candidate]] = {}
        for here in self._places(log, node[1][log]):
            if not all(low <= at <= high for low, at, high in zip(least, here[1], most, strict=True)):
                continue
            own = world if self.nodes is not None else self.look.search.taken[here].world
            if id(own) not in made:
                made[id(own)] = list(own.reads.made(view, seen))
            for candidate in made[id(own)]:
                yield from self._after(own, here, log, candidate)

    def _after(self, world: World, node: Node, log: int, candidate: Candidate) -> Iterator[Node]:
        state, positions, binding = node
        if not all(test(state) for test in candidate.tests):
            return
        changed = world.shared.bindings.after(binding, candidate.change)
        after = world.machine.fire(candidate.number, state)
        if changed is not None and after is not None:
            yield after, tuple(at + (view == log) for view, at in enumerate(positions)), changed

    def _places(self, log: int, at: int) -> Iterable[Node]:
        if self.nodes is not None:
            return self.nodes
        if not self._by_place:
            for node in self.look.search.taken:
                for view, position in enumerate(node[1]):
                    self._by_place.setdefault((view, position), []).append(node)
        return self._by_place.get((log, at), ())

    def _bounds(self, view: View, last: Event | None) -> tuple[list[int], list[int]]:
        """How far each other log must and may be at the time of a record made just after the last event."""
        views = self.look.case.views
        least, most = [0] * len(views), [len(other.events) for other in views]
        if last is None or last.time is None:
            return least, most
        for other in views:
            apart = allowed(view, other)
            if other.index != view.index and apart is not None:
                times = [seen.event.time for seen in other.events]
                least[other.index] = sum(1 for time in times if time is not None and time < last.time - apart)
                late = (at for at, time in enumerate(times) if time is not None and time > last.time + apart)
                most[other.index] = next(late, len(times))
        return least, most

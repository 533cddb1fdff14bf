"""Small searches that ask "what if": the same trace with its events in another sequence, or with other readings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from checker.model.judge import InternalError
from checker.model.run import ReplayFailed, Run, replay
from checker.trace.conform import Case
from checker.trace.options import Budget, LimitReached
from checker.trace.relevance import Relevance
from checker.trace.search import Node, Search, Taken
from checker.trace.shared import Candidate
from checker.trace.sources import Reading
from checker.trace.stated import Needs
from checker.trace.view import Seen
from checker.trace.world import World

Spot = tuple[int, int]  # log, and the event's place among those of its view
Sequence = tuple[tuple[int, ...], ...]
Path = list[tuple[Node, Taken]]

ROOTS = 100  # nodes from which a changed trace is tried


@dataclass(slots=True)
class Trial(Search):
    """A search that is over as soon as it has explained `goal` events. `best` is the first node that got furthest."""

    goal: int = 0
    best: Node | None = None

    def __post_init__(self) -> None:
        Search.__post_init__(self)
        self.goal = self.goal or sum(self.lengths)

    def _met(self, node: Node) -> bool:
        done = sum(node[1])
        if self.best is None or done > self.furthest:
            self.furthest, self.best = done, node
        if done < self.goal:
            return False
        self.ended = node
        return True


class Supposing(World):
    """A world in which some events are read otherwise."""

    def __init__(self, world: World, readings: Mapping[Spot, tuple[Reading, ...]]) -> None:
        super().__init__(world.shared, world.meanings.state)
        self.unnamed, self._groups, self.meanings, self.reads = (
            world.unnamed,
            world._groups,
            world.meanings,
            world.reads,
        )
        made: dict[Spot, tuple[Candidate, ...]] = {}
        for (log, at), each in readings.items():
            view = self.shared.views[log]
            made[log, at] = tuple(self.reads.made(view, Seen(view.events[at].event, each, ())))
        self._candidates = {**world._candidates, **made}


@dataclass(slots=True)
class Trials:
    """What can be asked about one case, with every step that may be hidden taken for relevant.

    A missing record may need steps that no record of the trace does.
    """

    case: Case
    nodes: int  # what is left to spend on all of them, so that the answer does not hang on how fast a machine is
    worlds: dict[int, World] = field(default_factory=dict)
    _places: dict[Spot, list[Node]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        core = self.case.core
        moments = frozenset((moment.action, moment.moment) for moment in core.moments)
        relevance = Relevance(moments, frozenset(cell.name for cell in core.cells))
        self.case = replace(self.case, shared=replace(self.case.shared, relevance=relevance))
        for node in self.case.search.taken:
            for log, at in enumerate(node[1]):
                self._places.setdefault((log, at), []).append(node)

    def world(self, world: World) -> World:
        """The world with all steps relevant."""
        found = self.worlds.get(id(world))
        if found is None:
            found = self.worlds[id(world)] = world.within(self.case.shared)
        return found

    def roots(self, log: int, position: int, first: frozenset[Node]) -> Iterator[tuple[World, Node]]:
        """The nodes of the search at which that log is at that position: those in `first`, then the furthest."""
        nodes = self._places.get((log, position), [])
        nodes = sorted(nodes, key=lambda node: (node not in first, -sum(node[1])))
        for node in nodes[:ROOTS]:
            yield self.world(self.case.search.taken[node].world), node

    def trial(self, nodes: int, sequence: Sequence | None = None, needs: Needs | None = None, goal: int = 0) -> Trial:
        """A search of its own over the trace, or over its events in another sequence."""
        search = self.case.search
        budget = Budget(max(0, min(nodes, self.nodes)), search.budget.seconds, started=search.budget.started)
        return Trial(
            self.case.shared,
            needs or search.needs,
            budget,
            lambda _: 0,
            10**9,
            sequence=sequence or search.sequence,
            goal=goal,
        )

    def explores(self, trial: Trial, world: World, root: Node) -> bool | None:
        """Whether the trial gets to its goal from this node; None where its bound was met first."""
        before = trial.budget.spent
        try:
            return trial.run(world, root)
        except LimitReached:
            return None
        finally:
            self.nodes -= trial.budget.spent - before


def joined(case: Case, trial: Trial, end: Node) -> Path:
    """The nodes from where the trace begins, through the case's own search to the trial's root, and on to the end."""
    after = trial.path(end)
    root = after[0][0]
    before = case.search.path(root) if root in case.search.taken else []
    return [*before, *after[bool(before) :]]


def run_along(case: Case, path: Path) -> Run:
    """The run along a path, from an initial state, replayed by the reference. Raises InternalError."""
    start, before = case.starts.steps_to(path[0][0][0])
    grounds = case.machine.grounds
    numbers = (*before, *(taken.number for _, taken in path[1:]))
    faults = sum(grounds[number].moment.fault for number in numbers)
    scope = replace(case.machine.scope, faults=max(case.machine.scope.faults, faults))
    cells = tuple(case.machine.layout.unpack(start).items())
    run = Run(scope, cells, tuple(grounds[number].step for number in numbers))
    try:
        replay(case.protocol, run)
    except ReplayFailed as failed:
        raise InternalError(f"a run that is to be shown does not replay: {failed}") from failed
    return run

"""`explore`: a protocol in a scope, searched, and every property of it answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, assert_never

from checker.explore.answer import Answer, Said
from checker.explore.can import Reverse, judge_can
from checker.explore.exercise import Exercised, exercise
from checker.explore.liveness import judge_leads_to
from checker.explore.roster import roster
from checker.explore.safety import Safety, judge_final, judge_invariant, judge_step_rule
from checker.explore.search import STATES, Limits, StateGraph, search
from checker.explore.symmetry import Symmetry, find_symmetry, no_symmetry
from checker.explore.witness import lift_to, replayed
from checker.language.core import CoreProperty, PropertyKind
from checker.language.protocol import Protocol
from checker.model.ground import Machine
from checker.model.judge import RosterLine
from checker.model.run import Run
from checker.model.scope import Scope

if TYPE_CHECKING:
    import networkx

    from checker.explore.faults import FaultTable

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Ends:
    """Where runs end: in how many states, whether the protocol says what must hold there, a shortest run to one."""

    count: int
    judged: bool
    example: Run | None


class Exploration:
    """What was found. `answers` are in the protocol's order, `symmetry` says in sentences which was used.

    `states` and `transitions` count representatives and the steps out of them; `reason` is why the search stopped
    early, empty if it is complete.
    """

    engine = "explicit"

    def __init__(
        self,
        machine: Machine,
        found: Symmetry,
        graph: StateGraph,
        answers: tuple[Answer, ...],
        exercised: Exercised,
        cut: str,
    ) -> None:
        self.protocol = machine.protocol
        self.scope = machine.scope
        self.machine = machine
        self.store = graph
        self.answers = answers
        self.exercised = exercised
        self.reason = cut
        self._found = found

    @property
    def states(self) -> int:
        return len(self.store.states)

    @property
    def transitions(self) -> int:
        return self.store.first_edge[-1]

    @property
    def depth(self) -> int:
        """Steps from the start to the farthest state."""
        return max(len(self.store.levels) - 1, 0)

    @property
    def complete(self) -> bool:
        return not self.reason

    @property
    def seconds(self) -> float:
        return self.store.seconds

    @property
    def symmetry(self) -> tuple[str, ...]:
        return self._found.words

    @property
    def permutations(self) -> int:
        """How many renamings were taken for the same state; 1 where no symmetry was used."""
        return self._found.order

    def answer(self, name: str) -> Answer:
        """The answer for one property. Raises KeyError."""
        for answer in self.answers:
            if answer.name == name:
                return answer
        raise KeyError(name)

    @cached_property
    def roster(self) -> tuple[RosterLine, ...]:
        return roster(self.machine, self.answers, self.exercised)

    @cached_property
    def ends(self) -> Ends:
        """Where no step is possible but faults and optional actions. A deadlock, if no `final` says otherwise."""
        graph = self.store
        judged = any(item.kind is PropertyKind.FINAL for item in self.machine.core.properties)
        return Ends(len(graph.ends), judged, self.run_to(graph.ends[0]) if graph.ends else None)

    def run_to(self, index: int) -> Run:
        """A shortest run to a state of the graph (but for the names of individuals), replayed. Raises InternalError."""
        run = lift_to(self.store, self.machine, self._found, index).run()
        replayed(self.machine, run)
        return run

    def graph(self) -> networkx.MultiDiGraph[int]:
        """The states and steps; see `checker.explore.graph`."""
        from checker.explore.graph import to_networkx

        return to_networkx(self.store, self.machine)

    def fault_table(self) -> FaultTable:
        """Every failure outcome and fault, at every step it can strike, and what becomes of it."""
        from checker.explore.faults import fault_table

        return fault_table(self.machine, self._found, self.store, self.answers)


def explore(
    protocol: Protocol,
    scope: Scope,
    *,
    symmetry: bool = True,
    limit: int = STATES,
    seconds: float | None = None,
    progress: Progress | None = None,
) -> Exploration:
    """Searches all states the protocol can reach in the scope, and answers each of its properties.

    Gives up after `limit` states or so many seconds, or at Ctrl-C; what is then not known is answered `unknown`.
    `progress` is told in words how far it is. Raises BadScope, TooLarge, CannotLower, and InternalError where an answer
    of ours does not stand up to the reference.
    """
    machine = Machine(protocol, scope)
    found = find_symmetry(machine) if symmetry else no_symmetry(machine)
    safety = Safety(machine)
    graph = search(machine, found, safety, Limits(limit, seconds), progress)
    judge = Judge(machine, found, graph, safety)
    answers: list[Answer] = []
    cut = graph.cut
    exercised = Exercised({}, frozenset(), 0, graph.expanded)
    try:
        for item in machine.core.properties:
            if progress is not None:
                progress(f"{len(graph.states):,} states, judging {item.name}")
            answers.append(judge.answer(item))
        exercised = exercise(machine, graph)
    except KeyboardInterrupt:
        cut = "it was interrupted"
        for item in machine.core.properties[len(answers) :]:
            answers.append(Answer(item, Said.UNKNOWN, cut))
    return Exploration(machine, found, graph, tuple(answers), exercised, cut)


class Judge:
    """Answers properties of a searched graph, one after the other."""

    def __init__(self, machine: Machine, symmetry: Symmetry, graph: StateGraph, safety: Safety) -> None:
        self.machine, self.symmetry, self.graph, self.safety = machine, symmetry, graph, safety
        self.reverse = Reverse(graph)

    def answer(self, item: CoreProperty) -> Answer:
        if not self.graph.states and self.graph.complete:
            return Answer(item, Said.HOLDS, "there is no initial state: nothing was tried", premise_seen=False)
        match item.kind:
            case PropertyKind.INVARIANT:
                return judge_invariant(self.graph, self.symmetry, self.safety, item)
            case PropertyKind.STEP:
                return judge_step_rule(self.graph, self.symmetry, self.safety, item)
            case PropertyKind.FINAL:
                return judge_final(self.graph, self.symmetry, self.machine, item)
            case PropertyKind.LEADS_TO:
                return judge_leads_to(self.graph, self.symmetry, self.machine, item)
            case PropertyKind.CAN:
                return judge_can(self.graph, self.symmetry, self.machine, item, self.reverse)
            case _:
                assert_never(item.kind)

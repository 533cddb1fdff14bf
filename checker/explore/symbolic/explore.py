"""`explore_sets`: a protocol in a scope, all its states at once as a set, and every property answered."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from functools import cached_property

from checker.explore.answer import Answer, Said
from checker.explore.exercise import Exercised
from checker.explore.explore import Ends
from checker.explore.roster import roster
from checker.explore.search import INTERRUPTED
from checker.explore.symbolic.exercised import exercised
from checker.explore.symbolic.initial import initial_set
from checker.explore.symbolic.judge import SymbolicJudge, out_of_nodes
from checker.explore.symbolic.order import variable_order
from checker.explore.symbolic.reach import Saturation, Stopped, Watch
from checker.explore.symbolic.space import NODES, Space
from checker.explore.symbolic.steps import Steps
from checker.explore.symbolic.ways import run_of
from checker.explore.witness import replayed
from checker.language.core import PropertyKind
from checker.language.protocol import Protocol
from checker.model.ground import Machine
from checker.model.judge import RosterLine
from checker.model.scope import Scope

TRANSITIONS = 8_000_000
"""Counting transitions is left out where the set's nodes times the guards to be counted come to more than that."""


class SymbolicExploration:
    """What was found, as `Exploration` tells it; but states are counted one by one, not up to renaming.

    `transitions` is None where there are too many guards to count them; `depth` is not known. `reason` is why the
    search stopped early: then nothing is known.
    """

    engine = "symbolic"
    symmetry: tuple[str, ...] = ()
    permutations = 1
    depth: int | None = None

    def __init__(
        self,
        machine: Machine,
        judge: SymbolicJudge | None,
        answers: tuple[Answer, ...],
        seen: Exercised,
        reason: str,
        seconds: float,
    ) -> None:
        self.protocol, self.scope, self.machine = machine.protocol, machine.scope, machine
        self.answers, self.exercised, self.reason, self.seconds = answers, seen, reason, seconds
        self._judge = judge

    @property
    def states(self) -> int:
        return 0 if self._judge is None else self._judge.states

    @property
    def complete(self) -> bool:
        return not self.reason

    @cached_property
    def transitions(self) -> int | None:
        judge = self._judge
        if judge is None:
            return None
        alike = Counter(step.possible for step in judge.steps.all)
        if len(alike) * judge.reached.node_count() > TRANSITIONS:
            return None
        return sum(times * judge.space.size(judge.reached & possible) for possible, times in alike.items())

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
        """Where no step is possible but faults and optional actions. Raises Stopped, MemoryError."""
        judged = any(item.kind is PropertyKind.FINAL for item in self.machine.core.properties)
        if self._judge is None or not self._judge.ends.satisfiable():
            return Ends(0, judged, None)
        ends = self._judge.ends
        run = run_of(self._judge.steps, self._judge.ways.to(ends))
        replayed(self.machine, run)
        return Ends(self._judge.space.size(ends), judged, run)


def explore_sets(
    protocol: Protocol,
    scope: Scope,
    *,
    seconds: float | None = None,
    nodes: int = NODES,
    progress: Callable[[str], None] | None = None,
) -> SymbolicExploration:
    """All states the protocol can reach in the scope, as one set, and the answer to each of its properties.

    Gives up after so many seconds, at Ctrl-C, or where so many nodes are not enough; what is then not known is answered
    `unknown`. Raises BadScope, TooLarge, CannotLower; MissingLibrary without oxidd; InternalError where an answer of
    ours does not stand up to the reference.
    """
    watch = Watch(seconds, progress)
    machine = Machine(protocol, scope)
    judge: SymbolicJudge | None = None
    answers: list[Answer] = []
    seen = Exercised({}, frozenset(), 0, 0)
    reason = ""
    try:
        judge = _closed(machine, nodes, watch)
        for item in machine.core.properties:
            answers.append(judge.answer(item))
        seen = exercised(judge)
    except KeyboardInterrupt:
        reason = INTERRUPTED
    except Stopped as stopped:
        reason = str(stopped)
    except MemoryError:
        reason = out_of_nodes(nodes)
    if judge is not None and len(answers) == len(machine.core.properties) and reason != INTERRUPTED:
        reason = ""  # only what was put to the test is not known in full
    answers += [Answer(item, Said.UNKNOWN, reason) for item in machine.core.properties[len(answers) :]]
    return SymbolicExploration(machine, judge, tuple(answers), seen, reason, time.monotonic() - watch.started)


def _closed(machine: Machine, nodes: int, watch: Watch) -> SymbolicJudge:
    space = Space(machine.layout, machine.fixed, machine.scope.faults, variable_order(machine), nodes)
    steps = Steps(machine, space, watch.look)
    start = initial_set(machine, space)
    return SymbolicJudge(steps, start, Saturation(steps, watch).closed(start), watch)

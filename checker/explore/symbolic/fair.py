"""`leads to` on sets: is there a fair run on which the premise holds once and the conclusion never again?

The states that a fair run can go on from for ever are a greatest fixpoint (Emerson, Lei 1986; with strong fairness:
Kesten, Pnueli, Raviv 1998). If there are some, walking from fairness to fairness among them closes a loop at last. What
a fair run is, is said in `checker.explore.fairness`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from checker.explore.answer import Answer, Said
from checker.explore.lasso import confirm_lasso
from checker.explore.safety import formula_of, steps_in_words
from checker.explore.symbolic.reach import Saturation
from checker.explore.symbolic.space import Set
from checker.explore.symbolic.steps import SymbolicStep
from checker.explore.symbolic.ways import Ways
from checker.explore.witness import replayed
from checker.explore.words import instance_names
from checker.language.core import CoreProperty
from checker.model.judge import InternalError
from checker.model.run import Run, Step
from checker.model.values import type_values

if TYPE_CHECKING:
    from checker.explore.symbolic.judge import SymbolicJudge


def judge_leads_to(judge: SymbolicJudge, item: CoreProperty) -> Answer:
    """Holds if no fair run stays away from the conclusion for ever. Raises Stopped, MemoryError, InternalError."""
    if item.premise is None:
        raise ValueError(f"{item.name} has no premise")
    fair = fair_instances(judge, item)
    names = [name for name, _ in item.variables]
    premises = 0
    for values in product(*(type_values(type_, judge.machine.sizes) for _, type_ in item.variables)):
        bound = dict(zip(names, values, strict=True))
        met = judge.reached & judge.set(item.premise, bound)
        premises += judge.space.size(met)
        away = Away(judge, fair, judge.reached & ~judge.set(formula_of(item), bound))
        goal = away.goal(met)
        if goal is not None:
            return away.refuted(item, tuple(map(int, values)), met, goal)
    how = f"premise met {premises:,} times in {judge.states:,} states"
    return Answer(item, Said.HOLDS, how, premise_seen=premises > 0)


@dataclass(frozen=True, slots=True)
class Instance:
    """One action with its arguments, assumed fair: where it is possible, and its steps."""

    strong: bool
    possible: Set
    steps: tuple[SymbolicStep, ...]


def fair_instances(judge: SymbolicJudge, item: CoreProperty) -> tuple[Instance, ...]:
    """The instances that are possible anywhere; faults are never assumed fair, and of two assumptions the stronger
    counts."""
    strong = {fairness.action: False for fairness in item.fair}
    strong |= {fairness.action: True for fairness in item.fair if fairness.strong}
    found: dict[tuple[str, tuple[int, ...]], list[SymbolicStep]] = {}
    for step in judge.steps.all:
        moment = step.ground.moment
        if moment.action in strong and not moment.fault:
            found.setdefault((moment.action, step.ground.args), []).append(step)
    return tuple(
        Instance(strong[action], judge.space.union(step.possible for step in steps), tuple(steps))
        for (action, _), steps in found.items()
    )


@dataclass(frozen=True, slots=True)
class Goal:
    """Where a run may stay away from the conclusion: for ever by moving among these states, or by stopping there."""

    states: Set
    stops: bool


class Away:
    """The states in which the conclusion of one instance of a property is false."""

    def __init__(self, judge: SymbolicJudge, fair: tuple[Instance, ...], states: Set) -> None:
        self._judge, self._fair, self._states = judge, fair, states
        self._steps, self._space = judge.steps, judge.space

    def goal(self, met: Set) -> Goal | None:
        """Where fair runs can stay once the premise held; None if nowhere.

        Looking forward from the premise costs the most, and is done only where some run may stop.
        """
        starts, states = self._states & met, self._states
        if not starts.satisfiable():
            return None
        stops = self._stops(states)
        if stops.satisfiable():
            states = self._closed(starts, states)
            stops = stops & states
            if stops.satisfiable():
                return Goal(stops, True)
        hull = self._hull(states)
        if not (self._closed(hull, states, backward=True) & starts).satisfiable():
            return None
        return Goal(hull, False)

    def _stops(self, states: Set) -> Set:
        """Where nothing is possible that is assumed fair."""
        for instance in self._fair:
            states = states & ~instance.possible
        return states

    def refuted(self, item: CoreProperty, values: tuple[int, ...], met: Set, goal: Goal) -> Answer:
        """The run: to the premise, from there to the goal, and once round a fair loop unless it just stops."""
        judge = self._judge
        starts = self._states & met & self._closed(goal.states, self._states, backward=True)
        first = judge.ways.to(starts)
        second = Ways(self._steps, self._space.only(first.end), judge.watch, self._states).to(goal.states)
        steps, loop = [*first.steps, *second.steps], None
        if not goal.stops:
            before, around = self._loop(goal.states, second.end)
            loop = len(steps) + len(before)
            steps += [*before, *around]
        run = Run(judge.machine.scope, tuple(judge.machine.layout.unpack(first.start).items()), tuple(steps), loop)
        confirm_lasso(judge.machine, item, run, replayed(judge.machine, run), values, len(first.steps))
        if loop is None:
            how = f"after {steps_in_words(run)} nothing that is assumed fair is possible, and it may stay like that"
        else:
            how = f"the last {len(steps) - loop} of {steps_in_words(run)} may repeat for ever"
        return Answer(item, Said.FAILS, how, run, instance_names(judge.machine, item, values))

    # ------------------------------------------------------------------------------------------------------- the hull

    def _closed(self, states: Set, within: Set, backward: bool = False) -> Set:
        return Saturation(self._steps, self._judge.watch, within, backward=backward).closed(states)

    def _hull(self, states: Set) -> Set:
        """The states from which a run can go on fairly for ever without leaving these, which have no stops.

        Something fair is possible in each of them, so that one that is kept has a step to another that is.
        """
        while True:
            before = states
            for instance in self._fair:
                if not states.satisfiable():
                    return states
                idle = states & ~instance.possible
                taken = self._taken(instance, states)
                if instance.strong:
                    states = idle | self._closed(taken, states, backward=True)
                else:
                    states = self._closed(idle | taken, states, backward=True)
            if states == before:
                return states

    def _taken(self, instance: Instance, states: Set) -> Set:
        """The states from which the instance leads to one of them."""
        return self._space.union(self._steps.preimage(step, states) & states for step in instance.steps)

    # ------------------------------------------------------------------------------------------------------- the loop

    def _loop(self, hull: Set, start: bytes) -> tuple[list[Step], list[Step]]:
        """Steps from a state of the hull to another, and a fair loop from there to itself.

        A round that does not get back to where it began has left a strongly connected part for good, so this ends.
        """
        before: list[Step] = []
        while True:
            around, end = self._round(hull, start)
            if (self._closed(self._space.only(end), hull) & self._space.only(start)).satisfiable():
                return before, [*around, *self._way(hull, end, self._space.only(start))[0]]
            before += around
            start = end

    def _round(self, hull: Set, start: bytes) -> tuple[list[Step], bytes]:
        """A walk in the hull, of one step at least, that gives every instance its due."""
        walk: list[Step] = []
        here = start
        for instance in self._fair:
            goal = taken = self._taken(instance, hull)
            if instance.strong:
                if not (self._closed(self._space.only(here), hull) & instance.possible).satisfiable():
                    continue
            else:
                goal = taken | (hull & ~instance.possible)
            way, here = self._way(hull, here, goal)
            walk += way
            if (self._space.only(here) & taken).satisfiable():
                step, here = self._step(hull, here, instance.steps)
                walk.append(step)
        if not walk:
            step, here = self._step(hull, here, self._steps.all)
            walk.append(step)
        return walk, here

    def _way(self, hull: Set, start: bytes, goal: Set) -> tuple[list[Step], bytes]:
        way = Ways(self._steps, self._space.only(start), self._judge.watch, hull).to(goal)
        return list(way.steps), way.end

    def _step(self, hull: Set, here: bytes, steps: tuple[SymbolicStep, ...]) -> tuple[Step, bytes]:
        """One of these steps that stays in the hull, and where it leads."""
        for step in steps:
            after = self._steps.image(step, self._space.only(here)) & hull
            if after.satisfiable():
                return step.ground.step, self._space.pick(after)
        raise InternalError("no step goes on from a state of a fair loop")

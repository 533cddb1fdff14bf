"""The properties of a protocol, asked of the set of all reachable states."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import product
from typing import assert_never

from checker.explore.answer import Answer, Said
from checker.explore.safety import ends, formula_of, steps_in_words, typed
from checker.explore.symbolic.fair import judge_leads_to
from checker.explore.symbolic.reach import Saturation, Stopped, Watch
from checker.explore.symbolic.space import Set
from checker.explore.symbolic.steps import Steps, SymbolicStep, bindings
from checker.explore.symbolic.terms import Term, Terms
from checker.explore.symbolic.ways import Way, Ways, run_of
from checker.explore.witness import confirm, replayed
from checker.explore.words import instance_names
from checker.language import protocol as tree
from checker.language.build import is_true
from checker.language.core import CoreProperty, Expr, PropertyKind
from checker.model.fold import fold
from checker.model.reference import Reference, State
from checker.model.run import Run, Step
from checker.model.values import type_values


class SymbolicJudge:
    """Answers properties of a closed set, one after the other."""

    def __init__(self, steps: Steps, initial: Set, reached: Set, watch: Watch) -> None:
        self.steps, self.reached, self.watch = steps, reached, watch
        self.machine, self.space, self.terms = steps.machine, steps.space, steps.terms
        self.states = self.space.size(reached)
        self.ways = Ways(steps, initial, watch)
        self._reference = Reference(self.machine.protocol, self.machine.scope)

    def answer(self, item: CoreProperty) -> Answer:
        """The answer; unknown where a limit is met. Raises InternalError."""
        if not self.states:
            return Answer(item, Said.HOLDS, "there is no initial state: nothing was tried", premise_seen=False)
        try:
            match item.kind:
                case PropertyKind.INVARIANT:
                    return self._invariant(item)
                case PropertyKind.STEP:
                    return self._step_rule(item)
                case PropertyKind.FINAL:
                    return self._final(item)
                case PropertyKind.CAN:
                    return self._can(item)
                case PropertyKind.LEADS_TO:
                    return judge_leads_to(self, item)
                case _:
                    assert_never(item.kind)
        except Stopped as stopped:
            return Answer(item, Said.UNKNOWN, str(stopped))
        except MemoryError:
            return Answer(item, Said.UNKNOWN, out_of_nodes(self.space.nodes))

    # ------------------------------------------------------------------------------------------------------- by kind

    def _invariant(self, item: CoreProperty) -> Answer:
        bad = self.reached & ~self.set(formula_of(item))
        if not bad.satisfiable():
            return Answer(item, Said.HOLDS, f"in all {self.states:,} states")
        way = self.ways.to(bad)
        run, states = self._shown(way)
        holds = self._reference.holds(typed(self.machine, item, tree.Invariant), states[-1])
        confirm(not holds, f"{item.name} fails at the end of the run")
        return Answer(item, Said.FAILS, f"false after {in_words(way, run)}", run)

    def _step_rule(self, item: CoreProperty) -> Answer:
        bad: list[tuple[SymbolicStep, Set]] = []
        for step in self.steps.all:
            broken = self.reached & step.possible & ~self.step_set(item, step)
            if broken.satisfiable():
                bad.append((step, broken))
        if not bad:
            return Answer(item, Said.HOLDS, f"of all steps from {self.states:,} states")
        way = self.ways.to(self.space.union(states for _, states in bad))
        here = self.space.only(way.end)
        last = next(step for step, states in bad if (states & here).satisfiable())
        run, states = self._shown(way, last.ground.step)
        rule = typed(self.machine, item, tree.StepRule)
        holds = self._reference.step_holds(rule, states[-2], run.steps[-1], states[-1])
        confirm(not holds, f"{item.name} fails in the last step of the run")
        return Answer(item, Said.FAILS, f"the last of {in_words(way, run)} breaks it", run)

    def _final(self, item: CoreProperty) -> Answer:
        if not self.ends.satisfiable():
            return Answer(item, Said.HOLDS, "no run ever ends", premise_seen=False)
        bad = self.ends & ~self.set(formula_of(item))
        if not bad.satisfiable():
            return Answer(item, Said.HOLDS, f"wherever a run ends ({self.space.size(self.ends):,} states)")
        way = self.ways.to(bad)
        run, states = self._shown(way)
        confirm(ends(self.machine, self._reference, states[-1]), f"a run ends where {item.name} is false")
        holds = self._reference.holds(typed(self.machine, item, tree.Final), states[-1])
        confirm(not holds, f"{item.name} fails at the end of the run")
        return Answer(item, Said.FAILS, f"a run ends after {in_words(way, run)}, and it is false there", run)

    def _can(self, item: CoreProperty) -> Answer:
        """Backward closure, for each tuple of the variables."""
        back = Saturation(self.steps, self.watch, self.reached, backward=True)
        names = [name for name, _ in item.variables]
        lost: list[tuple[tuple[int, ...], Set]] = []
        for values in product(*(type_values(type_, self.machine.sizes) for _, type_ in item.variables)):
            good = self.reached & self.set(formula_of(item), dict(zip(names, values, strict=True)))
            without = self.reached & ~back.closed(good)
            if without.satisfiable():
                lost.append((tuple(map(int, values)), without))
        if not lost:
            return Answer(item, Said.HOLDS, f"possible from all {self.states:,} states")
        way = self.ways.to(self.space.union(states for _, states in lost))
        here = self.space.only(way.end)
        chosen = next(values for values, states in lost if (states & here).satisfiable())
        run, _ = self._shown(way)
        how = f"after {in_words(way, run)} there is no way to it any more"
        return Answer(item, Said.FAILS, how, run, instance_names(self.machine, item, chosen))

    # --------------------------------------------------------------------------------------------------------- parts

    @cached_property
    def ends(self) -> Set:
        """The reachable states where no step is possible but faults and optional actions."""
        guards = dict.fromkeys(step.possible for step in self.steps.all if owed(step))
        found = self.reached
        for possible in sorted(guards, key=lambda guard: -(guard.node_level() or 0)):  # what is above stays as it is
            found = found & ~possible
        return found

    def set(self, formula: Expr, bound: Mapping[str, Term] | None = None) -> Set:
        """The states in which a formula is true."""
        return self.terms.set(fold(formula, self.terms, bound or {}))

    def step_set(self, item: CoreProperty, step: SymbolicStep) -> Set:
        """The states from which the step is as a step rule wants it."""
        formula = dict(item.steps)[step.ground.moment.action, step.ground.moment.moment]
        if is_true(formula):
            return self.space.true
        terms = Terms(self.space, step.after)
        return terms.set(fold(formula, terms, bindings(step.ground)))

    def _shown(self, way: Way, *more: Step) -> tuple[Run, tuple[State, ...]]:
        run = run_of(self.steps, way, *more)
        return run, replayed(self.machine, run)


def owed(step: SymbolicStep) -> bool:
    """Whether a run may not end where the step is possible."""
    return not (step.ground.moment.fault or step.ground.moment.optional)


def in_words(way: Way, run: Run) -> str:
    return steps_in_words(run) + ("" if way.shortest else " (perhaps not the fewest)")


def out_of_nodes(nodes: int) -> str:
    return f"{nodes:,} nodes were not enough for its sets"

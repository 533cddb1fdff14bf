"""Invariants and step rules, looked at while searching; final conditions, looked at where runs end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from checker.explore.answer import Answer, Said
from checker.explore.search import StateGraph
from checker.explore.symmetry import Symmetry
from checker.explore.witness import confirm, lift_to, replayed
from checker.language import protocol as tree
from checker.language.core import And, CoreMoment, CoreProperty, Expr, PropertyKind
from checker.model.code import TRUE, Code, Node
from checker.model.emit import Emit
from checker.model.fold import fold
from checker.model.ground import Machine
from checker.model.reference import Reference, State
from checker.model.run import Run

Kind = TypeVar("Kind", tree.Invariant, tree.StepRule, tree.Final, tree.LeadsTo)
StepTest = Callable[[int, bytes, bytes], bool]


class Safety:
    """The watch of a search: remembers the first state against each invariant, the first step against each rule."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.enough = False
        properties = machine.core.properties
        self._invariants = [item for item in properties if item.kind is PropertyKind.INVARIANT]
        self._tests = {item.name: machine.test(formula_of(item)) for item in self._invariants}
        self.state_holds = machine.test(And(tuple(formula_of(item) for item in self._invariants)))
        tests: dict[str, StepTest] = {
            item.name: machine.step_test(item) for item in properties if item.kind is PropertyKind.STEP
        }
        self._rules_of = self._step_rules()
        self.steps = tuple(tuple(tests[item.name] for item in rules) for rules in self._rules_of)
        self.bad_states: dict[str, int] = {}
        self.bad_steps: dict[str, tuple[int, int]] = {}  # the state and the ground step taken there

    def _step_rules(self) -> tuple[tuple[CoreProperty, ...], ...]:
        """For each ground step, the step rules that say something about it."""
        moments = {(moment.action, moment.moment): moment for moment in self.machine.core.moments}
        by_moment: dict[tuple[str, str], list[CoreProperty]] = {}
        for item in self.machine.core.properties:
            for key, formula in item.steps:
                if not _always_true(self.machine, moments[key], formula):
                    by_moment.setdefault(key, []).append(item)
        return tuple(
            tuple(by_moment.get((ground.moment.action, ground.moment.moment), ())) for ground in self.machine.grounds
        )

    def bad_state(self, index: int, state: bytes) -> None:
        for item in self._invariants:
            if item.name not in self.bad_states and not self._tests[item.name](state):
                self.bad_states[item.name] = index

    def bad_step(self, source: int, ground: int, before: bytes, after: bytes) -> None:
        for item, test in zip(self._rules_of[ground], self.steps[ground], strict=True):
            if item.name not in self.bad_steps and not test(ground, before, after):
                self.bad_steps[item.name] = (source, ground)


def judge_invariant(graph: StateGraph, symmetry: Symmetry, safety: Safety, item: CoreProperty) -> Answer:
    """Holds if the search was complete and saw no bad state."""
    index = safety.bad_states.get(item.name)
    if index is None:
        return _not_seen(graph, item, f"in all {len(graph.states):,} states")
    run = lift_to(graph, safety.machine, symmetry, index).run()
    states = replayed(safety.machine, run)
    reference = Reference(safety.machine.protocol, run.scope)
    confirm(
        not reference.holds(typed(safety.machine, item, tree.Invariant), states[-1]),
        f"{item.name} fails at the end of the run",
    )
    return Answer(item, Said.FAILS, f"false after {steps_in_words(run)}", run)


def judge_step_rule(graph: StateGraph, symmetry: Symmetry, safety: Safety, item: CoreProperty) -> Answer:
    """Holds if the search was complete and saw no bad step."""
    found = safety.bad_steps.get(item.name)
    if found is None:
        return _not_seen(graph, item, f"of all {len(graph.targets):,} steps")
    source, ground = found
    run = lift_to(graph, safety.machine, symmetry, source).follow([(ground, 0)]).run()
    states = replayed(safety.machine, run)
    reference = Reference(safety.machine.protocol, run.scope)
    holds = reference.step_holds(typed(safety.machine, item, tree.StepRule), states[-2], run.steps[-1], states[-1])
    confirm(not holds, f"{item.name} fails in the last step of the run")
    return Answer(item, Said.FAILS, f"the last of {steps_in_words(run)} breaks it", run)


def judge_final(graph: StateGraph, symmetry: Symmetry, machine: Machine, item: CoreProperty) -> Answer:
    """Holds if the search was complete and no run ends where the condition is false."""
    test = machine.test(formula_of(item))
    for index in graph.ends:  # in order of depth
        if not test(graph.states[index]):
            run = lift_to(graph, machine, symmetry, index).run()
            states = replayed(machine, run)
            reference = Reference(machine.protocol, run.scope)
            confirm(ends(machine, reference, states[-1]), f"a run ends where {item.name} is false")
            confirm(
                not reference.holds(typed(machine, item, tree.Final), states[-1]),
                f"{item.name} fails at the end of the run",
            )
            return Answer(item, Said.FAILS, f"a run ends after {steps_in_words(run)}, and it is false there", run)
    answer = _not_seen(graph, item, f"wherever a run ends ({len(graph.ends):,} states)")
    if not graph.ends and graph.complete:
        return Answer(item, Said.HOLDS, "no run ever ends", premise_seen=False)
    return answer


def ends(machine: Machine, reference: Reference, state: State) -> bool:
    """Whether a run may end here: no step is possible but faults and optional actions."""
    protocol = machine.protocol
    for step in reference.steps(state):
        action = protocol.action(step.action)
        begun = action.begin is not None and step.moment != tree.BEGIN  # what was begun is owed an outcome
        if action.kind is not tree.Kind.FAULT and (begun or not action.optional):
            return False
    return True


def typed(machine: Machine, item: CoreProperty, kind: type[Kind]) -> Kind:
    """The property as the text says it. Raises KeyError if there is none of that kind."""
    for found in machine.protocol.properties:
        if found.name == item.name and isinstance(found, kind):
            return found
    raise KeyError(item.name)


def steps_in_words(run: Run) -> str:
    count = len(run.steps)
    return "no step at all" if not count else f"{count} step{'s' if count > 1 else ''}"


class _Framed(Emit):
    """Source about a step that leaves all but some families of cells as they were."""

    def __init__(self, machine: Machine, touched: set[str]) -> None:
        super().__init__(machine.layout, machine.fixed)
        self._touched = touched

    def read(self, cell: str, index: Sequence[Node], after: bool) -> Node:
        return super().read(cell, index, after and cell in self._touched)


def _always_true(machine: Machine, moment: CoreMoment, formula: Expr) -> bool:
    """Whether what a step rule says of a moment's steps folds away, given which cells they leave as they are."""
    names: dict[str, Node] = {name: Code(f"p{at}") for at, (name, _) in enumerate(moment.params)}
    return fold(formula, _Framed(machine, {effect.cell for effect in moment.effects}), names) == TRUE


def formula_of(item: CoreProperty) -> Expr:
    """The formula, never None for the kinds asked here."""
    if item.formula is None:
        raise ValueError(f"{item.name} has no formula about one state")
    return item.formula


def _not_seen(graph: StateGraph, item: CoreProperty, where: str) -> Answer:
    if graph.complete:
        return Answer(item, Said.HOLDS, where)
    return Answer(item, Said.UNKNOWN, f"not broken in {len(graph.states):,} states, but {graph.cut}")

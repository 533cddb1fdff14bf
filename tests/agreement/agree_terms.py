"""What z3 terms must agree on with the definition, for one case, in each of the ways terms can be made."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import z3

from checker.language import core, protocol as p
from checker.language.lower import lower, lower_expression
from checker.language.protocol import Bool, Of, Value
from checker.model.fold import fold
from checker.model.reference import Conflict, OutOfRange, Reference, State
from checker.model.run import Step
from checker.prove.encode import Encoding
from checker.prove.terms import Term, Terms, as_sort, places
from tests.agreement.generate import Case, random_state, random_values

MOVING = (core.CellKind.STATE, core.CellKind.PENDING)


class Disagreement(AssertionError):
    """A term says something else than the definition."""


@dataclass
class World:
    """An encoding, and one state of it as facts."""

    encoding: Encoding
    reference: Reference
    individuals: Mapping[str, Sequence[Term]]
    given: list[Any]
    seen: Counter[str]

    @classmethod
    def of(cls, case: Case, of: core.Core, sized: bool, seen: Counter[str]) -> World:
        """With `sized` sorts are finite; without, they are open, and facts say which individuals there are."""
        sizes = dict(case.scope.sizes)
        encoding = Encoding(of, sizes if sized else None)
        individuals: dict[str, list[Term]] = {}
        given: list[Any] = []
        for sort in encoding.vocabulary.open_sorts:
            items = [encoding.vocabulary.individual(sort) for _ in range(sizes[sort])]
            anyone = encoding.vocabulary.individual(sort)
            given += [z3.Distinct(*items)] if len(items) > 1 else []
            given.append(z3.ForAll([anyone], z3.Or([anyone == item for item in items])))
            individuals[sort] = items
        return cls(encoding, case.reference, individuals, given, seen)

    def term(self, type_: p.Type, value: Value) -> Term:
        if isinstance(type_, Of) and type_.sort in self.individuals:
            return self.individuals[type_.sort][int(value)]
        return bool(value) if isinstance(type_, Bool) else value

    def facts(self, state: State, after: bool = False, only: frozenset[str] | None = None) -> Iterator[Any]:
        """That every cell has its value (those that can change, where the state is the one `after` a step)."""
        vocabulary = self.encoding.vocabulary
        for cell in self.encoding.core.cells:
            if (after and cell.kind not in MOVING) or (only is not None and cell.name not in only):
                continue
            for index, terms in self.places(cell):
                read = vocabulary.read(cell.name, terms, after)
                yield read == as_sort(self.term(cell.type, state[cell.name, index]), read.sort())

    def places(self, cell: core.CoreCell) -> list[tuple[tuple[int, ...], tuple[Term, ...]]]:
        return list(places(self.encoding.vocabulary, cell.index, self.individuals))

    def solver(self, facts: Sequence[Any]) -> Any:
        solver = z3.SimpleSolver(ctx=self.encoding.vocabulary.context)
        solver.add(*self.given, *facts)
        if solver.check() != z3.sat:
            raise Disagreement("the facts of a state contradict each other")
        return solver

    def agree(self, what: str, solver: Any, term: Term, expected: Value, type_: p.Type = Bool()) -> None:  # noqa: B008
        """That the facts leave the term this value and no other."""
        wanted = self.term(type_, expected)
        if z3.is_expr(term) or z3.is_expr(wanted) or not isinstance(term, int):
            sort = self.encoding.vocabulary.sort(type_)
            solver.push()
            solver.add(as_sort(term, sort) != as_sort(wanted, sort))
            verdict = solver.check()
            solver.pop()
            so = verdict == z3.unsat
        else:
            so = term == wanted
        if not so:
            raise Disagreement(f"{what} is {expected}, and a term says otherwise")
        self.seen[what.partition(" ")[0]] += 1


def check(case: Case, sized: bool, seen: Counter[str] | None = None) -> None:
    """All checks of one case. Raises Disagreement."""
    seen = Counter() if seen is None else seen
    if not sized and any(size == 0 for _, size in case.scope.sizes):
        return  # no open sort of z3 is empty
    rules = tuple(
        p.StepRule(f"formula{at}", (), "", p.Quantified(p.Quantifier.FORALL, f.free, f.expr) if f.free else f.expr)
        for at, f in enumerate(case.formulas)
        if f.step
    )
    case = replace(case, protocol=replace(case.protocol, properties=rules))
    world = World.of(case, lower(case.protocol, case.scope.without), sized, seen)
    rng = random.Random(case.seed)
    for first in islice(case.reference.initial_states(), 2):
        check_initial(world, first)
    for _ in range(2):
        state = random_state(rng, case.reference)
        if state is not None:
            solver = world.solver(list(world.facts(state)))
            check_given(world, solver, state)
            check_formulas(world, solver, case, state, rng)
            check_steps(world, solver, case, state, rng)


def check_initial(world: World, state: State) -> None:
    """What the encoding says the first state is, given what may vary: consts, params, cells without a first value."""
    encoding = world.encoding
    free = (cell for cell in encoding.core.cells if cell.initial is None or cell.kind is core.CellKind.PARAM)
    varying = frozenset(cell.name for cell in free)
    solver = world.solver(list(world.facts(state, only=varying)))
    for cell in encoding.core.cells:
        for index, terms in world.places(cell):
            found = encoding.first.read(cell.name, terms, False)
            world.agree(f"initial {cell.name}{index}", solver, found, state[cell.name, index], cell.type)


def check_given(world: World, solver: Any, state: State) -> None:
    expected = all(world.reference.evaluate(item.formula, state, {}) for item in world.reference.protocol.assumptions)
    world.agree(
        "given", solver, z3.And(*world.encoding.axioms(), z3.BoolVal(True, world.encoding.vocabulary.context)), expected
    )


def check_formulas(world: World, solver: Any, case: Case, state: State, rng: random.Random) -> None:
    for formula in case.formulas:
        chosen = random_values(rng, world.reference, formula.free)
        if chosen is None or formula.step:
            continue
        lowered = lower_expression(case.protocol, formula.expr, chosen)
        bound = {variable.name: world.term(variable.type, chosen[variable.name]) for variable in formula.free}
        found = fold(lowered, world.encoding.now, bound)
        world.agree("formula", solver, found, bool(world.reference.evaluate(formula.expr, state, chosen)))
        closed = p.Quantified(p.Quantifier.FORALL, formula.free, formula.expr) if formula.free else formula.expr
        lowered = lower_expression(case.protocol, closed)
        false, _ = world.encoding.fails(lowered, world.encoding.now)
        expected = not world.reference.evaluate(closed, state, {})
        solver.push()
        solver.add(false)
        verdict = solver.check()
        solver.pop()
        if verdict != (z3.sat if expected else z3.unsat):
            raise Disagreement("what a formula fails for")
        world.seen["fails"] += 1


def check_steps(world: World, solver: Any, case: Case, state: State, rng: random.Random) -> None:
    """Guards, the state after, and step properties, of one step of each moment."""
    encoding, reference = world.encoding, world.reference
    for moment in encoding.core.moments:
        types = [type_ for _, type_ in moment.params]
        values = [reference.values(type_) for type_ in types]
        if not all(values):
            continue
        step = Step(moment.action, moment.moment, tuple(int(rng.choice(options)) for options in values))
        happening = encoding.happening(moment)
        solver.push()
        for chosen, value in zip(happening.chosen, step.args, strict=True):
            solver.add(chosen.term == as_sort(world.term(chosen.type, value), chosen.term.sort()))
        world.agree("guards", solver, happening.possible, reference.enabled(step, state))
        check_apart(world, case, state, step, happening.bound, rng)
        try:
            after = reference.after(step, state)
        except (Conflict, OutOfRange):
            solver.pop()
            continue
        for cell in encoding.core.cells:
            for index, terms in world.places(cell):
                found = happening.then.read(cell.name, terms, True)
                world.agree(f"after {cell.name}{index}", solver, found, after[cell.name, index], cell.type)
        for item in encoding.core.properties:
            formula = dict(item.steps)[moment.action, moment.moment]
            rule = next(rule for rule in case.protocol.properties if rule.name == item.name)
            assert isinstance(rule, p.StepRule)
            expected = reference.step_holds(rule, state, step, after)
            world.agree("step", solver, fold(formula, happening.across, happening.bound), expected)
        solver.add(*encoding.next_state(happening))
        if solver.check() != z3.sat:
            raise Disagreement("a step that has no state after it")
        solver.add(z3.Not(z3.And(*world.facts(after, after=True))))
        if solver.check() != z3.unsat:
            raise Disagreement("a step that has two states after it")
        world.seen["next"] += 1
        solver.pop()


def check_apart(
    world: World, case: Case, state: State, step: Step, bound: Mapping[str, Term], rng: random.Random
) -> None:
    """Step properties of two states that no step joins, as the primed symbols see them."""
    other = random_state(rng, world.reference)
    if other is None or not world.encoding.core.properties:
        return
    moving = {
        cell.name for cell in world.encoding.core.cells if cell.kind in (core.CellKind.STATE, core.CellKind.PENDING)
    }
    after = {place: value if place[0] in moving else state[place] for place, value in other.items()}
    solver = world.solver([*world.facts(state), *world.facts(after, after=True)])
    moment = next(m for m in world.encoding.core.moments if (m.action, m.moment) == (step.action, step.moment))
    args = {name: world.term(type_, arg) for (name, type_), arg in zip(moment.params, step.args, strict=True)}
    for item in world.encoding.core.properties:
        rule = next(rule for rule in case.protocol.properties if rule.name == item.name)
        assert isinstance(rule, p.StepRule)
        expected = world.reference.step_holds(rule, state, step, after)
        formula = dict(item.steps)[moment.action, moment.moment]
        world.agree("apart", solver, fold(formula, Terms(world.encoding.vocabulary), args), expected)

"""What the engines must agree on with the definition, for one case. Each check raises Disagreement."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice, product

from checker.language import protocol as p
from checker.language.core import CoreMoment, Expr, index_name
from checker.language.lower import lower, lower_expression
from checker.language.protocol import Bool, Kind, Value
from checker.model.code import Code, Node, show
from checker.model.emit import Emit
from checker.model.fold import fold
from checker.model.ground import Machine
from checker.model.reference import Conflict, Location, Reference, State
from checker.model.run import Step
from checker.model.values import over, type_values
from tests.agreement.generate import Case, random_state, random_values

STATES = 3  # random states looked at in each case
MOST_INITIAL = 2000  # cases with more choices of consts than that are not compared in their initial states


class Disagreement(AssertionError):
    """An engine says something else than the definition."""


def check(case: Case, seen: Counter[str] | None = None) -> None:
    """All checks of one case; `seen` counts what was compared."""
    seen = Counter() if seen is None else seen
    machine, reference = Machine(case.protocol, case.scope), case.reference
    rng = random.Random(case.seed)
    check_initial(machine, reference, seen)
    for _ in range(STATES):
        state, after = random_state(rng, reference), random_state(rng, reference)
        if state is None or after is None:
            seen["no state"] += 1
            return
        check_layout(machine, state)
        check_formulas(case, machine, state, rng, seen)
        check_step_rules(case, machine, state, after, rng, seen)
        check_steps(machine, reference, state, rng.randint(0, case.scope.faults), seen)


def same(what: object, expected: object, found: object) -> None:
    if expected != found:
        raise Disagreement(f"{what}: the definition says {expected}, an engine {found}")


# -------------------------------------------------------------------------------------------------------------- states


def check_layout(machine: Machine, state: State) -> None:
    """What is packed is unpacked again, and every cell lies where it is said to lie."""
    packed = machine.layout.pack(state)
    same("unpacked", dict(state), machine.layout.unpack(packed))
    slots = {machine.layout.slot(*place) for place in state}
    same("bytes", set(range(machine.layout.size - 1)), slots)
    for place, value in state.items():
        same(place, int(value) - machine.layout.families[place[0]].low, packed[machine.layout.slot(*place)])


def check_initial(machine: Machine, reference: Reference, seen: Counter[str]) -> None:
    """The same initial states."""
    worlds = 1
    for const in reference.protocol.consts:
        worlds *= max(1, len(reference.values(const.type))) ** len(list(reference.tuples(const.index)))
    if worlds > MOST_INITIAL:
        seen["too many worlds"] += 1
        return
    expected = [_key(state) for state in islice(reference.initial_states(), MOST_INITIAL)]
    packed = list(islice(machine.initial_states(), MOST_INITIAL))
    found = [_key(machine.layout.unpack(state)) for state in packed]
    if max(len(expected), len(found)) < MOST_INITIAL:
        same("initial states", sorted(expected), sorted(found))
    for state in packed[:20]:
        same("is_initial", True, reference.is_initial(machine.layout.unpack(state)))
        same("faults so far", 0, state[-1])
    seen["initial states"] += len(found)


def _key(state: State) -> tuple[tuple[Location, int], ...]:
    return tuple(sorted((place, int(value)) for place, value in state.items()))


# ------------------------------------------------------------------------------------------------------------ formulas


def check_formulas(case: Case, machine: Machine, state: State, rng: random.Random, seen: Counter[str]) -> None:
    """The same truth of each formula about one state, in every engine and every shape of emitted source."""
    reference, packed = case.reference, machine.layout.pack(state)
    for at, formula in enumerate(case.formulas):
        chosen = None if formula.step else random_values(rng, reference, formula.free)
        if chosen is None:
            continue
        expected = reference.evaluate(formula.expr, state, chosen)
        lowered = lower_expression(case.protocol, formula.expr, chosen)
        for name, found in _answers(machine, lowered, state, packed, chosen):
            same(f"seed {case.seed}, formula {at}, {name}", expected, found)
        seen[f"formula {expected}"] += 1


def _answers(
    machine: Machine, lowered: Expr, state: State, packed: bytes, chosen: Mapping[str, Value]
) -> Iterator[tuple[str, Value]]:
    yield "values", fold(lowered, over(machine.sizes, state), chosen)
    yield "source", machine.test(lowered, tuple(chosen.items()))(packed)
    yield "source of a value", machine.value(lowered, tuple(chosen.items()))(packed)
    for name, emit in (
        ("source, all in loops", Emit(machine.layout, {}, unrolled=0, longest=0)),
        ("source, nothing in loops", Emit(machine.layout, machine.fixed, unrolled=10**9)),
        ("source, local names", Emit(machine.layout, {}, local=True)),
    ):
        bound: dict[str, Node] = {variable: Code(f"p{at}") for at, variable in enumerate(chosen)}
        text = show(fold(lowered, emit, bound))
        names = {"s": packed, **{f"p{at}": value for at, value in enumerate(chosen.values())}}
        yield name, eval(text, {**names, **{f"s{at}": packed[at] for at in emit.used}})


def check_step_rules(
    case: Case, machine: Machine, before: State, after: State, rng: random.Random, seen: Counter[str]
) -> None:
    """The same truth of the protocol's step rules, and of the formulas about a step, between any two states."""
    reference, grounds = case.reference, machine.grounds
    rules = [prop for prop in case.protocol.properties if isinstance(prop, p.StepRule)]
    for at, formula in enumerate(case.formulas):
        if formula.step:
            whole = p.Quantified(p.Quantifier.EXISTS, formula.free, formula.expr) if formula.free else formula.expr
            rules.append(p.StepRule(f"formula{at}", (), "", whole))
    core = lower(replace(case.protocol, properties=tuple(rules)))
    after = {
        **after,
        **{place: before[place] for place in before if machine.layout.families[place[0]].kind in ("const", "param")},
    }
    first, second = machine.layout.pack(before), machine.layout.pack(after)
    for rule, prop in zip(rules, core.properties, strict=True):
        test = machine.step_test(prop)
        for ground in rng.sample(grounds, min(4, len(grounds))):
            expected = reference.step_holds(rule, before, ground.step, after)
            lowered = dict(prop.steps)[ground.step.action, ground.step.moment]
            bound = _bound(ground.moment, ground.step)
            found = fold(lowered, over(machine.sizes, before, after), bound)
            same(f"seed {case.seed}, {rule.name}, values", expected, found)
            same(f"seed {case.seed}, {rule.name}, source", expected, test(ground.number, first, second))
            seen[f"step rule {expected}"] += 1


def _bound(moment: CoreMoment, step: Step) -> dict[str, Value]:
    return {
        name: bool(arg) if isinstance(type_, Bool) else arg
        for (name, type_), arg in zip(moment.params, step.args, strict=True)
    }


# --------------------------------------------------------------------------------------------------------------- steps


def check_steps(machine: Machine, reference: Reference, state: State, faults: int, seen: Counter[str]) -> None:
    """The same steps are possible, with the same guards in the way of the others, and lead to the same states."""
    packed = machine.layout.pack(state, faults)
    expected: list[tuple[int, bytes]] = []
    for ground in machine.grounds:
        step, name = ground.step, f"{ground.step}"
        guards, failing = reference.guards(step), reference.failing(step, state)
        truths = [reference.evaluate(guard.condition, state, reference.arguments(step)) for guard in guards]
        positions = tuple(at for at, truth in enumerate(truths) if not truth)
        same(f"{name}: failing guards", tuple(guards[at] for at in positions), failing)
        same(f"{name}: guards", [guard.rules for guard in guards], [guard.rules for guard in ground.moment.guards])
        same(f"{name}: failing", positions, machine.failing(ground.number, packed))
        bound = _bound(ground.moment, step)
        algebra = over(machine.sizes, state)
        walked = tuple(at for at, g in enumerate(ground.moment.guards) if not fold(g.condition, algebra, bound))
        same(f"{name}: failing by values", positions, walked)
        fault = reference.protocol.action(step.action).kind is Kind.FAULT
        possible = not failing and not (fault and faults >= machine.scope.faults)
        seen[f"step {possible}"] += 1
        found = machine.fire(ground.number, packed)
        same(f"{name}: possible", possible, found is not None)
        clashing = machine.clashing(ground.number, packed)
        try:
            after = reference.after(step, state)
            same(f"{name}: clashes", (), clashing)
        except Conflict:  # no state is right then
            same(f"{name}: clashes", True, clashing != ())
            seen["conflict"] += 1
            expected += [(ground.number, found)] if found is not None else []
            continue
        seen["changed" if after != state else "unchanged"] += 1
        right = machine.layout.pack(after, faults + fault)
        same(f"{name}: after", right, machine.force(ground.number, packed))
        same(f"{name}: after by values", dict(after), _walked(machine, ground.moment, bound, state))
        if possible:
            same(f"{name}: fired", right, found)
            expected.append((ground.number, right))
    same("successors", sorted(expected), sorted(machine.successors(packed)))


def _walked(machine: Machine, moment: CoreMoment, bound: Mapping[str, Value], state: State) -> dict[Location, Value]:
    """The state after the moment's effects, by walking them."""
    after = dict(state)
    for effect in moment.effects:
        types = [type_ for _, type_ in machine.core.cell(effect.cell).index]
        for index in product(*(type_values(type_, machine.sizes) for type_ in types)):
            places = {index_name(at): value for at, value in enumerate(index)}
            after[effect.cell, tuple(index)] = fold(effect.value, over(machine.sizes, state), {**bound, **places})
    return after

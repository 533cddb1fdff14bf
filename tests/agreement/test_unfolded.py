"""What an export is made of says what the definition says, on generated protocols: guards, writes, starts, formulas."""

from __future__ import annotations

import random
from collections import Counter
from itertools import islice

import pytest

from checker.export.terms import All, Choose, Equal, Known, Not, Order, Read, Some, Sum, Term
from checker.export.unfold import FAULTS, NoState, Unfolded, numbers
from checker.language import protocol as p
from checker.language.protocol import Comparison, Kind, Operator, Value
from checker.model.reference import Conflict, OutOfRange, Reference, State
from checker.model.run import Step
from tests.agreement.faults import Fault, put_in
from tests.agreement.generate import case, random_state

CASES = 60
COMPARE = {
    Comparison.LESS: int.__lt__,
    Comparison.AT_MOST: int.__le__,
    Comparison.MORE: int.__gt__,
    Comparison.AT_LEAST: int.__ge__,
}


def value(term: Term, state: State) -> Value:
    """The value of a term in a state."""
    match term:
        case Known(known):
            return known
        case Read(name, index):
            return state[name, tuple(int(value(part, state)) for part in index)]
        case Not(body):
            return not value(body, state)
        case All(parts):
            return all(value(part, state) for part in parts)
        case Some(parts):
            return any(value(part, state) for part in parts)
        case Equal(left, right):
            return value(left, state) == value(right, state)
        case Order(op, left, right):
            return COMPARE[op](int(value(left, state)), int(value(right, state)))
        case Sum(op, left, right):
            a, b = value(left, state), value(right, state)
            return a + b if op is Operator.PLUS else a - b
        case Choose(condition, then, otherwise):
            return value(then if value(condition, state) else otherwise, state)


def compare(seed: int, seen: Counter[str]) -> None:
    """Raises AssertionError where the unfolded case says something else than the definition."""
    made = case(seed)
    rng = random.Random(seed)
    reference = made.reference
    try:
        unfolded = Unfolded(made.protocol, made.scope)
    except NoState:
        assert next(reference.initial_states(), None) is None
        return
    for _ in range(2):
        before, after = random_state(rng, reference), random_state(rng, reference)
        if before is None or after is None:
            return
        _steps(unfolded, reference, before, seen)
        _formulas(made.protocol, unfolded, reference, before, seen)
    for state in islice(reference.initial_states(), 3):
        for place, first in unfolded.starts():
            assert first is None or value(first, state) == state[place]
        assert value(unfolded.assumption, state)
        seen["start"] += 1


def _steps(unfolded: Unfolded, reference: Reference, state: State, seen: Counter[str]) -> None:
    by_step = {Step(s.action, s.moment, tuple(int(n) for n in numbers(s.args))): s for s in unfolded.steps}
    for step, mine in by_step.items():
        assert bool(value(mine.guard, state)) == reference.enabled(step, state), (step, mine.guard)
        action = reference.protocol.action(step.action)
        assert mine.fault is (action.kind is Kind.FAULT)
        try:
            expected = {**state, **reference.changes(step, state)}
        except (Conflict, OutOfRange):
            seen["no meaning"] += 1
            continue
        found = {**state, **{place: value(new, state) for place, new in mine.writes}}
        assert found == expected, step
        seen["changed" if found != state else "same"] += 1


def _formulas(protocol: p.Protocol, unfolded: Unfolded, reference: Reference, state: State, seen: Counter[str]) -> None:
    """Invariants in the state; step rules of every step possible there."""
    for prop in protocol.properties:
        if isinstance(prop, p.Invariant):
            assert bool(value(unfolded.holds_here(prop), state)) == reference.holds(prop, state)
            seen["invariant"] += 1
        if isinstance(prop, p.StepRule):
            expected = True
            for step in reference.steps(state):
                if reference.protocol.action(step.action).kind is Kind.FAULT and unfolded.scope.faults == 0:
                    continue
                try:
                    expected = expected and reference.step_holds(prop, state, step, reference.after(step, state))
                except (Conflict, OutOfRange):
                    return
            mine = value(unfolded.holds_here(prop), {**state, (FAULTS, ()): 0})
            assert bool(mine) == expected
            seen[f"step rule {expected}"] += 1


def compare_all(seen: Counter[str]) -> None:
    for seed in range(CASES):
        compare(seed, seen)


def test_unfolded_is_what_the_definition_says() -> None:
    seen: Counter[str] = Counter()
    for seed in range(CASES):
        compare(seed, seen)
    assert all(
        seen[what] > 20 for what in ("changed", "same", "invariant", "step rule True", "step rule False", "start")
    )


FAULTS_IN = (
    Fault("implies is and", "export.unfold:_joined", "some((not_(left), right))", "all_((left, right))"),
    Fault("different is equal", "export.unfold:_compared", "not_(equal(left, right))", "equal(left, right)"),
    Fault("old is ignored", "export.unfold:Unfolded.term", "about.before", "about"),
    Fault(
        "did ignores the arguments", "export.unfold:Unfolded.term", "equal(inner(arg), given)", "equal(given, given)"
    ),
    Fault("exists is forall", "export.unfold:Unfolded.term", "else some(parts)", "else all_(parts)"),
    Fault("a write hits every place", "export.unfold:Unfolded._step", "all_((condition, here))", "condition"),
    Fault("where is ignored", "export.unfold:Unfolded._assignments", "TRUE if where is None", "TRUE if True"),
    Fault("else is then", "export.unfold:Unfolded._assignments", "not_(holds)", "holds"),
    Fault("an outcome needs no begin", "export.unfold:Unfolded._step", "terms.append(mark)", "pass"),
    Fault("what a step writes is not seen after it", "export.unfold:Unfolded._read", "not about.after", "True"),
    Fault("left-out rules stay", "export.unfold:Unfolded._step", "not set(g.rules) <= self.scope.without", "True"),
    Fault("equal to false is true", "export.terms:equal", "not_(other)", "other"),
    Fault("choose is turned", "export.terms:choose", "then if condition.value", "otherwise if condition.value"),
)


@pytest.mark.parametrize("fault", FAULTS_IN, ids=lambda fault: fault.name)
def test_a_fault_is_noticed(fault: Fault) -> None:
    with put_in(fault), pytest.raises((AssertionError, KeyError)):
        compare_all(Counter())

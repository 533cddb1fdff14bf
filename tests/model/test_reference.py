"""The definition, against answers worked out by hand."""

from __future__ import annotations

import pytest

from checker.language.protocol import (
    Bool,
    Compare,
    Comparison,
    Connective,
    Did,
    Expr,
    If,
    In,
    Invariant,
    Lit,
    Logic,
    Not,
    Of,
    Old,
    Quantified,
    Quantifier,
    Range,
    StepRule,
    Var,
    Variable,
)
from checker.model.reference import Conflict, NoSuchStep, OutOfRange, Reference, State
from checker.model.run import Step
from checker.model.scope import Scope
from tests.model.machines import LOCK, protocol

PROTOCOL = protocol(LOCK)
TWO = Reference(PROTOCOL, Scope("two", (("Client", 2),), faults=1))
START = next(TWO.initial_states())
YES, NO = Lit(True, Bool()), Lit(False, Bool())


def number(value: int) -> Lit:
    return Lit(value, Range(value, value))


def each(op: Quantifier, name: str, type_: Range | Of | Bool, body: Expr) -> Expr:
    return Quantified(op, (Variable(name, type_),), body)


X = Var("x", Range(-1, 1))
ONE = Compare(Comparison.EQUAL, X, number(1))


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (Logic(Connective.AND, YES, NO), False),
        (Logic(Connective.OR, NO, YES), True),
        (Logic(Connective.IMPLIES, NO, NO), True),
        (Logic(Connective.IMPLIES, YES, NO), False),
        (Not(NO), True),
        (Compare(Comparison.EQUAL, NO, NO), True),
        (Compare(Comparison.DIFFERENT, number(1), number(2)), True),
        (Compare(Comparison.AT_MOST, number(2), number(2)), True),
        (Compare(Comparison.LESS, number(2), number(2)), False),
        (Compare(Comparison.AT_LEAST, number(1), number(2)), False),
        (Compare(Comparison.MORE, number(3), number(2)), True),
        (In(number(2), (number(1), number(2))), True),
        (In(number(3), (number(1), number(2))), False),
        (If(NO, number(1), number(2), Range(1, 2)), 2),
        (each(Quantifier.FORALL, "x", Range(-1, 1), Compare(Comparison.LESS, X, number(1))), False),
        (each(Quantifier.EXISTS, "x", Range(-1, 1), Compare(Comparison.LESS, X, number(0))), True),
        (each(Quantifier.FORALL, "x", Of("Client"), NO), False),
        # An inner name hides an outer one.
(each(Quantifier.FORALL, "x", Range(0, 0), each(Quantifier.EXISTS, "x", Range(1, 1), ONE)), True),
    ],
)  # fmt: skip
def test_expressions(expr: Expr, expected: bool | int) -> None:
    assert TWO.evaluate(expr, START, {}) == expected


def test_quantifiers_over_nothing() -> None:
    none = Reference(PROTOCOL, Scope("none", (("Client", 0),)))
    assert none.evaluate(each(Quantifier.FORALL, "x", Of("Client"), NO), START, {}) is True
    assert none.evaluate(each(Quantifier.EXISTS, "x", Of("Client"), YES), START, {}) is False


def test_old_and_did_need_a_step() -> None:
    for expr in (Old(YES), Did("rest", None, ())):
        with pytest.raises(ValueError, match="no step"):
            TWO.evaluate(expr, START, {})
    rest = Step("rest", "SUCCESS", ())
    assert TWO.evaluate(Did("rest", None, ()), START, {}, START, rest) is True
    assert TWO.evaluate(Did("rest", "REFUSED", ()), START, {}, START, rest) is False
    assert TWO.evaluate(Did("wait", None, (Lit(0, Of("Client")),)), START, {}, START, rest) is False


def test_initial_states() -> None:
    states = list(TWO.initial_states())
    assert [state["boss", ()] for state in states] == [0, 1]
    assert all(TWO.is_initial(state) for state in states)
    assert START["level", ()] == -1
    assert START["pending take", (0,)] is False
    for place, value in (("lamp", ()), 1), (("pending take", (0,)), True), (("boss", ()), 2), (("level", ()), 0):
        assert not TWO.is_initial({**START, place: value})
    assert not TWO.is_initial({**START, ("lamp", (0,)): 0})


def test_steps() -> None:
    assert {(step.action, step.args) for step in TWO.steps(START)} == {
        ("wait", (0,)), ("wait", (1,)), ("rest", ()), ("reset", ())
    }  # fmt: skip
    waiting = TWO.after(Step("wait", "SUCCESS", (0,)), START)
    assert waiting["waits", (0,)] is True
    assert {step for step in TWO.steps(waiting) if step.action == "take"} == {Step("take", "begin", (0,))}


def test_failing_guards_in_order_with_the_pending_mark_first() -> None:
    success = Step("take", "SUCCESS", (0,))
    (mark,) = TWO.failing(success, START)
    assert mark.rules == ()
    begin = Step("take", "begin", (0,))
    held = {**START, ("holds", (1,)): True, ("level", ()): 2}
    assert [guard.rules for guard in TWO.failing(begin, held)] == [("L-01",), ("L-02",), ()]


def test_all_assignments_read_the_state_before() -> None:
    text = """
    module m "m"
    state a: bool = true
    state b: bool = false
    action swap { a := b  b := a }
    action shift { for i: int[0..1] { q[i + 1] := q[i] } }
    state q[int[0..2]]: int[0..3] = 3
    """
    swapping = Reference(protocol(text), Scope("s", ()))
    (state,) = swapping.initial_states()
    after = swapping.after(Step("swap", "SUCCESS", ()), state)
    assert (after["a", ()], after["b", ()]) == (False, True)
    shifted = swapping.after(Step("shift", "SUCCESS", ()), {**state, ("q", (0,)): 0, ("q", (1,)): 1})
    assert [shifted["q", (at,)] for at in range(3)] == [0, 0, 1]


def test_assumptions_filter_worlds() -> None:
    text = """
    module m "m"
    sort Item
    const above(Item, Item): bool
    assume line forall a: Item, b: Item. a != b implies above(a, b) != above(b, a)
    assume loose forall a: Item. not above(a, a)
    assume chain forall a: Item, b: Item, c: Item. above(a, b) and above(b, c) implies above(a, c)
    """
    orders = Reference(protocol(text), Scope("s", (("Item", 3),)))
    assert sum(1 for _ in orders.initial_states()) == 6


def test_what_no_protocol_has_is_refused() -> None:
    for step in (Step("jump", "SUCCESS", ()), Step("rest", "begin", ()), Step("rest", "SUCCESS", (0,))):
        with pytest.raises(NoSuchStep):
            TWO.after(step, START)
        with pytest.raises(NoSuchStep):
            TWO.enabled(step, START)


def test_a_value_out_of_range_is_never_taken_for_one() -> None:
    state: State = {**START, ("level", ()): 7}
    with pytest.raises(OutOfRange):
        TWO.after(Step("take", "SUCCESS", (0,)), state)


def test_two_values_for_one_cell_conflict() -> None:
    text = """
    module m "m"
    state a[bool]: int[0..2] = 0
    action both(x: bool, y: bool, n: int[0..2]) { a[x] := 1  a[y] := n }
    """
    twice = Reference(protocol(text), Scope("s", ()))
    (state,) = twice.initial_states()
    apart = twice.after(Step("both", "SUCCESS", (0, 1, 2)), state)
    assert (apart["a", (0,)], apart["a", (1,)]) == (1, 2)
    assert twice.after(Step("both", "SUCCESS", (1, 1, 1)), state)["a", (1,)] == 1
    with pytest.raises(Conflict):
        twice.after(Step("both", "SUCCESS", (1, 1, 2)), state)


def test_properties() -> None:
    alone, only_by_take = PROTOCOL.properties
    assert isinstance(alone, Invariant)
    assert isinstance(only_by_take, StepRule)
    assert TWO.holds(alone, START)
    one = {**START, ("holds", (0,)): True}
    assert not TWO.holds(alone, {**one, ("holds", (1,)): True})
    assert TWO.step_holds(only_by_take, START, Step("take", "SUCCESS", (0,)), one)
    assert not TWO.step_holds(only_by_take, START, Step("take", "REFUSED", (0,)), one)
    assert TWO.step_holds(only_by_take, one, Step("leave", "SUCCESS", (0,)), START)

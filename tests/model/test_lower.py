"""What lowering makes of the sugar: shapes that engines rely on, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from checker.language.build import parts_of, reads_of
from checker.language.core import (
    Bound,
    CellKind,
    Core,
    Effect,
    Eq,
    Expr,
    Forall,
    Ite,
    Lit,
    Not,
    Read,
)
from checker.language.lower import CannotLower, lower, lower_expression, moment_names
from tests.model.machines import LOCK, protocol


def effect(text: str, cell: str, action: str = "act") -> Expr:
    core = lower(protocol(text))
    (moment,) = (moment for moment in core.moments if moment.action == action)
    return next(effect.value for effect in moment.effects if effect.cell == cell)


def within(expr: Expr) -> Iterator[Expr]:
    yield expr
    for part in parts_of(expr):
        yield from within(part)


def binders(expr: Expr) -> list[str]:
    return [part.name for part in within(expr) if isinstance(part, Forall)]


@pytest.fixture(scope="module")
def lock() -> Core:
    return lower(protocol(LOCK))


HEAD = """
module m "m"
sort Host, Port
state at[Port]: Host
state up[Host]: bool = true
state on[Port, Host]: bool = false
"""


def test_params_consts_and_pending_marks_are_cells(lock: Core) -> None:
    kinds = {cell.name: cell.kind for cell in lock.cells}
    assert kinds["patient"] is CellKind.PARAM
    assert kinds["boss"] is CellKind.CONST
    assert kinds["pending take"] is CellKind.PENDING
    assert lock.cell("patient").initial == Lit(True)
    assert lock.cell("boss").initial is None
    assert lock.cell("pending take").index == tuple((name, type_) for name, type_ in lock.moments[0].params)


def test_moments_and_their_guards(lock: Core) -> None:
    moments = {(moment.action, moment.moment): moment for moment in lock.moments}
    assert [moment for action, moment in moments if action == "take"] == ["begin", "SUCCESS", "REFUSED"]
    assert [guard.rules for guard in moments["take", "begin"].guards] == [("L-01",), ("L-02",), ()]
    assert [guard.condition for guard in moments["take", "REFUSED"].guards] == [Read("pending take", (Bound("c"),))]
    assert moments["take", "REFUSED"].failure
    assert moments["reset", "SUCCESS"].fault
    assert moments["rest", "SUCCESS"].hidden


def test_begin_sets_the_pending_mark_and_outcomes_clear_it(lock: Core) -> None:
    mark = Read("pending take", (Bound("$0"),))
    for moment in lock.moments:
        if moment.action == "take":
            set_to = Lit(moment.moment == "begin")
            assert Effect("pending take", Ite(Eq(Bound("$0"), Bound("c")), set_to, mark)) in moment.effects


def test_a_loop_whose_place_names_its_variables_has_no_quantifier() -> None:
    value = effect(HEAD + "action act(h: Host) { for p: Port where at[p] == h { on[p, h] := true } }", "on")
    assert binders(value) == []
    assert isinstance(value, Ite)
    assert value.then == Lit(True)


def test_a_loop_over_something_else_becomes_exists() -> None:
    value = effect(HEAD + "action act(h: Host) { for p: Port where at[p] == h { up[h] := false } }", "up")
    assert isinstance(value, Ite)
    assert binders(value.condition) == ["p"]


def test_an_equation_settles_a_loop_variable() -> None:
    value = effect(HEAD + "action act(p: Port) { for h: Host where h == at[p] { up[h] := false } }", "up")
    assert value == Ite(Eq(Bound("$0"), Read("at", (Bound("p"),))), Lit(False), Read("up", (Bound("$0"),)))


def test_a_neighbouring_number_is_solved() -> None:
    text = """
    module m "m"
    state q[int[0..3]]: bool = false
    action act { for i: int[0..2] { q[i + 1] := q[i] } }
    """
    value = effect(text, "q")
    assert binders(value) == []
    assert isinstance(value, Ite)
    assert all(isinstance(part, Not) for part in parts_of(value.condition))  # the number must be one of the loop's


def test_a_value_that_the_place_does_not_settle_is_refused_with_its_place() -> None:
    text = HEAD + "action act(h: Host) { for p: Port { at[p] := h }\nfor p: Port { up[h] := on[p, h] } }"
    with pytest.raises(CannotLower) as refused:
        lower(protocol(text))
    ((span, message),) = refused.value.problems
    assert "`up` depends on `p`" in message
    assert span.source.text[span.start : span.end].startswith("up[h] := on[p, h]")


def test_names_never_hide_each_other() -> None:
    text = (
        HEAD
        + """
    let hosted(p: Port) = exists h: Host. on[p, h] and exists p: Port. at[p] == h
    invariant inner forall h: Host, p: Port. exists h: Host. hosted(p) and at[p] == h
    """
    )
    (prop,) = lower(protocol(text)).properties
    assert prop.formula is not None

    def check(expr: Expr, names: tuple[str, ...]) -> None:
        if isinstance(expr, Forall):
            assert expr.name not in names
            names += (expr.name,)
        for part in parts_of(expr):
            check(part, names)

    check(prop.formula, ())
    assert len(set(binders(prop.formula))) >= 3


def test_old_and_did_end_here(lock: Core) -> None:
    steps = dict(lock.properties[1].steps)
    taken, left = steps["take", "SUCCESS"], steps["leave", "SUCCESS"]
    assert {read.after for read in reads_of(left)} == {False, True}
    assert Bound("c") in within(taken)  # the step's own argument
    assert binders(left) == ["c'1"]  # the formula's variable, not to be taken for it
    assert Bound("c") not in within(left)


def test_did_settles_a_quantifier() -> None:
    text = HEAD + (
        "action act(p: Port) { up[at[p]] := false }\n"
        "step down forall p: Port. did(act(p)) implies old(up[at[p]]) or not up[old(at[p])]"
    )
    (prop,) = lower(protocol(text)).properties
    assert binders(dict(prop.steps)["act", "SUCCESS"]) == []


def test_guards_of_left_out_rules_are_left_out() -> None:
    begin = lower(protocol(LOCK), frozenset({"L-01", "L-02"})).moments[0]
    assert [guard.rules for guard in begin.guards] == [()]


def test_expressions_on_their_own() -> None:
    text = protocol(LOCK)
    busy = next(definition for definition in text.definitions if definition.name == "busy")
    assert binders(lower_expression(text, busy.body)) == ["c"]
    assert moment_names(text.action("take")) == ("begin", "SUCCESS", "REFUSED")


def test_only_assignments_that_may_meet_are_kept_as_clashes() -> None:
    text = HEAD + (
        "action act(h: Host, g: Host) { up[h] := true  up[g] := false }\n"
        "action fine(h: Host, g: Host) { if h == g { up[h] := true } else { up[h] := false } }\n"
        "action same(h: Host, g: Host) { up[h] := true  up[g] := true }\n"
    )
    moments = lower(protocol(text)).moments
    assert [len(moment.clashes) for moment in moments] == [1, 0, 0]
    assert moments[0].clashes[0].condition == Eq(Bound("g"), Bound("h"))  # in the order of their names
    first, second = moments[0].clashes[0].first, moments[0].clashes[0].second
    assert first.start < second.start

"""The source that formulas become, word for word: it is what large searches run."""

from __future__ import annotations

import pytest

from checker.language.lower import lower_expression
from checker.language.protocol import Invariant, Quantified
from checker.model.code import Code, Node, show
from checker.model.emit import LONGEST, UNROLLED, Emit
from checker.model.fold import fold
from checker.model.ground import Machine
from tests.model.machines import machine, protocol

HEAD = """
module m "m"
sort Host
enum Side { left, middle, right }
param strict = true
const root: Host
state a: bool = false
state b: bool = false
state side: Side = left
state n: int[-1..3] = 0
state on[Host, Side]: bool = false
state of[Host]: Host
"""
# The bytes: 0 strict, 1 root, 2 a, 3 b, 4 side, 5 n, 6.. on, then of.


def emitted(formula: str, hosts: int = 2, unrolled: int = UNROLLED, longest: int = LONGEST) -> str:
    made = machine(HEAD + f"invariant i {formula}", Host=hosts)
    (prop,) = made.core.properties
    assert prop.formula is not None
    return show(fold(prop.formula, Emit(made.layout, made.fixed, unrolled=unrolled, longest=longest), {}))


@pytest.mark.parametrize(
    ("formula", "source"),
    [
        ("a", "s[2]"),
        ("not a", "not s[2]"),
        ("not (a and b)", "not s[2] or not s[3]"),
        ("not (a or b) or side == right", "not s[2] and not s[3] or s[4] == 2"),
        ("(a or b) and side != left", "(s[2] or s[3]) and s[4] != 0"),
        ("a == b", "s[2] == s[3]"),
        ("a != (b and side == left)", "s[2] != (s[3] and s[4] == 0)"),
        ("side in (left, right)", "s[4] in (0, 2)"),
        ("side not in (left, right)", "s[4] not in (0, 2)"),
        ("side == left or a or side == right", "s[4] in (0, 2) or s[2]"),
        ("side == left and side == right", "False"),
        ("side == left and side != right", "s[4] == 0"),
        ("strict or a", "True"),
        ("strict implies a", "s[2]"),
        ("n == 2", "s[5] == 3"),
        ("n < 2", "s[5] < 3"),
        ("n + 1 <= n", "s[5] >= s[5] + 1"),
        ("n < 9", "True"),
        ("n > 3", "False"),
        ("exists h: Host. on[h, right]", "s[8] or s[11]"),
        ("forall h: Host. on[h, side]", "s[6 + s[4]] and s[9 + s[4]]"),
        ("on[of[root], right]", "s[8 + s[12 + s[1]] * 3]"),
        ("of[root] == root", "s[12 + s[1]] == s[1]"),
        ("on[root, if a then left else right]", "s[6 + s[1] * 3 + (0 if s[2] else 2)]"),
        ("if a then b else side == left", "s[3] if s[2] else s[4] == 0"),
        ("not (if a then b else side == left)", "not (s[3] if s[2] else s[4] == 0)"),
        ("if a then true else b", "s[2] or s[3]"),
        ("if a then false else b", "not s[2] and s[3]"),
    ],
)
def test_source(formula: str, source: str) -> None:
    assert emitted(formula) == source


def test_a_type_with_one_value_needs_no_byte() -> None:
    assert emitted("of[root] == root", hosts=1) == "True"


def test_no_individual_no_instance() -> None:
    assert emitted("forall h: Host. a", hosts=0) == "True"


def test_what_would_be_long_becomes_a_loop() -> None:
    formula = "forall h: Host, g: Host. on[h, left] and on[g, right] implies of[h] == g"
    assert emitted(formula, unrolled=0, longest=0) == (
        "all(not s[6 + q1 * 3] or not s[8 + q2 * 3] or s[12 + q1] == q2 for q1 in range(0, 2) for q2 in range(0, 2))"
    )
    assert " for " not in emitted(formula)
    assert " for " in emitted(formula, hosts=12)
    assert emitted("not " + formula, unrolled=0, longest=0).startswith("any(s[6 + q1 * 3] and")


def test_names_may_stand_for_arguments() -> None:
    text = protocol(HEAD + "invariant i forall x: bool, h: Host. x == on[h, left]")
    made = machine(HEAD, Host=2)
    (prop,) = text.properties
    assert isinstance(prop, Invariant)
    assert isinstance(prop.formula, Quantified)
    lowered = lower_expression(text, prop.formula.body, ("x", "h"))
    bound: dict[str, Node] = {"x": Code("p0"), "h": Code("p1")}
    assert show(fold(lowered, Emit(made.layout, {}), bound)) == "p0 == s[6 + p1 * 3]"


def test_local_names_are_noted() -> None:
    made: Machine = machine(HEAD + "invariant i a and on[root, left]", Host=2)
    (prop,) = made.core.properties
    assert prop.formula is not None
    emit = Emit(made.layout, made.fixed, local=True)
    assert show(fold(prop.formula, emit, {})) == "s2 and s[6 + s1 * 3]"
    assert emit.used == {1, 2}

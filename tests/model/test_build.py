"""Folding while core expressions are built."""

from __future__ import annotations

import pytest

from checker.language.build import (
    add,
    and_,
    eq,
    exists,
    forall,
    implies,
    ite,
    less,
    not_,
    occurs,
    or_,
    settled_by,
    sub,
    substitute,
)
from checker.language.core import FALSE, TRUE, Add, And, Bound, Eq, Expr, Forall, Ite, Less, Lit, Not, Read, Sub
from checker.language.protocol import Bool, Of, Range

A, B, N = Read("a", ()), Read("b", ()), Read("n", ())
X, Y = Bound("x"), Bound("y")
SORT, NUMBERS = Of("S"), Range(0, 2)


@pytest.mark.parametrize(
    ("built", "expected"),
    [
        (not_(not_(A)), A),
        (not_(FALSE), TRUE),
        (and_(), TRUE),
        (and_(A), A),
        (and_(A, TRUE, and_(B, A)), And((A, B))),
        (and_(A, FALSE), FALSE),
        (and_(A, B, not_(A)), FALSE),
        (and_(eq(N, Lit(1)), A, eq(N, Lit(2))), FALSE),
        (and_(eq(N, Lit(1)), not_(eq(N, Lit(2)))), And((Eq(N, Lit(1)), Not(Eq(N, Lit(2)))))),
        (or_(A, TRUE), TRUE),
        (or_(), FALSE),
        (implies(FALSE, A), TRUE),
        (implies(A, FALSE), Not(A)),
        (eq(Lit(1), Lit(2)), FALSE),
        (eq(A, A), TRUE),
        (eq(TRUE, A), A),
        (eq(A, FALSE), Not(A)),
        (eq(Lit(1), N), Eq(N, Lit(1))),
        (less(Lit(1), Lit(2)), TRUE),
        (less(N, N), FALSE),
        (less(N, Lit(1)), Less(N, Lit(1))),
        (add(Lit(1), Lit(2)), Lit(3)),
        (add(N, Lit(0)), N),
        (add(N, Lit(1)), Add(N, Lit(1))),
        (sub(Lit(1), Lit(2)), Lit(-1)),
        (sub(N, Lit(1)), Sub(N, Lit(1))),
        (ite(TRUE, A, B), A),
        (ite(FALSE, A, B), B),
        (ite(A, B, B), B),
        (ite(A, TRUE, FALSE), A),
        (ite(A, FALSE, TRUE), Not(A)),
        (ite(A, Lit(1), Lit(0)), Ite(A, Lit(1), Lit(0))),  # numbers, not true and false
        (forall("x", SORT, TRUE), TRUE),
        (forall("x", SORT, FALSE), Forall("x", SORT, FALSE)),  # the sort may be empty
        (forall("x", NUMBERS, FALSE), FALSE),
        (forall("x", SORT, A), Forall("x", SORT, A)),
        (forall("x", Bool(), A), A),
        (forall("x", SORT, implies(eq(X, Y), Read("c", (X,)))), Read("c", (Y,))),
        (exists("x", SORT, and_(A, eq(Y, X), Read("c", (X,)))), And((A, Read("c", (Y,))))),
        # The other side may be no number of the range: then there is no such x.
        (exists("x", NUMBERS, eq(X, N)), Not(Forall("x", NUMBERS, Not(Eq(X, N))))),
        # x == c(x) settles nothing.
        (exists("x", SORT, eq(X, Read("c", (X,)))), Not(Forall("x", SORT, Not(Eq(X, Read("c", (X,))))))),
    ],
)
def test_folding(built: Expr, expected: Expr) -> None:
    assert repr(built) == repr(expected)  # `==` would take true for 1


def test_substitution_replaces_free_names_only() -> None:
    expr = And((Read("c", (X,)), Forall("x", SORT, Read("c", (X,)))))
    assert substitute(expr, {"x": Y}) == And((Read("c", (Y,)), Forall("x", SORT, Read("c", (X,)))))
    assert substitute(expr, {}) is expr
    assert occurs("x", expr)
    assert not occurs("x", Forall("x", SORT, Read("c", (X,))))


def test_substitution_folds_again() -> None:
    assert substitute(Ite(Eq(X, Lit(1)), A, B), {"x": Lit(1)}) == A
    assert substitute(Not(Less(X, Lit(1))), {"x": Lit(0)}) == FALSE
    assert substitute(Sub(Add(X, Lit(2)), Y), {"x": Lit(1), "y": Lit(3)}) == Lit(0)


def test_what_a_condition_settles() -> None:
    assert settled_by("x", And((A, Eq(N, X)))) == N
    assert settled_by("x", Eq(X, Add(X, Lit(1)))) is None
    assert settled_by("x", Not(Eq(X, N))) is None

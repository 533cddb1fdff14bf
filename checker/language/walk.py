"""Walking typed trees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from checker.language.protocol import (
    Apply,
    Arith,
    Assign,
    Compare,
    Did,
    Effect,
    Expr,
    ForEach,
    If,
    In,
    Lit,
    Logic,
    Not,
    Old,
    Pending,
    Quantified,
    ReadCell,
    ReadConst,
    ReadParam,
    Var,
    When,
)


def children(expr: Expr) -> tuple[Expr, ...]:
    """The expressions directly inside."""
    match expr:
        case Lit() | Var() | ReadParam():
            return ()
        case ReadConst() | ReadCell() | Apply() | Pending() | Did():
            return expr.args
        case Old(body) | Not(body) | Quantified(body=body):
            return (body,)
        case Logic(_, left, right) | Compare(_, left, right) | Arith(_, left, right):
            return (left, right)
        case In(item, options):
            return (item, *options)
        case If(condition, then, otherwise):
            return (condition, then, otherwise)
        case _:
            assert_never(expr)


def walk(expr: Expr) -> Iterator[Expr]:
    """The expression and all inside it, outermost first."""
    stack = [expr]
    while stack:
        here = stack.pop()
        yield here
        stack.extend(reversed(children(here)))


def free(expr: Expr) -> frozenset[str]:
    """The names of variables that the expression reads and does not bind."""
    if isinstance(expr, Var):
        return frozenset((expr.name,))
    inside = frozenset[str]().union(*map(free, children(expr)))
    return inside - {v.name for v in expr.variables} if isinstance(expr, Quantified) else inside


def assigns(effects: tuple[Effect, ...]) -> Iterator[Assign]:
    """Every assignment, however deep."""
    for effect in effects:
        match effect:
            case Assign():
                yield effect
            case ForEach(body=body):
                yield from assigns(body)
            case When(_, then, otherwise):
                yield from assigns(then)
                yield from assigns(otherwise)
            case _:
                assert_never(effect)


def expressions(effects: tuple[Effect, ...]) -> Iterator[Expr]:
    """Every expression among the effects, however deep."""
    for effect in effects:
        match effect:
            case Assign(_, index, value):
                yield from (*index, value)
            case ForEach(_, where, body):
                yield from () if where is None else (where,)
                yield from expressions(body)
            case When(condition, then, otherwise):
                yield condition
                yield from expressions(then)
                yield from expressions(otherwise)
            case _:
                assert_never(effect)


def loops(effects: tuple[Effect, ...]) -> Iterator[ForEach]:
    """Every `for`, however deep."""
    for effect in effects:
        match effect:
            case Assign():
                pass
            case ForEach(body=body):
                yield effect
                yield from loops(body)
            case When(_, then, otherwise):
                yield from loops(then)
                yield from loops(otherwise)
            case _:
                assert_never(effect)

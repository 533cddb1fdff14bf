"""Typed trees with one thing in them changed: every way to change one part, and the tree that comes of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
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
from checker.language.walk import children

Change = Callable[[Expr], Iterator[Expr]]
"""What may stand in the place of an expression; nothing where it is none of those to change."""

Changed = tuple[Expr, Expr]  # the part that was changed, and the whole with the other thing in its place


def with_children(expr: Expr, parts: Sequence[Expr]) -> Expr:
    """The same expression about other parts, as many as `children` has."""
    match expr:
        case Lit() | Var() | ReadParam():
            return expr
        case ReadConst() | ReadCell() | Apply() | Pending() | Did():
            return replace(expr, args=tuple(parts))
        case Old() | Not() | Quantified():
            return replace(expr, body=parts[0])
        case Logic() | Compare() | Arith():
            return replace(expr, left=parts[0], right=parts[1])
        case In():
            return replace(expr, item=parts[0], options=tuple(parts[1:]))
        case If():
            return replace(expr, condition=parts[0], then=parts[1], otherwise=parts[2])
        case _:
            assert_never(expr)


def changed_once(expr: Expr, change: Change) -> Iterator[Changed]:
    """Every expression that comes of one change at one place, outermost place first."""
    for other in change(expr):
        yield expr, other
    parts = children(expr)
    for at, part in enumerate(parts):
        for culprit, other in changed_once(part, change):
            yield culprit, with_children(expr, (*parts[:at], other, *parts[at + 1 :]))


def effects_changed_once(effects: tuple[Effect, ...], change: Change) -> Iterator[tuple[Expr, tuple[Effect, ...]]]:
    """The same for every expression among effects, however deep."""
    for at, effect in enumerate(effects):
        for culprit, other in _effect_changed(effect, change):
            yield culprit, (*effects[:at], other, *effects[at + 1 :])


def _effect_changed(effect: Effect, change: Change) -> Iterator[tuple[Expr, Effect]]:
    match effect:
        case Assign(_, index, value):
            for at, part in enumerate(index):
                for culprit, other in changed_once(part, change):
                    yield culprit, replace(effect, index=(*index[:at], other, *index[at + 1 :]))
            for culprit, other in changed_once(value, change):
                yield culprit, replace(effect, value=other)
        case ForEach(_, where, body):
            for culprit, other in () if where is None else changed_once(where, change):
                yield culprit, replace(effect, where=other)
            for culprit, inside in effects_changed_once(body, change):
                yield culprit, replace(effect, body=inside)
        case When(condition, then, otherwise):
            for culprit, other in changed_once(condition, change):
                yield culprit, replace(effect, condition=other)
            for culprit, inside in effects_changed_once(then, change):
                yield culprit, replace(effect, then=inside)
            for culprit, inside in effects_changed_once(otherwise, change):
                yield culprit, replace(effect, otherwise=inside)
        case _:
            assert_never(effect)


def without_one_assignment(effects: tuple[Effect, ...]) -> Iterator[tuple[Assign, tuple[Effect, ...]]]:
    """Each assignment, however deep, and the effects without it. What is left with nothing to do goes with it."""
    for at, effect in enumerate(effects):
        before, after = effects[:at], effects[at + 1 :]
        match effect:
            case Assign():
                yield effect, (*before, *after)
            case ForEach(body=body):
                for gone, inside in without_one_assignment(body):
                    yield gone, (*before, *((replace(effect, body=inside),) if inside else ()), *after)
            case When(_, then, otherwise):
                for gone, inside in without_one_assignment(then):
                    kept = (replace(effect, then=inside),) if inside or otherwise else ()
                    yield gone, (*before, *kept, *after)
                for gone, inside in without_one_assignment(otherwise):
                    kept = (replace(effect, otherwise=inside),) if inside or then else ()
                    yield gone, (*before, *kept, *after)
            case _:
                assert_never(effect)

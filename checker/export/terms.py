"""Formulas about one state without quantifiers, definitions or bound names: what is left when a scope is filled in.

The functions at the end build terms and leave out what is known to be true, false or equal. They know only that much:
the less they do, the less they can do wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import assert_never

from checker.language.protocol import Bool, Comparison, Operator, Type, Value


@dataclass(frozen=True, slots=True)
class Known:
    """A value that is known now, with the type that says how it is spelled."""

    value: Value
    type: Type


@dataclass(frozen=True, slots=True)
class Read:
    """A location, whose index may depend on the state. Pending marks are locations of `pending ACTION`."""

    name: str
    index: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Not:
    body: Term


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """One of the parts holds."""

    parts: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Equal:
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Order:
    """Two numbers compared; never equality."""

    op: Comparison
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Sum:
    op: Operator
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Choose:
    condition: Term
    then: Term
    otherwise: Term


Term = Known | Read | Not | All | Some | Equal | Order | Sum | Choose

TRUE = Known(True, Bool())
FALSE = Known(False, Bool())


def truth(value: bool) -> Known:
    return TRUE if value else FALSE


def not_(body: Term) -> Term:
    match body:
        case Known(value):
            return truth(not value)
        case Not(inner):
            return inner
        case _:
            return Not(body)


def all_(parts: Iterable[Term]) -> Term:
    kept = _kept(parts, All, TRUE)
    if FALSE in kept:
        return FALSE
    return kept[0] if len(kept) == 1 else All(kept) if kept else TRUE


def some(parts: Iterable[Term]) -> Term:
    kept = _kept(parts, Some, FALSE)
    if TRUE in kept:
        return TRUE
    return kept[0] if len(kept) == 1 else Some(kept) if kept else FALSE


def equal(left: Term, right: Term) -> Term:
    match left, right:
        case Known(a), Known(b):
            return truth(a == b)
        case (Known(value, Bool()), other) | (other, Known(value, Bool())):
            return other if value else not_(other)
        case _:
            return TRUE if left == right else Equal(left, right)


def order(op: Comparison, left: Term, right: Term) -> Term:
    if isinstance(left, Known) and isinstance(right, Known):
        less, same = left.value < right.value, left.value == right.value
        match op:
            case Comparison.LESS:
                return truth(less)
            case Comparison.AT_MOST:
                return truth(less or same)
            case Comparison.MORE:
                return truth(not less and not same)
            case Comparison.AT_LEAST:
                return truth(not less)
            case _:
                raise ValueError(f"{op} is no order")
    return Order(op, left, right)


def sum_(op: Operator, left: Term, right: Term, type_: Type) -> Term:
    if isinstance(left, Known) and isinstance(right, Known):
        return Known(left.value + right.value if op is Operator.PLUS else left.value - right.value, type_)
    return Sum(op, left, right)


def choose(condition: Term, then: Term, otherwise: Term) -> Term:
    if isinstance(condition, Known):
        return then if condition.value else otherwise
    if then == otherwise:
        return then
    if then == TRUE:
        return some((condition, otherwise))
    if otherwise == FALSE:
        return all_((condition, then))
    return Choose(condition, then, otherwise)


def _kept(parts: Iterable[Term], joint: type[All] | type[Some], idle: Known) -> tuple[Term, ...]:
    flat: dict[Term, None] = {}
    for part in parts:
        for piece in part.parts if isinstance(part, joint) else (part,):
            if piece != idle:
                flat[piece] = None
    return tuple(flat)


def reads(term: Term) -> Iterator[Read]:
    """Every read in the term, the outer ones first."""
    if isinstance(term, Read):
        yield term
    for part in _inside(term):
        yield from reads(part)


def _inside(term: Term) -> tuple[Term, ...]:
    match term:
        case Known():
            return ()
        case Read(_, parts) | All(parts) | Some(parts):
            return parts
        case Not(body):
            return (body,)
        case Equal(left, right) | Order(_, left, right) | Sum(_, left, right):
            return (left, right)
        case Choose(condition, then, otherwise):
            return (condition, then, otherwise)
        case _:
            assert_never(term)

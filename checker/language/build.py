"""Builders of core expressions that fold what is already known. They never change what an expression means.

Two things are folded beyond constants: a quantifier whose variable an equation settles (`forall x. x == t implies f`
is `f` with `t` for `x`), and a quantifier that binds nothing, where its type cannot be empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import assert_never

from checker.language.core import FALSE, TRUE, Add, And, Bound, Eq, Expr, Forall, Ite, Less, Lit, Not, Read, Sub
from checker.language.protocol import Of, Range, Type, Value


def is_true(expr: Expr) -> bool:
    """The literal `true`. (Not `expr == TRUE`: to Python the number 1 equals it.)"""
    return isinstance(expr, Lit) and expr.value is True


def is_false(expr: Expr) -> bool:
    return isinstance(expr, Lit) and expr.value is False


def not_(body: Expr) -> Expr:
    match body:
        case Lit(value):
            return Lit(not value)
        case Not(inner):
            return inner
        case _:
            return Not(body)


def and_(*parts: Expr) -> Expr:
    flat: dict[Expr, None] = {}  # an ordered set: a part said twice is said once
    for part in parts:
        for piece in part.parts if isinstance(part, And) else (part,):
            if is_false(piece):
                return FALSE
            if not is_true(piece):
                flat[piece] = None
    if any(isinstance(piece, Not) and piece.body in flat for piece in flat) or _two_values(flat):
        return FALSE
    if len(flat) == 1:
        return next(iter(flat))
    return And(tuple(flat)) if flat else TRUE


def _two_values(parts: Iterable[Expr]) -> bool:
    """Whether something is to equal two different literals."""
    found: dict[Expr, Value] = {}
    for part in parts:
        match part:
            case Eq(left, Lit(value)) if found.setdefault(left, value) != value:
                return True
            case _:
                pass
    return False


def or_(*parts: Expr) -> Expr:
    return not_(and_(*(not_(part) for part in parts)))


def implies(left: Expr, right: Expr) -> Expr:
    return not_(and_(left, not_(right)))


def eq(left: Expr, right: Expr) -> Expr:
    if isinstance(left, Lit) and isinstance(right, Lit):
        return Lit(left.value == right.value)
    if left == right:
        return TRUE
    for one, other in ((left, right), (right, left)):
        if is_true(one):
            return other
        if is_false(one):
            return not_(other)
    if isinstance(left, Bound) and isinstance(right, Bound) and left.name > right.name:
        return Eq(right, left)  # one spelling, so that `a == b` and `not b == a` are seen to exclude each other
    return Eq(right, left) if isinstance(left, Lit) else Eq(left, right)


def less(left: Expr, right: Expr) -> Expr:
    if isinstance(left, Lit) and isinstance(right, Lit):
        return Lit(left.value < right.value)
    return FALSE if left == right else Less(left, right)


def add(left: Expr, right: Expr) -> Expr:
    if isinstance(left, Lit) and isinstance(right, Lit):
        return Lit(left.value + right.value)
    if isinstance(right, Lit) and right.value == 0:
        return left
    return Add(left, right)


def sub(left: Expr, right: Expr) -> Expr:
    if isinstance(left, Lit) and isinstance(right, Lit):
        return Lit(left.value - right.value)
    if isinstance(right, Lit) and right.value == 0:
        return left
    return Sub(left, right)


def ite(condition: Expr, then: Expr, otherwise: Expr) -> Expr:
    if is_true(condition):
        return then
    if is_false(condition):
        return otherwise
    if then == otherwise:
        return then
    if is_true(then) and is_false(otherwise):
        return condition
    if is_false(then) and is_true(otherwise):
        return not_(condition)
    return Ite(condition, then, otherwise)


def forall(name: str, type_: Type, body: Expr) -> Expr:
    if is_true(body):
        return TRUE
    if not isinstance(type_, Of) and not occurs(name, body):
        return body
    match body:
        case Not(And(parts)):
            premises = parts
        case Not(premise):
            premises = (premise,)
        case _:
            premises = ()
    if not isinstance(type_, Range):  # the other side of an equation of numbers may lie outside this range
        for premise in premises:
            settled = _settles(name, premise)
            if settled is not None:
                return substitute(body, {name: settled})
    return Forall(name, type_, body)


def exists(name: str, type_: Type, body: Expr) -> Expr:
    return not_(forall(name, type_, not_(body)))


def settled_by(name: str, condition: Expr) -> Expr | None:
    """What `name` must equal for the condition to hold, if a top-level equation says so."""
    for part in condition.parts if isinstance(condition, And) else (condition,):
        found = _settles(name, part)
        if found is not None:
            return found
    return None


def _settles(name: str, equation: Expr) -> Expr | None:
    match equation:
        case Eq(Bound(left), right) if left == name and not occurs(name, right):
            return right
        case Eq(left, Bound(right)) if right == name and not occurs(name, left):
            return left
        case _:
            return None


def parts_of(expr: Expr) -> tuple[Expr, ...]:
    """The expressions directly inside."""
    match expr:
        case Lit() | Bound():
            return ()
        case Read(_, index, _):
            return index
        case Not(body) | Forall(_, _, body):
            return (body,)
        case And(parts):
            return parts
        case Eq(left, right) | Less(left, right) | Add(left, right) | Sub(left, right):
            return (left, right)
        case Ite(condition, then, otherwise):
            return (condition, then, otherwise)
        case _:
            assert_never(expr)


def occurs(name: str, expr: Expr) -> bool:
    """Whether the name is free in the expression."""
    match expr:
        case Bound(found):
            return found == name
        case Forall(bound, _, body):
            return bound != name and occurs(name, body)
        case _:
            return any(occurs(name, part) for part in parts_of(expr))


def reads_of(expr: Expr) -> Iterable[Read]:
    """Every read in the expression, outer ones first."""
    if isinstance(expr, Read):
        yield expr
    for part in parts_of(expr):
        yield from reads_of(part)


def substitute(expr: Expr, names: Mapping[str, Expr]) -> Expr:
    """The expression with free names replaced.

    The caller sees to it that no replacement mentions a name bound inside `expr`; `lower` gives every bound name on a
    way down its own spelling, so that cannot happen there.
    """
    if not names:
        return expr
    match expr:
        case Lit():
            return expr
        case Bound(name):
            return names.get(name, expr)
        case Read(cell, index, after):
            return Read(cell, tuple(substitute(part, names) for part in index), after)
        case Not(body):
            return not_(substitute(body, names))
        case And(parts):
            return and_(*(substitute(part, names) for part in parts))
        case Eq(left, right):
            return eq(substitute(left, names), substitute(right, names))
        case Less(left, right):
            return less(substitute(left, names), substitute(right, names))
        case Add(left, right):
            return add(substitute(left, names), substitute(right, names))
        case Sub(left, right):
            return sub(substitute(left, names), substitute(right, names))
        case Ite(condition, then, otherwise):
            return ite(substitute(condition, names), substitute(then, names), substitute(otherwise, names))
        case Forall(name, type_, body):
            return forall(name, type_, substitute(body, {key: to for key, to in names.items() if key != name}))
        case _:
            assert_never(expr)

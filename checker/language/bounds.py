"""Which numbers an expression can be, given what is known to hold where it stands.

`if x < 3 then x + 1 else x` never leaves `0..3`: the condition narrows `x` where it is used. The typed tree keeps the
plain ranges; only the question "does this value fit that cell" asks here.
"""

from __future__ import annotations

from collections.abc import Mapping

from checker.language.protocol import (
    Arith,
    Compare,
    Comparison,
    Connective,
    Expr,
    If,
    Lit,
    Logic,
    Not,
    Operator,
    Range,
)
from checker.language.types import type_of

Facts = Mapping[Expr, Range]

_NEGATED = {
    Comparison.EQUAL: Comparison.DIFFERENT,
    Comparison.DIFFERENT: Comparison.EQUAL,
    Comparison.LESS: Comparison.AT_LEAST,
    Comparison.AT_MOST: Comparison.MORE,
    Comparison.MORE: Comparison.AT_MOST,
    Comparison.AT_LEAST: Comparison.LESS,
}
_TURNED = {
    Comparison.EQUAL: Comparison.EQUAL,
    Comparison.DIFFERENT: Comparison.DIFFERENT,
    Comparison.LESS: Comparison.MORE,
    Comparison.AT_MOST: Comparison.AT_LEAST,
    Comparison.MORE: Comparison.LESS,
    Comparison.AT_LEAST: Comparison.AT_MOST,
}


def bounds(expr: Expr, facts: Facts) -> Range:
    """The range of a numeric expression where `facts` hold. What cannot be reached counts as the plain range."""
    plain = type_of(expr)
    if not isinstance(plain, Range):
        raise TypeError(f"not a number: {expr}")
    known = facts.get(expr, plain)
    match expr:
        case Lit(int(value)):
            return Range(value, value)
        case Arith(op, left, right):
            a, b = bounds(left, facts), bounds(right, facts)
            low, high = (a.low + b.low, a.high + b.high) if op is Operator.PLUS else (a.low - b.high, a.high - b.low)
            return _meet(Range(low, high), known)
        case If(condition, then, otherwise):
            a, b = bounds(then, learn(facts, condition, True)), bounds(otherwise, learn(facts, condition, False))
            return _meet(Range(min(a.low, b.low), max(a.high, b.high)), known)
        case _:
            return known


def learn(facts: Facts, condition: Expr, truth: bool) -> Facts:
    """The facts, and what follows from the condition being true (or false)."""
    match condition:
        case Not(body):
            return learn(facts, body, not truth)
        case Logic(Connective.AND, left, right) if truth:
            return learn(learn(facts, left, True), right, True)
        case Logic(Connective.OR, left, right) if not truth:
            return learn(learn(facts, left, False), right, False)
        case Logic(Connective.IMPLIES, left, right) if not truth:
            return learn(learn(facts, left, True), right, False)
        case Compare(op, left, right) if isinstance(type_of(left), Range):
            op = op if truth else _NEGATED[op]
            return _bound(_bound(facts, left, op, right), right, _TURNED[op], left)
        case _:
            return facts


def _bound(facts: Facts, expr: Expr, op: Comparison, other: Expr) -> Facts:
    here, there = bounds(expr, facts), bounds(other, facts)
    low, high = here.low, here.high
    match op:
        case Comparison.EQUAL:
            low, high = max(low, there.low), min(high, there.high)
        case Comparison.LESS:
            high = min(high, there.high - 1)
        case Comparison.AT_MOST:
            high = min(high, there.high)
        case Comparison.MORE:
            low = max(low, there.low + 1)
        case Comparison.AT_LEAST:
            low = max(low, there.low)
        case Comparison.DIFFERENT:
            if there.low == there.high == low:
                low += 1
            elif there.low == there.high == high:
                high -= 1
    return {**facts, expr: Range(low, high)} if low <= high else facts


def _meet(left: Range, right: Range) -> Range:
    low, high = max(left.low, right.low), min(left.high, right.high)
    return Range(low, high) if low <= high else left

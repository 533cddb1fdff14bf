"""Whether a formula is true, or false, whatever the state: by trying all values of what it reads, where those are few.

Each different read counts as free to be anything, and so does each quantified part; so an answer is right, and no
answer is always possible.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from math import prod

from checker.language.protocol import (
    Apply,
    Arith,
    Bool,
    Compare,
    Comparison,
    Connective,
    Definition,
    Did,
    Expr,
    If,
    In,
    Lit,
    Logic,
    Not,
    Of,
    Old,
    Operator,
    Pending,
    Quantified,
    Quantifier,
    Range,
    ReadCell,
    ReadConst,
    ReadParam,
    Type,
    Value,
    Var,
)
from checker.language.types import type_of
from checker.language.walk import children

MOST_WORLDS = 2048

Sizes = Mapping[str, int]  # of the closed sorts


def settled(formula: Expr, sizes: Sizes, definitions: Mapping[str, Definition]) -> bool | None:
    """True or False where the formula is that in every state; None where it depends, or there is too much to try."""
    formula = _outside(_inlined(formula, definitions))
    atoms = tuple(dict.fromkeys(_atoms(formula)))
    # Of an open sort, as many individuals as there are atoms make every pattern of equalities.
    individuals = [type_.sort for type_ in map(type_of, atoms) if isinstance(type_, Of)]
    domains = [_values(type_of(atom), {**Counter(individuals), **sizes}) for atom in atoms]
    if prod(len(domain) for domain in domains) > MOST_WORLDS:
        return None
    value = _compiled(formula, {atom: at for at, atom in enumerate(atoms)})
    seen: set[bool] = set()
    for world in product(*domains):
        seen.add(bool(value(world)))
        if len(seen) == 2:
            return None
    return seen.pop() if seen else None


def _inlined(expr: Expr, definitions: Mapping[str, Definition]) -> Expr:
    """With a `let` that has no parameters replaced by what it says. Others stay as they are: what they say is open."""
    if isinstance(expr, Apply) and not expr.args and expr.name in definitions:
        return _inlined(definitions[expr.name].body, definitions)
    match expr:
        case Not(body):
            return Not(_inlined(body, definitions))
        case Logic(op, left, right):
            return Logic(op, _inlined(left, definitions), _inlined(right, definitions))
        case _:
            return expr


def _outside(formula: Expr) -> Expr:
    """Without outer `forall`s: what is true (false) of the body whatever its variables are is so of the whole."""
    while isinstance(formula, Quantified) and formula.op is Quantifier.FORALL:
        formula = formula.body
    return formula


def _atoms(expr: Expr) -> Iterator[Expr]:
    match expr:
        case Lit():
            return
        case Not() | Logic() | Compare() | Arith() | In() | If():
            for part in children(expr):
                yield from _atoms(part)
        case Old() | Var() | ReadParam() | ReadConst() | ReadCell() | Apply() | Pending() | Did() | Quantified():
            yield expr


def _values(type_: Type, sizes: Sizes) -> range | tuple[bool, bool]:
    match type_:
        case Bool():
            return (False, True)
        case Range(low, high):
            return range(low, high + 1)
        case Of(sort):
            return range(sizes[sort])


_World = Sequence[Value]
_Compiled = Callable[[_World], Value]
_COMPARE: dict[Comparison, Callable[[Value, Value], bool]] = {
    Comparison.EQUAL: operator.eq,
    Comparison.DIFFERENT: operator.ne,
    Comparison.LESS: operator.lt,
    Comparison.AT_MOST: operator.le,
    Comparison.MORE: operator.gt,
    Comparison.AT_LEAST: operator.ge,
}


def _compiled(expr: Expr, places: Mapping[Expr, int]) -> _Compiled:
    """What gives the value of an expression in a world: a value for each atom, by its place."""
    match expr:
        case Lit(value):
            return lambda _: value
        case Not(body):
            inner = _compiled(body, places)
            return lambda world: not inner(world)
        case Logic(op, left, right):
            a, b = _compiled(left, places), _compiled(right, places)
            match op:
                case Connective.AND:
                    return lambda world: a(world) and b(world)
                case Connective.OR:
                    return lambda world: a(world) or b(world)
                case Connective.IMPLIES:
                    return lambda world: not a(world) or b(world)
        case Compare(comparison, left, right):
            a, b, compare = _compiled(left, places), _compiled(right, places), _COMPARE[comparison]
            return lambda world: compare(a(world), b(world))
        case Arith(op, left, right):
            a, b = _compiled(left, places), _compiled(right, places)
            return (lambda world: a(world) + b(world)) if op is Operator.PLUS else (lambda world: a(world) - b(world))
        case In(item, options):
            wanted, allowed = _compiled(item, places), [_compiled(option, places) for option in options]
            return lambda world: any(option(world) == wanted(world) for option in allowed)
        case If(condition, then, otherwise):
            c, a, b = (_compiled(part, places) for part in (condition, then, otherwise))
            return lambda world: a(world) if c(world) else b(world)
        case _:
            place = places[expr]
            return lambda world: world[place]

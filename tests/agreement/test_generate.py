"""What the generator makes: a generator without hidden names, empty sorts or false formulas would find nothing."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import pytest

from checker.language import protocol as p
from checker.language.lower import lower
from checker.language.protocol import Bool, Comparison, Of, Range
from tests.agreement.generate import Case, case, random_state, random_values

CASES = 60


@pytest.fixture(scope="module")
def made() -> Counter[str]:
    counts: Counter[str] = Counter()
    for seed in range(CASES):
        counts.update(_features(case(seed)))
    return counts


@pytest.mark.parametrize(
    ("feature", "least"),
    [
        ("hidden name", 100),
        ("quantifiers three deep", 15),
        ("quantifier over numbers", 100),
        ("quantifier over Booleans", 100),
        ("equation of Booleans", 100),
        ("long conjunction", 100),
        ("old", 30),
        ("old in old", 1),
        ("did", 30),
        ("pending", 50),
        ("let in use", 50),
        ("let below its argument's name", 5),
        ("cell as index", 50),
        ("range below zero", 50),
        ("sum", 50),
        ("const", 50),
        ("param", 50),
        ("literal member", 50),
        ("for", 20),
        ("for in for", 3),
        ("for with where", 10),
        ("for over what no place settles", 10),
        ("if effect", 20),
        ("begin", 10),
        ("two outcomes", 10),
        ("fault", 10),
        ("no initial value", 10),
        ("empty sort", 3),
        ("guard left out", 5),
        ("pinned const", 10),
        ("assumption", 20),
        ("scope with where", 5),
    ],
)
def test_each_construct_is_made_often(made: Counter[str], feature: str, least: int) -> None:
    assert made[feature] >= least, made


def test_formulas_are_true_as_often_as_false() -> None:
    rng = random.Random(1)
    truths: Counter[object] = Counter()
    changing = 0
    for seed in range(CASES):
        this = case(seed)
        for formula in this.formulas:
            if formula.step:
                continue
            answers = set()
            for _ in range(6):
                state = random_state(rng, this.reference)
                names = random_values(rng, this.reference, formula.free)
                if state is not None and names is not None:
                    answers.add(this.reference.evaluate(formula.expr, state, names))
            truths.update(answers)
            changing += len(answers) == 2
    assert 0.4 < truths[True] / (truths[True] + truths[False]) < 0.6
    assert changing > CASES  # formulas that say something: they are true here and false there


def test_the_same_seed_makes_the_same_case() -> None:
    assert case(7) == case(7)
    assert case(7) != case(8)


def _features(this: Case) -> Iterator[str]:
    protocol = this.protocol
    yield from ("pinned const",) * bool(this.scope.pins) + ("assumption",) * len(protocol.assumptions)
    yield from ("scope with where",) * (this.scope.where is not None)
    yield from ("empty sort",) * (0 in dict(this.scope.sizes).values())
    yield from ("no initial value",) * sum(cell.initial is None for cell in protocol.cells)
    full, less = lower(protocol), lower(protocol, this.scope.without)
    yield from ("guard left out",) * (
        sum(len(m.guards) for m in full.moments) > sum(len(m.guards) for m in less.moments)
    )
    for action in protocol.actions:
        yield from ("begin",) * (action.begin is not None) + ("two outcomes",) * (len(action.outcomes) == 2)
        yield from ("fault",) * (action.kind is p.Kind.FAULT)
        for effects in (action.begin or (), *(outcome.effects for outcome in action.outcomes)):
            yield from _of_effects(effects, ())
    bodies = [d.body for d in protocol.definitions] + [i.formula for i in this.protocol.assumptions]
    for expr in [formula.expr for formula in this.formulas] + bodies:
        yield from _of_expr(expr, (), 0)
    for formula in this.formulas:
        yield from _of_expr(formula.expr, tuple(v.name for v in formula.free), 0)


def _of_effects(effects: tuple[p.Effect, ...], loops: tuple[str, ...]) -> Iterator[str]:
    for effect in effects:
        match effect:
            case p.Assign(_, index, _):
                settled = {part.name for part in index if isinstance(part, p.Var)}
                yield from ("for over what no place settles",) * bool(set(loops) - settled)
            case p.When(_, then, otherwise):
                yield "if effect"
                yield from _of_effects(then + otherwise, loops)
            case p.ForEach(variables, where, body):
                yield "for in for" if loops else "for"
                yield from ("for with where",) * (where is not None)
                yield from _of_effects(body, loops + tuple(v.name for v in variables))


def _of_expr(expr: p.Expr, names: tuple[str, ...], depth: int, old: bool = False) -> Iterator[str]:
    match expr:
        case p.Quantified(_, variables, _):
            for variable in variables:
                yield from ("hidden name",) * (variable.name in names)
                yield from ("quantifier over numbers",) * isinstance(variable.type, Range)
                yield from ("quantifier over Booleans",) * isinstance(variable.type, Bool)
            names += tuple(v.name for v in variables)
            depth += 1
            yield from ("quantifiers three deep",) * (depth >= 3)
        case p.Compare(op, left, _) if op in (Comparison.EQUAL, Comparison.DIFFERENT):
            yield from ("equation of Booleans",) * (_type(left) == Bool())
        case p.Logic(p.Connective.AND, p.Logic(p.Connective.AND)):
            yield "long conjunction"
        case p.Old():
            yield "old in old" if old else "old"
            old = True
        case p.Did():
            yield "did"
        case p.Pending():
            yield "pending"
        case p.Apply(_, args):
            yield "let in use"
            yield from ("let below its argument's name",) * any(isinstance(arg, p.Var) for arg in args)
        case p.ReadCell(_, args):
            yield from ("cell as index",) * any(isinstance(arg, p.ReadCell) for arg in args)
        case p.ReadConst():
            yield "const"
        case p.ReadParam():
            yield "param"
        case p.Arith():
            yield "sum"
        case p.Lit(_, Of()):
            yield "literal member"
        case _:
            pass
    type_ = _type(expr)
    yield from ("range below zero",) * (isinstance(type_, Range) and type_.low < 0)
    for inner in _inside(expr):
        yield from _of_expr(inner, names, depth, old)


def _type(expr: p.Expr) -> p.Type:
    found = getattr(expr, "type", Bool())
    assert isinstance(found, Bool | Range | Of)
    return found


def _inside(expr: object) -> Iterator[p.Expr]:
    assert is_dataclass(expr)
    for item in fields(expr):
        value = getattr(expr, item.name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, p.Expr):
                yield part

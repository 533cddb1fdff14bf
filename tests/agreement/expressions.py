"""Random expressions over given declarations, the same for the same state of the random numbers."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from checker.language import protocol as p
from checker.language.protocol import Bool, Comparison, Connective, Of, Operator, Quantifier, Range, Type, Variable

NAMES = ("x", "y", "z")  # few, so that names hide each other
Env = Mapping[str, Type]


@dataclass(frozen=True)
class Formula:
    """A Boolean expression with its free names; `step` where it may ask for the state before and for the step."""

    expr: p.Expr
    free: tuple[Variable, ...]
    step: bool


class Stuck(Exception):
    """There is no expression of this type here."""


@dataclass
class Expressions:
    """A maker of expressions; what is declared so far is in its lists."""

    rng: random.Random
    cells: list[p.Cell] = field(default_factory=list)
    consts: list[p.Const] = field(default_factory=list)
    params: list[p.Param] = field(default_factory=list)
    definitions: list[p.Definition] = field(default_factory=list)
    # Actions to come: name, parameters, whether they begin, outcomes.
    heads: list[tuple[str, tuple[Variable, ...], bool, tuple[str, ...]]] = field(default_factory=list)

    # -------------------------------------------------------------------------------------------------------- pieces

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def type(self, wide: bool = True) -> Type:
        low = self.rng.choice((-2, -1, 0, 0, 1))
        numbers = Range(low, low + self.rng.choice((0, 1, 2, 2, 3)))
        types: list[Type] = [Bool(), Bool(), Of("A"), Of("B"), Of("Colour")]
        return self.rng.choice([*types, numbers, numbers] if wide else types)

    def variables(self, count: int) -> tuple[Variable, ...]:
        names = self.rng.sample(NAMES, count)
        return tuple(Variable(name, self.type()) for name in names)

    def env(self, env: Env, variables: tuple[Variable, ...]) -> Env:
        return {**env, **{variable.name: variable.type for variable in variables}}

    def one(self, *makers: Callable[[], p.Expr]) -> p.Expr:
        """What one of the makers makes, tried in a random order; those given several times come early."""
        for maker in dict.fromkeys(self.rng.sample(makers, len(makers))):
            try:
                return maker()
            except Stuck:
                continue
        raise Stuck

    # --------------------------------------------------------------------------------------------------- expressions

    def expr(self, type_: Type, env: Env, depth: int, step: bool = False, consts: bool = False) -> p.Expr:
        """An expression of this type, for numbers of a range within; `consts` where state is out of reach."""
        match type_:
            case Bool():
                return self.truth(env, depth, step, consts)
            case Range():
                return self.number(type_, env, depth, step, consts)
            case _:
                return self.individual(type_, env, depth, step, consts)

    def truth(self, env: Env, depth: int, step: bool, consts: bool) -> p.Expr:
        def sub(inner: Env = env) -> p.Expr:
            return self.truth(inner, depth - 1, step, consts)

        leaves = [lambda: self.known(Bool(), env, depth, step, consts)] * 4 + [lambda: p.Lit(self.chance(0.5), Bool())]
        if depth <= 0:
            return self.one(*leaves)

        def logic() -> p.Expr:
            return p.Logic(self.rng.choice(list(Connective)), sub(), sub())

        def chain() -> p.Expr:
            whole = sub()
            for _ in range(self.rng.randint(1, 3)):
                whole = p.Logic(Connective.AND, whole, sub())
            return whole

        def equal() -> p.Expr:
            op = self.rng.choice((Comparison.EQUAL, Comparison.DIFFERENT))
            type_ = self.type(wide=False)
            return p.Compare(
                op, self.expr(type_, env, depth - 1, step, consts), self.expr(type_, env, depth - 1, step, consts)
            )

        def order() -> p.Expr:
            op = self.rng.choice(list(Comparison))
            return p.Compare(op, self.any_number(env, depth - 1, step, consts), self.any_number(env, 0, step, consts))

        def quantified() -> p.Expr:
            variables = self.variables(self.rng.choice((1, 1, 2)))
            op = self.rng.choice(list(Quantifier))
            return p.Quantified(op, variables, sub(self.env(env, variables)))

        def within() -> p.Expr:
            type_ = self.type(wide=False)
            options = tuple(self.expr(type_, env, 0, step, consts) for _ in range(self.rng.randint(1, 3)))
            return p.In(self.expr(type_, env, depth - 1, step, consts), options)

        def choice() -> p.Expr:
            return p.If(sub(), sub(), sub(), Bool())

        def pointed() -> p.Expr:
            """A quantifier whose variable an equation may settle: `exists x. x == e and ...`."""
            variable = self.variables(1)[0]
            inner = self.env(env, (variable,))
            outside = {name: type_ for name, type_ in env.items() if name != variable.name}
            around = inner if self.chance(0.3) else outside
            other = (
                self.any_number(around, 1, step, consts)
                if isinstance(variable.type, Range)
                else self.expr(variable.type, around, 1, step, consts)
            )
            sides = [p.Var(variable.name, variable.type), other]
            self.rng.shuffle(sides)
            equation = p.Compare(Comparison.EQUAL, sides[0], sides[1])
            op = self.rng.choice(list(Quantifier))
            connective = Connective.IMPLIES if op is Quantifier.FORALL else Connective.AND
            return p.Quantified(op, (variable,), p.Logic(connective, equation, sub(inner)))

        makers = [logic, logic, chain, equal, equal, order, quantified, quantified, quantified, within, choice]
        makers += [pointed, lambda: self.tests(consts)]
        makers += [lambda: p.Not(sub())] * 2 + leaves[:2]
        if step:
            makers += [lambda: p.Old(sub()), lambda: p.Old(sub()), lambda: self.did(env, depth, consts)]
        return self.one(*makers)

    def tests(self, consts: bool) -> p.Expr:
        """Several tests of one place against literals, some of which it can never equal."""
        places: list[tuple[p.Expr, Type]] = [(p.ReadParam(q.name, q.type), q.type) for q in self.params]
        places += [(p.ReadConst(c.name, (), c.type), c.type) for c in self.consts if not c.index]
        if not consts:
            places += [(p.ReadCell(c.name, (), c.type), c.type) for c in self.cells if not c.index] * 3
        usable = [(place, type_) for place, type_ in places if isinstance(type_, Range) or type_ == Of("Colour")]
        if not usable:
            raise Stuck
        place, type_ = self.rng.choice(usable)
        low, high = (type_.low - 1, type_.high + 1) if isinstance(type_, Range) else (0, 2)
        connective = self.rng.choice((Connective.AND, Connective.OR))
        whole: p.Expr | None = None
        for _ in range(self.rng.randint(1, 3)):
            value = self.rng.randint(low, high)
            literal = p.Lit(value, Range(value, value) if isinstance(type_, Range) else type_)
            ops = [Comparison.EQUAL, Comparison.DIFFERENT, Comparison.DIFFERENT]
            ops += [Comparison.LESS, Comparison.AT_MOST, Comparison.MORE] if isinstance(type_, Range) else []
            test = p.Compare(self.rng.choice(ops), place, literal)
            whole = test if whole is None else p.Logic(connective, whole, test)
        assert whole is not None
        return whole

    def number(self, type_: Range, env: Env, depth: int, step: bool, consts: bool) -> p.Expr:
        low, high = type_.low, type_.high

        def literal() -> p.Expr:
            value = self.rng.randint(low, high)
            return p.Lit(value, Range(value, value))

        def shifted() -> p.Expr:
            by = self.rng.choice((-2, -1, 1, 2))
            inner = self.known(Range(low - by, high - by), env, depth - 1, step, consts)
            found = _range(inner)
            amount = p.Lit(abs(by), Range(abs(by), abs(by)))
            op = Operator.PLUS if by > 0 else Operator.MINUS
            return p.Arith(op, inner, amount, Range(found.low + by, found.high + by))

        def choice() -> p.Expr:
            then, otherwise = (self.number(type_, env, depth - 1, step, consts) for _ in range(2))
            one, other = _range(then), _range(otherwise)
            joined = Range(min(one.low, other.low), max(one.high, other.high))
            return p.If(self.truth(env, depth - 1, step, consts), then, otherwise, joined)

        known = [lambda: self.known(type_, env, depth, step, consts)] * 3
        if depth <= 0:
            return self.one(literal, *known)
        return self.one(literal, *known, shifted, choice)

    def any_number(self, env: Env, depth: int, step: bool, consts: bool) -> p.Expr:
        """A number of any range, sums of cells among them."""
        if depth > 0 and self.chance(0.5):
            left = self.any_number(env, depth - 1, step, consts)
            right = self.any_number(env, depth - 1, step, consts)
            one, other = _range(left), _range(right)
            if self.chance(0.5):
                return p.Arith(Operator.PLUS, left, right, Range(one.low + other.low, one.high + other.high))
            return p.Arith(Operator.MINUS, left, right, Range(one.low - other.high, one.high - other.low))
        return self.number(Range(-5, 5), env, depth, step, consts)

    def individual(self, type_: Of, env: Env, depth: int, step: bool, consts: bool) -> p.Expr:
        def literal() -> p.Expr:
            if type_.sort != "Colour":
                raise Stuck
            return p.Lit(self.rng.randrange(3), type_)

        def choice() -> p.Expr:
            if depth <= 0:
                raise Stuck
            then, otherwise = (self.individual(type_, env, depth - 1, step, consts) for _ in range(2))
            return p.If(self.truth(env, depth - 1, step, consts), then, otherwise, type_)

        return self.one(literal, *[lambda: self.known(type_, env, depth, step, consts)] * 4, choice)

    def known(self, type_: Type, env: Env, depth: int, step: bool, consts: bool) -> p.Expr:
        """A name, a cell, a const, a param, a `let` or a pending mark that has such a value."""

        def fits(found: Type) -> bool:
            if isinstance(type_, Range) and isinstance(found, Range):
                return type_.low <= found.low and found.high <= type_.high
            return found == type_

        def args(types: tuple[Type, ...]) -> tuple[p.Expr, ...]:
            return tuple(self.expr(inner, env, depth - 1, step, consts) for inner in types)

        makers: list[Callable[[], p.Expr]] = []
        for name, found in env.items():
            if fits(found):
                makers += [lambda name=name, found=found: p.Var(name, found)] * 3  # type: ignore[misc]
        for param in self.params:
            if fits(param.type):
                makers.append(lambda q=param: p.ReadParam(q.name, q.type))  # type: ignore[misc]
        if depth > -2:
            for const in self.consts:
                if fits(const.type):
                    makers.append(lambda c=const: p.ReadConst(c.name, args(c.index), c.type))  # type: ignore[misc]
        if depth > -2 and not consts:
            for cell in self.cells:
                if fits(cell.type):
                    types = tuple(v.type for v in cell.index)
                    makers += [lambda c=cell, ts=types: p.ReadCell(c.name, args(ts), c.type)] * 2  # type: ignore[misc]
            for made in self.definitions:
                if fits(made.type):
                    types = tuple(v.type for v in made.params)
                    makers.append(lambda d=made, ts=types: p.Apply(d.name, args(ts), d.type))  # type: ignore[misc]
            if type_ == Bool():
                for name, params, begun, _ in self.heads:
                    if begun:
                        types = tuple(v.type for v in params)
                        makers.append(lambda n=name, ts=types: p.Pending(n, args(ts)))  # type: ignore[misc]
        if not makers:
            raise Stuck
        return self.one(*makers)

    def did(self, env: Env, depth: int, consts: bool) -> p.Expr:
        if not self.heads:
            raise Stuck
        name, params, begun, outcomes = self.rng.choice(self.heads)
        moments = [None, *outcomes, *(["begin"] if begun else [])]
        args = tuple(self.expr(v.type, env, depth - 1, True, consts) for v in params)
        return p.Did(name, self.rng.choice(moments), args)

    def formula(self) -> Formula:
        free = self.variables(self.rng.choice((0, 1, 2)))
        step = self.chance(0.4)
        return Formula(self.truth(self.env({}, free), self.rng.choice((2, 3, 4)), step, False), free, step)


def _range(expr: p.Expr) -> Range:
    type_ = getattr(expr, "type", None)
    assert isinstance(type_, Range), expr
    return type_

"""Random small protocols, states and formulas, the same for the same seed.

What they must contain, and in what amounts, is measured by test_generate.py: a generator that never hides a name, or
whose formulas are all true, finds nothing.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from checker.language import protocol as p
from checker.language.protocol import (
    Bool,
    Comparison,
    Connective,
    Of,
    Operator,
    Quantifier,
    Range,
    Type,
    Value,
    Variable,
)
from checker.model.reference import Location, Reference, State
from checker.model.scope import Scope

NAMES = ("x", "y", "z")  # few, so that names hide each other
Env = Mapping[str, Type]


@dataclass(frozen=True)
class Formula:
    """A Boolean expression with its free names; `step` where it may ask for the state before and for the step."""

    expr: p.Expr
    free: tuple[Variable, ...]
    step: bool


@dataclass(frozen=True)
class Case:
    """A protocol, a scope for it, and formulas over its states."""

    seed: int
    protocol: p.Protocol
    scope: Scope
    formulas: tuple[Formula, ...]

    @property
    def reference(self) -> Reference:
        return Reference(self.protocol, self.scope)


def case(seed: int, formulas: int = 6) -> Case:
    """The case of this number."""
    maker = _Maker(random.Random(seed))
    protocol = maker.protocol()
    scope = maker.scope()
    return Case(seed, protocol, scope, tuple(maker.formula() for _ in range(formulas)))


def random_state(rng: random.Random, reference: Reference) -> State | None:
    """A state of the right shape, reachable or not; None where some cell can have no value at all."""
    initial: dict[Location, Value] = {(param.name, ()): param.default for param in reference.protocol.params}
    initial |= {(name, ()): value for name, value in reference.scope.settings}
    initial |= {(name, index): value for (name, index), value in reference.scope.pins}
    state: dict[Location, Value] = {}
    for place in reference.locations():
        values = reference.values(reference.types[place[0]][1])
        if not values:
            return None
        state[place] = initial[place] if place in initial else rng.choice(values)
    return state


def random_values(rng: random.Random, reference: Reference, names: tuple[Variable, ...]) -> dict[str, Value] | None:
    """Values for free names; None where one of them has no value at all."""
    chosen: dict[str, Value] = {}
    for variable in names:
        values = reference.values(variable.type)
        if not values:
            return None
        chosen[variable.name] = rng.choice(values)
    return chosen


class _Stuck(Exception):
    """There is no expression of this type here."""


@dataclass
class _Maker:
    rng: random.Random
    cells: list[p.Cell] = field(default_factory=list)
    consts: list[p.Const] = field(default_factory=list)
    params: list[p.Param] = field(default_factory=list)
    definitions: list[p.Definition] = field(default_factory=list)
    heads: list[tuple[str, tuple[Variable, ...], bool, tuple[str, ...]]] = field(
        default_factory=list
    )  # actions to come

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
            except _Stuck:
                continue
        raise _Stuck

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
            raise _Stuck
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
                raise _Stuck
            return p.Lit(self.rng.randrange(3), type_)

        def choice() -> p.Expr:
            if depth <= 0:
                raise _Stuck
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
            raise _Stuck
        return self.one(*makers)

    def did(self, env: Env, depth: int, consts: bool) -> p.Expr:
        if not self.heads:
            raise _Stuck
        name, params, begun, outcomes = self.rng.choice(self.heads)
        moments = [None, *outcomes, *(["begin"] if begun else [])]
        args = tuple(self.expr(v.type, env, depth - 1, True, consts) for v in params)
        return p.Did(name, self.rng.choice(moments), args)

    def formula(self) -> Formula:
        free = self.variables(self.rng.choice((0, 1, 2)))
        step = self.chance(0.4)
        return Formula(self.truth(self.env({}, free), self.rng.choice((2, 3, 4)), step, False), free, step)

    # -------------------------------------------------------------------------------------------------- declarations

    def index(self, most: int) -> tuple[Variable, ...]:
        count = self.rng.choice((0, 1, 1, 2)[: most + 2])
        names = self.rng.sample(NAMES, count)
        return tuple(Variable(name, self.type()) for name in names)

    def protocol(self) -> p.Protocol:
        rng = self.rng
        self.params = [p.Param("flag", Bool(), self.chance(0.5)), p.Param("level", Range(-1, 2), rng.randint(-1, 2))]
        if self.chance(0.5):
            self.params.append(p.Param("tint", Of("Colour"), rng.randrange(3)))
        for at in range(rng.choice((1, 2))):
            index = tuple(Of(rng.choice("AB")) for _ in range(rng.choice((0, 1, 1, 2))))
            self.consts.append(p.Const(f"const{at}", index, self.type()))
        assumptions = []
        for at in range(rng.choice((0, 1, 2))):
            assumptions.append(p.Assumption(f"assumed{at}", self.assumption()))
        free = 0
        for at in range(rng.randint(3, 5)):
            index_vars = self.index(2)
            type_ = self.type()
            initial: p.Expr | None = None
            if not index_vars and free < 2 and self.chance(0.4):
                free += 1
            else:
                try:
                    initial = self.expr(type_, self.env({}, index_vars), 2)
                except _Stuck:
                    type_, initial = Bool(), p.Lit(False, Bool())
            self.cells.append(p.Cell(f"cell{at}", index_vars, type_, initial))
        self.heads = []
        for at in range(rng.randint(2, 4)):
            outcomes = ("SUCCESS", "REFUSED")[: rng.choice((1, 1, 2))]
            self.heads.append((f"act{at}", self.variables(rng.choice((0, 1, 1, 2))), self.chance(0.4), outcomes))
        for at in range(rng.randint(1, 3)):
            params = self.variables(rng.choice((0, 1, 2)))
            type_ = self.type()
            try:
                body = self.expr(type_, self.env({}, params), 2)
            except _Stuck:
                type_, body = Bool(), self.truth(self.env({}, params), 2, False, False)
            self.definitions.append(p.Definition(f"let{at}", params, type_, body))
        actions = tuple(self.action(*head) for head in self.heads)
        return p.Protocol(
            name="random",
            title="",
            each_host=False,
            modules=(),
            pages=(),
            rules=tuple(p.Rule(f"R-{n}", p.Duty.SWITCH, (), "") for n in range(3)),
            sorts=(
                p.Sort("A", None, False),
                p.Sort("B", None, False),
                p.Sort("Colour", ("red", "green", "blue"), True),
            ),
            params=tuple(self.params),
            consts=tuple(self.consts),
            cells=tuple(self.cells),
            definitions=tuple(self.definitions),
            assumptions=tuple(assumptions),
            actions=actions,
            properties=self.properties(),
            scopes=(),
            scenarios=(),
            logs=(),
            binds=(),
        )

    def assumption(self) -> p.Expr:
        """Any formula about consts, or how the values of one const hang together."""
        related = [const for const in self.consts if const.index and const.type not in (Of("A"), Of("B"))]
        if not related or self.chance(0.4):
            variables = self.variables(self.rng.choice((0, 1, 2)))
            body = self.truth(self.env({}, variables), 2, False, True)
            return p.Quantified(Quantifier.FORALL, variables, body) if variables else body
        const = self.rng.choice(related)
        ones = tuple(Variable(f"i{at}", type_) for at, type_ in enumerate(const.index))
        others = tuple(Variable(f"j{at}", type_) for at, type_ in enumerate(const.index))
        read, other = (
            p.ReadConst(const.name, tuple(p.Var(v.name, v.type) for v in names), const.type) for names in (ones, others)
        )
        op = self.rng.choice((Comparison.EQUAL, Comparison.DIFFERENT, Comparison.DIFFERENT))
        apart = p.Compare(Comparison.EQUAL, p.Var("i0", const.index[0]), p.Var("j0", const.index[0]))
        body = p.Logic(Connective.OR, apart, p.Compare(op, read, other))
        return p.Quantified(Quantifier.FORALL, ones + others, body)

    def guards(self, env: Env, most: int) -> tuple[p.Guard, ...]:
        rules = [(), ("R-0",), ("R-1",), ("R-0", "R-1"), ("R-2",)]
        return tuple(p.Guard(self.guard(env), self.rng.choice(rules)) for _ in range(self.rng.randint(0, most)))

    def guard(self, env: Env) -> p.Expr:
        try:
            if self.chance(0.4):
                return self.tests(False)
        except _Stuck:
            pass  # no place to test
        return self.truth(env, self.rng.choice((1, 2)), False, False)

    def action(self, name: str, params: tuple[Variable, ...], begun: bool, outcomes: tuple[str, ...]) -> p.Action:
        env = self.env({}, params)
        return p.Action(
            name=name,
            kind=p.Kind.FAULT if self.chance(0.25) else p.Kind.ACTION,
            hidden=self.chance(0.2),
            optional=self.chance(0.2),
            params=params,
            at=None,
            event=None,
            rules=(),
            guards=self.guards(env, 2),
            begin=self.effects(env, frozenset(), 2) if begun else None,
            outcomes=tuple(
                p.Outcome(outcome, outcome != "SUCCESS", (), self.guards(env, 1), self.effects(env, frozenset(), 2))
                for outcome in outcomes
            ),
        )

    def effects(self, env: Env, loops: frozenset[str], depth: int) -> tuple[p.Effect, ...]:
        """`loops` are the names in force that some `for` bound."""
        made: list[p.Effect] = []
        for _ in range(self.rng.randint(0 if depth == 2 else 1, 3 if depth == 2 else 2)):
            try:
                made.append(self.effect(env, loops, depth))
            except _Stuck:
                continue
        return tuple(made)

    def effect(self, env: Env, loops: frozenset[str], depth: int) -> p.Effect:
        kind = self.rng.random()
        if depth > 0 and kind < 0.35:
            variables = self.variables(self.rng.choice((1, 1, 2)))
            inner = self.env(env, variables)
            where = self.where(variables, inner) if self.chance(0.6) else None
            body = self.effects(inner, loops | {v.name for v in variables}, depth - 1)
            return p.ForEach(variables, where, body)
        if depth > 0 and kind < 0.55:
            condition = self.truth(env, 2, False, False)
            return p.When(
                condition, self.effects(env, loops, depth - 1), self.effects(env, loops, 0) if self.chance(0.5) else ()
            )
        if kind > 0.85:
            return self.move()
        cell = self.rng.choice(self.cells)
        index = tuple(self.place(v.type, env, loops) for v in cell.index)
        # A value may use the loop's names only where the place settles them.
        settled = {part.name for part in index if isinstance(part, p.Var)}
        settled |= {part.left.name for part in index if isinstance(part, p.Arith) and isinstance(part.left, p.Var)}
        usable = {name: type_ for name, type_ in env.items() if name not in loops or name in settled}
        value = self.expr(cell.type, usable, 2)
        if self.chance(0.15) and all(name in usable for part in index for name in _names(part)):
            kept = p.ReadCell(cell.name, index, cell.type)
            value = p.If(self.truth(usable, 1, False, False), kept, value, cell.type)
        return p.Assign(cell.name, index, value)

    def move(self) -> p.Effect:
        """A cell without index goes from one value to another, or stays."""
        cells = [cell for cell in self.cells if not cell.index and isinstance(cell.type, Range | Of)]
        cells = [cell for cell in cells if cell.type not in (Of("A"), Of("B"))]
        if not cells:
            raise _Stuck
        cell = self.rng.choice(cells)
        here = p.ReadCell(cell.name, (), cell.type)
        one, other = (self.expr(cell.type, {}, 0) for _ in range(2))
        return p.Assign(cell.name, (), p.If(p.Compare(Comparison.EQUAL, here, one), other, here, cell.type))

    def where(self, variables: tuple[Variable, ...], env: Env) -> p.Expr:
        """Any condition, or equations for the loop's names."""
        if self.chance(0.6):
            return self.truth(env, 2, False, False)
        whole: p.Expr | None = None
        for _ in range(self.rng.randint(1, 2)):
            variable = self.rng.choice(variables)
            other = self.expr(variable.type, {name: type_ for name, type_ in env.items() if name != variable.name}, 1)
            test = p.Compare(Comparison.EQUAL, p.Var(variable.name, variable.type), other)
            whole = test if whole is None else p.Logic(Connective.AND, whole, test)
        assert whole is not None
        return whole

    def place(self, type_: Type, env: Env, loops: frozenset[str]) -> p.Expr:
        """An index to assign to: often a loop's name itself, or a number next to it."""
        if isinstance(type_, Range) and self.chance(0.3):
            for name in sorted(loops):
                found = env[name]
                if isinstance(found, Range) and type_.low <= found.low + 1 and found.high + 1 <= type_.high:
                    one = p.Lit(1, Range(1, 1))
                    return p.Arith(Operator.PLUS, p.Var(name, found), one, Range(found.low + 1, found.high + 1))
        for name in sorted(loops):
            found = env[name]
            if found == type_ or (
                isinstance(found, Range)
                and isinstance(type_, Range)
                and type_.low <= found.low <= found.high <= type_.high
            ):
                if self.chance(0.7):
                    return p.Var(name, found)
        return self.expr(type_, env, self.rng.choice((0, 0, 1)))

    def properties(self) -> tuple[p.Property, ...]:
        free = self.variables(self.rng.choice((0, 1)))
        env = self.env({}, free)
        return (
            p.Invariant("always", (), "", self.truth({}, 3, False, False)),
            p.Final("last", (), "", self.truth({}, 2, False, False)),
            *(p.StepRule(f"step{at}", (), "", self.truth({}, 3, True, False)) for at in range(3)),
            p.LeadsTo("leads", (), "", free, self.truth(env, 2, False, False), self.truth(env, 2, False, False), ()),
            p.Can("can", (), "", free, self.truth(env, 2, False, False)),
        )

    def scope(self) -> Scope:
        rng = self.rng
        sizes = (("A", rng.choice((0, 1, 2, 2, 2, 3))), ("B", rng.choice((1, 2, 2))))
        settings: list[tuple[str, Value]] = []
        if self.chance(0.3):
            settings.append(("level", rng.randint(-1, 2)))
        without = frozenset({"R-1"}) if self.chance(0.3) else frozenset[str]()
        scope = Scope("random", sizes, rng.choice((0, 1, 1, 2)), tuple(settings), without)
        pins: list[tuple[tuple[str, tuple[int, ...]], Value]] = []
        if self.chance(0.5) and self.consts:
            const = rng.choice(self.consts)
            reference = Reference(_bare(self.params, self.consts), scope)
            values = reference.values(const.type)
            if values:
                pins = [((const.name, index), rng.choice(values)) for index in reference.tuples(const.index)]
        return Scope("random", sizes, scope.faults, tuple(settings), without, tuple(pins))


def _range(expr: p.Expr) -> Range:
    type_ = getattr(expr, "type", None)
    assert isinstance(type_, Range), expr
    return type_


def _names(expr: p.Expr) -> list[str]:
    """Names in an index expression, which is a name, a number next to one, or a read."""
    match expr:
        case p.Var(name):
            return [name]
        case p.Arith(_, left, right):
            return _names(left) + _names(right)
        case p.Lit():
            return []
        case _:
            return ["?"]  # never in force: too deep to say


def _bare(params: list[p.Param], consts: list[p.Const]) -> p.Protocol:
    sorts = (p.Sort("A", None, False), p.Sort("B", None, False), p.Sort("Colour", ("red", "green", "blue"), True))
    return p.Protocol(
        "bare", "", False, (), (), (), sorts, tuple(params), tuple(consts), (), (), (), (), (), (), (), (), ()
    )

"""Random small protocols, states and formulas, the same for the same seed.

What they must contain, and in what amounts, is measured by test_generate.py: a generator that never hides a name, or
whose formulas are all true, finds nothing.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

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
from tests.agreement.expressions import NAMES, Env, Expressions, Formula, Stuck


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
    made = tuple(maker.formula() for _ in range(formulas))
    if maker.chance(0.25):
        scope = replace(scope, where=maker.assumption())
    return Case(seed, protocol, scope, made)


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


class _Maker(Expressions):
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
                except Stuck:
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
            except Stuck:
                type_, body = Bool(), self.truth(self.env({}, params), 2, False, False)
            self.definitions.append(p.Definition(f"let{at}", params, type_, body))
        actions = tuple(self.action(*head) for head in self.heads)
        return p.Protocol(
            name="random",
            title="",
            each_host=False,
            joined=(),
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
        except Stuck:
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
            except Stuck:
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
            raise Stuck
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
        "bare", "", False, (), (), (), (), sorts, tuple(params), tuple(consts), (), (), (), (), (), (), (), (), ()
    )

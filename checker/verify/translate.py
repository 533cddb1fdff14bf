"""What the text says, in SMT-LIB: a second translation, from the typed tree, that shares nothing with the first.

It need not be good to read or to prove with: a solver is asked whether each definition of the certificate equals it.
So quantifiers stay, a `let` is written out, and what a step does to a cell is not worked out but stated: the cell has
a value that is assigned to it, and keeps its own where none is. (A text that may assign it two has no meaning, E0411.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import assert_never

from checker.language import protocol as p
from checker.language.protocol import Comparison, Connective, Operator, Quantifier, Type
from checker.model.reference import Reference, pending
from checker.model.run import Step
from checker.model.scope import Scope
from checker.model.symbols import member, number, sort_symbol, symbol
from checker.verify.outline import Family, Moment, Outline
from checker.verify.script import Section
from checker.verify.text import Term


@dataclass(frozen=True, slots=True)
class Claim:
    """That a definition means what the text says: `term` is true in every state. `line` is the definition's."""

    name: str
    line: int
    term: Term


@dataclass(frozen=True, slots=True)
class _Where:
    """What names stand for, and which functions give the state that is read."""

    names: Mapping[str, Term] = field(default_factory=dict)
    step: tuple[Moment, Sequence[Term]] | None = None  # a step property is about this one
    suffix: str = ""  # of the functions that `suffixed` families are read from
    suffixed: frozenset[str] = frozenset()


class Translation:
    def __init__(self, protocol: p.Protocol, outline: Outline, without: Sequence[str]) -> None:
        self._protocol = protocol
        self._outline = outline
        self._definitions = {item.name: item for item in protocol.definitions}
        self._members = {sort.name: sort.members for sort in protocol.sorts}
        sizes = tuple((sort.name, 1) for sort in protocol.sorts if sort.members is None)
        self.reference = Reference(protocol, Scope("", sizes, without=frozenset(without)))
        self._fresh = count(1)

    # ------------------------------------------------------------------------------------------------------- claims

    def formula(self, name: str, line: int, formula: p.Expr) -> Claim:
        """For a definition about one state."""
        return Claim(name, line, ("=", name, self.term(formula, _Where())))

    def range(self, name: str, line: int, family: Family) -> Claim:
        """For a definition that says that numbers lie in their range."""
        assert isinstance(family.type, p.Range)
        at, variables, inside = self._variables(family.index)
        read = _applied(symbol(family.name), at)
        return Claim(name, line, ("=", name, _closed(variables, inside, _within(read, family.type))))

    def initial(self, section: Section) -> Iterator[Claim]:
        first = frozenset(family.name for family in self._outline.initial.values())
        cells = {cell.name: cell for cell in self._protocol.cells}
        for name, made in section.becomes.items():
            family = self._outline.initial[name]
            at, variables, inside = self._variables(family.index)
            meant: Term = "false"
            declared = cells.get(family.name)
            if declared is not None and declared.initial is not None:
                names = {variable.name: place for variable, place in zip(declared.index, at, strict=True)}
                meant = self.term(declared.initial, _Where(names, None, ".first", first))
            equal: Term = ("=", _applied(f"{name}.first", at), meant)
            yield Claim(f"{name}.first", made.line, _closed(variables, inside, equal))

    def moment(self, section: Section, moment: Moment) -> Iterator[Claim]:
        """For the guards, the effects and the step properties of one moment; guards must be as many as in the text."""
        action = self._protocol.action(moment.action)
        bound = {variable.name: name for variable, name in zip(action.params, section.constants, strict=True)}
        guards = self.reference.guards(Step(moment.action, moment.moment, (0,) * len(moment.params)))
        for at, (guard, made) in enumerate(zip(guards, section.guards, strict=True), 1):
            said = self.term(guard.condition, _Where(bound))
            yield Claim(f"guard {at} of {section.name}", made.line, ("=", f"guard.{at}", said))
        for name, made in section.becomes.items():
            effect = self.effect(action, moment, section, moment.touched[name], bound)
            yield Claim(f"what becomes of {name} in {section.name}", made.line, effect)
        touched = frozenset(family.name for family in moment.touched.values())
        for name, obligation in section.obligations.items():
            if name in self._outline.steps:
                where = _Where({}, (moment, section.constants), ".next", touched)
                said = self.term(self._outline.steps[name].formula, where)
                yield Claim(f"{name} in {section.name}", obligation.line, ("=", obligation.goal, said))

    def effect(
        self, action: p.Action, moment: Moment, section: Section, family: Family, bound: Mapping[str, Term]
    ) -> Term:
        """That a family has after the step what is assigned to it, and else what it had."""
        at, variables, inside = self._variables(family.index)
        then, now = _applied(f"{symbol(family.name)}.next", at), _applied(symbol(family.name), at)
        outcome = next((item for item in action.outcomes if item.name == moment.moment), None)
        effects = outcome.effects if outcome is not None else action.begin or ()
        applies: list[Term] = []
        parts: list[Term] = []
        if family.name == pending(action.name):
            here = _all([("=", place, name) for place, name in zip(at, section.constants, strict=True)])
            applies.append(here)
            parts.append(("and", here, ("=", then, "true" if outcome is None else "false")))
        for loops, conditions, assign, where in self._assignments(effects, _Where(bound), (), ()):
            if assign.cell == family.name:
                index = [self.term(part, where) for part in assign.index]
                hit = _all([*conditions, *(("=", place, part) for place, part in zip(at, index, strict=True))])
                applies.append(("exists", loops, hit) if loops else hit)
                holds: Term = ("and", hit, ("=", then, self.term(assign.value, where)))
                parts.append(("exists", loops, holds) if loops else holds)
        parts.append(("and", ("not", _any(applies)), ("=", then, now)))
        return _closed(variables, inside, _any(parts))

    def _assignments(
        self, effects: Sequence[p.Effect], where: _Where, loops: tuple[Term, ...], conditions: tuple[Term, ...]
    ) -> Iterator[tuple[tuple[Term, ...], tuple[Term, ...], p.Assign, _Where]]:
        for effect in effects:
            match effect:
                case p.Assign():
                    yield loops, conditions, effect, where
                case p.When(condition, then, otherwise):
                    said = self.term(condition, where)
                    yield from self._assignments(then, where, loops, (*conditions, said))
                    yield from self._assignments(otherwise, where, loops, (*conditions, ("not", said)))
                case p.ForEach(variables, condition, body):
                    inner, more, inside = self._below(variables, where)
                    only = () if condition is None else (self.term(condition, inner),)
                    yield from self._assignments(body, inner, (*loops, *more), (*conditions, *inside, *only))
                case _:
                    assert_never(effect)

    # -------------------------------------------------------------------------------------------------- expressions

    def term(self, expr: p.Expr, where: _Where) -> Term:
        def all_of(args: Sequence[p.Expr]) -> list[Term]:
            return [self.term(arg, where) for arg in args]

        match expr:
            case p.Lit(value, type_):
                return self._literal(value, type_)
            case p.Var(name):
                return where.names[name]
            case p.ReadParam(name):
                return symbol(name)
            case p.ReadConst(name, args):
                return _applied(symbol(name), all_of(args))
            case p.ReadCell(name, args):
                return _applied(_cell(name, where), all_of(args))
            case p.Pending(action, args):
                return _applied(_cell(pending(action), where), all_of(args))
            case p.Apply(name, args):
                definition = self._definitions[name]
                names = {v.name: arg for v, arg in zip(definition.params, all_of(args), strict=True)}
                return self.term(definition.body, replace(where, names=names))
            case p.Old(body):
                return self.term(body, replace(where, suffix="", suffixed=frozenset()))
            case p.Did(action, moment, args):
                assert where.step is not None, "`did` where there is no step"
                this, given = where.step
                if action != this.action or moment not in (None, this.moment):
                    return "false"
                return _all([("=", arg, name) for arg, name in zip(all_of(args), given, strict=True)])
            case p.Not(body):
                return ("not", self.term(body, where))
            case p.Logic(op, left, right):
                return (_LOGIC[op], self.term(left, where), self.term(right, where))
            case p.Compare(op, left, right):
                return _compared(op, self.term(left, where), self.term(right, where))
            case p.Arith(op, left, right):
                return (_ARITH[op], self.term(left, where), self.term(right, where))
            case p.In(item, options):
                wanted = self.term(item, where)
                return _any([("=", wanted, option) for option in all_of(options)])
            case p.If(condition, then, otherwise):
                return ("ite", *all_of((condition, then, otherwise)))
            case p.Quantified(op, variables, body):
                inner, bound, inside = self._below(variables, where)
                said = self.term(body, inner)
                if op is Quantifier.EXISTS:
                    return ("exists", bound, _all([*inside, said]))
                return ("forall", bound, ("=>", _all(inside), said) if inside else said)
            case _:
                assert_never(expr)

    def _literal(self, value: p.Value, type_: Type) -> Term:
        match type_:
            case p.Bool():
                return "true" if value else "false"
            case p.Range():
                return number(int(value))
            case p.Of(sort):
                return member(sort, (self._members[sort] or ())[int(value)])
            case _:
                assert_never(type_)

    def _below(
        self, variables: Sequence[p.Variable], where: _Where
    ) -> tuple[_Where, tuple[Term, ...], tuple[Term, ...]]:
        """Under a binder: the names there, its variables, and that numbers lie in their ranges."""
        names, bound, inside = self._variables([variable.type for variable in variables])
        inner = {**where.names, **{v.name: name for v, name in zip(variables, names, strict=True)}}
        return replace(where, names=inner), bound, inside

    def _variables(self, types: Sequence[Type]) -> tuple[tuple[str, ...], tuple[Term, ...], tuple[Term, ...]]:
        names = tuple(f"${next(self._fresh)}" for _ in types)
        bounds = [_within(name, type_) for name, type_ in zip(names, types, strict=True) if isinstance(type_, p.Range)]
        return names, tuple((name, sort_symbol(type_)) for name, type_ in zip(names, types, strict=True)), tuple(bounds)


def _cell(name: str, where: _Where) -> str:
    return symbol(name) + (where.suffix if name in where.suffixed else "")


def _applied(name: str, args: Sequence[Term]) -> Term:
    return (name, *args) if args else name


def _within(value: Term, type_: p.Range) -> Term:
    return ("and", ("<=", number(type_.low), value), ("<=", value, number(type_.high)))


def _all(parts: Sequence[Term]) -> Term:
    return ("and", *parts) if len(parts) > 1 else parts[0] if parts else "true"


def _any(parts: Sequence[Term]) -> Term:
    return ("or", *parts) if len(parts) > 1 else parts[0] if parts else "false"


def _closed(variables: tuple[Term, ...], inside: Sequence[Term], body: Term) -> Term:
    said: Term = ("=>", _all(inside), body) if inside else body
    return ("forall", variables, said) if variables else said


def _compared(op: Comparison, left: Term, right: Term) -> Term:
    match op:
        case Comparison.DIFFERENT:
            return ("not", ("=", left, right))
        case Comparison.MORE:
            return ("<", right, left)
        case Comparison.AT_LEAST:
            return ("<=", right, left)
        case Comparison.EQUAL | Comparison.LESS | Comparison.AT_MOST:
            return (_ORDER[op], left, right)
        case _:
            assert_never(op)


_LOGIC: Mapping[Connective, str] = {Connective.AND: "and", Connective.OR: "or", Connective.IMPLIES: "=>"}
_ORDER: Mapping[Comparison, str] = {Comparison.EQUAL: "=", Comparison.LESS: "<", Comparison.AT_MOST: "<="}
_ARITH: Mapping[Operator, str] = {Operator.PLUS: "+", Operator.MINUS: "-"}

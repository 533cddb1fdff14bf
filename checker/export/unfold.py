"""A protocol with a scope filled in: locations, choices at the start, steps, properties, all as terms without binders.

Written after the definition (`model/reference.py`), from the typed tree alone: nothing here reads the core.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from math import prod
from typing import assert_never

from checker.export.terms import (
    FALSE,
    TRUE,
    Known,
    Read,
    Term,
    all_,
    choose,
    equal,
    not_,
    order,
    some,
    sum_,
    truth,
)
from checker.language import protocol as p
from checker.language.protocol import BEGIN, Comparison, Connective, Kind, Quantifier, Value
from checker.model.scope import Scope

Location = tuple[str, tuple[Value, ...]]
Bound = Mapping[str, Term]


@dataclass(frozen=True, slots=True)
class Family:
    """All locations of one name."""

    name: str
    index: tuple[p.Type, ...]
    type: p.Type
    frozen: bool  # a const: no step changes it


@dataclass(frozen=True, slots=True)
class Step:
    """One moment of an action with its arguments; its `writes` happen at once.

    `owed` is false of faults and of what is optional. `guard` leaves the fault budget out.
    """

    action: str
    moment: str
    args: tuple[Known, ...]
    guard: Term
    writes: tuple[tuple[Location, Term], ...]
    fault: bool
    owed: bool


@dataclass(frozen=True, slots=True)
class _About:
    """What an expression is about: with `step`, reads see the state that step leads to, unless under `old`."""

    step: Step | None = None
    changed: Mapping[Location, Term] = field(default_factory=dict)
    after: bool = False

    @property
    def before(self) -> _About:
        return _About(self.step, self.changed, False)


STATE = _About()


MOST_STEPS = 20_000  # a text of more would be hundreds of megabytes


class TooMany(ValueError):
    """A scope with more steps than can be written out one by one."""


class NoState(ValueError):
    """A scope in which something can have no value, so that there is no state at all."""


class Unfolded:
    """One protocol in one scope. Terms are made when they are asked for. Raises TooMany, NoState."""

    def __init__(self, protocol: p.Protocol, scope: Scope) -> None:
        self.protocol = protocol
        self.scope = scope
        self.sizes = scope.all_sizes(protocol)
        self.settings = {param.name: param.default for param in protocol.params} | dict(scope.settings)
        self.definitions = {definition.name: definition for definition in protocol.definitions}
        consts = [Family(const.name, const.index, const.type, True) for const in protocol.consts]
        cells = [Family(c.name, tuple(v.type for v in c.index), c.type, False) for c in protocol.cells]
        marks = [
            Family(pending(action.name), tuple(v.type for v in action.params), p.Bool(), False)
            for action in protocol.actions
            if action.begin is not None
        ]
        self.families = {family.name: family for family in (*consts, *cells, *marks)}
        for family in self.families.values():
            if not self.values(family.type) and any(self.locations(family)):
                raise NoState(f"scope {scope.name} has no value for {family.name}, so it has no state")
        steps = sum(
            (len(action.outcomes) + (action.begin is not None))
            * prod(len(self.values(variable.type)) for variable in action.params)
            for action in protocol.actions
        )
        if steps > MOST_STEPS:
            raise TooMany(f"scope {scope.name} has {steps:,} steps to write out one by one; at most {MOST_STEPS:,}")

    # ------------------------------------------------------------------------------------------------------- values

    def values(self, type_: p.Type) -> tuple[Known, ...]:
        """Every value of a type."""
        match type_:
            case p.Bool():
                return (FALSE, TRUE)
            case p.Range(low, high):
                return tuple(Known(number, type_) for number in range(low, high + 1))
            case p.Of(sort):
                return tuple(Known(number, type_) for number in range(self.sizes[sort]))
            case _:
                assert_never(type_)

    def tuples(self, types: tuple[p.Type, ...]) -> Iterator[tuple[Known, ...]]:
        return product(*(self.values(type_) for type_ in types))

    def bindings(self, variables: tuple[p.Variable, ...], bound: Bound) -> Iterator[Bound]:
        """`bound` with the variables added, in every way."""
        for values in self.tuples(tuple(v.type for v in variables)):
            yield {**bound, **{v.name: value for v, value in zip(variables, values, strict=True)}}

    def locations(self, family: Family) -> Iterator[Location]:
        """The locations of a family, the last index varying fastest."""
        return ((family.name, numbers(index)) for index in self.tuples(family.index))

    def kept(self, family: Family) -> bool:
        """Whether a state holds the family's values: a type with one value needs no room."""
        return len(self.values(family.type)) != 1

    def read(self, name: str, index: tuple[Term, ...]) -> Term:
        """What a location holds."""
        family = self.families[name]
        return Read(name, index) if self.kept(family) else self.values(family.type)[0]

    def cases(self, read: Read) -> Iterator[tuple[Term, Location]]:
        """The locations a read may be of, each with the condition that it is that one; one of them holds."""
        ways = []
        for part, type_ in zip(read.index, self.families[read.name].index, strict=True):
            options = [part] if isinstance(part, Known) else self.values(type_)
            ways.append([(equal(part, option), option) for option in options])
        for way in product(*ways):
            yield all_(condition for condition, _ in way), (read.name, numbers(tuple(option for _, option in way)))

    # -------------------------------------------------------------------------------------------------- expressions

    def term(self, expr: p.Expr, bound: Bound, about: _About = STATE) -> Term:
        """The expression, its free names as `bound` says."""

        def inner(part: p.Expr) -> Term:
            return self.term(part, bound, about)

        match expr:
            case p.Lit(value, type_):
                return Known(value, type_)
            case p.Var(name):
                return bound[name]
            case p.ReadParam(name, type_):
                return Known(self.settings[name], type_)
            case p.ReadConst(name, args) | p.ReadCell(name, args):
                return self._read(name, tuple(map(inner, args)), about)
            case p.Pending(action, args):
                return self._read(pending(action), tuple(map(inner, args)), about)
            case p.Apply(name, args):
                definition = self.definitions[name]
                given = {v.name: inner(arg) for v, arg in zip(definition.params, args, strict=True)}
                return self.term(definition.body, given, about)
            case p.Old(body):
                return self.term(body, bound, about.before)
            case p.Did(action, moment, args):
                step = about.step
                if step is None or step.action != action or moment not in (None, step.moment):
                    return FALSE
                return all_(equal(inner(arg), given) for arg, given in zip(args, step.args, strict=True))
            case p.Not(body):
                return not_(inner(body))
            case p.Logic(op, left, right):
                return _joined(op, inner(left), inner(right))
            case p.Compare(op, left, right):
                return _compared(op, inner(left), inner(right))
            case p.Arith(op, left, right, type_):
                return sum_(op, inner(left), inner(right), type_)
            case p.In(item, options):
                return some(equal(inner(item), inner(option)) for option in options)
            case p.If(condition, then, otherwise):
                return choose(inner(condition), inner(then), inner(otherwise))
            case p.Quantified(quantifier, variables, body):
                parts = [self.term(body, each, about) for each in self.bindings(variables, bound)]
                return all_(parts) if quantifier is Quantifier.FORALL else some(parts)
            case _:
                assert_never(expr)

    def _read(self, name: str, index: tuple[Term, ...], about: _About) -> Term:
        now = self.read(name, index)
        if not about.after or not isinstance(now, Read):
            return now
        value: Term = now
        for condition, place in self.cases(now):
            if place in about.changed:
                value = choose(condition, about.changed[place], value)
        return value

    # ------------------------------------------------------------------------------------------------------ the start

    @cached_property
    def assumption(self) -> Term:
        """What must be true of the consts: the assumptions, and the scope's `where`."""
        formulas = [assumption.formula for assumption in self.protocol.assumptions]
        if self.scope.where is not None:
            formulas.append(self.scope.where)
        return all_(self.term(formula, {}) for formula in formulas)

    def starts(self) -> Iterator[tuple[Location, Term | None]]:
        """Every location that is kept with its first value, each after those that it reads; None: any value."""
        return ((place, first) for place, first in self._starts() if self.kept(self.families[place[0]]))

    def _starts(self) -> Iterator[tuple[Location, Term | None]]:
        pins = dict(self.scope.pins)
        for const in self.protocol.consts:
            for place in self.locations(self.families[const.name]):
                pinned = pins.get((place[0], tuple(int(part) for part in place[1])))
                yield place, None if pinned is None else Known(pinned, const.type)
        for cell in self.protocol.cells:
            for bound in self.bindings(cell.index, {}):
                place = cell.name, numbers(tuple(bound[v.name] for v in cell.index))
                yield place, None if cell.initial is None else self.term(cell.initial, bound)
        for family in self.families.values():
            if family.name.startswith(pending("")):
                yield from ((place, FALSE) for place in self.locations(family))

    # -------------------------------------------------------------------------------------------------------- steps

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every step, those that can never be taken in this scope too (their guard is FALSE, or they are faults)."""
        return tuple(
            self._step(action, outcome, args)
            for action in self.protocol.actions
            for outcome in ([] if action.begin is None else [None]) + list(action.outcomes)
            for args in self.tuples(tuple(v.type for v in action.params))
        )

    def _step(self, action: p.Action, outcome: p.Outcome | None, args: tuple[Known, ...]) -> Step:
        bound = {v.name: arg for v, arg in zip(action.params, args, strict=True)}
        begins, mark = action.begin is not None, Read(pending(action.name), args)
        first = outcome is None or not begins
        guards = (action.guards if first else ()) + (outcome.guards if outcome is not None else ())
        kept = [g.condition for g in guards if not g.rules or not set(g.rules) <= self.scope.without]
        terms = [self.term(condition, bound) for condition in kept]
        if begins and outcome is not None:
            terms.append(mark)
        writes: dict[Location, Term] = {}
        if begins:
            writes[mark.name, numbers(args)] = truth(outcome is None)
        effects = outcome.effects if outcome is not None else action.begin or ()
        for condition, target, value in self._assignments(effects, bound, TRUE):
            for here, place in self.cases(target):
                now = self.read(place[0], known(self.families[place[0]].index, place[1]))
                writes[place] = choose(all_((condition, here)), value, writes.get(place, now))
        changed = tuple((place, new) for place, new in writes.items() if self._changes(place, new))
        fault = action.kind is Kind.FAULT
        owed = not fault and not (action.optional and first)
        return Step(
            action.name, outcome.name if outcome is not None else BEGIN, args, all_(terms), changed, fault, owed
        )

    def _changes(self, place: Location, new: Term) -> bool:
        """False where the step is sure to leave the location as it is."""
        family = self.families[place[0]]
        return self.kept(family) and new != Read(family.name, known(family.index, place[1]))

    def _assignments(
        self, effects: tuple[p.Effect, ...], bound: Bound, condition: Term
    ) -> Iterator[tuple[Term, Read, Term]]:
        """Conditions with locations and values; where two hold for one location, both give the same value."""
        if condition == FALSE:
            return
        for effect in effects:
            match effect:
                case p.Assign(cell, index, value):
                    target = Read(cell, tuple(self.term(part, bound) for part in index))
                    yield condition, target, self.term(value, bound)
                case p.When(test, then, otherwise):
                    holds = self.term(test, bound)
                    yield from self._assignments(then, bound, all_((condition, holds)))
                    yield from self._assignments(otherwise, bound, all_((condition, not_(holds))))
                case p.ForEach(variables, where, body):
                    for each in self.bindings(variables, bound):
                        holds = TRUE if where is None else self.term(where, each)
                        yield from self._assignments(body, each, all_((condition, holds)))
                case _:
                    assert_never(effect)

    @cached_property
    def possible(self) -> tuple[Step, ...]:
        """The steps that may be taken in some state."""
        return tuple(s for s in self.steps if s.guard != FALSE and not (s.fault and self.scope.faults == 0))

    def instances(self, action: str) -> Iterator[tuple[Step, ...]]:
        """For each tuple of arguments of an action, its possible moments."""
        params = self.protocol.action(action).params
        for args in self.tuples(tuple(v.type for v in params)):
            yield tuple(step for step in self.possible if step.action == action and step.args == args)

    # --------------------------------------------------------------------------------------------------- properties

    def holds_here(self, prop: p.Invariant | p.StepRule | p.Final) -> Term:
        """A formula about one state that is true of every reachable state just if the property holds.

        A step property: whatever step is possible in the state, the formula is true of it, its `old` reads being reads
        and the others what the step makes of them.
        """
        match prop:
            case p.Invariant(formula=formula):
                return self.term(formula, {})
            case p.Final(formula=formula):
                return some((*(step.guard for step in self.possible if step.owed), self.term(formula, {})))
            case p.StepRule(formula=formula):
                taken: dict[Term, list[Term]] = {}  # many steps leave what the formula reads alone: it is said once
                for step in self.possible:
                    said = self.term(formula, {}, _About(step, dict(step.writes), True))
                    taken.setdefault(said, []).append(self.taken(step))
                return all_(some((not_(some(guards)), said)) for said, guards in taken.items())
            case _:
                assert_never(prop)

    def taken(self, step: Step) -> Term:
        """Whether the step is possible, the budget of faults included."""
        if not step.fault:
            return step.guard
        budget = Known(self.scope.faults, p.Range(0, self.scope.faults))
        return all_((step.guard, order(Comparison.LESS, Read(FAULTS, ()), budget)))


FAULTS = " faults"  # the location that counts fault steps; no name of a text has a space


def pending(action: str) -> str:
    """The name of an action's marks."""
    return f"pending {action}"


def numbers(index: tuple[Term, ...]) -> tuple[Value, ...]:
    """The values of an index that is known. Raises TypeError."""
    found = []
    for part in index:
        if not isinstance(part, Known):
            raise TypeError(f"{part} is not known")
        found.append(part.value)
    return tuple(found)


def known(types: tuple[p.Type, ...], index: tuple[Value, ...]) -> tuple[Known, ...]:
    """An index as terms."""
    return tuple(Known(value, type_) for value, type_ in zip(index, types, strict=True))


def _joined(op: Connective, left: Term, right: Term) -> Term:
    match op:
        case Connective.AND:
            return all_((left, right))
        case Connective.OR:
            return some((left, right))
        case Connective.IMPLIES:
            return some((not_(left), right))
        case _:
            assert_never(op)


def _compared(op: Comparison, left: Term, right: Term) -> Term:
    match op:
        case Comparison.EQUAL:
            return equal(left, right)
        case Comparison.DIFFERENT:
            return not_(equal(left, right))
        case _:
            return order(op, left, right)

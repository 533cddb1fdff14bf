"""THE DEFINITION of what a protocol means, straight on the typed tree: slow, short, and nothing shared with an engine.

A state gives every location a value. A location is a name and a tuple of numbers: a cell, a const, a param, or the
pending mark of an action, which is named `pending ACTION` and indexed by the action's arguments.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import assert_never

from checker.language import protocol as p
from checker.language.protocol import BEGIN, Comparison, Connective, Operator, Quantifier, Value
from checker.model.run import Step
from checker.model.scope import Scope

Location = tuple[str, tuple[int, ...]]
State = Mapping[Location, Value]


class Conflict(Exception):
    """A step that gives one location two different values."""


class NoSuchStep(Exception):
    """A step of an action, a moment or arguments that the protocol does not have in this scope."""


class OutOfRange(Exception):
    """A step that gives a location a value not of its type, or assigns to a location that does not exist."""


class Reference:
    """The meaning of one protocol in one scope."""

    def __init__(self, protocol: p.Protocol, scope: Scope) -> None:
        self.protocol = protocol
        self.scope = scope
        self.sizes = scope.all_sizes(protocol)
        self.definitions = {definition.name: definition for definition in protocol.definitions}
        self.actions = {action.name: action for action in protocol.actions}
        self.types = {const.name: (const.index, const.type) for const in protocol.consts}
        self.types |= {param.name: ((), param.type) for param in protocol.params}
        self.types |= {cell.name: (tuple(v.type for v in cell.index), cell.type) for cell in protocol.cells}
        begun = [action for action in protocol.actions if action.begin is not None]
        self.types |= {pending(action.name): (tuple(v.type for v in action.params), p.Bool()) for action in begun}

    # ------------------------------------------------------------------------------------------------------- values

    def values(self, type_: p.Type) -> tuple[Value, ...]:
        """Every value of a type."""
        match type_:
            case p.Bool():
                return (False, True)
            case p.Range(low, high):
                return tuple(range(low, high + 1))
            case p.Of(sort):
                return tuple(range(self.sizes[sort]))
            case _:
                assert_never(type_)

    def tuples(self, types: tuple[p.Type, ...]) -> Iterator[tuple[Value, ...]]:
        """Every tuple of values of these types."""
        return product(*(self.values(type_) for type_ in types))

    def locations(self) -> Iterator[Location]:
        """Every location of a state."""
        return ((name, index) for name, (types, _) in self.types.items() for index in self.tuples(types))

    # -------------------------------------------------------------------------------------------------- expressions

    def evaluate(
        self,
        expr: p.Expr,
        state: State,
        bound: Mapping[str, Value],
        before: State | None = None,
        step: Step | None = None,
    ) -> Value:
        """The value of an expression in a state; `before` and `step` are for step properties, where `state` is after.

        Raises ValueError for `old` and `did` where there is no step.
        """

        def value(inner: p.Expr) -> Value:
            return self.evaluate(inner, state, bound, before, step)

        def all_of(args: tuple[p.Expr, ...]) -> tuple[Value, ...]:
            return tuple(value(arg) for arg in args)

        match expr:
            case p.Lit():
                return expr.value
            case p.Var(name):
                return bound[name]
            case p.ReadParam(name):
                return state[name, ()]
            case p.ReadConst(name, args) | p.ReadCell(name, args):
                return state[name, all_of(args)]
            case p.Pending(action, args):
                return state[pending(action), all_of(args)]
            case p.Apply(name, args):
                definition = self.definitions[name]
                given = {v.name: arg for v, arg in zip(definition.params, all_of(args), strict=True)}
                return self.evaluate(definition.body, state, given, before, step)
            case p.Old(body):
                if before is None:
                    raise ValueError("`old` where there is no step")
                return self.evaluate(body, before, bound, before, step)
            case p.Did(action, moment, args):
                if step is None:
                    raise ValueError("`did` where there is no step")
                return step.action == action and moment in (None, step.moment) and step.args == all_of(args)
            case p.Not(body):
                return not value(body)
            case p.Logic(op, left, right):
                return _LOGIC[op](value(left), value(right))
            case p.Compare(op, left, right):
                return _COMPARE[op](value(left), value(right))
            case p.Arith(op, left, right):
                return _ARITH[op](value(left), value(right))
            case p.In(item, options):
                return value(item) in all_of(options)
            case p.If(condition, then, otherwise):
                return value(then) if value(condition) else value(otherwise)
            case p.Quantified(quantifier, variables, body):
                answers = [self.evaluate(body, state, inner, before, step) for inner in self.bindings(variables, bound)]
                return all(answers) if quantifier is Quantifier.FORALL else any(answers)
            case _:
                assert_never(expr)

    def bindings(self, variables: tuple[p.Variable, ...], bound: Mapping[str, Value]) -> Iterator[Mapping[str, Value]]:
        """`bound` with the variables added, in every way. A later name hides an earlier one."""
        for values in self.tuples(tuple(v.type for v in variables)):
            yield {**bound, **{v.name: value for v, value in zip(variables, values, strict=True)}}

    # ----------------------------------------------------------------------------------------------- initial states

    def initial_states(self) -> Iterator[State]:
        """Every initial state: consts and cells without an initial value take every value, assumptions hold."""
        pins = {(name, index): value for (name, index), value in self.scope.pins}
        given: State = {(param.name, ()): param.default for param in self.protocol.params}
        given = {**given, **{(name, ()): value for name, value in self.scope.settings}}
        places = [(const.name, index) for const in self.protocol.consts for index in self.tuples(const.index)]
        choices = [(pins[place],) if place in pins else self.values(self.types[place[0]][1]) for place in places]
        for values in product(*choices):
            world: State = {**given, **dict(zip(places, values, strict=True))}
            if self._allowed(world):
                yield from self._with_cells(world, self.protocol.cells)

    def _allowed(self, world: State) -> bool:
        """Whether consts and params are as the assumptions and the scope's `where` want them."""
        formulas = [assumption.formula for assumption in self.protocol.assumptions]
        if self.scope.where is not None:
            formulas.append(self.scope.where)
        return all(self.evaluate(formula, world, {}) for formula in formulas)

    def _with_cells(self, state: State, cells: tuple[p.Cell, ...]) -> Iterator[State]:
        if not cells:
            marks = {place: False for place in self.locations() if place not in state}
            yield {**state, **marks}
            return
        cell = cells[0]
        places = list(self.bindings(cell.index, {}))
        choices = [
            self.values(cell.type) if cell.initial is None else (self.evaluate(cell.initial, state, place),)
            for place in places
        ]
        for values in product(*choices):
            added = {(cell.name, tuple(place.values())): value for place, value in zip(places, values, strict=True)}
            yield from self._with_cells({**state, **added}, cells[1:])

    def is_initial(self, state: State) -> bool:
        """Whether `initial_states` has this state, without going through them."""
        if set(state) != set(self.locations()):
            return False
        if any(value not in self.values(self.types[name][1]) for (name, _), value in state.items()):
            return False
        settings = dict(self.scope.settings)
        return (
            all(state[q.name, ()] == settings.get(q.name, q.default) for q in self.protocol.params)
            and all(state[place] == value for place, value in self.scope.pins)
            and self._allowed(state)
            and all(
                state[cell.name, tuple(place.values())] == self.evaluate(cell.initial, state, place)
                for cell in self.protocol.cells
                if cell.initial is not None
                for place in self.bindings(cell.index, {})
            )
            and not any(value for (name, _), value in state.items() if name.startswith(pending("")))
        )

    # -------------------------------------------------------------------------------------------------------- steps

    def guards(self, step: Step) -> tuple[p.Guard, ...]:
        """The guards of a step that this scope does not leave out. Raises NoSuchStep."""
        action, outcome = self._moment(step)
        if outcome is None:
            guards = action.guards
        else:
            guards = action.guards + outcome.guards
            if action.begin is not None:
                begun = p.Pending(action.name, tuple(p.Var(v.name, v.type) for v in action.params))
                guards = (p.Guard(begun, (), action.span), *outcome.guards)
        return tuple(g for g in guards if not g.rules or not set(g.rules) <= self.scope.without)

    def failing(self, step: Step, state: State) -> tuple[p.Guard, ...]:
        """The guards that are false in the state. An outcome's pending mark is a guard too."""
        bound = self.arguments(step)
        return tuple(guard for guard in self.guards(step) if not self.evaluate(guard.condition, state, bound))

    def enabled(self, step: Step, state: State) -> bool:
        """Whether the step can be taken, the fault budget aside."""
        return not self.failing(step, state)

    def steps(self, state: State) -> Iterator[Step]:
        """Every step that can be taken, the fault budget aside."""
        for action in self.protocol.actions:
            moments = [outcome.name for outcome in action.outcomes]
            for moment in moments if action.begin is None else [BEGIN, *moments]:
                for args in self.tuples(tuple(v.type for v in action.params)):
                    step = Step(action.name, moment, tuple(int(arg) for arg in args))
                    if self.enabled(step, state):
                        yield step

    def after(self, step: Step, state: State) -> State:
        """The state after the step, whether or not its guards hold. Raises Conflict, OutOfRange, NoSuchStep."""
        return {**state, **self.changes(step, state)}

    def changes(self, step: Step, state: State) -> State:
        """The locations that the step assigns to, with their values after it. All assignments happen at once.

        Raises Conflict, OutOfRange, NoSuchStep.
        """
        action, outcome = self._moment(step)
        bound = self.arguments(step)
        changes: dict[Location, Value] = {}
        effects = outcome.effects if outcome is not None else action.begin or ()
        if action.begin is not None:
            changes[pending(action.name), step.args] = outcome is None
        for place, value in self._assignments(effects, state, bound):
            if place not in state or value not in self.values(self.types[place[0]][1]):
                raise OutOfRange(f"{place} := {value} by {step}")
            if changes.setdefault(place, value) != value:
                raise Conflict(f"{place} := {changes[place]} and {value} by {step}")
        return changes

    def _assignments(
        self, effects: tuple[p.Effect, ...], state: State, bound: Mapping[str, Value]
    ) -> Iterator[tuple[Location, Value]]:
        for effect in effects:
            match effect:
                case p.Assign(cell, index, value):
                    place = cell, tuple(self.evaluate(part, state, bound) for part in index)
                    yield place, self.evaluate(value, state, bound)
                case p.When(condition, then, otherwise):
                    chosen = then if self.evaluate(condition, state, bound) else otherwise
                    yield from self._assignments(chosen, state, bound)
                case p.ForEach(variables, where, body):
                    for inner in self.bindings(variables, bound):
                        if where is None or self.evaluate(where, state, inner):
                            yield from self._assignments(body, state, inner)
                case _:
                    assert_never(effect)

    def arguments(self, step: Step) -> Mapping[str, Value]:
        """The action's parameters with the step's values. Raises NoSuchStep."""
        params = self._moment(step)[0].params
        for args in self.tuples(tuple(v.type for v in params)):
            if args == step.args:
                return {v.name: arg for v, arg in zip(params, args, strict=True)}
        raise NoSuchStep(f"{step.action} has no arguments {step.args}")

    def _moment(self, step: Step) -> tuple[p.Action, p.Outcome | None]:
        """The action, and the outcome or None for its begin."""
        action = self.actions.get(step.action)
        if action is None:
            raise NoSuchStep(f"there is no action {step.action}")
        if step.moment == BEGIN and action.begin is not None:
            return action, None
        for outcome in action.outcomes:
            if outcome.name == step.moment:
                return action, outcome
        raise NoSuchStep(f"{step.action} has no moment {step.moment}")

    # --------------------------------------------------------------------------------------------------- properties

    def holds(self, prop: p.Invariant | p.Final, state: State) -> bool:
        """Whether the property's formula is true in the state."""
        return bool(self.evaluate(prop.formula, state, {}))

    def step_holds(self, prop: p.StepRule, before: State, step: Step, after: State) -> bool:
        """Whether the property is true of the step between the two states."""
        return bool(self.evaluate(prop.formula, after, {}, before, step))


_LOGIC: Mapping[Connective, Callable[[Value, Value], Value]] = {
    Connective.AND: lambda left, right: left and right,
    Connective.OR: lambda left, right: left or right,
    Connective.IMPLIES: lambda left, right: not left or right,
}
_COMPARE: Mapping[Comparison, Callable[[Value, Value], Value]] = {
    Comparison.EQUAL: operator.eq,
    Comparison.DIFFERENT: operator.ne,
    Comparison.LESS: operator.lt,
    Comparison.AT_MOST: operator.le,
    Comparison.MORE: operator.gt,
    Comparison.AT_LEAST: operator.ge,
}
_ARITH: Mapping[Operator, Callable[[Value, Value], Value]] = {
    Operator.PLUS: operator.add,
    Operator.MINUS: operator.sub,
}


def pending(action: str) -> str:
    """The name of an action's pending marks."""
    return f"pending {action}"

"""A z3 model as a state and a step of the protocol, confirmed by the reference before anybody sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import z3

from checker.language.core import CellKind
from checker.language.protocol import Bool, Invariant, Of, Protocol, StepRule, Type, Value
from checker.model.reference import Conflict, OutOfRange, Reference, State
from checker.model.run import Step
from checker.model.scope import Scope
from checker.prove.answers import Counterexample, Location
from checker.prove.encode import Chosen, Encoding, Happening
from checker.prove.queries import Undecided
from checker.prove.terms import Term, places


class Unconfirmed(Exception):
    """A counterexample that the reference does not agree with: a fault of ours, never an answer."""


def value_of(model: Any, term: Term) -> Value:
    """What a model says a term is, for terms that are Booleans, numbers, or individuals of a sort with a size."""
    found = model.eval(term, model_completion=True)
    if z3.is_true(found) or z3.is_false(found):
        return bool(z3.is_true(found))
    if z3.is_int_value(found):
        return int(found.as_long())
    sort = found.sort()
    return next(number for number in range(sort.num_constructors()) if found.decl().eq(sort.constructor(number)))


def in_order_of_appearance(
    model: Any, individuals: Mapping[str, Sequence[Term]], named: Sequence[Chosen]
) -> dict[str, list[Term]]:
    """The same individuals, numbered as the step's arguments and then the witness bring them in."""
    ordered: dict[str, list[Term]] = {}
    for sort, items in individuals.items():
        known = [(model.eval(item, model_completion=True), item) for item in items]
        wanted = [model.eval(item.term, model_completion=True) for item in named if item.type == Of(sort)]
        first = [item for value in wanted for found, item in known if found.eq(value)]
        ordered[sort] = list({item.get_id(): item for item in [*first, *items]}.values())
    return ordered


class Decoder:
    """Reads one model, in which `individuals` are all there is of each open sort."""

    def __init__(self, encoding: Encoding, model: Any, individuals: Mapping[str, Sequence[Term]]) -> None:
        self._encoding = encoding
        self._model = model
        self._individuals = individuals
        self._numbers: dict[str, list[Term]] = {
            sort: [model.eval(item, model_completion=True) for item in items] for sort, items in individuals.items()
        }

    def value(self, term: Term, type_: Type) -> Value:
        """A term's value as a number (or a Boolean). Raises Unconfirmed for an individual that should not be."""
        if isinstance(term, int):
            return term
        if isinstance(type_, Of) and type_.sort in self._numbers:
            found = self._model.eval(term, model_completion=True)
            for number, item in enumerate(self._numbers[type_.sort]):
                if found.eq(item):
                    return number
            raise Unconfirmed(f"{term} is none of the {len(self._numbers[type_.sort])} individuals of {type_.sort}")
        return value_of(self._model, term)

    def state(self) -> dict[Location, Value]:
        """Every location's value in the state before the step."""
        vocabulary = self._encoding.vocabulary
        return {
            (cell.name, numbers): self.value(vocabulary.read(cell.name, terms, False), cell.type)
            for cell in self._encoding.core.cells
            for numbers, terms in places(vocabulary, cell.index, self._individuals)
        }

    def sizes(self, protocol: Protocol) -> tuple[tuple[str, int], ...]:
        """How many individuals there are of each open sort."""
        known = self._encoding.vocabulary
        return tuple(
            (sort.name, len(self._individuals.get(sort.name) or known.values(Of(sort.name)) or ()))
            for sort in protocol.sorts
            if sort.members is None
        )

    def chosen(self, items: Iterable[Chosen]) -> tuple[Value, ...]:
        return tuple(self.value(item.term, item.type) for item in items)


def decode(
    protocol: Protocol,
    goal: str,
    decoder: Decoder,
    encoding: Encoding,
    happening: Happening | None,
    chosen: Sequence[Chosen],
    assumed: Iterable[str],
    without: frozenset[str],
) -> Counterexample:
    """The counterexample that a model is. Raises Unconfirmed where the reference does not agree.

    Raises Undecided where the step gives one place two values: then the text is at fault, and says nothing to show.
    """
    state = decoder.state()
    defaults = {param.name: param.default for param in protocol.params}
    scope = Scope(
        name="counterexample",
        sizes=decoder.sizes(protocol),
        faults=int(any(moment.fault for moment in encoding.core.moments)),
        settings=tuple((name, state[name, ()]) for name in defaults if state[name, ()] != defaults[name]),
        without=without,
        pins=tuple(
            ((name, index), value)
            for (name, index), value in state.items()
            if encoding.vocabulary.cells[name].kind is CellKind.CONST
        ),
    )
    reference = Reference(protocol, scope)
    step = None
    if happening is not None:
        args = tuple(int(value) for value in decoder.chosen(happening.chosen))
        step = Step(happening.moment.action, happening.moment.moment, args)
    after = _confirm(reference, goal, state, step, frozenset(assumed))
    witness = tuple(
        (item.name.partition("'")[0], _word(protocol, scope, item.type, value))
        for item, value in zip(chosen, decoder.chosen(chosen), strict=True)
    )
    return Counterexample(
        property=goal,
        scope=scope,
        before=tuple(state.items()),
        step=step,
        after=tuple(after.items()),
        witness=witness,
        shown=_unlike_initial(reference, state),
        changed=tuple(place for place in state if after[place] != state[place]),
    )


def _confirm(reference: Reference, goal: str, state: State, step: Step | None, assumed: frozenset[str]) -> State:
    """The state after. Raises Unconfirmed where any part of the claim is not so."""
    protocol = reference.protocol
    for assumption in protocol.assumptions:
        _insist(reference.evaluate(assumption.formula, state, {}) is True, f"assumption {assumption.name} is false")
    item = next(item for item in protocol.properties if item.name == goal)
    assert isinstance(item, Invariant | StepRule), f"{goal} is not a property for induction"
    if step is None:
        assert isinstance(item, Invariant), "a step property has no initial states"
        _insist(reference.is_initial(state), "the state is not initial")
        _insist(not reference.holds(item, state), f"{goal} holds")
        return state
    for known in protocol.properties:
        if isinstance(known, Invariant) and known.name in assumed:
            _insist(reference.holds(known, state), f"{known.name} is false before the step")
    _insist(reference.enabled(step, state), f"{step.action}.{step.moment} is not possible")
    try:
        after = reference.after(step, state)
    except (Conflict, OutOfRange) as problem:
        raise Undecided(f"the step it was to be shown with is at fault: {problem}") from problem
    if isinstance(item, StepRule):
        _insist(not reference.step_holds(item, state, step, after), f"{goal} holds of the step")
    else:
        _insist(not reference.holds(item, after), f"{goal} holds after the step")
    return after


def _insist(so: bool, otherwise: str) -> None:
    if not so:
        raise Unconfirmed(f"a counterexample of z3 is none: {otherwise}")


def _unlike_initial(reference: Reference, state: State) -> tuple[Location, ...]:
    """The locations with another value than an initial state would give them; those that may start anyhow included."""

    protocol = reference.protocol
    usual: dict[Location, Value | None] = {(param.name, ()): param.default for param in protocol.params}
    for cell in protocol.cells:
        for place in reference.bindings(cell.index, {}):
            index = tuple(int(part) for part in place.values())
            usual[cell.name, index] = None if cell.initial is None else reference.evaluate(cell.initial, state, place)
    usual |= {(const.name, index): None for const in protocol.consts for index in reference.tuples(const.index)}
    usual = dict.fromkeys(state, False) | usual  # what is left are pending marks
    return tuple(place for place, value in state.items() if usual[place] != value)


def _word(protocol: Protocol, scope: Scope, type_: Type, value: Value) -> str:
    if isinstance(type_, Of):
        return scope.individual(protocol, type_.sort, int(value))
    return str(value).lower() if isinstance(type_, Bool) else str(int(value))

"""What mutants are tried on: the scopes small enough, each with what the protocol itself does there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from checker.explore.answer import Said
from checker.explore.explore import Judge
from checker.explore.safety import Safety
from checker.explore.search import INTERRUPTED, Limits, StateGraph, search
from checker.explore.symmetry import Symmetry, find_symmetry
from checker.language.protocol import Action, Apply, Bool, Invariant, Of, Param, Protocol, Range, ReadParam, Value
from checker.language.walk import expressions, walk
from checker.model.ground import Machine
from checker.model.scope import Scope, declared_scope

STATES = 80_000  # where a search of a mutant gives up unless told otherwise
ROOM = 2  # a scope is used if the protocol itself needs no more than this part of that: mutants often need more
READINGS = 4  # values of an open question that are tried besides the one in force


@dataclass(frozen=True, slots=True)
class Plan:
    """What to try mutants of a protocol on. All of it is plain data, so that another process can have it.

    `scopes` are tried in this order, `readings` after them: a scope with one open question, the one named, answered
    otherwise.
    `left_out` are the declared scopes that were not used, with the reason. `proved` are invariants that hold for any
    number and any reading but for those that `settings` fixes; they serve the proofs of equivalence.
    """

    protocol: Protocol
    scopes: tuple[Scope, ...]
    readings: tuple[tuple[str, Scope], ...]
    left_out: tuple[tuple[str, str], ...]
    settings: Mapping[str, Value]
    without: frozenset[str]
    proved: tuple[str, ...]
    limits: Limits


def all_scopes(plan: Plan) -> tuple[Scope, ...]:
    """Every scope that mutants are tried in, readings last."""
    return (*plan.scopes, *(scope for _, scope in plan.readings))


class Baseline:
    """What the protocol itself does in a scope: its states, which properties and lemmas hold."""

    def __init__(self, protocol: Protocol, scope: Scope, states: int) -> None:
        self.machine = Machine(protocol, scope)
        self.symmetry: Symmetry = find_symmetry(self.machine)
        safety = Safety(self.machine)
        self.graph: StateGraph = search(self.machine, self.symmetry, safety, Limits(states // ROOM))
        if self.graph.cut == INTERRUPTED:
            raise KeyboardInterrupt
        lemmas = {item.name for item in protocol.properties if isinstance(item, Invariant) and item.lemma}
        judge = Judge(self.machine, self.symmetry, self.graph, safety)
        complete = self.machine.core.properties if self.graph.complete else ()
        answers = [judge.answer(item) for item in complete]
        holding = {answer.name for answer in answers if answer.said is Said.HOLDS}
        self.holding = frozenset(holding - lemmas)
        self.lemmas = frozenset(holding & lemmas)
        self.silent = frozenset(answer.name for answer in answers if not answer.premise_seen)


def smallest_first(
    protocol: Protocol, scopes: tuple[Scope, ...], states: int
) -> tuple[tuple[Scope, ...], tuple[tuple[str, str], ...]]:
    """The scopes with room for mutants below so many states, those with fewest first; and the others, with why not."""
    counted, left_out = [], []
    for scope in scopes:
        baseline = Baseline(protocol, scope, states)
        if baseline.graph.complete and baseline.graph.states:
            counted.append((len(baseline.graph.states), scope))
        else:
            left_out.append((scope.name, baseline.graph.cut or "there is no initial state"))
    return tuple(scope for _, scope in sorted(counted, key=lambda item: item[0])), tuple(left_out)


def declared_scopes(protocol: Protocol, settings: Mapping[str, Value], without: frozenset[str]) -> tuple[Scope, ...]:
    """Every scope of the text, with these settings over its own."""
    return tuple(
        replace(scope, settings=tuple((dict(scope.settings) | dict(settings)).items()), without=without)
        for scope in (declared_scope(protocol, declared.name) for declared in protocol.scopes)
    )


def other_readings(
    protocol: Protocol, scopes: tuple[Scope, ...], fixed: Mapping[str, Value]
) -> Iterator[tuple[str, Scope]]:
    """The first scope that allows faults, or else the first, with one param that is not fixed at another value each."""
    scope = next((scope for scope in scopes if scope.faults), scopes[0])
    for param in protocol.params:
        if param.name in fixed:
            continue
        now = dict(scope.settings).get(param.name, param.default)
        for value in [value for value in _values(protocol, param) if value != now][:READINGS]:
            settings = tuple((dict(scope.settings) | {param.name: value}).items())
            name = f"{scope.name}, {param.name} = {_word(protocol, param, value)}"
            yield param.name, replace(scope, name=name, settings=settings)


def params_of(protocol: Protocol, action: Action) -> frozenset[str]:
    """The open questions that an action asks about, by itself or in a `let`."""
    bodies = {item.name: item.body for item in protocol.definitions}
    waiting = [*(guard.condition for guard in action.guards), *expressions(action.begin or ())]
    for outcome in action.outcomes:
        waiting += [*(guard.condition for guard in outcome.guards), *expressions(outcome.effects)]
    found: set[str] = set()
    seen: set[str] = set()
    while waiting:
        for part in walk(waiting.pop()):
            if isinstance(part, ReadParam):
                found.add(part.name)
            elif isinstance(part, Apply) and part.name not in seen:
                seen.add(part.name)
                waiting.append(bodies[part.name])
    return frozenset(found)


def _values(protocol: Protocol, param: Param) -> tuple[Value, ...]:
    match param.type:
        case Bool():
            return (False, True)
        case Range(low, high):
            return tuple(range(low, high + 1))
        case Of(sort):
            return tuple(range(len(protocol.sort(sort).members or ())))


def _word(protocol: Protocol, param: Param, value: Value) -> str:
    members = protocol.sort(param.type.sort).members if isinstance(param.type, Of) else None
    return members[int(value)] if members is not None else str(value).lower()

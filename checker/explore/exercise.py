"""What a search put to the test: guards that were the only thing in the way, steps taken, premises met.

Green means little if nothing ever hung on a rule. Seeing something once is enough, wherever the states come from, so
looking at some of the states is sound for "exercised"; for "not exercised" it is only as good as the count says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from checker.explore.search import StateGraph
from checker.language.build import and_, exists, is_true, not_
from checker.language.core import FALSE, TRUE, And, CoreMoment, CoreProperty, Expr, Forall, Not, PropertyKind
from checker.model.ground import Machine

LOOKS = 1_000_000  # how often a test is asked of a state before the rest is left out
FIRST = 500  # states, evenly spread over the search, that are looked at before others


@dataclass(frozen=True, slots=True)
class Exercised:
    """For each rule, how it was first seen to matter; the properties whose premise was met; how many states of how
    many were looked at."""

    rules: dict[str, str]
    premises: frozenset[str]
    looked_at: int
    of: int

    @property
    def where(self) -> str:
        """In words, which states were looked at."""
        if self.looked_at == self.of:
            return f"in all {self.of:,} states"
        return f"in {self.looked_at:,} of {self.of:,} states"


def exercise(machine: Machine, graph: StateGraph) -> Exercised:
    """Looks for each guard, step and premise until it is seen once, in all states if that takes at most `LOOKS`."""
    rules: dict[str, str] = {}
    for rule, how in _taken(machine, graph):
        rules.setdefault(rule, how)
    looks = [
        _Look(
            guard.rules,
            f"it alone kept {moment.action}.{moment.moment} from happening",
            _on_state(machine, graph, decides(moment, at)),
        )
        for moment in machine.core.moments
        for at, guard in enumerate(moment.guards)
        if any(rule not in rules for rule in guard.rules)
    ]
    looks += [
        _Look((), item.name, _speaks(machine, graph, item))
        for item in machine.core.properties
        if item.kind in (PropertyKind.INVARIANT, PropertyKind.STEP)
    ]
    premises: set[str] = set()
    left, looked_at = LOOKS, 0
    for index in _spread(graph.expanded):
        if not looks or left < len(looks):
            break
        left -= len(looks)
        looked_at += 1
        seen = [look for look in looks if look.test(index)]
        for look in seen:
            for rule in look.rules:
                rules.setdefault(rule, look.how)
            if not look.rules:
                premises.add(look.how)
        if seen:
            looks = [
                look
                for look in looks
                if (any(rule not in rules for rule in look.rules) if look.rules else look.how not in premises)
            ]
    return Exercised(rules, frozenset(premises), looked_at if looks else graph.expanded, graph.expanded)


@dataclass(frozen=True, slots=True)
class _Look:
    """Something to be seen once: a guard that decides (with its rules), or a property that has something to say."""

    rules: tuple[str, ...]
    how: str  # of a guard, in words; of a property, its name
    test: Callable[[int], bool]  # of a state's number


def _spread(count: int) -> Iterator[int]:
    """All numbers below the count, first some that are spread over all of them."""
    stride = max(1, count // FIRST)
    for first in range(stride):
        yield from range(first, count, stride)


def _taken(machine: Machine, graph: StateGraph) -> Iterable[tuple[str, str]]:
    """Rules cited by an action or an outcome itself, where such a step was taken (of all steps, not of some)."""
    for number in sorted(set(graph.grounds)):
        moment = machine.grounds[number].moment
        for rule in moment.rules:
            yield rule, f"{moment.action}.{moment.moment} was taken"


def _on_state(machine: Machine, graph: StateGraph, formula: Expr) -> Callable[[int], bool]:
    test, states = machine.test(formula), graph.states
    return lambda index: test(states[index])


def decides(moment: CoreMoment, position: int) -> Expr:
    """That for some arguments this guard is false and all the others hold."""
    others = [guard.condition for at, guard in enumerate(moment.guards) if at != position]
    body = and_(not_(moment.guards[position].condition), *others)
    for name, type_ in reversed(moment.params):
        body = exists(name, type_, body)
    return body


def _speaks(machine: Machine, graph: StateGraph, item: CoreProperty) -> Callable[[int], bool]:
    """Whether an invariant says something about a state, or a step rule about one of the steps from it."""
    if item.formula is not None:
        return _on_state(machine, graph, premise(item.formula))
    silent = replace(item, steps=tuple((moment, not_(premise(formula))) for moment, formula in item.steps))
    quiet = {moment for moment, formula in silent.steps if is_true(formula)}
    asked = [(ground.moment.action, ground.moment.moment) not in quiet for ground in machine.grounds]
    test = machine.step_test(silent)

    def speaks(index: int) -> bool:
        before = graph.states[index]
        steps = [number for number in (graph.grounds[edge] for edge in graph.edges(index)) if asked[number]]
        return any(not test(number, before, machine.force(number, before)) for number in steps)

    return speaks


def premise(formula: Expr) -> Expr:
    """What must hold for the formula to say anything: of `forall x. a implies b`, that `a` holds for some x.

    Lowered, `a implies b` is `not (a and not b)`, with the conclusion last.
    """
    if is_true(formula):
        return FALSE
    match formula:
        case Forall(name, type_, body):
            return exists(name, type_, premise(body))
        case Not(And(parts)):
            return and_(*parts[:-1])
        case _:
            return TRUE

"""What a search put to the test: guards that were the only thing in the way, steps taken, premises met.

Green means little if nothing ever hung on a rule. Seeing something once is enough, wherever the states come from, so
looking at some of the states is sound for "exercised"; for "not exercised" it is only as good as the count says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from checker.explore.search import StateGraph
from checker.language.build import and_, exists, is_true, not_
from checker.language.core import FALSE, TRUE, And, CoreMoment, CoreProperty, Expr, Forall, Not, PropertyKind
from checker.model.ground import Machine

LOOKED_AT = 20_000  # states, evenly spread over the search


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
    """Looks for each guard, step and premise until it is seen once, in at most `LOOKED_AT` states."""
    stride = max(1, -(-graph.expanded // LOOKED_AT))
    chosen = range(0, graph.expanded, stride)
    rules: dict[str, str] = {}
    for rule, how in _taken(machine, graph):
        rules.setdefault(rule, how)
    _guards(machine, graph, chosen, rules)
    premises = _premises(machine, graph, chosen) | _step_premises(machine, graph, chosen)
    return Exercised(rules, frozenset(premises), len(chosen), graph.expanded)


def _taken(machine: Machine, graph: StateGraph) -> Iterable[tuple[str, str]]:
    """Rules cited by an action or an outcome itself, where such a step was taken (of all steps, not of some)."""
    for number in sorted(set(graph.grounds)):
        moment = machine.grounds[number].moment
        for rule in moment.rules:
            yield rule, f"{moment.action}.{moment.moment} was taken"


def _guards(machine: Machine, graph: StateGraph, chosen: range, rules: dict[str, str]) -> None:
    """Rules of guards that were false where all the other guards of the step held."""
    waiting: list[tuple[tuple[str, ...], str, Callable[[bytes], bool]]] = []
    for moment in machine.core.moments:
        for position, guard in enumerate(moment.guards):
            if any(rule not in rules for rule in guard.rules):
                how = f"it alone kept {moment.action}.{moment.moment} from happening"
                waiting.append((guard.rules, how, machine.test(_decides(moment, position))))
    for index in chosen:
        if not waiting:
            return
        state = graph.states[index]
        seen = [item for item in waiting if item[2](state)]
        for cited, how, _ in seen:
            for rule in cited:
                rules.setdefault(rule, how)
        if seen:
            waiting = [item for item in waiting if any(rule not in rules for rule in item[0])]


def _decides(moment: CoreMoment, position: int) -> Expr:
    """That for some arguments this guard is false and all the others hold."""
    others = [guard.condition for at, guard in enumerate(moment.guards) if at != position]
    body = and_(not_(moment.guards[position].condition), *others)
    for name, type_ in reversed(moment.params):
        body = exists(name, type_, body)
    return body


def _premises(machine: Machine, graph: StateGraph, chosen: range) -> set[str]:
    """Invariants that once had something to say. Those that are no implications always have."""
    seen: set[str] = set()
    waiting: list[tuple[str, Callable[[bytes], bool]]] = []
    for item in machine.core.properties:
        if item.kind is PropertyKind.INVARIANT and item.formula is not None:
            waiting.append((item.name, machine.test(_premise(item.formula))))
    for index in chosen:
        if not waiting:
            break
        state = graph.states[index]
        found = {name for name, test in waiting if test(state)}
        if found:
            seen |= found
            waiting = [item for item in waiting if item[0] not in seen]
    return seen


def _step_premises(machine: Machine, graph: StateGraph, chosen: range) -> set[str]:
    """Step rules that once had something to say about a step."""
    seen: set[str] = set()
    for item in machine.core.properties:
        if item.kind is PropertyKind.STEP:
            silent = replace(item, steps=tuple((moment, not_(_premise(formula))) for moment, formula in item.steps))
            if _speaks(machine, graph, chosen, silent):
                seen.add(item.name)
    return seen


def _speaks(machine: Machine, graph: StateGraph, chosen: range, silent: CoreProperty) -> bool:
    quiet = {moment for moment, formula in silent.steps if is_true(formula)}
    asked = [(ground.moment.action, ground.moment.moment) not in quiet for ground in machine.grounds]
    test = machine.step_test(silent)
    for index in chosen:
        before = graph.states[index]
        for edge in graph.edges(index):
            ground = graph.grounds[edge]
            if not asked[ground]:
                continue
            after = machine.fire(ground, before)
            if after is not None and not test(ground, before, after):
                return True
    return False


def _premise(formula: Expr) -> Expr:
    """What must hold for the formula to say anything: of `forall x. a implies b`, that `a` holds for some x.

    Lowered, `a implies b` is `not (a and not b)`, with the conclusion last.
    """
    if is_true(formula):
        return FALSE
    match formula:
        case Forall(name, type_, body):
            return exists(name, type_, _premise(body))
        case Not(And(parts)):
            return and_(*parts[:-1])
        case _:
            return TRUE

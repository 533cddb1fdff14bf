"""The smallest sets of rules without which a property fails in a scope: found by search, with real runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations

from checker.explore.answer import Answer
from checker.explore.family import Family
from checker.explore.refute import Refutation, refute
from checker.explore.search import INTERRUPTED, STATES, Limits
from checker.explore.variants import Judging
from checker.language.core import And, PropertyKind
from checker.language.protocol import Protocol
from checker.model.ground import Machine
from checker.model.judge import InternalError
from checker.model.scope import Scope

LARGEST = 2
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Cut:
    """Without these rules the property fails, and with any one of them it does not; `answer` has a shortest run."""

    property: str
    rules: tuple[str, ...]
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class Cuts:
    """All smallest sets of at most `largest` of the rules that guards cite, in one scope.

    A run is followed until the first invariant is broken, lemmas left aside: what else breaks after that is not a
    cut of its own. `broken` are properties that fail with every rule there, `unknown` those a search could not answer
    for every set. Where `reason` says why it was cut short, the cuts of safety properties are all those with a run
    of at most `depth` steps.
    """

    scope: Scope
    largest: int
    rules: tuple[str, ...]
    cuts: tuple[Cut, ...]
    broken: tuple[str, ...]
    unknown: tuple[tuple[str, str], ...]
    states: int
    depth: int
    reason: str


def guard_rules(protocol: Protocol) -> tuple[str, ...]:
    """The rules that some guard cites, in the order of the text: those that can be left out."""
    guards = (
        g for action in protocol.actions for outcome in action.outcomes for g in (*action.guards, *outcome.guards)
    )
    cited = {rule for guard in guards for rule in guard.rules}
    cited |= {rule for action in protocol.actions for guard in action.guards for rule in guard.rules}
    return tuple(rule.id for rule in protocol.rules if rule.id in cited)


def smallest_cuts(
    protocol: Protocol,
    scope: Scope,
    *,
    largest: int = LARGEST,
    only: frozenset[str] | None = None,
    limit: int = STATES,
    seconds: float | None = None,
    progress: Progress | None = None,
) -> Cuts:
    """The cuts for every property, or those of `only`. What a limit or Ctrl-C left open is in `unknown`.

    Raises BadScope, TooLarge, CannotLower, and InternalError where a search of its own does not agree.
    """
    rules = tuple(rule for rule in guard_rules(protocol) if rule not in scope.without)
    sets = [frozenset[str](chosen) for size in range(largest + 1) for chosen in combinations(rules, size)]
    family = Family(protocol, [replace(scope, without=scope.without | chosen) for chosen in sets])
    said = [p.formula for p in family.machine.core.properties if p.kind is PropertyKind.INVARIANT and not p.lemma]
    holds = family.machine.test(And(tuple(formula for formula in said if formula is not None)))
    graph = family.search(Limits(limit, seconds), progress, shut=lambda state: not holds(state))
    judging = Judging(family, graph)
    asked = [item for item in family.machine.core.properties if only is None or item.name in only]
    reason = graph.cut
    broken, cuts, unknown = [], [], []
    try:
        for item in asked:
            if progress is not None:
                progress(f"{len(graph.states):,} states of {len(sets):,} sets of rules, judging {item.name}")
            found = judging.answer(item)
            if found.unknown:
                unknown.append((item.name, found.why))
            if found.fails & 1:
                broken.append(item.name)
                continue
            smallest: list[frozenset[str]] = []
            for at, chosen in enumerate(sets):
                if found.fails >> at & 1 and not any(less <= chosen for less in smallest):
                    smallest.append(chosen)
            for chosen in smallest:
                if progress is not None:
                    progress(f"{item.name}: looking for a shortest run without {' '.join(sorted(chosen))}")
                machine = Machine(protocol, replace(scope, without=scope.without | chosen))
                found_run = refute(machine, frozenset({item.name}), Limits(limit, seconds))
                cuts.append(Cut(item.name, tuple(r for r in rules if r in chosen), _sure(item.name, found_run)))
    except KeyboardInterrupt:
        reason = INTERRUPTED
        done = {*broken, *(name for name, _ in unknown), *(cut.property for cut in cuts)}
        unknown += [(p.name, reason) for p in asked if p.name not in done]
    return Cuts(
        scope, largest, rules, tuple(cuts), tuple(broken), tuple(unknown), len(graph.states), graph.depth, reason
    )


def _sure(name: str, found: Refutation) -> Answer | None:
    """The answer of a search of its own, which must not contradict the search of all sets of rules."""
    if found.broken is None and not found.unknown:
        raise InternalError(f"{name} fails in the search of all variants, and holds in that of one")
    return found.broken

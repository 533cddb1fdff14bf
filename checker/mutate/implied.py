"""Survivors that no scope tells apart, proved to be the same with invariants made of their own guards.

That the guards of a mutant allow just what those of the protocol do is an invariant. Where it is true and the lemmas
of the text do not imply it, it is often inductive with them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import reduce

from checker.language.mutants import Mutant
from checker.language.protocol import (
    Action,
    Compare,
    Comparison,
    Connective,
    Expr,
    Guard,
    Invariant,
    Lit,
    Logic,
    Pending,
    Protocol,
    Quantified,
    Quantifier,
    Var,
)
from checker.language.types import BOOL
from checker.mutate.fate import Fate, Shown
from checker.mutate.plan import Plan

SECONDS_PER_QUERY = 0.5
SECONDS = 60.0  # for all of them together: what is not proved by then is not


def implied(plan: Plan, shown: Mapping[int, Shown]) -> Mapping[int, Shown]:
    """The answers again, those of such survivors `equivalent` where the proof goes through. Ctrl-C goes through."""
    candidates = {
        f"guards of mutant {number}, {at}": (number, formula)
        for number, each in shown.items()
        if each.fate is Fate.SURVIVED and each.difference is None and each.tried
        for at, formula in enumerate(_formulas(plan.protocol, each.mutant))
    }
    if not candidates:
        return shown
    proved = _proved(plan, {name: formula for name, (_, formula) in candidates.items()})
    missing = {number for name, (number, _) in candidates.items() if name not in proved}
    settled = {number for number, _ in candidates.values()} - missing
    how = "that its guards allow the same is inductive"
    return {
        number: replace(each, fate=Fate.EQUIVALENT, how=how) if number in settled else each
        for number, each in shown.items()
    }


def _proved(plan: Plan, candidates: Mapping[str, Expr]) -> frozenset[str]:
    """The names of those that are proved, each with the ones before it: all at once costs far more than it finds."""
    from checker.prove.answers import Holds
    from checker.prove.api import prove

    started = time.monotonic()

    def look(_done: int, _planned: int, _item: str) -> None:
        if time.monotonic() - started > SECONDS:
            raise KeyboardInterrupt  # the prover keeps what it has, as it does for Ctrl-C

    found: dict[str, Invariant] = {}
    for name, formula in candidates.items():
        invariant = Invariant(name, (), "", formula, lemma=True)
        proofs = prove(
            replace(plan.protocol, properties=(*plan.protocol.properties, *found.values(), invariant)),
            settings=plan.settings,
            without=plan.without,
            only=(name,),
            seconds_per_query=SECONDS_PER_QUERY,
            progress=look,
        )
        if isinstance(proofs.answer(name).judgement, Holds):
            found[name] = invariant
        if proofs.interrupted:
            if time.monotonic() - started <= SECONDS:
                raise KeyboardInterrupt
            break
    return frozenset(found)


def _formulas(protocol: Protocol, mutant: Mutant) -> tuple[Expr, ...]:
    """For each moment whose guards the mutant changes, that they allow the same; none where it changes effects."""
    one, other = protocol.action(mutant.action.name), mutant.action
    if _effects(one) != _effects(other):
        return ()
    if one.guards != other.guards:  # what binds all moments is the same for each, if it is by itself
        pairs: list[tuple[tuple[Expr, ...], tuple[Guard, ...], tuple[Guard, ...]]] = [((), one.guards, other.guards)]
    else:
        given = (_begun(one),) if one.begin is not None else tuple(guard.condition for guard in one.guards)
        both = zip(one.outcomes, other.outcomes, strict=True)
        pairs = [(given, mine.guards, its.guards) for mine, its in both if mine != its]
    found = []
    for given, mine_, its_ in pairs:
        left, right = (_all((*given, *(guard.condition for guard in guards))) for guards in (mine_, its_))
        same = Compare(Comparison.EQUAL, left, right)
        found.append(Quantified(Quantifier.FORALL, one.params, same) if one.params else same)
    return tuple(found)


def _effects(action: Action) -> tuple[object, ...]:
    return (action.begin, *(outcome.effects for outcome in action.outcomes))


def _begun(action: Action) -> Expr:
    return Pending(action.name, tuple(Var(variable.name, variable.type) for variable in action.params))


def _all(conditions: tuple[Expr, ...]) -> Expr:
    truth: Expr = Lit(True, BOOL)
    return reduce(lambda left, right: Logic(Connective.AND, left, right), conditions, truth)

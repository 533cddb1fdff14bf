"""What the search of sets must have in common with the search of single states, for one protocol in one scope."""

from __future__ import annotations

from collections import Counter

from checker.explore.answer import Said
from checker.explore.explore import explore
from checker.explore.symbolic.explore import SymbolicExploration, explore_sets
from checker.language.core import PropertyKind
from checker.language.protocol import Protocol
from checker.model.scope import Scope

NODES = 1_000_000  # more are for scopes that are no tests


class Disagreement(AssertionError):
    """The two engines say different things."""


def compare(
    protocol: Protocol, scope: Scope, most: int, seen: Counter[str] | None = None
) -> SymbolicExploration | None:
    """Both searches of the scope, compared; None where it has more states than that."""
    seen = Counter() if seen is None else seen
    single = explore(protocol, scope, symmetry=False, limit=most)
    if not single.complete:
        seen["too large"] += 1
        return None
    sets = explore_sets(protocol, scope, nodes=NODES)
    if not sets.complete:
        same("why not complete", f"{NODES:,} nodes were not enough for its sets", sets.reason)
        same("answers", {Said.UNKNOWN}, {answer.said for answer in sets.answers})
        seen["too many nodes"] += 1
        return None
    same("states", single.states, sets.states)
    same("transitions", single.transitions, sets.transitions)
    same("ends", single.ends.count, sets.ends.count)
    same("where runs end", single.ends.judged, sets.ends.judged)
    for one, other in zip(single.answers, sets.answers, strict=True):
        same("property", one.name, other.name)
        same(one.name, one.said, other.said)
        same(f"{one.name}: there was something to say", one.premise_seen, other.premise_seen)
        if one.property.kind is not PropertyKind.LEADS_TO:
            lengths = [None if answer.witness is None else len(answer.witness.steps) for answer in (one, other)]
            same(f"{one.name}: steps of the run", *lengths)
        seen[f"{one.property.kind.value} {one.said.value}"] += 1
    same("premises", single.exercised.premises, sets.exercised.premises)
    same("rules", sorted(single.exercised.rules), sorted(sets.exercised.rules))
    return sets


def same(what: str, expected: object, found: object) -> None:
    if expected != found:
        raise Disagreement(f"{what}: single states say {expected}, sets {found}")

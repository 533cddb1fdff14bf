"""Mutants proved to be the same have the same states and steps: by going through all of them, without symmetry."""

from __future__ import annotations

import pytest

from checker.explore.explore import Exploration, explore
from checker.language.lower import lower
from checker.language.mutants import mutants, refused
from checker.language.protocol import Protocol
from checker.model.scope import Scope
from checker.mutate.fate import Fate
from checker.mutate.mutate import mutate
from checker.prove.answers import Holds
from checker.prove.api import prove
from checker.prove.same import NotShown, Same, Sameness
from tests.explore.made import text_protocol
from tests.explore.random_text import text

SCOPE = Scope("small", (("A", 2), ("B", 2)), faults=1)
SEEDS = range(6)


def steps(found: Exploration) -> set[tuple[bytes, int, bytes]]:
    graph = found.store
    return {
        (graph.states[at], graph.grounds[edge], graph.states[graph.targets[edge]])
        for at in range(graph.expanded)
        for edge in graph.edges(at)
    }


def whole(protocol: Protocol) -> set[tuple[bytes, int, bytes]] | None:
    found = explore(protocol, SCOPE, symmetry=False, limit=3_000)
    return steps(found) if found.complete else None


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_proved_to_be_the_same_is_the_same(seed: int) -> None:
    protocol = text_protocol(text(seed))
    own = whole(protocol)
    if own is None:
        return
    for shown in mutate(protocol, scopes=(SCOPE,)).shown:
        if shown.fate is Fate.EQUIVALENT:
            assert whole(shown.mutant.of(protocol)) == own, shown.mutant.name


def test_the_proofs_themselves_find_some_and_are_right() -> None:
    """Asked about every mutant, also of those that a search would have told apart before."""
    proved = told_apart = 0
    for seed in SEEDS:
        protocol = text_protocol(text(seed))
        own = whole(protocol)
        if own is None:
            continue
        invariants = tuple(each.name for each in prove(protocol).answers if isinstance(each.judgement, Holds))
        sameness = Sameness(lower(protocol), invariants, {}, 1.0)
        for mutant in mutants(protocol):
            if refused(mutant, protocol):
                continue
            changed = mutant.of(protocol)
            pairs = zip(lower(protocol).moments, lower(changed).moments, strict=True)
            answers = [sameness.same(one, other) for one, other in pairs if one != other]
            if all(isinstance(answer, Same) for answer in answers):
                proved += 1
                assert whole(changed) == own, f"{seed} {mutant.name}"
            else:
                told_apart += any(isinstance(answer, NotShown) for answer in answers)
    assert proved >= 5
    assert told_apart >= 25

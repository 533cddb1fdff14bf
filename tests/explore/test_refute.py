"""The search that ends at the first broken property, held to the one that goes through everything."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.explore.answer import Said
from checker.explore.difference import difference
from checker.explore.explore import explore
from checker.explore.refute import refute
from checker.explore.search import Limits
from checker.explore.symmetry import find_symmetry
from checker.language.mutants import mutants, refused
from checker.model.ground import Machine
from checker.model.run import ReplayFailed, replay
from checker.model.scope import Scope
from tests.explore.made import text_protocol
from tests.explore.random_text import text

SCOPE = Scope("small", (("A", 2), ("B", 2)), faults=1)
EVERYTHING = Limits(20_000)


@pytest.mark.parametrize("seed", range(10))
def test_it_agrees_with_the_whole_search(seed: int) -> None:
    protocol = text_protocol(text(seed))
    whole = explore(protocol, SCOPE, limit=EVERYTHING.states)
    if not whole.complete:
        return
    said = {answer.name: answer for answer in whole.answers}
    found = refute(Machine(protocol, SCOPE), frozenset(said), EVERYTHING)
    failing = {name for name, answer in said.items() if answer.said is Said.FAILS}
    assert (found.broken is None) == (not failing)
    if found.broken is None:
        assert found.unknown == ()
    else:
        assert found.broken.name in failing
        assert found.broken.witness is not None
        assert len(found.broken.witness.steps) == len(said[found.broken.name].witness.steps)  # type: ignore[union-attr]
    for name in failing:  # asked about one alone, it finds that one
        alone = refute(Machine(protocol, SCOPE), frozenset({name}), EVERYTHING)
        assert alone.broken is not None
        assert alone.broken.name == name


def test_a_limit_is_no_answer() -> None:
    protocol = text_protocol(
        'module m "" state n: int[0..9] = 0 action up { n := if n < 9 then n + 1 else n } invariant low n < 9'
    )
    machine = Machine(protocol, Scope("one", ()))
    assert refute(machine, frozenset({"low"}), Limits(100)).broken is not None
    cut = refute(machine, frozenset({"low"}), Limits(3))
    assert cut.broken is None
    assert cut.unknown == ("low: not broken in 3 states, but 3 states were reached",)


def test_what_comes_last_ends_no_search() -> None:
    protocol = text_protocol(
        'module m "" state n: int[0..9] = 0 action up { n := if n < 9 then n + 1 else n } '
        "invariant low n < 9 lemma lower n < 2"
    )
    found = refute(Machine(protocol, Scope("one", ())), frozenset({"low"}), Limits(100), frozenset({"lower"}))
    assert found.broken is not None
    assert found.broken.name == "low"


@pytest.mark.parametrize("seed", range(5))
def test_the_first_difference_between_a_protocol_and_its_mutants(seed: int) -> None:
    """None where the reachable states and steps are the same, one by one; else a run that only one of them has."""
    protocol = text_protocol(text(seed))
    one = Machine(protocol, SCOPE)
    whole = explore(protocol, SCOPE, limit=4_000)
    if not whole.complete:
        return
    symmetry = find_symmetry(one)
    for mutant in mutants(protocol)[::4]:
        if refused(mutant, protocol):
            continue
        changed = mutant.of(protocol)
        found = difference(whole.store, symmetry, one, Machine(changed, SCOPE), mutant.action.name)
        other = explore(changed, SCOPE, limit=8_000, symmetry=False)
        plain = explore(protocol, SCOPE, limit=8_000, symmetry=False)
        if found is None:
            assert steps(plain.store) == steps(other.store), mutant.name
            continue
        assert steps(plain.store) != steps(other.store), mutant.name
        has, lacks = (changed, protocol) if found.allowed else (protocol, changed)
        replay(has, found.run)
        if found.allowed or found.refused:
            with pytest.raises(ReplayFailed):
                replay(lacks, found.run)
            replay(lacks, replace(found.run, steps=found.run.steps[:-1]))


def steps(graph: object) -> set[tuple[bytes, int, bytes]]:
    """Every step between states."""
    return {
        (graph.states[at], graph.grounds[edge], graph.states[graph.targets[edge]])  # type: ignore[attr-defined]
        for at in range(graph.expanded)  # type: ignore[attr-defined]
        for edge in graph.edges(at)  # type: ignore[attr-defined]
    }

"""Formulas over many states at once say of each state what the reference says; cubes are those no state has."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from checker.language.core import Bound, Eq, Lit, Not, PropertyKind, Read
from checker.language.load import load
from checker.language.lower import lower
from checker.language.protocol import Invariant, Protocol
from checker.model.reference import Reference
from checker.prove.infer.columns import States
from checker.prove.infer.cubes import Sieve, components, cube_of
from checker.prove.infer.reached import Reached, reached
from tests.prove.texts import GATE, LOCK, LOCK_LEMMAS, SHARD_RULES, SHARDS, read

FOLDER = Path(__file__).parents[2] / "protocols"


def protocols() -> list[Protocol]:
    found = [
        read(LOCK + LOCK_LEMMAS),
        read(SHARDS + SHARD_RULES),
        read(GATE + "invariant few count < 2 or light == red"),
    ]
    for name in ("two_phase", "ring", "handover", "philosophers", "counter", "inference/ring_leader"):
        protocol, _ = load(FOLDER / f"{name}.mig")
        assert protocol is not None
        found.append(protocol)
    return found


@pytest.mark.parametrize("protocol", protocols(), ids=lambda protocol: protocol.name)
def test_columns_agree_with_the_reference(protocol: Protocol) -> None:
    core = lower(protocol)
    seen = reached(protocol, core, {}, frozenset())
    formulas = {item.name: item.formula for item in core.properties if item.kind is PropertyKind.INVARIANT}
    tried = 0
    for scope, states in zip(seen.scopes, seen.telling, strict=True):
        reference = Reference(protocol, scope)
        for item in protocol.properties:
            formula = formulas.get(item.name)
            if isinstance(item, Invariant) and formula is not None:
                true = format(states.where(formula, {}), f"0{states.count}b")
                for packed, bit in islice(zip(states.packed, true, strict=True), 0, None, 1 + states.count // 20):
                    assert (bit == "1") == reference.holds(item, states.layout.unpack(packed))
                    tried += 1
    assert tried or not formulas


@pytest.fixture
def lock() -> Reached:
    protocol = read(LOCK)
    return reached(protocol, lower(protocol), {}, frozenset())


C, D = "Client.0", "Client.1"
NAMES = ((C, "Client"), (D, "Client"))
HOLDS, GRANTED, FREE = Read("holds", (Bound(C),)), Read("granted", (Bound(D),)), Read("free", ())


def test_a_cube_that_some_state_has(lock: Reached) -> None:
    sieve = Sieve(lock.states)
    assert sieve.has(cube_of(NAMES, [HOLDS, Not(FREE)]))
    assert not sieve.has(cube_of(NAMES, [HOLDS, GRANTED]))
    assert sieve.smallest(NAMES, (), [HOLDS, Not(FREE)], 100) == []
    assert sieve.shortened(NAMES, (), [HOLDS, Not(FREE)]) is None


def test_of_a_cube_that_no_state_has_what_is_left_has_no_literal_too_many(lock: Reached) -> None:
    sieve = Sieve(lock.states)
    apart = Not(Eq(Bound(C), Bound(D)))
    found = sieve.smallest(NAMES, (), [apart, FREE, HOLDS, GRANTED], 100)
    assert {frozenset(part) for part in found} == {
        frozenset({FREE, HOLDS}), frozenset({FREE, GRANTED}), frozenset({HOLDS, GRANTED})
    }  # fmt: skip
    for part in found:
        assert not sieve.has(cube_of(NAMES, part))
        assert all(sieve.has(cube_of(NAMES, [other for other in part if other is not literal])) for literal in part)


def test_a_few_states_tell_of_any_two_literals_what_all_do() -> None:
    protocol = read(SHARDS + SHARD_RULES)
    seen = reached(protocol, lower(protocol), {}, frozenset())
    assert sum(states.count for states in seen.telling) < seen.count
    for every, few in zip(seen.states, seen.telling, strict=True):
        assert shown_together(few) == shown_together(every)


def shown_together(states: States) -> set[tuple[tuple[int, int], tuple[int, int]]]:
    columns = [((at, value), where) for at in range(states.layout.size) for value, where in states.column(at).items()]
    return {(one, other) for one, here in columns for other, there in columns if here & there}


def test_who_is_spoken_of_together() -> None:
    loose = cube_of((("a", "A"), ("b", "B")), [Read("f", (Bound("a"),)), Eq(Read("g", (Bound("b"),)), Lit(1))])
    tied = cube_of((("a", "A"), ("b", "B")), [Read("f", (Bound("a"), Bound("b")))])
    assert len(components(loose)) == 2
    assert len(components(tied)) == 1

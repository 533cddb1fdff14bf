"""Machines: what compiled steps do, how they are compiled, and what a scope may say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from checker.language.core import PropertyKind
from checker.model import ground
from checker.model.ground import Machine
from checker.model.initial import BadScope
from checker.model.layout import TooLarge
from checker.model.run import Step
from checker.model.scope import Scope, declared_scope
from tests.model.machines import LOCK, first, machine, number, protocol, state


@pytest.fixture
def lock() -> Machine:
    text = protocol(LOCK)
    return Machine(text, declared_scope(text))


def test_grounds_are_every_moment_with_every_argument(lock: Machine) -> None:
    assert len(lock.grounds) == 3 * 2 + 2 + 2 + 1 + 1
    assert [one.number for one in lock.grounds] == list(range(len(lock.grounds)))
    for one in lock.grounds:
        assert lock.number(one.step) == one.number
        assert one.step == Step(one.moment.action, one.moment.moment, one.args)
    with pytest.raises(KeyError):
        lock.number(Step("take", "SUCCESS", (2,)))


def test_a_run_by_hand(lock: Machine) -> None:
    packed = first(lock)
    for action, moment in (("wait", "SUCCESS"), ("take", "begin"), ("take", "SUCCESS")):
        chosen = number(lock, action, 1, moment=moment)
        following = lock.fire(chosen, packed)
        assert following is not None
        assert (chosen, following) in lock.successors(packed)
        packed = following
    now = state(lock, packed)
    assert now["holds", (1,)] is True
    assert now["level", ()] == 0
    assert now["lamp", ()] == 2
    assert now["pending take", (1,)] is False


def test_failing_names_the_guards_in_the_way(lock: Machine) -> None:
    packed = first(lock)
    begin = number(lock, "take", 0, moment="begin")
    assert lock.fire(begin, packed) is None
    assert [lock.grounds[begin].moment.guards[at].rules for at in lock.failing(begin, packed)] == [("L-02",)]
    success = number(lock, "take", 0)
    assert lock.failing(success, packed) == (0,)
    assert lock.grounds[success].moment.guards[0].rules == ()


def test_force_takes_the_step_all_the_same(lock: Machine) -> None:
    after = lock.force(number(lock, "take", 0), first(lock))
    assert state(lock, after)["holds", (0,)] is True


def test_faults_are_counted_and_limited(lock: Machine) -> None:
    reset = number(lock, "reset")
    once = lock.fire(reset, first(lock))
    assert once is not None
    assert once[-1] == 1
    assert lock.fire(reset, once) is None
    assert reset not in dict(lock.successors(once))
    assert lock.force(reset, once)[-1] == 2


def test_a_step_that_changes_nothing_gives_the_state_itself(lock: Machine) -> None:
    packed = first(lock)
    rest = number(lock, "rest")
    assert lock.fire(rest, packed) is packed
    assert dict(lock.successors(packed))[rest] is packed


def test_without_drops_guards_of_these_rules_only() -> None:
    text = protocol(LOCK)
    scope = replace(declared_scope(text), without=frozenset({"L-02"}))
    loose = Machine(text, scope)
    assert loose.fire(number(loose, "take", 0, moment="begin"), first(loose)) is not None


def test_settings_change_params() -> None:
    text = protocol(LOCK)
    hasty = Machine(text, replace(declared_scope(text), settings=(("patient", False),)))
    assert hasty.fire(number(hasty, "take", 0, moment="begin"), first(hasty)) is not None


def test_pins_fix_consts() -> None:
    text = protocol(LOCK)
    free, pinned = declared_scope(text), replace(declared_scope(text), pins=((("boss", ()), 1),))
    assert len(list(Machine(text, free).initial_states())) == 2
    states = list(Machine(text, pinned).initial_states())
    assert [state(Machine(text, pinned), packed)["boss", ()] for packed in states] == [1]


def test_properties_compile(lock: Machine) -> None:
    alone, only_by_take = lock.core.properties
    assert alone.formula is not None
    assert (alone.kind, only_by_take.kind) == (PropertyKind.INVARIANT, PropertyKind.STEP)
    holds = lock.test(alone.formula)
    packed = first(lock)
    assert holds(packed) is True
    both = lock.layout.pack({**state(lock, packed), ("holds", (0,)): True, ("holds", (1,)): True})
    assert holds(both) is False
    assert lock.test(alone.formula) is holds  # compiled once
    step = lock.step_test(only_by_take)
    one = lock.layout.pack({**state(lock, packed), ("holds", (0,)): True})
    assert step(number(lock, "take", 0), packed, one) is True
    assert step(number(lock, "take", 1), packed, one) is False
    assert step(number(lock, "leave", 0), packed, one) is False
    assert step(number(lock, "leave", 0), one, packed) is True


def test_values_compile(lock: Machine) -> None:
    level = next(effect for effect in lock.core.moments[1].effects if effect.cell == "level").value
    assert lock.value(level)(first(lock)) == 0


def test_clashing_says_where_two_assignments_give_one_cell_two_values() -> None:
    text = """
    module m "m"
    sort Client
    state on[Client]: bool = false
    action move(a: Client, b: Client) { on[a] := true  on[b] := false }
    action fine(a: Client, b: Client) { if a != b { on[a] := true  on[b] := false } }
    """
    both = machine(text, Client=2)
    packed = first(both)
    assert both.clashing(number(both, "move", 0, 0), packed) == (0,)
    assert both.clashing(number(both, "move", 0, 1), packed) == ()
    assert all(both.clashing(number(both, "fine", a, b), packed) == () for a in range(2) for b in range(2))


@pytest.mark.parametrize(
    ("scope", "message"),
    [
        (Scope("s", ()), "does not say how many Client"),
        (Scope("s", (("Client", 1), ("Lamp", 2))), "gives a size to Lamp"),
        (Scope("s", (("Client", 1),), faults=256), "256 faults"),
        (Scope("s", (("Client", 1),), settings=(("patience", True),)), "no param"),
        (Scope("s", (("Client", 1),), settings=(("patient", 2),)), "cannot have"),
        (Scope("s", (("Client", 1),), pins=((("lamp", ()), 0),)), "no const"),
        (Scope("s", (("Client", 1),), pins=((("boss", ()), 1),)), "cannot have"),
        (Scope("s", (("Client", 2),), pins=((("boss", (0,)), 1),)), "cannot have"),
    ],
)
def test_a_scope_that_does_not_fit_is_refused(scope: Scope, message: str) -> None:
    with pytest.raises(BadScope, match=message):
        Machine(protocol(LOCK), scope)


def test_a_scope_too_large_for_bytes_is_refused() -> None:
    with pytest.raises(TooLarge, match="boss"):
        machine(LOCK, Client=257)


def test_a_sort_without_individuals_is_fine() -> None:
    text = LOCK.replace("const boss: Client", "").replace("where c != boss", "")
    empty = machine(text, Client=0)
    assert [dict(empty.successors(packed)) for packed in empty.initial_states()] == [
        {number(empty, "rest"): first(empty)}
    ]


def test_no_individual_for_a_const_means_no_state() -> None:
    assert list(machine(LOCK, Client=0).initial_states()) == []


def test_making_a_machine_compiles_nothing(lock: Machine, compiled: list[str]) -> None:
    made = Machine(lock.protocol, lock.scope)
    assert len(made.grounds) == len(lock.grounds)
    assert compiled == []
    made.fire(number(made, "wait", 0), first(made))
    assert len(compiled) == 1


def test_shared_tests_are_asked_once_and_params_never(lock: Machine, compiled: list[str]) -> None:
    assert lock.successors(first(lock))
    (source,) = compiled
    for client in range(2):
        holds = lock.layout.slot("holds", (client,))
        assert source.count(f"if s{holds}:") <= 1
    assert f"s[{lock.layout.slot('patient')}]" not in source


def test_steps_that_are_never_possible_are_left_out(compiled: list[str]) -> None:
    text = """
    module m "m"
    param on = false
    sort Node
    const root: Node
    state seen[Node]: bool = false
    action see(n: Node) { requires n != root  seen[n] := true }
    action never(n: Node) { requires on  seen[n] := false }
    """
    pinned = machine(text, Scope("s", (("Node", 3),), pins=((("root", ()), 1),)))
    assert {number for number, _ in pinned.successors(first(pinned))} == {0, 2}
    (source,) = compiled
    assert source.count("found.append") == 2
    assert len(pinned.grounds) == 6


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sources compiled from here on."""
    sources: list[str] = []
    run = ground._run

    def noted(source: str, name: str) -> dict[str, Any]:
        sources.append(source)
        return run(source, name)

    monkeypatch.setattr(ground, "_run", noted)
    return sources

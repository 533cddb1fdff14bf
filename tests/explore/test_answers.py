"""Single answers: each kind of property failing and holding, the shortest witness, limits, Ctrl-C."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from checker.explore import search as search_loop
from checker.explore.answer import Said
from checker.explore.explore import explore
from checker.explore.safety import Safety
from checker.explore.search import Limits, search
from checker.explore.symmetry import find_symmetry
from checker.explore.witness import lift_to, replayed
from checker.model.ground import Machine
from checker.model.judge import InternalError, Standing
from checker.model.run import Run, Step, replay
from checker.model.scope import declared_scope
from tests.explore.made import explored, protocol, sized, text_protocol


def said(name: str, scope: str, answer: str) -> Said:
    return explored(name, scope).answer(answer).said


def test_each_kind_can_hold_and_fail() -> None:
    assert said("counter", "sound", "below_the_top") is Said.FAILS
    assert said("lock", "two", "alone") is Said.HOLDS
    assert said("counter", "sound", "only_one_at_a_time") is Said.HOLDS
    assert said("ring", "three", "token_moves_on") is Said.HOLDS
    assert said("counter", "sound", "at_the_top") is Said.HOLDS
    assert said("counter", "jammed", "at_the_top") is Said.FAILS
    assert said("ring", "lost_for_good", "token_somewhere") is Said.FAILS
    assert said("counter", "sound", "reach_the_top") is Said.HOLDS
    assert said("counter", "jammed", "reach_the_top") is Said.FAILS
    assert said("lock", "two", "strongly_served") is Said.HOLDS
    assert said("lock", "two", "weakly_served") is Said.FAILS


def test_a_step_rule_that_fails_names_the_step() -> None:
    text = """module jump "Too far"
    state x: int[0..3] = 0
    action one() { requires x < 3  x := if x < 3 then x + 1 else x }
    action two() { requires x == 1  x := 3 }
    step slowly x <= old(x) + 1
    step two_never not did(two())
    scope s { }
    """
    found = explore(text_protocol(text), sized("s"))
    for name in ("slowly", "two_never"):
        witness = found.answer(name).witness
        assert witness is not None
        assert [step.action for step in witness.steps] == ["one", "two"]


def test_witnesses_are_shortest_and_real() -> None:
    found = explored("counter", "sound")
    witness = found.answer("below_the_top").witness
    assert witness is not None
    assert [step.action for step in witness.steps] == ["up"] * 5
    states = replay(found.protocol, witness)
    assert [state["level", ()] for state in states] == [0, 1, 2, 3, 4, 5]


def test_fault_budget_is_kept() -> None:
    assert explored("counter", "jammed").states == 12
    witness = explored("counter", "jammed").answer("at_the_top").witness
    assert witness is not None
    assert [step.action for step in witness.steps] == ["jam"]


def test_a_run_that_is_none_never_gets_out() -> None:
    found = protocol("counter")
    machine = Machine(found, declared_scope(found))
    start = tuple(machine.layout.unpack(next(machine.initial_states())).items())
    with pytest.raises(InternalError, match="does not replay"):
        replayed(machine, Run(machine.scope, start, (Step("down", "SUCCESS", ()),)))


def test_a_wrong_compiled_answer_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the compiled tests wrong, the reference would not confirm the witness."""
    original = Machine.test

    def wrong(self: Machine, expr: object, bound: tuple[tuple[str, int], ...] = ()) -> Callable[[bytes], bool]:
        test = original(self, expr, bound)  # type: ignore[arg-type]
        return lambda state: not test(state)

    monkeypatch.setattr(Machine, "test", wrong)
    with pytest.raises(InternalError, match="the reference does not agree"):
        explore(protocol("lock"), sized("n", Client=2))


def test_final_that_never_applies_means_nothing() -> None:
    answer = explored("ring", "three").answer("token_somewhere")
    assert answer.said is Said.HOLDS
    assert not answer.premise_seen
    (line,) = (line for line in explored("ring", "three").roster if line.name == "token_somewhere")
    assert line.standing is Standing.NOT_EXERCISED


def test_deadlock_without_final_is_reported_and_not_judged() -> None:
    text = """module once "It ends"
    state done: bool = false
    action finish() { requires not done  done := true }
    scope s { }
    """
    found = explore(text_protocol(text), sized("s"))
    assert found.ends.count == 1
    assert not found.ends.judged
    assert found.ends.example is not None
    assert len(found.ends.example.steps) == 1
    assert explored("counter", "sound").ends.judged


def test_no_initial_state() -> None:
    text = """module nothing "There is no such world"
    sort A
    const next(A): A
    state x: bool = false
    action go() { x := true }
    assume impossible forall a: A. next(a) != a
    invariant fine not x
    can go_on x
    leads to there not x ~> x fair go
    scope one { A = 1 }
    """
    found = explore(text_protocol(text), sized("one", A=1))
    assert (found.states, found.transitions, found.depth, found.complete) == (0, 0, 0, True)
    assert {line.standing for line in found.roster} == {Standing.NOT_EXERCISED}


# --------------------------------------------------------------------------------------------------------------- limits


def test_a_limit_makes_unknown_of_what_would_hold() -> None:
    found = explore(protocol("two_phase"), sized("n", Participant=5), limit=100)
    assert not found.complete
    assert found.reason == "100 states were reached"
    assert {answer.said for answer in found.answers} == {Said.UNKNOWN}
    assert {line.standing for line in found.roster} <= {Standing.UNKNOWN, Standing.NOT_EXERCISED}


def test_what_fails_fails_whatever_the_limit() -> None:
    found = explore(protocol("counter"), sized("n"), limit=6)  # the fifth step leads to the last state
    assert found.answer("below_the_top").said is Said.FAILS
    cut = explore(protocol("lock"), sized("n", Client=3), symmetry=False, limit=17)
    assert not cut.complete
    assert cut.answer("weakly_served").said in (Said.FAILS, Said.UNKNOWN)
    assert cut.answer("never_left").said is Said.FAILS
    assert cut.answer("alone").said is Said.UNKNOWN
    assert cut.answer("strongly_served").said is Said.UNKNOWN


@pytest.mark.parametrize("limit", range(1, 21))
def test_a_cut_graph_is_sound(limit: int) -> None:
    """However early it stops, it never says more than the whole search."""
    for name, scope in (("lock", "three"), ("ring", "three"), ("philosophers", "table")):
        whole = explored(name, scope)
        cut = explore(protocol(name), declared_scope(protocol(name), scope), limit=limit)
        for answer, known in zip(cut.answers, whole.answers, strict=True):
            assert answer.said in (known.said, Said.UNKNOWN)
            assert cut.complete or answer.said is not Said.HOLDS


def test_seconds_are_a_limit() -> None:
    found = explore(protocol("two_phase"), sized("n", Participant=7), symmetry=False, seconds=0.05)
    assert found.reason == "0.05 s were over"
    assert found.states < 296_448  # of all


def test_interrupted_search_keeps_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_loop, "BETWEEN_WORDS", 0)
    calls = 0

    def stop(words: str) -> None:
        nonlocal calls
        calls += 1
        if calls == 20:
            raise KeyboardInterrupt

    found = explore(protocol("two_phase"), sized("n", Participant=5), symmetry=False, progress=stop)
    assert calls > 20  # the judging told of itself too
    assert found.reason == "it was interrupted"
    assert found.states > 100
    assert {answer.said for answer in found.answers} == {Said.UNKNOWN}
    assert found.run_to(found.states - 1).steps  # every state kept has a real run to it


def test_interrupted_judging_keeps_the_answers_so_far() -> None:
    def stop(words: str) -> None:
        if words.endswith("judging decided"):
            raise KeyboardInterrupt

    found = explore(protocol("two_phase"), sized("n", Participant=3), progress=stop)
    assert [answer.said for answer in found.answers] == [Said.HOLDS, Said.HOLDS, Said.UNKNOWN, Said.UNKNOWN]
    assert not found.complete


def test_every_state_has_a_real_run() -> None:
    for name, scope in (("ring", "three"), ("lock", "three")):
        found = protocol(name)
        machine = Machine(found, declared_scope(found, scope))
        symmetry = find_symmetry(machine)
        graph = search(machine, symmetry, Safety(machine), Limits())
        for index, state in enumerate(graph.states):
            run = lift_to(graph, machine, symmetry, index).run()
            assert len(run.steps) == graph.depth(index)
            last = machine.layout.pack(replay(found, run)[-1], state[-1])
            assert symmetry.canonical(last)[0] == state

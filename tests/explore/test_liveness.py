"""`leads to`: weak and strong fairness, doing nothing for ever, outcomes, symmetry; every lasso is a fair run."""

from __future__ import annotations

import pytest

from checker.explore.answer import Answer, Said
from checker.explore.explore import explore
from checker.explore.lasso import confirm_lasso
from checker.explore.witness import replayed
from checker.model.ground import Machine
from checker.model.judge import InternalError
from checker.model.run import Run
from tests.explore.made import explored, sized, text_protocol

SWITCH = """
module switch "A lamp, and somebody who plays with the switch"
state on: bool = false
state seen: bool = false
action flip() { on := not on }
action look() { requires on  seen := true }
leads to %s
scope s { }
"""


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("it not seen ~> seen", Said.FAILS),  # nothing need ever happen
        ("it not seen ~> seen fair flip", Said.FAILS),  # on and off again, nobody looks
        ("it not seen ~> seen fair look", Said.FAILS),  # nobody flips
        ("it not seen ~> seen fair flip, look", Said.FAILS),  # on and off: never for long enough
        ("it not seen ~> seen fair flip, strongly look", Said.HOLDS),
        ("it on ~> not on fair flip", Said.HOLDS),
        ("it on ~> on", Said.HOLDS),  # at once
        ("it on and not on ~> false fair flip", Said.HOLDS),  # never begins
    ],
)
def test_fairness(formula: str, said: Said) -> None:
    found = explore(text_protocol(SWITCH % formula), sized("s"))
    answer = found.answer("it")
    assert answer.said is said
    assert answer.premise_seen is ("not on ~>" not in formula or "on and" not in formula)


def test_doing_nothing_is_a_finite_run_and_a_loop_is_a_loop() -> None:
    stops = explore(text_protocol(SWITCH % "it not seen ~> seen"), sized("s")).answer("it").witness
    assert stops is not None
    assert (stops.steps, stops.loop) == ((), None)
    goes_round = explore(text_protocol(SWITCH % "it not seen ~> seen fair flip, look"), sized("s")).answer("it").witness
    assert goes_round is not None
    assert ([step.action for step in goes_round.steps], goes_round.loop) == (["flip", "flip"], 0)


RETRY = """
module retry "A request that may fail"
enum Stage { idle, asked, done }
state stage: Stage = idle
state lamp: bool = false
action ask() {
    requires stage == idle and not pending(ask())
    begin { }
    outcome SUCCESS { stage := done }
    outcome LATE failure { lamp := not lamp }
}
fault undo() { stage := idle }
action never() { requires stage == done and stage == idle  stage := done }
leads to done_in_the_end stage == idle ~> stage == done fair strongly ask
leads to done_if_begun pending(ask()) ~> not pending(ask()) fair ask
leads to undone stage == done ~> stage == idle fair ask
scope s { faults = 1 }
"""


def test_all_moments_of_an_instance_count() -> None:
    """Fair to `ask` is who begins it and lets it fail, again and again; and an outcome that is owed comes."""
    found = explore(text_protocol(RETRY), sized("s", faults=1))
    failing = found.answer("done_in_the_end").witness
    assert failing is not None
    assert {step.moment for step in failing.steps} == {"begin", "LATE"}
    assert found.answer("done_if_begun").said is Said.HOLDS
    assert found.answer("undone").said is Said.FAILS  # only a fault would, and nobody can count on faults


PASSING = """
module passing "A ball between any number of children; it comes back only if they wish"
sort Child
state has: Child
state happy[Child]: bool = false
action throw(a: Child, b: Child) { requires has == a and a != b  has := b }
action enjoy(a: Child) { requires has == a  happy[a] := true }
leads to everybody_gets_it forall c: Child. has != c ~> has == c fair throw
leads to thrown_on forall c: Child. has == c ~> has != c fair throw
leads to happy_in_the_end forall c: Child. has == c ~> happy[c] fair enjoy
leads to happy_if_insisted forall c: Child. has == c ~> happy[c] fair strongly enjoy, strongly throw
scope s { Child = 4 }
"""


@pytest.mark.parametrize("symmetry", [True, False])
@pytest.mark.parametrize("size", [2, 3, 4])
def test_individuals_are_told_apart_under_symmetry(symmetry: bool, size: int) -> None:
    """All children look alike, and still it is one of them who never gets the ball."""
    found = explore(text_protocol(PASSING), sized("s", Child=size), symmetry=symmetry)
    neglected = found.answer("everybody_gets_it")
    if size == 2:
        assert neglected.said is Said.HOLDS
    else:
        assert neglected.said is Said.FAILS
        assert neglected.witness is not None
        assert neglected.witness.loop is not None
        (who,) = neglected.instance
        child = int(who[1].removeprefix("child")) - 1
        looping = neglected.witness.steps[neglected.witness.loop :]
        assert all(child not in step.args for step in looping)
    assert found.answer("thrown_on").said is Said.HOLDS
    assert found.answer("happy_in_the_end").said is Said.FAILS
    assert found.answer("happy_if_insisted").said is Said.HOLDS


def test_a_lasso_that_is_not_fair_is_refused() -> None:
    found = explored("lock", "three", False)
    answer = found.answer("weakly_served")
    assert answer.witness is not None
    states = replayed(found.machine, answer.witness)
    client = int(answer.instance[0][1].removeprefix("client")) - 1
    waits = next(at for at, state in enumerate(states) if state["waiting", (client,)])
    _confirm(found.machine, answer, answer.witness, client, waits)
    lazy = Run(answer.witness.scope, answer.witness.start, answer.witness.steps[:1], None)  # stops where `take` is due
    with pytest.raises(InternalError, match="fair to take"):
        _confirm(found.machine, answer, lazy, client, waits)


def _confirm(machine: Machine, answer: Answer, run: Run, client: int, met: int) -> None:
    confirm_lasso(machine, answer.property, run, replayed(machine, run), (client,), met)

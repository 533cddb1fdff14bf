"""Replay: a run is one only if the definition takes every step of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.model.reference import Reference
from checker.model.run import ReplayFailed, Run, Step, replay
from checker.model.scope import Scope, declared_scope
from tests.model.machines import LOCK, protocol

PROTOCOL = protocol(LOCK)
SCOPE = declared_scope(PROTOCOL)
START = next(Reference(PROTOCOL, SCOPE).initial_states())
TAKEN = (Step("wait", "SUCCESS", (1,)), Step("take", "begin", (1,)), Step("take", "SUCCESS", (1,)))
RESET = Step("reset", "SUCCESS", ())


def run(*steps: Step, scope: Scope = SCOPE, loop: int | None = None, **changed: bool | int) -> Run:
    start = dict(START) | {(name, ()): value for name, value in changed.items()}
    return Run(scope, tuple(start.items()), steps, loop)


def test_all_states_are_passed_through() -> None:
    states = replay(PROTOCOL, run(*TAKEN))
    assert len(states) == 4
    assert states[0] == START
    assert [state["lamp", ()] for state in states] == [0, 0, 1, 2]
    assert [state["pending take", (1,)] for state in states] == [False, False, True, False]
    assert states[3]["holds", (1,)] is True


def test_a_loop_that_closes() -> None:
    leave = Step("leave", "SUCCESS", (1,))
    again = (*TAKEN, RESET, *TAKEN[:1], Step("take", "begin", (1,)), Step("take", "REFUSED", (1,)))
    resting = run(*again, Step("rest", "SUCCESS", ()), loop=len(again))
    assert len(replay(PROTOCOL, resting)) == len(again) + 2
    assert leave.action not in {step.action for step in resting.steps}


@pytest.mark.parametrize(
    ("bad", "number", "reason"),
    [
        (run(lamp=1), 0, "not an initial state"),
        (run(patient=False), 0, "not an initial state"),
        (run(boss=7), 0, "not an initial state"),
        (replace(run(), start=run().start[1:]), 0, "not an initial state"),
        (replace(run(), start=(*run().start, *run().start[:1])), 0, "two values"),
        (run(TAKEN[0], TAKEN[0]), 2, "not possible"),
        (run(TAKEN[1]), 1, "L-02"),
        (run(TAKEN[2]), 1, "not possible"),
        (run(Step("wait", "SUCCESS", (2,))), 1, "arguments"),
        (run(Step("wait", "SUCCESS", ())), 1, "arguments"),
        (run(Step("wait", "DONE", (1,))), 1, "no moment DONE"),
        (run(Step("wait", "begin", (1,))), 1, "no moment begin"),
        (run(Step("jump", "SUCCESS", (1,))), 1, "no action jump"),
        (run(RESET, RESET), 2, "fault 2"),
        (run(*TAKEN, loop=0), 3, "does not end where it began"),
        (run(*TAKEN, loop=3), 3, "no steps"),
        (run(RESET, loop=0), 1, "again and again"),
        (run(RESET, scope=replace(SCOPE, faults=0)), 1, "fault 1"),
    ],
)
def test_what_is_no_run_is_refused_with_step_and_reason(bad: Run, number: int, reason: str) -> None:
    with pytest.raises(ReplayFailed, match=reason) as failed:
        replay(PROTOCOL, bad)
    assert failed.value.number == number


def test_a_step_that_gives_a_cell_two_values_is_refused() -> None:
    text = """
    module m "m"
    sort Client
    state on[Client]: bool = false
    action move(a: Client, b: Client) { on[a] := true  on[b] := false }
    """
    moving = protocol(text)
    scope = Scope("s", (("Client", 2),))
    start = tuple(next(Reference(moving, scope).initial_states()).items())
    assert len(replay(moving, Run(scope, start, (Step("move", "SUCCESS", (0, 1)),)))) == 2
    with pytest.raises(ReplayFailed, match="True and False"):
        replay(moving, Run(scope, start, (Step("move", "SUCCESS", (1, 1)),)))


def test_left_out_rules_are_left_out_in_replay_too() -> None:
    scope = replace(SCOPE, without=frozenset({"L-02"}))
    assert len(replay(PROTOCOL, run(TAKEN[1], scope=scope))) == 2

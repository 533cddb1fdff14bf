"""Steps and runs of the model, and `replay`, which asks the reference whether a run is one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from checker.language.protocol import Kind, Protocol
from checker.model.scope import Scope

if TYPE_CHECKING:
    from checker.model.reference import State


@dataclass(frozen=True, slots=True)
class Step:
    """One moment of one action. `args` are individuals by number, in the order of the action's parameters."""

    action: str
    moment: str
    args: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """Steps from an initial state.

    `start` gives each cell's value in the initial state, as ((cell, index), value), consts and params included.
    `loop` is the number of steps before the part that repeats for ever, None for a finite run.
    """

    scope: Scope
    start: tuple[tuple[tuple[str, tuple[int, ...]], bool | int], ...] = field(repr=False)
    steps: tuple[Step, ...] = ()
    loop: int | None = None


class ReplayFailed(Exception):
    """A run that is none: at which step (counted from 1; 0 is the start), and why."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(f"step {number}: {reason}" if number else reason)
        self.number = number
        self.reason = reason


def replay(protocol: Protocol, run: Run) -> tuple[State, ...]:
    """The states a run passes through, the initial one first. Raises ReplayFailed."""
    from checker.model.reference import (
        Conflict,
        NoSuchStep,
        OutOfRange,
        Reference,
    )  # it names steps, so it imports this file

    reference = Reference(protocol, run.scope)
    state: State = dict(run.start)
    if len(state) != len(run.start):
        raise ReplayFailed(0, "the start gives a cell two values")
    if not reference.is_initial(state):
        raise ReplayFailed(0, "the start is not an initial state")
    states = [state]
    faults = 0
    for number, step in enumerate(run.steps, 1):
        try:
            failing = reference.failing(step, state)
            if failing:
                blamed = ", ".join(" ".join(guard.rules) or guard.span.place for guard in failing)
                raise ReplayFailed(number, f"{step.action}.{step.moment} is not possible here ({blamed})")
            state = reference.after(step, state)
        except (Conflict, NoSuchStep, OutOfRange) as problem:
            raise ReplayFailed(number, str(problem)) from problem
        faults += protocol.action(step.action).kind is Kind.FAULT
        if faults > run.scope.faults:
            raise ReplayFailed(number, f"this is fault {faults}, and the scope allows {run.scope.faults}")
        states.append(state)
    if run.loop is not None:
        _check_loop(protocol, run, states)
    return tuple(states)


def _check_loop(protocol: Protocol, run: Run, states: list[State]) -> None:
    last = len(run.steps)
    if run.loop is None or not 0 <= run.loop < last:
        raise ReplayFailed(last, "the part that repeats has no steps")
    if states[run.loop] != states[last]:
        raise ReplayFailed(last, "the part that repeats does not end where it began")
    if any(protocol.action(step.action).kind is Kind.FAULT for step in run.steps[run.loop :]):
        raise ReplayFailed(last, "a fault would happen again and again")

"""Where a run can begin: the initial states, or every state that can be reached."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from checker.language.core import CellKind
from checker.language.protocol import Protocol
from checker.model.ground import Machine
from checker.trace.options import Budget


@dataclass(slots=True)
class Starts:
    """The states a trace can begin in, with the steps that led there.

    Faults before the trace begins are as many as the largest scope of the text allows; they do not count in it.
    """

    machine: Machine
    anywhere: bool
    faults: int
    budget: Budget
    parents: dict[bytes, tuple[bytes, int] | None] = field(default_factory=dict)

    def states(self) -> Iterator[bytes]:
        """The states, nearest first, each with no faults counted. Raises LimitReached."""
        if not self.anywhere:
            yield from self.machine.initial_states()
            return
        scope = replace(self.machine.scope, faults=self.faults)
        machine = Machine(self.machine.protocol, scope, self.machine.core)
        seen: set[bytes] = set()
        level: list[bytes] = []
        for state in machine.initial_states():
            self.parents[state] = None
            level.append(state)
        while level:
            for state in level:
                plain = state[:-1] + b"\0"
                if plain not in seen:
                    seen.add(plain)
                    self.parents.setdefault(plain, self.parents[state])
                    yield plain
            further: list[bytes] = []
            for state in level:
                for number, after in machine.successors(state):
                    if after not in self.parents:
                        self.budget.spend()
                        self.parents[after] = state, number
                        further.append(after)
            level = further

    def steps_to(self, state: bytes) -> tuple[bytes, tuple[int, ...]]:
        """The initial state and the steps from it to one of the states."""
        steps: list[int] = []
        while (parent := self.parents.get(state)) is not None:
            state, number = parent
            steps.append(number)
        return state, tuple(steps[::-1])


def worst_faults(protocol: Protocol, faults: int) -> int:
    """How many faults may have come before a trace that begins anywhere."""
    return max([faults, *(scope.faults for scope in protocol.scopes)])


def world_key(machine: Machine, state: bytes) -> bytes:
    """What tells worlds apart: the consts."""
    families = machine.layout.families.values()
    return b"".join(
        state[family.base : family.base + family.cells] for family in families if family.kind is CellKind.CONST
    )

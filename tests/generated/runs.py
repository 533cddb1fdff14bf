"""Runs against traces: does this one explain it, does any of a scope? By the reference, and by trying everything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from checker.language.protocol import Final, Protocol
from checker.model.reference import Reference, State
from checker.model.run import Run, Step, replay
from checker.model.scope import Scope
from checker.trace.event import Trace
from tests.generated.explains import Reader, Told


def follows(protocol: Protocol, run: Run, trace: Trace, skip: int = 0, names: Scope | None = None) -> str:
    """Why the run does not explain the trace from its step `skip` on; "" where it does. It is replayed first."""
    states = replay(protocol, run)
    scope = names or run.scope
    reader = Reader(protocol, scope, trace)
    found: set[Told] = {reader.begun(states[skip])}
    furthest = 0
    for number, step in enumerate(run.steps[skip:], skip):
        found = {after for told in found for after in reader.after(told, step, states[number])}
        if not found:
            return f"step {number + 1}, {step.action}.{step.moment}{step.args}, does not fit after {furthest} events"
        furthest = max(sum(told.at) for told in found)
    if not any(reader.over(told) for told in found):
        return f"the run ends after {furthest} of {sum(reader.lengths)} events"
    return ""


@dataclass
class Graph:
    """The states of a scope and the steps between them, each worked out by the reference once."""

    protocol: Protocol
    scope: Scope
    known: dict[tuple[tuple[object, object], ...], list[tuple[Step, State]]] = field(default_factory=dict)

    @cached_property
    def reference(self) -> Reference:
        return Reference(self.protocol, self.scope)

    def steps(self, state: State) -> list[tuple[Step, State]]:
        key = packed(state)
        if key not in self.known:
            self.known[key] = [(step, self.reference.after(step, state)) for step in self.reference.steps(state)]
        return self.known[key]

    @cached_property
    def reachable(self) -> list[State]:
        found = list(self.reference.initial_states())
        seen = {packed(state) for state in found}
        for state in found:
            for _, after in self.steps(state):
                if packed(after) not in seen:
                    seen.add(packed(after))
                    found.append(after)
        return found


def packed(state: State) -> tuple[tuple[object, object], ...]:
    return tuple(sorted(state.items(), key=repr))


class TooMany(Exception):
    """More nodes than the search was given."""


def search(graph: Graph, trace: Trace, faults: int = 0, most: int = 200_000) -> str:
    """conforms, unfinished or violates, by trying every run of the scope (orders between logs as they can be).

    Raises TooMany.
    """
    reader = Reader(graph.protocol, graph.scope, trace, faults)
    starts: Iterable[State] = graph.reachable if reader.anywhere else graph.reference.initial_states()
    stack: list[tuple[State, Told]] = [(state, reader.begun(state)) for state in starts]
    seen = {(packed(state), told) for state, told in stack}
    finals = [prop for prop in graph.protocol.properties if isinstance(prop, Final)]
    best = "violates"
    while stack:
        state, told = stack.pop()
        if reader.over(told):
            if all(graph.reference.holds(prop, state) for prop in finals):
                return "conforms"
            best = "violates" if reader.complete else "unfinished"
        for step, after in graph.steps(state):
            for known in reader.after(told, step, state):
                node = packed(after), known
                if node not in seen:
                    if len(seen) >= most:
                        raise TooMany
                    seen.add(node)
                    stack.append((after, known))
    return best

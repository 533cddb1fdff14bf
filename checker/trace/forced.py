"""The forced reading: what becomes false when the records are taken as they are, whatever the guards.

The steps of the best run come first, then each event in turn, by its time where logs have one: as a step if hidden
steps make it possible, else with its guards waived where fewest are false. Only what a record itself makes false is
told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic

from checker.language.core import CoreProperty
from checker.trace.account import false_invariants
from checker.trace.conform import Case
from checker.trace.event import Event
from checker.trace.explain import Culprit
from checker.trace.search import MISSING, Node, Positions
from checker.trace.shared import Candidate
from checker.trace.verdict import Forced
from checker.trace.world import World

SECONDS = 10.0  # should the nodes take that long
NODES = 12_000  # looked at for all hidden steps
HIDDEN = 150  # nodes looked at for the hidden steps before an event


def forced_reading(case: Case, found: Culprit) -> tuple[Forced, ...]:
    """The invariants that the recorded events make false, each with the event after which it is, in that order."""
    return tuple(_Reading(case, found.block.world).read(found))


@dataclass(slots=True)
class _Reading:
    case: Case
    world: World
    false: set[str] = field(default_factory=set)
    left: int = NODES

    def read(self, found: Culprit) -> Iterator[Forced]:
        until = monotonic() + SECONDS
        search = self.case.search
        for node, taken in search.path(found.block.node):
            yield from self._told(node, taken.logs, taken.logs)
        node, log = found.block.node, found.block.view
        while monotonic() < until and self.left > 0:
            before, after, logs = self._event(node, log)
            self._noted(before)
            settled = self._settled(log, node[1])
            yield from self._told(after, logs, () if settled else logs)
            node = after
            following = self._head(node)
            if following is None:
                return
            log = following

    # ------------------------------------------------------------------------------------------------------- invariants

    def _told(self, node: Node, logs: tuple[int, ...], chosen: tuple[int, ...]) -> Iterator[Forced]:
        """What is false at a node and was not before; noted and not told where no record led there."""
        for prop in self._new(node):
            if logs:
                event = self._at(logs[0], node[1][logs[0]] - 1)
                if event is not None:
                    yield Forced(prop.name, prop.doc, prop.rules, event, bool(chosen) and self._several)

    def _noted(self, node: Node) -> None:
        for _ in self._new(node):
            pass

    def _new(self, node: Node) -> Iterator[CoreProperty]:
        for prop in false_invariants(self.case.machine, node[0]):
            if prop.name not in self.false:
                self.false.add(prop.name)
                yield prop

    def _at(self, log: int, position: int) -> Event | None:
        event = self.case.search.sequence[log][position]
        return None if event == MISSING else self.case.views[log].events[event].event

    # ------------------------------------------------------------------------------------------------------------ order

    @property
    def _several(self) -> bool:
        return sum(bool(row) for row in self.case.search.sequence) > 1

    def _head(self, node: Node) -> int | None:
        """The log whose event comes next: one that may be next, one that a step can explain first."""
        search = self.case.search
        heads = search.heads(node[1])
        if not heads:  # the stated orders wait for an event that is not recorded
            heads = [log for log, at in enumerate(node[1]) if at < search.lengths[log]]
        if len(heads) > 1 and any(search.time(log, node[1][log]) is None for log in heads):
            possible = (log for log in heads if any(True for c in self._candidates(log, node) if self._fits(node, c)))
            return next(possible, heads[0])
        return heads[0] if heads else None

    def _settled(self, log: int, positions: Positions) -> bool:
        """Whether the trace itself says that the log's next event comes just here among those of the other logs."""
        search = self.case.search
        need = search.needs[log][search.sequence[log][positions[log]]]
        for other, at in enumerate(positions):
            if other == log:
                continue
            if need[other] < at:
                return False
            if at < search.lengths[other] and search.needs[other][search.sequence[other][at]][log] <= positions[log]:
                return False
        return True

    # ------------------------------------------------------------------------------------------------------------- step

    def _candidates(self, log: int, node: Node) -> tuple[Candidate, ...]:
        event = self.case.search.sequence[log][node[1][log]]
        return self.world.candidates(log, event) if event != MISSING else ()

    def _fits(self, node: Node, candidate: Candidate) -> bool:
        return self.case.machine.fire(candidate.number, node[0]) is not None and not self._cost(node, candidate)

    def _cost(self, node: Node, candidate: Candidate) -> int:
        """How much is in the way of the step at a node."""
        failing = len(self.case.machine.failing(candidate.number, node[0]))
        misfit = self.case.shared.bindings.after(node[2], candidate.change) is None
        return failing + misfit + sum(not test(node[0]) for test in candidate.tests)

    def _event(self, node: Node, log: int) -> tuple[Node, Node, tuple[int, ...]]:
        """The node just before the log's next event and the one after it, and the logs that recorded it."""
        candidates = self._candidates(log, node)
        if not candidates:
            return node, _moved(node, node[0], node[2], (log,)), (log,)
        best = min((self._nearest(node, candidate) for candidate in candidates), key=lambda each: each[0])
        _, before, candidate = best
        bindings, number = self.case.shared.bindings, candidate.number
        state = self.case.machine.force(number, before[0])
        changed = bindings.after(before[2], candidate.change)
        binding = before[2] if changed is None else changed
        together = next(iter(self.case.search.joint(self.world, before[1], binding, log, number)), ((log,), binding))
        return before, _moved(before, state, together[1], together[0]), together[0]

    def _nearest(self, node: Node, candidate: Candidate) -> tuple[int, Node, Candidate]:
        """The node, by hidden steps, where least is in the way of the candidate; its begin taken first."""
        begin = self.world.begin_of(candidate.number)
        if begin is not None and self.world.may_hide(self.case.machine.grounds[begin]):
            cost, before = self._search(node, Candidate(begin, 0, ()))
            if self._cost(node, candidate):
                node = self.case.machine.force(begin, before[0]), before[1], before[2]
                further, there = self._search(node, candidate)
                return cost + further, there, candidate
        cost, there = self._search(node, candidate)
        return cost, there, candidate

    def _search(self, node: Node, candidate: Candidate) -> tuple[int, Node]:
        best, cost = node, self._cost(node, candidate)
        seen, queue = {node}, [node]
        for here in queue:
            if cost == 0 or len(seen) > HIDDEN:
                break
            for move in self.case.search.unrecorded(self.world, here):
                if move.after not in seen:
                    self.left -= 1
                    seen.add(move.after)
                    queue.append(move.after)
                    further = self._cost(move.after, candidate)
                    if further < cost:
                        best, cost = move.after, further
        return cost, best


def _moved(node: Node, state: bytes, binding: int, logs: tuple[int, ...]) -> Node:
    return state, tuple(at + (log in logs) for log, at in enumerate(node[1])), binding

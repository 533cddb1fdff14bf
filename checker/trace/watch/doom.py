"""What can still become of a case: whether any continuation ends cleanly, and the shortest clean abort.

A clean end is a state in which every `final` property holds and no `leads to` waits. The clean ends that are reached
without a failure, a refusal or a fault from where a case stopped being at one are its *successes*; any other clean end
is an *abort*. So a request that is refused for the moment and then granted is on no abort, and a case that comes back
to where it was is.

NOTE(continuations). A continuation is any run of the protocol from a state that is consistent with the records so far:
ids are not looked at, and what a log must record may happen as long as records of that log are still to come. That is
more than can happen, so "doomed" is certain, and "not doomed" is as far as the protocol goes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from checker.trace.watch.engine import Element, Engine, TooMany
from checker.trace.watch.frontier import Frontiers, Positions, Queued

MOST_FUTURES = 60_000  # states of one setting that are looked at for continuations
MOST_AT_ONCE = 8_000  # of which one question may look at so many
MOST_CATCHING_UP = 8_000

State = tuple[int, bytes]  # world, state
Path = tuple[int, ...]  # ground numbers of steps
Ends = frozenset[State]


@dataclass(frozen=True, slots=True)
class Future:
    """What can still become of a case. `known`: false where a bound was met before that was settled."""

    clean: bool  # it may be at a clean end now
    success: bool
    way_out: Path | None  # the shortest clean abort, from `origin`
    origin: Element | None
    known: bool
    ahead: bool = False  # told of what the other logs may still bring: nobody knows yet where the case is

    @property
    def doomed(self) -> bool:
        """Whether no continuation ends cleanly."""
        return self.known and not self.clean and not self.success and self.way_out is None


class _Bound(Exception):
    """Too many states were looked at."""


@dataclass(slots=True)
class Futures:
    """Continuations in one setting. Successors of states are worked out once."""

    frontiers: Frontiers
    _first: dict[tuple[int, object], State] = field(default_factory=dict)
    _steps: dict[State, tuple[tuple[int, State, bool], ...]] = field(default_factory=dict)
    _clean: dict[State, bool] = field(default_factory=dict)
    _targets: dict[int, Ends | None] = field(default_factory=dict)
    _known: dict[tuple[int, Ends | None], Future] = field(default_factory=dict)
    _hopeless: dict[Ends | None, set[State]] = field(default_factory=dict)
    _vain: dict[int, bool] = field(default_factory=dict)

    @property
    def engine(self) -> Engine:
        return self.frontiers.engine

    def target(self, number: int) -> Ends | None:
        """The successes of a case whose frontier this is. None where a bound was met: then only doom is told."""
        if number not in self._targets:
            starts = self._states(self.frontiers.full(number))
            try:
                self._targets[number] = frozenset(self._reach(starts))
            except (_Bound, TooMany):
                self._targets[number] = None
        return self._targets[number]

    def ends(self, number: int) -> Ends:
        """The clean ends that a case with this frontier may be at."""
        return frozenset(state for state in self._states(self.frontiers.full(number)) if self.is_clean(state))

    def of(self, number: int, target: Ends | None) -> Future:
        """What can become of a case with this frontier and these successes."""
        key = number, target
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._of(number, target)
        return found

    def in_vain(self, number: int) -> bool:
        """Whether some record is taken by no run, whatever the other logs still bring. False: no, or not settled."""
        found = self._vain.get(number)
        if found is None:
            try:
                found = not self._caught_up(number, first=True)
            except (_Bound, TooMany):
                found = False
            self._vain[number] = found
        return found

    def _of(self, number: int, target: Ends | None) -> Future:
        frontier = self.frontiers.met[number]
        full = self.frontiers.full(number)
        if any(self.engine.owing(element) == 0 for element in full):
            return Future(clean=True, success=True, way_out=None, origin=None, known=True)
        try:
            if full:
                success, path, origin = self._search(full, target)
                if success or path is not None or len(frontier.full) == len(frontier.members):
                    return Future(False, success, path, origin, known=True)
            caught = self._caught_up(number, first=False)
            success, path, _ = self._search(caught, target)
            # From a state that is reached by records still to come no run is told.
            return Future(False, success or path is not None, None, None, known=True, ahead=True)
        except (_Bound, TooMany):
            return Future(False, False, None, None, known=False)

    # ---------------------------------------------------------------------------------------------------------- states

    def _states(self, elements: Iterable[Element]) -> dict[State, Element]:
        found: dict[State, Element] = {}
        for element in elements:
            world, state, _ = self.engine.elements[element]
            found.setdefault(self._same(world, state), element)
        return found

    def _same(self, world: int, state: bytes) -> State:
        """The first state met that has the same future."""
        return self._first.setdefault((world, self.engine.kept(state)), (world, state))

    def is_clean(self, state: State) -> bool:
        found = self._clean.get(state)
        if found is None:
            found = self._clean[state] = self.engine.open_at(state[1]) == 0
        return found

    def steps(self, state: State) -> tuple[tuple[int, State, bool], ...]:
        """The steps possible in a state: which, the state after, whether it is a failure or a fault."""
        found = self._steps.get(state)
        if found is None:
            if len(self._steps) >= MOST_FUTURES:
                raise _Bound
            found = self._steps[state] = tuple(self._possible(state))
        return found

    def _possible(self, state: State) -> Iterable[tuple[int, State, bool]]:
        world, packed = state
        grounds, matters = self.engine.machine.grounds, self.engine.shared.relevance.moments
        for number, after in self.engine.machine.successors(packed):
            moment = grounds[number].moment
            if moment.fault and packed[-1] >= self.engine.options.faults:
                continue
            if (moment.action, moment.moment) in matters:
                same = self._same(world, after)
                if same != state:
                    yield number, same, moment.failure or moment.fault

    def _reach(self, starts: Iterable[State]) -> set[State]:
        """The first clean ends reached without a failure."""
        ends: set[State] = set()
        seen = set(starts)
        stack = list(seen)
        while stack:
            for _, after, failing in self.steps(stack.pop()):
                if failing or after in seen:
                    continue
                seen.add(after)
                if len(seen) > MOST_AT_ONCE:
                    raise _Bound
                if self.is_clean(after):
                    ends.add(after)
                else:
                    stack.append(after)
        return ends

    def _search(self, elements: Iterable[Element], target: Ends | None) -> tuple[bool, Path | None, Element | None]:
        """Whether a success can be reached, and the shortest way to an abort, with the element it begins at."""
        starts = self._states(elements)
        hopeless = self._hopeless.setdefault(target, set())
        parents: dict[State, tuple[State, int] | None] = {
            state: None for state in sorted(starts) if state not in hopeless
        }
        queue = deque(parents)
        success, ended = False, None
        while queue and not (success and (ended is not None or target is None)):
            if len(parents) > MOST_AT_ONCE:
                raise _Bound
            state = queue.popleft()
            for number, after, _ in self.steps(state):
                if after in parents or after in hopeless:
                    continue
                parents[after] = state, number
                if not self.is_clean(after):
                    queue.append(after)
                elif target is None or after in target:
                    success = True
                elif ended is None:
                    ended = after
        if ended is None:
            if not success:
                hopeless.update(parents)
            return success, None, None
        path: list[int] = []
        at = ended
        while (step := parents[at]) is not None:
            at, number = step
            path.append(number)
        return success, tuple(path[::-1]), starts[at]

    # ----------------------------------------------------------------------------------------------------- catching up

    def _caught_up(self, number: int, *, first: bool) -> set[Element]:
        """The elements that took every record, after whatever the other logs may still bring; at least the `first`."""
        frontier = self.frontiers.met[number]
        ends = frontier.ends
        found: set[Element] = set()
        seen = set(frontier.members)
        stack = list(frontier.members)
        while stack:
            positions, element = stack.pop()
            if positions == ends:
                found.add(element)
                if first:
                    return found
                continue
            for member in self._next(frontier.queues, positions, element, ends):
                if member not in seen:
                    if len(seen) > MOST_CATCHING_UP:
                        raise _Bound
                    seen.add(member)
                    stack.append(member)
        return found

    def _next(
        self, queues: tuple[tuple[Queued, ...], ...], positions: Positions, element: Element, ends: Positions
    ) -> Iterable[tuple[Positions, Element]]:
        heads = self.frontiers.heads(queues, positions)
        for log, head in enumerate(heads):
            if head is not None:
                for logs, after in self.engine.moves(element, heads, log):
                    moved = tuple(each + 1 if other in logs else each for other, each in enumerate(positions))
                    for reached in self.engine.closure(after):
                        yield moved, reached
        index, state, binding = self.engine.elements[element]
        world = self.engine.worlds[index]
        for step, (_, reached_state), _ in self.steps(self._same(index, state)):
            groups = world.groups(step)
            if any(group.must and all(positions[log] < ends[log] for log in group.views) for group in groups):
                continue
            changed = self.engine.bindings.after(binding, world.hidden_change(step))
            if changed is not None:
                yield positions, self.engine.number(index, reached_state, changed)

"""The cheapest way to make a trace and a run of the protocol agree, exactly.

A record may be left out, and a step that a log should have recorded may be put in without its record; each costs one.
Hidden steps cost nothing. A price of nought is a run that explains the trace. The search goes through states,
positions in the logs and bindings by price, so the first end it meets is a cheapest one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from checker.trace.binding import Binding, Bindings
from checker.trace.conform import FINAL_WEIGHT, open_conditions
from checker.trace.coverage import Coverage
from checker.trace.event import Event
from checker.trace.frame import Names, make_frame
from checker.trace.machines import Machines
from checker.trace.options import Budget, Options
from checker.trace.reach import Starts, world_key, worst_faults
from checker.trace.relevance import Relevance
from checker.trace.shared import Candidate, Shared
from checker.trace.stated import Stated
from checker.trace.view import View
from checker.trace.world import World

MOST_FAULTS = 255


class Fit(StrEnum):
    """How a step and the records go together."""

    RECORDED = "recorded"
    HIDDEN = "hidden"
    PUT_IN = "put in"  # a step whose record is missing
    LEFT_OUT = "left out"  # a record of no step


@dataclass(frozen=True, slots=True)
class Move:
    """One move of an alignment: a step by its number (None: of a record left out), the records, and the price."""

    fit: Fit
    number: int | None
    events: tuple[Event, ...]
    price: int


@dataclass(frozen=True, slots=True)
class Alignment:
    """A cheapest way to make trace and protocol agree."""

    price: int
    moves: tuple[Move, ...]


def align(
    machines: Machines, views: tuple[View, ...], stated: Stated, options: Options, budget: Budget, besides: Names = ()
) -> Alignment | None:
    """A cheapest alignment of the logs with a run; None where no run can end as complete logs must.

    `besides` are individuals that there are though the logs do not name them. Raises LimitReached, BadScope, TooLarge.
    """
    shared = shared_by_all(machines, views, options, besides)
    return _Search(shared, stated, options, budget).align()


def shared_by_all(machines: Machines, views: tuple[View, ...], options: Options, besides: Names = ()) -> Shared:
    """What the logs share where any step may be put in: so every step and every cell can matter."""
    hosts = dict.fromkeys(view.log.host for view in views)
    frame = make_frame(machines.protocol, views, hosts, options, 0, besides)
    frame = replace(frame, scope=replace(frame.scope, faults=MOST_FAULTS))  # steps count them, see `Steps`
    core = machines.core
    return Shared(
        frame=frame,
        machine=machines.of(frame.scope),
        views=views,
        coverage=Coverage(views),
        bindings=Bindings(),
        anywhere=any(view.log.begins == "anywhere" for view in views),
        relevance=Relevance(
            frozenset((moment.action, moment.moment) for moment in core.moments),
            frozenset(cell.name for cell in core.cells),
        ),
        unrecorded_faults=options.faults > 0,
    )


Place = tuple[bytes, int]  # state, binding


class Steps:
    """The steps out of a place, in one world. A state counts the faults that no record tells of, and no others."""

    def __init__(self, world: World, faults: int) -> None:
        self.world = world
        self.faults = faults
        self.bindings = world.shared.bindings
        self.observable = tuple(
            (ground.number, sum(group.must for group in world.groups(ground.number)))
            for ground in world.machine.grounds
            if any(group.must for group in world.groups(ground.number))
        )

    def hidden(self, place: Place) -> Iterator[tuple[int, Place]]:
        """The steps that may go unrecorded."""
        state, binding = place
        for number in self.world.hidden:
            after = self._after(number, state, binding, self.world.hidden_change(number), counted=True)
            if after is not None and after != place and after[0][-1] <= self.faults:
                yield number, after

    def put_in(self, place: Place) -> Iterator[tuple[int, Place, int]]:
        """The steps that should have been recorded and were not, with what that costs."""
        state, binding = place
        for number, price in self.observable:
            after = self._after(number, state, binding, self.world.hidden_change(number))
            if after is not None and after != place:
                yield number, after, price

    def recorded(self, place: Place, candidate: Candidate) -> Place | None:
        """Where the step leads that a record can be."""
        state, binding = place
        if not all(test(state) for test in candidate.tests):
            return None
        return self._after(candidate.number, state, binding, candidate.change)

    def _after(self, number: int, state: bytes, binding: int, change: int, counted: bool = False) -> Place | None:
        changed = self.bindings.after(binding, change)
        if changed is None or self.world.redundant(number, state, binding):
            return None
        after = self.world.machine.fire(number, state)
        if after is None:
            return None
        return (after if counted else after[:-1] + state[-1:]), changed


Positions = tuple[int, ...]
Node = tuple[Place, Positions]


class _Search:
    def __init__(self, shared: Shared, stated: Stated, options: Options, budget: Budget) -> None:
        self.shared, self.stated, self.budget = shared, stated, budget
        self.faults = options.faults
        self.views = shared.views
        self.lengths = tuple(len(view.events) for view in self.views)
        self.open_at = open_conditions(shared.machine)
        self.complete = all(view.log.ends == "complete" for view in self.views)
        self.starts = Starts(
            shared.machine, shared.anywhere, worst_faults(shared.frame.protocol, options.faults), budget
        )

    def align(self) -> Alignment | None:
        worlds: dict[bytes, Steps] = {}
        reached: dict[Node, tuple[Node | None, Move | None]] = {}
        prices: dict[Node, int] = {}
        steps_of: dict[Node, Steps] = {}
        waiting: deque[tuple[int, Node]] = deque()
        for state in self.starts.states():
            key = world_key(self.shared.machine, state)
            if key not in worlds:
                worlds[key] = Steps(World(self.shared, state), self.faults)
            steps = worlds[key]
            open_ = steps.world.open_before(state) if self.shared.anywhere else {}
            node = (state, self.shared.bindings.intern(Binding.of({}, open_))), (0,) * len(self.views)
            reached[node], prices[node], steps_of[node] = (None, None), 0, steps
            waiting.append((0, node))
        done: set[Node] = set()
        while waiting:
            price, node = waiting.popleft()
            if node in done:
                continue
            done.add(node)
            self.budget.spend()
            if node[1] == self.lengths and (not self.complete or self.open_at(node[0][0]) < FINAL_WEIGHT):
                return Alignment(price, self._moves(reached, node))
            steps = steps_of[node]
            for move, after in self._after(steps, node):
                total = price + move.price
                if total < prices.get(after, total + 1):
                    prices[after], reached[after], steps_of[after] = total, (node, move), steps
                    self._put(waiting, total, after, move.price)
        return None

    @staticmethod
    def _put(waiting: deque[tuple[int, Node]], total: int, node: Node, price: int) -> None:
        """Keep the queue in the order of prices: what costs nothing goes first."""
        if price == 0:
            waiting.appendleft((total, node))
            return
        later: list[tuple[int, Node]] = []
        while waiting and waiting[-1][0] > total:  # only where one step costs more than one
            later.append(waiting.pop())
        waiting.append((total, node))
        waiting.extend(reversed(later))

    def _moves(self, reached: dict[Node, tuple[Node | None, Move | None]], node: Node) -> tuple[Move, ...]:
        found: list[Move] = []
        at: Node | None = node
        while at is not None:
            at, move = reached[at]
            if move is not None:
                found.append(move)
        return tuple(found[::-1])

    def _after(self, steps: Steps, node: Node) -> Iterator[tuple[Move, Node]]:
        place, positions = node
        for view, at in enumerate(positions):
            if at < self.lengths[view]:
                if self._ready(view, positions):
                    for candidate in steps.world.candidates(view, at):
                        yield from self._recorded(steps, node, view, candidate)
                further = tuple(p + (v == view) for v, p in enumerate(positions))
                yield Move(Fit.LEFT_OUT, None, (self._event(view, at),), 1), (place, further)
        for number, after in steps.hidden(place):
            yield Move(Fit.HIDDEN, number, (), 0), (after, positions)
        for number, after, price in steps.put_in(place):
            yield Move(Fit.PUT_IN, number, (), price), (after, positions)

    def _recorded(self, steps: Steps, node: Node, view: int, candidate: Candidate) -> Iterator[tuple[Move, Node]]:
        """The step with this record, and those of other logs: where one is missing that should be there, at a price."""
        place, positions = node
        after = steps.recorded(place, candidate)
        if after is None:
            return
        ways: list[tuple[tuple[int, ...], int, int]] = [((view,), after[1], 0)]
        for group in steps.world.groups(candidate.number):
            if view in group.views:
                continue
            grown = [(logs, binding, price + group.must) for logs, binding, price in ways]
            for logs, binding, price in ways:
                for log in group.views:
                    for also in self._also(steps, positions, log, candidate.number):
                        changed = steps.bindings.after(binding, also.change)
                        if changed is not None:
                            grown.append(((*logs, log), changed, price))
            ways = grown
        for logs, binding, price in ways:
            if view == min(logs):
                further = tuple(p + (v in logs) for v, p in enumerate(positions))
                events = tuple(self._event(log, positions[log]) for log in sorted(logs))
                yield Move(Fit.RECORDED, candidate.number, events, price), ((after[0], binding), further)

    def _also(self, steps: Steps, positions: Positions, log: int, number: int) -> Iterator[Candidate]:
        if positions[log] < self.lengths[log] and self._ready(log, positions):
            yield from (each for each in steps.world.candidates(log, positions[log]) if each.number == number)

    def _ready(self, view: int, positions: Positions) -> bool:
        needs = self.stated.needs[view][positions[view]]
        return all(at >= need for at, need in zip(positions, needs, strict=True))

    def _event(self, view: int, at: int) -> Event:
        return self.views[view].events[at].event

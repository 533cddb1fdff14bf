"""Does a run of the protocol explain the trace? The search, its growth of the scope, and what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import islice

from checker.language.core import Core, CoreMoment, Expr, PropertyKind
from checker.language.protocol import BEGIN, Kind, Of, Protocol
from checker.language.types import type_of
from checker.model.ground import Machine
from checker.model.judge import InternalError
from checker.model.run import ReplayFailed, Run, replay
from checker.trace.account import Told, assignments
from checker.trace.binding import Binding, Bindings
from checker.trace.coverage import Coverage
from checker.trace.enough import enough
from checker.trace.frame import Frame, Names, id_binds, make_frame
from checker.trace.interleave import Interleavings
from checker.trace.machines import Machines
from checker.trace.options import Budget, LimitReached, Options
from checker.trace.reach import Starts, world_key, worst_faults
from checker.trace.search import Node, Search
from checker.trace.shared import Shared
from checker.trace.stated import Stated
from checker.trace.symmetry import one_of_each
from checker.trace.view import View
from checker.trace.world import World

FINAL_WEIGHT = 1000  # a false final condition counts more than any number of waiting `leads to`
MOST_STARTS = 500  # beginnings from which every order of events is tried
GROWTHS = 6  # how often more individuals are tried
MORE, MORE_NODES, MORE_SECONDS = (
    4,
    100_000,
    8.0,
)  # what that may cost: so many times what the search before did, or this


class Answer(StrEnum):
    """How a search for an explanation ended."""

    EXPLAINED = "explained"
    OPEN = "open"  # explained, but something is owed at the end
    REFUSED = "refused"  # every run was tried
    UNKNOWN = "unknown"


@dataclass(slots=True)
class Case:
    """One trace against one protocol while it is judged: everything the search found."""

    protocol: Protocol
    views: tuple[View, ...]
    stated: Stated
    options: Options
    core: Core
    machine: Machine
    shared: Shared
    search: Search
    starts: Starts
    roots: list[tuple[World, bytes, int]] = field(default_factory=list)
    answer: Answer = Answer.UNKNOWN
    reason: str = ""
    grown: list[Case] = field(default_factory=list)  # the same with more individuals, where that was tried

    @property
    def doubt(self) -> str:
        """Why it is not known that more individuals would not help; empty where it is known, or did not matter."""
        last = self.grown[-1] if self.grown else self
        return last.reason if self.answer is Answer.REFUSED and last.answer is Answer.UNKNOWN else ""

    @property
    def complete(self) -> bool:
        """Whether every log is complete."""
        return all(view.log.ends == "complete" for view in self.views)


def explain_trace(
    machines: Machines, views: tuple[View, ...], stated: Stated, options: Options, budget: Budget, besides: Names = ()
) -> Case:
    """Look for a run that explains the views, with more individuals if there may have been too few.

    `besides` are individuals that there are as well, though these views do not name them.

    Where more of them don't help, what is told is what stands in the way of those that the records name: a run that
    invents others may get further, and would blame an event that is none the worse.
    """
    first = case = _tried(new_case(machines, views, stated, options, 0, budget, besides))
    for growth in range(1, GROWTHS + 1):
        if case.answer is not Answer.REFUSED or case.shared.frame.largest or not starved(case):
            break
        if enough(machines.apart, machines.protocol, views, case.shared.frame):
            break
        spent, seconds = case.search.budget.spent, case.search.budget.elapsed
        part = budget.part(max(MORE_NODES, MORE * spent), max(MORE_SECONDS, MORE * seconds))
        grown = _tried(new_case(machines, views, stated, options, growth, part, besides))
        first.grown.append(grown)
        if grown.answer is Answer.UNKNOWN:
            break  # what was found with fewer individuals is told, and that it is not the last word
        case = grown
    return first if case.answer is Answer.REFUSED else case


def _tried(case: Case) -> Case:
    """The case when its search is over. KeyboardInterrupt ends the search with an unknown answer."""
    try:
        _search(case)
    except LimitReached as limit:
        case.answer, case.reason = Answer.UNKNOWN, limit.reason
    except KeyboardInterrupt:
        case.answer, case.reason = Answer.UNKNOWN, "interrupted"
    return case


def new_case(
    machines: Machines,
    views: tuple[View, ...],
    stated: Stated,
    options: Options,
    growth: int,
    budget: Budget,
    besides: Names,
) -> Case:
    protocol, core = machines.protocol, machines.core
    hosts = dict.fromkeys(view.log.host for view in views)
    frame = make_frame(protocol, views, hosts, options, growth, besides)
    machine = machines.of(frame.scope)
    anywhere = any(view.log.begins == "anywhere" for view in views)
    coverage = Coverage(views)
    shared = Shared(
        frame=frame,
        machine=machine,
        views=views,
        coverage=coverage,
        bindings=Bindings(),
        anywhere=anywhere,
        relevance=machines.relevance(
            machine,
            frozenset(kept_moments(protocol, views, options)),
            frozenset(
                (moment.action, moment.moment) for moment in core.moments if may_hide(frame, coverage, options, moment)
            ),
            frozenset(asked(machine, views)),
            anywhere,
        ),
        unrecorded_faults=options.faults > 0,
    )
    complete = all(view.log.ends == "complete" for view in views)
    settled = FINAL_WEIGHT - 1 if complete else FINAL_WEIGHT * FINAL_WEIGHT
    search = Search(shared, stated.needs, budget, open_conditions(machine), settled, options.progress)
    starts = Starts(machine, anywhere, worst_faults(protocol, options.faults), budget)
    return Case(protocol, views, stated, options, core, machine, shared, search, starts)


def _search(case: Case) -> None:
    search = case.search
    zero = (0,) * len(case.views)
    worlds: dict[bytes, World] = {}
    over = False
    for state in one_of_each(case.machine, case.shared.frame, case.starts.states()):
        key = world_key(case.machine, state)
        world = worlds.get(key)
        if world is None:
            world = worlds[key] = World(case.shared, state)
        root = root_of(case, world, state)
        case.roots.append(root)
        over = search.run(world, (state, zero, root[2]))
        if over:
            break
    if search.ended is None or search.ended_open > search.settled:
        case.answer = Answer.REFUSED
    else:
        case.answer = Answer.EXPLAINED if search.ended_open == 0 else Answer.OPEN
        if case.answer is Answer.OPEN and over:
            case.reason = "not every run was tried; one with nothing open may exist"


def root_of(case: Case, world: World, state: bytes) -> tuple[World, bytes, int]:
    """A place to begin: the state, with no ids known, and what is pending in it open."""
    open_ = world.open_before(state) if case.shared.anywhere else {}
    return world, state, case.shared.bindings.intern(Binding.of({}, open_))


def open_conditions(machine: Machine) -> Callable[[bytes], int]:
    """How much is open in a state: false final conditions, and what waits for the conclusion of a `leads to`."""
    finals: list[Callable[[bytes], bool]] = []
    waits: list[tuple[Callable[[bytes], bool], Callable[[bytes], bool]]] = []

    def prepare() -> None:
        for prop in machine.core.properties:
            if prop.kind is PropertyKind.FINAL and prop.formula is not None:
                finals.append(machine.test(prop.formula))
            elif prop.kind is PropertyKind.LEADS_TO and prop.formula is not None and prop.premise is not None:
                for bound in assignments(machine, prop):
                    waits.append((machine.test(prop.premise, bound), machine.test(prop.formula, bound)))

    def count(state: bytes) -> int:
        if not finals and not waits:
            prepare()
        unmet = sum(not final(state) for final in finals)
        waiting = sum(premise(state) and not conclusion(state) for premise, conclusion in waits)
        return unmet * FINAL_WEIGHT + min(waiting, FINAL_WEIGHT - 1)

    return count


def starved(case: Case) -> bool:
    """Whether some run may have lacked an individual: at a node of the search none of a pool was as at the start."""
    pools = case.shared.frame.pools
    if not pools:
        return False
    initial = list(case.machine.initial_states())
    first = {id(world): (world, world_key(case.machine, state)) for world, state, _ in case.roots}
    fresh = {
        key: [
            [(test, {test(state) for state in initial if world_key(case.machine, state) == consts}) for test in pool]
            for pool in world.unnamed.signatures()
        ]
        for key, (world, consts) in first.items()
    }
    return any(
        all(test(state) not in begun for test, begun in pool)
        for (state, _, _), taken in case.search.taken.items()
        for pool in fresh[id(taken.world)]
    )


def told(case: Case, node: Node) -> Told:
    """The states and steps from where the trace begins to a node."""
    path = case.search.path(node)
    grounds = case.machine.grounds
    return Told(
        tuple(at[0] for at, _ in path),
        tuple(taken.number for _, taken in path[1:]),
        # the record of a whole request stands for its begin too
        tuple(bool(taken.logs) or grounds[taken.number].moment.moment == BEGIN for _, taken in path[1:]),
    )


def run_to(case: Case, node: Node) -> Run:
    """The run to a node, from an initial state, replayed by the reference. Raises InternalError."""
    path = case.search.path(node)
    start, before = case.starts.steps_to(path[0][0][0])
    numbers = (*before, *(taken.number for _, taken in path[1:]))
    grounds = case.machine.grounds
    faults = sum(grounds[number].moment.fault for number in numbers)
    scope = replace(case.machine.scope, faults=max(case.machine.scope.faults, faults))
    run = Run(
        scope, tuple(case.machine.layout.unpack(start).items()), tuple(grounds[number].step for number in numbers)
    )
    try:
        replay(case.protocol, run)
    except ReplayFailed as failed:
        raise InternalError(f"a run that explains the trace does not replay: {failed}") from failed
    return run


def interleavings(case: Case, node: Node, budget: Budget) -> Interleavings:
    """All open orders of the events, from every place where a run can begin. Raises LimitReached.

    Where a trace may begin in very many states it is taken to begin where the run to `node` does: what is assumed is
    then enough, and from another beginning less might be.
    """
    known = {state for _, state, _ in case.roots}
    worlds = {world_key(case.machine, state): world for world, state, _ in case.roots}
    roots = list(case.roots)
    starts = Starts(case.machine, case.starts.anywhere, case.starts.faults, budget)
    for state in islice(starts.states(), MOST_STARTS + 1):
        if state not in known:
            world = worlds.setdefault(world_key(case.machine, state), World(case.shared, state))
            roots.append(root_of(case, world, state))
    if len(roots) > MOST_STARTS:
        first = case.search.path(node)[0][0]
        roots = [(case.search.taken[first].world, first[0], first[2])]

    def accepts(state: bytes) -> bool:
        return not case.complete or case.search.open_at(state) < FINAL_WEIGHT

    return Interleavings(case.search, roots, accepts, budget)


def may_hide(frame: Frame, coverage: Coverage, options: Options, moment: CoreMoment) -> bool:
    """Whether the moment may happen somewhere without a record."""
    if moment.fault and not options.faults:
        return False
    action = frame.protocol.action(moment.action)
    type_ = None if action.at is None else type_of(action.at)
    if not isinstance(type_, Of):
        return not any(group.must for group in coverage.groups(action, moment.moment, None))
    size = frame.scope.all_sizes(frame.protocol)[type_.sort]
    hosts = [frame.log_host(frame.scope.individual(frame.protocol, type_.sort, at)) for at in range(size)]
    return any(not any(group.must for group in coverage.groups(action, moment.moment, host)) for host in hosts)


def kept_moments(protocol: Protocol, views: tuple[View, ...], options: Options) -> Iterator[tuple[str, str]]:
    """The moments that events are read as, and those that end the lives of ids."""
    for view in views:
        for seen in view.events:
            for reading in seen.readings:
                yield reading.action.name, reading.moment
    ids = id_binds(protocol).values()
    for action in protocol.actions:
        bound = any(action.name in (*bind.starts, *bind.ends) for bind in ids)
        if bound or (action.kind is Kind.FAULT and options.faults):
            yield from ((action.name, outcome.name) for outcome in action.outcomes)


def asked(machine: Machine, views: tuple[View, ...]) -> Iterator[Expr]:
    """What the fields of the records ask of a state."""
    wanted = {
        (reading.action.name, value): reading.action
        for view in views
        for seen in view.events
        for reading in seen.readings
        for field_ in reading.fields
        for value in field_.values or ()
    }
    for (_, value), action in wanted.items():
        yield machine.lowered(action, value)

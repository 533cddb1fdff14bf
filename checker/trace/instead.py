"""Whether an action that somebody asks about could have happened before an event, and what of it comes nearest."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from checker.language.core import pending_cell
from checker.trace.ahead import individuals
from checker.trace.asked import Asked, NotAsked, steps
from checker.trace.blocks import Block
from checker.trace.conform import Case
from checker.trace.explored import Explored, Spot
from checker.trace.options import LimitReached
from checker.trace.search import MISSING, Node, Search, Taken
from checker.trace.words import Words
from checker.trace.world import World

MOST_PLACES = 3000  # places at which what is in the way is looked at
MOST_NEAR = 400  # places near the run that explains the trace, where the action is looked for first
REST_NODES, REST_SECONDS = 20_000, 1.0
Individuals = frozenset[tuple[object, int]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Where the action is possible: a node of the case's search, the step, and the step whose guards count (its begin,
    perhaps). `rest`: whether a run explains the rest of the trace after it; None: not known."""

    case: Case
    world: World
    node: Node
    number: int
    guarded: int
    rest: bool | None


def chosen(
    look: Explored,
    words: Words,
    spot: Spot,
    nodes: Sequence[Node],
    wanted: Asked,
    about: Individuals,
    told: Case | None,
) -> Chosen | Block | None:
    """Where the action is possible, or else the fewest guards in its way; None where it is no step of the log's host.

    `told` is the case whose run explains the trace, if one does: a place on it is taken before others. Raises NotAsked
    where an argument names nobody.
    """
    meant = _Meant(look, words, spot, wanted, about)
    near = _near(look, told, spot) if told is not None else None
    for here in (near, look.case) if near is not None else (look.case,):
        for node in nodes if here is look.case else here.search.taken:
            if node[1][spot[0]] != spot[1]:
                continue
            world = here.search.taken[node].world
            for number in meant.at(node[2]):
                guarded = _guarded(look.case, world, number, node[0])
                if look.case.machine.fire(guarded, node[0]) is not None:
                    return Chosen(here, world, node, number, guarded, _rest(look, world, node, number, spot))
    found = _nearest(look, spot, nodes, meant)
    if found is None and meant.wrong is not None:
        raise meant.wrong
    return found


@dataclass(slots=True)
class _Meant:
    """The steps that are meant, on the host of the log: what an id names depends on the place. What is left open is
    about the same individuals as the event, as far as it can be."""

    look: Explored
    words: Words
    spot: Spot
    wanted: Asked
    about: Individuals
    wrong: NotAsked | None = None  # why there was none somewhere
    _known: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def at(self, binding: int) -> tuple[int, ...]:
        """Their numbers where ids are bound so."""
        if binding not in self._known:
            try:
                self._known[binding] = self._numbers(binding)
            except NotAsked as wrong:
                self.wrong = self.wrong or wrong
                self._known[binding] = ()
        return self._known[binding]

    def _numbers(self, binding: int) -> tuple[int, ...]:
        case, open_ = self.look.case, None in self.wanted.args
        reads = case.roots[0][0].reads
        host = case.views[self.spot[0]].log.host
        grounds = [
            ground
            for ground in steps(self.wanted, case.machine, self.words, case.shared.bindings.met[binding])
            if not open_ or reads.host(ground) in (None, host)
        ]
        shared = {ground.number: sum(each in self.about for each in individuals(ground)) for ground in grounds}
        most = max(shared.values(), default=0)
        return tuple(number for number, count in shared.items() if count == most or not open_)


def _near(look: Explored, told: Case, spot: Spot) -> Case | None:
    """The look's case with a small search of its own: from where the run that explains the trace comes before the event
    through all that may happen until then."""
    log, at = spot
    if told.search.ended is None:
        return None
    path = told.search.path(told.search.ended)
    entry = next((node for node, _ in path if node[1][log] == at), None)
    if entry is None:
        return None
    taken: dict[Node, Taken] = {}
    for node, step in path:
        taken[node] = replace(step, world=look.world(node))
        if node == entry:
            break
    queue = deque([entry])
    while queue and len(taken) < MOST_NEAR:
        node = queue.popleft()
        for move in look.search.moves(taken[node].world, node):
            if log not in move.logs and move.after not in taken:
                taken[move.after] = Taken(taken[node].world, node, move.number, move.logs)
                queue.append(move.after)
    return replace(look.case, search=replace(look.search, taken=taken))


def _guarded(case: Case, world: World, number: int, state: bytes) -> int:
    """The step itself, or the begin that would have to come first."""
    begin = world.begin_of(number)
    ground = case.machine.grounds[number]
    if begin is None or state[case.machine.layout.slot(pending_cell(ground.moment.action), ground.args)]:
        return number
    return begin


def _nearest(look: Explored, spot: Spot, nodes: Sequence[Node], meant: _Meant) -> Block | None:
    """The fewest guards in the way. Of equal ones those that come last: the step has passed those before."""
    case = look.case
    found: list[tuple[int, int, Block]] = []
    for node in nodes[:MOST_PLACES]:
        world = look.search.taken[node].world
        for number in meant.at(node[2]):
            guarded = _guarded(case, world, number, node[0])
            guards = case.machine.failing(guarded, node[0])
            if not found or (len(guards), -min(guards, default=0)) < found[-1][:2]:
                block = Block(world, node, spot[0], number, guarded, guards, ())
                found.append((len(guards), -min(guards, default=0), block))
    return found[-1][2] if found else None


def _rest(look: Explored, world: World, node: Node, number: int, spot: Spot) -> bool | None:
    """Whether a run explains the rest of the trace after the step, the event being left out."""
    case, (log, at) = look.case, spot
    machine, bindings = case.machine, case.shared.bindings
    state: bytes | None = node[0]
    for each in dict.fromkeys((_guarded(case, world, number, node[0]), number)):
        state = None if state is None else machine.fire(each, state)
    binding = bindings.after(node[2], world.hidden_change(number))
    if state is None or binding is None:
        return None
    whole = tuple(tuple(range(len(view.events))) for view in case.views)
    sequence = tuple((*row[:at], MISSING, *row[at + 1 :]) if view == log else row for view, row in enumerate(whole))
    budget = look.search.budget.part(10**12, REST_SECONDS)
    budget.nodes, budget.seconds = REST_NODES, REST_SECONDS
    trial = Search(case.shared, case.search.needs, budget, lambda _: 0, 0, None, sequence=sequence)
    root = state, tuple(done + (view == log) for view, done in enumerate(node[1])), binding
    try:
        return trial.run(world, root)
    except LimitReached:
        return None

"""What can come from a place of a run on: the shortest way to where a step is possible, and what is possible next."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from checker.language.protocol import BEGIN, SUCCESS
from checker.model.ground import Ground
from checker.trace.conform import Case
from checker.trace.relevance import Moment, relevance
from checker.trace.search import Node, Search
from checker.trace.words import Words
from checker.trace.world import World

MOST_STATES = 40_000  # states in which a way is looked for
MOST_HIDDEN = 300  # nodes behind one, by unrecorded steps
LEGAL = 6  # possible steps that are told


@dataclass(frozen=True, slots=True)
class Onward:
    """A step that would have to follow, in words, and the logs here that would record it (none: unseen)."""

    step: str
    recorded_in: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """The shortest steps after which something is possible; None where there is no such way, or none was found.

    `sought` says how it was looked for: "" where it is certain.
    """

    steps: tuple[Onward, ...] | None
    sought: str = ""


@dataclass(frozen=True, slots=True)
class Possible:
    """A step that the log could have recorded next, and the unrecorded steps that would have to come before it."""

    step: str
    after: tuple[str, ...] = ()


def way_to(case: Case, words: Words, world: World, node: Node, number: int, good: Callable[[bytes], bool]) -> Way:
    """The fewest steps from a node after which a state is good, where only the guards of `number` are asked about.

    Steps of every log and unrecorded ones count alike; faults do not happen.
    """
    machine = case.machine
    ground = machine.grounds[number]
    own = ground.moment.action, ground.moment.moment
    wanted = _useful(case, own)
    usable = frozenset(
        each.number
        for each in machine.grounds
        if (each.moment.action, each.moment.moment) in wanted and not each.moment.fault
    )
    start = node[0]
    parents: dict[bytes, tuple[bytes, int] | None] = {start: None}
    queue = deque([start])
    while queue:
        state = queue.popleft()
        if good(state):
            return Way(tuple(_told(case, words, world, node, parents, state)))
        if len(parents) > MOST_STATES:
            return Way(None, f"no way within {MOST_STATES:,} states; there may be a longer one")
        for step, after in machine.successors(state):
            if step in usable and after not in parents:
                parents[after] = state, step
                queue.append(after)
    return Way(None)


def _useful(case: Case, own: Moment) -> frozenset[Moment]:
    """The moments that can matter to whether a step of `own` is possible."""
    core = replace(case.core, properties=())
    return relevance(core, case.machine.sizes, (own,), lambda moment: not moment.fault, (), anywhere=True).moments


def _told(
    case: Case,
    words: Words,
    world: World,
    node: Node,
    parents: dict[bytes, tuple[bytes, int] | None],
    state: bytes,
) -> list[Onward]:
    binding = case.shared.bindings.met[node[2]]
    found: list[Onward] = []
    while (parent := parents[state]) is not None:
        state, number = parent
        logs = dict.fromkeys(case.views[log].log.name for group in world.groups(number) for log in group.views)
        found.append(Onward(words.step(case.machine.grounds[number], binding), tuple(logs)))
    return found[::-1]


# ------------------------------------------------------------------------------------------------------------ legal


def individuals(ground: Ground) -> tuple[tuple[object, int], ...]:
    """Whom a step is about: type and number of each argument."""
    return tuple((type_, arg) for (_, type_), arg in zip(ground.moment.params, ground.args, strict=True))


def possible_next(
    case: Case, words: Words, world: World, search: Search, node: Node, log: int, about: frozenset[tuple[object, int]]
) -> tuple[Possible, ...]:
    """What the log could have recorded next: nearest first, and of those what is about the same individuals."""
    machine, binding = case.machine, case.shared.bindings.met[node[2]]
    found: dict[str, tuple[int, int, Possible]] = {}
    for here, hidden in unrecorded_from(search, world, node):
        for candidate in world.anything(log):
            ground = machine.grounds[candidate.number]
            if ground.moment.failure or (ground.moment.moment == BEGIN and _ends_well(world, candidate.number)):
                continue
            if world.redundant(candidate.number, here[0], here[2]) or not _can(world, here[0], candidate.number):
                continue
            text = words.step(ground, binding)
            near = sum(each in about for each in individuals(ground))
            if text not in found or found[text][0] > len(hidden):
                told = tuple(words.step(machine.grounds[number], binding) for number in hidden)
                found[text] = len(hidden), -near, Possible(text, told)
    return tuple(each for _, _, each in sorted(found.values(), key=lambda entry: entry[:2])[:LEGAL])


def unrecorded_from(search: Search, world: World, start: Node) -> Iterator[tuple[Node, tuple[int, ...]]]:
    """The nodes that unrecorded steps lead to, nearest first, each with those steps."""
    seen = {start}
    queue: deque[tuple[Node, tuple[int, ...]]] = deque([(start, ())])
    while queue and len(seen) <= MOST_HIDDEN:
        node, steps = queue.popleft()
        yield node, steps
        for move in search.unrecorded(world, node):
            if move.after not in seen:
                seen.add(move.after)
                queue.append((move.after, (*steps, move.number)))


def _can(world: World, state: bytes, number: int) -> bool:
    """Whether the step is possible in the state, its begin with it where that may go unrecorded."""
    machine = world.machine
    if machine.fire(number, state) is not None:
        return True
    begin = world.begin_of(number)
    if begin is None or not world.may_hide(machine.grounds[begin]):
        return False
    begun = machine.fire(begin, state)
    return begun is not None


def _ends_well(world: World, number: int) -> bool:
    action = world.action(world.machine.grounds[number])
    return any(outcome.name == SUCCESS for outcome in action.outcomes)

"""Where the runs of a search end, and what stands in the way of the next event there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from checker.language.core import CellKind, Read
from checker.language.protocol import BEGIN
from checker.language.types import called, type_of
from checker.trace.binding import OVER, misfit
from checker.trace.frame import is_id
from checker.trace.search import Node, Positions, Search
from checker.trace.shared import Candidate
from checker.trace.view import Seen, View
from checker.trace.words import Words
from checker.trace.world import World

MOST_PLACES = 64  # position vectors at which runs end, looked at
MOST_NODES = 2000  # nodes looked at for each of them
MOST_HIDDEN = 300  # nodes looked at behind one of those, by hidden steps


@dataclass(frozen=True, slots=True)
class Reason:
    """Something in the way that is no guard: an id, a field, another log. `place` is in the protocol's text."""

    text: str
    place: str
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """What stands in the way of one log's next event at one node, for one way to read it.

    `number` is the step the event was read as, None where it can be read as no step. `guarded` is the step whose
    `guards` (positions) are false: that step, or the unrecorded begin it waits for.
    """

    world: World
    node: Node
    view: int
    number: int | None
    guarded: int | None
    guards: tuple[int, ...]
    reasons: tuple[Reason, ...]

    @property
    def cost(self) -> int:
        """How many things are in the way."""
        return len(self.guards) + len(self.reasons)


def frontier(search: Search) -> dict[Positions, list[Node]]:
    """The nodes at the furthest positions: no run gets further in one log without falling back in another."""
    nodes: dict[Positions, list[Node]] = {}
    for node in search.taken:
        nodes.setdefault(node[1], []).append(node)
    furthest: list[Positions] = []
    for positions in sorted(nodes, key=lambda at: (-sum(at), at)):
        if not any(all(a >= b for a, b in zip(other, positions, strict=True)) for other in furthest):
            furthest.append(positions)
            if len(furthest) == MOST_PLACES:
                break
    return {positions: nodes[positions] for positions in furthest}


def blocks(search: Search, words: Words) -> list[Block]:
    """For each place where runs end, and each log that goes on there, the least that is in the way."""
    ends = frontier(search)
    reached = [max(positions[log] for positions in ends) for log in range(len(search.lengths))]
    found: list[tuple[bool, Block]] = []
    for positions, nodes in ends.items():
        for log, at in enumerate(positions):
            if at < search.lengths[log] and search.ready(log, positions):
                best = least(search, words, nodes, log)
                if best is not None:
                    found.append((at == reached[log], best))
    # An event that some other run does reach is not the one to name, unless there is no other.
    return [block for first, block in found if first] or [block for _, block in found]


def least(search: Search, words: Words, nodes: list[Node], log: int) -> Block | None:
    """The fewest things in the way of a log's next event, over these nodes and all ways to read it."""
    found: dict[tuple[int, int | None, int | None, tuple[int, ...], tuple[Reason, ...]], Block] = {}
    for node in nodes[:MOST_NODES]:
        for block in in_the_way(search, words, search.taken[node].world, node, log):
            if block.cost:
                key = id(block.world), block.number, block.guarded, block.guards, block.reasons
                found.setdefault(key, block)
    least_cost = min((block.cost for block in found.values()), default=0)
    cheap = [block for block in found.values() if block.cost == least_cost]
    return min(cheap, key=lambda block: (_passes(search, block), *_rank(block))) if cheap else None


def _rank(block: Block) -> tuple[bool, int]:
    """Later guards first: the step has passed those before, and an outcome's come after its begin's."""
    return block.guarded != block.number, -min(block.guards, default=0)


def _passes(search: Search, block: Block) -> bool:
    """Whether hidden steps from the block's node can make all true that is false there."""
    if block.guarded is None or block.reasons:
        return False
    start = block.node
    seen = {start}
    stack = [start]
    while stack and len(seen) < MOST_HIDDEN:
        here = stack.pop()
        if not set(block.guards) & set(block.world.machine.failing(block.guarded, here[0])):
            return True
        for move in search.unrecorded(block.world, here):
            if move.after not in seen:
                seen.add(move.after)
                stack.append(move.after)
    return False


def in_the_way(search: Search, words: Words, world: World, node: Node, log: int) -> Iterator[Block]:
    """What is in the way of the log's next event at the node, for each way to read it; nothing, where it only waits."""
    view = world.shared.views[log]
    event = search.sequence[log][node[1][log]]
    seen = view.events[event]
    candidates = world.candidates(log, event)
    if not candidates:
        yield Block(world, node, log, None, None, (), (_unread(world, view, seen),))
    for candidate in candidates:
        if not world.redundant(candidate.number, node[0], node[2]):
            yield _block(search, words, world, node, log, seen, candidate)


def _block(search: Search, words: Words, world: World, node: Node, log: int, seen: Seen, candidate: Candidate) -> Block:
    state, positions, binding = node
    number = guarded = candidate.number
    reasons = list(_misfits(words, world, log, seen, candidate, node))
    guards = world.machine.failing(number, state)
    begin = world.begin_of(number)
    if begin is not None and _awaits_begin(world, number, guards) and world.may_hide(world.machine.grounds[begin]):
        # Where the begin is possible nothing is in the way: another node, after it, tells more.
        guarded, guards = begin, world.machine.failing(begin, state)
        return Block(world, node, log, number, guarded, guards, tuple(reasons))
    if not guards and not reasons:
        after = world.shared.bindings.after(binding, candidate.change)
        if after is not None and not list(search.joint(world, positions, after, log, number)):
            reasons.append(_other_log(world, log, number))
    return Block(world, node, log, number, guarded, guards, tuple(reasons))


def _awaits_begin(world: World, number: int, guards: tuple[int, ...]) -> bool:
    kinds = {cell.name: cell.kind for cell in world.machine.core.cells}
    moment = world.machine.grounds[number].moment
    return any(
        isinstance(condition := moment.guards[at].condition, Read) and kinds[condition.cell] is CellKind.PENDING
        for at in guards
        if moment.moment != BEGIN
    )


def _misfits(words: Words, world: World, log: int, seen: Seen, candidate: Candidate, node: Node) -> Iterator[Reason]:
    view = world.shared.views[log]
    binding = world.shared.bindings.met[node[2]]
    change = world.shared.bindings.changes[candidate.change]
    ground = world.machine.grounds[candidate.number]
    for mention in change.mentions:
        other = misfit(binding, mention)
        if other is not None:
            field, _, text = other
            bind = world.frame.ids.get(field)
            names = binding.named[other][0]
            rules = bind.rules if bind is not None else ()
            place = bind.span.place if bind is not None else ground.moment.span.place
            if names == OVER:
                yield Reason(f"the life of {field} {text} is over", place, rules)
                continue
            told = ", ".join(
                words.individual(sort, at) for sort, at in zip(bind.sorts if bind else (), names, strict=False)
            )
            if other == mention.key:
                another = f": {told}" if told else ""
                yield Reason(f"{field} {text} names another{another}", place, rules)
            else:
                yield Reason(f"{mention.key[0]} {mention.key[2]} is not its id here; {field} {text} is", place, rules)
    for mark in change.whole:
        if mark in binding.open:
            yield Reason("its begin was recorded, so its end is too, and this is neither", ground.moment.span.place)
    for mark, request in change.closes:
        opened = binding.open.get(mark)
        if opened is None:
            yield Reason("no record of its begin comes before", ground.moment.span.place)
        elif request and opened != request:
            yield Reason(f"the request that began is {opened}, not {request}", ground.moment.span.place)
    for reading in seen.readings:
        if reading.action.name != ground.moment.action:
            continue
        for expr, wanted in world.reads.constraints(view, seen, reading):
            if wanted is None or world.meanings.settled(reading.action, expr):
                continue
            test = world.meanings.test(reading.action, expr, ground.args, wanted, type_of(expr))
            if not test(node[0]):
                said = words.condition(expr, words.names(reading.action.params, ground.args))
                yield Reason(f"{said} == {words.value(type_of(expr), wanted)}", expr.span.place)


def _other_log(world: World, log: int, number: int) -> Reason:
    place = world.machine.grounds[number].moment.span.place
    for group in world.groups(number):
        if group.must and log not in group.views:
            names = ", ".join(world.shared.views[each].log.name for each in group.views)
            return Reason(f"{names} records it too, and has no such event next", place)
    return Reason("another log records it too, and has no such event next", place)


def _unread(world: World, view: View, seen: Seen) -> Reason:
    """Why an event can be read as no step at all."""
    for reading in seen.readings:
        place = reading.action.span.place
        for field, text in view.said(seen.event, reading):
            if field.values is not None and not is_id(field, world.frame.ids):
                type_ = type_of(field.values[0])
                if world.frame.meaning(type_, text) is None:
                    return Reason(f"{field.name} is {text}, which is not {called(type_)}", place)
        said = ", ".join(f"{field.name} = {text}" for field, text in view.said(seen.event, reading))
        return Reason(f"{reading.action.name} is possible with no individuals for which {said}", place)
    for unfit in seen.unfit:
        return Reason(unfit.text, unfit.action.span.place, unfit.rules)
    return Reason("it can be read as no step", view.reader.source.span.place)

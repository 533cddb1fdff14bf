"""How to get to an event that no run reaches: events before it are taken for possible, whatever their guards."""

from __future__ import annotations

from dataclasses import replace

from checker.trace.blocks import Block, blocks
from checker.trace.event import Event
from checker.trace.explored import Explored, Spot
from checker.trace.options import LimitReached
from checker.trace.search import Node, Search, Taken
from checker.trace.words import Words

MOST = 8  # events that are taken for possible


def waived(look: Explored, words: Words, spot: Spot) -> tuple[Explored, tuple[Event, ...]]:
    """The runs that get to the event once others are taken for possible, and those others; none where none get there.

    Each time it is the event with the least in its way, of the same log if that is stuck itself.
    """
    passed: list[Event] = []
    for _ in range(MOST):
        found = blocks(look.search, words)
        if not found:
            break
        block = min(found, key=lambda each: (each.view != spot[0], each.cost))
        passed.append(look.case.views[block.view].events[look.search.sequence[block.view][_at(block)]].event)
        look = _after(look, block)
        if any(True for _ in look.before(spot)):
            return look, tuple(passed)
    return look, ()


def _at(block: Block) -> int:
    return block.node[1][block.view]


def _after(look: Explored, block: Block) -> Explored:
    """The runs from the blocked event on, as if nothing had been in its way."""
    search, case = look.search, look.case
    root = _forced(look, block)
    budget = replace(search.budget, spent=0)
    again = Search(case.shared, search.needs, budget, search.open_at, search.settled, None, sequence=search.sequence)
    reason = ""
    try:
        again.run(block.world, root)
    except LimitReached as limit:
        reason = limit.reason
    for node, taken in search.path(block.node):
        again.taken.setdefault(node, taken)
    again.taken[root] = Taken(block.world, block.node, block.number if block.number is not None else -1, (block.view,))
    return Explored(replace(case, search=again), reason)


def _forced(look: Explored, block: Block) -> Node:
    state, positions, binding = block.node
    moved = tuple(at + (log == block.view) for log, at in enumerate(positions))
    if block.number is None:
        return state, moved, binding
    machine = look.case.machine
    if block.guarded is not None and block.guarded != block.number:
        state = machine.force(block.guarded, state)
    state = machine.force(block.number, state)
    event = look.search.sequence[block.view][_at(block)]
    changed = next(
        (
            look.case.shared.bindings.after(binding, candidate.change)
            for candidate in block.world.candidates(block.view, event)
            if candidate.number == block.number
        ),
        None,
    )
    return state, moved, binding if changed is None else changed

"""Every failure outcome and every fault, at every step it can strike, and what becomes of the run after it.

Where a failure strikes is told by the step before it on a shortest run. What becomes of it is read off the whole
graph: which ends, broken properties and lost possibilities can still be reached, over strongly connected components.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial, reduce
from operator import or_

from checker.explore.answer import Answer
from checker.explore.can import Reverse
from checker.explore.futures import Futures
from checker.explore.search import StateGraph
from checker.explore.symmetry import Symmetry
from checker.explore.witness import Edge, lift_to, replayed
from checker.explore.words import cell_name, value_name
from checker.language.core import CellKind, CoreMoment
from checker.language.protocol import SUCCESS
from checker.model.ground import Machine
from checker.model.run import Run

START = "the start"


class Fate(StrEnum):
    """What becomes of runs a failure has struck, the worst first, if nothing else fails after it.

    A good end is one where every `final` holds.
    """

    BREAKS = "breaks"  # an invariant or a step rule can come to be false, which could not without the failure
    STUCK = (
        "stuck"  # no good end can be reached after some strikes, though one could before; or the last way on is lost
    )
    MAY_STICK = "may get stuck"  # a good end can be reached, and now also a state from which none can
    UNKNOWN = "unknown"  # the search was cut short, and nothing worse was seen
    NO_MATTER = "no matter"  # no good end could be reached before it struck either, and nothing else is lost
    RECOVERS = "recovers"  # whatever happens then, a good end can still be reached


@dataclass(frozen=True, slots=True)
class Becomes:
    """The values of one family of cells: in states where the failure strikes, and at ends reached after it."""

    cells: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """A shortest run to one strike and on to the nearest end; `strike` counts the step that fails, from 1.

    `ends` is false where no end can be reached: then the run stops with the strike. `changes` are the cells that are
    different after the last step from what they were before the strike, as (cell, before, after).
    """

    run: Run
    strike: int
    ends: bool
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Strike:
    """One row: a failure, right after one kind of step.

    `states` is how many states it strikes in, `depth` the fewest steps before one. `broken` are invariants and step
    rules that can be false at or after it and could not be without it, `bad_ends` final conditions false at ends
    likewise, `lost` is what must stay possible, and was before and is not after.
    """

    failure: str
    fault: bool
    after: str
    states: int
    depth: int
    fate: Fate
    broken: tuple[str, ...]
    bad_ends: tuple[str, ...]
    lost: tuple[str, ...]
    becomes: tuple[Becomes, ...]
    story: Callable[[], Story]


@dataclass(frozen=True, slots=True)
class FaultTable:
    """The rows, in the order of the text and then of depth, and the failures that never strike in this scope."""

    rows: tuple[Strike, ...]
    never: tuple[str, ...]
    complete: bool


def fault_table(machine: Machine, symmetry: Symmetry, graph: StateGraph, answers: Sequence[Answer]) -> FaultTable:
    """The table of a search."""
    futures = Futures(machine, symmetry, graph, answers, Reverse(graph))
    moments = [moment for moment in machine.core.moments if moment.failure or moment.fault]
    numbers = {(moment.action, moment.moment): number for number, moment in enumerate(moments)}
    row_of = [numbers.get((ground.moment.action, ground.moment.moment)) for ground in machine.grounds]
    grouped: dict[tuple[int, str], list[tuple[int, int]]] = {}
    for index in range(graph.expanded):
        for edge in graph.edges(index):
            row = row_of[graph.grounds[edge]]
            if row is not None:
                grouped.setdefault((row, _before(machine, graph, index)), []).append((index, edge))
    rows = [
        (row, _strike(machine, symmetry, graph, futures, moments[row], after, edges))
        for (row, after), edges in grouped.items()
    ]
    rows.sort(key=lambda item: (item[0], item[1].depth, item[1].after))
    struck = {row for row, _ in grouped}
    never = tuple(short_name(moment) for number, moment in enumerate(moments) if number not in struck)
    return FaultTable(tuple(row for _, row in rows), never, graph.complete)


def short_name(moment: CoreMoment) -> str:
    """A step without its arguments; a SUCCESS is not spelled out."""
    return moment.action if moment.moment == SUCCESS else f"{moment.action}.{moment.moment}"


def _before(machine: Machine, graph: StateGraph, index: int) -> str:
    edge = graph.parent_edge[index]
    return START if edge < 0 else short_name(machine.grounds[graph.grounds[edge]].moment)


def _strike(
    machine: Machine,
    symmetry: Symmetry,
    graph: StateGraph,
    futures: Futures,
    moment: CoreMoment,
    after: str,
    edges: list[tuple[int, int]],
) -> Strike:
    first, first_edge = edges[0]  # states are numbered by depth, so no strike is nearer to the start
    pairs = [(futures.masks[index], futures.masks[graph.targets[edge]]) for index, edge in edges]
    future = reduce(or_, (then for _, then in pairs))
    new = reduce(or_, (then & ~now for now, then in pairs))
    broken = {name for name, bit in futures.broken.items() if new & bit}
    lost: set[str] = set()
    for index, edge in edges:
        broken.update(futures.breaks(index, edge))
        lost.update(set(futures.lost(graph.targets[edge])) - set(futures.lost(index)))
    before = futures.named_values(futures.values_of({index for index, _ in edges}))
    at_ends = futures.named_values(future)
    return Strike(
        failure=short_name(moment),
        fault=moment.fault,
        after=after,
        states=len({index for index, _ in edges}),
        depth=graph.depth(first),
        fate=Fate.BREAKS if broken else _fate(futures, pairs, bool(lost)),
        broken=tuple(sorted(broken)),
        bad_ends=tuple(name for name, bit in futures.bad_ends.items() if new & bit),
        lost=tuple(sorted(lost)),
        becomes=tuple(
            Becomes(name, values, at_ends[name]) for name, values in before.items() if values != at_ends[name]
        ),
        story=partial(_story, machine, symmetry, graph, futures, first, first_edge),
    )


def _fate(futures: Futures, pairs: list[tuple[int, int]], lost: bool) -> Fate:
    """The worst over all strikes, each as (facts before, facts after)."""
    hopeful = futures.good | futures.not_searched
    struck = [(now, then) for now, then in pairs if now & hopeful]
    if not struck:
        return Fate.STUCK if lost else Fate.NO_MATTER
    if any(not then & hopeful for _, then in struck):
        return Fate.STUCK
    if any(then & ~now & futures.no_way for now, then in struck):
        return Fate.MAY_STICK
    if any(then & futures.not_searched for _, then in struck):
        return Fate.UNKNOWN
    return Fate.RECOVERS


def _story(machine: Machine, symmetry: Symmetry, graph: StateGraph, futures: Futures, index: int, edge: int) -> Story:
    target = graph.targets[edge]
    goal = next((bit for bit in (futures.good, futures.any_end) if futures.masks[target] & bit), 0)
    on = _nearest_end(graph, futures, target, goal) if goal else []
    lift = lift_to(graph, machine, symmetry, index)
    lift.follow([(graph.grounds[edge], graph.renamings[edge])])
    strike = len(lift.steps)
    run = lift.follow(on).run()
    states = replayed(machine, run)
    changes = []
    for (cell, at), old in states[strike - 1].items():
        new = states[-1][cell, at]
        if new != old and machine.core.cell(cell).kind in (CellKind.STATE, CellKind.PENDING):
            type_ = machine.core.cell(cell).type
            changes.append(
                (cell_name(machine, cell, at), value_name(machine, type_, old), value_name(machine, type_, new))
            )
    return Story(run, strike, bool(goal), tuple(changes))


def _nearest_end(graph: StateGraph, futures: Futures, start: int, goal: int) -> list[Edge]:
    """The shortest path to an end of the wanted kind, which can be reached."""
    wanted = {index for index in graph.ends if futures.masks[index] & goal}
    came: dict[int, tuple[int, int] | None] = {start: None}
    ring = deque([start])
    while ring:
        index = ring.popleft()
        if index in wanted:
            path: list[Edge] = []
            while (step := came[index]) is not None:
                index, edge = step
                path.append((graph.grounds[edge], graph.renamings[edge]))
            return path[::-1]
        for edge in graph.edges(index):
            target = graph.targets[edge]
            if target not in came and futures.masks[target] & goal:
                came[target] = (index, edge)
                ring.append(target)
    raise ValueError("no end can be reached")

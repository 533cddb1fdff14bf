"""Some of a trace's events in their order, and what the others tell of is free: it may happen at any time, or never.

What no run explains even so, no run explains with the other events in their places, nor with any others beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from checker.language.lower import lower_expression
from checker.model.ground import Machine
from checker.trace.conform import Case
from checker.trace.options import Budget
from checker.trace.relevance import Relevance, relevance
from checker.trace.search import Node, Search
from checker.trace.world import World

Spot = tuple[int, int]  # log, position of an event in its view


def freed_search(
    case: Case,
    world: World,
    chosen: set[Spot],
    left_out: list[Spot],
    budget: Budget,
    waived: Mapping[int, frozenset[int]] | None = None,
) -> tuple[Search, bool]:
    """The search for a run with the chosen events, and whether it found one. Raises LimitReached.

    It begins at the case's roots; `world` is that of any of them. `waived` are guards that are taken for true, by step.
    """
    sequence = tuple(tuple(at for at in row if (log, at) in chosen) for log, row in enumerate(case.search.sequence))
    needs = tuple(
        tuple(
            tuple(sum(place < need for place in sequence[other]) for other, need in enumerate(row[at]))
            if (log, at) in chosen
            else (0,) * len(sequence)
            for at in range(len(row))
        )
        for log, row in enumerate(case.search.needs)
    )
    shared = replace(case.shared, relevance=_relevant(case, world, chosen, left_out))
    search = Search(shared, needs, budget, lambda _: 0, 1, sequence=sequence)
    for each, state, binding in case.roots:
        root: Node = state, (0,) * len(sequence), binding
        if search.run(_Freed(each.within(shared), left_out, waived or {}), root):
            return search, True
    return search, False


def _relevant(case: Case, world: World, chosen: set[Spot], left_out: list[Spot]) -> Relevance:
    """What can matter to these events alone; what is owed at the end is not asked."""
    lives = {name for bind in case.shared.frame.ids.values() for name in (*bind.starts, *bind.ends)}
    free = _moments(world, left_out) | case.shared.relevance.moments
    kept = _moments(world, chosen) | {moment for moment in free if moment[0] in lives}
    asked = [
        lower_expression(case.protocol, value, tuple(variable.name for variable in reading.action.params))
        for log, at in chosen
        for reading in case.views[log].events[at].readings
        for each in reading.fields
        for value in each.values or ()
    ]
    core = replace(case.core, properties=())
    possible = frozenset(kept | free)
    return relevance(
        core, case.machine.sizes, kept, lambda m: (m.action, m.moment) in possible, asked, case.shared.anywhere
    )


def _moments(world: World, spots: Iterable[Spot]) -> set[tuple[str, str]]:
    grounds = world.machine.grounds
    numbers = _told(world, spots)
    return {(grounds[number].moment.action, grounds[number].moment.moment) for number in numbers}


def _told(world: World, spots: Iterable[Spot]) -> set[int]:
    """The steps that these events may tell of."""
    numbers = {candidate.number for spot in spots for candidate in world.candidates(*spot)}
    return numbers | {begin for number in numbers if (begin := world.begin_of(number)) is not None}


class _Freed(World):
    """A world in which the steps that some events told of may happen without a record, and some guards are waived."""

    def __init__(self, world: World, left_out: list[Spot], waived: Mapping[int, frozenset[int]]) -> None:
        super().__init__(world.shared, world.meanings.state)
        self._candidates, self._groups, self.unnamed = world._candidates, world._groups, world.unnamed
        self.meanings, self.reads = world.meanings, world.reads
        if waived:
            self.machine = _Waiving(world.machine, waived)
        moments, grounds = world.shared.relevance.moments, world.machine.grounds
        told = sorted(_told(world, left_out))
        free = [n for n in told if (grounds[n].moment.action, grounds[n].moment.moment) in moments]
        self.hidden = tuple(dict.fromkeys((*world.hidden, *free)))


class _Waiving(Machine):
    """A machine on which some guards of some steps are taken for true."""

    def __init__(self, machine: Machine, waived: Mapping[int, frozenset[int]]) -> None:
        self.__dict__.update(machine.__dict__)
        self.waived = waived

    def fire(self, number: int, state: bytes) -> bytes | None:
        """The state after the step, unless a guard is false that is not waived."""
        waived = self.waived.get(number)
        if waived is None:
            return Machine.fire(self, number, state)
        return self.force(number, state) if waived.issuperset(self.failing(number, state)) else None

"""A trace in one world: what each event can be, what may happen unrecorded. A world settles every const."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from checker.language.core import pending_cell
from checker.language.protocol import BEGIN, Action
from checker.model.ground import Ground
from checker.model.run import Step
from checker.trace.binding import BEFORE, Change, Mark
from checker.trace.candidates import Candidates
from checker.trace.coverage import Group, Records
from checker.trace.lives import Lives
from checker.trace.meaning import Meanings
from checker.trace.shared import Candidate, Shared
from checker.trace.symmetry import Unnamed

PATIENT = 300  # states whose hidden steps are tried one by one, before all steps are compiled into one function


class World:
    """A trace in the world of one initial state."""

    def __init__(self, shared: Shared, state: bytes) -> None:
        self.shared = shared
        self.machine = shared.machine
        self.frame = shared.frame
        self.meanings = Meanings(shared.machine, state)
        self.reads = Candidates(shared, self.meanings)
        self.unnamed = Unnamed(shared.machine, shared.frame, shared.bindings)
        self._candidates: dict[tuple[int, int], tuple[Candidate, ...]] = {}
        self._asked = 0
        self._anything: dict[int, tuple[Candidate, ...]] = {}
        self._begins: dict[tuple[int, int], tuple[int, ...]] = {}
        self._changes: dict[int, int] = {}
        self._groups: dict[int, tuple[Group, ...]] = {}

    def within(self, shared: Shared) -> World:
        """The same world of a judgement that takes other steps for relevant."""
        world = World(shared, self.meanings.state)
        world._candidates, world._groups, world.unnamed = self._candidates, self._groups, self.unnamed
        return world

    # ------------------------------------------------------------------------------------------------- what is recorded

    def action(self, ground: Ground) -> Action:
        """The action that a step is one of."""
        return self.reads.action(ground)

    def groups(self, number: int) -> tuple[Group, ...]:
        """The groups of logs that record the step."""
        found = self._groups.get(number)
        if found is None:
            ground = self.machine.grounds[number]
            host = self.reads.host(ground)
            found = self.shared.coverage.groups(self.action(ground), ground.moment.moment, host)
            self._groups[number] = found
        return found

    @cached_property
    def hidden(self) -> tuple[int, ...]:
        """The steps that can matter and may happen without a record: plain ones, then begins, then faults."""
        found = [
            (ground.moment.fault, ground.moment.moment == BEGIN, ground.number)
            for ground in self.machine.grounds
            if (ground.moment.action, ground.moment.moment) in self.shared.relevance.moments and self.may_hide(ground)
        ]
        return tuple(number for _, _, number in sorted(found))

    def steps(self, state: bytes, first: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        """The hidden steps possible in the state, with the states after them; those in `first` come first."""
        self._asked += 1
        if self._asked <= PATIENT:
            fire = self.machine.fire
            for number in dict.fromkeys((*first, *self.hidden)):
                after = fire(number, state)
                if after is not None:
                    yield number, after
            return
        possible = [(self._ranks[number], number, after) for number, after in self._all_steps(state)]
        possible.sort()
        early = frozenset(first)
        yield from ((number, after) for _, number, after in possible if number in early)
        yield from ((number, after) for _, number, after in possible if number not in early)

    def _all_steps(self, state: bytes) -> Iterator[tuple[int, bytes]]:
        ranks = self._ranks
        return (step for step in self.machine.successors(state) if step[0] in ranks)

    @cached_property
    def _ranks(self) -> Mapping[int, int]:
        return {number: rank for rank, number in enumerate(self.hidden)}

    def redundant(self, number: int, state: bytes, binding: int) -> bool:
        """Whether another step does the same to an individual that nothing tells apart and that is tried instead."""
        return self.unnamed.redundant(number, state, binding)

    def may_hide(self, ground: Ground) -> bool:
        """Whether the step may happen without any record of it."""
        groups = self.groups(ground.number)
        if any(group.must for group in groups):
            return False
        if not ground.moment.fault:
            return True
        return self.shared.unrecorded_faults

    def hidden_change(self, number: int) -> int:
        """What the step does to the binding when it happens unrecorded."""
        found = self._changes.get(number)
        if found is None:
            ground = self.machine.grounds[number]
            change = Change(ends=tuple(self.reads.ends(ground)), loosens=ground.moment.fault)
            found = self._changes[number] = self.shared.bindings.change(change)
        return found

    def begins_for(self, view: int, position: int) -> tuple[int, ...]:
        """The begins, not recorded themselves, without which the event at that position could not be an outcome."""
        key = view, position
        found = self._begins.get(key)
        if found is None:
            numbers = dict.fromkeys(self.begin_of(candidate.number) for candidate in self.candidates(*key))
            found = self._begins[key] = tuple(
                number for number in numbers if number is not None and self.may_hide(self.machine.grounds[number])
            )
        return found

    def begin_of(self, number: int) -> int | None:
        """The begin that an outcome ends; None for a begin, and for an action of one moment."""
        ground = self.machine.grounds[number]
        if ground.moment.moment == BEGIN or self.action(ground).begin is None:
            return None
        return self.machine.number(Step(ground.moment.action, BEGIN, ground.args))

    def candidates(self, view: int, position: int) -> tuple[Candidate, ...]:
        """The steps that the event at that position of the log can be, likely ones first."""
        key = view, position
        if not self._candidates:
            for each in self.shared.views:
                raw = [tuple(self.reads.made(each, seen)) for seen in each.events]
                for at, ordered in enumerate(Lives(self.reads, each, raw).ordered()):
                    self._candidates[each.index, at] = ordered
        return self._candidates[key]

    def anything(self, view: int) -> tuple[Candidate, ...]:
        """Every step that the log would record, as candidates for a record that is missing."""
        found = self._anything.get(view)
        if found is None:
            found = self._anything[view] = tuple(
                Candidate(ground.number, self.hidden_change(ground.number), ())
                for ground in self.machine.grounds
                if not ground.moment.fault and any(view in group.views for group in self.groups(ground.number))
            )
        return found

    def open_before(self, state: bytes) -> Mapping[Mark, str]:
        """The requests that are pending in a state in which the logs begin, as far as logs would record their ends."""
        found: dict[Mark, str] = {}
        layout = self.machine.layout
        for ground in self.machine.grounds:
            action = self.action(ground)
            if ground.moment.moment == BEGIN and state[layout.slot(pending_cell(action.name), ground.args)]:
                for view in self.shared.views:
                    if self.shared.coverage.begins(view) is not Records.NO:
                        found[view.index, ground.number] = BEFORE
        return found

"""What can still be reached from each state of a search, if nothing (more) fails: ends, broken properties, values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from checker.explore.answer import Answer, Said
from checker.explore.can import Reverse, possible_masks
from checker.explore.components import components
from checker.explore.search import StateGraph
from checker.explore.symmetry import Symmetry
from checker.explore.words import value_name
from checker.language.core import CellKind, CoreProperty, PropertyKind
from checker.language.protocol import Of
from checker.model.ground import Machine
from checker.model.layout import Family


class Futures:
    """For each state a set of facts, as bits: those true of some state it can reach, itself included.

    Only by steps that are neither faults nor failures, so that each failure is seen for what it does by itself.
    """

    def __init__(
        self, machine: Machine, symmetry: Symmetry, graph: StateGraph, answers: Sequence[Answer], reverse: Reverse
    ) -> None:
        self.machine, self.graph = machine, graph
        self._bits: dict[str, int] = {}
        self.good = self._bit("good end")
        self.any_end = self._bit("end")
        self.no_way = self._bit("no good end from here")
        self.not_searched = self._bit("not searched")
        failed = [answer.property for answer in answers if answer.said is Said.FAILS]
        self._finals = [item for item in machine.core.properties if item.kind is PropertyKind.FINAL]
        self._invariants = [item for item in failed if item.kind is PropertyKind.INVARIANT]
        self._steps = [item for item in failed if item.kind is PropertyKind.STEP]
        self.broken = {item.name: self._bit(f"broken {item.name}") for item in self._invariants + self._steps}
        self.bad_ends = {item.name: self._bit(f"bad end {item.name}") for item in self._finals if item in failed}
        self._fails = [ground.moment.fault or ground.moment.failure for ground in machine.grounds]
        self._lost: dict[str, list[bool]] = {}
        for item in failed:
            if item.kind is PropertyKind.CAN:
                masks, everything = possible_masks(graph, symmetry, machine, item, reverse)
                self._lost[item.name] = [mask != everything for mask in masks]
        renamed = {block.sort for block in symmetry.blocks}
        self._families = [
            family
            for family in machine.layout.families.values()
            if family.kind in (CellKind.STATE, CellKind.PENDING)
            and not (isinstance(family.type, Of) and family.type.sort in renamed)
        ]
        self.values: dict[tuple[str, int], int] = {
            (family.name, stored): self._bit(f"{family.name} {stored} at an end")
            for family in self._families
            for stored in range(family.count)
        }
        self._shown: dict[tuple[str, bytes], int] = {}
        self.masks = self._reach(self._own())

    def lost(self, index: int) -> tuple[str, ...]:
        """Of what must stay possible and fails somewhere: what is not possible any more from this state."""
        return tuple(name for name, lost in self._lost.items() if lost[index])

    def breaks(self, index: int, edge: int) -> tuple[str, ...]:
        """Step rules that this step itself breaks."""
        state, ground = self.graph.states[index], self.graph.grounds[edge]
        if not self._steps:
            return ()
        after = self.machine.force(ground, state)
        return tuple(item.name for item in self._steps if not self.machine.step_test(item)(ground, state, after))

    def values_of(self, indexes: Iterable[int]) -> int:
        """The bits of the values in these states."""
        found = 0
        for index in indexes:
            found |= self._values(self.graph.states[index])
        return found

    def named_values(self, mask: int) -> dict[str, tuple[str, ...]]:
        """For each family, the values whose bits are set, by name."""
        named = {}
        for family in self._families:
            numbers = [number for number in range(family.count) if mask & self.values[family.name, number]]
            named[family.name] = tuple(self._value(family, number) for number in numbers)
        return named

    def _value(self, family: Family, stored: int) -> str:
        return value_name(self.machine, family.type, self.machine.layout.value(family.name, stored))

    def _bit(self, name: str) -> int:
        return self._bits.setdefault(name, 1 << len(self._bits))

    def _values(self, state: bytes) -> int:
        mask = 0
        for family in self._families:
            part = state[family.base : family.base + family.cells]
            known = self._shown.get((family.name, part))
            if known is None:
                known = 0
                for stored in part:
                    known |= self.values[family.name, stored]
                self._shown[family.name, part] = known
            mask |= known
        return mask

    def _own(self) -> list[int]:
        graph, machine = self.graph, self.machine
        own = [0] * len(graph.states)
        for index in range(graph.expanded, len(graph.states)):
            own[index] |= self.not_searched
        tests = [(self.broken[item.name], _test(machine, item)) for item in self._invariants]
        finals = [(self.bad_ends.get(item.name, 0), _test(machine, item)) for item in self._finals]
        if tests:
            for index, state in enumerate(graph.states):
                for bit, test in tests:
                    if not test(state):
                        own[index] |= bit
        if self._steps:
            for index in range(graph.expanded):
                for edge in graph.edges(index):
                    if not self._fails[graph.grounds[edge]]:
                        for name in self.breaks(index, edge):
                            own[index] |= self.broken[name]
        for index in graph.ends:
            state = graph.states[index]
            bad = [bit for bit, test in finals if not test(state)]
            own[index] |= self.any_end | (0 if bad else self.good) | self._values(state)
            for bit in bad:
                own[index] |= bit
        return own

    def _reach(self, own: list[int]) -> list[int]:
        targets, grounds, fails = self.graph.targets, self.graph.grounds, self._fails
        edges = self.graph.edges

        def after(index: int) -> Sequence[int]:
            return [targets[edge] for edge in edges(index) if not fails[grounds[edge]]]

        hopeful, no_way = self.good | self.not_searched, self.no_way
        masks = [0] * len(own)
        for component in components(range(len(own)), after):
            mask = 0
            for index in component:
                mask |= own[index]
                for target in set(after(index)):
                    mask |= masks[target]
            if not mask & hopeful:
                mask |= no_way
            for index in component:
                masks[index] = mask
        return masks


def _test(machine: Machine, item: CoreProperty) -> Callable[[bytes], bool]:
    if item.formula is None:
        raise ValueError(f"{item.name} has no formula about one state")
    return machine.test(item.formula)

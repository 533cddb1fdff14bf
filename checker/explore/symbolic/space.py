"""Sets of states as binary decision diagrams (Bryant 1986): which variables hold which cell, and the basic sets.

A cell of n values has the binary digits of its stored value, so some codes of a cell may mean nothing. Every set that
is handed on lies within the ranges: initial states do, and a step writes values only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from checker.model.layout import Layout

if TYPE_CHECKING:
    from oxidd.bcdd import BCDDFunction

Set: TypeAlias = "BCDDFunction"

NODES = 16_000_000
"""Nodes that may be alive at one time; a node and its share of the tables take some 30 bytes."""
REMEMBERED = 1 << 22
"""Results of operations that are remembered, at some 24 bytes each."""


class Space:
    """The variables of one machine's states, the first cell of `order` on top.

    `order` lists the bytes that may differ between states; all others are as `fixed` has them. `faults` is the
    scope's budget, so the fault count has `faults + 1` values.
    """

    def __init__(
        self, layout: Layout, fixed: Mapping[int, int], faults: int, order: Sequence[int], nodes: int = NODES
    ) -> None:
        from oxidd.bcdd import BCDDManager

        self.layout, self.fixed, self.order, self.nodes = layout, fixed, tuple(order), nodes
        self.faults = faults
        self.manager = BCDDManager(nodes, REMEMBERED, 1)
        self.true, self.false = self.manager.true(), self.manager.false()
        self.bits: dict[int, tuple[int, ...]] = {}
        self.slot_of: list[int] = []  # which byte a variable is a digit of
        for slot in order:
            width = (self.count(slot) - 1).bit_length()
            self.bits[slot] = tuple(self.manager.add_vars(width))
            self.slot_of += [slot] * width
        self._positive = [self.manager.var(number) for number in range(len(self.slot_of))]
        self._negative = [self.manager.not_var(number) for number in range(len(self.slot_of))]
        self._cubes: dict[tuple[int, int], Set] = {}

    def count(self, slot: int) -> int:
        """How many values the byte has."""
        if slot == self.layout.faults:
            return self.faults + 1
        return self.layout.families[self.layout.locations[slot][0]].count

    def is_(self, slot: int, stored: int) -> Set:
        """The states in which a byte holds this."""
        found = self._cubes.get((slot, stored))
        if found is None:
            found = self.true
            bits = self.bits[slot]
            for place, bit in enumerate(reversed(bits)):  # from the lowest variable up: each step adds one node on top
                found = (self._positive if stored >> place & 1 else self._negative)[bit] & found
            self._cubes[slot, stored] = found
        return found

    def within(self, slot: int) -> Set:
        """The states in which a byte holds one of its values."""
        count = self.count(slot)
        if count == 1 << len(self.bits[slot]):
            return self.true
        return self.union(self.is_(slot, stored) for stored in range(count))

    def variable(self, level: int) -> Set:
        """The variable at a level; levels and variables are numbered alike."""
        return self._positive[level]

    def variables(self, slots: Iterable[int]) -> Set:
        """The variables of these bytes, as a conjunction: what a quantifier asks for."""
        found = self.true
        for bit in sorted((bit for slot in slots for bit in self.bits[slot]), reverse=True):
            found = self._positive[bit] & found
        return found

    def union(self, sets: Iterable[Set]) -> Set:
        found = self.false
        for one in sets:
            found = found | one
        return found

    def support(self, of: Set) -> frozenset[int]:
        """The bytes that decide whether a state is in the set."""
        found: set[int] = set()
        seen: set[Set] = set()
        waiting = [of]
        while waiting:
            node = waiting.pop()
            variable = node.node_var()
            if variable is None or node in seen:
                continue
            seen.add(node)
            found.add(self.slot_of[variable])
            both = node.cofactors()
            if both is not None:
                waiting += both
        return frozenset(found)

    def size(self, of: Set) -> int:
        """How many states are in the set, exactly."""
        return of.sat_count(len(self.slot_of))

    def pick(self, of: Set) -> bytes:
        """One state of a set that has some; the same one for the same set. Raises ValueError."""
        chosen = of.pick_cube()
        if chosen is None:
            raise ValueError("the set is empty")
        state = bytearray(self.layout.size)
        for slot, stored in self.fixed.items():
            state[slot] = stored
        for slot, bits in self.bits.items():
            stored = 0
            for bit in bits:
                stored = stored << 1 | bool(chosen[bit])
            state[slot] = stored
        return bytes(state)

    def only(self, state: bytes) -> Set:
        """The set of one state."""
        found = self.true
        for slot in reversed(self.order):
            found = self.is_(slot, state[slot]) & found
        return found

"""Individuals that nothing but ids names: which of them are alike in a state, and which are still as at the start."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from operator import itemgetter

from checker.language.core import CoreCell, type_range
from checker.language.protocol import Of
from checker.model.ground import Machine
from checker.trace.binding import Bindings
from checker.trace.frame import Frame

Test = Callable[[bytes], bool]
MOST = 5_000  # states that are found to be another one's equals; beyond, a state may be tried more than once


class Unnamed:
    """The individuals without names in one judgement: which steps need not be tried, which of them are still fresh."""

    def __init__(self, machine: Machine, frame: Frame, bindings: Bindings) -> None:
        self.machine, self.frame, self.bindings = machine, frame, bindings
        self.first = frame.unnamed
        self._alike: dict[tuple[str, int, int], Test] = {}
        self._busy: dict[tuple[int, str], frozenset[int]] = {}

    def redundant(self, number: int, state: bytes, binding: int) -> bool:
        """Whether another step does the same to an individual that nothing tells apart and that is tried instead."""
        unnamed = self.first
        if not unnamed:
            return False
        ground = self.machine.grounds[number]
        for arg, (_, type_) in zip(ground.args, ground.moment.params, strict=True):
            if not isinstance(type_, Of) or type_.sort not in unnamed or arg <= unnamed[type_.sort]:
                continue
            busy = self.busy(binding, type_.sort)
            if arg in busy:
                continue
            for other in range(unnamed[type_.sort], arg):
                if other not in busy and other not in ground.args and self.alike(type_.sort, other, arg)(state):
                    return True
        return False

    def alike(self, sort: str, first: int, second: int) -> Test:
        key = sort, first, second
        found = self._alike.get(key)
        if found is None:
            found = self._alike[key] = alike(self.machine, sort, first, second)
        return found

    def busy(self, binding: int, sort: str) -> frozenset[int]:
        """The individuals of a sort that the binding tells apart."""
        key = binding, sort
        found = self._busy.get(key)
        if found is None:
            bound = self.bindings.met[binding]
            names: set[int] = set()
            for (field, _, _), (values, _) in bound.named.items():
                bind = self.frame.ids.get(field)
                sorts = bind.sorts if bind is not None else ()
                names.update(value for value, of in zip(values, sorts, strict=False) if of == sort)
            for _, begin in bound.open:
                ground = self.machine.grounds[begin]
                names.update(
                    arg for arg, (_, type_) in zip(ground.args, ground.moment.params, strict=True) if type_ == Of(sort)
                )
            found = self._busy[key] = frozenset(names)
        return found

    def signatures(self) -> tuple[tuple[Callable[[bytes], object], ...], ...]:
        """For each pool of unnamed individuals, what to compare of each of them."""
        return tuple(
            tuple(signature(self.machine, sort, number) for number in numbers) for sort, numbers in self.frame.pools
        )


def one_of_each(machine: Machine, frame: Frame, states: Iterable[bytes]) -> Iterator[bytes]:
    """The states without those that differ from an earlier one only in which unnamed individual is which.

    No record names them, so what explains a trace from the one explains it from the other, names apart.
    """
    swaps = [
        exchanged(machine, sort, first, second)
        for sort in frame.unnamed
        for first, second in pairwise(sorted(_unnamed(machine, frame, sort)))
    ]
    seen: set[bytes] = set()
    for state in states:
        if state in seen:
            continue
        yield state
        seen.add(state)
        orbit = [state] if swaps else []
        met = 0
        while orbit and met < MOST:
            here = orbit.pop()
            for swap in swaps:
                other = swap(here)
                if other not in seen:
                    met += 1
                    seen.add(other)
                    orbit.append(other)


def _unnamed(machine: Machine, frame: Frame, sort: str) -> set[int]:
    """The unnamed individuals that the scope has: a scope may be given fewer than records have room for."""
    there = type_range(Of(sort), machine.sizes)
    return {number for of, pool in frame.pools if of == sort for number in pool if number in there}


def exchanged(machine: Machine, sort: str, first: int, second: int) -> Callable[[bytes], bytes]:
    """A state with two individuals of the sort in one another's place."""
    exchange = {first: second, second: first}
    source, valued = _moves(machine, sort, exchange)
    get = itemgetter(*source)

    def moved(state: bytes) -> bytes:
        found = bytearray(get(state))
        for at in valued:
            found[at] = exchange.get(found[at], found[at])
        return bytes(found)

    return moved


def alike(machine: Machine, sort: str, first: int, second: int) -> Test:
    """Whether exchanging two individuals of the sort leaves a state as it is.

    No text can name an individual of an open sort, so two that are alike have the same future, names apart.
    """
    exchange = {first: second, second: first}
    source, valued = _moves(machine, sort, exchange)
    pairs = [(at, source[at]) for at in valued]
    others = [(at, other) for at, other in enumerate(source) if at < other and at not in valued]
    equal = _equal([at for at, _ in others], [other for _, other in others])
    if not pairs:
        return equal
    return lambda state: equal(state) and all(exchange.get(state[a], state[a]) == state[b] for a, b in pairs)


def _moves(machine: Machine, sort: str, exchange: Mapping[int, int]) -> tuple[list[int], frozenset[int]]:
    """For each byte of a state the one it changes places with, and the bytes that hold individuals of the sort."""
    source = list(range(machine.layout.size))
    valued: set[int] = set()
    for cell in machine.core.cells:
        family = machine.layout.families[cell.name]
        for at in range(family.base, family.base + family.cells):
            name, index = machine.layout.locations[at]
            swapped = tuple(
                exchange.get(part, part) if type_ == Of(sort) else part
                for part, (_, type_) in zip(index, cell.index, strict=True)
            )
            source[at] = machine.layout.slot(name, swapped)
            if family.type == Of(sort):
                valued.add(at)
    return source, frozenset(valued)


def signature(machine: Machine, sort: str, number: int) -> Callable[[bytes], object]:
    """The cells of one individual in a state, as something to compare."""
    slots = [
        at for cell in machine.core.cells for at in _slots_about(machine, cell, sort, number) if at not in machine.fixed
    ]
    return itemgetter(*slots) if slots else (lambda _: ())


def _slots_about(machine: Machine, cell: CoreCell, sort: str, number: int) -> list[int]:
    where = [position for position, (_, type_) in enumerate(cell.index) if type_ == Of(sort)]
    if not where or number not in type_range(Of(sort), machine.sizes):
        return []
    family = machine.layout.families[cell.name]
    return [
        at
        for at in range(family.base, family.base + family.cells)
        if any(machine.layout.locations[at][1][position] == number for position in where)
    ]


def _equal(left: list[int], right: list[int]) -> Test:
    if not left:
        return lambda _: True
    get_left, get_right = itemgetter(*left), itemgetter(*right)
    return lambda state: bool(get_left(state) == get_right(state))

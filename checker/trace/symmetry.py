"""Individuals that nothing but ids names: which of them are alike in a state, and which are still as at the start."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter

from checker.language.core import CoreCell, type_range
from checker.language.protocol import Of
from checker.model.ground import Machine
from checker.trace.binding import Bindings
from checker.trace.frame import Frame

Test = Callable[[bytes], bool]


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


def alike(machine: Machine, sort: str, first: int, second: int) -> Test:
    """Whether exchanging two individuals of the sort leaves a state as it is.

    No text can name an individual of an open sort, so two that are alike have the same future, names apart.
    """
    exchange = {first: second, second: first}
    left: list[int] = []
    right: list[int] = []
    valued: list[tuple[int, int]] = []
    for cell in machine.core.cells:
        family = machine.layout.families[cell.name]
        holds = family.type == Of(sort)
        for at in range(family.base, family.base + family.cells):
            name, index = machine.layout.locations[at]
            swapped = tuple(
                exchange.get(part, part) if type_ == Of(sort) else part
                for part, (_, type_) in zip(index, cell.index, strict=True)
            )
            other = machine.layout.slot(name, swapped)
            if holds:
                valued.append((at, other))
            elif at < other:
                left.append(at)
                right.append(other)
    if not valued:
        return _equal(left, right)
    equal = _equal(left, right)
    return lambda state: equal(state) and all(exchange.get(state[a], state[a]) == state[b] for a, b in valued)


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

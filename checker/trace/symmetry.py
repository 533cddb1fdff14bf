"""Individuals that nothing but ids names: which of them are alike in a state, and which are still as at the start."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter

from checker.language.core import CoreCell, type_range
from checker.language.protocol import Of
from checker.model.ground import Machine

Test = Callable[[bytes], bool]


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
    return itemgetter(*slots) if slots else (lambda state: ())


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
        return lambda state: True
    get_left, get_right = itemgetter(*left), itemgetter(*right)
    return lambda state: bool(get_left(state) == get_right(state))

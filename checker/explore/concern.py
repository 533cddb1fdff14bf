"""Whom a step concerns: the individuals of a sort that it names, or that a const gives for what it names."""

from __future__ import annotations

from itertools import product

from checker.language.core import CellKind
from checker.language.protocol import Of, Type
from checker.model.ground import Machine


class Concern:
    """For the instances of some types: which of them a step concerns, by their first part.

    A step that names nobody of that sort, not even by a const, concerns all; so does every step where the first part
    is no individual, or there is none.
    """

    def __init__(self, machine: Machine, types: tuple[Type, ...], tuples: tuple[tuple[int, ...], ...]) -> None:
        self._machine, self._tuples = machine, tuples
        self._sort = types[0].sort if types and isinstance(types[0], Of) else None
        families = machine.layout.families.values()
        self._consts = [
            family
            for family in families
            if family.kind is CellKind.CONST and isinstance(family.type, Of) and family.type.sort == self._sort
        ]
        self._known: dict[tuple[int, bytes], tuple[int, ...]] = {}

    def of(self, ground: int, state: bytes) -> tuple[int, ...]:
        """The numbers of the instances that the step concerns in this state."""
        consts = b"".join(state[family.base : family.base + family.cells] for family in self._consts)
        known = self._known.get((ground, consts))
        if known is None:
            individuals = self._individuals(ground, state)
            known = self._known[ground, consts] = tuple(
                number for number, values in enumerate(self._tuples) if not individuals or values[0] in individuals
            )
        return known

    def _individuals(self, ground: int, state: bytes) -> set[int]:
        if self._sort is None:
            return set()
        step = self._machine.grounds[ground]
        args = [(type_, int(value)) for (_, type_), value in zip(step.moment.params, step.args, strict=True)]
        found = {value for type_, value in args if type_ == Of(self._sort)}
        for family in self._consts:
            for index in product(*([value for type_, value in args if type_ == wanted] for wanted in family.index)):
                found.add(state[family.slot(index)])
        return found

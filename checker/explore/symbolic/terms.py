"""The algebra of sets of states: a formula is the set of states in which it is true.

A number is one known now, or for each value it may have the states in which it has it: its cases. They overlap nowhere
and, within the ranges of the cells, leave no state out. Quantifiers are written out over the individuals of the scope.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import TypeAlias

from checker.explore.symbolic.space import Set, Space
from checker.language.protocol import Type, Value
from checker.model.values import type_values

Cases: TypeAlias = dict[int, Set]
Term: TypeAlias = "bool | int | Set | Cases"
"""A value known now; the states where a formula is true; or the cases of a number."""


class Terms:
    """The algebra over one space. `after` says what bytes hold after a step, in terms of the state before it."""

    def __init__(self, space: Space, after: Mapping[int, Term] | None = None) -> None:
        self.space = space
        self._after = after or {}

    def lit(self, value: Value) -> Term:
        return value

    def read(self, cell: str, index: Sequence[Term], after: bool) -> Term:
        family = self.space.layout.families[cell]
        found: list[tuple[Set, Term]] = []
        for choice in product(*(list(self.cases(part).items()) for part in index)):
            try:
                slot = family.slot(tuple(value for value, _ in choice))
            except IndexError:
                continue  # an index out of range is read only where it does not matter
            where = self.space.true
            for _, condition in choice:
                where = where & condition
            found.append((where, self.place(slot, after)))
        if not found:
            return False if family.boolean else family.low
        if len(found) == 1 and all(not isinstance(part, dict) and _known(part) for part in index):
            return found[0][1]
        return self._joined(found, family.boolean)

    def place(self, slot: int, after: bool = False) -> Term:
        """What a byte means, in the state before the step or after it."""
        if after and slot in self._after:
            return self._after[slot]
        space = self.space
        if slot == space.layout.faults:
            return {stored: space.is_(slot, stored) for stored in range(space.count(slot))}
        name = space.layout.locations[slot][0]
        if slot not in space.bits:
            return space.layout.value(name, space.fixed.get(slot, 0))
        family = space.layout.families[name]
        if family.boolean:
            return space.is_(slot, 1)
        return {family.low + stored: space.is_(slot, stored) for stored in range(family.count)}

    def not_(self, body: Term) -> Term:
        return not body if isinstance(body, bool) else ~self.set(body)

    def and_(self, parts: Sequence[Term]) -> Term:
        return self._all(parts)

    def eq(self, left: Term, right: Term) -> Term:
        if _known(left) and _known(right):
            return left == right
        one, other = self.cases(left), self.cases(right)
        return self._folded(self.space.union(one[value] & other[value] for value in one.keys() & other.keys()))

    def less(self, left: Term, right: Term) -> Term:
        if isinstance(left, int) and isinstance(right, int):
            return left < right
        below = self.space.false
        found = self.space.false
        waiting = sorted(self.cases(left).items(), reverse=True)
        for value, where in sorted(self.cases(right).items()):
            while waiting and waiting[-1][0] < value:
                below = below | waiting.pop()[1]
            found = found | (where & below)
        return self._folded(found)

    def add(self, left: Term, right: Term) -> Term:
        return self._sum(left, right, 1)

    def sub(self, left: Term, right: Term) -> Term:
        return self._sum(left, right, -1)

    def _sum(self, left: Term, right: Term, sign: int) -> Term:
        if isinstance(left, int) and isinstance(right, int):
            return left + sign * right
        pairs = product(self.cases(left).items(), self.cases(right).items())
        return self._numbers((one + sign * other, where & there) for (one, where), (other, there) in pairs)

    def ite(self, condition: Term, then: Term, otherwise: Term) -> Term:
        if isinstance(condition, bool):
            return then if condition else otherwise
        if _known(then) and _known(otherwise) and then == otherwise:
            return then
        where = self.set(condition)
        boolean = not any(isinstance(value, dict) or type(value) is int for value in (then, otherwise))
        return self._joined([(where, then), (~where, otherwise)], boolean)

    def forall(self, name: str, type_: Type, body: Callable[[Term], Term]) -> Term:  # noqa: ARG002
        return self._all(body(value) for value in type_values(type_, self.space.layout.sizes))

    # ------------------------------------------------------------------------------------------------------- as sets

    def set(self, formula: Term) -> Set:
        """The states in which a formula is true."""
        if isinstance(formula, bool):
            return self.space.true if formula else self.space.false
        if isinstance(formula, (int, dict)):
            raise TypeError("a number is no formula")
        return formula

    def cases(self, value: Term) -> Cases:
        """For each value a term may have, the states in which it has it; false and true count as 0 and 1."""
        if isinstance(value, dict):
            return value
        if isinstance(value, int):
            return {int(value): self.space.true}
        return {1: value, 0: ~value}

    def _all(self, parts: Iterable[Term]) -> Term:
        found: Set | None = None
        for part in parts:
            if part is False:
                return False
            if part is not True:
                found = self.set(part) if found is None else found & self.set(part)
        return True if found is None else self._folded(found)

    def _joined(self, found: Iterable[tuple[Set, Term]], boolean: bool) -> Term:
        """A term that has each of these values where it is said to."""
        if boolean:
            return self._folded(self.space.union(where & self.set(value) for where, value in found))
        return self._numbers(
            (number, where & there) for where, value in found for number, there in self.cases(value).items()
        )

    def _numbers(self, found: Iterator[tuple[int, Set]] | Iterable[tuple[int, Set]]) -> Term:
        cases: Cases = {}
        for number, where in found:
            if where.satisfiable():
                cases[number] = cases[number] | where if number in cases else where
        if len(cases) == 1:
            ((number, where),) = cases.items()
            if where.valid():
                return number
        return cases

    def _folded(self, formula: Set) -> Term:
        if formula.valid():
            return True
        return formula if formula.satisfiable() else False


def _known(term: Term) -> bool:
    return isinstance(term, int)

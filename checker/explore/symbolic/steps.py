"""The steps of a machine as operations on sets: what a set leads to by a step, and what leads to it.

There is no relation between two copies of the variables. The bytes that a step writes are forgotten one after the
other, each where the value it gets is known, and set anew; all others are never touched, so no frame condition is
needed (as in Meijer and van de Pol, "Bandwidth and wavefront reduction for static variable ordering in symbolic
reachability analysis", NFM 2016, a step is about its own support only). A byte is overwritten after everything that
reads it; bytes that read each other are written together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from checker.explore.symbolic.space import Set, Space
from checker.explore.symbolic.terms import Term, Terms
from checker.language.core import Expr, index_name
from checker.language.protocol import Bool, Type
from checker.model.code import Known
from checker.model.emit import Emit
from checker.model.fold import fold
from checker.model.ground import Ground, Machine
from checker.model.judge import InternalError
from checker.model.writer import writes


@dataclass(frozen=True, slots=True)
class Writing:
    """Bytes written together: where `condition` holds they get the values `target`, and elsewhere they stay.

    `cases` overlap nowhere. `forgotten` are the variables of the bytes.
    """

    slots: tuple[int, ...]
    cases: tuple[tuple[Set, Set], ...]  # (condition, target)
    stays: Set
    forgotten: Set


@dataclass(frozen=True, slots=True)
class SymbolicStep:
    """A ground step. `possible` is where its guards hold and a fault is left, if it is one.

    `touched` are the bytes it reads or writes; `after` is what each written byte holds after it.
    """

    ground: Ground
    possible: Set
    writings: tuple[Writing, ...]
    constants: tuple[int, ...]  # bytes that get the same value whatever the state
    constant: Set  # the states in which they have it
    forgotten: Set  # their variables
    touched: frozenset[int]
    after: Mapping[int, Term]


class Steps:
    """All steps of a machine that some state within the ranges could take.

    `look` is called before each is made, and may raise.
    """

    def __init__(self, machine: Machine, space: Space, look: Callable[[], None]) -> None:
        from oxidd.util import BooleanOperator

        self._and = BooleanOperator.AND
        self.machine, self.space, self._look = machine, space, look
        self.terms = Terms(space)
        self._emit = Emit(machine.layout, machine.fixed)
        self._guards: dict[tuple[int, tuple[int, ...]], Term] = {}
        self.all: tuple[SymbolicStep, ...] = tuple(self._made())

    def image(self, step: SymbolicStep, states: Set) -> Set:
        """Where the step leads to from these states."""
        if not step.writings:
            found = states.apply_exists(self._and, step.possible, step.forgotten)
            return found & step.constant
        found = states & step.possible
        for writing in step.writings:
            if not found.satisfiable():
                return found
            moved = found & writing.stays
            for condition, target in writing.cases:
                moved = moved | (found.apply_exists(self._and, condition, writing.forgotten) & target)
            found = moved
        return found.exists(step.forgotten) & step.constant

    def preimage(self, step: SymbolicStep, states: Set) -> Set:
        """From where the step leads into these states."""
        found = states.apply_exists(self._and, step.constant, step.forgotten)
        for writing in reversed(step.writings):
            moved = found & writing.stays
            for condition, target in writing.cases:
                moved = moved | (found.apply_exists(self._and, target, writing.forgotten) & condition)
            found = moved
        return found & step.possible

    def _made(self) -> Iterator[SymbolicStep]:
        for ground in self.machine.grounds:
            self._look()
            bound = bindings(ground)
            possible = self.terms.set(
                self.terms.and_([self._guard(guard.condition, ground, bound) for guard in ground.moment.guards])
            )
            after = self._after(ground, bound)
            if ground.moment.fault:
                possible = possible & self._fault_left(after)
            if possible.satisfiable():
                yield self._step(ground, possible, after)

    def _guard(self, condition: Expr, ground: Ground, bound: Mapping[str, Term]) -> Term:
        """Outcomes of one action share their guards."""
        key = id(condition), ground.args
        if key not in self._guards:
            self._guards[key] = fold(condition, self.terms, bound)
        return self._guards[key]

    def _fault_left(self, after: dict[int, Term]) -> Set:
        """Where one more fault is in the budget; it is counted among what the step writes."""
        space, slot = self.space, self.space.layout.faults
        if not space.faults:
            return space.false
        after[slot] = {stored + 1: space.is_(slot, stored) for stored in range(space.faults)}
        return ~space.is_(slot, space.faults)

    def _after(self, ground: Ground, bound: Mapping[str, Term]) -> dict[int, Term]:
        """What the bytes that the step may change hold after it."""
        layout = self.machine.layout
        known = {name: Known(value) for name, value in bound.items() if isinstance(value, int)}
        found: dict[int, Term] = {}
        for effect in ground.moment.effects:
            family = layout.families[effect.cell]
            places = {write.where for write in writes(self._emit, (effect,), known)}
            if any(isinstance(place, str) for place in places):
                places = set(range(family.base, family.base + family.cells))
            for slot in sorted(place for place in places if isinstance(place, int) and place in self.space.bits):
                _, index = layout.locations[slot]
                here = {
                    index_name(at): bool(value) if isinstance(type_, Bool) else value
                    for at, (value, type_) in enumerate(zip(index, family.index, strict=True))
                }
                found[slot] = fold(effect.value, self.terms, {**bound, **here})
        return found

    def _step(self, ground: Ground, possible: Set, after: Mapping[int, Term]) -> SymbolicStep:
        space = self.space
        constant: dict[int, int] = {}
        cases: dict[int, dict[int, Set]] = {}
        for slot, value in after.items():
            stored = self._stored(slot, value, possible)
            if len(stored) == 1 and next(iter(stored.values())).valid():
                constant[slot] = next(iter(stored))
            else:
                cases[slot] = stored
        reads = {slot: frozenset[int]().union(*map(space.support, parts.values())) for slot, parts in cases.items()}
        writings = tuple(
            writing for together in in_order(reads) if (writing := self._writing(together, cases)) is not None
        )
        target = space.true
        for slot in sorted(constant, key=lambda slot: -space.bits[slot][0]):
            target = space.is_(slot, constant[slot]) & target
        return SymbolicStep(
            ground,
            possible,
            writings,
            tuple(constant),
            target,
            space.variables(constant),
            space.support(possible).union(after, *reads.values()),
            after,
        )

    def _stored(self, slot: int, value: Term, possible: Set) -> dict[int, Set]:
        """The cases of a byte's content. Raises InternalError where a value is not of the cell's type."""
        layout = self.space.layout
        low = 0 if slot == layout.faults else layout.families[layout.locations[slot][0]].low
        found: dict[int, Set] = {}
        for number, where in self.terms.cases(value).items():
            if 0 <= number - low < self.space.count(slot):
                found[number - low] = where
            elif (where & possible & self._in_range(where)).satisfiable():
                raise InternalError(
                    f"a step gives {layout.locations[slot][0]} the value {number}, which it cannot have"
                )
        return found

    def _in_range(self, of: Set) -> Set:
        found = self.space.true
        for slot in self.space.support(of):
            found = found & self.space.within(slot)
        return found

    def _writing(self, slots: Sequence[int], cases: Mapping[int, Mapping[int, Set]]) -> Writing | None:
        """None where everything stays as it is."""
        space = self.space
        combined: list[tuple[Set, Set]] = [(space.true, space.true)]
        for slot in slots:
            combined = [
                (both, target & space.is_(slot, stored))
                for condition, target in combined
                for stored, where in cases[slot].items()
                if (both := condition & where).satisfiable()
            ]
        stays = space.union(condition & target for condition, target in combined)
        moving = [
            (rest, target) for condition, target in combined if (rest := condition & ~stays & ~target).satisfiable()
        ]
        if not moving:
            return None
        return Writing(tuple(slots), tuple(moving), stays, space.variables(slots))


def in_order(reads: Mapping[int, frozenset[int]]) -> list[list[int]]:
    """The written bytes in an order in which each is overwritten after all that read it; knots of them together."""
    from checker.explore.components import components

    after = {slot: [other for other in reads if other != slot and slot in reads[other]] for slot in reads}
    return [sorted(part) for part in components(sorted(reads), after.__getitem__)]


def bindings(ground: Ground) -> dict[str, Term]:
    """The arguments of a step by the names of its moment's parameters."""
    return {name: _typed(type_, value) for (name, type_), value in zip(ground.moment.params, ground.args, strict=True)}


def _typed(type_: Type, value: int) -> Term:
    return bool(value) if isinstance(type_, Bool) else value

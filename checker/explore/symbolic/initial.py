"""The initial states as a set."""

from __future__ import annotations

from checker.explore.symbolic.space import Set, Space
from checker.explore.symbolic.terms import Term, Terms
from checker.language.core import CellKind
from checker.language.protocol import Bool
from checker.model.fold import fold
from checker.model.ground import Machine


def initial_set(machine: Machine, space: Space) -> Set:
    """Every choice of consts that the assumptions allow, and of cells without an initial value."""
    terms, layout = Terms(space), machine.layout
    found = space.true
    for slot in reversed(space.order):
        found = space.within(slot) & found
    for _, formula in machine.core.assumptions:
        found = found & terms.set(fold(formula, terms, {}))
    for cell in machine.core.cells:
        if cell.kind not in (CellKind.STATE, CellKind.PENDING) or cell.initial is None:
            continue
        family = layout.families[cell.name]
        for slot in range(family.base, family.base + family.cells):
            if slot in space.bits:
                _, index = layout.locations[slot]
                bound: dict[str, Term] = {
                    name: bool(value) if isinstance(type_, Bool) else value
                    for (name, type_), value in zip(cell.index, index, strict=True)
                }
                value = fold(cell.initial, terms, bound)
                found = found & terms.set(terms.eq(terms.place(slot), value))
    if layout.faults in space.bits:
        found = found & space.is_(layout.faults, 0)
    return found

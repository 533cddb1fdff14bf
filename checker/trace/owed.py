"""What is owed in a state, were a recording to end in it."""

from __future__ import annotations

from collections.abc import Callable

from checker.language.core import CoreProperty, PropertyKind
from checker.model.ground import Machine
from checker.trace.account import assignments


def owed_in(machine: Machine, prop: CoreProperty) -> Callable[[bytes], bool]:
    """Whether a final condition is false in a state, or a `leads to` waits there for its conclusion."""
    assert prop.formula is not None
    if prop.kind is PropertyKind.FINAL:
        met = machine.test(prop.formula)
        return lambda state: not met(state)
    assert prop.premise is not None
    pairs = [
        (machine.test(prop.premise, bound), machine.test(prop.formula, bound)) for bound in assignments(machine, prop)
    ]
    return lambda state: any(premise(state) and not conclusion(state) for premise, conclusion in pairs)

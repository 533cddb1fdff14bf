"""Names for steps, cells and values, as people write them."""

from __future__ import annotations

from checker.language.core import CoreProperty
from checker.language.protocol import SUCCESS, Bool, Of, Type, Value
from checker.model.ground import Machine
from checker.model.run import Step


def value_name(machine: Machine, type_: Type, value: Value) -> str:
    """An individual's or a member's name, a number, true or false."""
    match type_:
        case Bool():
            return "true" if value else "false"
        case Of(sort):
            return machine.scope.individual(machine.protocol, sort, int(value))
        case _:
            return str(value)


def cell_name(machine: Machine, cell: str, index: tuple[int, ...]) -> str:
    """`token[node1]`; a cell without index is just its name."""
    types = [type_ for _, type_ in machine.core.cell(cell).index]
    parts = ", ".join(value_name(machine, type_, value) for type_, value in zip(types, index, strict=True))
    return f"{cell}[{parts}]" if parts else cell


def step_name(machine: Machine, step: Step) -> str:
    """`give(node1, node2).REFUSED`, as a `run` in a text has it; a SUCCESS is not spelled out."""
    action = machine.protocol.action(step.action)
    args = ", ".join(
        value_name(machine, variable.type, value) for variable, value in zip(action.params, step.args, strict=True)
    )
    return f"{step.action}({args})" + ("" if step.moment == SUCCESS else f".{step.moment}")


def instance_names(machine: Machine, item: CoreProperty, values: tuple[int, ...]) -> tuple[tuple[str, str], ...]:
    """A property's variables with the names of what they stand for."""
    return tuple(
        (name, value_name(machine, type_, value)) for (name, type_), value in zip(item.variables, values, strict=True)
    )

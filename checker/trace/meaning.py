"""What the fields of an event say of a step, in one world: constants are settled, individuals have their numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from checker.language import core
from checker.language.core import CellKind
from checker.language.protocol import Action, Bool, Expr, Type, Value
from checker.model.fold import fold
from checker.model.ground import Machine
from checker.model.values import Values
from checker.trace.needs import families


@dataclass(slots=True)
class Meanings:
    """Values of expressions over an action's parameters. Consts and params are those of `state`; cells are not read."""

    machine: Machine
    state: bytes
    _settled: dict[tuple[str, Expr], bool] = field(default_factory=dict)
    _values: dict[tuple[str, Expr, tuple[int, ...]], int] = field(default_factory=dict)
    _algebra: Values | None = None

    def lowered(self, action: Action, expr: Expr) -> core.Expr:
        """The expression as the core has it."""
        return self.machine.lowered(action, expr)

    def settled(self, action: Action, expr: Expr) -> bool:
        """Whether the expression reads nothing that a step could change."""
        key = action.name, expr
        found = self._settled.get(key)
        if found is None:
            kinds = {cell.name: cell.kind for cell in self.machine.core.cells}
            read = families(self.lowered(action, expr))
            found = self._settled[key] = all(kinds[name] in (CellKind.CONST, CellKind.PARAM) for name in read)
        return found

    def value(self, action: Action, expr: Expr, args: tuple[int, ...]) -> int:
        """The value for these arguments, as a number. The expression is a settled one."""
        key = action.name, expr, args
        found = self._values.get(key)
        if found is None:
            if self._algebra is None:
                self._algebra = Values(self.machine.sizes, self._look)
            given = named_arguments(action, args)
            found = self._values[key] = int(fold(self.lowered(action, expr), self._algebra, given))
        return found

    def test(
        self, action: Action, expr: Expr, args: tuple[int, ...], wanted: int, type_: Type
    ) -> Callable[[bytes], bool]:
        """Whether the expression has the wanted value in a state."""
        literal = core.Lit(bool(wanted) if isinstance(type_, Bool) else wanted)
        bound = tuple((variable.name, arg) for variable, arg in zip(action.params, args, strict=True))
        return self.machine.test(core.Eq(self.lowered(action, expr), literal), bound)

    def _look(self, cell: str, index: tuple[int, ...], after: bool) -> Value:  # noqa: ARG002
        layout = self.machine.layout
        try:
            return layout.value(cell, self.state[layout.slot(cell, index)])
        except IndexError:
            return 0


def named_arguments(action: Action, args: tuple[int, ...]) -> Mapping[str, Value]:
    """The parameters' values by name, Booleans as Booleans."""
    return {
        variable.name: bool(arg) if isinstance(variable.type, Bool) else arg
        for variable, arg in zip(action.params, args, strict=True)
    }

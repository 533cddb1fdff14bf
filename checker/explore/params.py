"""What the params of a scope leave nothing of: formulas that are true by the params alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from checker.language.build import parts_of, reads_of
from checker.language.core import Bound, CellKind, Core, Expr
from checker.language.protocol import Type
from checker.model.fold import fold
from checker.model.ground import Machine


def settings(machine: Machine) -> dict[str, int]:
    """The value of each param in the scope."""
    given = dict(machine.scope.settings)
    return {param.name: given.get(param.name, param.default) for param in machine.protocol.params}


def switched_off(machine: Machine) -> dict[str, str]:
    """Rules that say nothing because of params: for each, which."""
    values = settings(machine)
    cited: dict[str, list[Expr]] = {}
    taken: set[str] = set()
    for moment in machine.core.moments:
        taken.update(moment.rules)
        for guard in moment.guards:
            for rule in guard.rules:
                cited.setdefault(rule, []).append(guard.condition)
    for item in machine.core.properties:
        for rule in item.rules:
            cited.setdefault(rule, []).extend(formula for _, formula in item.steps)
            if item.formula is not None:
                cited.setdefault(rule, []).append(item.formula)
    found = {}
    for rule, formulas in cited.items():
        params = "" if rule in taken else params_that_settle(machine.core, formulas, values)
        if params:
            found[rule] = params
    return found


def params_that_settle(core: Core, formulas: Sequence[Expr], values: Mapping[str, int]) -> str:
    """The params, with their values, that make every one of the formulas true; empty if they do not."""
    partial = _Partial({cell.name: values[cell.name] for cell in core.cells if cell.kind is CellKind.PARAM})
    names = {read.cell for formula in formulas for read in reads_of(formula)} & values.keys()
    if not names or not formulas:
        return ""
    if not all(fold(formula, partial, dict.fromkeys(_names(formula))) is True for formula in formulas):
        return ""
    # Params of other types than Boolean are shown by number: this is a note, and the scope names them in full.
    return ", ".join(f"{name} = {str(values[name]).lower()}" for name in sorted(names))


def _names(expr: Expr) -> Iterator[str]:
    """The names in the expression that something outside may bind."""
    if isinstance(expr, Bound):
        yield expr.name
    for part in parts_of(expr):
        yield from _names(part)


_Body = Callable[["int | None"], "int | None"]


class _Partial:
    """The algebra of values some of which are not known (None)."""

    def __init__(self, params: Mapping[str, int]) -> None:
        self.params = params

    def lit(self, value: int) -> int | None:
        return value

    def read(self, cell: str, index: Sequence[int | None], after: bool) -> int | None:  # noqa: ARG002
        return self.params.get(cell)

    def not_(self, body: int | None) -> int | None:
        return None if body is None else not body

    def and_(self, parts: Sequence[int | None]) -> int | None:
        if any(part is not None and not part for part in parts):
            return False
        return None if any(part is None for part in parts) else True

    def eq(self, left: int | None, right: int | None) -> int | None:
        return None if left is None or right is None else left == right

    def less(self, left: int | None, right: int | None) -> int | None:
        return None if left is None or right is None else left < right

    def add(self, left: int | None, right: int | None) -> int | None:
        return None if left is None or right is None else left + right

    def sub(self, left: int | None, right: int | None) -> int | None:
        return None if left is None or right is None else left - right

    def ite(self, condition: int | None, then: int | None, otherwise: int | None) -> int | None:
        if condition is None:
            return then if then == otherwise else None
        return then if condition else otherwise

    def forall(self, name: str, type_: Type, body: _Body) -> int | None:  # noqa: ARG002
        value = body(None)
        return value or None  # an empty sort would make a false body true

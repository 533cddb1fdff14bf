"""Updates of one step to what each touched family of cells is after it.

All updates of a step read the state before it, so the order they are written in does not matter; where two of them
give one cell different values the protocol is wrong, and the later one is taken here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from checker.language.build import add, and_, eq, exists, is_false, ite, less, not_, occurs, settled_by, sub, substitute
from checker.language.core import Add, Bound, Clash, Effect, Expr, Lit, Read, Sub, index_name
from checker.language.protocol import Range, Type
from checker.language.source import Span


@dataclass(frozen=True, slots=True)
class Update:
    """`cell[index] := value` for each tuple of `loops` for which the condition holds."""

    cell: str
    loops: tuple[tuple[str, Type], ...]
    condition: Expr
    index: tuple[Expr, ...]
    value: Expr
    span: Span


class Undetermined(Exception):
    """An update whose value depends on loop variables that the cell's place does not settle."""

    def __init__(self, update: Update, names: tuple[str, ...]) -> None:
        super().__init__(names)
        self.update = update
        self.names = names


def combine(updates: tuple[Update, ...], types: Mapping[str, tuple[Type, ...]]) -> tuple[Effect, ...]:
    """One effect for each family touched, later updates outermost. `types` are the index types. Raises Undetermined."""
    values: dict[str, Expr] = {}
    for update in updates:
        index = types[update.cell]
        here, value = _clause(update, index)
        unchanged = Read(update.cell, tuple(Bound(index_name(at)) for at in range(len(index))))
        values[update.cell] = ite(here, value, values.get(update.cell, unchanged))
    return tuple(Effect(cell, value) for cell, value in values.items())


def clashes(updates: tuple[Update, ...], types: Mapping[str, tuple[Type, ...]]) -> tuple[Clash, ...]:
    """The pairs of updates that may give one cell two values. Raises Undetermined."""
    found: list[Clash] = []
    for first, second in combinations(updates, 2):
        if first.cell != second.cell:
            continue
        index = types[first.cell]
        (here, value), (there, other) = _clause(first, index), _clause(second, index)
        condition = and_(here, there, not_(eq(value, other)))
        for at, type_ in enumerate(index):
            condition = exists(index_name(at), type_, condition)
        if not is_false(condition):
            found.append(Clash(first.cell, condition, first.span, second.span))
    return tuple(found)


def _clause(update: Update, types: tuple[Type, ...]) -> tuple[Expr, Expr]:
    """When the update touches `cell[$0, ...]`, and the value it gives; loop variables are gone from both."""
    loops = dict(update.loops)
    settled: dict[str, Expr] = {}
    checks: list[Expr] = []
    equations: list[tuple[Expr, Expr]] = []
    for at, (written, type_) in enumerate(zip(update.index, types, strict=True)):
        place = Bound(index_name(at))
        found = _solve(written, place)
        if found is None or found[0] not in loops or found[0] in settled:
            equations.append((place, written))
            continue
        name, solution = found
        settled[name] = solution
        checks += _within(solution, loops[name], type_)
    condition = and_(*checks, *(eq(place, written) for place, written in equations), update.condition)
    condition, value = substitute(condition, settled), substitute(update.value, settled)
    open_loops = [(name, type_) for name, type_ in update.loops if name not in settled]
    for name, type_ in open_loops:
        equal = None if isinstance(type_, Range) else settled_by(name, condition)
        if equal is not None:
            condition, value = substitute(condition, {name: equal}), substitute(value, {name: equal})
    loose = tuple(name for name, _ in open_loops if occurs(name, value))
    if loose:
        raise Undetermined(update, loose)
    for name, type_ in reversed(open_loops):
        condition = exists(name, type_, condition)
    return condition, value


def _solve(written: Expr, place: Expr) -> tuple[str, Expr] | None:
    """For an index written as a name, or a name and a number, what the name must be for it to equal `place`."""
    match written:
        case Bound(name):
            return name, place
        case Add(Bound(name), Lit() as number):
            return name, sub(place, number)
        case Add(Lit() as number, Bound(name)):
            return name, sub(place, number)
        case Sub(Bound(name), Lit() as number):
            return name, add(place, number)
        case _:
            return None


def _within(value: Expr, type_: Type, of: Type) -> list[Expr]:
    """That a value computed from an index of type `of` lies in `type_`; nothing to ask where it always does."""
    if isinstance(type_, Range) and (type_ != of or not isinstance(value, Bound)):
        return [not_(less(value, Lit(type_.low))), not_(less(Lit(type_.high), value))]
    return []

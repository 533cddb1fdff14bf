"""Initial states, packed: every choice of consts that the assumptions allow, and of cells without an initial value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import product

from checker.language.core import CellKind, Core, CoreCell
from checker.language.protocol import Protocol
from checker.model.code import Every, Known, Node, number, plus, show
from checker.model.emit import Emit
from checker.model.fold import fold
from checker.model.layout import Layout, Location
from checker.model.scope import Scope
from checker.model.values import type_values

Fill = Callable[[bytearray], None]
Check = Callable[[bytearray], bool]


class BadScope(ValueError):
    """A scope that does not fit the protocol: a size, a setting or a pin that is missing, unknown or out of range."""


def check_scope(protocol: Protocol, scope: Scope) -> None:
    """Raises BadScope where Layout and the rest would stumble."""
    sizes = dict(scope.sizes)
    for sort in protocol.sorts:
        if sort.members is None and sizes.pop(sort.name, -1) < 0:
            raise BadScope(f"scope {scope.name} does not say how many {sort.name} there are")
    if sizes:
        raise BadScope(
            f"scope {scope.name} gives a size to {', '.join(sizes)}, which is no open sort of {protocol.name}"
        )
    if not 0 <= scope.faults <= 255:
        raise BadScope(f"scope {scope.name} allows {scope.faults} faults; the number must be 0 to 255")


def fixed_bytes(core: Core, layout: Layout, scope: Scope) -> Mapping[int, int]:
    """Bytes that are the same in every state of the scope, with what they hold: params and pinned consts.

    Raises BadScope.
    """
    kinds = {cell.name: cell.kind for cell in core.cells}
    values: dict[Location, int] = {}
    for cell in core.cells:
        if cell.kind is CellKind.PARAM:
            values[cell.name, ()] = _default(cell)
    for name, value in scope.settings:
        if kinds.get(name) is not CellKind.PARAM:
            raise BadScope(f"scope {scope.name} sets `{name}`, which is no param")
        values[name, ()] = int(value)
    for (name, index), value in scope.pins:
        if kinds.get(name) is not CellKind.CONST:
            raise BadScope(f"scope {scope.name} fixes `{name}`, which is no const")
        values[name, index] = int(value)
    fixed: dict[int, int] = {}
    for (name, index), value in values.items():
        family = layout.families[name]
        if len(index) != len(family.shape) or not 0 <= value - family.low < family.count:
            raise BadScope(f"scope {scope.name} gives `{name}` the value {value}, which it cannot have")
        try:
            fixed[family.slot(index)] = value - family.low
        except IndexError as problem:
            raise BadScope(f"scope {scope.name}: {problem}") from None
    return fixed


def initial_states(core: Core, layout: Layout, fixed: Mapping[int, int]) -> Iterator[bytes]:
    """Every initial state once, consts varying slowest."""
    emit = Emit(layout, fixed)
    state = bytearray(layout.size)
    for at, stored in fixed.items():
        state[at] = stored
    parts = list(_parts(core, layout, emit))
    for _ in _worlds(core, layout, fixed, emit, state):
        yield from _cells(state, parts, 0)


def _cells(state: bytearray, parts: list[Fill | list[tuple[int, int]]], at: int) -> Iterator[bytes]:
    """Fills in the state family by family, in every way."""
    if at == len(parts):
        yield bytes(state)
        return
    part = parts[at]
    if callable(part):
        part(state)
        yield from _cells(state, parts, at + 1)
        return
    for values in product(*(range(count) for _, count in part)):
        for (slot, _), stored in zip(part, values, strict=True):
            state[slot] = stored
        yield from _cells(state, parts, at + 1)


def _parts(core: Core, layout: Layout, emit: Emit) -> Iterator[Fill | list[tuple[int, int]]]:
    """What to do after the consts, in the order of the text: a function that fills in cells, or (byte, how many)."""
    lines: list[str] = []
    for cell in core.cells:
        if cell.kind not in (CellKind.STATE, CellKind.PENDING):
            continue
        family = layout.families[cell.name]
        if cell.initial is None:
            if lines:
                yield _function(lines)
                lines = []
            yield [(family.base + at, family.count) for at in range(family.cells)]
            continue
        names = [name for name, _ in cell.index]
        for at, index in enumerate(product(*(type_values(type_, layout.sizes) for type_ in family.index))):
            bound: dict[str, Node] = {name: Known(value) for name, value in zip(names, index, strict=True)}
            text, level, offset = number(fold(cell.initial, emit, bound))
            lines.append(f"s[{family.base + at}] = {plus(text, level, offset - family.low)[0]}")
    if lines:
        yield _function(lines)


def _worlds(core: Core, layout: Layout, fixed: Mapping[int, int], emit: Emit, state: bytearray) -> Iterator[None]:
    """Sets the consts in `state` in every way the assumptions allow, by backtracking."""
    slots = [
        (at, layout.families[name].count)
        for at, (name, _) in enumerate(layout.locations)
        if layout.families[name].kind is CellKind.CONST and at not in fixed
    ]
    checks = _checks(core, emit, [at for at, _ in slots])
    if checks is None:
        return
    last = len(slots)
    tried = [-1] * (last + 1)  # what each const is set to; -1: not yet
    at = 0
    while at >= 0:
        if at == last:
            yield
            at -= 1
            continue
        slot, count = slots[at]
        tried[at] += 1
        if tried[at] == count:
            tried[at] = -1
            at -= 1
            continue
        state[slot] = tried[at]
        if all(check(state) for check in checks[at]):
            at += 1


def _checks(core: Core, emit: Emit, slots: list[int]) -> list[list[Check]] | None:
    """For each const, the parts of assumptions to test once it is set; None where an assumption cannot hold."""
    order = {slot: at for at, slot in enumerate(slots)}
    checks: list[list[Check]] = [[] for _ in slots]
    for _, formula in core.assumptions:
        whole = fold(formula, emit, {})
        for part in whole.parts if isinstance(whole, Every) else (whole,):
            if isinstance(part, Known):
                if not part.value:
                    return None
                continue
            text = show(part)
            places = re.findall(r"s\[(\d+)\]", text)
            everywhere = len(places) < text.count("s[")  # a computed place may be any const
            at = len(slots) - 1 if everywhere else max(order.get(int(place), 0) for place in places)
            checks[at].append(eval(compile(f"lambda s: {text}", "<assumption>", "eval")))  # noqa: S307
    return checks


def _function(lines: list[str]) -> Fill:
    names: dict[str, Fill] = {}
    exec(compile("def fill(s):\n " + "\n ".join(lines), "<initial>", "exec"), {}, names)  # noqa: S102
    return names["fill"]


def _default(cell: CoreCell) -> int:
    value = getattr(cell.initial, "value", None)
    if not isinstance(value, int):
        raise TypeError(f"param {cell.name} has no literal default")
    return value

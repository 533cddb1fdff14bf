"""Two assignments that provably give one location two values in one moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import assert_never

from checker.language.diagnostics import Diagnostics, Note
from checker.language.protocol import Assign, Effect, Expr, ForEach, Lit, Var, When
from checker.language.walk import free

MOST = 500

# Where an assignment stands: the loops around it, and which branch of which condition.
_Loop = tuple[int, ForEach]
_Branch = tuple[int, bool]


@dataclass(frozen=True, slots=True)
class _Placed:
    assign: Assign
    loops: tuple[_Loop, ...] = ()
    branches: frozenset[_Branch] = frozenset()

    def conditions(self) -> frozenset[object]:
        """What has to hold for the assignment to happen, apart from what holds for every loop without `where`."""
        return frozenset((*self.branches, *(number for number, loop in self.loops if loop.where is not None)))


def twice(effects: tuple[Effect, ...], found: Diagnostics) -> None:
    """Says where one moment assigns a location twice: with different values an error, with one value a warning."""
    placed = list(_placed(effects, (), frozenset()))
    if len(placed) > MOST:
        message = f"one moment has at most {MOST} assignments, this one {len(placed)}"
        found.error("E0409", placed[MOST].assign.span, message)
        return
    for first, second in combinations(placed, 2):
        if first.assign.cell == second.assign.cell and _together(first, second) and _same_place(first, second):
            a, b = first.assign, second.assign
            note = Note(a.span, "the first is here")
            if a.value == b.value:
                found.warning("W0714", b.span, f"this gives `{a.cell}` the same value at the same place again", note)
            elif not (isinstance(a.value, Lit) and isinstance(b.value, Lit) and a.value.value == b.value.value):
                message = f"one step would give `{a.cell}` two values at one place: all effects happen at once"
                found.error("E0406", b.span, message, note, fix="put one of them under `if` ... `else`")


def _placed(effects: tuple[Effect, ...], loops: tuple[_Loop, ...], branches: frozenset[_Branch]) -> Iterator[_Placed]:
    for effect in effects:
        match effect:
            case Assign():
                yield _Placed(effect, loops, branches)
            case ForEach(body=body):
                yield from _placed(body, (*loops, (id(effect), effect)), branches)
            case When(_, then, otherwise):
                yield from _placed(then, loops, branches | {(id(effect), True)})
                yield from _placed(otherwise, loops, branches | {(id(effect), False)})
            case _:
                assert_never(effect)


def _together(first: _Placed, second: _Placed) -> bool:
    """Whether one of the two happens only when the other does."""
    a, b = first.conditions(), second.conditions()
    exclusive = any((number, not side) in second.branches for number, side in first.branches)
    return not exclusive and (a <= b or b <= a)


def _same_place(first: _Placed, second: _Placed) -> bool:
    """Whether the two surely name one location: by equal indexes, or because a loop runs over all of them."""
    shared = {number for number, _ in first.loops} & {number for number, _ in second.loops}
    own_a, own_b = _own(first, shared), _own(second, shared)
    everywhere: dict[str, Expr] = {}
    for a, b in zip(first.assign.index, second.assign.index, strict=True):
        if isinstance(a, Var) and a.name in own_a:
            key, other, own = f"1 {a.name}", b, own_b
        elif isinstance(b, Var) and b.name in own_b:
            key, other, own = f"2 {b.name}", a, own_a
        elif a == b and not free(a) & (own_a | own_b):
            continue
        else:
            return False
        if everywhere.setdefault(key, other) != other or (free(other) & own and not isinstance(other, Var)):
            return False
    return True


def _own(placed: _Placed, shared: set[int]) -> frozenset[str]:
    """The variables of loops that only this one of the two stands in, and that run over everything."""
    return frozenset(
        variable.name
        for number, loop in placed.loops
        if number not in shared and loop.where is None
        for variable in loop.variables
    )

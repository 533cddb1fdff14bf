"""Source for what a moment writes into the state after it, touching only bytes that can change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, product

from checker.language.build import occurs
from checker.language.core import TRUE, And, Bound, Effect, Eq, Expr, Ite, Lit, Not, Read, index_name
from checker.model.code import FALSE, Known, Node, every, number, plus, show
from checker.model.emit import Emit
from checker.model.fold import fold
from checker.model.values import type_values


@dataclass(frozen=True, slots=True)
class Write:
    """`t[where] = stored`, where the condition holds."""

    condition: Node
    where: int | str
    stored: str


def writes(emit: Emit, effects: tuple[Effect, ...], bound: Mapping[str, Node]) -> list[Write]:
    """What to write for the effects, in this order: a later write to the same byte counts."""
    return [write for effect in effects for write in _useful(emit, list(_written(emit, effect, bound)))]


def statements(written: list[Write], counted: bool) -> Iterator[str]:
    """The lines that make `t` of `s`, none where they are the same; `counted` where the step is a fault."""
    if written or counted:
        yield "t = bytearray(s)"
    for condition, group in groupby(written, key=lambda write: show(write.condition)):
        line = "; ".join(f"t[{write.where}] = {write.stored}" for write in group)
        yield line if condition == "True" else f"if {condition}: {line}"
    if counted:
        yield "t[-1] += t[-1] < 255"


def _useful(emit: Emit, written: list[Write]) -> list[Write]:
    """Without writes of what is there anyway, and without those that a later one replaces for sure."""
    useful: list[Write] = []
    replaced: set[int | str] = set()
    for at, write in reversed(list(enumerate(written))):
        alone = all(isinstance(earlier.where, int) and earlier.where != write.where for earlier in written[:at])
        unchanged = isinstance(write.where, int) and alone and write.stored == _stored(emit, write.where)
        if write.where not in replaced and not unchanged:
            useful.append(write)
        if isinstance(write.condition, Known):
            replaced.add(write.where)
    return useful[::-1]


def _stored(emit: Emit, at: int) -> str:
    """The source of what a byte holds before the step."""
    if at in emit.fixed:
        return str(emit.fixed[at])
    return f"s{at}" if emit.local else f"s[{at}]"


def _written(emit: Emit, effect: Effect, bound: Mapping[str, Node]) -> Iterator[Write]:
    family = emit.layout.families[effect.cell]
    names = [index_name(at) for at in range(len(family.shape))]
    for condition, value in _clauses(effect, names):
        known = dict(bound)
        rest = _settle(emit, condition, names, known)
        open_names = [name for name in names if name not in known]
        ranges = [
            [Known(value) for value in type_values(type_, emit.layout.sizes)]
            for name, type_ in zip(names, family.index, strict=True)
            if name in open_names
        ]
        for chosen in product(*ranges):
            here = {**known, **dict(zip(open_names, chosen, strict=True))}
            holds = every(fold(part, emit, here) for part in rest)
            where = emit.where(effect.cell, [here[name] for name in names])
            if holds != FALSE and where is not None and family.count > 1:
                text, level, offset = number(fold(value, emit, here))
                stored, _ = plus(text, level, offset - family.low)
                yield Write(holds, where, stored)


def _clauses(effect: Effect, names: list[str]) -> list[tuple[Expr, Expr]]:
    """The effect as conditions with values, of which the last that holds counts."""
    clauses: list[tuple[Expr, Expr]] = []
    value = effect.value
    while isinstance(value, Ite):
        clauses.append((value.condition, value.then))
        value = value.otherwise
    if value != Read(effect.cell, tuple(Bound(name) for name in names)):
        clauses.append((TRUE, value))
    return clauses[::-1]


def _settle(emit: Emit, condition: Expr, names: list[str], known: dict[str, Node]) -> list[Expr]:
    """Adds to `known` the indexes that equations in the condition settle; what else the condition asks is returned."""
    rest: list[Expr] = []
    for part in condition.parts if isinstance(condition, And) else (condition,):
        for name, value in _equations(part):
            unsettled = [other for other in names if other not in known]
            if name in unsettled and not any(occurs(other, value) for other in unsettled):
                known[name] = fold(value, emit, known)
                break
        else:
            rest.append(part)
    return rest


def _equations(part: Expr) -> Iterator[tuple[str, Expr]]:
    """What the condition says a name equals."""
    match part:
        case Bound(name):
            yield name, TRUE
        case Not(Bound(name)):
            yield name, Lit(False)
        case Eq(left, right):
            if isinstance(left, Bound):
                yield left.name, right
            if isinstance(right, Bound):
                yield right.name, left

"""A core whose guards and effects can each be switched off: what a proof rests on is what must stay switched on.

A guard that is off says nothing. An effect that is off gives its cells any values at all. Both only add steps, so
whatever is proved with some of them off is true of the protocol as it is (inductive validity cores: Ghassabani, Gacek,
Whalen, "Efficient generation of inductive validity cores for safety properties", FSE 2016).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from checker.language.build import implies, ite
from checker.language.core import Bound, CellKind, Core, CoreCell, CoreGuard, CoreMoment, Effect, Read
from checker.language.protocol import Bool
from checker.language.source import NOWHERE, Span


class Part(StrEnum):
    """What a proof may rest on."""

    GUARD = "guard"
    EFFECT = "effect"
    LEMMA = "lemma"  # an invariant of the text, or a lemma, that is proved along with it


@dataclass(frozen=True, slots=True)
class Element:
    """One guard of the text, one family of cells that one moment sets, or one invariant; `key` is the one name of it.

    A guard that stands before the outcomes is a guard of each, and one element. `moment` is empty for such a one.
    """

    key: str
    part: Part
    action: str = ""
    moment: str = ""
    cell: str = ""
    rules: tuple[str, ...] = ()
    span: Span = NOWHERE


def loosened(core: Core) -> tuple[Core, tuple[Element, ...]]:
    """The core with a switch (a const of the element's name) for each guard and each effect, and those elements.

    Pending marks stay as they are: that an outcome follows its `begin` is what the two are.
    """
    pending = {cell.name for cell in core.cells if cell.kind is CellKind.PENDING}
    cells = {cell.name: cell for cell in core.cells}
    elements: dict[str, Element] = {}
    extra: list[CoreCell] = []

    def guard(moment: CoreMoment, item: CoreGuard) -> CoreGuard:
        if isinstance(item.condition, Read) and item.condition.cell in pending and not item.rules:
            return item
        key = f"guard {moment.action} {item.span.start} {item.span.source.name}"
        known = elements.get(key)
        shared = known is not None and known.moment != moment.moment
        name = "" if shared else moment.moment
        elements[key] = Element(key, Part.GUARD, moment.action, name, "", item.rules, item.span)
        return replace(item, condition=implies(Read(key, ()), item.condition))

    def effect(moment: CoreMoment, item: Effect) -> Effect:
        if item.cell in pending:
            return item
        key = f"effect {moment.action} {moment.moment} {item.cell}"
        elements[key] = Element(key, Part.EFFECT, moment.action, moment.moment, item.cell, moment.rules, moment.span)
        anything = replace(cells[item.cell], name=f"any {key}", kind=CellKind.CONST, initial=None)
        extra.append(anything)
        index = tuple(Bound(f"${at}") for at in range(len(anything.index)))
        return replace(item, value=ite(Read(key, ()), item.value, Read(anything.name, index)))

    moments = tuple(
        replace(
            moment,
            guards=tuple(guard(moment, item) for item in moment.guards),
            effects=tuple(effect(moment, item) for item in moment.effects),
        )
        for moment in core.moments
    )
    switches = [CoreCell(key, (), Bool(), CellKind.CONST, None) for key in elements]
    return replace(core, cells=(*core.cells, *switches, *extra), moments=moments), tuple(elements.values())


def switches_of(elements: Sequence[Element]) -> Mapping[str, Read]:
    """For each element of a loosened core, that it is switched on."""
    return {item.key: Read(item.key, ()) for item in elements}

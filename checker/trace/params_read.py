"""Which params a judgement can depend on at all.

NOTE(idle params). What a search does depends on the guards and effects of the moments that are relevant to the trace,
on how cells begin, on the consts and params that the text assumes, on what fields of records say, and on the
properties. Which moments are relevant is decided without a look at any param. So a param that none of these reads
changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.language.core import Core, CoreProperty, Expr as CoreExpr, PropertyKind
from checker.language.protocol import Action, EventField, Protocol, ReadParam
from checker.language.walk import walk
from checker.trace.conform import Case
from checker.trace.needs import families


def params_read(protocol: Protocol, core: Core, cases: Sequence[Case | None]) -> frozenset[str]:
    """The params that the judgement of these cases can depend on: all, where a case was not searched."""
    if None in cases:
        return frozenset(param.name for param in protocol.params)
    relevant = {moment for case in cases if case is not None for moment in case.shared.relevance.moments}
    read = {name for formula in _formulas(core, relevant) for name in families(formula)}
    for action in protocol.actions:
        read |= set(_in_fields(action, protocol))
    return frozenset(read)


def _formulas(core: Core, relevant: set[tuple[str, str]]) -> Iterator[CoreExpr]:
    for moment in core.moments:
        if (moment.action, moment.moment) in relevant:
            yield from (guard.condition for guard in moment.guards)
            yield from (effect.value for effect in moment.effects)
    yield from (cell.initial for cell in core.cells if cell.initial is not None)
    yield from (assumption for _, assumption in core.assumptions)
    for prop in core.properties:
        if prop.kind is not PropertyKind.CAN:  # about what may happen, not about one run
            yield from _of_property(prop, relevant)


def _of_property(prop: CoreProperty, relevant: set[tuple[str, str]]) -> Iterator[CoreExpr]:
    yield from (formula for formula in (prop.formula, prop.premise) if formula is not None)
    yield from (formula for moment, formula in prop.steps if moment in relevant)


def _in_fields(action: Action, protocol: Protocol) -> Iterator[str]:
    """The params that fields of the action's records, or its place, read."""
    fields: list[EventField] = [*(action.event.fields if action.event is not None else ())]
    fields += [
        field for log in protocol.logs for each in log.records if each.action == action.name for field in each.fields
    ]
    expressions = [value for field in fields for value in field.values or ()]
    for expression in [*expressions, *([action.at] if action.at is not None else [])]:
        yield from (inner.name for inner in walk(expression) if isinstance(inner, ReadParam))

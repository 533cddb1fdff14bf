"""What is right by the letter and probably not meant: warnings about a typed protocol without errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce

from checker.language.cycles import cycles
from checker.language.diagnostics import Diagnostics
from checker.language.protocol import (
    Action,
    Apply,
    Assign,
    Can,
    Connective,
    Definition,
    Did,
    Expr,
    Final,
    Guard,
    Kind,
    LeadsTo,
    Logic,
    Old,
    Property,
    Protocol,
    Quantified,
    ReadCell,
    ReadConst,
    ReadParam,
    StepRule,
    Variable,
)
from checker.language.settle import settled
from checker.language.source import Span
from checker.language.walk import assigns, expressions, free, loops, walk

# Of these, a file that several entry modules share may be innocent: another entry may use what this one does not.
UNUSED = frozenset(("W0703", "W0705", "W0706", "W0707", "W0709", "W0712", "W0713", "W0715"))


def lint(protocol: Protocol, found: Diagnostics) -> None:
    """Adds all warnings."""
    _guards(protocol, found)
    _properties(protocol, found)
    _uncited(protocol, found)
    _unrecorded(protocol, found)
    _unused(protocol, found)
    _idle_variables(protocol, found)
    cycles(protocol, found)


# ------------------------------------------------------------------------------------------------------------- guards


@dataclass(frozen=True, slots=True)
class _World:
    """What deciding a formula needs to know of the protocol."""

    sizes: Mapping[str, int]
    definitions: Mapping[str, Definition]

    def settled(self, formula: Expr) -> bool | None:
        return settled(formula, self.sizes, self.definitions)


def _world(protocol: Protocol) -> _World:
    sizes = {sort.name: len(sort.members) for sort in protocol.sorts if sort.members is not None}
    return _World(sizes, {each.name: each for each in protocol.definitions})


def _guards(protocol: Protocol, found: Diagnostics) -> None:
    world = _world(protocol)
    for action in protocol.actions:
        sure: set[Guard] = set()
        for guard in (*action.guards, *(guard for outcome in action.outcomes for guard in outcome.guards)):
            answer = world.settled(guard.condition)
            if answer is True:
                found.warning("W0701", guard.span, "this guard always holds, so it guards nothing")
            elif answer is False:
                found.warning("W0702", guard.span, f"this guard never holds, so `{action.name}` is never possible")
                sure.add(guard)
        for guards in _moments(action):
            if not sure & set(guards):
                _contradiction(guards, action, world, found)


def _moments(action: Action) -> Iterator[tuple[Guard, ...]]:
    """The guards that bind one moment together."""
    if action.begin is not None or not any(outcome.guards for outcome in action.outcomes):
        yield action.guards
    for outcome in action.outcomes:
        if outcome.guards:
            yield outcome.guards if action.begin is not None else action.guards + outcome.guards


def _contradiction(guards: tuple[Guard, ...], action: Action, world: _World, found: Diagnostics) -> None:
    """Says which guard leaves nothing of what those before it allow."""
    together = [reduce(_and, (guard.condition for guard in guards[: at + 1])) for at in range(len(guards))]
    if len(guards) < 2 or world.settled(together[-1]) is not False:
        return
    for guard, all_ in zip(guards, together, strict=True):
        if world.settled(all_) is False:
            message = f"with the guards before it, this one never holds, so `{action.name}` is never possible"
            found.warning("W0702", guard.span, message)
            return


def _and(left: Expr, right: Expr) -> Expr:
    return Logic(Connective.AND, left, right)


# --------------------------------------------------------------------------------------------------------- properties


def _properties(protocol: Protocol, found: Diagnostics) -> None:
    world = _world(protocol)
    for item in protocol.properties:
        if isinstance(item, StepRule) and not any(isinstance(part, Old | Did) for part in walk(item.formula)):
            fix = "write `invariant`, or compare with `old(...)`"
            found.warning("W0711", item.span, "this step property asks about one state only", fix=fix)
        formula = None if isinstance(item, LeadsTo) else item.formula
        answer = None if formula is None else world.settled(formula)
        if isinstance(item, Final) and answer is False:
            continue  # `final ... false` says that no run ends
        if answer is not None:
            word = "holds" if answer else "fails"
            found.warning("W0716", item.span, f"`{item.name}` {word} whatever the state is, so it says nothing")


# --------------------------------------------------------------------------------------------- rules, pages, recordings


def _uncited(protocol: Protocol, found: Diagnostics) -> None:
    cited = {rule for action in protocol.actions for rule in _cited(action)}
    cited |= {rule for item in protocol.properties for rule in item.rules}
    cited |= {rule for item in protocol.outlooks for rule in item.rules}
    for rule in protocol.rules:
        if rule.id not in cited:
            message = f"nobody cites rule `{rule.id}`"
            found.warning(
                "W0703", rule.span, message, fix=f"write `@ {rule.id}` after the guard or property that states it"
            )
    pages = {page for rule in protocol.rules for page in rule.pages}
    for page in protocol.pages:
        if page.name not in pages:
            found.warning("W0715", page.span, f"no rule cites the source `{page.name}`")


def _cited(action: Action) -> Iterator[str]:
    yield from action.rules
    for guard in action.guards:
        yield from guard.rules
    for outcome in action.outcomes:
        yield from outcome.rules
        for guard in outcome.guards:
            yield from guard.rules


def _unrecorded(protocol: Protocol, found: Diagnostics) -> None:
    """Where anything is recorded at all, what is not has to be `hidden`."""
    recorded = {record.action for log in protocol.logs for record in log.records}
    recorded |= {action.name for action in protocol.actions if action.event is not None}
    if not recorded and not protocol.logs:
        return
    for action in protocol.actions:
        if action.name not in recorded and not action.hidden and action.kind is Kind.ACTION:
            message = f"no log records `{action.name}`, and it is not `hidden`"
            fix = "give it an `event` clause or a `record`, or write `hidden action`"
            found.warning("W0704", _head(action.span), message, fix=fix)


# ------------------------------------------------------------------------------------------------------- unused things


def _unused(protocol: Protocol, found: Diagnostics) -> None:
    parts = [part for expr in _all_expressions(protocol) for part in walk(expr)]
    cells = {part.name for part in parts if isinstance(part, ReadCell)}
    used = {part.name for part in parts if isinstance(part, ReadConst | ReadParam | Apply)}
    assigned = {assign.cell for action in protocol.actions for assign in _assigned(action)}
    for cell in protocol.cells:
        if cell.name not in assigned:
            fix = "declare it as `const`" if cell.initial is None else None
            found.warning("W0705", _head(cell.span), f"no action ever assigns `{cell.name}`", fix=fix)
        if cell.name not in cells:
            found.warning("W0713", _head(cell.span), f"nothing reads `{cell.name}`")
    for definition in protocol.definitions:
        if definition.name not in used:
            found.warning("W0706", _head(definition.span), f"nothing uses `{definition.name}`")
    for param in protocol.params:
        if param.name not in used:
            found.warning("W0707", _head(param.span), f"nothing reads the param `{param.name}`")
    for const in protocol.consts:
        if const.name not in used:
            found.warning("W0712", _head(const.span), f"nothing reads the const `{const.name}`")


def _assigned(action: Action) -> Iterator[Assign]:
    yield from assigns(action.begin or ())
    for outcome in action.outcomes:
        yield from assigns(outcome.effects)


def _all_expressions(protocol: Protocol) -> Iterator[Expr]:
    for cell in protocol.cells:
        yield from () if cell.initial is None else (cell.initial,)
    for definition in protocol.definitions:
        yield definition.body
    for assumption in protocol.assumptions:
        yield assumption.formula
    for action in protocol.actions:
        yield from _expressions(action)
    for item in protocol.properties:
        yield from _formulas(item)
    for outlook in protocol.outlooks:
        yield from (outlook.premise, outlook.conclusion)
    for scope in protocol.scopes:
        yield from () if scope.where is None else (scope.where,)
    for log in protocol.logs:
        for record in log.records:
            for field in record.fields:
                yield from field.values or ()


def _expressions(action: Action) -> Iterator[Expr]:
    """Every expression of an action."""
    yield from () if action.at is None else (action.at,)
    for field in action.event.fields if action.event else ():
        yield from field.values or ()
    yield from (guard.condition for guard in action.guards)
    yield from expressions(action.begin or ())
    for outcome in action.outcomes:
        yield from (guard.condition for guard in outcome.guards)
        yield from expressions(outcome.effects)


def _formulas(item: Property) -> tuple[Expr, ...]:
    return (item.premise, item.conclusion) if isinstance(item, LeadsTo) else (item.formula,)


def _idle_variables(protocol: Protocol, found: Diagnostics) -> None:
    """Parameters and bound names that nothing reads."""
    for action in protocol.actions:
        _idle(action.params, _expressions(action), found)
        for effects in (action.begin or (), *(outcome.effects for outcome in action.outcomes)):
            for loop in loops(effects):
                inside = (*(() if loop.where is None else (loop.where,)), *expressions(loop.body))
                _idle(loop.variables, inside, found)
    for definition in protocol.definitions:
        _idle(definition.params, (definition.body,), found)
    for item in protocol.properties:
        if isinstance(item, LeadsTo | Can):
            _idle(item.variables, _formulas(item), found)
    for outlook in protocol.outlooks:
        _idle(outlook.variables, (outlook.premise, outlook.conclusion), found)
    for expr in _all_expressions(protocol):
        for part in walk(expr):
            if isinstance(part, Quantified):
                _idle(part.variables, (part.body,), found)


def _idle(variables: tuple[Variable, ...], inside: Iterable[Expr], found: Diagnostics) -> None:
    if not variables:
        return
    read = frozenset[str]().union(*map(free, inside))
    for variable in variables:
        if variable.name not in read:
            found.warning("W0708", variable.span, f"nothing reads `{variable.name}`")


def _head(span: Span) -> Span:
    """The first line of a declaration, without a block that it may open there."""
    text = span.source.text[span.start : span.end].split("\n", 1)[0].split("{", 1)[0].rstrip()
    return Span(span.source, span.start, span.start + len(text))

"""Cycles between sorts: where one is, proofs for any number of individuals leave the decidable fragment.

A function from A to B, and a `forall a: A` with an `exists b: B` inside, both make new individuals of B from those of
A. As long as no sort feeds itself that way, only finitely many can arise, and a prover comes to an end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from checker.language.diagnostics import Diagnostics, Note
from checker.language.protocol import (
    Action,
    Apply,
    Assign,
    Bool,
    Compare,
    Connective,
    Definition,
    Effect,
    Expr,
    ForEach,
    If,
    Invariant,
    Logic,
    Not,
    Of,
    Protocol,
    Quantified,
    Quantifier,
    StepRule,
    Type,
    Variable,
    When,
)
from checker.language.source import Span
from checker.language.types import type_of
from checker.language.walk import children


@dataclass(frozen=True, slots=True)
class Edge:
    """Individuals of `start` make individuals of `end`, because of what `why` says at `span`."""

    start: str
    end: str
    why: str
    span: Span
    function: bool


def cycles(protocol: Protocol, found: Diagnostics) -> None:
    """Warns of each circle of sorts, naming what makes it and what to do."""
    told: set[str] = set()
    by_start: dict[str, list[Edge]] = {}
    for edge in edges(protocol):
        by_start.setdefault(edge.start, []).append(edge)
    for sort in protocol.sorts:
        circle = _circle(sort.name, by_start)
        if not circle or told & {edge.start for edge in circle}:
            continue
        told |= {edge.start for edge in circle}
        whys = list(dict.fromkeys(edge.why for edge in circle))
        sorts = " -> ".join([*(edge.start for edge in circle), circle[0].start])
        what = f"{whys[0]} makes" if len(whys) == 1 else f"{whys[0]} and {whys[1]} make"
        function = next((edge for edge in circle if edge.function), None)
        fix = (
            f"write {function.why} as a relation, with {function.end} among its indexes and `bool` as its type"
            if function
            else "state one of them with a named individual instead of `exists`"
        )
        message = f"{what} a circle of sorts ({sorts}): proofs for any number may not come to an end"
        notes = [
            Note(edge.span, f"{edge.why} makes individuals of {edge.end} from those of {edge.start} here")
            for edge in circle
        ]
        told_so = () if len(circle) == 1 and circle[0].function else notes
        found.warning("W0710", circle[0].span, message, *told_so, fix=f"{fix}; searches in a scope are not affected")


def edges(protocol: Protocol) -> tuple[Edge, ...]:
    """All ways in which individuals of one open sort make individuals of another."""
    open_ = frozenset(sort.name for sort in protocol.sorts if sort.members is None)
    walker = _Walker(open_, {each.name: each for each in protocol.definitions})
    found: list[Edge] = []
    for const in protocol.consts:
        found += walker.function(const.name, const.index, const.type, const.span)
    for cell in protocol.cells:
        found += walker.function(cell.name, (variable.type for variable in cell.index), cell.type, cell.span)
    for assumption in protocol.assumptions:
        found += walker.formula(assumption.formula, True, f"`{assumption.name}`")
    for item in protocol.properties:
        if isinstance(item, Invariant):  # assumed before a step, refuted after it
            found += walker.formula(item.formula, True, f"`{item.name}`")
            found += walker.formula(item.formula, False, f"`{item.name}`")
        if isinstance(item, StepRule):  # refuted only
            found += walker.formula(item.formula, False, f"`{item.name}`")
    for action in protocol.actions:
        found += walker.action(action)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Walker:
    open: frozenset[str]
    definitions: Mapping[str, Definition]

    def function(self, name: str, index: Iterable[Type], type_: Type, span: Span) -> Iterator[Edge]:
        if isinstance(type_, Of) and type_.sort in self.open:
            for each in index:
                if isinstance(each, Of) and each.sort in self.open:
                    yield Edge(each.sort, type_.sort, f"`{name}`", span, function=True)

    def action(self, action: Action) -> Iterator[Edge]:
        why = f"`{action.name}`"
        for guard in (*action.guards, *(guard for outcome in action.outcomes for guard in outcome.guards)):
            yield from self.formula(guard.condition, True, why)
        for effects in (action.begin or (), *(outcome.effects for outcome in action.outcomes)):
            yield from self._effects(effects, (), why)

    def _effects(self, effects: tuple[Effect, ...], over: tuple[str, ...], why: str) -> Iterator[Edge]:
        for effect in effects:
            match effect:
                case Assign(_, index, value):
                    for part in (*index, value):
                        yield from self._both(part, over, why)
                case ForEach(variables, where, body):
                    inner = over + self._sorts(variables)
                    if where is not None:
                        yield from self._both(where, inner, why)
                    yield from self._effects(body, inner, why)
                case When(condition, then, otherwise):
                    yield from self._both(condition, over, why)
                    yield from self._effects((*then, *otherwise), over, why)

    def _both(self, expr: Expr, over: tuple[str, ...], why: str) -> Iterator[Edge]:
        yield from self.formula(expr, True, why, over)
        yield from self.formula(expr, False, why, over)

    def formula(self, expr: Expr, positive: bool, why: str, over: tuple[str, ...] = ()) -> Iterator[Edge]:
        """The edges of a formula taken as true (or false), below universal quantifiers over `over`."""
        match expr:
            case Not(body):
                yield from self.formula(body, not positive, why, over)
            case Logic(op, left, right):
                yield from self.formula(left, positive is not (op is Connective.IMPLIES), why, over)
                yield from self.formula(right, positive, why, over)
            case Quantified(op, variables, body):
                sorts = self._sorts(variables)
                if (op is Quantifier.FORALL) is positive:
                    yield from self.formula(body, positive, why, over + sorts)
                else:
                    for start in dict.fromkeys(over):
                        for end in sorts:
                            yield Edge(start, end, why, expr.span, function=False)
                    yield from self.formula(body, positive, why, over)
            case Apply(name, args):
                for arg in args:
                    yield from self._both(arg, over, why)
                if name in self.definitions:
                    body = self.definitions[name].body
                    through = f"{why.partition(' (')[0]} (through `{name}`)"
                    yield from self.formula(body, positive, through, over)
            case If(condition, then, otherwise):
                yield from self._both(condition, over, why)
                yield from self.formula(then, positive, why, over)
                yield from self.formula(otherwise, positive, why, over)
            case Compare(_, left, right) if isinstance(type_of(left), Bool):
                for side in (left, right):
                    yield from self._both(side, over, why)
            case _:
                for part in children(expr):
                    yield from self.formula(part, positive, why, over)

    def _sorts(self, variables: tuple[Variable, ...]) -> tuple[str, ...]:
        types = (variable.type for variable in variables)
        return tuple(type_.sort for type_ in types if isinstance(type_, Of) and type_.sort in self.open)


def _circle(start: str, by_start: Mapping[str, list[Edge]]) -> tuple[Edge, ...]:
    """A shortest way from a sort back to itself; none where there is no way."""
    ways: deque[tuple[Edge, ...]] = deque(((),))
    seen: set[str] = set()
    while ways:
        way = ways.popleft()
        for edge in by_start.get(way[-1].end if way else start, ()):
            if edge.end == start:
                return (*way, edge)
            if edge.end not in seen:
                seen.add(edge.end)
                ways.append((*way, edge))
    return ()

"""Steps, conditions and events in words: names of individuals put in where the text has parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from checker.language.core import CoreGuard
from checker.language.protocol import (
    SUCCESS,
    Action,
    Bool,
    Expr,
    Guard,
    Of,
    Protocol,
    Quantified,
    Type,
    Var,
    Variable,
)
from checker.language.source import Span
from checker.language.walk import children
from checker.model.ground import Ground
from checker.trace.binding import Binding
from checker.trace.event import Event
from checker.trace.frame import Frame

LONGEST = 400  # letters of a condition that is quoted whole


@dataclass(frozen=True, slots=True)
class Words:
    """How to tell people about the steps of one judgement."""

    frame: Frame

    @property
    def protocol(self) -> Protocol:
        return self.frame.protocol

    def individual(self, sort: str, number: int, binding: Binding | None = None) -> str:
        """What to call an individual: by its name, else by the id it has at the time, else by sort and number."""
        if sort in self.frame.unnamed and binding is not None:
            for (field, _, text), (names, _) in binding.named.items():
                bind = self.frame.ids.get(field)
                if bind is not None and bind.sorts == (sort,) and names == (number,):
                    return f"{sort.lower()} {text}"
        return self.frame.scope.individual(self.protocol, sort, number)

    def value(self, type_: Type, value: int, binding: Binding | None = None) -> str:
        """A value as text."""
        match type_:
            case Of(sort):
                return self.individual(sort, value, binding)
            case Bool():
                return "true" if value else "false"
            case _:
                return str(value)

    def step(self, ground: Ground, binding: Binding | None = None) -> str:
        """A step as a scenario writes it."""
        types = (type_ for _, type_ in ground.moment.params)
        args = ", ".join(self.value(t, arg, binding) for t, arg in zip(types, ground.args, strict=True))
        moment = ground.moment.moment
        return f"{ground.moment.action}({args})" + ("" if moment == SUCCESS else f".{moment}")

    def event(self, event: Event) -> str:
        """An event with its place."""
        return f"{event.name} ({event.log} {event.seq})"

    def guard(self, ground: Ground, guard: CoreGuard, binding: Binding | None = None) -> tuple[str, str]:
        """A guard of a step in words, and its place in the text."""
        action = self.protocol.action(ground.moment.action)
        written = find_guard(action, guard)
        if written is None:  # the pending mark, which nobody wrote
            types = (type_ for _, type_ in ground.moment.params)
            args = ", ".join(self.value(t, arg, binding) for t, arg in zip(types, ground.args, strict=True))
            return f"pending({action.name}({args}))", guard.span.place
        names = {
            variable.name: self.value(variable.type, arg, binding)
            for variable, arg in zip(action.params, ground.args, strict=True)
        }
        return quoted(written.condition, names), written.span.place

    def condition(self, expr: Expr, names: Mapping[str, str] | None = None) -> str:
        """A condition as the text writes it."""
        return quoted(expr, names or {})

    def names(self, variables: tuple[Variable, ...], values: tuple[int, ...]) -> dict[str, str]:
        """The variables' values in words."""
        return {v.name: self.value(v.type, value) for v, value in zip(variables, values, strict=True)}


def find_guard(action: Action, guard: CoreGuard) -> Guard | None:
    """The guard as it was written; None for an outcome's pending mark."""
    for written in (*action.guards, *(each for outcome in action.outcomes for each in outcome.guards)):
        if _same(written.span, guard.span) and written.rules == guard.rules:
            return written
    return None


def quoted(expr: Expr, names: Mapping[str, str]) -> str:
    """The text of an expression, on one line, with names in the place of its free variables."""
    span = expr.span
    text = span.source.text[span.start : span.end]
    for at, end, name in sorted(_free(expr, frozenset(names)), reverse=True):
        if span.start <= at <= end <= span.end:
            text = text[: at - span.start] + names[name] + text[end - span.start :]
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _free(expr: Expr, names: frozenset[str]) -> Iterator[tuple[int, int, str]]:
    """Where the expression has these names free."""
    match expr:
        case Var(name):
            if name in names:
                yield expr.span.start, expr.span.end, name
        case Quantified(_, variables, body):
            yield from _free(body, names - {variable.name for variable in variables})
        case _:
            for part in children(expr):
                yield from _free(part, names)


def _same(first: Span, second: Span) -> bool:
    return first.source is second.source and (first.start, first.end) == (second.start, second.end)

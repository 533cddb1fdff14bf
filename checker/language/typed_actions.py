"""The typed protocol, second part: guards, effects, outcomes, actions. Read through `protocol.py`."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from checker.language.source import NOWHERE, Span
from checker.language.typed_expressions import Expr, Variable

# ----------------------------------------------------------------------------------------------------------- actions


@dataclass(frozen=True, slots=True)
class Guard:
    """A `requires` line. Where it is false the step is not possible; that is never an error by itself."""

    condition: Expr
    rules: tuple[str, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Assign:
    cell: str
    index: tuple[Expr, ...]
    value: Expr
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ForEach:
    """`for x: S, y: T where c { ... }`: the body once for each tuple for which the condition holds (None = always)."""

    variables: tuple[Variable, ...]
    where: Expr | None
    body: tuple[Effect, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class When:
    """`if c { ... } else { ... }` among effects."""

    condition: Expr
    then: tuple[Effect, ...]
    otherwise: tuple[Effect, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


Effect = Assign | ForEach | When


@dataclass(frozen=True, slots=True)
class EventField:
    """One payload field of an event pattern.

    One value: the field says this. Several: the field is an id that names this tuple of individuals. None: the field
    is absent from the record.
    """

    name: str
    values: tuple[Expr, ...] | None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class EventPattern:
    name: str
    fields: tuple[EventField, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


BEGIN = "begin"
SUCCESS = "SUCCESS"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way an action ends. An action without outcome blocks has one, named SUCCESS, with `implicit` set."""

    name: str
    failure: bool
    rules: tuple[str, ...]
    guards: tuple[Guard, ...]
    effects: tuple[Effect, ...]
    implicit: bool = False
    doc: str = ""
    span: Span = field(default=NOWHERE, compare=False, repr=False)


class Kind(StrEnum):
    """What sort of happening an action is."""

    ACTION = "action"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Action:
    """Something a component does.

    Its moments: with `begin` (a tuple of effects, perhaps empty) one named `begin` and one for each outcome; without
    (`begin` is None) one for each outcome. `guards` bind the begin moment if there is one, else every outcome.
    `optional`: nobody owes it, a run may end though it is possible; what was begun is owed an outcome all the same.
    """

    name: str
    kind: Kind
    hidden: bool
    optional: bool
    params: tuple[Variable, ...]
    at: Expr | None
    event: EventPattern | None
    rules: tuple[str, ...]
    guards: tuple[Guard, ...]
    begin: tuple[Effect, ...] | None
    outcomes: tuple[Outcome, ...]
    doc: str = ""
    span: Span = field(default=NOWHERE, compare=False, repr=False)

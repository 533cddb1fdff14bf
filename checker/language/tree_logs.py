"""The parts of a tree that say how recordings are read: logs and binds."""

from __future__ import annotations

from dataclasses import dataclass

from checker.language.tree_expressions import Expr, Ident, Node


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A value in a log declaration. `quoted` when it was written as a string."""

    value: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class FieldTest(Node):
    """`test` is `==`, `!=`, `in`, `present` or `absent`."""

    field: Text
    test: str
    values: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class RecordField(Node):
    """`n = NicName`, `(n, r) = NicName`: what the record's field says."""

    values: tuple[Expr, ...]
    field: Text


@dataclass(frozen=True, slots=True)
class Record(Node):
    """`record event where tests is action.moment(fields)`."""

    event: Text
    where: tuple[FieldTest, ...]
    action: Ident
    moment: Ident | None
    fields: tuple[RecordField, ...]


@dataclass(frozen=True, slots=True)
class DeclaredEvents(Node):
    """`events`."""


@dataclass(frozen=True, slots=True)
class Default(Node):
    """`default Field = value`, `default Field = Other before "--"`."""

    field: Text
    value: Text
    separator: str | None


@dataclass(frozen=True, slots=True)
class Never(Node):
    """`never a, b`."""

    actions: tuple[Ident, ...]


@dataclass(frozen=True, slots=True)
class May(Node):
    """`may lose a, b`; `what` is `lose`, `repeat` or `delay`."""

    what: str
    actions: tuple[Ident, ...]


@dataclass(frozen=True, slots=True)
class OrderTotal(Node):
    """`order total within Host`."""

    sort: Ident


@dataclass(frozen=True, slots=True)
class ClockSkew(Node):
    """`clock skew <= 50 ms`."""

    amount: int
    unit: str


@dataclass(frozen=True, slots=True)
class ClockDrift(Node):
    """`clock drift in EVENT is FIELD ms within 50 ms`."""

    event: Text
    field: Text
    unit: str
    amount: int
    amount_unit: str


@dataclass(frozen=True, slots=True)
class Capture(Node):
    """`capture "command"`, `capture "command" for actions`."""

    command: str
    actions: tuple[Ident, ...]


LogItem = DeclaredEvents | Record | Default | Never | May | OrderTotal | ClockSkew | ClockDrift | Capture


@dataclass(frozen=True, slots=True)
class LogDecl(Node):
    """`log name "title" "doc" { items }`."""

    name: Ident
    title: str
    doc: str
    items: tuple[LogItem, ...]


@dataclass(frozen=True, slots=True)
class BindDecl(Node):
    """`bind Field per Sort from actions until actions`, or `bind Field everywhere` (`per` None)."""

    field: Text
    per: Ident | None
    starts: tuple[Ident, ...]
    ends: tuple[Ident, ...]
    rules: tuple[Ident, ...] = ()

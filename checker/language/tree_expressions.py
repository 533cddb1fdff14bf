"""The parts of a tree that stand inside declarations: names, types, expressions, effects."""

from __future__ import annotations

from dataclasses import dataclass, field

from checker.language.source import NOWHERE, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What all nodes share: the place in the text."""

    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Ident(Node):
    """A name as written: of anything, a rule id, an outcome, an event, a field."""

    text: str


# ------------------------------------------------------------------------------------------------------------- types


@dataclass(frozen=True, slots=True)
class BoolType(Node):
    """`bool`."""


@dataclass(frozen=True, slots=True)
class RangeType(Node):
    """`int[low..high]`."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class NamedType(Node):
    """A sort or enum, by name."""

    name: str


Type = BoolType | RangeType | NamedType


@dataclass(frozen=True, slots=True)
class Binder(Node):
    """`x: S`."""

    name: Ident
    type: Type


@dataclass(frozen=True, slots=True)
class IndexType(Node):
    """One index of a `state`: `Node`, or `n: Node` (then `name` is set)."""

    name: Ident | None
    type: Type


# ------------------------------------------------------------------------------------------------------- expressions


@dataclass(frozen=True, slots=True)
class Truth(Node):
    value: bool


@dataclass(frozen=True, slots=True)
class Number(Node):
    value: int


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A bare name: a variable, a member, or anything declared without arguments."""

    text: str


@dataclass(frozen=True, slots=True)
class Member(Node):
    """`Link.absent`."""

    sort: Ident
    member: Ident


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`home_of(n)`: a const or a `let`."""

    name: Ident
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Lookup(Node):
    """`held[n]`: a state."""

    name: Ident
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Pending(Node):
    """`pending(grab(n))`."""

    action: Ident
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Did(Node):
    """`did(grab(n).SUCCESS)`; `moment` None when no outcome is named."""

    action: Ident
    args: tuple[Expr, ...]
    moment: Ident | None


@dataclass(frozen=True, slots=True)
class Old(Node):
    """`old(...)`."""

    body: Expr


@dataclass(frozen=True, slots=True)
class Not(Node):
    body: Expr


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """`op` is `implies`, `or`, `and`, `==`, `!=`, `<`, `<=`, `>`, `>=`, `+` or `-`."""

    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class In(Node):
    """`x in (a, b)`, or `x not in (a, b)` when `negated`."""

    item: Expr
    options: tuple[Expr, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class If(Node):
    """`if a then b else c`."""

    condition: Expr
    then: Expr
    otherwise: Expr


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """`forall x: S, y: T. body`; `op` is `forall` or `exists`."""

    op: str
    binders: tuple[Binder, ...]
    body: Expr


@dataclass(frozen=True, slots=True)
class Paren(Node):
    """`( body )`."""

    body: Expr


Expr = (
    Truth | Number | Name | Member | Call | Lookup | Pending | Did | Old
    | Not | Binary | In | If | Quantified | Paren
)  # fmt: skip


# ----------------------------------------------------------------------------------------------------------- effects


@dataclass(frozen=True, slots=True)
class Assign(Node):
    """`cell[i, j] := value`; a cell without index has no arguments."""

    cell: Ident
    index: tuple[Expr, ...]
    value: Expr


@dataclass(frozen=True, slots=True)
class ForEach(Node):
    """`for n: Node, m: Node where condition { ... }`."""

    binders: tuple[Binder, ...]
    where: Expr | None
    body: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class When(Node):
    """`if condition { ... } else { ... }`; `else if` is an `otherwise` that holds one `When` and has `chained` set."""

    condition: Expr
    then: tuple[Effect, ...]
    otherwise: tuple[Effect, ...]
    has_else: bool
    chained: bool


Effect = Assign | ForEach | When

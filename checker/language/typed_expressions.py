"""The typed protocol, first part: types, individuals, expressions. Read through `protocol.py`."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from checker.language.source import NOWHERE, Span

# ------------------------------------------------------------------------------------------------------------- types


@dataclass(frozen=True, slots=True)
class Bool:
    """True or false."""


@dataclass(frozen=True, slots=True)
class Range:
    """The whole numbers `low..high`, both included; at most 256 of them."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Of:
    """An individual of a sort, or a member of an enum (an enum is a sort whose members are written out)."""

    sort: str


Type = Bool | Range | Of
Value = bool | int  # an individual or member is its number, counted from 0


@dataclass(frozen=True, slots=True)
class Sort:
    """A set of individuals. `members` is None for an open sort, whose size only a scope gives."""

    name: str
    members: tuple[str, ...] | None
    enum: bool
    doc: str = ""
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Variable:
    """A parameter, or a name bound by a quantifier, a `for`, a `let` or an index."""

    name: str
    type: Type
    span: Span = field(default=NOWHERE, compare=False, repr=False)


# ------------------------------------------------------------------------------------------------------- expressions


@dataclass(frozen=True, slots=True)
class Lit:
    value: Value
    type: Type
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Var:
    """A bound name; where two are in force the inner one is meant."""

    name: str
    type: Type
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ReadParam:
    name: str
    type: Type
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ReadConst:
    name: str
    args: tuple[Expr, ...]
    type: Type
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ReadCell:
    name: str
    args: tuple[Expr, ...]
    type: Type
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Apply:
    """Use of a `let`."""

    name: str
    args: tuple[Expr, ...]
    type: Type
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Pending:
    """The action has begun for these arguments and no outcome has come yet. Boolean."""

    action: str
    args: tuple[Expr, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Did:
    """The step at hand is this action (this outcome, if named) with these arguments. Boolean; step properties only."""

    action: str
    moment: str | None
    args: tuple[Expr, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Old:
    """The body read in the state before the step; step properties only."""

    body: Expr
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Not:
    body: Expr
    span: Span = field(default=NOWHERE, compare=False, repr=False)


class Connective(StrEnum):
    AND = "and"
    OR = "or"
    IMPLIES = "implies"


@dataclass(frozen=True, slots=True)
class Logic:
    """Two Booleans joined."""

    op: Connective
    left: Expr
    right: Expr
    span: Span = field(default=NOWHERE, compare=False, repr=False)


class Comparison(StrEnum):
    EQUAL = "=="
    DIFFERENT = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="


@dataclass(frozen=True, slots=True)
class Compare:
    """Two values of one type compared; order is for numbers only. Boolean."""

    op: Comparison
    left: Expr
    right: Expr
    span: Span = field(default=NOWHERE, compare=False, repr=False)


class Operator(StrEnum):
    PLUS = "+"
    MINUS = "-"


@dataclass(frozen=True, slots=True)
class Arith:
    op: Operator
    left: Expr
    right: Expr
    type: Range
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class In:
    """The item equals one of the options. Boolean."""

    item: Expr
    options: tuple[Expr, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class If:
    condition: Expr
    then: Expr
    otherwise: Expr
    type: Type
    span: Span = field(default=NOWHERE, compare=False, repr=False)


class Quantifier(StrEnum):
    FORALL = "forall"
    EXISTS = "exists"


@dataclass(frozen=True, slots=True)
class Quantified:
    op: Quantifier
    variables: tuple[Variable, ...]
    body: Expr
    span: Span = field(default=NOWHERE, compare=False, repr=False)


Expr = (
    Lit | Var | ReadParam | ReadConst | ReadCell | Apply | Pending | Did | Old
    | Not | Logic | Compare | Arith | In | If | Quantified
)  # fmt: skip

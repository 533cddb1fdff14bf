"""The small core: what is left of a protocol when all sugar is gone. Every engine reads this and nothing else.

Consts, params and pending marks are cells too (they differ in `kind`), so a state of the core says everything a
formula can ask. Booleans and numbers never meet: the type checker saw to that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from checker.language.protocol import Duty, Fairness, Range, Sort, Type, Value
from checker.language.source import NOWHERE, Span


@dataclass(frozen=True, slots=True)
class Lit:
    value: Value


@dataclass(frozen=True, slots=True)
class Bound:
    """A parameter of the action at hand, a name bound by `Forall`, or an index of the cell being given a value."""

    name: str


@dataclass(frozen=True, slots=True)
class Read:
    """A cell, in the state before the step or after it. Formulas about one state read it as `after=False`."""

    cell: str
    index: tuple[Expr, ...]
    after: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    body: Expr


@dataclass(frozen=True, slots=True)
class And:
    """True when all parts are; with no parts, true."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Eq:
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Less:
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Add:
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Sub:
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Ite:
    condition: Expr
    then: Expr
    otherwise: Expr


@dataclass(frozen=True, slots=True)
class Forall:
    """Over an empty sort, true."""

    name: str
    type: Type
    body: Expr


Expr = Lit | Bound | Read | Not | And | Eq | Less | Add | Sub | Ite | Forall

TRUE = Lit(True)
FALSE = Lit(False)


class CellKind(StrEnum):
    STATE = "state"
    PENDING = "pending"  # named `pending ACTION`, which no text can spell
    CONST = "const"
    PARAM = "param"


@dataclass(frozen=True, slots=True)
class CoreCell:
    """A family of cells. `initial` reads `index` names and earlier cells; None = any value (a param: its default)."""

    name: str
    index: tuple[tuple[str, Type], ...]
    type: Type
    kind: CellKind
    initial: Expr | None


@dataclass(frozen=True, slots=True)
class CoreGuard:
    condition: Expr
    rules: tuple[str, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Effect:
    """The value after the step of `cell[$0, $1, ...]`, for every index. Cells without an effect keep theirs."""

    cell: str
    value: Expr


@dataclass(frozen=True, slots=True)
class Clash:
    """Two assignments of one moment to one family that may give a cell two values: where `condition` holds, they do.

    Such a step has no meaning; effects take the later value there. Pairs that cannot clash are not kept.
    """

    cell: str
    condition: Expr
    first: Span = field(default=NOWHERE, compare=False, repr=False)
    second: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class CoreMoment:
    """One way the state can change: the `begin` or an outcome of an action, with its parameters still free."""

    action: str
    moment: str  # "begin" or the outcome's name
    fault: bool
    hidden: bool
    optional: bool
    failure: bool
    params: tuple[tuple[str, Type], ...]
    guards: tuple[CoreGuard, ...]  # for an outcome of an action with `begin`, the first is its pending mark
    effects: tuple[Effect, ...]
    at: Expr | None = None
    rules: tuple[str, ...] = ()  # of the action and of the outcome
    clashes: tuple[Clash, ...] = ()
    span: Span = field(default=NOWHERE, compare=False, repr=False)


class PropertyKind(StrEnum):
    INVARIANT = "invariant"
    STEP = "step"
    FINAL = "final"
    LEADS_TO = "leads to"
    CAN = "can"


@dataclass(frozen=True, slots=True)
class CoreProperty:
    """One property.

    `variables` are free in the formulas (leads to, can; none for the others). `formula` is the invariant, the final
    condition, what must stay possible, or the conclusion; `premise` is for leads to. Of a step property `formula` is
    None and `steps` holds, for each moment by (action, moment), the formula its steps must satisfy: reads with
    `after` see the state after, and the moment's parameters are bound.
    """

    kind: PropertyKind
    name: str
    rules: tuple[str, ...]
    doc: str
    formula: Expr | None
    variables: tuple[tuple[str, Type], ...] = ()
    premise: Expr | None = None
    fair: tuple[Fairness, ...] = ()
    steps: tuple[tuple[tuple[str, str], Expr], ...] = ()
    lemma: bool = False
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Core:
    """A lowered protocol. `cells` are ordered so that an `initial` reads only earlier ones."""

    name: str
    sorts: tuple[Sort, ...]
    cells: tuple[CoreCell, ...]
    assumptions: tuple[tuple[str, Expr], ...]
    moments: tuple[CoreMoment, ...]
    properties: tuple[CoreProperty, ...]
    duties: tuple[tuple[str, Duty], ...]  # of each rule, by id
    digest: str = ""

    def cell(self, name: str) -> CoreCell:
        """The family of that name. Raises KeyError."""
        for cell in self.cells:
            if cell.name == name:
                return cell
        raise KeyError(name)


def index_name(position: int) -> str:
    """What an effect calls the cell's index at `position`: `$0`, `$1`, ..."""
    return f"${position}"


def pending_cell(action: str) -> str:
    """The name of the pending mark of an action."""
    return f"pending {action}"


def type_range(type_: Type, sizes: dict[str, int]) -> range:
    """The values of a type as numbers, given how many individuals each sort has (Booleans are 0 and 1)."""
    match type_:
        case Range(low, high):
            return range(low, high + 1)
        case _ if hasattr(type_, "sort"):
            return range(sizes[type_.sort])
        case _:
            return range(2)

"""The tree of one file, as written: nothing is resolved, nothing is simplified, parentheses are kept.

Every node knows the place it was written at; equality ignores it, so two texts that differ only in layout and comments
have equal trees. Comments are kept beside the tree, on its root, by their offsets.
"""

# The parts are of this module too, so that users write `tree.Call` as they write `tree.Action`.
# ruff: noqa: F405
from __future__ import annotations

from dataclasses import dataclass, field

from checker.language.tree_expressions import *  # noqa: F403
from checker.language.tree_logs import *  # noqa: F403

# ----------------------------------------------------------------------------------------------------------- actions


@dataclass(frozen=True, slots=True)
class EventField(Node):
    """`Name = value`, `Name = (a, b)` (several values), or `Name absent` (`values` None)."""

    name: Ident
    values: tuple[Expr, ...] | None


@dataclass(frozen=True, slots=True)
class EventClause(Node):
    """`event NAME { fields }`."""

    name: Ident
    fields: tuple[EventField, ...]


@dataclass(frozen=True, slots=True)
class Requires(Node):
    """`requires condition @ rules`."""

    condition: Expr
    rules: tuple[Ident, ...]


@dataclass(frozen=True, slots=True)
class BeginBlock(Node):
    """`begin { effects }`."""

    effects: tuple[Effect, ...]


OutcomeItem = Requires | Assign | ForEach | When


@dataclass(frozen=True, slots=True)
class OutcomeBlock(Node):
    """`outcome NAME failure "doc" @ rules { items }`; `items` is None when there is no block."""

    name: Ident
    failure: bool
    doc: str
    rules: tuple[Ident, ...]
    items: tuple[OutcomeItem, ...] | None


ActionItem = EventClause | Requires | BeginBlock | OutcomeBlock | Assign | ForEach | When


@dataclass(frozen=True, slots=True)
class Action(Node):
    """`optional hidden action name(params) at expr "doc" @ rules { items }`, or `fault ...`."""

    optional: bool
    hidden: bool
    fault: bool
    name: Ident
    params: tuple[Binder, ...]
    at: Expr | None
    doc: str
    rules: tuple[Ident, ...]
    items: tuple[ActionItem, ...]


# ------------------------------------------------------------------------------------------------ other declarations


@dataclass(frozen=True, slots=True)
class Header(Node):
    """`module name "title"`; the name may be a path, `logs/native`."""

    name: Ident
    title: str


@dataclass(frozen=True, slots=True)
class Uses(Node):
    """`uses a, b, logs/native`."""

    modules: tuple[Ident, ...]


@dataclass(frozen=True, slots=True)
class JudgeEachHost(Node):
    """`judge each host`."""


@dataclass(frozen=True, slots=True)
class JoinedBy(Node):
    """`joined by Sort, Field`."""

    names: tuple[Ident, ...]


@dataclass(frozen=True, slots=True)
class PageDecl(Node):
    """`source NAME "title"`."""

    name: Ident
    title: str


@dataclass(frozen=True, slots=True)
class RuleDecl(Node):
    """`rule ID duty PAGES "sentence"`; `duty` is `extension`, `switch` or `unwritten`."""

    id: Ident
    duty: str
    pages: tuple[Ident, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class SortDecl(Node):
    """`sort A, B` (`members` None), or `sort A = { x, y }`; with an optional doc."""

    names: tuple[Ident, ...]
    members: tuple[Ident, ...] | None
    doc: str


@dataclass(frozen=True, slots=True)
class EnumDecl(Node):
    """`enum A { x, y }`."""

    name: Ident
    members: tuple[Ident, ...]
    doc: str


@dataclass(frozen=True, slots=True)
class ConstDecl(Node):
    """`const name(A, B): T`."""

    name: Ident
    index: tuple[Type, ...]
    type: Type
    doc: str


Literal = Truth | Number | Name


@dataclass(frozen=True, slots=True)
class ParamDecl(Node):
    """`param name: T = literal`; `type` None when it is left to the literal."""

    name: Ident
    type: Type | None
    default: Literal
    doc: str


@dataclass(frozen=True, slots=True)
class StateDecl(Node):
    """`state name[A, h: B]: T = initial`."""

    name: Ident
    index: tuple[IndexType, ...]
    type: Type
    initial: Expr | None
    doc: str


@dataclass(frozen=True, slots=True)
class LetDecl(Node):
    """`let name(x: A) "doc" = body`."""

    name: Ident
    params: tuple[Binder, ...]
    doc: str
    body: Expr


@dataclass(frozen=True, slots=True)
class AssumeDecl(Node):
    """`assume name "doc" formula`."""

    name: Ident
    doc: str
    formula: Expr


@dataclass(frozen=True, slots=True)
class Fair(Node):
    """One action of a `fair` list; `strongly a` when `strong`."""

    action: Ident
    strong: bool


@dataclass(frozen=True, slots=True)
class PropertyDecl(Node):
    """`word name @ rules "doc" formula`; `word` is `invariant`, `lemma`, `step`, `final` or `can`."""

    word: str
    name: Ident
    rules: tuple[Ident, ...]
    doc: str
    formula: Expr


@dataclass(frozen=True, slots=True)
class LeadsToDecl(Node):
    """`leads to name @ rules "doc" forall binders. premise ~> conclusion fair ...`; `binders` may be empty."""

    name: Ident
    rules: tuple[Ident, ...]
    doc: str
    binders: tuple[Binder, ...]
    premise: Expr
    conclusion: Expr
    fair: tuple[Fair, ...]


@dataclass(frozen=True, slots=True)
class OutlookDecl(Node):
    """`word name @ rules "doc" forall binders. premise ~> conclusion without ...`: a `fate`, `harm` or `goal`."""

    word: str
    name: Ident
    rules: tuple[Ident, ...]
    doc: str
    binders: tuple[Binder, ...]
    premise: Expr
    conclusion: Expr
    without: tuple[Ident, ...]  # of a goal only


# --------------------------------------------------------------------------------------------------- scopes and runs


@dataclass(frozen=True, slots=True)
class Setting(Node):
    """`Host = 2`, `faults = 1`, `strict_barrier = false`."""

    name: Ident
    value: Literal


@dataclass(frozen=True, slots=True)
class ScopeDecl(Node):
    name: Ident
    doc: str
    settings: tuple[Setting, ...]
    where: Expr | None = None


@dataclass(frozen=True, slots=True)
class Gap(Node):
    """`..`."""


@dataclass(frozen=True, slots=True)
class RunStep(Node):
    """`grab(n).SUCCESS`; `args` are names, or numbers and truth values as they are written."""

    action: Ident
    args: tuple[Ident, ...]
    moment: Ident | None


@dataclass(frozen=True, slots=True)
class RunDecl(Node):
    """`run name "doc" in scope { steps must pass }`; `fails_at` None for `must pass`."""

    name: Ident
    doc: str
    scope: Ident | None
    steps: tuple[RunStep | Gap, ...]
    fails_at: Ident | None


# -------------------------------------------------------------------------------------------------------------- file


Declaration = (
    Uses | JudgeEachHost | JoinedBy | PageDecl | RuleDecl | SortDecl | EnumDecl | ConstDecl | ParamDecl | StateDecl
    | LetDecl | AssumeDecl | Action | PropertyDecl | LeadsToDecl | OutlookDecl | ScopeDecl | RunDecl | LogDecl
    | BindDecl
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comment:
    """`text` starts with `#` and holds no line end. `own_line`: nothing but white space stands before it."""

    offset: int
    text: str
    own_line: bool


@dataclass(frozen=True, slots=True)
class File(Node):
    """One `.mig` file.

    `broken` are names whose declarations did not parse, so that nobody calls them unknown. Not `complete`: there were
    too many errors to read it to its end.
    """

    header: Header | None
    declarations: tuple[Declaration, ...]
    comments: tuple[Comment, ...] = field(default=(), compare=False)
    broken: frozenset[str] = field(default=frozenset(), compare=False)
    complete: bool = field(default=True, compare=False)

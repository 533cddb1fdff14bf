"""The typed protocol: what every other room sees of a text.

Names are bound, types are checked, and every node knows the place it was written at (equality ignores it). Nothing is
simplified here: `let`, `implies`, `old` and outcomes are still as the reader wrote them. `model/reference.py` gives
this tree its meaning directly; `lower.py` turns it into the small core that every engine reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from checker.language.source import NOWHERE, Span
from checker.language.typed_actions import (
    BEGIN as BEGIN,
    SUCCESS as SUCCESS,
    Action as Action,
    Assign as Assign,
    Effect as Effect,
    EventField as EventField,
    EventPattern as EventPattern,
    ForEach as ForEach,
    Guard as Guard,
    Kind as Kind,
    Outcome as Outcome,
    When as When,
)
from checker.language.typed_expressions import (
    Apply as Apply,
    Arith as Arith,
    Bool as Bool,
    Compare as Compare,
    Comparison as Comparison,
    Connective as Connective,
    Did as Did,
    Expr as Expr,
    If as If,
    In as In,
    Lit as Lit,
    Logic as Logic,
    Not as Not,
    Of as Of,
    Old as Old,
    Operator as Operator,
    Pending as Pending,
    Quantified as Quantified,
    Quantifier as Quantifier,
    Range as Range,
    ReadCell as ReadCell,
    ReadConst as ReadConst,
    ReadParam as ReadParam,
    Sort as Sort,
    Type as Type,
    Value as Value,
    Var as Var,
    Variable as Variable,
)
from checker.language.typed_logs import (
    Bind as Bind,
    Capture as Capture,
    Drift as Drift,
    FieldDefault as FieldDefault,
    FieldTest as FieldTest,
    LogSource as LogSource,
    Record as Record,
    Test as Test,
)

# ------------------------------------------------------------------------------------------------------ declarations


@dataclass(frozen=True, slots=True)
class Page:
    """A `source`: a page of the documentation, by the short name that rules cite."""

    name: str
    title: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


class Duty(StrEnum):
    """Whose duty a rule is. `unwritten` = nobody wrote it: a reading of the documents' silence."""

    EXTENSION = "extension"
    SWITCH = "switch"
    UNWRITTEN = "unwritten"


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    duty: Duty
    pages: tuple[str, ...]
    sentence: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Param:
    """An open question of the documents, as a switch with a default."""

    name: str
    type: Type
    default: Value
    doc: str = ""
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Const:
    name: str
    index: tuple[Type, ...]
    type: Type
    doc: str = ""
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Cell:
    """A `state` declaration: a family of cells, one for each tuple of its index.

    `initial` may read consts, params, and cells declared earlier, through the names in `index`; None = any value.
    """

    name: str
    index: tuple[Variable, ...]
    type: Type
    initial: Expr | None
    doc: str = ""
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Definition:
    """A `let`."""

    name: str
    params: tuple[Variable, ...]
    type: Type
    body: Expr
    doc: str = ""
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Assumption:
    """An `assume`: true of the consts and params in every world considered."""

    name: str
    formula: Expr
    doc: str = ""
    span: Span = field(default=NOWHERE, compare=False, repr=False)


# -------------------------------------------------------------------------------------------------------- properties


@dataclass(frozen=True, slots=True)
class Invariant:
    """True in every reachable state. A `lemma` is one that serves the proof of others."""

    name: str
    rules: tuple[str, ...]
    doc: str
    formula: Expr
    lemma: bool = False
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class StepRule:
    """True of every step; unmarked reads see the state after, `old(...)` the state before."""

    name: str
    rules: tuple[str, ...]
    doc: str
    formula: Expr
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Final:
    """True where a run ends: where no step is possible but faults and optional actions, and at a complete log's end."""

    name: str
    rules: tuple[str, ...]
    doc: str
    formula: Expr
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Fairness:
    action: str
    strong: bool
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class LeadsTo:
    """For each tuple of `variables`: where the premise holds, the conclusion does then or later, if the run is fair."""

    name: str
    rules: tuple[str, ...]
    doc: str
    variables: tuple[Variable, ...]
    premise: Expr
    conclusion: Expr
    fair: tuple[Fairness, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Can:
    """From every reachable state, for each tuple of `variables`, a state where the formula holds can be reached."""

    name: str
    rules: tuple[str, ...]
    doc: str
    variables: tuple[Variable, ...]
    formula: Expr
    span: Span = field(default=NOWHERE, compare=False, repr=False)


Property = Invariant | StepRule | Final | LeadsTo | Can


@dataclass(frozen=True, slots=True)
class Fate:
    """What may become of the `variables` after a failure that struck while the premise held: then the conclusion.

    A `fate` is told by where it comes to rest: where no step is possible but faults, failures and optional actions. A
    `harm` (`resting` false) may come at any moment on the way there. Neither is anything that must be true.
    """

    name: str
    rules: tuple[str, ...]
    doc: str
    variables: tuple[Variable, ...]
    premise: Expr
    conclusion: Expr
    resting: bool = True
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Goal:
    """What is asked for how long it stays possible, while the premise holds, by steps of none of the actions `without`.

    It is nothing that must be true.
    """

    name: str
    rules: tuple[str, ...]
    doc: str
    variables: tuple[Variable, ...]
    premise: Expr
    conclusion: Expr
    without: tuple[str, ...] = ()
    span: Span = field(default=NOWHERE, compare=False, repr=False)


Outlook = Fate | Goal


# --------------------------------------------------------------------------------------------------- scopes and runs


@dataclass(frozen=True, slots=True)
class ScopeDecl:
    """How many individuals of each open sort, how many faults, settings of params; `where` is true of its consts."""

    name: str
    doc: str
    sizes: tuple[tuple[str, int], ...]
    faults: int
    settings: tuple[tuple[str, Value], ...] = ()
    where: Expr | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Gap:
    """`..` in a scenario: any steps."""


@dataclass(frozen=True, slots=True)
class ScenarioStep:
    """One step of a scenario; `args` are names, each standing for one individual (different names, different ones)
    or for a member of a closed sort."""

    action: str
    moment: str | None
    args: tuple[str, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A `run`. `fails_at` is None for `must pass`, else the rule the last step must fail at.

    `variables` are the names used as individuals, with the types their uses give them.
    """

    name: str
    doc: str
    scope: str | None
    variables: tuple[Variable, ...]
    steps: tuple[ScenarioStep | Gap, ...]
    fails_at: str | None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


# ---------------------------------------------------------------------------------------------------------- protocol


@dataclass(frozen=True, slots=True)
class Module:
    """One file: its name, the title in quotes, and the modules it uses directly."""

    name: str
    title: str
    uses: tuple[str, ...]
    path: str


@dataclass(frozen=True, slots=True)
class Protocol:
    """An entry module with all it uses, typed. Order inside each tuple is the order of the text."""

    name: str
    title: str
    each_host: bool  # a trace is judged host by host, each on its own
    joined: tuple[str, ...]  # sorts and bound fields that tie records together; none: all records belong together
    modules: tuple[Module, ...]
    pages: tuple[Page, ...]
    rules: tuple[Rule, ...]
    sorts: tuple[Sort, ...]
    params: tuple[Param, ...]
    consts: tuple[Const, ...]
    cells: tuple[Cell, ...]
    definitions: tuple[Definition, ...]
    assumptions: tuple[Assumption, ...]
    actions: tuple[Action, ...]
    properties: tuple[Property, ...]
    scopes: tuple[ScopeDecl, ...]
    scenarios: tuple[Scenario, ...]
    logs: tuple[LogSource, ...]
    binds: tuple[Bind, ...]
    digest: str = field(default="", compare=False)  # SHA-256 of the modules' texts
    fates: tuple[Fate, ...] = ()  # the worst first
    goals: tuple[Goal, ...] = ()

    @property
    def outlooks(self) -> tuple[Outlook, ...]:
        return (*self.fates, *self.goals)

    def sort(self, name: str) -> Sort:
        """The sort or enum of that name. Raises KeyError."""
        return _named(self.sorts, name)

    def action(self, name: str) -> Action:
        """The action of that name. Raises KeyError."""
        return _named(self.actions, name)

    def rules_by_id(self) -> Mapping[str, Rule]:
        return {rule.id: rule for rule in self.rules}


Named = TypeVar("Named", Sort, Action)


def _named(items: tuple[Named, ...], name: str) -> Named:
    for item in items:
        if item.name == name:
            return item
    raise KeyError(name)

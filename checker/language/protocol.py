"""The typed protocol: what every other room sees of a text.

Names are bound, types are checked, and every node knows the place it was written at (equality ignores it). Nothing is
simplified here: `let`, `implies`, `old` and outcomes are still as the reader wrote them. `model/reference.py` gives
this tree its meaning directly; `lower.py` turns it into the small core that every engine reads.
"""

from __future__ import annotations

import dataclasses  # a class with an attribute `field` hides the function of that name
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

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


# --------------------------------------------------------------------------------------------------- scopes and runs


@dataclass(frozen=True, slots=True)
class ScopeDecl:
    """How many individuals of each open sort, how many faults, settings of params, and what else is true of its consts."""

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


# -------------------------------------------------------------------------------------------------------------- logs


class Test(StrEnum):
    """What a `where` asks of a field."""

    IS = "=="
    IS_NOT = "!="
    IN = "in"
    ABSENT = "absent"
    PRESENT = "present"


@dataclass(frozen=True, slots=True)
class FieldTest:
    """Values are compared as text, whatever their type in the record (`7` and `"7"` are the same)."""

    field: str
    test: Test
    values: tuple[str, ...] = ()
    span: Span = dataclasses.field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Record:
    """`record EVENT where ... is ACTION.OUTCOME(p = Field, ...)`. `moment` None = the outcome named by the status.

    The left side of each `=` is an expression over the action's parameters, a tuple of them, or the name of a field
    of the action's own `event` clause (then it means what that clause says). `fields` holds, for each, the record's
    field and the values it says.
    """

    event: str
    where: tuple[FieldTest, ...]
    action: str
    moment: str | None
    fields: tuple[EventField, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class FieldDefault:
    """`default IsValidationPort = false`, or `default VmName = NicName before "--"` (then `separator` is set)."""

    field: str
    value: str
    separator: str | None = None
    span: Span = dataclasses.field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class LogSource:
    """One kind of recording.

    `title` is the provider's name for recordings that carry one. `declared` is set by `events`: every action with an
    `event` clause is recorded under that name, its outcome in `status`. `never` and `may_lose` name actions. `skew`
    is in nanoseconds, None where clocks say nothing.
    """

    name: str
    title: str
    declared: bool
    records: tuple[Record, ...]
    defaults: tuple[FieldDefault, ...]
    never: tuple[str, ...]
    may_lose: tuple[str, ...]
    skew: int | None
    doc: str = ""
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Bind:
    """How a field's values become individuals.

    `per` None = the value names the same individual everywhere; else the value is an id on one individual of sort
    `per` (a host), alive from a successful `starts` action to a successful `ends` action, and then free for reuse.
    """

    field: str
    sorts: tuple[str, ...]
    per: str | None
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    span: Span = dataclasses.field(default=NOWHERE, compare=False, repr=False)


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

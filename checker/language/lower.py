"""Protocol to core: `let`, `old`, `did`, outcomes, pending marks and lists of effects end here.

Hygiene: a name bound below another binder of the same name is given a spelling of its own (`p'1`, which no text can
write), so in what comes out no name hides another and inlining a `let` cannot capture anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from checker.language import protocol as tree
from checker.language.build import add, and_, eq, exists, forall, implies, ite, less, not_, or_, sub
from checker.language.core import (
    FALSE,
    TRUE,
    Bound,
    CellKind,
    Core,
    CoreCell,
    CoreGuard,
    CoreMoment,
    CoreProperty,
    Expr,
    Lit,
    PropertyKind,
    Read,
    index_name,
    pending_cell,
)
from checker.language.effects import Undetermined, Update, clashes, combine
from checker.language.source import Span


class CannotLower(Exception):
    """Places of the text that are well typed and still have no meaning in the core, each with a sentence why."""

    def __init__(self, problems: tuple[tuple[Span, str], ...]) -> None:
        super().__init__("; ".join(f"{span.place}: {message}" for span, message in problems))
        self.problems = problems


def lower(protocol: tree.Protocol, without: frozenset[str] = frozenset()) -> Core:
    """The core of a protocol; guards all of whose rules are in `without` are left out.

    Raises CannotLower, with every place of the text that has no meaning in the core.
    """
    lowering = _Lowering(protocol, without)
    core = Core(
        name=protocol.name,
        sorts=protocol.sorts,
        cells=tuple(lowering.cells()),
        assumptions=tuple((item.name, lowering.expr(item.formula, _Context())) for item in protocol.assumptions),
        moments=tuple(moment for action in protocol.actions for moment in lowering.moments(action)),
        properties=tuple(lowering.property(item) for item in protocol.properties),
        duties=tuple((rule.id, rule.duty) for rule in protocol.rules),
        digest=protocol.digest,
    )
    if lowering.problems:
        raise CannotLower(tuple(lowering.problems))
    return core


def lower_expression(protocol: tree.Protocol, expr: tree.Expr, variables: Iterable[str] = ()) -> Expr:
    """An expression about one state, with `variables` free in it (an event field, for example). Raises CannotLower."""
    lowering = _Lowering(protocol, frozenset())
    lowered = lowering.expr(expr, _Context().binding(variables))
    if lowering.problems:
        raise CannotLower(tuple(lowering.problems))
    return lowered


def moment_names(action: tree.Action) -> tuple[str, ...]:
    """The names of an action's moments, in order."""
    begin = () if action.begin is None else (tree.BEGIN,)
    return begin + tuple(outcome.name for outcome in action.outcomes)


@dataclass(frozen=True, slots=True)
class _Context:
    """What the names in force stand for, which names the core uses around here, and, in a step formula, the step."""

    names: Mapping[str, Expr] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()
    step: tuple[str, str, tuple[Expr, ...]] | None = None  # action, moment, arguments
    after: bool = False  # unmarked reads see the state after the step

    def binding(self, names: Iterable[str]) -> _Context:
        """With names that are the core's own: parameters, indexes."""
        names = tuple(names)
        return replace(
            self, names={**self.names, **{name: Bound(name) for name in names}}, taken=self.taken.union(names)
        )

    def below(self, variable: tree.Variable) -> tuple[str, _Context]:
        """Under a binder of this variable: its spelling in the core, and the context there."""
        name, tries = variable.name, 0
        while name in self.taken:
            tries += 1
            name = f"{variable.name}'{tries}"
        names = {**self.names, variable.name: Bound(name)}
        return name, replace(self, names=names, taken=self.taken | {name})


class _Lowering:
    def __init__(self, protocol: tree.Protocol, without: frozenset[str]) -> None:
        self.protocol = protocol
        self.without = without
        self.definitions = {item.name: item for item in protocol.definitions}
        self.index_types = {cell.name: tuple(variable.type for variable in cell.index) for cell in protocol.cells} | {
            pending_cell(action.name): tuple(variable.type for variable in action.params) for action in protocol.actions
        }
        self.problems: list[tuple[Span, str]] = []

    # -------------------------------------------------------------------------------------------------- expressions

    def expr(self, expr: tree.Expr, context: _Context) -> Expr:
        match expr:
            case tree.Lit(value):
                return Lit(value)
            case tree.Var(name):
                return context.names[name]
            case tree.ReadParam(name):
                return Read(name, ())
            case tree.ReadConst(name, args):  # consts never change: no need to ask for them after the step
                return Read(name, self.all(args, context))
            case tree.ReadCell(name, args):
                return Read(name, self.all(args, context), context.after)
            case tree.Pending(action, args):
                return Read(pending_cell(action), self.all(args, context), context.after)
            case tree.Apply(name, args):
                definition = self.definitions[name]
                given = zip(definition.params, self.all(args, context), strict=True)
                names = {variable.name: value for variable, value in given}
                return self.expr(definition.body, replace(context, names=names))
            case tree.Old(body, span):
                if context.step is None:
                    self.problems.append((span, "`old` asks for the state before a step, and here is no step"))
                return self.expr(body, replace(context, after=False))
            case tree.Did(action, moment, args, span):
                return self.did(action, moment, self.all(args, context), span, context)
            case tree.Not(body):
                return not_(self.expr(body, context))
            case tree.Logic(op, left, right):
                return _LOGIC[op](self.expr(left, context), self.expr(right, context))
            case tree.Compare(op, left, right):
                return _COMPARE[op](self.expr(left, context), self.expr(right, context))
            case tree.Arith(op, left, right):
                return _ARITH[op](self.expr(left, context), self.expr(right, context))
            case tree.In(item, options):
                wanted = self.expr(item, context)
                return or_(*(eq(wanted, self.expr(option, context)) for option in options))
            case tree.If(condition, then, otherwise):
                return ite(self.expr(condition, context), self.expr(then, context), self.expr(otherwise, context))
            case tree.Quantified(op, variables, body):
                return self.quantified(_QUANTIFY[op], variables, body, context)
            case _:
                assert_never(expr)

    def all(self, exprs: tuple[tree.Expr, ...], context: _Context) -> tuple[Expr, ...]:
        return tuple(self.expr(expr, context) for expr in exprs)

    def quantified(
        self, quantify: _Quantify, variables: tuple[tree.Variable, ...], body: tree.Expr, context: _Context
    ) -> Expr:
        if not variables:
            return self.expr(body, context)
        name, below = context.below(variables[0])
        return quantify(name, variables[0].type, self.quantified(quantify, variables[1:], body, below))

    def did(self, action: str, moment: str | None, args: tuple[Expr, ...], span: Span, context: _Context) -> Expr:
        if context.step is None:
            self.problems.append((span, "`did` asks what a step was, and here is no step"))
            return FALSE
        this_action, this_moment, this_args = context.step
        if action != this_action or moment not in (None, this_moment):
            return FALSE
        return and_(*(eq(asked, given) for asked, given in zip(args, this_args, strict=True)))

    # ------------------------------------------------------------------------------------------------- declarations

    def cells(self) -> Iterator[CoreCell]:
        for param in self.protocol.params:
            yield CoreCell(param.name, (), param.type, CellKind.PARAM, Lit(param.default))
        for const in self.protocol.consts:
            index = tuple((index_name(at), type_) for at, type_ in enumerate(const.index))
            yield CoreCell(const.name, index, const.type, CellKind.CONST, None)
        for cell in self.protocol.cells:
            context = _Context().binding(variable.name for variable in cell.index)
            initial = None if cell.initial is None else self.expr(cell.initial, context)
            yield CoreCell(cell.name, _pairs(cell.index), cell.type, CellKind.STATE, initial)
        for action in self.protocol.actions:
            if action.begin is not None:
                name = pending_cell(action.name)
                yield CoreCell(name, _pairs(action.params), tree.Bool(), CellKind.PENDING, FALSE)

    def moments(self, action: tree.Action) -> Iterator[CoreMoment]:
        context = _Context().binding(variable.name for variable in action.params)
        params = tuple(Bound(variable.name) for variable in action.params)
        always = tuple(self.guards(action.guards, context))
        mark = pending_cell(action.name)

        def marking(value: Expr) -> Update:
            return Update(mark, (), TRUE, params, value, action.span)

        def moment(
            name: str, guards: tuple[CoreGuard, ...], updates: tuple[Update, ...], outcome: tree.Outcome | None
        ) -> CoreMoment:
            usable = self.usable(updates)
            return CoreMoment(
                action=action.name,
                moment=name,
                fault=action.kind is tree.Kind.FAULT,
                hidden=action.hidden,
                optional=action.optional and name == (tree.BEGIN if action.begin is not None else name),
                failure=outcome is not None and outcome.failure,
                params=_pairs(action.params),
                guards=guards,
                effects=combine(usable, self.index_types),
                clashes=clashes(usable, self.index_types),
                at=None if action.at is None else self.expr(action.at, context),
                rules=tuple(dict.fromkeys(action.rules + (outcome.rules if outcome is not None else ()))),
                span=action.span if outcome is None else outcome.span,
            )

        before: tuple[CoreGuard, ...] = always
        ending: tuple[Update, ...] = ()
        if action.begin is not None:
            started = (*self.updates(action.begin, context, (), TRUE), marking(TRUE))
            yield moment(tree.BEGIN, always, started, None)
            before = (CoreGuard(Read(mark, params), (), action.span),)
            ending = (marking(FALSE),)
        for outcome in action.outcomes:
            guards = before + tuple(self.guards(outcome.guards, context))
            updates = (*self.updates(outcome.effects, context, (), TRUE), *ending)
            yield moment(outcome.name, guards, updates, outcome)

    def guards(self, guards: tuple[tree.Guard, ...], context: _Context) -> Iterator[CoreGuard]:
        for guard in guards:
            if not guard.rules or not self.without.issuperset(guard.rules):
                yield CoreGuard(self.expr(guard.condition, context), guard.rules, guard.span)

    def property(self, item: tree.Property) -> CoreProperty:
        free = item.variables if isinstance(item, tree.LeadsTo | tree.Can) else ()
        context = _Context().binding(variable.name for variable in free)
        common = CoreProperty(
            _KINDS[type(item)], item.name, item.rules, item.doc, None, variables=_pairs(free), span=item.span
        )
        match item:
            case tree.Invariant():
                return replace(common, formula=self.expr(item.formula, context), lemma=item.lemma)
            case tree.Final() | tree.Can():
                return replace(common, formula=self.expr(item.formula, context))
            case tree.LeadsTo():
                premise, conclusion = self.expr(item.premise, context), self.expr(item.conclusion, context)
                return replace(common, premise=premise, formula=conclusion, fair=item.fair)
            case tree.StepRule():
                return replace(common, steps=tuple(self.steps(item.formula)))
            case _:
                assert_never(item)

    def steps(self, formula: tree.Expr) -> Iterator[tuple[tuple[str, str], Expr]]:
        """What a step formula says of the steps of each moment."""
        for action in self.protocol.actions:
            params = tuple(variable.name for variable in action.params)
            args = tuple(Bound(name) for name in params)
            for moment in moment_names(action):
                # The parameters are taken as spellings, but not in force as names: the formula cannot mean them.
                context = _Context(taken=frozenset(params), step=(action.name, moment, args), after=True)
                yield (action.name, moment), self.expr(formula, context)

    # ------------------------------------------------------------------------------------------------------ effects

    def updates(
        self, effects: tuple[tree.Effect, ...], context: _Context, loops: tuple[tuple[str, tree.Type], ...], when: Expr
    ) -> Iterator[Update]:
        for effect in effects:
            match effect:
                case tree.Assign(cell, index, value, span):
                    yield Update(cell, loops, when, self.all(index, context), self.expr(value, context), span)
                case tree.When(condition, then, otherwise):
                    holds = self.expr(condition, context)
                    yield from self.updates(then, context, loops, and_(when, holds))
                    yield from self.updates(otherwise, context, loops, and_(when, not_(holds)))
                case tree.ForEach(variables, where, body):
                    inner, below = loops, context
                    for variable in variables:
                        name, below = below.below(variable)
                        inner = (*inner, (name, variable.type))
                    holds = TRUE if where is None else self.expr(where, below)
                    yield from self.updates(body, below, inner, and_(when, holds))
                case _:
                    assert_never(effect)

    def usable(self, updates: tuple[Update, ...]) -> tuple[Update, ...]:
        """The updates that have a meaning; the others are reported."""
        usable = []
        for update in updates:
            try:
                combine((update,), self.index_types)
                usable.append(update)
            except Undetermined as problem:
                self.problems.append((update.span, _undetermined(problem)))
        return tuple(usable)


def _undetermined(problem: Undetermined) -> str:
    names = ", ".join(f"`{name.partition(chr(39))[0]}`" for name in problem.names)
    return (
        f"the value given to `{problem.update.cell}` depends on {names}, which its place does not settle:"
        " the cells assigned to must name each loop variable that the value uses"
    )


def _pairs(variables: tuple[tree.Variable, ...]) -> tuple[tuple[str, tree.Type], ...]:
    return tuple((variable.name, variable.type) for variable in variables)


_KINDS: Mapping[type[tree.Property], PropertyKind] = {
    tree.Invariant: PropertyKind.INVARIANT,
    tree.StepRule: PropertyKind.STEP,
    tree.Final: PropertyKind.FINAL,
    tree.LeadsTo: PropertyKind.LEADS_TO,
    tree.Can: PropertyKind.CAN,
}
_Quantify = Callable[[str, tree.Type, Expr], Expr]
_QUANTIFY: Mapping[tree.Quantifier, _Quantify] = {tree.Quantifier.FORALL: forall, tree.Quantifier.EXISTS: exists}
_Binary = Callable[[Expr, Expr], Expr]
_LOGIC: Mapping[tree.Connective, _Binary] = {
    tree.Connective.AND: and_,
    tree.Connective.OR: or_,
    tree.Connective.IMPLIES: implies,
}
_COMPARE: Mapping[tree.Comparison, _Binary] = {
    tree.Comparison.EQUAL: eq,
    tree.Comparison.DIFFERENT: lambda left, right: not_(eq(left, right)),
    tree.Comparison.LESS: less,
    tree.Comparison.AT_MOST: lambda left, right: not_(less(right, left)),
    tree.Comparison.MORE: lambda left, right: less(right, left),
    tree.Comparison.AT_LEAST: lambda left, right: not_(less(left, right)),
}
_ARITH: Mapping[tree.Operator, _Binary] = {tree.Operator.PLUS: add, tree.Operator.MINUS: sub}

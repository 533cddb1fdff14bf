"""Trees of all files -> the typed protocol, and everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeGuard, TypeVar

from checker.language import check_runs, tree
from checker.language.check_actions import Actions
from checker.language.check_logs import Logs
from checker.language.diagnostics import Diagnostics
from checker.language.env import Env, Place
from checker.language.expressions import Expressions
from checker.language.names import Names, cited, collect
from checker.language.protocol import (
    Assumption,
    Can,
    Cell,
    Const,
    Duty,
    Expr,
    Fairness,
    Fate,
    Final,
    Goal,
    Invariant,
    LeadsTo,
    Module,
    Page,
    Param,
    Property,
    Protocol,
    Quantified,
    Quantifier,
    Rule,
    Sort,
    StepRule,
    Variable,
)
from checker.language.types import BOOL, check_name, resolve, variables

T = TypeVar("T")


def check(
    files: tuple[tree.File, ...], modules: tuple[Module, ...], digest: str, found: Diagnostics, *, incomplete: bool
) -> Protocol:
    """The typed protocol; complete only if nothing was found that is an error.

    `files` is the entry, and then all files with the entry among them, used ones before those that use them.
    With `incomplete`, a used module is missing, and no name is called unknown.
    """
    names = collect(files[1:], found, incomplete=incomplete)
    return _Check(names, found).protocol(files, modules, digest)


class _Check:
    def __init__(self, names: Names, found: Diagnostics) -> None:
        self.names, self.found = names, found
        self.expressions = Expressions(names, found)
        self.actions = Actions(names, self.expressions, found)

    def protocol(self, files: tuple[tree.File, ...], modules: tuple[Module, ...], digest: str) -> Protocol:
        declarations = [each for file in files[1:] for each in file.declarations]
        first = files[0].declarations  # of scopes and runs, the entry's own come first
        names, found = self.names, self.found
        sorts = tuple(sort for each in declarations for sort in self._sorts(each))
        params = _present(self._param(each) for each in declarations if isinstance(each, tree.ParamDecl))
        consts = _present(self._const(each) for each in declarations if isinstance(each, tree.ConstDecl))
        cells = self._cells([each for each in declarations if isinstance(each, tree.StateDecl)])
        lets = [each for each in declarations if isinstance(each, tree.LetDecl)]
        definitions = _present(
            self.expressions.definition(each.name.text) for each in lets if names.values[each.name.text] is each
        )
        actions = tuple(self.actions.action(each) for each in declarations if isinstance(each, tree.Action))
        by_name = {action.name: action for action in reversed(actions)}
        logs_checker = Logs(names, by_name, self.actions, found)
        logs = tuple(logs_checker.log(each) for each in declarations if isinstance(each, tree.LogDecl))
        binds = [logs_checker.bind(each, logs) for each in declarations if isinstance(each, tree.BindDecl)]
        ordered = (*first, *(each for file in files[1:] if file is not files[0] for each in file.declarations))
        scopes = [each for each in ordered if isinstance(each, tree.ScopeDecl)]
        runs = [each for each in ordered if isinstance(each, tree.RunDecl)]
        return Protocol(
            modules[0].name,
            modules[0].title,
            any(isinstance(each, tree.JudgeEachHost) for each in files[0].declarations),
            tuple(dict.fromkeys(self._joined(first, declarations))),
            modules,
            tuple(self._pages(declarations)),
            tuple(self._rules(declarations)),
            sorts,
            params,
            consts,
            cells,
            definitions,
            _present(self._assumption(each) for each in declarations if isinstance(each, tree.AssumeDecl)),
            actions,
            _present(self._property(each) for each in declarations),
            tuple(check_runs.scope(each, names, self.expressions, found) for each in scopes),
            tuple(check_runs.run(each, by_name, names, found) for each in runs),
            logs,
            _present(binds),
            digest,
            _present(self._fate(each) for each in declarations if _is(each, "fate", "harm")),
            _present(self._goal(each) for each in declarations if _is(each, "goal")),
        )

    # --------------------------------------------------------------------------------------------- plain declarations

    def _pages(self, declarations: list[tree.Declaration]) -> Iterable[Page]:
        for each in declarations:
            if isinstance(each, tree.PageDecl):
                yield Page(each.name.text, each.title, span=each.span)

    def _rules(self, declarations: list[tree.Declaration]) -> Iterable[Rule]:
        for each in declarations:
            if isinstance(each, tree.RuleDecl):
                for page in each.pages:
                    if page.text not in self.names.pages:
                        self.names.unknown(self.found, "E0207", "source", page, self.names.pages)
                pages = tuple(page.text for page in each.pages)
                yield Rule(each.id.text, Duty(each.duty), pages, each.sentence, span=each.span)

    def _joined(self, first: Iterable[tree.Declaration], declarations: list[tree.Declaration]) -> Iterable[str]:
        bound = {each.field.value for each in declarations if isinstance(each, tree.BindDecl)}
        for each in first:
            for item in each.names if isinstance(each, tree.JoinedBy) else ():
                if self.names.members.get(item.text) is not None:
                    message = f"`{item.text}` has a fixed set of members, so what names them does not belong together"
                    self.found.error(
                        "E0308", item.span, message, fix="name open sorts and bound fields after `joined by`"
                    )
                elif item.text in self.names.sorts or item.text in bound:
                    yield item.text
                else:
                    self.names.unknown(self.found, "E0202", "sort or bound field", item, {*self.names.sorts, *bound})

    def _sorts(self, declared: tree.Declaration) -> Iterable[Sort]:
        match declared:
            case tree.SortDecl(idents, _, doc):
                for ident in idents:
                    yield Sort(ident.text, self.names.members.get(ident.text), False, doc, span=ident.span)
            case tree.EnumDecl(name, _, doc):
                yield Sort(name.text, self.names.members.get(name.text), True, doc, span=declared.span)
            case _:
                pass

    def _param(self, node: tree.ParamDecl) -> Param | None:
        if node.type is None and not isinstance(node.default, tree.Truth):
            fix = f"write `param {node.name.text}: TYPE = ...`"
            self.found.error("E0307", node.name.span, "only `true` and `false` tell the type of a param", fix=fix)
            return None
        type_ = BOOL if node.type is None else resolve(node.type, self.names, self.found)
        value = None if type_ is None else check_runs.literal(node.default, type_, self.names, self.found)
        if type_ is None or value is None:
            return None
        return Param(node.name.text, type_, value, node.doc, span=node.span)

    def _const(self, node: tree.ConstDecl) -> Const | None:
        index = [resolve(each, self.names, self.found) for each in node.index]
        type_ = resolve(node.type, self.names, self.found)
        good = tuple(each for each in index if each is not None)
        if type_ is None or len(good) < len(index):
            return None
        return Const(node.name.text, good, type_, node.doc, span=node.span)

    def _cells(self, declared: list[tree.StateDecl]) -> tuple[Cell, ...]:
        earlier: set[str] = set()
        cells = []
        for node in declared:
            cell = self._cell(node, frozenset(earlier))
            earlier.add(node.name.text)
            cells += [] if cell is None else [cell]
        return tuple(cells)

    def _cell(self, node: tree.StateDecl, earlier: frozenset[str]) -> Cell | None:
        index: list[Variable] = []
        bad: set[str] = set()
        for position, each in enumerate(node.index):
            type_ = resolve(each.type, self.names, self.found)
            name = each.name.text if each.name else f"${position}"
            if each.name is not None:
                check_name(each.name, self.found)
                if any(variable.name == name for variable in index):
                    self.found.error("E0201", each.name.span, f"`{name}` is bound twice in one list")
            if type_ is None:
                bad.add(name)
            else:
                index.append(Variable(name, type_, span=each.span))
        type_ = resolve(node.type, self.names, self.found)
        initial = None
        if node.initial is not None:
            env = Env(place=Place.INITIAL, earlier=earlier).bind(index, bad)
            initial = self.expressions.wanted(node.initial, env, type_)
        if bad or type_ is None:
            return None
        return Cell(node.name.text, tuple(index), type_, initial, node.doc, span=node.span)

    def _assumption(self, node: tree.AssumeDecl) -> Assumption | None:
        formula = self.expressions.formula(node.formula, Env(place=Place.WORLD))
        return None if formula is None else Assumption(node.name.text, formula, node.doc, span=node.span)

    # ----------------------------------------------------------------------------------------------------- properties

    def _fate(self, node: tree.OutlookDecl) -> Fate | None:
        sides = self._sides(node.binders, node.premise, node.conclusion)
        ids = cited(self.names, node.rules, self.found)
        if sides is None:
            return None
        return Fate(node.name.text, ids, node.doc, *sides, resting=node.word == "fate", span=node.span)

    def _goal(self, node: tree.OutlookDecl) -> Goal | None:
        sides = self._sides(node.binders, node.premise, node.conclusion)
        ids = cited(self.names, node.rules, self.found)
        for action in node.without:
            if action.text not in self.names.actions:
                self.names.unknown(self.found, "E0205", "action", action, self.names.actions)
        names = tuple(action.text for action in node.without)
        return None if sides is None else Goal(node.name.text, ids, node.doc, *sides, names, span=node.span)

    def _sides(
        self, binders: tuple[tree.Binder, ...], premise: tree.Expr, conclusion: tree.Expr
    ) -> tuple[tuple[Variable, ...], Expr, Expr] | None:
        """The variables of a formula with an arrow, and its two sides."""
        good, bad = variables(binders, self.names, self.found)
        env = Env().bind(good, bad)
        before, after = self.expressions.formula(premise, env), self.expressions.formula(conclusion, env)
        return None if before is None or after is None or bad else (good, before, after)

    def _property(self, node: tree.Declaration) -> Property | None:
        match node:
            case tree.PropertyDecl(word, name, rules, doc, formula):
                env = Env(place=Place.STEP if word == "step" else Place.STATE)
                typed = self.expressions.formula(formula, env)
                ids = cited(self.names, rules, self.found)
                if typed is None:
                    return None
                match word:
                    case "step":
                        return StepRule(name.text, ids, doc, typed, span=node.span)
                    case "final":
                        return Final(name.text, ids, doc, typed, span=node.span)
                    case "can":
                        outer: tuple[Variable, ...] = ()
                        while (
                            isinstance(typed, Quantified) and typed.op is Quantifier.FORALL and not _again(outer, typed)
                        ):
                            outer, typed = outer + typed.variables, typed.body
                        return Can(name.text, ids, doc, outer, typed, span=node.span)
                    case _:
                        return Invariant(name.text, ids, doc, typed, word == "lemma", span=node.span)
            case tree.LeadsToDecl(name, rules, doc, binders, premise, conclusion, fair):
                sides = self._sides(binders, premise, conclusion)
                ids = cited(self.names, rules, self.found)
                fairness = tuple(each for item in fair for each in self._fair(item))
                return None if sides is None else LeadsTo(name.text, ids, doc, *sides, fairness, span=node.span)
            case _:
                return None

    def _fair(self, node: tree.Fair) -> Iterable[Fairness]:
        if node.action.text in self.names.actions:
            yield Fairness(node.action.text, node.strong, span=node.span)
        else:
            self.names.unknown(self.found, "E0205", "action", node.action, self.names.actions)


def _again(outer: tuple[Variable, ...], inner: Quantified) -> bool:
    """An inner quantifier hides an outer variable, so the two cannot be one list."""
    return bool({variable.name for variable in outer} & {variable.name for variable in inner.variables})


def _is(declaration: tree.Declaration, *words: str) -> TypeGuard[tree.OutlookDecl]:
    return isinstance(declaration, tree.OutlookDecl) and declaration.word in words


def _present(items: Iterable[T | None]) -> tuple[T, ...]:
    return tuple(item for item in items if item is not None)

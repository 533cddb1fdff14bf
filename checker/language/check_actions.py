"""Written actions -> typed actions."""

from __future__ import annotations

from checker.language import tree
from checker.language.diagnostics import Diagnostics, Note
from checker.language.env import Env
from checker.language.expressions import Expressions
from checker.language.names import Names, cited
from checker.language.protocol import (
    BEGIN,
    SUCCESS,
    Action,
    Assign,
    Effect,
    EventField,
    EventPattern,
    Expr,
    ForEach,
    Guard,
    Kind,
    Of,
    Outcome,
    When,
)
from checker.language.twice import twice
from checker.language.types import called, type_of, variables


class Actions:
    """The checker of actions of one protocol."""

    def __init__(self, names: Names, expressions: Expressions, found: Diagnostics) -> None:
        self.names, self.expressions, self.found = names, expressions, found

    def action(self, node: tree.Action) -> Action:
        """The typed action. Parts that mean nothing are left out, and were said to."""
        good, bad = variables(node.params, self.names, self.found)
        env = Env().bind(good, bad)
        at = self._at(node.at, env)
        self._shape(node)
        guards = self._guards(node.items, env)
        begin = next((item for item in node.items if isinstance(item, tree.BeginBlock)), None)
        begun = self.moment(begin.effects, env) if begin else None
        outcomes = self._outcomes(node, env)
        event = next((item for item in node.items if isinstance(item, tree.EventClause)), None)
        return Action(
            node.name.text,
            Kind.FAULT if node.fault else Kind.ACTION,
            node.hidden,
            node.optional,
            good,
            at,
            self._event(event, env) if event else None,
            cited(self.names, node.rules, self.found),
            guards,
            begun,
            outcomes,
            node.doc,
            span=node.span,
        )

    def _at(self, at: tree.Expr | None, env: Env) -> Expr | None:
        if at is None:
            return None
        expr = self.expressions.check(at, env)
        if expr is not None and not isinstance(type_of(expr), Of):
            self.found.error(
                "E0301", at.span, f"`at` names where it happens, an individual; this is {called(type_of(expr))}"
            )
            return None
        return expr

    def _shape(self, node: tree.Action) -> None:
        """Says what the parts of an action cannot be together."""
        seen: dict[str, tree.Node] = {}
        for item in node.items:
            match item:
                case tree.EventClause():
                    self._once(seen, "event", "E0401", item, f"`{node.name.text}` has two `event` clauses")
                case tree.BeginBlock():
                    self._once(seen, BEGIN, "E0407", item, f"`{node.name.text}` has two `begin` blocks")
                case tree.OutcomeBlock(name):
                    if name.text == BEGIN:
                        self.found.error("E0403", name.span, "`begin` is the first moment, it cannot be an outcome too")
                    message = f"`{node.name.text}` has two outcomes `{name.text}`"
                    self._once(seen, f"outcome {name.text}", "E0403", name, message)
                case _:
                    pass
        outcomes = [item for item in node.items if isinstance(item, tree.OutcomeBlock)]
        loose = [item for item in node.items if isinstance(item, tree.Assign | tree.ForEach | tree.When)]
        if outcomes and loose:
            note = Note(outcomes[0].name.span, "an outcome is declared here")
            message = "an action with outcomes has its effects inside them"
            self.found.error("E0402", loose[0].span, message, note)

    def _once(self, seen: dict[str, tree.Node], key: str, code: str, node: tree.Node, message: str) -> None:
        if key in seen:
            self.found.error(code, node.span, message, Note(seen[key].span, "the first is here"))
        seen.setdefault(key, node)

    def _guards(self, items: tuple[tree.ActionItem, ...] | tuple[tree.OutcomeItem, ...], env: Env) -> tuple[Guard, ...]:
        guards = []
        for item in items:
            if isinstance(item, tree.Requires):
                condition = self.expressions.formula(item.condition, env)
                rules = cited(self.names, item.rules, self.found)
                if condition is not None:
                    guards.append(Guard(condition, rules, span=item.span))
        return tuple(guards)

    def _outcomes(self, node: tree.Action, env: Env) -> tuple[Outcome, ...]:
        blocks = [item for item in node.items if isinstance(item, tree.OutcomeBlock)]
        if not blocks:
            effects = self.moment(node.items, env)
            return (Outcome(SUCCESS, False, (), (), effects, implicit=True, span=node.span),)
        outcomes: dict[str, Outcome] = {}
        for block in blocks:
            items = block.items or ()
            guards = self._guards(items, env)
            effects = self.moment(items, env)
            rules = cited(self.names, block.rules, self.found)
            outcome = Outcome(block.name.text, block.failure, rules, guards, effects, doc=block.doc, span=block.span)
            outcomes.setdefault(block.name.text, outcome)
        return tuple(outcomes.values())

    # -------------------------------------------------------------------------------------------------------- effects

    def moment(self, items: tuple[tree.Node, ...], env: Env) -> tuple[Effect, ...]:
        """The typed effects of one moment, none of which contradicts another for sure."""
        effects = self.effects(items, env)
        twice(effects, self.found)
        return effects

    def effects(self, items: tuple[tree.Node, ...], env: Env) -> tuple[Effect, ...]:
        """The typed effects among the items."""
        typed: list[Effect] = []
        for item in items:
            match item:
                case tree.Assign():
                    effect: Effect | None = self._assign(item, env)
                case tree.ForEach():
                    effect = self._for_each(item, env)
                case tree.When():
                    effect = self._when(item, env)
                case _:
                    continue
            if effect is not None:
                typed.append(effect)
        return tuple(typed)

    def _assign(self, node: tree.Assign, env: Env) -> Assign | None:
        name = node.cell.text
        declared = self.names.values.get(name)
        if not isinstance(declared, tree.StateDecl):
            if name in env.variables:
                self.found.error("E0404", node.cell.span, f"only states change; `{name}` is a variable")
            elif declared is None:
                states = [key for key, value in self.names.values.items() if isinstance(value, tree.StateDecl)]
                self.names.unknown(self.found, "E0203", "state", node.cell, states)
            else:
                note = Note(declared.name.span, "declared here")
                self.found.error("E0404", node.cell.span, f"only states change; `{name}` is none", note)
            for part in (*node.index, node.value):
                self.expressions.check(part, env)
            return None
        signature = self.expressions.signatures[name]
        note = Note(declared.name.span, "declared here")
        place = node.cell.span.to(node.index[-1].span) if node.index else node.cell.span
        index = self.expressions.arguments(name, signature.args, node.index, env, place, note)
        value = self.expressions.wanted(node.value, env, signature.type)
        return None if index is None or value is None else Assign(name, index, value, span=node.span)

    def _for_each(self, node: tree.ForEach, env: Env) -> ForEach | None:
        good, bad = variables(node.binders, self.names, self.found)
        inner = env.bind(good, bad)
        where = None if node.where is None else self.expressions.formula(node.where, inner)
        body = self.effects(node.body, inner.given(where))
        if bad or (node.where is not None and where is None):
            return None
        return ForEach(good, where, body, span=node.span)

    def _when(self, node: tree.When, env: Env) -> When | None:
        condition = self.expressions.formula(node.condition, env)
        then = self.effects(node.then, env.given(condition))
        otherwise = self.effects(node.otherwise, env.given(condition, False))
        return None if condition is None else When(condition, then, otherwise, span=node.span)

    # --------------------------------------------------------------------------------------------------------- events

    def _event(self, node: tree.EventClause, env: Env) -> EventPattern:
        fields: dict[str, EventField] = {}
        for item in node.fields:
            name = item.name.text
            if name in fields:
                note = Note(fields[name].span, "the first is here")
                self.found.error("E0408", item.name.span, f"the event says `{name}` twice", note)
                continue
            values = None
            if item.values is not None:
                checked = self.values(item.values, env)
                if checked is None:
                    continue
                values = checked
            fields[name] = EventField(name, values, span=item.span)
        return EventPattern(node.name.text, tuple(fields.values()), span=node.span)

    def values(self, nodes: tuple[tree.Expr, ...], env: Env) -> tuple[Expr, ...] | None:
        """What a field says: one value, or several individuals."""
        checked = [self.expressions.check(node, env) for node in nodes]
        return None if None in checked else tuple(expr for expr in checked if expr is not None)

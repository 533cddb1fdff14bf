"""Actions and their effects as documents: blocks, events, guards with their rules in one column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import assert_never

from checker.language import tree
from checker.language.align import Mark
from checker.language.format_expr import Writer, joined
from checker.language.pretty import Break, Doc, End, Group, Nest, Space, Token, WhenFlat
from checker.language.recover import TOP

SHORT = 2  # so many effects of a tree that has no text yet stand on one line
# Words that the parser would read as going on from what stands before them, were it not for a `;`.
AFTER_EXPRESSION = frozenset({*TOP, "and", "or", "implies", "in", "not", "then", "else", "fair", "without"})
AFTER_RULES = frozenset({"did", "exists", "false", "forall", "not", "old", "pending", "true"})
_RULE_ID = re.compile(r"[A-Z]+-?[0-9]+[a-z]?")


class ActionWriter(Writer):
    """Makes documents of actions, too."""

    __slots__ = ()

    def action(self, node: tree.Action) -> Doc:
        words = ["optional"] * node.optional + ["hidden"] * node.hidden + ["fault" if node.fault else "action"]
        opening: list[Doc] = [self.first(words[0], node), *(Token(word) for word in words[1:]), self.ident(node.name)]
        head: list[Doc] = [joined(opening, Space()), *self.params(node.params)]
        if node.at is not None:
            head += [Space(), self.after(Token("at"), node.at)]
        guards = Mark(f"guards {id(node)}", gap=2)
        items = [(item, self.action_item(item, guards)) for item in node.items]
        body = self.block(items, self.last("}", node), spread=self.is_spread(node))
        return self.headed(tuple(head), node.doc, node.rules, body)

    def headed(self, head: Doc, doc: str, rules: Sequence[tree.Ident], body: Doc | None) -> Doc:
        """A head, what is told of it on the same line or on the next, and a block."""
        block: tuple[Doc, ...] = () if body is None else (Space(), body)
        if not doc:
            return (head, *self.cited(rules), *block)
        told = (Nest((Break(), self.string(doc), *self.cited(rules))),)
        return (Group((head, *told, *((Break(),) if body is not None else ()))), *block[1:])

    def action_item(self, item: tree.ActionItem, guards: Mark) -> Doc:
        match item:
            case tree.EventClause(name):
                return (self.first("event", item), Space(), self.ident(name), *self.event_fields(item))
            case tree.BeginBlock(effects):
                block = self.effects(effects, self.last("}", item), spread=self.is_spread(item))
                return (self.first("begin", item), Space(), block)
            case tree.OutcomeBlock(name, failure, doc, rules, items):
                head = (self.first("outcome", item), Space(), self.ident(name))
                fails = (Space(), Token("failure")) if failure else ()
                body: Doc | None = None
                if items is not None:
                    inner = [(one, self.outcome_item(one, guards)) for one in items]
                    body = self.block(inner, self.last("}", item), spread=self.is_spread(item))
                return self.headed((*head, *fails), doc, rules, body)
            case _:
                return self.outcome_item(item, guards)

    def outcome_item(self, item: tree.OutcomeItem, guards: Mark) -> Doc:
        match item:
            case tree.Requires(condition, rules):
                guard = self.after(self.first("requires", item), condition)
                if not rules:
                    return guard
                return (guard, guards, Token("@"), Space(), joined([self.ident(rule) for rule in rules], Space()))
            case tree.Assign() | tree.ForEach() | tree.When():
                return self.effect(item)
            case _:
                assert_never(item)

    def event_fields(self, event: tree.EventClause) -> tuple[Doc, ...]:
        if not event.fields:
            return ()
        commas = joined([self.event_field(field) for field in event.fields], Break(), ",")
        return (Space(), Group((Token("{"), Nest((Break(), commas)), Break(), self.last("}", event))))

    def event_field(self, field: tree.EventField) -> Doc:
        if field.values is None:
            return (self.ident(field.name), Space(), self.last("absent", field))
        return (self.ident(field.name), Space(), Token("="), Space(), self.values(field.values))

    # -------------------------------------------------------------------------------------------------------- effects

    def effects(self, effects: Sequence[tree.Effect], closing: Token, *, spread: bool) -> Doc:
        return Group(self.joint_effects(effects, closing, spread=spread))

    def joint_effects(self, effects: Sequence[tree.Effect], closing: Token, *, spread: bool) -> Doc:
        """Effects in braces that are broken where the group they stand in is."""
        return self.joint_block([(effect, self.effect(effect)) for effect in effects], closing, spread=spread)

    def effect(self, effect: tree.Effect) -> Doc:
        match effect:
            case tree.Assign(cell, index, value):
                place = (self.listed("[", self.exprs(index), Token("]")),) if index else ()
                return self.after((self.ident(cell), *place, Space(), Token(":=")), value)
            case tree.ForEach(binders, where, body):
                head: list[Doc] = [self.first("for", effect), Space(), self.binders(binders), Space()]
                if where is not None:
                    head += [self.after(Token("where"), where), Space()]
                closing = self.last("}", effect)
                return (*head, self.effects(body, closing, spread=self.is_spread(effect)))
            case tree.When():
                return Group(self.when(effect, spread=self.is_spread(effect)))
            case _:
                assert_never(effect)

    def when(self, node: tree.When, *, spread: bool) -> Doc:
        closing = self.last("}", node)
        inner = Token("}") if node.has_else else closing
        then = (self.after(self.first("if", node), node.condition), Space())
        head = (*then, self.joint_effects(node.then, inner, spread=spread))
        if not node.has_else:
            return head
        first = node.otherwise[0] if node.otherwise else None
        if node.chained and isinstance(first, tree.When):
            return (*head, Space(), Token("else"), Space(), self.when(first, spread=spread))
        return (*head, Space(), Token("else"), Space(), self.joint_effects(node.otherwise, closing, spread=spread))

    # --------------------------------------------------------------------------------------------------------- blocks

    def block(self, items: Sequence[tuple[tree.Node, Doc]], closing: Token, *, spread: bool) -> Doc:
        """Items in braces. Spread: each on its own line. Else all on one line with the braces, if they fit."""
        return Group(self.joint_block(items, closing, spread=spread))

    def joint_block(self, items: Sequence[tuple[tree.Node, Doc]], closing: Token, *, spread: bool) -> Doc:
        opening = Token("{")
        if not items:
            return Group((opening, Break(), closing))
        parts: list[Doc] = []
        for at, (node, doc) in enumerate(items):
            if at and goes_on(items[at - 1][0], node):
                parts.append(Token(";"))
            elif at and not spread:
                parts.append(WhenFlat(";"))
            parts += [End(keep=True) if spread else Break(), doc]
        if spread:
            return (opening, Nest(tuple(parts)), End(keep=True), closing)
        return (opening, Nest(tuple(parts)), Break(), closing)

    def is_spread(self, node: tree.Action | tree.OutcomeBlock | tree.BeginBlock | tree.ForEach | tree.When) -> bool:
        """Whether the writer began a new line after the opening brace; of a tree without text, whether it is long."""
        inner: Sequence[tree.Node]
        match node:
            case tree.Action():
                inner = node.items
                if any(isinstance(item, tree.EventClause | tree.BeginBlock | tree.OutcomeBlock) for item in inner):
                    return True
            case tree.OutcomeBlock():
                inner = node.items or ()
            case tree.BeginBlock():
                inner = node.effects
            case tree.ForEach():
                inner = node.body
            case tree.When():
                inner = node.then
                if any(isinstance(one, tree.When) and self.is_spread(one) for one in node.otherwise if node.chained):
                    return True
            case _:
                assert_never(node)
        if not inner:
            return False
        first = inner[0]
        if first.span.source is self.source:
            text = self.source.text
            return "\n" in text[text.rfind("{", 0, first.span.start) : first.span.start]
        if isinstance(node, tree.Action):
            return True
        return len(inner) > SHORT or not all(isinstance(one, tree.Assign) for one in inner)

    # ---------------------------------------------------------------------------------------------------------- parts

    def params(self, params: Sequence[tree.Binder]) -> tuple[Doc, ...]:
        return (self.listed("(", [self.binder(param) for param in params], Token(")")),) if params else ()

    def cited(self, rules: Sequence[tree.Ident]) -> tuple[Doc, ...]:
        ids = (Nest((Group(Break()), self.ident(rule))) if at else self.ident(rule) for at, rule in enumerate(rules))
        return (
            (Space(), Token("@"), *((Space(), one) if not at else one for at, one in enumerate(ids))) if rules else ()
        )

    def string(self, text: str) -> Token:
        return Token('"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"')

    def doc(self, doc: str) -> Doc:
        """A doc after a one-line declaration."""
        return Nest((Group(Break()), self.string(doc))) if doc else ()

    def values(self, values: Sequence[tree.Expr]) -> Doc:
        """One expression, or a tuple of several."""
        return self.expr(values[0]) if len(values) == 1 else self.listed("(", self.exprs(values), Token(")"))


def goes_on(previous: tree.Node, node: tree.Node) -> bool:
    """Whether the parser would take the name that an item starts with for a part of the item before it."""
    if not isinstance(node, tree.Assign):
        return False
    name = node.cell.text
    match previous:
        case tree.Assign() | tree.Requires(rules=()):
            return name in AFTER_EXPRESSION
        case tree.Requires() | tree.OutcomeBlock(items=None, rules=(_, *_)):
            return name in AFTER_RULES or is_rule_id(name)
        case tree.OutcomeBlock(items=None):
            return name == "failure"
        case tree.ForEach() | tree.When() | tree.BeginBlock():
            return name == "else"
        case _:
            return False


def is_rule_id(name: str) -> bool:
    """Whether the parser takes a name for the id of a rule where one may stand."""
    return _RULE_ID.fullmatch(name) is not None

"""Makes the nodes of effects, types and expressions."""

from __future__ import annotations

from typing import Any

from checker.language import tree
from checker.language.making import MAX_DIGITS, Maker, Part, Refused, nodes, of, pick


class Expressions(Maker):
    """The parser calls the method named like the rule of the grammar, or its alias."""

    # -------------------------------------------------------------------------------------------------------- effects

    def assign(self, kids: list[Any]) -> tree.Assign:
        exprs = nodes(kids)
        return self.deep(tree.Assign(self.ident(kids[0]), exprs[:-1], exprs[-1], span=self.span(kids)), exprs)

    def for_each(self, kids: list[Any]) -> tree.ForEach:
        where, body = pick(kids, "where", None), pick(kids, "effect_block", ())
        return self.deep(
            tree.ForEach(of(kids, tree.Binder), where, body, span=self.span(kids)), (*body, *_present(where))
        )

    def where(self, kids: list[Any]) -> Part:
        return self.part("where", kids[1], kids)

    def when(self, kids: list[Any]) -> tree.When:
        return self._when(kids, (), has_else=False, chained=False)

    def when_else(self, kids: list[Any]) -> tree.When:
        return self._when(kids, kids[4].value, has_else=True, chained=False)

    def when_chain(self, kids: list[Any]) -> tree.When:
        return self._when(kids, (kids[4],), has_else=True, chained=True)

    def _when(self, kids: list[Any], otherwise: tuple[Any, ...], *, has_else: bool, chained: bool) -> tree.When:
        then = kids[2].value
        node = tree.When(kids[1], then, otherwise, has_else, chained, span=self.span(kids))
        return self.deep(node, (kids[1], *then, *otherwise))

    def effect_block(self, kids: list[Any]) -> Part:
        return self.part("effect_block", nodes(kids), kids)

    # ------------------------------------------------------------------------------------------------ types, literals

    def binder(self, kids: list[Any]) -> tree.Binder:
        return tree.Binder(self.ident(kids[0]), kids[2], span=self.span(kids))

    def type_bool(self, kids: list[Any]) -> tree.BoolType:
        return tree.BoolType(span=self.span(kids))

    def type_range(self, kids: list[Any]) -> tree.RangeType:
        return tree.RangeType(kids[2].value, kids[4].value, span=self.span(kids))

    def type_named(self, kids: list[Any]) -> tree.NamedType:
        return tree.NamedType(str(kids[0]), span=self.span(kids))

    def number(self, kids: list[Any]) -> Part:
        return self.part("number", self.int_(kids), kids)

    def int_(self, kids: list[Any]) -> int:
        text = "".join(kids)
        if len(text) > MAX_DIGITS:
            raise Refused("E0113", self.span(kids), f"a number has at most {MAX_DIGITS} digits")
        return int(text)

    def literal(self, kids: list[Any]) -> Part:
        span = self.span(kids)
        node: tree.Literal
        if isinstance(kids[0], Part):
            node = tree.Number(kids[0].value, span=span)
        elif kids[0].type == "NAME":
            node = tree.Name(str(kids[0]), span=span)
        else:
            node = tree.Truth(kids[0] == "true", span=span)
        return self.part("literal", node, kids)

    # ---------------------------------------------------------------------------------------------------- expressions

    def binary(self, kids: list[Any]) -> tree.Binary:
        left, op, right = kids
        return self.deep(tree.Binary(str(op), left, right, span=self.span(kids)), (left, right))

    def not_(self, kids: list[Any]) -> tree.Not:
        return self.deep(tree.Not(kids[1], span=self.span(kids)), kids[1:])

    def in_(self, kids: list[Any]) -> tree.In:
        options = pick(kids, "options", ())
        node = tree.In(kids[0], options, kids[1] == "not", span=self.span(kids))
        return self.deep(node, (kids[0], *options))

    def options(self, kids: list[Any]) -> Part:
        return self.part("options", nodes(kids), kids)

    def quantified(self, kids: list[Any]) -> tree.Quantified:
        node = tree.Quantified(str(kids[0]), of(kids, tree.Binder), kids[-1], span=self.span(kids))
        return self.deep(node, kids[-1:])

    def if_(self, kids: list[Any]) -> tree.If:
        return self.deep(tree.If(kids[1], kids[3], kids[5], span=self.span(kids)), kids[1::2])

    def truth(self, kids: list[Any]) -> tree.Truth:
        return tree.Truth(kids[0] == "true", span=self.span(kids))

    def number_(self, kids: list[Any]) -> tree.Number:
        return tree.Number(self.int_(kids), span=self.span(kids))

    def name(self, kids: list[Any]) -> tree.Name:
        return tree.Name(str(kids[0]), span=self.span(kids))

    def member(self, kids: list[Any]) -> tree.Member:
        return tree.Member(self.ident(kids[0]), self.ident(kids[2]), span=self.span(kids))

    def call(self, kids: list[Any]) -> tree.Call:
        args = nodes(kids)
        return self.deep(tree.Call(self.ident(kids[0]), args, span=self.span(kids)), args)

    def lookup(self, kids: list[Any]) -> tree.Lookup:
        args = nodes(kids)
        return self.deep(tree.Lookup(self.ident(kids[0]), args, span=self.span(kids)), args)

    def pending(self, kids: list[Any]) -> tree.Pending:
        args = pick(kids, "call_args", ())
        return self.deep(tree.Pending(self.ident(kids[2]), args, span=self.span(kids)), args)

    def did(self, kids: list[Any]) -> tree.Did:
        args = pick(kids, "call_args", ())
        moment = self.ident(kids[-2]) if kids[-3] == "." else None
        return self.deep(tree.Did(self.ident(kids[2]), args, moment, span=self.span(kids)), args)

    def call_args(self, kids: list[Any]) -> Part:
        return self.part("call_args", nodes(kids), kids)

    def old(self, kids: list[Any]) -> tree.Old:
        return self.deep(tree.Old(kids[2], span=self.span(kids)), kids[2:3])

    def paren(self, kids: list[Any]) -> tree.Paren:
        return self.deep(tree.Paren(kids[1], span=self.span(kids)), kids[1:2])


def _present(node: Any) -> tuple[Any, ...]:
    return () if node is None else (node,)

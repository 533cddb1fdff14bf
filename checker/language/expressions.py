"""Written expressions -> typed expressions: names are bound, types checked, kinds (`old`, `did`) kept in their places.

A part that means nothing is reported once and yields None; what contains it then yields None without a word.
"""

from __future__ import annotations

from collections.abc import Iterable

from checker.language import tree
from checker.language.bounds import bounds
from checker.language.env import Env
from checker.language.protocol import (
    Arith,
    Compare,
    Comparison,
    Connective,
    Expr,
    If,
    In,
    Lit,
    Logic,
    Not,
    Of,
    Operator,
    Quantified,
    Quantifier,
    Range,
    Type,
)
from checker.language.source import Span
from checker.language.types import BOOL, alike, called, type_of, variables, written
from checker.language.uses import Uses

_COMPARISONS = {op.value: op for op in Comparison}
_CONNECTIVES = {op.value: op for op in Connective}
_OPERATORS = {op.value: op for op in Operator}
_EQUALITY = (Comparison.EQUAL, Comparison.DIFFERENT)


class Expressions(Uses):
    """The checker of expressions of one protocol."""

    def formula(self, node: tree.Expr, env: Env) -> Expr | None:
        """Something true or false."""
        return self.wanted(node, env, BOOL, "E0303")

    def wanted(self, node: tree.Expr, env: Env, type_: Type | None, code: str = "E0301") -> Expr | None:
        """An expression whose value fits `type_` (None: the type is not known, anything goes)."""
        expr = self.check(node, env, type_)
        if expr is None or type_ is None:
            return None if type_ is None else expr
        actual = type_of(expr)
        if not alike(actual, type_):
            self.found.error(code, node.span, f"expected {called(type_)}, but {_quoted(node)} is {called(actual)}")
            return None
        if isinstance(type_, Range):
            reach = bounds(expr, env.facts)
            if reach.low < type_.low or reach.high > type_.high:
                self._outside(node, expr, reach, type_)
                return None
        return expr

    def check(self, node: tree.Expr, env: Env, hint: Type | None = None) -> Expr | None:
        """The typed expression. `hint` only settles what a bare member name means."""
        span = node.span
        match node:
            case tree.Paren(body):
                return self.check(body, env, hint)
            case tree.Truth(value):
                return Lit(value, BOOL, span=span)
            case tree.Number(value):
                return Lit(value, Range(value, value), span=span)
            case tree.Name(text):
                return self._name(tree.Ident(text, span=span), env, hint)
            case tree.Member(sort, member):
                return self._member(sort, member, span)
            case tree.Call(name, args):
                return self._call(name, args, env, span)
            case tree.Lookup(name, args):
                return self._lookup(name, args, env, span)
            case tree.Pending(action, args):
                return self._pending(action, args, env, span)
            case tree.Did(action, args, moment):
                return self._did(action, args, moment, env, span)
            case tree.Old(body):
                return self._old(body, env, hint, span)
            case tree.Not(body):
                inner = self.formula(body, env)
                return None if inner is None else Not(inner, span=span)
            case tree.Binary(op) if op in _CONNECTIVES:
                return self._logic(node, _CONNECTIVES[op], env)
            case tree.Binary(op) if op in _COMPARISONS:
                return self._compare(node, _COMPARISONS[op], env)
            case tree.Binary(op):
                return self._arith(node, _OPERATORS[op], env)
            case tree.In(item, options, negated):
                return self._in(item, options, negated, env, span)
            case tree.If():
                return self._if(node, env, hint)
            case tree.Quantified(op, binders, body):
                good, bad = variables(binders, self.names, self.found)
                inner = self.formula(body, env.bind(good, bad))
                return None if inner is None or bad else Quantified(Quantifier(op), good, inner, span=span)

    # ------------------------------------------------------------------------------------------------------ operators

    def _logic(self, node: tree.Binary, op: Connective, env: Env) -> Expr | None:
        left = self.formula(node.left, env)
        right = self.formula(node.right, env)
        return None if left is None or right is None else Logic(op, left, right, span=node.span)

    def _pair(
        self, first: tree.Expr, second: tree.Expr, env: Env, hint: Type | None = None
    ) -> tuple[Expr | None, Expr | None]:
        """Two expressions that should be of one type: the one whose type is plain settles the other's bare names."""
        if hint is None and self._open(first, env):
            hint = self._settled((first, second), env)
            if hint is None and not self._open(second, env):
                right = self.check(second, env)
                return self.check(first, env, type_of(right)) if right is not None else None, right
        left = self.check(first, env, hint)
        if left is None and self._open(second, env):
            return None, None
        return left, self.check(second, env, hint or (type_of(left) if left is not None else None))

    def _open(self, node: tree.Expr, env: Env) -> bool:
        """Whether only an expected type settles what the expression means: a name that is a member of several enums."""
        leaves = list(_leaves(node))
        return all(isinstance(leaf, tree.Name) and len(self._owners(leaf, env)) != 1 for leaf in leaves)

    def _owners(self, node: tree.Name, env: Env) -> tuple[str, ...]:
        """The enums that a bare name may be a member of; one that is something else counts as of its own type."""
        if node.text in env.variables or node.text in self.names.values:
            return ("",)
        return self.names.member_of.get(node.text, ())

    def _settled(self, nodes: tuple[tree.Expr, ...], env: Env) -> Type | None:
        """The one enum of which all the bare names that these come down to are members, if that is all they are."""
        leaves = [leaf for node in nodes for leaf in _leaves(node)]
        owners = [set(self._owners(leaf, env)) for leaf in leaves if isinstance(leaf, tree.Name)]
        common = set.intersection(*owners) if owners and len(owners) == len(leaves) else set()
        return Of(common.pop()) if len(common) == 1 and "" not in common else None

    def _compare(self, node: tree.Binary, op: Comparison, env: Env) -> Expr | None:
        left, right = self._pair(node.left, node.right, env)
        if left is None or right is None:
            return None
        a, b = type_of(left), type_of(right)
        if not alike(a, b):
            self._unlike(node.left, a, node.right, b, node.span)
            return None
        if op not in _EQUALITY and not isinstance(a, Range):
            self.found.error("E0304", node.span, f"`{op.value}` orders numbers; {_quoted(node.left)} is {called(a)}")
            return None
        return Compare(op, left, right, span=node.span)

    def _unlike(self, left: tree.Expr, a: Type, right: tree.Expr, b: Type, span: Span) -> None:
        message = f"{_quoted(left)} is {called(a)} and {_quoted(right)} is {called(b)}: they are never compared"
        self.found.error("E0301", span, message)

    def _arith(self, node: tree.Binary, op: Operator, env: Env) -> Expr | None:
        sides: list[tuple[Expr, Range]] = []
        for side in (node.left, node.right):
            expr = self.check(side, env)
            type_ = type_of(expr) if expr is not None else None
            if expr is not None and isinstance(type_, Range):
                sides.append((expr, type_))
            elif type_ is not None:
                message = f"`{op.value}` adds and subtracts numbers; {_quoted(side)} is {called(type_)}"
                self.found.error("E0304", side.span, message)
        if len(sides) < 2:
            return None
        (left, a), (right, b) = sides
        range_ = Range(a.low + b.low, a.high + b.high) if op is Operator.PLUS else Range(a.low - b.high, a.high - b.low)
        return Arith(op, left, right, range_, span=node.span)

    def _in(self, item: tree.Expr, options: tuple[tree.Expr, ...], negated: bool, env: Env, span: Span) -> Expr | None:
        plain = next((option for option in options if not self._open(option, env)), None)
        known = None
        if self._open(item, env) and plain is not None:
            other = self.check(plain, env)
            known = type_of(other) if other is not None else None
        left = self.check(item, env, known)
        type_ = type_of(left) if left is not None else None
        checked: list[Expr] = []
        for option in options:
            if type_ is None and self._open(option, env):
                continue
            expr = self.check(option, env, type_)
            if expr is None or type_ is None:
                continue
            if alike(type_of(expr), type_):
                checked.append(expr)
            else:
                self._unlike(item, type_, option, type_of(expr), option.span)
        if left is None or len(checked) < len(options):
            return None
        found = In(left, tuple(checked), span=span)
        return Not(found, span=span) if negated else found

    def _if(self, node: tree.If, env: Env, hint: Type | None) -> Expr | None:
        condition = self.formula(node.condition, env)
        then, otherwise = self._pair(node.then, node.otherwise, env, hint)
        if condition is None or then is None or otherwise is None:
            return None
        a, b = type_of(then), type_of(otherwise)
        if not alike(a, b):
            then_is, else_is = f"{_quoted(node.then)} is {called(a)}", f"{_quoted(node.otherwise)} is {called(b)}"
            message = f"the two branches differ: {then_is}, {else_is}"
            self.found.error("E0301", node.span, message)
            return None
        if isinstance(a, Range) and isinstance(b, Range):
            a = Range(min(a.low, b.low), max(a.high, b.high))
        return If(condition, then, otherwise, a, span=node.span)

    def _outside(self, node: tree.Expr, expr: Expr, reach: Range, type_: Range) -> None:
        reads = "is" if isinstance(expr, Lit) else f"can be {_span_of(reach)}, which is"
        message = f"{_quoted(node)} {reads} outside {written(type_)}"
        fix = None
        if isinstance(expr, Arith) and isinstance(expr.right, Lit):
            text = _text(node)
            base = _text_of(expr.left.span)
            bound, order = (type_.high, "<") if expr.op is Operator.PLUS else (type_.low, ">")
            if expr.right.value == 1:
                fix = f"write `if {base} {order} {bound} then {text} else {base}`"
        self.found.error("E0305", node.span, message, fix=fix)


def _leaves(node: tree.Expr) -> Iterable[tree.Expr]:
    """What an expression comes down to: itself, or the ends of its branches."""
    match node:
        case tree.Paren(body):
            yield from _leaves(body)
        case tree.If(_, then, otherwise):
            yield from _leaves(then)
            yield from _leaves(otherwise)
        case _:
            yield node


def _text_of(span: Span) -> str:
    return " ".join(span.source.text[span.start : span.end].split())


def _text(node: tree.Node) -> str:
    return _text_of(node.span)


def _quoted(node: tree.Node) -> str:
    text = _text(node)
    return f"`{text}`" if len(text) <= 40 else "this"


def _span_of(range_: Range) -> str:
    return f"{range_.low}" if range_.low == range_.high else f"{range_.low} to {range_.high}"

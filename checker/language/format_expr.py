"""Expressions as documents: where their lines may end, and the few parentheses a tree made by a program needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from checker.language import tree
from checker.language.pretty import Break, Choice, Doc, End, Group, Nest, Space, Token
from checker.language.source import Source

# How tightly operators bind, loosest first; a quantifier or an `if` reaches as far to the right as it can.
OPEN, IMPLIES, OR, AND, NOT, COMPARISON, SUM, ATOM = range(8)
LEVELS = {"implies": IMPLIES, "or": OR, "and": AND, "+": SUM, "-": SUM}  # the others compare


@dataclass(frozen=True, slots=True)
class Laid:
    """An expression as a document, and as one whose first line ends at the loosest operator, if there is such."""

    doc: Doc
    hanging: Doc | None = None


@dataclass(frozen=True, slots=True)
class Writer:
    """Makes documents of nodes. Only places in `source` count; nodes of other origin have none."""

    source: Source = field(repr=False)

    # --------------------------------------------------------------------------------------------------------- tokens

    def first(self, text: str, node: tree.Node) -> Token:
        """The token a node starts with, or is."""
        return Token(text, node.span.start if node.span.source is self.source else None)

    def last(self, text: str, node: tree.Node) -> Token:
        """The token a node ends with."""
        at = node.span.end - len(text) if node.span.source is self.source else None
        return Token(text, at)

    def ident(self, ident: tree.Ident) -> Token:
        return self.first(ident.text, ident)

    def idents(self, idents: Iterable[tree.Ident]) -> Doc:
        """Names with commas, as many on a line as fit."""
        return self.filled([self.ident(ident) for ident in idents])

    def filled(self, items: Sequence[Doc]) -> Doc:
        commas = [(item, Token(",")) for item in items[:-1]]
        parts: list[Doc] = [*commas, items[-1]]
        return Nest(tuple((Group(Break()), part) if at else part for at, part in enumerate(parts)))

    def listed(self, opening: str, items: Sequence[Doc], closing: Token) -> Doc:
        """Items with commas between parentheses or brackets: all on one line, or each on its own."""
        if not items:
            return (Token(opening), closing)
        parts: list[Doc] = [part for item in items for part in (item, Token(","), Break())][:-2]
        return Group((Token(opening), Nest((Break(""), *parts)), Break(""), closing))

    # ---------------------------------------------------------------------------------------------- types and binders

    def type(self, type_: tree.Type) -> Doc:
        match type_:
            case tree.BoolType():
                return self.first("bool", type_)
            case tree.RangeType(low, high):
                bounds = (*number(low), Token(".."), *number(high))
                return (self.first("int", type_), Token("["), *bounds, self.last("]", type_))
            case tree.NamedType(name):
                return self.first(name, type_)
            case _:
                assert_never(type_)

    def binder(self, binder: tree.Binder) -> Doc:
        return (self.ident(binder.name), Token(":"), Space(), self.type(binder.type))

    def binders(self, binders: Iterable[tree.Binder]) -> Doc:
        return self.filled([self.binder(binder) for binder in binders])

    # ---------------------------------------------------------------------------------------------------- expressions

    def expr(self, expr: tree.Expr) -> Doc:
        return self.laid(expr).doc

    def after(self, head: Doc, expr: tree.Expr) -> Doc:
        """A head and an expression: on one line, or broken inside the expression, or the expression below the head."""
        laid = self.laid(expr)
        hanging = ((head, Space(), laid.hanging),) if laid.hanging is not None else ()
        return Choice(((head, Space(), laid.doc), *hanging, (head, Nest((End(), laid.doc)))))

    def laid(self, expr: tree.Expr) -> Laid:
        match expr:
            case tree.Truth(value):
                return Laid(self.first("true" if value else "false", expr))
            case tree.Number(value):
                return Laid(self.first(str(value), expr))
            case tree.Name(text):
                return Laid(self.first(text, expr))
            case tree.Member(sort, member):
                return Laid((self.ident(sort), Token("."), self.ident(member)))
            case tree.Call(name, args):
                return Laid((self.ident(name), self.listed("(", self.exprs(args), self.last(")", expr))))
            case tree.Lookup(name, args):
                return Laid((self.ident(name), self.listed("[", self.exprs(args), self.last("]", expr))))
            case tree.Pending(action, args):
                inner = (self.ident(action), *self.optional_args(args))
                return Laid((self.first("pending", expr), Token("("), *inner, self.last(")", expr)))
            case tree.Did(action, args, moment):
                inner = (self.ident(action), *self.optional_args(args), *self.moment(moment))
                return Laid((self.first("did", expr), Token("("), *inner, self.last(")", expr)))
            case tree.Old(body):
                return Laid((self.first("old", expr), self.listed("(", [self.expr(body)], self.last(")", expr))))
            case tree.Paren(body):
                return Laid(self.listed_from(self.first("(", expr), self.expr(body), self.last(")", expr)))
            case tree.Not(body):
                return Laid((self.first("not", expr), Space(), self.operand(body, NOT)))
            case tree.Binary(op, left, right):
                return self.binary(op, left, right)
            case tree.In(item, options, negated):
                words: tuple[Doc, ...] = (Token("not"), Space(), Token("in")) if negated else (Token("in"),)
                among = self.listed("(", self.exprs(options), self.last(")", expr))
                return Laid((self.operand(item, SUM, closed=True), Space(), *words, Space(), among))
            case tree.If():
                return self.ladder(expr)
            case tree.Quantified(op, binders, body):
                return self.under((self.first(op, expr), Space(), self.binders(binders), Token(".")), self.laid(body))
            case _:
                assert_never(expr)

    def under(self, head: Doc, body: Laid) -> Laid:
        """A quantifier's head over its body."""
        below = (head, Nest((End(), body.doc)))
        hanging = (head, Space(), body.hanging) if body.hanging is not None else below
        return Laid(Choice(((head, Space(), body.doc), hanging, below)), hanging)

    def ladder(self, expr: tree.If) -> Laid:
        rungs: list[Doc] = []
        lead: tuple[Doc, ...] = ()
        rest: tree.Expr = expr
        while isinstance(rest, tree.If):
            rungs.append((*lead, self.first("if", rest), Space(), self.expr(rest.condition), Space(), Token("then")))
            rungs[-1] = (rungs[-1], Space(), self.expr(rest.then))
            lead, rest = (Token("else"), Space()), rest.otherwise
        rungs.append((*lead, self.expr(rest)))
        return Laid(Group(joined(rungs, Break())))

    def binary(self, op: str, left: tree.Expr, right: tree.Expr) -> Laid:
        if op == "implies":
            return self.arrow(self.operand(left, OR, closed=True), op, self.operand(right, IMPLIES))
        level = LEVELS.get(op, COMPARISON)
        if level == COMPARISON:
            sides = (self.operand(left, SUM, closed=True), Space(), Token(op))
            return Laid(Group((*sides, Nest((Break(), self.operand(right, SUM))))))
        operands = [self.operand(right, level + 1)]
        ops: list[Token] = [Token(op)]
        while isinstance(left, tree.Binary) and left.op == op:
            operands.append(self.operand(left.right, level + 1, closed=True))
            ops.append(Token(op))
            left = left.left
        start = self.operand(left, level, closed=True)
        pairs = list(zip(reversed(ops), reversed(operands), strict=True))
        flat = (start, Nest(tuple((Break(), mark, Space(), operand) for mark, operand in pairs)))
        hanging = (start, Nest(tuple((End(), mark, Space(), operand) for mark, operand in pairs)))
        return Laid(Group(flat), hanging if level in (OR, AND) else None)

    def arrow(self, premise: Doc, op: str, conclusion: Doc) -> Laid:
        """`premise implies conclusion`, or with `~>`: the conclusion on its own line if need be."""
        start = (premise, Space(), Token(op))
        hanging = (start, Nest((End(), conclusion)))
        return Laid(Choice(((start, Space(), conclusion), hanging)), hanging)

    def operand(self, expr: tree.Expr, least: int, *, closed: bool = False) -> Doc:
        """An operand that binds at least so tightly; `closed`: and that nothing to its right is taken into."""
        level = binds(expr)
        doc = self.expr(expr)
        if (level >= least and not (closed and ends_open(expr))) or (level == OPEN and not closed):
            return doc
        return self.listed_from(Token("("), doc, Token(")"))

    # ---------------------------------------------------------------------------------------------------------- parts

    def exprs(self, exprs: Iterable[tree.Expr]) -> list[Doc]:
        return [self.expr(expr) for expr in exprs]

    def listed_from(self, opening: Token, body: Doc, closing: Token) -> Doc:
        return Group((opening, Nest((Break(""), body)), Break(""), closing))

    def optional_args(self, args: Sequence[tree.Expr]) -> tuple[Doc, ...]:
        return (self.listed("(", self.exprs(args), Token(")")),) if args else ()

    def moment(self, moment: tree.Ident | None) -> tuple[Doc, ...]:
        return (Token("."), self.ident(moment)) if moment is not None else ()


def joined(parts: Sequence[Doc], between: Break | Space, mark: str = "") -> Doc:
    """The parts with white space between them, after a mark (a comma) if one is given."""
    marked = [(part, Token(mark)) if mark else part for part in parts[:-1]] + list(parts[-1:])
    return tuple(piece for at, part in enumerate(marked) for piece in ((between, part) if at else (part,)))


def number(value: int) -> tuple[Token, ...]:
    """A number outside of expressions, where it may be below zero."""
    return (Token("-"), Token(str(-value))) if value < 0 else (Token(str(value)),)


def binds(expr: tree.Expr) -> int:
    """How tightly the outermost operator binds."""
    match expr:
        case tree.Quantified() | tree.If():
            return OPEN
        case tree.Binary(op):
            return LEVELS.get(op, COMPARISON)
        case tree.In():
            return COMPARISON
        case tree.Not():
            return NOT
        case _:
            return ATOM


def ends_open(expr: tree.Expr) -> bool:
    """Whether the expression would take in what follows it: it ends in a quantifier or an `if` without parentheses."""
    match expr:
        case tree.Quantified() | tree.If():
            return True
        case tree.Binary(op, _, right):
            level = LEVELS.get(op, COMPARISON)
            least = {IMPLIES: IMPLIES, COMPARISON: SUM}.get(level, level + 1)
            return (binds(right) == OPEN or binds(right) >= least) and ends_open(right)
        case tree.Not(body):
            return (binds(body) == OPEN or binds(body) >= NOT) and ends_open(body)
        case _:
            return False

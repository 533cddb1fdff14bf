"""A clause as a lemma of the language: as a typed property for a proof, and as the lines a person can paste."""

from __future__ import annotations

from collections.abc import Sequence

from checker.language import core, protocol as typed, tree
from checker.language.build import substitute
from checker.language.core import CellKind, Core, Expr
from checker.language.format import format
from checker.language.protocol import Bool, Comparison, Connective, Invariant, Of, Protocol, Quantifier, Range, Type
from checker.prove.infer.cubes import Cube, free_names


class Lemmas:
    """Makes lemmas of cubes, for one protocol."""

    def __init__(self, of: Protocol, core_: Core) -> None:
        self._protocol = of
        self._cells = {cell.name: cell for cell in core_.cells}
        declared = (of.sorts, of.params, of.consts, of.cells, of.definitions, of.actions, of.properties, of.assumptions)
        self._taken = {str(getattr(item, "name")) for items in declared for item in items}  # noqa: B009  # of any kind
        self._taken |= {member for sort in of.sorts for member in sort.members or ()} | _RESERVED
        self._named: set[str] = set()

    def lemma(self, cube: Cube) -> tuple[Invariant, str]:
        """The lemma as a typed property, and its text."""
        literals = _inlined(cube)
        used = {name for literal in literals for name in free_names(literal)}
        sorts = [(name, sort) for name, sort in cube.names if name in used]
        names = self._variables(sorts)
        renamed = [substitute(literal, {old: core.Bound(new) for old, new in names.items()}) for literal in literals]
        premises = [literal for literal in renamed if not isinstance(literal, core.Not)]
        conclusions = [literal.body for literal in renamed if isinstance(literal, core.Not)]
        last = premises.pop() if not conclusions else None
        name = self._name(premises, conclusions, last)
        variables = tuple(typed.Variable(names[old], Of(sort)) for old, sort in sorts)
        formula = _typed_arrow(
            [self._typed(part, Bool()) for part in premises],
            [self._typed(part, Bool()) for part in conclusions] or [_typed_not(self._typed(_some(last), Bool()))],
        )
        if variables:
            formula = typed.Quantified(Quantifier.FORALL, variables, formula)
        body = _arrow(
            [self._said(part, Bool()) for part in premises],
            [self._said(part, Bool()) for part in conclusions] or [_not(self._said(_some(last), Bool()))],
        )
        if variables:
            binders = tuple(tree.Binder(tree.Ident(item.name), tree.NamedType(item.type.sort)) for item in variables)  # type: ignore[union-attr]
            body = tree.Quantified("forall", binders, body)
        declared = tree.PropertyDecl("lemma", tree.Ident(name), (), "", body)
        return Invariant(name, (), "", formula, lemma=True), format(tree.File(None, (declared,)))

    # -------------------------------------------------------------------------------------------------------- names

    def _variables(self, sorts: Sequence[tuple[str, str]]) -> dict[str, str]:
        """Names for individuals: the first letter of the sort, or more of it where that is taken."""
        found: dict[str, str] = {}
        for name, sort in sorts:
            word = sort.lower()
            several = sum(other == sort for _, other in sorts) > 1
            number = sum(one in found for one, other in sorts if other == sort) + 1
            for length in range(1, len(word) + 20):
                made = (word[:length] if length <= len(word) else word + "_" * (length - len(word))) + (
                    str(number) if several else ""
                )
                if made not in self._taken and made not in found.values():
                    found[name] = made
                    break
        return found

    def _name(self, premises: Sequence[Expr], conclusions: Sequence[Expr], last: Expr | None) -> str:
        """What it says, in the protocol's words."""
        given = [self._word(part, True) for part in premises]
        then = [self._word(part, True) for part in conclusions] or [self._word(_some(last), False)]
        words = ["_and_".join(given), "_or_".join(then)] if given else ["_or_".join(then)]
        base = name = "_means_".join(words)
        if not given:
            base = name = f"always_{name}"
        number = 1
        while name in self._taken or name in self._named:
            number += 1
            name = f"{base}_{number}"
        self._named.add(name)
        return name

    def _word(self, literal: Expr, true: bool) -> str:
        match literal:
            case core.Read(cell):
                said = cell.replace(" ", "_")
            case core.Eq(core.Read(cell), core.Lit(value)):
                said = f"{cell}_{self._value(self._cells[cell].type, value)}".replace("-", "minus_")
            case core.Eq(core.Read(cell), core.Read(other)):
                said = f"{cell}_is_{other}"
            case core.Eq(core.Read(cell), _):
                said = f"{cell}_is_it"
            case core.Eq():
                said = "same"
            case core.Less(core.Read(cell), core.Lit(value)):
                said = f"{cell}_below_{value}"
            case core.Less(core.Lit(value), core.Read(cell)):
                said = f"{cell}_above_{value}"
            case _:
                said = "fact"
        return said if true else f"not_{said}"

    def _value(self, type_: Type, value: typed.Value) -> str:
        match type_:
            case Of(sort):
                return (self._protocol.sort(sort).members or ())[int(value)]
            case Bool():
                return "true" if value else "false"
            case Range():
                return str(int(value))

    # ---------------------------------------------------------------------------------------------- as typed and tree

    def _type(self, *sides: Expr) -> Type:
        """The type of two sides that are compared; a literal has none of its own."""
        for side in sides:
            if isinstance(side, core.Read):
                return self._cells[side.cell].type
        return Of("")  # two individuals: nothing depends on which sort

    def _typed(self, expr: Expr, type_: Type) -> typed.Expr:
        match expr:
            case core.Lit(value):
                return typed.Lit(value, type_)
            case core.Bound(name):
                return typed.Var(name, type_)
            case core.Read(cell, index):
                declared = self._cells[cell]
                args = tuple(self._typed(part, one) for part, (_, one) in zip(index, declared.index, strict=True))
                match declared.kind:
                    case CellKind.CONST:
                        return typed.ReadConst(cell, args, declared.type)
                    case CellKind.PENDING:
                        return typed.Pending(cell.removeprefix("pending "), args)
                    case CellKind.PARAM:
                        return typed.ReadParam(cell, declared.type)
                    case CellKind.STATE:
                        return typed.ReadCell(cell, args, declared.type)
            case core.Not(body):
                return _typed_not(self._typed(body, Bool()))
            case core.Eq(left, right):
                both = self._type(left, right)
                return typed.Compare(Comparison.EQUAL, self._typed(left, both), self._typed(right, both))
            case core.Less(left, right):
                both = self._type(left, right)
                return typed.Compare(Comparison.LESS, self._typed(left, both), self._typed(right, both))
            case _:
                raise AssertionError(f"no literal is a {type(expr).__name__}")

    def _said(self, expr: Expr, type_: Type) -> tree.Expr:
        match expr:
            case core.Lit(value):
                if isinstance(type_, Bool):
                    return tree.Truth(bool(value))
                return tree.Name(self._value(type_, value)) if isinstance(type_, Of) else tree.Number(int(value))
            case core.Bound(name):
                return tree.Name(name)
            case core.Read(cell, index):
                declared = self._cells[cell]
                args = tuple(self._said(part, one) for part, (_, one) in zip(index, declared.index, strict=True))
                called = tree.Ident(cell.removeprefix("pending "))
                if declared.kind is CellKind.PENDING:
                    return tree.Pending(called, args)
                if not args:
                    return tree.Name(cell)
                return tree.Call(called, args) if declared.kind is CellKind.CONST else tree.Lookup(called, args)
            case core.Not(body):
                return _not(self._said(body, Bool()))
            case core.Eq(left, right):
                both = self._type(left, right)
                return tree.Binary("==", self._said(left, both), self._said(right, both))
            case core.Less(left, right):
                both = self._type(left, right)
                return tree.Binary("<", self._said(left, both), self._said(right, both))
            case _:
                raise AssertionError(f"no literal is a {type(expr).__name__}")


_RESERVED = frozenset(
    word
    for line in (
        "module uses source rule sort enum const param state let assume action hidden optional fault begin outcome",
        "requires event for where if then else forall exists and or not implies in old did pending true false",
        "invariant lemma step final can leads to fair strongly scope run must pass fail at log bind by is int bool",
        "judge each host joined failure record never may lose order clock",
    )
    for word in line.split()
)


def _inlined(cube: Cube) -> list[Expr]:
    """The literals, with `f(x)` in place of each individual that is said to be just that."""
    literals = list(cube.literals)
    known: set[str] = set()
    while True:
        for literal in literals:
            match literal:
                case core.Eq(core.Read() as read, core.Bound(name)) if name not in {*known, *free_names(read)}:
                    break
        else:
            return literals
        known.add(name)
        literals = [substitute(other, {name: read}) for other in literals if other is not literal]


def _some(expr: Expr | None) -> Expr:
    assert expr is not None
    return expr


def _not(said: tree.Expr) -> tree.Expr:
    if isinstance(said, tree.Binary) and said.op == "==":
        return tree.Binary("!=", said.left, said.right)
    return tree.Not(said)


def _typed_not(said: typed.Expr) -> typed.Expr:
    if isinstance(said, typed.Compare) and said.op is Comparison.EQUAL:
        return typed.Compare(Comparison.DIFFERENT, said.left, said.right)
    return typed.Not(said)


def _arrow(premises: Sequence[tree.Expr], conclusions: Sequence[tree.Expr]) -> tree.Expr:
    then = _chain("or", conclusions)
    return tree.Binary("implies", _chain("and", premises), then) if premises else then


def _chain(op: str, parts: Sequence[tree.Expr]) -> tree.Expr:
    said = parts[0]
    for part in parts[1:]:
        said = tree.Binary(op, said, part)
    return said


def _typed_arrow(premises: Sequence[typed.Expr], conclusions: Sequence[typed.Expr]) -> typed.Expr:
    then = _typed_chain(Connective.OR, conclusions)
    return typed.Logic(Connective.IMPLIES, _typed_chain(Connective.AND, premises), then) if premises else then


def _typed_chain(op: Connective, parts: Sequence[typed.Expr]) -> typed.Expr:
    said = parts[0]
    for part in parts[1:]:
        said = typed.Logic(op, said, part)
    return said

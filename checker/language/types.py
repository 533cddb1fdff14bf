"""Types: what a written one means, how one is called, and when a value of one may stand where another is wanted."""

from __future__ import annotations

from checker.language import tree
from checker.language.diagnostics import Diagnostics
from checker.language.names import Names
from checker.language.protocol import (
    Apply,
    Arith,
    Bool,
    Compare,
    Did,
    Expr,
    If,
    In,
    Lit,
    Logic,
    Not,
    Of,
    Old,
    Pending,
    Quantified,
    Range,
    ReadCell,
    ReadConst,
    ReadParam,
    Type,
    Var,
    Variable,
)

WIDEST = 256
BOOL = Bool()


def resolve(written: tree.Type, names: Names, found: Diagnostics) -> Type | None:
    """The type that is meant, or None when it means nothing (which is then said, once)."""
    match written:
        case tree.BoolType():
            return BOOL
        case tree.RangeType(low, high):
            if low > high:
                found.error("E0306", written.span, f"`int[{low}..{high}]` holds no number")
                return None
            if high - low >= WIDEST:
                found.error("E0306", written.span, f"a range holds at most {WIDEST} numbers, this one {high - low + 1}")
                return None
            return Range(low, high)
        case tree.NamedType(name):
            if name in names.sorts:
                return Of(name)
            known = [*names.sorts, "bool", "int"]
            names.unknown(found, "E0202", "sort or enum", tree.Ident(name, span=written.span), known)
            return None


def variables(
    binders: tuple[tree.Binder, ...], names: Names, found: Diagnostics
) -> tuple[tuple[Variable, ...], frozenset[str]]:
    """The variables of a list of binders, and the names among them whose type means nothing."""
    good: list[Variable] = []
    bad: set[str] = set()
    seen: set[str] = set()
    for binder in binders:
        name = binder.name.text
        if name in seen:
            found.error("E0201", binder.name.span, f"`{name}` is bound twice in one list")
            continue
        seen.add(name)
        check_name(binder.name, found)
        type_ = resolve(binder.type, names, found)
        if type_ is None:
            bad.add(name)
        else:
            good.append(Variable(name, type_, span=binder.span))
    return tuple(good), frozenset(bad)


def check_name(name: tree.Ident, found: Diagnostics) -> None:
    from checker.language.names import usable

    usable(name, found, rule_like=True)


def type_of(expr: Expr) -> Type:
    """The type of a typed expression."""
    match expr:
        case Lit() | Var() | ReadParam() | ReadConst() | ReadCell() | Apply() | Arith() | If():
            return expr.type
        case Old(body):
            return type_of(body)
        case Pending() | Did() | Not() | Logic() | Compare() | In() | Quantified():
            return BOOL


def called(type_: Type) -> str:
    """What a reader calls a value of the type."""
    match type_:
        case Bool():
            return "true or false"
        case Range():
            return "a number"
        case Of(sort):
            return f"{'an' if sort[0] in 'AEIOUaeio' else 'a'} `{sort}`"


def written(type_: Type) -> str:
    """The type as the language writes it."""
    match type_:
        case Bool():
            return "bool"
        case Range(low, high):
            return f"int[{low}..{high}]"
        case Of(sort):
            return sort


def alike(left: Type, right: Type) -> bool:
    """Values of the two may be compared."""
    return left == right or (isinstance(left, Range) and isinstance(right, Range))

"""What the words of a protocol are called in SMT-LIB: one symbol each, and no two the same.

A name of the text has letters, digits and `_`, so a symbol with `.` or `/` in it is nobody's name.
"""

from __future__ import annotations

from checker.language.protocol import Bool, Of, Range, Type

# Words that an SMT-LIB reader knows already and that a text may use as names.
_KNOWN = frozenset(
    [
        "Array",
        "BitVec",
        "Bool",
        "Int",
        "Real",
        "String",
        "RegLan",
        "abs",
        "as",
        "assert",
        "bag",
        "cardinality",
        "const",
        "declare",
        "define",
        "distinct",
        "div",
        "eval",
        "exit",
        "fmf",
        "get",
        "is",
        "ite",
        "iand",
        "lambda",
        "let",
        "match",
        "mod",
        "nullable",
        "par",
        "pop",
        "push",
        "rel",
        "reset",
        "select",
        "seq",
        "sep",
        "set",
        "store",
        "tuple",
        "unit",
        "update",
        "witness",
        "xor",
    ]
)


def symbol(name: str) -> str:
    """A declared name; `pending ACTION` is that action's mark."""
    if name.startswith("pending "):
        return name.removeprefix("pending ") + ".pending"
    return name + "." if name in _KNOWN else name


def member(sort: str, name: str) -> str:
    """A member of a closed sort. Two sorts may have members of one name."""
    return f"{sort}/{name}"


def sort_symbol(type_: Type) -> str:
    """The SMT-LIB sort of a type; a range is the whole numbers, and its bounds are said apart."""
    match type_:
        case Bool():
            return "Bool"
        case Range():
            return "Int"
        case Of(sort):
            return symbol(sort)


def number(value: int) -> str | tuple[str, str]:
    """A whole number: SMT-LIB has no negative numerals."""
    return str(value) if value >= 0 else ("-", str(-value))

"""Pieces of Python source, kept as small trees until they are printed, so that they can still be folded and negated.

A Boolean is 0, 1, False or True in the source, which Python compares and indexes alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import assert_never

from checker.language.protocol import Value


class Level(IntEnum):
    """How tightly a piece of source holds together."""

    CHOICE = 0
    OR = 1
    AND = 2
    NOT = 3
    COMPARE = 4
    SUM = 5
    PRODUCT = 6
    ATOM = 7


@dataclass(frozen=True, slots=True)
class Known:
    """A value known now."""

    value: Value


@dataclass(frozen=True, slots=True)
class Cell:
    """A byte of a state whose place is known; it has `count` values and a stored 0 means `low`. Not for Booleans."""

    text: str
    slot: int
    after: bool
    low: int
    count: int


@dataclass(frozen=True, slots=True)
class Is:
    """Whether the byte at a known place is `stored` (or, unless `equal`, is not). A Boolean read is one of these."""

    text: str
    slot: int
    after: bool
    stored: int
    equal: bool
    count: int
    boolean: bool


@dataclass(frozen=True, slots=True)
class Code:
    """Any other source; its value is text + offset. `opposite` says its negation, where that is shorter than `not`."""

    text: str
    level: Level = Level.ATOM
    offset: int = 0
    opposite: tuple[str, Level] | None = None


@dataclass(frozen=True, slots=True)
class Every:
    """All parts hold."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """One of the parts holds."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Loop:
    """The body for all values (or, if `exists`, for one) of names given as `for` clauses."""

    clauses: str
    body: Node
    exists: bool


Node = Known | Cell | Is | Code | Every | Some | Loop

TRUE = Known(True)
FALSE = Known(False)


# ----------------------------------------------------------------------------------------------------------- building


def is_(cell: Cell, value: Value) -> Node:
    """Whether a byte holds a value."""
    stored = value - cell.low
    if not 0 <= stored < cell.count:
        return FALSE
    return Is(cell.text, cell.slot, cell.after, stored, True, cell.count, False)


def negate(node: Node) -> Node:
    match node:
        case Known(value):
            return FALSE if value else TRUE
        case Is(text, slot, after, stored, equal, count, boolean):
            if count == 2:
                return Is(text, slot, after, 1 - stored, True, count, boolean)
            return Is(text, slot, after, stored, not equal, count, boolean)
        case Every(parts):
            return Some(tuple(negate(part) for part in parts))
        case Some(parts):
            return Every(tuple(negate(part) for part in parts))
        case Loop(clauses, body, exists):
            return Loop(clauses, negate(body), not exists)
        case Code(text, level, _, opposite):
            said = (text, level)
            if opposite is not None:
                return Code(*opposite, opposite=said)
            return Code(f"not {_bracket(text, level, Level.NOT)}", Level.NOT, opposite=said)
        case Cell(text):
            raise TypeError(f"{text} is a number")
        case _:
            assert_never(node)


def every(nodes: Iterable[Node]) -> Node:
    """The conjunction, flat, without what is known, repeated or implied by an equation of the same byte."""
    return _join(nodes, False)


def some(nodes: Iterable[Node]) -> Node:
    """The disjunction, folded likewise."""
    return _join(nodes, True)


def _join(nodes: Iterable[Node], decisive: bool) -> Node:
    """Every (or, where true is decisive, Some) of the nodes."""
    joint = Some if decisive else Every
    parts: dict[Node, None] = {}
    bytes_known: dict[tuple[int, bool], int] = {}  # if the parts so far do not decide, these bytes are so
    for node in nodes:
        for part in node.parts if isinstance(node, joint) else (node,):
            if isinstance(part, Known):
                if bool(part.value) is decisive:
                    return Known(decisive)
                continue
            if isinstance(part, Is):
                test = negate(part) if decisive else part
                assert isinstance(test, Is)
                known = bytes_known.get((test.slot, test.after))
                if known is not None:
                    if (known == test.stored) is not test.equal:
                        return Known(decisive)
                    continue
                if test.equal:
                    bytes_known[test.slot, test.after] = test.stored
            elif isinstance(part, Code) and negate(part) in parts:
                return Known(decisive)
            parts[part] = None
    if len(parts) == 1:
        return next(iter(parts))
    return joint(tuple(parts)) if parts else Known(not decisive)


def equations(condition: Node) -> dict[int, int]:
    """Bytes of the state before the step that can hold only one value if the condition is true."""
    parts = condition.parts if isinstance(condition, Every) else (condition,)
    return {part.slot: part.stored for part in parts if isinstance(part, Is) and part.equal and not part.after}


def looped(clause: str, body: Node) -> Node:
    """The body for all values of the clause's name."""
    if isinstance(body, Known):  # the clause has values: the caller has seen to that
        return body
    if isinstance(body, Loop) and not body.exists:
        return Loop(f"{clause} {body.clauses}", body.body, False)
    return Loop(clause, body, False)


def boolean(node: Node) -> bool:
    """Whether the piece is sure to be False or True itself when run, rather than 0 or 1."""
    match node:
        case Known(value):
            return isinstance(value, bool)
        case Is(boolean=of_boolean, stored=stored):
            return not of_boolean or stored == 0
        case Loop():
            return True
        case Every(parts) | Some(parts):
            return all(boolean(part) for part in parts)
        case Code(_, level):
            return level in (Level.NOT, Level.COMPARE)
        case Cell():
            return False
        case _:
            assert_never(node)


# ----------------------------------------------------------------------------------------------------------- printing


def number(node: Node) -> tuple[str, Level, int]:
    """Source and a number to add to it; the source is empty where the number is all."""
    match node:
        case Known(value):
            return "", Level.ATOM, int(value)
        case Cell(text, low=low):
            return text, Level.ATOM, low
        case Code(text, level, offset):
            return text, level, offset
        case _:
            return *_said(node), 0


def plus(text: str, level: Level, offset: int) -> tuple[str, Level]:
    """Source for the sum."""
    if not text:
        return str(offset), Level.ATOM if offset >= 0 else Level.SUM
    if offset == 0:
        return text, level
    return f"{_bracket(text, level, Level.SUM)} {'+' if offset > 0 else '-'} {abs(offset)}", Level.SUM


def show(node: Node, level: Level = Level.CHOICE) -> str:
    """The source, in brackets where something that holds together at `level` is needed."""
    return _bracket(*_said(node), level)


def _bracket(text: str, level: Level, wanted: Level) -> str:
    return f"({text})" if level < wanted else text


def _said(node: Node) -> tuple[str, Level]:
    match node:
        case Known(value):
            return plus("", Level.ATOM, value) if value is not True and value is not False else (str(value), Level.ATOM)
        case Cell() | Code():
            return plus(*number(node))
        case Is(text, _, _, stored, equal, _, of_boolean):
            if of_boolean:
                return (text, Level.ATOM) if stored else (f"not {text}", Level.NOT)
            return f"{text} {'==' if equal else '!='} {stored}", Level.COMPARE
        case Every(parts):
            return _joined(parts, " and ", "not in", False, Level.AND)
        case Some(parts):
            return _joined(parts, " or ", "in", True, Level.OR)
        case Loop(clauses, body, exists):
            return f"{'any' if exists else 'all'}({show(body)} {clauses})", Level.ATOM
        case _:
            assert_never(node)


def _joined(parts: tuple[Node, ...], word: str, within: str, equal: bool, level: Level) -> tuple[str, Level]:
    """Parts joined; several of them about one byte become one `in` (or, negated, one `not in`)."""
    alike: dict[str, list[int]] = {}
    for part in parts:
        if isinstance(part, Is) and part.equal is equal and not part.boolean:
            alike.setdefault(part.text, []).append(part.stored)
    texts: dict[str, None] = {}
    for part in parts:
        if isinstance(part, Is) and len(alike.get(part.text, ())) > 1 and part.equal is equal:
            texts[f"{part.text} {within} ({', '.join(map(str, alike[part.text]))})"] = None
        else:
            texts[show(part, Level(level + 1))] = None
    if len(texts) == 1:
        return next(iter(texts)), Level.COMPARE
    return word.join(texts), level

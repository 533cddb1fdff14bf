"""What the makers of tree nodes share: the children of a rule, and the places they stand at."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from checker.language import tree
from checker.language.source import Source, Span

N = TypeVar("N", bound=tree.Node)

MAX_DEPTH = 100
MAX_DIGITS = 9
_FLAT = (0, None)


class Refused(Exception):
    """Something the grammar allows and a text still cannot say."""

    def __init__(self, code: str, span: Span, message: str, fix: str | None = None) -> None:
        super().__init__(message)
        self.code, self.span, self.message, self.fix = code, span, message, fix


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a node that is no node by itself."""

    kind: str
    value: Any
    start: int
    end: int


@dataclass
class Maker:
    """Makes nodes of one stretch of text: `source`, from offset `base` on."""

    source: Source = field(default_factory=lambda: Source("", ""))
    base: int = 0
    _depths: dict[int, tuple[int, Any]] = field(default_factory=dict)  # by id; holding the node keeps its id its own

    def reset(self, source: Source, base: int) -> None:
        """Turns to another stretch."""
        self.source, self.base, self._depths = source, base, {}

    def span(self, kids: list[Any]) -> Span:
        """From the first child's start to the last child's end."""
        return Span(self.source, self._start(kids[0]), self._end(kids[-1]))

    def _start(self, kid: Any) -> int:
        if isinstance(kid, Part):
            return kid.start
        return kid.span.start if isinstance(kid, tree.Node) else kid.start_pos + self.base

    def _end(self, kid: Any) -> int:
        if isinstance(kid, Part):
            return kid.end
        return kid.span.end if isinstance(kid, tree.Node) else kid.end_pos + self.base

    def part(self, kind: str, value: Any, kids: list[Any]) -> Part:
        return Part(kind, value, self._start(kids[0]), self._end(kids[-1]))

    def ident(self, token: Any) -> tree.Ident:
        return tree.Ident(str(token), span=self.span([token]))

    def idents(self, kids: list[Any], *types: str) -> tuple[tree.Ident, ...]:
        return tuple(self.ident(kid) for kid in kids if is_token(kid) and kid.type in types)

    def deep(self, node: N, inner: Iterable[Any] = ()) -> N:
        """The node, noted as one level deeper than the deepest of `inner`. Raises Refused."""
        depth = max((self._depths.get(id(kid), _FLAT)[0] for kid in inner), default=0) + 1
        if depth > MAX_DEPTH:
            fix = "name an inner part with a `let`"
            raise Refused("E0108", node.span, f"this is nested more than {MAX_DEPTH} deep", fix)
        self._depths[id(node)] = (depth, node)
        return node


_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", '"': '"', "\\": "\\"}


def string(token: Any) -> str:
    """What a string literal says."""
    return _ESCAPE.sub(lambda match: _ESCAPED[match[1]], str(token)[1:-1])


def doc(kids: list[Any]) -> str:
    """The first string among the children, or none."""
    return next((string(kid) for kid in kids if is_token(kid) and kid.type == "STRING"), "")


def is_token(kid: Any) -> bool:
    return isinstance(kid, str)


def is_type(kid: Any) -> bool:
    return isinstance(kid, tree.BoolType | tree.RangeType | tree.NamedType)


def nodes(kids: list[Any]) -> tuple[Any, ...]:
    return tuple(kid for kid in kids if isinstance(kid, tree.Node))


def of(kids: list[Any], kind: type[Any]) -> tuple[Any, ...]:
    return tuple(kid for kid in kids if isinstance(kid, kind))


def parts(kids: list[Any], kind: str) -> list[Part]:
    return [kid for kid in kids if isinstance(kid, Part) and kid.kind == kind]


def pick(kids: list[Any], kind: str, otherwise: Any) -> Any:
    """The value of the part of that kind."""
    return next((kid.value for kid in kids if isinstance(kid, Part) and kid.kind == kind), otherwise)


def values(kid: Any) -> tuple[Any, ...]:
    """One expression, or the several of a tuple."""
    return kid.value if isinstance(kid, Part) else (kid,)

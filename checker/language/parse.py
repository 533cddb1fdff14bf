"""Text -> (tree, diagnostics). The only file that imports lark."""

from __future__ import annotations

import pickle
from functools import cache
from hashlib import sha256
from importlib.resources import files
from io import BytesIO
from threading import Lock
from typing import Any, cast

import lark

from checker.language import tree
from checker.language.comments import comments
from checker.language.diagnostics import Diagnostic, Diagnostics
from checker.language.explain import explain
from checker.language.making import Refused
from checker.language.nodes import Builder
from checker.language.recover import Trouble, pieces
from checker.language.source import Source, Span

TABLES = "grammar.tables"
KEPT = 64  # texts whose trees are kept
MOST_BROKEN = 50
OPTIONS: dict[str, Any] = {
    "parser": "lalr",
    "lexer": "contextual",
    "keep_all_tokens": True,
    "maybe_placeholders": False,
}


@cache
def shared_parser() -> Parser:
    """One parser for all: loading its tables takes longer than reading most files."""
    return Parser()


class Parser:
    """A parser with its tables loaded. Its maker of nodes is turned to one text at a time, under a lock."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._builder = Builder()
        self._lark = _load(self._builder)
        self._last: dict[Source, tuple[tree.File, tuple[Diagnostic, ...]]] = {}  # entries share modules

    def parse(self, source: Source) -> tuple[tree.File, tuple[Diagnostic, ...]]:
        """The tree of what could be read, and what is wrong with the rest."""
        with self._lock:
            if source not in self._last:
                if len(self._last) == KEPT:
                    self._last.clear()
                self._last[source] = self._parse(source)
            return self._last[source]

    def _parse(self, source: Source) -> tuple[tree.File, tuple[Diagnostic, ...]]:
        found = Diagnostics()
        broken: frozenset[str] = frozenset()
        complete = True
        whole = Span(source, 0, len(source.text))
        nodes, trouble = self._read(whole)
        if trouble is not None:
            found, nodes = Diagnostics(), []
            for piece in pieces(source):
                read, trouble = self._read(piece.span)
                nodes += read
                if trouble is not None and len(found.found) == MOST_BROKEN:
                    complete = False
                    found.error(
                        "E0114", trouble.span, f"more than {MOST_BROKEN} syntax errors: nothing is read from here on"
                    )
                    break
                if trouble is not None:
                    explain(trouble, piece, found)
                    broken |= piece.names()
        return _file(whole, nodes, found, broken, complete=complete), tuple(found)

    def _read(self, span: Span) -> tuple[list[Any], Trouble | None]:
        """The nodes of one stretch of text, or none and the trouble."""
        self._builder.reset(span.source, span.start)
        try:
            return self._lark.parse(span.source.text[span.start : span.end]), None  # type: ignore[return-value]
        except lark.exceptions.UnexpectedToken as error:
            token = error.token
            if token.type == "$END":
                end = Span(span.source, span.end, span.end)
                return [], Trouble(end, self._accepts(span, span.end), at_end=True)
            at = token.start_pos or 0
            start = span.start + at
            return [], Trouble(Span(span.source, start, start + len(token)), self._accepts(span, at), token.type)
        except lark.exceptions.UnexpectedCharacters as error:
            at = cast(int, error.pos_in_stream)
            return [], Trouble(Span(span.source, span.start + at, span.start + at + 1), self._accepts(span, at))
        except Refused as error:
            return [], Trouble(error.span, refused=error)

    def _accepts(self, span: Span, at: int) -> frozenset[str]:
        """The terminals that could have come at that offset of the stretch.

        Not what the error says: by then the parser may have folded up what it would have gone on with.
        """
        self._builder.reset(span.source, span.start)
        parser: Any = self._lark.parse_interactive(span.source.text[span.start : span.end])
        try:
            for token in parser.lexer_thread.lex(parser.parser_state):
                if token.start_pos >= at:
                    break
                parser.feed_token(token)
        except lark.exceptions.UnexpectedInput:
            pass  # this is the very error, met again at `at`
        return frozenset(parser.accepts())


def _file(whole: Span, nodes: list[Any], found: Diagnostics, broken: frozenset[str], *, complete: bool) -> tree.File:
    headers = [node for node in nodes if isinstance(node, tree.Header)]
    rest = tuple(node for node in nodes if not isinstance(node, tree.Header))
    for extra in headers[1:]:
        found.error("E0102", extra.span, "a file has one `module` line")
    if headers and rest and headers[0].span.start > rest[0].span.start:
        found.error("E0102", headers[0].span, "the `module` line comes first in a file")
    header = headers[0] if headers else None
    if header is None and "module" not in broken:
        found.error(
            "E0101",
            Span(whole.source, 0, min(1, len(whole.source.text))),
            "a file starts with its name and what it is about",
            fix='write `module NAME "what this file is about"` first',
        )
    return tree.File(header, rest, comments(whole.source.text), broken, complete, span=whole)


# ------------------------------------------------------------------------------------------------------------- tables


def grammar() -> str:
    """The text of the grammar."""
    return files("checker.language").joinpath("grammar.lark").read_text(encoding="utf-8")


def key(text: str) -> bytes:
    """What built tables depend on: the grammar, the options, and lark itself."""
    return sha256(repr((text, sorted(OPTIONS.items()), lark.__version__)).encode()).digest()


def build(text: str) -> bytes:
    """The tables of a grammar, as they are shipped: their key, then lark's own form."""
    out = BytesIO()
    lark.Lark(text, **OPTIONS).save(out)
    return key(text) + out.getvalue()


def _load(builder: Builder) -> lark.Lark:
    """A parser from the shipped tables, or, where they are of another lark than ours, from the grammar."""
    text = grammar()
    shipped = files("checker.language").joinpath(TABLES)
    data = shipped.read_bytes() if shipped.is_file() else b""
    if data[:32] != key(text):
        return lark.Lark(text, transformer=builder, **OPTIONS)
    tables = pickle.loads(data[32:])  # shipped with the package, and read only where its key is ours
    loaded: Any = lark.Lark
    made: lark.Lark = loaded._load_from_dict(tables["data"], tables["memo"], transformer=builder)
    return made

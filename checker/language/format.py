"""The tree of a file -> its text in the one house style, comments included."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from checker.language import tree
from checker.language.format_decl import DeclarationWriter
from checker.language.pretty import Doc, End, Page, Token, tokens
from checker.language.source import NOWHERE, Source

_PIECE = re.compile(r'"(?:[^"\\\n]|\\.)*"|#[^\n]*|\w+|:=|~>|==|!=|<=|>=|\.\.|\S')

TALL = tree.Action | tree.PropertyDecl | tree.LeadsToDecl | tree.OutlookDecl | tree.RunDecl | tree.LogDecl


def format(file: tree.File) -> str:
    """The text of a file's tree. Parsing it gives the tree again, and formatting that gives the same text.

    The writer's comments, parentheses, single blank lines, and the choice whether a block stands on one line are kept;
    other white space is not. Raises ValueError for a tree of a text that did not parse, part of which would be lost.
    """
    if file.broken:
        raise ValueError("a text with syntax errors cannot be formatted")
    source = file.span.source
    if source is NOWHERE.source:
        source = Source("<made>", "")  # no node was written there, so that none has a place in it
    doc = _document(file, source)
    written = list(tokens(doc))
    places = _places(source.text, written)
    ends = {token: place[1] for token, place in zip(written, places, strict=True) if place is not None}
    page = Page(source.text, _comments_before(file, written, places), ends)
    return page.write(doc)


def _document(file: tree.File, source: Source) -> Doc:
    writer = DeclarationWriter(source)
    parts: list[Doc] = [writer.header(file.header)] if file.header is not None else []
    for previous, node in zip((file.header, *file.declarations), file.declarations, strict=False):
        made = node.span.source is not source  # else the blank lines are the writer's
        apart = made and (type(node) is not type(previous) or isinstance(node, TALL))
        parts += [End(keep=True, blank=apart), writer.declaration(node)]
    return (*parts, End(keep=True), Token("", len(source.text)))


def _places(text: str, written: Sequence[Token]) -> list[tuple[int, int] | None]:
    """Where each token stands in the source; None for one that is not there.

    The places of names and of the ends of nodes are known; a mark or word between two of them is looked for there.
    """
    pieces = [(match.start(), match[0]) for match in _PIECE.finditer(text) if not match[0].startswith("#")]
    starts = [start for start, _ in pieces]
    limits: list[int] = []  # before which offset each token stands
    limit = len(text)
    for token in reversed(written):
        limits.append(limit)
        limit = token.at if token.at is not None else limit
    limits.reverse()
    found: list[tuple[int, int] | None] = []
    reached = 0
    for token, limit in zip(written, limits, strict=True):
        at = token.at
        if at is None:
            nearby = range(bisect_left(starts, reached), bisect_left(starts, limit))
            at = next((starts[number] for number in nearby if pieces[number][1] == token.text), None)
        found.append(None if at is None else (at, at + len(token.text)))
        reached = reached if at is None else at + len(token.text)
    return found


def _comments_before(
    file: tree.File, written: Sequence[Token], places: Sequence[tuple[int, int] | None]
) -> dict[Token, list[tree.Comment]]:
    """The comments that stand before each token and after the token before it."""
    found: dict[Token, list[tree.Comment]] = {}
    waiting = list(reversed(file.comments))
    for token, place in zip(written, places, strict=True):
        while waiting and place is not None and waiting[-1].offset < place[0]:
            found.setdefault(token, []).append(waiting.pop())
    if waiting:  # only behind the last token: its place is the end of the text
        found.setdefault(written[-1], []).extend(reversed(waiting))
    return found

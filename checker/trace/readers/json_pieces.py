"""A JSON document in pieces, in bounded memory: its records one after the other, over damage.

The records are the objects at the top of the document, in lists or one after the other; or, of a document that is one
object (`rooted`), the objects in the lists that its members hold. A record whose closing brace is missing would take
all that follows with it. It is given up where a `{` begins a line with the same indentation as the first record did.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from checker.trace.readers.common import Readable
from checker.trace.readers.native_json import members_of, quick_members

LARGEST = 1 << 20  # bytes of one record
MOST_AGAIN = 4 * LARGEST  # bytes that are read again, all in all, after records without an end
BLOCK = 1 << 16

_STRING = rb'"[^"\\\n]*(?:\\.[^"\\\n]*)*"?'
_INSIDE = re.compile(_STRING + rb"|[{}\[\]]", re.DOTALL)
_OUTSIDE = re.compile(_STRING + rb'|[{}]|\[+|\]+|[\s,:]+|[^\s,:"{}\[\]]+', re.DOTALL)
_BETWEEN = b" \t\r\n\f\v,:"
_INDENT = re.compile(rb"\n([ \t]*)$")
_NEAR = 200  # bytes before a place that are kept, and looked at
_MEMBER = re.compile(rb'\{\s*("(?:[^"\\\n]|\\.)*")\s*:')
_NUMBERING = re.compile(rb"(?:Record|\d+)$")  # tools write `Record 1` above a record


@dataclass(frozen=True, slots=True)
class Piece:
    """One record: the line it begins on, its text, and the member of the document whose list it is in."""

    line: int
    text: bytes
    section: str | None = None
    known: dict[str, object] | None = None

    def members(self) -> dict[str, object]:
        """What the record says. Raises Damaged, with an offset in the text."""
        return self.known if self.known is not None else members_of(self.text)[1]


@dataclass(frozen=True, slots=True)
class Junk:
    """What stands where a record should: the line it begins on, why it is none, how it begins."""

    line: int
    why: str
    text: bytes
    section: str | None = None


def pieces_of(file: Readable, *, rooted: bool = False) -> Iterator[Piece | Junk]:
    """The records of a document in UTF-8, in order."""
    return _Splitter(file, rooted).pieces()


class _Splitter:
    """`held` is the text at hand; what comes before `held[at]`, which is on line `line`, is dealt with."""

    def __init__(self, file: Readable, rooted: bool) -> None:
        self.file = file
        self.rooted = rooted
        self.held = b"\n"  # so that the first line begins as all others do
        self.at = 1
        self.line = 1
        self.ended = False
        self.opened = not rooted
        self.name: str | None = None  # the member at hand, in a rooted document
        self.section: str | None = None
        self.lists = 0
        self.again = 0
        self.lost = False  # something has been complained about, and no record was whole since
        self.indent: bytes | None = None  # a line end, and the white space before the first record
        self.record_start: re.Pattern[bytes] | None = None
        self.first_member: re.Pattern[bytes] | None = None

    def pieces(self) -> Iterator[Piece | Junk]:
        while (token := self.outside()) is not None:
            if token != b"{":
                yield from self.between(token)
            elif not self.opened:
                self.opened = True
                self.advance(self.at + 1)
            elif self.again > MOST_AGAIN:
                why = "too many records have no end: from here on nothing is read"
                yield Junk(self.line, why, b"", self.section)
                return
            else:
                piece = self.piece()
                self.lost = isinstance(piece, Junk)
                yield piece

    def outside(self) -> bytes | None:
        """The next token outside of records, which begins at `at`; None at the end."""
        while True:
            found = _OUTSIDE.match(self.held, self.at)
            if found is None:
                if not self.more():
                    return None
                continue
            token = found[0]
            if token[:1] in _BETWEEN:
                self.advance(found.end())
            elif found.end() < len(self.held) or len(token) > LARGEST or not self.more():
                return token

    def between(self, token: bytes) -> Iterator[Junk]:
        """Deals with what stands outside of records."""
        line = self.line
        self.advance(self.at + len(token))
        match token[:1]:
            case b"[":
                self.section = self.section if self.lists else self.name
                self.lists += len(token)
            case b"]":
                self.lists = max(0, self.lists - len(token))
                self.section = self.section if self.lists else None
            case b"}":
                self.opened = not self.rooted
                self.lists, self.section = 0, None
            case _ if self.rooted and not self.lists:
                self.name = token.strip(b'"').decode("utf-8", "replace")
            case _ if not self.lost and (self.lists or not _NUMBERING.match(token)):
                self.lost = True
                yield Junk(line, "expected a record: an object in braces", token[:_NEAR], self.section)

    def piece(self) -> Piece | Junk:
        """The record that begins at `at`."""
        for end in self.likely_ends():
            members = quick_members(self.held[self.at : end])
            if members is not None:
                return self.whole(end, members)
        depth, scan = 0, self.at
        while True:
            found = _INSIDE.search(self.held, scan)
            if found is None or (found[0][:1] == b'"' and found.end() == len(self.held) and not self.ended):
                scan = len(self.held) if found is None else found.start()
                if len(self.held) - self.at > LARGEST:
                    return self.endless(f"it has more than {LARGEST:,} bytes, or its end is missing")
                if not self.more() and found is None:
                    return self.endless("the file ends inside it")
                continue
            scan = found.end()
            token = found[0]
            if token in b"{[":
                if depth and token == b"{" and self.begins_record(found.start()):
                    return self.left("another record begins inside it", found.start())
                depth += 1
            elif token in b"}]":
                depth -= 1
                if not depth:
                    return self.whole(scan)

    def likely_ends(self) -> Iterator[int]:
        """Where the record at hand ends if it is all on one line, or if its last line is indented as its first is."""
        line = self.held.find(b"\n", self.at, self.at + BLOCK)
        if line >= 0:
            yield self.at + len(self.held[self.at : line].rstrip(b" \t\r,]"))
        if self.indent is not None and (last := self.held.find(self.indent + b"}", self.at)) >= 0:
            yield last + len(self.indent) + 1

    def whole(self, end: int, members: dict[str, object] | None = None) -> Piece:
        text = self.held[self.at : end]
        if self.record_start is None:
            indent = _INDENT.search(self.held, max(0, self.at - _NEAR), self.at)
            if indent is not None:
                self.indent = indent[0]
                self.record_start = re.compile(rb"\n%s$" % indent[1])
        if self.first_member is None and (member := _MEMBER.match(text)) is not None:
            pattern = re.compile(rb"\{\s*%s\s*:" % re.escape(member[1]))
            if pattern.search(text, 1) is None:
                self.first_member = pattern
        piece = Piece(self.line, text, self.section, members)
        self.advance(end)
        return piece

    def begins_record(self, at: int) -> bool:
        """Whether the `{` at `at` stands where records begin."""
        return self.record_start is not None and self.record_start.search(self.held, max(0, at - _NEAR), at) is not None

    def endless(self, why: str) -> Junk:
        """The record at hand has no end. The next is sought by the member that records begin with."""
        found = self.first_member.search(self.held, self.at + 1) if self.first_member is not None else None
        to = len(self.held) if found is None else found.start()
        self.again += len(self.held) - to
        return self.left(why, to)

    def left(self, why: str, at: int) -> Junk:
        text = self.held[self.at : self.at + _NEAR]
        junk = Junk(self.line, f"the record that begins here is left out: {why}", text, self.section)
        self.advance(at)
        return junk

    def more(self) -> bool:
        """Reads on. False at the end of the file."""
        block = b"" if self.ended else self.file.read(BLOCK)
        self.held += block
        self.ended = not block
        return bool(block)

    def advance(self, to: int) -> None:
        """What comes before `to` is dealt with."""
        self.line += self.held.count(b"\n", self.at, to)
        self.at = to
        if to > BLOCK:
            self.held = self.held[to - _NEAR :]
            self.at = _NEAR

"""Reads Windows event records exported as XML, one record at a time, in bounded memory, over damage.

An export is one `<Events>` document, or `<Event>` elements one after the other, each perhaps with a declaration of its
own. All of it is read as the content of one element of ours. So nothing can declare an entity: a document type is not
well-formed there, and the parser refuses it like any other damage.

Where the text is not well-formed, the record at hand is lost, and reading starts again at the next `<Event`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.parsers import expat
from xml.parsers.expat.errors import (
    XML_ERROR_BAD_CHAR_REF,
    XML_ERROR_DUPLICATE_ATTRIBUTE,
    XML_ERROR_INVALID_TOKEN,
    XML_ERROR_NO_ELEMENTS,
    XML_ERROR_SYNTAX,
    XML_ERROR_TAG_MISMATCH,
    XML_ERROR_UNCLOSED_TOKEN,
    XML_ERROR_UNDEFINED_ENTITY,
    codes,
)

from checker.trace.event import Origin
from checker.trace.readers.common import WINDOW, Input, Ledger, Readable, Reading, sanitise
from checker.trace.readers.encodings import Utf8, declared, marked
from checker.trace.readers.windows import Record, logs_of
from checker.trace.readers.xml_record import Broken, RecordBuilder

BLOCK = 1 << 16
LONGEST_TAG = 1 << 20  # bytes of a tag or comment, which the parser holds whole
MOST_RESTARTS = 1000  # beyond so many damaged places the rest is only counted

_START = re.compile(rb"<Event(?=[\s/>])")
# Or the next record: what looks like a declaration and has no end would take all that follows with it.
_DECLARATION_END = re.compile(rb"\?>|(?=<Event[\s/>])")
_AT_HAND = {
    b"<!DOCTYPE": "a document type is refused: event exports have none",
    b"<!ENTITY": "an entity declaration is refused: event exports have none",
}
_WORDS = {
    codes[XML_ERROR_INVALID_TOKEN]: "not well-formed",
    codes[XML_ERROR_SYNTAX]: "not well-formed",
    codes[XML_ERROR_UNCLOSED_TOKEN]: "the tag that begins here does not end",
    codes[XML_ERROR_TAG_MISMATCH]: "an end tag without its start",
    codes[XML_ERROR_DUPLICATE_ATTRIBUTE]: "an attribute occurs twice",
    codes[XML_ERROR_UNDEFINED_ENTITY]: "an entity that XML does not define",
    codes[XML_ERROR_BAD_CHAR_REF]: "a reference to a character that XML does not allow",
}


def read(source: Input) -> Reading:
    """The logs of one file."""
    ledger = Ledger(source.shown)
    reader = _Reader(ledger)
    stream = Utf8(source.file, marked(source.head) or declared(source.head))
    logs = logs_of(reader.records(stream), ledger)
    return Reading(logs, ledger.complaints(), ledger.left_out, joins=True)


class _Reader:
    """Feeds the text to a parser, and starts a new one after each damaged place.

    `held` is the stretch of text at hand, of which what comes before `held[at]` is dealt with. It begins in line `line`
    (from 1), after `column` letters of it. The parser was given `held[begun:]`, and calls `held[n + shift]` byte n: it
    also counts our own opening tags.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.builder = RecordBuilder(ledger, self.here)
        self.held = b""
        self.at = 0
        self.line, self.column = 1, 0
        self.seeking: re.Pattern[bytes] | None = None
        self.restarts = 0
        self.restart()

    def records(self, stream: Readable) -> Iterator[Record]:
        while block := stream.read(BLOCK):
            self.held += block
            done = False
            while not done:
                done = self.parsed()
                yield from self.builder.taken()
        self.close()
        yield from self.builder.taken()

    def restart(self) -> None:
        """A new parser for the text from here on, inside the elements that were open around records."""
        opening = b"".join(b"<%s>" % name.encode() for name in ("all", *self.builder.outer)) + b"\n"
        self.parser_line, _ = self.place(self.at)
        self.begun = self.at
        self.shift = self.at - len(opening)
        self.seeking = None
        self.parser = expat.ParserCreate()
        self.parser.Parse(opening, False)
        self.builder.attach(self.parser)

    def here(self) -> Origin:
        """The line the parser is at."""
        return self.ledger.origin(self.parser_line + self.parser.CurrentLineNumber - 2)

    def parsed(self) -> bool:
        """Goes on with what is held. False where it stopped at a damaged place, and has to be called again."""
        if self.seeking is not None and not self.found(self.seeking):
            return True
        try:
            self.parser.Parse(self.held[self.at :], False)
            self.at = len(self.held)
            start = max(self.parser.CurrentByteIndex + self.shift, 0)
            if self.at - start > LONGEST_TAG:
                raise Broken(f"a tag or comment has more than {LONGEST_TAG:,} bytes", self.parser.CurrentByteIndex)
        except (expat.ExpatError, Broken) as error:
            self.damaged(error)
            return False
        self.forget(start)
        return True

    def found(self, sought: re.Pattern[bytes]) -> bool:
        """Goes to the place that is sought, and starts again there. False where it is not in what is held."""
        while (found := sought.search(self.held, self.at)) is not None:
            if self.restarts <= MOST_RESTARTS:
                self.at = found.start() if sought is _START else found.end()
                self.restart()
                return True
            self.ledger.left_out += 1
            self.at = found.end()
        self.at = max(self.at, len(self.held) - 8)
        self.forget(self.at)
        return False

    def damaged(self, error: expat.ExpatError | Broken) -> None:
        """Complains about the place where the parser stopped, and has the next record sought."""
        self.at = self.stopped(error)
        self.seeking = _START
        if not self.builder.open and self.held.startswith(b"<?xml", self.at):
            # Exports put one after the other: each brings its declaration, which tells nothing but the encoding.
            self.seeking = _DECLARATION_END
            return
        whole = isinstance(error, Broken) and not error.again
        self.complain(self.reason(error), whole=whole)
        self.builder.abandon()
        self.restarts += 1
        # A record that begins just here is the next one, unless it is what was just complained about.
        if whole or self.at <= self.begun:
            self.at += 1

    def close(self) -> None:
        """The end of the file."""
        if self.restarts > MOST_RESTARTS:
            message = f"more than {MOST_RESTARTS:,} places are damaged: from here on records are only counted"
            self.ledger.wrong(self.ledger.origin(self.line), message)
        if self.seeking is not None:
            if not self.builder.seen and not self.restarts:
                self.ledger.wrong(self.ledger.origin(1), "there is no `<Event>` in the file")
            return
        reason = ""
        try:
            self.parser.Parse(b"", True)
        except (expat.ExpatError, Broken) as error:
            self.at = self.stopped(error)
            # Our own element is never closed, so that alone is no error of the file.
            if isinstance(error, Broken) or error.code != codes[XML_ERROR_NO_ELEMENTS]:
                reason = self.reason(error)
        if self.builder.open:
            self.complain("the file ends inside it")
        elif reason:
            self.complain(reason, whole=True)
        elif self.builder.outer:
            self.complain(f"the file ends before `</{sanitise(self.builder.outer[-1], 80)}>`")
        elif not self.builder.seen and not self.restarts:
            root = f"; its outermost element is `<{sanitise(self.builder.root, 80)}>`" if self.builder.root else ""
            self.ledger.wrong(self.ledger.origin(1), f"there is no `<Event>` in the file{root}")

    def complain(self, reason: str, *, whole: bool = False) -> None:
        """Says what is wrong at `at`, and leaves out the record at hand, the one whose first tag is cut off there, and
        where all that begins at `at` is wrong (`whole`) the record that would."""
        builder = self.builder
        line, column = self.place(self.at)
        start = self.held.rfind(b"\n", 0, self.at) + 1
        end = self.held.find(b"\n", self.at)
        before = self.held[start : self.at].decode("utf-8", "ignore")
        text = before + self.held[self.at : end if end >= 0 else len(self.held)].decode("utf-8", "replace")
        tag = self.held.rfind(b"<", max(self.begun, 0), self.at)
        cut = tag >= 0 and _START.match(self.held, tag) is not None and b">" not in self.held[tag : self.at]
        lost = builder.open + cut + (whole and _START.match(self.held, self.at) is not None)
        message = reason
        if builder.began is not None:
            message = f"the record that begins in line {builder.began.place} is left out: {reason}"
        skipped = column - len(before)
        self.ledger.wrong(self.ledger.origin(line), message, text, len(before), records=lost, skipped=skipped)

    def reason(self, error: expat.ExpatError | Broken) -> str:
        """Why the parser stopped at `at`, in a reader's words."""
        if isinstance(error, Broken):
            return str(error)
        hand = self.held[max(self.at - 2, 0) : self.at + 9]  # the parser stops after `<!`
        for start, words in _AT_HAND.items():
            if start in hand:
                return words
        if self.held[self.at : self.at + 1] < b" ":
            return (
                f"the character {self.held[self.at]:#04x} may not stand in XML"
                if self.at < len(self.held)
                else "cut off"
            )
        open_elements = (*self.builder.outer, *self.builder.path)
        if error.code == codes[XML_ERROR_TAG_MISMATCH] and open_elements:
            return f"expected `</{sanitise(open_elements[-1], 80)}>`"
        return _WORDS.get(error.code, expat.ErrorString(error.code) or "it cannot be read")

    def stopped(self, error: expat.ExpatError | Broken) -> int:
        """Where in `held` the parser stopped."""
        index = error.index if isinstance(error, Broken) else self.parser.ErrorByteIndex
        return min(max(index + self.shift, 0), len(self.held))

    def place(self, at: int) -> tuple[int, int]:
        """The line of `held[at]`, from 1, and the letters before it on that line."""
        start = self.held.rfind(b"\n", 0, at) + 1
        before = len(self.held[start:at].decode("utf-8", "ignore"))
        return self.line + self.held.count(b"\n", 0, at), before + (0 if start else self.column)

    def forget(self, upto: int) -> None:
        """Drops what is held before `upto`, but for enough to show a place in its line."""
        upto = max(0, upto - 4 * WINDOW)
        self.line, self.column = self.place(upto)
        self.held = self.held[upto:]
        self.shift -= upto
        self.begun -= upto
        self.at -= upto

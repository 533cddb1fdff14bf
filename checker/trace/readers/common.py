"""What all readers share: text made fit for a terminal, complaints with their places, and what one file yielded."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from gc import disable, enable, isenabled
from typing import Protocol

from checker.trace.event import Complaint, Log, Origin

MANY = 20  # complaints of one file that are told in full; the rest are told by number
WINDOW = 60  # letters of a long line shown before the caret, and about as many after it


class Readable(Protocol):
    """A binary stream, read front to back."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Input:
    """An open file: its stream from the first byte on, its own name, the name shown to people, its first bytes."""

    file: Readable
    name: str
    shown: str
    head: bytes


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file yielded.

    `left_out` counts its records (lines, where a line should be one) that are in no log. `joins`: a log of the same
    name from another file is more of the same log, and no mistake.
    """

    logs: tuple[Log, ...]
    complaints: tuple[Complaint, ...] = ()
    left_out: int = 0
    joins: bool = False


def sanitise(text: str, limit: int = 200) -> str:
    """`text` with control, format and other unprintable characters written as escapes, cut to `limit` with an ellipsis.

    No terminal, log viewer or page is steered by the result: no escape sequences, no line ends, no right-to-left marks.
    """
    cut = text[:limit] + "…" if len(text) > limit else text
    return cut if cut.isprintable() else "".join(map(_escaped, cut))


def _escaped(letter: str) -> str:
    return letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")


def excerpt(text: str, at: int) -> tuple[str, int]:
    """The part of a line around the offset `at`, sanitised, and the column (1-based) in it where that offset now is."""
    text = text.rstrip("\r\n")
    at = max(0, min(at, len(text)))
    start = max(0, at - WINDOW)
    end = start + 2 * WINDOW
    # Escapes are longer than what they stand for, so what is shown is cut once more.
    before, after = sanitise(text[start:at]), sanitise(text[at:end])
    before = ("…" if start or len(before) > WINDOW else "") + before[-WINDOW:]
    after = after[: 2 * WINDOW] + ("…" if end < len(text) or len(after) > 2 * WINDOW else "")
    return before + after, len(before) + 1


def nearest(word: str, known: Collection[str]) -> str:
    """`; nearest: NAME`, or nothing where no known name is near. The same letters in another case are the nearest."""
    near = [name for name in known if name.casefold() == word.casefold()] or get_close_matches(word[:80], known, n=1)
    return f"; nearest: `{sanitise(near[0], 80)}`" if near else ""


@dataclass(slots=True)
class Ledger:
    """Collects what is wrong with one file, bounded however much that is."""

    file: str
    left_out: int = 0
    _complaints: list[Complaint] = field(default_factory=list)
    _noted: set[str] = field(default_factory=set)
    _more: int = 0
    _last: Origin | None = None

    def origin(self, place: int, unit: str = "line") -> Origin:
        return Origin(self.file, place, unit)

    def wrong(
        self, origin: Origin, message: str, text: str = "", at: int = 0, *, records: int = 0, skipped: int = 0
    ) -> None:
        """The input is damaged at offset `at` of the line `text`; `records` records are left out because of it.

        `skipped` letters of the line come before `text`.
        """
        self.left_out += records
        if len(self._complaints) < MANY:
            self._complaints.append(_complaint(origin, message, text, at, fatal=True, skipped=skipped))
        else:
            self._more += 1
            self._last = origin

    def note(self, key: str, origin: Origin, message: str, text: str = "", at: int = 0, *, fatal: bool = False) -> None:
        """Something worth knowing, told once for each `key`. It costs nothing, or else it is `fatal`: no record is left
        out because of it, and yet the file does not say enough to be judged."""
        if key not in self._noted and len(self._noted) < MANY:
            self._noted.add(key)
            self._complaints.append(_complaint(origin, message, text, at, fatal=fatal))

    def complaints(self) -> tuple[Complaint, ...]:
        if self._last is None:
            return tuple(self._complaints)
        places = "place is" if self._more == 1 else "places are"
        return (*self._complaints, Complaint(self._last, f"{self._more:,} more {places} wrong, the last of them here"))


def _complaint(origin: Origin, message: str, text: str, at: int, *, fatal: bool, skipped: int = 0) -> Complaint:
    message = sanitise(message, 1000)
    if not text:
        return Complaint(origin, message, fatal=fatal)
    shown, column = excerpt(text, at)
    return Complaint(origin, message, shown, column, fatal, skipped + min(at, len(text)) + 1)


@contextmanager
def collection_paused() -> Iterator[None]:
    """No garbage collection inside. Readers build hundreds of thousands of small objects, none of them in a cycle;
    the collector walks them all again and again and doubles the time.
    """
    was_on = isenabled()
    disable()
    try:
        yield
    finally:
        if was_on:
            enable()


def render(complaint: Complaint) -> str:
    """A complaint in full: place and message, then the text with a caret under the spot."""
    head = f"{complaint.place}: {complaint.message}"
    if not complaint.text:
        return head
    return f"{head}\n    {complaint.text}\n    {' ' * (complaint.column - 1)}^"

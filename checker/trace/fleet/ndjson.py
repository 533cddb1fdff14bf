"""The native format, read by the column. What is not as most lines are is read by the careful reader, and told by it.

A piece of the file is taken by the column only where nothing in it can have been overlooked: every line is one record,
every member is in a column, positions increase, times are times. Any other piece goes through the careful reader.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from checker.trace.event import Complaint, Event, Log
from checker.trace.fleet.coded import NAMES, Coded, Coder
from checker.trace.fleet.codes import ABSENT, Ints, Texts
from checker.trace.fleet.frames import Frame, bare, framed
from checker.trace.fleet.plan import Refused
from checker.trace.fleet.stamps import times_are_sound
from checker.trace.readers.common import Ledger, sanitise
from checker.trace.readers.encodings import marked
from checker.trace.readers.lines import LIMIT, Lines, TooLong, lines_of
from checker.trace.readers.native import NativeReader, Shelf

HEAD = 1 << 16  # bytes in which the headers are looked for
PIECE = 1 << 22  # bytes of a piece
META: dict[str, pl.DataType] = {
    "log": pl.String(), "seq": pl.Int64(), "ts": pl.String(), "event": pl.String(), "status": pl.String(),
    "at": pl.String(), "phase": pl.String(), "req": pl.String(), "switchover": pl.String(),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole lines of the file: the number of the first, how many they are, and their text."""

    first: int
    count: int
    text: bytes


class Lined:
    """One file of the native format. `base` is added to its line numbers to make places of several files differ."""

    def __init__(self, path: Path, base: int) -> None:
        self.path, self.base = path, base
        self.shown = sanitise(str(path), 4096)
        self.name = path.stem
        self.reader = NativeReader(sanitise(path.name), Ledger(self.shown))
        self.headers: list[tuple[int, bytes]] = []
        self._index: list[tuple[int, int]] = []  # the first line of each piece, and where it begins
        self._schema: dict[str, pl.DataType] = {}
        self._logs = Texts()
        self._numbers = np.full(1, ABSENT, np.int32)  # of logs, by the number of the text; the last is for none
        self._named_up_to: dict[str, int] = {}  # by column, up to which number of its texts they are surely texts
        self._seen: list[int] = []  # the last position in each log
        self._pieces = self._read()
        head = next(self._pieces, None)
        if head is None or marked(head.text) is not None:
            raise Refused("the file is not plain JSON lines")
        self._first = self._careful(head)
        self.logs: tuple[Log, ...] = bare(shelf.log for shelf in self._shelves())
        if not self.logs:
            raise Refused("there is no header at the beginning")

    def frames(self, coder: Coder) -> Iterator[Frame]:
        """All records. Raises Refused."""
        for number, log in enumerate(self.logs):
            self._know(log.name, number)
        yield self._framed(coder, self._first)
        for piece in self._pieces:
            frame = self._quick(piece, coder)
            yield self._framed(coder, self._careful(piece)) if frame is None else frame

    def events(self, places: Iterable[int]) -> dict[int, Event]:
        """The records at these places, as the careful reader reads them."""
        again = NativeReader(sanitise(self.path.name), Ledger(self.shown))
        for number, line in self.headers:
            again.lines(Lines(number, [line], line))
        wanted = sorted(place - self.base for place in places)
        found: dict[int, Event] = {}
        with self.path.open("rb") as file:
            for first, lines in self._lines_of(file, wanted):
                again.lines(Lines(first, [lines], lines))
        for shelf in {id(shelf): shelf for shelf in again.shelves.values()}.values():
            found.update((event.origin.place + self.base, event) for event in shelf.events)
        return found

    def complaints(self) -> tuple[Complaint, ...]:
        return self.reader.reading().complaints

    def left_out(self) -> int:
        return self.reader.ledger.left_out

    # ----------------------------------------------------------------------------------------------------------- pieces

    def _read(self) -> Iterator[Piece]:
        first, offset, size = 1, 0, HEAD
        with self.path.open("rb") as file:
            while text := file.read(size) + file.readline(LIMIT + 1):
                if not text.endswith(b"\n"):
                    if len(text) > LIMIT + size:
                        raise Refused("a line is too long")
                    text += b"\n"
                count = text.count(b"\n")
                self._index.append((first, offset))
                yield Piece(first, count, text)
                first, offset, size = first + count, offset + len(text), PIECE

    def _lines_of(self, file: io.BufferedReader, wanted: list[int]) -> Iterator[tuple[int, bytes]]:
        at = 0
        for number, (first, offset) in enumerate(self._index):
            end = self._index[number + 1] if number + 1 < len(self._index) else None
            until = at
            while until < len(wanted) and (end is None or wanted[until] < end[0]):
                until += 1
            if until > at:
                file.seek(offset)
                lines = file.read(-1 if end is None else end[1] - offset).split(b"\n")
                yield from ((line, lines[line - first]) for line in wanted[at:until])
            at = until

    # -------------------------------------------------------------------------------------------------- the careful way

    def _shelves(self) -> list[Shelf]:
        return list({id(shelf): shelf for shelf in self.reader.shelves.values()}.values())

    def _careful(self, piece: Piece) -> list[Event]:
        """The records of a piece that could be read. Raises Refused at a header in the middle of the file."""
        for shelf, seen in zip(self._shelves(), self._seen, strict=False):
            remember(shelf, seen)
        for part in lines_of(io.BytesIO(piece.text)):
            match part:
                case TooLong():
                    raise Refused("a line is too long")
                case Lines(first, lines, text):
                    self.reader.lines(Lines(piece.first + first - 1, lines, text))
                    if piece.first == 1 or b'"switchover"' in text:
                        self._keep_headers(piece.first + first - 1, lines)
        shelves = self._shelves()
        if self._seen and len(shelves) != len(self.logs):
            raise Refused("a log's header comes after other records")
        found = [event for shelf in shelves for event in shelf.events if event.origin.place >= piece.first]
        for shelf in shelves:
            del shelf.events[:-1]
        self._seen = [shelf.last for shelf in shelves]
        return found

    def _keep_headers(self, first: int, lines: list[bytes]) -> None:
        self.headers += [(number, line) for number, line in enumerate(lines, first) if b'"switchover"' in line]

    def _framed(self, coder: Coder, events: list[Event]) -> Frame:
        numbers = {log.name: number for number, log in enumerate(self.logs)}
        logs = np.array([numbers[event.log] for event in events], np.int32)
        return framed(coder, events, logs, np.array([event.origin.place + self.base for event in events], np.int64))

    # ---------------------------------------------------------------------------------------------------- by the column

    def _quick(self, piece: Piece, coder: Coder) -> Frame | None:
        """The piece by the column; None where it must be read with care."""
        if b"\\u" in piece.text:
            return None
        members = _members(piece.text)
        columns = self._parsed(piece.text) if self._schema else None
        if columns is None or _held(columns) != members:
            if not self._learn(piece.text):
                return None
            columns = self._parsed(piece.text)
            if columns is None or _held(columns) != members:
                return None
        if len(columns) != piece.count or columns.get_column("event").null_count():
            return None
        for name in ("phase", "req", "switchover"):
            if columns.get_column(name).null_count() != len(columns):
                return None
        logs = self._log_numbers(columns.get_column("log"))
        if logs is None or not times_are_sound(columns.get_column("ts")):
            return None
        start = self.base + piece.first
        places = np.arange(start, start + len(columns))
        coded = coder.coded(columns, places)
        if not self._named(coded, coder) or not self._in_order(columns, logs):
            return None
        return Frame(coded, logs, places)

    def _named(self, coded: Coded, coder: Coder) -> bool:
        """Whether names of events, statuses and places are surely texts, and not numbers that were taken for texts."""
        for name in NAMES:
            if name in coded and (most := int(coded[name].max())) > self._named_up_to.get(name, 0):
                first = self._named_up_to.get(name, 0) + 1
                if any(_may_be_a_number(text) for text in coder.texts[name].texts(first, most + 1)):
                    return False
                self._named_up_to[name] = most
        return True

    def _parsed(self, text: bytes) -> pl.DataFrame | None:
        try:
            return pl.read_ndjson(io.BytesIO(text), schema=self._schema)
        except pl.exceptions.PolarsError:
            return None

    def _learn(self, text: bytes) -> bool:
        """Members that were not met before; False where there are none, or the text is damaged."""
        try:
            found = pl.read_ndjson(io.BytesIO(text), infer_schema_length=None).schema
        except pl.exceptions.PolarsError:
            return False
        schema = dict(self._schema or META)
        for name, type_ in found.items():
            if name in META:
                if name == "ts" and type_ == pl.Int64:
                    schema[name] = pl.Int64()
                continue
            kept = type_ if type_ in (pl.Int64, pl.Boolean) else pl.String()
            schema[name] = kept if schema.get(name, kept) == kept else pl.String()
        changed = schema != self._schema
        self._schema = schema
        return changed

    def _know(self, name: str, number: int) -> None:
        at = int(self._logs.numbers([name])[0])
        table = np.full(max(at + 2, len(self._numbers)), ABSENT, np.int32)
        table[: len(self._numbers)] = self._numbers
        table[at] = number
        self._numbers = table

    def _log_numbers(self, column: pl.Series) -> Ints | None:
        """The number of each record's log; None where one has no header."""
        if column.null_count() == len(column) and len(self.logs) == 1:
            return np.zeros(len(column), np.int32)
        texts = column.cast(self._logs.type).to_physical().fill_null(0xFFFFFFFF).to_numpy().view(np.int32)
        if len(texts) and int(texts.max()) >= len(self._numbers) - 1:
            return None
        found = self._numbers[texts]
        return found if found.min(initial=0) >= 0 else None

    def _in_order(self, columns: pl.DataFrame, logs: Ints) -> bool:
        """Whether positions increase in each log; remembers the last ones."""
        column = columns.get_column("seq")
        if column.null_count() == len(column):
            self._seen = [
                seen + int(np.count_nonzero(logs == number)) if seen >= 0 else int(np.count_nonzero(logs == number))
                for number, seen in enumerate(self._seen)
            ]
            return True
        if column.null_count():
            return False
        positions = column.to_numpy()
        seen = list(self._seen)
        for number in range(len(self.logs)):
            mine = positions[logs == number] if len(self.logs) > 1 else positions
            if len(mine):
                if mine[0] <= seen[number] or not (mine[1:] > mine[:-1]).all():
                    return False
                seen[number] = int(mine[-1])
        self._seen = seen
        return True


def _may_be_a_number(text: str) -> bool:
    return text[:1] in "-0123456789[{" or text in ("true", "false")


def remember(shelf: Shelf, seen: int) -> None:
    """Tells a reader's log of records that were read elsewhere, up to the position `seen`."""
    if seen > shelf.last:
        shelf.last = seen
        if not shelf.events:
            shelf.events.append(Event(shelf.log.name, seen, "", {}))


def _members(text: bytes) -> int:
    """How many quotes are followed by a colon: as many as there are members, or more where texts contain some."""
    letters = np.frombuffer(text, np.uint8)
    return int(np.count_nonzero((letters[:-1] == 0x22) & (letters[1:] == 0x3A)))


def _held(columns: pl.DataFrame) -> int:
    return columns.width * len(columns) - sum(column.null_count() for column in columns)

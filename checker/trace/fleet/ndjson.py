"""The native format, read by the column. What is not as most lines are is read by the careful reader, and told by it.

A piece of the file is taken by the column only where nothing in it can have been overlooked: every line is one record,
every member is in a column of its type, positions increase, times are times. Any other goes through the careful reader.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from checker.trace.event import Complaint, Event, Log
from checker.trace.fleet.arrays import numbers_in
from checker.trace.fleet.coded import NAMES, Coded, Coder, Columns
from checker.trace.fleet.codes import ABSENT, Ints, Longs, Texts
from checker.trace.fleet.frames import Frame, Piece, bare, framed
from checker.trace.fleet.plan import Refused
from checker.trace.fleet.stamps import times_are_sound
from checker.trace.readers.common import Ledger, sanitise
from checker.trace.readers.encodings import marked
from checker.trace.readers.lines import LIMIT, Lines, TooLong, lines_of
from checker.trace.readers.native import NativeReader, Shelf

HEAD = 1 << 16  # bytes in which the headers are looked for
PIECE = 1 << 22  # bytes of a piece
BLOCK = 1 << 24  # bytes that are parsed at once: more than a piece with its last line
META = {
    "log": pa.string(), "seq": pa.int64(), "ts": pa.string(), "event": pa.string(), "status": pa.string(),
    "at": pa.string(), "phase": pa.string(), "req": pa.string(), "switchover": pa.null(),
}  # fmt: skip
NOT_READ = ("log", "seq", "ts", "phase", "req", "switchover")  # members that are looked at here and nowhere else


@dataclass(frozen=True, slots=True)
class Part:
    """Whole lines of the file, with the place where they begin in it."""

    offset: int
    text: bytes


class Lined:
    """One file of the native format. `base` is added to its line numbers to make places of several files differ."""

    def __init__(self, path: Path, base: int) -> None:
        self.path, self.base = path, base
        self.shown = sanitise(str(path), 4096)
        self.name = path.stem
        self.reader = NativeReader(sanitise(path.name), Ledger(self.shown))
        self.headers: list[tuple[int, bytes]] = []
        self._index: list[tuple[int, int, int]] = []  # of each piece its first line, where it begins, its bytes
        self._lines = 1  # the number of the line that comes next
        self.types = dict(META)  # of the members met so far; none is parsed that is not in it
        self._logs = Texts()
        # Of logs, by the number of the text. The last entry is for none, as is any text with a later number.
        self._numbers = np.full(1, ABSENT, np.int32)
        self._seen: list[int] = []  # the last position in each log
        self._parts = self._read()
        head = next(self._parts, None)
        if head is None or marked(head.text) is not None:
            raise Refused("the file is not plain JSON lines")
        self._first = self._careful(head, self._counted(head, len(_ends(head))))
        self.logs: tuple[Log, ...] = bare(shelf.log for shelf in self._shelves())
        if not self.logs:
            raise Refused("there is no header at the beginning")

    def pieces(self) -> Iterator[Piece]:
        """All records. Raises Refused."""
        for number, log in enumerate(self.logs):
            self._know(log.name, number)
        yield partial(self._framed, self._first)
        for part in self._parts:
            yield partial(self._frame, part, self._parsed(part.text))

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

    def _read(self) -> Iterator[Part]:
        offset, size = 0, HEAD
        with self.path.open("rb") as file:
            while text := file.read(size) + file.readline(LIMIT + 1):
                if not text.endswith(b"\n"):
                    if len(text) > LIMIT + size:
                        raise Refused("a line is too long")
                    text += b"\n"
                yield Part(offset, text)
                offset, size = offset + len(text), PIECE

    def _counted(self, part: Part, count: int) -> int:
        """The number of the part's first line, as of so many lines that come next."""
        first, self._lines = self._lines, self._lines + count
        self._index.append((first, part.offset, len(part.text)))
        return first

    def _lines_of(self, file: io.BufferedReader, wanted: list[int]) -> Iterator[tuple[int, bytes]]:
        at = 0
        for number, (first, offset, size) in enumerate(self._index):
            end = self._index[number + 1][0] if number + 1 < len(self._index) else self._lines
            until = at
            while until < len(wanted) and wanted[until] < end:
                until += 1
            if until > at:
                file.seek(offset)
                lines = file.read(size).split(b"\n")
                yield from ((line, lines[line - first]) for line in wanted[at:until])
            at = until

    # -------------------------------------------------------------------------------------------------- the careful way

    def _shelves(self) -> list[Shelf]:
        return list({id(shelf): shelf for shelf in self.reader.shelves.values()}.values())

    def _careful(self, piece: Part, begin: int) -> list[Event]:
        """The records of a piece that could be read. Raises Refused at a header in the middle of the file."""
        for shelf, seen in zip(self._shelves(), self._seen, strict=False):
            remember(shelf, seen)
        for part in lines_of(io.BytesIO(piece.text)):
            match part:
                case TooLong():
                    raise Refused("a line is too long")
                case Lines(first, lines, text):
                    self.reader.lines(Lines(begin + first - 1, lines, text))
                    if begin == 1 or b'"switchover"' in text:
                        self._keep_headers(begin + first - 1, lines)
        shelves = self._shelves()
        if self._seen and len(shelves) != len(self.logs):
            raise Refused("a log's header comes after other records")
        found = [event for shelf in shelves for event in shelf.events if event.origin.place >= begin]
        for shelf in shelves:
            del shelf.events[:-1]
        self._seen = [shelf.last for shelf in shelves]
        return found

    def _keep_headers(self, first: int, lines: list[bytes]) -> None:
        self.headers += [(number, line) for number, line in enumerate(lines, first) if b'"switchover"' in line]

    def _framed(self, events: list[Event], coder: Coder) -> Frame:
        numbers = {log.name: number for number, log in enumerate(self.logs)}
        logs = np.array([numbers[event.log] for event in events], np.int32)
        return framed(coder, events, logs, np.array([event.origin.place + self.base for event in events], np.int64))

    # ---------------------------------------------------------------------------------------------------- by the column

    def _frame(self, part: Part, columns: pa.Table | None, coder: Coder) -> Frame:
        ends = _ends(part)
        first = self._counted(part, len(ends))
        frame = None
        if columns is not None and len(columns) == len(ends) and _begin_lines(part, ends):
            frame = self._quick(first, columns, coder)
        return self._framed(self._careful(part, first), coder) if frame is None else frame

    def _quick(self, first: int, table: pa.Table, coder: Coder) -> Frame | None:
        """The piece by the column; None where it must be read with care."""
        columns = {name: _whole(column) for name, column in zip(table.column_names, table.columns, strict=True)}
        event = columns["event"]
        if event.null_count or not coder.takes(columns) or not all(map(_is_finite, columns.values())):
            return None
        if any(columns[name].null_count != len(table) for name in ("phase", "req", "switchover")):
            return None
        logs = self._log_numbers(columns["log"])
        if logs is None or not times_are_sound(columns["ts"]):
            return None
        start = self.base + first
        places = np.arange(start, start + len(table))
        coded = coder.coded({name: each for name, each in columns.items() if name not in NOT_READ}, places)
        if not all_named(coded, columns) or not self._in_order(columns["seq"], logs):
            return None
        return Frame(coded, logs, places)

    def _parsed(self, text: bytes) -> pa.Table | None:
        """The text by the column; None where it is damaged, or has values of other types than before."""
        found = _table(text, self.types)
        if found is None and self._learn(text):
            found = _table(text, self.types)
        return found

    def _learn(self, text: bytes) -> bool:
        """Members that were not met before; False where there are none, or the text is damaged."""
        found = _table(text)
        if found is None:
            return False
        schema = dict(self.types)
        for name, type_ in zip(found.schema.names, found.schema.types, strict=True):
            if name not in META:
                schema[name] = _wider(schema.get(name, pa.null()), _plain(type_))
            elif name == "ts" and type_ == pa.int64():
                schema[name] = type_
        changed = schema != self.types
        self.types = schema
        return changed

    def _know(self, name: str, number: int) -> None:
        at = int(self._logs.numbers([name])[0])
        table = np.full(max(at + 2, len(self._numbers)), ABSENT, np.int32)
        table[: len(self._numbers)] = self._numbers
        table[at] = number
        self._numbers = table

    def _log_numbers(self, column: pa.Array) -> Ints | None:
        """The number of each record's log; None where one has no header."""
        if column.null_count == len(column) and len(self.logs) == 1:
            return np.zeros(len(column), np.int32)
        texts = self._logs.of("log", column)
        if len(texts) and int(texts.max()) >= len(self._numbers) - 1:
            return None
        found = self._numbers[texts]
        return found if found.min(initial=0) >= 0 else None

    def _in_order(self, column: pa.Array, logs: Ints) -> bool:
        """Whether positions increase in each log; remembers the last ones."""
        if column.null_count == len(column):
            self._seen = [
                seen + int(np.count_nonzero(logs == number)) if seen >= 0 else int(np.count_nonzero(logs == number))
                for number, seen in enumerate(self._seen)
            ]
            return True
        seen = None if column.null_count else increasing(numbers_in(column), logs, self._seen)
        self._seen = seen or self._seen
        return seen is not None


def all_named(coded: Coded, columns: Columns) -> bool:
    """Whether none of the names of events, statuses and places is the empty text."""
    return all(
        int(np.count_nonzero(coded[name] == ABSENT)) == columns[name].null_count for name in NAMES if name in coded
    )


def increasing(positions: Longs, logs: Ints, seen: Sequence[int]) -> list[int] | None:
    """The last position in each log, given the last ones before; None where some do not increase."""
    last = list(seen)
    for number in range(len(last)):
        mine = positions[logs == number] if len(last) > 1 else positions
        if len(mine):
            if mine[0] <= last[number] or not (mine[1:] > mine[:-1]).all():
                return None
            last[number] = int(mine[-1])
    return last


def remember(shelf: Shelf, seen: int) -> None:
    """Tells a reader's log of records that were read elsewhere, up to the position `seen`."""
    if seen > shelf.last:
        shelf.last = seen
        if not shelf.events:
            shelf.events.append(Event(shelf.log.name, seen, "", {}))


def _table(text: bytes, types: dict[str, pa.DataType] | None = None) -> pa.Table | None:
    """The text by the column, every member of its type; of whatever type it seems to be where none are given."""
    if not _is_utf8(text):
        return None
    options = None
    if types is not None:
        options = pj.ParseOptions(explicit_schema=pa.schema(list(types.items())), unexpected_field_behavior="error")
    try:
        return pj.read_json(pa.BufferReader(text), pj.ReadOptions(use_threads=False, block_size=BLOCK), options)
    except (pa.ArrowException, ValueError):
        return None


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _ends(part: Part) -> Longs:
    """Where the lines end."""
    return np.flatnonzero(np.frombuffer(part.text, np.uint8) == _NEWLINE)


def _begin_lines(part: Part, ends: Longs) -> bool:
    """Whether a brace begins each line. No member holds an object, so each begins a record."""
    letters = np.frombuffer(part.text, np.uint8)
    return letters[0] == _BRACE and bool((letters[ends[:-1] + 1] == _BRACE).all())


def _is_finite(column: pa.Array) -> bool:
    """Whether no number is what JSON has no number for; the parser takes its names."""
    return column.type != pa.float64() or pc.all(pc.is_finite(column)).as_py() is not False


def _is_utf8(text: bytes) -> bool:
    """Whether it is; the parser does not ask."""
    try:
        return text.isascii() or text.decode("utf-8") != ""
    except UnicodeDecodeError:
        return False


def _plain(type_: pa.DataType) -> pa.DataType:
    """The type that a member is read as, given what the parser took it for, to which some texts look like times."""
    return pa.string() if pa.types.is_temporal(type_) else type_


def _wider(known: pa.DataType, found: pa.DataType) -> pa.DataType:
    """The type for both kinds of values, or the known one where there is none."""
    if known == pa.null() and not pa.types.is_nested(found):
        return found
    return found if (known, found) == (pa.int64(), pa.float64()) else known


_NEWLINE, _BRACE = b"\n{"

"""Parquet, read by the column, some row groups at a time. Pieces that hold anything unusual are read row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from checker.trace.event import Complaint, Event
from checker.trace.fleet.arrays import numbers_in
from checker.trace.fleet.coded import Coder, Columns, is_text
from checker.trace.fleet.codes import ABSENT, Ints, Texts
from checker.trace.fleet.frames import Frame, Piece, bare, framed
from checker.trace.fleet.ndjson import all_named, increasing, remember
from checker.trace.fleet.plan import Refused
from checker.trace.fleet.stamps import times_are_sound
from checker.trace.readers.common import Ledger, sanitise
from checker.trace.readers.native import NativeReader
from checker.trace.readers.parquet import HEADER, Unreadable, add_logs, add_rows, opened_file

PIECE = 1 << 15  # rows of a piece
ALWAYS_TIMES = (pa.timestamp("ns"), pa.timestamp("ns", "UTC"))
NOT_READ = frozenset({"log", "seq", "ts", "phase", "req", *HEADER})


class Rowed:
    """One Parquet file. `base` is added to its row numbers to make places of several files differ."""

    def __init__(self, path: Path, base: int) -> None:
        self.path, self.base, self.name = path, base, path.stem
        self.ledger = Ledger(sanitise(str(path), 4096))
        try:
            opened = opened_file(str(path), sanitise(path.name), self.ledger)
        except Unreadable as error:
            raise Refused("the Parquet file cannot be read") from error
        if opened is None or self.ledger.complaints():
            raise Refused("the Parquet file does not say what it holds")
        self.opened = opened
        self.logs = bare(opened.logs)
        self.reader = NativeReader(sanitise(path.name), self.ledger)
        add_logs(self.reader, opened.logs)
        self._texts = Texts()
        known = self._texts.numbers([log.name for log in self.logs])
        self._numbers = np.full(int(known.max()) + 2, ABSENT, np.int32)
        self._numbers[known] = np.arange(len(known))
        self._seen = [-(1 << 62)] * len(self.logs)

    def pieces(self) -> Iterator[Piece]:
        """All records. Raises Refused."""
        first = 0
        try:
            for table in self.opened.pieces(PIECE, columns=self._columns()):
                yield partial(self._frame, first, table)
                first += len(table)
        except Unreadable as error:
            raise Refused("the Parquet file cannot be read to its end") from error

    def _columns(self) -> list[str]:
        """The columns to look at: without times that are of such a type that none can be out of bounds."""
        return [each.name for each in self.opened.file.schema_arrow
                if each.name != "ts" or each.type not in ALWAYS_TIMES]  # fmt: skip

    def events(self, places: Iterable[int]) -> dict[int, Event]:
        """The records at these places."""
        again = NativeReader(sanitise(self.path.name), Ledger(self.ledger.file))
        add_logs(again, self.opened.logs)
        for rows, table in self.opened.at(sorted(place - self.base - 1 for place in places)):
            add_rows(again, table, (row + 1 for row in rows))
        found: dict[int, Event] = {}
        for shelf in {id(shelf): shelf for shelf in again.shelves.values()}.values():
            found.update((event.origin.place + self.base, event) for event in shelf.events)
        return found

    def complaints(self) -> tuple[Complaint, ...]:
        return self.reader.reading().complaints

    def left_out(self) -> int:
        return self.ledger.left_out

    def _frame(self, first: int, table: pa.Table, coder: Coder) -> Frame:
        frame = self._quick(first, table, coder)
        return self._careful(first, table, coder) if frame is None else frame

    def _quick(self, first: int, table: pa.Table, coder: Coder) -> Frame | None:
        """The piece by the column; None where it must be read with care."""
        columns = {name: column.chunk(0) for name, column in zip(table.column_names, table.columns, strict=True)}
        if columns["event"].null_count or not coder.takes(columns):
            return None
        if any(columns[name].null_count < len(table) for name in ("phase", "req") if name in columns):
            return None
        if any(pa.types.is_nested(column.type) for column in columns.values()):
            return None
        logs = self._log_numbers(columns.get("log"), len(table))
        if logs is None or not _are_times(columns.get("ts")):
            return None
        start = self.base + first + 1
        places = np.arange(start, start + len(table))
        coded = coder.coded({name: each for name, each in columns.items() if name not in NOT_READ}, places)
        if not all_named(coded, columns) or not self._in_order(columns, logs):
            return None
        return Frame(coded, logs, places)

    def _log_numbers(self, column: pa.Array | None, size: int) -> Ints | None:
        if column is None or column.null_count == size:
            return np.zeros(size, np.int32) if len(self.logs) == 1 else None
        if not is_text(column):
            return None
        texts = self._texts.of("log", column)
        if int(texts.max(initial=0)) >= len(self._numbers) - 1:
            return None
        found = self._numbers[texts]
        return found if found.min(initial=0) >= 0 else None

    def _in_order(self, columns: Columns, logs: Ints) -> bool:
        column = columns.get("seq")
        if column is None or column.null_count == len(column):
            return True
        if column.null_count or column.type != pa.int64():
            return False
        seen = increasing(numbers_in(column), logs, self._seen)
        self._seen = seen or self._seen
        return seen is not None

    def _careful(self, first: int, table: pa.Table, coder: Coder) -> Frame:
        shelves = [self.reader.shelves[log.name] for log in self.logs]
        for shelf, seen in zip(shelves, self._seen, strict=True):
            remember(shelf, seen)
        try:
            add_rows(self.reader, table, range(first + 1, first + len(table) + 1))
        except Unreadable as error:
            raise Refused("the Parquet file cannot be read to its end") from error
        events = [event for shelf in shelves for event in shelf.events if event.origin.place > first]
        for shelf in shelves:
            del shelf.events[:-1]
        self._seen = [shelf.last for shelf in shelves]
        numbers = {log.name: number for number, log in enumerate(self.logs)}
        logs = np.array([numbers[event.log] for event in events], np.int32)
        return framed(coder, events, logs, np.array([self.base + event.origin.place for event in events], np.int64))


def _are_times(column: pa.Array | None) -> bool:
    if column is None or column.null_count == len(column):
        return True
    return (is_text(column) or column.type == pa.int64()) and times_are_sound(column)

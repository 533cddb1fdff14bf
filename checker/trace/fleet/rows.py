"""Parquet, read by the column, some row groups at a time. Pieces that hold anything unusual are read row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import polars as pl

from checker.trace.event import Complaint, Event
from checker.trace.fleet.coded import Coder
from checker.trace.fleet.codes import ABSENT, Ints, Texts
from checker.trace.fleet.frames import Frame, bare, framed
from checker.trace.fleet.ndjson import remember
from checker.trace.fleet.plan import Refused
from checker.trace.fleet.stamps import times_are_sound
from checker.trace.readers.common import Ledger, sanitise
from checker.trace.readers.native import NativeReader
from checker.trace.readers.parquet import HEADER, add_logs, add_rows, opened_file

PIECE = 1 << 17  # rows of a piece
NOT_READ = frozenset({"log", "seq", "ts", "phase", "req", *HEADER})


class Rowed:
    """One Parquet file. `base` is added to its row numbers to make places of several files differ."""

    def __init__(self, path: Path, base: int) -> None:
        self.path, self.base, self.name = path, base, path.stem
        self.ledger = Ledger(sanitise(str(path), 4096))
        try:
            opened = opened_file(str(path), sanitise(path.name), self.ledger)
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
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

    def frames(self, coder: Coder) -> Iterator[Frame]:
        """All records. Raises Refused."""
        for first in range(0, self.opened.rows, PIECE):
            count = min(PIECE, self.opened.rows - first)
            try:
                columns = self.opened.piece(first, count)
            except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
                raise Refused("the Parquet file cannot be read to its end") from error
            frame = self._quick(columns, self.base + first + 1, coder)
            yield self._careful(coder, first, count) if frame is None else frame

    def events(self, places: Iterable[int]) -> dict[int, Event]:
        """The records at these places."""
        again = NativeReader(sanitise(self.path.name), Ledger(self.ledger.file))
        add_logs(again, self.opened.logs)
        found: dict[int, Event] = {}
        for run in _runs(sorted(place - self.base - 1 for place in places)):
            piece = self.opened.piece(run[0], run[-1] - run[0] + 1)[[row - run[0] for row in run]]
            add_rows(again, piece, (row + 1 for row in run))
        for shelf in {id(shelf): shelf for shelf in again.shelves.values()}.values():
            found.update((event.origin.place + self.base, event) for event in shelf.events)
        return found

    def complaints(self) -> tuple[Complaint, ...]:
        return self.reader.reading().complaints

    def left_out(self) -> int:
        return self.ledger.left_out

    def _quick(self, columns: pl.DataFrame, place: int, coder: Coder) -> Frame | None:
        """The piece by the column; None where it must be read with care."""
        present = set(columns.columns)
        event = columns.get_column("event")
        if event.null_count() or not _is_text(event.dtype):
            return None
        for name in ("status", "at", "log"):
            if name in present and not _is_text(columns.schema[name]):
                return None
        for name in ("phase", "req"):
            if name in present and columns.get_column(name).null_count() != len(columns):
                return None
        if any(type_.is_nested() for type_ in columns.dtypes):
            return None
        if "ts" in present:
            times = columns.get_column("ts")
            if times.null_count() < len(times) and (
                times.dtype not in (pl.String, pl.Int64) or not times_are_sound(times)
            ):
                return None
        logs = self._log_numbers(columns)
        if logs is None or not self._in_order(columns, logs):
            return None
        kept = columns.drop([name for name in NOT_READ if name in present])
        places = np.arange(place, place + len(columns))
        return Frame(coder.coded(kept, places), logs, places)

    def _log_numbers(self, columns: pl.DataFrame) -> Ints | None:
        if "log" not in columns.columns or columns.get_column("log").null_count() == len(columns):
            return np.zeros(len(columns), np.int32) if len(self.logs) == 1 else None
        column = columns.get_column("log").cast(self._texts.type)
        texts = column.to_physical().fill_null(0xFFFFFFFF).to_numpy().view(np.int32)
        if int(texts.max(initial=0)) >= len(self._numbers) - 1:
            return None
        found = self._numbers[texts]
        return found if found.min(initial=0) >= 0 else None

    def _in_order(self, columns: pl.DataFrame, logs: Ints) -> bool:
        if "seq" not in columns.columns or columns.get_column("seq").null_count() == len(columns):
            return True
        positions = columns.get_column("seq")
        if positions.null_count() or positions.dtype != pl.Int64:
            return False
        numbers = positions.to_numpy()
        seen = list(self._seen)
        for log in range(len(self.logs)):
            mine = numbers[logs == log]
            if len(mine):
                if mine[0] <= seen[log] or not (mine[1:] > mine[:-1]).all():
                    return False
                seen[log] = int(mine[-1])
        self._seen = seen
        return True

    def _careful(self, coder: Coder, first: int, count: int) -> Frame:
        shelves = [self.reader.shelves[log.name] for log in self.logs]
        for shelf, seen in zip(shelves, self._seen, strict=True):
            remember(shelf, seen)
        add_rows(self.reader, self.opened.piece(first, count), range(first + 1, first + count + 1))
        events = [event for shelf in shelves for event in shelf.events if event.origin.place > first]
        for shelf in shelves:
            del shelf.events[:-1]
        self._seen = [shelf.last for shelf in shelves]
        numbers = {log.name: number for number, log in enumerate(self.logs)}
        logs = np.array([numbers[event.log] for event in events], np.int32)
        return framed(coder, events, logs, np.array([self.base + event.origin.place for event in events], np.int64))


def _is_text(type_: pl.DataType) -> bool:
    return type_ in (pl.String, pl.Categorical, pl.Enum)


def _runs(wanted: list[int]) -> Iterator[list[int]]:
    """Numbers that are near one another, to be read together."""
    run: list[int] = []
    for number in wanted:
        if run and number - run[0] >= PIECE // 8:
            yield run
            run = []
        run.append(number)
    if run:
        yield run

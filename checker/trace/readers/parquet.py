"""Reads Parquet files: the native format by the column, its headers in the file's metadata or in columns.

The columns are the members of an event (`log`, `seq`, `ts`, `event`, `phase`, `req`, `at`, `status`) and the payload.
Headers are a JSON list under the key `switchover`; without it `host`, `source`, `begins` and `ends` are taken from
columns of that name, or, for all records, from the metadata; a file needs a `host` one way or another.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from checker.trace.event import Log, Origin
from checker.trace.readers.common import Input, Ledger, Reading, sanitise
from checker.trace.readers.native import NativeReader, Shelf
from checker.trace.readers.native_header import VERSION, Line, read_header
from checker.trace.readers.native_json import Damaged

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

MAGIC = b"PAR1"
UNIT = "row"
NEWLINE = "\n"
KEY = "switchover"  # of the headers in the file's metadata
HEADER = ("host", "source", "begins", "ends")
MISSING = 'reading Parquet needs pyarrow: `pip install "switchover[parquet]"`'
BLOCK = 1 << 20
ROWS = 1 << 16  # rows that are made events at a time
MOST = 5_000_000  # rows of one recording: a small file can hold any number of equal ones
MANY_LOGS = 1000


class Unreadable(Exception):
    """The file, or a part of it, is no Parquet. The message is a sentence for a complaint."""

    def __init__(self, error: BaseException) -> None:
        first = str(error).partition(NEWLINE)[0]
        super().__init__(f"this Parquet file cannot be read: {sanitise(first, 200)}")


def read(source: Input) -> Reading:
    """The logs of one file."""
    ledger = Ledger(source.shown)
    try:
        import pyarrow  # noqa: F401 - asked for once, here
    except ImportError:
        ledger.wrong(ledger.origin(0, "file"), MISSING)
        return Reading((), ledger.complaints())
    data = b"".join(iter(lambda: source.file.read(BLOCK), b""))
    reader = NativeReader(source.name, ledger)
    try:
        opened = opened_file(data, source.name, ledger)
        if opened is None:
            return Reading((), ledger.complaints(), ledger.left_out)
        if opened.rows > MOST:
            message = f"{opened.rows:,} rows are more than the {MOST:,} that are read as one recording"
            ledger.wrong(ledger.origin(0, "file"), f"{message}: `switchover fleet` takes them", records=opened.rows)
            return Reading((), ledger.complaints(), ledger.left_out)
        add_logs(reader, opened.logs)
        row = 0
        for piece in opened.pieces(ROWS):
            add_rows(reader, piece, range(row + 1, row + len(piece) + 1))
            row += len(piece)
    except Unreadable as error:
        ledger.wrong(ledger.origin(0, "file"), str(error))
        return Reading((), ledger.complaints(), ledger.left_out)
    return reader.reading()


@dataclass(frozen=True, slots=True)
class Opened:
    """A Parquet file, not read yet: how many rows it has, and its logs without their events."""

    file: pq.ParquetFile
    rows: int
    logs: tuple[Log, ...]

    def pieces(
        self, rows: int, groups: Sequence[int] | None = None, columns: list[str] | None = None
    ) -> Iterator[pa.Table]:
        """All rows, or those of some row groups, at most so many at a time; of some columns only, if asked for.

        Raises Unreadable.
        """
        for batch in batches(self.file, rows, columns, groups):
            yield ready(batch)

    def at(self, wanted: Sequence[int]) -> Iterator[tuple[list[int], pa.Table]]:
        """The rows with these numbers, which count from 0 and increase, some at a time. Raises Unreadable."""
        first = at = 0
        for group in range(self.file.num_row_groups):
            end = first + self.file.metadata.row_group(group).num_rows
            until = at
            while until < len(wanted) and wanted[until] < end:
                until += 1
            if until > at:
                yield from _some(self.pieces(ROWS, [group]), first, wanted[at:until])
            first, at = end, until


def _some(pieces: Iterable[pa.Table], first: int, wanted: Sequence[int]) -> Iterator[tuple[list[int], pa.Table]]:
    for piece in pieces:
        here = [row for row in wanted if first <= row < first + len(piece)]
        if here:
            chosen = set(here)
            yield here, piece.filter([row in chosen for row in range(first, first + len(piece))])
        first += len(piece)


def opened_file(data: bytes | str, name: str, ledger: Ledger) -> Opened | None:
    """The file, by its bytes or its path; None, and a complaint, where it holds no records. Raises Unreadable."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        source = pa.BufferReader(data) if isinstance(data, bytes) else data
        columns = pq.read_schema(source)
        texts = [each.name for each in columns if pa.types.is_string(each.type) or pa.types.is_dictionary(each.type)]
        source = pa.BufferReader(data) if isinstance(data, bytes) else data
        file = pq.ParquetFile(source, read_dictionary=texts, pre_buffer=False)
        names, rows = columns.names, file.metadata.num_rows
        told = {key.decode(): value.decode() for key, value in (file.metadata.metadata or {}).items() if key != _SCHEMA}
    except _errors() as error:
        raise Unreadable(error) from error
    twice = next((each for each in names if names.count(each) > 1), None)
    if twice is not None or "event" not in names:
        there = ", ".join(sanitise(column, 40) for column in names[:8])
        message = "expected a column `event`" if twice is None else "expected each column once"
        ledger.wrong(ledger.origin(0, "file"), f"{message}; there is {there or 'none'}")
        return None
    logs = tuple(log for header in _headers(told, file, name, ledger) if (log := _log(header, name, ledger)))
    if not logs:
        hint = f'such as {KEY}=[{{"log": "a", "host": "A"}}]'
        message = f"no log has a host: expected a column `host`, or headers in the metadata, {hint}"
        ledger.wrong(ledger.origin(0, "file"), message, records=rows)
        return None
    return Opened(file, rows, logs)


def batches(
    file: pq.ParquetFile, rows: int, columns: list[str] | None = None, groups: Sequence[int] | None = None
) -> Iterator[pa.RecordBatch]:
    """Rows as they are in the file. Raises Unreadable."""
    try:
        for batch in file.iter_batches(rows, groups, columns, use_threads=False):
            batch.validate(full=True)  # the library believes what a file says of letters and of dictionaries
            yield batch
    except _errors() as error:
        raise Unreadable(error) from error


def _errors() -> tuple[type[Exception], ...]:
    """What the library raises at a damaged file."""
    import pyarrow as pa

    return pa.ArrowException, OSError, ValueError, MemoryError, OverflowError


def add_logs(reader: NativeReader, logs: tuple[Log, ...]) -> None:
    """Tells a reader of the native format of the logs whose records come."""
    for log in logs:
        reader.shelves[log.name] = Shelf(log)
    if len(logs) == 1:
        reader.shelves[None] = reader.shelves[logs[0].name]


def add_rows(reader: NativeReader, rows: pa.Table, numbers: Iterable[int]) -> None:
    """Reads rows, which have these numbers, as lines of the native format would be: one set of rules for both.

    Raises Unreadable.
    """
    try:
        told = rows.to_pylist()
    except _errors() as error:
        raise Unreadable(error) from error
    for number, row in zip(numbers, told, strict=True):
        origin = Origin(reader.ledger.file, number, UNIT)
        members = {name: value for name, value in row.items() if value is not None and name not in HEADER}
        try:
            reader.record(Line(origin, "", members))
        except Damaged as damaged:
            reader.ledger.wrong(origin, damaged.message, records=1)


def ready(batch: pa.RecordBatch) -> pa.Table:
    """Columns of the few kinds that a record's members have; times in nanoseconds. Raises Unreadable."""
    import pyarrow as pa

    try:
        made = {name: _plain(name, column) for name, column in zip(batch.schema.names, batch.columns, strict=True)}
    except _errors() as error:
        raise Unreadable(error) from error
    if "log" not in made and "host" in made:
        made["log"] = made["host"]
    return pa.Table.from_arrays(list(made.values()), list(made))


def _plain(name: str, column: pa.Array) -> pa.Array:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        return column if pa.types.is_string(kind.value_type) else _plain(name, column.dictionary_decode())
    if kind in (pa.string(), pa.int64(), pa.uint64()) or pa.types.is_floating(kind) or pa.types.is_boolean(kind):
        return column
    if pa.types.is_nested(kind) or pa.types.is_null(kind):
        return column
    if pa.types.is_integer(kind):
        return column.cast(pa.int64())
    try:
        if name == "ts" and (pa.types.is_timestamp(kind) or pa.types.is_date(kind)):
            return column.cast(pa.timestamp("ns", getattr(kind, "tz", None))).cast(pa.int64())
        return column.cast(pa.string())
    except pa.ArrowException:  # what it cannot write, or has no place for in 64 bits
        return pa.array([None if value is None else str(value) for value in column.to_pylist()], pa.string())


def _headers(told: Mapping[str, str], file: pq.ParquetFile, name: str, ledger: Ledger) -> list[dict[str, object]]:
    if KEY in told:
        try:
            found = json.loads(told[KEY])
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, list) and all(isinstance(each, dict) for each in found):
            return found
        ledger.wrong(ledger.origin(0, "file"), f"`{KEY}` in the metadata: expected a list of headers as JSON")
        return []
    plain: dict[str, object] = {member: told[member] for member in HEADER if member in told}
    names = file.schema_arrow.names
    given = [member for member in ("log", *HEADER) if member in names]
    if not given:
        return [plain]
    logs: dict[object, dict[str, object]] = {}
    for row in _distinct(file, given):
        header = plain | {member: value for member, value in row.items() if value is not None}
        if "log" not in names and "host" in header:
            header["log"] = header["host"]
        if logs.setdefault(header.get("log"), header) != header:
            shown = sanitise(str(header.get("log", name)), 80)
            ledger.wrong(ledger.origin(0, "file"), f"log `{shown}` has rows that differ in {', '.join(HEADER)}")
    return list(logs.values())


def _distinct(file: pq.ParquetFile, columns: list[str]) -> list[dict[str, str | None]]:
    """The different rows of some columns, as texts, up to a number. Raises Unreadable."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found: dict[str, None] = {}
    try:
        for batch in batches(file, ROWS, columns):
            texts = [batch.column(name).cast(pa.string()) for name in columns]
            lines = pc.binary_join_element_wise(*texts, _BETWEEN, null_handling="replace", null_replacement=_NONE)
            found |= dict.fromkeys(lines.unique()[:MANY_LOGS].to_pylist())
            if len(found) >= MANY_LOGS:
                break
    except _errors() as error:
        raise Unreadable(error) from error
    rows = [line.split(_BETWEEN) for line in found]
    if any(len(row) != len(columns) for row in rows):
        raise Unreadable(ValueError(f"one of {', '.join(columns)} holds control characters"))
    return [{n: None if text == _NONE else text for n, text in zip(columns, row, strict=True)} for row in rows]


def _log(header: dict[str, object], name: str, ledger: Ledger) -> Log | None:
    members: dict[str, object] = {"switchover": VERSION, **header}
    called = members.get("log", name)
    if not isinstance(called, str) or not called or not isinstance(members.get("host"), str):
        return None
    return read_header(Line(ledger.origin(0, "file"), json.dumps(members, default=str), members), called, ledger)


_SCHEMA = b"ARROW:schema"
_BETWEEN, _NONE = "\x1f\x00\x1f", "\x1f\x01\x1f"  # between values that are one text for a while, and for none

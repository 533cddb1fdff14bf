"""Reads Parquet files: the native format by the column, its headers in the file's metadata or in columns.

The columns are the members of an event (`log`, `seq`, `ts`, `event`, `phase`, `req`, `at`, `status`) and the payload.
Headers are a JSON list under the key `switchover`; without it `host`, `source`, `begins` and `ends` are taken from
columns of that name, or, for all records, from the metadata; a file needs a `host` one way or another.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from checker.trace.event import Log, Origin
from checker.trace.readers.common import Input, Ledger, Reading, sanitise
from checker.trace.readers.native import NativeReader, Shelf
from checker.trace.readers.native_header import VERSION, Line, read_header
from checker.trace.readers.native_json import Damaged

if TYPE_CHECKING:
    import polars as pl

MAGIC = b"PAR1"
UNIT = "row"
NEWLINE = "\n"
KEY = "switchover"  # of the headers in the file's metadata
HEADER = ("host", "source", "begins", "ends")
MISSING = 'reading Parquet needs polars: `pip install "switchover[parquet]"`'
BLOCK = 1 << 20
ROWS = 1 << 16  # rows that are made events at a time
MOST = 5_000_000  # rows of one recording: a small file can hold any number of equal ones
MANY_LOGS = 1000


def read(source: Input) -> Reading:
    """The logs of one file."""
    ledger = Ledger(source.shown)
    try:
        import polars as pl
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
        for first in range(0, opened.rows, ROWS):
            count = min(ROWS, opened.rows - first)
            add_rows(reader, opened.piece(first, count), range(first + 1, first + count + 1))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        ledger.wrong(ledger.origin(0, "file"), unreadable(error))
        return Reading((), ledger.complaints(), ledger.left_out)
    return reader.reading()


def unreadable(error: BaseException) -> str:
    """What is wrong with a file that polars could not read."""
    return f"this Parquet file cannot be read: {sanitise(str(error).partition(NEWLINE)[0], 200)}"


@dataclass(frozen=True, slots=True)
class Opened:
    """A Parquet file: its frame, not read yet, how many rows it has, and its logs without their events."""

    frame: pl.LazyFrame
    rows: int
    logs: tuple[Log, ...]

    def piece(self, first: int, count: int) -> pl.DataFrame:
        """Some rows. Raises PolarsError."""
        return self.frame.slice(first, count).collect()


def opened_file(data: bytes | str, name: str, ledger: Ledger) -> Opened | None:
    """The file, by its bytes or its path; None, and a complaint, where it holds no records.

    Raises PolarsError and PanicException, which is none.
    """
    import polars as pl

    told = pl.read_parquet_metadata(io.BytesIO(data) if isinstance(data, bytes) else data)
    frame = pl.scan_parquet(io.BytesIO(data) if isinstance(data, bytes) else data)
    schema = frame.collect_schema()
    if "event" not in schema:
        there = ", ".join(sanitise(column, 40) for column in schema.names()[:8])
        ledger.wrong(ledger.origin(0, "file"), f"expected a column `event`; there is {there or 'none'}")
        return None
    rows = int(frame.select(pl.len()).collect().item())
    if "log" not in schema and "host" in schema:
        frame = frame.with_columns(pl.col("host").alias("log"))
    logs = tuple(log for header in _headers(told, frame, name, ledger) if (log := _log(header, name, ledger)))
    if not logs:
        hint = f'such as {KEY}=[{{"log": "a", "host": "A"}}]'
        message = f"no log has a host: expected a column `host`, or headers in the metadata, {hint}"
        ledger.wrong(ledger.origin(0, "file"), message, records=rows)
        return None
    return Opened(_ready(frame), rows, logs)


def add_logs(reader: NativeReader, logs: tuple[Log, ...]) -> None:
    """Tells a reader of the native format of the logs whose records come."""
    for log in logs:
        reader.shelves[log.name] = Shelf(log)
    if len(logs) == 1:
        reader.shelves[None] = reader.shelves[logs[0].name]


def add_rows(reader: NativeReader, rows: pl.DataFrame, numbers: Iterable[int]) -> None:
    """Reads rows, which have these numbers, as lines of the native format would be: one set of rules for both."""
    for number, row in zip(numbers, rows.iter_rows(named=True), strict=True):
        origin = Origin(reader.ledger.file, number, UNIT)
        members = {name: value for name, value in row.items() if value is not None and name not in HEADER}
        try:
            reader.record(Line(origin, "", members))
        except Damaged as damaged:
            reader.ledger.wrong(origin, damaged.message, records=1)


def _ready(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Columns of the few kinds that a record's members have; times in nanoseconds."""
    import polars as pl

    made = []
    for name, type_ in frame.collect_schema().items():
        column = pl.col(name)
        if name == "ts" and type_.is_temporal():
            made.append(column.cast(pl.Datetime("ns", "UTC"), strict=False).dt.epoch("ns"))
        elif type_.is_integer():
            made.append(column.cast(pl.Int64, strict=False) if type_ != pl.UInt64 else column)
        elif not (type_.is_float() or type_.is_nested() or type_ in (pl.String, pl.Boolean, pl.Categorical, pl.Enum)):
            made.append(column.cast(pl.String, strict=False))
    return frame.with_columns(made)


def _headers(told: Mapping[str, str], frame: pl.LazyFrame, name: str, ledger: Ledger) -> list[dict[str, object]]:
    if KEY in told:
        try:
            found = json.loads(told[KEY])
        except ValueError:
            found = None
        if isinstance(found, list) and all(isinstance(each, dict) for each in found):
            return found
        ledger.wrong(ledger.origin(0, "file"), f"`{KEY}` in the metadata: expected a list of headers as JSON")
        return []
    import polars as pl

    plain: dict[str, object] = {member: told[member] for member in HEADER if member in told}
    columns = frame.collect_schema().names()
    given = [member for member in ("log", *HEADER) if member in columns]
    if not given:
        return [plain]
    rows = frame.select(pl.col(given).cast(pl.String)).unique(maintain_order=True).head(MANY_LOGS).collect()
    logs: dict[object, dict[str, object]] = {}
    for row in rows.iter_rows(named=True):
        header = plain | {member: value for member, value in row.items() if value is not None}
        if logs.setdefault(row.get("log"), header) != header:
            shown = sanitise(str(row.get("log", name)), 80)
            ledger.wrong(ledger.origin(0, "file"), f"log `{shown}` has rows that differ in {', '.join(HEADER)}")
    return list(logs.values())


def _log(header: dict[str, object], name: str, ledger: Ledger) -> Log | None:
    members: dict[str, object] = {"switchover": VERSION, **header}
    called = members.get("log", name)
    if not isinstance(called, str) or not called or not isinstance(members.get("host"), str):
        return None
    return read_header(Line(ledger.origin(0, "file"), json.dumps(members, default=str), members), called, ledger)

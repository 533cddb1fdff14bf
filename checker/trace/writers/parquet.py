"""Writes Parquet: one row an event, the headers of the logs in the file's metadata. Reading it yields the same logs.

A file keeps one type for each column, so a payload field that is a number in some events and a text in others is
written as text. Needs pyarrow.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from checker.trace.event import Event, FieldValue, Trace
from checker.trace.readers.parquet import HEADER, KEY
from checker.trace.sources import text_of
from checker.trace.writers.common import Losses
from checker.trace.writers.ndjson import TAKEN, header_of

if TYPE_CHECKING:
    import pyarrow as pa

WHOLE = 1 << 63  # numbers below this fit a column of whole numbers


def write(trace: Trace, path: Path) -> tuple[str, ...]:
    """Writes the trace, logs one after the other; says what the format has no place for.

    A log of a trace from which records were left out ends open. Raises ImportError without pyarrow, and OSError.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    losses = Losses()
    headers = [header_of(log, bool(trace.left_out), losses) for log in trace.logs]
    events = [event for log in trace.logs for event in log.events]
    payload = [losses.fields(event.fields, (*TAKEN, *HEADER)) for event in events]
    columns = dict(_attributes(events, losses))
    for name in dict.fromkeys(name for fields in payload for name in fields):
        columns[name] = _column(name, [fields.get(name) for fields in payload], losses)
    table = pa.table(columns).replace_schema_metadata({KEY: json.dumps(headers)})
    pq.write_table(table, path, compression="zstd")
    return losses.told()


def _attributes(events: list[Event], losses: Losses) -> Iterator[tuple[str, pa.Array]]:
    import pyarrow as pa

    yield "log", _texts([losses.text(event.log) for event in events])
    yield "seq", pa.array(_fitting([*(event.seq for event in events)], "a position", losses), pa.int64())
    yield "ts", pa.array(_fitting([*(event.time for event in events)], "a time", losses), pa.int64())
    yield "event", _texts([losses.text(event.name) for event in events])
    yield "phase", _texts([event.phase for event in events])
    yield "at", _texts([losses.text(event.at) for event in events])
    yield "status", _texts([losses.text(event.status) for event in events])
    yield "req", _texts([None if event.request is None else losses.text(event.request) for event in events])


def _column(name: str, values: list[FieldValue], losses: Losses) -> pa.Array:
    import pyarrow as pa

    kinds = {type(value) for value in values} - {type(None)}
    if kinds == {bool}:
        return pa.array(values, pa.bool_())
    if kinds == {int} and all(value is None or -WHOLE <= int(value) < WHOLE for value in values):
        return pa.array(values, pa.int64())
    if kinds == {float}:
        return pa.array(values, pa.float64())
    if kinds - {str}:
        losses.add(f"the values of {name} became text: a column has one type")
    return _texts([_text(value) for value in values])


def _texts(values: list[str | None]) -> pa.Array:
    import pyarrow as pa

    return pa.array(values, pa.string())  # the file has each distinct one once


def _fitting(values: list[int | None], what: str, losses: Losses) -> list[int | None]:
    """The numbers; what a column of whole numbers cannot hold is left out."""
    fitting = [value if value is None or -WHOLE <= value < WHOLE else None for value in values]
    for before, after in zip(values, fitting, strict=True):
        if before != after:
            losses.add(f"{what} is left out: it is too large for a column")
    return fitting


def _text(value: FieldValue) -> str | None:
    return value if isinstance(value, str) else text_of(value)

"""Writes Parquet: one row an event, the headers of the logs in the file's metadata. Reading it yields the same logs.

A file keeps one type for each column, so a payload field that is a number in some events and a text in others is
written as text. Needs polars.
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
    import polars as pl

WHOLE = 1 << 63  # numbers below this fit a column of whole numbers


def write(trace: Trace, path: Path) -> tuple[str, ...]:
    """Writes the trace, logs one after the other; says what the format has no place for.

    A log of a trace from which records were left out ends open. Raises ImportError without polars, and OSError.
    """
    import polars as pl

    losses = Losses()
    headers = [header_of(log, bool(trace.left_out), losses) for log in trace.logs]
    events = [event for log in trace.logs for event in log.events]
    payload = [losses.fields(event.fields, (*TAKEN, *HEADER)) for event in events]
    columns = list(_attributes(events, losses))
    for name in dict.fromkeys(name for fields in payload for name in fields):
        columns.append(_column(name, [fields.get(name) for fields in payload], losses))
    frame = pl.DataFrame(columns)
    frame.write_parquet(path, metadata={KEY: json.dumps(headers)})
    return losses.told()


def _attributes(events: list[Event], losses: Losses) -> Iterator[pl.Series]:
    import polars as pl

    yield pl.Series("log", [losses.text(event.log) for event in events], dtype=pl.Categorical)
    yield pl.Series("seq", _fitting([*(event.seq for event in events)], "a position", losses), dtype=pl.Int64)
    yield pl.Series("ts", _fitting([*(event.time for event in events)], "a time", losses), dtype=pl.Int64)
    for name, values in (
        ("event", [losses.text(event.name) for event in events]),
        ("phase", [event.phase for event in events]),
        ("at", [losses.text(event.at) for event in events]),
        ("status", [losses.text(event.status) for event in events]),
    ):
        yield pl.Series(name, values, dtype=pl.Categorical)
    requests = [None if event.request is None else losses.text(event.request) for event in events]
    yield pl.Series("req", requests, dtype=pl.String)


def _column(name: str, values: list[FieldValue], losses: Losses) -> pl.Series:
    import polars as pl

    kinds = {type(value) for value in values} - {type(None)}
    if kinds == {bool}:
        return pl.Series(name, values, dtype=pl.Boolean)
    if kinds == {int} and all(value is None or -WHOLE <= int(value) < WHOLE for value in values):
        return pl.Series(name, values, dtype=pl.Int64)
    if kinds == {float}:
        return pl.Series(name, values, dtype=pl.Float64)
    if kinds - {str}:
        losses.add(f"the values of {name} became text: a column has one type")
    return pl.Series(name, [_text(value) for value in values], dtype=pl.Categorical)


def _fitting(values: list[int | None], what: str, losses: Losses) -> list[int | None]:
    """The numbers; what a column of whole numbers cannot hold is left out."""
    fitting = [value if value is None or -WHOLE <= value < WHOLE else None for value in values]
    for before, after in zip(values, fitting, strict=True):
        if before != after:
            losses.add(f"{what} is left out: it is too large for a column")
    return fitting


def _text(value: FieldValue) -> str | None:
    return value if isinstance(value, str) else text_of(value)

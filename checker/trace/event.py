"""What a host recorded: events, logs, traces. Readers make these; nothing here knows a file format or a protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

FieldValue = str | int | bool | float | None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record was read: file, and line or record number (1-based). Place 0 is the file as a whole."""

    file: str
    place: int
    unit: str = "line"

    def __str__(self) -> str:
        if self.place == 0:
            return self.file
        return f"{self.file}:{self.place}" if self.unit == "line" else f"{self.file} {self.unit} {self.place}"


@dataclass(frozen=True, slots=True)
class Event:
    """One record. `seq` orders it in its log; `time` is nanoseconds since 1970 UTC, shown, never trusted alone."""

    log: str
    seq: int
    name: str
    fields: Mapping[str, FieldValue] = field(hash=False)
    status: str = "SUCCESS"
    phase: str | None = None  # "begin", "end", or None: the whole request, at its completion
    request: str | None = None  # pairs a begin with its end
    at: str = "edge"
    time: int | None = None
    origin: Origin = Origin("<memory>", 0)


@dataclass(frozen=True, slots=True)
class Log:
    """One observer's events in its own order.

    `source` names the protocol's `log` declaration, or is the provider name that its title carries. `begins` is
    `empty` or `anywhere`, `ends` is `complete` or `open`. `skew` bounds this clock's distance from true time, in
    nanoseconds; None = its clock says nothing. `recorded` lists event names when the log holds fewer than its source.
    """

    name: str
    host: str
    source: str
    events: tuple[Event, ...]
    begins: str = "empty"
    ends: str = "open"
    clock: str | None = None
    skew: int | None = None
    recorded: tuple[str, ...] | None = None
    origin: Origin = Origin("<memory>", 0)
    other: tuple[tuple[str, FieldValue], ...] = ()  # what the file says of this log beyond that; kept and shown


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something wrong with an input file: where, what, and the text at that place with a caret's column (1-based).

    `text` may be an excerpt of a long line; `column` counts in `text`, `line_column` in the line itself (0 = neither).
    Everything in a complaint is fit for a terminal: control characters are written out.
    """

    origin: Origin
    message: str
    text: str = ""
    column: int = 0
    fatal: bool = True  # the input is damaged; False: noted, nothing was left out because of it
    line_column: int = 0

    @property
    def place(self) -> str:
        """`file:line:column`, as far as it is known."""
        return f"{self.origin}:{self.line_column}" if self.line_column else str(self.origin)


@dataclass(frozen=True, slots=True)
class Trace:
    """Logs that belong together. `left_out` counts records that could not be read and are not among the events."""

    name: str
    logs: tuple[Log, ...]
    complaints: tuple[Complaint, ...] = ()
    left_out: int = 0

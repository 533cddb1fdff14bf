"""Reads tables of Windows event records, as `Export-Csv`, Event Viewer, `tracerpt` and others write them.

Few of these tables hold what a record's fields are: what could not be read from one is told, and how to export it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

from checker.trace.event import Origin
from checker.trace.readers.common import Input, Ledger, Reading, sanitise
from checker.trace.readers.csv_columns import Columns, columns_of
from checker.trace.readers.csv_rows import Damage, Line, Row, cells_of, rows_of, text_lines
from checker.trace.readers.encodings import Utf8, marked
from checker.trace.readers.local_times import Direction, direction
from checker.trace.readers.windows import Fields, Record, logs_of
from checker.trace.readers.windows_data import add_json
from checker.trace.readers.windows_record import (
    NO_FIELDS,
    XML_EXPORT,
    filetime,
    host_of_file,
    note_host,
    note_local,
    record_of,
    zoned,
)

DELIMITERS = ",;\t"
HEADER_WITHIN = 10  # lines before which a table has its header; `#TYPE` and `sep=;` may stand above it
CAPTURE = "EventTrace"  # tracerpt's record about the capture itself
EVENTS_LOST = 11  # where that counts them


def read(source: Input) -> Reading:
    """The logs of one file."""
    ledger = Ledger(source.shown)
    lines = text_lines(Utf8(source.file, marked(source.head) or "utf-8"))
    above = list(islice(lines, HEADER_WITHIN))
    table = _table(above)
    if table is None:
        first = next((line for line in above if line.text.strip()), Line(1, ""))
        message = "expected a header with the columns of an event export, such as `Id`, `RecordId` and `ProviderName`"
        export = f"; export the events as XML: {XML_EXPORT}"
        ledger.wrong(ledger.origin(first.number), message + export, first.text)
        return Reading((), ledger.complaints())
    at, delimiter, columns = table
    reader = _Reader(columns, ledger, host_of_file(source.name))
    records = list(reader.records(rows_of(chain(above[at:], lines), delimiter)))
    if records:
        reader.tell(above[at - 1])
    elif not ledger.left_out:
        ledger.wrong(ledger.origin(at), "there is no event under the header")
    numbered = all(record.number is not None for record in records)
    if not numbered and reader.newest_first(records):
        records.reverse()
    logs = logs_of(records, ledger)
    # Files that do not say which computer or which record is at hand may only look alike.
    joins = numbered and not reader.nameless
    return Reading(logs, ledger.complaints(), ledger.left_out, joins=joins)


def starts(text: str) -> bool:
    """Whether a text begins as such a table does."""
    lines = text.split("\n")[:HEADER_WITHIN]
    return _table([Line(number, line) for number, line in enumerate(lines, 1)]) is not None


def _table(lines: list[Line]) -> tuple[int, str, Columns] | None:
    """How many lines come before the first row, what is between cells, and the columns."""
    for at, line in enumerate(lines, 1):
        for delimiter in DELIMITERS:
            columns = columns_of(cells_of(line.text, delimiter)) if delimiter in line.text else None
            if columns is not None:
                return at, delimiter, columns
    return None


@dataclass(slots=True)
class _Reader:
    columns: Columns
    ledger: Ledger
    host: str
    local: dict[int, str] = field(default_factory=dict)  # times without a zone, by line
    nameless: bool = False  # some record does not say which computer it is from

    def records(self, rows: Iterator[Row | Damage]) -> Iterator[Record]:
        after_damage = False
        for row in rows:
            match row:
                case Damage(line, why, count):
                    after_damage = True
                    message = f"the row that begins here is left out: {why}" if count == 1 else why
                    self.ledger.wrong(self.ledger.origin(line.number), message, line.text.rstrip(), records=count)
                case Row(line, cells):
                    if after_damage and len(cells) < self.columns.width:
                        continue  # more of a row that was left out already
                    after_damage = False
                    record = self.record(line, cells)
                    if record is not None:
                        yield record

    def record(self, line: Line, cells: list[str]) -> Record | None:
        columns, origin = self.columns, self.ledger.origin(line.number)
        if not self.fits(len(cells)):
            message = f"the row has {len(cells):,} columns and the header {columns.width}: it is left out"
            self.ledger.wrong(origin, message, line.text.rstrip(), records=1)
            return None
        if "\ufffd" in line.text:
            self.ledger.note("encoding", origin, "some letters are not in the encoding of the file")
        system = {role: cells[place] for role, place in columns.roles.items()}
        if columns.tail is not None and system["provider"] == CAPTURE:
            self.capture(cells[columns.tail :], origin)
            return None
        fields, data_name = self.payload(cells, system, origin)
        if not system.get("computer", "").strip():
            system["computer"] = self.host
            self.nameless = True
            note_host(self.host, origin, self.ledger)
        time = self.time(system.get("time", "").strip(), line.number)
        return record_of(system, data_name, fields, time, origin, self.ledger)

    def capture(self, values: list[str], origin: Origin) -> None:
        """The record that tracerpt writes about the capture itself, which is no event."""
        if len(values) > EVENTS_LOST and values[EVENTS_LOST] != "0":
            lost = sanitise(values[EVENTS_LOST], 40)
            self.ledger.note("lost", origin, f"the capture says that {lost} of its events were lost")

    def fits(self, cells: int) -> bool:
        if self.columns.tail is not None:
            return cells >= self.columns.tail
        return cells == self.columns.width or (self.columns.message_at_end and cells == self.columns.width + 1)

    def payload(self, cells: list[str], system: dict[str, str], origin: Origin) -> tuple[Fields, str]:
        """The fields, and what the data is called where it has a name."""
        fields, columns = Fields(), self.columns
        if columns.tail is not None:
            values = cells[columns.tail :]
            for number, value in enumerate(values, 1):
                fields.add(f"Data{number}", value.rstrip(" "))
            return fields, ""
        data_name = ""
        for name, place in columns.payload:
            fields.add(name, cells[place])
        if "json" in system:
            data_name = add_json(fields, system["json"], origin, self.ledger)
        if not columns.names_fields:
            message = cells[-1] if columns.message_at_end and len(cells) > columns.width else system.get("message", "")
            if message:
                fields.add("Message", message)
        return fields, data_name

    def time(self, text: str, line: int) -> int | None:
        instant = filetime(text) if self.columns.tail is not None else zoned(text)
        if instant is None and text:
            self.local[line] = text
        return instant

    def newest_first(self, records: list[Record]) -> bool:
        """Whether records that carry no number stand from the last to the first, as far as local times can tell."""
        times = [self.local[record.origin.place] for record in records if record.origin.place in self.local]
        if len(records) < 2 or len(times) < len(records):
            return False
        origin = records[0].origin
        match direction(times):
            case Direction.NEWEST_FIRST:
                message = "the times only go down: the records are read from the last to the first"
                self.ledger.note("newest first", origin, message)
                return True
            case Direction.OLDEST_FIRST:
                return False
            case Direction.UNKNOWN:
                message = "neither numbers nor times tell in which order the records are: they are read as they stand"
                self.ledger.note("order", origin, message)
                return False

    def tell(self, header: Line) -> None:
        """Notes what such a file does not hold, and which export does."""
        origin = self.ledger.origin(header.number)
        if self.columns.tail is not None:
            message = (
                "CSV gives the fields no names: they are Data1, Data2 and so on, in the order of the event's layout"
            )
            export = "`tracerpt FILE.etl -of XML -o FILE.xml` names them"
            self.ledger.note("fields", origin, f"{message}; {export}", fatal=True)
        elif not self.columns.names_fields:
            self.ledger.note("fields", origin, NO_FIELDS, fatal=True)
        if self.local:
            line, text = next(iter(self.local.items()))
            note_local(text, self.ledger.origin(line), self.ledger)

"""Reads Windows event records as JSON: of `Get-WinEvent | ConvertTo-Json`, and of tools that turn the XML into JSON.

One list, one object a line, or objects one after the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from checker.trace.event import Origin
from checker.trace.readers.common import Input, Ledger, Reading
from checker.trace.readers.csv_columns import is_payload, role_of
from checker.trace.readers.encodings import Utf8, marked
from checker.trace.readers.json_pieces import Junk, Piece, pieces_of
from checker.trace.readers.native_json import Damaged, scalar
from checker.trace.readers.times import EARLIEST, LATEST
from checker.trace.readers.windows import PROVIDER_NAMES, Fields, Record, instant, logs_of
from checker.trace.readers.windows_data import MOST_FIELDS, Unusable, add_data, add_user_data, attribute, text_in
from checker.trace.readers.windows_record import (
    NO_FIELDS,
    XML_EXPORT,
    host_of_file,
    note_host,
    note_local,
    record_of,
    text_of,
    zoned,
)

_START = re.compile(r"(?:Record \d+\s+)?[\[{]")
_MEMBERS = re.compile(r'"(?:Event"\s*:\s*\{|(?:ProviderName|RecordId|LogName|MachineName)"\s*:)')
_NATIVE = re.compile(r'"(?:switchover|event)"\s*:')
_DATE = re.compile(r"/Date\((-?\d{1,15})(?:[+-]\d{4})?\)/", re.ASCII)  # milliseconds since 1970 UTC

# Of the element a record is in, what is read under which role, and by which attribute if not by its text.
_SYSTEM = {"EventID": "id", "EventRecordID": "number", "Channel": "channel", "Computer": "computer"}


def read(source: Input) -> Reading:
    """The logs of one file."""
    ledger = Ledger(source.shown)
    reader = _Reader(ledger, host_of_file(source.name))
    pieces = pieces_of(Utf8(source.file, marked(source.head) or "utf-8"))
    logs = logs_of(reader.records(pieces), ledger)
    if not reader.seen and not ledger.left_out:
        ledger.wrong(ledger.origin(1), "there is no record in the file: expected objects in braces")
    return Reading(logs, ledger.complaints(), ledger.left_out, joins=reader.joins)


def starts(text: str) -> bool:
    """Whether a text begins as records in JSON do."""
    return bool(_START.match(text) and _MEMBERS.search(text) and not _NATIVE.search(text))


class _Reader:
    def __init__(self, ledger: Ledger, host: str) -> None:
        self.ledger = ledger
        self.host = host
        self.seen = 0
        self.joins = True

    def records(self, pieces: Iterator[Piece | Junk]) -> Iterator[Record]:
        for piece in pieces:
            self.seen += 1
            origin = self.ledger.origin(piece.line)
            match piece:
                case Junk():
                    shown = piece.text.decode("utf-8", "replace").partition("\n")[0]
                    self.ledger.wrong(origin, piece.why, shown, records=1)
                case Piece():
                    record = self.record(piece, origin)
                    if record is not None:
                        yield record

    def record(self, piece: Piece, origin: Origin) -> Record | None:
        try:
            members = piece.members()
            event = members.get("Event")
            if isinstance(event, dict):
                return self.of_xml(event, origin)
            return self.of_members(members, origin)
        except Damaged as damaged:
            start = damaged.text.rfind("\n", 0, damaged.at) + 1
            where = self.ledger.origin(piece.line + damaged.text.count("\n", 0, damaged.at))
            shown = damaged.text[start:].partition("\n")[0]
            message = f"the record that begins in line {piece.line} is left out: {damaged.message}"
            self.ledger.wrong(where, message, shown, damaged.at - start, records=1)
        except Unusable as error:
            shown = piece.text[:200].decode("utf-8", "replace").partition("\n")[0]
            self.ledger.wrong(origin, f"the record is left out: {error}", shown, records=1)
        return None

    def of_xml(self, event: Mapping[str, object], origin: Origin) -> Record | None:
        """A record in the shape of the XML. Raises Unusable."""
        found = event.get("System")
        inside = found if isinstance(found, dict) else {}
        system = {role: text_in(inside.get(name)) for name, role in _SYSTEM.items()}
        provider = inside.get("Provider"), inside.get("Provider_attributes")
        names = (attribute(provider[0], name, provider[1]) for name in PROVIDER_NAMES)
        system["provider"] = next(filter(None, names), "")
        written = attribute(inside.get("TimeCreated"), "SystemTime", inside.get("TimeCreated_attributes"))
        time: int | None = None
        if written:
            try:
                time = instant(written)
            except ValueError as error:
                message = f"{error}; the record is kept without its time"
                self.ledger.wrong(origin, message, f"SystemTime: {written}", len("SystemTime: "))
        fields = Fields()
        data = event.get("EventData")
        add_data(fields, data)
        add_user_data(fields, event.get("UserData"))
        message = "such JSON may have left out fields of a record: those without a name, or of the same name as another"
        self.ledger.note("fields", origin, f"{message}; the .evtx file itself is read with all of them")
        data_name = attribute(data, "Name", event.get("EventData_attributes"))
        return record_of(self.with_host(system, origin), data_name, fields, time, origin, self.ledger)

    def of_members(self, members: Mapping[str, object], origin: Origin) -> Record | None:
        """A record in the shape of PowerShell's objects. Raises Unusable."""
        system: dict[str, str] = {}
        fields = Fields()
        written: object = None
        for name, value in members.items():
            role = role_of(name)
            if role == "time":
                written = written or value
            elif role is not None:
                system.setdefault(role, text_of(value) if not isinstance(value, (dict, list)) else "")
            elif is_payload(name):
                self.add(fields, name, text_of(scalar(value)))
        if "id" not in system:
            raise Unusable("expected a member `Id` or `Event`")
        self.properties(fields, members.get("Properties"), system, origin)
        return record_of(self.with_host(system, origin), "", fields, self.time(written, origin), origin, self.ledger)

    def properties(self, fields: Fields, values: object, system: Mapping[str, str], origin: Origin) -> None:
        """Adds the payload, which stands there without names, where it stands there."""
        listed = values if isinstance(values, list) else []
        held = [each["Value"] for each in listed if isinstance(each, dict) and "Value" in each]
        for number, value in enumerate(held, 1):
            self.add(fields, f"Data{number}", text_of(scalar(value)))
        if held:
            message = "ConvertTo-Json gives the fields no names: they are Data1, Data2 and so on, in the record's order"
            self.ledger.note("properties", origin, f"{message}; {XML_EXPORT} names them", fatal=True)
        elif not fields.plain and values != []:
            if system.get("message"):
                fields.add("Message", system["message"])
            self.ledger.note("no properties", origin, NO_FIELDS, fatal=True)

    def add(self, fields: Fields, name: str, value: str) -> None:
        if len(fields.plain) >= MOST_FIELDS:
            raise Unusable(f"it has more than {MOST_FIELDS:,} fields")
        fields.add(name, value)

    def time(self, written: object, origin: Origin) -> int | None:
        value = written.get("value", written.get("DateTime")) if isinstance(written, dict) else written
        if not isinstance(value, str):
            return None
        found = _DATE.fullmatch(value)
        time = int(found[1]) * 10**6 if found is not None else zoned(value)
        if time is None or not EARLIEST <= time <= LATEST:
            note_local(value, origin, self.ledger)
            return None
        return time

    def with_host(self, system: dict[str, str], origin: Origin) -> dict[str, str]:
        """`system` with a host, if need be by the name of the file."""
        if not system.get("computer"):
            self.joins = False
            note_host(self.host, origin, self.ledger)
            return {**system, "computer": self.host}
        self.joins = self.joins and bool(system.get("number"))
        return system

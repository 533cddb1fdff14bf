"""One good file or more of each format, small, and files with a given value in a field of their one event."""

from __future__ import annotations

import json
from collections.abc import Callable
from csv import QUOTE_ALL, writer
from functools import cache
from io import BytesIO, StringIO
from pathlib import Path
from xml.sax.saxutils import escape

from tests.trace.evtx_file import chunk, event, file, named

FIXTURES = Path(__file__).parent / "fixtures"

NATIVE = (
    b'{"switchover": 1, "log": "a", "host": "A", "clock": {"domain": "a", "skew_ms": 50}}\n'
    b'{"log": "a", "seq": 1, "ts": "2026-11-24T08:00:01.25Z", "event": "X", "phase": "begin", "req": "r", "Id": 7}\n'
    b'{"log": "a", "seq": 2, "ts": 1700000000000000000, "event": "X", "phase": "end", "req": "r", "status": "S"}\n'
    b'{"switchover": 1, "log": "b", "host": "B", "begins": "anywhere", "ends": "open", "recorded": ["Y"]}\n'
    b'{"log": "b", "event": "Y", "at": "miniport", "Nested": [1, {"a": null}], "F": 1.5e3, "T": true}\n'
)
POWERSHELL_CSV = """\
#TYPE System.Diagnostics.Eventing.Reader.EventLogRecord
"Message","Id","Version","RecordId","ProviderName","LogName","MachineName","TimeCreated","Properties"
"Adapter 1 ""uplink""
is connected","232","0","102","Provider","System","HOST-A","3/2/2026 8:00:01 AM","List`1"
"Adapter 1 is there","233","0","101","Provider","System","HOST-A","3/2/2026 8:00:01 AM","List`1"
"""
VIEWER_CSV = """\
Ebene,Datum und Uhrzeit,Quelle,Ereignis-ID,Aufgabenkategorie
Informationen,27.10.2026 12:28:27,Provider,232,Keine,"Adapter 1, ""uplink"",
ist verbunden"
Informationen,27.10.2026 12:28:26,Provider,233,Keine,Adapter 1 ist da
"""
TRACERPT_CSV = """\
Event Name, Type, Event ID, Version, Channel, Level, Opcode, Task, Keyword, PID, TID, Processor Number, Instance ID, \
Parent Instance ID, Activity ID, Related Activity ID, Clock-Time, Kernel(ms), User(ms), User Data
EventTrace, Header, 0, 2, 0, 0, 0, 0, 0x0, 0x8080, 0x46DC, 0, , , {0}, , 134170560000000000, 30, 15, 1048576, 1, 2, \
20, 999, 156250, 0, 0x0, 25, 1, 8, 7, 2496
Provider, Info , 232, 0, 16, 4, 0, 0, 0x80, 0x4, 0x13C, 2, , , {0}, , 134170560016238111, 30, 15, 9, "Adapter 1, up", \
Create , 0
"""
PAYLOAD_CSV = """\
RecordNumber;EventRecordId;TimeCreated;EventId;Level;Provider;Channel;Computer;PayloadData1;Payload
1;101;2026-03-02T08:00:00.1234567Z;233;Info;Provider;System;HOST-A;Name: Adapter 1;\
"{""EventData"":{""Data"":[{""@Name"":""Name"",""#text"":""Adapter 1""},{""@Name"":""Operation"",""#text"":""7""}]}}"
"""
POWERSHELL_JSON = """\
[
    {
        "Id":  232,
        "RecordId":  102,
        "ProviderName":  "Provider",
        "LogName":  "System",
        "MachineName":  "HOST-A",
        "TimeCreated":  "\\/Date(1772438401250)\\/",
        "Properties":  [
                           {
                               "Value":  9
                           },
                           {
                               "Value":  "Adapter 1"
                           }
                       ],
        "Message":  "Adapter 1 is connected"
    },
    {
        "Id":  233,
        "RecordId":  101,
        "ProviderName":  "Provider",
        "LogName":  "System",
        "MachineName":  "HOST-A",
        "TimeCreated":  "2026-03-02T09:00:00.1234567+01:00",
        "Properties":  [ "System.Diagnostics.Eventing.Reader.EventProperty" ],
        "Message":  "Adapter 1 is there"
    }
]
"""
_XMLNS = {"#attributes": {"xmlns": "http://schemas.microsoft.com/win/2004/08/events/event"}}


def dumped(number: int, event_id: object, data: object, **more: object) -> dict[str, object]:
    """A record as tools that turn the XML into JSON write it."""
    system = {
        "Provider": {"#attributes": {"Name": "Provider"}},
        "EventID": event_id,
        "TimeCreated": {"#attributes": {"SystemTime": "2026-03-02T08:00:00.123456Z"}},
        "EventRecordID": number,
        "Channel": "System",
        "Computer": "HOST-A",
    }
    return {"Event": {**_XMLNS, "System": system, "EventData": data, **more}}


DUMPED_JSON = "\n".join(
    json.dumps(each)
    for each in (
        dumped(101, {"#attributes": {"Qualifiers": 0}, "#text": 233}, {"Name": "Adapter 1", "Operation": 7}),
        dumped(102, 232, {"Data": {"#text": ["Adapter 1", "2"]}, "Binary": None}),
        dumped(103, 0, {"#attributes": {"Name": "Adapter End"}, "delta (100 ns)": 101}),
        dumped(104, 20415, None, UserData={"VmlEventLog": {**_XMLNS, "VmName": "vm-1", "Parts": {"Part": "x"}}}),
    )
)
OCEL = json.dumps(
    {
        "objectTypes": [{"name": "log", "attributes": []}, {"name": "Port", "attributes": []}],
        "eventTypes": [
            {"name": "X", "attributes": [{"name": "seq", "type": "integer"}, {"name": "Id", "type": "integer"}]}
        ],
        "objects": [
            {
                "id": "log:a",
                "type": "log",
                "attributes": [
                    {"name": name, "value": value, "time": "1970-01-01T00:00:00Z"}
                    for name, value in (("host", "A"), ("source", "oid"), ("begins", "anywhere"), ("ends", "complete"))
                ],
            },
            {"id": "Port:7", "type": "Port", "attributes": [], "relationships": []},
        ],
        "events": [
            {
                "id": "e2",
                "type": "X",
                "time": "2026-03-02T08:00:01Z",
                "attributes": [
                    {"name": "log", "value": "a"},
                    {"name": "seq", "value": "2"},
                    {"name": "Id", "value": "8"},
                ],
                "relationships": [],
            },
            {
                "id": "e1",
                "type": "X",
                "time": "2026-03-02T08:00:00.25Z",
                "attributes": [{"name": "log", "value": "a"}, {"name": "seq", "value": 1}],
                "relationships": [{"objectId": "Port:7", "qualifier": "PortId"}],
            },
        ],
    },
    indent=1,
)
FOREIGN_OCEL = json.dumps(
    {
        "eventTypes": [{"name": "pay", "attributes": [{"name": "amount", "type": "float"}]}],
        "objectTypes": [{"name": "order", "attributes": []}],
        "events": [
            {
                "id": f"e{number}",
                "type": "pay",
                "time": f"2026-03-02T08:00:0{9 - number}Z",
                "attributes": [{"name": "amount", "value": "2.5"}, {"name": "Host", "value": "AB"[number % 2]}],
                "relationships": [{"objectId": "o1", "qualifier": ""}],
            }
            for number in range(4)
        ],
        "objects": [{"id": "o1", "type": "order", "attributes": [], "relationships": []}],
    }
)
NUMBERED = (
    "00000001\t0.00012345\t[4.0123] HvCreatePort:430 Enter: PortId: 2, Name: up\n"
    "00000002\t0.00022345\t[4.0123] HvCreatePort:455 Exit: status 00000000.\n"
    "00000003\t0.00032345\tVport not present.\n"
)
ARROWS = "===>SxOidRequest: OidRequest FFFF800012345678.\n<===SxOidRequest: status        0.\n"

# By name of the format.
GOOD: dict[str, tuple[bytes, ...]] = {
    "native": (NATIVE,),
    "Windows event XML": ((FIXTURES / "lifecycle.xml").read_bytes(), (FIXTURES / "phases.xml").read_bytes()),
    "evtx": (file(chunk([event(str(n), (named("A", "x"),)) for n in range(4)], 1), next_record=5)[: 4096 + 3000],),
    "Windows event CSV": tuple(
        text.encode(encoding)
        for text, encoding in (
            (POWERSHELL_CSV, "utf-8"),
            (POWERSHELL_CSV.replace("\n", "\r\n"), "utf-16"),
            (VIEWER_CSV, "utf-8-sig"),
            (TRACERPT_CSV, "utf-8"),
            (PAYLOAD_CSV, "utf-8"),
        )
    ),
    "Windows event JSON": (POWERSHELL_JSON.encode(), POWERSHELL_JSON.encode("utf-16"), DUMPED_JSON.encode()),
    "OCEL": (OCEL.encode(), FOREIGN_OCEL.encode()),
    "debug lines": (NUMBERED.encode(), ARROWS.encode()),
}


def good(format: str) -> tuple[bytes, ...]:
    """The good files of a format. That of Parquet is made here, by a library that is slow to load."""
    if format != "Parquet":
        return GOOD[format]
    return _parquet()


@cache
def _parquet() -> tuple[bytes, ...]:
    import pyarrow
    import pyarrow.parquet

    rows = {
        "log": ["a", "a", "b"],
        "host": ["A", "A", "B"],
        "seq": [1, 2, 1],
        "event": ["X", "Y", "X"],
        "Id": [7, None, 8],
    }
    made = BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(rows), made)
    return (made.getvalue(),)


def native_with(value: str) -> bytes:
    return (
        json.dumps({"switchover": 1, "log": value, "host": value, "source": value}, ensure_ascii=False)
        + "\n"
        + json.dumps({"log": value, "event": value, value + "_": value, "status": value}, ensure_ascii=False)
    ).encode()


def xml_with(value: str) -> bytes:
    text, name = escape(value), escape(value, {"'": "&apos;", "\n": "&#10;", "\t": "&#9;"})
    return (
        f"<Event><System><Provider Name='{name}'/><EventID>1</EventID><EventRecordID>1</EventRecordID>"
        f"<Channel>{text}</Channel><Computer>{text}</Computer></System>"
        f"<EventData><Data Name='{name}'>{text}</Data></EventData></Event>"
    ).encode()


def evtx_with(value: str) -> bytes:
    return file(chunk([event("1", (named(value[:60] or "x", value[:2000]),), computer=value[:60])], 1), next_record=2)


def csv_with(value: str) -> bytes:
    text = StringIO()
    rows = writer(text, quoting=QUOTE_ALL)
    rows.writerow(["Id", "RecordId", "ProviderName", "LogName", "MachineName", "TimeCreated", "Given"])
    rows.writerow(["1", "1", value, value, value, value, value])
    return text.getvalue().encode()


def json_with(value: str) -> bytes:
    record = dumped(1, 1, {value + "_": value})
    record["Event"]["System"].update(Computer=value, Channel=value)  # type: ignore[index]
    return json.dumps(record, ensure_ascii=False).encode()


def ocel_with(value: str) -> bytes:
    attributes = [{"name": name, "value": value} for name in ("log", "host", "source", "Given", value + "_")]
    events = [{"id": "e", "type": value or "x", "time": value, "attributes": attributes, "relationships": []}]
    return json.dumps({"objectTypes": [], "eventTypes": [], "events": events}, ensure_ascii=False).encode()


WITH: dict[str, Callable[[str], bytes]] = {
    "native": native_with,
    "Windows event XML": xml_with,
    "evtx": evtx_with,
    "Windows event CSV": csv_with,
    "Windows event JSON": json_with,
    "OCEL": ocel_with,
}

# What must never reach a terminal, a page or a shell as it stands.
HOSTILE = {
    "a clear screen": "\x1b[2J\x1b[H",
    "a window title": "\x1b]0;owned\x07",
    "a link": "\x1b]8;;http://example.invalid\x1b\\click\x1b]8;;\x1b\\",
    "an 8-bit escape": "\x9b31m",
    "a carriage return": "conforms\rviolates",
    "line ends": "one\ntwo\u2028three\x85four",
    "right to left": "\u202egnp.exe\u2066\u200f",
    "invisible letters": "a\u200b\u2060\ufeffb\u00ad",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "markup of a terminal": "[bold red]x[/]",
    "an attribute": "\" onmouseover='alert(1)",
    "a path": "../../../../etc/passwd",
    "a path of Windows": "C:\\Windows\\..\\x.exe",
    "a file address": "file:///etc/passwd",
    "a formula": "=cmd|'/c calc'!A1",
    "a shell's words": "$(touch x); `id` | rm -rf .",
    "a format": "%s%n{0.__class__}{{7*7}}",
    "very long": "A" * 100_000,
    "many letters on one": "a" + "\u0301" * 500,
    "a zero": "a\x00b",
    "beyond the first plane": "\U0001f600\U000e0041",
    "nothing": "",
}

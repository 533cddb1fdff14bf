"""Windows event records as JSON: of PowerShell, and of tools that turn the XML into JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker.trace.event import Trace
from checker.trace.readers import format_of, read, render
from checker.trace.readers.json_pieces import LARGEST
from tests.trace.samples import DUMPED_JSON, POWERSHELL_JSON, dumped

REAL = Path(__file__).parents[3] / "shared" / "data" / "evtx" / "omerbenamram_sample-with-zero-data-size-event.evtx"


def read_text(tmp_path: Path, text: str | bytes, name: str = "host-b.json") -> Trace:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read([path])


def rows(trace: Trace) -> list[tuple[str, int, str, dict[str, object]]]:
    return [(log.name, event.seq, event.name, dict(event.fields)) for log in trace.logs for event in log.events]


def said(trace: Trace) -> str:
    return "\n".join(map(render, trace.complaints))


def numbers(trace: Trace) -> list[int]:
    return [event.seq for log in trace.logs for event in log.events]


def test_powershell(tmp_path: Path) -> None:
    trace = read_text(tmp_path, POWERSHELL_JSON)
    assert rows(trace) == [
        ("HOST-A/System/Provider", 101, "233", {"Message": "Adapter 1 is there"}),
        ("HOST-A/System/Provider", 102, "232", {"Data1": "9", "Data2": "Adapter 1"}),
    ]
    (log,) = trace.logs
    assert (log.host, log.source, log.begins, log.ends) == ("HOST-A", "Provider", "anywhere", "open")
    assert [event.time for event in log.events] == [1_772_438_400_123_456_700, 1_772_438_401_250_000_000]
    assert [event.origin.place for event in log.events] == [19, 2]
    assert "ConvertTo-Json gives the fields no names: they are Data1, Data2" in said(trace)
    assert "none can be read; `wevtutil qe CHANNEL /f:xml" in said(trace)
    assert all(complaint.fatal for complaint in trace.complaints)  # without a name no field can be judged


def test_a_record_of_powershell_without_a_payload(tmp_path: Path) -> None:
    trace = read_text(tmp_path, '{"Id": 1, "RecordId": 5, "MachineName": "A", "ProviderName": "P", "Properties": []}')
    assert (rows(trace), trace.complaints) == ([("A/P", 5, "1", {})], ())


def test_the_xml_as_json(tmp_path: Path) -> None:
    trace = read_text(tmp_path, DUMPED_JSON)
    assert rows(trace) == [
        ("HOST-A/System/Provider", 101, "233", {"Name": "Adapter 1", "Operation": "7"}),
        ("HOST-A/System/Provider", 102, "232", {"Data1": "Adapter 1", "Data2": "2", "Binary": ""}),
        ("HOST-A/System/Provider", 103, "Adapter End", {"delta (100 ns)": "101"}),
        ("HOST-A/System/Provider", 104, "20415", {"VmName": "vm-1", "Part": "x"}),
    ]
    assert "the .evtx file itself is read with all of them" in said(trace)
    assert not any(complaint.fatal for complaint in trace.complaints)


# The same record as other tools write it.
PLAIN = {
    "EventID": "233",
    "EventRecordID": "7",
    "Channel": "System",
    "Computer": "HOST-A",
}
SHAPES = {
    "attributes beside": {
        "System": {
            **PLAIN,
            "Provider_attributes": {"Name": "P"},
            "TimeCreated_attributes": {"SystemTime": "2026-03-02T08:00:00Z"},
        },
        "EventData": {"Name": "a"},
    },
    "attributes with a sign": {
        "System": {**PLAIN, "Provider": {"@Name": "P"}, "TimeCreated": {"@SystemTime": "2026-03-02T08:00:00Z"}},
        "EventData": {"Data": [{"@Name": "Name", "#text": "a"}]},
    },
    "one field": {
        "System": {**PLAIN, "Provider": {"@Name": "P"}, "TimeCreated": {"@SystemTime": "2026-03-02T08:00:00"}},
        "EventData": {"Data": {"@Name": "Name", "#text": "a"}},
    },
}  # fmt: skip


def test_fields_with_a_name_and_without(tmp_path: Path) -> None:
    data = {"Data": [{"@Name": "A", "#text": "a"}, "b", {"#text": 3}, {"@Name": "A", "#text": True}], "Binary": "00"}
    trace = read_text(tmp_path, json.dumps(dumped(1, 1, data)))
    assert rows(trace)[0][3] == {"A": "a", "Data1": "b", "Data2": "3", "A_1": "true", "Binary": "00"}


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes(tmp_path: Path, shape: str) -> None:
    trace = read_text(tmp_path, json.dumps({"Event": SHAPES[shape]}))
    assert rows(trace) == [("HOST-A/System/P", 7, "233", {"Name": "a"})]
    assert trace.logs[0].events[0].time == 1_772_438_400_000_000_000


RECORDS = [dumped(number, 1, {"A": str(number)}) for number in (1, 2, 3)]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(RECORDS),
        json.dumps(RECORDS, indent=4),
        "\n".join(map(json.dumps, RECORDS)),
        "\r\n".join(json.dumps(each, indent=2) for each in RECORDS),
        "".join(map(json.dumps, RECORDS)),
        "".join(f"Record {each}\n{json.dumps(record, indent=2)}\n" for each, record in enumerate(RECORDS)),
    ],
    ids=["list", "pretty list", "lines", "pretty, one after the other", "no space", "numbered"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_layouts(tmp_path: Path, text: str, encoding: str) -> None:
    trace = read_text(tmp_path, text.encode(encoding))
    assert numbers(trace) == [1, 2, 3]
    assert (trace.left_out, [complaint.fatal for complaint in trace.complaints]) == (0, [False])


ONE, TWO, THREE = map(json.dumps, RECORDS)
PRETTY = json.dumps(RECORDS, indent=4)
# A damaged file, the numbers of the records that are read, how many are left out, and what is said.
DAMAGE = {
    "cut off in lines": (f"{ONE}\n{TWO[:60]}\n{THREE}\n", [1, 3], 1, "another record begins inside it"),
    "cut off in a list": (PRETTY.replace('"2"\n            }\n        }\n    }', '"2"'), [1, 3], 1, "another record"),
    "cut off at the end": (f"{ONE}\n{TWO[:60]}", [1], 1, "a.json:2:1: the record that begins here is"),
    "cut off on one line": (f"[{ONE},{TWO[:-4]},{THREE}]", [1, 3], 1, "the file ends inside it"),
    "a string without an end": (f"{ONE}\n{TWO.replace('System', 'Sys', 1)[:-1]}\n{THREE}", [1, 3], 1, "left out"),
    "junk": (f"{ONE}\nwhat is this\n{THREE}", [1, 3], 1, "a.json:2:1: expected a record: an object in braces"),
    "no object": (f"[{ONE}, 5, {THREE}]", [1, 3], 1, "expected a record: an object in braces"),
    "not JSON": (f"{ONE}\n{TWO.replace('null', 'None').replace(': 1,', ': NaN,')}\n{THREE}", [1, 3], 1, "NaN is not"),
    "a member twice": (f'{ONE}\n{{"Event": {{}}, "Event": {{}}}}\n{THREE}', [1, 3], 1, "member `Event` occurs twice"),
    "another shape": (f'{ONE}\n{{"a": 1}}\n{THREE}', [1, 3], 1, "expected a member `Id` or `Event`"),
    "no System": (f'{ONE}\n{{"Event": {{"EventData": null}}}}\n{THREE}', [1, 3], 1, "expected a number as EventID"),
    "too large": (f"{ONE}\n{TWO[:-4]}{'x' * (LARGEST + 70_000)}\n{THREE}", [1, 3], 1, "more than 1,048,576 bytes"),
    "not UTF-8": ("\n".join((ONE, TWO.replace("HOST-A", "HÖST"), THREE)).encode("cp1252"), [1, 2, 3], 0, ""),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGE)
def test_damage(tmp_path: Path, name: str) -> None:
    text, wanted, left_out, message = DAMAGE[name]
    trace = read_text(tmp_path, text, "a.json")
    assert sorted(numbers(trace)) == wanted
    assert trace.left_out == left_out
    assert message in said(trace)
    assert any(complaint.fatal for complaint in trace.complaints) == bool(left_out)


def test_the_place_of_what_is_wrong(tmp_path: Path) -> None:
    trace = read_text(tmp_path, json.dumps(RECORDS, indent=4).replace('"A": "2"', '"A": 2x'), "a.json")
    (wrong,) = [complaint for complaint in trace.complaints if complaint.fatal]
    assert wrong.text.strip() == '"A": 2x'
    assert wrong.text[wrong.column - 1] == "x"
    assert f":{wrong.origin.place}:" in wrong.place
    assert PRETTY.split("\n")[wrong.origin.place - 1].strip() == '"A": "2"'


def test_no_record(tmp_path: Path) -> None:
    assert "there is no record in the file" in said(read_text(tmp_path, "[ ]"))


@pytest.mark.parametrize(
    ("head", "format"),
    [
        (b'{"Event": {"System": {}}}', "Windows event JSON"),
        (b'[\n  {\n "Id": 1, "ProviderName": "P"', "Windows event JSON"),
        (b'Record 1\r\n{\r\n  "Event": {', "Windows event JSON"),
        (b'{"switchover": 1, "log": "a", "MachineName": "x"}', "native"),
        (b'{"event": "X", "RecordId": 7}', "native"),
        (b'{"objectTypes": []', "OCEL"),
        (b'{\n "events" : [', "OCEL"),
        (b'{"meta": 1, "eventTypes": [', "OCEL"),
    ],
)
def test_what_begins_with_a_brace(head: bytes, format: str) -> None:
    found = format_of(head, "x")
    assert not isinstance(found, str)
    assert found.name == format


@pytest.mark.skipif(not REAL.exists(), reason="the recording lies beside the project")
def test_a_real_file_says_the_same_in_both_formats(tmp_path: Path) -> None:
    evtx = pytest.importorskip("evtx")
    lines = []
    records = evtx.PyEvtxParser(str(REAL)).records_json()
    while True:
        try:
            lines.append(next(records)["data"])
        except StopIteration:
            break
        except RuntimeError:
            continue  # the one that is damaged
    as_json, as_evtx = read_text(tmp_path, "\n".join(lines)), read([REAL])

    def plain(trace: Trace) -> dict[tuple[str, int], tuple[str, int | None, dict[str, object]]]:
        return {
            (log.name, event.seq): (event.name, event.time and event.time // 1000, dict(event.fields))
            for log in trace.logs
            for event in log.events
        }

    mine, theirs = plain(as_json), plain(as_evtx)
    assert len(mine) == len(lines) > 300
    # The other reader gives more of the damaged chunk; what both have is the same.
    assert mine == {key: theirs[key] for key in mine}

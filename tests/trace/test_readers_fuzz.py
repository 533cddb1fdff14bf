"""Hostile input, for every format there is: arbitrary bytes, damaged files, hostile values, bombs.

What is asked of each reading is in `sound.py`. The coverage-guided fuzzer in `tests/fuzz` asks the same, and every
input it kept is replayed here.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from io import BytesIO
from operator import attrgetter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st

from checker.trace.readers import FORMATS, Format, format_of, read
from checker.trace.readers.common import Reading
from tests.fuzz.corpus import ORDER, inputs
from tests.trace.apart import APART
from tests.trace.samples import GOOD, HOSTILE, WITH, good
from tests.trace.sound import BY_NAME, check, reading_of

ALL_GOOD = [data for files in GOOD.values() for data in files]
every_format = pytest.mark.parametrize("format", FORMATS, ids=attrgetter("name"))
fuzzed = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "cp437", "cp037")
# What is pushed into a file: what ends, opens, nests or repeats something in one of the formats.
SPLICES = [
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\r", b"\r\n\r\n", b"\x1b[2J", "\u202e".encode(), b"\x85",
    b'"', b'""', b",", b";\t;", b"{", b"}", b"[", b"]", b'{"a":', b"}}\n{", b"\\", b"\\u0000", b"\\ud800", b"1e999",
    b"9" * 400, b"-0", b"NaN", b"null", b"<", b">", b"<Event>", b"</Event>", b"&", b"&a;", b"&#0;", b"&#x110000;",
    b"<![CDATA[", b"]]>", b"<!--", b"<?xml version='1.0' encoding='utf-16'?>", b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"ElfFile\0", b"ElfChnk\0", b"\x0f\x01\x01\x00", b"===>", b"<===", b"Enter: ", b"Exit: ", b'"switchover": 2',
    b'"seq": 0', b'"events":[', b'"objects":[{"id":', b"#TYPE x", b"sep=|", b"Event Name,", b"Id,RecordId\n", b"-",
]  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """A good file with places cut, overwritten, repeated, moved, or in another encoding."""
    data = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(1, 4))):
        at, size = draw(st.integers(0, len(data))), draw(st.integers(0, 80))
        match draw(st.sampled_from(("flip", "cut", "splice", "repeat", "move", "tail", "join", "encode"))):
            case "flip" if at < len(data):
                data = data[:at] + bytes([data[at] ^ draw(st.integers(1, 255))]) + data[at + 1 :]
            case "cut":
                data = data[:at] + data[at + size :]
            case "splice":
                data = data[:at] + draw(st.sampled_from(SPLICES) | st.binary(max_size=12)) + data[at:]
            case "repeat":
                data = data[:at] + data[at : at + size] * draw(st.integers(2, 30)) + data[at + size :]
            case "move":
                data = data[at : at + size] + data[:at] + data[at + size :]
            case "tail":
                data = data[: at + 1]
            case "join":
                data += draw(st.sampled_from(ALL_GOOD))[at // 2 :][:6000]
            case "encode":
                encoding = draw(st.sampled_from(ENCODINGS))
                data = data.decode("utf-8", "replace").encode(encoding, "replace")
            case _:
                pass
    return data[:100_000]


@pytest.mark.parametrize("format", FORMATS, ids=attrgetter("name"))
def test_there_is_a_good_file_of_each_format(format: Format) -> None:
    """A format without one is not fuzzed: put one into `samples.py`, and its name into `tests/fuzz/corpus.py`."""
    assert format.name in ORDER
    for data in good(format.name):
        assert format_of(data[:4096], "x.bin") is format
        reading = check(format, data)
        assert any(log.events for log in reading.logs)
        assert reading.left_out == 0


@every_format
@given(data=st.binary(max_size=400))
@example(data=b"")
@fuzzed
def test_any_bytes(format: Format, data: bytes) -> None:
    check(format, data)


@every_format
@given(data=st.data())
@fuzzed
def test_any_damage(format: Format, data: st.DataObject) -> None:
    check(format, data.draw(damaged(list(good(format.name)))))


@every_format
@given(data=st.data())
@settings(parent=fuzzed, max_examples=20)
def test_files_of_another_format(format: Format, data: st.DataObject) -> None:
    check(format, data.draw(damaged(ALL_GOOD)))


@every_format
@given(value=st.text(max_size=40))
@settings(parent=fuzzed, max_examples=30)
def test_any_value(format: Format, value: str) -> None:
    if format.name in WITH:
        check(format, WITH[format.name](value.encode("utf-8", "replace").decode()))


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("format", WITH)
def test_a_hostile_value_is_kept_as_it_stands(format: str, name: str) -> None:
    """It is what was recorded; what is shown of it is made inert where it is shown."""
    value = HOSTILE[name]
    reading = check(BY_NAME[format], WITH[format](value))
    values = [held for log in reading.logs for event in log.events for held in event.fields.values()]
    if format == "evtx" or not value.strip():
        return  # the test's own writer shortens values; white space alone counts as nothing
    if format == "Windows event XML" and reading.left_out:
        assert any(letter < " " for letter in value)  # XML cannot hold these
        return
    plain = value.replace("\r", "\n") if format == "Windows event XML" else value
    assert plain in values


def nested(depth: int, start: bytes, end: bytes, inside: bytes = b"1") -> bytes:
    return start * depth + inside + end * depth


BOMBS = {
    "lists": nested(100_000, b"[", b"]"),
    "objects": b'{"event":' + nested(100_000, b'{"a":', b"}") + b"}",
    "a list in a record": b'{"switchover":1,"log":"a","host":"A"}\n{"event":"X","a":'
    + nested(100_000, b"[", b"]")
    + b"}",
    "lists in a dumped record": b'{"Event":{"System":{"EventID":1},"EventData":'
    + nested(5_000, b'{"a":', b"}")
    + b"}}",
    "data in a dumped record": b'{"Event":{"System":{"EventID":1},"UserData":' + nested(500, b'{"a":', b"}") + b"}}",
    "lists in OCEL": b'{"objectTypes":[],"events":[{"type":"x","attributes":' + nested(100_000, b"[", b"]") + b"}]}",
    "empty lists": b'{"objectTypes":[' + b"[]," * 100_000 + b"]}",
    "empty objects": b"[" + b"{}," * 30_000 + b"]",
    "open braces": b"{" * 200_000,
    "open strings": b'["' * 100_000,
    "backslashes": b'{"Event":{"a":"' + b"\\" * 500_001,
    "an endless string": b'{"Event": {"System": "' + b"x" * 3_000_000,
    "an endless line": b"x" * 3_000_000,
    "blanks": b'{"Event": {}}' + b" " * 3_000_000,
    "a huge number": b'{"switchover":1,"log":"a","host":"A"}\n{"event":"X","a":' + b"9" * 4_200 + b"}",
    "a huge number in a dumped record": b'{"Event":{"System":{"EventID":1},"EventData":{"a":' + b"9" * 4_200 + b"}}}",
    "a huge exponent": b'{"switchover":1,"log":"a","host":"A"}\n{"event":"X","a":1e99999999}',
    "a huge skew": b'{"objects":[{"id":"a","type":"log","attributes":[{"name":"skew_ms","value":"1e400"}]}]}',
    "elements": nested(200_000, b"<a>", b"</a>"),
    "elements in a record": b"<Event><UserData>" + nested(100_000, b"<a>", b"</a>") + b"</UserData></Event>",
    "entities": (
        b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">'
        + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
        + b"]><Event><System><EventID>1</EventID></System><EventData><Data>&j;</Data></EventData></Event>"
    ),
    "an outside entity": (
        b'<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
        b"<Event><System><EventID>1</EventID></System><EventData><Data>&a;</Data></EventData></Event>"
    ),
    "a parameter entity": b'<!DOCTYPE a [<!ENTITY % a SYSTEM "http://example.invalid/x"> %a;]><Event/>',
    "a document type elsewhere": b'<!DOCTYPE a SYSTEM "http://example.invalid/x.dtd"><Event/>',
    "attributes": b"<Event " + b"".join(b"a%d='' " % n for n in range(50_000)) + b"/>",
    "fields": b"<Event><System><EventID>1</EventID></System><EventData>"
    + b"<Data/>" * 50_000
    + b"</EventData></Event>",
    "quotes": b"Id,RecordId\n" + b'"' * 200_001,
    "a quote on every line": b"Id,RecordId\n" + b'1,"\n' * 30_000,
    "a quote that opens on every line": b"Id,RecordId\n" + b'1,"a\n' * 3_000,
    "columns": b"Id,RecordId\n" + b"," * 500_000,
    "columns in a header": b"Id,RecordId" + b",a" * 100_000 + b"\n1,1" + b"," * 100_000,
    "damaged records": b'{"Event":{"System":{"EventID":1}}}\n' + b'{"Event":[\n' * 20_000,
    "records cut off": b'{"Event":{"System":{"EventID":1}}}' + b'{"Event":[' * 5_000,
    "chunks": b"ElfFile\0" + b"\0" * 4088 + (b"ElfChnk\0" + b"\xff" * 65528) * 3,
    "debug lines": b"===>" * 200_000,
    "debug calls": b"===>F: a\n" * 20_000,
}


@pytest.mark.parametrize("bomb", BOMBS)
@every_format
def test_bombs_are_inert(format: Format, bomb: str) -> None:
    reading = check(format, BOMBS[bomb])
    text = json.dumps([[event.fields for event in log.events] for log in reading.logs], default=dict)
    assert "root:" not in text


@pytest.mark.parametrize("format", APART)
@pytest.mark.parametrize("seed", [1, 2])
def test_damage_ends_no_process(tmp_path: Path, format: str, seed: int) -> None:
    command = [sys.executable, "-m", "tests.trace.apart", format, str(seed), "300", str(tmp_path / "last")]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, f"{done.returncode}: {done.stderr[-2000:]}"


def test_a_parquet_file_that_ends_the_process(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    path = Path(__file__).parent / "fixtures" / "ends-the-process.parquet"
    command = [sys.executable, "-m", "checker", "check", str(path)]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert "panicked" not in done.stderr


def test_packed_files_are_not_unpacked(tmp_path: Path) -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../evil.jsonl", b"0" * 10_000_000)
    for suffix in (".gz", ".jsonl", ".evtx", ".csv", ".json", ".xml"):
        for kind, data in (("gzip", gzip.compress(b"0" * 10_000_000)), ("zip", packed.getvalue())):
            path = tmp_path / f"bomb{suffix}"
            path.write_bytes(data)
            trace = read([path])
            assert [complaint.message for complaint in trace.complaints] == [f"this is a {kind} file: unpack it first"]
            assert trace.logs == ()


NAMES = [
    "\x1b[2J.jsonl",
    "a\nb.csv",
    "\u202eab.json",
    "<img src=x>.xml",
    "$(id).csv",
    "-rf.csv",
    "..csv",
    "a'b\"c.json",
]


@pytest.mark.parametrize("name", NAMES)
def test_tricks_in_the_name_of_a_file(tmp_path: Path, name: str) -> None:
    for data in ALL_GOOD:
        path = tmp_path / name
        path.write_bytes(data)
        trace = read([path])
        assert trace.logs
        for log in trace.logs:
            assert f"{log.origin}{log.host}".isprintable()


@pytest.mark.parametrize(("format", "data"), [pytest.param(*each[1:], id=each[0]) for each in inputs(FORMATS)])
def test_what_the_fuzzer_kept(format: Format, data: bytes) -> None:
    check(format, data)


def test_the_checks_can_fail() -> None:
    format = BY_NAME["native"]
    reading = reading_of(format, GOOD["native"][0])
    silent = replace(reading, left_out=1, complaints=())
    (log, *others) = reading.logs
    backwards = replace(reading, logs=(replace(log, events=log.events[::-1]), *others))
    huge = replace(log.events[0], fields={"a": "x" * 10**6})
    grown = replace(reading, logs=(replace(log, events=(huge,)),))
    for broken in (silent, backwards, grown, Reading(())):
        with pytest.raises(AssertionError):
            check(replace(format, read=lambda _, broken=broken: broken), GOOD["native"][0])

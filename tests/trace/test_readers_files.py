"""Which files make up which trace, how their format is told, and what becomes of files that are none."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from checker.trace.event import Trace
from checker.trace.readers import format_of, read, traces_of
from checker.trace.readers.common import excerpt, nearest, sanitise

NATIVE = '{"switchover": 1, "log": "%s", "host": "%s"}\n{"event": "X"}\n'
XML = (
    "<Event><System><Provider Name='P'/><EventID>1</EventID><EventRecordID>1</EventRecordID><Channel>C</Channel>"
    "<Computer>%s</Computer></System></Event>"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One recording of each kind, a pair in a folder of its own, and what is no recording."""
    for name, text in {
        "one.jsonl": NATIVE % ("a", "A"),
        "one.md": "what it is",
        "one.verdict.json": "{}",
        "two.XML": XML % "A",
        "pair/a.ndjson": NATIVE % ("a", "A"),
        "pair/more/b.jsonl": NATIVE % ("b", "B"),
        "pair/notes.txt": "",
        "empty/notes.md": "",
        ".hidden/x.jsonl": "",
        ".x.jsonl": "",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def messages(trace: Trace) -> list[str]:
    return [complaint.message for complaint in trace.complaints]


def test_a_folder_is_many_traces(folder: Path) -> None:
    assert traces_of([folder]) == (
        ("one", (folder / "one.jsonl",)),
        ("pair", (folder / "pair" / "a.ndjson", folder / "pair" / "more" / "b.jsonl")),
        ("two", (folder / "two.XML",)),
    )


def test_files_given_together_are_one_trace(folder: Path) -> None:
    files = (folder / "one.jsonl", folder / "two.XML")
    assert traces_of([files[0], folder / "pair", files[1]]) == (
        ("one + two", files),
        ("a", (folder / "pair" / "a.ndjson",)),
        ("more", (folder / "pair" / "more" / "b.jsonl",)),
    )
    trace = read(files)
    assert [(log.name, log.host) for log in trace.logs] == [("a", "A"), ("A/C/P", "A")]
    assert (trace.name, trace.complaints) == ("one + two", ())


def test_every_trace_of_a_folder_is_read(folder: Path) -> None:
    read_all = [read(files, name) for name, files in traces_of([folder])]
    assert [(trace.name, len(trace.logs), trace.complaints) for trace in read_all] == [
        ("one", 1, ()),
        ("pair", 2, ()),
        ("two", 1, ()),
    ]
    assert [log.host for log in read([folder / "pair"]).logs] == ["A", "B"]


def test_a_link_to_a_folder_above_is_not_followed(folder: Path) -> None:
    before = traces_of([folder])
    (folder / "pair" / "up").symlink_to(folder / "pair")
    assert traces_of([folder]) == before


def test_two_files_with_a_log_of_one_name(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.jsonl").write_text(NATIVE % ("a", name))
    trace = read([tmp_path / "one.jsonl", tmp_path / "two.jsonl"])
    assert [(log.name, log.host) for log in trace.logs] == [("a", "one")]
    assert trace.left_out == 2
    assert messages(trace) == [f"log `a` has its header already, at {tmp_path}/one.jsonl:1; its one event is left out"]
    assert trace.complaints[0].origin.file == f"{tmp_path}/two.jsonl"


# What is there, and what is said of it. None: nothing is written.
UNREADABLE = {
    "missing.jsonl": (None, "there is no such file; nearest: `mising.jsonl`"),
    "no/such/folder.jsonl": (None, "there is no such file"),
    "zero\0byte.jsonl": (None, "there is no such file"),
    "empty.jsonl": (b"", "the file is empty: expected a recording"),
    "empty.evtx": (b"", "the file is empty: expected a recording"),
    "zip.bin": (b"PK\x03\x04", "this is a zip file: unpack it first"),
    "gzip.bin": (b"\x1f\x8b\x08", "this is a gzip file: unpack it first"),
    "capture.etl": (b"\0\0\1", "an event trace is not read itself: convert it with `tracerpt"),
    "table.csv": (b"a,b\n", "expected a header with the columns of an event export, such as `Id`"),
    "zip.jsonl": (b"PK\x03\x04", "this is a zip file: unpack it first"),
    "one.md": (b"# One", "this is a text about a recording"),
    "notes.txt": (b"hello", "this is no recording: expected JSON lines, event records as XML"),
    "x" * 300: (None, "File name too long"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_complained_about(tmp_path: Path, name: str) -> None:
    (tmp_path / "mising.jsonl").write_text("")
    content, message = UNREADABLE[name]
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    ((_, files),) = traces_of([path])
    trace = read(files)
    assert (trace.logs, trace.left_out) == ((), 0)
    (complaint,) = trace.complaints
    assert complaint.message.startswith(message)
    assert complaint.fatal
    assert complaint.place.isprintable()


def test_a_folder_without_recordings(tmp_path: Path) -> None:
    ((name, files),) = traces_of([tmp_path])
    assert (name, files) == (tmp_path.name, (tmp_path,))
    (message,) = messages(read(files))
    assert message.startswith("there is no recording in this folder: expected .")
    assert {".jsonl", ".ndjson", ".xml", ".evtx", ".csv", ".json"} <= set(message.split(": expected ")[1].split(", "))


def test_nothing_at_all() -> None:
    assert traces_of([]) == ()
    assert messages(read([])) == ["no file was given"]


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(NATIVE % ("a", "A"))
    locked = tmp_path / "locked"
    locked.mkdir()
    path.chmod(0)
    locked.chmod(0)
    if os.access(path, os.R_OK):  # an administrator may read everything

        def refuse(*_: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("checker.trace.readers.reading.FileIO", refuse)
        monkeypatch.setattr(Path, "iterdir", refuse)
    assert messages(read([path])) == ["it may not be read: permission denied"]
    ((_, files),) = traces_of([locked])
    assert messages(read(files)) == ["it may not be read: permission denied"]
    locked.chmod(0o700)


def test_what_is_no_file(tmp_path: Path) -> None:
    assert messages(read([Path("/dev/zero")])) == ["this is neither a file nor a folder"]


def test_a_disk_that_fails_half_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from io import FileIO

    class Failing(FileIO):
        def readinto(self, buffer: Any, /) -> int:
            if self.tell():
                raise OSError(5, "Input/output error")
            return super().readinto(buffer)

    monkeypatch.setattr("checker.trace.readers.reading.FileIO", Failing)
    path = tmp_path / "a.jsonl"
    path.write_text(NATIVE % ("a", "A"))
    trace = read([path])
    assert [len(log.events) for log in trace.logs] == [1]
    assert messages(trace) == ["reading stopped before the end: Input/output error"]


def test_a_pipe_is_read(tmp_path: Path) -> None:
    from threading import Thread

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = Thread(target=pipe.write_text, args=(NATIVE % ("a", "A"),))
    writer.start()
    trace = read([pipe])
    writer.join()
    assert [len(log.events) for log in trace.logs] == [1]


@pytest.mark.parametrize(
    ("head", "name", "format"),
    [
        (b'{"switchover": 1', "x.bin", "native"),
        (b"\xef\xbb\xbf \n{", "x", "native"),
        (b"\xff\xfe{\0", "x", "native"),
        (b"  <Events", "x.log", "Windows event XML"),
        (b"- <Event", "x", "Windows event XML"),
        (b"<\0?\0x\0", "x", "Windows event XML"),
        (b"<?xml", "x.jsonl", "Windows event XML"),
        (b"ElfFile\0", "x.xml", "evtx"),
        (b"\0\0", "x.EVTX", "evtx"),
        (b"garbage", "x.jsonl", "native"),
        (b"garbage", "x.xml", "Windows event XML"),
    ],
)
def test_the_content_tells_the_format_and_else_the_suffix(head: bytes, name: str, format: str) -> None:
    found = format_of(head, name)
    assert not isinstance(found, str)
    assert found.name == format


def test_sanitise() -> None:
    assert sanitise("port \x1b[2J \u202e\u200d \x9b \r\n\t ü 漢 '\\'") == (
        "port \\x1b[2J \\u202e\\u200d \\x9b \\r\\n\\t ü 漢 '\\'"
    )
    assert sanitise("\ud800") == "\\ud800"
    assert sanitise("x" * 300, 10) == "x" * 10 + "…"


def test_excerpt_puts_the_caret_at_the_spot() -> None:
    for line, at in (("short", 2), ("\x00" * 70 + "HERE" + "\x01" * 300, 70), ("HERE", 0), ("x" * 500, 500)):
        shown, column = excerpt(line, at)
        assert shown.isprintable()
        assert shown[column - 1 :].startswith(line[at : at + 2])


def test_nearest() -> None:
    assert nearest("Begin", ("begin", "end")) == "; nearest: `begin`"
    assert nearest("zzz", ("begin", "end")) == ""

"""The formats that are read, and how a file's first bytes tell which one it is in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from checker.trace.readers import evtx, native, windows_xml
from checker.trace.readers.common import Input, Reading
from checker.trace.readers.encodings import marked
from checker.trace.readers.evtx_chunk import SIGNATURE

HEAD = 4096  # bytes that are looked at


@dataclass(frozen=True, slots=True)
class Format:
    """One format. `starts` tells it by a file's first bytes."""

    name: str
    suffixes: tuple[str, ...]
    starts: Callable[[bytes], bool]
    read: Callable[[Input], Reading]


def _text(head: bytes) -> str:
    return head.decode(marked(head) or "utf-8", "ignore").lstrip("\ufeff \t\r\n")


def _starts_native(head: bytes) -> bool:
    return _text(head).startswith("{")


def _starts_xml(head: bytes) -> bool:
    # Event viewers show an open element with a hyphen before it, and people copy that.
    return re.match(r"(?:-\s*)?<[!?A-Za-z]", _text(head)) is not None


def _starts_evtx(head: bytes) -> bool:
    return head.startswith(SIGNATURE)


FORMATS = (
    Format("native", (".jsonl", ".ndjson"), _starts_native, native.read),
    Format("Windows event XML", (".xml",), _starts_xml, windows_xml.read),
    Format("evtx", (".evtx",), _starts_evtx, evtx.read),
)
SUFFIXES = tuple(suffix for format in FORMATS for suffix in format.suffixes)

# What people also have, and how to make something of it that is read.
_UNPACK = "unpack it first"
_FOREIGN = (
    (b"\x1f\x8b", f"this is a gzip file: {_UNPACK}"),
    (b"PK\x03\x04", f"this is a zip file: {_UNPACK}"),
    (b"7z\xbc\xaf", f"this is a 7z file: {_UNPACK}"),
    (b"MSCF", f"this is a cabinet file: {_UNPACK}"),
    (b"PAR1", "this is a Parquet file: write its rows as JSON lines"),
)
_FOREIGN_SUFFIXES = {
    ".etl": "an event trace is not read itself: convert it with `tracerpt FILE -of XML -o FILE.xml`",
    ".csv": "CSV is not read: export the events as XML (`wevtutil qe CHANNEL /f:xml /e:Events`)",
    ".verdict.json": "this is the verdict of a recording, not a recording",
    ".md": "this is a text about a recording, not a recording",
}
_EXPECTED = "this is no recording: expected JSON lines, event records as XML, or an .evtx file"


def format_of(head: bytes, name: str) -> Format | str:
    """The format of a file with these first bytes and this name: by what is in it, and where that says nothing by its
    suffix. A text says what it is instead."""
    for format in FORMATS:
        if format.starts(head):
            return format
    lower = name.lower()
    for format in FORMATS:
        if lower.endswith(format.suffixes):
            return format
    for start, words in _FOREIGN:
        if head.startswith(start):
            return words
    return next((words for suffix, words in _FOREIGN_SUFFIXES.items() if lower.endswith(suffix)), _EXPECTED)

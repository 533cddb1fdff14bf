"""The formats that are read, and how a file's first bytes tell which one it is in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from checker.trace.readers import debug_lines, evtx, native, ocel, parquet, windows_csv, windows_json, windows_xml
from checker.trace.readers.common import Input, Reading
from checker.trace.readers.debug_shapes import looks_printed
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


def _starts_parquet(head: bytes) -> bool:
    return head.startswith(parquet.MAGIC)


def _starts_ocel(head: bytes) -> bool:
    return ocel.starts(_text(head))


def _starts_json(head: bytes) -> bool:
    return windows_json.starts(_text(head))


def _starts_csv(head: bytes) -> bool:
    return windows_csv.starts(_text(head))


def _starts_debug_lines(head: bytes) -> bool:
    return looks_printed(_text(head))


FORMATS = (
    # The native format last of those that begin with a brace: any line of JSON may be an event.
    Format("OCEL", (".jsonocel",), _starts_ocel, ocel.read),
    Format("Windows event JSON", (".json",), _starts_json, windows_json.read),
    Format("native", (".jsonl", ".ndjson"), _starts_native, native.read),
    Format("Windows event XML", (".xml",), _starts_xml, windows_xml.read),
    Format("evtx", (".evtx",), _starts_evtx, evtx.read),
    Format("Parquet", (".parquet",), _starts_parquet, parquet.read),
    Format("Windows event CSV", (".csv", ".tsv"), _starts_csv, windows_csv.read),
    Format("debug lines", (".log",), _starts_debug_lines, debug_lines.read),
)
SUFFIXES = tuple(suffix for format in FORMATS for suffix in format.suffixes)

# What people also have, and how to make something of it that is read.
_UNPACK = "unpack it first"
_FOREIGN = (
    (b"\x1f\x8b", f"this is a gzip file: {_UNPACK}"),
    (b"PK\x03\x04", f"this is a zip file: {_UNPACK}"),
    (b"7z\xbc\xaf", f"this is a 7z file: {_UNPACK}"),
    (b"MSCF", f"this is a cabinet file: {_UNPACK}"),
)
_FOREIGN_SUFFIXES = {
    ".etl": "an event trace is not read itself: convert it with `tracerpt FILE -of XML -o FILE.xml`",
    ".verdict.json": "this is the verdict of a recording, not a recording",
    ".md": "this is a text about a recording, not a recording",
}
_EXPECTED = (
    "this is no recording: expected JSON lines, event records as XML, JSON or CSV, an .evtx file, OCEL 2.0 as JSON, "
    "Parquet, or debug lines of a driver"
)


def format_of(head: bytes, name: str) -> Format | str:
    """The format of a file with these first bytes and this name: by what is in it, and where that says nothing by its
    suffix. A text says what it is instead."""
    for format in FORMATS:
        if format.starts(head):
            return format
    for start, words in _FOREIGN:
        if head.startswith(start):
            return words
    lower = name.lower()
    for format in FORMATS:
        if lower.endswith(format.suffixes):
            return format
    return next((words for suffix, words in _FOREIGN_SUFFIXES.items() if lower.endswith(suffix)), _EXPECTED)

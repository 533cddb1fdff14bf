"""Writes small .evtx files, for tests: chunks of records in the binary XML of Windows event logs, without templates."""

from __future__ import annotations

from dataclasses import dataclass, field
from struct import pack, pack_into
from zlib import crc32

CHUNK = 1 << 16
HEADER = 4096
FIRST = 512


@dataclass(frozen=True)
class Element:
    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: tuple[Element | str, ...] = ()


def event(event_id: str = "1", data: tuple[Element, ...] = (), computer: str = "H", time: str = "") -> Element:
    """A record of provider P in channel C."""
    system = (
        Element("Provider", {"Name": "P"}),
        Element("EventID", {}, (event_id,)),
        Element("TimeCreated", {"SystemTime": time or "2026-03-02T08:00:00.123456Z"}),
        Element("Channel", {}, ("C",)),
        Element("Computer", {}, (computer,)),
    )
    return Element("Event", {}, (Element("System", {}, system), Element("EventData", {}, data)))


def named(name: str, value: str) -> Element:
    return Element("Data", {"Name": name}, (value,))


def chunk(events: list[Element], first: int) -> bytes:
    """One chunk with these records, numbered from `first`."""
    body = b""
    last = FIRST
    for number, each in enumerate(events, first):
        last = FIRST + len(body)
        body += _record(last, number, each)
    head = bytearray(FIRST)
    head[:8] = b"ElfChnk\0"
    end = first + len(events) - 1
    pack_into("<QQQQIIII", head, 8, first, end, first, end, 128, last, FIRST + len(body), crc32(body))
    pack_into("<I", head, 124, crc32(bytes(head[:120]) + bytes(head[128:])))
    return (bytes(head) + body).ljust(CHUNK, b"\0")


def file(*chunks: bytes, next_record: int, still_open: bool = False) -> bytes:
    """A whole file."""
    head = bytearray(HEADER)
    head[:8] = b"ElfFile\0"
    pack_into("<QQQIHHHH", head, 8, 0, len(chunks) - 1, next_record, 128, 1, 3, HEADER, len(chunks))
    pack_into("<I", head, 120, int(still_open))
    pack_into("<I", head, 124, crc32(bytes(head[:120])))
    return bytes(head) + b"".join(chunks)


def _record(at: int, number: int, event: Element) -> bytes:
    writer = _Writer(at + 24)
    writer.put(b"\x0f\x01\x01\x00")
    writer.element(event)
    writer.put(b"\0")
    size = 24 + len(writer.data) + 4
    size += -size % 8
    # 2026-03-02T08:00:00.1234567Z as a FILETIME, one tenth of a microsecond later for each record
    head = pack("<4sIQQ", b"**\0\0", size, number, 134_169_120_001_234_567 + number)
    return (head + bytes(writer.data)).ljust(size - 4, b"\0") + pack("<I", size)


class _Writer:
    def __init__(self, start: int) -> None:
        self.start = start
        self.data = bytearray()

    def put(self, data: bytes) -> None:
        self.data += data

    def name(self, text: str) -> None:
        self.put(pack("<IIHH", self.start + len(self.data) + 4, 0, 0, len(text)) + text.encode("utf-16-le") + b"\0\0")

    def value(self, text: str) -> None:
        self.put(pack("<BBH", 5, 1, len(text)) + text.encode("utf-16-le"))

    def element(self, element: Element) -> None:
        self.put(pack("<BI", 0x41 if element.attributes else 0x01, 0))
        self.name(element.name)
        if element.attributes:
            self.put(pack("<I", 0))
        for left, (name, value) in enumerate(element.attributes.items(), 1 - len(element.attributes)):
            self.put(b"\x46" if left else b"\x06")
            self.name(name)
            self.value(value)
        self.put(b"\x02")
        for child in element.children:
            if isinstance(child, str):
                self.value(child)
            else:
                self.element(child)
        self.put(b"\x04")

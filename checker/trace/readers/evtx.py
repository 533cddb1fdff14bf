"""Reads Windows event log files (.evtx), chunk by chunk, so that damage to one chunk costs no other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from itertools import count, groupby
from typing import Any
from xml.parsers import expat

from checker.trace.readers.common import Input, Ledger, Readable, Reading, sanitise
from checker.trace.readers.evtx_chunk import CHUNK, HEADER, Chunk, FileHeader, alone, mended
from checker.trace.readers.windows import Record, instant, logs_of
from checker.trace.readers.xml_record import Broken, RecordBuilder

# XML cannot hold these; a record that does is read with a mark in their place.
_NOT_XML = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535), "�")


def read(source: Input) -> Reading:
    """The logs of one file."""
    ledger = Ledger(source.shown)
    try:
        import evtx  # noqa: F401 - a megabyte of machine code, for this format alone
    except ImportError:
        ledger.wrong(ledger.origin(0, "file"), "reading .evtx needs the package `evtx`: `pip install evtx`")
        return Reading((), ledger.complaints())
    logs = logs_of(_Reader(ledger).records(source.file), ledger)
    if not logs and not ledger.complaints():
        ledger.wrong(ledger.origin(0, "file"), "there is no record in the file")
    return Reading(logs, ledger.complaints(), ledger.left_out, joins=True)


class _Reader:
    """Goes through the chunks, and accounts for every record number they should hold."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.maker = _Records(ledger)
        self.highest = 0  # the highest number of the chunks so far
        # Of the chunks since then whose headers say nothing: how many records were read, how many more were seen.
        self.found = self.seen = 0

    def records(self, file: Readable) -> Iterator[Record]:
        header = FileHeader.of(_exactly(file, HEADER))
        if header is None:
            message = "expected the header of an event log, which starts with `ElfFile`"
            self.ledger.wrong(self.ledger.origin(0, "byte"), message)
        for number in count(1):
            data = _exactly(file, CHUNK)
            if not data:
                break
            if data == bytes(len(data)):
                continue  # never used
            if len(data) < CHUNK:
                of = f" of {header.chunks}" if header and header.chunks >= number else ""
                message = f"the file is cut off inside chunk {number}{of}"
                self.ledger.wrong(self.ledger.origin(number, "chunk"), message)
            chunk = Chunk(data.ljust(CHUNK, b"\0"))
            before = self.ledger.left_out
            yield from self.chunk(chunk, number)
            if not chunk.intact and chunk.plausible and self.ledger.left_out == before:
                _altered(number, header, self.ledger)
        self.account(header.next_record if header else 0, "the file ends before them, though its header counts them")

    def chunk(self, chunk: Chunk, number: int) -> Iterator[Record]:
        raws, why = _parsed(chunk)
        broken: frozenset[int] = frozenset()
        expected = chunk.last - chunk.first + 1 if chunk.plausible else sum(1 for _ in chunk.frames())
        if len(raws) < expected:
            whole, broken = mended(chunk)
            raws, more = _parsed(whole)
            why = why or more
        dealt_with: set[int] = set()
        for raw in raws:
            place = raw["event_record_id"]
            if place in broken or place in dealt_with or (chunk.plausible and place < chunk.first):
                continue
            try:
                record = self.maker.record(raw)
            except (Broken, expat.ExpatError) as error:
                why = why or str(error)
                continue
            dealt_with.add(place)
            if record is not None:
                yield record
        if chunk.plausible:
            if self.found or self.seen:
                self.account(chunk.first, "the chunk they were in is damaged")
            missing = [place for place in range(chunk.first, chunk.last + 1) if place not in dealt_with]
            _missing(missing, why, self.ledger)
            self.highest = max(self.highest, chunk.last)
        else:
            self.found += len(dealt_with)
            self.seen += max(expected - len(dealt_with), 0)
            message = f"chunk {number} is damaged, and its header with it"
            self.ledger.wrong(self.ledger.origin(number, "chunk"), message)

    def account(self, following: int, why: str) -> None:
        """Complains about numbers missing before `following`, the next record that is there, or would have been."""
        gap = following - 1 - self.highest
        missing = gap - self.found if self.highest and 0 < gap < 1 << 32 else self.seen
        if missing > 0:
            first = self.highest + 1
            message = f"{missing:,} records from number {first} on are left out: {why}"
            self.ledger.wrong(self.ledger.origin(first, "record"), message, records=missing)
        self.found = self.seen = 0


def _altered(number: int, header: FileHeader | None, ledger: Ledger) -> None:
    """All records could be read, and the chunk's checksum says that they are not what was written."""
    origin = ledger.origin(number, "chunk")
    if header is not None and header.open:
        message = "the checksum is not that of the records, as in a log copied while it was written"
        ledger.note("checksum", origin, message)
    else:
        message = "the checksum is not that of the records: something in them was altered; they are read as they stand"
        ledger.wrong(origin, message)


def _missing(places: list[int], why: str, ledger: Ledger) -> None:
    """Complains about each stretch of records that could not be read."""
    for _, stretch in groupby(enumerate(places), key=lambda pair: pair[1] - pair[0]):
        numbers = [place for _, place in stretch]
        first, last = numbers[0], numbers[-1]
        who = f"record {first} is" if first == last else f"records {first} to {last} are"
        reason = f" ({sanitise(why)})" if why else ""
        ledger.wrong(ledger.origin(first, "record"), f"{who} damaged and left out{reason}", records=len(numbers))


def _parsed(chunk: Chunk) -> tuple[list[dict[str, Any]], str]:
    """The records of a chunk as the `evtx` package reads them, and its first complaint."""
    from evtx import PyEvtxParser

    raws: list[dict[str, Any]] = []
    why = ""
    try:
        records = PyEvtxParser(BytesIO(alone(chunk)), 1).records()
        while True:
            try:
                raw = records.__next__()
            except RuntimeError as error:
                why = why or str(error)
            else:
                if raw is None:
                    break
                raws.append(raw)
    except StopIteration:
        pass
    except (OSError, RuntimeError) as error:
        why = why or str(error)
    return raws, why


class _Records:
    """Makes records of the XML that the `evtx` package writes for each. Its JSON is quicker and loses fields: those
    without a name where others have one, and all but one of those that share a name.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.place = ledger.origin(0)
        self.builder = RecordBuilder(ledger, lambda: self.place)
        self.ledger = ledger

    def record(self, raw: dict[str, Any]) -> Record | None:
        """One record; None, with its complaint, where it is not shaped like an event. Raises Broken or ExpatError."""
        self.place = self.ledger.origin(raw["event_record_id"], "record")
        self.builder.abandon()
        self.builder.outer.clear()
        parser = expat.ParserCreate()
        self.builder.attach(parser)
        parser.Parse(raw["data"].translate(_NOT_XML), True)
        record = next(iter(self.builder.taken()), None)
        if record is None:
            return None
        try:
            # The XML has microseconds only.
            time: int | None = instant(raw["timestamp"].removesuffix(" UTC"))
        except ValueError:
            time = record.time
        return replace(record, time=time, number=raw["event_record_id"])


def _exactly(file: Readable, size: int) -> bytes:
    """The next `size` bytes; fewer at the end of the file."""
    parts = []
    while size and (part := file.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)

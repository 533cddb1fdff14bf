"""The frame of an .evtx file: its header, its chunks of 64 KiB, and where the records of a chunk begin.

What stands inside a record is the `evtx` package's business. Frames are looked at here because that package gives up
a whole chunk where one record's length is wrong, and to know exactly how many records a chunk should have held.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from struct import pack_into, unpack_from
from zlib import crc32

SIGNATURE = b"ElfFile\0"
HEADER = 4096
CHUNK = 1 << 16

_CHUNK_SIGNATURE = b"ElfChnk\0"
_FIRST = 512  # where the first record of a chunk begins
_RECORD = b"**\0\0"
_SMALLEST = 28
_MOST = 1 << 48  # no log counts that far


@dataclass(frozen=True, slots=True)
class FileHeader:
    """`next_record` is the number that the next record would have got; old where the file was not closed (`open`)."""

    next_record: int
    chunks: int
    open: bool

    @staticmethod
    def of(data: bytes) -> FileHeader | None:
        """The header in the first bytes of a file; None where there is none."""
        if len(data) < HEADER or not data.startswith(SIGNATURE):
            return None
        flags = unpack_from("<I", data, 120)[0]
        return FileHeader(unpack_from("<Q", data, 24)[0], unpack_from("<H", data, 42)[0], bool(flags & 1))


@dataclass(frozen=True, slots=True)
class Chunk:
    """64 KiB of an event log."""

    data: bytes

    @property
    def first(self) -> int:
        """The number of the first record, as the chunk's header says."""
        return int(unpack_from("<Q", self.data, 24)[0])

    @property
    def last(self) -> int:
        """The number of the last record, as the chunk's header says."""
        return int(unpack_from("<Q", self.data, 32)[0])

    @property
    def plausible(self) -> bool:
        """The header's numbers can be those of one chunk."""
        return 0 < self.first <= self.last < self.first + CHUNK // _SMALLEST and self.last < _MOST

    @property
    def end(self) -> int:
        """The offset after the last record, as the chunk's header says; the chunk's end where that cannot be."""
        free = int(unpack_from("<I", self.data, 48)[0])
        return free if _FIRST < free <= CHUNK else CHUNK

    @property
    def intact(self) -> bool:
        """The records are as they were written, by the checksum in the chunk's header."""
        return bool(crc32(self.data[_FIRST : self.end]) == unpack_from("<I", self.data, 52)[0])

    def frames(self) -> Iterator[tuple[int, int, bool]]:
        """Start and end of each record, and whether its own length says so."""
        at = _FIRST
        while at + _SMALLEST <= self.end:
            end = self._length(at)
            sound = end is not None
            if end is None:
                end = self._next(at + 8)
            if sound or self.data[at:end].strip(b"\0"):
                yield at, end, sound
            at = end

    def _length(self, at: int) -> int | None:
        """The end of the record at an offset, by its own length: that stands at its end too, or leads to the next."""
        size = int(unpack_from("<I", self.data, at + 4)[0])
        end = at + size
        if not self.data.startswith(_RECORD, at) or size < _SMALLEST or end > self.end:
            return None
        twice = self.data[end - 4 : end] == self.data[at + 4 : at + 8]
        return end if twice or end >= self.end - 3 or self.data.startswith(_RECORD, end) else None

    def number(self, at: int) -> int:
        """The number of the record that begins at an offset."""
        return int(unpack_from("<Q", self.data, at + 8)[0])

    def _next(self, at: int) -> int:
        while (at := self.data.find(_RECORD, at, self.end)) >= 0:
            if at % 8 == 0 and at + _SMALLEST <= self.end:
                if not self.plausible or self.first <= self.number(at) <= self.last:
                    return at
            at += 1
        return self.end


def mended(chunk: Chunk) -> tuple[Chunk, frozenset[int]]:
    """The chunk with lengths that lead from record to record, and the numbers of the records whose own did not."""
    data = bytearray(chunk.data)
    data[:8] = _CHUNK_SIGNATURE
    broken = set()
    for start, end, sound in chunk.frames():
        if not sound:
            broken.add(chunk.number(start))
            data[start : start + 4] = _RECORD
            pack_into("<I", data, start + 4, end - start)
    return Chunk(bytes(data)), frozenset(broken)


def alone(chunk: Chunk) -> bytes:
    """An event log file that holds this chunk only."""
    header = bytearray(HEADER)
    header[:8] = SIGNATURE
    # first chunk, last chunk, next record, size of this header, minor and major version, block size, chunks
    pack_into("<QQQIHHHH", header, 8, 0, 0, chunk.last + 1 if chunk.plausible else 1, 128, 1, 3, HEADER, 1)
    pack_into("<I", header, 124, crc32(header[:120]))
    return bytes(header) + chunk.data

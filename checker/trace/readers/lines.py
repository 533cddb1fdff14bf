"""A file in lines, in bounded memory: no line longer than a limit is ever held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from checker.trace.readers.common import Readable

LIMIT = 1 << 20  # bytes of the longest line that is read
BLOCK = 1 << 17  # bytes read at a time; more costs fresh memory, less costs calls


@dataclass(frozen=True, slots=True)
class Lines:
    """Whole lines without their ends; `first` is the number of the first. `text` holds them all, and perhaps more."""

    first: int
    lines: list[bytes]
    text: bytes


@dataclass(frozen=True, slots=True)
class TooLong:
    """A line over the limit: its number, its length in bytes, and how it starts."""

    number: int
    length: int
    start: bytes


def lines_of(file: Readable, limit: int = LIMIT) -> Iterator[Lines | TooLong]:
    """The lines of a file in order, many at a time; those over `limit` bytes are passed over, whatever their length."""
    number = 1
    rest = pending = b""
    block_size = min(BLOCK, limit)
    while block := pending or file.read(block_size):
        pending = b""
        text = rest + block
        lines = text.split(b"\n")
        rest = lines.pop()
        # Blocks are no longer than the limit, so only the line that began in an earlier block can be over it.
        if lines and len(lines[0]) > limit:
            yield TooLong(number, len(lines[0]), lines[0][:200])
            number += 1
            del lines[0]
        if lines:
            yield Lines(number, lines, text)
            number += len(lines)
        if len(rest) > limit:
            start, length = rest[:200], len(rest)
            rest = b""
            while block := file.read(block_size):
                end = block.find(b"\n")
                length += len(block) if end < 0 else end
                if end >= 0:
                    pending = block[end + 1 :]
                    break
            yield TooLong(number, length, start)
            number += 1
    if rest:
        yield Lines(number, [rest], rest)

"""A file in the native format that grows: what was added since the last look."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from checker.trace.event import Complaint, Event, Log
from checker.trace.readers.common import Ledger
from checker.trace.readers.lines import LIMIT, Lines
from checker.trace.readers.native import NativeReader


@dataclass(slots=True)
class Growing:
    """Reads the native format piece by piece. `shown` is the file's name in messages, `name` that of a log without one.

    No line longer than a limit is held; of each log one record is.
    """

    name: str
    shown: str
    reader: NativeReader = field(init=False)
    logs: dict[str, Log] = field(default_factory=dict)
    rest: bytes = b""
    number: int = 1
    skipping: int = 0  # bytes of a line that is over the limit
    left: dict[str, int] = field(
        default_factory=dict
    )  # of each log, the records that were handed on and are still held

    def __post_init__(self) -> None:
        self.reader = NativeReader(self.name, Ledger(self.shown))

    def feed(self, block: bytes) -> tuple[list[Log], list[Event]]:
        """The logs that begin in the block, without records, and the records whose lines end in it, in their order."""
        text = self.rest + block
        lines = text.split(b"\n")
        self.rest = lines.pop()
        if self.skipping and lines:
            self._too_long(self.skipping + len(lines.pop(0)))
            self.number += 1
            self.skipping = 0
        if lines:
            self._read(lines, text)
        if len(self.rest) > LIMIT or self.skipping:
            self.skipping += len(self.rest)
            self.rest = b""
        return self._new()

    def end(self) -> tuple[list[Log], list[Event]]:
        """What the last line holds, where no line end follows it."""
        if self.skipping:
            self._too_long(self.skipping)
        elif self.rest.strip():
            self._read([self.rest], self.rest)
        self.rest, self.skipping = b"", 0
        return self._new()

    def complaints(self) -> tuple[tuple[Complaint, ...], int]:
        """What was wrong with the file, and how many of its records were left out. Nothing is read afterwards."""
        reading = self.reader.reading()
        return reading.complaints, reading.left_out

    def _read(self, lines: list[bytes], text: bytes) -> None:
        fit = [line if len(line) <= LIMIT else b"" for line in lines]
        for at, line in enumerate(lines):
            if len(line) > LIMIT:
                self._too_long(len(line), self.number + at)
        self.reader.lines(Lines(self.number, fit, text))
        self.number += len(lines)

    def _too_long(self, length: int, number: int = 0) -> None:
        message = f"the line has {length:,} bytes: more than {LIMIT:,} are not read as a record"
        ledger = self.reader.ledger
        ledger.wrong(ledger.origin(number or self.number), message, records=1)

    def _new(self) -> tuple[list[Log], list[Event]]:
        found: list[Event] = []
        begun: list[Log] = []
        for key, shelf in self.reader.shelves.items():
            if key is None:
                continue
            name = shelf.log.name
            if name not in self.logs:
                self.logs[name] = shelf.log
                begun.append(replace(shelf.log, events=()))
            held = self.left.get(name, 0)
            if len(shelf.events) > held:
                found += shelf.events[held:]
                del shelf.events[:-1]  # the reader asks for the last one's place
                self.left[name] = 1
        if len(self.logs) > 1:
            found.sort(key=lambda event: event.origin.place)
        return begun, found

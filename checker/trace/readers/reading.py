"""Reads the files of one trace, and puts their logs together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from errno import EACCES, ENOENT, ENOTDIR, EPERM
from io import BufferedReader, FileIO
from pathlib import Path
from stat import S_ISDIR, S_ISFIFO, S_ISREG

from checker.trace.event import Complaint, Log, Origin, Trace
from checker.trace.readers.common import Input, Ledger, Reading, collection_paused, nearest, sanitise
from checker.trace.readers.files import name_of, recordings_in
from checker.trace.readers.formats import HEAD, SUFFIXES, format_of
from checker.trace.readers.windows import join

_WORDS = {
    ENOENT: "there is no such file",
    ENOTDIR: "there is no such file",
    EACCES: "it may not be read: permission denied",
    EPERM: "it may not be read: permission denied",
}


def read(paths: Iterable[Path], name: str | None = None) -> Trace:
    """One trace, made of the logs of all these files; a folder among them stands for all the recordings in it.

    Logs of the native format keep their names, which must differ. Records of one Windows log that come from several
    files become one log. Never raises for what it finds on disk: that is in the trace's complaints.
    """
    given = tuple(paths)
    with collection_paused():
        readings = [reading for path in given for reading in _readings(path)]
        logs, ledgers = _together(readings)
    complaints = [complaint for reading in readings for complaint in reading.complaints]
    complaints.extend(complaint for ledger in ledgers for complaint in ledger.complaints())
    if not given:
        complaints.append(Complaint(Origin("<nothing>", 0, "file"), "no file was given"))
    left_out = sum(reading.left_out for reading in readings) + sum(ledger.left_out for ledger in ledgers)
    return Trace(name_of(given) if name is None else name, logs, tuple(complaints), left_out)


def _together(readings: list[Reading]) -> tuple[tuple[Log, ...], list[Ledger]]:
    """All logs under names of their own, and what was wrong with putting them together."""
    logs: dict[str, tuple[Log, bool]] = {}
    ledgers: dict[str, Ledger] = {}
    for reading in readings:
        for log in reading.logs:
            if log.name not in logs:
                logs[log.name] = (log, reading.joins)
                continue
            known, joins = logs[log.name]
            ledger = ledgers.setdefault(log.origin.file, Ledger(log.origin.file))
            if joins and reading.joins:
                logs[log.name] = (join(known, log, ledger), True)
            else:
                events = f"its {len(log.events):,} events are" if len(log.events) != 1 else "its one event is"
                message = f"log `{sanitise(log.name, 80)}` has its header already, at {known.origin}; {events} left out"
                ledger.wrong(log.origin, message, records=len(log.events) + 1)
    return tuple(log for log, _ in logs.values()), list(ledgers.values())


def _readings(path: Path) -> Iterator[Reading]:
    shown = sanitise(str(path), 4096)
    try:
        mode = path.stat().st_mode
        if S_ISDIR(mode):
            inside = recordings_in(path)
            if not inside:
                yield _failed(shown, f"there is no recording in this folder: expected {', '.join(SUFFIXES)}", "folder")
            for file in inside:
                yield _reading(file)
        elif S_ISREG(mode) or S_ISFIFO(mode):
            yield _reading(path)
        else:
            yield _failed(shown, "this is neither a file nor a folder")
    except (OSError, ValueError) as error:
        yield _failed(shown, _words(error, path))


def _reading(path: Path) -> Reading:
    shown = sanitise(str(path), 4096)
    try:
        with BufferedReader(FileIO(str(path)), 1 << 16) as opened:
            file = _Stopping(opened)
            head = opened.peek(HEAD)[:HEAD]
            if not head:
                return _failed(shown, "the file is empty: expected a recording")
            format = format_of(head, path.name)
            if isinstance(format, str):
                return _failed(shown, format)
            reading = format.read(Input(file, sanitise(path.name), shown, head))
    except (OSError, ValueError) as error:
        return _failed(shown, _words(error, path))
    if file.error is None:
        return reading
    stopped = _failed(shown, f"reading stopped before the end: {_words(file.error, path)}")
    return replace(reading, complaints=reading.complaints + stopped.complaints)


class _Stopping:
    """A stream that ends where it cannot be read further, and remembers why: what came before is still read."""

    def __init__(self, file: BufferedReader[FileIO]) -> None:
        self.file = file
        self.error: OSError | None = None

    def read(self, size: int, /) -> bytes:
        try:
            return self.file.read1(size)  # `read` would lose what it has when a later part fails
        except OSError as error:
            self.error = error
            return b""


def _failed(shown: str, message: str, unit: str = "file") -> Reading:
    return Reading((), (Complaint(Origin(shown, 0, unit), message),))


def _words(error: OSError | ValueError, path: Path) -> str:
    if isinstance(error, ValueError):  # a name with a zero in it, which no file has
        return _WORDS[ENOENT]
    words = _WORDS.get(error.errno or 0) or sanitise(error.strerror or str(error))
    if error.errno != ENOENT:
        return words
    try:
        return words + nearest(path.name, [entry.name for entry in path.parent.iterdir()])
    except OSError:
        return words

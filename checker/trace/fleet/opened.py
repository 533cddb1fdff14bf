"""The files of a recording as one source, read piece by piece where their format allows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from checker.trace.event import Complaint, Event
from checker.trace.fleet.coded import Coder
from checker.trace.fleet.frames import Frame, Piece, Source
from checker.trace.fleet.ndjson import Lined
from checker.trace.fleet.plan import Refused
from checker.trace.fleet.rows import Rowed
from checker.trace.readers import FORMATS, format_of
from checker.trace.readers.files import name_of, recordings_in
from checker.trace.readers.formats import HEAD
from checker.trace.readers.parquet import MAGIC

PLACES = 1 << 31  # places of all files together


def opened(paths: Sequence[Path]) -> Source:
    """The files as one source. Raises Refused for those that are read another way."""
    files = [file for path in paths for file in _files(path)]
    sources: list[Lined | Rowed] = []
    base = 0
    for file in files:
        sources.append(_one(file, base))
        base += file.stat().st_size + 1  # there are no more records than bytes
        if base >= PLACES and len(files) > 1:
            raise Refused("the files are too large to be told apart by their places")
    names = [log.name for source in sources for log in source.logs]
    if len(set(names)) < len(names):
        raise Refused("two files hold logs of the same name")
    return sources[0] if len(sources) == 1 else Several(sources, name_of(tuple(paths)))


def _files(path: Path) -> Sequence[Path]:
    try:
        return recordings_in(path) if path.is_dir() else (path,)
    except (OSError, ValueError) as error:
        raise Refused("a folder cannot be read") from error


def _one(file: Path, base: int) -> Lined | Rowed:
    try:
        if not file.is_file():
            raise Refused("it is no plain file")
        with file.open("rb") as opened_file:
            head = opened_file.read(HEAD)
    except (OSError, ValueError) as error:
        raise Refused("a file cannot be read") from error
    if head.startswith(MAGIC):
        return Rowed(file, base)
    if format_of(head, file.name) is next(each for each in FORMATS if each.name == "native"):
        return Lined(file, base)
    raise Refused("its format is read record by record")


class Several:
    """Several files, a piece of each in turn, so that what belongs together comes together."""

    def __init__(self, sources: Sequence[Lined | Rowed], name: str) -> None:
        self.sources = tuple(sources)
        self.name = name
        self.logs = tuple(log for source in sources for log in source.logs)

    def pieces(self) -> Iterator[Piece]:
        first = 0
        waiting: list[tuple[int, Iterator[Piece]]] = []
        for source in self.sources:
            waiting.append((first, source.pieces()))
            first += len(source.logs)
        while waiting:
            for each in list(waiting):
                piece = next(each[1], None)
                if piece is None:
                    waiting.remove(each)
                else:
                    yield partial(_shifted, each[0], piece)

    def events(self, places: Iterable[int]) -> dict[int, Event]:
        wanted = sorted(places)
        found: dict[int, Event] = {}
        for source, until in zip(self.sources, [*(s.base for s in self.sources[1:]), PLACES], strict=True):
            found |= source.events(place for place in wanted if source.base <= place < until)
        return found

    def complaints(self) -> tuple[Complaint, ...]:
        return tuple(complaint for source in self.sources for complaint in source.complaints())

    def left_out(self) -> int:
        return sum(source.left_out() for source in self.sources)


def _shifted(logs: int, piece: Piece, coder: Coder) -> Frame:
    """The piece with its logs counted from `logs` on."""
    frame = piece(coder)
    return Frame(frame.columns, (frame.logs + logs).astype(np.int32), frame.places)

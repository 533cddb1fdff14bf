"""The inputs that the fuzzer kept: small ones that each reach code no other does, and all that ever failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from checker.trace.readers import Format

CORPUS = Path(__file__).parent / "corpus"


def chosen(formats: Sequence[Format], data: bytes) -> tuple[Format, bytes]:
    """The reader that an input is for, by its first byte, and what that reader gets.

    A new format goes to the end of ORDER, so that the inputs that were kept still mean what they meant.
    """
    by_name = {format.name: format for format in formats}
    known = [name for name in ORDER if name in by_name]
    return by_name[known[(data[0] if data else 0) % len(known)]], data[1:]


ORDER = (
    "native",
    "Windows event XML",
    "evtx",
    "Windows event CSV",
    "Windows event JSON",
    "OCEL",
    "debug lines",
    "Parquet",
)


def inputs(formats: Sequence[Format]) -> Iterator[tuple[str, Format, bytes]]:
    """Each input that was kept: its name, its reader, its bytes."""
    for path in sorted(CORPUS.iterdir()):
        if not path.name.startswith("."):
            yield (path.name, *chosen(formats, path.read_bytes()))

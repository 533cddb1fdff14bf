"""The formats that a trace can be written in, and which one a file's name asks for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from checker.trace.event import Trace
from checker.trace.writers import ndjson, ocel, shiviz, xes
from checker.trace.writers.common import Written


@dataclass(frozen=True, slots=True)
class Objects:
    """What the fields of events name: the type of object by field, and the fields whose ids are a host's own."""

    types: Mapping[str, str] = field(default_factory=dict)
    local: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class TextFormat:
    """A format of text. `objects`: it wants to know what the fields name."""

    name: str
    suffixes: tuple[str, ...]
    write: Callable[[Trace, Objects], Written]
    objects: bool = False


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A format that only a file can hold. `write` raises ImportError where its library is not there."""

    name: str
    suffixes: tuple[str, ...]
    write: Callable[[Trace, Path], tuple[str, ...]]


def _parquet(trace: Trace, path: Path) -> tuple[str, ...]:
    from checker.trace.writers.parquet import write

    return tuple(write(trace, path) or ())


WRITERS: tuple[TextFormat | FileFormat, ...] = (
    TextFormat("ndjson", (".jsonl", ".ndjson"), lambda trace, _: ndjson.write(trace)),
    TextFormat("ocel", (".json", ".jsonocel"), lambda trace, named: ocel.write(trace, named.types, named.local), True),
    TextFormat("shiviz", (".shiviz",), lambda trace, _: shiviz.write(trace)),
    TextFormat("xes", (".xes",), lambda trace, _: xes.write(trace)),
    FileFormat("parquet", (".parquet",), _parquet),
)


def writer_named(name: str) -> TextFormat | FileFormat | None:
    """The format of that name."""
    return next((each for each in WRITERS if each.name == name), None)


def writer_for(file: str) -> TextFormat | FileFormat | None:
    """The format that the suffix of a file's name asks for."""
    return next((each for each in WRITERS if file.lower().endswith(each.suffixes)), None)

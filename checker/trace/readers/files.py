"""Which files make up which trace.

* Files given together are one trace: the logs of one run, from one host or several.
* A folder is many traces: each recording in it is one, and each folder in it that holds recordings, at any depth, is
  one made of all of those (two hosts' exports, say).

A recording is known by its suffix (.jsonl, .xml, .evtx and those of the other formats). All else in a folder is passed
over: NAME.md, which says where a recording comes from, NAME.verdict.json, which says what it must get, and hidden
files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from checker.trace.readers.formats import SUFFIXES

VERDICT = ".verdict.json"  # a recording's verdict lies beside it


def traces_of(paths: Iterable[Path]) -> tuple[tuple[str, tuple[Path, ...]], ...]:
    """The traces that these paths hold: each a name and the files to `read` together, in a stable order.

    A path that is not there, or a folder without recordings, is a trace of its own; reading it says what is wrong.
    """
    files: list[Path] = []
    folders: list[Path] = []
    for path in paths:
        (folders if _is_folder(path) else files).append(path)
    traces = [(name_of(tuple(files)), tuple(files))] if files else []
    for folder in folders:
        traces.extend(_in_folder(folder))
    return tuple(traces)


def recordings_in(folder: Path) -> tuple[Path, ...]:
    """The recordings in a folder and in the folders in it, by name. Raises OSError where it cannot be listed."""
    return tuple(sorted(_walk(folder, frozenset())))


def _in_folder(folder: Path) -> Iterator[tuple[str, tuple[Path, ...]]]:
    try:
        entries = sorted(folder.iterdir())
        traces = [found for entry in entries if (found := _one(entry)) is not None]
    except OSError:
        traces = []
    # A folder with nothing to read is handed on, so that reading it complains.
    yield from traces or [(name_of((folder,)), (folder,))]


def _one(entry: Path) -> tuple[str, tuple[Path, ...]] | None:
    if _is_folder(entry):
        try:
            inside = () if entry.name.startswith(".") else recordings_in(entry)
        except OSError:
            inside = (entry,)  # reading it says why it cannot be listed
        return (entry.name, inside) if inside else None
    return (name_of((entry,)), (entry,)) if _is_recording(entry) else None


def _walk(folder: Path, above: frozenset[Path]) -> Iterator[Path]:
    here = folder.resolve()
    if here in above:  # a link back to a folder that holds it
        return
    for entry in folder.iterdir():
        if _is_folder(entry):
            if not entry.name.startswith("."):
                yield from _walk(entry, above | {here})
        elif _is_recording(entry):
            yield entry


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _is_recording(path: Path) -> bool:
    name = path.name.lower()
    return name.endswith(SUFFIXES) and not name.startswith(".") and not name.endswith(VERDICT)


def name_of(files: tuple[Path, ...]) -> str:
    """The name of a trace made of these files."""
    return " + ".join(_stem(path) for path in files)


def _stem(path: Path) -> str:
    return path.stem if path.name.lower().endswith(SUFFIXES) else path.resolve().name or str(path)

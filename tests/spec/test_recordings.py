"""The recordings of `traces/` are what the tapes say."""

from __future__ import annotations

from tests.recordings.written import TRACES, everything


def test_files_are_what_the_tapes_say() -> None:
    wanted = everything()
    there = {str(path.relative_to(TRACES)) for path in TRACES.rglob("*") if path.is_file()}
    assert there == wanted.keys()
    for name, text in wanted.items():
        assert (TRACES / name).read_text() == text, f"{name}: run python -m tests.recordings.written"

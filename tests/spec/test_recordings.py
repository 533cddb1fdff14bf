"""The recordings of `traces/` are what the tapes say, and get the verdicts that stand beside them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

from checker.language.load import load
from checker.language.protocol import Protocol
from checker.report.expected import beside, differences, expected
from checker.trace.judge_trace import judge_all
from checker.trace.readers import read, traces_of
from tests.recordings.written import TRACES, everything

FOUND = traces_of([TRACES])


@lru_cache
def protocols() -> tuple[Protocol, ...]:
    loaded = [load(TRACES.parent / "spec" / f"{name}.mig")[0] for name in ("migration", "switch")]
    return tuple(protocol for protocol in loaded if protocol is not None)


def test_files_are_what_the_tapes_say() -> None:
    wanted = everything()
    there = {path.relative_to(TRACES).as_posix() for path in TRACES.rglob("*") if path.is_file()}
    assert there == wanted.keys()
    for name, text in wanted.items():
        assert (TRACES / name).read_text() == text, f"{name}: run python -m tests.recordings.written"


def test_there_are_as_many_as_the_tapes() -> None:
    assert len(FOUND) == sum(name.endswith(".verdict.json") for name in everything()) >= 60


@pytest.mark.parametrize(("name", "files"), FOUND, ids=[name for name, _ in FOUND])
def test_verdict_is_the_one_that_stands_beside_it(name: str, files: tuple[Path, ...]) -> None:
    place = next(found for path in (files[0], files[0].parent) if (found := beside(path)).is_file())
    verdict = judge_all(protocols(), read(files, name))
    assert differences(expected(place.read_text()), verdict) == ()

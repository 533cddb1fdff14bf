"""Whatever a file holds, reading it yields a trace and complaints fit for a terminal, never an exception."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from checker.trace.readers import read, render
from checker.trace.readers.times import nanoseconds, time_reader
from tests.trace.evtx_file import chunk, event, file, named

FIXTURES = Path(__file__).parent / "fixtures"
NATIVE = (
    b'{"switchover": 1, "log": "a", "host": "A", "clock": {"domain": "a", "skew_ms": 50}}\n'
    b'{"log": "a", "seq": 1, "ts": "2026-11-24T08:00:01.25Z", "event": "X", "phase": "begin", "req": "r", "Id": 7}\n'
    b'{"log": "a", "seq": 2, "ts": 1700000000000000000, "event": "X", "phase": "end", "req": "r", "status": "S"}\n'
)
SEEDS = {
    ".jsonl": NATIVE,
    ".xml": (FIXTURES / "lifecycle.xml").read_bytes()[:3000],
    ".evtx": file(chunk([event(str(n), (named("A", "x"),)) for n in range(4)], 1), next_record=5)[: 4096 + 3000],
}


@st.composite
def damaged(draw: st.DrawFn, seed: bytes) -> bytes:
    """A good file with some places cut, overwritten or repeated."""
    data = seed
    for _ in range(draw(st.integers(1, 3))):
        at, size = draw(st.integers(0, len(data))), draw(st.integers(0, 60))
        new = draw(st.binary(max_size=12) | st.just(data[at // 2 : at // 2 + size]))
        data = data[:at] + new + data[at + size :]
    return data


def check(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    trace = read([path])
    for complaint in trace.complaints:
        assert render(complaint).replace("\n", "").isprintable()
        assert complaint.column <= len(complaint.text) + 1
    assert trace.left_out == 0 or any(complaint.fatal for complaint in trace.complaints)
    for log in trace.logs:
        positions = [event.seq for event in log.events]
        assert positions == sorted(set(positions))
        assert all(event.log == log.name for event in log.events)


@pytest.mark.parametrize("suffix", [*SEEDS, ".bin"])
@given(data=st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_bytes(tmp_path: Path, suffix: str, data: bytes) -> None:
    check(tmp_path / f"any{suffix}", data)


@pytest.mark.parametrize("suffix", SEEDS)
@given(draw=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_damage(tmp_path: Path, suffix: str, draw: st.DataObject) -> None:
    check(tmp_path / f"damaged{suffix}", draw.draw(damaged(SEEDS[suffix])))


HEADS = ["", "2026-11-24T08:00:01", "2016-12-31T23:59:60", "2026-02-30T08:00:00", "2026-11-24t24:00:00"]
TAILS = ["Z", ".Z", ".5Z", ".123456789Z", ".1234567890Z", ".٣Z", ".²Z", ".5z", ".5+01:00", ".5-24:00", ".5", ""]


@given(st.sampled_from(HEADS).flatmap(lambda head: st.lists(st.sampled_from(TAILS).map(head.__add__), max_size=12)))
def test_the_quick_reader_of_times_is_the_slow_one(times: list[str]) -> None:
    quick = time_reader()
    for time in times + times:
        try:
            wanted: int | None = nanoseconds(time)
        except ValueError:
            wanted = None
        try:
            found: int | None = quick(time)
        except ValueError:
            found = None
        assert found == wanted


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.000000001Z", 1),
        ("1969-12-31T23:59:59.9Z", -100_000_000),
        ("1970-01-01t01:00:00.5+01:00", 500_000_000),
        ("1969-12-31 22:30:00-01:30", 0),
        ("2026-11-24T08:00:01.2500000Z", 1_795_507_201_250_000_000),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000_000_000),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000_000_000),
    ],
)
def test_times(text: str, instant: int) -> None:
    assert nanoseconds(text) == instant
    assert [time_reader()(text)] * 2 == [instant] * 2

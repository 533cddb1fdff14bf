"""Files read by the column yield what the careful readers yield: the same records, complaints, and cases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from checker.trace.event import Trace
from checker.trace.fleet import ndjson, rows
from checker.trace.fleet.book import Book
from checker.trace.fleet.frames import Recorded, Source
from checker.trace.fleet.opened import opened
from checker.trace.fleet.plan import Refused, planned
from checker.trace.fleet.shapes import Shapes, tables_of
from checker.trace.fleet.stamps import times_are_sound
from checker.trace.readers import read
from checker.trace.writers import parquet
from tests.recordings import fleet
from tests.trace import apart
from tests.trace.fleets import migration, text

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ndjson, "HEAD", 600)
    monkeypatch.setattr(ndjson, "PIECE", 4000)
    monkeypatch.setattr(rows, "PIECE", 50)


def taken_apart(source: Source) -> list[tuple[int, list[str]]]:
    """Each case: how many are of its variant, and its records as they stand in the input."""
    shapes = Shapes(planned([migration()], source.logs))
    book = Book(shapes, 100, 20)
    for table in tables_of(source, shapes):
        book.add(table)
    book.close()
    counts = book.counts().tolist()
    found = []
    for case in book:
        events = source.events(case.places.tolist())
        told = sorted(f"{event.log} {event.seq} {event.name} {event.origin.place}" for event in events.values())
        found.append((counts[case.variant], told))
    return sorted(found)


def unplaced(cases: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    return sorted((count, sorted(text.rpartition(" ")[0] for text in told)) for count, told in cases)


LINES = list(fleet.events(5, 400, at_once=8))


def test_a_file_by_the_column_is_the_file_read_with_care(tmp_path: Path) -> None:
    path = tmp_path / "cluster.jsonl"
    path.write_text(text(LINES), encoding="utf-8")
    assert taken_apart(opened([path])) == taken_apart(Recorded(read([path])))


def test_a_parquet_file_is_the_trace_it_was_written_from(tmp_path: Path) -> None:
    lined, columns = tmp_path / "cluster.jsonl", tmp_path / "cluster.parquet"
    lined.write_text(text(LINES), encoding="utf-8")
    parquet.write(read([lined]), columns)
    assert unplaced(taken_apart(opened([columns]))) == unplaced(taken_apart(opened([lined])))


def test_two_files_are_one_recording(tmp_path: Path) -> None:
    whole = text(LINES).splitlines(keepends=True)
    for log in "ab":
        mine = [line for line in whole if f'"log": "{log}"' in line]
        (tmp_path / f"{log}.jsonl").write_text("".join(mine), encoding="utf-8")
    (tmp_path / "both.jsonl").write_text("".join(whole), encoding="utf-8")
    several = opened([tmp_path / "a.jsonl", tmp_path / "b.jsonl"])
    assert unplaced(taken_apart(several)) == unplaced(taken_apart(opened([tmp_path / "both.jsonl"])))


def damaged(line: str) -> Callable[[list[str]], list[str]]:
    return lambda lines: [*lines, line + "\n"]


RUNNING = '{"log": "a", "seq": %d, "event": "VM_RUNNING", "VmName": "x"}'
DAMAGE = {
    "no JSON": damaged("{oops"),
    "no object": damaged("17"),
    "a member twice": damaged('{"log": "a", "seq": 9999, "event": "VM_RUNNING", "VmName": "x", "VmName": "y"}'),
    "no log": damaged('{"log": "c", "seq": 1, "event": "VM_RUNNING", "VmName": "x"}'),
    "no event": damaged('{"log": "a", "seq": 9999}'),
    "no time": damaged('{"log": "a", "seq": 1000, "ts": "2026-02-30T08:00:00Z", "event": "VM_RUNNING", "VmName": "x"}'),
    "a position that is none": damaged('{"log": "a", "seq": 1, "event": "VM_RUNNING", "VmName": "x"}'),
    "half a character": damaged('{"log": "a", "seq": 9999, "event": "VM_RUNNING", "VmName": "\\ud800"}'),
    "blank lines": damaged(" "),
    "a name that is none": damaged('{"log": "a", "seq": 9999, "event": 5, "VmName": "x"}'),
    "an unknown member": damaged('{"log": "a", "seq": 9999, "event": "VM_RUNNING", "VmName": "x", "Mood": "good"}'),
    "a nested value": damaged('{"log": "a", "seq": 9999, "event": "VM_RUNNING", "VmName": {"a": 1}}'),
    "a number for a name": damaged('{"log": "a", "seq": 9999, "event": "VM_RUNNING", "VmName": 7}'),
    "no number": damaged('{"log": "a", "seq": 9999, "event": "VM_RUNNING", "VmName": "x", "Share": NaN}'),
    "an empty status": damaged('{"log": "a", "seq": 9999, "event": "VM_RUNNING", "VmName": "x", "status": ""}'),
    "two on a line": damaged(f"{RUNNING % 9998}{RUNNING % 9999}"),
    "two on a line, none on the next": lambda lines: [*lines, f"{RUNNING % 9998}{RUNNING % 9999}\n", "\n"],
    "a record on two lines": lambda lines: [*lines, RUNNING.replace(" ", "\n", 1) % 9998, RUNNING % 9999, "\n"],
    "statuses as headers of C write them": lambda lines: [
        line.replace("}", ', "status": "NDIS_STATUS_SUCCESS"}') if number % 2 and '"status"' not in line else line
        for number, line in enumerate(lines)
    ],
    "empty names": lambda lines: [
        *lines,
        *(
            f'{{"log": "a", "seq": {at}, "event": "OID_SWITCH_NIC_CONNECT", "NicName": "n{at}", "VmName": ""}}\n'
            for at in (9998, 9999)
        ),
    ],
    "in the middle": lambda lines: [*lines[:200], "oops\n", *lines[200:]],
    "out of order": lambda lines: [*lines[:200], lines[100], *lines[200:]],
    "cut off": lambda lines: [*lines[:-1], lines[-1][:30]],
    "no end of line": lambda lines: [*lines[:-1], lines[-1].rstrip("\n")],
    "a late header": damaged('{"switchover": 1, "log": "a", "host": "HOST-A"}'),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_damaged_is_told_as_the_careful_reader_tells_it(damage: str, tmp_path: Path) -> None:
    path = tmp_path / "damaged.jsonl"
    path.write_text(text(DAMAGE[damage](LINES)), encoding="utf-8")
    careful = read([path])
    quick = opened([path])
    found = taken_apart(quick)
    assert (quick.complaints(), quick.left_out()) == (careful.complaints, careful.left_out)
    assert found == taken_apart(Recorded(Trace("", careful.logs)))


@pytest.mark.parametrize("seed", range(25))
def test_any_damage_is_told_as_the_careful_reader_tells_it(seed: int, tmp_path: Path) -> None:
    path = tmp_path / "damaged.jsonl"
    path.write_bytes(apart.damaged(Random(seed), text(LINES[:150]).encode()))
    careful = read([path])
    try:
        quick = opened([path])
        found = taken_apart(quick)
    except Refused:
        return  # then the careful reader reads all of it
    assert (quick.complaints(), quick.left_out()) == (careful.complaints, careful.left_out)
    assert found == taken_apart(Recorded(Trace("", careful.logs)))


@pytest.mark.parametrize(
    "lines", [[], ["x"], [text([]).splitlines()[0][:-1]]], ids=["empty", "no JSON", "half a header"]
)
def test_what_has_no_header_at_its_beginning_is_not_read_by_the_column(lines: list[str], tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(Refused):
        opened([path])


def test_parquet_with_texts_that_are_none_is_not_read_by_the_column(tmp_path: Path) -> None:
    texts = pa.Array.from_buffers(pa.string(), 1, pa.array([b"\xff\xfe"], pa.binary()).buffers())
    columns = {"host": ["A"], "source": ["oid"], "event": ["VM_RUNNING"], "VmName": texts}
    pq.write_table(pa.table(columns), tmp_path / "x.parquet")
    with pytest.raises(Refused, match="cannot be read to its end"):
        taken_apart(opened([tmp_path / "x.parquet"]))


TIMES = [
    (["2026-03-02T08:00:00.000000Z", "2026-03-02T08:59:59.999999Z"], True),
    (["2026-03-02T08:00:00Z"], True),
    (["2026-03-02T08:00:00Z", "2026-03-02T08:00:00.5Z"], True),
    (["2026-02-29T08:00:00Z"], False),
    (["2024-02-29T08:00:00Z"], True),
    (["2026-03-02T24:00:00Z"], False),
    (["2026-03-02T08:60:00Z"], False),
    (["2026-03-02T08:00:60Z"], False),  # a leap second: for the careful reader
    (["2026-03-02 08:00:00.1Z", "yesterday, at about 8.Z"], False),
    (["2026-03-02T08:00:00.Z"], False),
    (["2026-03-02T08:00:00"], False),
    ([f"2026-03-{day:02}T08:{minute:02}:00Z" for day in range(1, 31) for minute in range(10)], True),
    ([f"2026-02-{day:02}T08:{minute:02}:00Z" for day in range(1, 31) for minute in range(10)], False),
    ([None, None], True),
    ([None, "2026-03-02T08:00:00Z"], True),
]


@pytest.mark.parametrize(("times", "sound"), TIMES, ids=lambda value: str(value)[:40])
def test_times_are_told_from_what_is_none(times: list[str | None], sound: bool) -> None:
    assert times_are_sound(pa.array(times, pa.string())) is sound

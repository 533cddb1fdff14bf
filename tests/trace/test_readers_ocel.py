"""Object-centric event logs: what was written by this project, and what was not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from checker.trace.event import Event, Log, Trace
from checker.trace.readers import read, render
from checker.trace.writers import ocel
from tests.trace.samples import FOREIGN_OCEL, OCEL
from tests.trace.sound import BY_NAME, check


def read_document(tmp_path: Path, document: Any, name: str = "given.json") -> Trace:
    path = tmp_path / name
    path.write_text(document if isinstance(document, str) else json.dumps(document, indent=1))
    return read([path])


def said(trace: Trace) -> str:
    return "\n".join(map(render, trace.complaints))


def event(name: str, time: str = "2026-03-02T08:00:00Z", relationships: Any = (), **attributes: Any) -> dict[str, Any]:
    named = [{"name": key, "value": value} for key, value in attributes.items()]
    return {"id": "e", "type": name, "time": time, "attributes": named, "relationships": list(relationships)}


def log(name: str, **attributes: Any) -> dict[str, Any]:
    return {
        "id": name,
        "type": "log",
        "attributes": [{"name": key, "value": value} for key, value in attributes.items()],
    }


def document(*events: dict[str, Any], objects: Any = (), types: Any = ()) -> dict[str, Any]:
    return {"objectTypes": [], "eventTypes": list(types), "objects": list(objects), "events": list(events)}


def parts(each: Event) -> tuple[Any, ...]:
    return each.seq, each.name, dict(each.fields), each.status, each.phase, each.request, each.at, each.time


def test_a_file_of_our_own(tmp_path: Path) -> None:
    trace = read_document(tmp_path, OCEL)
    assert trace.complaints == ()
    (found,) = trace.logs
    assert (found.name, found.host, found.source, found.begins, found.ends) == ("a", "A", "oid", "anywhere", "complete")
    assert list(map(parts, found.events)) == [
        (1, "X", {"PortId": "7"}, "SUCCESS", None, None, "edge", 1_772_438_400_250_000_000),
        (2, "X", {"Id": 8}, "SUCCESS", None, None, "edge", 1_772_438_401_000_000_000),
    ]


def test_all_that_an_event_says(tmp_path: Path) -> None:
    said_of_it = {"log": "a", "seq": 3, "status": "NDIS_STATUS_BUSY", "phase": "end", "req": "r", "at": "edge-2"}
    trace = read_document(tmp_path, document(event("X", **said_of_it, host="A", source="s", Id=7, On=True, None_=None)))
    (found,) = trace.logs
    assert parts(found.events[0])[1:7] == ("X", {"Id": 7, "On": True, "None_": None}, "BUSY", "end", "r", "edge-2")
    assert (found.host, found.source, found.begins, found.ends) == ("A", "s", "anywhere", "open")
    assert "log `a` has no object of type `log`: what its header says is not known" in said(trace)


def test_all_that_a_header_says(tmp_path: Path) -> None:
    header = log("a", host="A", source="s", begins="empty", ends="complete", clock="c", skew_ms=50, capture="x")
    (found,) = read_document(tmp_path, document(event("X", log="a"), objects=[header])).logs
    assert (found.clock, found.skew, found.other) == ("c", 50_000_000, (("capture", "x"),))
    assert (found.begins, found.ends) == ("empty", "complete")


def test_a_log_without_events_is_there(tmp_path: Path) -> None:
    trace = read_document(tmp_path, document(objects=[log("a", host="A"), log("b", host="B")]))
    assert [(each.name, each.host, each.events) for each in trace.logs] == [("a", "A", ()), ("b", "B", ())]


def test_a_relationship_says_a_field_unless_an_attribute_does(tmp_path: Path) -> None:
    related = [
        {"objectId": "Port:7", "qualifier": "PortId"},
        {"objectId": "Port:8", "qualifier": "Other"},
        {"objectId": "vm-1", "qualifier": "VmName"},
        {"objectId": "log:a", "qualifier": "log"},
        {"objectId": 5, "qualifier": "none"},
    ]
    objects = [{"id": "Port:7", "type": "Port"}, {"id": "Port:8", "type": "Port"}, {"id": "vm-1", "type": "VM"}]
    trace = read_document(tmp_path, document(event("X", relationships=related, log="a", PortId=7), objects=objects))
    assert trace.logs[0].events[0].fields == {"PortId": 7, "Other": "8", "VmName": "vm-1"}


@pytest.mark.parametrize(
    ("declared", "written", "value"),
    [
        ("integer", "7", 7),
        ("integer", "x", "x"),
        ("float", "2.5", 2.5),
        ("float", "inf", "inf"),
        ("boolean", "true", True),
        ("boolean", "yes", "yes"),
        ("string", "7", "7"),
        ("integer", 7, 7),
        ("string", [1], "[1]"),
    ],
)
def test_declared_types(tmp_path: Path, declared: str, written: Any, value: Any) -> None:
    types = [{"name": "X", "attributes": [{"name": "A", "type": declared}]}]
    for text in (
        document(event("X", A=written), types=types),
        {"events": [event("X", A=written)], "eventTypes": types},
    ):
        found = read_document(tmp_path, text).logs[0].events[0].fields["A"]
        assert (found, type(found)) == (value, type(value))


def test_a_foreign_file_with_hosts(tmp_path: Path) -> None:
    trace = read_document(tmp_path, FOREIGN_OCEL)
    assert [(each.name, each.host, each.source, each.begins) for each in trace.logs] == [
        ("A", "A", "oid", "anywhere"),
        ("B", "B", "oid", "anywhere"),
    ]
    # The file's times go down; the events stand in their order.
    times = [[each.time for each in found.events] for found in trace.logs]
    assert times == [sorted(each) for each in times]  # type: ignore[type-var]
    assert trace.logs[0].events[0].fields == {"amount": 2.5, "order": "o1"}
    assert "those of each host are read as one log, in the order of their times" in said(trace)


def test_a_foreign_file_without_hosts(tmp_path: Path) -> None:
    trace = read_document(tmp_path, document(event("b", "2026-03-02T09:00:00Z", status="shipped"), event("a")))
    (found,) = trace.logs
    assert (found.name, found.host) == ("given", "given")
    assert [each.name for each in found.events] == ["a", "b"]
    # What another program calls a status is no completion status.
    assert (found.events[1].fields, found.events[1].status) == ({"status": "shipped"}, "SUCCESS")
    assert "name neither a log nor a host (as `host`, `computer`, `machine` or so)" in said(trace)


def test_no_time(tmp_path: Path) -> None:
    late = event("late", "2026-03-02T09:00:00Z")
    events = (event("a", "1970-01-01T00:00:00Z", log="a"), event("b", "soon", log="a"), {**late, "time": None})
    trace = read_document(tmp_path, document(*events))
    assert [each.time for found in trace.logs for each in found.events] == [None, None, None]
    assert "`time`: expected a time such as" in said(trace)
    assert trace.left_out == 0


# What is wrong with a document, how many events are read, how many are left out, and what is said.
DAMAGE: dict[str, tuple[Any, int, int, str]] = {
    "OCEL 1.0": ('{"ocel:global-log": {}, "ocel:events": {}}', 0, 0, "this is OCEL 1.0: convert it to OCEL 2.0 first"),
    "nothing": ('{"objectTypes": []}', 0, 0, "there is no event in the file: expected a list `events`"),
    "no type": (document(event("X"), {"id": "e"}), 1, 1, "expected a member `type` with the event's name"),
    "not an object": ({"objectTypes": [], "events": [5, event("X")]}, 1, 1, "expected a record: an object in braces"),
    "one place twice": (document(event("X", log="a", seq=1), event("Y", log="a", seq=1)), 1, 1, "position 1 of log"),
    "a header twice": (document(event("X", log="a"), objects=[log("a"), log("a")]), 1, 1, "has its header already"),
    "no name": (document(event("X"), objects=[log("")]), 1, 1, "expected a member `id` with the log's name"),
    "begins": (document(event("X", log="a"), objects=[log("a", begins="now")]), 1, 0, "`begins`: expected empty"),
    "skew": (document(event("X", log="a"), objects=[log("a", skew_ms="-1", clock="c")]), 1, 0, "`skew_ms`: expected a"),
    "phase": (document(event("X", log="a", phase="middle")), 1, 0, "`phase`: expected begin or end; found middle"),
    "cut off": (json.dumps(document(event("X"), event("Y")), indent=1)[:-30], 1, 1, "the file ends inside it"),
    "an event cut off": (
        OCEL.replace('"relationships": []\n  },\n  {\n   "id": "e1"', '{\n  {\n   "id": "e1"'),
        1, 1, "another record begins inside it",
    ),
    "another section": ({**document(event("X")), "more": [{"a": 1}]}, 1, 0, "`more` is no part of OCEL 2.0"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGE)
def test_damage(tmp_path: Path, name: str) -> None:
    text, events, left_out, message = DAMAGE[name]
    trace = read_document(tmp_path, text)
    assert sum(len(found.events) for found in trace.logs) == events
    assert trace.left_out == left_out
    assert message in said(trace)


def test_a_log_is_a_log_however_it_is_written(tmp_path: Path) -> None:
    compact, pretty = read_document(tmp_path, json.loads(OCEL)), read_document(tmp_path, OCEL.replace("\n", ""))
    assert list(map(parts, compact.logs[0].events)) == list(map(parts, pretty.logs[0].events))


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
values = (
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | names
)
events = st.builds(
    Event,
    log=st.just(""),
    seq=st.just(0),
    name=names,
    fields=st.dictionaries(names, values, max_size=3),
    status=names.filter(lambda text: not text.startswith(("NDIS_STATUS_", "STATUS_"))),
    phase=st.sampled_from([None, "begin", "end"]),
    request=st.none() | names,
    at=names,
    time=st.none() | st.integers(1, 2**60),
)


@st.composite
def logs(draw: st.DrawFn) -> tuple[Log, ...]:
    made = []
    for name in draw(st.lists(names, min_size=1, max_size=3, unique=True)):
        found = draw(st.lists(events, max_size=4))
        placed = tuple(replace(each, log=name, seq=5 * number) for number, each in enumerate(found))
        clock = draw(st.none() | names)
        skew = None if clock is None else draw(st.none() | st.integers(0, 10**6).map(lambda ms: ms * 10**6))
        made.append(Log(name, draw(names), draw(names), placed, clock=clock, skew=skew))
    return tuple(made)


@given(logs())
@settings(deadline=None, max_examples=60)
def test_what_is_written_comes_back(logs: tuple[Log, ...]) -> None:
    written = ocel.write(Trace("t", logs), {"a": "A"})
    reading = check(BY_NAME["OCEL"], written.text.encode())
    assert reading.complaints == ()
    assert len(reading.logs) == len(logs)
    for mine, theirs in zip(reading.logs, logs, strict=True):
        about = [(log.name, log.host, log.source, log.begins, log.ends, log.clock, log.skew) for log in (mine, theirs)]
        assert about[0] == about[1]
        if not any("is called" in lost for lost in written.lost):
            assert list(map(parts, mine.events)) == list(map(parts, theirs.events))

"""Writers: what is written reads back as it was, or what is lost is said; other tools can read it; nothing escapes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import defusedxml.ElementTree
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from checker.trace.event import Event, FieldValue, Log, Origin, Trace
from checker.trace.readers import read
from checker.trace.readers.native_event import MEMBERS
from checker.trace.readers.ocel_record import ABOUT
from checker.trace.readers.times import EARLIEST, LATEST, nanoseconds
from checker.trace.writers import (
    WRITERS,
    Objects,
    TextFormat,
    Written,
    ndjson,
    ocel,
    shiviz,
    writer_for,
    writer_named,
    xes,
)
from checker.trace.writers.common import stamp
from tests.recordings.clean import clean_one_adapter, no_common_clock
from tests.recordings.written import TRACES

NOWHERE = Origin("<memory>", 0)

# ------------------------------------------------------------------------------------------------------- random traces

words = st.text(min_size=1, max_size=6)
scalars: st.SearchStrategy[FieldValue] = (
    st.text(max_size=8)
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
    | st.none()
)
names = words.filter(lambda name: name not in {*MEMBERS, *ABOUT, "switchover", "name"})
payloads = st.dictionaries(names, scalars, max_size=4)
statuses = st.sampled_from(["SUCCESS", "REFUSED", "0xC0000001"])
times = st.none() | st.integers(EARLIEST, LATEST).filter(bool) | st.integers(1, 10**9)


@st.composite
def logs(draw: st.DrawFn, name: str) -> Log:
    count = draw(st.integers(0, 4))
    places = sorted(draw(st.sets(st.integers(-3, 10**6), min_size=count, max_size=count)))
    events = tuple(
        Event(
            name,
            seq,
            draw(words),
            draw(payloads),
            draw(statuses),
            draw(st.sampled_from(["begin", "end", None])),
            draw(st.none() | words),
            draw(st.sampled_from(["edge", "miniport", "x"])),
            draw(times),
            NOWHERE,
        )
        for seq in places
    )
    clock = draw(st.none() | words)
    skew = draw(st.none() | st.integers(0, 10**15)) if clock is not None else None
    return Log(
        name,
        draw(words),
        draw(words),
        events,
        draw(st.sampled_from(["empty", "anywhere"])),
        draw(st.sampled_from(["complete", "open"])),
        clock,
        skew,
        draw(st.none() | st.lists(words.filter(lambda each: "," not in each), min_size=1, max_size=3).map(tuple)),
        NOWHERE,
    )


@st.composite
def traces(draw: st.DrawFn) -> Trace:
    found = draw(st.lists(words, min_size=1, max_size=3, unique=True))
    return Trace("t", tuple(draw(logs(name)) for name in found))


def bare(trace: Trace) -> tuple[Log, ...]:
    """The logs without where they were read."""
    return tuple(
        replace(log, origin=NOWHERE, events=tuple(replace(event, origin=NOWHERE) for event in log.events))
        for log in trace.logs
    )


def again(path: Path, written: Written) -> Trace:
    path.write_text(written.text, encoding="utf-8")
    return read([path])


def kinds(trace: Trace) -> list[list[list[type]]]:
    return [[[type(value) for value in event.fields.values()] for event in log.events] for log in trace.logs]


ROUND = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)


@given(traces())
@ROUND
def test_native_is_read_back_as_it_was_and_written_in_the_same_bytes(tmp_path: Path, trace: Trace) -> None:
    written = ndjson.write(trace)
    assert written.lost == ()
    found = again(tmp_path / "t.jsonl", written)
    assert not any(complaint.fatal for complaint in found.complaints)
    assert bare(found) == trace.logs
    assert kinds(found) == kinds(trace)
    assert ndjson.write(found).text == written.text


@given(traces())
@ROUND
def test_native_to_ocel_and_back_is_the_identity(tmp_path: Path, trace: Trace) -> None:
    before = ndjson.write(trace)
    written = ocel.write(again(tmp_path / "t.jsonl", before), {"Id": "Thing"})
    assert written.lost == ()
    found = again(tmp_path / "t.json", written)
    assert not any(complaint.fatal for complaint in found.complaints)
    assert ndjson.write(found).text == before.text


SHIPPED = sorted(TRACES.glob("*.jsonl"))[::6]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_recordings_survive_every_way_round(tmp_path: Path, path: Path) -> None:
    trace = read([path])
    native = ndjson.write(trace)
    assert bare(again(tmp_path / "t.jsonl", native)) == bare(trace)
    assert sorted(native.text.splitlines()) == sorted(path.read_text().splitlines())
    assert ndjson.write(again(tmp_path / "t.json", ocel.write(trace))).text == native.text


@given(st.integers(EARLIEST, LATEST))
def test_a_time_is_written_so_that_it_is_read_again(time: int) -> None:
    assert nanoseconds(stamp(time)) == time


# ------------------------------------------------------------------------------------------------------ what is lost


def one(event: Event | None = None, **about: object) -> Trace:
    made = event or Event("a", 1, "X", {"Id": 7})
    return Trace("t", (Log("a", "A", "oid", (made,), **about),))  # type: ignore[arg-type]


LOST: tuple[tuple[Callable[[Trace], Written], Trace, str], ...] = (
    (ndjson.write, one(Event("a", 1, "X", {"at": 1})), "the field `at` is called `at_`"),
    (ndjson.write, one(Event("a", 1, "X", {"switchover": 1})), "the field `switchover` is called `switchover_`"),
    (ndjson.write, one(Event("a", 1, "X", {"N": float("inf")})), "the number inf became text"),
    (ndjson.write, one(Event("a", 1, "X", {"N": "\ud800"})), "half of a surrogate pair"),
    (ndjson.write, one(Event("a", 1, "X", {"N": "x" * (1 << 20)})), "will not be read again"),
    (ndjson.write, one(skew=5), "a clock's skew is left out"),
    (ocel.write, one(Event("a", 1, "X", {"source": 1})), "the field `source` is called `source_`"),
    (ocel.write, one(Event("a", 1, "X", {}, time=0)), "a time of 1970-01-01T00:00:00Z is left out"),
    (ocel.write, one(recorded=("a,b",)), "the names of the events that a log records are left out"),
    (shiviz.write, one(), "whether a log begins empty and ends complete"),
    (shiviz.write, one(clock="a"), "of clocks"),
    (xes.write, one(Event("a", 1, "X", {"N": None})), "the field `N` where it holds nothing"),
    (xes.write, one(Event("a", 1, "X", {"N": "\x1b"})), "characters that XML cannot carry"),
)


@pytest.mark.parametrize(("write", "trace", "sentence"), LOST)
def test_what_is_lost_is_said(write: Callable[[Trace], Written], trace: Trace, sentence: str) -> None:
    assert any(sentence in each for each in write(trace).lost)


def test_many_losses_are_told_once_each_and_not_without_end() -> None:
    events = tuple(Event("a", at, "X", {"at": 1, f"log{at}": 1, "log": at}) for at in range(1, 40))
    lost = ndjson.write(Trace("t", (Log("a", "A", "oid", events),))).lost
    assert lost[0].endswith("(39 times)")
    assert len(lost) <= 21


@pytest.mark.parametrize("write", [ndjson.write, ocel.write])
def test_a_log_of_a_damaged_trace_ends_open(tmp_path: Path, write: Callable[[Trace], Written]) -> None:
    whole = one(ends="complete")
    assert [log.ends for log in again(tmp_path / "t.json", write(whole)).logs] == ["complete"]
    assert [log.ends for log in again(tmp_path / "t.json", write(replace(whole, left_out=1))).logs] == ["open"]


# ---------------------------------------------------------------------------------------------------------------- OCEL


def test_ocel_relates_events_to_what_their_fields_name() -> None:
    events = (Event("a", 1, "X", {"Id": 7, "Name": "n"}), Event("a", 2, "X", {"Id": None, "Name": "n"}))
    trace = Trace("t", (Log("a", "A", "oid", events), Log("b", "B", "oid", (Event("b", 1, "X", {"Id": 7}),))))
    made = json.loads(ocel.write(trace, {"Id": "Port", "Name": "Nic"}, {"Id"}).text)
    assert [[(each["qualifier"], each["objectId"]) for each in event["relationships"]] for event in made["events"]] == [
        [("log", "log:a"), ("Id", "Port:A/7"), ("Name", "Nic:n")],
        [("log", "log:a"), ("Name", "Nic:n")],
        [("log", "log:b"), ("Id", "Port:B/7")],
    ]
    assert {each["id"]: each["type"] for each in made["objects"]} == {
        "log:a": "log", "log:b": "log", "Port:A/7": "Port", "Nic:n": "Nic", "Port:B/7": "Port",
    }  # fmt: skip


@given(traces())
@ROUND
def test_ocel_is_valid(trace: Trace) -> None:
    made = json.loads(ocel.write(trace, {"Id": "Thing"}).text)
    assert list(made) == ["objectTypes", "eventTypes", "objects", "events"]
    object_types = {each["name"] for each in made["objectTypes"]}
    event_types = {each["name"]: {a["name"]: a["type"] for a in each["attributes"]} for each in made["eventTypes"]}
    objects = {each["id"]: each["type"] for each in made["objects"]}
    assert len(objects) == len(made["objects"])
    assert set(objects.values()) == object_types
    assert len({each["id"] for each in made["events"]}) == len(made["events"])
    for event in made["events"]:
        nanoseconds(event["time"])
        for attribute in event["attributes"]:
            declared = event_types[event["type"]][attribute["name"]]
            value = attribute["value"]
            fits = {"integer": int, "float": float, "boolean": bool}.get(declared)
            assert fits is None or value is None or type(value) is fits
        assert all(each["objectId"] in objects for each in event["relationships"])


MIXED: tuple[tuple[FieldValue, ...], ...] = ((7, "8"), ("8", 7), (7, 1.5), (True, "true", 1), (None, 2), (2, None))


@pytest.mark.parametrize("values", MIXED)
def test_ocel_keeps_the_type_of_each_value(tmp_path: Path, values: tuple[FieldValue, ...]) -> None:
    events = tuple(Event("a", at, "X", {"Id": value}) for at, value in enumerate(values, 1))
    found = again(tmp_path / "t.json", ocel.write(Trace("t", (Log("a", "A", "oid", events),))))
    told = [event.fields["Id"] for event in found.logs[0].events]
    assert [(type(value), value) for value in told] == [(type(value), value) for value in values]


# -------------------------------------------------------------------------------------------------------------- ShiViz

LINES = re.compile(shiviz.EXPRESSION.replace("(?<", "(?P<"))


def parsed(text: str) -> list[tuple[str, dict[str, int], str]]:
    """A file as ShiViz reads it; an assertion where it would refuse it."""
    found = []
    at = 0
    while at < len(text):
        match = LINES.match(text, at)
        assert match is not None, text[at : at + 80]
        found.append((match["host"], json.loads(match["clock"]), match["event"]))
        at = match.end() + 1
    counts: dict[str, int] = {}
    for host, clock, _ in found:
        assert clock[host] == counts.get(host, 0) + 1  # each lane counts its own events without a gap
        counts[host] = clock[host]
        assert all(counts.get(lane, 0) >= count for lane, count in clock.items())  # and knows only what was before
    return found


def before(clock: dict[str, int], other: dict[str, int]) -> bool:
    return clock != other and all(other.get(lane, 0) >= count for lane, count in clock.items())


def lane(log: str, *told: str | tuple[str, str]) -> Log:
    made = [each if isinstance(each, tuple) else (each, "") for each in told]
    fields = [{"Message": message} if message else {} for _, message in made]
    events = tuple(Event(log, at, name, fields[at - 1]) for at, (name, _) in enumerate(made, 1))
    return Log(log, log.upper(), "oid", events)


def test_shiviz_tells_the_order_of_messages_and_nothing_else() -> None:
    trace = Trace("t", (lane("a", "A", ("SENT", "m"), "C"), lane("b", "X", ("RECEIVED", "m"), "Z")))
    clocks = {(host, event.split()[0]): clock for host, clock, event in parsed(shiviz.write(trace).text)}
    assert before(clocks["a", "SENT"], clocks["b", "RECEIVED"])
    assert before(clocks["a", "A"], clocks["b", "Z"])
    for one_, other in ((("a", "C"), ("b", "Z")), (("a", "A"), ("b", "X"))):
        assert not before(clocks[one_], clocks[other])
        assert not before(clocks[other], clocks[one_])


def test_shiviz_ties_two_records_of_one_step() -> None:
    trace = Trace("t", (lane("a", "A", "S", "C"), lane("b", "X", "S", "Z")))
    clocks = {
        (host, event.split()[0]): clock
        for host, clock, event in parsed(shiviz.write(trace, [(("b", 2), ("a", 2))]).text)
    }
    assert before(clocks["a", "A"], clocks["b", "Z"])
    assert before(clocks["b", "X"], clocks["a", "C"])
    assert not before(clocks["a", "A"], clocks["b", "X"])


def test_shiviz_drops_an_order_in_a_circle_and_says_so() -> None:
    trace = Trace("t", (lane("a", ("RECEIVED", "m"), ("SENT", "n")), lane("b", ("RECEIVED", "n"), ("SENT", "m"))))
    written = shiviz.write(trace)
    assert len(parsed(written.text)) == 4
    assert any("makes a circle" in each for each in written.lost)


def test_shiviz_says_which_pair_it_does_not_find() -> None:
    written = shiviz.write(Trace("t", (lane("a", "A"),)), [(("a", 1), ("b", 9))])
    assert any("there is no ('b', 9)" in each for each in written.lost)


@given(traces())
@ROUND
def test_shiviz_is_readable_whatever_the_trace_holds(trace: Trace) -> None:
    found = parsed(shiviz.write(trace).text)
    assert len(found) == sum(len(log.events) for log in trace.logs)
    assert all(event.isprintable() and host.isprintable() for host, _, event in found)


# ----------------------------------------------------------------------------------------------------------------- XES

XES = "{http://www.xes-standard.org/}"
VALUES: dict[str, Callable[[str], object]] = {
    "string": str,
    "int": int,
    "float": float,
    "boolean": {"true": True, "false": False}.__getitem__,
    "date": nanoseconds,
}
PREFIXES = {"concept", "time", "lifecycle", "org"}
# Children come in this order; attributes stand between classifiers and traces.
ORDER = ("extension", "global", "classifier", "attribute", "trace")


def local(element: ElementTree.Element) -> str:
    assert element.tag.startswith(XES)
    return element.tag.removeprefix(XES)


def attributes(element: ElementTree.Element) -> dict[str, object]:
    """The attributes of a log, trace or event: each key once, each value of its type."""
    found: dict[str, object] = {}
    for child in element:
        if local(child) not in VALUES:
            continue
        assert set(child.attrib) == {"key", "value"}
        assert child.get("key") not in found
        prefix, colon, _ = child.get("key", "").partition(":")
        assert not colon or prefix in PREFIXES or element.tag.endswith(("trace", "event"))
        found[child.get("key", "")] = VALUES[local(child)](child.get("value", ""))
    return found


def checked(text: str) -> list[tuple[dict[str, object], list[dict[str, object]]]]:
    """The traces of a document in the shape that the standard gives."""
    root = defusedxml.ElementTree.fromstring(text.encode("utf-8"))
    assert (local(root), root.get("xes.version")) == ("log", "1849-2016")
    places = [ORDER.index("attribute" if local(child) in VALUES else local(child)) for child in root]
    assert places == sorted(places)
    assert {child.get("prefix") for child in root.iter(f"{XES}extension")} == PREFIXES
    assert [child.get("scope") for child in root.iter(f"{XES}global")] == ["trace", "event"]
    for classifier in root.iter(f"{XES}classifier"):
        assert set(classifier.get("keys", "").split()) <= {"concept:name", "lifecycle:transition"}
    found = []
    for each in root.iter(f"{XES}trace"):
        assert all(local(child) in (*VALUES, "event") for child in each)
        events = [attributes(event) for event in each.iter(f"{XES}event")]
        for event in events:
            assert event["lifecycle:transition"] in ("start", "complete")
            assert {"concept:name", "org:resource"} <= event.keys()
        found.append((attributes(each), events))
    return found


def test_xes_has_a_case_for_each_log() -> None:
    events = (
        Event("a", 1, "X", {"Id": 7, "ok": True, "f": 1.5, "big": 1 << 70}, phase="begin", request="r", time=10**9),
        Event("a", 2, "X", {"concept:name": "other"}, "REFUSED", "end", "r", "miniport"),
        Event("a", 3, "Y", {}),
    )
    found = checked(xes.write(Trace("t", (Log("a", "A", "oid", events, clock="c", skew=50), lane("b", "Z")))).text)
    assert [about["concept:name"] for about, _ in found] == ["a", "b"]
    first, second, third = found[0][1]
    assert (first["concept:name"], first["lifecycle:transition"], first["time:timestamp"]) == ("X", "start", 10**9)
    assert (first["Id"], first["ok"], first["f"], first["big"]) == (7, True, 1.5, str(1 << 70))
    assert (second["status"], second["at"], second["concept:name_"]) == ("REFUSED", "miniport", "other")
    assert ("phase" in second, third["phase"]) == (False, "whole")


HOSTILE = "</string><script>\"'&]]>\x00\x1b[31m\u202e\ufffe\r\n\t"


def test_hostile_texts_stay_texts() -> None:
    event = Event(HOSTILE, 1, HOSTILE, {HOSTILE: HOSTILE}, HOSTILE, None, HOSTILE, HOSTILE)
    trace = Trace(HOSTILE, (Log(HOSTILE, HOSTILE, HOSTILE, (event,)),))
    shown = "</string><script>\"'&]]>\ufffd\ufffd[31m\u202e\ufffd\r\n\t"
    ((about, (told,)),) = checked(xes.write(trace).text)
    assert (about["concept:name"], told[shown]) == (shown, shown)
    assert json.loads(ocel.write(trace).text)["events"][0]["type"] == HOSTILE
    for write in (ndjson.write, ocel.write):
        assert write(trace).text.isascii()
        assert "\x1b" not in write(trace).text
    assert parsed(shiviz.write(trace).text)


@given(traces())
@ROUND
def test_xes_is_valid_whatever_the_trace_holds(trace: Trace) -> None:
    found = checked(xes.write(trace).text)
    assert [len(events) for _, events in found] == [len(log.events) for log in trace.logs]


# ------------------------------------------------------------------------------------------------------------- formats


def test_every_format_has_a_name_and_suffixes_of_its_own() -> None:
    suffixes = [suffix for writer in WRITERS for suffix in writer.suffixes]
    assert len(set(suffixes)) == len(suffixes)
    assert all(writer_named(writer.name) is writer for writer in WRITERS)
    assert all(writer_for(f"X{suffix.upper()}") is writer for writer in WRITERS for suffix in writer.suffixes)
    assert writer_for("a.txt") is None


def made_traces(folder: Path) -> Iterator[Trace]:
    for name, tape in (("clean", clean_one_adapter()), ("clocks", no_common_clock())):
        path = folder / f"{name}.jsonl"
        path.write_text(tape.text())
        yield read([path])


def test_the_same_trace_is_the_same_text(tmp_path: Path) -> None:
    for trace in made_traces(tmp_path):
        for writer in WRITERS:
            if isinstance(writer, TextFormat):
                assert writer.write(trace, Objects()).text == writer.write(trace, Objects()).text

"""What the shipped log sources make of records: an id means what the catalogue says, and none is left out silently."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest

from checker.language.load import load
from checker.language.protocol import LogSource, Protocol
from checker.trace.event import Event
from checker.trace.readers import read
from checker.trace.sources import Known, SourceReader, source_of
from tests.recordings import captures
from tests.recordings.windows import VMMS, VMSWITCH, WORKER

SPEC = Path(__file__).parents[2] / "spec"
RECORDINGS = Path(__file__).parents[2] / "traces"
SHARED = Path(__file__).parents[3] / "shared" / "data"
CATALOGUE = SHARED / "event_catalog" / "protocol_events.csv"
SAMPLES = SHARED / "samples"

RESOURCES, VETOED = "3221225626", "3222339587"
NIC = {"NicName": "V--N"}
PORT = {"PortName": "P"}
SAVE, MORE, END, RESTORE = ("11", "12", "13", "16")


def end(oid: int, status: str = "SUCCESS", **fields: str) -> dict[str, str]:
    return {"Oid": str(oid), "phase": "end", "status": status, **fields}


# Source, record, its fields, and every reading of it: action and moment.
MEANT = (
    ("vmswitch", "67", PORT, {"port_create.SUCCESS"}),
    ("vmswitch", "264", PORT, {"port_create.SUCCESS"}),
    ("vmswitch", "34", PORT | {"Status": VETOED}, {"port_create.OTHER"}),
    ("vmswitch", "34", PORT | {"Status": RESOURCES}, {"port_create.RESOURCES"}),
    ("vmswitch", "68", PORT | {"Status": "0xC000009A"}, {"port_create.RESOURCES"}),
    ("vmswitch", "68", PORT, {"port_create.OTHER"}),
    ("vmswitch", "69", PORT, {"port_teardown.SUCCESS"}),
    ("vmswitch", "71", PORT, {"port_delete.SUCCESS"}),
    ("vmswitch", "79", PORT | {"Operation": "0"}, {"property_add.SUCCESS"}),
    ("vmswitch", "79", PORT | {"Operation": "Policy Set"}, {"property_update.SUCCESS"}),
    ("vmswitch", "79", PORT | {"Operation": "3"}, {"property_delete.SUCCESS"}),
    ("vmswitch", "79", PORT | {"Operation": "2"}, set()),
    ("vmswitch", "92", PORT | {"Operation": "Add"}, {"property_add.OTHER"}),
    ("vmswitch", "233", NIC | {"Operation": "7"}, {"nic_create.SUCCESS"}),
    ("vmswitch", "76", NIC | {"Operation": "Create"}, {"nic_create.OTHER"}),
    ("vmswitch", "104", NIC | {"Operation": "7"}, {"nic_create.OTHER"}),
    ("vmswitch", "104", NIC | {"Operation": "8"}, set()),
    ("vmswitch", "232", NIC | PORT, {"nic_connect.SUCCESS"}),
    ("vmswitch", "234", NIC | {"PortName": ""}, {"nic_disconnect.SUCCESS"}),
    ("vmswitch", "233", NIC | {"Operation": "Delete"}, {"nic_delete.SUCCESS"}),
    ("vmswitch", "233", NIC | {"Operation": "14"}, set()),
    ("vmswitch", "196", NIC | {"Operation": SAVE, "SaveDataSize": "9"}, {"nic_save.SUCCESS"}),
    ("vmswitch", "196", NIC | {"Operation": "Continue Save", "SaveDataSize": "9"}, {"nic_save.SUCCESS"}),
    ("vmswitch", "196", NIC | {"Operation": MORE, "SaveDataSize": "0"}, {"nic_save_end.SUCCESS"}),
    ("vmswitch", "195", NIC | {"Operation": SAVE, "FailureReason": "6"}, {"nic_save_refused.BUFFER_TOO_SHORT"}),
    ("vmswitch", "195", NIC | {"Operation": MORE, "FailureReason": "19"}, {"nic_save_refused.OTHER"}),
    ("vmswitch", "195", NIC | {"Operation": RESTORE, "FailureReason": "23"}, {"nic_restore.OTHER"}),
    ("vmswitch", "233", NIC | {"Operation": END}, {"nic_save_complete.SUCCESS"}),
    ("vmswitch", "196", NIC | {"Operation": RESTORE}, {"nic_restore.SUCCESS"}),
    ("vmswitch", "61", NIC, {"nic_restore.SUCCESS"}),
    ("vmswitch", "233", NIC | {"Operation": RESTORE}, {"nic_restore_complete.SUCCESS"}),
    ("vfpext", "358", {"SrcPortId": "7"}, {"nic_save.SUCCESS"}),
    ("vfpext", "361", {"SrcPortId": "7"}, {"nic_save_refused.BUFFER_TOO_SHORT"}),
    ("vfpext", "355", {"SrcPortId": "7"}, {"nic_save_refused.OTHER"}),
    ("vfpext", "362", {"SrcPortId": "7"}, {"nic_save_end.SUCCESS"}),
    ("vfpext", "359", {"SrcPortId": "7"}, {"nic_save_complete.SUCCESS"}),
    ("vfpext", "360", {"SrcPortId": "7"}, {"nic_restore.SUCCESS"}),
    ("vfpext", "363", {"SrcPortId": "7"}, {"nic_restore.SUCCESS"}),
    ("vfpext", "357", {"SrcPortId": "7"}, {"nic_restore.OTHER"}),
    ("vmms", "20413", {"Parameter1": "V"}, {"migration_start.SUCCESS"}),
    ("vmms", "20415", {"Parameter1": "V"}, {"migration_done.SUCCESS"}),
    ("vmms", "21024", {"Parameter1": "V"}, {"migration_failed.SUCCESS", "migration_failed_for_good.SUCCESS"}),
    ("vmms", "21014", {"Parameter1": "V"}, {"migration_cancel.SUCCESS"}),
    ("worker", "21317", {"VmId": "V"}, {"vm_paused.SUCCESS"}),
    ("worker", "21321", {"VmId": "V"}, {"vm_stopped.SUCCESS"}),
    ("worker", "21377", {"VmId": "V"}, {"vm_running.SUCCESS"}),
    ("availability", "22501", {}, {"migration_start.SUCCESS"}),
    ("availability", "22503", {}, {"migration_done.SUCCESS"}),
    ("availability", "22505", {}, {"migration_failed.SUCCESS", "migration_failed_for_good.SUCCESS"}),
    ("ovs", "OvsProcessSetOid", end(66168, PortId="2"), {"port_create.SUCCESS", "port_create.OTHER"}),
    ("ovs", "OvsProcessSetOid", end(66168, "0xC0010017", PortId="2"), {"port_create.OTHER"}),
    ("ovs", "OvsProcessSetOid", end(66168), {"port_create.SUCCESS", "port_create.OTHER"}),
    ("ovs", "OvsProcessSetOid", end(66168, "0xC00000BB"), set()),
    ("ovs", "OvsProcessSetOid", end(66197, PortId="2"), {"port_updated.SUCCESS"}),
    ("ovs", "OvsProcessSetOid", end(66175, PortId="2"), {"port_teardown.SUCCESS"}),
    ("ovs", "OvsProcessSetOid", end(66169, PortId="2"), {"port_delete.SUCCESS"}),
    ("ovs", "OvsProcessSetOid", end(66170, PortId="2", NicIndex="0"), {"nic_create.SUCCESS", "nic_create.OTHER"}),
    ("ovs", "OvsProcessSetOid", end(66170, "0xC00000BB", PortId="2", NicIndex="0"), {"nic_create.OTHER"}),
    ("ovs", "OvsProcessSetOid", end(66170, PortId="2", NicIndex="1"), set()),
    ("ovs", "OvsProcessSetOid", end(66171, PortId="2", NicIndex="0"), {"nic_connect.SUCCESS"}),
    ("ovs", "OvsProcessSetOid", end(66196, PortId="2", NicIndex="0"), {"nic_updated.SUCCESS"}),
    ("ovs", "OvsProcessSetOid", end(66172, PortId="2", NicIndex="0"), {"nic_disconnect.SUCCESS"}),
    ("ovs", "OvsProcessSetOid", end(66173, PortId="2", NicIndex="0"), {"nic_delete.SUCCESS"}),
    ("ovs", "OvsProcessSetOid", {"Oid": "66168", "phase": "begin", "PortId": "2"}, set()),
)

# What the catalogue calls that which an action or its outcome stands for. `*` is the operation, in the record.
CALLED = {
    "port_create": {"port_create"},
    "port_teardown": {"port_teardown_or_delete"},
    "port_delete": {"port_delete_complete"},
    "property_add": {"port_property_*"},
    "property_update": {"port_property_*"},
    "property_delete": {"port_property_*"},
    "nic_create": {"nic_*"},
    "nic_connect": {"nic_connect"},
    "nic_disconnect": {"nic_disconnect"},
    "nic_delete": {"nic_*"},
    "nic_save": {"nic_save", "nic_save_or_restore_ext"},
    "nic_save_refused": {"nic_save", "nic_save_or_restore_ext"},
    "nic_save_end": {"nic_save", "nic_save_or_restore_ext"},
    "nic_save_complete": {"nic_*", "nic_save_complete"},
    "nic_restore": {"nic_restore", "nic_save_or_restore_ext"},
    "nic_restore_complete": {"nic_*"},
    "migration_start": {"migration_start"},
    "migration_done": {"migration_complete"},
    "migration_failed": {"migration_fail"},
    "migration_failed_for_good": {"migration_fail"},
    "migration_cancel": {"migration_cancel"},
    "vm_paused": {"migration_phase"},
    "vm_stopped": {"migration_phase"},
    "vm_running": {"migration_phase"},
}
FAILED = {"fail", "veto", "buffer_too_short"}
PROVIDERS = ("vmswitch", "vfpext", "vmms", "worker", "availability")
SOURCES = (*PROVIDERS, "ovs", "sxbase")

needs_catalogue = pytest.mark.skipif(not CATALOGUE.is_file(), reason="the catalogue is not here")
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the excerpts are not here")


@lru_cache
def protocol(name: str = "migration") -> Protocol:
    found, diagnostics = load(SPEC / f"{name}.mig")
    assert found is not None, diagnostics
    return found


def source(name: str) -> LogSource:
    return next(each for each in protocol().logs if each.name == name)


def readings(name: str, record: str, fields: dict[str, str]) -> set[str]:
    about = {key: value for key, value in fields.items() if key not in ("phase", "status")}
    event = Event("a", 1, record, about, fields.get("status", "SUCCESS"), fields.get("phase"))
    found = SourceReader(protocol(), source(name)).read(event)
    assert found.known is not Known.UNKNOWN
    return {f"{reading.action.name}.{reading.moment}" for reading in found.readings}


@pytest.mark.parametrize(("name", "record", "fields", "meant"), MEANT)
def test_a_record_means_just_this(name: str, record: str, fields: dict[str, str], meant: set[str]) -> None:
    assert readings(name, record, fields) == meant


@pytest.mark.parametrize("name", SOURCES)
def test_every_record_of_a_source_is_in_the_table_above(name: str) -> None:
    told = {(record, each) for of, record, _, meant in MEANT if of == name for each in meant}
    declared = {(each.event, f"{each.action}.{each.moment or 'SUCCESS'}") for each in source(name).records}
    assert declared == told


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_says_how_it_is_switched_on(name: str) -> None:
    assert source(name).captures
    assert source(name).doc


def test_the_same_id_means_another_thing_from_another_provider() -> None:
    assert readings("worker", "21317", {"VmId": "V"}) == {"vm_paused.SUCCESS"}
    for name in ("vmms", "availability"):
        found = SourceReader(protocol(), source(name)).read(Event("a", 1, "21317", {}))
        assert found.known is Known.UNKNOWN


def test_both_protocols_know_the_sources_of_one_switch() -> None:
    for name in ("vmswitch", "vfpext", "ovs", "sxbase"):
        one, other = (next(each for each in protocol(of).logs if each.name == name) for of in ("migration", "switch"))
        assert [(each.event, each.action, each.moment) for each in one.records] == [
            (each.event, each.action, each.moment) for each in other.records
        ]


# ------------------------------------------------------------------------------------------------------ the catalogue


@lru_cache
def catalogue(title: str) -> dict[int, list[dict[str, str]]]:
    found: dict[int, list[dict[str, str]]] = {}
    with CATALOGUE.open(newline="") as file:
        for row in csv.DictReader(file):
            if row["provider"] == title:
                found.setdefault(int(row["event_id"]), []).append(row)
    return found


def numbers(text: str) -> Iterator[int]:
    """The numbers and ranges that a comment lists."""
    for first, last in re.findall(r"\b(\d+)(?: to (\d+))?\b", text):
        yield from range(int(first), int(last or first) + 1)


def passed_over(name: str) -> set[int]:
    """The ids in the first column of a module's list of what it does not read."""
    text = (SPEC / "logs" / f"{name}.mig").read_text()
    listed = text.partition("What is not read, and why:\n")[2].partition("\nlog ")[0]
    return {each for line in listed.splitlines() for each in numbers(re.split(r" {2,}", line.removeprefix("#   "))[0])}


@needs_catalogue
@pytest.mark.parametrize("name", PROVIDERS)
def test_every_id_of_the_catalogue_is_read_or_left_out_with_a_reason(name: str) -> None:
    read_here = {int(record.event) for record in (*source(name).records, *source(name).drifts)}
    known = catalogue(source(name).title).keys()
    assert sorted(read_here - known) == []
    assert sorted(known - read_here - passed_over(name)) == []
    both = {195, 196} if name == "vmswitch" else set()  # some of their operations are read
    assert sorted(read_here & passed_over(name)) == sorted(both)


@needs_catalogue
@pytest.mark.parametrize("name", PROVIDERS)
def test_an_id_means_what_the_catalogue_says(name: str) -> None:
    for record in source(name).records:
        for row in catalogue(source(name).title)[int(record.event)]:
            said = re.sub(r"<.*>", "*", row["protocol_event"])
            assert said in CALLED[record.action], (record.event, record.action)
            outcome = row["outcome_or_side"]
            if name in ("vmswitch", "vfpext"):
                refused = record.moment in ("OTHER", "RESOURCES", "BUFFER_TOO_SHORT")
                assert (outcome in FAILED) == refused, record.event
            elif outcome:
                side = "destination" if record.action == "vm_running" else "source"
                assert outcome == side, record.event
            fields = set(row["fields"].split(";")) - {""}
            asked = {field.name for field in record.fields} | {test.field for test in record.where}
            computed = {default.field for default in source(name).defaults}
            assert not fields or asked - computed <= {field.partition("=")[0] for field in fields}, record.event


@needs_catalogue
def test_requests_have_the_numbers_of_the_catalogue() -> None:
    with (SHARED / "event_catalog" / "oid_codes.csv").open(newline="") as file:
        codes = {row["dec"]: row["oid_name"] for row in csv.DictReader(file)}
    events = {action.name: action.event.name for action in protocol().actions if action.event is not None}
    for record in source("ovs").records:
        oid = next(test.values[0] for test in record.where if test.field == "Oid")
        assert codes[oid] == events[record.action]


# ------------------------------------------------------------------------------------------------------- real excerpts

REAL = (
    ("04_vmswitch_232_event.xml", "vmswitch", {"nic_connect.SUCCESS"}),
    ("05_vmswitch_233_event.xml", "vmswitch", {"nic_delete.SUCCESS"}),
    ("06_vmswitch_234_event.xml", "vmswitch", {"nic_disconnect.SUCCESS"}),
    ("07_vmms_20415_event.xml", "vmms", {"migration_done.SUCCESS"}),
    ("08_worker_18590_event.xml", "worker", None),
    ("09_vmswitch_operational_eventid0.xml", "vmswitch", None),
    ("11_vmswitch_277_event.xml", "vmswitch", None),
)


@needs_samples
@pytest.mark.parametrize(("file", "name", "meant"), REAL)
def test_real_records_are_read(file: str, name: str, meant: set[str] | None) -> None:
    trace = read([SAMPLES / file])
    assert (trace.complaints, trace.left_out) == ((), 0)
    for log in trace.logs:
        known = source_of(protocol(), log)
        assert known is not None
        assert known.name == name
        for event in log.events:
            found = SourceReader(protocol(), known).read(event)
            told = {f"{reading.action.name}.{reading.moment}" for reading in found.readings}
            assert told == (meant or set())
            assert (found.known is Known.UNKNOWN) == (meant is None)


@pytest.mark.parametrize("name", ["migration", "switch"])
def test_what_is_remembered_of_a_shape_is_what_each_record_means(name: str) -> None:
    known = protocol(name)
    seen = 0
    for log in sorted(
        (each for file in sorted(RECORDINGS.iterdir()) for each in read([file]).logs), key=lambda g: g.source
    ):
        source = source_of(known, log)
        if source is None:
            continue
        reader = SourceReader(known, source)
        for event in changed(log.events):
            assert reader.read(event) == SourceReader(known, source).read(event)
            seen += 1
    assert seen > 5_000


def changed(events: Iterable[Event]) -> Iterator[Event]:
    """Each event, and with each of its fields away, empty or another; with another status, phase, place or request."""
    said: dict[str, object] = {}
    for event in events:
        yield event
        yield from (replace(event, status="FAILURE"), replace(event, phase="begin"), replace(event, at="miniport"))
        yield replace(event, request=None if event.request else "1")
        for name, value in event.fields.items():
            rest = {other: text for other, text in event.fields.items() if other != name}
            yield from (replace(event, fields={**rest, name: other}) for other in (None, said.get(name, "x")))
            yield replace(event, fields=rest)
            said[name] = value


def test_recordings_use_every_source() -> None:
    titles = {VMSWITCH[0], VMMS[0], WORKER[0], captures.CLUSTER[0], captures.VFPEXT[0]}
    assert {source(name).title for name in PROVIDERS} == titles
    texts = [text for exported in captures.EXPORTS for text in exported.make().texts().values()]
    for title in titles:
        assert any(title in text for text in texts)
    assert {debugged.name.partition("-")[0] for debugged in captures.DEBUGGED} == {"ovs", "sxbase"}

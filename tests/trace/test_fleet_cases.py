"""Cases and variants by the column are those of the slow definition, whatever the batches."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable

import pytest
from hypothesis import example, given, settings, strategies as st

from checker.language.protocol import Protocol
from checker.trace.cases import cases
from checker.trace.event import Event, FieldValue, Log, Trace
from checker.trace.fleet.book import Book
from checker.trace.fleet.frames import Recorded
from checker.trace.fleet.plan import Refused, planned
from checker.trace.fleet.shapes import Shapes, tables_of
from checker.trace.stated import EDGES, stated_orders
from checker.trace.view import see
from tests.recordings import fleet
from tests.trace.fleets import migration, recorded
from tests.trace.slow_fleet import Slow, Spot

BATCHES = ((1 << 17, 1 << 14), (200, 40), (7, 1))


def by_column(protocols: Iterable[Protocol], trace: Trace, batch: tuple[int, int]) -> dict[frozenset[Spot], int]:
    """The spots of each case, with the number of its variant."""
    source = Recorded(trace)
    shapes = Shapes(planned(protocols, source.logs))
    book = Book(shapes, *batch)
    # Records of both logs as they come in a file, a few at a time; more where batches are large.
    step = 40 if batch == BATCHES[0] else 5
    table = list(tables_of(source, shapes))
    for at in range(0, max(map(len, table), default=0), step):
        for each in table:
            book.add(type(each)(each.shapes[at : at + step], tuple(
                None if names is None else names[at : at + step] for names in each.names
            ), each.places[at : at + step]))  # fmt: skip
    book.close()
    spots = [(log.name, event.seq) for log in trace.logs for event in log.events]
    found = {frozenset(spots[place] for place in case.places.tolist()): case.variant for case in book}
    counted = Counter(found.values())
    assert [counted[number] for number in range(len(book.variants.met))] == book.counts().tolist()
    return found


def agree(found: dict[frozenset[Spot], int], slow: dict[frozenset[Spot], Hashable]) -> None:
    assert found.keys() == slow.keys()
    numbers: dict[Hashable, set[int]] = defaultdict(set)
    for case, number in found.items():
        numbers[slow[case]].add(number)
    assert all(len(each) == 1 for each in numbers.values()), "one variant, two numbers"
    assert len({number for each in numbers.values() for number in each}) == len(numbers), "two variants, one number"


@pytest.mark.parametrize("batch", BATCHES, ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_mixtures_fall_apart_as_defined(seed: int, batch: tuple[int, int]) -> None:
    trace = recorded(fleet.events(seed, 1500, at_once=15))
    found = by_column([migration()], trace, batch)
    agree(found, Slow(migration()).cases(trace))
    assert len(found) > 30
    assert len(set(found.values())) < len(found) / 2


@pytest.mark.parametrize("seed", range(2))
def test_the_ordinary_judge_takes_a_trace_apart_alike(seed: int) -> None:
    ways = [way for way in fleet.WAYS if not way.cut]
    trace = recorded(fleet.events(seed, 300, at_once=6, ways=ways))
    views = see(migration(), trace, trace.logs, EDGES).views
    ordinary = {
        frozenset((view.log.name, seen.event.seq) for view in each.views for seen in view.events)
        for each in cases(migration(), views, stated_orders(views))
    }
    assert len(ordinary) > 5
    assert by_column([migration()], trace, BATCHES[1]).keys() == ordinary


PORT = st.sampled_from((1, 2, 3))
NIC = st.sampled_from(("V1--N1", "V1--N2", "V2--N1", "alone", "other"))
RECORD = st.one_of(
    st.tuples(st.just("OID_SWITCH_PORT_CREATE"), st.fixed_dictionaries({"PortId": PORT, "PortName": NIC}),
              st.sampled_from(("SUCCESS", "SUCCESS", "RESOURCES"))),
    st.tuples(st.just("OID_SWITCH_PORT_DELETE"), st.fixed_dictionaries({"PortId": PORT}), st.just("SUCCESS")),
    st.tuples(st.just("OID_SWITCH_PORT_PROPERTY_ADD"), st.fixed_dictionaries(
        {"PortId": PORT, "PropertyId": st.sampled_from(("vlan", "acl"))}), st.just("SUCCESS")),
    st.tuples(st.just("OID_SWITCH_NIC_CONNECT"), st.fixed_dictionaries(
        {"PortId": PORT, "NicName": NIC}, optional={"VmName": st.sampled_from(("V1", "V3", ""))}), st.just("SUCCESS")),
    st.tuples(st.just("VM_RUNNING"), st.fixed_dictionaries({"VmName": st.sampled_from(("V1", "V2"))}),
              st.just("SUCCESS")),
    st.tuples(st.just("LINK_DOWN"), st.just({"Peer": "HOST-B"}), st.just("SUCCESS")),
    st.tuples(st.just("NOBODY_KNOWS"), st.just({"What": 1}), st.just("SUCCESS")),
)  # fmt: skip


def connected(port: int, nic: str, **more: FieldValue) -> tuple[str, tuple[str, dict[str, FieldValue], str]]:
    return "a", ("OID_SWITCH_NIC_CONNECT", {"PortId": port, "NicName": nic, **more}, "SUCCESS")


CHAIN = [connected(1, "alone"), connected(1, "other"), connected(2, "alone"), connected(3, "other")]
SAID = [connected(1, "V1--N2", VmName="V3"), connected(2, "V1--N1")]
EMPTY = [connected(1, "alone", VmName=""), connected(2, "other", VmName="")]


@example(CHAIN, BATCHES[0])
@example(EMPTY, BATCHES[0])
@example(SAID, BATCHES[0])
@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), RECORD), max_size=40), st.sampled_from(BATCHES))
def test_any_records_fall_apart_as_defined(
    records: list[tuple[str, tuple[str, dict[str, FieldValue], str]]], batch: tuple[int, int]
) -> None:
    logs = []
    for name, host in (("a", "HOST-A"), ("b", "HOST-B")):
        mine = [record for log, record in records if log == name]
        events = tuple(Event(name, at, n, fields, status) for at, (n, fields, status) in enumerate(mine, 1))
        logs.append(Log(name, host, "oid", events))
    trace = Trace("any", tuple(logs))
    agree(by_column([migration()], trace, batch), Slow(migration()).cases(trace))


def test_parts_of_requests_are_not_taken_apart() -> None:
    event = Event("a", 1, "OID_SWITCH_PORT_DELETE", {"PortId": 1}, phase="begin")
    with pytest.raises(Refused, match="begins and ends"):
        by_column([migration()], Trace("x", (Log("a", "A", "oid", (event,)),)), BATCHES[0])

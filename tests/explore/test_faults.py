"""The table of failures: where each strikes, what becomes of it, and a real run for each row."""

from __future__ import annotations

import networkx
import pytest

from checker.explore.explore import Exploration, explore
from checker.explore.faults import Fate, FaultTable, Strike
from checker.explore.safety import ends
from checker.model.reference import Reference
from checker.model.run import replay
from tests.explore.made import explored, sized, text_protocol

PARCEL = """
module parcel "A parcel that is packed, sent and received, and what may go wrong"
rule P-1 unwritten "A parcel is never in two places."
enum Place { shop, road, home, lost }
state place: Place = shop
state packed: bool = false
state open: bool = false
state copies: int[0..2] = 1
action pack() {
    requires place == shop and not packed
    outcome SUCCESS { packed := true }
    outcome NO_BOX failure
}
action send() {
    requires place == shop and packed
    outcome SUCCESS { place := road }
    outcome DROPPED failure { place := lost }
    outcome TWICE failure { place := road  copies := 2 }
}
action receive() { requires place == road  place := home }
action unpack() { requires place == home and not open  open := true }
fault flood() { requires place == road  packed := false }
fault theft() { place := lost }
invariant one_parcel @ P-1 copies == 1
final delivered place == home and open
can arrive place == home
scope one { faults = 1 }
"""


def table(text: str = PARCEL, limit: int = 1_000) -> tuple[Exploration, FaultTable]:
    found = explore(text_protocol(text), sized("one", faults=1), limit=limit)
    return found, found.fault_table()


def row(rows: FaultTable, failure: str, after: str) -> Strike:
    (found,) = (item for item in rows.rows if (item.failure, item.after) == (failure, after))
    return found


def test_fates() -> None:
    _, rows = table()
    assert row(rows, "pack.NO_BOX", "the start").fate is Fate.RECOVERS
    dropped = row(rows, "send.DROPPED", "pack")
    assert (dropped.fate, dropped.lost, dropped.bad_ends) == (Fate.STUCK, ("arrive",), ("delivered",))
    twice = row(rows, "send.TWICE", "pack")
    assert (twice.fate, twice.broken) == (Fate.BREAKS, ("one_parcel",))
    assert row(rows, "flood", "send").fate is Fate.RECOVERS
    assert row(rows, "theft", "receive").fate is Fate.STUCK
    assert row(rows, "theft", "send.DROPPED").fate is Fate.NO_MATTER
    assert not rows.never
    assert rows.complete


def test_what_becomes_of_the_cells() -> None:
    _, rows = table()
    becomes = {item.cells: (item.before, item.after) for item in row(rows, "flood", "send").becomes}
    assert becomes == {
        "place": (("road",), ("home",)),
        "packed": (("true",), ("false",)),
        "open": (("false",), ("true",)),
    }


def test_stories_are_runs_to_an_end() -> None:
    found, rows = table()
    reference = Reference(found.protocol, found.scope)
    for strike in rows.rows:
        story = strike.story()
        states = replay(found.protocol, story.run)
        struck = story.run.steps[story.strike - 1]
        assert strike.failure in (struck.action, f"{struck.action}.{struck.moment}")
        assert story.strike == strike.depth + 1
        assert story.ends == ends(found.machine, reference, states[-1])
        changed = {name for name, _, _ in story.changes}
        before, after = states[story.strike - 1], states[-1]
        assert changed == {cell for cell, _ in before if before[cell, ()] != after[cell, ()]}


def test_failures_that_never_strike() -> None:
    _, rows = table(
        PARCEL.replace("requires place == road  packed := false", "requires place == lost and open  packed := false")
    )
    assert rows.never == ("flood",)


def test_may_get_stuck() -> None:
    text = PARCEL.replace(
        "fault flood()", "action wait() { requires place == road and not packed  place := lost }\nfault flood()"
    )
    _, rows = table(text)
    assert row(rows, "flood", "send").fate is Fate.MAY_STICK


def test_a_cut_search_promises_nothing() -> None:
    _, rows = table(limit=4)
    assert not rows.complete
    assert {item.fate for item in rows.rows} <= {Fate.UNKNOWN, Fate.STUCK, Fate.MAY_STICK}


@pytest.mark.parametrize("symmetry", [True, False])
def test_fates_are_those_of_the_whole_graph(symmetry: bool) -> None:
    """Against networkx: which good ends are below each strike, by steps that do not fail."""
    found = explored("handover", "m21", symmetry)
    graph = found.graph()
    quiet = networkx.DiGraph(
        (one, other) for one, other, data in graph.edges(data=True) if not data["fault"] and data["moment"] != "REFUSED"
    )
    quiet.add_nodes_from(graph)
    settled = {"idle", "online", "aborted", "failed"}
    good = {
        node
        for node, data in graph.nodes(data=True)
        if data["end"] and {data["cells"]["mode[vm1]"], data["cells"]["mode[vm2]"]} <= settled
    }
    hopeful = set(good).union(*(networkx.ancestors(quiet, node) for node in good))
    rows = found.fault_table().rows
    strikes = [
        (one, other) for one, other, data in graph.edges(data=True) if data["fault"] or data["moment"] == "REFUSED"
    ]
    assert len({one for one, _ in strikes}) == len({one for one, _ in strikes if one in hopeful})
    stuck = [other for _, other in strikes if other not in hopeful]
    assert not stuck
    assert {item.fate for item in rows} == {Fate.RECOVERS}
    assert sum(item.states for item in rows) == len(
        {
            (one, data["action"], data["moment"])
            for one, _, data in graph.edges(data=True)
            if data["fault"] or data["moment"] == "REFUSED"
        }
    )


def test_losing_the_last_way_on_matters() -> None:
    """No run of this ends, so no end is good; and still the fault takes something away."""
    text = """module lamp "A lamp that can be broken"
    state on: bool = false
    state broken: bool = false
    action flip() { requires not broken  on := not on }
    action shake() { }
    fault drop() { broken := true  on := false }
    can shine on
    scope one { faults = 1 }
    """
    _, rows = table(text)
    assert {(item.failure, item.fate, item.lost) for item in rows.rows} == {("drop", Fate.STUCK, ("shine",))}
    _, without = table(text.replace("can shine on", "can be_dark not on"))
    assert {item.fate for item in without.rows} == {Fate.NO_MATTER}

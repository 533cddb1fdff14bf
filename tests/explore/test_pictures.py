"""Pictures of state graphs: quotients, machines, condensations, dominators, and what is left out."""

from __future__ import annotations

from functools import cache
from xml.etree import ElementTree

import networkx
import pytest

from checker.explore.explore import explore
from checker.explore.keys import NoSuchKey, read_keys
from checker.explore.pictures import (
    Picture,
    Reached,
    as_networkx,
    bounded,
    condensed,
    dominators,
    graphml,
    machines,
    quotient,
    reach,
    whole,
)
from checker.explore.search import Limits
from checker.model.ground import Machine
from checker.model.scope import declared_scope
from checker.report.graphs import dot, mermaid
from tests.explore.made import protocol


@cache
def reached(name: str, scope: str) -> Reached:
    text = protocol(name)
    return reach(Machine(text, declared_scope(text, scope)))


def arrows(picture: Picture) -> set[tuple[str, str, str]]:
    label = {node.id: node.label for node in picture.nodes}
    return {(label[arrow.source], arrow.label, label[arrow.target]) for arrow in picture.arrows}


def test_the_whole_graph_is_that_of_the_search() -> None:
    text = protocol("ring")
    found = explore(text, declared_scope(text, "three"), symmetry=False)
    graph, other = as_networkx(whole(reached("ring", "three"))), found.graph()
    assert (len(graph), graph.number_of_edges()) == (found.states, found.transitions)
    for node, data in other.nodes(data=True):
        assert {f"cell {name}": value for name, value in data["cells"].items()}.items() <= graph.nodes[node].items()
        assert [graph.nodes[node][key] for key in ("initial", "end", "depth")] == [
            data["initial"], data["end"], data["depth"],
        ]  # fmt: skip
    labels = sorted(data["label"] for _, _, data in graph.edges(data=True))
    assert labels == sorted(data["label"] for _, _, data in other.edges(data=True))


def test_by_one_cell() -> None:
    picture = quotient(reached("two_phase", "n3"), ["decision"])
    assert arrows(picture) == {("open", "decide_commit", "commit"), ("open", "decide_abort", "abort")}
    assert sum(node.states for node in picture.nodes) == 288
    assert [node.label for node in picture.nodes if node.initial] == ["open"]


def test_by_one_place_by_all_and_by_a_definition() -> None:
    one = quotient(reached("handover", "m12"), ["adapter[vm1, slot2]"])
    assert arrows(one) == {("on", "switch_off", "off"), ("off", "remove", "gone")}
    any_slot = quotient(reached("handover", "m12"), ["adapter[_, slot2]"])
    assert arrows(any_slot) == arrows(one)
    both = quotient(reached("handover", "m12"), ["adapter"])
    assert len(both.nodes) == 9
    assert "adapter[vm1, slot1] = on\nadapter[vm1, slot2] = on" in {node.label for node in both.nodes}
    next_seat = quotient(reached("philosophers", "table"), ["next(north)"])
    assert [node.label for node in next_seat.nodes] == ["east"]
    assert next_seat.arrows == ()


@pytest.mark.parametrize("text", ["nothing", "mode[vm2]", "mode[vm1, vm1]", "next(", ""])
def test_what_is_not_there_is_said(text: str) -> None:
    with pytest.raises(NoSuchKey) as caught:
        read_keys(reached("handover", "m12").machine, text)
    assert "mode[vm1]" in caught.value.known


def test_a_machine_lays_individuals_on_one_another() -> None:
    (picture,) = machines(reached("handover", "m12"), ["port", "adapter"])
    assert arrows(picture) == {
        ("created, on", "switch_off", "created, off"),
        ("created, off", "remove", "created, gone"),
        ("created, gone", "tear_down", "torn_down, gone"),
        ("torn_down, gone", "delete", "deleted, gone"),
    }
    (single,) = machines(reached("handover", "m12"), ["mode", "port"])  # a cell by Vm and one by Vm and Slot
    assert ("idle, created", "start", "migrating, created") in arrows(single)


def test_a_machine_has_a_picture_for_each_member_of_a_closed_sort() -> None:
    found = machines(reached("philosophers", "table"), ["left", "right"])
    assert [picture.title for picture in found] == [
        f"left, right ({seat})" for seat in ("north", "east", "south", "west")
    ]
    assert all(arrows(picture) == arrows(found[0]) for picture in found)


def test_condensed_is_acyclic_and_keeps_every_state() -> None:
    picture = whole(reached("lock", "two"))
    assert len(condensed(picture).nodes) == 1
    picture = condensed(quotient(reached("handover", "m12"), ["mode"]))
    assert networkx.is_directed_acyclic_graph(as_networkx(picture))
    assert sum(node.states for node in picture.nodes) == 678
    back = condensed(quotient(reached("counter", "jammed"), ["level", "broken"]))
    assert sum(node.states for node in back.nodes) == 12
    assert len(back.nodes) == 2 + 5  # up and down until it jams; then only down


def test_dominators_are_what_every_way_passes() -> None:
    picture = quotient(reached("handover", "m12"), ["mode"])
    tree = dominators(picture)
    label = {node.id: node.label for node in picture.nodes}
    above = {label[arrow.target]: label[arrow.source] for arrow in tree.arrows}
    assert above == {
        "migrating": "idle",
        "online": "migrating",
        "aborting": "migrating",
        "aborted": "aborting",
        "failed": "migrating",
    }
    graph = as_networkx(picture)
    start = next(node.id for node in picture.nodes if node.initial)
    for arrow in tree.arrows:  # without the dominator there is no way
        rest = graph.subgraph(set(graph) - {arrow.source})
        assert start not in rest or not networkx.has_path(rest, start, arrow.target)


def test_what_is_not_drawn_is_said() -> None:
    picture = bounded(whole(reached("lock", "two")), 3)
    assert len(picture.nodes) == 3
    assert picture.left_out == ("5 of 8 nodes and 12 of 14 arrows are not drawn: those farthest from the start",)
    for text in (dot(picture), mermaid(picture), graphml(picture)):
        assert picture.left_out[0] in text
    assert bounded(picture, 3) is picture


def test_a_search_that_was_cut_is_said() -> None:
    text = protocol("handover")
    found = reach(Machine(text, declared_scope(text, "m12")), Limits(20))
    picture = quotient(found, ["mode"])
    assert picture.cut == "20 states were reached"
    assert picture.left_out == ("the search stopped early: 20 states were reached; there may be more",)


def test_graphml_can_be_read_back() -> None:
    picture = whole(reached("ring", "three"))
    ElementTree.fromstring(graphml(picture))  # noqa: S314  # our own text
    again = networkx.parse_graphml(graphml(picture), node_type=int, force_multigraph=True)
    assert (len(again), again.number_of_edges()) == (202, 1032)
    assert again.nodes[0]["cell mood[node1]"] == "calm"


def test_texts_quote_what_they_are_given() -> None:
    picture = quotient(reached("lock", "two"), ["holds"])
    strange = picture.nodes[0].__class__(0, 'a"b\\c#d\ne', (), 1, True, True, 0)
    odd = Picture("t", "p", "s", (strange,), ())
    assert 'label="a\\"b\\\\c#d\\ne"' in dot(odd)
    assert '"a#quot;b\\c#35;d<br/>e"' in mermaid(odd)

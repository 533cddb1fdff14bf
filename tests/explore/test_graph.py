"""The networkx view."""

from __future__ import annotations

import networkx

from tests.explore.made import explored


def test_graph_of_the_lock() -> None:
    found = explored("lock", "two", False)
    graph = found.graph()
    assert graph.number_of_nodes() == found.states == 8
    assert graph.number_of_edges() == found.transitions == 14
    assert graph.graph == {"protocol": "lock", "scope": "two", "complete": True}
    start = graph.nodes[0]
    assert start["initial"]
    assert start["cells"] == {
        "waiting[client1]": "false",
        "waiting[client2]": "false",
        "holds[client1]": "false",
        "holds[client2]": "false",
    }
    steps = {data["label"] for _, _, data in graph.out_edges(0, data=True)}
    assert steps == {"ask(client1)", "ask(client2)"}
    depths = networkx.single_source_shortest_path_length(graph, 0)
    assert all(graph.nodes[node]["depth"] == depth for node, depth in depths.items())


def test_faults_outcomes_and_ends_are_marked() -> None:
    graph = explored("ring", "lost_for_good").graph()
    kinds = {(data["action"], data["moment"], data["fault"]) for _, _, data in graph.edges(data=True)}
    assert ("lose", "SUCCESS", True) in kinds
    assert ("pass_on", "begin", False) in kinds
    assert "pass_on(node1).begin" in {data["label"] for _, _, data in graph.edges(data=True)}
    ends = [data for _, data in graph.nodes(data=True) if data["end"]]
    assert ends
    assert all(data["cells"][f"token[node{at}]"] == "false" for data in ends for at in (1, 2, 3))
    assert {data["faults"] for _, data in graph.nodes(data=True)} == {0, 1}
    assert "regenerate" not in graph.nodes[0]["cells"]  # a param is no cell that anybody draws

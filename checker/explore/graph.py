"""The states and steps of a search as a networkx graph, for whoever wants to draw, query or measure it.

Nodes are numbers in order of depth. A node has `cells` (each cell that can change, by name, with its value as a text
writes it; consts too), `depth`, `initial`, `end` (a run may end there), `faults` (how many there were) and `expanded`
(False where the search stopped before looking for its steps). An edge has `action`, `moment`, `args` (names), `label`,
`fault`, `hidden`. Under symmetry a node stands for all states that differ in names only, and an edge leads to the
node that stands for the state after the step, so the same individual may be called differently at its two ends.

Pictures of a few nodes (by what some cells hold, condensed, dominators) are made by `pictures.py`; `as_networkx` there
gives them the same way:

    found = checker.explore_scope(protocol, scope, symmetry=False)
    graph = found.graph()                                             # every state, every step
    reached = pictures.reach(Machine(protocol, scope))
    drawn = pictures.as_networkx(pictures.quotient(reached, ["mode"]))  # a node for each value of `mode`
"""

from __future__ import annotations

import networkx

from checker.explore.search import StateGraph
from checker.explore.words import cell_name, step_name, value_name
from checker.language.core import CellKind
from checker.model.ground import Machine


def to_networkx(store: StateGraph, machine: Machine) -> networkx.MultiDiGraph[int]:
    """The graph of a search."""
    graph: networkx.MultiDiGraph[int] = networkx.MultiDiGraph(
        protocol=machine.protocol.name, scope=machine.scope.name, complete=store.complete
    )
    shown = [
        (at, cell_name(machine, cell, index), cell)
        for at, (cell, index) in enumerate(machine.layout.locations)
        if machine.core.cell(cell).kind is not CellKind.PARAM
    ]
    spelled: dict[tuple[str, int], str] = {}

    def value(cell: str, stored: int) -> str:
        known = spelled.get((cell, stored))
        if known is None:
            type_ = machine.core.cell(cell).type
            known = spelled[cell, stored] = value_name(machine, type_, machine.layout.value(cell, stored))
        return known

    ends = set(store.ends)
    for index, state in enumerate(store.states):
        graph.add_node(
            index,
            cells={name: value(cell, state[at]) for at, name, cell in shown},
            depth=store.depth(index),
            initial=store.parent[index] < 0,
            end=index in ends,
            faults=state[machine.layout.faults],
            expanded=index < store.expanded,
        )
    labels: dict[int, dict[str, object]] = {}
    for index in range(store.expanded):
        for edge in store.edges(index):
            number = store.grounds[edge]
            if number not in labels:
                labels[number] = _label(machine, number)
            graph.add_edge(index, store.targets[edge], **labels[number])
    return graph


def _label(machine: Machine, number: int) -> dict[str, object]:
    ground = machine.grounds[number]
    names = tuple(
        value_name(machine, type_, value) for (_, type_), value in zip(ground.moment.params, ground.args, strict=True)
    )
    return {
        "action": ground.moment.action,
        "moment": ground.moment.moment,
        "args": names,
        "label": step_name(machine, ground.step),
        "fault": ground.moment.fault,
        "hidden": ground.moment.hidden,
    }

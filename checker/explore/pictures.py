"""State graphs as people draw them: whole, by what some cells hold, condensed, as a tree of dominators, bounded.

A `Picture` is plain data: nodes and arrows with words on them. `condensed`, `dominators` and `bounded` make one picture
of another, so they can follow each other. Whatever a picture does not show, it says in `left_out`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import networkx

from checker.explore.keys import Key, read_keys
from checker.explore.search import Limits, StateGraph, search
from checker.explore.symmetry import no_symmetry
from checker.explore.words import cell_name, step_name, value_name
from checker.language.core import CellKind
from checker.language.protocol import SUCCESS
from checker.model.ground import Machine


@dataclass(frozen=True, slots=True)
class Node:
    """`cells` are names with values as a text writes them; `states` is how many states the node stands for.

    `initial`: one of them is. `end`: a run may end in one of them. `depth`: the least number of steps to one of them.
    """

    id: int
    label: str
    cells: tuple[tuple[str, str], ...]
    states: int
    initial: bool
    end: bool
    depth: int


@dataclass(frozen=True, slots=True)
class Arrow:
    """`steps` is how many steps it stands for. `args` are there where it stands for one step alone."""

    source: int
    target: int
    label: str
    action: str
    moment: str
    args: tuple[str, ...]
    fault: bool
    hidden: bool
    steps: int


@dataclass(frozen=True, slots=True)
class Picture:
    """`cut` is why the search stopped early, empty if it did not: then more nodes and arrows may be there."""

    title: str
    protocol: str
    scope: str
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    left_out: tuple[str, ...] = ()
    cut: str = ""


@dataclass(frozen=True, slots=True)
class Reached:
    """A scope's states without symmetry, so that each individual has the same name at both ends of a step."""

    machine: Machine
    graph: StateGraph


def reach(machine: Machine, limits: Limits | None = None, progress: Callable[[str], None] | None = None) -> Reached:
    """All states of the scope, or as many as the limits allow; no property is looked at. Ctrl-C is a limit too."""
    watch = _Nothing(len(machine.grounds))
    return Reached(machine, search(machine, no_symmetry(machine), watch, limits or Limits(), progress))


# ----------------------------------------------------------------------------------------------- pictures of states


def whole(reached: Reached) -> Picture:
    """A node for each state, an arrow for each step."""
    machine, graph = reached.machine, reached.graph
    shown = [
        (at, cell_name(machine, cell, index), cell)
        for at, (cell, index) in enumerate(machine.layout.locations)
        if machine.core.cell(cell).kind is not CellKind.PARAM
    ]
    ends = set(graph.ends)
    nodes = []
    for number, state in enumerate(graph.states):
        cells = tuple((name, _value(machine, cell, state[at])) for at, name, cell in shown)
        initial = graph.parent[number] < 0
        nodes.append(Node(number, str(number), cells, 1, initial, number in ends, graph.depth(number)))
    arrows = [
        _arrow(machine, source, graph.targets[edge], graph.grounds[edge], 1, alone=True)
        for source in range(graph.expanded)
        for edge in graph.edges(source)
    ]
    return _picture(reached, "every state", nodes, arrows)


def quotient(reached: Reached, by: Sequence[str]) -> Picture:
    """A node for each way the cells named in `by` can be together; arrows are the steps that change them.

    Each is a cell (`level`), one place of it (`level[a, b]`), or a definition of the text, with or without arguments.
    A path here need not be a run: two states of one node may have different ways on. Raises NoSuchKey.
    """
    keys = [key for text in by for key in read_keys(reached.machine, text)]
    names = [key.name for key in keys]

    def label(values: Values) -> str:
        return values[0] if len(keys) == 1 else "\n".join(f"{n} = {v}" for n, v in zip(names, values, strict=True))

    return _by(reached, f"by {', '.join(by)}", names, [_together(keys)], label)


def machines(reached: Reached, families: Sequence[str]) -> tuple[Picture, ...]:
    """What cells of some families go through together: nodes are their values, arrows the actions that change them.

    All individuals are laid on one another. Indexes of the families are matched by their sorts, in order; there is a
    picture for each way to choose the members of closed sorts. Raises NoSuchKey.
    """
    found = []
    for title, instances in joined(reached.machine, families).items():
        functions = [_together(keys) for keys in instances]
        words = ", ".join(families) + (f" ({title})" if title else "")
        found.append(_by(reached, words, list(families), functions))
    return tuple(found)


def joined(machine: Machine, families: Sequence[str]) -> dict[str, list[list[Key]]]:
    """For each choice of members of closed sorts, in words, the places of the families that belong together."""
    places = {family: read_keys(machine, family) for family in families}
    widest = max(families, key=lambda family: len(places[family][0].index) if places[family] else 0)
    found: dict[str, list[list[Key]]] = {}
    for key in places[widest]:
        together = []
        for family in families:
            for other in places[family]:
                if _fits(other, key):
                    together.append(other)
                    break
        if len(together) == len(families):
            closed = [name for sort, name in key.index if _closed(machine, sort)]
            found.setdefault(", ".join(closed), []).append(together)
    return found


def _fits(narrow: Key, wide: Key) -> bool:
    """Whether the index of the one is a part of the other's, in order."""
    rest = iter(wide.index)
    return all(part in rest for part in narrow.index)


def _closed(machine: Machine, sort: str) -> bool:
    return any(each.name == sort and each.members is not None for each in machine.protocol.sorts)


Values = tuple[str, ...]


def _together(keys: Sequence[Key]) -> Callable[[bytes], Values]:
    """The values of some keys."""
    return lambda state: tuple(key.value(state) for key in keys)


def _by(
    reached: Reached,
    title: str,
    names: list[str],
    functions: Iterable[Callable[[bytes], Values]],
    label: Callable[[Values], str] = ", ".join,
) -> Picture:
    """States with the same values are one node, for each of the functions; all are laid on one another."""
    machine, graph = reached.machine, reached.graph
    numbers: dict[Values, int] = {}
    states: Counter[Values] = Counter()
    depth: dict[Values, int] = {}
    initial, ends = set[Values](), set[Values]()
    steps: Counter[tuple[int, int, int]] = Counter()
    at_end = set(graph.ends)
    for function in functions:
        values = [function(state) for state in graph.states]
        for number, value in enumerate(values):
            numbers.setdefault(value, len(numbers))
            states[value] += 1
            depth[value] = min(depth.get(value, number), graph.depth(number))
            if graph.parent[number] < 0:
                initial.add(value)
            if number in at_end:
                ends.add(value)
        for source in range(graph.expanded):
            for edge in graph.edges(source):
                before, after = values[source], values[graph.targets[edge]]
                if before != after:
                    steps[numbers[before], numbers[after], graph.grounds[edge]] += 1
    nodes = [
        Node(number, label(value), tuple(zip(names, value, strict=True)), states[value], value in initial,
             value in ends, depth[value])
        for value, number in numbers.items()
    ]  # fmt: skip
    counted: Counter[tuple[int, int, str, str]] = Counter()
    some: dict[tuple[int, int, str, str], int] = {}
    for (source, target, ground), count in steps.items():
        moment = machine.grounds[ground].moment
        key = source, target, moment.action, moment.moment
        counted[key] += count
        some.setdefault(key, ground)
    arrows = [_arrow(machine, *key[:2], some[key], count, alone=False) for key, count in counted.items()]
    return _picture(reached, title, nodes, arrows)


# ------------------------------------------------------------------------------------------------- pictures of pictures


def condensed(picture: Picture) -> Picture:
    """Nodes that can be reached from each other become one (the strongly connected components)."""
    graph = as_networkx(picture)
    components = sorted(
        (sorted(component) for component in networkx.strongly_connected_components(graph)), key=lambda each: each[0]
    )
    inside = {node: at for at, component in enumerate(components) for node in component}
    by_id = {node.id: node for node in picture.nodes}
    nodes = []
    for at, component in enumerate(components):
        parts = [by_id[node] for node in component]
        label = parts[0].label if len(parts) == 1 else f"{parts[0].label} and {len(parts) - 1} more"
        cells = parts[0].cells if len(parts) == 1 else ()
        nodes.append(
            Node(at, label, cells, sum(p.states for p in parts), any(p.initial for p in parts),
                 any(p.end for p in parts), min(p.depth for p in parts))
        )  # fmt: skip
    merged: dict[tuple[int, int, str], Arrow] = {}
    for arrow in picture.arrows:
        source, target = inside[arrow.source], inside[arrow.target]
        key = source, target, arrow.action + "." + arrow.moment
        if source != target:
            known = merged.get(key)
            steps = arrow.steps + (known.steps if known else 0)
            label = _label(arrow.action, arrow.moment)
            merged[key] = replace(arrow, source=source, target=target, label=label, args=(), steps=steps)
    return replace(picture, title=f"{picture.title}, condensed", nodes=tuple(nodes), arrows=tuple(merged.values()))


def dominators(picture: Picture) -> Picture:
    """A tree: an arrow from each node's immediate dominator, the last node that every way to it passes.

    (Lengauer and Tarjan 1979; here as networkx has it.) Where there are several initial nodes, nothing is before them
    all, and a node that is reached from more than one of them may have no arrow.
    """
    graph = as_networkx(picture)
    start = -1
    graph.add_node(start)
    graph.add_edges_from((start, node.id) for node in picture.nodes if node.initial)
    above = networkx.immediate_dominators(graph, start)
    arrows = [
        Arrow(dominator, node, "", "", "", (), False, False, 0)
        for node, dominator in sorted(above.items())
        if node != start and dominator is not None and dominator not in (start, node)
    ]
    return replace(picture, title=f"{picture.title}: what every way to a node passes", arrows=tuple(arrows))


def bounded(picture: Picture, most: int) -> Picture:
    """At most so many nodes, those nearest to the start, and the arrows between them; what is left out is said."""
    if len(picture.nodes) <= most:
        return picture
    kept = sorted(picture.nodes, key=lambda node: (node.depth, node.id))[:most]
    ids = {node.id for node in kept}
    arrows = tuple(arrow for arrow in picture.arrows if arrow.source in ids and arrow.target in ids)
    sentence = (
        f"{len(picture.nodes) - most:,} of {len(picture.nodes):,} nodes and {len(picture.arrows) - len(arrows):,} of"
        f" {len(picture.arrows):,} arrows are not drawn: those farthest from the start"
    )
    return replace(picture, nodes=tuple(kept), arrows=arrows, left_out=(*picture.left_out, sentence))


def as_networkx(picture: Picture) -> networkx.MultiDiGraph[int]:
    """The picture with all it says as attributes; cells are attributes of their own, as `cell NAME`."""
    graph: networkx.MultiDiGraph[int] = networkx.MultiDiGraph(
        title=picture.title, protocol=picture.protocol, scope=picture.scope, complete=not picture.cut
    )
    for node in picture.nodes:
        cells = {f"cell {name}": value for name, value in node.cells}
        graph.add_node(
            node.id, label=node.label, states=node.states, initial=node.initial, end=node.end, depth=node.depth, **cells
        )
    for arrow in picture.arrows:
        graph.add_edge(
            arrow.source, arrow.target, label=arrow.label, action=arrow.action, moment=arrow.moment,
            args=", ".join(arrow.args), fault=arrow.fault, hidden=arrow.hidden, steps=arrow.steps,
        )  # fmt: skip
    return graph


def graphml(picture: Picture) -> str:
    """The picture as GraphML, which Gephi, yEd, Cytoscape and igraph read."""
    graph = as_networkx(picture)
    graph.graph["left_out"] = "; ".join(picture.left_out)
    return "\n".join(networkx.generate_graphml(graph)) + "\n"


# ---------------------------------------------------------------------------------------------------------------- words


def _picture(reached: Reached, title: str, nodes: list[Node], arrows: list[Arrow]) -> Picture:
    machine, cut = reached.machine, reached.graph.cut
    left_out = (f"the search stopped early: {cut}; there may be more",) if cut else ()
    return Picture(title, machine.protocol.name, machine.scope.name, tuple(nodes), tuple(arrows), left_out, cut)


def _arrow(machine: Machine, source: int, target: int, ground: int, steps: int, *, alone: bool) -> Arrow:
    step, moment = machine.grounds[ground].step, machine.grounds[ground].moment
    args: tuple[str, ...] = ()
    if alone:
        pairs = zip(moment.params, step.args, strict=True)
        args = tuple(value_name(machine, type_, value) for (_, type_), value in pairs)
    label = step_name(machine, step) if alone else _label(step.action, step.moment)
    return Arrow(source, target, label, step.action, step.moment, args, moment.fault, moment.hidden, steps)


def _label(action: str, moment: str) -> str:
    return action if moment == SUCCESS else f"{action}.{moment}"


def _value(machine: Machine, cell: str, stored: int) -> str:
    return value_name(machine, machine.core.cell(cell).type, machine.layout.value(cell, stored))


class _Nothing:
    """Watches no property."""

    enough = False

    def __init__(self, grounds: int) -> None:
        self.steps: tuple[tuple[Callable[[int, bytes, bytes], bool], ...], ...] = ((),) * grounds
        self.state_holds: Callable[[bytes], bool] = lambda _: True

    def bad_state(self, index: int, state: bytes) -> None: ...
    def bad_step(self, source: int, ground: int, before: bytes, after: bytes) -> None: ...

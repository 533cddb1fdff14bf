"""The orders between logs that every explanation of a trace has: the answer hangs on these, whatever run is told.

All orders of events that some run follows make a graph of nodes (a position in each log, and the states some run can be
in). Where no way to a good end takes y before x, x before y is necessary. What follows from other orders is left out,
so what is told is the one shortest list of them.
"""

from __future__ import annotations

from collections.abc import Iterable

from checker.trace.interleave import Interleavings, Node, Order


def necessary(space: Interleavings) -> list[Order]:
    """The necessary orders that do not follow from others, from logs or from what is stated. Raises LimitReached."""
    edges = _edges(space)
    good = _good(space, edges)
    lengths, stated = space.search.lengths, space.search.needs
    # For each event, how far every other log is at least whenever it is next on a way to a good end.
    least = {
        (log, at): [len_ if other != log else 0 for other, len_ in enumerate(lengths)]
        for log, size in enumerate(lengths)
        for at in range(size)
    }
    for (positions, _), targets in edges.items():
        for logs, target in targets:
            if target in good:
                for log in logs:
                    reached = least[log, positions[log]]
                    for other, at in enumerate(positions):
                        reached[other] = min(reached[other], at + (other in logs and other != log))
    found: list[Order] = []
    for (log, at), reached in least.items():
        before = least.get((log, at - 1), [0] * len(lengths))
        for other, need in enumerate(reached):
            if other != log and need > max(before[other], stated[log][space.search.sequence[log][at]][other]):
                found.append(((other, need - 1), (log, at)))
    return _irreducible(found)


def _edges(space: Interleavings) -> dict[Node, list[tuple[tuple[int, ...], Node]]]:
    """Every node that some run reaches, with the logs that move on and the node after."""
    found: dict[Node, list[tuple[tuple[int, ...], Node]]] = {}
    stack = [space.start()]
    while stack:
        node = stack.pop()
        if node not in found:
            space.budget.spend()
            found[node] = list(space.moves(node))
            stack += [target for _, target in found[node]]
    return found


def _good(space: Interleavings, edges: dict[Node, list[tuple[tuple[int, ...], Node]]]) -> set[Node]:
    """The nodes from which the trace can be explained to its end."""
    sources: dict[Node, list[Node]] = {}
    for node, targets in edges.items():
        for _, target in targets:
            sources.setdefault(target, []).append(node)
    stack = [node for node in edges if space.ends_well(node)]
    good = set(stack)
    while stack:
        for source in sources.get(stack.pop(), ()):
            if source not in good:
                good.add(source)
                stack.append(source)
    return good


def _irreducible(orders: list[Order]) -> list[Order]:
    kept = list(orders)
    for order in orders:
        rest = [other for other in kept if other != order]
        if _follows(order, rest):
            kept = rest
    return kept


def _follows(order: Order, others: Iterable[Order]) -> bool:
    """Whether the order follows from the others and from the order of each log."""
    first, last = order
    others = list(others)
    reached: dict[int, int] = {first[0]: first[1]}  # for each log, its first event that is known to be no earlier
    moved = True
    while moved:
        moved = False
        for (log, at), (other, later) in others:
            if log in reached and reached[log] <= at and later < reached.get(other, later + 1):
                reached[other] = later
                moved = True
    return last[0] in reached and last[0] != first[0] and reached[last[0]] <= last[1]

"""Strongly connected components of a graph given by a function, without recursion (Tarjan 1972)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator


def components(roots: Iterable[int], successors: Callable[[int], Iterable[int]]) -> Iterator[list[int]]:
    """The components reachable from the roots, each after all those it leads to."""
    found: dict[int, int] = {}  # in order of discovery; -1 once the component is known
    lowest: dict[int, int] = {}
    pending: list[int] = []  # found, component not yet known
    for root in roots:
        if root in found:
            continue
        found[root] = lowest[root] = len(found)
        pending.append(root)
        work = [(root, iter(successors(root)))]
        while work:
            node, rest = work[-1]
            for after in rest:
                number = found.get(after)
                if number is None:
                    found[after] = lowest[after] = len(found)
                    pending.append(after)
                    work.append((after, iter(successors(after))))
                    break
                if number >= 0 and number < lowest[node]:
                    lowest[node] = number
            else:
                work.pop()
                low = lowest[node]
                if work and low < lowest[work[-1][0]]:
                    lowest[work[-1][0]] = low
                if low == found[node]:
                    component = []
                    while True:
                        member = pending.pop()
                        found[member] = -1
                        del lowest[member]
                        component.append(member)
                        if member == node:
                            break
                    yield component

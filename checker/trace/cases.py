"""A trace falls apart into cases: the records that no individual of the joined sorts ties to any others.

`joined by` in the text names those sorts, and fields whose values tie records together besides. To join too much is
safe, only slow; so whatever may belong to several cases is joined with all of them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, replace

from checker.language.protocol import Protocol
from checker.trace.keys import Key, Keys
from checker.trace.stated import Stated
from checker.trace.view import View

Spot = tuple[int, int]  # view, event


@dataclass(frozen=True, slots=True)
class CaseViews:
    """One case: what to call it, and the views with its own events and those that are common to all cases.

    `spots` says for each view which of the trace's events they are, `common` which are of no case in particular.
    """

    name: str
    views: tuple[View, ...]
    stated: Stated
    spots: tuple[tuple[int, ...], ...]
    common: frozenset[Spot]


def cases(protocol: Protocol, views: tuple[View, ...], stated: Stated) -> tuple[CaseViews, ...]:
    """The cases of a trace, in the order of their first events; one alone where it cannot be taken apart."""
    groups, common = _groups(protocol, views)
    if len(groups) < 2:
        whole = tuple(tuple(range(len(view.events))) for view in views)
        return (CaseViews("", views, stated, whole, frozenset()),)
    return tuple(_case(name, views, stated, spots, common) for name, spots in groups)


def _case(
    name: str, views: tuple[View, ...], stated: Stated, spots: Iterable[Spot], common: frozenset[Spot]
) -> CaseViews:
    kept: list[list[int]] = [[] for _ in views]
    for view, at in sorted({*spots, *common}):
        kept[view].append(at)
    own = tuple(_view(view, kept[view.index]) for view in views)
    needs = tuple(tuple(_need(kept, stated.needs[view.index][at]) for at in kept[view.index]) for view in views)
    return CaseViews(name, own, replace(stated, needs=needs), tuple(map(tuple, kept)), common)


def _view(view: View, kept: list[int]) -> View:
    events = tuple(view.events[at] for at in kept)
    return replace(view, log=replace(view.log, events=tuple(seen.event for seen in events)), events=events)


def _need(kept: list[list[int]], need: tuple[int, ...]) -> tuple[int, ...]:
    """An order that asks for the first n events of a log asks here for those of the kept ones that are among them."""
    return tuple(map(bisect_left, kept, need)) if any(need) else need


# -------------------------------------------------------------------------------------------------------------- groups


def _groups(protocol: Protocol, views: tuple[View, ...]) -> tuple[list[tuple[str, list[Spot]]], frozenset[Spot]]:
    """The groups of events that belong together, each with a name, and the events of no group."""
    if not protocol.joined:
        return [], frozenset()
    keys = Keys(protocol, views)
    parents: dict[Key, Key] = {}
    found: dict[Spot, Key | None] = {}
    for view in views:
        for at, seen in enumerate(view.events):
            own = [_root(parents, key) for key in keys.of(view, seen)]
            for other in own[1:]:
                parents[other] = own[0]
            found[view.index, at] = own[0] if own else None
    groups: dict[Key, list[Spot]] = {}
    common: list[Spot] = []
    for spot, key in found.items():
        if key is None:
            common.append(spot)
        else:
            groups.setdefault(_root(parents, key), []).append(spot)
    if any(keys.sorts_of(views[view], views[view].events[at]) for view, at in common):
        return [], frozenset()
    if keys.ambiguous(views, groups.values()):
        return [], frozenset()
    names: dict[Key, dict[str, None]] = {}
    for key in parents:
        if len(key) == 2:
            names.setdefault(_root(parents, key), {})[key[1]] = None
    named = [(" ".join(names.get(key, ())) or key[-1], spots) for key, spots in groups.items()]
    return named, frozenset(common)


def _root(parents: dict[Key, Key], key: Key) -> Key:
    """The key that stands for all those it is joined with."""
    at = parents.setdefault(key, key)
    while at != parents[at]:
        parents[at] = at = parents[parents[at]]
    return at

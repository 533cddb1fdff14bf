"""The order of the variables, from the structure of the text: cells of one individual together, relatives close.

A group is the cells with one index: those of one individual, or of one pair. Groups are first ordered as the text
orders sorts and individuals; then the centre-of-gravity heuristic FORCE (Aloul, Markov, Sakallah 2003) moves groups
together that steps read or write together, as long as that makes the spans of the steps shorter. At last what many
groups hang on goes before them: an individual's cells before those of its pairs, cells without an index before all.
FORCE alone puts them in the middle, where they split the diagrams of everything around them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import log2

from checker.language.protocol import Of
from checker.model.code import Known
from checker.model.emit import Emit
from checker.model.fold import fold
from checker.model.ground import Machine
from checker.model.writer import writes

ROUNDS = 40

Group = tuple[tuple[str, int], ...]


def variable_order(machine: Machine) -> list[int]:
    """Every byte that may differ between states, the first to be on top."""
    groups: dict[Group, list[int]] = {}
    for slot in moving(machine):
        groups.setdefault(group_of(machine, slot), []).append(slot)
    rank = {sort.name: at for at, sort in enumerate(machine.core.sorts)}
    listed = sorted(groups, key=lambda group: [(rank.get(sort, -1), value) for sort, value in group])
    number = {slot: at for at, group in enumerate(listed) for slot in groups[group]}
    edges = {frozenset(number[slot] for slot in edge if slot in number) for edge in supports(machine)}
    placed = [listed[at] for at in _drawn_together([edge for edge in edges if len(edge) > 1], len(listed))]
    return [slot for group in _wholes_first(placed) for slot in groups[group]]


def moving(machine: Machine) -> list[int]:
    """The bytes that may differ between states."""
    layout = machine.layout
    found = [
        slot
        for slot, (name, _) in enumerate(layout.locations)
        if slot not in machine.fixed and layout.families[name].count > 1
    ]
    return [layout.faults, *found] if machine.scope.faults else found


def group_of(machine: Machine, slot: int) -> Group:
    """The individuals that a byte is about, by sort, in the order of its index; the empty group is everybody's."""
    if slot == machine.layout.faults:
        return ()
    name, index = machine.layout.locations[slot]
    types = machine.layout.families[name].index
    return tuple((type_.sort, value) for type_, value in zip(types, index, strict=True) if isinstance(type_, Of))


def supports(machine: Machine) -> Iterable[frozenset[int]]:
    """For each ground step, bytes that it reads or writes; those that it finds by computing are left out."""
    for ground in machine.grounds:
        emit = Emit(machine.layout, machine.fixed, local=True, unrolled=4, longest=0)
        moment = ground.moment
        bound = {name: Known(value) for (name, _), value in zip(moment.params, ground.args, strict=True)}
        for guard in moment.guards:
            fold(guard.condition, emit, bound)
        written = writes(emit, moment.effects, bound)
        yield frozenset(emit.used).union(write.where for write in written if isinstance(write.where, int))


def _wholes_first(groups: Sequence[Group]) -> list[Group]:
    """The groups with those about fewer of the same individuals moved before them."""
    found: list[Group] = []
    for group in groups:
        found += [other for other in groups if other not in found and set(other) <= set(group) and other != group]
        if group not in found:
            found.append(group)
    return found


def _drawn_together(edges: Sequence[frozenset[int]], count: int) -> list[int]:
    """The numbers below `count` in the order with the least sum of spans among those tried."""
    place = [float(at) for at in range(count)]
    order = list(range(count))
    best, best_spans = order, _spans(edges, place)
    for _ in range(ROUNDS):
        total, weight = [0.0] * count, [0] * count
        for edge in edges:
            centre = sum(place[at] for at in edge) / len(edge)
            for at in edge:
                total[at] += centre
                weight[at] += 1
        wanted = [total[at] / weight[at] if weight[at] else place[at] for at in range(count)]
        following = sorted(order, key=lambda at: (wanted[at], place[at]))
        if following == order:
            break
        order = following
        for position, at in enumerate(order):
            place[at] = float(position)
        spans = _spans(edges, place)
        if spans < best_spans:
            best, best_spans = order, spans
    return best


def _spans(edges: Iterable[frozenset[int]], place: Sequence[float]) -> float:
    return sum(log2(1 + max(place[at] for at in edge) - min(place[at] for at in edge)) for edge in edges)

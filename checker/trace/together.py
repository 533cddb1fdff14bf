"""Whether runs of single cases make one run of the whole trace: what each relies on must be so while the others act.

A block is the hidden steps before a record and the step that it tells of. The runs are put together block by block, in
an order that keeps every log's order, every stated one and each run's own. That is a run of the whole where common
cells are as each block found them, and loose families (`apart.py`) are at rest between the blocks of their case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise

from checker.trace.apart import Apart
from checker.trace.cases import CaseViews, Spot
from checker.trace.conform import Case, may_hide
from checker.trace.interleave import Order
from checker.trace.search import Node
from checker.trace.settled import Unsettled, settled
from checker.trace.stated import Stated


@dataclass(frozen=True, slots=True)
class Block:
    """A record's place in the trace, the step it was taken for, and the common cells before and after it."""

    spots: tuple[Spot, ...]
    step: object
    before: bytes
    after: bytes


@dataclass(frozen=True, slots=True)
class _Done:
    """A block of a case's run, with its events counted in the case's own views."""

    events: tuple[Spot, ...]
    number: int
    before: bytes
    after: bytes


Searched = Sequence[tuple[CaseViews, Case]]
Known = dict[int, tuple[list[_Done], str]]  # what was found of a search, by the identity of its case


def together(
    apart: Apart, stated: Stated, sizes: Sequence[int], found: Searched, orders: Iterable[Order] | None = None
) -> str:
    """Why the cases' runs do not make one run of the trace; empty where they do. `sizes`: events of each view.

    `orders`, where given, are those under which every case has a run whatever the others are; they are kept instead of
    the order that each run happens to have.
    """
    runs = []
    known: Known = {}
    for views, case in found:
        assert case.search.ended is not None
        try:
            blocks, restless = _blocks(apart, views, case, case.search.ended, known)
        except Unsettled:
            blocks, restless = [], "something"
        if restless:
            return f"{restless} of {views.name} is not at rest while other records come in between"
        runs.append(blocks)
    if orders is None:
        orders = ((one.spots[0], other.spots[0]) for blocks in runs for one, other in pairwise(blocks))
    return _passed_on(runs, found[0][0].common) or _circle(runs, chain(_stated(stated, sizes), orders), sizes)


def calm(apart: Apart, case: Case) -> bool:
    """Whether every run of every case leaves alone what others rely on: only records of no case change common cells."""
    if apart.loose:
        return False
    shared = case.shared
    for moment in case.core.moments:
        if any(effect.cell in apart.common for effect in moment.effects):
            if apart.owned(moment) or may_hide(shared.frame, shared.coverage, case.options, moment):
                return False
    return True


def undisturbed(apart: Apart, found: Searched) -> bool:
    """Whether no case's run, as far as it goes, leaves behind what another case could have lived by."""
    runs = []
    known: Known = {}
    for views, case in found:
        furthest = case.search.ended or max(case.search.taken, key=lambda node: sum(node[1]))
        try:
            runs.append(_blocks(apart, views, case, furthest, known)[0])
        except Unsettled:
            return False
    return not _passed_on(runs, found[0][0].common)


def _blocks(apart: Apart, views: CaseViews, case: Case, end: Node, known: Known) -> tuple[list[Block], str]:
    """The blocks of a case's run, and the first loose family that is not as it began after one of them.

    `known` keeps the runs of searches, for several cases may have one. Raises Unsettled.
    """
    if id(case) not in known:
        known[id(case)] = _run(apart, case, end)
    done, moved = known[id(case)]
    blocks = []
    for each in done:
        spots = tuple([(log, views.spots[log][at]) for log, at in each.events])
        step = case.machine.grounds[each.number].step if spots[0] in views.common else None
        blocks.append(Block(spots, step, each.before, each.after))
    return blocks, moved


def _run(apart: Apart, case: Case, end: Node) -> tuple[list[_Done], str]:
    families = case.machine.layout.families
    (first, _, _), *places = settled(case, end, apart.loose, apart.common)
    begun_with = {name: _cells(families[name].base, families[name].cells, first) for name in apart.loose}
    done: list[_Done] = []
    moved = ""
    before = _common(apart, case, first)
    for state, (_, positions, _), taken in places:
        for name, begun in begun_with.items():
            if _cells(families[name].base, families[name].cells, state) != begun:
                moved = moved or name
        after = _common(apart, case, state)
        events = tuple((log, positions[log] - 1) for log in taken.logs)
        done.append(_Done(events, taken.number, before, after))
        before = after
    return done, moved


def _cells(base: int, count: int, state: bytes) -> bytes:
    return state[base : base + count]


def _common(apart: Apart, case: Case, state: bytes) -> bytes:
    families = case.machine.layout.families
    return b"".join(_cells(families[name].base, families[name].cells, state) for name in apart.common)


def _passed_on(runs: list[list[Block]], common: frozenset[Spot]) -> str:
    """Whether common cells are handed on: they begin alike, only common records change them, and all do so alike."""
    starts = {blocks[0].before for blocks in runs if blocks}
    told: dict[tuple[Spot, ...], set[tuple[object, bytes]]] = {}
    for blocks in runs:
        for block in blocks:
            if block.spots[0] in common:
                told.setdefault(block.spots, set()).add((block.step, block.after))
            elif block.before != block.after:
                return "a step changes what other records rely on, and leaves it changed"
    if len(starts) > 1 or any(len(each) > 1 for each in told.values()):
        return "a record that belongs to no case in particular was taken for different steps"
    return ""


def _circle(runs: list[list[Block]], orders: Iterable[Order], sizes: Sequence[int]) -> str:
    """Whether some order of all blocks keeps all these orders."""
    if len(sizes) == 1:
        return ""  # every run has the order of the one log
    begins = list(accumulate(sizes, initial=0))
    same = list(range(begins[-1]))  # the events of a block go by the number of its first
    for blocks in runs:
        for block in blocks:
            for view, at in block.spots[1:]:
                same[begins[view] + at] = begins[block.spots[0][0]] + block.spots[0][1]
    waits = [0] * len(same)
    after: list[list[int]] = [[] for _ in same]
    for (view, at), (other, then) in orders:
        first, second = same[begins[view] + at], same[begins[other] + then]
        if first != second:
            after[first].append(second)
            waits[second] += 1
    ready = [number for number, count in enumerate(waits) if count == 0]
    done = 0
    while ready:
        done += 1
        for number in after[ready.pop()]:
            waits[number] -= 1
            if waits[number] == 0:
                ready.append(number)
    return "" if done == len(waits) else "the runs of the cases ask for orders that contradict one another"


def _stated(stated: Stated, sizes: Sequence[int]) -> Iterator[Order]:
    """The orders of each log, and those that are stated."""
    for view, size in enumerate(sizes):
        yield from (((view, at - 1), (view, at)) for at in range(1, size))
        for at, needs in enumerate(stated.needs[view]):
            if any(needs):
                yield from (((log, need - 1), (view, at)) for log, need in enumerate(needs) if need)

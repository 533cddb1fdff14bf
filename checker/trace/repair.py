"""The cheapest change of a trace after which a run would explain it: told, never made.

Tried, each at the price of one change: two events of one log swapped, a missing event put in, an event left out, near
the event that no run reaches; then two missing events put in. What is not tried is not claimed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from time import monotonic

from checker.trace.conform import Case
from checker.trace.explain import TRIAL_NODES, Culprit, explores, sub_search
from checker.trace.relevance import Relevance
from checker.trace.search import MISSING, Node, Search
from checker.trace.words import Words
from checker.trace.world import World

NEAR = 8  # how far from the event changes are tried
ROOTS = 200  # nodes before the change from which the rest is tried
FEW, MANY = 200, 2000  # nodes spent on a change that does not get the trace further
SECONDS = 0.75

Sequence = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One way to change the events: their new sequence, from which position of which log on, its price."""

    sequence: Sequence
    log: int
    position: int
    price: int
    words: str
    likely: bool = False  # worth more time than others


def repair_of(case: Case, words: Words, found: Culprit) -> str | None:
    """The cheapest change after which the whole trace is explained, in words; None if none of those tried is."""
    until = monotonic() + SECONDS
    case = _everything_relevant(case)
    for change in _changes(case, words, found):
        if monotonic() > until:
            return None
        put_in = _explained(case, words, found, change)
        if put_in is not None:
            told = change.words.format(put_in=put_in)
            return f"{told}, and a run explains the trace (price {change.price})"
    return None


def _everything_relevant(case: Case) -> Case:
    """The case with every step that may be hidden taken for relevant: a missing record may need any of them."""
    core = case.core
    moments = frozenset((moment.action, moment.moment) for moment in core.moments)
    relevance = Relevance(moments, frozenset(cell.name for cell in core.cells))
    return replace(case, shared=replace(case.shared, relevance=relevance))


def _changes(case: Case, words: Words, found: Culprit) -> Iterator[Change]:
    sequence, at = case.search.sequence, found.block.node[1]
    here = found.block.view
    yield from _swaps(case, words, sequence, here, at[here])
    places = [(here, at[here])]
    places += [(log, reached) for log, reached in enumerate(at) if log != here]
    for log, reached in places:
        for position in range(reached, max(-1, reached - NEAR), -1):
            yield replace(_put_in(case, words, sequence, log, position, 1), likely=(log, position) == places[0])
    for log, reached in places:
        for position in range(min(reached, len(sequence[log]) - 1), max(-1, reached - NEAR), -1):
            without = _with(sequence, log, (*sequence[log][:position], *sequence[log][position + 1 :]))
            yield Change(without, log, position, 1, f"leave out {_event(case, words, log, sequence[log][position])}")
    yield _put_in(case, words, sequence, here, at[here], 2)


def _swaps(case: Case, words: Words, sequence: Sequence, log: int, at: int) -> Iterator[Change]:
    row = sequence[log]
    pairs = [(at, other) for other in range(at + 1, min(len(row), at + 1 + NEAR))]
    pairs += [(other, at) for other in range(at - 1, max(-1, at - 1 - NEAR), -1)]
    for first, second in pairs:
        swapped = list(row)
        swapped[first], swapped[second] = swapped[second], swapped[first]
        told = f"swap {_event(case, words, log, row[first])} and {_event(case, words, log, row[second])}"
        yield Change(_with(sequence, log, tuple(swapped)), log, first, 1, told)


def _put_in(case: Case, words: Words, sequence: Sequence, log: int, position: int, count: int) -> Change:
    row = sequence[log]
    longer = (*row[:position], *(MISSING,) * count, *row[position:])
    before = f"before {_event(case, words, log, row[position])}" if position < len(row) else "at the end"
    name = case.views[log].log.name
    return Change(_with(sequence, log, longer), log, position, count, f"put {{put_in}} into {name} {before}")


def _with(sequence: Sequence, log: int, row: tuple[int, ...]) -> Sequence:
    return (*sequence[:log], row, *sequence[log + 1 :])


def _event(case: Case, words: Words, log: int, event: int) -> str:
    told = words.event(case.views[log].events[event].event)
    return told.replace("{", "(").replace("}", ")")


def _explained(case: Case, words: Words, found: Culprit, change: Change) -> str | None:
    """The steps put in, if the changed trace is explained from some node before the change; "" if none were."""
    trial = sub_search(case, change.sequence)
    trial.budget.nodes = MANY if change.likely else FEW
    most, goal = TRIAL_NODES, sum(found.block.node[1]) + sum(map(len, change.sequence)) - sum(case.search.lengths)
    for world, node in _roots(case, found, change):
        done = explores(trial, world, node)
        if not done and trial.furthest > goal and trial.budget.nodes < most:
            # It gets further than the trace did as it is: worth more.
            trial = sub_search(case, change.sequence)
            done = explores(trial, world, node)
        if done:
            assert trial.ended is not None
            return " and ".join(_missing(case, words, trial, trial.ended))
        if trial.budget.spent > trial.budget.nodes:
            return None
    return None


def _roots(case: Case, found: Culprit, change: Change) -> Iterator[tuple[World, Node]]:
    """The nodes of the search where the changed log is just before the change, the furthest first."""
    worlds: dict[int, World] = {}
    path = {node for node, _ in case.search.path(found.block.node)}
    nodes = [node for node in case.search.taken if node[1][change.log] == change.position]
    nodes.sort(key=lambda node: (node not in path, -sum(node[1])))
    for node in nodes[:ROOTS]:
        world = case.search.taken[node].world
        yield worlds.setdefault(id(world), world.within(case.shared)), node


def _missing(case: Case, words: Words, trial: Search, end: Node) -> Iterator[str]:
    """The steps that stand for missing records on the way to the end."""
    bindings = case.shared.bindings.met
    for node, taken in trial.path(end):
        for log in taken.logs:
            if trial.sequence[log][node[1][log] - 1] == MISSING:
                yield words.step(case.machine.grounds[taken.number], bindings[node[2]])

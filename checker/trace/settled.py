"""A case's run with its loose ends tidied up at once: hidden steps that nothing hurries are taken right after a record.

Where a run may leave something for later (an undo, a release), it stands in the way of other cases until then. Most
often it might as well be done at once; the run that does so is tried, step by step, and is a run if every step of it is
possible.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.trace.binding import IDLE
from checker.trace.conform import Case
from checker.trace.search import Node, Taken
from checker.trace.world import World

MOST = 16  # hidden steps after one record

Place = tuple[bytes, Node, Taken]  # the state after a recorded step, and where the run at hand has it


class Unsettled(Exception):
    """The run cannot be tidied up: what was done at once takes a later step away."""


def settled(case: Case, end: Node, loose: Sequence[str], common: Sequence[str]) -> Iterator[Place]:
    """The recorded steps of the run to a node, each with the state once loose ends are tidied up.

    The first place is the run's beginning. Raises Unsettled.
    """
    path = case.search.path(end)
    state = path[0][0][0]
    slots, kept = _slots(case, loose), _slots(case, common)
    rest = [state[at] for at in slots]
    yield state, *path[0]
    for node, taken in path[1:]:
        after = case.machine.fire(taken.number, state)
        if after is not None:
            state = after
        elif taken.logs:
            raise Unsettled
        if taken.logs:
            for _ in range(MOST):
                tidier = _tidier(case, taken.world, state, slots, rest, kept)
                if tidier is None:
                    break
                state = tidier
            yield state, node, taken


def _slots(case: Case, names: Sequence[str]) -> list[int]:
    families = case.machine.layout.families
    return [at for name in names for at in range(families[name].base, families[name].base + families[name].cells)]


def _tidier(case: Case, world: World, state: bytes, slots: list[int], rest: list[int], kept: list[int]) -> bytes | None:
    """The state after a hidden step that brings loose cells nearer to how they began, and leaves common ones alone."""
    restless = _restless(state, slots, rest)
    if restless == 0:
        return None
    for number in world.hidden:
        if not case.machine.grounds[number].moment.fault and world.hidden_change(number) == IDLE:
            after = case.machine.fire(number, state)
            if after is not None and _restless(after, slots, rest) < restless:
                if all(after[at] == state[at] for at in kept):
                    return after
    return None


def _restless(state: bytes, slots: list[int], rest: list[int]) -> int:
    return sum(state[at] != begun for at, begun in zip(slots, rest, strict=True))

"""What a run did on its way to a place: its last steps, and the step after which something came to be true or false."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from checker.trace.binding import Binding
from checker.trace.conform import Case
from checker.trace.event import Event
from checker.trace.search import Node, Taken
from checker.trace.words import Words

Told = tuple[str, Event | None]


@dataclass(frozen=True, slots=True)
class Since:
    """The step after which it was so: in words, with its number in the run (from 1), and the last event recorded by
    then. `recorded`: that event is its record."""

    step: str
    number: int
    event: Event | None
    recorded: bool


def event_of(case: Case, node: Node, taken: Taken) -> Event | None:
    """The record of the step that led to the node; None for an unrecorded one."""
    if not taken.logs:
        return None
    log = taken.logs[0]
    return case.views[log].events[case.search.sequence[log][node[1][log] - 1]].event


def step_words(case: Case, words: Words, node: Node, taken: Taken) -> str:
    """The step that led to the node, by the ids that its individuals have before or after it."""
    bindings = case.shared.bindings.met
    earlier = {} if taken.parent is None else bindings[taken.parent[2]].named
    named = {**earlier, **bindings[node[2]].named}
    return words.step(case.machine.grounds[taken.number], Binding.of(named, {}))


def since(case: Case, words: Words, node: Node, test: Callable[[bytes], bool]) -> Since | None:
    """When the test came to be as it is at the node, on the run there; None if it was so all along."""
    path = case.search.path(node)
    last: Event | None = None
    found: Since | None = None
    before = test(path[0][0][0])
    for number, (here, taken) in enumerate(path[1:], 1):
        event = event_of(case, here, taken)
        last = event or last
        now = test(here[0])
        if now is not before:
            step = step_words(case, words, here, taken)
            found = Since(step, number, last, event is not None)
        before = now
    return found


def steps_since(case: Case, words: Words, node: Node, log: int) -> tuple[Told, ...]:
    """The steps of the run to the node since the last event of the log."""
    return tuple(_told(case, words, node, log))[::-1]


def _told(case: Case, words: Words, node: Node, log: int) -> Iterator[Told]:
    here: Node | None = node
    while here is not None:
        taken = case.search.taken[here]
        if taken.parent is None or taken.parent[1][log] != node[1][log]:
            return
        yield step_words(case, words, here, taken), event_of(case, here, taken)
        here = taken.parent

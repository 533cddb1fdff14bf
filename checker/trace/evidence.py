"""What further records would decide between stories: other logs of the same step, and what would be recorded next."""

from __future__ import annotations

from collections.abc import Iterator

from checker.language.protocol import BEGIN
from checker.trace.conform import Case
from checker.trace.search import Node
from checker.trace.sources import SourceReader
from checker.trace.words import Words
from checker.trace.world import World

MOST = 2  # further records that are told of each kind


def other_logs(case: Case, world: World, number: int) -> Iterator[str]:
    """The kinds of log that would record the step where it happened and that are not part of the trace."""
    ground = case.machine.grounds[number]
    action = world.action(ground)
    host = world.reads.host(ground)
    here = {view.reader.source.name for view in case.views if host in (None, view.log.host)}
    where = f" of {host}" if host is not None else ""
    for source in case.protocol.logs:
        if source.name in here or action.name in source.never:
            continue
        names = dict.fromkeys(SourceReader(case.protocol, source).event_names(action, ground.moment.moment))
        if names:
            yield f"record {' or '.join(list(names)[:MOST])} in a log of {source.title or source.name}{where}"


def further_records(case: Case, world: World, number: int) -> tuple[str, ...]:
    """The records outside the trace that would say whether the step happened so."""
    ground = case.machine.grounds[number]
    found = tuple(f"for this: {each}" for each in other_logs(case, world, number))
    host = world.reads.host(ground)
    where = f" of {host}" if host is not None else ""
    return found or (f"for this: a second log{where} that records {ground.moment.action}",)


def possible(case: Case, words: Words, world: World, node: Node) -> dict[str, str]:
    """What each log that goes on could record next at a node, as step: log. Failures are not told."""
    machine, found = case.machine, dict[str, str]()
    binding = case.shared.bindings.met[node[2]]
    for view in case.views:
        if view.log.ends == "complete":
            continue
        for candidate in world.anything(view.index):
            ground = machine.grounds[candidate.number]
            begin = world.begin_of(candidate.number)
            numbers = (candidate.number, begin) if begin is not None else (candidate.number,)
            if ground.moment.failure or ground.moment.moment == BEGIN or found.get(words.step(ground, binding)):
                continue
            if any(machine.fire(number, node[0]) is not None for number in numbers):
                if not world.redundant(candidate.number, node[0], node[2]):
                    found[words.step(ground, binding)] = view.log.name
    return found


def apart(mine: dict[str, str], others: dict[str, str]) -> Iterator[str]:
    """What a record after the end of the trace would say for the one story and against the other, or the reverse."""
    speaking = [f"{step} in {log}" for step, log in mine.items() if step not in others]
    against = [f"{step} in {log}" for step, log in others.items() if step not in mine]
    if speaking:
        yield f"for this: as the next record, {' or '.join(speaking[:MOST])}"
    if against:
        yield f"against this: as the next record, {' or '.join(against[:MOST])}"

"""A trace as it would be had further actions been recorded: their records are made from the run that explains it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from checker.language.protocol import BEGIN, LogSource, Protocol
from checker.trace.conform import Case
from checker.trace.event import Event, Log, Trace
from checker.trace.history import event_of
from checker.trace.judge_trace import Judged
from checker.trace.records import records_of
from checker.trace.sources import SourceReader
from checker.trace.view import View

Chosen = Mapping[str, LogSource]  # for each action the source that is to record it


def enriched(protocol: Protocol, trace: Trace, found: Sequence[Judged], chosen: Chosen) -> tuple[Protocol, Trace]:
    """The protocol whose sources never lose the chosen actions, and the trace with a log more for each host and source.

    A part that no run explains stays as it is.
    """
    logs: dict[tuple[str, str], _More] = {}
    for each in found:
        if each.case is not None and each.case.search.ended is not None:
            _add(each.case, chosen, logs)
    kept = tuple(
        _sure(source, [name for name, by in chosen.items() if by.name == source.name]) for source in protocol.logs
    )
    more = tuple(made.log(host, source) for (host, source), made in logs.items())
    return replace(protocol, logs=kept), replace(trace, logs=(*trace.logs, *more))


def _sure(source: LogSource, actions: Sequence[str]) -> LogSource:
    may_lose = tuple(name for name in source.may_lose if name not in actions)
    return replace(source, may_lose=may_lose, never=tuple(name for name in source.never if name not in actions))


@dataclass(slots=True)
class _More:
    """A log that is added: like the first one of its host, but for its source and events."""

    like: Log
    names: tuple[str, ...]
    events: list[Event] = field(default_factory=list)

    def log(self, host: str, source: str) -> Log:
        """The log when all of its events are known."""
        name = f"further records of {source} on {host}"
        events = tuple(replace(event, log=name, seq=seq) for seq, event in enumerate(self.events, 1))
        return replace(self.like, name=name, source=source, events=events, recorded=self.names)


def _add(case: Case, chosen: Chosen, logs: dict[tuple[str, str], _More]) -> None:
    """The records of one part's run. What a source writes under one name it writes of every action of that name."""
    assert case.search.ended is not None
    hosts = dict.fromkeys(view.log.host for view in case.views)
    sources = {by.name: by for by in chosen.values()}
    for host in hosts:
        like = next(view.log for view in case.views if view.log.host == host)
        for name, source in sources.items():
            names = tuple(_names(case.protocol, source, [each for each, by in chosen.items() if by.name == name]))
            logs.setdefault((host, name), _More(like, names))
    last: Event | None = None
    for (before, _), (node, taken) in pairwise(case.search.path(case.search.ended)):
        event = event_of(case, node, taken)
        last = event or last
        ground = case.machine.grounds[taken.number]
        host = taken.world.reads.host(ground) or next(iter(hosts))
        if ground.moment.moment == BEGIN or host not in hosts:
            continue
        by = {case.views[log].reader.source.name for log in taken.logs}
        for source in sources.values():
            made = logs[host, source.name]
            if source.name not in by:
                view = View(0, replace(made.like, source=source.name), SourceReader(case.protocol, source), ())
                binding = case.shared.bindings.met[node[2]]
                found = records_of(taken.world, view, ground, before[0], binding)
                record = next((each for each in found if each.name in made.names), None)
                if record is not None:
                    made.events.append(replace(record, time=_time(case, last, host)))


def _time(case: Case, last: Event | None, host: str) -> int | None:
    """When the record is made: with the last one, if that was on the same host; else nobody knows."""
    if last is None or all(view.log.name != last.log or view.log.host != host for view in case.views):
        return None
    return last.time


def _names(protocol: Protocol, source: LogSource, actions: Sequence[str]) -> Iterator[str]:
    reader = SourceReader(protocol, source)
    for name in actions:
        action = protocol.action(name)
        for outcome in action.outcomes:
            yield from reader.event_names(action, outcome.name)

"""What the judge of whole recordings says of one case: asked before a case is said to violate anything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from checker.trace.counts import unsettled
from checker.trace.event import Event, Log, Trace
from checker.trace.frame import id_binds
from checker.trace.judge_trace import Judge
from checker.trace.verdict import Part
from checker.trace.view import see
from checker.trace.watch.case import LiveCase
from checker.trace.watch.names import Entry

SECONDS, NODES = 10.0, 200_000


def trace_of(entries: Iterable[Entry], *, ends: str | None = None) -> Trace:
    """The records as a recording of their own. `ends`: how its logs end, where that is not as they say."""
    logs: dict[int, tuple[Log, list[Event]]] = {}
    for entry in sorted({entry.arrival: entry for entry in entries}.values(), key=lambda entry: entry.arrival):
        logs.setdefault(entry.log.index, (entry.log.log, []))[1].append(entry.event)
    return Trace(
        "case",
        tuple(replace(log, events=tuple(events), ends=ends or log.ends) for _, (log, events) in sorted(logs.items())),
    )


def judged(
    judge: Judge, cases: Iterable[LiveCase], edges: Iterable[Entry] = (), *, ends: str | None = None
) -> Part | None:
    """The verdict about these cases together; None where their records are not all kept. `edges` are the records of
    messages between the logs.
    """
    cases = tuple(cases)
    if not all(case.whole for case in cases):
        return None
    entries = [entry for case in cases for entry in case.history]
    if not entries:
        return None
    logs = {entry.log.index for entry in entries}
    entries += [edge for edge in edges if edge.log.index in logs]
    options = judge.options
    asked = replace(options, seconds=min(options.seconds, SECONDS), nodes=min(options.nodes, NODES), plainly=True)
    (part, *_) = judge.parts(trace_of(entries, ends=ends), asked)
    return part


def lacking(case: LiveCase) -> frozenset[str]:
    """The sorts of which the case may be about an individual that no record names yet."""
    trace = trace_of(case.history)
    views = see(case.protocol, trace, trace.logs).views
    return frozenset(unsettled(case.protocol, views, id_binds(case.protocol))) | case.tables.spares

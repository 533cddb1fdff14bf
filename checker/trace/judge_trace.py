"""Judges a trace against a protocol: one part for all its logs, or one for each host where the protocol says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from checker.language.core import Core
from checker.language.lower import lower
from checker.language.protocol import Protocol
from checker.model.initial import BadScope
from checker.model.layout import TooLarge
from checker.trace.account import unknown_roster
from checker.trace.conform import explain_trace
from checker.trace.event import Log, Trace
from checker.trace.options import Budget, Options
from checker.trace.outcome import part_of
from checker.trace.stated import EDGES, stated_orders
from checker.trace.strangers import nothing_judged, pointed_out
from checker.trace.verdict import Part, Verdict, VerdictKind, worst
from checker.trace.view import Sight, see

DEFAULT = Options()
SPARE = 5.0


def judge(protocol: Protocol, trace: Trace, options: Options = DEFAULT) -> tuple[Part, ...]:
    """The parts of a trace's judgement against one protocol, hosts in the order of their logs.

    Raises CannotLower, and InternalError where something of ours is wrong. An interrupt makes the answer unknown.
    """
    core = lower(protocol, options.without)
    if trace.left_out:  # what could not be read may be what is missing at the end
        trace = replace(trace, logs=tuple(replace(log, ends="open") for log in trace.logs))
    if not protocol.each_host or not trace.logs:
        return (_judge(protocol, core, trace, None, trace.logs, options),)
    hosts = dict.fromkeys(log.host for log in trace.logs)
    return tuple(
        _judge(protocol, core, trace, host, tuple(log for log in trace.logs if log.host == host), options)
        for host in hosts
    )


def judge_all(protocols: Iterable[Protocol], trace: Trace, options: Options = DEFAULT) -> Verdict:
    """A trace's verdict against several protocols together. Raises what `judge` does.

    Once one of them is violated the rest cannot better the verdict, so they get no more than SPARE seconds each.
    """
    protocols = tuple(protocols)
    trace = pointed_out(protocols, trace)
    parts: tuple[Part, ...] = ()
    for protocol in protocols:
        parts += judge(protocol, trace, spared(options, parts))
    return verdict(trace, parts)


def spared(options: Options, parts: tuple[Part, ...]) -> Options:
    """The options for the protocols still to come: little time, where the verdict is settled already."""
    settled = any(part.kind is VerdictKind.VIOLATES for part in parts)
    return replace(options, seconds=min(options.seconds, SPARE)) if settled else options


def verdict(trace: Trace, parts: tuple[Part, ...]) -> Verdict:
    """The verdict that the parts make: the worst of theirs.

    Where something could not be read, or was not understood, what seems to violate may come of just that: then there is
    no verdict about the recording, and the parts say what was made of the rest.
    """
    kind = worst(tuple(part.kind for part in parts))
    if kind is not VerdictKind.UNREADABLE and nothing_judged(trace, parts):
        kind = VerdictKind.UNKNOWN
    if trace.left_out or any(complaint.fatal for complaint in trace.complaints):
        kind = VerdictKind.UNREADABLE
    events = sum(len(log.events) for log in trace.logs)
    return Verdict(trace.name, kind, parts, events, trace.complaints, trace.left_out)


def _judge(
    protocol: Protocol, core: Core, trace: Trace, host: str | None, logs: tuple[Log, ...], options: Options
) -> Part:
    sight = see(protocol, trace, logs, EDGES)
    if not sight.views:
        reason = f"no log of the trace has a source that {protocol.name} knows" if logs else "the trace has no logs"
        return _without_run(protocol, core, host, sight, VerdictKind.UNREADABLE, reason)
    budget = Budget(options.nodes, options.seconds)
    try:
        case = explain_trace(protocol, core, sight.views, stated_orders(sight.views), options, budget)
    except (BadScope, TooLarge) as problem:
        return _without_run(protocol, core, host, sight, VerdictKind.UNKNOWN, str(problem))
    return part_of(case, trace, host, sight, budget)


def _without_run(
    protocol: Protocol, core: Core, host: str | None, sight: Sight, kind: VerdictKind, reason: str
) -> Part:
    return Part(
        protocol=protocol.name,
        host=host,
        kind=kind,
        findings=(),
        assumed=(),
        obligations=(),
        explained_by=None,
        explained=(),
        roster=unknown_roster(protocol, core, reason),
        ignored=sight.ignored,
        reason=reason,
        notes=sight.notes,
    )

"""Which recordings of a folder are parts of one trace: those of different logs that name the same individuals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from checker.language.protocol import Of, Protocol
from checker.language.types import type_of
from checker.trace.event import Trace
from checker.trace.frame import id_binds, is_id
from checker.trace.view import see

Name = tuple[str, str]  # joined sort or field, what is said


def belonging(protocols: Sequence[Protocol], traces: Iterable[Trace]) -> tuple[tuple[int, ...], ...]:
    """The traces that belong together, by position: in order, each group by its first.

    Two recordings with a log of the same host and source are two runs, not one, whatever they name. Each trace is
    looked at once, and only its names are kept.
    """
    groups: list[tuple[list[int], set[Name], set[tuple[str, str]]]] = []
    for at, trace in enumerate(traces):
        names = set(_names(protocols, trace))
        logs = {(log.host, log.source) for log in trace.logs}
        alike = [group for group in groups if group[1] & names]
        if not names or any(group[2] & logs for group in alike) or _meet(alike):
            groups.append(([at], names, logs))
            continue
        members = sorted([at, *(member for group in alike for member in group[0])])
        merged = (members, names.union(*(g[1] for g in alike)), logs.union(*(g[2] for g in alike)))
        groups = [group for group in groups if not any(group is other for other in alike)]
        groups.append(merged)
    return tuple(sorted(tuple(members) for members, _, _ in groups))


def _meet(groups: Sequence[tuple[list[int], set[Name], set[tuple[str, str]]]]) -> bool:
    """Whether two of the groups have a log of the same host and source."""
    return sum(len(logs) for _, _, logs in groups) > len(set[tuple[str, str]]().union(*(logs for _, _, logs in groups)))


def _names(protocols: Iterable[Protocol], trace: Trace) -> Iterable[Name]:
    """The lasting names in a trace that tie records together."""
    for protocol in protocols:
        sorts = {sort.name for sort in protocol.sorts} & set(protocol.joined)
        ids = id_binds(protocol)
        for view in see(protocol, trace, trace.logs).views:
            for seen in view.events:
                for field in protocol.joined:
                    text = view.text(seen.event, field) if field not in sorts else None
                    if text is not None:
                        yield field, text
                for reading in seen.readings:
                    for known, text in view.said(seen.event, reading):
                        type_ = type_of(known.values[0]) if known.values and not is_id(known, ids) else None
                        if isinstance(type_, Of) and type_.sort in sorts:
                            yield type_.sort, text

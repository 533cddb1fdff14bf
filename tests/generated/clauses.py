"""Small questions to the clauses of a protocol: what fails, what a status names, which source a log is of."""

from __future__ import annotations

from checker.language.protocol import SUCCESS, Action, LogSource, Protocol
from checker.trace.event import Log


def fails(action: Action, moment: str) -> bool:
    return any(outcome_.name == moment and outcome_.failure for outcome_ in action.outcomes)


def outcome(action: Action, status: str) -> str | None:
    """The outcome that a status names."""
    plain = status.upper().removeprefix("NDIS_").removeprefix("STATUS_")
    names = {outcome_.name.upper(): outcome_.name for outcome_ in action.outcomes}
    return names.get(plain) or (names.get("OTHER") if plain != SUCCESS else None)


def source_of(protocol: Protocol, log: Log) -> LogSource:
    return next(source for source in protocol.logs if log.source in (source.name, source.title))

"""Which logs record which steps: the difference between a step that did not happen and one that nobody wrote down."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from checker.language.protocol import BEGIN, Action
from checker.trace.sources import PHASE_BEGIN
from checker.trace.view import View


class Records(IntEnum):
    """Whether a log records a moment: never, perhaps, always."""

    NO = 0
    MAY = 1
    MUST = 2


@dataclass(frozen=True, slots=True)
class Group:
    """Logs of which one records a step: always, or (`must` is false) perhaps."""

    must: bool
    views: tuple[int, ...]


class Coverage:
    """What each log of a trace records."""

    def __init__(self, views: tuple[View, ...]) -> None:
        self.views = views
        self._begins = tuple(_begins(view) for view in views)
        self._known: dict[tuple[int, str, str], Records] = {}

    def records(self, view: View, action: Action, moment: str) -> Records:
        """Whether the log records the moment, were it to happen where the log was kept."""
        key = view.index, action.name, moment
        if key not in self._known:
            self._known[key] = self._records(view, action, moment)
        return self._known[key]

    def begins(self, view: View) -> Records:
        """Whether the log records the begins of requests."""
        return self._begins[view.index]

    def _records(self, view: View, action: Action, moment: str) -> Records:
        source = view.reader.source
        names = tuple(view.reader.event_names(action, moment))
        if not names or action.name in source.never:
            return Records.NO
        declared = source.declared and action.event is not None
        by_record = any(r.action == action.name and r.moment in (None, moment) for r in source.records)
        if moment == BEGIN and not any(r.action == action.name and r.moment == BEGIN for r in source.records):
            return min(self.begins(view), _lossy(view, action, names)) if declared else Records.NO
        return _lossy(view, action, names) if declared or by_record else Records.NO

    def groups(self, action: Action, moment: str, host: str | None) -> tuple[Group, ...]:
        """The groups of logs that record the moment on this host; None: the action is nowhere in particular.

        Two logs of different sources on one host both record a step; of the same source, one of them does. Of what is
        nowhere in particular, each log of one host knows, but of several hosts only one need do.
        """
        views = [view for view in self.views if host is None or view.log.host == host]
        apart = host is not None or len({view.log.host for view in views}) == 1
        grouped: dict[str, list[tuple[int, Records]]] = {}
        for view in views:
            records = self.records(view, action, moment)
            if records is not Records.NO:
                grouped.setdefault(view.reader.source.name if apart else "", []).append((view.index, records))
        return tuple(
            Group(any(records is Records.MUST for _, records in group), tuple(at for at, _ in group))
            for group in grouped.values()
        )


def _lossy(view: View, action: Action, names: tuple[str, ...]) -> Records:
    narrowed = view.log.recorded is not None and not set(names) & set(view.log.recorded)
    return Records.MAY if narrowed or action.name in view.reader.source.may_lose else Records.MUST


def _begins(view: View) -> Records:
    """Never, if no event is a begin; always, if no request with a begin is recorded as a whole; else perhaps."""
    begun = whole = False
    for seen in view.events:
        if seen.event.phase == PHASE_BEGIN:
            begun = True
        elif seen.event.phase is None:
            whole = whole or any(reading.action.begin is not None for reading in seen.readings)
    if not begun:
        return Records.NO
    return Records.MAY if whole else Records.MUST

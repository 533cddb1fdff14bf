"""What the open questions of the documents mean for one trace: the answer that `readings.py` finds."""

from __future__ import annotations

from dataclasses import dataclass

from checker.trace.event import Event
from checker.trace.verdict import VerdictKind

Change = tuple[str, str]  # param, value as the text writes it


@dataclass(frozen=True, slots=True)
class Setting:
    """Some params set otherwise than by default, and the verdict then. The event that decides it, with its rules, where
    the trace violates; `host` is where that is. `reason` for unknown: which limit was reached.
    """

    changes: tuple[Change, ...]
    kind: VerdictKind
    decided_by: Event | None = None
    rules: tuple[str, ...] = ()
    host: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Readings:
    """What one protocol's open questions mean for a trace.

    `single` are all changes of one param, `enough` the smallest sets of changes under which a trace that violates by
    default conforms. `idle` params cannot matter: nothing that the trace depends on reads them. `limits` says what was
    not tried, a sentence each.
    """

    protocol: str
    default: Setting
    single: tuple[Setting, ...]
    enough: tuple[Setting, ...]
    idle: tuple[str, ...]
    limits: tuple[str, ...] = ()

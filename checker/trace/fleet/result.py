"""How a recording with very many migrations fared: counts, and one case told for each way it went."""

from __future__ import annotations

from dataclasses import dataclass

from checker.trace.event import Complaint
from checker.trace.verdict import Verdict, VerdictKind

NAMED = 5  # other cases of a group that are named


@dataclass(frozen=True, slots=True)
class Count:
    """How many cases got a verdict."""

    kind: VerdictKind
    cases: int


@dataclass(frozen=True, slots=True)
class FleetGroup:
    """Cases that went the same way: same verdict, same protocol and host, same rules, same first unexplained event.

    `event` is the name of that event, None where nothing is unexplained. `verdict` is that of one case, `name` what the
    case is called, `others` are the first few others by name. `reason` is why the verdict is not a better one.
    """

    kind: VerdictKind
    protocol: str | None
    rules: tuple[str, ...]
    event: str | None
    host: str | None
    cases: int
    variants: int
    name: str
    verdict: Verdict
    others: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Fleet:
    """A recording, taken apart and judged. `whole` says why it was not taken apart, and is empty where it was.

    `unread` records are of no protocol, `common` ones of every case; `left_out` ones could not be read. Each case is
    judged by itself: `alone` says what cases may do to one another, as far as that was not asked.
    """

    name: str
    events: int
    cases: int
    variants: int
    counts: tuple[Count, ...]
    groups: tuple[FleetGroup, ...]
    complaints: tuple[Complaint, ...]
    left_out: int
    unread: int = 0
    common: int = 0
    whole: str = ""
    notes: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()

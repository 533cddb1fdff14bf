"""The cheapest change of a trace that no run explains after which one would: told, never made."""

from __future__ import annotations

from checker.trace.conform import Case
from checker.trace.event import Event
from checker.trace.explain import Culprit
from checker.trace.words import Words


def repair_of(case: Case, words: Words, found: Culprit) -> str | None:
    return None


def conflict_of(case: Case, found: Culprit) -> tuple[Event, ...]:
    return ()

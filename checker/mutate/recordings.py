"""Whether a recording's verdict changes with a mutant: a step that was refused is explained, or the other way round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from checker.language.mutants import Change, Mutant
from checker.language.protocol import Protocol
from checker.mutate.fate import Fate, Killer, Shown
from checker.mutate.plan import Plan
from checker.trace.event import Event, Trace
from checker.trace.judge_trace import Judge
from checker.trace.options import Options
from checker.trace.readers import read
from checker.trace.verdict import EXPLAINED, Part, VerdictKind

Recording = tuple[str, tuple[Path, ...]]  # its name and its files

NODES = 200_000
SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class _Told:
    """What a protocol says of a recording. `actions` are those its first misfit was read as, or that explain it."""

    trace: Trace
    parts: tuple[Part, ...]
    actions: frozenset[str]


class Recordings:
    """Recordings and what the protocol itself says of each, which is worked out once."""

    def __init__(self, plan: Plan, recordings: tuple[Recording, ...]) -> None:
        self._options = Options(
            nodes=NODES, seconds=SECONDS, settings=tuple(plan.settings.items()), without=plan.without, plainly=True
        )
        judge = Judge(plan.protocol, self._options)
        self._told = tuple(_told(judge, name, files) for name, files in recordings)

    def notice(self, mutant: Mutant, protocol: Protocol) -> Shown | None:
        """The first recording whose verdict the mutant changes; None if there is none among those it can matter to."""
        judge: Judge | None = None
        for told in self._told:
            if not _matters(mutant, told):
                continue
            judge = judge or Judge(protocol, self._options)
            for before, after in zip(told.parts, judge.parts(told.trace), strict=True):
                how = _change(before, after)
                if how:
                    name = told.trace.name
                    return Shown(mutant, Fate.KILLED, f"recording {name} {how}", Killer.RECORDING, name)
        return None


def _told(judge: Judge, name: str, files: tuple[Path, ...]) -> _Told:
    trace = read(files, name)
    parts = judge.parts(trace)
    return _Told(trace, parts, frozenset(_actions(parts)))


def _actions(parts: tuple[Part, ...]) -> Iterator[str]:
    for part in parts:
        if part.kind is VerdictKind.VIOLATES:
            yield from (_action(finding.action) for finding in part.findings if finding.action is not None)
        elif part.kind in EXPLAINED:
            yield from (_action(words) for words, _ in part.explained)


def _action(words: str) -> str:
    """Of a step in words, which action it is."""
    return words.partition("(")[0].partition(".")[0]


def _matters(mutant: Mutant, told: _Told) -> bool:
    """With a guard left out more is possible, so that what was explained still is."""
    if mutant.action.name not in told.actions:
        return False
    return mutant.change is not Change.GUARD or any(part.kind is VerdictKind.VIOLATES for part in told.parts)


def _change(before: Part, after: Part) -> str:
    """How the answer differs for certain, in words; empty if it does not."""
    violates = VerdictKind.VIOLATES
    if before.kind is violates and after.kind in EXPLAINED:
        return "is explained, which breaks a rule of the text"
    if before.kind in EXPLAINED and after.kind is violates:
        return "is explained no more"
    if before.kind is after.kind is violates and _first(before) != _first(after):
        return "breaks a rule at another record"
    return ""


def _first(part: Part) -> Event | None:
    return next((finding.event for finding in part.findings), None)

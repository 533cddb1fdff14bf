"""What a recording must get, as `NAME.verdict.json` beside it says, and how what it got differs from that."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from checker.report.text import clean
from checker.trace.verdict import Finding, Verdict, VerdictKind

SUFFIX = ".verdict.json"


@dataclass(frozen=True, slots=True)
class Expected:
    """The verdict, and whatever else the file cares to say. A member that is not there (None) may be anything.

    `event` is the place of the first unexplained event, as `file:line`; `rules` must all be among those blamed;
    `obligations` is how many are open, `assumed` how many cross-log orders the answer hangs on.
    """

    verdict: VerdictKind
    event: str | None = None
    rules: tuple[str, ...] | None = None
    action: str | None = None
    obligations: int | None = None
    assumed: int | None = None
    left_out: int | None = None


class NotExpected(Exception):
    """The file does not say what a recording must get: why not."""


def beside(recording: Path) -> Path:
    """Where the expected verdict of a recording would be: `NAME.verdict.json` beside `NAME.jsonl` or `NAME/`."""
    if recording.is_dir():
        return recording.parent / f"{recording.resolve().name}{SUFFIX}"
    return recording.with_name(recording.name.partition(".")[0] + SUFFIX)


def expected(text: str) -> Expected:
    """What a `NAME.verdict.json` says. Raises NotExpected."""
    try:
        read = json.loads(text)
    except ValueError as error:
        raise NotExpected(f"it is not JSON: {error}") from error
    if not isinstance(read, dict) or "verdict" not in read:
        raise NotExpected("it must be an object with a member `verdict`")
    for name, value in read.items():
        if name not in _MEMBERS:
            raise NotExpected(f"member {clean(name)!r} means nothing here; known: {', '.join(_MEMBERS)}")
        if not _MEMBERS[name](value):
            raise NotExpected(f"member {name!r} cannot be {clean(json.dumps(value), 80)}")
    rules = read.get("rules")
    return Expected(
        **read | {"verdict": VerdictKind(read["verdict"]), "rules": None if rules is None else tuple(rules)}
    )


def differences(wanted: Expected, got: Verdict) -> tuple[str, ...]:
    """How a verdict is not the expected one, one sentence each; none when it is."""
    first = _first(got)
    blamed = _blamed(got)
    told = [
        (f"expected {wanted.verdict}, got {got.kind}", wanted.verdict is not got.kind),
        (
            f"expected the first unexplained event at {wanted.event}, got {_place(first)}",
            wanted.event is not None and wanted.event != _place(first),
        ),
        (
            f"expected it read as {wanted.action}, got {first.action if first else None}",
            wanted.action is not None and wanted.action != (first.action if first else None),
        ),
        (
            f"expected {' '.join(wanted.rules or ())} to blame, got {' '.join(sorted(blamed)) or 'no rule'}",
            wanted.rules is not None and not blamed.issuperset(wanted.rules),
        ),
        *_counts(wanted, got),
    ]
    return tuple(message for message, differs in told if differs)


def _counts(wanted: Expected, got: Verdict) -> list[tuple[str, bool]]:
    counts = (
        ("open obligations", wanted.obligations, len({item for part in got.parts for item in part.obligations})),
        ("assumed orders", wanted.assumed, max((len(part.assumed) for part in got.parts), default=0)),
        ("records left out", wanted.left_out, got.left_out),
    )
    return [(f"expected {want} {what}, got {have}", want is not None and want != have) for what, want, have in counts]


def _first(got: Verdict) -> Finding | None:
    return next((finding for part in got.parts if part.kind is got.kind for finding in part.findings), None)


def _place(finding: Finding | None) -> str | None:
    if finding is None or finding.event is None:
        return None
    origin = finding.event.origin
    return f"{Path(origin.file).name}:{origin.place}"


def _blamed(got: Verdict) -> frozenset[str]:
    parts = [part for part in got.parts if part.kind is got.kind]
    return frozenset(
        rule
        for part in parts
        for finding in part.findings
        for rules in (finding.rules, *(blocked.rules for blocked in finding.blocked))
        for rule in rules
    )


def _count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


_MEMBERS: dict[str, Callable[[object], bool]] = {
    "verdict": lambda value: value in {kind.value for kind in VerdictKind},
    "event": lambda value: isinstance(value, str),
    "rules": lambda value: isinstance(value, list) and all(isinstance(rule, str) for rule in value),
    "action": lambda value: isinstance(value, str),
    "obligations": _count,
    "assumed": _count,
    "left_out": _count,
}

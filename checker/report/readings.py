"""For which readings of the documents a recording conforms, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.report.page import DOUBT, GOOD, QUIET, STRONG, Line, Part, labelled
from checker.report.terminal import STYLE, event_words
from checker.report.text import clean, listed
from checker.trace.open_questions import Readings, Setting
from checker.trace.verdict import EXPLAINED, VerdictKind

THEN = {
    VerdictKind.CONFORMS: "conforms",
    VerdictKind.CONFORMS_IF: "conforms if some orders are as assumed",
    VerdictKind.UNFINISHED: "is unfinished",
}
MANY = {"enough": 4, "ruled out": 4, "changes": 6, "idle": 6}


def readings_lines(readings: Readings) -> Iterator[Line]:
    """What becomes of the verdict where the open questions are answered otherwise."""
    default = readings.default
    if not readings.single and not readings.idle:
        yield labelled("readings", f"{readings.protocol} leaves no question open")
        return
    head = f"by {readings.protocol}, its open questions as they are by default: "
    yield labelled("readings", head, (default.kind.value, STYLE[default.kind]))
    if default.kind is VerdictKind.VIOLATES:
        yield from _enough(readings)
    agree = tuple(_changes(each) for each in readings.single if each.kind is default.kind and default.kind in EXPLAINED)
    if agree:
        yield labelled("as well", f"{default.kind.value} with {listed(agree, MANY['changes'])}, each by itself")
    for others in _alike([each for each in readings.single if not _told(each, default)])[: MANY["ruled out"]]:
        yield _ruled_out(others)
    if readings.idle:
        yield labelled("no matter", f"nothing here depends on {listed(readings.idle, MANY['idle'])}")
    for limit in readings.limits:
        yield labelled("limit", clean(limit), style=DOUBT)


def _enough(readings: Readings) -> Iterator[Line]:
    for setting in readings.enough[: MANY["enough"]]:
        yield labelled("only if", (_changes(setting), STRONG), "; then it ", (THEN[setting.kind], GOOD), style=DOUBT)
    if not readings.enough:
        whole = "no answer to the open questions makes it conform"
        yield labelled("no reading", "none that was tried makes it conform" if readings.limits else whole)


def _told(setting: Setting, default: Setting) -> bool:
    """Whether the setting is told elsewhere: it conforms."""
    return setting.kind in EXPLAINED and (default.kind is VerdictKind.VIOLATES or setting.kind is default.kind)


def _alike(settings: Sequence[Setting]) -> list[list[Setting]]:
    """Settings with the same verdict for the same reason, together."""
    found: dict[object, list[Setting]] = {}
    for setting in settings:
        place = None if setting.decided_by is None else setting.decided_by.origin
        found.setdefault((setting.kind, place, setting.rules, setting.reason), []).append(setting)
    return list(found.values())


def _ruled_out(settings: Sequence[Setting]) -> Line:
    first = settings[0]
    parts: list[Part] = [f"with {listed(tuple(map(_changes, settings)), MANY['changes'])}: "]
    parts.append((first.kind.value, STYLE[first.kind]))
    if first.decided_by is not None:
        parts += [" at ", (clean(first.decided_by.origin), STRONG), f"  {event_words(first.decided_by)}"]
    elif first.reason:
        parts.append(f", {clean(first.reason)}")
    if first.rules:
        parts.append((f"  {' '.join(first.rules)}", QUIET))
    return labelled("otherwise" if first.kind in EXPLAINED else "decided", *parts)


def _changes(setting: Setting) -> str:
    return " and ".join(f"{name} = {value}" for name, value in setting.changes)

"""What the logs of a recording can see: data for JSON, and lines for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from checker import __version__
from checker.language.protocol import Protocol
from checker.report.page import BAD, BLANK, DOUBT, GOOD, NAME, QUIET, STRONG, Line, Part, labelled, line
from checker.report.text import clean, listed, plural
from checker.trace.blindspots import Blindspots, RuleSeen, Seen
from checker.trace.further import Further, FurtherRecord

STYLE = {Seen.TESTED: GOOD, Seen.IDLE: QUIET, Seen.PARTLY: DOUBT, Seen.MOOT: QUIET, Seen.BLIND: BAD, Seen.APART: QUIET}
MANY = {"blind": 12, "ids": 16, "records": 12}


@dataclass(frozen=True, slots=True)
class BlindspotsDocument:
    """What `switchover blindspots --json` answers: one answer for each protocol."""

    trace: str
    answers: tuple[Blindspots, ...]
    exit: int
    switchover: Literal["blindspots"] = "blindspots"
    format: Literal[1] = 1
    version: str = __version__


def blindspots_lines(answer: Blindspots, protocol: Protocol, *, every: bool = False) -> Iterator[Line]:
    """How many rules are seen how, the blind ones with why, and what to record besides; with `every`, all rules."""
    counts = Counter(rule.seen for rule in answer.rules)
    told = ", ".join(f"{counts[seen]} {seen.value}" for seen in Seen if counts[seen])
    yield line((answer.protocol, STRONG), f": {plural(len(answer.rules), 'rule')}: {told}")
    for limit in answer.limits:
        yield labelled("limit", clean(limit), style=DOUBT)
    if every:
        yield BLANK
        yield from _every(answer)
    else:
        for seen in (Seen.TESTED, Seen.IDLE, Seen.MOOT):
            ids = tuple(rule.rule for rule in answer.rules if rule.seen is seen)
            if ids:
                yield labelled(SHORT[seen], listed(ids, MANY["ids"], " "))
        yield from _blind([rule for rule in answer.rules if rule.seen in (Seen.BLIND, Seen.PARTLY)], protocol)
    if answer.further is not None:
        yield from _further(answer.further)


SHORT = {
    Seen.TESTED: "tested",
    Seen.IDLE: "not here",
    Seen.PARTLY: "partly",
    Seen.MOOT: "not broken",
    Seen.BLIND: "blind",
    Seen.APART: "apart",
}


def _blind(rules: list[RuleSeen], protocol: Protocol) -> Iterator[Line]:
    known = protocol.rules_by_id()
    for rule in rules[: MANY["blind"]]:
        yield labelled(rule.rule, clean(known[rule.rule].sentence, 200), style=BAD)
        yield labelled("", (clean(rule.why, 200), QUIET))
    if len(rules) > MANY["blind"]:
        yield labelled(
            "", f"and {plural(len(rules) - MANY['blind'], 'rule')} more that could not have been caught (--rules)"
        )


def _every(answer: Blindspots) -> Iterator[Line]:
    width = max((len(rule.rule) for rule in answer.rules), default=0)
    for rule in answer.rules:
        parts: list[Part] = [(rule.rule.ljust(width), NAME), "  ", (rule.seen.value, STYLE[rule.seen])]
        if rule.times:
            parts.append(f", {plural(rule.times, 'event')}")
        parts.append((f": {clean(_how(rule), 240)}", QUIET))
        yield line("  ", *parts, hang=width + 4)


def _how(rule: RuleSeen) -> str:
    if rule.witness is None:
        return rule.why
    after = rule.witness.after
    where = "at the beginning" if after is None else f"after {after.origin}"
    return f"{rule.witness.step} {where}: {rule.witness.shown_by}"


def _further(further: Further) -> Iterator[Line]:
    if further.records:
        how = "" if further.least else ", perhaps more than are needed"
        many = plural(len(further.rules), "more rule would be caught", "more rules would be caught")
        yield labelled(
            "record", (many, STRONG), f" with these records too{how}: {listed(further.rules, MANY['ids'], ' ')}"
        )
        order = sorted(further.records, key=lambda each: (each.provider, each.command))
        for (provider, command), same in groupby(order, key=lambda each: (each.provider, each.command)):
            events = tuple(dict.fromkeys(_event(each) for each in same))
            yield labelled("", f"{clean(provider)}: {listed(events, MANY['records'], '; ')}")
            if command:
                yield labelled("", (clean(command), NAME))
    if further.hopeless:
        told = listed(further.hopeless, MANY["ids"], " ")
        yield labelled("no record", f"that the protocol's sources know would show, near this run, {told}")
    if further.limit:
        yield labelled("limit", clean(further.limit), style=DOUBT)


def _event(record: FurtherRecord) -> str:
    where = f" where {' and '.join(record.where)}" if record.where else ""
    fields = f" ({', '.join(record.fields)})" if record.fields else ""
    return clean(f"{record.event}{where}{fields}", 160)


def told(answers: tuple[Blindspots, ...], protocols: Mapping[str, Protocol], *, every: bool) -> Iterator[Line]:
    """All answers, one after the other."""
    for at, answer in enumerate(answers):
        if at:
            yield BLANK
        yield from blindspots_lines(answer, protocols[answer.protocol], every=every)

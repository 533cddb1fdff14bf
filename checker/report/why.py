"""Why an event is possible where it stands, or is not: data for JSON, and lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from checker import __version__
from checker.language.protocol import Protocol, Rule
from checker.report.page import BAD, BLANK, DOUBT, GOOD, NAME, QUIET, STRONG, Line, Part, labelled, line
from checker.report.rules import DUTY
from checker.report.terminal import event_words
from checker.report.text import clean, listed, plural
from checker.trace.ahead import Onward, Way
from checker.trace.history import Since
from checker.trace.why import Because, Condition, Why

STYLE = {
    Because.EXPLAINED: GOOD,
    Because.POSSIBLE: GOOD,
    Because.REFUSED: BAD,
    Because.UNREAD: QUIET,
    Because.UNKNOWN: DOUBT,
}
REST = {
    True: "a run explains the rest of the recording after it",
    False: "no run explains the rest of the recording after it",
    None: "whether a run explains the rest of the recording after it was not settled",
}
MANY = {"false": 3, "true": 4, "before": 6, "again": 8, "legal": 5, "waived": 3}


@dataclass(frozen=True, slots=True)
class WhyDocument:
    """What `switchover why --json` answers: one answer for each protocol (and host) that was asked."""

    trace: str
    answers: tuple[Why, ...]
    exit: int
    switchover: Literal["why"] = "why"
    format: Literal[1] = 1
    version: str = __version__


def why_lines(answers: tuple[Why, ...], protocols: Mapping[str, Protocol]) -> Iterator[Line]:
    """The answers of those that read the event; where none does, why not."""
    read = [answer for answer in answers if answer.because is not Because.UNREAD]
    event, number = answers[0].event, answers[0].number
    where = f"event {number}, {clean(event.log)}:{event.seq}"
    yield line((clean(event.origin), STRONG), f"  {event_words(event)}", (f"  ({where})", QUIET))
    for answer in read:
        yield from _answer(answer, protocols[answer.protocol])
    if not read:
        for reason in dict.fromkeys(answer.reason for answer in answers):
            yield labelled("not read", clean(reason))


def _answer(answer: Why, protocol: Protocol) -> Iterator[Line]:
    where = f" on {clean(answer.host)} alone" if answer.host else ""
    yield BLANK
    head: list[Part] = [(answer.because.value, STYLE[answer.because]), f"  by {answer.protocol}{where}"]
    if answer.action:
        head.append(f": {'asked' if answer.asked else 'read as'} ")
        head.append((clean(answer.action, 200), NAME))
    yield line(*head)
    if answer.reason:
        yield labelled("note" if answer.because is not Because.UNKNOWN else "unknown", clean(answer.reason))
    if answer.waived:
        told = tuple(f"{clean(event.origin)} {clean(event.name, 60)}" for event in answer.waived)
        yield labelled("no run here", "as if this had been possible: " + listed(told, MANY["waived"]), style=DOUBT)
    yield from _before(answer)
    known = protocol.rules_by_id()
    refused = [each for each in answer.conditions if not each.holds]
    held = [each for each in answer.conditions if each.holds]
    for condition in refused[: MANY["false"]]:
        yield from _refused(condition, known)
    if len(refused) > MANY["false"]:
        yield labelled("", f"and {plural(len(refused) - MANY['false'], 'condition')} more")
    for reason in answer.reasons:
        yield labelled("refused by", clean(reason), style=BAD)
    if answer.again is not None:
        yield _again(answer.again)
    if answer.because in (Because.EXPLAINED, Because.POSSIBLE):
        yield from _held(held)
    elif held:
        rules = dict.fromkeys(rule for each in held for rule in each.rules)
        yield labelled("holds", f"{plural(len(held), 'other condition')}", (f"  {' '.join(rules)}", QUIET))
    if answer.because is Because.POSSIBLE:
        yield labelled("the rest", REST[answer.rest])
    if answer.legal:
        told = tuple(
            clean(each.step, 100) + (f" (after unrecorded {', '.join(each.after)})" if each.after else "")
            for each in answer.legal
        )
        yield labelled("possible", listed(told, MANY["legal"], "; "))


def _before(answer: Why) -> Iterator[Line]:
    """The unrecorded steps just before, and how many records of other logs there are among them."""
    hidden = tuple(clean(step, 100) for step, event in answer.before if event is None)
    recorded = len(answer.before) - len(hidden)
    if not answer.before:
        return
    others = f"; and {plural(recorded, 'record')} of other logs" if recorded else ""
    unseen = f"unrecorded: {listed(hidden, MANY['before'])}" if hidden else "nothing unrecorded"
    yield labelled("before it", unseen + others)


def _refused(condition: Condition, known: Mapping[str, Rule]) -> Iterator[Line]:
    yield labelled("refused by", (clean(condition.text, 200), NAME), (f"  {clean(condition.place)}", QUIET), style=BAD)
    for rule in condition.rules[:2]:
        if rule in known:
            duty = f"  ({DUTY[known[rule].duty]})"
            yield labelled(rule, clean(known[rule].sentence), (duty, QUIET), style=BAD)
    if condition.since is None:
        yield labelled("false since", "the start: it was never true before")
    else:
        yield labelled("false since", *_since(condition.since))


def _held(held: list[Condition]) -> Iterator[Line]:
    for condition in held[: MANY["true"]]:
        parts: list[Part] = [(clean(condition.text, 120), NAME), (f"  {' '.join(condition.rules)}", QUIET)]
        yield labelled("needs", *parts)
        if condition.since is not None:
            yield labelled("true since", *_since(condition.since))
    if len(held) > MANY["true"]:
        yield labelled("", f"and {plural(len(held) - MANY['true'], 'condition')} more (--json has them all)")


def _since(since: Since) -> Iterator[Part]:
    if since.recorded and since.event is not None:
        yield (clean(since.event.origin), STRONG)
        yield f"  {event_words(since.event)}"
        return
    yield f"{clean(since.step, 100)}, unrecorded"
    if since.event is not None:
        yield ", after "
        yield (clean(since.event.origin), STRONG)


def _again(way: Way) -> Line:
    if way.steps is None:
        return labelled(
            "again after", clean(way.sought or "nothing: whatever follows, it stays impossible"), style=DOUBT
        )
    if not way.steps:
        return labelled("again after", "nothing: it would be possible with its id or field put right")
    told = tuple(_onward(step) for step in way.steps)
    more = f", and {plural(len(told) - MANY['again'], 'step')} more" if len(told) > MANY["again"] else ""
    return labelled("again after", ", then ".join(told[: MANY["again"]]) + more)


def _onward(step: Onward) -> str:
    where = f"recorded in {listed(step.recorded_in, 2)}" if step.recorded_in else "unrecorded"
    return clean(f"{step.step} ({where})", 160)

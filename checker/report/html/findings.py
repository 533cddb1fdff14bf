"""Findings as a page shows them: what is in the way and whose duty, what could have come, what may have happened."""

from __future__ import annotations

from checker.language.protocol import Protocol
from checker.report.html.data import FindingView, GuardView, Said, StoryView
from checker.report.html.links import Links, rule_views
from checker.report.text import clean
from checker.report.told import LONGEST, not_holding
from checker.trace.event import Event
from checker.trace.verdict import Blocked, Finding, Part, Story

WINDOW = 10  # steps of a repaired run that are shown
BEFORE = 2  # of those, how many are the same as in the run that stops


def finding_views(part: Part, protocol: Protocol, links: Links) -> tuple[FindingView, ...]:
    return tuple(_finding(each, part, protocol, links) for each in part.findings)


def _finding(finding: Finding, part: Part, protocol: Protocol, links: Links) -> FindingView:
    false = not_holding(finding)
    guards = tuple(_guard(each, protocol, links, false=false) for each in finding.blocked)
    cited = {rule for blocked in finding.blocked for rule in blocked.rules}
    event = finding.event
    return FindingView(
        message=clean(finding.message, LONGEST),
        record=None if event is None else links.record(event),
        action=clean(finding.action or "", LONGEST),
        guards=guards,
        rules=rule_views(protocol, (rule for rule in finding.rules if rule not in cited)),
        legal=tuple(clean(each, LONGEST) for each in finding.legal),
        conflict=tuple(links.record(each) for each in finding.conflict),
        conditions=tuple(_guard(each, protocol, links, false=True) for each in finding.conditions),
        minimal=finding.minimal,
        untried=finding.untried,
        stories=tuple(_story(each, part, links) for each in finding.stories),
    )


def _guard(blocked: Blocked, protocol: Protocol, links: Links, *, false: bool) -> GuardView:
    return GuardView(
        clean(blocked.condition, LONGEST),
        false,
        clean(blocked.place, LONGEST),
        None if blocked.made_false_by is None else links.record(blocked.made_false_by),
        rule_views(protocol, blocked.rules),
    )


def _story(story: Story, part: Part, links: Links) -> StoryView:
    """A story with the part of its run where it leaves the run that stops."""
    same = _same(part.explained, story.explained)
    first = max(0, same - BEFORE)
    shown = story.explained[first : first + WINDOW]
    return StoryView(
        kind=story.kind.value,
        price=story.price,
        told=clean(story.told, LONGEST),
        evidence=tuple(clean(each, LONGEST) for each in story.evidence),
        steps=tuple(Said(clean(words, LONGEST), "" if event else "ghost", links.href(event)) for words, event in shown),
        before=first,
        after=len(story.explained) - first - len(shown),
    )


def _same(one: tuple[tuple[str, Event | None], ...], other: tuple[tuple[str, Event | None], ...]) -> int:
    """How many steps two runs have in common before they part."""
    for at, (first, second) in enumerate(zip(one, other, strict=False)):
        if first != second:
            return at
    return min(len(one), len(other))

"""The roster as a page shows it: how many stand how, and every rule and property with what it says."""

from __future__ import annotations

from collections import Counter

from checker.language.protocol import Protocol
from checker.model.judge import Standing
from checker.report.html.data import CountView, RosterLineView, RosterView
from checker.report.text import clean
from checker.report.told import LONGEST
from checker.trace.verdict import Part


def roster_view(part: Part, protocol: Protocol, title: str) -> RosterView:
    counted = Counter(line.standing for line in part.roster)
    counts: list[CountView] = []
    before = 0
    for standing in Standing:
        if counted[standing]:
            counts.append(CountView(css(standing), standing.value, counted[standing], before))
            before += counted[standing]
    sentences = {rule.id: rule.sentence for rule in protocol.rules} | {
        each.name: each.doc for each in protocol.properties
    }
    lines = tuple(
        RosterLineView(
            css(line.standing),
            clean(line.name),
            clean(sentences.get(line.name, ""), LONGEST),
            line.kind,
            line.standing.value,
            clean(line.how, LONGEST),
        )
        for line in part.roster
    )
    return RosterView(title, tuple(counts), len(part.roster), lines)


def css(standing: Standing) -> str:
    """The class of a standing in the page's style sheet."""
    return "s-" + standing.name.lower().replace("_", "-")

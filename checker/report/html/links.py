"""Places in a page: where each record is, and which addresses a page may lead to."""

from __future__ import annotations

from collections.abc import Iterable

from checker.language.protocol import Protocol, Rule
from checker.report.html.data import RecordView, RuleView, Said
from checker.report.rules import DUTY
from checker.report.text import clean
from checker.report.told import LONGEST, Paragraph, address, place_words, record_words
from checker.trace.event import Event
from checker.trace.verdict import Verdict


class Links:
    """The places of one recording's records. `id_` sets them apart from those of other recordings in the page."""

    def __init__(self, verdict: Verdict, id_: str) -> None:
        events = (event for log in verdict.logs for event in log.events)
        self._ids = {event: f"{id_}-e{number}" for number, event in enumerate(events, 1)}
        self.own = id_

    def id(self, event: Event) -> str:
        """The record's place; empty for one that is in no log of the verdict."""
        return self._ids.get(event, "")

    def href(self, event: Event | None) -> str:
        id_ = "" if event is None else self.id(event)
        return f"#{id_}" if id_ else ""

    def record(self, event: Event) -> RecordView:
        """The record by name and payload, and its place."""
        return RecordView(Said(record_words(event), "code", self.href(event)), place_words(event))

    def said(self, paragraphs: Iterable[Paragraph]) -> tuple[tuple[Said, ...], ...]:
        """Paragraphs with their links."""
        return tuple(
            tuple(Said(each.text, each.style, each.href or self.href(each.event)) for each in paragraph)
            for paragraph in paragraphs
        )


def rule_view(protocol: Protocol, rule: Rule) -> RuleView:
    """A rule with its pages. Only what the protocol's text says is linked, and only to a plain web address."""
    urls = {page.name: page.title for page in protocol.pages}
    pages = tuple(Said(clean(urls.get(name, "") or name), "", address(urls.get(name, ""))) for name in rule.pages)
    return RuleView(rule.id, clean(rule.sentence, LONGEST), DUTY[rule.duty], pages)


def rule_views(protocol: Protocol, ids: Iterable[str]) -> tuple[RuleView, ...]:
    """The rules of these ids, each once; an id that the protocol does not know is told bare."""
    known = protocol.rules_by_id()
    return tuple(
        rule_view(protocol, known[id_]) if id_ in known else RuleView(clean(id_), "", "", ())
        for id_ in dict.fromkeys(ids)
    )

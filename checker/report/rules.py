"""Every rule of a protocol, and the places of the text that cite it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from checker.language.protocol import (
    Action,
    Can,
    Duty,
    Final,
    Guard,
    Invariant,
    LeadsTo,
    Property,
    Protocol,
    Rule,
    StepRule,
)
from checker.language.source import Span
from checker.report.page import BLANK, NAME, QUIET, STRONG, Line, labelled, line
from checker.report.plain import written
from checker.report.text import clean, plural

DUTY = {
    Duty.EXTENSION: "the extension's duty",
    Duty.SWITCH: "the switch's duty",
    Duty.UNWRITTEN: "nobody wrote it down: a reading of the documents' silence",
}
KIND: dict[type[Property], str] = {
    Invariant: "invariant",
    StepRule: "step",
    Final: "final",
    LeadsTo: "leads to",
    Can: "can",
}


@dataclass(frozen=True, slots=True)
class Citation:
    """One place that cites a rule: what stands there, as the text writes it."""

    what: str
    place: str
    text: str


@dataclass(frozen=True, slots=True)
class PageView:
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule with its pages spelled out. `protocols` are those whose text declares it."""

    id: str
    duty: Duty
    sentence: str
    pages: tuple[PageView, ...]
    place: str
    protocols: tuple[str, ...]
    cited: tuple[Citation, ...]


def rule_views(protocols: list[Protocol]) -> tuple[RuleView, ...]:
    """The rules of all protocols in the order of their texts, one that several share told once."""
    found: dict[str, RuleView] = {}
    for protocol in protocols:
        cited = _cited(protocol)
        for rule in protocol.rules:
            before = found.get(rule.id)
            found[rule.id] = _view(protocol, rule, cited.get(rule.id, ()), before)
    return tuple(found.values())


def table(views: tuple[RuleView, ...]) -> Iterator[Line]:
    """One line a rule: id, duty, sentence, pages, and how often it is cited."""
    width = max((len(view.id) for view in views), default=0)
    for view in views:
        pages = " ".join(page.name for page in view.pages)
        yield line(
            (view.id.ljust(width), NAME), "  ", (view.duty.ljust(9), QUIET), "  ", clean(view.sentence),
            (f"  {pages}" if pages else "", QUIET), (f"  cited {len(view.cited)}x", QUIET),
            hang=width + 13,
        )  # fmt: skip
    duties = ", ".join(f"{sum(view.duty is duty for view in views)} {duty}" for duty in Duty)
    yield BLANK
    yield line((f"{plural(len(views), 'rule')}: {duties}. `switchover rules ID` explains one.", QUIET))


def explained(view: RuleView) -> Iterator[Line]:
    """All there is to say about one rule."""
    yield line((view.id, STRONG), "  ", clean(view.sentence), hang=len(view.id) + 2)
    yield labelled("duty", DUTY[view.duty])
    for page in view.pages:
        yield labelled("page", (page.name, NAME), f"  {clean(page.url)}")
    yield labelled("declared", clean(view.place))
    if not view.cited:
        yield labelled("cited", "nowhere")
    for citation in view.cited:
        yield labelled("cited", clean(citation.what), (f"  {clean(citation.place)}", QUIET))
        yield labelled("", (clean(citation.text, 200), NAME))


def _view(protocol: Protocol, rule: Rule, cited: tuple[Citation, ...], before: RuleView | None) -> RuleView:
    urls = {page.name: page.title for page in protocol.pages}
    seen = before.cited if before else ()
    return RuleView(
        rule.id,
        rule.duty,
        rule.sentence,
        tuple(PageView(name, urls.get(name, "")) for name in rule.pages),
        rule.span.place,
        (*(before.protocols if before else ()), protocol.name),
        (*seen, *(citation for citation in cited if citation not in seen)),
    )


def _cited(protocol: Protocol) -> dict[str, tuple[Citation, ...]]:
    found: dict[str, list[Citation]] = {}

    def cite(rules: tuple[str, ...], what: str, span: Span, text: str) -> None:
        for rule in rules:
            found.setdefault(rule, []).append(Citation(what, span.place, " ".join(text.split())))

    for action in protocol.actions:
        cite(action.rules, f"action {action.name}", action.span, action.doc or action.name)
        for what, guard in _guards(action):
            cite(guard.rules, what, guard.span, written(guard.span))
        for outcome in action.outcomes:
            if not outcome.implicit:
                what = f"outcome {outcome.name} of {action.name}"
                cite(outcome.rules, what, outcome.span, outcome.doc or outcome.name)
    for item in protocol.properties:
        cite(item.rules, f"{KIND[type(item)]} {item.name}", item.span, item.doc or written(item.span))
    return {rule: tuple(citations) for rule, citations in found.items()}


def _guards(action: Action) -> Iterator[tuple[str, Guard]]:
    for guard in action.guards:
        yield f"guard of {action.name}", guard
    for outcome in action.outcomes:
        for guard in outcome.guards:
            yield f"guard of {action.name}.{outcome.name}", guard

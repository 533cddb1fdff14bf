"""All that a page says of one recording, and its line in the table of recordings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from checker.language.protocol import Protocol
from checker.model.judge import Standing
from checker.report.documents import Recording
from checker.report.html.data import Article, ForcedView, IndexLine, LogView, OrderView, PartView
from checker.report.html.findings import finding_views
from checker.report.html.lanes import Picture, picture, unexplained
from checker.report.html.links import Links, rule_views
from checker.report.html.roster import roster_view
from checker.report.html.rows import day, row_views
from checker.report.readings import readings_lines
from checker.report.recordings import why
from checker.report.text import clean, plural
from checker.report.told import LONGEST, decisive, opening, part_paragraphs
from checker.trace.event import Log
from checker.trace.verdict import Part, Verdict

EXTENT = {
    ("empty", "complete"): "from an empty beginning to the end",
    ("empty", "open"): "from an empty beginning; what comes after its end is not known",
    ("anywhere", "complete"): "begins in the middle of things, and goes to the end",
    ("anywhere", "open"): "begins in the middle of things; what comes after its end is not known",
}


def article(recording: Recording, protocols: Mapping[str, Protocol], id_: str) -> Article:
    """The data of one recording's part of the page. `id_` sets its places apart from those of other recordings."""
    verdict = recording.verdict
    links = Links(verdict, id_)
    part = decisive(verdict)
    protocol = None if part is None else protocols[part.protocol]
    drawn = Picture((), ()) if part is None or protocol is None else picture(verdict, part, protocol)
    first = None if part is None else unexplained(part)
    return Article(
        id=id_,
        name=clean(verdict.trace, LONGEST),
        kind=verdict.kind.value,
        title="" if part is None else _title(part, protocols),
        opening=links.said(opening(verdict, protocols)),
        expected=_expected(recording),
        logs=tuple(_log(log) for log in verdict.logs),
        hosts=tuple(clean(host) for host in drawn.hosts),
        rows=() if part is None else row_views(drawn, part, links),
        ghosts=0 if part is None else sum(event is None for _, event in part.explained),
        target="" if first is None else links.href(first),
        findings=() if part is None or protocol is None else finding_views(part, protocol, links),
        forced=() if part is None or protocol is None else _forced(part, protocol, links),
        assumed=() if part is None or protocol is None else _assumed(part, protocol, links),
        obligations=() if part is None else tuple(clean(each, LONGEST) for each in part.obligations),
        others=tuple(_other(verdict, each, protocols, links) for each in verdict.parts if each is not part),
        cases=() if part is None else tuple((clean(each.name), each.kind.value, each.events) for each in part.cases),
        readings=tuple(line.text.plain.strip() for answer in recording.readings for line in readings_lines(answer)),
        not_judged=tuple(_not_judged(verdict)),
        rosters=tuple(
            roster_view(each, protocols[each.protocol], _title(each, protocols)) for each in verdict.parts
        ),
    )  # fmt: skip


def index_line(recording: Recording, href: str) -> IndexLine:
    """One line of the table of recordings. No `href`: the recording is not told in full on the page."""
    expected = ""
    if recording.expected is not None:
        expected = "as expected" if not recording.differences else "not as expected"
    verdict = recording.verdict
    return IndexLine(clean(verdict.trace, LONGEST), verdict.kind.value, why(verdict).strip(), href, expected)


def _title(part: Part, protocols: Mapping[str, Protocol]) -> str:
    """Which judgement it is: the protocol's own title, and the host if it is of one alone."""
    title = clean(protocols[part.protocol].title or part.protocol)
    return f"{title} ({clean(part.protocol)})" + (f", {clean(part.host)} alone" if part.host else "")


def _expected(recording: Recording) -> tuple[str, ...]:
    if recording.expected is None:
        return ()
    said = f"This recording must get the verdict: {recording.expected.verdict}."
    return (said, *(clean(each, LONGEST) for each in recording.differences))


def _log(log: Log) -> LogView:
    times = [event.time for event in log.events if event.time is not None]
    days = sorted({day(time) for time in times})
    told = "no times" if not times else f"{days[0]} UTC" if len(days) == 1 else f"{days[0]} to {days[-1]} UTC"
    told += f", within {log.skew / 10**6:g} ms of true time" if log.skew is not None else ", accuracy not stated"
    return LogView(
        clean(log.name),
        clean(log.host),
        clean(log.source),
        len(log.events),
        EXTENT.get((log.begins, log.ends), clean(f"{log.begins}, {log.ends}")),
        told,
    )


def _forced(part: Part, protocol: Protocol, links: Links) -> tuple[ForcedView, ...]:
    return tuple(
        ForcedView(
            clean(each.doc or each.property, LONGEST),
            links.record(each.event),
            rule_views(protocol, each.rules),
            each.chosen,
        )
        for each in part.forced
    )


def _assumed(part: Part, protocol: Protocol, links: Links) -> tuple[OrderView, ...]:
    return tuple(
        OrderView(links.record(each.earlier), links.record(each.later), rule_views(protocol, each.rules), each.by_all)
        for each in part.assumed
    )


def _other(verdict: Verdict, part: Part, protocols: Mapping[str, Protocol], links: Links) -> PartView:
    protocol = protocols[part.protocol]
    told = links.said(part_paragraphs(verdict, part, protocol))
    return PartView(_title(part, protocols), part.kind.value, told, finding_views(part, protocol, links))


def _not_judged(verdict: Verdict) -> Iterator[str]:
    """What this page says nothing about, and what it was not sure of, a sentence each."""
    if verdict.left_out:
        yield f"{plural(verdict.left_out, 'record')} could not be read, and is nowhere on this page."
    for complaint in verdict.complaints:
        yield f"{clean(complaint.place, LONGEST)}: {clean(complaint.message, LONGEST)}"
    for part in verdict.parts:
        title = part.protocol + (f", {clean(part.host)}" if part.host else "")
        if part.reason:
            yield f"{title}: {clean(part.reason, LONGEST)}"
        for note in part.notes:
            yield f"{title}: {clean(note, LONGEST)}"
        if part.ignored:
            names = ", ".join(f"{clean(name)} ({count:,}x)" for name, count in part.ignored)
            yield f"{title}: of these records the protocol does not speak: {names}."
        unseen = [line.name for line in part.roster if line.standing is Standing.NOT_OBSERVABLE]
        if unseen:
            yield f"{title}: these logs cannot show whether these were kept: {', '.join(unseen)}."

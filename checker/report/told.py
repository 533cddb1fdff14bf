"""A verdict in plain sentences, for a reader who was told nothing: what happened, where, which rule, whose duty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from checker.language.protocol import Duty, Protocol
from checker.report.text import clean, plural
from checker.trace.event import Event
from checker.trace.verdict import Assumed, Blocked, Finding, Part, StoryKind, Verdict, VerdictKind, worst

LONGEST = 2000  # letters of one value; a page has room for what a terminal has not
MANY = 4  # of each thing that the sentences name; the rest by number
KEEPING = {
    Duty.EXTENSION: "Keeping it was the extension's duty.",
    Duty.SWITCH: "Keeping it was the switch's duty.",
    Duty.UNWRITTEN: "Nobody wrote it down: it is a reading of the documents' silence.",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a sentence. `style` is `strong`, `code` or nothing; a link leads to `href` or to an event's place."""

    text: str
    style: str = ""
    href: str = ""
    event: Event | None = None


Paragraph = tuple[Piece, ...]


def plain(paragraphs: Iterable[Paragraph]) -> str:
    """The paragraphs without their looks, as one."""
    return " ".join("".join(piece.text for piece in paragraph).strip() for paragraph in paragraphs)


def decisive(verdict: Verdict) -> Part | None:
    """The part that makes the verdict what it is: the first of the worst; None for a verdict without parts."""
    wanted = worst(tuple(part.kind for part in verdict.parts))
    return next((part for part in verdict.parts if part.kind is wanted), None)


def address(url: str) -> str:
    """The address, if it is one that a page may link to: http or https, with nothing hidden in it. Else nothing."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    plainly = url.isprintable() and not any(letter in url for letter in " \"'<>\\`")
    return url if plainly and parts.scheme in ("http", "https") and parts.netloc else ""


def host_of(verdict: Verdict, event: Event) -> str:
    """The host whose log the event is in."""
    return next((clean(log.host) for log in verdict.logs if log.name == event.log), "")


def record_words(event: Event) -> str:
    """An event as its log has it, whole: name, payload, status."""
    payload = " ".join(f"{key}={value}" for key, value in event.fields.items())
    status = "" if event.status == "SUCCESS" else f" -> {event.status}"
    return clean(f"{event.name} {payload}".rstrip() + status, LONGEST)


def place_words(event: Event) -> str:
    """Which record of which log it is, and where that was read."""
    return f"record {event.seq} of log {clean(event.log)}, {clean(event.origin, LONGEST)}"


def opening(verdict: Verdict, protocols: Mapping[str, Protocol]) -> tuple[Paragraph, ...]:
    """The verdict and, for the worst of its parts, all that must be known to act on it."""
    part = decisive(verdict)
    first = tuple(_headline(verdict, part, protocols))
    if part is None:
        return (first,)
    if part.kind is not verdict.kind:
        first += tuple(_say(" What could be read was judged all the same."))
    rest = part_paragraphs(verdict, part, protocols[part.protocol])
    if part.findings and rest:  # the event belongs with the headline
        return (first + rest[0], *rest[1:])
    return (first, *rest)


def part_paragraphs(verdict: Verdict, part: Part, protocol: Protocol) -> tuple[Paragraph, ...]:
    """What there is to say of one part, its first finding in full."""
    said: list[Iterable[Piece]] = []
    if part.reason:
        said.append(_say(_sentence(part.reason)))
    for finding in part.findings[:1]:
        said += finding_paragraphs(verdict, finding, protocol)
    said.append(_also(part))
    if part.assumed:
        said.append(_assumed(part.assumed))
    if part.obligations:
        owed = "; ".join(clean(each, LONGEST) for each in part.obligations[:MANY])
        more = len(part.obligations) - MANY
        said.append(_say(f"Still owed at the end: {_sentence(owed + (f'; and {more} more' if more > 0 else ''))}"))
    return tuple(made for paragraph in said if (made := tuple(paragraph)))


def finding_paragraphs(verdict: Verdict, finding: Finding, protocol: Protocol) -> tuple[Paragraph, ...]:
    """One finding: the event and its place, the rules and what is in its way, what could have come instead."""
    said = (_where(verdict, finding), _why(finding, protocol), _instead(finding))
    return tuple(made for paragraph in said if (made := tuple(paragraph)))


def not_holding(finding: Finding) -> bool:
    """Whether what is in the way are conditions that are false, rather than facts about the record."""
    return "not hold" in finding.message


def cited(finding: Finding) -> tuple[str, ...]:
    """The rules of a finding, those of what is in the way first."""
    return tuple(dict.fromkeys([*(rule for each in finding.blocked for rule in each.rules), *finding.rules]))


# ----------------------------------------------------------------------------------------------------------- sentences


def _headline(verdict: Verdict, part: Part | None, protocols: Mapping[str, Protocol]) -> Iterator[Piece]:
    name = (clean(verdict.trace, LONGEST), "strong")
    titles = _titles(verdict, part, protocols)
    match verdict.kind:
        case VerdictKind.CONFORMS:
            yield from _say(name, f" conforms to {titles}: there is a run of it that explains ")
            yield from _say(f"{_how_many(verdict)}, each log in its own order.")
        case VerdictKind.CONFORMS_IF:
            yield from _say(name, f" conforms to {titles}, but only under a condition that the logs do not settle.")
        case VerdictKind.VIOLATES:
            yield from _say(name, f" violates {titles}.")
        case VerdictKind.UNFINISHED:
            yield from _say(name, f" is explained by {titles} so far, but something is left open at its end.")
        case VerdictKind.UNKNOWN:
            yield from _say("It is not known whether ", name, f" conforms to {titles}.")
        case VerdictKind.UNREADABLE:
            yield from _say(name, " could not be read as a whole, so there is no verdict on it.")
            yield from _unread(verdict)


def _how_many(verdict: Verdict) -> str:
    if any(part.ignored for part in verdict.parts):
        return f"those of its {plural(verdict.events, 'record')} that it speaks of"
    return f"all of its {plural(verdict.events, 'record')}"


def _titles(verdict: Verdict, part: Part | None, protocols: Mapping[str, Protocol]) -> str:
    """The protocols a yes is about, or the one that says no."""
    alone = verdict.kind not in (VerdictKind.CONFORMS, VerdictKind.UNREADABLE) and part is not None
    names = [part.protocol] if alone and part is not None else [each.protocol for each in verdict.parts]
    told = [f"“{clean(protocols[name].title or name)}”" for name in dict.fromkeys(names)]
    where = f" on {clean(part.host)}" if alone and part is not None and part.host else ""
    return (" and ".join(told) if told else "the protocol") + where


def _unread(verdict: Verdict) -> Iterator[Piece]:
    if verdict.left_out:
        yield from _say(f" {plural(verdict.left_out, 'record')} could not be read.")
    for complaint in verdict.complaints[:1]:
        yield from _say(" First: ", (clean(complaint.place, LONGEST), "strong"), f": {_sentence(complaint.message)}")


def _where(verdict: Verdict, finding: Finding) -> Iterator[Piece]:
    """The event, its place, and what it was read as."""
    event = finding.event
    if event is None:
        yield from _say(f" {_sentence(finding.message)}")
        return
    host = host_of(verdict, event)
    yield from _say(f" On {host}, " if host else " ")
    yield Piece(record_words(event), "code", event=event)
    yield from _say(f" was recorded ({place_words(event)}).")
    if finding.action:
        yield from _say(" It was read as ", (clean(finding.action, LONGEST), "code"))
        yield from _say(", and nothing recorded before it allows that." if not_holding(finding) else ".")
    if not finding.blocked or not not_holding(finding):
        yield from _say(f" {_sentence(finding.message)}")


def _why(finding: Finding, protocol: Protocol) -> Iterator[Piece]:
    """The rules it is against and whose duty they are, with the conditions that are not met."""
    told: set[str] = set()
    for blocked in finding.blocked[:2]:
        yield from _rules(blocked.rules, protocol, told)
        if not_holding(finding):
            yield from _blocked(blocked)
    if len(finding.blocked) > 2:
        yield from _say(f"{plural(len(finding.blocked) - 2, 'more condition')} stood in its way.")
    if not told:
        yield from _rules(finding.rules, protocol, told)


def _rules(rules: tuple[str, ...], protocol: Protocol, told: set[str]) -> Iterator[Piece]:
    """The rules that were broken, each with its duty and its page; what was told already is left out."""
    known = protocol.rules_by_id()
    urls = {page.name: address(page.title) for page in protocol.pages}
    for rule in [known[id_] for id_ in rules[:2] if id_ in known and id_ not in told]:
        told.add(rule.id)
        yield from _say("That is against rule ", (rule.id, "strong"), f": “{clean(rule.sentence, LONGEST)}”")
        yield from _say(f" {KEEPING[rule.duty]} ")
        url = next((urls[page] for page in rule.pages if urls.get(page)), "")
        if url:
            yield from (Piece("("), Piece("its page", href=url), Piece(") "))


def _blocked(blocked: Blocked) -> Iterator[Piece]:
    yield from _say("It needs ", (clean(blocked.condition, LONGEST), "code"))
    event = blocked.made_false_by
    if event is None:
        yield from _say(", which is not so there. ")
    else:
        yield from _say(", which is not so since ")
        yield Piece(record_words(event), "code", event=event)
        yield from _say(f" ({place_words(event)}). ")


def _instead(finding: Finding) -> Iterator[Piece]:
    """What could have come there, and the cheapest story in which nobody did wrong."""
    if finding.legal:
        yield from _say("Possible there instead: ")
        yield from _listed(finding.legal)
    doubt = next((story for story in finding.stories if story.kind is not StoryKind.VIOLATION), None)
    if doubt is not None:
        said = f"{doubt.kind.value}: {doubt.told}"
        yield from _say(f" If no rule was broken, the least to suppose is that {_ended(said)}")


def _also(part: Part) -> Iterator[Piece]:
    """What else is wrong, and what came about if the records are true."""
    # The records taken as they are say what is broken too, and where.
    for finding in part.findings[1:2] if not part.forced else ():
        yield from _say(f"Also wrong: {_sentence(finding.message)} ")
    for forced in part.forced[:1]:
        yield from _say(
            f"If the records are true{', and in the order shown' if forced.chosen else ''}, this stopped being so after"
            f" {clean(forced.event.name)} ({place_words(forced.event)}): {_sentence(forced.doc or forced.property)}"
        )


def _assumed(assumed: tuple[Assumed, ...]) -> Iterator[Piece]:
    yield from _say(f"It hangs on {plural(len(assumed), 'order')} between records of different logs: ")
    for at, each in enumerate(assumed[:MANY]):
        yield from _say("; " if at else "")
        yield Piece(clean(each.earlier.name), "code", event=each.earlier)
        yield from _say(f" ({place_words(each.earlier)}) before ")
        yield Piece(clean(each.later.name), "code", event=each.later)
        yield from _say(f" ({place_words(each.later)})" + (f", by {', '.join(each.rules)}" if each.rules else ""))
    more = len(assumed) - MANY
    yield from _say(f"; and {more} more." if more > 0 else ".")


def _listed(items: tuple[str, ...]) -> Iterator[Piece]:
    for at, item in enumerate(items[:MANY]):
        yield from _say(" or " if at else "", (clean(item, LONGEST), "code"))
    more = len(items) - MANY
    yield from _say(f", or {more} more." if more > 0 else ".")


def _sentence(text: str) -> str:
    """Cleaned, with a capital letter and a full stop."""
    said = _ended(text)
    return said[:1].upper() + said[1:]


def _ended(text: str) -> str:
    """Cleaned, with a full stop."""
    said = clean(text, LONGEST)
    return said + ("" if said.endswith((".", "?", "!")) else ".")


def _say(*parts: str | tuple[str, str]) -> Iterator[Piece]:
    for part in parts:
        match part:
            case str():
                if part:
                    yield Piece(part)
            case (text, style):
                yield Piece(text, style)

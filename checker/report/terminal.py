"""A trace's verdict on a terminal: at most a screenful, the first thing a person must know on top."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from checker.language.protocol import Protocol, Rule
from checker.model.judge import RosterLine, Standing
from checker.report.page import BAD, BLANK, DOUBT, GOOD, NAME, QUIET, STRONG, Line, Part, labelled, line
from checker.report.rules import DUTY
from checker.report.text import clean, listed, plural
from checker.trace.event import Complaint, Event
from checker.trace.verdict import (
    Assumed,
    Blocked,
    Finding,
    Forced,
    Part as Judged,
    Story,
    StoryKind,
    Verdict,
    VerdictKind,
    worst,
)

STYLE = {
    VerdictKind.CONFORMS: GOOD,
    VerdictKind.CONFORMS_IF: DOUBT,
    VerdictKind.VIOLATES: BAD,
    VerdictKind.UNFINISHED: DOUBT,
    VerdictKind.UNKNOWN: DOUBT,
    VerdictKind.UNREADABLE: BAD,
}
STANDING_STYLE = {
    Standing.HELD: GOOD,
    Standing.BROKEN: BAD,
    Standing.OPEN: DOUBT,
    Standing.UNKNOWN: DOUBT,
}
# How many of each thing are told; the rest by number. `--json` has them all.
MANY = {
    "blocked": 2,
    "legal": 4,
    "conflict": 5,
    "conditions": 2,
    "forced": 3,
    "assumed": 3,
    "obligations": 3,
    "complaints": 3,
    "ignored": 4,
    "notes": 3,
}


def verdict_lines(verdict: Verdict, protocols: Mapping[str, Protocol], *, roster: bool = False) -> Iterator[Line]:
    """The whole report on one trace. `protocols` are those it was held to, by name."""
    yield headline(verdict)
    yield from _complaints(verdict)
    wanted = worst(tuple(part.kind for part in verdict.parts))
    first = _first(verdict.parts, wanted)
    for at, part in enumerate(verdict.parts):
        if at == first:
            if part.kind is not verdict.kind:
                where = f", {clean(part.host)}" if part.host else ""
                yield labelled("the rest", (part.kind.value, STYLE[part.kind]), f" by {part.protocol}{where}")
            yield from _part(part, protocols[part.protocol])
        elif at < 6:
            yield _brief(part)
    for at, part in enumerate(verdict.parts):
        if roster or at == first:
            yield from _roster(part, full=roster)


def _first(parts: tuple[Judged, ...], wanted: VerdictKind) -> int:
    """The part that is told in full: the first of that kind, or one that blames the same event and names a rule too."""
    found = [at for at, part in enumerate(parts) if part.kind is wanted]
    named = [at for at in found if parts[at].findings and parts[at].findings[0].rules]
    if found and named and parts[found[0]].findings:
        event = parts[found[0]].findings[0].event
        return next((at for at in named if parts[at].findings[0].event is event), found[0])
    return found[0] if found else 0


def headline(verdict: Verdict) -> Line:
    """The verdict in one line."""
    held_to = listed(tuple(dict.fromkeys(part.protocol for part in verdict.parts)), 4, " and ")
    size = plural(verdict.events, "event") + (f", held to {held_to}" if held_to else "")
    return line((verdict.kind.value, STYLE[verdict.kind]), "  ", (clean(verdict.trace), STRONG), f": {size}")


def event_words(event: Event) -> str:
    """An event as its log has it: name, payload, status, host."""
    payload = " ".join(f"{key}={value}" for key, value in event.fields.items())
    status = "" if event.status == "SUCCESS" else f" -> {event.status}"
    return clean(f"{event.name} {payload}".rstrip() + status, 160)


def _complaints(verdict: Verdict) -> Iterator[Line]:
    if verdict.left_out:
        yield labelled(
            "left out", (f"{plural(verdict.left_out, 'record')} could not be read; the rest was judged", DOUBT)
        )
    for complaint in verdict.complaints[: MANY["complaints"]]:
        yield _complaint(complaint)
    if len(verdict.complaints) > MANY["complaints"]:
        yield labelled("", (f"and {len(verdict.complaints) - MANY['complaints']} more (--json has them all)", QUIET))


def _complaint(complaint: Complaint) -> Line:
    return labelled(
        "unreadable" if complaint.fatal else "note", f"{clean(complaint.place)}: {clean(complaint.message)}"
    )


# -------------------------------------------------------------------------------------------------------- one part


def _part(part: Judged, protocol: Protocol) -> Iterator[Line]:
    where = f" on {clean(part.host)} alone" if part.host else ""
    if part.reason:
        yield labelled("unknown" if part.kind is VerdictKind.UNKNOWN else "why", clean(part.reason))
    for finding in part.findings[:1]:
        yield from _finding(finding, protocol, where)
    for finding in part.findings[1:2]:
        yield labelled("also wrong", clean(finding.message), (f"  {' '.join(finding.rules)}", QUIET))
    if len(part.findings) > 2:
        yield labelled("", (f"and {plural(len(part.findings) - 2, 'finding')} more (--json has them all)", QUIET))
    told = {blocked.condition for finding in part.findings[:2] for blocked in finding.blocked}
    shown = sum(len(finding.blocked[: MANY["blocked"]]) for finding in part.findings[:1])
    fits = max(1, MANY["forced"] - shown)  # a screenful is a screenful
    for forced in [each for each in part.forced if each.property not in told][:fits]:
        yield _forced(forced)
    for assumed in part.assumed[: MANY["assumed"]]:
        yield _assumed(assumed)
    if len(part.assumed) > MANY["assumed"]:
        yield labelled("", (f"and {plural(len(part.assumed) - MANY['assumed'], 'order')} more", QUIET))
    for obligation in part.obligations[: MANY["obligations"]]:
        yield labelled("open", clean(obligation))
    if len(part.obligations) > MANY["obligations"]:
        yield labelled("", (f"and {len(part.obligations) - MANY['obligations']} more", QUIET))
    for note in part.notes[: MANY["notes"]]:
        yield labelled("note", clean(note))
    if part.ignored:
        names = tuple(f"{clean(name, 60)} ({count:,}x)" for name, count in part.ignored)
        yield labelled("not judged", f"events that {protocol.name} does not speak of: {listed(names, MANY['ignored'])}")


def _finding(finding: Finding, protocol: Protocol, where: str) -> Iterator[Line]:
    if finding.event is not None:
        yield labelled("event", (clean(finding.event.origin), STRONG), f"  {event_words(finding.event)}")
    if finding.action:
        yield labelled("read as", f"{clean(finding.action)} in {protocol.name}{where}")
    where_written = ""
    if finding.blocked and finding.blocked[0].condition in finding.message:
        where_written = f"  {clean(finding.blocked[0].place)}"
    yield labelled("wrong", clean(finding.message), (where_written, QUIET))
    known = protocol.rules_by_id()
    told: set[str] = set()
    for blocked in finding.blocked[: MANY["blocked"]]:
        yield from _rules(blocked.rules, known, protocol, told)
        yield from _blocked(blocked, told_already=blocked.condition in finding.message)
    if len(finding.blocked) > MANY["blocked"]:
        yield labelled("", (f"and {plural(len(finding.blocked) - MANY['blocked'], 'condition')} more", QUIET))
    yield from _rules(finding.rules, known, protocol, told)
    if finding.legal:
        yield labelled("possible", listed(tuple(clean(item, 100) for item in finding.legal), MANY["legal"], "; "))
    yield from _conflict(finding)
    yield from _stories(finding)


def _conflict(finding: Finding) -> Iterator[Line]:
    """The events that cannot all be, and the conditions, in one line."""
    if len(finding.conflict) == 1 and {each.place for each in finding.conditions} <= {b.place for b in finding.blocked}:
        return  # the event by itself, for what is told already
    less = "" if finding.minimal else "  (fewer may do: not all was tried)"
    if finding.conflict:
        file = finding.event.origin.file if finding.event is not None else ""
        places = tuple(f"{_place(event, file)} {clean(event.name, 60)}" for event in finding.conflict)
        said = "already these events cannot all be: " if len(places) > 1 else "already by itself: "
        needs = tuple(clean(each.condition, 100) for each in finding.conditions)
        told = f", as it takes {listed(needs, MANY['conditions'])}" if needs else ""
        yield labelled("conflict", said + listed(places, MANY["conflict"]) + told, (less, QUIET))
    elif not finding.minimal:
        yield labelled("conflict", ("no small set of events was found in the time for it", QUIET))


def _place(event: Event, file: str) -> str:
    """Where an event was read; its line alone where it is of the file that is named already."""
    origin = event.origin
    return clean(f"{origin.unit} {origin.place}" if origin.file == file and origin.place else origin)


def _stories(finding: Finding) -> Iterator[Line]:
    """The cheapest story, the cheapest of another kind, how many more there are, and what would decide."""
    if not finding.stories:
        return
    first, *others = finding.stories
    second = next((story for story in others if story.kind is not first.kind), None)
    decided = next((story for story in (first, second) if story and story.kind is not StoryKind.VIOLATION), first)
    untried = f"; {plural(finding.untried, 'supposition')} not tried" if finding.untried else ""
    yield labelled("story", *_story(first, "" if second is not None else untried))
    if first is decided:
        yield from _deciding(first)
    if second is not None:
        more = f"; and {plural(len(others) - 1, 'story', 'stories')} more" if len(others) > 1 else ""
        yield labelled("or", *_story(second, more + untried))
        if second is decided:
            yield from _deciding(second)


def _story(story: Story, more: str) -> tuple[Part, ...]:
    return f"{story.kind.value}: {clean(story.told, 240)}", (f"  (price {story.price}{more})", QUIET)


def _deciding(story: Story) -> Iterator[Line]:
    for evidence in story.evidence[:1]:
        yield labelled("decides", clean(evidence, 240))


def _blocked(blocked: Blocked, *, told_already: bool) -> Iterator[Line]:
    if not told_already:
        yield labelled("needs", (clean(blocked.condition, 200), NAME), (f"  {clean(blocked.place)}", QUIET))
    if blocked.made_false_by is not None:
        event = blocked.made_false_by
        yield labelled("false since", (clean(event.origin), STRONG), f"  {event_words(event)}")


def _rules(rules: tuple[str, ...], known: Mapping[str, Rule], protocol: Protocol, told: set[str]) -> Iterator[Line]:
    """Each rule once: id, sentence, whose duty, and the page that says so."""
    urls = {page.name: page.title for page in protocol.pages}
    for id_ in rules[:2]:
        if id_ in told or id_ not in known:
            continue
        told.add(id_)
        rule = known[id_]
        parts: list[Part] = [clean(rule.sentence), (f"  ({DUTY[rule.duty]})", QUIET)]
        yield labelled(id_, *parts, style=BAD)
        for page in rule.pages[:1]:
            if page not in told:  # several rules are of one page
                told.add(page)
                yield labelled("", (clean(urls.get(page, page)), QUIET))


def _forced(forced: Forced) -> Line:
    """What the records bring about if they are taken as they are."""
    doubt = ", in this order of the logs" if forced.chosen else ""
    said = f" {clean(forced.event.name, 60)}{doubt}, this is no longer so: {clean(forced.doc or forced.property, 160)}"
    rules = (f"  {' '.join(forced.rules)}", QUIET)
    return labelled("then", "after ", (clean(forced.event.origin), STRONG), said, rules)


def _assumed(assumed: Assumed) -> Line:
    earlier, later = assumed.earlier, assumed.later
    rules = f"  ({', '.join(assumed.rules)})" if assumed.rules else ""
    return labelled(
        "only if",
        (clean(earlier.origin), STRONG), f" {clean(earlier.name, 60)} came before ",
        (clean(later.origin), STRONG), f" {clean(later.name, 60)}", (rules, QUIET),
        style=DOUBT,
    )  # fmt: skip


def _brief(part: Judged) -> Line:
    """A part that is not told in full, in one line: its kind, its first finding or why, and its roster's counts."""
    where = f", {clean(part.host)}" if part.host else ""
    said = next((clean(finding.message, 120) for finding in part.findings), clean(part.reason, 120))
    told = (f": {said}" if said else "", (f"  ({standings(part.roster)})", QUIET))
    return labelled("also", (part.kind.value, STYLE[part.kind]), f" by {part.protocol}{where}", *told)


# ---------------------------------------------------------------------------------------------------------- roster


def standings(roster: tuple[RosterLine, ...]) -> str:
    """How many rules and properties stand how, in the order of `Standing`."""
    counts = Counter(item.standing for item in roster)
    return ", ".join(f"{counts[standing]} {standing.value}" for standing in Standing if counts[standing])


def roster_counts(roster: tuple[RosterLine, ...]) -> str:
    """The same, and how many there are: the numbers add up to it."""
    return f"{standings(roster)}, of {plural(len(roster), 'rule and property', 'rules and properties')}"


def roster_lines(roster: tuple[RosterLine, ...]) -> Iterator[Line]:
    """Every rule and property, how it fared and how that was shown."""
    width = max((len(item.name) for item in roster), default=0)
    for item in roster:
        style = STANDING_STYLE.get(item.standing, QUIET)
        parts: list[Part] = [(item.name.ljust(width), NAME), "  ", (item.kind.ljust(9), QUIET), "  "]
        parts += [(item.standing.value, style), f"  {clean(item.how)}" if item.how else ""]
        yield line("  ", *parts, hang=width + 15)


def _roster(part: Judged, *, full: bool) -> Iterator[Line]:
    where = f", {clean(part.host)}" if part.host else ""
    if full:
        yield BLANK
    yield labelled("roster", f"{part.protocol}{where}: {roster_counts(part.roster)}")
    if full:
        yield from roster_lines(part.roster)

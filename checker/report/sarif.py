"""Verdicts as SARIF 2.1.0, for what shows findings in editors and reviews. Nothing in it says that anything passed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from checker import __version__
from checker.language.protocol import Protocol
from checker.report.documents import Recording
from checker.report.plain import Plain, dumps
from checker.report.rules import DUTY, RuleView
from checker.report.sarif_places import Object, flows, message, of_event, physical, related, uri
from checker.report.text import clean, plural
from checker.report.told import (
    LONGEST,
    address,
    cited,
    finding_paragraphs,
    opening,
    place_words,
    plain,
    record_words,
)
from checker.trace.event import Complaint, Event, Origin
from checker.trace.verdict import Finding, Part, Verdict, VerdictKind

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of result that is no rule of the protocol. Only what fails has a level: what is not known has none."""

    id: str
    sentence: str
    level: str
    kind: str = "fail"


UNEXPLAINED = Sort("unexplained", "A record that no run of the protocol explains, by no rule of it.", "error")
BROKEN = Sort("rule-broken", "A rule of the protocol is broken.", "error")
ORDER = Sort("open-order", "The verdict hangs on orders of records that the logs do not settle.", "note")
OWED = Sort("open-obligation", "Something is still owed at the end of the recording.", "warning")
NOT_KNOWN = Sort("not-known", "It is not known whether the recording conforms.", "none", "review")
UNREADABLE = Sort("unreadable", "The recording could not be read as a whole.", "error")
UNEXPECTED = Sort("not-as-expected", "The verdict is not the one that is written beside the recording.", "error")
SORTS = (UNEXPLAINED, ORDER, OWED, NOT_KNOWN, UNREADABLE, UNEXPECTED)

EXIT_MEANS = {
    0: "nothing wrong",
    1: "a recording violates a rule, or has not the verdict that was expected",
    2: "a recording could not be read",
    3: "asked to be strict: a verdict has a condition, or something is still owed",
    4: "not known: a limit was reached, or it was stopped",
}
COMPLETE = (0, 1, 3)  # exit codes of a run that looked at everything


def sarif_text(
    recordings: Sequence[Recording],
    protocols: Mapping[str, Protocol],
    rules: tuple[RuleView, ...],
    exit_code: int,
    not_judged: int = 0,
) -> str:
    """One SARIF log with one run. `rules` are those of the protocols, `not_judged` recordings were left at Ctrl-C."""
    index = {id_: number for number, id_ in enumerate([*(rule.id for rule in rules), *(sort.id for sort in SORTS)])}
    results = [each for recording in recordings for each in _results(recording, protocols)]
    for each in results:
        each["ruleIndex"] = index[str(each["ruleId"])]
    run: Object = {
        "tool": {"driver": _driver(rules)},
        "invocations": [_invocation(recordings, exit_code, not_judged)],
        "artifacts": [{"location": {"uri": uri(file)}, "roles": ["analysisTarget"]} for file in _files(recordings)],
        "columnKind": "unicodeCodePoints",
        "language": "en",
        "results": [*results],
        "properties": {"recordings": [_account(recording) for recording in recordings]},
    }
    return dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


# ---------------------------------------------------------------------------------------------------------------- tool


def _driver(rules: tuple[RuleView, ...]) -> Object:
    return {
        "name": "switchover",
        "version": __version__,
        "language": "en",
        "rules": [*(_rule(rule) for rule in rules), *(_sort(sort) for sort in SORTS)],
    }


def _rule(rule: RuleView) -> Object:
    pages = [address(page.url) for page in rule.pages if address(page.url)]
    help_ = [f"Duty: {DUTY[rule.duty]}.", f"Declared at {clean(rule.place, LONGEST)}.", *pages]
    made: Object = {
        "id": rule.id,
        "shortDescription": message(clean(rule.sentence, LONGEST)),
        "fullDescription": message(f"{clean(rule.sentence, LONGEST)} ({DUTY[rule.duty]})"),
        "help": message("\n".join(help_)),
        "defaultConfiguration": {"level": BROKEN.level},
        "properties": {
            "duty": rule.duty.value,
            "pages": [*pages],
            "protocols": [*rule.protocols],
            "tags": ["protocol", rule.duty.value],
        },
    }
    return made | ({"helpUri": pages[0]} if pages else {})


def _sort(sort: Sort) -> Object:
    return {
        "id": sort.id,
        "shortDescription": message(sort.sentence),
        "defaultConfiguration": {"level": sort.level},
        "properties": {"tags": ["verdict"]},
    }


def _invocation(recordings: Sequence[Recording], exit_code: int, not_judged: int) -> Object:
    notes: list[Plain] = [
        {"level": "error" if complaint.fatal else "note", "message": message(clean(complaint.message, LONGEST)),
         "locations": [{"physicalLocation": _region(complaint)}]}
        for recording in recordings
        for complaint in recording.verdict.complaints
    ]  # fmt: skip
    if not_judged:
        stopped = f"it was stopped, and {plural(not_judged, 'recording')} not judged"
        notes.append({"level": "warning", "message": message(stopped)})
    return {
        "executionSuccessful": exit_code in COMPLETE and not not_judged,
        "exitCode": exit_code,
        "exitCodeDescription": EXIT_MEANS.get(exit_code, "an error of the tool"),
        "toolExecutionNotifications": notes,
    }


def _region(complaint: Complaint) -> Object:
    made = physical(complaint.origin)
    region = made.get("region")
    if isinstance(region, dict) and complaint.line_column:
        region["startColumn"] = complaint.line_column
    return made


def _files(recordings: Sequence[Recording]) -> tuple[str, ...]:
    """The files that the recordings are in, each once."""
    found: dict[str, None] = {}
    for recording in recordings:
        verdict = recording.verdict
        found |= dict.fromkeys(event.origin.file for log in verdict.logs for event in log.events)
        found |= dict.fromkeys(complaint.origin.file for complaint in verdict.complaints)
    return tuple(found)


def _account(recording: Recording) -> Object:
    """What became of a recording, with every rule and property: nothing of that is a result."""
    verdict = recording.verdict
    rosters: list[Plain] = [
        {"protocol": part.protocol, "host": None if part.host is None else clean(part.host), "verdict": part.kind.value,
         "roster": {line.name: line.standing.value for line in part.roster}}
        for part in verdict.parts
    ]  # fmt: skip
    return {"name": clean(verdict.trace), "verdict": verdict.kind.value, "records": verdict.events,
            "leftOut": verdict.left_out, "rosters": rosters}  # fmt: skip


# ------------------------------------------------------------------------------------------------------------- results


def _results(recording: Recording, protocols: Mapping[str, Protocol]) -> Iterator[Object]:
    """The results of a recording. Where its verdict is the one that is expected, they are marked as suppressed."""
    verdict = recording.verdict
    made = [*_unread(verdict, protocols)]
    for part in verdict.parts:
        made += _of_part(verdict, part, protocols[part.protocol])
    if verdict.kind is VerdictKind.UNKNOWN and not any(each["ruleId"] == NOT_KNOWN.id for each in made):
        made.append(_result(verdict, NOT_KNOWN, plain(opening(verdict, protocols)), [_start(verdict)]))
    if recording.expected is not None and not recording.differences:
        reason = f"the verdict that the recording must get is {recording.expected.verdict}"
        for each in made:
            each["suppressions"] = [{"kind": "external", "status": "accepted", "justification": reason}]
    for difference in recording.differences:
        made.append(_result(verdict, UNEXPECTED, clean(difference, LONGEST), [_start(verdict)]))
    yield from made


def _of_part(verdict: Verdict, part: Part, protocol: Protocol) -> Iterator[Object]:
    title = f"{clean(protocol.title or protocol.name)}{f', {clean(part.host)} alone' if part.host else ''}: "
    for number, finding in enumerate(part.findings):
        yield _of_finding(verdict, part, protocol, finding, title, whole=number == 0)
    if part.kind is VerdictKind.UNKNOWN:
        yield _result(
            verdict, NOT_KNOWN, title + clean(part.reason or "no reason is known", LONGEST), [_start(verdict)]
        )
    elif part.kind is VerdictKind.UNREADABLE:
        yield _result(verdict, UNREADABLE, title + clean(part.reason, LONGEST), [_start(verdict)])
    for obligation in part.obligations:
        yield _result(verdict, OWED, title + clean(obligation, LONGEST), [_end(verdict, part)])
    if part.assumed:
        yield _of_orders(verdict, part, protocol, title)


def _of_finding(
    verdict: Verdict, part: Part, protocol: Protocol, finding: Finding, title: str, *, whole: bool
) -> Object:
    known = [rule for rule in cited(finding) if rule in protocol.rules_by_id()]
    said = plain(finding_paragraphs(verdict, finding, protocol)) if whole else clean(finding.message, LONGEST)
    at = _end(verdict, part) if finding.event is None else of_event(finding.event)
    sort = BROKEN if known else UNEXPLAINED
    made = _result(verdict, sort, title + said, [at], finding.event, known[0] if known else sort.id)
    made["relatedLocations"] = related(finding)
    if whole:
        made["codeFlows"] = flows(verdict, part, protocol, finding)
    facts = made["properties"]
    assert isinstance(facts, dict)
    facts |= {"rules": [*known], "protocol": protocol.name, "possibleInstead": [clean(each) for each in finding.legal]}
    facts["stories"] = [
        {"kind": story.kind.value, "price": story.price, "told": clean(story.told, LONGEST),
         "evidence": [clean(each, LONGEST) for each in story.evidence]}
        for story in finding.stories
    ]  # fmt: skip
    return made


def _of_orders(verdict: Verdict, part: Part, protocol: Protocol, title: str) -> Object:
    orders = [
        f"{clean(each.earlier.name)} ({place_words(each.earlier)}) before {clean(each.later.name)}"
        f" ({place_words(each.later)})"
        for each in part.assumed
    ]
    said = f"{title}conforms only if {'; '.join(orders)}"
    made = _result(verdict, ORDER, said, [of_event(part.assumed[0].later)], part.assumed[0].later)
    events = (event for each in part.assumed for event in (each.earlier, each.later))
    made["relatedLocations"] = [
        {"id": number, **of_event(event, record_words(event))} for number, event in enumerate(events, 1)
    ]
    made["codeFlows"] = flows(verdict, part, protocol, None)
    return made


def _unread(verdict: Verdict, protocols: Mapping[str, Protocol]) -> Iterator[Object]:
    """A file that is damaged is a result too: who looks at the results alone must not take it for a good one."""
    if verdict.kind is not VerdictKind.UNREADABLE:
        return
    damaged = [complaint for complaint in verdict.complaints if complaint.fatal]
    for complaint in damaged:
        at: Object = {"physicalLocation": _region(complaint)}
        yield _result(verdict, UNREADABLE, clean(complaint.message, LONGEST), [at])
    if not damaged and not any(part.kind is VerdictKind.UNREADABLE for part in verdict.parts):
        yield _result(verdict, UNREADABLE, plain(opening(verdict, protocols)), [_start(verdict)])


def _result(
    verdict: Verdict, sort: Sort, text: str, locations: list[Object], event: Event | None = None, rule: str = ""
) -> Object:
    id_ = rule or sort.id
    about = [id_, verdict.trace] + (
        [] if event is None else [event.log, event.name, repr(sorted(event.fields.items()))]
    )
    print_ = sha256("\0".join(about).encode("utf-8", "backslashreplace")).hexdigest()
    return {
        "ruleId": id_,
        "kind": sort.kind,
        "level": sort.level,
        "message": message(text),
        "locations": [*locations],
        "partialFingerprints": {"recordAndRule/v1": print_},
        "properties": {"recording": clean(verdict.trace)},
    }


def _start(verdict: Verdict) -> Object:
    """The recording as a whole: its first file."""
    files = [log.origin.file for log in verdict.logs] + [complaint.origin.file for complaint in verdict.complaints]
    return {"physicalLocation": physical(Origin(files[0] if files else verdict.trace, 0))}


def _end(verdict: Verdict, part: Part) -> Object:
    """The last record that the part is about."""
    judged = [event for log in verdict.logs if part.host in (None, log.host) for event in log.events[-1:]]
    return of_event(judged[-1]) if judged else _start(verdict)

"""Places in SARIF: records in their files, conditions in the protocol's text, and the run as flows of the hosts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath, PureWindowsPath
from urllib.parse import quote_from_bytes

from checker.language.protocol import Protocol
from checker.report.plain import Plain
from checker.report.steps import host_of_step
from checker.report.text import clean
from checker.report.told import LONGEST, record_words
from checker.trace.event import Event, Origin
from checker.trace.verdict import Finding, Part, Verdict

Object = dict[str, Plain]
NOWHERE = "on no host, or not known which"
_LINK = re.compile(r"\[(?=[^\]]*\]\()")
_PLACE = re.compile(r"(.+):(\d+):(\d+)")


def message(text: str) -> Object:
    """A message. What looks like a link of SARIF's own is made text: viewers would offer to follow it."""
    return {"text": _LINK.sub(r"\\[", text)}


def uri(file: str) -> str:
    """A file name as the reference that SARIF wants: relative as it was given, absolute ones with their scheme."""
    windows = PureWindowsPath(file)
    path = windows.as_posix() if windows.drive or "\\" in file else file
    made = quote_from_bytes(path.encode("utf-8", "backslashreplace"), safe="/!$&'()*+,;=@~")
    if windows.drive and windows.root:
        return "file:" + ("" if path.startswith("//") else "///") + made
    return f"file://{made}" if PurePosixPath(path).is_absolute() else made


def physical(origin: Origin) -> Object:
    """The file, and the line in it where places are lines."""
    made: Object = {"artifactLocation": {"uri": uri(origin.file)}}
    if origin.unit == "line" and origin.place > 0:
        made["region"] = {"startLine": origin.place}
    return made


def of_event(event: Event, text: str = "") -> Object:
    """A record as a location: where it was read, which record of which log it is."""
    number = f"{clean(event.log)} {event.seq}"
    made: Object = {
        "physicalLocation": physical(event.origin),
        "logicalLocations": [{"name": clean(event.name), "fullyQualifiedName": number, "kind": "record"}],
    }
    if text:
        made["message"] = message(text)
    return made


def of_text(place: str, text: str) -> Object | None:
    """A place of the protocol's text, `file:line:column`; None for one that is in no file."""
    found = _PLACE.fullmatch(place)
    if found is None:
        return None
    line, column = max(1, int(found[2])), max(1, int(found[3]))
    region: Object = {"startLine": line, "startColumn": column}
    return {
        "physicalLocation": {"artifactLocation": {"uri": uri(found[1])}, "region": region},
        "message": message(text),
    }


def related(finding: Finding) -> list[Plain]:
    """What else a finding is about: conditions in the text, what made them false, the records of the conflict."""
    found: list[Object] = []
    for blocked in finding.blocked:
        condition = clean(blocked.condition, LONGEST)
        of_condition = of_text(blocked.place, f"in the way: {condition}")
        if of_condition is not None:
            found.append(of_condition)
        if blocked.made_false_by is not None:
            found.append(of_event(blocked.made_false_by, f"not so since this record: {condition}"))
    found += [of_event(event, "conflict: these records cannot all be") for event in finding.conflict]
    return [{"id": number, **each} for number, each in enumerate(found, 1)]


def flows(verdict: Verdict, part: Part, protocol: Protocol, finding: Finding | None) -> list[Plain]:
    """The run that was found, a thread flow for each host; `executionOrder` is the order across them."""
    hosts = tuple(dict.fromkeys(log.host for log in verdict.logs))
    host_of = {event: log.host for log in verdict.logs for event in log.events}
    threads: dict[str, list[Plain]] = {}
    marked = set(_marked(finding)) if finding is not None else set()
    steps = list(part.explained)
    if finding is not None and finding.event is not None and all(event != finding.event for _, event in steps):
        steps.append((finding.action or finding.event.name, finding.event))
    for number, (words, event) in enumerate(steps, 1):
        step = clean(words, LONGEST)
        if event is None:
            host = host_of_step(words, part, protocol, hosts) or NOWHERE
            at: Object = {"message": message(f"{step}: no record")}
            importance = "unimportant"
        else:
            host = host_of.get(event, NOWHERE)
            at = of_event(event, f"{record_words(event)}: read as {step}")
            importance = "essential" if event in marked else "important"
        threads.setdefault(host, []).append({"location": at, "executionOrder": number, "importance": importance})
    made: list[Plain] = [
        {"id": clean(host), "message": message(f"what happened on {clean(host)}" if host != NOWHERE else host),
         "locations": locations}
        for host, locations in threads.items()
    ]  # fmt: skip
    return [{"message": message("the run that was found"), "threadFlows": made}] if made else []


def _marked(finding: Finding) -> Iterator[Event]:
    if finding.event is not None:
        yield finding.event
    yield from finding.conflict
    yield from (each.made_false_by for each in finding.blocked if each.made_false_by is not None)

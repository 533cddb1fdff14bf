"""Verdicts as JUnit XML, for what counts tests: a suite for each recording, a case for each protocol and host."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from xml.etree import ElementTree

from checker.language.protocol import Protocol
from checker.report.documents import Recording
from checker.report.terminal import standings
from checker.report.text import clean
from checker.report.told import LONGEST, Paragraph, opening, part_paragraphs, plain
from checker.trace.verdict import Part, Verdict, VerdictKind

Element = ElementTree.Element
CONDITIONAL = (VerdictKind.CONFORMS_IF, VerdictKind.UNFINISHED)
COUNTED = ("failure", "error", "skipped")


def junit_text(
    recordings: Sequence[Recording], protocols: Mapping[str, Protocol], *, strict: bool = False, not_judged: int = 0
) -> str:
    """The XML. A verdict with a condition passes, unless `strict`; what is not known is skipped, with its reason.

    Where it is written which verdict a recording must get, that alone decides: a violation that is expected passes.
    """
    root = Element("testsuites", name="switchover")
    for recording in recordings:
        root.append(_suite(recording, protocols, strict=strict))
    if not_judged:
        left = ElementTree.SubElement(root, "testsuite", name="recordings that were not judged")
        case = _case(left, "not judged", "switchover")
        _say(case, "skipped", f"it was stopped, and {not_judged} recordings were not judged")
        _count(left)
    _count(root)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="us-ascii").decode()
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _suite(recording: Recording, protocols: Mapping[str, Protocol], *, strict: bool) -> Element:
    verdict = recording.verdict
    name = clean(verdict.trace, LONGEST)
    suite = Element("testsuite", name=name)
    properties = ElementTree.SubElement(suite, "properties")
    for key, value in _properties(verdict):
        ElementTree.SubElement(properties, "property", name=key, value=value)
    _whole(_case(suite, "the recording as a whole", name), recording, protocols)
    for part in verdict.parts:
        protocol = protocols[part.protocol]
        title = f"{part.protocol}: {clean(protocol.title)}" + (f", {clean(part.host)} alone" if part.host else "")
        _part(_case(suite, title, name), recording, part, protocol, strict=strict)
    _count(suite)
    return suite


def _whole(case: Element, recording: Recording, protocols: Mapping[str, Protocol]) -> None:
    """Whether it was read, and whether the verdict is the one that is expected."""
    verdict = recording.verdict
    told = plain(opening(verdict, protocols))
    if recording.differences:
        said = "; ".join(clean(each, LONGEST) for each in recording.differences)
        _say(case, "failure", said, told, type_="not as expected")
    elif recording.expected is not None:
        _say(case, "system-out", f"{verdict.kind.value}, as expected")
    elif verdict.kind is VerdictKind.UNREADABLE:
        _say(case, "error", told, *_complaints(verdict), type_="unreadable")
    elif verdict.kind is VerdictKind.UNKNOWN:
        _say(case, "skipped", told)
    else:
        _say(case, "system-out", verdict.kind.value)


def _part(case: Element, recording: Recording, part: Part, protocol: Protocol, *, strict: bool) -> None:
    """One judgement. What is expected, as a whole, is no failure."""
    paragraphs = part_paragraphs(recording.verdict, part, protocol)
    lines = [_line(each) for each in paragraphs]
    first = clean(part.findings[0].message, LONGEST) if part.findings else (lines or [part.kind.value])[0]
    wrong = part.kind is VerdictKind.VIOLATES or (strict and part.kind in CONDITIONAL)
    if wrong and recording.expected is None:
        _say(case, "failure", first, *lines, type_=part.kind.value)
    elif part.kind is VerdictKind.UNREADABLE and recording.expected is None:
        _say(case, "error", first, *lines, type_="unreadable")
    elif part.kind is VerdictKind.UNKNOWN:
        _say(case, "skipped", first)
    else:
        _say(case, "system-out", part.kind.value, *lines)


def _properties(verdict: Verdict) -> Iterator[tuple[str, str]]:
    """The verdict, and how every rule and property fared by every judgement."""
    yield "verdict", verdict.kind.value
    yield "records", str(verdict.events)
    yield "left out", str(verdict.left_out)
    for part in verdict.parts:
        of = part.protocol + (f" {clean(part.host)}" if part.host else "")
        yield f"{of}: roster", standings(part.roster)
        for line in part.roster:
            how = f": {clean(line.how, LONGEST)}" if line.how else ""
            yield f"{of}: {line.name}", f"{line.standing.value}{how}"


def _complaints(verdict: Verdict) -> Iterator[str]:
    for complaint in verdict.complaints:
        yield f"{clean(complaint.place, LONGEST)}: {clean(complaint.message, LONGEST)}"


def _line(paragraph: Paragraph) -> str:
    return plain([paragraph])


def _case(suite: Element, name: str, recording: str) -> Element:
    return ElementTree.SubElement(suite, "testcase", name=name, classname=f"switchover.{recording}")


def _say(case: Element, tag: str, said: str, *lines: str, type_: str = "") -> None:
    """What became of a case: in short, and in full. `said` and `lines` hold no character that XML has not."""
    if tag == "system-out":
        ElementTree.SubElement(case, tag).text = "\n".join([said, *lines])
        return
    made = ElementTree.SubElement(case, tag, message=said)
    if type_:
        made.set("type", type_)
    if lines:
        made.text = "\n".join(lines)


def _count(suite: Element) -> None:
    """The numbers that readers of JUnit's form look at first."""
    cases = list(suite.iter("testcase"))
    suite.set("tests", str(len(cases)))
    for tag, name in zip(COUNTED, ("failures", "errors", "skipped"), strict=True):
        suite.set(name, str(sum(case.find(tag) is not None for case in cases)))

"""Writes IEEE 1849 event logs (XES): one trace for each log, with the concept, time, lifecycle and organizational
extensions.

A trace of XES is a sequence, and between logs no order is known, so each log is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.sax.saxutils import quoteattr

from checker.trace.event import Event, FieldValue, Log, Trace
from checker.trace.readers.native_event import EDGE, SUCCESS
from checker.trace.writers.common import Losses, Written, milliseconds, stamp

EXTENSIONS = (
    ("Concept", "concept", "http://www.xes-standard.org/concept.xesext"),
    ("Time", "time", "http://www.xes-standard.org/time.xesext"),
    ("Lifecycle", "lifecycle", "http://www.xes-standard.org/lifecycle.xesext"),
    ("Organizational", "org", "http://www.xes-standard.org/org.xesext"),
)
TRANSITIONS = {"begin": "start", "end": "complete", None: "complete"}
OWN = ("concept:name", "time:timestamp", "lifecycle:transition", "org:resource", "seq", "status", "req", "at", "phase")
OWN_LOG = ("concept:name", "org:resource", "source", "begins", "ends", "clock", "skew_ms", "recorded")
LONG = 1 << 63  # whole numbers of XES have 64 bits

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">\n'
)


def write(trace: Trace) -> Written:
    """The trace as an XES document."""
    losses = Losses()
    text = "".join(_pieces(trace, losses))
    if len(trace.logs) > 1:
        losses.add("that the logs belong together, and the messages that tie them: each log is a case of its own")
    return Written(text, losses.told())


def _pieces(trace: Trace, losses: Losses) -> Iterator[str]:
    yield _HEAD
    for name, prefix, uri in EXTENSIONS:
        yield f'  <extension name="{name}" prefix="{prefix}" uri="{uri}"/>\n'
    yield '  <global scope="trace">\n    <string key="concept:name" value=""/>\n  </global>\n'
    yield '  <global scope="event">\n    <string key="concept:name" value=""/>\n'
    yield '    <string key="lifecycle:transition" value="complete"/>\n  </global>\n'
    yield '  <classifier name="Event" keys="concept:name lifecycle:transition"/>\n'
    yield _attribute("  ", "concept:name", trace.name, losses)
    for log in trace.logs:
        yield "  <trace>\n"
        yield from _header(log, bool(trace.left_out), losses)
        for event in log.events:
            yield from _event(log, event, losses)
        yield "  </trace>\n"
    yield "</log>\n"


def _header(log: Log, damaged: bool, losses: Losses) -> Iterator[str]:
    about: dict[str, FieldValue] = {
        "concept:name": log.name,
        "org:resource": log.host,
        "source": log.source,
        "begins": log.begins,
        "ends": "open" if damaged else log.ends,
    }
    if log.clock is not None:
        about["clock"] = log.clock
    if log.skew is not None:
        about["skew_ms"] = milliseconds(log.skew)
    if log.recorded is not None:
        about["recorded"] = " ".join(log.recorded)
    for key, value in (about | losses.fields(dict(log.other), OWN_LOG)).items():
        yield _attribute("    ", key, value, losses)


def _event(log: Log, event: Event, losses: Losses) -> Iterator[str]:
    yield "    <event>\n"
    about: dict[str, FieldValue] = {
        "concept:name": event.name,
        "lifecycle:transition": TRANSITIONS.get(event.phase, "complete"),
        "org:resource": log.host,
        "seq": event.seq,
    }
    if event.phase is None:
        about["phase"] = "whole"  # `complete` alone would not tell the end of a request from a whole one
    if event.request is not None:
        about["req"] = event.request
    if event.at != EDGE:
        about["at"] = event.at
    if event.status != SUCCESS:
        about["status"] = event.status
    if event.time is not None:
        yield f'      <date key="time:timestamp" value="{stamp(event.time)}"/>\n'
    for key, value in (about | losses.fields(event.fields, OWN)).items():
        yield _attribute("      ", key, value, losses)
    yield "    </event>\n"


def _attribute(indent: str, key: str, value: FieldValue, losses: Losses) -> str:
    """One attribute with its type; nothing where there is no value."""
    match value:
        case None:
            losses.add(f"the field `{_clean(key, losses)}` where it holds nothing")
            return ""
        case bool():
            kind, text = "boolean", str(value).lower()
        case int() if -LONG <= value < LONG:
            kind, text = "int", str(value)
        case float():
            kind, text = "float", repr(value)
        case _:
            kind, text = "string", _clean(str(value), losses)
    return f"{indent}<{kind} key={_quoted(_clean(key, losses))} value={_quoted(text)}/>\n"


def _clean(text: str, losses: Losses) -> str:
    """The text without what XML cannot carry."""
    clean = _FORBIDDEN.sub("\ufffd", text)
    if clean != text:
        losses.add("characters that XML cannot carry, each of which became U+FFFD")
    return clean


def _quoted(text: str) -> str:
    """A text as an attribute's value; line ends and tabs as references, or a parser would make spaces of them."""
    return quoteattr(text, {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})

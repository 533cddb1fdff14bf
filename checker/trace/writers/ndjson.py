"""Writes the native trace format: JSON lines, each log's header and then its events.

Reading what was written yields the same logs, and writing those yields the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator

from checker.trace.event import Event, FieldValue, Log, Trace
from checker.trace.readers.lines import LIMIT
from checker.trace.readers.native_event import EDGE, MEMBERS, SUCCESS
from checker.trace.readers.native_header import MEMBERS as HEADER, VERSION
from checker.trace.writers.common import Losses, Written, line, milliseconds, stamp

TAKEN = (*MEMBERS, "switchover")
CLOCK = "clock."


def write(trace: Trace) -> Written:
    """The trace in the native format. A log of a trace from which records were left out ends open."""
    losses = Losses()
    lines = list(_lines(trace, losses))
    if any(len(each) > LIMIT for each in lines):
        losses.add(f"a line has more than {LIMIT:,} bytes and will not be read again")
    return Written("".join(f"{each}\n" for each in lines), losses.told())


def _lines(trace: Trace, losses: Losses) -> Iterator[str]:
    for log in trace.logs:
        yield line(header_of(log, bool(trace.left_out), losses))
        for event in log.events:
            yield line(_event(event, losses))


def header_of(log: Log, damaged: bool, losses: Losses) -> dict[str, object]:
    header: dict[str, object] = {
        "switchover": VERSION,
        "log": losses.text(log.name),
        "host": losses.text(log.host),
        "source": losses.text(log.source),
        "begins": log.begins,
        "ends": "open" if damaged else log.ends,
    }
    clock: dict[str, object] = {}
    if log.clock is not None:
        clock["domain"] = losses.text(log.clock)
        if log.skew is not None:
            clock["skew_ms"] = milliseconds(log.skew)
    elif log.skew is not None:
        losses.add("a clock's skew is left out: it has no domain")
    others: dict[str, FieldValue] = {}
    for name, value in log.other:
        if name.startswith(CLOCK) and clock:
            clock[losses.text(name.removeprefix(CLOCK))] = losses.value(value)
        else:
            others[name] = value
    if clock:
        header["clock"] = clock
    if log.recorded is not None:
        header["recorded"] = [losses.text(name) for name in log.recorded]
    return header | losses.fields(others, HEADER)


def _event(event: Event, losses: Losses) -> dict[str, object]:
    made: dict[str, object] = {"log": losses.text(event.log), "seq": event.seq}
    if event.time is not None:
        made["ts"] = stamp(event.time)
    made["event"] = losses.text(event.name)
    if event.phase is not None:
        made["phase"] = event.phase
    if event.request is not None:
        made["req"] = losses.text(event.request)
    if event.at != EDGE:
        made["at"] = losses.text(event.at)
    made |= losses.fields(event.fields, TAKEN)
    if event.status != SUCCESS:
        made["status"] = losses.text(event.status)
    return made

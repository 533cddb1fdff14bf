"""One event of the native format read with care: what is wrong with it is told, what can be kept is kept."""

from __future__ import annotations

from checker.trace.event import Event
from checker.trace.readers.common import Ledger, nearest, sanitise
from checker.trace.readers.native_header import Line
from checker.trace.readers.native_json import Damaged, kind_of, scalar
from checker.trace.readers.times import EARLIEST, LATEST, nanoseconds

MEMBERS = ("log", "seq", "ts", "event", "phase", "req", "at", "status")  # every other member is payload
PHASES = ("begin", "end")
EDGE = "edge"
SUCCESS = "SUCCESS"
STATUS_PREFIXES = ("NDIS_STATUS_", "STATUS_")


def plain_status(status: str) -> str:
    """A completion status without the prefix that headers of C give it."""
    for prefix in STATUS_PREFIXES:
        if status.startswith(prefix) and len(status) > len(prefix):
            return status[len(prefix) :]
    return status


def read_event(line: Line, log: str, last: int | None, ledger: Ledger) -> Event:
    """The event on a line, for the log of that name, whose last event so far had the position `last`.

    Raises Damaged where it cannot be an event of that log. A time that is none is complained about, and the event
    is kept without it; so is a payload value that is a list or an object, as its JSON text.
    """
    members = line.members
    name = _text(line, "event", "the event's name", None)
    seq = members.get("seq")
    if seq is None:
        seq = 1 if last is None else last + 1
    if isinstance(seq, bool) or not isinstance(seq, int):
        raise _refused(line, "seq", "a whole number")
    if last is not None and seq <= last:
        message = f"`seq` goes from {last} to {seq}: in a log it increases from event to event"
        raise Damaged(message, line.text, line.at("seq"))
    phase = members.get("phase")
    if phase is not None and phase not in PHASES:
        near = nearest(phase, PHASES) if isinstance(phase, str) else ""
        raise _refused(line, "phase", f'"begin" or "end"{near}')
    request = members.get("req")
    if isinstance(request, bool) or not (request is None or isinstance(request, (str, int))):
        raise _refused(line, "req", "a text or a whole number")
    at = _text(line, "at", "where it was seen: edge, miniport or an extension", EDGE)
    status = _text(line, "status", "the name of a status", SUCCESS)
    for member, value in members.items():
        if isinstance(value, (dict, list)) and member not in MEMBERS:
            message = f"`{sanitise(member, 80)}` holds {kind_of(value)}; it is kept as text"
            ledger.note(f"nested {member}", line.origin, message, line.text, line.at(member))
    return Event(
        log,
        seq,
        name,
        {member: scalar(value) for member, value in members.items() if member not in MEMBERS},
        plain_status(status),
        phase,
        None if request is None else str(request),
        at,
        _time(line, ledger),
        line.origin,
    )


def _text(line: Line, member: str, what: str, default: str | None) -> str:
    value = line.members.get(member)
    if value is None and default is not None:
        return default
    if isinstance(value, str) and value:
        return value
    raise _refused(line, member, what)


def _time(line: Line, ledger: Ledger) -> int | None:
    value = line.members.get("ts")
    message = "expected a time, such as 2026-11-24T08:00:01.250Z, or nanoseconds since 1970"
    if value is None:
        return None
    if isinstance(value, str):
        try:
            return nanoseconds(value)
        except ValueError as error:
            message = str(error)
    elif type(value) is int and EARLIEST <= value <= LATEST:
        return value
    ledger.wrong(line.origin, f"`ts`: {message}; the event is kept without its time", line.text, line.at("ts"))
    return None


def _refused(line: Line, member: str, what: str) -> Damaged:
    found = line.members.get(member)
    shown = f'"{sanitise(found, 40)}"' if isinstance(found, str) else kind_of(found)
    return Damaged(f"`{member}`: expected {what}; found {shown}", line.text, line.at(member))

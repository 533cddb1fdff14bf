"""The header line of a log in the native format."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from checker.trace.event import FieldValue, Log, Origin
from checker.trace.readers.common import Ledger, nearest, sanitise
from checker.trace.readers.native_json import kind_of, place_of, scalar

VERSION = 1
MEMBERS = ("switchover", "log", "host", "source", "begins", "ends", "clock", "recorded")
CHOICES = {"begins": ("empty", "anywhere"), "ends": ("open", "complete")}  # the default first
SOURCE = "oid"


@dataclass(frozen=True, slots=True)
class Line:
    """A line that was decoded: where it stands, its text, its members."""

    origin: Origin
    text: str
    members: dict[str, object]

    def at(self, member: str) -> int:
        """The offset of a member's value, for the caret."""
        return place_of(self.text, member)


def header_name(line: Line, default: str) -> str | None:
    """The name of the log that a header line opens; None where it says something that is no name."""
    name = line.members.get("log", default)
    return name if isinstance(name, str) and name else None


def read_header(line: Line, name: str, ledger: Ledger) -> Log | None:
    """The log that a header line opens, yet without events.

    None, and a complaint, where its version is not ours. Another member that is wrong is complained about, and what
    the format takes for an absent one is taken; a log without a host is on one of its own name.
    """
    version = line.members["switchover"]
    if type(version) is not int or version != VERSION:
        shown = sanitise(str(version), 40)
        message = f"format version {shown} is not known here: expected {VERSION}"
        ledger.wrong(line.origin, message, line.text, line.at("switchover"), records=1)
        return None
    for member in line.members.keys() - set(MEMBERS):
        shown = sanitise(member, 80)
        message = f"`{shown}` is not a member of a header; it is kept and shown{nearest(member, MEMBERS)}"
        ledger.note(f"header {member}", line.origin, message, line.text, line.at(member))
    domain, skew = _clock(line, ledger)
    return Log(
        name,
        host=_text(line, "host", ledger) or name,
        source=_text(line, "source", ledger, SOURCE) or SOURCE,
        events=(),
        begins=_choice(line, "begins", ledger),
        ends=_choice(line, "ends", ledger),
        clock=domain,
        skew=skew,
        recorded=_recorded(line, ledger),
        origin=line.origin,
        other=_other(line),
    )


def _text(line: Line, member: str, ledger: Ledger, default: str | None = None) -> str | None:
    value = line.members.get(member, default)
    if isinstance(value, str) and value:
        return value
    if member not in line.members:
        spelled = nearest(member, line.members)
        ledger.wrong(line.origin, f"expected a member `{member}` in the header{spelled}", line.text)
    else:
        _expected(line, member, "a name in double quotes", ledger)
    return None


def _choice(line: Line, member: str, ledger: Ledger) -> str:
    known = CHOICES[member]
    value = line.members.get(member, known[0])
    if isinstance(value, str) and value in known:
        return value
    near = nearest(value, known) if isinstance(value, str) else ""
    _expected(line, member, " or ".join(f'"{choice}"' for choice in known) + near, ledger)
    return known[0]


def _clock(line: Line, ledger: Ledger) -> tuple[str | None, int | None]:
    clock = line.members.get("clock")
    if clock is None:
        return None, None
    domain = clock.get("domain") if isinstance(clock, dict) else None
    if not isinstance(clock, dict) or not isinstance(domain, str) or not domain:
        _expected(line, "clock", 'an object such as {"domain": "a", "skew_ms": 50}', ledger)
        return None, None
    skew = clock.get("skew_ms")
    if skew is None:
        return domain, None
    if isinstance(skew, bool) or not isinstance(skew, (int, float)) or not 0 <= skew < 1e12 or not isfinite(skew):
        ledger.wrong(line.origin, "expected a number of milliseconds, 0 or more", line.text, line.at("skew_ms"))
        return domain, None
    return domain, round(skew * 10**6)


def _recorded(line: Line, ledger: Ledger) -> tuple[str, ...] | None:
    value = line.members.get("recorded")
    if value is None:
        return None
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return tuple(value)
    _expected(line, "recorded", "a list of names of events", ledger)
    return None


def _other(line: Line) -> tuple[tuple[str, FieldValue], ...]:
    unknown = [(member, scalar(value)) for member, value in line.members.items() if member not in MEMBERS]
    clock = line.members.get("clock")
    if isinstance(clock, dict):
        more = ((member, value) for member, value in clock.items() if member not in ("domain", "skew_ms"))
        unknown.extend((f"clock.{member}", scalar(value)) for member, value in more)
    return tuple(unknown)


def _expected(line: Line, member: str, what: str, ledger: Ledger) -> None:
    found = line.members[member]
    shown = f'"{sanitise(found, 40)}"' if isinstance(found, str) else kind_of(found)
    ledger.wrong(line.origin, f"`{member}`: expected {what}; found {shown}", line.text, line.at(member))

"""Events and log headers of an OCEL 2.0 document, one object of the document at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite

from checker.trace.event import Event, FieldValue, Log, Origin
from checker.trace.readers.common import Ledger, nearest, sanitise
from checker.trace.readers.native_event import EDGE, PHASES, SUCCESS, plain_status
from checker.trace.readers.native_header import CHOICES, SOURCE
from checker.trace.readers.native_json import Damaged, kind_of, scalar
from checker.trace.readers.times import nanoseconds

ABOUT = ("log", "host", "seq", "source", "status", "phase", "req", "at")  # attributes that are no payload
HOSTS = ("host", "computer", "machine", "hostname", "computername", "machinename", "node")
NEVER = 0  # the instant 1970-01-01T00:00:00Z: OCEL wants a time of every event, and this stands for none
MOST_FIELDS = 4096

Members = Mapping[str, object]


def _whole(text: str) -> int:
    if len(text) > 40:
        raise ValueError(text[:40])
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise ValueError(text)
    return value


def _truth(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


# What a text stands for where its type is declared. Each raises ValueError where it stands for no such thing.
_READ: dict[str, Callable[[str], FieldValue]] = {"integer": _whole, "float": _float, "boolean": _truth}


@dataclass(slots=True)
class Known:
    """What the document says of its events' attributes and of its objects: the types that are declared for them."""

    attributes: dict[tuple[str, str], str] = field(default_factory=dict)  # by type of event and name
    objects: dict[str, str] = field(default_factory=dict)

    def declare(self, members: Members) -> None:
        """Takes note of a type of events."""
        kind = members.get("name")
        for each in _listed(members, "attributes"):
            name, written = each.get("name"), each.get("type")
            if isinstance(kind, str) and isinstance(name, str) and isinstance(written, str):
                self.attributes[kind, name] = written

    def add(self, members: Members) -> None:
        """Takes note of an object."""
        name, kind = members.get("id"), members.get("type")
        if isinstance(name, str) and isinstance(kind, str):
            self.objects[name] = kind


@dataclass(frozen=True, slots=True)
class Found:
    """An event that is not yet in a log. `about` is what its attributes say of the record, and not of its payload."""

    name: str
    about: dict[str, FieldValue]
    fields: dict[str, FieldValue]
    time: int | None
    origin: Origin

    @property
    def log(self) -> str:
        return _text(self.about.get("log"))

    @property
    def host(self) -> str:
        return _text(self.about.get("host"))

    @property
    def source(self) -> str:
        return _text(self.about.get("source"))

    @property
    def seq(self) -> int | None:
        seq = self.about.get("seq")
        return seq if isinstance(seq, int) and not isinstance(seq, bool) else None

    def event(self, log: str, seq: int) -> Event:
        """The event, as that of this log at this position."""
        about = self.about
        phase, request = about.get("phase"), about.get("req")
        return Event(
            log,
            seq,
            self.name,
            self.fields,
            plain_status(_text(about.get("status")) or SUCCESS),
            phase if isinstance(phase, str) and phase in PHASES else None,
            None if request is None else str(request),
            _text(about.get("at")) or EDGE,
            self.time,
            self.origin,
        )


def found_of(members: Members, known: Known, origin: Origin, ledger: Ledger) -> Found:
    """The event that an object of the document describes. Raises Damaged where it is none."""
    name = members.get("type")
    if not isinstance(name, str) or not name:
        raise Damaged(f"expected a member `type` with the event's name{nearest('type', members)}", "")
    attributes: dict[str, FieldValue] = {}
    for each in _listed(members, "attributes"):
        if isinstance(each.get("name"), str):
            attributes[str(each["name"])] = _value(each, known.attributes.get((name, str(each["name"]))))
    own = bool(_text(attributes.get("log")))
    about = {key: attributes.pop(key) for key in ABOUT if key in attributes} if own else _host(attributes)
    if own and about.get("phase") not in (None, *PHASES):
        ledger.wrong(
            origin, f"`phase`: expected begin or end; found {sanitise(str(about['phase']), 40)}; it is left out"
        )
    for each in _listed(members, "relationships"):
        _relate(attributes, each, known)
    if len(attributes) > MOST_FIELDS:
        raise Damaged(f"it has more than {MOST_FIELDS:,} fields", "")
    return Found(name, about, attributes, _time(members.get("time"), origin, ledger), origin)


def header_of(members: Members, origin: Origin, ledger: Ledger) -> Log:
    """The log, yet without events, that an object of type `log` describes. Raises Damaged where it has no name."""
    name = _text(members.get("id")).removeprefix("log:")
    said = {str(each.get("name")): scalar(each.get("value")) for each in _listed(members, "attributes")}
    name = _text(said.pop("log", "")) or _text(said.pop("name", "")) or name
    if not name:
        raise Damaged("expected a member `id` with the log's name", "")
    choices = {}
    for key, allowed in CHOICES.items():
        value = said.pop(key, allowed[0])
        if value not in allowed:
            ledger.wrong(origin, f"`{key}`: expected {' or '.join(allowed)}; found {sanitise(str(value), 40)}")
        choices[key] = str(value) if value in allowed else allowed[0]
    host, source, clock = (_text(said.pop(key, "")) for key in ("host", "source", "clock"))
    skew = _skew(said.pop("skew_ms", None), origin, ledger)
    recorded = _text(said.pop("recorded", ""))
    return Log(
        name,
        host or name,
        source or SOURCE,
        (),
        choices["begins"],
        choices["ends"],
        clock or None,
        skew if clock else None,
        tuple(recorded.split(",")) if recorded else None,
        origin,
        tuple(said.items()),
    )


def _skew(value: object, origin: Origin, ledger: Ledger) -> int | None:
    """A bound in milliseconds, as nanoseconds."""
    try:
        skew = float(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else -1.0
    except (ValueError, OverflowError):
        skew = -1.0
    if value is not None and not 0 <= skew < 1e12:
        found = sanitise(str(scalar(value)), 40)
        ledger.wrong(origin, f"`skew_ms`: expected a number of milliseconds, 0 or more; found {found}")
    return round(skew * 10**6) if 0 <= skew < 1e12 else None


def _host(attributes: dict[str, FieldValue]) -> dict[str, FieldValue]:
    """What the attributes of an event of another program say of its host, which is then no payload."""
    name = next((name for host in HOSTS for name in attributes if name.casefold().replace("_", "") == host), None)
    return {"host": attributes.pop(name)} if name is not None and _text(attributes[name]) else {}


def _relate(fields: dict[str, FieldValue], relationship: Members, known: Known) -> None:
    """Adds what a relationship says, unless an attribute of its name has said it."""
    target = relationship.get("objectId")
    if not isinstance(target, str):
        return
    kind = known.objects.get(target, "")
    name = relationship.get("qualifier")
    name = name if isinstance(name, str) and name else kind or "object"
    value = target.removeprefix(f"{kind}:") if kind else target
    if name in ABOUT or kind == "log" or name in fields:
        return
    fields[name] = value


def _value(attribute: Members, declared: str | None) -> FieldValue:
    value = scalar(attribute.get("value"))
    if isinstance(value, str) and declared in _READ:
        try:
            return _READ[declared](value)
        except ValueError:
            return value
    return value


def _time(value: object, origin: Origin, ledger: Ledger) -> int | None:
    if value is None:
        return None
    try:
        time = nanoseconds(value, zone="Z") if isinstance(value, str) else None
        why = f"`time`: expected a time in double quotes; found {kind_of(value)}" if time is None else ""
    except ValueError as error:
        time, why = None, f"`time`: {error}"
    if why:
        ledger.wrong(origin, f"{why}; the event is kept without its time")
    return time if time != NEVER else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _listed(members: Members, name: str) -> Iterator[Members]:
    """The objects in the list that a member holds."""
    value = members.get(name)
    for each in value if isinstance(value, list) else ():
        if isinstance(each, dict):
            yield each

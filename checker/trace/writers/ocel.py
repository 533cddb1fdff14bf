"""Writes object-centric event logs: OCEL 2.0 as JSON.

An event's attributes are what the record says of itself (log, host, seq, source, status, phase, req, at) and its
payload. It is related to an object for each field that names one, with the field's name as qualifier. Each log is an
object of type `log` that holds what its header says. Reading it yields the same logs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from checker.trace.event import Event, FieldValue, Log, Trace
from checker.trace.readers.native_event import EDGE
from checker.trace.readers.ocel_record import ABOUT, NEVER
from checker.trace.sources import text_of
from checker.trace.writers.common import Losses, Written, line, milliseconds, stamp

LOG = "log"
HEADER = ("log", "name", "host", "source", "begins", "ends", "clock", "skew_ms", "recorded")

Json = dict[str, object]


def write(trace: Trace, types: Mapping[str, str] | None = None, local: Collection[str] = ()) -> Written:
    """The trace as an OCEL 2.0 document. `types`: the type of object that a field names. A field in `local` names one
    object on each host, so that the same value on two hosts is two objects.
    """
    losses = Losses()
    made = _Document(losses, dict(types or {}), frozenset(local), bool(trace.left_out))
    for log in trace.logs:
        made.log(log)
    return Written("".join(made.pieces()), losses.told())


class _Document:
    def __init__(self, losses: Losses, types: Mapping[str, str], local: frozenset[str], damaged: bool) -> None:
        self.losses, self.types, self.local, self.damaged = losses, types, local, damaged
        self.events: list[Json] = []
        self.objects: dict[str, Json] = {}
        self.declared: dict[str, dict[str, str]] = {}  # type of value, by type of event and attribute
        self.headers: dict[str, str] = {}

    def log(self, log: Log) -> None:
        name = self.losses.text(log.name)
        about: dict[str, FieldValue] = {
            "log": name,
            "host": self.losses.text(log.host),
            "source": self.losses.text(log.source),
            "begins": log.begins,
            "ends": "open" if self.damaged else log.ends,
        }
        if log.clock is not None:
            about["clock"] = self.losses.text(log.clock)
            if log.skew is not None:
                about["skew_ms"] = milliseconds(log.skew)
        elif log.skew is not None:
            self.losses.add("a clock's skew is left out: it has no domain")
        if log.recorded is not None:
            if not log.recorded or any("," in each or not each for each in log.recorded):
                self.losses.add("the names of the events that a log records are left out: they are no list of words")
            else:
                about["recorded"] = ",".join(self.losses.text(each) for each in log.recorded)
        about |= self.losses.fields(dict(log.other), HEADER)
        for key, value in about.items():
            self.headers[key] = _joined(self.headers.get(key), value)
        attributes = [{"name": key, "value": value, "time": stamp(NEVER)} for key, value in about.items()]
        self.objects[f"{LOG}:{name}"] = {"id": f"{LOG}:{name}", "type": LOG, "attributes": attributes}
        for event in log.events:
            self.event(log, event)

    def event(self, log: Log, event: Event) -> None:
        kind = self.losses.text(event.name)
        attributes = self._about(log, event) | self.losses.fields(event.fields, ABOUT)
        declared = self.declared.setdefault(kind, {})
        for key, value in attributes.items():
            declared[key] = _joined(declared.get(key), value)
        if event.time == NEVER:
            self.losses.add("a time of 1970-01-01T00:00:00Z is left out: here it stands for no time")
        self.events.append(
            {
                "id": f"{log.name}/{event.seq}",
                "type": kind,
                "time": stamp(NEVER if event.time is None else event.time),
                "attributes": [{"name": key, "value": value} for key, value in attributes.items()],
                "relationships": [
                    {"objectId": f"{LOG}:{self.losses.text(log.name)}", "qualifier": LOG},
                    *self._related(log, event),
                ],
            }
        )

    def _about(self, log: Log, event: Event) -> dict[str, FieldValue]:
        text = self.losses.text
        made: dict[str, FieldValue] = {"log": text(log.name), "host": text(log.host), "seq": event.seq}
        made |= {"source": text(log.source), "status": text(event.status)}
        if event.phase is not None:
            made["phase"] = event.phase
        if event.request is not None:
            made["req"] = text(event.request)
        if event.at != EDGE:
            made["at"] = text(event.at)
        return made

    def _related(self, log: Log, event: Event) -> Iterator[Json]:
        for name, value in event.fields.items():
            kind, said = self.types.get(name), text_of(value)
            if kind is None or said is None:
                continue
            where = f"{log.host}/" if name in self.local else ""
            key = self.losses.text(f"{kind}:{where}{said}")
            self.objects.setdefault(key, {"id": key, "type": kind, "attributes": []})
            yield {"objectId": key, "qualifier": self.losses.text(name)}

    def pieces(self) -> Iterator[str]:
        """The document: one line for each object and event."""
        kinds = dict.fromkeys(str(each["type"]) for each in self.objects.values())
        object_types: list[Json] = [
            {"name": kind, "attributes": _declared(self.headers) if kind == LOG else []} for kind in kinds
        ]
        event_types: list[Json] = [
            {"name": kind, "attributes": _declared(types)} for kind, types in self.declared.items()
        ]
        lists: tuple[tuple[str, list[Json]], ...] = (
            ("objectTypes", object_types),
            ("eventTypes", event_types),
            ("objects", list(self.objects.values())),
            ("events", self.events),
        )
        for place, (name, members) in enumerate(lists):
            yield f'{"," if place else "{"}\n"{name}": [\n'
            yield ",\n".join(map(line, members))
            yield "\n]"
        yield "\n}\n"


def _declared(types: Mapping[str, str]) -> list[Json]:
    return [{"name": name, "type": type_} for name, type_ in types.items()]


def _joined(before: str | None, value: FieldValue) -> str:
    """The type that fits all values so far, and this one."""
    if value is None:
        return before or "string"
    match value:
        case bool():
            here = "boolean"
        case int():
            here = "integer"
        case float():
            here = "float"
        case _:
            here = "string"
    return here if before in (None, here) else "string"

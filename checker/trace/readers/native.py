"""Reads the native trace format, version 1: JSON lines, a header for each log before its first event."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace

from msgspec import MsgspecError
from msgspec.json import Decoder

from checker.trace.event import Event, FieldValue, Log, Origin
from checker.trace.readers.common import MANY, Input, Ledger, Reading, nearest, sanitise
from checker.trace.readers.encodings import Utf8, marked
from checker.trace.readers.lines import LIMIT, Lines, TooLong, lines_of
from checker.trace.readers.native_event import EDGE, PHASES, SUCCESS, read_event
from checker.trace.readers.native_header import Line, header_name, read_header
from checker.trace.readers.native_json import Damaged, members_of
from checker.trace.readers.times import EARLIEST, LATEST, time_reader


def read(source: Input) -> Reading:
    """The logs of one file."""
    reader = NativeReader(source.name, Ledger(source.shown))
    encoding = marked(source.head)
    for part in lines_of(source.file if encoding is None else Utf8(source.file, encoding)):
        match part:
            case TooLong(number, length, start):
                message = f"the line has {length:,} bytes: more than {LIMIT:,} are not read as a record"
                text = start.decode("utf-8", "backslashreplace") + "…"
                reader.ledger.wrong(reader.ledger.origin(number), message, text, records=1)
            case Lines():
                reader.lines(part)
    return reader.reading()


# A frozen dataclass sets its fields through `object.__setattr__`, by name: a third of the whole time of reading. These
# set the same slots directly. Where Event or Origin gets another field, unpacking fails as this module is loaded.
_log, _seq, _name, _fields, _status, _phase, _request, _at, _time, _origin = (
    getattr(Event, slot.name).__set__ for slot in fields(Event)
)
_file, _place, _unit = (getattr(Origin, slot.name).__set__ for slot in fields(Origin))

_BEFORE_ALL = -(1 << 63)
_OTHERS = "\0"  # no log can have this name in a message; it stands for all the strays that are not told one by one


@dataclass(slots=True)
class Shelf:
    """A log while it is read."""

    log: Log
    events: list[Event] = field(default_factory=list)
    last: int = _BEFORE_ALL


@dataclass(slots=True)
class _Stray:
    """Events that are left out because their log has no usable header before them."""

    first: Line
    why: str
    count: int = 0


class NativeReader:
    def __init__(self, name: str, ledger: Ledger) -> None:
        self.name = name
        self.ledger = ledger
        self.decode = Decoder(dict[str, FieldValue]).decode
        self.time = time_reader()
        self.names: dict[object, str] = {}  # event names and statuses met so far, with what they are read as
        self.statuses: dict[object, str] = {}
        self.shelves: dict[object, Shelf] = {}  # by name; under None the file's only log, while there is only one
        self.refused: dict[str, Origin] = {}  # logs whose header is unusable
        self.strays: dict[str | None, _Stray] = {}

    def lines(self, part: Lines) -> None:
        """Each line, quickly where it is as most lines are, else with care."""
        # Where no white space stands before a colon, a line without repeated members has exactly as many `":` as
        # members, or more, if texts contain some; more goes the careful way, so repetition never passes unseen.
        tidy = not (b" :" in part.text or b"\t:" in part.text or b"\r:" in part.text)
        decode, find, names, statuses, time_of = self.decode, self.shelves.get, self.names, self.statuses, self.time
        file, empty = self.ledger.file, object.__new__
        for number, line in enumerate(part.lines, part.first):
            try:
                members = decode(line)
                if tidy and line.count(b'":') == len(members):
                    pop = members.pop
                    name, status = names.get(pop("event", None)), statuses.get(pop("status", SUCCESS))
                    shelf, seq, time = find(pop("log", None)), pop("seq", None), pop("ts", None)
                    at, phase, request = pop("at", EDGE), pop("phase", None), pop("req", None)
                    if seq is None and shelf is not None:
                        seq = shelf.last + 1 if shelf.events else 1
                    if type(time) is str:
                        time = time_of(time)
                    if (
                        (name is not None and status is not None and shelf is not None and "switchover" not in members)
                        and (type(seq) is int and seq > shelf.last)
                        and (time is None or (type(time) is int and EARLIEST <= time <= LATEST))
                        and (phase is None or phase in PHASES)
                        and (request is None or type(request) is str)
                        and (type(at) is str and at)
                    ):
                        shelf.last = seq
                        origin = empty(Origin)
                        _file(origin, file), _place(origin, number), _unit(origin, "line")
                        event = empty(Event)
                        _log(event, shelf.log.name), _seq(event, seq), _name(event, name), _fields(event, members)
                        _status(event, status), _phase(event, phase), _request(event, request), _at(event, at)
                        _time(event, time), _origin(event, origin)
                        shelf.events.append(event)
                        continue
            except (MsgspecError, ValueError, RecursionError):
                pass  # told below, by the careful way, which reads the line again
            if line and not line.isspace():
                self.careful(line, number)

    def careful(self, line: bytes, number: int) -> None:
        """A line that is a header, or wrong, or unusual."""
        origin = self.ledger.origin(number)
        try:
            text, members = members_of(line)
            self.record(Line(origin, text, members))
        except Damaged as damaged:
            self.ledger.wrong(origin, damaged.message, damaged.text, damaged.at, records=1)

    def record(self, line: Line) -> None:
        """A header or an event. Raises Damaged where the line is neither, or cannot be taken."""
        if "switchover" in line.members:
            self.header(line)
        elif "event" in line.members:
            shelf = self.shelf_of(line)
            if shelf is not None:
                last = shelf.last if shelf.events else None
                event = read_event(line, shelf.log.name, last, self.ledger)
                if len(self.names) + len(self.statuses) < 1000:
                    self.names[event.name] = event.name
                    self.statuses[line.members.get("status", SUCCESS)] = event.status
                shelf.last = event.seq
                shelf.events.append(event)
        else:
            near = nearest("event", line.members) or nearest("switchover", line.members)
            raise Damaged(f"expected a member `event`, or `switchover` in a header{near}", line.text)

    def header(self, line: Line) -> None:
        name = header_name(line, self.name)
        if name is None:
            raise Damaged("`log`: expected the log's name in double quotes", line.text, line.at("log"))
        if name in self.shelves:
            first = self.shelves[name].log.origin
            raise Damaged(f"log `{sanitise(name, 80)}` has its header already, at {first}", line.text, line.at("log"))
        log = read_header(line, name, self.ledger)
        self.shelves.pop(None, None)
        if log is None:
            self.refused[name] = line.origin
            return
        self.shelves[name] = Shelf(log)
        if len(self.shelves) == 1 and not self.refused:
            self.shelves[None] = self.shelves[name]

    def shelf_of(self, line: Line) -> Shelf | None:
        """The log an event belongs to; None, and the event is counted as left out, where there is none."""
        name = line.members.get("log")
        if not (name is None or isinstance(name, str)):
            raise Damaged("`log`: expected the log's name in double quotes", line.text, line.at("log"))
        shelf = self.shelves.get(name)
        if shelf is None:
            key = name if name in self.strays or len(self.strays) < MANY - 1 else _OTHERS
            stray = self.strays.setdefault(key, _Stray(line, self.why_stray(name)))
            stray.count += 1
            self.ledger.left_out += 1
        return shelf

    def why_stray(self, name: str | None) -> str:
        named = f"log `{sanitise(name, 80)}`" if name is not None else "its log"
        known = [log for log in self.shelves if isinstance(log, str)]
        if name is None and len(known) + len(self.refused) > 1:
            return "the file holds several logs: expected a member `log` that says which"
        refused = self.refused.get(name) if name is not None else next(iter(self.refused.values()), None)
        if refused is not None:
            return f"the header of {named}, at {refused}, is unusable"
        if not known:
            return f'{named} has no header before it, such as {{"switchover": 1, "log": "a", "host": "A"}}'
        return f"{named} has no header before it{nearest(name or '', known)}"

    def reading(self) -> Reading:
        for stray in self.strays.values():
            line, at = stray.first, stray.first.at("log")
            less = "this event is" if stray.count == 1 else f"this event and {stray.count - 1:,} more are"
            self.ledger.wrong(line.origin, f"{stray.why}; {less} left out", line.text, at)
        if not (self.shelves or self.refused or self.ledger.left_out):
            self.ledger.wrong(self.ledger.origin(1), "there is no record in the file: expected JSON lines")
        shelves = {id(shelf): shelf for shelf in self.shelves.values()}.values()
        logs = tuple(replace(shelf.log, events=tuple(shelf.events)) for shelf in shelves)
        return Reading(logs, self.ledger.complaints(), self.ledger.left_out)

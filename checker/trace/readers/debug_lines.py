"""Reads debug-print lines of drivers as a capture tool saved them: each line of a known shape is one event.

The event's name is the function's. Where a function begins and ends, the two lines are the begin and the end of one
request; the end also has the values of its begin, and those of the calls made in between that it has none of its own
for. A value stays as it is written, since the lines do not say which are hexadecimal. Only `status` is read: as a
hexadecimal number, where 0 is success.

What the lines do not carry is said in notes: the host, a date, and in most captures the thread.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from checker.trace.event import Event, FieldValue, Log
from checker.trace.readers.common import Input, Ledger, Reading, sanitise
from checker.trace.readers.debug_shapes import Printed, Shape, printed
from checker.trace.readers.encodings import Utf8, marked
from checker.trace.readers.lines import Lines, TooLong, lines_of
from checker.trace.readers.native_event import SUCCESS

BEGIN, END = "begin", "end"
STATUS = "status"
# A capture starts while the driver runs, and more may follow.
BEGINS, ENDS = "anywhere", "open"
DEEPEST = 1000  # calls that wait for their end; more are no nesting, but ends that were not captured


def read(source: Input) -> Reading:
    """The logs of one file: one for each shape of lines in it."""
    stem = source.name.rpartition(".")[0] or source.name
    reader = _Reader(stem, Ledger(source.shown))
    encoding = marked(source.head)
    for part in lines_of(source.file if encoding is None else Utf8(source.file, encoding)):
        match part:
            case TooLong(number, length, start):
                message = f"the line has {length:,} bytes: no debug line is so long"
                text = start.decode("utf-8", "backslashreplace") + "…"
                reader.ledger.wrong(reader.ledger.origin(number), message, text, records=1)
            case Lines():
                for number, line in enumerate(part.lines, part.first):
                    reader.line(number, line.decode("utf-8", "replace"))
    return reader.reading()


@dataclass(slots=True)
class _Call:
    """A function that has begun and not ended. `inner` is what calls made in it said."""

    function: str
    request: str
    values: dict[str, FieldValue]
    inner: dict[str, FieldValue] = field(default_factory=dict)


@dataclass(slots=True)
class _Shelf:
    """The events of one shape, the open calls of each thread, and the end that was read last."""

    events: list[Event] = field(default_factory=list)
    calls: dict[str, list[_Call]] = field(default_factory=dict)
    ended: dict[str, int] = field(
        default_factory=dict
    )  # for each thread, the place of its last event if that is an end
    requests: int = 0


class _Reader:
    def __init__(self, stem: str, ledger: Ledger) -> None:
        self.stem, self.ledger = stem, ledger
        self.shelves: dict[Shape, _Shelf] = {}
        self.others = 0

    def line(self, number: int, text: str) -> None:
        said = printed(text)
        if said is None:
            self.others += bool(text.strip())
            return
        shelf = self.shelves.setdefault(said.shape, _Shelf())
        values: dict[str, FieldValue] = {key: value for key, value in said.values if key != STATUS}
        status = _status(dict(said.values).get(STATUS))
        match said.phase:
            case "begin":
                self.begin(shelf, said, number, values)
            case "end":
                self.end(shelf, said, number, values, status)
            case _:
                calls = shelf.calls.get(said.thread, [])
                shelf.ended.pop(said.thread, None)
                self.add(shelf, said, number, _within(calls) | values, None, status)

    def begin(self, shelf: _Shelf, said: Printed, number: int, values: dict[str, FieldValue]) -> None:
        calls = shelf.calls.setdefault(said.thread, [])
        shelf.requests += 1
        shelf.ended.pop(said.thread, None)
        self.add(shelf, said, number, _within(calls) | values, str(shelf.requests), None)
        calls.append(_Call(said.function, str(shelf.requests), values))
        if len(calls) > DEEPEST:
            del calls[0]

    def end(self, shelf: _Shelf, said: Printed, number: int, values: dict[str, FieldValue], status: str | None) -> None:
        calls = shelf.calls.setdefault(said.thread, [])
        at = next((at for at in reversed(range(len(calls))) if calls[at].function == said.function), None)
        before = shelf.ended.get(said.thread)
        if at is None and before is not None and shelf.events[before].name == said.function:
            # Some functions print their end in two lines.
            told = shelf.events[before]
            fields = {**told.fields, **values}
            shelf.events[before] = replace(told, fields=fields, status=status or told.status)
            return
        if at is None:
            message = (
                f"`{sanitise(said.function, 80)}` ends and no line here says that it began: what it was about is lost"
            )
            self.ledger.note("no begin", self.ledger.origin(number), message)
            self.add(shelf, said, number, _within(calls) | values, None, status)
            shelf.ended[said.thread] = len(shelf.events) - 1
            return
        if at != len(calls) - 1:
            ended, later = sanitise(said.function, 80), sanitise(calls[-1].function, 80)
            message = (
                f"`{ended}` ends while a later call, `{later}`, is open: which end belongs to which begin is taken "
                "from the names of the functions"
            )
            self.ledger.note("overlap", self.ledger.origin(number), message)
        call = calls.pop(at)
        fields = {**call.inner, **call.values, **values}
        for open_call in calls[max(at - 1, 0) : at]:
            for key, value in fields.items():
                open_call.inner.setdefault(key, value)
        self.add(shelf, said, number, _within(calls[:at]) | fields, call.request, status)
        shelf.ended[said.thread] = len(shelf.events) - 1

    def add(
        self,
        shelf: _Shelf,
        said: Printed,
        number: int,
        values: dict[str, FieldValue],
        request: str | None,
        status: str | None,
    ) -> None:
        fields: dict[str, FieldValue] = {**values, "text": said.text, **dict(said.capture)}
        if said.line is not None:
            fields["line"] = said.line
        origin = self.ledger.origin(number)
        seq = len(shelf.events) + 1
        shelf.events.append(
            Event(self.stem, seq, said.function, fields, status or SUCCESS, said.phase, request, origin=origin)
        )

    def reading(self) -> Reading:
        file = self.ledger.origin(0, "file")
        if not self.shelves:
            self.ledger.wrong(file, "no line has the shape `FUNCTION:LINE TEXT`, `===>FUNCTION` or `<===FUNCTION`")
        else:
            shown = sanitise(self.stem, 80)
            message = (
                f"debug lines name no host and no date: the host is called `{shown}`, after the file, and no time is "
                "known; another log of that host must use the same name to be read with this one"
            )
            self.ledger.note("host", file, message)
        if self.others:
            lines = "1 line has" if self.others == 1 else f"{self.others:,} lines have"
            self.ledger.note(
                "others", file, f"{lines} another shape, as other drivers print them, and nothing is read there"
            )
        logs = tuple(self.log(shape, shelf) for shape, shelf in self.shelves.items())
        return Reading(logs, self.ledger.complaints(), self.ledger.left_out)

    def log(self, shape: Shape, shelf: _Shelf) -> Log:
        name, events = self.stem, tuple(shelf.events)
        if len(self.shelves) > 1:
            name = f"{self.stem}/{shape.value.rpartition(' ')[2]}"
            events = tuple(replace(event, log=name) for event in events)
        return Log(name, self.stem, shape.value, events, BEGINS, ENDS, origin=events[0].origin)


def _within(calls: list[_Call]) -> dict[str, FieldValue]:
    return {"within": calls[-1].function} if calls else {}


def _status(text: str | None) -> str | None:
    """A status as its number, eight digits; success for 0; the text where it is no number."""
    if text is None:
        return None
    try:
        number = int(text, 16)
    except ValueError:
        return text
    return f"0x{number & 0xFFFFFFFF:08X}" if number else SUCCESS

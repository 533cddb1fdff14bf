"""How a person names one event of a trace: FILE:LINE, LOG:SEQ, or its running number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from checker.language.nearest import nearest
from checker.trace.event import Event, Trace
from checker.trace.readers.common import sanitise

NEAR = 3  # addresses that are told where one is wrong


class NoSuchEvent(Exception):
    """No event has the address, or several have it. `help` says which there are."""

    def __init__(self, message: str, help_: str) -> None:
        super().__init__(message)
        self.help = help_


@dataclass(frozen=True, slots=True)
class Numbered:
    """An event with its running number: files in the order they were read, in each by line or record, from 1."""

    number: int
    event: Event


def numbered(trace: Trace) -> tuple[Numbered, ...]:
    """Every event of the trace with its running number."""
    events = [event for log in trace.logs for event in log.events]
    files = {file: at for at, file in enumerate(dict.fromkeys(event.origin.file for event in events))}
    events.sort(key=lambda event: (files[event.origin.file], event.origin.place))
    return tuple(Numbered(number, event) for number, event in enumerate(events, 1))


def find(trace: Trace, address: str, log: str | None = None) -> Numbered:
    """The event of that address; with a log, the address is the event's `seq` in it. Raises NoSuchEvent."""
    events = numbered(trace)
    if not events:
        raise NoSuchEvent("the recording has no events", "give a recording that has some")
    if log is not None:
        return _in_log(events, log, address)
    if address.isdecimal():
        return _by_number(events, int(address))
    head, colon, tail = address.rpartition(":")
    if not colon or not tail.strip().isdecimal():
        raise NoSuchEvent(
            f"{_said(address)} is no address of an event",
            f"write FILE:LINE, LOG:SEQ, or a number from 1 to {len(events)}, such as {_address(events[0])}",
        )
    files = [each for each in events if _is_file(each.event.origin.file, head)]
    return _by_place(files, head, int(tail)) if files else _in_log(events, head, tail.strip())


def _by_number(events: tuple[Numbered, ...], number: int) -> Numbered:
    if not 1 <= number <= len(events):
        near = events[-1] if number > 0 else events[0]
        raise NoSuchEvent(
            f"there is no event {number}", f"there are {len(events)}; the nearest is {near.number}, {_address(near)}"
        )
    return events[number - 1]


def _by_place(events: list[Numbered], file: str, place: int) -> Numbered:
    found = [each for each in events if each.event.origin.place == place]
    if len(found) > 1:
        files = sorted({each.event.origin.file for each in found})
        if len(files) > 1:
            raise NoSuchEvent(f"several files are called {_said(file)}", f"say which: {', '.join(map(_said, files))}")
        raise NoSuchEvent(
            f"several events are at {_said(file)}:{place}", f"name one of them: {_listed(found, by_log=True)}"
        )
    if not found:
        near = sorted(events, key=lambda each: abs(each.event.origin.place - place))[:NEAR]
        raise NoSuchEvent(f"no event is at {_said(file)}:{place}", f"nearest: {_listed(near)}")
    return found[0]


def _in_log(events: tuple[Numbered, ...], log: str, seq: str) -> Numbered:
    names = tuple(dict.fromkeys(each.event.log for each in events))
    if log not in names:
        files = tuple(dict.fromkeys(each.event.origin.file.rpartition("/")[2] for each in events))
        near = nearest(log, (*names, *files))
        hint = f"nearest: {_said(near)}" if near else f"logs: {', '.join(map(_said, names))}"
        raise NoSuchEvent(f"no log or file of the recording is called {_said(log)}", hint)
    if not seq.isdecimal():
        raise NoSuchEvent(
            f"{_said(seq)} is no place in a log", f"write its number, such as {_listed(events[:1], True)}"
        )
    here = [each for each in events if each.event.log == log]
    found = next((each for each in here if each.event.seq == int(seq)), None)
    if found is None:
        near_by = sorted(here, key=lambda each: abs(each.event.seq - int(seq)))[:NEAR]
        raise NoSuchEvent(f"log {_said(log)} has no event {seq}", f"nearest: {_listed(near_by, by_log=True)}")
    return found


def _is_file(file: str, asked: str) -> bool:
    return file == asked or file.endswith(("/" + asked.lstrip("./"), "\\" + asked))


def _listed(events: Iterable[Numbered], by_log: bool = False) -> str:
    return ", ".join(_each(events, by_log))


def _each(events: Iterable[Numbered], by_log: bool) -> Iterator[str]:
    for each in events:
        where = f"{_said(each.event.log)}:{each.event.seq}" if by_log else _address(each)
        yield f"{where} {_said(each.event.name)}"


def _address(each: Numbered) -> str:
    origin = each.event.origin
    return f"{_said(origin.file)}:{origin.place}"


def _said(text: str) -> str:
    return sanitise(text, 120)

"""Reads object-centric event logs, OCEL 2.0 as JSON.

A file that this project wrote comes back as it was: its events have attributes `log` and `seq`, and each log is an
object of type `log` that holds what its header says. Any other file is read as one log for each host that its events
name, in the order of their times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from checker.trace.event import Event, Log, Origin
from checker.trace.readers.common import Input, Ledger, Reading, sanitise
from checker.trace.readers.encodings import Utf8, marked
from checker.trace.readers.json_pieces import Junk, Piece, pieces_of
from checker.trace.readers.native_header import SOURCE
from checker.trace.readers.native_json import Damaged, members_of, quick_members
from checker.trace.readers.ocel_record import HOSTS, Found, Known, Members, found_of, header_of
from checker.trace.readers.windows import BEGINS, ENDS
from checker.trace.readers.windows_record import host_of_file

SECTIONS = ("objectTypes", "eventTypes", "objects", "events")
_START = re.compile(r'\{\s*"(?:[^"\\]|\\.)*"\s*:')
_NAMED = re.compile(r'"(?:objectTypes|eventTypes|ocel:[a-z-]+)"\s*:')
_LISTS = re.compile(r'\{\s*"(?:objects|events)"\s*:\s*\[')
_OLD = re.compile(r'"ocel:[a-z-]+"\s*:')


def read(source: Input) -> Reading:
    """The logs of one file."""
    ledger = Ledger(source.shown)
    encoding = marked(source.head) or "utf-8"
    if _OLD.search(source.head.decode(encoding, "ignore")):
        ledger.wrong(ledger.origin(1), "this is OCEL 1.0: convert it to OCEL 2.0 first")
        return Reading((), ledger.complaints())
    reader = _Reader(ledger, host_of_file(source.name))
    for piece in pieces_of(Utf8(source.file, encoding), rooted=True):
        reader.receive(piece)
    logs = tuple(reader.logs())
    if not logs and not ledger.left_out:
        ledger.wrong(ledger.origin(1), "there is no event in the file: expected a list `events`")
    return Reading(logs, ledger.complaints(), ledger.left_out)


def starts(text: str) -> bool:
    """Whether a text begins as such a document does."""
    return bool(_LISTS.match(text) or (_START.match(text) and _NAMED.search(text)))


@dataclass(slots=True)
class _Reader:
    ledger: Ledger
    name: str  # of a log that has no other
    known: Known = field(default_factory=Known)
    # What is declared may stand after what it is declared for, so events are looked at when all is known.
    events: list[tuple[bytes, Origin]] = field(default_factory=list)
    headers: dict[str, Log] = field(default_factory=dict)

    def receive(self, piece: Piece | Junk) -> None:
        """One object of one of the document's lists."""
        origin = self.ledger.origin(piece.line)
        match piece:
            case Junk():
                shown = piece.text.decode("utf-8", "replace").partition("\n")[0]
                self.ledger.wrong(origin, piece.why, shown, records=1)
            case Piece() if piece.section in SECTIONS:
                try:
                    self.member(piece.section, piece.members(), piece.text, origin)
                except Damaged as damaged:
                    start = damaged.text.rfind("\n", 0, damaged.at) + 1
                    where = self.ledger.origin(piece.line + damaged.text.count("\n", 0, damaged.at))
                    message = f"the record that begins in line {piece.line} is left out: {damaged.message}"
                    shown = damaged.text[start:].partition("\n")[0]
                    self.ledger.wrong(where, message, shown, damaged.at - start, records=1)
            case Piece():
                name = sanitise(piece.section or "", 80)
                self.ledger.note(f"section {name}", origin, f"`{name}` is no part of OCEL 2.0; it is passed over")

    def member(self, section: str, members: Members, text: bytes, origin: Origin) -> None:
        """Raises Damaged."""
        match section:
            case "events":
                self.events.append((text, origin))  # as text they take a fifth of the memory
            case "eventTypes":
                self.known.declare(members)
            case "objects":
                self.known.add(members)
                if members.get("type") == "log":
                    log = header_of(members, origin, self.ledger)
                    if log.name in self.headers:
                        first = self.headers[log.name].origin
                        raise Damaged(f"log `{sanitise(log.name, 80)}` has its header already, at {first}", "")
                    self.headers[log.name] = log
            case _:
                pass  # the types of objects say nothing that is asked for

    def found(self) -> Iterator[Found]:
        for text, origin in self.events:
            try:
                members = quick_members(text) or members_of(text)[1]
                yield found_of(members, self.known, origin, self.ledger)
            except Damaged as damaged:
                self.ledger.wrong(origin, f"the event is left out: {damaged.message}", records=1)

    def logs(self) -> Iterator[Log]:
        """The logs of all that was taken."""
        own: dict[str, list[Found]] = {name: [] for name in self.headers}
        foreign: dict[str, list[Found]] = {}
        for found in self.found():
            logs, key = (own, found.log) if found.log else (foreign, found.host)
            logs.setdefault(key, []).append(found)
        for name, mine in own.items():
            yield self.own_log(name, mine)
        for host, others in foreign.items():
            name = host or self.name
            yield self.foreign_log(f"{name}/{self.name}" if name in own else name, host, others)

    def own_log(self, name: str, found: list[Found]) -> Log:
        """A log that has a name, in the order that its events say."""
        log = self.headers.get(name)
        if log is None:
            first = found[0]
            message = f"log `{sanitise(name, 80)}` has no object of type `log`: what its header says is not known"
            self.ledger.note(f"header {name}", first.origin, message)
            log = Log(name, first.host or name, first.source or SOURCE, (), BEGINS, ENDS, origin=first.origin)
        placed: dict[int, Event] = {}
        for place, each in enumerate(found, 1):
            seq = place if each.seq is None else each.seq
            if seq in placed:
                message = f"position {seq} of log `{sanitise(name, 80)}` is taken by the event at {placed[seq].origin}"
                self.ledger.wrong(each.origin, f"{message}; this one is left out", records=1)
            else:
                placed[seq] = each.event(name, seq)
        return replace(log, events=tuple(placed[seq] for seq in sorted(placed)))

    def foreign_log(self, name: str, host: str, found: list[Found]) -> Log:
        """What a file of another program says of one host, or of all together where it names none."""
        first = found[0]
        if host:
            message = "the events name no log: those of each host are read as one log, in the order of their times"
        else:
            named = ", ".join(f"`{each}`" for each in HOSTS[:3])
            shown = sanitise(name, 80)
            message = (
                f"the events name neither a log nor a host (as {named} or so): they are read as one log, `{shown}`"
            )
        self.ledger.note("hosts" if host else "no host", first.origin, message)
        # Events of one time stay in the order of the file, and an event without a time stays with the one before it.
        last, keyed = first.time or 0, []
        for each in found:
            last = last if each.time is None else each.time
            keyed.append((last, each))
        ordered = [each for _, each in sorted(keyed, key=lambda pair: pair[0])]
        events = tuple(each.event(name, seq) for seq, each in enumerate(ordered, 1))
        return Log(name, host or name, SOURCE, events, BEGINS, ENDS, origin=first.origin)

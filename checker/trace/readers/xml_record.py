"""Builds event records from the elements of an XML export, as a parser reports them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from xml.parsers import expat

from checker.trace.event import Origin
from checker.trace.readers.common import Ledger
from checker.trace.readers.windows import PROVIDER_NAMES, Fields, Record, event_name, instant, record_number

NAMESPACE = "http://schemas.microsoft.com/win/2004/08/events/event"
DEEPEST = 64
LARGEST = 1 << 20  # letters of text in one record; Windows itself stops at 64 KiB
MOST_FIELDS = 4096

_T = TypeVar("_T")

# What is read of System: of an element the first of these attributes that it has, or else its text.
_SYSTEM: dict[str, tuple[str, ...]] = {
    "Provider": PROVIDER_NAMES,
    "TimeCreated": ("SystemTime",),
    "EventID": (),
    "EventRecordID": (),
    "Channel": (),
    "Computer": (),
}
_READ = ("System", "EventData", "UserData")  # other parts of a record repeat it in some language


class Broken(Exception):
    """The elements do not make up a record.

    `index` is the byte the parser was at (once a handler has raised, it runs on to the end of what it was given).
    `again` is set where the next record begins right there.
    """

    def __init__(self, message: str, index: int, *, again: bool = False) -> None:
        super().__init__(message)
        self.index = index
        self.again = again


class RecordBuilder:
    """Takes the parser's calls; finished records are in `finished`. `here` tells the place the parser is at."""

    def __init__(self, ledger: Ledger, here: Callable[[], Origin]) -> None:
        self.ledger = ledger
        self.here = here
        self.finished: list[Record] = []
        self.outer: list[str] = []  # the open elements around records
        self.root = ""
        self.seen = 0
        self.abandon()

    @property
    def open(self) -> bool:
        """A record has begun and not ended."""
        return bool(self.path)

    def attach(self, parser: expat.XMLParserType) -> None:
        """Has the parser call this builder."""
        self.parser = parser
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.characters

    def broken(self, message: str, *, again: bool = False) -> Broken:
        return Broken(message, self.parser.CurrentByteIndex, again=again)

    def taken(self) -> list[Record]:
        """The finished records, which are then no longer here."""
        records, self.finished = self.finished, []
        return records

    def abandon(self) -> None:
        """Forgets the record at hand."""
        self.path: list[str] = []
        self.part = ""
        self.began: Origin | None = None
        self.system: dict[str, str] = {}
        self.places: dict[str, Origin] = {}
        self.data_name = ""
        self.fields = Fields()
        self.text: list[str] = []
        self.size = 0
        self.key: str | None = None
        self.unnamed = 0
        self.leaf = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2] if ":" in name else name
        depth = len(self.path)
        if depth == 0:
            self.around(name, local)
            return
        # Inside UserData an element of any name may stand; elsewhere a second Event means that the first lost its end.
        if local == "Event" and (self.part != "UserData" or attributes.get("xmlns") == NAMESPACE):
            raise self.broken("another record begins inside it", again=True)
        self.path.append(local)
        self.text.clear()
        self.leaf = True
        if depth == 1:
            self.part = local
            if local == "EventData":
                self.data_name = attributes.get("Name", "")
        elif depth == 2:
            if self.part == "EventData":
                self.key = attributes.get("Name") or (None if local == "Data" else local)
            elif self.part == "System" and local in _SYSTEM:
                self.places[local] = self.here()
                self.system[local] = next((attributes[key] for key in _SYSTEM[local] if attributes.get(key)), "")
        elif depth > DEEPEST:
            raise self.broken("elements are nested too deeply")

    def around(self, name: str, local: str) -> None:
        """An element begins that is a record, or holds records."""
        if local == "Event":
            self.began = self.here()
            self.path.append(local)
        elif len(self.outer) >= DEEPEST:
            raise self.broken("elements are nested too deeply")
        else:
            self.root = self.root or local
            self.outer.append(name)

    def characters(self, text: str) -> None:
        if self.part in _READ and len(self.path) > 2:
            self.size += len(text)
            if self.size > LARGEST:
                raise self.broken(f"it has more than {LARGEST:,} letters")
            if "\ufffd" in text:
                self.ledger.note("encoding", self.here(), "some letters are not in the encoding of the file")
            self.text.append(text)

    def end(self, _: str) -> None:
        if not self.path:
            if self.outer:
                self.outer.pop()
            return
        local = self.path.pop()
        depth = len(self.path)
        if depth >= 2:
            if self.part == "EventData":
                if depth == 2:
                    self.unnamed += self.key is None
                    self.add(self.key or f"Data{self.unnamed}")
            elif self.part == "System":
                if depth == 2 and local in _SYSTEM and not _SYSTEM[local]:
                    self.system[local] = "".join(self.text).strip()
            elif self.part == "UserData" and self.leaf:
                self.add(local)
            self.leaf = False
            self.text.clear()
        elif depth == 1:
            self.part = ""
        else:
            self.finish()

    def add(self, name: str) -> None:
        if len(self.fields.plain) >= MOST_FIELDS:
            raise self.broken(f"it has more than {MOST_FIELDS:,} fields")
        self.fields.add(name, "".join(self.text))

    def finish(self) -> None:
        self.seen += 1
        origin, system = self.began or self.here(), self.system
        if not system:
            self.ledger.wrong(origin, "the record has no System, so nothing says what it is", records=1)
        else:
            try:
                number = self.checked("EventRecordID", record_number)
                name = self.checked("EventID", lambda text: event_name(text, self.data_name))
            except ValueError:
                self.ledger.left_out += 1
            else:
                try:
                    time = self.checked("TimeCreated", instant) if system.get("TimeCreated") else None
                except ValueError:
                    time = None
                channel, computer, provider = (system.get(key, "") for key in ("Channel", "Computer", "Provider"))
                record = Record(computer, channel, provider, number, name, self.fields.plain, time, origin)
                self.finished.append(record)
        self.abandon()

    def checked(self, element: str, read: Callable[[str], _T]) -> _T:
        """The value of an element of System. Complains, and raises ValueError again, where it cannot be read."""
        text = self.system.get(element, "")
        try:
            return read(text)
        except ValueError as error:
            origin = self.places.get(element) or self.began or self.here()
            left = "the record is kept without its time" if element == "TimeCreated" else "the record is left out"
            self.ledger.wrong(origin, f"{error}; {left}", f"{element}: {text}", len(element) + 2)
            raise

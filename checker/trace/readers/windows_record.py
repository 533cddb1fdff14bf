"""One Windows event record made of texts, as tables and JSON hold them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

from checker.trace.event import FieldValue, Origin
from checker.trace.readers.common import Ledger, sanitise
from checker.trace.readers.times import EARLIEST, LATEST, nanoseconds
from checker.trace.readers.windows import Fields, Record, event_name, record_number

LONGEST_NUMBER = 13_000  # bits; Python turns no number of more than 4,300 digits into text
XML_EXPORT = "`wevtutil qe CHANNEL /f:xml /e:Events > FILE.xml`"
NO_FIELDS = (
    "of a record's fields the file holds no more than the text of its message, so none can be read"
    f"; {XML_EXPORT} carries them"
)

_FILETIME_EPOCH = 116_444_736_000_000_000  # 1970-01-01 in units of 100 ns since 1601
_CAPTURES_SINCE = 119_600_064_000_000_000  # 1980-01-01; a smaller number is a counter of the machine, and no date


def filetime(text: str) -> int | None:
    """The instant in nanoseconds since 1970 that a number of 100 ns since 1601 names; None where it names none."""
    if not (text.isascii() and text.isdigit() and len(text) <= 20) or int(text) < _CAPTURES_SINCE:
        return None
    instant = (int(text) - _FILETIME_EPOCH) * 100
    return instant if EARLIEST <= instant <= LATEST else None


def zoned(text: str) -> int | None:
    """The instant that a time with its zone names; None for one without a zone, or no time at all."""
    try:
        return nanoseconds(text)
    except ValueError:
        return None


def host_of_file(name: str) -> str:
    """The host whose records a file holds, where they do not say: it goes by the file's name."""
    return PurePath(name).stem or name


def note_host(host: str, origin: Origin, ledger: Ledger) -> None:
    """Notes that the host goes by the file's name."""
    shown = sanitise(host, 80)
    message = f"nothing says which computer it was: it is taken to be `{shown}`, after the file's name"
    ledger.note("computer", origin, message)


def note_local(text: str, origin: Origin, ledger: Ledger) -> None:
    """Notes that a time has no zone."""
    message = f"`{sanitise(text, 40)}` says no zone, and so no instant: such times are left out"
    ledger.note("times", origin, message)


def text_of(value: object) -> str:
    """A value as XML would hold it."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() if value.bit_length() > LONGEST_NUMBER:
            return hex(value)
        case _:
            return str(value)


def record_of(
    system: Mapping[str, str], data_name: str, fields: Fields, time: int | None, origin: Origin, ledger: Ledger
) -> Record | None:
    """The record with these facts: `id`, `number`, `computer`, `channel`, `provider`, each absent where not known.

    None, and a complaint, where it has no usable event id or record number; it then counts as left out.
    """
    at_hand, text = "id", system.get("id", "").strip()
    try:
        name = event_name(text, data_name)
        at_hand, text = "number", system.get("number", "").strip()
        number = record_number(text)
    except ValueError as error:
        ledger.wrong(origin, f"{error}; the record is left out", f"{at_hand}: {text}", len(at_hand) + 2, records=1)
        return None
    computer, channel, provider = (system.get(key, "").strip() for key in ("computer", "channel", "provider"))
    plain: dict[str, FieldValue] = fields.plain
    return Record(computer, channel, provider, number, name, plain, time, origin)

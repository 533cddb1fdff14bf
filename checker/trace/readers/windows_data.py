"""The payload of a Windows event record in JSON: the shapes that different tools give to one and the same XML."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from checker.trace.event import Origin
from checker.trace.readers.common import Ledger
from checker.trace.readers.windows import Fields
from checker.trace.readers.windows_record import text_of

DEEPEST = 64
MOST_FIELDS = 4096

_ATTRIBUTES = ("#attributes", "@attributes")
_decode = msgspec.json.Decoder().decode


class Unusable(Exception):
    """The payload cannot be read; the message says why."""


def attribute(element: object, name: str, beside: object = None) -> str:
    """An attribute of an element, however it is written; empty where it has none.

    `beside` is the member that holds an element's attributes where they stand beside it.
    """
    inside = element if isinstance(element, dict) else {}
    for found in (
        inside.get(f"@{name}"),
        *(_member(holder, name) for holder in (beside, *map(inside.get, _ATTRIBUTES))),
    ):
        if isinstance(found, (str, int)):
            return text_of(found)
    return ""


def _member(holder: object, name: str) -> object:
    return holder.get(name) if isinstance(holder, dict) else None


def text_in(element: object) -> str:
    """The text of an element without elements in it."""
    if isinstance(element, dict):
        element = element.get("#text")
    return "" if isinstance(element, (dict, list)) else text_of(element)


def add_data(fields: Fields, data: object) -> None:
    """Adds what `EventData` holds. Raises Unusable."""
    unnamed = 0
    for name, value in _elements(data):
        if name != "Data":
            _add(fields, name, text_in(value))
            continue
        for each in _each(value):
            given = attribute(each, "Name")
            unnamed += not given
            _add(fields, given or f"Data{unnamed}", text_in(each))


def add_user_data(fields: Fields, data: object, depth: int = 0) -> None:
    """Adds what `UserData` holds: its elements that have none in them. Raises Unusable."""
    if depth > DEEPEST:
        raise Unusable("elements are nested too deeply")
    for name, value in _elements(data):
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict) and any(True for _ in _elements(each)):
                add_user_data(fields, each, depth + 1)
            else:
                _add(fields, name.rpartition(":")[2] or name, text_in(each))


def add_json(fields: Fields, text: str, origin: Origin, ledger: Ledger) -> str:
    """Adds the payload that a JSON text holds, and returns what it is called, where it has a name.

    Complains where it cannot be read: the record is kept without it.
    """
    try:
        payload = _decode(text) if text.strip() else {}
        if not isinstance(payload, dict):
            raise Unusable("it is no object")
        data = payload.get("EventData")
        add_data(fields, data)
        add_user_data(fields, payload.get("UserData"))
    except (msgspec.MsgspecError, RecursionError, Unusable) as error:
        why = str(error) if isinstance(error, Unusable) else "it is no JSON"
        ledger.wrong(origin, f"the payload of the record cannot be read: {why}", text[:200])
        return ""
    return attribute(data, "Name")


def _elements(data: object) -> Iterator[tuple[str, object]]:
    """The elements in an element. A text where elements should be is one without a name."""
    if isinstance(data, dict):
        for name, value in data.items():
            if not (name.startswith(("@", "#")) or name == "xmlns" or name.endswith("_attributes")):
                yield name, value
    elif isinstance(data, list):
        yield "Data", data
    elif data is not None and data != "":
        yield "Data", [data]


def _each(value: object) -> Iterator[object]:
    """The elements of one name: one, or a list of them, or one whose text is a list."""
    if isinstance(value, dict) and isinstance(value.get("#text"), list):
        value = value["#text"]
    yield from value if isinstance(value, list) else [value]


def _add(fields: Fields, name: str, value: str) -> None:
    if len(fields.plain) >= MOST_FIELDS:
        raise Unusable(f"it has more than {MOST_FIELDS:,} fields")
    fields.add(name, value)

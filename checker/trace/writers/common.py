"""What all writers share: the text they made with what the format had no place for, and times and texts made fit."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import isfinite

from checker.trace.event import FieldValue
from checker.trace.readers.common import sanitise

MANY = 20  # losses that are told one by one

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Written:
    """A trace in a format of text. `lost` says what the format has no place for, a sentence each."""

    text: str
    lost: tuple[str, ...] = ()


@dataclass(slots=True)
class Losses:
    """Collects what is lost: each kind once, with how often it happened."""

    _told: dict[str, int] = field(default_factory=dict)

    def add(self, sentence: str) -> None:
        """Something that happened once more; the same sentence is told once."""
        self._told[sentence] = self._told.get(sentence, 0) + 1

    def told(self) -> tuple[str, ...]:
        """The sentences, in the order they came up."""
        found = [f"{text} ({times:,} times)" if times > 1 else text for text, times in self._told.items()]
        more = len(found) - MANY
        return tuple(found) if more <= 0 else (*found[:MANY], f"{more:,} more losses are not told")

    def text(self, value: str) -> str:
        """The text without halves of surrogate pairs, which no encoding has."""
        if value.isascii() or value.encode("utf-8", "ignore") == value.encode("utf-8", "surrogatepass"):
            return value
        self.add("a text holds half of a surrogate pair, which no encoding has: it became a question mark")
        return value.encode("utf-8", "replace").decode("utf-8")

    def value(self, value: FieldValue) -> FieldValue:
        """The value as JSON can say it."""
        match value:
            case str():
                return self.text(value)
            case float() if not isfinite(value):
                self.add(f"the number {value} became text: JSON has no such number")
                return str(value)
            case _:
                return value

    def fields(self, fields: Mapping[str, FieldValue], taken: Collection[str]) -> dict[str, FieldValue]:
        """The payload; a field whose name the format needs for itself gets another name."""
        made: dict[str, FieldValue] = {}
        for name, value in fields.items():
            free = self.text(name)
            while free in taken or free in made or (free != name and free in fields):
                free += "_"
            if free != name:
                self.add(
                    f"the field `{sanitise(name, 80)}` is called `{sanitise(free, 80)}`: the format needs its name"
                )
            made[free] = self.value(value)
        return made


def stamp(time: int) -> str:
    """A time in nanoseconds since 1970 as RFC 3339, to the microsecond, or to the nanosecond where it says more."""
    microseconds, rest = divmod(time, 1000)
    text = (_EPOCH + timedelta(microseconds=microseconds)).isoformat(timespec="microseconds").removesuffix("+00:00")
    return f"{text}{rest:03d}Z" if rest else f"{text}Z"


def milliseconds(nanoseconds: int) -> int | float:
    """A span in milliseconds, a whole number where it is one."""
    whole, rest = divmod(nanoseconds, 10**6)
    return nanoseconds / 10**6 if rest else whole


def line(value: Mapping[str, object]) -> str:
    """An object as JSON on one line of ASCII."""
    return json.dumps(value, allow_nan=False)

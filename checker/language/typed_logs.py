"""The typed protocol, third part: log sources and how names in logs become individuals. Read through `protocol.py`."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum

from checker.language.source import NOWHERE, Span
from checker.language.typed_actions import EventField

# -------------------------------------------------------------------------------------------------------------- logs


class Test(StrEnum):
    """What a `where` asks of a field."""

    IS = "=="
    IS_NOT = "!="
    IN = "in"
    ABSENT = "absent"
    PRESENT = "present"


@dataclass(frozen=True, slots=True)
class FieldTest:
    """Values are compared as text, whatever their type in the record (`7` and `"7"` are the same)."""

    field: str
    test: Test
    values: tuple[str, ...] = ()
    span: Span = dataclasses.field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Record:
    """`record EVENT where ... is ACTION.OUTCOME(p = Field, ...)`. `moment` None = the outcome named by the status.

    The left side of each `=` is an expression over the action's parameters, a tuple of them, or the name of a field
    of the action's own `event` clause (then it means what that clause says). `fields` holds, for each, the record's
    field and the values it says.
    """

    event: str
    where: tuple[FieldTest, ...]
    action: str
    moment: str | None
    fields: tuple[EventField, ...]
    span: Span = dataclasses.field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class FieldDefault:
    """`default IsValidationPort = false`, or `default VmName = NicName before "--"` (then `separator` is set)."""

    field: str
    value: str
    separator: str | None = None
    span: Span = dataclasses.field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class LogSource:
    """One kind of recording.

    `title` is the provider's name for recordings that carry one. `declared` is set by `events`: every action with an
    `event` clause is recorded under that name, its outcome in `status`. `never` and `may_lose` name actions. `skew`
    is in nanoseconds, None where clocks say nothing.
    """

    name: str
    title: str
    declared: bool
    records: tuple[Record, ...]
    defaults: tuple[FieldDefault, ...]
    never: tuple[str, ...]
    may_lose: tuple[str, ...]
    skew: int | None
    doc: str = ""
    span: Span = dataclasses.field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Bind:
    """How a field's values become individuals.

    `per` None = the value names the same individual everywhere; else the value is an id on one individual of sort
    `per` (a host), alive from a successful `starts` action to a successful `ends` action, and then free for reuse.
    """

    field: str
    sorts: tuple[str, ...]
    per: str | None
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    span: Span = dataclasses.field(default=NOWHERE, compare=False, repr=False)

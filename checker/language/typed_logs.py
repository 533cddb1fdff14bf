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
class Capture:
    """A command that makes a host record this kind of log. No actions: it is for all that no other one names."""

    command: str
    actions: tuple[str, ...] = ()
    span: Span = dataclasses.field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Drift:
    """A record that says how far the clocks of the two hosts are apart, give or take `within` nanoseconds.

    `unit` is how many nanoseconds one of the field's numbers stands for. Which clock is ahead is not said.
    """

    event: str
    field: str
    unit: int
    within: int
    span: Span = dataclasses.field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class LogSource:
    """One kind of recording.

    `title` is the provider's name for recordings that carry one. `declared` is set by `events`: every action with an
    `event` clause is recorded under that name, its outcome in `status`. `never` and the three that
    begin with `may` name actions: what is missing, there twice, or out of its order proves nothing. `skew` is in
    nanoseconds, None where clocks say nothing.
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
    captures: tuple[Capture, ...] = ()
    may_repeat: tuple[str, ...] = ()
    may_delay: tuple[str, ...] = ()
    drifts: tuple[Drift, ...] = ()
    span: Span = dataclasses.field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Bind:
    """How a field's values become individuals.

    `per` None = the value names the same individual everywhere; else the value is an id on one individual of sort
    `per` (a host), alive from a successful `starts` action to a successful `ends` action, and then free for reuse.
    `rules` are what a record breaks whose id does not fit.
    """

    field: str
    sorts: tuple[str, ...]
    per: str | None
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    rules: tuple[str, ...] = ()
    span: Span = dataclasses.field(default=NOWHERE, compare=False, repr=False)

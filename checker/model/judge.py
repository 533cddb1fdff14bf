"""The answers of a judge, and the roster that accounts for every rule and property of the protocol."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from checker.language.protocol import Protocol


class Standing(StrEnum):
    """How a rule or property fared. Only HELD is green."""

    HELD = "held"
    BROKEN = "broken"
    OPEN = "open"  # an obligation not met yet, and nothing says it never will be
    BOUNDED = "bounded by scope"  # held in every state of a finite scope, and no further
    NOT_EXERCISED = "not exercised"
    NOT_OBSERVABLE = "not observable"
    UNKNOWN = "unknown"
    SKIPPED = "skipped because"


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One rule or property. `kind` is `rule` or the property's kind; `how` says how it was shown, or why not."""

    name: str
    kind: str
    standing: Standing
    how: str = ""


class InternalError(Exception):
    """Something of ours is wrong, a witness that does not replay for example: never a verdict. Exit code 70."""


class RosterIncomplete(InternalError):
    """A roster that does not account for every rule and property exactly once."""


def complete_roster(protocol: Protocol, lines: Iterable[RosterLine]) -> tuple[RosterLine, ...]:
    """The lines in the protocol's order: properties, then rules. Raises RosterIncomplete."""
    found: dict[str, RosterLine] = {}
    for line in lines:
        if line.name in found:
            raise RosterIncomplete(f"{line.name} is accounted for twice")
        found[line.name] = line
    wanted = [item.name for item in protocol.properties] + [rule.id for rule in protocol.rules]
    missing = [name for name in wanted if name not in found]
    extra = [name for name in found if name not in set(wanted)]
    if missing or extra:
        raise RosterIncomplete(f"missing {missing}, not of this protocol {extra}")
    return tuple(found[name] for name in wanted)

"""What a judgement says of each rule and property: the roster of one trace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from checker.language.core import Core, CoreProperty, PropertyKind, type_range
from checker.language.protocol import Protocol
from checker.model.ground import Machine
from checker.model.judge import RosterLine, Standing, complete_roster
from checker.trace.verdict import EXPLAINED, VerdictKind

Bound = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A run as far as it goes: states (one more than steps), ground numbers of the steps, and which were recorded."""

    states: tuple[bytes, ...]
    steps: tuple[int, ...]
    recorded: tuple[bool, ...]


@dataclass(slots=True)
class Account:
    """What has been found out about one trace."""

    machine: Machine
    told: Told | None
    kind: VerdictKind
    observable: frozenset[str]  # actions that some log here records
    broken: dict[str, str] = field(default_factory=dict)  # rules and properties with how they are broken
    open: dict[str, str] = field(default_factory=dict)
    without: frozenset[str] = frozenset()
    reason: str = ""

    @property
    def protocol(self) -> Protocol:
        return self.machine.protocol

    def roster(self) -> tuple[RosterLine, ...]:
        """A line for every property and rule. Raises RosterIncomplete."""
        lines = [*(self._property(prop) for prop in self.machine.core.properties), *self._rules()]
        return complete_roster(self.protocol, lines)

    def _property(self, prop: CoreProperty) -> RosterLine:
        kind = prop.kind.value
        if prop.name in self.broken:
            return RosterLine(prop.name, kind, Standing.BROKEN, self.broken[prop.name])
        if prop.kind is PropertyKind.CAN:
            how = "it is about what may happen, not about one run; see explore"
            return RosterLine(prop.name, kind, Standing.SKIPPED, how)
        if self.told is None:
            return self._untold(prop.name, kind)
        if prop.name in self.open:
            return RosterLine(prop.name, kind, Standing.OPEN, self.open[prop.name])
        whole = self.kind in EXPLAINED
        count = f"in the {len(self.told.states)} states of the run" + (
            "" if whole else " up to the first event it lacks"
        )
        match prop.kind:
            case PropertyKind.INVARIANT:
                return RosterLine(prop.name, kind, Standing.HELD, count)
            case PropertyKind.STEP:
                if not self.told.steps:
                    return RosterLine(prop.name, kind, Standing.NOT_EXERCISED, "the run has no steps")
                return RosterLine(prop.name, kind, Standing.HELD, f"of the {len(self.told.steps)} steps of the run")
            case PropertyKind.FINAL:
                if whole:
                    return RosterLine(prop.name, kind, Standing.HELD, "at the end of the run")
                return RosterLine(prop.name, kind, Standing.NOT_EXERCISED, "no run gets to the end of the trace")
            case _:
                met = premises_met(self.machine, prop, self.told.states)
                if met:
                    return RosterLine(prop.name, kind, Standing.HELD, f"for {met} that came to depend on it")
                return RosterLine(prop.name, kind, Standing.NOT_EXERCISED, "nothing came to depend on it")

    def _untold(self, name: str, kind: str) -> RosterLine:
        return RosterLine(name, kind, Standing.UNKNOWN, self.reason or "no run was found")

    def _rules(self) -> Iterator[RosterLine]:
        exercised, supposed = self._exercised(recorded=True), self._exercised(recorded=False)
        by_property = self._cited_by_properties()
        cited = self._cited_by_actions()
        for rule in self.protocol.rules:
            if rule.id in self.without:
                yield RosterLine(rule.id, "rule", Standing.SKIPPED, "it was left out on request")
            elif rule.id in self.broken:
                yield RosterLine(rule.id, "rule", Standing.BROKEN, self.broken[rule.id])
            elif self.told is None:
                yield self._untold(rule.id, "rule")
            elif rule.id in self.open:
                yield RosterLine(rule.id, "rule", Standing.OPEN, self.open[rule.id])
            elif rule.id in exercised:
                yield RosterLine(rule.id, "rule", Standing.HELD, f"by {_times(exercised[rule.id])} of the run")
            elif rule.id in by_property:
                yield RosterLine(rule.id, "rule", Standing.HELD, f"by {by_property[rule.id]}")
            elif rule.id in supposed:
                how = f"only {_times(supposed[rule.id])} that no log here recorded come under it"
                yield RosterLine(rule.id, "rule", Standing.NOT_OBSERVABLE, how)
            elif rule.id in cited and not cited[rule.id] & self.observable:
                how = f"no log here records {', '.join(sorted(cited[rule.id]))}"
                yield RosterLine(rule.id, "rule", Standing.NOT_OBSERVABLE, how)
            else:
                how = (
                    "nothing in the trace comes under it"
                    if rule.id in cited
                    else "no guard, outcome or property cites it"
                )
                yield RosterLine(rule.id, "rule", Standing.NOT_EXERCISED, how)

    def _exercised(self, *, recorded: bool) -> dict[str, int]:
        """How many steps of the run come under each rule, of those that a log recorded or of those that none did."""
        found: dict[str, int] = {}
        steps = () if self.told is None else zip(self.told.steps, self.told.recorded, strict=True)
        for number in [step for step, was in steps if was is recorded]:
            moment = self.machine.grounds[number].moment
            for rule in {*moment.rules, *(rule for guard in moment.guards for rule in guard.rules)}:
                found[rule] = found.get(rule, 0) + 1
        return found

    def _cited_by_actions(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for moment in self.machine.core.moments:
            for rule in {*moment.rules, *(rule for guard in moment.guards for rule in guard.rules)}:
                found.setdefault(rule, set()).add(moment.action)
        return found

    def _cited_by_properties(self) -> dict[str, str]:
        """For each rule a property that was evaluated for it."""
        found: dict[str, str] = {}
        for prop in self.machine.core.properties:
            for rule in prop.rules:
                if self._property(prop).standing is Standing.HELD:
                    found.setdefault(rule, prop.name)
        return found


def unknown_roster(protocol: Protocol, core: Core, reason: str) -> tuple[RosterLine, ...]:
    """The roster of a trace of which nothing is known, for this reason."""
    lines = [RosterLine(prop.name, prop.kind.value, Standing.UNKNOWN, reason) for prop in core.properties]
    lines += [RosterLine(rule.id, "rule", Standing.UNKNOWN, reason) for rule in protocol.rules]
    return complete_roster(protocol, lines)


def assignments(machine: Machine, prop: CoreProperty) -> Iterator[Bound]:
    """Every way to give a property's variables values."""
    found: list[Bound] = [()]
    for name, type_ in prop.variables:
        found = [(*bound, (name, value)) for bound in found for value in type_range(type_, machine.sizes)]
    return iter(found)


def pending(machine: Machine, prop: CoreProperty, states: Sequence[bytes]) -> list[Bound]:
    """For which values a `leads to` waits for its conclusion at the end of these states."""
    return [bound for bound, waits in _waits(machine, prop, states) if waits]


def premises_met(machine: Machine, prop: CoreProperty, states: Sequence[bytes]) -> int:
    """For how many values the premise of a `leads to` came true."""
    if prop.premise is None:
        return 0
    premise = prop.premise
    return sum(any(map(machine.test(premise, bound), states)) for bound in assignments(machine, prop))


def _waits(machine: Machine, prop: CoreProperty, states: Sequence[bytes]) -> Iterator[tuple[Bound, bool]]:
    if prop.premise is None or prop.formula is None:
        return
    for bound in assignments(machine, prop):
        premise, conclusion = machine.test(prop.premise, bound), machine.test(prop.formula, bound)
        waits = False
        for state in states:
            waits = (waits or premise(state)) and not conclusion(state)
        yield bound, waits


def false_invariants(machine: Machine, state: bytes) -> list[CoreProperty]:
    """The invariants that do not hold in the state."""
    return [
        prop
        for prop in machine.core.properties
        if prop.kind is PropertyKind.INVARIANT and prop.formula is not None and not machine.test(prop.formula)(state)
    ]


def false_finals(machine: Machine, state: bytes) -> list[CoreProperty]:
    """The final conditions that do not hold in the state."""
    return [
        prop
        for prop in machine.core.properties
        if prop.kind is PropertyKind.FINAL and prop.formula is not None and not machine.test(prop.formula)(state)
    ]


def _times(count: int) -> str:
    return "one step" if count == 1 else f"{count} steps"

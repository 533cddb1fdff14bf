"""What becomes of each rule and property: nothing left out, and nothing green that was not put to the test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from checker.explore.answer import Answer, Said
from checker.explore.exercise import Exercised
from checker.explore.params import params_that_settle, settings, switched_off
from checker.language.core import Expr, PropertyKind
from checker.model.ground import Machine
from checker.model.judge import RosterLine, Standing, complete_roster

IN_WORDS = {Said.HOLDS: Standing.BOUNDED, Said.FAILS: Standing.BROKEN, Said.UNKNOWN: Standing.UNKNOWN}


def roster(machine: Machine, answers: Sequence[Answer], exercised: Exercised) -> tuple[RosterLine, ...]:
    """One line for each property and each rule of the protocol. Raises RosterIncomplete."""
    lines = [_property_line(machine, answer, exercised) for answer in answers]
    by_name = {line.name: line for line in lines}
    scope = machine.scope.name
    off = switched_off(machine)
    rules = []
    for rule in machine.protocol.rules:
        citing = [by_name[answer.name] for answer in answers if rule.id in answer.property.rules]
        rules.append(_rule_line(machine, rule.id, citing, exercised, off, scope))
    return complete_roster(machine.protocol, [*lines, *rules])


def _property_line(machine: Machine, answer: Answer, exercised: Exercised) -> RosterLine:
    kind = answer.property.kind.value
    standing = IN_WORDS[answer.said]
    if answer.said is not Said.HOLDS:
        return RosterLine(answer.name, kind, standing, answer.how)
    if params := params_that_settle(machine.core, _formulas(answer), settings(machine)):
        return RosterLine(answer.name, kind, Standing.SKIPPED, f"{params} leaves it nothing to say")
    seen = answer.premise_seen
    if answer.property.kind in (PropertyKind.INVARIANT, PropertyKind.STEP):
        seen = answer.name in exercised.premises
    if not seen:
        return RosterLine(answer.name, kind, Standing.NOT_EXERCISED, f"it had nothing to say {exercised.where}")
    return RosterLine(answer.name, kind, standing, f"{answer.how}, scope {machine.scope.name}")


def _rule_line(
    machine: Machine,
    rule: str,
    citing: Sequence[RosterLine],
    exercised: Exercised,
    off: Mapping[str, str],
    scope: str,
) -> RosterLine:
    def line(standing: Standing, how: str) -> RosterLine:
        return RosterLine(rule, "rule", standing, how)

    for standing, said in ((Standing.BROKEN, "is false"), (Standing.UNKNOWN, "is not known")):
        names = [item.name for item in citing if item.standing is standing]
        if names:
            return line(standing, f"{', '.join(names)} {said}")
    if rule in machine.scope.without:
        return line(Standing.SKIPPED, "its guards are left out of this search")
    if rule in off:
        return line(Standing.SKIPPED, f"{off[rule]} switches it off")
    held = [item.name for item in citing if item.standing is Standing.BOUNDED]
    how = exercised.rules.get(rule)
    if how is None and not held:
        return line(Standing.NOT_EXERCISED, f"nothing hung on it {exercised.where}, scope {scope}")
    shown = "; ".join(([how] if how else []) + ([f"{', '.join(held)} held"] if held else []))
    return line(Standing.BOUNDED, f"{shown}, scope {scope}")


def _formulas(answer: Answer) -> list[Expr]:
    item = answer.property
    return [formula for _, formula in item.steps] + ([item.formula] if item.formula is not None else [])

"""What becomes of each rule and property when it is tried for any number of individuals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from checker.language.core import PropertyKind
from checker.language.protocol import (
    Can,
    Final,
    Invariant,
    LeadsTo,
    Property,
    Protocol,
    StepRule,
)
from checker.model.judge import RosterLine, Standing, complete_roster
from checker.prove.answers import Fails, Holds, Judgement, NotForAnyNumber, Proofs, Unknown
from checker.prove.words import judgement_words

_KINDS: dict[type[Property], PropertyKind] = {
    Invariant: PropertyKind.INVARIANT,
    StepRule: PropertyKind.STEP,
    Final: PropertyKind.FINAL,
    LeadsTo: PropertyKind.LEADS_TO,
    Can: PropertyKind.CAN,
}


def roster(protocol: Protocol, proofs: Proofs) -> tuple[RosterLine, ...]:
    """One line for each property and each rule of the protocol. Raises RosterIncomplete."""
    answered = {answer.name: answer for answer in proofs.answers}
    lines = []
    for item in protocol.properties:
        kind = _KINDS[type(item)].value
        answer = answered.get(item.name)
        if answer is None:
            lines.append(RosterLine(item.name, kind, Standing.SKIPPED, "it was not asked for"))
        else:
            how = judgement_words(protocol, answer.judgement)
            lines.append(RosterLine(item.name, kind, _standing(answer.judgement), how))
    by_name = {line.name: line for line in lines}
    rules = []
    for rule in protocol.rules:
        citing = [by_name[item.name] for item in protocol.properties if rule.id in item.rules]
        rules.append(_rule_line(rule.id, citing, rule.id in proofs.without))
    return complete_roster(protocol, [*lines, *rules])


def _standing(judgement: Judgement) -> Standing:
    match judgement:
        case Holds():
            return Standing.HELD
        case Fails():
            return Standing.BROKEN
        case Unknown(reached=reached):
            return Standing.BROKEN if reached else Standing.UNKNOWN
        case NotForAnyNumber():
            return Standing.SKIPPED
        case _:
            assert_never(judgement)


def _rule_line(rule: str, citing: Sequence[RosterLine], left_out: bool) -> RosterLine:
    def line(standing: Standing, how: str) -> RosterLine:
        return RosterLine(rule, "rule", standing, how)

    def named(standing: Standing) -> str:
        return ", ".join(item.name for item in citing if item.standing is standing)

    if broken := named(Standing.BROKEN):
        return line(Standing.BROKEN, f"{broken} is false")
    if left_out:
        return line(Standing.SKIPPED, "its guards are left out of this proof")
    if unknown := named(Standing.UNKNOWN):
        return line(Standing.UNKNOWN, f"{unknown} is not proved")
    proved, beyond = named(Standing.HELD), named(Standing.SKIPPED)
    if proved and not beyond:
        return line(Standing.HELD, f"{proved} is proved")
    if beyond:
        also = f"{proved} is proved; " if proved else ""
        return line(Standing.SKIPPED, f"{also}{beyond} was not tried for any number")
    return line(Standing.SKIPPED, "no property states it: guards ask for it, or nothing does")

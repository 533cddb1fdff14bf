"""Mutants: a protocol with one thing in one action changed, which its properties and runs ought to notice.

Budd and Sayward, "Users guide to the Pilot mutation system" (1977); for specifications, Black, Okun and Yesha,
"Mutation operators for specifications" (2000). A guard loses one of the conditions that it joins, a moment all its
effects or one assignment, a comparison is turned round. Formulas of properties and of `let`s stay: what is asked is
whether they hold the actions to anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from checker.language.bounds import Facts, bounds, learn
from checker.language.diagnostics import Diagnostics
from checker.language.meaning import check_meaning
from checker.language.protocol import (
    BEGIN,
    Action,
    Assign,
    Compare,
    Comparison,
    Connective,
    Effect,
    Expr,
    ForEach,
    Guard,
    In,
    Logic,
    Not,
    Outcome,
    Protocol,
    Quantified,
    Quantifier,
    Range,
    When,
)
from checker.language.rewrite import changed_once, effects_changed_once, without_one_assignment
from checker.language.source import Span


class Change(StrEnum):
    """What was changed."""

    GUARD = "guard left out"  # one of the conditions that a `requires` joins
    EFFECTS = "effects dropped"  # all of one moment
    ASSIGNMENT = "assignment dropped"
    COMPARISON = "comparison turned round"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change. `number` counts from 1 in the order of the text, `name` stays the same when other lines change.

    `moment` is None where the guard binds all moments of an action. `span` is what was changed, `was` its text on one
    line, `now` what stands there instead (nothing, if empty). `rules` are those cited where it stands.
    """

    number: int
    name: str
    change: Change
    moment: str | None
    rules: tuple[str, ...]
    span: Span
    was: str
    now: str
    action: Action

    def of(self, protocol: Protocol) -> Protocol:
        """The protocol with the changed action in place of its own."""
        actions = tuple(self.action if item.name == self.action.name else item for item in protocol.actions)
        return replace(protocol, actions=actions)


def mutants(protocol: Protocol) -> tuple[Mutant, ...]:
    """Every mutant of a protocol, in the order of the text; each is another tree than it and than the others."""
    found: list[Mutant] = []
    times: Counter[str] = Counter()
    for action in protocol.actions:
        seen = {action}
        for change, moment, rules, span, now, changed in sorted(_changes(action), key=_place):
            if changed in seen:
                continue
            seen.add(changed)
            was = _text(span)
            spot = action.name if moment is None or _alone(action) else f"{action.name}.{moment}"
            name = f"{spot}: {change}: {was}" + (f" -> {now}" if now else "")
            times[name] += 1
            name += f" ({times[name]})" if times[name] > 1 else ""
            found.append(Mutant(len(found) + 1, name, change, moment, rules, span, was, now, changed))
    return tuple(found)


def refused(mutant: Mutant, protocol: Protocol) -> str:
    """Why the language takes the mutant for no protocol at all; empty if it is one.

    A turned condition among effects may let two assignments meet, or a number leave its range. Nothing else can: that
    effects have a meaning does not hang on guards, nor on how many they are.
    """
    if mutant.change is not Change.COMPARISON:
        return ""
    found = Diagnostics()
    check_meaning(mutant.of(protocol), found)
    for item in found:
        return item.message
    ranges = {cell.name: cell.type for cell in protocol.cells if isinstance(cell.type, Range)}
    for effects in (mutant.action.begin or (), *(outcome.effects for outcome in mutant.action.outcomes)):
        for assign in _out_of_range(effects, ranges, {}):
            return f"`{_text(assign.span)}` may give `{assign.cell}` a number that is not of its range"
    return ""


# ------------------------------------------------------------------------------------------------------------ changes

_Change = tuple[Change, str | None, tuple[str, ...], Span, str, Action]


def _place(change: _Change) -> int:
    return change[3].start


def _alone(action: Action) -> bool:
    return action.begin is None and len(action.outcomes) == 1


def _changes(action: Action) -> Iterator[_Change]:
    for change, rules, span, now, guards in _guards(action.guards):
        yield change, None, rules, span, now, replace(action, guards=guards)
    if action.begin is not None:
        for change, span, now, effects in _effects(action.begin):
            yield change, BEGIN, action.rules, span, now, replace(action, begin=effects)
    for at, outcome in enumerate(action.outcomes):

        def within(other: Outcome, at: int = at) -> Action:
            return replace(action, outcomes=(*action.outcomes[:at], other, *action.outcomes[at + 1 :]))

        for change, rules, span, now, guards in _guards(outcome.guards):
            yield change, outcome.name, rules, span, now, within(replace(outcome, guards=guards))
        for change, span, now, effects in _effects(outcome.effects):
            rules = (*action.rules, *outcome.rules)
            yield change, outcome.name, rules, span, now, within(replace(outcome, effects=effects))


def _guards(
    guards: tuple[Guard, ...],
) -> Iterator[tuple[Change, tuple[str, ...], Span, str, tuple[Guard, ...]]]:
    for at, guard in enumerate(guards):
        before, after = guards[:at], guards[at + 1 :]
        for gone, rest in _without_one(guard.condition):
            kept = () if rest is None else (replace(guard, condition=rest),)
            yield Change.GUARD, guard.rules, gone.span, "", (*before, *kept, *after)
        for culprit, other in changed_once(guard.condition, _turned):
            guards_now = (*before, replace(guard, condition=other), *after)
            yield Change.COMPARISON, guard.rules, culprit.span, _sign(culprit), guards_now


def _effects(effects: tuple[Effect, ...]) -> Iterator[tuple[Change, Span, str, tuple[Effect, ...]]]:
    if effects:
        yield Change.EFFECTS, effects[0].span.to(effects[-1].span), "", ()
    for gone, rest in without_one_assignment(effects):
        yield Change.ASSIGNMENT, gone.span, "", rest
    for culprit, others in effects_changed_once(effects, _turned):
        yield Change.COMPARISON, culprit.span, _sign(culprit), others


def _without_one(condition: Expr) -> Iterator[tuple[Expr, Expr | None]]:
    """Each condition that all the others are joined to by `and`, and what is left without it; None if nothing is.

    `a implies b and c` and `forall x. b and c` join conditions too.
    """
    match condition:
        case Logic(Connective.AND, left, right):
            for gone, rest in _without_one(left):
                yield gone, right if rest is None else replace(condition, left=rest)
            for gone, rest in _without_one(right):
                yield gone, left if rest is None else replace(condition, right=rest)
        case Logic(Connective.IMPLIES, _, right) if _joins(right):
            for gone, rest in _without_one(right):
                yield gone, None if rest is None else replace(condition, right=rest)
        case Quantified(Quantifier.FORALL, _, body) if _joins(body):
            for gone, rest in _without_one(body):
                yield gone, None if rest is None else replace(condition, body=rest)
        case _:
            yield condition, None


def _joins(condition: Expr) -> bool:
    match condition:
        case Logic(Connective.AND):
            return True
        case Logic(Connective.IMPLIES, _, right):
            return _joins(right)
        case Quantified(Quantifier.FORALL, _, body):
            return _joins(body)
        case _:
            return False


_TURNED = {
    Comparison.EQUAL: Comparison.DIFFERENT,
    Comparison.DIFFERENT: Comparison.EQUAL,
    Comparison.LESS: Comparison.AT_MOST,
    Comparison.AT_MOST: Comparison.LESS,
    Comparison.MORE: Comparison.AT_LEAST,
    Comparison.AT_LEAST: Comparison.MORE,
}


def _turned(expr: Expr) -> Iterator[Expr]:
    match expr:
        case Compare(op):
            yield replace(expr, op=_TURNED[op])
        case In():
            yield Not(expr, span=expr.span)
        case _:
            pass


def _sign(culprit: Expr) -> str:
    return _TURNED[culprit.op] if isinstance(culprit, Compare) else "not in"


def _text(span: Span) -> str:
    """What the text says there, on one line, without its comments."""
    lines = span.source.text[span.start : span.end].split("\n")
    return " ".join(" ".join(line.partition("#")[0] for line in lines).split())


def _out_of_range(effects: tuple[Effect, ...], ranges: dict[str, Range], facts: Facts) -> Iterator[Assign]:
    """Assignments of numbers that may not be of their cell's range, as the conditions around them stand."""
    for effect in effects:
        match effect:
            case Assign(cell, _, value):
                if cell in ranges:
                    reach = bounds(value, facts)
                    if reach.low < ranges[cell].low or reach.high > ranges[cell].high:
                        yield effect
            case ForEach(_, where, body):
                # What is known of names that the loop hides is forgotten with all the rest.
                yield from _out_of_range(body, ranges, {} if where is None else learn({}, where, True))
            case When(condition, then, otherwise):
                yield from _out_of_range(then, ranges, learn(facts, condition, True))
                yield from _out_of_range(otherwise, ranges, learn(facts, condition, False))

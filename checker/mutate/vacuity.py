"""What is true for the wrong reason: steps that never happen, properties with nothing to say, questions without effect.

After Beer, Ben-David, Eisner and Rodeh, "Efficient detection of vacuity in temporal model checking" (2001). What is
proved is so for any number; the rest was looked for in every scope at hand, and says which.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from checker.explore.exercise import Exercised, exercise
from checker.language.core import FALSE, CoreGuard, CoreMoment, PropertyKind
from checker.language.lower import lower
from checker.language.mutants import Change
from checker.language.protocol import Action, Protocol
from checker.language.source import Span
from checker.model.scope import Scope
from checker.mutate.fate import Fate, Shown
from checker.mutate.plan import Baseline, Plan, all_scopes


class Vacuity(StrEnum):
    """What is idle."""

    GUARD = "this condition always holds where the others do"
    STEP = "this step never happens"
    PROPERTY = "this property never had anything to say"
    PARAM = "no answer to this question changes anything"


@dataclass(frozen=True, slots=True)
class Idle:
    """One finding. `proved`: for any number; else in the scopes that `how` names."""

    vacuity: Vacuity
    name: str
    span: Span
    proved: bool
    how: str


def idle(plan: Plan, shown: Iterable[Shown]) -> tuple[Idle, ...]:
    """All findings about a protocol; conditions that always hold are those whose mutants were shown to be equivalent.

    Ctrl-C goes through.
    """
    tried = [Baseline(plan.protocol, scope, plan.limits.states) for scope in all_scopes(plan)]
    tried = [each for each in tried if each.graph.complete and each.graph.states]
    return (*_guards(shown), *_steps(plan, tried), *_properties(plan.protocol, tried), *_params(plan, tried))


def _guards(shown: Iterable[Shown]) -> Iterator[Idle]:
    for each in shown:
        if each.fate is Fate.EQUIVALENT and each.mutant.change is Change.GUARD:
            yield Idle(Vacuity.GUARD, each.mutant.name, each.mutant.span, True, each.how)


def _steps(plan: Plan, tried: Sequence[Baseline]) -> Iterator[Idle]:
    from checker.prove.same import Same, Sameness

    taken = {
        (moment.action, moment.moment)
        for each in tried
        for moment in (each.machine.grounds[number].moment for number in set(each.graph.grounds))
    }
    core = lower(plan.protocol, plan.without)
    never = [moment for moment in core.moments if (moment.action, moment.moment) not in taken]
    if not never or not tried:
        return
    spans = {action.name: action for action in plan.protocol.actions}
    sameness = Sameness(core, plan.proved, plan.settings, 2.0)
    for moment in never:
        answer = sameness.same(moment, _impossible(moment))
        proved = isinstance(answer, Same)
        how = "its conditions contradict one another" if proved else _where(tried)
        yield Idle(Vacuity.STEP, f"{moment.action}.{moment.moment}", _span(spans[moment.action], moment), proved, how)


def _impossible(moment: CoreMoment) -> CoreMoment:
    return replace(moment, guards=(CoreGuard(FALSE, ()),))


def _span(action: Action, moment: CoreMoment) -> Span:
    return next((outcome.span for outcome in action.outcomes if outcome.name == moment.moment), action.span)


def _properties(protocol: Protocol, tried: Sequence[Baseline]) -> Iterator[Idle]:
    seen: set[str] = set()
    for each in tried:
        found: Exercised = exercise(each.machine, each.graph)
        if found.looked_at < found.of:
            return  # what was not looked at may be where it speaks
        seen |= found.premises
        for item in each.machine.core.properties:
            said = item.kind in (PropertyKind.INVARIANT, PropertyKind.STEP)
            if not said and (item.name not in each.silent):
                seen.add(item.name)
    for prop in protocol.properties if tried else ():
        if prop.name not in seen:
            yield Idle(Vacuity.PROPERTY, prop.name, prop.span, False, _where(tried))


def _params(plan: Plan, tried: Sequence[Baseline]) -> Iterator[Idle]:
    """Questions all of whose answers, one at a time, leave the same states, steps and answers of properties.

    A scope with few individuals may not have what a question is about, so all scopes are asked, the small ones first.
    """
    by_scope = {each.machine.scope: each for each in tried}

    def baseline(scope: Scope) -> Baseline:
        if scope not in by_scope:
            by_scope[scope] = Baseline(plan.protocol, scope, plan.limits.states)
        return by_scope[scope]

    for param in plan.protocol.params:
        answers = {dict(scope.settings)[name] for name, scope in plan.readings if name == param.name}
        pairs = (
            (scope, replace(scope, settings=tuple((dict(scope.settings) | {param.name: answer}).items())))
            for scope in plan.scopes
            for answer in answers
        )
        if answers and all(_alike(baseline(usual), baseline(other)) for usual, other in pairs):
            scopes = ", ".join(scope.name for scope in plan.scopes)
            yield Idle(Vacuity.PARAM, param.name, param.span, False, f"in scope {scopes}")


def _alike(one: Baseline, other: Baseline) -> bool:
    if not (one.graph.complete and other.graph.complete):
        return False
    same = (len(one.graph.states), one.graph.grounds, one.graph.targets) == (
        len(other.graph.states),
        other.graph.grounds,
        other.graph.targets,
    )
    return same and one.holding == other.holding and one.lemmas == other.lemmas


def _where(tried: Sequence[Baseline]) -> str:
    names = [each.machine.scope.name for each in tried]
    return f"in scope {', '.join(names[:3])}" + (f" and {len(names) - 3} more" if len(names) > 3 else "")

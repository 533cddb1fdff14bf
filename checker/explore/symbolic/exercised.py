"""What the reachable states put to the test, asked of their set: exact, in all of them."""

from __future__ import annotations

from checker.explore.exercise import Exercised, decides, premise
from checker.explore.symbolic.judge import SymbolicJudge
from checker.explore.symbolic.steps import bindings
from checker.explore.symbolic.terms import Terms
from checker.language.build import is_false
from checker.language.core import CoreProperty, PropertyKind
from checker.model.fold import fold


def exercised(judge: SymbolicJudge) -> Exercised:
    """For each rule how it mattered, and the properties whose premise was met. Raises Stopped, MemoryError."""
    rules: dict[str, str] = {}
    for step in judge.steps.all:
        moment = step.ground.moment
        if any(rule not in rules for rule in moment.rules) and (judge.reached & step.possible).satisfiable():
            for rule in moment.rules:
                rules.setdefault(rule, f"{moment.action}.{moment.moment} was taken")
    for moment in judge.machine.core.moments:
        for at, guard in enumerate(moment.guards):
            if any(rule not in rules for rule in guard.rules):
                judge.watch.look()
                if (judge.reached & judge.set(decides(moment, at))).satisfiable():
                    for rule in guard.rules:
                        rules.setdefault(rule, f"it alone kept {moment.action}.{moment.moment} from happening")
    spoken = frozenset(
        item.name
        for item in judge.machine.core.properties
        if item.kind in (PropertyKind.INVARIANT, PropertyKind.STEP) and _speaks(judge, item)
    )
    return Exercised(rules, spoken, judge.states, judge.states)


def _speaks(judge: SymbolicJudge, item: CoreProperty) -> bool:
    """Whether an invariant says something about a state, or a step rule about a step."""
    if item.formula is not None:
        return (judge.reached & judge.set(premise(item.formula))).satisfiable()
    formulas = dict(item.steps)
    for step in judge.steps.all:
        asked = premise(formulas[step.ground.moment.action, step.ground.moment.moment])
        if not is_false(asked):
            judge.watch.look()
            terms = Terms(judge.space, step.after)
            met = terms.set(fold(asked, terms, bindings(step.ground)))
            if (judge.reached & step.possible & met).satisfiable():
                return True
    return False

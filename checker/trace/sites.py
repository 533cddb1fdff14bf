"""Where the text of a protocol cites its rules: actions, ids, properties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checker.language.core import Core, CoreMoment, PropertyKind
from checker.language.protocol import Protocol
from checker.trace.needs import families


@dataclass(frozen=True, slots=True)
class Sites:
    """For each rule the actions that cite it, and those that change what its guards and properties read.

    `evaluated` rules are cited by a property that every run is held to; `apart` by nothing that is about one run.
    """

    actions: Mapping[str, frozenset[str]]
    writers: Mapping[str, frozenset[str]]
    evaluated: frozenset[str]
    apart: frozenset[str]


_OF_ONE_RUN = (PropertyKind.INVARIANT, PropertyKind.STEP, PropertyKind.FINAL, PropertyKind.LEADS_TO)


def sites_of(protocol: Protocol, core: Core) -> Sites:
    """Where each rule is cited."""
    actions: dict[str, set[str]] = {}
    reads: dict[str, set[str]] = {}
    for moment in core.moments:
        for rule in moment.rules:
            actions.setdefault(rule, set()).add(moment.action)
        for guard in moment.guards:
            for rule in guard.rules:
                actions.setdefault(rule, set()).add(moment.action)
                reads.setdefault(rule, set()).update(families(guard.condition))
    evaluated: set[str] = set()
    for prop in core.properties:
        if prop.kind in _OF_ONE_RUN:
            evaluated.update(prop.rules)
            formulas = [formula for formula in (prop.formula, prop.premise) if formula is not None]
            formulas += [formula for _, formula in prop.steps]
            for rule in prop.rules:
                reads.setdefault(rule, set()).update(name for formula in formulas for name in families(formula))
    bound = {rule: {*bind.starts, *bind.ends} for bind in protocol.binds for rule in bind.rules}
    for rule, names in bound.items():
        actions.setdefault(rule, set()).update(names)
    writers = {
        rule: frozenset(moment.action for moment in core.moments if _writes(moment, names))
        for rule, names in reads.items()
    }
    cited = actions.keys() | evaluated
    apart = frozenset(rule.id for rule in protocol.rules if rule.id not in cited)
    return Sites({rule: frozenset(names) for rule, names in actions.items()}, writers, frozenset(evaluated), apart)


def _writes(moment: CoreMoment, names: set[str]) -> bool:
    return any(effect.cell in names for effect in moment.effects)

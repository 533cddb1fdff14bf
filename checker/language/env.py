"""What is in force where an expression stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from checker.language.bounds import Facts, learn
from checker.language.protocol import Expr, Type, Var, Variable
from checker.language.walk import walk


class Place(StrEnum):
    """What an expression may ask about. The value is how a message calls it."""

    STATE = "a formula about one state"
    STEP = "a step property"
    WORLD = "an `assume`, or the `where` of a scope,"  # consts and params only
    INITIAL = "an initial value"  # consts, params and earlier cells


@dataclass(frozen=True, slots=True)
class Env:
    """What is in force where an expression stands. A variable whose type means nothing is None."""

    variables: Mapping[str, Type | None] = field(default_factory=dict)
    place: Place = Place.STATE
    inside_old: bool = False
    earlier: frozenset[str] = frozenset()  # cells an initial value may read
    facts: Facts = field(default_factory=dict)  # what the conditions around an effect say about numbers

    def bind(self, good: Iterable[Variable], bad: Iterable[str] = ()) -> Env:
        """With these variables in force too. What is known of a name that they hide is forgotten."""
        new: dict[str, Type | None] = dict.fromkeys(bad) | {v.name: v.type for v in good}
        facts = {
            expr: range_
            for expr, range_ in self.facts.items()
            if not any(isinstance(part, Var) and part.name in new for part in walk(expr))
        }
        return replace(self, variables={**self.variables, **new}, facts=facts)

    def given(self, condition: Expr | None, truth: bool = True) -> Env:
        """With what follows from the condition."""
        return self if condition is None else replace(self, facts=learn(self.facts, condition, truth))

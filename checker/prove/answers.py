"""What a proof attempt says of each property, and the counterexamples to induction that go with it.

Not inductive is not false: the state a counterexample to induction starts from may never be reached. Only a
counterexample that is an initial state refutes; everything else that is no proof is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from checker.language.core import PropertyKind
from checker.language.protocol import Value
from checker.model.run import Run, Step
from checker.model.scope import Scope

Location: TypeAlias = tuple[str, tuple[int, ...]]
Facts: TypeAlias = tuple[tuple[Location, Value], ...]
"""A state as the reference writes it: every location with its value, consts, params and pending marks included."""

Settings: TypeAlias = tuple[tuple[str, tuple[Value, ...]], ...]
"""Params with the values they may have; a param that is not named may have any."""


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A state in which everything assumed holds, and a step after which the property does not.

    Confirmed by the reference. `scope` has its sizes, its settings and its consts. `step` is None where the state
    itself breaks the property; then it is an initial state. `witness` names the values the property fails for.
    `shown` and `changed` are the locations worth telling: those unlike an initial state, and those the step changes.
    """

    property: str
    scope: Scope
    before: Facts
    step: Step | None
    after: Facts
    witness: tuple[tuple[str, str], ...]
    shown: tuple[Location, ...]
    changed: tuple[Location, ...]

    def run(self) -> Run:
        """The counterexample as a run from its own state. For `replay` it is one only if that state is initial."""
        return Run(self.scope, self.before, () if self.step is None else (self.step,))


@dataclass(frozen=True, slots=True)
class Holds:
    """True in every reachable state (of every step), for any number: `uses` are the invariants and lemmas it needs."""

    uses: tuple[str, ...]
    sorts: tuple[str, ...]

    @property
    def how(self) -> str:
        alone = ("inductive" + (f" with {_listed(self.uses)}" if self.uses else " by itself"),)
        many = (f"for any number of {_listed(self.sorts)}, one or more",) if self.sorts else ()
        return ", ".join(alone + many)


@dataclass(frozen=True, slots=True)
class Fails:
    """False in an initial state, the counterexample. `settings` are those it may be false for; empty = all."""

    counterexample: Counterexample
    settings: Settings = ()


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not proved, with the reason.

    `broken_by` are the moments that do not keep it. Proved nevertheless outside `settings` (empty = for none).
    `reached` is whether a search of the counterexample's scope came to a state like it, where a step breaks the
    property; None = nobody asked, or it could not say.
    """

    reason: str
    counterexample: Counterexample | None = None
    broken_by: tuple[tuple[str, str], ...] = ()
    settings: Settings = ()
    reached: bool | None = None


@dataclass(frozen=True, slots=True)
class NotForAnyNumber:
    """A kind of property that induction does not reach: final, leads to, can. A search of a scope answers it."""

    reason: str


Judgement: TypeAlias = Holds | Fails | Unknown | NotForAnyNumber


@dataclass(frozen=True, slots=True)
class Answer:
    """One property's answer."""

    name: str
    kind: PropertyKind
    lemma: bool
    rules: tuple[str, ...]
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Proofs:
    """The answers, in the order of the text, and all it takes to get them again."""

    protocol: str
    digest: str
    answers: tuple[Answer, ...]
    settings: tuple[tuple[str, Value], ...]
    free: tuple[str, ...]  # params that could have any value
    without: tuple[str, ...]
    solver: str  # name and version
    limits: str  # seed, and what a query may cost
    queries: int
    interrupted: bool = False

    def answer(self, name: str) -> Answer:
        """The answer for a property. Raises KeyError."""
        for answer in self.answers:
            if answer.name == name:
                return answer
        raise KeyError(name)


def settle(proofs: Proofs, reached: Callable[[Counterexample], bool | None]) -> Proofs:
    """The same answers, each counterexample to induction marked with what `reached` says of it.

    `reached` is asked whether a search of the counterexample's scope finds the property broken. Yes refutes it. No
    means that no run of those sizes comes to the state the counterexample starts from (a step leads from there to
    where the property is broken). None means that the search could not say.
    """

    def settled(answer: Answer) -> Answer:
        judgement = answer.judgement
        if not isinstance(judgement, Unknown) or judgement.counterexample is None:
            return answer
        return replace(answer, judgement=replace(judgement, reached=reached(judgement.counterexample)))

    return replace(proofs, answers=tuple(map(settled, proofs.answers)))


def as_state(facts: Facts) -> Mapping[Location, Value]:
    """The state that these facts list."""
    return dict(facts)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names)

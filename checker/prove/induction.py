"""Mutual induction: every invariant is kept by every step from a state where all of them hold.

First the initial states: what is false there is assumed nowhere. Then each property is tried with all other
invariants and lemmas assumed. One that some step breaks even so is not inductive, and may be assumed no more where it
was not proved (`lost`: a box of settings of the open questions). What leaned on it is tried again with less, until
nothing changes. What is left leans only on itself: it is inductive.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from checker.language import core
from checker.language.core import CoreProperty, PropertyKind
from checker.language.protocol import Value
from checker.prove.decode import value_of
from checker.prove.encode import Chosen, Encoding, Happening, reads
from checker.prove.queries import Effort, Impossible, Possible, Query, Undecided
from checker.prove.region import Region, Regions
from checker.prove.terms import Term

Part = int | None
"""One of the queries of a property: a moment by its number, or None for the initial states."""

Progress = Callable[[int, int, str], None]
"""Told how many queries are done, of how many, and which property is at hand."""


class Trouble(StrEnum):
    START = "start"  # an initial state breaks it
    STEP = "step"  # a step breaks it, from a state where everything assumed holds
    LEANS = "leans"  # it was kept only with the help of something that is not proved itself
    UNDECIDED = "undecided"  # z3 does not know


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a property is not proved: where, how, and (`leans`) on what it leaned, or (`undecided`) z3's reason."""

    part: Part
    trouble: Trouble
    reason: str = ""
    on: tuple[str, ...] = ()


class Induction:
    """One attempt at the properties of one core. Call `run`, then read `proved`, `lost` and `failures`."""

    def __init__(self, encoding: Encoding, effort: Effort, progress: Progress | None = None) -> None:
        self.encoding = encoding
        self.effort = effort
        self.regions = Regions(encoding.core, encoding.vocabulary)
        self.properties = {p.name: p for p in encoding.core.properties if _inductive(p)}
        invariants = [p for p in self.properties.values() if p.kind is PropertyKind.INVARIANT]
        self.hypotheses = {p.name: encoding.holds(_formula(p)) for p in invariants}
        self._offered: dict[str, Term] = {}
        self.refuted: dict[str, Region] = {}
        self.lost: dict[str, Region] = {}
        self.failures: dict[str, list[Failure]] = {}
        self._leaned: dict[tuple[str, Part], dict[str, Region | None]] = {}
        self._helped: dict[Part, dict[str, None]] = {}
        self._queries: dict[Part, tuple[Query, Happening | None]] = {}
        self._asked: dict[str, None] = {}
        self._progress = progress
        self._done = 0
        self._planned = len(self.hypotheses)

    def run(self, wanted: tuple[str, ...]) -> None:
        """Try these properties, and whatever invariants they turn out to need."""
        for goal in self.hypotheses:
            self._first_try(goal, None)
        self.refuted = dict(self.lost)
        self._demand(*wanted)
        self._first_round(0)
        while stale := [key for key in self._leaned if self._stale(*key)]:
            tried = len(self._asked)
            for goal, part in stale:
                if not self._hopeless(goal):
                    self._guarded(goal, part, again=True)
            self._first_round(tried)

    def proved(self) -> Mapping[str, tuple[str, ...]]:
        """What is proved (outside its box in `lost`), each with the other invariants its own queries needed."""
        standing = {name for name in self._asked if not self._hopeless(name) and self._complete(name)}
        while falling := {name for name in standing if not standing.issuperset(self._needs(name))}:
            standing -= falling
        order = list(self.properties)
        return {
            name: tuple(sorted(self._needs(name) - {name}, key=order.index)) for name in self._asked if name in standing
        }

    def question(self, goal: str, part: Part) -> tuple[Query, Happening | None, Term, tuple[Chosen, ...]]:
        """The solver for one part, its step, and that the property is false after it (with the values it fails for)."""
        item = self.properties[goal]
        query, happening = self._query(part)
        if happening is None:
            false, chosen = self.encoding.fails(_formula(item), self.encoding.first)
        elif item.kind is PropertyKind.STEP:
            key = (happening.moment.action, happening.moment.moment)
            false, chosen = self.encoding.fails(dict(item.steps)[key], happening.across, happening.bound)
        else:
            false, chosen = self.encoding.fails(_formula(item), happening.then)
        return query, happening, false, chosen

    def parts(self, goal: str) -> Iterator[Part]:
        """The steps to try a property with; one that touches nothing the property reads keeps it anyway."""
        item = self.properties[goal]
        moments = enumerate(self.encoding.core.moments)
        if item.kind is PropertyKind.STEP:
            said = dict(item.steps)
            yield from (
                at for at, moment in moments if said.get((moment.action, moment.moment)) not in (None, core.TRUE)
            )
            return
        read = reads(_formula(item))
        yield from (at for at, moment in moments if any(effect.cell in read for effect in moment.effects))

    def offer(self, more: Mapping[str, Term]) -> None:
        """Something else that `question`s about a step may assume, by names of its own; `run` does not."""
        self._offered.update(more)

    # ------------------------------------------------------------------------------------------------- bookkeeping

    def _demand(self, *names: str) -> None:
        for name in names:
            if name not in self._asked:
                self._asked[name] = None
                self._planned += len(list(self.parts(name)))

    def _first_round(self, already: int) -> None:
        while already < len(self._asked):
            goal = list(self._asked)[already]
            already += 1
            for part in self.parts(goal):
                self._first_try(goal, part)

    def _first_try(self, goal: str, part: Part) -> None:
        if self._progress is not None:
            self._progress(self._done, self._planned, goal)
        if part is None or self.refuted.get(goal) != self.regions.all:
            self._guarded(goal, part, again=False)
        self._done += 1

    def _hopeless(self, goal: str) -> bool:
        return self.lost.get(goal) == self.regions.all

    def _complete(self, goal: str) -> bool:
        parts: list[Part] = list(self.parts(goal))
        if goal in self.hypotheses:
            parts.append(None)
        return all((goal, part) in self._leaned and not self._stale(goal, part) for part in parts)

    def _needs(self, goal: str) -> set[str]:
        return {name for part in self.parts(goal) for name in self._leaned.get((goal, part), {})}

    def _stale(self, goal: str, part: Part) -> bool:
        """Whether something a proof leaned on is worth less now."""
        if self._hopeless(goal):
            return False
        leaned = self._leaned[goal, part].items()
        return any(self.lost.get(name) != region for name, region in leaned if name != goal)

    # ----------------------------------------------------------------------------------------------------- queries

    def _query(self, part: Part) -> tuple[Query, Happening | None]:
        if part not in self._queries:
            axioms = self.encoding.axioms()
            if part is None:
                self._queries[part] = (Query(self.encoding, self.effort, axioms, {}), None)
            else:
                happening = self.encoding.happening(self.encoding.core.moments[part])
                given = [*axioms, happening.possible]
                self._queries[part] = (
                    Query(self.encoding, self.effort, given, {**self.hypotheses, **self._offered}),
                    happening,
                )
        return self._queries[part]

    def assumed(self, part: Part, again: bool) -> dict[str, Term]:
        """Literals for what may be assumed: at first all that is not refuted, `again` only what is not lost."""
        if part is None:
            return {}
        query, _ = self._query(part)
        lost = self.lost if again else self.refuted
        literals = {}
        for name in self.hypotheses:
            outside = self.regions.outside(lost[name]) if name in lost else True
            if outside is not False:
                literals[name] = query.hypothesis(name) if outside is True else query.where(name, outside)
        return literals

    def _guarded(self, goal: str, part: Part, again: bool) -> None:
        try:
            self._try(goal, part, again)
        except Undecided as problem:
            self._fail(goal, Failure(part, Trouble.UNDECIDED, str(problem)), self.regions.all)

    def _try(self, goal: str, part: Part, again: bool) -> None:
        query, _, false, _ = self.question(goal, part)
        assumed = self.assumed(part, again)
        lost = self.lost if again else self.refuted
        worth = {name: lost.get(name) for name in assumed}
        before = self._leaned.get((goal, part), {})
        own = [self.regions.outside(lost[goal])] if goal in lost else []

        # What it leans on elsewhere it leans on anyway.
        leans = {goal} if again else {goal, *self._needs(goal)}

        def kept(answer: Impossible) -> None:
            self._leaned[goal, part] = {name: worth[name] for name in assumed if name in answer.used}
            self._helped.setdefault(part, {}).update(dict.fromkeys(answer.used - {goal}))
            self._demand(*self._leaned[goal, part])

        def elsewhere(outside: Term) -> Mapping[str, Value] | None:
            with query.with_also(outside):
                answer = query.ask(assumed, leans)
            if isinstance(answer, Possible):
                return self._setting(answer)
            kept(answer)
            return None

        with query.with_also(false, *own):
            answer = self._with_few(goal, part, query, assumed, leans) or query.ask(assumed, leans)
            match answer:
                case Impossible():
                    kept(answer)
                case Possible():
                    self._leaned.pop((goal, part), None)
                    leaned = tuple(name for name, region in before.items() if self.lost.get(name) != region)
                    trouble = Trouble.LEANS if again else Trouble.START if part is None else Trouble.STEP
                    self._fail(goal, Failure(part, trouble, on=leaned), frozenset())
                    self._fail_for(goal, self.regions.hull(self._setting(answer), elsewhere))
                case _:
                    assert_never(answer)

    def _with_few(
        self, goal: str, part: Part, query: Query, assumed: Mapping[str, Term], leans: Container[str]
    ) -> Impossible | None:
        """Whether the property alone is enough, or with what helped others over this step: as a rule it is.

        z3 sees that much sooner than with everything assumed.
        """
        few = {name: term for name, term in assumed.items() if name == goal or name in self._helped.get(part, ())}
        if len(few) == len(assumed):
            return None
        try:
            answer = query.ask(few, leans)
        except Undecided:
            return None
        return answer if isinstance(answer, Impossible) else None

    def _setting(self, answer: Possible) -> dict[str, Value]:
        return {name: value_of(answer.model, term) for name, term in self.regions.terms.items()}

    def _fail(self, goal: str, failure: Failure, region: Region) -> None:
        self.failures.setdefault(goal, []).append(failure)
        self._fail_for(goal, region)

    def _fail_for(self, goal: str, region: Region) -> None:
        if region or region == self.regions.all:
            self.lost[goal] = self.lost.get(goal, frozenset()) | region


def _inductive(item: CoreProperty) -> bool:
    return item.kind in (PropertyKind.INVARIANT, PropertyKind.STEP)


def _formula(item: CoreProperty) -> core.Expr:
    assert item.formula is not None, f"{item.name} has no formula of its own"
    return item.formula

"""One mutant after the other, tried on what costs least first: the first thing that settles it ends it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from checker.explore.answer import Said
from checker.explore.difference import Difference, difference
from checker.explore.refute import refute
from checker.explore.runs import ScenarioAnswer, try_scenarios
from checker.language.core import Core
from checker.language.lower import CannotLower, lower
from checker.language.mutants import Change, Mutant, refused
from checker.language.protocol import Protocol, Scenario, ScenarioStep
from checker.model.ground import Machine
from checker.model.run import ReplayFailed, replay
from checker.model.scope import Scope
from checker.mutate.fate import Fate, Killer, Shown
from checker.mutate.plan import Baseline, Plan, params_of
from checker.mutate.recordings import Recording, Recordings

if TYPE_CHECKING:
    from checker.prove.same import Sameness

SECONDS_PER_QUERY = 2.0


class Laboratory:
    """Tries mutants of one protocol. What is known of the protocol itself is worked out once."""

    def __init__(self, plan: Plan, recordings: tuple[Recording, ...] = ()) -> None:
        self.plan = plan
        self._files = recordings
        self._recordings: Recordings | None = None
        self._core = lower(plan.protocol, plan.without)
        self._baselines: dict[Scope, Baseline] = {}
        self._passing: tuple[ScenarioAnswer, ...] | None = None
        self._sameness: Sameness | None = None

    def baseline(self, scope: Scope) -> Baseline:
        """What the protocol itself does in a scope."""
        if scope not in self._baselines:
            self._baselines[scope] = Baseline(self.plan.protocol, scope, self.plan.limits.states)
        return self._baselines[scope]

    def passing(self) -> tuple[ScenarioAnswer, ...]:
        """The runs of the text that are as they are said to be, with how they go."""
        if self._passing is None:
            tried = try_scenarios(self.plan.protocol, self.plan.scopes[0]) if self.plan.scopes else ()
            self._passing = tuple(answer for answer in tried if answer.said is Said.HOLDS)
        return self._passing

    @property
    def recordings(self) -> Recordings | None:
        """The recordings to ask, if there are any."""
        if self._files and self._recordings is None:
            self._recordings = Recordings(self.plan, self._files)
        return self._recordings

    def try_on(self, mutant: Mutant) -> Shown:
        """The mutant's fate. Ctrl-C goes through. Raises InternalError where the reference does not agree."""
        why = refused(mutant, self.plan.protocol)
        if why:
            return Shown(mutant, Fate.KILLED, why, Killer.LANGUAGE)
        protocol = mutant.of(self.plan.protocol)
        try:
            core = lower(protocol, self.plan.without)
        except CannotLower as problem:
            return Shown(mutant, Fate.KILLED, problem.problems[0][1], Killer.LANGUAGE)
        return _Trial(self, mutant, protocol, core).shown()

    def same(self, core: Core, action: str) -> tuple[str, ...] | None:
        """The invariants with which the mutant's action is proved to be that of the protocol; None if it is not."""
        from checker.prove.same import NotShown, Sameness

        if self._sameness is None:
            self._sameness = Sameness(self._core, self.plan.proved, self.plan.settings, SECONDS_PER_QUERY)
        used: set[str] = set()
        for one, other in zip(self._core.moments, core.moments, strict=True):
            if one.action == action and one != other:
                answer = self._sameness.same(one, other)
                if isinstance(answer, NotShown):
                    return None
                used.update(answer.uses)
        return tuple(name for name in self.plan.proved if name in used)


@dataclass(slots=True)
class _Trial:
    laboratory: Laboratory
    mutant: Mutant
    protocol: Protocol
    core: Core
    deadline: float | None = None
    lemma: Shown | None = None
    first: Difference | None = None
    doubts: tuple[str, ...] = ()
    tried: tuple[str, ...] = ()

    def shown(self) -> Shown:
        plan = self.laboratory.plan
        if plan.limits.seconds is not None:
            self.deadline = time.monotonic() + plan.limits.seconds
        for found in self._stages():
            return found
        if self.lemma is not None:
            return self.lemma
        if self.doubts or not self.tried:
            return self._said(Fate.UNKNOWN, self.doubts[0] if self.doubts else "there is no scope small enough")
        where = f"no property or run notices in {len(self.tried)} scopes"
        return replace(self._said(Fate.SURVIVED, where), difference=self.first)

    def _stages(self) -> Iterator[Shown]:
        """What costs least first. Later stages look at what the ones before saw."""
        scopes = self.laboratory.plan.scopes
        yield from self._scopes(scopes[:1])
        yield from self._equivalent()
        yield from self._runs()
        yield from self._scopes(scopes[1:])
        yield from self._scopes(self._readings())
        yield from self._recorded()

    def _said(self, fate: Fate, how: str) -> Shown:
        return Shown(self.mutant, fate, how, tried=self.tried)

    def _left(self) -> float | None:
        return None if self.deadline is None else max(self.deadline - time.monotonic(), 0.001)

    def _scopes(self, scopes: tuple[Scope, ...]) -> Iterator[Shown]:
        for scope in scopes:
            baseline = self.laboratory.baseline(scope)
            if not baseline.graph.complete or not baseline.graph.states:
                continue  # a reading of the open questions in which the protocol itself is too large
            if self.deadline is not None and time.monotonic() > self.deadline:
                self.doubts += (f"{self.laboratory.plan.limits.seconds:g} s were over",)
                return
            self.tried += (scope.name,)
            machine = Machine(self.protocol, scope, self.core)
            different = difference(
                baseline.graph, baseline.symmetry, baseline.machine, machine, self.mutant.action.name
            )
            if different is None:
                continue
            self.first = self.first or different
            limits = replace(self.laboratory.plan.limits, seconds=self._left())
            found = refute(machine, baseline.holding, limits, baseline.lemmas)
            if found.broken is not None:
                item = found.broken.property
                killer = Killer.LEMMA if item.lemma else Killer.PROPERTY
                how = f"{item.name} is {found.broken.how}"
                shown = Shown(
                    self.mutant, Fate.KILLED, how, killer, item.name, scope.name, found.broken.witness, tried=self.tried
                )
                if killer is Killer.PROPERTY:
                    yield shown
                self.lemma = self.lemma or shown
            self.doubts += found.unknown[:1]

    def _readings(self) -> tuple[Scope, ...]:
        """Other answers to the open questions that the action asks about; to all, where nothing differed so far."""
        plan = self.laboratory.plan
        asked = params_of(plan.protocol, self.mutant.action)
        return tuple(scope for name, scope in plan.readings if self.first is None or name in asked)

    def _equivalent(self) -> Iterator[Shown]:
        """Where a scope tells the two apart there is nothing to prove."""
        if self.first is None and self.tried:
            uses = self.laboratory.same(self.core, self.mutant.action.name)
            if uses is not None:
                how = f"follows from {', '.join(uses)}" if uses else "the other conditions imply it"
                yield replace(self._said(Fate.EQUIVALENT, how), uses=uses)

    def _recorded(self) -> Iterator[Shown]:
        recordings = self.laboratory.recordings
        found = recordings.notice(self.mutant, self.protocol) if recordings is not None else None
        if found is not None:
            yield replace(found, tried=self.tried)

    def _runs(self) -> Iterator[Shown]:
        if not self.tried:
            return
        open_ = [answer.scenario for answer in self.laboratory.passing() if not self._still_passes(answer)]
        open_.sort(key=lambda item: not _names(item, self.mutant.action.name))
        within = replace(self.protocol, scenarios=tuple(open_))
        limits = replace(self.laboratory.plan.limits, seconds=self._left())
        for answer in try_scenarios(within, self.laboratory.plan.scopes[0], limits=limits):
            if answer.said is Said.FAILS:
                name = answer.scenario.name
                how = f"run {name}: {answer.how}"
                yield Shown(
                    self.mutant, Fate.KILLED, how, Killer.RUN, name, answer.scope.name, answer.run, tried=self.tried
                )
            elif answer.said is Said.UNKNOWN:
                self.doubts += (f"run {answer.scenario.name}: {answer.how}",)

    def _still_passes(self, answer: ScenarioAnswer) -> bool:
        """Whether a run that must be possible surely is: leaving a guard out takes none away, or it goes as before."""
        if answer.scenario.fails_at is not None or answer.run is None:
            return False
        if self.mutant.change is Change.GUARD:
            return True
        try:
            replay(self.protocol, answer.run)
        except ReplayFailed:
            return False
        return True


def _names(scenario: Scenario, action: str) -> bool:
    return any(isinstance(step, ScenarioStep) and step.action == action for step in scenario.steps)

"""The scenarios of a text, tried: is there a run like this, or does it fail where it is said to?

Between the steps of a scenario hidden steps may happen, and at `..` any steps. A step named by its outcome alone stands
for the whole request: where the scenario never says `ACTION.begin`, its begin may come before it. `must fail at RULE`
asks that no run gets past the last step (or that each that does breaks RULE), and that one is refused by RULE.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from checker.explore.answer import Said
from checker.explore.safety import steps_in_words, typed
from checker.explore.scenarios import Binding, Script, scope_for
from checker.explore.search import CLOCK, Limits
from checker.explore.symmetry import Symmetry, find_symmetry
from checker.explore.witness import confirm, replayed
from checker.language.build import is_true
from checker.language.core import CoreProperty, PropertyKind
from checker.language.protocol import BEGIN, Invariant, Protocol, Scenario, StepRule
from checker.model.ground import Machine
from checker.model.reference import Reference
from checker.model.run import Run, Step
from checker.model.scope import Scope

EACH = Limits(300_000)


@dataclass(frozen=True, slots=True)
class ScenarioAnswer:
    """How a scenario fared. `run` is the run found, or as far as any run got; `rules` were in the way at its end."""

    scenario: Scenario
    scope: Scope
    said: Said
    how: str
    run: Run | None = None
    rules: tuple[str, ...] = ()


def try_scenarios(
    protocol: Protocol,
    scope: Scope,
    *,
    limits: Limits = EACH,
    progress: Callable[[str], None] | None = None,
) -> Iterator[ScenarioAnswer]:
    """Every `run` of the protocol, in its own scope or in the given one, as it is tried. Limits are for each run."""
    prepared: dict[Scope, tuple[Machine, Symmetry]] = {}  # most runs share a scope
    for scenario in protocol.scenarios:
        if progress is not None:
            progress(f"trying {scenario.name}")
        within = scope_for(protocol, scenario, scope)
        if within not in prepared:
            prepared[within] = _prepared(protocol, within)
        yield _tried(*prepared[within], scenario, limits)


def try_scenario(protocol: Protocol, scenario: Scenario, scope: Scope, *, limits: Limits = EACH) -> ScenarioAnswer:
    """One of them. Raises InternalError where the reference does not agree with what was found."""
    return _tried(*_prepared(protocol, scope_for(protocol, scenario, scope)), scenario, limits)


def _prepared(protocol: Protocol, scope: Scope) -> tuple[Machine, Symmetry]:
    machine = Machine(protocol, scope)
    return machine, find_symmetry(machine)


def _tried(machine: Machine, symmetry: Symmetry, scenario: Scenario, limits: Limits) -> ScenarioAnswer:
    attempt = _Attempt(machine, Script(machine, symmetry, scenario), limits)
    return attempt.must_pass() if scenario.fails_at is None else attempt.must_fail(scenario.fails_at)


@dataclass(frozen=True, slots=True)
class _Place:
    """A state a run of the scenario is in, how many steps of the scenario are behind it, and what names stand for."""

    state: bytes
    position: int
    binding: Binding
    parent: int
    ground: int


@dataclass(slots=True)
class _Attempt:
    machine: Machine
    script: Script
    limits: Limits
    places: list[_Place] = field(default_factory=list)
    cut: str = ""

    def must_pass(self) -> ScenarioAnswer:
        wanted = self.script.wanted
        farthest = -1
        for number, place in self._search(len(wanted)):
            if farthest < 0 or place.position > self.places[farthest].position:
                farthest = number
            if place.position == len(wanted):
                return self._answer(Said.HOLDS, f"possible in {steps_in_words(self._run(number))}", self._run(number))
        if self.cut:
            return self._answer(Said.UNKNOWN, f"no such run was found, but {self.cut}")
        if farthest < 0:
            return self._answer(Said.FAILS, "there is no initial state")
        return self._stopped(self.places[farthest].position, "")

    def must_fail(self, rule: str) -> ScenarioAnswer:
        last = len(self.script.wanted) - 1
        evidence: tuple[int, tuple[str, ...], Step] | None = None
        reached = False
        for number, place in self._search(last):
            if place.position < last:
                continue
            reached = True
            for ground, refused in self._last_steps(place):
                step = self.machine.grounds[ground].step
                if refused is None:
                    broken = self._breaks(place.state, ground, rule)
                    if not broken:
                        run = self._run(number, step)
                        replayed(self.machine, run)
                        return self._answer(Said.FAILS, "the last step is possible, and breaks nothing", run)
                    refused = (rule,)
                if rule in refused and (evidence is None or len(refused) < len(evidence[1])):
                    evidence = number, refused, step
        if self.cut:
            return self._answer(Said.UNKNOWN, f"no run got past the last step, but {self.cut}")
        if not reached:
            farthest = max((place.position for place in self.places), default=0)
            return self._stopped(farthest, "it does not get to its last step: ")
        if evidence is None:
            return self._stopped(last, f"{rule} is not in the way: ")
        number, refused, step = evidence
        run = self._run(number)
        self._confirm(run, step, rule)
        return self._answer(Said.HOLDS, f"refused by {', '.join(refused)} after {steps_in_words(run)}", run, refused)

    # --------------------------------------------------------------------------------------------------------- search

    def _search(self, until: int) -> Iterator[tuple[int, _Place]]:
        """Places, nearest first, up to those with `until` steps of the scenario behind them; each once, up to names."""
        script, machine = self.script, self.machine
        seen: set[object] = set()
        deadline = None if self.limits.seconds is None else time.monotonic() + self.limits.seconds

        def add(place: _Place) -> None:
            key = script.key(place.state, place.position, place.binding)
            if key not in seen:
                seen.add(key)
                self.places.append(place)

        for state in machine.initial_states():
            add(_Place(state, 0, script.nothing, -1, -1))
        number = 0
        while number < len(self.places):
            place = self.places[number]
            yield number, place
            if len(self.places) > self.limits.states:
                self.cut = f"{self.limits.states:,} places were reached"
                return
            if deadline is not None and number % CLOCK == 0 and time.monotonic() > deadline:
                self.cut = f"{self.limits.seconds:g} s were over"
                return
            # At the end there is nothing to wait for when it must pass; when it must fail, hidden steps may help it.
            if place.position < len(script.wanted):
                for following in self._following(place, number, until):
                    add(following)
            number += 1

    def _following(self, place: _Place, number: int, until: int) -> Iterator[_Place]:
        wanted = self.script.wanted[place.position]
        for at, after in self.machine.successors(place.state):
            ground = self.machine.grounds[at]
            if place.position < until:
                binding = self.script.match(wanted, wanted.moment, ground, place.binding)
                if binding is not None:
                    yield _Place(after, place.position + 1, binding, number, at)
            if wanted.free or ground.moment.hidden:
                yield _Place(after, place.position, place.binding, number, at)
            elif wanted.begin:
                binding = self.script.match(wanted, BEGIN, ground, place.binding)
                if binding is not None:
                    yield _Place(after, place.position, binding, number, at)

    def _last_steps(self, place: _Place) -> Iterator[tuple[int, tuple[str, ...] | None]]:
        """Each way the wanted step could go here: the rules that refuse it, or None if it is possible."""
        wanted = self.script.wanted[place.position]
        for ground in self.machine.grounds:
            if ground.moment.action != wanted.action:
                continue
            begins = wanted.begin and ground.moment.moment == BEGIN
            if self.script.match(wanted, BEGIN if begins else wanted.moment, ground, place.binding) is None:
                continue
            guards = ground.moment.guards
            failing = self.machine.failing(ground.number, place.state)
            refused = tuple(dict.fromkeys(rule for position in failing for rule in guards[position].rules))
            if failing or self.machine.fire(ground.number, place.state) is None:
                yield ground.number, refused
            elif not begins:  # a begin that is possible is no end: the search goes on from there
                yield ground.number, None

    def _breaks(self, state: bytes, number: int, rule: str) -> bool:
        """Whether the step breaks a property that cites the rule."""
        after = self.machine.force(number, state)
        moment = self.machine.grounds[number].moment
        for item in self.machine.core.properties:
            if rule not in item.rules:
                continue
            if item.kind is PropertyKind.INVARIANT and item.formula is not None:
                if not self.machine.test(item.formula)(after):
                    return True
            elif item.kind is PropertyKind.STEP and _says(item, moment.action, moment.moment):
                if not self.machine.step_test(item)(number, state, after):
                    return True
        return False

    # -------------------------------------------------------------------------------------------------------- answers

    def _stopped(self, position: int, why: str) -> ScenarioAnswer:
        """No run gets past this step of the scenario: the place where the fewest rules are in the way."""
        best: tuple[int, tuple[str, ...]] | None = None
        for number, place in enumerate(self.places):
            if place.position == position:
                for _, refused in self._last_steps(place):
                    if refused is not None and (best is None or len(refused) < len(best[1])):
                        best = number, refused
        wanted = self.script.wanted[position]
        name = f"step {position + 1}, {wanted.action}.{wanted.moment}"
        if best is None:
            return self._answer(Said.FAILS, f"{why}{name} has no individuals to be about")
        blame = f"refused by {', '.join(best[1])}" if best[1] else "not possible"
        run = self._run(best[0])
        return self._answer(Said.FAILS, f"{why}{name} is {blame} after {steps_in_words(run)}", run, best[1])

    def _run(self, number: int, *more: Step) -> Run:
        steps: list[Step] = []
        while self.places[number].parent >= 0:
            steps.append(self.machine.grounds[self.places[number].ground].step)
            number = self.places[number].parent
        start = self.machine.layout.unpack(self.places[number].state)
        return Run(self.machine.scope, tuple(start.items()), (*steps[::-1], *more))

    def _confirm(self, run: Run, step: Step, rule: str) -> None:
        """The reference must see the rule refuse the step, or be broken by it."""
        reference = Reference(self.machine.protocol, run.scope)
        state = replayed(self.machine, run)[-1]
        if any(rule in guard.rules for guard in reference.failing(step, state)):
            return
        after = reference.after(step, state)
        for item in self.machine.core.properties:
            if rule in item.rules:
                if item.kind is PropertyKind.INVARIANT:
                    holds = reference.holds(typed(self.machine, item, Invariant), after)
                elif item.kind is PropertyKind.STEP:
                    holds = reference.step_holds(typed(self.machine, item, StepRule), state, step, after)
                else:
                    continue
                if not holds:
                    return
        confirm(False, f"{rule} is in the way of the last step of {self.script.scenario.name}")

    def _answer(self, said: Said, how: str, run: Run | None = None, rules: tuple[str, ...] = ()) -> ScenarioAnswer:
        if run is not None:
            replayed(self.machine, run)
        return ScenarioAnswer(self.script.scenario, self.machine.scope, said, how, run, rules)


def _says(item: CoreProperty, action: str, moment: str) -> bool:
    return any(key == (action, moment) and not is_true(formula) for key, formula in item.steps)

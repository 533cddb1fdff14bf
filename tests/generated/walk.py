"""Random walks of a protocol in a small scope, biased so that whole stories come about and every moment has its turn.

Each walk has a mood: it leaves some of what nobody owes (optional actions, refusals, faults) out altogether and likes
some of the rest more. Walks of many moods reach more than walks that are all alike.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from checker.language.core import CoreMoment, PropertyKind
from checker.language.protocol import Protocol
from checker.model.ground import Ground, Machine
from checker.model.run import Run
from checker.model.scope import Scope

Moment = tuple[str, str]

SHY = {"optional": 0.25, "failure": 0.12, "fault": 0.006}  # how likely these are beside what is owed
LEFT_OUT = 0.4  # how often a mood leaves such a moment out
AGAIN = 0.05  # what a step counts that leads where the walk has been
WEARY = 0.5  # how much less a step is liked each time that its moment was taken in the walk, where nobody owes it
EAGER = 0.6  # how often a step is taken that only the protocol without a rule allows


@dataclass(frozen=True, slots=True)
class Walk:
    """Steps by number from a start. `broken` is the first step that the whole protocol refuses, None if none is."""

    machine: Machine
    start: bytes
    steps: tuple[int, ...]
    states: tuple[bytes, ...]  # the start first
    broken: int | None = None

    @property
    def grounds(self) -> tuple[Ground, ...]:
        return tuple(self.machine.grounds[number] for number in self.steps)

    def run(self) -> Run:
        """The walk as a run, for the reference."""
        faults = sum(ground.moment.fault for ground in self.grounds)
        scope = replace(self.machine.scope, faults=max(faults, self.machine.scope.faults))
        start = tuple(self.machine.layout.unpack(self.start).items())
        return Run(scope, start, tuple(ground.step for ground in self.grounds))


@dataclass
class Walker:
    """Walks of one protocol in one scope; without some rules where `scope.without` says so."""

    protocol: Protocol
    scope: Scope
    taken: Counter[Moment] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.machine = Machine(self.protocol, self.scope)
        self.starts = list(self.machine.initial_states())
        self.finals = [
            self.machine.test(prop.formula)
            for prop in self.machine.core.properties
            if prop.kind is PropertyKind.FINAL and prop.formula is not None
        ]
        whole = replace(self.scope, without=frozenset())
        self.whole = Machine(self.protocol, whole) if self.scope.without else None

    def at_rest(self, state: bytes) -> bool:
        """Whether a run may end here."""
        return all(final(state) for final in self.finals)

    def walk(self, rng: random.Random, most: int, tail: int = 6) -> Walk:
        """A walk of at most so many steps. It ends early where it is at rest, now and then; of a protocol without a
        rule it ends `tail` steps after the first step that the whole protocol refuses.
        """
        mood = {key: self._liking(rng, moment) for key, moment in self._moments()}
        state = start = rng.choice(self.starts)
        steps: list[int] = []
        states = [state]
        been = {state}
        broken: int | None = None
        while len(steps) < most and (broken is None or len(steps) <= broken + tail):
            possible = self.machine.successors(state)
            refused = [pair for pair in possible if broken is None and self._refused(pair[0], state)]
            if refused and rng.random() < EAGER:
                number, after = rng.choice(refused)
                broken = len(steps)
            else:
                allowed = [pair for pair in possible if pair not in refused]
                weights = [self._weight(mood, number, after in been) for number, after in allowed]
                stuck = all(after in been for _, after in allowed)
                if not allowed or (stuck and rng.random() < 0.15):
                    break
                number, after = rng.choices(allowed, weights)[0]
            self.taken[self._key(number)] += 1
            moment = self.machine.grounds[number].moment
            if moment.optional or moment.failure or moment.fault:
                mood[self._key(number)] *= WEARY
            steps.append(number)
            states.append(after)
            been.add(after)
            state = after
            if len(steps) > most / 2 and self.at_rest(state) and rng.random() < 0.3:
                break
        return Walk(self.machine, start, tuple(steps), tuple(states), broken)

    def missing(self) -> list[Moment]:
        """The moments that no walk has taken so far."""
        return [key for key, _ in self._moments() if key not in self.taken]

    def _moments(self) -> Iterator[tuple[Moment, CoreMoment]]:
        return (((moment.action, moment.moment), moment) for moment in self.machine.core.moments)

    def _liking(self, rng: random.Random, moment: CoreMoment) -> float:
        weight = 1.0
        for name, factor in SHY.items():
            if getattr(moment, name):
                weight *= 0.0 if rng.random() < LEFT_OUT else factor
        rare = 1 + 2 / (1 + self.taken[moment.action, moment.moment])
        return weight * rare * rng.choice((0.5, 1.0, 2.0))

    def _weight(self, mood: dict[Moment, float], number: int, again: bool) -> float:
        return max(mood[self._key(number)], 1e-9) * (AGAIN if again else 1.0)

    def _key(self, number: int) -> Moment:
        moment = self.machine.grounds[number].moment
        return moment.action, moment.moment

    def _refused(self, number: int, state: bytes) -> bool:
        if self.whole is None:
            return False
        return self.whole.fire(self.whole.number(self.machine.grounds[number].step), state) is None

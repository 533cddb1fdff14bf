"""In which variants of a family each property fails, for all variants at once: a set of variants is a number.

Exact with symmetry, as the search of one variant is: what is said of one tuple of individuals is followed as a thread
(NOTE(threads) in `threads.py`). Weak fairness is the fixpoint of Emerson and Lei ("Efficient model checking in
fragments of the propositional mu-calculus", LICS 1986), with its instances as threads too. Strong fairness is not
there: see `Outcome.unknown`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from checker.explore.family import Arrow, Family, FamilyGraph, reads_params
from checker.explore.threads import Instances
from checker.language.core import TRUE, CoreProperty, Expr, PropertyKind
from checker.language.protocol import Fairness
from checker.model.ground import Machine

STRONG = "strong fairness is looked at one variant at a time"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One property: the variants in which it fails, those where nobody knows (and why), those where it says nothing.

    In all others it holds in the scope.
    """

    property: CoreProperty
    fails: int
    unknown: int
    idle: int
    why: str = ""
    steps: Mapping[int, int] | None = None
    """By number of steps, the variants whose shortest run against it has so many; None where that is not known."""


class Judging:
    """The answers of one family that was searched."""

    def __init__(self, family: Family, graph: FamilyGraph) -> None:
        self.family, self.graph = family, graph
        self._all = family.everything
        self._machines: dict[int, Machine] = {}
        self._grounds = family.machine.grounds
        self._owed = [not (ground.moment.fault or ground.moment.optional) for ground in self._grounds]

    def answer(self, item: CoreProperty) -> Outcome:
        """The outcome of one property. What a search that was cut short does not show is unknown."""
        steps: dict[int, int] = {}
        idle = 0
        match item.kind:
            case PropertyKind.INVARIANT:
                fails = self._invariant(item, steps)
            case PropertyKind.STEP:
                fails = self._step_rule(item, steps)
            case PropertyKind.FINAL | PropertyKind.CAN | PropertyKind.LEADS_TO if self.graph.cut:
                return Outcome(item, 0, self._all, 0, self.graph.cut)
            case PropertyKind.FINAL:
                fails, idle = self._final(item, steps)
            case PropertyKind.CAN:
                fails = self._can(item, steps)
            case PropertyKind.LEADS_TO:
                if any(fair.strong for fair in item.fair):
                    return Outcome(item, 0, self._all, 0, STRONG)
                fails, idle = self._leads_to(item)
                return Outcome(item, fails, 0, idle)
            case _:
                assert_never(item.kind)
        unknown = self._all & ~fails if self.graph.cut else 0
        return Outcome(item, fails, unknown, idle & ~fails, self.graph.cut, steps)

    # ------------------------------------------------------------------------------------------------------- formulas

    def tests(
        self, expr: Expr | None, bound: tuple[tuple[str, int], ...] = ()
    ) -> list[tuple[int, Callable[[bytes], bool]]]:
        """The formula as a test of states, for each group of variants that agree on the params it reads."""
        if expr is None:
            raise ValueError("a property lacks a formula")
        groups = self.family.agree(reads_params(self.family, expr))
        return [(mask, self._machine(mask).test(expr, bound)) for mask in groups.values()]

    def _machine(self, mask: int) -> Machine:
        """A machine for one of these variants."""
        at = (mask & -mask).bit_length() - 1
        if at not in self._machines:
            self._machines[at] = Machine(self.family.protocol, self.family.variants[at])
        return self._machines[at]

    def _true(self, expr: Expr | None, bound: tuple[tuple[str, int], ...] = ()) -> list[int]:
        """For each state the variants that reach it and in which the formula is true there."""
        tests = self.tests(expr, bound)
        return [
            reached & sum(mask for mask, test in tests if test(state))
            for state, reached in zip(self.graph.states, self.graph.reached, strict=True)
        ]

    # --------------------------------------------------------------------------------------------------------- safety

    def _bad(self, at: int, where: int, steps: dict[int, int], more: int = 0) -> None:
        """Notes how many steps it takes to get to a bad state (and `more`)."""
        for depth, mask in self.graph.levels[at]:
            if mask & where:
                steps[depth + more] = steps.get(depth + more, 0) | mask & where

    def _invariant(self, item: CoreProperty, steps: dict[int, int]) -> int:
        fails = 0
        for at, (true, reached) in enumerate(zip(self._true(item.formula), self.graph.reached, strict=True)):
            bad = reached & ~true
            if bad:
                fails |= bad
                self._bad(at, bad, steps)
        return fails

    def _step_rule(self, item: CoreProperty, steps: dict[int, int]) -> int:
        said = dict(item.steps)
        groups = self.family.agree(reads_params(self.family, *said.values()))
        tests = [(mask, self._machine(mask).step_test(item)) for mask in groups.values()]
        silent = {ground.number for ground in self._grounds if said[ground.moment.action, ground.moment.moment] == TRUE}
        fails = 0
        for at, (state, edges) in enumerate(zip(self.graph.states, self.graph.steps, strict=True)):
            bad = 0
            for ground, after, where in edges:
                if ground not in silent:
                    bad |= sum(mask & where for mask, test in tests if mask & where and not test(ground, state, after))
            if bad:
                fails |= bad
                self._bad(at, bad, steps, 1)
        return fails

    def _final(self, item: CoreProperty, steps: dict[int, int]) -> tuple[int, int]:
        """Where it fails, and where no run ever ends."""
        fails, ended = 0, 0
        for at, true in enumerate(self._true(item.formula)):
            if at in self.graph.shut:
                continue
            going_on = 0
            for ground, _, _, where in self.graph.after[at]:
                if self._owed[ground]:
                    going_on |= where
            ends = self.graph.reached[at] & ~going_on
            ended |= ends
            bad = ends & ~true
            if bad:
                fails |= bad
                self._bad(at, bad, steps)
        return fails, self._all & ~ended

    # -------------------------------------------------------------------------------------- what is said of one tuple

    def _instances(self, item: CoreProperty) -> tuple[Instances, list[tuple[tuple[str, int], ...]]]:
        space = Instances(self.family.symmetry, tuple(type_ for _, type_ in item.variables), self.family.machine.sizes)
        return space, space.bound(tuple(name for name, _ in item.variables))

    def _can(self, item: CoreProperty, steps: dict[int, int]) -> int:
        space, bounds = self._instances(item)
        possible = [self._true(item.formula, bound) for bound in bounds]
        for at in self.graph.shut:  # what comes after is not known, and may be a way
            for known in possible:
                known[at] = self.graph.reached[at]
        into: list[list[tuple[int, int, int]]] = [[] for _ in self.graph.states]
        for source, edges in enumerate(self.graph.after):
            for _, target, renaming, where in edges:
                into[target].append((source, renaming, where))
        waiting = deque(range(len(self.graph.states)))
        queued = bytearray(b"\1" * len(waiting))
        while waiting:
            at = waiting.popleft()
            queued[at] = 0
            for source, renaming, where in into[at]:
                moved = space.moved(renaming)
                grown = False
                for number, known in enumerate(possible):
                    more = where & possible[moved[number]][at] & ~known[source]
                    if more:
                        known[source] |= more
                        grown = True
                if grown and not queued[source]:
                    queued[source] = 1
                    waiting.append(source)
        fails = 0
        for at, reached in enumerate(self.graph.reached):
            bad = 0
            for known in possible:
                bad |= reached & ~known[at]
            if bad:
                fails |= bad
                self._bad(at, bad, steps)
        return fails

    def _leads_to(self, item: CoreProperty) -> tuple[int, int]:
        """Where it fails, and where the premise is never met."""
        space, bounds = self._instances(item)
        width = len(bounds)
        premises = [self._true(item.premise, bound) for bound in bounds]
        conclusions = [self._true(item.formula, bound) for bound in bounds]
        met = 0
        open_ = [0] * (width * len(self.graph.states))
        starts = [0] * len(open_)
        for at, reached in enumerate(self.graph.reached):
            for number in range(width):
                place = at * width + number
                met |= premises[number][at]
                open_[place] = 0 if at in self.graph.shut else reached & ~conclusions[number][at]
                starts[place] = premises[number][at] & open_[place]
        waits = Waiting(self.family, self.graph, space, width, item.fair)
        # Only from where a run is that met the premise and not the conclusion since.
        stays = waits.forever(waits.onward(starts, open_))
        fails = 0
        for place, start in enumerate(starts):
            fails |= start & stays[place]
        return fails, self._all & ~met


class Waiting:
    """The threaded graph of one property for all variants; a place is a state and an instance, as a number."""

    def __init__(
        self, family: Family, graph: FamilyGraph, space: Instances, width: int, fair: tuple[Fairness, ...]
    ) -> None:
        self._graph, self._space, self._width = graph, space, width
        machine = family.machine
        first: dict[str, int] = {}
        spaces: list[tuple[int, Instances]] = []
        count = 0
        for action in dict.fromkeys(each.action for each in fair):
            moments = [moment for moment in machine.core.moments if moment.action == action and not moment.fault]
            if moments:
                instances = Instances(family.symmetry, tuple(type_ for _, type_ in moments[0].params), machine.sizes)
                first[action] = len(spaces)
                spaces.append((count, instances))
                count += len(instances)
        self._spaces, self._fair = spaces, range(count)
        self._of_ground = [
            spaces[first[ground.moment.action]][0]
            + spaces[first[ground.moment.action]][1].numbers[tuple(map(int, ground.args))]
            if ground.moment.action in first
            else -1
            for ground in machine.grounds
        ]
        self._moved: dict[int, tuple[int, ...]] = {}

    def _fair_moved(self, renaming: int) -> tuple[int, ...]:
        found = self._moved.get(renaming)
        if found is None:
            found = self._moved[renaming] = tuple(
                base + number for base, space in self._spaces for number in space.moved(renaming)
            )
        return found

    def onward(self, starts: list[int], open_: list[int]) -> list[int]:
        """Where a run can be that started at one of the places and stayed in open ones since."""
        found = list(starts)
        waiting = deque(at for at, mask in enumerate(found) if mask)
        while waiting:
            place = waiting.popleft()
            for _, target, _, where in self._arrows(place):
                more = found[place] & where & open_[target] & ~found[target]
                if more:
                    found[target] |= more
                    waiting.append(target)
        return found

    def forever(self, inside: list[int]) -> list[int]:
        """Of places, those from which a fair run never leaves them: by shrinking until nothing changes."""
        stays = list(inside)
        while True:
            self._endless(stays)
            before = sum(map(int.bit_count, stays))
            live = [place for place, mask in enumerate(stays) if mask]
            for fair in self._progress(live, stays):
                for place in live:
                    stays[place] &= fair[place]
            if sum(map(int.bit_count, stays)) == before:
                return stays

    def _endless(self, stays: list[int]) -> None:
        """Takes away the places from which no run goes on among the others, nor may stop."""
        into: dict[int, list[int]] = {}
        live = [place for place, mask in enumerate(stays) if mask]
        for place in live:
            for _, target, _, _ in self._arrows(place):
                into.setdefault(target, []).append(place)
        waiting = deque(live)
        queued = set(live)
        while waiting:
            place = waiting.popleft()
            queued.discard(place)
            if not stays[place]:
                continue
            on = self._stops(place // self._width)
            for _, target, _, where in self._arrows(place):
                on |= where & stays[target]
            if stays[place] & ~on:
                stays[place] &= on
                for source in into.get(place, ()):
                    if source not in queued:
                        queued.add(source)
                        waiting.append(source)

    def _progress(self, live: list[int], stays: list[int]) -> Iterator[dict[int, int]]:
        """For each fair instance, where it is taken or impossible now or later, on a way that stays."""
        # Under renamings an instance becomes another: all are worked out together.
        found = [
            {place: stays[place] & ~self._possible(place // self._width, each) for place in live} for each in self._fair
        ]
        into: dict[int, list[tuple[int, int, int]]] = {}
        for place in live:
            for ground, target, renaming, where in self._arrows(place):
                if stays[target]:
                    into.setdefault(target, []).append((place, renaming, where))
                    taken = self._of_ground[ground]
                    if taken >= 0:
                        found[taken][place] |= where & stays[place] & stays[target]
        waiting = deque(live)
        queued = set(live)
        while waiting:
            target = waiting.popleft()
            queued.discard(target)
            for place, renaming, where in into.get(target, ()):
                moved = self._fair_moved(renaming)
                grown = False
                for each in self._fair:
                    more = where & stays[place] & found[moved[each]][target] & ~found[each][place]
                    if more:
                        found[each][place] |= more
                        grown = True
                if grown and place not in queued:
                    queued.add(place)
                    waiting.append(place)
        return iter(found)

    # --------------------------------------------------------------------------------------------------------- places

    def _arrows(self, place: int) -> Iterator[Arrow]:
        """The steps from a place to other places."""
        at, number = divmod(place, self._width)
        for ground, target, renaming, where in self._graph.after[at]:
            yield ground, target * self._width + self._space.moved(renaming)[number], renaming, where

    def _possible(self, at: int, instance: int) -> int:
        """The variants in which a fair instance is possible in a state."""
        found = 0
        for ground, _, _, where in self._graph.after[at]:
            if self._of_ground[ground] == instance:
                found |= where
        return found

    def _stops(self, at: int) -> int:
        """The variants in which nothing that is assumed fair is possible in a state, and a run may stop there."""
        going_on = 0
        for ground, _, _, where in self._graph.after[at]:
            if self._of_ground[ground] >= 0:
                going_on |= where
        return self._graph.reached[at] & ~going_on

"""A shortest run to one fate of one cell of the atlas: nothing fails, then the failure strikes, then what is owed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from checker.explore.atlas import Atlas, Cell
from checker.explore.family import Arrow
from checker.explore.outlook import ENDLESS, NAMELESS, OPEN, Before, Chances, Fates
from checker.explore.witness import Edge, Lift, confirm, replayed
from checker.language.protocol import BEGIN, Kind, Protocol, Type, Value
from checker.model.reference import Reference, State
from checker.model.run import Run


@dataclass(frozen=True, slots=True)
class Story:
    """The run; `strike` is the number of the step that fails, from 1, and `struck` whom its fate is told of.

    `lost` are the goals that it loses for them, each with the number of the step.
    """

    run: Run
    strike: int
    struck: tuple[tuple[str, Value], ...]
    lost: tuple[tuple[str, int], ...]


class _Place(NamedTuple):
    """A state with an instance; before the strike with the last step that concerned it, after it with -1."""

    at: int
    instance: int
    label: int


Came = dict[_Place, tuple[_Place, Arrow] | None]


def story(made: Atlas, cell: Cell, fate: str, setting: int) -> Story | None:
    """A shortest run to the fate in a setting, replayed by the reference; None where there is none, or it is unknown.

    Raises InternalError where the reference does not agree.
    """
    if fate == OPEN:
        return None
    found: list[tuple[list[tuple[_Place, Arrow]], _Place, Fates]] = []
    for fates, before in zip(made.fates, made.befores, strict=True):
        if fate in fates.names:
            search = _Search(made, fates, before, cell, fate, setting)
            way = search.way()
            if way is not None:
                found.append((*way, fates))
    if not found:
        return None
    path, last, fates = min(found, key=lambda item: len(item[0]))
    return _told(made, fates, fate, setting, path, last)


class _Search:
    def __init__(self, made: Atlas, fates: Fates, before: Before, cell: Cell, fate: str, setting: int) -> None:
        self.land, self.fates, self.before, self.cell = made.land, fates, before, cell
        self.fact, self.rest = fates.names.index(fate), len(fates.names)
        self.fate, self.bit, self.setting = fate, 1 << setting, setting
        self.step = before.labels.index(cell.step)

    def way(self) -> tuple[list[tuple[_Place, Arrow]], _Place] | None:
        came: Came = {
            _Place(at, instance, 0): None
            for at, where in self.land.starts()
            if where & self.bit
            for instance in range(len(self.fates.space))
        }
        waiting = deque(came)
        while waiting:
            place = waiting.popleft()
            if place.label < 0 and self._there(place):
                path = []
                here = place
                while (came_by := came[here]) is not None:
                    path.append(came_by)
                    here = came_by[0]
                return path[::-1], place
            for arrow, after in self._after(place) if place.label < 0 else self._before(place):
                if after not in came:
                    came[after] = (place, arrow)
                    waiting.append(after)
        return None

    def _before(self, place: _Place) -> Iterator[tuple[Arrow, _Place]]:
        land, (at, instance, label) = self.land, place
        state = land.graph.states[at]
        for arrow in land.graph.after[at]:
            ground, target, renaming, where = arrow
            if not where & self.bit:
                continue
            concerned = instance in self.fates.concern.of(ground, state)
            after = self.fates.space.moved(renaming)[instance]
            if not land.fails[ground]:
                stays = (target == at and not renaming) or not concerned
                yield arrow, _Place(target, after, label if stays else self.before.number[ground])
            elif (
                concerned
                and label == self.step
                and land.names[ground] == self.cell.failure
                and self.fates.premise.true(at, instance) & self.bit
                and self._can(target, after, self.fact)
            ):
                yield arrow, _Place(target, after, -1)

    def _after(self, place: _Place) -> Iterator[tuple[Arrow, _Place]]:
        for arrow in self.land.owed_after[place.at]:
            _, target, renaming, where = arrow
            after = self.fates.space.moved(renaming)[place.instance]
            if where & self.bit and self._can(target, after, self.fact):
                yield arrow, _Place(target, after, -1)

    def _can(self, at: int, instance: int, fact: int) -> bool:
        return bool(self.fates.packing.get(self.fates.masks[at], instance, fact) & self.bit)

    def _there(self, place: _Place) -> bool:
        """Whether the fate has come: an endless one as soon as no rest can be reached any more."""
        if self.fate == ENDLESS:
            return not self._can(place.at, place.instance, self.rest)
        own = self.fates.own(place.at)
        return bool(self.fates.packing.get(own, place.instance, self.fact) & self.bit)


def _told(made: Atlas, fates: Fates, fate: str, setting: int, path: list[tuple[_Place, Arrow]], last: _Place) -> Story:
    family, graph = made.land.family, made.land.graph
    lift = Lift(family.machine, family.symmetry, graph.states[path[0][0].at])
    lift.follow(_edges(path))
    settings = family.settings(setting)
    start = tuple(
        (location, settings.get(location[0], value) if not location[1] else value)
        for location, value in lift.run().start
    )
    run = Run(family.variants[setting], start, lift.run().steps)
    states = replayed(family.machine, run)
    strike = next(number for number, (_, arrow) in enumerate(path, 1) if made.land.fails[arrow[0]])
    variables = fates.group.variables
    values = lift.here(fates.space.tuples[last.instance], tuple(variable.type for variable in variables))
    struck = {variable.name: value for variable, value in zip(variables, values, strict=True)}
    reference = Reference(made.protocol, run.scope)
    declared = next((each for each in fates.group.fates if each.name == fate), None)
    premise = fates.group.fates[0].premise
    confirm(bool(reference.evaluate(premise, states[strike - 1], struck)), f"{fate} has its premise where it strikes")
    if declared is not None:
        confirm(bool(reference.evaluate(declared.conclusion, states[-1], struck)), f"{fate} has come")
    if fate == NAMELESS:
        come = [
            each
            for each in fates.group.fates
            if each.resting and reference.evaluate(each.conclusion, states[-1], struck)
        ]
        confirm(not come, "no fate has come")
    if fate == NAMELESS or (declared is not None and declared.resting):
        confirm(_resting(made.protocol, reference, states[-1]), f"the run is at rest with {fate}")
    subject = (variables[0].type, values[0]) if variables else None
    lost = {
        (chances.goal.name, number)
        for chances in made.chances
        for number in _losses(chances, path, subject, 1 << setting)
    }
    return Story(run, strike, tuple(struck.items()), tuple(sorted(lost, key=lambda item: item[1])))


def _edges(path: list[tuple[_Place, Arrow]]) -> list[Edge]:
    return [(ground, renaming) for _, (ground, _, renaming, _) in path]


def _losses(
    chances: Chances, path: list[tuple[_Place, Arrow]], struck: tuple[Type, Value] | None, bit: int
) -> Iterator[int]:
    """The steps, from 1, that lose the goal for whom the failure struck, or for anybody if that is nobody."""
    types = chances.space.types
    for begin, values in enumerate(
        chances.space.tuples
    ):  # at the start, individuals are called what the run calls them
        if struck is not None and types and types[0] == struck[0] and values[0] != struck[1]:
            continue
        here = begin
        for number, (place, arrow) in enumerate(path, 1):
            if chances.lost(place.at, arrow, here) & bit:
                yield number
            here = chances.space.moved(arrow[2])[here]


def _resting(protocol: Protocol, reference: Reference, state: State) -> bool:
    """Whether nothing is owed that is no failure."""
    for step in reference.steps(state):
        action = protocol.action(step.action)
        begun = action.begin is not None and step.moment != BEGIN  # what was begun is owed an outcome
        fails = any(outcome.failure for outcome in action.outcomes if outcome.name == step.moment)
        if action.kind is not Kind.FAULT and not fails and (begun or not action.optional):
            return False
    return True

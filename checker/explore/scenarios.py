"""A scenario's steps matched against steps of the machine, its names bound to individuals on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from checker.explore.symmetry import Symmetry
from checker.language.protocol import BEGIN, SUCCESS, Bool, Gap, Of, Protocol, Range, Scenario, ScenarioStep, Type
from checker.model.ground import Ground, Machine
from checker.model.scope import Scope, declared_scope

Binding = tuple[int | None, ...]  # for each of the scenario's variables


@dataclass(frozen=True, slots=True)
class Wanted:
    """One step to come. An argument is a variable (its place among the scenario's) or a fixed value.

    `free`: any steps may come before it. `begin`: its begin is understood, and may come before it too.
    """

    action: str
    moment: str
    args: tuple[tuple[bool, int], ...]  # (is a variable, its place or the value)
    free: bool
    begin: bool


class Script:
    """A scenario made ready for a machine."""

    def __init__(self, machine: Machine, symmetry: Symmetry, scenario: Scenario) -> None:
        self.machine, self.scenario = machine, scenario
        self._symmetry = symmetry
        self.types = tuple(variable.type for variable in scenario.variables)
        self._places = {variable.name: place for place, variable in enumerate(scenario.variables)}
        self.wanted = tuple(self._wanted())
        self.nothing: Binding = (None,) * len(self.types)

    def _wanted(self) -> Iterator[Wanted]:
        begun = {step.action for step in self.scenario.steps if isinstance(step, ScenarioStep) and step.moment == BEGIN}
        free = False
        for step in self.scenario.steps:
            if isinstance(step, Gap):
                free = True
                continue
            action = self.machine.protocol.action(step.action)
            moment = step.moment
            if moment is None:
                names = [outcome.name for outcome in action.outcomes]
                moment = SUCCESS if SUCCESS in names else names[0]
            args = tuple(
                (True, self._places[name])
                if name in self._places
                else (False, _literal(self.machine, param.type, name))
                for name, param in zip(step.args, action.params, strict=True)
            )
            understood = action.begin is not None and moment != BEGIN and action.name not in begun
            yield Wanted(action.name, moment, args, free, understood)
            free = False

    def match(self, wanted: Wanted, moment: str, ground: Ground, binding: Binding) -> Binding | None:
        """The binding after the step, if it is the wanted action's `moment` with arguments that go with the binding."""
        if ground.moment.action != wanted.action or ground.moment.moment != moment:
            return None
        bound = list(binding)
        for (variable, number), value in zip(wanted.args, ground.args, strict=True):
            if not variable:
                if number != int(value):
                    return None
            elif bound[number] is None:
                taken = (other for other, type_ in zip(bound, self.types, strict=True) if type_ == self.types[number])
                if value in taken:
                    return None
                bound[number] = int(value)
            elif bound[number] != int(value):
                return None
        return tuple(bound)

    def key(self, state: bytes, position: int, binding: Binding) -> tuple[bytes, int, Binding]:
        """The same for places that differ in names only, and in the bindings likewise."""
        representative, renaming = self._symmetry.canonical(state)
        if not renaming:
            return representative, position, binding
        maps = self._symmetry.maps(renaming)
        moved = tuple(
            maps[type_.sort][value] if value is not None and isinstance(type_, Of) and type_.sort in maps else value
            for value, type_ in zip(binding, self.types, strict=True)
        )
        return representative, position, moved


def scope_for(protocol: Protocol, scenario: Scenario, given: Scope) -> Scope:
    """The scope a scenario is tried in: the one it names, else the given one, grown to fit its names and faults."""
    if scenario.scope is not None:
        return replace(declared_scope(protocol, scenario.scope), without=given.without)
    wanted: dict[str, int] = {}
    for variable in scenario.variables:
        if isinstance(variable.type, Of):
            wanted[variable.type.sort] = wanted.get(variable.type.sort, 0) + 1
    sizes = tuple((sort, max(size, wanted.get(sort, 0))) for sort, size in given.sizes)
    faults = sum(
        protocol.action(step.action).kind == "fault" for step in scenario.steps if isinstance(step, ScenarioStep)
    )
    grown = replace(given, sizes=sizes, faults=max(given.faults, faults))
    return grown if grown == given else replace(grown, name=f"{given.name}, grown")


def _literal(machine: Machine, type_: Type, text: str) -> int:
    match type_:
        case Bool():
            return int(text == "true")
        case Range():
            return int(text)
        case Of(sort):
            members = machine.protocol.sort(sort).members
            if members is None:
                raise ValueError(f"{text} is neither a name of the scenario nor a member of {sort}")
            return members.index(text.rpartition(".")[2])

"""What each answer to an open question repairs, brings and leaves against the usual one, in cells of an atlas."""

from __future__ import annotations

from dataclasses import dataclass

from checker.explore.atlas import Atlas
from checker.language.protocol import Value


@dataclass(frozen=True, slots=True)
class FateChange:
    """In how many cells the fate can follow with the usual setting only, with the other only, with both."""

    fate: str
    usual_only: int
    other_only: int
    both: int


@dataclass(frozen=True, slots=True)
class GoalChange:
    """The steps by which a goal is lost: with the usual setting only, with the other only, with both."""

    goal: str
    usual_only: tuple[str, ...]
    other_only: tuple[str, ...]
    both: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Repair:
    """One param with one value other than its usual one, all others as usual."""

    param: str
    value: Value
    fates: tuple[FateChange, ...]
    goals: tuple[GoalChange, ...]

    @property
    def idle(self) -> bool:
        """Whether nothing changes."""
        changes = [(each.usual_only, each.other_only) for each in self.fates]
        return not any(map(any, changes)) and not any(each.usual_only or each.other_only for each in self.goals)


def repairs(made: Atlas) -> tuple[Repair, ...]:
    """One for each value of each param that is varied, but the usual ones. None at all if not everything was seen."""
    if made.cut:
        return ()
    usual = made.every[made.usual]
    number = {setting: at for at, setting in enumerate(made.every)}
    return tuple(
        _repair(made, param, value, number[(*usual[:at], value, *usual[at + 1 :])])
        for at, (param, values) in enumerate(made.varied.items())
        for value in values
        if value != usual[at]
    )


def _repair(made: Atlas, param: str, value: Value, other: int) -> Repair:
    fates = []
    for name in made.names:
        count = {(True, False): 0, (False, True): 0, (True, True): 0, (False, False): 0}
        for cell in made.cells:
            mask = dict(cell.fates).get(name, 0)
            count[bool(mask >> made.usual & 1), bool(mask >> other & 1)] += 1
        fates.append(FateChange(name, count[True, False], count[False, True], count[True, True]))
    goals = []
    for horizon in made.horizons:
        sets = [{loss.step for loss in horizon.losses if loss.settings >> at & 1} for at in (made.usual, other)]
        order = [loss.step for loss in horizon.losses]
        parts = (sets[0] - sets[1], sets[1] - sets[0], sets[0] & sets[1])
        goals.append(GoalChange(horizon.goal.name, *(tuple(step for step in order if step in part) for part in parts)))
    told = tuple(each for each in fates if each.usual_only or each.other_only or each.both)
    return Repair(param, value, told, tuple(goals))

"""States in which two formulas are compared: every one there is, as far as the formulas can tell, else a sample.

A state gives a location its value when it is first read. So a formula that reads little is compared in every state
after few tries, however large the states are; where they are too many, values are drawn, one favourite a family, so
that long conjunctions come true now and then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from random import Random

from checker.language.protocol import Value
from checker.model.reference import Location, Reference

FAVOUR = 0.6  # how often a drawn value is the family's favourite


@dataclass(slots=True)
class Choices:
    """The choices that one comparison makes: first those of `plan`, then the first value of each."""

    plan: Sequence[int]
    made: list[tuple[int, int]]  # which was taken, of how many

    def pick(self, _family: str, values: Sequence[Value]) -> Value:
        at = len(self.made)
        taken = self.plan[at] if at < len(self.plan) else 0
        self.made.append((taken, len(values)))
        return values[taken]


class Draws:
    """Choices by chance."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._favourite: dict[str, Value] = {}

    def pick(self, family: str, values: Sequence[Value]) -> Value:
        favourite = self._favourite.setdefault(family, self._chance.choice(values))
        if favourite in values and self._chance.random() < FAVOUR:
            return favourite
        return self._chance.choice(values)


class Drawn(Mapping[Location, Value]):
    """A state whose locations get their values when they are read. `fixed` are params that have only one."""

    def __init__(self, reference: Reference, choices: Choices | Draws, fixed: Mapping[str, Value]) -> None:
        self._reference = reference
        self._choices = choices
        self._fixed = fixed
        self._known: dict[Location, Value] = {}

    def __getitem__(self, place: Location) -> Value:
        if place not in self._known:
            if place not in self:
                raise KeyError(place)
            name = place[0]
            values = self._reference.values(self._reference.types[name][1])
            fixed = name in self._fixed
            self._known[place] = self._fixed[name] if fixed else self._choices.pick(name, values)
        return self._known[place]

    def __contains__(self, place: object) -> bool:
        match place:
            case (str(name), tuple(index)) if name in self._reference.types:
                types, _ = self._reference.types[name]
            case _:
                return False
        return len(index) == len(types) and all(
            part in self._reference.values(type_) for part, type_ in zip(index, types, strict=True)
        )

    def __iter__(self) -> Iterator[Location]:
        return self._reference.locations()

    def __len__(self) -> int:
        return sum(1 for _ in self._reference.locations())


Compare = Callable[[Choices | Draws], None]


def every(compare: Compare, most: int) -> int | None:
    """Compares under every combination of choices: how many there are, or None where they are more than `most`."""
    plan: list[int] = []
    for count in range(1, most + 1):
        choices = Choices(plan, [])
        compare(choices)
        made = choices.made
        if count == 1 and prod(of for _, of in made) > most:
            return None
        while made and made[-1][0] == made[-1][1] - 1:
            made.pop()
        if not made:
            return count
        plan = [taken for taken, _ in made]
        plan[-1] += 1
    return None


def some(compare: Compare, tries: int, chance: Random) -> int:
    """Compares under so many combinations by chance."""
    for _ in range(tries):
        compare(Draws(chance))
    return tries

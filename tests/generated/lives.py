"""Which id names what, at each step of a walk: lives of ids, and values for them that are used again."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from checker.language.protocol import BEGIN, Action, Bind, EventField, Expr, Protocol

Names = tuple[int, ...]
Place = tuple[str, str, Names]  # field, host ("" where the id is everywhere the same), individuals


@dataclass(eq=False)
class Life:
    """One life of an id: its place, its first and last step, and whether the protocol itself ended it."""

    place: Place
    first: int
    last: int
    ended: bool = False
    value: str = ""


@dataclass(frozen=True)
class Mention:
    """A step that mentions an id, if it is recorded with that field."""

    step: int
    action: Action
    moment: str
    host: str
    field: EventField
    names: Names


@dataclass
class Ids:
    """The ids of one walk. `faults` are the steps after which an id may be free though nobody gave it back."""

    protocol: Protocol
    faults: tuple[int, ...]
    by_step: dict[tuple[int, str], Life] = field(default_factory=dict)
    lives: list[Life] = field(default_factory=list)

    def give(self, rng: random.Random, mentions: list[Mention], values: int) -> None:
        """Values for the ids, out of so many and more only where all are alive."""
        current: dict[Place, Life] = {}
        for said in mentions:
            self._follow(said, current)
        for life in sorted(self.lives, key=lambda life: life.first):
            busy = {other.value for other in self.lives if other.value and not self._free(other, life)}
            pool = [str(number) for number in range(1, values + 1) if str(number) not in busy]
            life.value = (
                rng.choice(pool) if pool else next(str(n) for n in range(values + 1, 999) if str(n) not in busy)
            )

    def value(self, step: int, name: str) -> str:
        """What a field of the step's record says."""
        return self.by_step[step, name].value

    def _follow(self, said: Mention, current: dict[Place, Life]) -> None:
        bind = id_bind(self.protocol, said.field)
        everywhere = bind is None or bind.per is None
        place = said.field.name, "" if everywhere else said.host, said.names
        starts = bind is not None and said.action.name in bind.starts
        fails = any(outcome.name == said.moment and outcome.failure for outcome in said.action.outcomes)
        opens = starts and (said.moment == BEGIN or said.action.begin is None)
        life = current.get(place)
        if life is None or opens:
            life = current[place] = Life(place, said.step, said.step)
            self.lives.append(life)
        life.last = said.step
        self.by_step[said.step, said.field.name] = life
        over = bind is not None and said.action.name in bind.ends and not fails and said.moment != BEGIN
        if over or (starts and fails):
            life.ended = True
            del current[place]

    def _free(self, other: Life, life: Life) -> bool:
        """Whether the other's value may be this life's too."""
        if other.place[:2] != life.place[:2]:
            return True
        if other.last >= life.first:
            return False
        renewed = other.place == life.place  # given anew: whatever named these before no longer does
        return other.ended or renewed or any(other.last < fault < life.first for fault in self.faults)


def id_bind(protocol: Protocol, said: EventField) -> Bind | None:
    """The bind of a field whose values are ids."""
    return next((b for b in protocol.binds if b.field == said.name), None)


def is_id(protocol: Protocol, said: EventField) -> bool:
    """Whether the field's values are ids: alive for a time, or for several individuals at once."""
    bind = id_bind(protocol, said)
    lasting = bind is None or not (bind.per is not None or bind.starts or bind.ends or len(bind.sorts) > 1)
    return not lasting or len(said.values or ()) > 1


def values_of(said: EventField) -> Iterator[Expr]:
    return iter(said.values or ())

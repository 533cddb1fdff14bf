"""States that runs reach in small scopes: what a candidate must be true of before anybody asks for a proof of it.

They are a sieve, not a proof: a search that is cut short, or walks at random, sees fewer states and lets more through.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations_with_replacement, islice
from random import Random

from checker.language.core import Core
from checker.language.protocol import Bool, Of, Param, Protocol, Range, Value
from checker.model.ground import Machine
from checker.model.layout import TooLarge
from checker.model.scope import Scope
from checker.prove.infer.columns import States

MOST_STATES = 20_000  # of one scope
MOST_OTHERWISE = 10_000  # for other readings of the open questions
MOST_STARTS = 400
STRIDE = 300  # steps of one walk
TRIES = 3
FEW_STATES = 1_500
FEW_SORTS = 3
LARGEST = 3  # individuals of one sort
FAULTS = 2
SEED = 0


@dataclass(frozen=True, slots=True)
class Reached:
    """The states of a few scopes, and whether each scope's are all there are."""

    scopes: tuple[Scope, ...]
    states: tuple[States, ...]
    telling: tuple[States, ...]  # a few of them, that say of any two literals what all of them do
    whole: tuple[bool, ...]
    most: Mapping[str, int]  # of each open sort, the individuals of the largest scope

    @property
    def count(self) -> int:
        return sum(states.count for states in self.states)


def reached(protocol: Protocol, core: Core, settings: Mapping[str, Value], without: frozenset[str]) -> Reached:
    """States of small scopes and of several readings of the open questions. The same arguments give the same states."""
    found: list[tuple[Scope, States, States, bool]] = []
    for scope in _scopes(protocol, settings, without):
        try:
            machine = Machine(protocol, scope, core)
        except TooLarge:
            continue
        states, whole = _sample(machine, MOST_OTHERWISE if scope.settings else MOST_STATES)
        if states:
            every = States(machine.layout, states)
            found.append((scope, every, _telling(every, states), whole))
    sorts = [sort.name for sort in protocol.sorts if sort.members is None]
    together = max((dict(scope.sizes) for scope, *_ in found), key=lambda sizes: sum(sizes.values()), default={})
    most = {sort: together.get(sort, 0) for sort in sorts}
    scopes, all_, telling, whole_ = zip(*found, strict=True) if found else ((), (), (), ())
    return Reached(scopes, all_, telling, whole_, most)


def _sample(machine: Machine, most: int) -> tuple[list[bytes], bool]:
    """States in the order they were met, and whether they are all. Two that differ in faults alone count as one."""
    starts = list(islice(machine.initial_states(), MOST_STARTS))
    Random(SEED).shuffle(starts)
    seen = dict.fromkeys(starts)
    waiting = list(starts)
    for state in waiting:
        if len(seen) > most:
            break
        for _, after in machine.successors(state):
            if after not in seen:
                seen[after] = None
                waiting.append(after)
    else:
        return _without_faults(seen), len(starts) < MOST_STARTS
    # What is near the start is much alike; walks see more of what there is.
    random = Random(SEED)
    taken: Counter[int] = Counter()
    for walk in range(most // STRIDE):
        _walk(machine, starts[walk % len(starts)], seen, random, taken)
    return _without_faults(seen), False


def _walk(machine: Machine, state: bytes, seen: dict[bytes, None], random: Random, taken: Counter[int]) -> None:
    """Random steps, rather those that were seldom taken."""
    for _ in range(STRIDE):
        steps = machine.successors(state)
        if not steps:
            return
        number, state = min((random.choice(steps) for _ in range(TRIES)), key=lambda step: taken[step[0]])
        taken[number] += 1
        seen[state] = None


def _without_faults(states: Mapping[bytes, None]) -> list[bytes]:
    return [state + b"\0" for state in dict.fromkeys(state[:-1] for state in states)]


def _telling(states: States, packed: list[bytes]) -> States:
    """The first state for each two values together: of two literals these say all that all the states do."""
    if states.count <= FEW_STATES:
        return states
    values = [where for at in range(states.layout.size) for where in states.column(at).values()]
    first = {(one & other).bit_length() for one, other in combinations_with_replacement(values, 2)} - {0}
    return States(states.layout, [packed[-at] for at in sorted(first, reverse=True)])


def _scopes(protocol: Protocol, settings: Mapping[str, Value], without: frozenset[str]) -> Iterator[Scope]:
    """The scopes of the text and a few more, for the readings as they are; then the smallest one for other readings."""
    sizes = _sizes(protocol)
    for each in sizes:
        yield _scope(protocol, each, settings, without)
    random = Random(SEED)
    free = [param for param in protocol.params if param.name not in settings]
    for param in free:
        for value in _values(protocol, param):
            if value != param.default:
                others = {other.name: random.choice(_values(protocol, other)) for other in free}
                yield _scope(protocol, sizes[0], {**others, **settings, param.name: value}, without)


def _scope(
    protocol: Protocol, sizes: Mapping[str, int], settings: Mapping[str, Value], without: frozenset[str]
) -> Scope:
    defaults = {param.name: param.default for param in protocol.params}
    changed = tuple((name, value) for name, value in settings.items() if defaults[name] != value)
    return Scope("small", tuple(sizes.items()), FAULTS, changed, without)


def _sizes(protocol: Protocol) -> list[dict[str, int]]:
    """What the scopes of the text say, the smallest first; then one more of each sort; then as many of all sorts."""
    sorts = [sort.name for sort in protocol.sorts if sort.members is None]
    declared = [dict(scope.sizes) for scope in protocol.scopes if max(dict(scope.sizes).values(), default=0) <= LARGEST]
    found = sorted(declared, key=lambda sizes: sum(sizes.values())) or [dict.fromkeys(sorts, 1)]
    # With one more than a clause speaks of, it is not true for want of somebody else.
    found += [found[0] | {sort: found[0][sort] + 1} for sort in sorts]
    found += [dict.fromkeys(sorts, size) for size in ((2, 3) if len(sorts) <= FEW_SORTS else (2,))]
    return [sizes for at, sizes in enumerate(found) if sizes not in found[:at]]


def _values(protocol: Protocol, param: Param) -> tuple[Value, ...]:
    match param.type:
        case Bool():
            return (False, True)
        case Range(low, high):
            return tuple(range(low, high + 1))
        case Of(sort):
            return tuple(range(len(protocol.sort(sort).members or ())))

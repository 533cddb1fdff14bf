"""A frontier in a larger setting: every member as it is, the individuals that come in addition as at the start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from checker.language.protocol import Of
from checker.trace.binding import Binding
from checker.trace.reach import world_key
from checker.trace.watch.engine import Engine, TooMany
from checker.trace.watch.frontier import Frontier, Member
from checker.trace.watch.tables import Table
from checker.trace.world import World

Numbers = Mapping[str, Mapping[int, int]]  # by sort, where not every individual keeps its number


def lifted(old: Table, number: int, new: Table) -> int:
    """The frontier's number in the new table. Raises TooMany where it cannot be carried over."""
    if old is new:
        return number
    frontier = old.frontiers.met[number]
    if any(frontier.queues):
        raise TooMany("it names more than there was room for while records of its logs waited for one another")
    numbers = _numbers(old.engine, new.engine)
    logs = len(new.setting.logs)
    members: set[Member] = set()
    for _, element in frontier.members:
        members.update(((0,) * logs, reached) for reached in _elements(old.engine, element, new.engine, numbers))
    if not members:
        raise TooMany("it names more than there was room for, and what came before does not fit that")
    return new.frontiers.number(Frontier(((),) * logs, frozenset(members)))


def _numbers(old: Engine, new: Engine) -> Numbers:
    """Where the individuals that only ids name are now: each host's keep their order."""
    found: dict[str, dict[int, int]] = {}
    places = {(sort, host): at for at, (sort, host, _) in enumerate(new.setting.spares)}
    for (sort, pool), (_, host, _) in zip(old.shared.frame.pools, old.setting.spares, strict=True):
        to = new.shared.frame.pools[places[sort, host]][1]
        found.setdefault(sort, {}).update(zip(pool, to, strict=False))
    return found


def _elements(old: Engine, element: int, new: Engine, numbers: Numbers) -> Iterator[int]:
    """The element with every choice of what the start leaves open of the individuals that come in addition."""
    _, state, binding = old.elements[element]
    bound = old.bindings.met[binding]
    if bound.open:
        raise TooMany("it names more than there was room for while a request was under way")
    named = {key: (_moved_names(old, key[0], names, numbers), loose) for key, (names, loose) in bound.named.items()}
    carried = new.bindings.intern(Binding.of(named, {}))
    told = {
        (cell, _moved(old, cell, index, numbers)): _value(old, cell, value, numbers)
        for (cell, index), value in old.machine.layout.unpack(state).items()
    }
    slots = {new.machine.layout.slot(cell, index): (cell, value) for (cell, index), value in told.items()}
    seen: set[bytes] = set()
    for start in new.machine.initial_states():
        packed = bytearray(start)
        for slot, (cell, value) in slots.items():
            packed[slot] = int(value) - new.machine.layout.families[cell].low
        packed[-1] = state[-1]
        made = bytes(packed)
        if made not in seen:
            seen.add(made)
            yield new.number(_world(new, made), made, carried)


def _world(engine: Engine, state: bytes) -> int:
    """The number of the state's world."""
    key = world_key(engine.machine, state)
    for at, world in enumerate(engine.worlds):
        if world_key(engine.machine, world.meanings.state) == key:
            return at
    engine.worlds.append(World(engine.shared, state))
    return len(engine.worlds) - 1


def _moved(engine: Engine, cell: str, index: tuple[int, ...], numbers: Numbers) -> tuple[int, ...]:
    types = engine.machine.layout.families[cell].index
    return tuple(
        numbers.get(type_.sort, {}).get(at, at) if isinstance(type_, Of) else at
        for type_, at in zip(types, index, strict=True)
    )


def _value(engine: Engine, cell: str, value: int, numbers: Numbers) -> int:
    type_ = engine.machine.layout.families[cell].type
    return numbers.get(type_.sort, {}).get(int(value), int(value)) if isinstance(type_, Of) else int(value)


def _moved_names(engine: Engine, field: str, names: tuple[int, ...], numbers: Numbers) -> tuple[int, ...]:
    bind = engine.shared.frame.ids.get(field)
    sorts = bind.sorts if bind is not None else ()
    return tuple(numbers.get(sort, {}).get(at, at) for sort, at in zip(sorts, names, strict=False))

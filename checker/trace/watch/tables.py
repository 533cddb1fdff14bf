"""The tables of all settings met: an engine and its frontiers each, shared by all cases of that setting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from checker.language.core import Core
from checker.language.protocol import Of, Protocol
from checker.language.types import type_of
from checker.model.initial import BadScope
from checker.model.layout import TooLarge
from checker.trace.frame import host_sorts, id_binds, is_id
from checker.trace.options import Options
from checker.trace.symmetry import signature
from checker.trace.watch.doom import Futures
from checker.trace.watch.engine import Engine, TooMany
from checker.trace.watch.frontier import Frontiers
from checker.trace.watch.setting import Setting, spare_sorts

GrowKey = tuple[int, int, int, int, Setting]  # old table, what happened in it, frontier, `opened`; new setting

MOST_SETTINGS = 200
MOST_NODES = 200_000


@dataclass(slots=True)
class Table:
    """One setting's engine and frontiers."""

    setting: Setting
    engine: Engine
    frontiers: Frontiers
    sizes: Mapping[str, int]
    pooled: Mapping[str, str]  # id fields that alone name a sort's individuals, with that sort
    pools: Mapping[tuple[str, int], int]
    futures: Futures
    _nodes: dict[tuple[int, int, int, object], int] = field(default_factory=dict)
    _clean: dict[int, bool] = field(default_factory=dict)
    _sound: dict[int, bool] = field(default_factory=dict)
    _vain: dict[int, bool] = field(default_factory=dict)
    _fresh: dict[int, bool] = field(default_factory=dict)
    _as_new: dict[int, frozenset[tuple[str, int]]] = field(default_factory=dict)
    made: int = 0

    def node(self, node: int, log: int, record: int, order: object) -> int:
        """What stands for the records that `node` stands for, and this one."""
        key = node, log, record, order
        found = self._nodes.get(key)
        if found is None:
            if len(self._nodes) >= MOST_NODES:
                self._nodes.clear()
            self.made += 1
            found = self._nodes[key] = self.made
        return found

    def fresh(self, number: int) -> frozenset[tuple[str, int]]:
        """The individuals, by sort and number, that are as at the start whatever a case with this frontier is."""
        found = self._as_new.get(number)
        if found is None:
            machine = self.engine.machine
            states = {self.engine.elements[element][1] for element in self.frontiers.full(number)}
            first = [
                self.engine.elements[element][1] for _, element in self.frontiers.met[self.frontiers.first()].members
            ]
            alike = []
            for sort, size in self.sizes.items():
                for at in range(size):
                    look = signature(machine, sort, at)
                    begun = {look(state) for state in first}
                    if all(look(state) in begun for state in states):
                        alike.append((sort, at))
            found = self._as_new[number] = frozenset(alike)
        return found

    def clean(self, number: int) -> bool:
        """Whether a case with this frontier may be at a clean end; where records wait, whether it was at one before."""
        found = self._clean.get(number)
        if found is None:
            owing, closure = self.engine.owing, self.engine.closure
            elements = self.frontiers.full(number)
            if not elements:
                members = self.frontiers.met[number].members
                elements = [reached for _, element in members for reached in closure(element)]
            found = self._clean[number] = any(owing(element) == 0 for element in elements)
        return found

    def waits(self, number: int) -> bool:
        """Whether no run has taken every record yet."""
        return not self.frontiers.met[number].full

    def as_at_first(self, number: int) -> bool:
        """Whether a case with this frontier may be all that a new case may be, and no more."""
        found = self._fresh.get(number)
        if found is None:
            states = self.engine.states(self.frontiers.full(number))
            first = self.engine.states(self.frontiers.full(self.frontiers.first()))
            found = self._fresh[number] = states <= first
        return found

    def vain(self, number: int) -> bool:
        """Whether a record waits that no run takes, whatever the other logs still bring."""
        found = self._vain.get(number)
        if found is None:
            frontier = self.frontiers.met[number]
            found = self._vain[number] = not frontier.full and self.futures.in_vain(number)
        return found

    def sound(self, number: int) -> bool:
        """Whether every invariant may hold with this frontier."""
        found = self._sound.get(number)
        if found is None:
            full = self.frontiers.full(number)
            found = self._sound[number] = not full or any(self.engine.sound(element) for element in full)
        return found

    def fits(self, key: tuple[str, int, str], number: int) -> bool:
        """Whether there is room for one more name. One individual is always to spare where only ids name them."""
        name, host, _ = key
        sort = self.pooled.get(name)
        if sort is not None:
            return number + 1 < self.pools.get((sort, host), 1 << 30)
        return number < self.sizes.get(name, 1 << 30)

    def spare_of(self, field_: str) -> str | None:
        """The sort whose individuals only such ids name."""
        return self.pooled.get(field_)


@dataclass(frozen=True, slots=True)
class Regrown:
    """What a case is in a larger setting: its names by age and number, those that are over, and what waits by log."""

    frontier: int
    opened: int
    node: int
    names: frozenset[tuple[str, int, int, int]]
    over: frozenset[tuple[str, int, int]]
    waiting: tuple[int, ...]


@dataclass(slots=True)
class Tables:
    """All tables of one protocol."""

    protocol: Protocol
    core: Core
    options: Options
    spares: frozenset[str] = frozenset()
    pooled: dict[str, str] = field(default_factory=dict)
    hosts: tuple[str, ...] = ()
    regrown: dict[GrowKey, Regrown] = field(default_factory=dict)
    able: dict[object, bool] = field(default_factory=dict)
    known: dict[Setting, Table] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ids = id_binds(self.protocol)
        self.hosts = host_sorts(self.protocol)
        named = set(self.hosts)
        patterns = [action.event.fields for action in self.protocol.actions if action.event is not None]
        patterns += [record.fields for source in self.protocol.logs for record in source.records]
        for fields in patterns:
            for each in fields:
                if each.values and not is_id(each, ids) and isinstance(type_ := type_of(each.values[0]), Of):
                    named.add(type_.sort)
        self.spares = spare_sorts(self.protocol, frozenset(named))
        self.pooled = {
            bind.field: bind.sorts[0]
            for bind in ids.values()
            if len(bind.sorts) == 1 and bind.sorts[0] in self.spares and bind.per is not None
        }

    def regrow(self, key: GrowKey, regrown: Regrown) -> None:
        """Remembers what became of a case in a larger setting."""
        if len(self.regrown) >= MOST_NODES:
            self.regrown.clear()
        self.regrown[key] = regrown

    def of(self, setting: Setting) -> Table:
        """The table of a setting. Raises TooMany."""
        found = self.known.get(setting)
        if found is None:
            if len(self.known) >= MOST_SETTINGS:
                raise TooMany(f"more than {MOST_SETTINGS} kinds of cases")
            try:
                engine = Engine(self.protocol, self.core, setting, self.options)
            except (BadScope, TooLarge) as problem:
                raise TooMany(str(problem)) from problem
            pools = {(sort, host): count for sort, host, count in setting.spares}
            frontiers = Frontiers(engine)
            sizes = dict(setting.sizes)
            found = self.known[setting] = Table(
                setting, engine, frontiers, sizes, self.pooled, pools, Futures(frontiers)
            )
        return found

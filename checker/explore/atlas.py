"""The atlas: every failure at every step it can strike at, in every setting, and all that can become of it.

A cell is a failure and the last step before it that concerned whom it strikes: of all runs in which nothing failed
before it, not only the shortest. Its fates are those that can follow when nothing more fails and everything owed is
done; they are read off all states at once (`outlook.py`), so that one that is missing is one that cannot come.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from math import prod

from checker.explore.conditions import Box, Setting, boxes, depends_on
from checker.explore.family import Family
from checker.explore.outlook import NAMELESS, OPEN, Before, Chances, Fates, Landscape, groups
from checker.explore.packed import Packing, reach_on
from checker.explore.search import INTERRUPTED, STATES, Limits
from checker.explore.settings import MOST_SETTINGS, TooManySettings
from checker.explore.threads import Instances
from checker.language.core import type_range
from checker.language.protocol import Bool, Goal, Protocol, Value
from checker.model.scope import Scope

Progress = Callable[[str], None]


class NoFates(ValueError):
    """The text declares no fate."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A failure at a step. It strikes there in the settings `strikes`; `fates` are those that can follow, and in which.

    A set of settings is a number, one bit a setting. `depth` is the fewest steps to a state where it strikes: with the
    usual setting, if it strikes there at all.
    """

    failure: str
    fault: bool
    step: str
    strikes: int
    depth: int
    fates: tuple[tuple[str, int], ...]

    def fates_in(self, setting: int) -> tuple[str, ...]:
        """What can follow in a setting, the worst first; nothing where it does not strike."""
        return tuple(name for name, mask in self.fates if mask >> setting & 1)


@dataclass(frozen=True, slots=True)
class Pair:
    """What two failures do that neither does alone: the second strikes some time after the first."""

    first: str
    second: str
    fates: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Loss:
    """A step that takes a goal's last chance away in some settings; `depth` is the fewest steps until then.

    Only runs are looked at in which nothing failed before it, and only failures that concern whom the goal is asked of.
    """

    step: str
    failure: bool
    settings: int
    depth: int


@dataclass(frozen=True, slots=True)
class Horizon:
    """How long a goal stays possible. `tried` are the settings in which its premise is ever true."""

    goal: Goal
    tried: int
    losses: tuple[Loss, ...]


class Atlas:
    """The cells by failure and then by depth, the pairs (None: not asked for, or not known), and the goals'
    horizons.

    `names` are all fates, the worst first. `cut` is why not all was seen; empty if all was.
    """

    def __init__(
        self,
        land: Landscape,
        scope: Scope,
        varied: dict[str, tuple[Value, ...]],
        fates: tuple[Fates, ...],
    ) -> None:
        self.land, self.scope, self.varied, self.fates = land, scope, varied, fates
        self.befores: tuple[Before, ...] = ()
        self.every: tuple[Setting, ...] = tuple(product(*varied.values()))
        self.cells: tuple[Cell, ...] = ()
        self.pairs: tuple[Pair, ...] | None = None
        self.horizons: tuple[Horizon, ...] = ()
        self.chances: tuple[Chances, ...] = ()
        self.cut = land.graph.cut
        self._told: dict[tuple[int, int], tuple[Box, ...]] = {}

    @property
    def protocol(self) -> Protocol:
        return self.land.family.protocol

    @property
    def states(self) -> int:
        return len(self.land.graph.states)

    @cached_property
    def names(self) -> tuple[str, ...]:
        found = dict.fromkeys(name for each in self.fates for name in each.names[:-2])
        return (*found, NAMELESS, OPEN)

    @cached_property
    def usual(self) -> int:
        """The number of the setting in which as many params as can be have their defaults."""
        usual = {param.name: param.default for param in self.protocol.params}
        return max(
            range(len(self.every)),
            key=lambda at: (
                sum(usual[name] == value for name, value in zip(self.varied, self.every[at], strict=True)),
                -at,
            ),
        )

    def nearest(self, settings: int) -> int:
        """Of some settings, the one that differs least from the usual one."""
        usual = self.every[self.usual]
        among = [at for at in range(len(self.every)) if settings >> at & 1]
        return min(among, key=lambda at: sum(a != b for a, b in zip(usual, self.every[at], strict=True)))

    def cell(self, failure: str, step: str) -> Cell:
        """Raises KeyError."""
        for cell in self.cells:
            if (cell.failure, cell.step) == (failure, step):
                return cell
        raise KeyError(f"{failure}@{step}")

    def when(self, settings: int, among: int) -> tuple[Box, ...]:
        """The settings as boxes, where only those of `among` count; the empty box alone: always."""
        known = self._told.get((settings, among))
        if known is None:
            known = self._told[settings, among] = self._boxes(settings, among)
        return known

    def _boxes(self, settings: int, among: int) -> tuple[Box, ...]:
        if not among & ~settings:
            return ((),)
        said = {setting: bool(settings >> at & 1) for at, setting in enumerate(self.every) if among >> at & 1}
        names = depends_on(self.varied, said)
        where = [at for at, name in enumerate(self.varied) if name in names]
        domains = {name: self.varied[name] for name in self.varied if name in names}
        short = {tuple(setting[at] for at in where): yes for setting, yes in said.items()}
        free = set(product(*domains.values())) - short.keys()
        return boxes(domains, [setting for setting, yes in short.items() if yes], free)


def atlas(
    protocol: Protocol,
    scope: Scope,
    *,
    vary: frozenset[str] | None = None,
    pairs: bool = False,
    limit: int = STATES,
    seconds: float | None = None,
    progress: Progress | None = None,
) -> Atlas:
    """The atlas of a scope for every setting of the params that it leaves open (of those in `vary`, if given).

    What a limit or Ctrl-C left open is unknown. Raises NoFates, TooManySettings, BadScope, TooLarge, CannotLower.
    """
    if not protocol.fates:
        raise NoFates(f"{protocol.name} declares no `fate`: it does not say what may become of what fails")
    varied = _varied(protocol, scope, vary)
    every = product(*varied.values())
    variants = [replace(scope, settings=(*scope.settings, *zip(varied, values, strict=True))) for values in every]
    family = Family(protocol, variants)
    graph = family.search(Limits(limit, seconds), progress)
    land = Landscape(family, graph)
    found = tuple(Fates(land, group) for group in groups(land, protocol.fates))
    made = Atlas(land, scope, varied, found)
    say = progress or (lambda _: None)
    try:
        say(f"{len(graph.states):,} states, looking at what becomes of each failure")
        made.befores = tuple(Before(land, each.space, each.concern) for each in found)
        made.cells = _cells(made)
        if pairs and not made.cut:  # else nobody knows what one failure does alone
            say(f"{len(graph.states):,} states, looking at what two failures do")
            made.pairs = _pairs(made)
        for goal in protocol.goals:
            say(f"{len(graph.states):,} states, looking at how long {goal.name} stays possible")
            chances = Chances(land, goal)
            made.chances = (*made.chances, chances)
            made.horizons = (*made.horizons, _horizon(made, chances))
    except KeyboardInterrupt:
        made.cut = INTERRUPTED
    return made


def _varied(protocol: Protocol, scope: Scope, vary: frozenset[str] | None) -> dict[str, tuple[Value, ...]]:
    given, sizes = dict(scope.settings), scope.all_sizes(protocol)
    varied: dict[str, tuple[Value, ...]] = {}
    for param in protocol.params:
        if param.name not in given and (vary is None or param.name in vary):
            values = type_range(param.type, sizes)
            varied[param.name] = (False, True) if isinstance(param.type, Bool) else tuple(values)
    count = prod(map(len, varied.values()))
    if count > MOST_SETTINGS:
        raise TooManySettings(f"{count:,} settings of {', '.join(varied)} are more than {MOST_SETTINGS:,}")
    return varied


@dataclass(slots=True)
class _Struck:
    """What is known of one kind of strike: in which settings, how far from the start, and the fates by name."""

    settings: int
    rank: tuple[bool, int]
    fates: dict[str, int]

    def add(self, settings: int, rank: tuple[bool, int], fates: Mapping[str, int]) -> None:
        self.settings |= settings
        self.rank = min(self.rank, rank)
        for name, mask in fates.items():
            self.fates[name] = self.fates.get(name, 0) | mask


Kind = tuple[str, str]  # what came before, and the failure


class _Strikes:
    """Every strike at some states, gathered by what came before it and by the failure."""

    def __init__(self, usual: int) -> None:
        self._usual = usual
        self.found: dict[Kind, _Struck] = {}

    def gather(
        self, fates: Fates, masks: Mapping[int, int], before: Callable[[int, int], list[int]], names: Sequence[str]
    ) -> None:
        """`before(mask, instance)` are the settings for each of the names of what came before."""
        land = fates.land
        alone = Packing(Instances(land.family.symmetry, (), {}), fates.packing.facts, land.variants)
        packed: dict[Kind, list[int]] = {}
        ranks: dict[Kind, tuple[bool, int]] = {}
        for at, known in masks.items():
            state = land.graph.states[at]
            for ground, target, renaming, where in land.graph.after[at]:
                if not land.fails[ground]:
                    continue
                for instance in fates.concern.of(ground, state):
                    live = where & fates.premise.true(at, instance)
                    if not live:
                        continue
                    facts = fates.packing.part(fates.masks[target], fates.space.moved(renaming)[instance])
                    for name, mask in zip(names, before(known, instance), strict=True):
                        struck = live & mask
                        if struck:
                            kind = name, land.names[ground]
                            both = packed.setdefault(kind, [0, 0])
                            both[0] |= struck
                            both[1] |= facts & alone.everywhere(struck)
                            rank = land.depth(at, struck, self._usual)
                            ranks[kind] = min(rank, ranks.get(kind, rank))
        for kind, (settings, mask) in packed.items():
            named = {name: facts for name, facts in zip(fates.names, alone.of(mask, 0), strict=False) if facts}
            self.found.setdefault(kind, _Struck(0, ranks[kind], {})).add(settings, ranks[kind], named)


def _cells(made: Atlas) -> tuple[Cell, ...]:
    strikes = _Strikes(made.usual)
    for fates, before in zip(made.fates, made.befores, strict=True):
        strikes.gather(fates, before.masks, before.packing.of, before.labels)
    order = {name: at for at, name in enumerate(made.land.failures)}
    cells = [
        Cell(
            failure,
            made.land.failures[failure],
            step,
            struck.settings,
            struck.rank[1],
            _worst_first(made, struck.fates),
        )
        for (step, failure), struck in strikes.found.items()
    ]
    return tuple(sorted(cells, key=lambda cell: (order[cell.failure], cell.depth, cell.step)))


def _worst_first(made: Atlas, fates: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple((name, fates[name]) for name in made.names if fates.get(name))


def _pairs(made: Atlas) -> tuple[Pair, ...]:
    land, graph = made.land, made.land.graph
    failures = tuple(land.failures)
    number = {name: at for at, name in enumerate(failures)}
    alone: dict[str, dict[str, int]] = {name: {} for name in failures}
    for cell in made.cells:
        for name, mask in cell.fates:
            alone[cell.failure][name] = alone[cell.failure].get(name, 0) | mask
    packing = Packing(Instances(land.family.symmetry, (), {}), len(failures), land.variants)
    starts: dict[int, int] = {}
    before = made.befores[0]
    for at in before.masks:
        for ground, target, _, where in graph.after[at]:
            if land.fails[ground]:
                live = packing.put(0, number[land.names[ground]], where & before.reached(at))
                starts[target] = starts.get(target, 0) | live
    once = reach_on(packing, starts, land.smooth_after)
    strikes = _Strikes(made.usual)
    for fates in made.fates:
        strikes.gather(fates, once, lambda mask, _: packing.of(mask, 0), failures)
    pairs = []
    for one, other in sorted(strikes.found, key=lambda kind: (number[kind[0]], number[kind[1]])):
        fates_of = strikes.found[one, other].fates
        new = {name: mask & ~alone[one].get(name, 0) & ~alone[other].get(name, 0) for name, mask in fates_of.items()}
        told = _worst_first(made, new)
        if told:
            pairs.append(Pair(one, other, told))
    return tuple(pairs)


def _horizon(made: Atlas, chances: Chances) -> Horizon:
    land, before = made.land, made.befores[0]
    tried = 0
    found: dict[str, _Struck] = {}
    for at in before.masks:
        reached = before.reached(at)
        for instance in range(len(chances.space)):
            live = reached & chances.premise.true(at, instance)
            tried |= live
            for arrow in land.graph.after[at] if live else ():
                ground = arrow[0]
                # Else a fault of others, which leaves none to cancel with, would be told as a loss.
                if land.fails[ground] and instance not in chances.concern.of(ground, land.graph.states[at]):
                    continue
                lost = live & chances.lost(at, arrow, instance)
                if lost:
                    rank = land.depth(at, lost, made.usual)
                    found.setdefault(land.names[ground], _Struck(0, rank, {})).add(lost, rank, {})
    losses = [Loss(name, name in land.failures, each.settings, each.rank[1] + 1) for name, each in found.items()]
    return Horizon(chances.goal, tried, tuple(sorted(losses, key=lambda loss: (loss.failure, loss.depth, loss.step))))

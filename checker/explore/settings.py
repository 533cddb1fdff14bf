"""Which settings of the open questions make which property hold in a scope: all combinations, in one search."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from math import prod

from checker.explore.answer import Answer, Said
from checker.explore.conditions import Box, Setting, boxes, depends_on
from checker.explore.explore import explore
from checker.explore.family import Family, FamilyGraph, reads_params
from checker.explore.search import INTERRUPTED, STATES, Limits
from checker.explore.variants import STRONG, Judging, Outcome
from checker.language.core import CoreProperty, Expr, type_range
from checker.language.protocol import Bool, Protocol, Value
from checker.model.scope import Scope

MOST_SETTINGS = 20_000
MOST_CLASSES = 64
"""How many kinds of settings are searched one by one, where a property assumes strong fairness."""

Progress = Callable[[str], None]


class TooManySettings(ValueError):
    """More combinations of the params than are tried."""


@dataclass(frozen=True, slots=True)
class Row:
    """One property: how many settings make it hold, fail, say nothing (those hold too), or are not known.

    `depends` are the params that make a difference, `holds` and `fails` boxes of settings over them. `steps` is the
    length of a shortest run against it and `worst` a setting with such a run, where it fails for one.
    """

    property: CoreProperty
    count: dict[str, int]
    depends: tuple[str, ...]
    holds: tuple[Box, ...]
    fails: tuple[Box, ...]
    steps: int | None
    worst: tuple[tuple[str, Value], ...]
    why: str


@dataclass(frozen=True, slots=True)
class Table:
    """`varied` are the params tried, with their values; `fixed` those that the scope or the user settled."""

    protocol: Protocol
    scope: Scope
    varied: tuple[tuple[str, tuple[Value, ...]], ...]
    fixed: tuple[tuple[str, Value], ...]
    settings: int
    states: int
    rows: tuple[Row, ...]
    cut: str


def settings_table(
    protocol: Protocol,
    scope: Scope,
    *,
    only: frozenset[str] | None = None,
    limit: int = STATES,
    seconds: float | None = None,
    progress: Progress | None = None,
) -> Table:
    """The table for every param that the scope does not set. What a limit or Ctrl-C left open is unknown.

    Raises BadScope, TooLarge, CannotLower, TooManySettings.
    """
    given = dict(scope.settings)
    sizes = scope.all_sizes(protocol)
    varied: dict[str, tuple[Value, ...]] = {}
    for param in protocol.params:
        if param.name not in given:
            numbers = type_range(param.type, sizes)
            varied[param.name] = (False, True) if isinstance(param.type, Bool) else tuple(numbers)
    count = prod(map(len, varied.values()))
    if count > MOST_SETTINGS:
        raise TooManySettings(f"{count:,} settings of {', '.join(varied)} are more than {MOST_SETTINGS:,}")
    every = tuple(product(*varied.values()))
    variants = [replace(scope, settings=(*scope.settings, *zip(varied, values, strict=True))) for values in every]
    family = Family(protocol, variants)
    graph = family.search(Limits(limit, seconds), progress)
    table = _Rows(family, graph, varied, every, progress, limit)
    rows = tuple(table.rows(only))
    return Table(protocol, scope, tuple(varied.items()), scope.settings, count, len(graph.states), rows, table.cut)


def run_against(protocol: Protocol, scope: Scope, row: Row, limit: int = STATES) -> Answer | None:
    """A search with the row's `worst` setting, with its shortest run; None where the property fails for no setting."""
    if not row.worst:
        return None
    return explore(protocol, replace(scope, settings=(*scope.settings, *row.worst)), limit=limit).answer(
        row.property.name
    )


class _Rows:
    def __init__(
        self,
        family: Family,
        graph: FamilyGraph,
        varied: dict[str, tuple[Value, ...]],
        every: tuple[Setting, ...],
        progress: Progress | None,
        limit: int,
    ) -> None:
        self._family, self._graph, self._varied, self._every = family, graph, varied, every
        self._judging = Judging(family, graph)
        self._progress, self._limit = progress, limit
        self._searched: dict[Scope, tuple[Answer, ...]] = {}
        self.cut = graph.cut

    def rows(self, only: frozenset[str] | None) -> Iterator[Row]:
        for item in self._family.machine.core.properties:
            if only is not None and item.name not in only:
                continue
            if self._progress is not None:
                self._progress(f"{len(self._graph.states):,} states, judging {item.name}")
            yield self._row(self._outcome(item))

    def _outcome(self, item: CoreProperty) -> Outcome:
        everything = self._family.everything
        if self.cut == INTERRUPTED:
            return Outcome(item, 0, everything, 0, self.cut)
        try:
            found = self._judging.answer(item)
            return self._one_by_one(item) if found.why == STRONG else found
        except KeyboardInterrupt:
            self.cut = INTERRUPTED
            return Outcome(item, 0, everything, 0, self.cut)

    def _one_by_one(self, item: CoreProperty) -> Outcome:
        """A property that assumes strong fairness: one search for each kind of settings that differ at all."""
        formulas: list[Expr] = [each for each in (item.formula, item.premise) if each is not None]
        kinds = self._family.classes(self._graph, reads_params(self._family, *formulas))
        fails, unknown, idle = 0, 0, 0
        steps: dict[int, int] = {}
        for number, kind in enumerate(kinds):
            if number >= MOST_CLASSES:
                unknown |= kind
                continue
            if self._progress is not None:
                self._progress(f"{item.name}, {number} of {len(kinds)} kinds of settings")
            scope = self._family.variants[(kind & -kind).bit_length() - 1]
            if scope not in self._searched:
                self._searched[scope] = explore(self._family.protocol, scope, limit=self._limit).answers
            answer = next(each for each in self._searched[scope] if each.name == item.name)
            if answer.said is Said.FAILS and answer.witness is not None:
                fails |= kind
                length = len(answer.witness.steps)
                steps[length] = steps.get(length, 0) | kind
            elif answer.said is Said.UNKNOWN:
                unknown |= kind
            elif not answer.premise_seen:
                idle |= kind
        why = f"more than {MOST_CLASSES} kinds of settings, and it assumes strong fairness" if unknown else ""
        return Outcome(item, fails, unknown, idle, why, steps)

    def _row(self, found: Outcome) -> Row:
        said: dict[Setting, str] = {}
        for at, setting in enumerate(self._every):
            masks = (("fails", found.fails), ("unknown", found.unknown), ("idle", found.idle))
            said[setting] = next((word for word, mask in masks if mask >> at & 1), "holds")
        count = {word: sum(each == word for each in said.values()) for word in ("holds", "fails", "idle", "unknown")}
        yes = {setting: "holds" if word == "idle" else word for setting, word in said.items()}
        depends = depends_on(self._varied, yes)
        domains = {name: self._varied[name] for name in depends}
        where = [at for at, name in enumerate(self._varied) if name in domains]
        short = {tuple(setting[at] for at in where): word for setting, word in yes.items()}
        sides = {
            word: boxes(domains, [setting for setting, each in short.items() if each == word]) if depends else ()
            for word in ("holds", "fails")
        }
        steps, worst = self._worst(found)
        return Row(found.property, count, depends, sides["holds"], sides["fails"], steps, worst, found.why)

    def _worst(self, found: Outcome) -> tuple[int | None, tuple[tuple[str, Value], ...]]:
        """The least number of steps it takes to break the property, and a setting in which it does: the most usual."""
        if not found.fails:
            return None, ()
        least = min(found.steps) if found.steps else None
        mask = found.steps[least] if found.steps and least is not None else found.fails
        usual = {param.name: param.default for param in self._family.protocol.params}

        among = [tuple(zip(self._varied, each, strict=True)) for at, each in enumerate(self._every) if mask >> at & 1]
        return least, min(among, key=lambda setting: sum(usual[name] != value for name, value in setting))

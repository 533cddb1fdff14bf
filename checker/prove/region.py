"""Which readings of the open questions an answer is about: for each free param, the values it may have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import z3

from checker.language.core import CellKind, Core
from checker.language.protocol import Value
from checker.prove.answers import Settings
from checker.prove.terms import Term, Vocabulary, as_sort

Region: TypeAlias = frozenset[tuple[str, Value]]
"""A box of settings: every choice, for each param, of one of its values in the set. It has one for each param.

Params never change, so "the property, or a setting in the box" is a state formula like any other, and may be assumed
where the property itself may not.
"""


class Regions:
    """The boxes over the params that a vocabulary leaves free. A param of very many values is in no box: it is free."""

    def __init__(self, core: Core, vocabulary: Vocabulary) -> None:
        params = [cell for cell in core.cells if cell.kind is CellKind.PARAM and cell.name not in vocabulary.settings]
        self.free = tuple(cell.name for cell in params)
        self._domains: dict[str, tuple[Value, ...]] = {}
        for cell in params:
            values = vocabulary.values(cell.type)
            if values is not None:
                self._domains[cell.name] = values
        self.terms = {name: vocabulary.read(name, (), False) for name in self._domains}
        self.all: Region = frozenset((name, value) for name, values in self._domains.items() for value in values)

    def settings(self, region: Region) -> Settings:
        """The params that the box restricts, with their values in the order of the type; none for all settings."""
        kept = ((name, tuple(v for v in values if (name, v) in region)) for name, values in self._domains.items())
        return tuple((name, values) for name, values in kept if len(values) < len(self._domains[name]))

    def outside(self, region: Region) -> Term:
        """That the setting is not in the box. For the box of all settings that is False, the Python value."""
        missing = [
            self.terms[name] == as_sort(value, self.terms[name].sort())
            for name, values in self._domains.items()
            for value in values
            if (name, value) not in region
        ]
        return z3.Or(missing) if missing else False

    def hull(self, first: Mapping[str, Value], again: Callable[[Term], Mapping[str, Value] | None]) -> Region:
        """The smallest box around all settings for which something is so.

        `first` is one of them; `again(outside)` finds another one outside the box so far, or returns None.
        """
        region = self._point(first)
        while (outside := self.outside(region)) is not False:
            found = again(outside)
            if found is None:
                return region
            region |= self._point(found)
        return region

    def _point(self, setting: Mapping[str, Value]) -> Region:
        return frozenset((name, setting[name]) for name in self._domains)

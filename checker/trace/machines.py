"""Machines that many searches share: what is compiled for one scope serves every scope that differs in names alone."""

from __future__ import annotations

from collections.abc import Hashable
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property

from checker.language.core import Core, Expr
from checker.language.protocol import Protocol
from checker.model.ground import Machine
from checker.model.scope import Scope
from checker.trace.apart import Apart
from checker.trace.relevance import Moment, Relevance, relevance

MOST = 64  # machines that are kept


@dataclass
class Machines:
    """The machines of one core, by scope."""

    protocol: Protocol
    core: Core
    _made: dict[Scope, Machine] = field(default_factory=dict)
    _relevance: dict[Hashable, Relevance] = field(default_factory=dict)

    def of(self, scope: Scope) -> Machine:
        """The machine of a scope. Raises BadScope, TooLarge."""
        plain = replace(scope, names=())
        machine = self._made.get(plain)
        if machine is None:
            if len(self._made) == MOST:
                self._made.clear()
            machine = self._made[plain] = Machine(self.protocol, plain, self.core)
            machine.prepare()
        named = copy(machine)
        named.scope = scope
        return named

    @cached_property
    def apart(self) -> Apart:
        """What cases can do to one another in this core."""
        joined = frozenset(self.protocol.joined)
        return Apart(self.core, frozenset(sort.name for sort in self.protocol.sorts if sort.name in joined))

    def relevance(
        self,
        machine: Machine,
        kept: frozenset[Moment],
        hidden: frozenset[Moment],
        asked: frozenset[Expr],
        anywhere: bool,
    ) -> Relevance:
        """What can matter, as `relevance` has it; `hidden` are the moments that may happen unrecorded."""
        key = tuple(machine.sizes.items()), kept, hidden, asked, anywhere
        found = self._relevance.get(key)
        if found is None:
            found = self._relevance[key] = relevance(
                self.core,
                machine.sizes,
                kept,
                lambda moment: (moment.action, moment.moment) in hidden,
                asked,
                anywhere,
            )
        return found

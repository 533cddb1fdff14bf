"""Whether the state that a proof got stuck on is one that a run gets to: proofs and searches put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checker.explore.explore import Exploration
    from checker.language.protocol import Protocol
    from checker.model.run import Run
    from checker.model.scope import Scope
    from checker.prove.answers import Counterexample

STATES = 200_000
SECONDS = 20.0
FAULTS = 1  # an induction allows any number; a search is told how many, and says so


class Reach:
    """Asks a search whether it saw a state: True, False (not with so many faults), or None where it was cut short.

    States that several counterexamples share a scope with are searched for once.
    """

    def __init__(self, protocol: Protocol, limit: int | None, say: Callable[[str], None]) -> None:
        self._protocol = protocol
        self._limit = limit or STATES
        self._say = say
        self._found: dict[Scope, tuple[Exploration, frozenset[bytes]] | None] = {}

    def __call__(self, counterexample: Counterexample) -> bool | None:
        found = self._searched(searched_scope(counterexample))
        if found is None:
            return None
        exploration, seen = found
        # The last byte counts faults: how many it took to get to the state makes no difference to what it is.
        if exploration.machine.layout.pack(dict(counterexample.before))[:-1] in seen:
            return True
        return False if exploration.complete else None

    def run(self, counterexample: Counterexample) -> Run | None:
        """A shortest run that breaks the property in the scope that was searched, if the search found one."""
        found = self._found.get(searched_scope(counterexample))
        return found[0].answer(counterexample.property).witness if found is not None else None

    def _searched(self, scope: Scope) -> tuple[Exploration, frozenset[bytes]] | None:
        from checker.explore.explore import explore

        if scope not in self._found:
            # Without symmetry: each state is there as it is, and can be looked for as it is.
            exploration = explore(
                self._protocol,
                scope,
                symmetry=False,
                limit=self._limit,
                seconds=SECONDS,
                progress=lambda words: self._say(f"looking for the counterexample's state: {words}"),
            )
            seen = frozenset(state[:-1] for state in exploration.store.states)
            self._found[scope] = (exploration, seen)
        return self._found[scope]


def searched_scope(counterexample: Counterexample) -> Scope:
    """The counterexample's own scope, with faults allowed and a name to print."""
    scope = counterexample.scope
    return replace(scope, name="counterexample", faults=max(scope.faults, FAULTS))

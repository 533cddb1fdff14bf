"""Which engine searches a scope: states one by one first, and sets of them where those are too many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from importlib.util import find_spec
from typing import TypeAlias, assert_never

from checker.explore.answer import Answer, Said
from checker.explore.explore import Exploration, explore
from checker.explore.search import STATES
from checker.explore.symbolic.explore import SymbolicExploration, explore_sets
from checker.language.protocol import Protocol
from checker.model.scope import Scope

LIBRARY = "oxidd"
INSTALL = 'pip install "switchover[symbolic]"'

Explored: TypeAlias = Exploration | SymbolicExploration
Progress: TypeAlias = Callable[[str], None]


class Engine(StrEnum):
    """How a scope is searched. EXPLICIT looks at states one by one, SYMBOLIC at sets of them, LADDER picks."""

    LADDER = "ladder"
    EXPLICIT = "explicit"
    SYMBOLIC = "symbolic"


class MissingLibrary(Exception):
    """The symbolic engine was asked for, and the library it rests on is not installed."""


def search_scope(
    protocol: Protocol,
    scope: Scope,
    engine: Engine = Engine.LADDER,
    *,
    limit: int | None = None,
    seconds: float | None = None,
    progress: Progress | None = None,
) -> Explored:
    """The scope searched by the engine asked for.

    The ladder goes on to sets only where single states reached the number at which a search gives up by itself: a
    `limit` that was asked for is kept. Raises MissingLibrary, and what the engines raise.
    """
    match engine:
        case Engine.EXPLICIT:
            return explore(protocol, scope, limit=limit or STATES, seconds=seconds, progress=progress)
        case Engine.SYMBOLIC:
            if not installed():
                raise MissingLibrary(f"the symbolic engine needs {LIBRARY}")
            return explore_sets(protocol, scope, seconds=seconds, progress=progress)
        case Engine.LADDER:
            return _climb(protocol, scope, limit, seconds, progress)
        case _:
            assert_never(engine)


def installed() -> bool:
    """Whether there is a library for sets of states."""
    return find_spec(LIBRARY) is not None


def _climb(
    protocol: Protocol, scope: Scope, limit: int | None, seconds: float | None, progress: Progress | None
) -> Explored:
    single = explore(protocol, scope, limit=limit or STATES, seconds=seconds, progress=progress)
    if limit is not None or len(single.store.states) < STATES or single.complete:
        return single
    if not installed():
        single.reason += f"; with {LIBRARY} the symbolic engine would go on ({INSTALL})"
        return single
    left = None if seconds is None else max(seconds - single.seconds, 0.01)
    sets = explore_sets(protocol, scope, seconds=left, progress=progress)
    if not sets.complete:
        return single
    sets.answers = tuple(_better(one, other) for one, other in zip(single.answers, sets.answers, strict=True))
    sets.seconds += single.seconds
    return sets


def _better(single: Answer, sets: Answer) -> Answer:
    """What sets say, but for a shortest run that was found by single states, and what sets do not know."""
    if single.said is Said.FAILS:
        return single
    if sets.said is Said.UNKNOWN:
        return replace(sets, how=f"{sets.how}; {single.how}") if single.how != sets.how else sets
    return sets

"""`infer`: proofs of a protocol's safety properties with lemmas that nobody wrote."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from checker.language.core import PropertyKind
from checker.language.lower import lower
from checker.language.protocol import Invariant, Protocol, Value
from checker.prove.answers import Proofs
from checker.prove.api import SECONDS_PER_QUERY, prove

Progress = Callable[[str, int, int], None]
"""Told the property at hand, how many clauses there are, and how many queries there were."""


@dataclass(frozen=True, slots=True)
class Inferred:
    """The proofs with the inferred lemmas in place, and what was inferred.

    `lemmas` are declarations of the language by name; `proofs` are of the protocol with them, so that each is proved
    itself. `found` counts the clauses that were tried; `reached` the states of small scopes that none of them breaks.
    `broken` are properties that one of those states breaks; `taken_away` are the text's own lemmas; `left` says of each
    property for which nothing was inferred why.
    """

    protocol: Protocol
    lemmas: tuple[tuple[str, str], ...]
    proofs: Proofs
    found: int
    queries: int
    reached: int
    broken: tuple[str, ...]
    taken_away: tuple[str, ...]
    left: tuple[tuple[str, str], ...]


def infer(
    protocol: Protocol,
    *,
    settings: Mapping[str, Value] | None = None,
    without: frozenset[str] = frozenset(),
    keep_lemmas: bool = True,
    seconds_per_query: float = SECONDS_PER_QUERY,
    progress: Progress | None = None,
) -> Inferred:
    """Proofs for any number of individuals; lemmas of the text are used or, if not kept, taken away first.

    Nothing is claimed because it was inferred: the lemmas are added to the protocol, and `prove` proves that. The same
    arguments give the same answer. Raises what `prove` raises.
    """
    from checker.prove.encode import Encoding
    from checker.prove.infer.cubes import Sieve
    from checker.prove.infer.diagram import Diagrams
    from checker.prove.infer.minimise import minimised
    from checker.prove.infer.reached import reached
    from checker.prove.infer.strengthen import Strengthening
    from checker.prove.infer.words import Lemmas
    from checker.prove.queries import Effort

    taken_away: tuple[str, ...] = ()
    if not keep_lemmas:
        taken_away = tuple(item.name for item in protocol.properties if _lemma(item))
        protocol = replace(protocol, properties=tuple(item for item in protocol.properties if not _lemma(item)))
    fixed = dict(settings or {})
    core = lower(protocol, without)
    seen = reached(protocol, core, fixed, without)
    goals = tuple(item for item in core.properties if item.kind in (PropertyKind.INVARIANT, PropertyKind.STEP))
    broken = tuple(
        goal.name
        for goal in goals
        if goal.formula is not None and any(states.where(goal.formula, {}) != states.all for states in seen.states)
    )
    encoding = Encoding(core, settings=fixed)
    effort = Effort(seconds_per_query)
    attempt = Strengthening(
        encoding,
        effort,
        Sieve(seen.telling),
        Sieve(seen.states),
        Diagrams(encoding, seen.most),
        tuple(goal for goal in goals if goal.name not in broken),
        progress,
    )
    interrupted = False
    try:
        attempt.run()
    except KeyboardInterrupt:  # what is proved by now is kept
        interrupted = True
    made = Lemmas(protocol, core)
    lemmas = [made.lemma(item.cube) for item in minimised(attempt) if item.cube is not None]
    helped = replace(protocol, properties=protocol.properties + tuple(lemma for lemma, _ in lemmas))
    proofs = prove(helped, settings=fixed, without=without, seconds_per_query=seconds_per_query)
    return Inferred(
        protocol=helped,
        lemmas=tuple((lemma.name, text) for lemma, text in lemmas),
        proofs=replace(proofs, queries=proofs.queries + effort.queries, interrupted=proofs.interrupted or interrupted),
        found=sum(item.cube is not None for item in attempt.items.values()),
        queries=effort.queries,
        reached=seen.count,
        broken=broken,
        taken_away=taken_away,
        left=tuple((name, item.dropped) for name, item in attempt.items.items() if item.dropped and not item.cube),
    )


def _lemma(item: object) -> bool:
    return isinstance(item, Invariant) and item.lemma

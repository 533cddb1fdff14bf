"""How a generated trace is recorded: which logs, what is lost, whose clocks go how, where it is cut. All at random."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from checker.language.protocol import Protocol
from checker.model.scope import Scope
from tests.generated.record import SECOND, Kept, Plan
from tests.generated.walk import Walk

HOUR = 3600 * SECOND


@dataclass(frozen=True, slots=True)
class Subject:
    """A protocol in a scope with names, and the sets of sources of which each host keeps a log.

    `hosts` are the names of the individuals that logs are kept on; one made-up host where nothing has a place.
    `anywhere`: its states are few enough to begin anywhere.
    """

    name: str
    protocol: Protocol
    scope: Scope
    hosts: tuple[str, ...]
    sources: tuple[tuple[str, ...], ...]
    steps: int
    anywhere: bool = False
    omits: float = 0.0


def plan_of(rng: random.Random, subject: Subject, walk: Walk, at_rest: bool) -> Plan:
    """A way to record the walk. It is complete only where the walk ends at rest."""
    chosen = rng.choice(subject.sources)
    clock = rng.choice(("none", "none", "apart", "stated"))
    logs = tuple(
        _kept(rng, subject, host, source, clock, number)
        for number, (host, source) in enumerate((host, source) for host in subject.hosts for source in chosen)
    )
    length = len(walk.steps)
    cut = rng.randrange(length + 1) if rng.random() < 0.35 else None
    begins = rng.randrange(length) if subject.anywhere and length and rng.random() < 0.3 else 0
    if cut is not None and cut < begins:
        cut = None
    return Plan(
        logs,
        lost=rng.choice((0.0, 0.2, 0.8)),
        omits=rng.choice((0.0, 0.0, subject.omits)),
        messages=rng.choice((0.0, 0.0, 0.1)),
        ids=rng.choice((3, 6, 50)),
        begins=begins,
        cut=cut,
        complete=at_rest and cut is None and rng.random() < 0.6,
        separators=rng.random() < 0.5,
    )


def _kept(rng: random.Random, subject: Subject, host: str, source: str, clock: str, number: int) -> Kept:
    kept = Kept(f"log{number + 1}", host, source, rng.choice(("whole", "phased", "mixed")))
    if clock == "apart":
        return replace(kept, clock="apart", offset=rng.choice((-1, 0, 1)) * HOUR)
    if clock == "stated":
        return replace(kept, clock="stated", skew=rng.choice((0, 5, 50, 500)) * SECOND // 1000)
    return kept

"""What a judgement may spend, and which readings of the protocol it uses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from checker.language.protocol import Value

EVERY = 1024  # nodes between two looks at the clock


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search is: nodes so far, and how many of the recorded events the best run explains."""

    nodes: int
    explained: int
    events: int


@dataclass(frozen=True, slots=True)
class Options:
    """How to judge a trace.

    `nodes` and `seconds` bound each search; a bound that is met makes the answer unknown. `faults` is how many faults
    that no record tells of a run may contain. `settings` gives params values, `without` leaves rules out, `sizes` sets
    sizes of sorts by hand. `progress` is called now and then. `plainly`: of a misfit only the event, its rules and its
    action are told, nothing that takes a search of its own, where that cannot change the verdict.
    """

    nodes: int = 1_000_000
    seconds: float = 60.0
    faults: int = 0
    settings: tuple[tuple[str, Value], ...] = ()
    without: frozenset[str] = frozenset()
    sizes: tuple[tuple[str, int], ...] = ()
    progress: Callable[[Progress], None] | None = None
    plainly: bool = False


class LimitReached(Exception):
    """A bound of a search was met. `reason` says which, and what to raise."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Budget:
    """What is left to spend. Shared by the searches of one judgement, or made for one of them."""

    nodes: int
    seconds: float
    spent: int = 0
    started: float = field(default_factory=monotonic)

    def spend(self) -> bool:
        """Count one node; true when it is time to tell of progress. Raises LimitReached."""
        self.spent += 1
        if self.spent > self.nodes:
            raise LimitReached(f"the limit of {self.nodes:,} nodes was reached; raise the node limit")
        if self.spent % EVERY:
            return False
        if self.elapsed > self.seconds:
            raise LimitReached(f"the limit of {self.seconds:g} seconds was reached; raise the time limit")
        return True

    @property
    def elapsed(self) -> float:
        """Seconds since it began."""
        return monotonic() - self.started

    def part(self, nodes: int, seconds: float) -> Budget:
        """A budget of its own that is no larger than what is left here."""
        left = self.seconds - self.elapsed
        return Budget(max(0, min(nodes, self.nodes - self.spent)), max(0.0, min(seconds, left)))

"""Questions to z3: a solver that knows what is given, assumes hypotheses by name, and says which of them it used."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import z3

from checker.prove.encode import Encoding
from checker.prove.terms import Term

SEED = 0
STEPS_A_SECOND = 2_000_000
"""z3 counts its own steps; some machines do more of them in a second. The count decides, so that answers repeat."""
PATIENCE = 5
"""How many times slower than that a machine may be before the clock decides after all."""
STOPPED = ("cancel", "interrupt", "timeout", "resource")
"""What z3 says in one way or another when something made it stop, as against a question it has no method for."""


class Undecided(Exception):
    """z3 does not know; the message is its reason in words."""


@dataclass(slots=True)
class Effort:
    """What one query may cost, and how many there were."""

    seconds: float
    queries: int = 0

    @property
    def steps(self) -> int:
        return max(1, int(self.seconds * STEPS_A_SECOND))

    @property
    def milliseconds(self) -> int:
        return max(1, int(self.seconds * 1000 * PATIENCE))

    def told(self) -> str:
        return f"seed {SEED}, {self.steps:,} solver steps (about {self.seconds:g} s) a query"


@dataclass(frozen=True, slots=True)
class Impossible:
    """There is no such state; these of the hypotheses are needed to see it, and without one of them they do not do."""

    used: frozenset[str]


@dataclass(frozen=True, slots=True)
class Possible:
    """There is one."""

    model: Any = field(repr=False)


class Query:
    """One solver: what is given holds, hypotheses only when asked for."""

    def __init__(
        self, encoding: Encoding, effort: Effort, given: Iterable[Term], hypotheses: Mapping[str, Term]
    ) -> None:
        self._effort = effort
        self.encoding = encoding
        self._context = encoding.vocabulary.context
        self.solver = z3.SimpleSolver(ctx=self._context)
        self.solver.set("random_seed", SEED)
        self.solver.set("rlimit", effort.steps)
        self.solver.set("timeout", effort.milliseconds)
        # z3 would take Ctrl-C for itself while it works, and may forget it; Python sees it when the query is over.
        self.solver.set("ctrl_c", False)
        self.solver.add(*given)
        self._literals: dict[tuple[str, int], tuple[Term, Term]] = {}
        self._hypotheses = {name: self._literal(name) for name in hypotheses}
        for name, formula in hypotheses.items():
            self.solver.add(z3.Implies(self._hypotheses[name], formula))

    def _literal(self, name: str) -> Term:
        return z3.Bool(f"assume {name}", self._context)

    def where(self, name: str, outside: Term) -> Term:
        """A literal that assumes a hypothesis for the settings of `outside` only."""
        key = (name, outside.get_id())
        if key not in self._literals:
            assert self.solver.num_scopes() == 0, "a literal made inside `with_also` would be forgotten with it"
            literal = self._literal(f"{name} {len(self._literals)}")
            self.solver.add(z3.Implies(z3.And(literal, outside), self._hypotheses[name]))
            self._literals[key] = (literal, outside)
        return self._literals[key][0]

    def assume(self, name: str, formula: Term) -> Term:
        """A literal that assumes one more hypothesis."""
        assert self.solver.num_scopes() == 0, "a hypothesis made inside `with_also` would be forgotten with it"
        literal = self._hypotheses[name] = self._literal(name)
        self.solver.add(z3.Implies(literal, formula))
        return literal

    def hypothesis(self, name: str) -> Term:
        """A literal that assumes a hypothesis."""
        return self._hypotheses[name]

    @contextmanager
    def with_also(self, *terms: Term) -> Iterator[None]:
        """More that is given, for the queries inside."""
        self.solver.push()
        try:
            self.solver.add(*terms)
            yield
        finally:
            self.solver.pop()

    def ask(self, assumed: Mapping[str, Term], kept: Container[str] = ()) -> Impossible | Possible:
        """Is there a state? `assumed` are literals, by name. Raises Undecided.

        Of the names in `kept` it makes no difference whether they are used: that they are needed is not looked into.
        """
        answer = self._ask(assumed)
        if isinstance(answer, Possible):
            return answer
        used = [name for name in assumed if name in answer.used]
        for name in [name for name in used if name not in kept]:
            if name not in used:
                continue
            fewer = {other: assumed[other] for other in used if other != name}
            try:
                again = self._ask(fewer)
            except Undecided:
                continue
            if isinstance(again, Impossible):
                used = [other for other in fewer if other in again.used]
        return Impossible(frozenset(used))

    def _ask(self, assumed: Mapping[str, Term]) -> Impossible | Possible:
        names = {literal.get_id(): name for name, literal in assumed.items()}
        self._effort.queries += 1
        steps, started = self._steps(), monotonic()
        verdict = self.solver.check(*assumed.values())
        if verdict == z3.unsat:
            core = self.solver.unsat_core()
            return Impossible(frozenset(names[item.get_id()] for item in core if item.get_id() in names))
        if verdict == z3.sat:
            return Possible(self.solver.model())
        reason = self.solver.reason_unknown()
        if not any(word in reason for word in STOPPED):
            raise Undecided(f"z3 does not know ({reason})")
        if self._steps() - steps >= self._effort.steps:
            raise Undecided(f"z3 gave up after {self._effort.steps:,} steps: allow more seconds a query")
        if (monotonic() - started) * 1000 >= self._effort.milliseconds:
            raise Undecided(f"z3 gave up after {self._effort.milliseconds / 1000:g} s: allow more seconds a query")
        raise Undecided(f"z3 stopped ({reason})")

    def _steps(self) -> int:
        """z3's count of its own steps so far."""
        statistics = self.solver.statistics()
        for at in reversed(range(len(statistics))):  # it is among the last; all of them are many, and slow to read
            name, value = statistics[at]
            if name == "rlimit count":
                return int(value)
        return 0


def version() -> str:
    """Which z3 this is."""
    return str(z3.get_version_string())

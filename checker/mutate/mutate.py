"""`mutate`: every mutant of a protocol, and whether anything that the text says notices it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from checker.explore.search import Limits
from checker.language.core import PropertyKind
from checker.language.mutants import Mutant, mutants
from checker.language.protocol import Protocol, Value
from checker.model.scope import Scope
from checker.mutate.fate import Fate, Killer, Shown
from checker.mutate.implied import implied
from checker.mutate.plan import STATES, Plan, declared_scopes, other_readings, smallest_first
from checker.mutate.pool import tried
from checker.mutate.recordings import Recording

Progress = Callable[[str], None]
INTERRUPTED = "it was interrupted"


@dataclass(frozen=True, slots=True)
class Mutation:
    """What became of mutants, in the order of the text, and of how many there are. `plan` is None if not even the
    protocol itself was looked at when Ctrl-C was pressed.
    """

    protocol: Protocol
    plan: Plan | None
    shown: tuple[Shown, ...]
    of: int
    interrupted: bool = False

    def count(self, fate: Fate, killer: Killer | None = None) -> int:
        return sum(each.fate is fate and killer in (None, each.killer) for each in self.shown)


def mutate(
    protocol: Protocol,
    *,
    settings: Mapping[str, Value] | None = None,
    without: frozenset[str] = frozenset(),
    scopes: tuple[Scope, ...] | None = None,
    wanted: tuple[Mutant, ...] | None = None,
    states: int = STATES,
    seconds: float | None = None,
    jobs: int = 1,
    recordings: tuple[Recording, ...] = (),
    progress: Progress | None = None,
) -> Mutation:
    """The fate of every mutant (of those `wanted`, if given), tried by so many processes.

    `scopes` are those to try them in, by default all of the text that are small enough, and other readings of the open
    questions besides. A search gives up after so many `states`, and a mutant's searches all together after `seconds`.
    `recordings` are asked about what survives. Ctrl-C keeps what is known. Raises BadScope, TooLarge, CannotLower, and
    InternalError where the reference does not agree with what was found.
    """
    say = progress or (lambda _: None)
    every = mutants(protocol)
    chosen = every if wanted is None else wanted
    found: dict[int, Shown] = {}
    plan: Plan | None = None
    interrupted = False
    try:
        say("looking at the protocol itself")
        plan = planned(protocol, dict(settings or {}), without, scopes, Limits(states, seconds))
        for shown in tried(plan, chosen, jobs, recordings):
            found[shown.mutant.number] = shown
            say(f"{len(found)} of {len(chosen)} mutants, {_counts(found)}")
        say("looking for proofs that survivors are the same")
        found = dict(implied(plan, found))
    except KeyboardInterrupt:
        interrupted = True
    answers = tuple(found.get(each.number, Shown(each, Fate.UNKNOWN, INTERRUPTED)) for each in chosen)
    return Mutation(protocol, plan, answers, len(every), interrupted)


def planned(
    protocol: Protocol,
    settings: Mapping[str, Value],
    without: frozenset[str],
    scopes: tuple[Scope, ...] | None,
    limits: Limits,
) -> Plan:
    """What to try mutants on, with what is proved of the protocol itself. Ctrl-C goes through."""
    from checker.prove.answers import Holds
    from checker.prove.api import prove

    given = declared_scopes(protocol, settings, without) if scopes is None else scopes
    usable, left_out = smallest_first(protocol, given, limits.states)
    readings = tuple(other_readings(protocol, usable, settings)) if usable and scopes is None else ()
    proofs = prove(protocol, settings=settings, without=without)
    if proofs.interrupted:
        raise KeyboardInterrupt
    proved = tuple(
        answer.name
        for answer in proofs.answers
        if answer.kind is PropertyKind.INVARIANT and isinstance(answer.judgement, Holds)
    )
    return Plan(protocol, usable, readings, left_out, settings, without, proved, limits)


def _counts(found: Mapping[int, Shown]) -> str:
    counts = {fate: sum(shown.fate is fate for shown in found.values()) for fate in Fate}
    return ", ".join(f"{count} {fate}" for fate, count in counts.items() if count)

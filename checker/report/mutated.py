"""What became of a protocol's mutants: data for JSON, and lines for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, assert_never

from checker import __version__
from checker.explore.difference import Difference
from checker.language.mutants import Change, Mutant
from checker.language.protocol import Protocol
from checker.mutate.fate import Fate, Killer, Shown
from checker.mutate.mutate import Mutation
from checker.mutate.plan import all_scopes
from checker.mutate.vacuity import Idle, Vacuity
from checker.report.documents import Place, place_view
from checker.report.explored import RunView, clean_row, run_view, shortened
from checker.report.page import BAD, DOUBT, GOOD, NAME, QUIET, STRONG, Line, labelled, line
from checker.report.text import clean, listed, plural

MOST = 12  # survivors that are told; `--all` tells every one
STYLE = {Fate.KILLED: GOOD, Fate.EQUIVALENT: GOOD, Fate.SURVIVED: BAD, Fate.UNKNOWN: DOUBT}
BY = {
    Killer.PROPERTY: "a property",
    Killer.LEMMA: "a lemma alone",
    Killer.RUN: "a run of the text",
    Killer.RECORDING: "a recording",
    Killer.LANGUAGE: "the language, which refuses it",
}
ORDER = {Change.GUARD: 0, Change.EFFECTS: 1, Change.ASSIGNMENT: 2, Change.COMPARISON: 3}


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """Where a mutant first goes another way: `then` says what is so of the last step of the run.

    Where the text refuses that step, the run says that it must, so that it can be pasted into the text.
    """

    then: str
    run: RunView


@dataclass(frozen=True, slots=True)
class MutantView:
    """One mutant. `run` shows that it was noticed: a shortest one of it that breaks the property `noticed_by`.

    `difference` is there for what survived, unless it goes no other way in any of the scopes it was `tried` in.
    """

    number: int
    name: str
    change: Change
    rules: tuple[str, ...]
    place: Place
    was: str
    now: str
    fate: Fate
    how: str
    killer: Killer | None
    noticed_by: str
    scope: str
    run: RunView | None
    uses: tuple[str, ...]
    difference: DifferenceView | None
    tried: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IdleView:
    """Something in the text that makes no difference. `proved`: for any number; else in the scopes searched."""

    vacuity: Vacuity
    name: str
    place: Place
    proved: bool
    how: str


@dataclass(frozen=True, slots=True)
class MutateView:
    """A protocol and its mutants. `left_out` are scopes not used, with the reason; `of` is how many mutants it has."""

    protocol: str
    scopes: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    of: int
    interrupted: bool
    killed: int
    equivalent: int
    survived: int
    unknown: int
    mutants: tuple[MutantView, ...]
    idle: tuple[IdleView, ...]


@dataclass(frozen=True, slots=True)
class MutateDocument:
    """What `switchover mutate --json` answers: the mutants of each protocol."""

    mutations: tuple[MutateView, ...]
    exit: int
    switchover: Literal["mutate"] = "mutate"
    format: Literal[1] = 1
    version: str = __version__


def mutate_view(found: Mutation, idle: tuple[Idle, ...]) -> MutateView:
    """What became of the mutants, and what is idle in the protocol itself, as plain data."""
    scopes = all_scopes(found.plan) if found.plan is not None else ()
    return MutateView(
        found.protocol.name,
        tuple(scope.name for scope in scopes),
        found.plan.left_out if found.plan is not None else (),
        found.of,
        found.interrupted,
        found.count(Fate.KILLED),
        found.count(Fate.EQUIVALENT),
        found.count(Fate.SURVIVED),
        found.count(Fate.UNKNOWN),
        tuple(_mutant(found.protocol, each) for each in found.shown),
        tuple(IdleView(each.vacuity, each.name, place_view(each.span), each.proved, each.how) for each in idle),
    )


def _mutant(protocol: Protocol, shown: Shown) -> MutantView:
    mutant = shown.mutant
    changed = mutant.of(protocol)
    run = run_view(changed, shown.run, f"mutant_{mutant.number}") if shown.run is not None else None
    return MutantView(
        mutant.number,
        mutant.name,
        mutant.change,
        mutant.rules,
        place_view(mutant.span),
        mutant.was,
        mutant.now,
        shown.fate,
        shown.how,
        shown.killer,
        shown.what,
        shown.scope,
        run,
        shown.uses,
        _difference(protocol, changed, mutant, shown.difference),
        shown.tried,
    )


def _difference(
    protocol: Protocol, changed: Protocol, mutant: Mutant, found: Difference | None
) -> DifferenceView | None:
    if found is None:
        return None
    run = run_view(changed if found.allowed else protocol, found.run, f"mutant_{mutant.number}_differs")
    if found.allowed:
        then = "its last step is refused as the text stands; if it must be, this run in the text says so"
    elif found.refused:
        then = "its last step is not possible in the mutant"
    else:
        then = "its last step leads elsewhere in the mutant"
    if found.allowed and mutant.rules:
        refused = (each.replace("must pass", f"must fail at {mutant.rules[0]}") for each in run.text[-2:])
        run = replace(run, text=(*run.text[:-2], *refused))
    return DifferenceView(then, run)


# ------------------------------------------------------------------------------------------------------ on a terminal


def mutate_lines(view: MutateView, *, every: bool = False, seconds: float | None = None) -> Iterator[Line]:
    """The report: totals, what survived as questions about the text, what is not known, and what is idle."""
    took = f", {seconds:.0f} s" if seconds is not None else ""
    some = "" if len(view.mutants) == view.of else f" of its {view.of:,}"
    where = f" in {plural(len(view.scopes), 'scope')}: {listed(view.scopes, 2)}" if view.scopes else ""
    yield line((clean(view.protocol), STRONG), f"  {plural(len(view.mutants), 'mutant')}{some}{where}{took}")
    killers = Counter(each.killer for each in view.mutants if each.killer is not None)
    how = ", ".join(f"{killers[killer]:,} by {words}" for killer, words in BY.items() if killers[killer])
    yield _total(Fate.KILLED, view.killed, how)
    yield _total(Fate.EQUIVALENT, view.equivalent, "proved: the same runs for any number")
    yield _total(Fate.SURVIVED, view.survived, "")
    yield _total(Fate.UNKNOWN, view.unknown, "it was interrupted" if view.interrupted else "")
    for name, why in view.left_out:
        yield labelled("not used", f"scope {clean(name)}: {why}")
    survivors = sorted(
        (each for each in view.mutants if each.fate is Fate.SURVIVED), key=lambda each: ORDER[each.change]
    )
    unknown = [each for each in view.mutants if each.fate is Fate.UNKNOWN and not view.interrupted]
    if survivors:
        yield line("Questions about the text:", hang=2)
        yield from _some(survivors, every)
    if unknown:
        yield line("Not known:")
        yield from _some(unknown, every)
    for idle in view.idle:
        if idle.vacuity is not Vacuity.GUARD or every:
            yield _idle(idle)
    guards = sum(idle.vacuity is Vacuity.GUARD for idle in view.idle)
    if guards and not every:
        yield labelled("idle", f"{plural(guards, 'condition')} that the others imply (--all tells them)", style=QUIET)


def _total(fate: Fate, number: int, how: str) -> Line:
    return labelled(fate.value, f"{number:,}".rjust(5), f"  {how}" if how and number else "", style=STYLE[fate])


def _some(mutants: list[MutantView], every: bool) -> Iterator[Line]:
    for each in mutants if every else mutants[:MOST]:
        yield line("  ", (f"#{each.number}".rjust(5), NAME), f" {_question(each)}", hang=8)
    if len(mutants) > MOST and not every:
        yield line("  ", (f"      and {len(mutants) - MOST} more (--all tells them; --mutant N tells one)", QUIET))


def _question(each: MutantView) -> str:
    was, spot = clean(each.was, 100), clean(each.name.partition(":")[0])
    match each.change:
        case Change.GUARD:
            asked = f"nothing says why {spot} requires `{was}`"
        case Change.EFFECTS:
            asked = f"nothing says why {spot} changes anything"
        case Change.ASSIGNMENT:
            asked = f"nothing says why {spot} does `{was}`"
        case Change.COMPARISON:
            asked = f"nothing says why {spot} has `{was}`, not `{each.now}`"
        case _:
            assert_never(each.change)
    rules = f" ({' '.join(each.rules)})" if each.rules else ""
    if each.fate is Fate.UNKNOWN:
        return f"{_at(each.place)} {spot} `{was}`: {clean(each.how, 160)}"
    same = "" if each.difference is not None else "; it made no difference in any scope"
    return f"{_at(each.place)} {asked}{rules}{same}"


def _idle(idle: IdleView) -> Line:
    shown = "proved for any number" if idle.proved else clean(idle.how)
    return labelled("idle", f"{_at(idle.place)} {clean(idle.name)}: {idle.vacuity}, {shown}", style=DOUBT)


def _at(place: Place) -> str:
    return f"{clean(place.file)}:{place.line}"


def one_lines(view: MutateView, each: MutantView) -> Iterator[Line]:
    """One mutant in full: what was changed where, what became of it, and the run that shows it."""
    yield line((clean(view.protocol), STRONG), f"  mutant {each.number}: {each.change}")
    yield labelled("at", f"{_at(each.place)} {clean(each.name.partition(':')[0])}" + _cited(each))
    yield labelled("was", clean(each.was, 400))
    yield labelled("now", clean(each.now) if each.now else "nothing")
    yield labelled(each.fate.value, clean(each.how, 300) + (f", scope {each.scope}" if each.scope else ""),
                   style=STYLE[each.fate])  # fmt: skip
    if each.fate is Fate.SURVIVED:
        yield labelled("question", _question(each))
        yield labelled("tried in", clean(", ".join(each.tried), 400))
    if each.difference is not None:
        yield labelled("differs", f"after {plural(each.difference.run.steps, 'step')}: {each.difference.then}")
    run = each.run or (each.difference.run if each.difference is not None else None)
    if run is not None:
        for row in (*run.start, *shortened(run.text)):
            yield line("  ", (clean_row(row), QUIET), hang=6)


def _cited(each: MutantView) -> str:
    return f" @ {' '.join(each.rules)}" if each.rules else ""

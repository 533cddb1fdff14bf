"""What induction says of every property: data for JSON, and lines for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, assert_never

from checker import __version__
from checker.language.core import CellKind, PropertyKind
from checker.language.lower import lower
from checker.language.protocol import Protocol, Type, Value
from checker.model.judge import RosterLine, Standing, complete_roster
from checker.model.run import Run
from checker.model.scope import Scope
from checker.prove.answers import (
    Answer,
    Counterexample,
    Fails,
    Holds,
    Location,
    NotForAnyNumber,
    Proofs,
    Settings,
    Unknown,
)
from checker.report.explored import RunView, clean_row, run_view, shortened
from checker.report.page import BAD, DOUBT, GOOD, NAME, QUIET, STRONG, Line, labelled, line
from checker.report.runs import step_words, value_words
from checker.report.terminal import roster_counts, roster_lines
from checker.report.text import clean, listed, plural

Witness = Callable[[Counterexample], Run | None]

MOST_FACTS = 12  # of a state that are told; `--json` has them all
WORDS = {"holds": GOOD, "fails": BAD, "unknown": DOUBT, "search": QUIET}
STANDING = {"holds": Standing.HELD, "fails": Standing.BROKEN, "unknown": Standing.UNKNOWN, "search": Standing.SKIPPED}


@dataclass(frozen=True, slots=True)
class CounterexampleView:
    """A state where all that was assumed holds, a step from it, and what the step changes, in the protocol's words.

    `step` is None where the state is an initial one and breaks the property itself. `reached` is what a search of the
    scope said of the state: true, false (not with that many faults), or None, not known. `witness` is a shortest run
    that breaks the property in that scope.
    """

    scope: Scope
    values: tuple[tuple[str, str], ...]
    state: tuple[str, ...]
    step: str | None
    changes: tuple[str, ...]
    reached: bool | None
    faults: int
    witness: RunView | None


@dataclass(frozen=True, slots=True)
class ProofView:
    """One property. `said` is holds, fails, unknown, or search: a kind that only a search of a scope answers.

    `settings` are the readings of open questions that the answer is *not* proved for; elsewhere it is.
    """

    name: str
    kind: PropertyKind
    lemma: bool
    rules: tuple[str, ...]
    said: str
    how: str
    uses: tuple[str, ...]
    broken_by: tuple[str, ...]
    settings: tuple[tuple[str, tuple[str, ...]], ...]
    counterexample: CounterexampleView | None


@dataclass(frozen=True, slots=True)
class CertificateView:
    """A certificate that was written. `left_out` are the properties that are not in it, each with the reason."""

    file: str
    bytes: int
    certified: tuple[str, ...]
    obligations: int
    left_out: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ProveView:
    """One protocol for any number of individuals. `free` are the params that may have any value."""

    protocol: str
    solver: str
    limits: str
    queries: int
    interrupted: bool
    free: tuple[str, ...]
    settings: tuple[tuple[str, str], ...]
    without: tuple[str, ...]
    sorts: tuple[str, ...]
    properties: tuple[ProofView, ...]
    roster: tuple[RosterLine, ...]
    certificate: CertificateView | None = None


@dataclass(frozen=True, slots=True)
class ProveDocument:
    """What `switchover prove --json` answers: one attempt for each protocol."""

    proofs: tuple[ProveView, ...]
    exit: int
    switchover: Literal["prove"] = "prove"
    format: Literal[1] = 1
    version: str = __version__


def prove_view(protocol: Protocol, proofs: Proofs, run: Witness) -> ProveView:
    """The answers of an attempt as plain data; `run` finds the run that breaks a property whose counterexample is real.

    Raises RosterIncomplete where not all properties were asked for.
    """
    types = {param.name: param.type for param in protocol.params}
    properties = tuple(_proof(protocol, answer, run) for answer in proofs.answers)
    return ProveView(
        proofs.protocol,
        proofs.solver,
        proofs.limits,
        proofs.queries,
        proofs.interrupted,
        proofs.free,
        tuple((name, _setting(protocol, types[name], value)) for name, value in proofs.settings),
        proofs.without,
        tuple(sort.name for sort in protocol.sorts if sort.members is None),
        properties,
        _roster(protocol, properties, proofs.without),
    )


def prove_lines(view: ProveView, *, roster: bool = False) -> Iterator[Line]:
    """The report: a headline, one line a property, and what is in the way of each proof that failed."""
    inductive = [item for item in view.properties if item.said != "search"]
    proved = sum(item.said == "holds" for item in inductive)
    number = f"for any number of {', '.join(view.sorts)}" if view.sorts else "as it is"
    cut = ", stopped by Ctrl-C" if view.interrupted else ""
    yield line(
        (view.protocol, STRONG),
        f" {number}: {proved} of {plural(len(inductive), 'property', 'properties')} proved{cut}",
    )
    if view.free:
        yield labelled("readings", f"every value of {', '.join(view.free)}")
    if view.settings:
        yield labelled("settings", ", ".join(f"{name} = {value}" for name, value in view.settings))
    yield labelled("solver", f"{view.solver}, {plural(view.queries, 'query', 'queries')}, {view.limits}")
    width = max((len(item.name) for item in inductive), default=0)
    for item in inductive:
        yield from _lines(item, width)
    others = [item.name for item in view.properties if item.said == "search"]
    if others:
        yield line("  ", ("explore ", QUIET), f"answers the rest, in a scope: {', '.join(others)}", hang=10)
    if view.certificate is not None:
        made = view.certificate
        number = f"{plural(len(made.certified), 'property', 'properties')}, {plural(made.obligations, 'obligation')}"
        yield labelled("certificate", f"{clean(made.file)}: {number}, {made.bytes / 1000:,.0f} kB")
    yield labelled("roster", f"{view.protocol}: {roster_counts(view.roster)}")
    if roster:
        yield from roster_lines(view.roster)


def _lines(item: ProofView, width: int) -> Iterator[Line]:
    kind = "lemma" if item.lemma else item.kind.value
    rules = f"  {' '.join(item.rules)}" if item.rules else ""
    how = item.how
    if item.said == "holds":
        how = f"inductive with {', '.join(item.uses)}" if item.uses else "inductive by itself"
    yield line(
        "  ", (item.said.ljust(8), WORDS[item.said]), (kind.ljust(10), QUIET), (item.name.ljust(width), NAME),
        f"  {clean(how)}", (rules, QUIET),
        hang=22,
    )  # fmt: skip
    if item.settings:
        values = "; ".join(f"{name} is {' or '.join(values)}" for name, values in item.settings)
        yield line("          ", f"proved for every reading but: {values}", hang=10)
    if item.counterexample is not None:
        yield from _counterexample(item.counterexample)


def _counterexample(found: CounterexampleView) -> Iterator[Line]:
    def row(label: str, words: str, style: str = "") -> Line:
        return line("          ", (label.ljust(9), QUIET), (clean(words, 1000), style), hang=19)

    sizes = ", ".join(f"{sort} = {size}" for sort, size in found.scope.sizes)
    yield row("state", f"{listed(found.state, MOST_FACTS) or 'an initial one'}  ({sizes})")
    if found.step is not None:
        yield row("step", found.step, NAME)
        yield row("then", listed(found.changes, MOST_FACTS) or "nothing changes")
    if found.values:
        yield row("for", ", ".join(f"{name} = {value}" for name, value in found.values))
    label, words, style = _REACHED[found.reached]
    yield row(label, words.format(faults=plural(found.faults, "fault")), style)
    if found.witness is not None:
        for text in shortened(found.witness.text):
            yield line("          ", clean_row(text))


_REACHED = {
    True: ("reached", "a search of this scope gets to that state: the property is false", BAD),
    False: ("not seen", "no run of this scope with up to {faults} gets to that state: a lemma may be missing", DOUBT),
    None: ("reached?", "no search has said whether that state can be reached", DOUBT),
}


# -------------------------------------------------------------------------------------------------------------- views


def _proof(protocol: Protocol, answer: Answer, run: Witness) -> ProofView:
    judgement = answer.judgement
    base = ProofView(answer.name, answer.kind, answer.lemma, answer.rules, "unknown", "", (), (), (), None)
    match judgement:
        case Holds():
            return replace(base, said="holds", how=judgement.how, uses=judgement.uses)
        case Fails(counterexample, settings):
            shown = _view(protocol, counterexample, True, None)
            how = "false in an initial state"
            return replace(base, said="fails", how=how, settings=_named(protocol, settings), counterexample=shown)
        case Unknown():
            return _unknown(protocol, judgement, base, run)
        case NotForAnyNumber(reason):
            return replace(base, said="search", how=reason)
        case _:
            assert_never(judgement)


def _unknown(protocol: Protocol, judgement: Unknown, base: ProofView, run: Witness) -> ProofView:
    """Unknown, unless a search got to the state that the proof got stuck on: then the property is false."""
    base = replace(
        base,
        how=judgement.reason,
        broken_by=tuple(f"{action}.{moment}" for action, moment in judgement.broken_by),
        settings=_named(protocol, judgement.settings),
    )
    found = judgement.counterexample
    if found is None:
        return base
    if not judgement.reached:
        return replace(base, counterexample=_view(protocol, found, judgement.reached, None))
    how = f"{judgement.reason}, from a state that a run reaches"
    return replace(base, said="fails", how=how, counterexample=_view(protocol, found, True, run(found)))


def _named(protocol: Protocol, settings: Settings) -> tuple[tuple[str, tuple[str, ...]], ...]:
    types = {param.name: param.type for param in protocol.params}
    return tuple((name, tuple(_setting(protocol, types[name], value) for value in values)) for name, values in settings)


def _setting(protocol: Protocol, type_: Type, value: Value) -> str:
    return value_words(protocol, Scope("", ()), type_, value)


def _view(protocol: Protocol, found: Counterexample, reached: bool | None, witness: Run | None) -> CounterexampleView:
    cells = {cell.name: cell for cell in lower(protocol).cells}

    def fact(location: Location, value: Value) -> str:
        name, index = location
        cell = cells[name]
        at = [
            value_words(protocol, found.scope, type_, part) for (_, type_), part in zip(cell.index, index, strict=True)
        ]
        where = f"{name}[{', '.join(at)}]" if at else name
        if cell.kind is CellKind.PENDING:
            where = f"pending({name.removeprefix('pending ')}({', '.join(at)}))"
        return f"{where} = {value_words(protocol, found.scope, cell.type, value)}"

    def facts(values: Mapping[Location, Value], locations: tuple[Location, ...]) -> tuple[str, ...]:
        return tuple(fact(location, values[location]) for location in locations)

    return CounterexampleView(
        found.scope,
        found.witness,
        facts(dict(found.before), found.shown),
        None if found.step is None else step_words(protocol, found.scope, found.step),
        facts(dict(found.after), found.changed),
        reached,
        witness.scope.faults if witness is not None else max(found.scope.faults, 1),
        None if witness is None else run_view(protocol, witness, f"{found.property}_fails"),
    )


def _roster(protocol: Protocol, properties: tuple[ProofView, ...], without: tuple[str, ...]) -> tuple[RosterLine, ...]:
    lines = [RosterLine(item.name, item.kind.value, STANDING[item.said], item.how) for item in properties]
    for rule in protocol.rules:
        cited = [item for item in properties if rule.id in item.rules]
        lines.append(RosterLine(rule.id, "rule", *_rule(cited, rule.id in without)))
    return complete_roster(protocol, lines)


def _rule(cited: list[ProofView], left_out: bool) -> tuple[Standing, str]:
    """A rule is held where every property that cites it is; a rule that is a guard alone says when, not what."""
    if left_out:
        return Standing.SKIPPED, "its guards are left out of these proofs"
    for said in ("fails", "unknown"):
        names = [item.name for item in cited if item.said == said]
        if names:
            return STANDING[said], f"{', '.join(names)}: {said}"
    held = [item.name for item in cited if item.said == "holds"]
    if held and len(held) == len(cited):
        return Standing.HELD, f"{', '.join(held)} proved"
    if cited:
        return Standing.SKIPPED, "a search of a scope answers the properties that cite it"
    return Standing.NOT_EXERCISED, "no property cites it: a proof assumes what guards ask for"

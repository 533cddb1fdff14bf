"""What a search of a scope found, told property by property: data for JSON, and lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from checker import __version__
from checker.explore.answer import Answer, Said
from checker.explore.explore import Exploration
from checker.explore.ladder import Engine, Explored
from checker.explore.runs import ScenarioAnswer
from checker.language.core import PropertyKind
from checker.language.protocol import Protocol
from checker.model.judge import RosterLine, Standing
from checker.model.run import Run
from checker.model.scope import Scope
from checker.report.failures import FailuresView, failure_lines, failures_view
from checker.report.page import BAD, DOUBT, GOOD, NAME, QUIET, STRONG, Line, Part, labelled, line
from checker.report.runs import scenario, start_words
from checker.report.terminal import roster_counts, roster_lines
from checker.report.text import clean, plural

SAID_STYLE = {Said.HOLDS: GOOD, Said.FAILS: BAD, Said.UNKNOWN: DOUBT}
LONGEST = 12  # lines of a run that are told; `--json` has them all


@dataclass(frozen=True, slots=True)
class RunView:
    """A run of the model. `start` tells its initial state from others; `text` is it in the protocol's own notation."""

    steps: int
    start: tuple[str, ...]
    text: tuple[str, ...]
    run: Run


@dataclass(frozen=True, slots=True)
class PropertyView:
    """One property. `exercised` is false where it never had anything to say; then holding means nothing."""

    name: str
    kind: PropertyKind
    lemma: bool
    rules: tuple[str, ...]
    doc: str
    said: Said
    exercised: bool
    how: str
    instance: tuple[tuple[str, str], ...]
    witness: RunView | None


@dataclass(frozen=True, slots=True)
class ScenarioView:
    """A `run` of the text, tried in its own scope. `rules` are those in the way at its end."""

    name: str
    doc: str
    scope: str
    said: Said
    how: str
    rules: tuple[str, ...]
    found: RunView | None


@dataclass(frozen=True, slots=True)
class ExploreView:
    """One protocol in one scope. `reason` is why the search stopped early, empty if it saw everything.

    `states` counts states that differ in more than which of interchangeable individuals is which, `transitions` the
    steps out of them, `depth` the steps from the start to the farthest. The symbolic engine counts all states, and does
    not always know the steps, nor the depth, nor what becomes of failures.
    """

    protocol: str
    scope: Scope
    engine: Engine
    complete: bool
    reason: str
    states: int
    transitions: int | None
    depth: int | None
    symmetry: tuple[str, ...]
    properties: tuple[PropertyView, ...]
    failures: FailuresView | None
    scenarios: tuple[ScenarioView, ...]
    roster: tuple[RosterLine, ...]


@dataclass(frozen=True, slots=True)
class ExploreDocument:
    """What `switchover explore --json` answers: one search for each protocol."""

    searches: tuple[ExploreView, ...]
    exit: int
    switchover: Literal["explore"] = "explore"
    format: Literal[1] = 1
    version: str = __version__


def explore_view(found: Explored, tried: tuple[ScenarioAnswer, ...] = ()) -> ExploreView:
    """The answers of a search, and of the scenarios tried, as plain data."""
    standing = {item.name: item.standing for item in found.roster}
    return ExploreView(
        found.protocol.name,
        found.scope,
        Engine(found.engine),
        found.complete,
        found.reason,
        found.states,
        found.transitions,
        found.depth,
        found.symmetry,
        tuple(_property(found.protocol, answer, standing[answer.name]) for answer in found.answers),
        _failures(found) if isinstance(found, Exploration) else None,
        tuple(_scenario(found.protocol, answer) for answer in tried),
        found.roster,
    )


def run_view(protocol: Protocol, run: Run, name: str) -> RunView:
    return RunView(len(run.steps), start_words(protocol, run), tuple(scenario(protocol, run, name)), run)


def explore_lines(
    view: ExploreView, *, roster: bool = False, failures: bool = False, seconds: float | None = None
) -> Iterator[Line]:
    """The report: a headline, one line a property, the shortest run to each failure, and the failure table."""
    yield from headline(view, seconds)
    width = max((len(item.name) for item in view.properties), default=0)
    for item in view.properties:
        yield from property_lines(item, width)
    if view.failures is not None:
        yield from failure_lines(view.failures, every=failures)
    yield from scenario_lines(view.scenarios)
    yield labelled("roster", f"{view.protocol}: {roster_counts(view.roster)}")
    if roster:
        yield from roster_lines(view.roster)


def scenario_lines(scenarios: tuple[ScenarioView, ...]) -> Iterator[Line]:
    """What became of the runs of the text: those that went as written by number, the others one by one."""
    good = [item for item in scenarios if item.said is Said.HOLDS]
    if good:
        yield labelled("runs", (f"{len(good)} of {plural(len(scenarios), 'run')} of the text as written", GOOD))
    for item in scenarios:
        if item.said is not Said.HOLDS:
            style = SAID_STYLE[item.said]
            yield line(
                "  ", (item.said.value.ljust(8), style), ("run       ", QUIET), (item.name, NAME),
                f"  {clean(item.how)}", (f"  in scope {clean(item.scope)}", QUIET),
                hang=22,
            )  # fmt: skip


def headline(view: ExploreView, seconds: float | None) -> Iterator[Line]:
    counted = [plural(view.states, "state")]
    if view.complete and view.transitions is not None:
        counted.append(plural(view.transitions, "step"))
    if view.depth is not None:
        counted.append(f"depth {view.depth}")
    found = ", ".join(counted) if view.complete else f"not all of it: {clean(view.reason)} ({', '.join(counted)})"
    time = f" in {seconds:.1f} s" if seconds is not None else ""
    by = ", as sets of states" if view.engine is Engine.SYMBOLIC else ""
    yield line((view.protocol, STRONG), f" in scope {clean(scope_words(view.scope))}: {found}{time}{by}")


def scope_words(scope: Scope) -> str:
    """A scope with what it stands for: `everyday (Node = 2, faults = 1)`."""
    sizes = ", ".join([*(f"{sort} = {size}" for sort, size in scope.sizes), f"faults = {scope.faults}"])
    without = f", without {', '.join(sorted(scope.without))}" if scope.without else ""
    return f"{scope.name} ({sizes}{without})"


def property_lines(item: PropertyView, width: int) -> Iterator[Line]:
    """One line, and for a failure the run that shows it."""
    kind = "lemma" if item.lemma else item.kind.value
    said, style = item.said.value, SAID_STYLE[item.said]
    if item.said is Said.HOLDS and not item.exercised:
        said, style = "idle", QUIET  # it holds, and means nothing
    rules = f"  {' '.join(item.rules)}" if item.rules else ""
    how: tuple[Part, ...] = (f"  {clean(item.how)}", (rules, QUIET))
    yield line("  ", (said.ljust(8), style), (kind.ljust(10), QUIET), (item.name.ljust(width), NAME), *how, hang=22)
    if item.instance:
        yield line("          ", "for ", ", ".join(f"{clean(name)} = {clean(value)}" for name, value in item.instance))
    if item.witness is not None:
        if item.witness.start:
            yield line("          ", (f"starting with {clean(', '.join(item.witness.start))}", QUIET), hang=10)
        for row in shortened(item.witness.text):
            yield line("          ", clean_row(row))


def clean_row(row: str) -> str:
    """A line of a run: its indentation stays."""
    return row[: len(row) - len(row.lstrip())] + clean(row.strip(), 2000)


def shortened(rows: tuple[str, ...]) -> tuple[str, ...]:
    """The lines of a run, the middle left out where there are very many."""
    if len(rows) <= LONGEST:
        return rows
    left_out = len(rows) - LONGEST + 1
    return (*rows[: LONGEST - 3], f"    # {left_out} more lines (--json has them all)", *rows[-2:])


def _scenario(protocol: Protocol, answer: ScenarioAnswer) -> ScenarioView:
    scenario = answer.scenario
    run = run_view(protocol, answer.run, f"{scenario.name}_found") if answer.run is not None else None
    return ScenarioView(scenario.name, scenario.doc, answer.scope.name, answer.said, answer.how, answer.rules, run)


def _failures(found: Exploration) -> FailuresView:
    try:
        return failures_view(found.fault_table())
    except KeyboardInterrupt:
        return FailuresView((), (), complete=False)


def _property(protocol: Protocol, answer: Answer, standing: Standing) -> PropertyView:
    item = answer.property
    witness = run_view(protocol, answer.witness, f"{item.name}_fails") if answer.witness is not None else None
    return PropertyView(
        item.name,
        item.kind,
        item.lemma,
        item.rules,
        item.doc,
        answer.said,
        standing not in (Standing.NOT_EXERCISED, Standing.SKIPPED),
        answer.how,
        answer.instance,
        witness,
    )

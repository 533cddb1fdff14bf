"""Which settings of the open questions make which property hold: data for JSON, and lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from checker import __version__
from checker.explore.answer import Answer
from checker.explore.conditions import Box
from checker.explore.settings import Row, Table
from checker.language.core import PropertyKind
from checker.language.protocol import Protocol, Value
from checker.model.judge import RosterLine, Standing, complete_roster
from checker.model.scope import Scope
from checker.report.explored import RunView, clean_row, run_view, scope_words, shortened
from checker.report.page import BAD, DOUBT, GOOD, NAME, QUIET, STRONG, Line, labelled, line
from checker.report.rules import KIND
from checker.report.runs import value_words
from checker.report.terminal import roster_counts, roster_lines
from checker.report.text import clean, listed, plural

MOST_BOXES = 4  # of one condition that are told; `--json` has them all
WORDS = {"always": GOOD, "depends": DOUBT, "never": BAD, "unknown": DOUBT, "idle": QUIET}

Condition = tuple[tuple[str, tuple[str, ...]], ...]
"""Params with the values that each may have; all of them at once."""


@dataclass(frozen=True, slots=True)
class SettingsRow:
    """One property. `said` is always, depends, never, unknown, or idle: true with every setting, and never tried.

    `holds`, `fails`, `idle` and `unknown` count settings. `holds_when` and `fails_when` are conditions any of which is
    enough, `depends_on` the params in them. `steps` is the length of a shortest run against it, where known.
    """

    name: str
    kind: PropertyKind
    lemma: bool
    rules: tuple[str, ...]
    said: str
    holds: int
    fails: int
    idle: int
    unknown: int
    why: str
    depends_on: tuple[str, ...]
    holds_when: tuple[Condition, ...]
    fails_when: tuple[Condition, ...]
    steps: int | None
    worst: tuple[tuple[str, str], ...]
    witness: RunView | None


@dataclass(frozen=True, slots=True)
class SettingsView:
    """One protocol in one scope, with every setting of the params in `varied`. `reason` is why not all was seen."""

    protocol: str
    digest: str
    scope: Scope
    varied: tuple[tuple[str, tuple[str, ...]], ...]
    fixed: tuple[tuple[str, str], ...]
    idle_params: tuple[str, ...]
    settings: int
    states: int
    reason: str
    properties: tuple[SettingsRow, ...]
    roster: tuple[RosterLine, ...]


@dataclass(frozen=True, slots=True)
class SettingsDocument:
    """What `switchover settings --json` answers: one table for each protocol."""

    tables: tuple[SettingsView, ...]
    exit: int
    switchover: Literal["settings"] = "settings"
    format: Literal[1] = 1
    version: str = __version__


def settings_view(table: Table, runs: Mapping[str, Answer]) -> SettingsView:
    """The table as plain data; `runs` are answers with a shortest run, by property."""
    words = _Words(table.protocol)
    rows = tuple(_row(words, row, runs.get(row.property.name)) for row in table.rows)
    asked = {name for row in table.rows for name in row.depends}
    return SettingsView(
        table.protocol.name,
        table.protocol.digest,
        table.scope,
        tuple((name, tuple(words.value(name, value) for value in values)) for name, values in table.varied),
        tuple((name, words.value(name, value)) for name, value in table.fixed),
        tuple(name for name, _ in table.varied if name not in asked),
        table.settings,
        table.states,
        table.cut,
        rows,
        _roster(table.protocol, rows),
    )


def settings_lines(view: SettingsView, *, roster: bool = False, seconds: float | None = None) -> Iterator[Line]:
    """What holds always, what depends on which settings, what never holds, in about a screenful."""
    time = f" in {seconds:.1f} s" if seconds is not None else ""
    cut = f", not all of it: {clean(view.reason)}" if view.reason else ""
    yield line(
        (view.protocol, STRONG),
        f" in scope {clean(scope_words(view.scope))}: {plural(view.settings, 'setting')},"
        f" {plural(view.states, 'state')}{time}{cut}",
    )
    yield labelled("varied", ", ".join(name for name, _ in view.varied) or "nothing: there is no param left open")
    if view.fixed:
        yield labelled("fixed", ", ".join(f"{name} = {value}" for name, value in view.fixed))
    for said in ("always", "idle", "unknown"):
        rows = [row for row in view.properties if row.said == said]
        if rows:
            why = f" ({clean(rows[0].why)})" if said == "unknown" else ""
            names = listed([row.name for row in rows], 4)
            many = plural(len(rows), "property", "properties")
            yield line("  ", (said.ljust(8), WORDS[said]), f"{many}{why}: {names}", hang=10)
    width = max((len(row.name) for row in view.properties if row.said in ("depends", "never")), default=0)
    for row in view.properties:
        if row.said in ("depends", "never"):
            yield from _row_lines(row, width, view.settings)
    if view.idle_params and view.varied and not view.reason:
        yield labelled("no matter", f"{', '.join(view.idle_params)}: no property here depends on them")
    yield labelled("bounded", "all of this is about this scope, and says nothing about larger ones")
    yield labelled("roster", f"{view.protocol}: {roster_counts(view.roster)}")
    if roster:
        yield from roster_lines(view.roster)


def _row_lines(row: SettingsRow, width: int, settings: int) -> Iterator[Line]:
    rules = f"  {' '.join(row.rules)}" if row.rules else ""
    count = f"{row.holds + row.idle:,} of {settings:,}" if not row.unknown else f"{row.unknown:,} unknown"
    yield line(
        "  ", (row.said.ljust(8), WORDS[row.said]), (row.kind.value.ljust(10), QUIET), (row.name.ljust(width), NAME),
        f"  {count}", (rules, QUIET),
        hang=22,
    )  # fmt: skip
    yes, no = row.holds_when, row.fails_when
    if row.said == "depends":
        holds = (len(yes), sum(map(len, yes))) <= (len(no), sum(map(len, no)))
        word, conditions = ("holds if", yes) if holds and yes else ("fails if", no)
        for at, text in enumerate(map(_condition, conditions[:MOST_BOXES])):
            style = GOOD if word.startswith("holds") else BAD
            yield line("          ", ((word if not at else "or if").ljust(9), style), clean(text), hang=19)
        if len(conditions) > MOST_BOXES:
            yield line("          ", f"or in {len(conditions) - MOST_BOXES} other cases (--json has them)")
    if row.steps is not None and row.witness is None:
        yield line("          ", (f"a shortest run against it has {plural(row.steps, 'step')} (--runs)", QUIET))
    if row.witness is not None:
        worst = ", ".join(f"{name} = {value}" for name, value in row.worst)
        yield line("          ", (f"with {clean(worst)}", QUIET), hang=10)
        for text in shortened(row.witness.text):
            yield line("          ", clean_row(text))


def _condition(condition: Condition) -> str:
    return " and ".join(f"{name} = {' or '.join(values)}" for name, values in condition) or "whatever is set"


# -------------------------------------------------------------------------------------------------------------- views


class _Words:
    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self._types = {param.name: param.type for param in protocol.params}

    def value(self, param: str, value: Value) -> str:
        return value_words(self.protocol, Scope("", ()), self._types[param], value)

    def conditions(self, found: tuple[Box, ...]) -> tuple[Condition, ...]:
        return tuple(tuple((name, tuple(self.value(name, v) for v in values)) for name, values in box) for box in found)


def _row(words: _Words, row: Row, answer: Answer | None) -> SettingsRow:
    item, count = row.property, row.count
    run = answer.witness if answer is not None else None
    return SettingsRow(
        item.name,
        item.kind,
        item.lemma,
        item.rules,
        _said(count),
        count["holds"],
        count["fails"],
        count["idle"],
        count["unknown"],
        row.why,
        row.depends,
        words.conditions(row.holds),
        words.conditions(row.fails),
        row.steps,
        tuple((name, words.value(name, value)) for name, value in row.worst),
        run_view(words.protocol, run, f"{item.name}_fails") if run is not None else None,
    )


def _said(count: Mapping[str, int]) -> str:
    """Always only if nothing is open; never only if it fails for all."""
    if count["unknown"]:
        return "depends" if count["fails"] else "unknown"
    if count["fails"]:
        return "depends" if count["holds"] or count["idle"] else "never"
    return "always" if count["holds"] else "idle"


STANDING = {
    "always": Standing.BOUNDED,
    "depends": Standing.BROKEN,
    "never": Standing.BROKEN,
    "unknown": Standing.UNKNOWN,
    "idle": Standing.NOT_EXERCISED,
}


def _roster(protocol: Protocol, rows: tuple[SettingsRow, ...]) -> tuple[RosterLine, ...]:
    """A property that was not asked for, and a rule that none of those cites, are skipped."""
    asked = {row.name: row for row in rows}
    lines = []
    for item in protocol.properties:
        row = asked.get(item.name)
        if row is None:
            lines.append(RosterLine(item.name, KIND[type(item)], Standing.SKIPPED, "it was not asked for"))
        else:
            how = f"{row.holds + row.idle} of {row.holds + row.idle + row.fails + row.unknown} settings"
            lines.append(RosterLine(item.name, row.kind.value, STANDING[row.said], how))
    order = [Standing.BROKEN, Standing.UNKNOWN, Standing.NOT_EXERCISED, Standing.BOUNDED]
    for rule in protocol.rules:
        found = [STANDING[row.said] for row in rows if rule.id in row.rules]
        standing = next((each for each in order if each in found), Standing.SKIPPED)
        how = "" if found else "no property that was asked for cites it"
        lines.append(RosterLine(rule.id, "rule", standing, how))
    return complete_roster(protocol, lines)

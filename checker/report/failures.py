"""The failure table: every failure outcome and fault, wherever it can strike, and what becomes of the run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from checker.explore.faults import Fate, FaultTable, Strike
from checker.report.page import BAD, DOUBT, GOOD, NAME, QUIET, Line, labelled, line
from checker.report.text import clean, listed, plural

FATE_STYLE = {
    Fate.BREAKS: BAD,
    Fate.STUCK: BAD,
    Fate.MAY_STICK: DOUBT,
    Fate.UNKNOWN: DOUBT,
    Fate.NO_MATTER: QUIET,
    Fate.RECOVERS: GOOD,
}


@dataclass(frozen=True, slots=True)
class BecomesView:
    """The values of one family of cells where the failure strikes, and where runs end after it."""

    cells: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FailureView:
    """A failure right after one kind of step.

    `states` is how many states it strikes in, `depth` the fewest steps before one. `broken` are invariants and step
    rules that can be false at or after it, and could not without it; `bad_ends` final conditions likewise; `lost` is
    what must stay possible, and was before and is not after.
    """

    failure: str
    fault: bool
    after: str
    states: int
    depth: int
    fate: Fate
    broken: tuple[str, ...]
    bad_ends: tuple[str, ...]
    lost: tuple[str, ...]
    becomes: tuple[BecomesView, ...]


@dataclass(frozen=True, slots=True)
class FailuresView:
    """All of them; `never` are failures that never strike in this scope."""

    rows: tuple[FailureView, ...]
    never: tuple[str, ...]
    complete: bool


def failures_view(table: FaultTable) -> FailuresView:
    return FailuresView(tuple(map(_row, table.rows)), table.never, table.complete)


def failure_lines(view: FailuresView, *, every: bool) -> Iterator[Line]:
    """One line a failure, with the worst that becomes of it; with `every`, one for each step it can strike after."""
    order = list(Fate)
    by_failure: dict[str, list[FailureView]] = {}
    for row in view.rows:
        by_failure.setdefault(row.failure, []).append(row)
    width = max((len(name) for name in by_failure), default=0)
    for name, rows in by_failure.items():
        if every:
            for row in rows:
                yield _line(row, name, width, f"after {row.after}")
            continue
        worst = min(rows, key=lambda row: order.index(row.fate))
        mixed = f", worst after {worst.after}" if len({row.fate for row in rows}) > 1 else ""
        where = f"at {plural(len(rows), 'place')}{mixed}"
        yield _line(worst, name, width, where)
    if not view.complete:
        yield labelled("failures", ("the search is not complete: there may be more, and worse", DOUBT))
    if view.never:
        yield labelled("never here", clean(listed(view.never, 12)))


def _line(row: FailureView, name: str, width: int, where: str) -> Line:
    harm = [f"breaks {listed(row.broken, 2)}"] if row.broken else []
    harm += [f"may end without {listed(row.bad_ends, 2)}"] if row.bad_ends else []
    harm += [f"loses {listed(row.lost, 2)}"] if row.lost else []
    told = f"  {clean('; '.join(harm))}" if harm else ""
    return line(
        "  ", (row.fate.value.ljust(13), FATE_STYLE[row.fate]), ("fault    " if row.fault else "failure  ", QUIET),
        (name.ljust(width), NAME), f"  {clean(where)}", (told, QUIET),
        hang=24,
    )  # fmt: skip


def _row(row: Strike) -> FailureView:
    becomes = tuple(BecomesView(item.cells, item.before, item.after) for item in row.becomes)
    return FailureView(
        row.failure, row.fault, row.after, row.states, row.depth, row.fate, row.broken, row.bad_ends, row.lost, becomes
    )

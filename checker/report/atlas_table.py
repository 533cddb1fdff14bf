"""The atlas for a terminal: a matrix with a legend, cells one by one, and how long each goal stays possible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checker.explore.outlook import OPEN
from checker.report.atlas import AtlasView, CellFateView, CellView, FateView, RepairView, condition_words
from checker.report.explored import clean_row, scope_words
from checker.report.page import BAD, BLANK, DOUBT, GOOD, NAME, QUIET, STRONG, Line, Part, labelled, line
from checker.report.text import clean, listed, plural

MOST_CONDITIONS = 3  # of one fate that are told; `--json` has them all


@dataclass(frozen=True, slots=True)
class Matrix:
    """Steps against failures; those with the same letters everywhere are one column. A field is two characters."""

    columns: tuple[tuple[str, ...], ...]
    steps: tuple[str, ...]
    fields: tuple[tuple[str, ...], ...]  # a row for each step


def matrix(view: AtlasView) -> Matrix:
    """A field is the letter of the worst fate with the usual setting, `-` where the failure does not strike with it.

    `*` after it says that with another setting the worst is another one, `?` that worse may follow: not all was seen.
    Empty: it strikes there with no setting.
    """
    letters = {fate.name: fate.letter for fate in view.fates}
    cells = {(cell.failure, cell.step): cell for cell in view.cells}
    depth: dict[str, tuple[bool, int]] = {}  # with the usual setting, where a failure strikes there with it
    for cell in view.cells:
        rank = not cell.usual, cell.depth
        depth[cell.step] = min(rank, depth.get(cell.step, rank))
    steps = tuple(sorted(depth, key=lambda step: (depth[step][1], step)))
    merged: dict[tuple[str, ...], list[str]] = {}
    for failure in dict.fromkeys(cell.failure for cell in view.cells):
        column = tuple(_field(cells.get((failure, step)), letters) for step in steps)
        merged.setdefault(column, []).append(failure)
    rows = tuple(zip(*merged, strict=True)) if merged else ()
    return Matrix(tuple(map(tuple, merged.values())), steps, rows)


def _field(cell: CellView | None, letters: dict[str, str]) -> str:
    if cell is None:
        return ""
    worst = next((fate for fate in cell.fates if fate.usual), None)
    letter = "-" if worst is None else letters[worst.name]
    # With every setting in which it strikes, the worst is the first of the fates.
    same = worst is not None and worst is cell.fates[0] and worst.settings == cell.settings
    if any(fate.name == OPEN for fate in cell.fates):
        return letters[OPEN] if letter == letters[OPEN] else f"{letter}{letters[OPEN]}"
    return letter if same else f"{letter}*"


def atlas_lines(view: AtlasView, *, seconds: float | None = None) -> Iterator[Line]:
    """The whole answer, in about a screenful."""
    yield from _headline(view, seconds)
    yield from _matrix_lines(view)
    yield from _goal_lines(view)
    yield from _repair_lines(view.repairs)
    if view.pairs is not None:
        yield from _pair_lines(view)
    few = ", and a way that takes a fault counts only while there is one left" if view.goals else ""
    yield labelled("bounded", f"all of this is about this scope, and says nothing about larger ones{few}")
    yield labelled("cells", "--cell FAILURE@STEP tells one cell, and shows a run to each of its fates")


def cell_lines(view: AtlasView, cell: CellView) -> Iterator[Line]:
    """One cell: every fate that can follow, with which settings, and a shortest run to it."""
    styles = _styles(view.fates)
    docs = {fate.name: fate.doc for fate in view.fates}
    kind = "fault" if cell.fault else "failure"
    yield line(
        (view.protocol, STRONG), f" in scope {clean(scope_words(view.scope))}: {kind} ", (cell.failure, NAME),
        " after ", (cell.step, NAME),
    )  # fmt: skip
    if view.reason:
        yield labelled("not all", (f"{clean(view.reason)}: there may be more fates, and worse", DOUBT))
    for fate in cell.fates:
        yield line("  ", (fate.name, styles[fate.name]), f"  {clean(docs[fate.name])}".rstrip(), hang=4)
        yield line("    ", (_when(fate, cell.settings, view.settings), QUIET), hang=4)
        if fate.story is not None:
            story = fate.story
            if view.varied:
                told = ", ".join(
                    f"{name} = {value}" for name, value in story.setting if (name, value) not in view.usual
                )
                yield line("    ", (f"with {clean(told) or 'the usual setting'}", QUIET), hang=4)
            who = ", ".join(f"{name} = {value}" for name, value in story.struck)
            yield line("    ", (f"step {story.strike} of {story.run.steps} fails, for {clean(who)}", QUIET), hang=4)
            for goal, step in story.lost:
                yield line("    ", (f"step {step} loses {goal} for good", QUIET), hang=4)
            if story.run.start:
                yield line("    ", (f"starting with {clean(', '.join(story.run.start))}", QUIET), hang=4)
            for row in story.run.text:
                yield line("    ", clean_row(row))


# ---------------------------------------------------------------------------------------------------------------- parts


def _headline(view: AtlasView, seconds: float | None) -> Iterator[Line]:
    time = f" in {seconds:.1f} s" if seconds is not None else ""
    yield line(
        (view.protocol, STRONG),
        f" in scope {clean(scope_words(view.scope))}: {plural(len(view.cells), 'cell')} (a failure at a step),"
        f" {plural(view.settings, 'setting')}, {plural(view.states, 'state')}{time}",
    )
    if view.reason:
        yield labelled("not all", (f"{clean(view.reason)}: what is not told is unknown", DOUBT))
    if view.varied:
        usual = ", ".join(f"{name} = {value}" for name, value in view.usual)
        yield labelled("usual", clean(usual))


def _styles(fates: Sequence[FateView]) -> dict[str, str]:
    """By rank: the fates are in order, the worst first."""
    named = [fate.name for fate in fates]
    third = max(len(named) // 3, 1)
    return {
        name: DOUBT if fates[at].letter == "?" else (BAD, DOUBT, GOOD)[min(at // third, 2)]
        for at, name in enumerate(named)
    }


def _matrix_lines(view: AtlasView) -> Iterator[Line]:
    made = matrix(view)
    faults = {cell.failure for cell in view.cells if cell.fault}
    for number, names in enumerate(made.columns, 1):
        told = _together(names)
        kind = "fault" if names[0] in faults else "failure"
        yield line("  ", (f"{number:>3} ", STRONG), (f"{kind:<8}", QUIET), (clean(told), NAME), hang=14)
    if not made.columns and view.reason:
        return
    if not made.columns:
        yield labelled("nothing", "nothing that can fail strikes anybody of whom a fate is told")
        return
    width = max(map(len, (*made.steps, "struck right after")))
    yield BLANK
    heads = [f"{number:>3}" for number in range(1, len(made.columns) + 1)]
    yield line("  ", ("struck right after".ljust(width), QUIET), *((head, STRONG) for head in heads))
    styles = _styles(view.fates)
    of_letter = {fate.letter: styles[fate.name] for fate in view.fates}
    for step, fields in zip(made.steps, made.fields, strict=True):
        parts: list[Part] = [(f"{field or '.':>3}", of_letter.get(field[:1], QUIET)) for field in fields]
        yield line("  ", (step.ljust(width), NAME), *parts)
    yield BLANK
    used = {letter for fields in made.fields for field in fields for letter in field}
    seen = {fate.name for cell in view.cells for fate in cell.fates}
    for fate in view.fates:
        if fate.name in seen:
            also = "" if fate.letter in used else " (never the worst)"
            doc = f"  {clean(fate.doc)}" if fate.doc else ""
            yield line("  ", (fate.letter, styles[fate.name]), f"  {fate.name}{also}", (doc, QUIET), hang=5)
    if any("*" in field for fields in made.fields for field in fields):
        yield line(
            "  ", ("*", STRONG), "  another worst one with other settings; ", ("-", STRONG), " strikes with others only"
        )
    never = [fate.name for fate in view.fates[:-2] if fate.name not in seen]  # the last two are no fates of the text
    if never and not view.reason:
        yield labelled("never", clean(listed(never, 8)))


def _few(names: Sequence[str]) -> str:
    """Some failures and how many more there are; `--json` has them all."""
    return listed(_together(names).split(", "), 4)


def _together(names: Sequence[str]) -> str:
    """Failures of one action are told by its name once: `open.BUSY, .BROKEN`."""
    told: list[str] = []
    last = ""
    for name in names:
        action, dot, outcome = name.partition(".")
        told.append(f"{dot}{outcome}" if dot and action == last else name)
        last = action
    return ", ".join(told)


def _when(fate: CellFateView, among: int, settings: int) -> str:
    if settings == 1:
        return "it can follow"
    if fate.settings == among:
        return f"with all of the {among:,} settings in which the failure strikes here"
    conditions = [condition_words(each) for each in fate.when]
    more = f", or in {len(conditions) - MOST_CONDITIONS} other cases" if len(conditions) > MOST_CONDITIONS else ""
    return clean(
        f"with {fate.settings:,} of {among:,} settings: if {'; or if '.join(conditions[:MOST_CONDITIONS])}{more}"
    )


def _goal_lines(view: AtlasView) -> Iterator[Line]:
    for goal in view.goals:
        yield line("  ", ("goal ", QUIET), (goal.name, NAME), f"  {clean(goal.doc)}".rstrip(), hang=7)
        if not goal.settings:
            yield line(
                "       ",
                ("not all was seen", DOUBT) if view.reason else ("there is never anything to lose here", QUIET),
            )
            continue
        smooth = [loss for loss in goal.losses if loss.usual and not loss.failure]
        failing = [loss for loss in goal.losses if loss.usual and loss.failure]
        others = [loss.step for loss in goal.losses if not loss.usual]
        if smooth:
            told = ", ".join(f"{loss.step} (step {loss.depth} at the earliest)" for loss in smooth)
            yield line("       ", ("lost for good by ", BAD), clean(told), hang=7)
        if failing:
            yield line("       ", ("lost by failures ", DOUBT), clean(_few([loss.step for loss in failing])), hang=7)
        if view.reason:
            yield line("       ", ("there may be more steps that lose it: not all was seen", DOUBT))
        elif not smooth and not failing:
            yield line("       ", ("never lost with the usual setting", GOOD))
        if others:
            yield line("       ", ("with others also ", QUIET), clean(_few(others)), hang=7)


def _repair_lines(repairs: Sequence[RepairView]) -> Iterator[Line]:
    """What another answer to each open question changes; the idle ones by name only."""
    for repair in repairs:
        if repair.idle:
            continue
        yield line("  ", (f"with {repair.param} = {repair.value}", STRONG))
        for word, style, told in (
            ("ends", GOOD, _repaired(repair)),
            ("brings", DOUBT, _brought(repair)),
            ("leaves", QUIET, _left(repair)),
        ):
            if told:
                yield line("      ", (word.ljust(8), style), clean("; ".join(told), 600), hang=14)
    idle = [f"{repair.param} = {repair.value}" for repair in repairs if repair.idle]
    if idle:
        yield labelled("no matter", clean(listed(idle, 8)))


def _repaired(repair: RepairView) -> list[str]:
    fates = [
        f"{each.fate} in {each.usual_only:,} of {plural(each.usual_only + each.both, 'cell')}"
        for each in repair.fates
        if each.usual_only
    ]
    goals = [f"{each.goal} no longer lost by {_few(each.usual_only)}" for each in repair.goals if each.usual_only]
    return fates + goals


def _brought(repair: RepairView) -> list[str]:
    fates = [f"{each.fate} in {plural(each.other_only, 'more cell')}" for each in repair.fates if each.other_only]
    goals = [f"{each.goal} lost by {_few(each.other_only)}" for each in repair.goals if each.other_only]
    return fates + goals


def _left(repair: RepairView) -> list[str]:
    """What stays of what was repaired in part."""
    fates = [f"{each.fate} in {plural(each.both, 'cell')}" for each in repair.fates if each.usual_only and each.both]
    goals = [f"{each.goal} lost by {_few(each.both)}" for each in repair.goals if each.usual_only and each.both]
    return fates + goals


def _pair_lines(view: AtlasView) -> Iterator[Line]:
    pairs = view.pairs or ()
    if not pairs:
        yield labelled("pairs", ("no two failures do anything that neither does alone", DOUBT if view.reason else GOOD))
    grouped: dict[tuple[tuple[str, int], ...], list[str]] = {}
    for pair in pairs:
        key = tuple((fate.name, fate.settings) for fate in pair.fates)
        grouped.setdefault(key, []).append(f"{pair.first} then {pair.second}")
    for fates, names in grouped.items():
        told = ", ".join(
            name if view.settings == 1 else f"{name} with {plural(count, 'setting')}" for name, count in fates
        )
        yield line("  ", ("two failures ", BAD), clean(told), f": {clean(listed(names, 4), 600)}", hang=6)

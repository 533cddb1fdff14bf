"""The atlas of failures as plain data: for JSON, for a page, and for tables of other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from checker import __version__
from checker.explore.atlas import Atlas, Cell, Horizon
from checker.explore.cell_run import Story
from checker.explore.conditions import Box
from checker.explore.outlook import ENDLESS, NAMELESS, OPEN
from checker.explore.repairs import Repair, repairs
from checker.language.protocol import Type, Value
from checker.model.scope import Scope
from checker.report.explored import RunView, run_view
from checker.report.runs import value_words

Condition = tuple[tuple[str, tuple[str, ...]], ...]
"""Params with the values that each may have, all of them at once; none: whatever is set."""

BUILT_IN = {
    ENDLESS: "Something is owed for ever, and never done.",
    NAMELESS: "It comes to rest, and none of the fates says how.",
    OPEN: "The search was cut short.",
}


@dataclass(frozen=True, slots=True)
class FateView:
    """A fate, by the letter that stands for it in tables. `resting` is false for what comes on the way."""

    name: str
    letter: str
    resting: bool
    doc: str


@dataclass(frozen=True, slots=True)
class StoryView:
    """A shortest run to a fate with a setting. `strike` is the step that fails, `lost` what steps lose which goals."""

    setting: tuple[tuple[str, str], ...]
    strike: int
    struck: tuple[tuple[str, str], ...]
    lost: tuple[tuple[str, int], ...]
    run: RunView


@dataclass(frozen=True, slots=True)
class CellFateView:
    """A fate that can follow: with the usual setting or not, with how many settings, and with which (any of `when`)."""

    name: str
    usual: bool
    settings: int
    when: tuple[Condition, ...]
    story: StoryView | None


@dataclass(frozen=True, slots=True)
class CellView:
    """A failure at the step after which it strikes, in so many `settings`; `depth` is the fewest steps before it."""

    failure: str
    fault: bool
    step: str
    depth: int
    usual: bool
    settings: int
    fates: tuple[CellFateView, ...]


@dataclass(frozen=True, slots=True)
class PairView:
    """What two failures do that neither does alone."""

    first: str
    second: str
    fates: tuple[CellFateView, ...]


@dataclass(frozen=True, slots=True)
class LossView:
    """A step by which a goal is lost, at the earliest as the step `depth`."""

    step: str
    failure: bool
    depth: int
    usual: bool
    settings: int
    when: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class GoalView:
    """How long a goal stays possible. `settings` are those in which there is anything to lose."""

    name: str
    doc: str
    settings: int
    losses: tuple[LossView, ...]


@dataclass(frozen=True, slots=True)
class FateChangeView:
    """In how many cells a fate can follow with the usual setting only, with the other only, with both."""

    fate: str
    usual_only: int
    other_only: int
    both: int


@dataclass(frozen=True, slots=True)
class GoalChangeView:
    """By which steps a goal is lost with the usual setting only, with the other only, with both."""

    goal: str
    usual_only: tuple[str, ...]
    other_only: tuple[str, ...]
    both: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RepairView:
    """One param with another value than its usual one, all others as usual."""

    param: str
    value: str
    idle: bool
    fates: tuple[FateChangeView, ...]
    goals: tuple[GoalChangeView, ...]


@dataclass(frozen=True, slots=True)
class AtlasView:
    """One protocol in one scope. `reason` is why not all was seen; `pairs` is None if not asked for, or not known."""

    protocol: str
    digest: str
    scope: Scope
    varied: tuple[tuple[str, tuple[str, ...]], ...]
    usual: tuple[tuple[str, str], ...]
    settings: int
    states: int
    reason: str
    fates: tuple[FateView, ...]
    cells: tuple[CellView, ...]
    pairs: tuple[PairView, ...] | None
    goals: tuple[GoalView, ...]
    repairs: tuple[RepairView, ...]


@dataclass(frozen=True, slots=True)
class AtlasDocument:
    """What `switchover atlas --json` answers: one atlas for each protocol."""

    atlases: tuple[AtlasView, ...]
    exit: int
    switchover: Literal["atlas"] = "atlas"
    format: Literal[1] = 1
    version: str = __version__


Stories = Mapping[tuple[str, str, str], tuple[int, Story]]
"""By failure, step and fate: the setting, and a run."""


def atlas_view(made: Atlas, stories: Stories) -> AtlasView:
    """The atlas as plain data, with the runs that were made."""
    views = _Views(made, stories)
    protocol = made.protocol
    usual = tuple(zip(made.varied, made.every[made.usual], strict=True))
    return AtlasView(
        protocol.name,
        protocol.digest,
        made.scope,
        tuple((name, tuple(views.value(name, value) for value in values)) for name, values in made.varied.items()),
        views.setting(usual),
        len(made.every),
        made.states,
        made.cut,
        tuple(_letters(made)),
        tuple(map(views.cell, made.cells)),
        None
        if made.pairs is None
        else tuple(PairView(pair.first, pair.second, views.fates(pair.fates, views.all)) for pair in made.pairs),
        tuple(map(views.goal, made.horizons)),
        tuple(map(views.repair, repairs(made))),
    )


def csv_text(views: Sequence[AtlasView]) -> str:
    """One row for each fate of each cell."""
    made = io.StringIO()
    rows = csv.writer(made, lineterminator="\n")
    rows.writerow(("protocol", "failure", "fault", "step", "fewest_steps", "fate", "usual", "settings", "of", "when"))
    for view in views:
        for cell in view.cells:
            head = (view.protocol, cell.failure, "yes" if cell.fault else "no", cell.step, cell.depth)
            for fate in cell.fates:
                when = " or ".join(map(condition_words, fate.when))
                rows.writerow((*head, fate.name, "yes" if fate.usual else "no", fate.settings, cell.settings, when))
    return made.getvalue()


def condition_words(condition: Condition) -> str:
    """A condition as people write it."""
    return " and ".join(f"{name} = {' or '.join(values)}" for name, values in condition) or "whatever is set"


class _Views:
    def __init__(self, made: Atlas, stories: Stories) -> None:
        self._made, self._stories = made, stories
        self._types = {param.name: param.type for param in made.protocol.params}
        self.all = (1 << len(made.every)) - 1

    def value(self, param: str, value: Value) -> str:
        return value_words(self._made.protocol, self._made.scope, self._types[param], value)

    def setting(self, pairs: tuple[tuple[str, Value], ...]) -> tuple[tuple[str, str], ...]:
        return tuple((name, self.value(name, value)) for name, value in pairs)

    def when(self, settings: int, among: int) -> tuple[Condition, ...]:
        return tuple(map(self._condition, self._made.when(settings, among)))

    def _condition(self, box: Box) -> Condition:
        return tuple((name, tuple(self.value(name, value) for value in values)) for name, values in box)

    def _usual(self, mask: int) -> bool:
        return bool(mask >> self._made.usual & 1)

    def cell(self, cell: Cell) -> CellView:
        fates = self.fates(cell.fates, cell.strikes, (cell.failure, cell.step))
        return CellView(
            cell.failure,
            cell.fault,
            cell.step,
            cell.depth,
            self._usual(cell.strikes),
            cell.strikes.bit_count(),
            fates,
        )

    def fates(
        self, fates: tuple[tuple[str, int], ...], among: int, key: tuple[str, str] | None = None
    ) -> tuple[CellFateView, ...]:
        return tuple(
            CellFateView(
                name,
                self._usual(mask),
                mask.bit_count(),
                self.when(mask, among),
                None if key is None else self._story((*key, name)),
            )
            for name, mask in fates
        )

    def _story(self, key: tuple[str, str, str]) -> StoryView | None:
        if key not in self._stories:
            return None
        at, story = self._stories[key]
        protocol, scope = self._made.protocol, story.run.scope
        types: dict[str, Type] = {
            variable.name: variable.type for fate in protocol.fates for variable in fate.variables
        }
        struck = tuple((name, value_words(protocol, scope, types[name], value)) for name, value in story.struck)
        setting = self.setting(tuple(zip(self._made.varied, self._made.every[at], strict=True)))
        name = "_".join(part for part in _plain(key[2]).split("_") if part)
        return StoryView(setting, story.strike, struck, story.lost, run_view(protocol, story.run, name))

    def goal(self, horizon: Horizon) -> GoalView:
        losses = tuple(
            LossView(
                loss.step,
                loss.failure,
                loss.depth,
                self._usual(loss.settings),
                loss.settings.bit_count(),
                self.when(loss.settings, horizon.tried),
            )
            for loss in horizon.losses
        )
        return GoalView(horizon.goal.name, horizon.goal.doc, horizon.tried.bit_count(), losses)

    def repair(self, repair: Repair) -> RepairView:
        return RepairView(
            repair.param,
            self.value(repair.param, repair.value),
            repair.idle,
            tuple(FateChangeView(each.fate, each.usual_only, each.other_only, each.both) for each in repair.fates),
            tuple(GoalChangeView(each.goal, each.usual_only, each.other_only, each.both) for each in repair.goals),
        )


def _plain(name: str) -> str:
    """A fate's name as the name of a `run`."""
    return "".join(letter if letter.isalnum() else "_" for letter in name)


def _letters(made: Atlas) -> list[FateView]:
    """A letter for each fate, one of its name where one is left."""
    declared = {fate.name: fate for fate in made.protocol.fates}
    taken: set[str] = set()
    found = []
    for name in made.names:
        own = "?" if name == OPEN else ""
        parts = [part[0] for part in _plain(name).split("_") if part]
        choices = [*own, *"".join(parts).upper(), *_plain(name).replace("_", "").upper(), *"ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
        letter = next((each for each in choices if each not in taken), "#")
        taken.add(letter)
        fate = declared.get(name)
        found.append(FateView(name, letter, fate.resting if fate else True, fate.doc if fate else BUILT_IN[name]))
    return found

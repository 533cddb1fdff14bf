"""The atlas of failures: by hand on a small protocol, by brute force on random ones, and the shipped one's hole."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from checker.cli.shipped import folder
from checker.explore.atlas import Atlas, NoFates, atlas
from checker.explore.cell_run import story
from checker.explore.outlook import ENDLESS, NAMELESS, OPEN
from checker.explore.repairs import repairs
from checker.language.load import load
from checker.language.protocol import Protocol, Value
from checker.model.run import replay
from checker.model.scope import declared_scope
from tests.explore.brute_atlas import BruteAtlas
from tests.explore.made import protocol, sized, text_protocol
from tests.explore.varied import varied

PARCELS = """
module parcels "Parcels on their way from a shop to a door, and what may go wrong"
sort Parcel
enum Place { shop, road, door, gone }
param insured = false
param retry = false
state place[Parcel]: Place = shop
state paid[Parcel]: bool = false
state rings[Parcel]: bool = false
state dented[Parcel]: bool = false

action send(p: Parcel) {
    requires place[p] == shop and not paid[p]
    outcome SUCCESS { place[p] := road }
    outcome DROPPED failure { if retry { dented[p] := true } else { place[p] := gone } }
}
action deliver(p: Parcel) { requires place[p] == road  place[p] := door }
action pay(p: Parcel) { requires place[p] == gone and insured and not paid[p]  paid[p] := true }
action ring(p: Parcel) { requires place[p] == gone and not insured  rings[p] := not rings[p] }
optional action look(p: Parcel) { requires place[p] == door }
fault theft(p: Parcel) { requires place[p] == road  place[p] := gone }
fault storm() { for p: Parcel where place[p] == road { dented[p] := true } }

harm dents forall p: Parcel. place[p] != gone ~> dented[p]
fate paid_for "The money is back." forall p: Parcel. place[p] != gone ~> paid[p]
fate arrives forall p: Parcel. place[p] != gone ~> place[p] == door
goal can_arrive forall p: Parcel. place[p] == shop or place[p] == road ~> place[p] == door
goal can_stay forall p: Parcel. place[p] == shop ~> place[p] == shop
scope two { Parcel = 2  faults = 1 }
"""


@cache
def parcels(limit: int = 10_000, pairs: bool = True) -> Atlas:
    found = text_protocol(PARCELS)
    return atlas(found, declared_scope(found), pairs=pairs, limit=limit)


def at(made: Atlas, **settings: Value) -> int:
    """The number of a setting; a param that is not named has its usual value."""
    usual = dict(zip(made.varied, made.every[made.usual], strict=True))
    return made.every.index(tuple((usual | settings).values()))


@pytest.mark.parametrize(
    ("failure", "step", "usual", "insured", "retry"),
    [
        # Never at rest without insurance: it rings for ever. The insurance pays for what was lost, however it was.
        ("send.DROPPED", "the start", {ENDLESS}, {"paid_for"}, {"dents", "arrives"}),
        ("theft", "send", {ENDLESS}, {"paid_for"}, {ENDLESS}),
        # The storm names no parcel and concerns them all; only one on the road has a dent.
        ("storm", "send", {"dents", "arrives"}, {"dents", "arrives"}, {"dents", "arrives"}),
        ("storm", "the start", {"arrives"}, {"arrives"}, {"arrives"}),
        ("storm", "deliver", {"arrives"}, {"arrives"}, {"arrives"}),
    ],
)
def test_cells_by_hand(failure: str, step: str, usual: set[str], insured: set[str], retry: set[str]) -> None:
    made = parcels()
    cell = made.cell(failure, step)
    assert set(cell.fates_in(made.usual)) == usual
    assert set(cell.fates_in(at(made, insured=True))) == insured
    assert set(cell.fates_in(at(made, retry=True))) == retry


def test_there_are_no_other_cells_and_every_fate_in_them_has_a_run() -> None:
    made = parcels()
    assert {(cell.failure, cell.step, cell.fault) for cell in made.cells} == {
        ("send.DROPPED", "the start", False), ("theft", "send", True), ("storm", "send", True),
        ("storm", "the start", True), ("storm", "deliver", True),
    }  # fmt: skip
    assert [made.cell("storm", step).depth for step in ("the start", "send", "deliver")] == [0, 1, 2]
    for cell in made.cells:
        for fate, settings in cell.fates:
            told = story(made, cell, fate, made.nearest(settings))
            assert told is not None
            assert replay(made.protocol, told.run)
            struck = told.run.steps[told.strike - 1]
            assert cell.failure.startswith(struck.action)
        assert story(made, cell, OPEN, made.usual) is None


def test_a_look_at_the_door_is_no_step_that_matters() -> None:
    """It changes nothing, so that a storm after it is a storm after the delivery."""
    assert not any(cell.step == "look" for cell in parcels().cells)


BAGS = """
module bags "Bags that belong to travellers"
sort Traveller, Bag
const owner(Bag): Traveller
state sad[Traveller]: bool = false
state lost[Bag]: bool = false
action travel(t: Traveller) { requires sad[t]  sad[t] := false }
fault lose(b: Bag) { requires not lost[b]  lost[b] := true }
fate no_bag forall t: Traveller. not sad[t] ~> exists b: Bag. owner(b) == t and lost[b]
fate happy forall t: Traveller. not sad[t] ~> not exists b: Bag. owner(b) == t and lost[b]
scope one { Traveller = 2  Bag = 1  faults = 1 }
"""


def test_a_failure_concerns_whom_a_const_gives_for_what_it_names() -> None:
    """The other traveller has lost nothing, and nothing is told of him."""
    found = text_protocol(BAGS)
    (cell,) = atlas(found, declared_scope(found)).cells
    assert (cell.failure, [name for name, _ in cell.fates]) == ("lose", ["no_bag"])


def test_settings_are_condensed() -> None:
    made = parcels()
    cell = made.cell("send.DROPPED", "the start")
    told = {fate: made.when(mask, cell.strikes) for fate, mask in cell.fates}
    assert told["dents"] == ((("retry", (True,)),),)
    assert told["paid_for"] == ((("insured", (True,)), ("retry", (False,))),)
    storm = made.cell("storm", "send")
    assert [made.when(mask, storm.strikes) for _, mask in storm.fates] == [((),), ((),)]


def test_goals_by_hand() -> None:
    arrive, stay = parcels().horizons
    usual = parcels().usual
    assert [loss.step for loss in arrive.losses if loss.settings >> usual & 1] == ["send.DROPPED", "theft"]
    # What is lost by a step that is no failure comes first: after `send` the parcel is in no shop any more.
    assert [(loss.step, loss.failure, loss.depth) for loss in stay.losses] == [
        ("send", False, 1), ("send.DROPPED", True, 1),
    ]  # fmt: skip
    retry = at(parcels(), retry=True)
    assert [loss.step for loss in arrive.losses if loss.settings >> retry & 1] == ["theft"]


def test_a_run_says_where_it_loses_a_goal() -> None:
    made = parcels()
    told = story(made, made.cell("theft", "send"), ENDLESS, made.usual)
    assert told is not None
    assert [step.action for step in told.run.steps] == ["send", "theft"]
    assert (told.strike, told.lost) == (2, (("can_stay", 1), ("can_arrive", 2)))


def test_what_other_answers_repair() -> None:
    made = parcels()
    found = {(repair.param, repair.value): repair for repair in repairs(made)}
    assert set(found) == {("insured", True), ("retry", True)}
    insured = {change.fate: change for change in found["insured", True].fates}
    assert (insured[ENDLESS].usual_only, insured[ENDLESS].both, insured["paid_for"].other_only) == (2, 0, 2)
    retry = {change.fate: change for change in found["retry", True].fates}
    assert (retry[ENDLESS].usual_only, retry[ENDLESS].both) == (1, 1)
    goals = {change.goal: change for change in found["retry", True].goals}
    assert (goals["can_arrive"].usual_only, goals["can_arrive"].both) == (("send.DROPPED",), ("theft",))


def test_a_limit_makes_unknown_what_was_not_seen() -> None:
    made = parcels(limit=4)
    assert made.cut
    assert any(name == OPEN for cell in made.cells for name, _ in cell.fates)


def test_a_text_without_fates_has_no_atlas() -> None:
    with pytest.raises(NoFates, match="declares no `fate`"):
        atlas(protocol("counter"), declared_scope(protocol("counter")))


# ------------------------------------------------------------------------------------------------------- brute force

SEEDS = (4, 20, 22, 24, 25, 32, 34, 37, 49, 57, 59)
STORIES = (4, 22, 25, 32, 59)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_atlas_is_that_of_brute_force_in_every_setting(seed: int) -> None:
    found = varied(seed, more=True)
    scope = sized("n", A=2, B=2, faults=1)
    made = atlas(found, scope, pairs=True)
    assert not made.cut
    for number, setting in enumerate(made.every):
        if number % 3 != seed % 3:  # a third of the settings, another third with another seed
            continue
        brute = BruteAtlas(found, replace(scope, settings=tuple(zip(made.varied, setting, strict=True))))
        cells = {(cell.failure, cell.step): cell for cell in made.cells if cell.strikes >> number & 1}
        wanted = brute.cells()
        assert {key: set(cell.fates_in(number)) for key, cell in cells.items()} == {
            key: set(fates) for key, fates in wanted.items()
        }
        assert {
            (pair.first, pair.second): {name for name, mask in pair.fates if mask >> number & 1}
            for pair in made.pairs or ()
            if any(mask >> number & 1 for _, mask in pair.fates)
        } == brute.pairs()
        for horizon in made.horizons:
            losses = {loss.step for loss in horizon.losses if loss.settings >> number & 1}
            assert (bool(horizon.tried >> number & 1), losses) == brute.losses(horizon.goal)
        if seed in STORIES:
            for key, fates in wanted.items():
                for fate, steps in fates.items():
                    told = story(made, cells[key], fate, number)
                    assert told is not None
                    assert len(told.run.steps) == steps, (key, fate)


def test_the_random_protocols_try_everything() -> None:
    """Else the comparison would say little: each kind of fate, pairs and losses of both kinds come up."""
    seen: set[str] = set()
    for seed in SEEDS:
        made = atlas(varied(seed, more=True), sized("n", A=2, B=2, faults=1), pairs=True)
        seen |= {name.rstrip("_01") for cell in made.cells for name, _ in cell.fates}
        seen |= {"pairs"} if made.pairs else set()
        seen |= {f"failure {loss.failure}" for horizon in made.horizons for loss in horizon.losses}
        seen |= {"symmetry"} if made.land.family.symmetry.order > 1 else set()
    assert seen >= {ENDLESS, NAMELESS, "end", "on_the_way", "pairs", "failure True", "failure False", "symmetry"}


# ------------------------------------------------------------------------------------------------------- as shipped


@cache
def migration() -> Protocol:
    found, diagnostics = load(folder("spec") / "migration.mig")
    assert found is not None, diagnostics
    return found


def test_the_hole_after_the_source_is_dismantled() -> None:
    """The destination refuses the adapter: nobody has it, and no way leads on, unless it may be asked for again."""
    made = atlas(migration(), declared_scope(migration(), "single"), vary=frozenset({"recovery"}))
    assert not made.cut
    again, anew = at(made, recovery=1), at(made, recovery=2)
    for refused in ("nic_create.DATA_NOT_ACCEPTED", "nic_create.OTHER"):
        cell = made.cell(refused, "announce_release")
        assert cell.fates_in(made.usual) == ("adapter_nowhere", "data_lost")
        assert cell.fates_in(again) == ("completed",)
        assert cell.fates_in(anew) == ("clean_abort",)
        told = story(made, cell, "adapter_nowhere", made.usual)
        assert told is not None
        assert {goal for goal, step in told.lost if step == told.strike} == {
            "can_run_at_the_destination", "can_run_anywhere",
        }  # fmt: skip
    source, _, anywhere = made.horizons
    assert [loss.step for loss in source.losses if not loss.failure and loss.settings >> made.usual & 1] == [
        "nic_disconnect"
    ]
    lost = {loss.step for loss in anywhere.losses if loss.settings >> made.usual & 1}
    assert lost == {"host_crash", "nic_create.DATA_NOT_ACCEPTED", "nic_create.OTHER", "nic_restore.OTHER"}
    assert {loss.step for loss in anywhere.losses if loss.settings >> again & 1} == {"host_crash"}
    names = {name for cell in made.cells for name, _ in cell.fates}
    assert not names & {ENDLESS, NAMELESS, OPEN, "live_on_both_hosts", "stuck_moving"}

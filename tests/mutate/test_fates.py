"""Every fate that a mutant can have, what shows it, and that it is so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.explore.search import Limits
from checker.language.core import PropertyKind
from checker.language.mutants import mutants
from checker.language.protocol import Invariant
from checker.model.reference import Reference
from checker.model.run import ReplayFailed, replay
from checker.mutate.fate import Fate, Killer, Shown
from checker.mutate.mutate import mutate
from tests.mutate.made import PARCELS, loaded, named, parcels, shown, tried

FATES = (
    ("load: guard left out: at[i] == shelf", Fate.SURVIVED, None, ""),
    ("load: guard left out: not paid[i]", Fate.EQUIVALENT, None, ""),
    ("load: comparison turned round: loads < 2 -> <=", Fate.KILLED, Killer.LANGUAGE, ""),
    ("pay: guard left out: at[i] == cart", Fate.KILLED, Killer.PROPERTY, "all_go"),
    ("look: guard left out: at[i] == cart", Fate.KILLED, Killer.RUN, "looked_at_too_early"),
    ("label: effects dropped: labels := 1", Fate.SURVIVED, None, ""),
    ("ship: guard left out: paid[i]", Fate.KILLED, Killer.PROPERTY, "shipped_was_paid"),
    # Only with the open question answered otherwise, and a fault.
    ("burn: assignment dropped: paid[i] := true", Fate.KILLED, Killer.PROPERTY, "shipped_was_paid"),
)


@pytest.mark.parametrize(("name", "fate", "killer", "what"), FATES)
def test_each_fate(name: str, fate: Fate, killer: Killer | None, what: str) -> None:
    found = shown(name)
    assert (found.fate, found.killer, found.what) == (fate, killer, what)


def test_every_mutant_has_one() -> None:
    assert [each.mutant for each in tried().shown] == list(mutants(parcels()))
    assert sum(tried().count(fate) for fate in Fate) == tried().of == len(tried().shown)


def killed_by_safety() -> list[Shown]:
    kinds = {item.name: type(item) for item in parcels().properties}
    return [each for each in tried().shown if each.killer is Killer.PROPERTY and kinds[each.what] is Invariant]


def test_the_run_of_a_killed_one_breaks_the_property_there_and_not_in_the_protocol() -> None:
    assert killed_by_safety()
    for each in killed_by_safety():
        assert each.run is not None
        prop = next(item for item in parcels().properties if item.name == each.what)
        assert isinstance(prop, Invariant)
        states = replay(each.mutant.of(parcels()), each.run)
        assert not Reference(parcels(), each.run.scope).holds(prop, states[-1])
        try:
            end = replay(parcels(), each.run)[-1]
        except ReplayFailed:
            continue
        assert Reference(parcels(), each.run.scope).holds(prop, end)


def test_a_run_that_must_fail_is_possible_in_the_mutant_alone() -> None:
    run = shown("look: guard left out: at[i] == cart").run
    assert run is not None
    replay(named(parcels(), "look: guard left out: at[i] == cart").of(parcels()), run)
    with pytest.raises(ReplayFailed):
        replay(parcels(), run)


def test_a_proof_of_equivalence_names_what_it_needs() -> None:
    assert shown("load: guard left out: not paid[i]").uses == ("on_the_shelf_unpaid",)


def test_without_the_lemma_the_guards_themselves_are_the_invariant() -> None:
    """`paid implies at != shelf` is what the guard says; proved with others of its kind, not written down."""
    protocol = loaded(
        PARCELS.replace("lemma on_the_shelf_unpaid\n    forall i: Item. paid[i] implies at[i] != shelf", "")
    )
    name = "load: guard left out: not paid[i]"
    (found,) = mutate(protocol, wanted=(named(protocol, name),)).shown
    assert found.fate is Fate.EQUIVALENT
    assert "inductive" in found.how


def test_what_only_a_lemma_notices_says_so() -> None:
    lemma = tuple(item for item in parcels().properties if item.name == "on_the_shelf_unpaid")
    weaker = replace(parcels(), properties=lemma)
    (found,) = mutate(weaker, wanted=(named(weaker, "pay: guard left out: at[i] == cart"),)).shown
    assert (found.fate, found.killer, found.what) == (Fate.KILLED, Killer.LEMMA, "on_the_shelf_unpaid")


def test_a_survivor_tells_the_first_step_that_makes_a_difference() -> None:
    found = shown("label: guard left out: at[i] == cart")
    assert found.difference is not None
    assert found.difference.allowed
    assert [step.action for step in found.difference.run.steps] == ["label"]
    assert found.tried == ("one", "two")  # it asks about no open question
    assert shown("burn: effects dropped: at[i] := gone paid[i] := true").tried[2:] == ("two, in_a_hurry = true",)


def test_a_limit_is_never_an_answer() -> None:
    """In a scope of which one state too many was seen nothing is tried; where a mutant outgrows it, it is unknown."""
    small = mutate(parcels(), states=4)
    assert small.plan is not None
    assert {name for name, _ in small.plan.left_out} == {"one", "two"}
    assert {each.fate for each in small.shown if each.killer is not Killer.LANGUAGE} == {Fate.UNKNOWN}
    text = (
        PARCELS.replace("int[0..2]", "int[0..200]")
        .replace(
            "requires at[i] == cart   @ D-3",
            "requires at[i] == cart and loads > 2 @ D-3\n    loads := if loads < 200 then loads + 1 else 0",
        )
        .replace("scope two { Item = 2 faults = 1 }", "")
    )
    protocol = loaded(text)
    (cut,) = mutate(protocol, states=20, wanted=(named(protocol, "look: guard left out: loads > 2"),)).shown
    assert cut.fate is Fate.UNKNOWN
    assert "20 states were reached" in cut.how


def test_ctrl_c_keeps_what_is_known() -> None:
    seen: list[str] = []

    def press(words: str) -> None:
        seen.append(words)
        if words.startswith("3 of"):
            raise KeyboardInterrupt

    found = mutate(parcels(), progress=press)
    assert found.interrupted
    fates = [each.fate for each in found.shown]
    assert Fate.UNKNOWN not in fates[:3]
    assert set(fates[3:]) == {Fate.UNKNOWN}
    assert found.shown[3].how == "it was interrupted"


def test_several_processes_give_the_same_answers() -> None:
    some = tuple(mutants(parcels()))[:9]
    alone, together = mutate(parcels(), wanted=some), mutate(parcels(), wanted=some, jobs=2)
    assert alone.shown == together.shown


def test_time_that_is_over_makes_it_unknown() -> None:
    (found,) = mutate(parcels(), seconds=1e-9, wanted=(named(parcels(), "label: effects dropped: labels := 1"),)).shown
    assert found.fate is Fate.UNKNOWN
    assert "s were over" in found.how


def test_kinds_of_properties_that_notice() -> None:
    """Properties of one state, of a step, and of whole runs all take part."""
    kinds = {PropertyKind.INVARIANT: "shipped_was_paid", PropertyKind.CAN: "all_go"}
    assert {each.what for each in tried().shown if each.killer is Killer.PROPERTY} >= set(kinds.values())
    assert tried().plan is not None
    assert tried().plan.limits == Limits(80_000)  # type: ignore[union-attr]

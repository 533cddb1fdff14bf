"""What is idle in a text is found, and what is not idle is not told."""

from __future__ import annotations

from checker.mutate.mutate import mutate
from checker.mutate.vacuity import Vacuity, idle
from tests.mutate.made import loaded, tried

TEXT = """
module idle "Things that make no difference"
sort Item
enum Mood { calm, cross, furious }
param strict = true
param loud = true
param level: int[0..2] = 0
state mood[Item]: Mood = calm
state seen[Item]: bool = false
action annoy(i: Item) {
    requires mood[i] == calm and mood[i] != furious
    mood[i] := cross
}
action rage(i: Item) {
    requires mood[i] == furious and loud
    seen[i] := true
}
action soothe(i: Item) {
    requires mood[i] == cross and (strict or seen[i])
    mood[i] := calm
}
action look(i: Item) {
    requires level == 0 or level == 1 or level == 2
    requires not seen[i] and seen[i]
    seen[i] := true
}
lemma never_furious forall i: Item. mood[i] != furious
invariant after_rage forall i: Item. mood[i] == furious implies seen[i]
invariant one_mood forall i: Item. mood[i] == calm implies not seen[i]
leads to calms_down forall i: Item. mood[i] == cross ~> mood[i] == calm fair soothe
leads to rages forall i: Item. seen[i] ~> mood[i] == calm fair soothe
scope one { Item = 1 }
"""


def test_all_of_it_is_found() -> None:
    found = mutate(loaded(TEXT))
    assert found.plan is not None
    told = {(each.vacuity, each.name): each for each in idle(found.plan, found.shown)}
    assert told.keys() >= {
        (Vacuity.GUARD, "annoy: guard left out: mood[i] != furious"),
        (Vacuity.STEP, "rage.SUCCESS"),
        (Vacuity.STEP, "look.SUCCESS"),
        (Vacuity.PROPERTY, "after_rage"),
        (Vacuity.PROPERTY, "rages"),
        (Vacuity.PARAM, "loud"),
        (Vacuity.PARAM, "level"),
    }
    assert told[Vacuity.STEP, "rage.SUCCESS"].proved
    assert not told[Vacuity.PROPERTY, "after_rage"].proved
    assert told[Vacuity.PARAM, "loud"].how == "in scope one"
    names = {name for _, name in told}
    assert names.isdisjoint({"annoy.SUCCESS", "soothe.SUCCESS", "one_mood", "calms_down", "strict"})


def test_nothing_that_is_used_is_told() -> None:
    plan = tried().plan
    assert plan is not None
    assert {each.name for each in idle(plan, tried().shown)} == {"load: guard left out: not paid[i]"}

"""A small protocol that has a mutant of every fate, and what its mutants came to."""

from __future__ import annotations

from functools import cache

from checker.language.load import load_text
from checker.language.mutants import Mutant, mutants
from checker.language.protocol import Protocol
from checker.mutate.fate import Shown
from checker.mutate.mutate import Mutation, mutate

PARCELS = """
module parcels "Parcels: loaded, paid, shipped"

rule D-1 switch
    "A parcel is loaded once."
rule D-2 switch
    "Nothing is shipped that was not paid."
rule D-3 switch
    "Only what is loaded is looked at."
rule D-4 switch
    "A label is printed for what is loaded."

sort Item
enum Place { shelf, cart, gone }

param in_a_hurry = false

state at[Item]: Place = shelf
state paid[Item]: bool = false
state loads: int[0..2] = 0
state labels: int[0..1] = 0

action load(i: Item) {
    requires at[i] == shelf and not paid[i]  @ D-1
    at[i] := cart
    loads := if loads < 2 then loads + 1 else loads
}
action pay(i: Item) {
    requires at[i] == cart   @ D-2
    requires not paid[i]     @ D-2
    paid[i] := true
}
optional action look(i: Item) {
    requires at[i] == cart   @ D-3
}
optional action label(i: Item) {
    requires at[i] == cart   @ D-4
    labels := 1
}
action ship(i: Item) {
    requires at[i] == cart   @ D-2
    requires paid[i]         @ D-2
    at[i] := gone
}
fault burn(i: Item) {
    requires in_a_hurry
    at[i] := gone
    paid[i] := true
}

invariant shipped_was_paid @ D-2
    forall i: Item. at[i] == gone implies paid[i]
lemma on_the_shelf_unpaid
    forall i: Item. paid[i] implies at[i] != shelf
step never_back @ D-1
    forall i: Item. old(at[i] == gone) implies at[i] == gone
can all_go
    forall i: Item. at[i] == gone

scope one { Item = 1 }
scope two { Item = 2 faults = 1 }

run looked_at_too_early {
    look(i)
    must fail at D-3
}
"""


def loaded(text: str) -> Protocol:
    found, diagnostics = load_text("made", text)
    assert found is not None, diagnostics
    return found


@cache
def parcels() -> Protocol:
    return loaded(PARCELS)


@cache
def tried() -> Mutation:
    return mutate(parcels())


def shown(name: str) -> Shown:
    """What became of the mutant of this name."""
    return next(each for each in tried().shown if each.mutant.name == name)


def named(protocol: Protocol, name: str) -> Mutant:
    return next(each for each in mutants(protocol) if each.name == name)

"""What a proof rests on: exactly known for small protocols, and each member is needed."""

from __future__ import annotations

import pytest

from checker.language.lower import lower
from checker.language.protocol import Protocol
from checker.prove import cores
from checker.prove.answers import Holds
from checker.prove.api import prove
from checker.prove.cores import Used, used
from checker.prove.loosened import Part, loosened
from checker.prove.queries import Effort, Query
from tests.prove.texts import LOCK, LOCK_LEMMAS, SHARD_RULES, SHARDS, read

DOORS = """
module doors "Doors that are not locked while they are open"

rule R-1 switch "An open door is not locked."
rule R-2 switch "A locked door is not opened."
rule R-3 switch "Only an open door is closed."
rule R-4 switch "The light is switched on once."

sort Door
state open[Door]: bool = false
state locked[Door]: bool = false
state lit[Door]: bool = false

hidden action lock(d: Door) {
    requires not open[d] @ R-1
    locked[d] := true
}
hidden action unlock(d: Door) { locked[d] := false }
hidden action push(d: Door) {
    requires not locked[d] @ R-2
    open[d] := true
}
hidden action close(d: Door) {
    requires open[d] @ R-3
    open[d] := false
}
hidden action light(d: Door) {
    requires not lit[d] @ R-4
    lit[d] := true
}
invariant not_both forall d: Door. not (open[d] and locked[d])
"""

# `odd` follows from either of two lemmas, each of which is kept by itself.
EITHER = """
module either "A number that stays small, for two reasons"

state first: int[0..3] = 0
state second: int[0..3] = 0
state high: bool = false

hidden action rise() {
    requires first == 0
    requires second == 0
    requires first == 3 or second == 3
    high := true
}
hidden action turn() { first := 1 second := 1 }
invariant low not high
"""


def names(found: Used, property_: str) -> list[set[str]]:
    """The minimal sets of a property: rules of guards, `action.cell` of effects, names of lemmas."""
    core = next(item for item in found.cores if item.property == property_)

    def name(key: str) -> str:
        item = found.element(key)
        words = {Part.GUARD: " ".join(item.rules), Part.EFFECT: f"{item.action}.{item.cell}", Part.LEMMA: item.key}
        return words[item.part]

    return [{name(key) for key in keys} for keys in core.sets]


def found(protocol: Protocol, most: int = cores.MOST_SETS) -> Used:
    proofs = prove(protocol)
    proved = tuple(item.name for item in proofs.answers if isinstance(item.judgement, Holds))
    return used(protocol, proved, effort=Effort(5), most=most)


def test_the_core_of_a_small_protocol() -> None:
    assert names(found(read(DOORS)), "not_both") == [
        {"R-1", "R-2", "lock.locked", "unlock.locked", "push.open", "close.open"}
    ]


@pytest.mark.parametrize(("rule", "holds"), [("R-1", False), ("R-2", False), ("R-3", True), ("R-4", True)])
def test_a_member_is_needed_and_nothing_else_is(rule: str, holds: bool) -> None:
    answer = prove(read(DOORS), without=frozenset({rule})).answer("not_both")
    assert isinstance(answer.judgement, Holds) is holds


@pytest.mark.parametrize("text", [DOORS, LOCK + LOCK_LEMMAS, SHARDS + SHARD_RULES], ids=["doors", "lock", "shards"])
def test_a_set_is_enough_and_minimal(text: str) -> None:
    """Tried in another way: with the rest switched off for good, by a mutual induction of its own."""
    protocol = read(text)
    whole = found(protocol)
    core = whole.cores[0]
    keys = frozenset(core.sets[0])
    assert enough(protocol, core.property, keys)
    assert not any(enough(protocol, core.property, keys - {key}) for key in keys)
    assert set(core.always) == set.intersection(*map(set, core.sets))
    everything = frozenset(item.key for item in whole.elements) - {core.property}
    assert not any(enough(protocol, core.property, everything - {key}) for key in core.always)


def test_all_sets_are_found_and_a_bound_is_told() -> None:
    text = "guard"  # any two of the three may be true, not all of them
    whole = found(read(EITHER))
    (core,) = whole.cores
    parts = [sorted(whole.element(key).part for key in keys) for keys in core.sets]
    assert parts == [[text] * 3]
    assert core.complete
    lemmas = "lemma one first <= 1 lemma two second <= 1"
    text = EITHER.replace("requires first == 0\n", "").replace("requires second == 0\n", "")
    text = text.replace("first == 3 or second == 3", "first == 3 and second == 3") + lemmas
    several = found(read(text))
    low = next(item for item in several.cores if item.property == "low")
    assert {"one", "two"} == {key for keys in low.sets for key in keys if key in ("one", "two")}
    assert all(("one" in keys) is not ("two" in keys) for keys in low.sets)
    assert low.complete
    cut = next(item for item in found(read(text), most=1).cores if item.property == "low")
    assert (cut.complete, cut.why, cut.always) == (False, "there are more than 1", low.always)


def test_ctrl_c_keeps_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    protocol = read(LOCK + LOCK_LEMMAS)
    proved = tuple(item.name for item in prove(protocol).answers)
    right, asked = Query.ask, []

    def stopped(self: Query, assumed: object, *kept: object) -> object:
        asked.append(assumed)
        if len(asked) > 60:
            raise KeyboardInterrupt
        return right(self, assumed, *kept)  # type: ignore[arg-type]

    monkeypatch.setattr(Query, "ask", stopped)
    cut = used(protocol, proved, effort=Effort(5))
    assert cut.interrupted
    assert cut.cores[-1].why == "it was interrupted"
    assert set(proved) == {item.property for item in cut.cores} | set(cut.left)
    assert all(core.complete or core.why for core in cut.cores)


def test_the_same_text_gives_the_same_sets_twice() -> None:
    protocol = read(LOCK + LOCK_LEMMAS)
    assert found(protocol) == found(protocol)


def enough(protocol: Protocol, goal: str, keys: frozenset[str]) -> bool:
    """Whether the goal is proved with only these elements, other guards and effects thrown away: by a new attempt."""
    from dataclasses import replace

    from checker.language.core import TRUE, CellKind, Lit
    from checker.prove.encode import Encoding
    from checker.prove.induction import Induction

    loose, elements = loosened(lower(protocol))
    switches = {item.key for item in elements}
    cells = tuple(
        replace(cell, kind=CellKind.PARAM, initial=Lit(True)) if cell.name in switches else cell for cell in loose.cells
    )
    kept = tuple(
        item
        if item.name == goal or item.name in keys
        else replace(item, formula=TRUE if item.formula is not None else None, steps=())
        for item in loose.properties
    )
    core = replace(loose, cells=cells, properties=kept)
    induction = Induction(Encoding(core, settings={key: key in keys for key in switches}), Effort(5))
    induction.run((goal,))
    return goal in induction.proved() and goal not in induction.lost

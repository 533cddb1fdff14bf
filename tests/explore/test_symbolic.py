"""Sets of states against single states, against closed forms, and against faults put in on purpose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from checker.explore import ladder
from checker.explore.answer import Said
from checker.explore.explore import Exploration
from checker.explore.ladder import Engine, MissingLibrary, search_scope
from checker.explore.symbolic import reach, ways
from checker.explore.symbolic.explore import SymbolicExploration, explore_sets
from checker.language.load import load
from checker.language.protocol import Protocol
from checker.model.judge import InternalError
from checker.model.scope import Scope, declared_scope
from tests.agreement.faults import Fault, put_in
from tests.agreement.generate import case
from tests.explore.made import PROTOCOLS, protocol, sized, text_protocol
from tests.explore.random_text import text
from tests.explore.sets import Disagreement, compare

SPEC = Path(__file__).resolve().parents[2] / "spec"
CONSTANTS = {1: (26, 20, 2), 2: (418, 262, 2), 3: (7_202, 4_106, 2), 4: (121_090, 65_554, 2)}

# Texts with swaps, sums, computed places, and assumptions about consts: what the random ones have too little of.
SWAP = text_protocol("""module swap "Hands change"
sort Seat
enum Hand { stone, paper, cloth }
const next_to(Seat): Seat
state hand[Seat]: Hand
state other[Seat]: Hand = cloth
state count: int[0..4] = 1
state lead: Seat
assume somebody_else
    forall s: Seat. next_to(s) != s
action trade(s: Seat) {
    requires hand[s] != other[s]
    hand[s] := other[s]
    other[s] := hand[s]
    lead := next_to(s)
}
action up(s: Seat) {
    requires lead == s and hand[lead] == paper
    count := if count < 4 then count + 1 else 0
    lead := next_to(lead)
}
action pass_on(s: Seat) {
    requires count == 2
    hand[s] := other[s]
    other[s] := if lead == s then hand[next_to(s)] else cloth
    lead := next_to(lead)
}
fault drop(s: Seat) { hand[s] := if hand[next_to(s)] == stone then stone else cloth }
invariant never_four
    count < 4 or hand[lead] != paper
step one_by_one
    not (old(count) == 2) or count in (2, 3)
can all_stone forall s: Seat. hand[s] == stone
final nothing_to_trade
    forall s: Seat. hand[s] == hand[next_to(s)]
scope two { Seat = 2  faults = 1 }
scope three { Seat = 3  faults = 0 }
""")

FAIR = text_protocol("""module fair "Back and forth, and a way out that is open now and then"
state at: int[0..2] = 0
action there { requires at == 0  at := 1 }
action back { requires at == 1  at := 0 }
action out { requires at == 1  at := 2 }
leads to if_weak at == 0 ~> at == 2 fair there, back, out
leads to if_strong at == 0 ~> at == 2 fair there, back, strongly out
leads to without at == 0 ~> at == 2 fair out
scope only { }
""")


@cache
def spec(name: str) -> Protocol:
    found, diagnostics = load(SPEC / name)
    assert found is not None, diagnostics
    return found


def handover(machines: int, slots: int) -> SymbolicExploration:
    return explore_sets(protocol("handover"), sized("m", Vm=machines, Slot=slots, faults=1))


# ------------------------------------------------------------------------------------------------------------- counts


@pytest.mark.parametrize(
    ("machines", "slots", "states", "transitions"),
    [(1, 5, 3_045_794, 8_174_467), (5, 1, 15_081_344, 82_158_016), (2, 3, 68_728_036, 299_625_924)],
)
def test_counts_that_others_agreed_on(machines: int, slots: int, states: int, transitions: int) -> None:
    found = handover(machines, slots)
    assert (found.states, found.transitions) == (states, transitions)


@pytest.mark.parametrize(("machines", "slots"), [(3, 3), (8, 1), (8, 2), (4, 4), (16, 2)])
def test_counts_are_those_of_the_closed_form(machines: int, slots: int) -> None:
    a, b, c = CONSTANTS[slots]
    assert handover(machines, slots).states == a**machines + b**machines - c**machines


def test_the_count_that_a_float_rounds() -> None:
    assert handover(8, 2).states == 954_190_789_716_665_180_416
    assert int(float(954_190_789_716_665_180_416)) != 954_190_789_716_665_180_417


# ---------------------------------------------------------------------------------------------------------- agreement

SCOPES = [
    *((path.stem, scope.name) for path in sorted(PROTOCOLS.glob("*.mig")) for scope in protocol(path.stem).scopes),
]
LARGE = {("handover", "m13"), ("handover", "m31"), ("handover", "m22"), ("two_phase", "n7"), ("two_phase", "n8")}


@pytest.mark.parametrize(("name", "scope"), [item for item in SCOPES if item not in LARGE])
def test_written_protocols(name: str, scope: str) -> None:
    assert compare(protocol(name), declared_scope(protocol(name), scope), 10_000) is not None


@pytest.mark.parametrize("scope", ["two", "three"])
def test_swaps_and_computed_places(scope: str) -> None:
    assert compare(SWAP, declared_scope(SWAP, scope), 60_000) is not None


@pytest.mark.parametrize(("name", "scope"), [("migration.mig", "single"), ("switch.mig", "one_port")])
def test_shipped_protocols(name: str, scope: str) -> None:
    assert compare(spec(name), declared_scope(spec(name), scope), 20_000) is not None


def random_scopes(seeds: range) -> Iterator[tuple[Protocol, Scope]]:
    """Random texts, and random protocols of which only those count whose steps all have a meaning."""
    for seed in seeds:
        yield text_protocol(text(seed)), sized("n", A=2 + seed % 2, B=2, faults=1)
        made = case(seed)
        yield made.protocol, made.scope


@pytest.mark.parametrize("start", range(0, 40, 10))
def test_random_protocols(start: int) -> None:
    check(range(start, start + 10), Counter())


@pytest.mark.slow
@pytest.mark.parametrize("start", range(100, 400, 50))
def test_random_protocols_at_length(start: int) -> None:
    check(range(start, start + 50), Counter())


def check(seeds: range, seen: Counter[str]) -> None:
    for made, scope in random_scopes(seeds):
        try:
            compare(made, scope, 1_000, seen)
        except InternalError as error:
            if "does not replay" not in str(error) or ":=" not in str(error):  # two values for one cell
                raise
            seen["no meaning"] += 1


def test_everything_is_compared() -> None:
    seen: Counter[str] = Counter()
    check(range(12), seen)
    kinds = ("invariant", "step", "final", "can")
    assert all(seen[f"{kind} {said}"] for kind in kinds for said in ("holds", "fails")), seen
    assert seen["too large"] + seen["no meaning"] + seen["too many nodes"] < 6


# ------------------------------------------------------------------------------------------------------------- faults

FAULTS = (
    Fault("a byte keeps its old value too", "steps:Steps.image", "step.forgotten)", "self.space.true)"),
    Fault("the frame is forgotten", "steps:Steps.image", "moved = found & writing.stays", "moved = self.space.false"),
    Fault("guards are left out", "steps:Steps.image", "found = states & step.possible", "found = states"),
    Fault("a byte is overwritten before it is read", "steps:in_order", "slot in reads[other]", "other in reads[slot]"),
    Fault("back without the guard", "steps:Steps.preimage", "return found & step.possible", "return found"),
    Fault("back in the wrong order", "steps:Steps.preimage", "reversed(step.writings)", "step.writings"),
    Fault("one fault too many", "steps:Steps._fault_left", "return ~space", "return space.true | space"),
    Fault("codes without a value are initial", "initial:initial_set", "space.within(slot) & found", "found"),
    Fault("assumptions are forgotten", "initial:initial_set", "machine.core.assumptions", "()"),
    Fault("the quantifier drops its last value", "terms:Terms.forall", "sizes))", "sizes)[:-1])"),
    Fault("less is at most", "terms:Terms.less", "waiting[-1][0] < value", "waiting[-1][0] <= value"),
    Fault("else is forgotten", "terms:Terms.ite", "(~where, otherwise)", "(~where, then)"),
    Fault("minus is plus", "terms:Terms.sub", "-1", "1"),
    Fault("only the state before is read", "terms:Terms.place", "if after and slot in", "if not slot and slot in"),
    Fault("a computed place is the first", "terms:Terms.read", "where = where & condition", "where = where"),
    Fault("parts that are closed are not closed again", "reach:Saturation._part", "if found == before", "if True"),
    Fault("groups further down are left out", "reach:Saturation._below", "if group == len(", "if group + 1 >= len("),
    Fault("a step in a group is left out", "reach:Saturation._fired", "idle >= len(group)", "idle >= 1"),
    Fault("digits are counted twice", "space:Space.size", "len(self.slot_of)", "len(self.slot_of) + 1"),
    Fault("optional steps are owed", "judge:owed", " or step.ground.moment.optional", ""),
    Fault("strong is weak", "fair:Away._hull", "if instance.strong", "if False"),
    Fault("weak is strong", "fair:Away._hull", "if instance.strong", "if True"),
    Fault("nothing is fair", "fair:Away._hull", "states = idle | self._closed", "idle | self._closed"),
    Fault("runs do not stop", "fair:Away._stops", "states & ~instance.possible", "self._space.false"),
    Fault("the premise need not hold", "fair:Away.goal", "self._states & met", "self._states"),
    Fault("a round skips an instance", "fair:Away._round", "in self._fair", "in self._fair[1:]"),
    Fault("a run need not begin at the start", "ways:Ways._back_layered", "self._layers[:at]", "self._layers[1:at]"),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_noticed(fault: Fault) -> None:
    with put_in(replace(fault, where=f"explore.symbolic.{fault.where}")):
        assert any(noticed(made, scope) for made, scope in telling()), fault.name


def test_there_is_nothing_to_notice_without_a_fault() -> None:
    assert not any(noticed(made, scope) for made, scope in telling())


@cache
def telling() -> tuple[tuple[Protocol, Scope], ...]:
    """Small scopes that tell most faults, the quickest first."""
    counter, handover_text = protocol("counter"), protocol("handover")
    return (
        (SWAP, declared_scope(SWAP, "two")),
        (FAIR, declared_scope(FAIR)),
        (counter, declared_scope(counter)),
        (handover_text, declared_scope(handover_text, "m12")),
        *(
            (text_protocol(text(seed)), sized("n", A=2, B=2, faults=1))
            for seed in (2, 3, 4, 5, 6, 12, 13, 15, 16, 20, 22, 23, 26, 27, 28, 31, 32, 34)
        ),
    )


def noticed(made: Protocol, scope: Scope) -> bool:
    try:
        compare(made, scope, 2_000)
    except (Disagreement, InternalError, ValueError, TypeError, KeyError, RecursionError, AssertionError):
        return True
    return False


# ---------------------------------------------------------------------------------------------------- limits, ladder


def test_a_limit_makes_everything_unknown() -> None:
    for found in (
        explore_sets(protocol("handover"), sized("m", Vm=4, Slot=4, faults=1), seconds=1e-6),
        explore_sets(protocol("handover"), sized("m", Vm=4, Slot=4, faults=1), nodes=3_000),
    ):
        assert not found.complete
        assert found.states == 0
        assert {answer.said for answer in found.answers} == {Said.UNKNOWN}
        assert all(answer.how == found.reason for answer in found.answers)


def test_an_interrupt_makes_everything_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: reach.Watch) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(reach.Watch, "look", interrupted)
    found = explore_sets(protocol("handover"), sized("m", Vm=1, Slot=1, faults=1))
    assert found.reason == "it was interrupted"
    assert {answer.said for answer in found.answers} == {Said.UNKNOWN}


def test_a_run_that_layers_do_not_bring_back_comes_from_a_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways, "LAYERED", 0.0)
    found = explore_sets(protocol("handover"), sized("m", Vm=2, Slot=1, faults=1)).answer("arrive")
    assert found.said is Said.FAILS
    assert found.witness is not None
    assert "perhaps not the fewest" in found.how


def test_the_ladder_goes_on_where_single_states_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    small = 200
    monkeypatch.setattr(ladder, "STATES", small)
    scope = sized("m", Vm=1, Slot=3, faults=1)
    found = search_scope(protocol("handover"), scope)
    assert isinstance(found, SymbolicExploration)
    assert found.states == 11_306
    assert isinstance(search_scope(protocol("handover"), sized("m", Vm=1, Slot=1, faults=1)), Exploration)
    kept = search_scope(protocol("handover"), scope, limit=small)
    assert isinstance(kept, Exploration)
    assert not kept.complete


def test_without_the_library_the_answer_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ladder, "installed", lambda: False)
    monkeypatch.setattr(ladder, "STATES", 100)
    scope = sized("m", Vm=1, Slot=3, faults=1)
    found = search_scope(protocol("handover"), scope)
    assert not found.complete
    assert "oxidd" in found.reason
    assert "switchover[symbolic]" in found.reason
    with pytest.raises(MissingLibrary, match="oxidd"):
        search_scope(protocol("handover"), scope, Engine.SYMBOLIC)

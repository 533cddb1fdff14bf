"""Counterexamples to induction: small, plain, and confirmed before anybody sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from unittest.mock import patch

import pytest

from checker.language.protocol import Invariant, Protocol, Value
from checker.model.ground import Machine
from checker.model.reference import Location, Reference
from checker.model.run import Step, replay
from checker.prove import decode
from checker.prove.answers import Answer, Counterexample, Unknown, as_state, settle
from checker.prove.api import prove
from checker.prove.decode import Unconfirmed
from checker.prove.queries import Query, Undecided
from tests.prove.texts import LOCK, read


def shown(protocol: Protocol, name: str) -> Counterexample:
    found = prove(protocol).answer(name).judgement
    assert isinstance(found, Unknown)
    assert found.counterexample is not None
    return found.counterexample


def before(found: Counterexample) -> dict[Location, Value]:
    """What is worth telling of the state before the step."""
    return {place: dict(found.before)[place] for place in found.shown}


def after(found: Counterexample) -> dict[Location, Value]:
    """What the step changes."""
    return {place: dict(found.after)[place] for place in found.changed}


def test_individuals_are_numbered_as_the_step_brings_them_in() -> None:
    found = shown(read(LOCK), "one_holder")
    assert found.scope.sizes == (("Client", 2),)
    assert before(found) == {("granted", (0,)): True, ("holds", (1,)): True}
    assert found.step == Step("take", "SUCCESS", (0,))
    assert after(found) == {("granted", (0,)): False, ("holds", (0,)): True}
    assert dict(found.witness) in ({"c": "client1", "d": "client2"}, {"c": "client2", "d": "client1"})


def test_pending_marks_members_numbers_and_settings() -> None:
    text = """
        module words ""
        sort Job
        enum Mode { idle, busy }
        param low: Mode = busy
        state mode: Mode = idle
        state level[Job, bool]: int[1..3] = 2
        hidden action work(j: Job, b: bool) {
            begin { mode := busy }
            outcome DONE { mode := low  level[j, b] := 3 }
        }
        invariant quiet forall j: Job, b: bool. mode == idle implies level[j, b] == 2
        """
    found = shown(read(text), "quiet")
    job = found.step.args if found.step is not None else ()
    assert found.scope.settings == (("low", 0),)
    assert before(found) == {("low", ()): 0, ("pending work", job): True}
    assert after(found) == {("level", job): 3, ("pending work", job): False}
    assert dict(found.witness) == {"j": "job1", "b": "true" if job[1] else "false"}


@pytest.mark.parametrize(
    ("condition", "size"), [("c == d", 2), ("c == d or c == e or d == e", 3), ("exists x: Client. not holds[x]", 1)]
)
def test_no_more_individuals_than_it_takes(condition: str, size: int) -> None:
    who = "forall c: Client, d: Client, e: Client. holds[c] and holds[d] and holds[e]"
    text = LOCK.partition("invariant")[0] + f"invariant few {who} implies ({condition})"
    assert dict(shown(read(text), "few").scope.sizes) == {"Client": size}


def test_nothing_is_unlike_the_start_without_need() -> None:
    text = """
        module plain ""
        sort Box
        param odd = false
        state open[Box]: bool = false
        state full[b: Box]: bool = open[b]
        state weight[Box]: int[0..9] = 0
        hidden action shut(b: Box) { requires open[b]  open[b] := false }
        invariant shut_is_empty forall b: Box, c: Box. full[b] and full[c] and b != c implies open[b]
        """
    found = shown(read(text), "shut_is_empty")
    assert dict(found.scope.sizes) == {"Box": 2}
    assert found.scope.settings == ()
    # Box 2 may be open or not; open is as it would start.
    assert [place for place in found.shown if place[0] == "weight"] == []
    assert {place[0] for place in found.shown} <= {"open"}


def test_a_search_can_be_asked_about_it() -> None:
    def states(protocol: Protocol, found: Counterexample) -> tuple[Machine, set[bytes]]:
        machine = Machine(protocol, found.scope)
        seen = set(machine.initial_states())
        waiting = list(seen)
        while waiting:
            for _, after in machine.successors(waiting.pop()):
                if after not in seen:
                    seen.add(after)
                    waiting.append(after)
        return machine, seen

    def breaks(protocol: Protocol, found: Counterexample) -> bool:
        machine, seen = states(protocol, found)
        formula = next(item.formula for item in machine.core.properties if item.name == found.property)
        assert formula is not None
        return not all(map(machine.test(formula), seen))

    protocol = read(LOCK)
    proofs = prove(protocol)
    machine, seen = states(protocol, shown(protocol, "one_holder"))
    assert machine.layout.pack(as_state(shown(protocol, "one_holder").before)) not in seen
    asked = settle(proofs, lambda found: breaks(protocol, found)).answer("one_holder").judgement
    assert isinstance(asked, Unknown)
    assert asked.reached is False
    broken = read(LOCK.replace("    requires granted[c]\n", ""))
    asked = settle(prove(broken), lambda found: breaks(broken, found)).answer("one_holder").judgement
    assert isinstance(asked, Unknown)
    assert asked.reached is True
    unsure = settle(proofs, lambda found: None).answer("one_holder").judgement
    assert isinstance(unsure, Unknown)
    assert unsure.reached is None


def test_every_counterexample_is_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A decoder that misreads one cell is found out, and what it made never becomes an answer."""
    right = decode.Decoder.state

    def misread(self: decode.Decoder) -> dict[Location, Value]:
        state = right(self)
        return {place: not value if place == ("granted", (0,)) else value for place, value in state.items()}

    monkeypatch.setattr(decode.Decoder, "state", misread)
    with pytest.raises(Unconfirmed, match=r"take\.SUCCESS is not possible"):
        prove(read(LOCK))


@pytest.mark.parametrize(
    ("part", "fault", "match"),
    [
        ("enabled", lambda self, step, state: False, "not possible"),
        ("holds", lambda self, item, state: True, "holds after the step"),
        ("holds", lambda self, item, state: False, "false before the step"),
    ],
)
def test_each_part_of_the_claim_is_confirmed(
    part: str, fault: object, match: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Reference, part, fault)
    with pytest.raises(Unconfirmed, match=match):
        prove(read(LOCK))


def test_a_step_that_is_at_fault_shows_nothing() -> None:
    text = """
        module clash ""
        sort Box
        state box: bool = false
        state lid[Box]: bool = false
        hidden action both(b: Box, c: Box) { lid[b] := true  lid[c] := box }
        invariant shut forall b: Box. not lid[b]
        """
    with patch("checker.language.meaning.check_meaning"):  # which would refuse the text
        protocol = read(text)
    found = prove(protocol).answer("shut").judgement
    assert isinstance(found, Unknown)
    assert found.broken_by == (("both", "SUCCESS"),)


def test_what_z3_cannot_decide_is_looked_for_in_small_worlds(monkeypatch: pytest.MonkeyPatch) -> None:
    """An undecided question about any number is asked again of one, two, three individuals."""
    right = Query.ask

    def undecided(self: Query, assumed: Mapping[str, object], *kept: object) -> object:
        if assumed and self.encoding.vocabulary.open_sorts:
            raise Undecided("z3 does not know")
        return right(self, assumed, *kept)

    monkeypatch.setattr(Query, "ask", undecided)
    protocol = read(LOCK)
    found = prove(protocol).answer("one_holder").judgement
    assert isinstance(found, Unknown)
    assert found.counterexample is not None
    assert dict(found.counterexample.scope.sizes) == {"Client": 2}
    assert found.reason.startswith("not inductive: take.SUCCESS may break it")


def test_the_counterexample_of_a_start_is_a_run() -> None:
    text = 'module start "" sort Box state lid[Box]: bool invariant shut forall b: Box. not lid[b]'
    protocol = read(text)
    found = prove(protocol).answer("shut").judgement
    assert not isinstance(found, Unknown | Answer)
    counterexample = getattr(found, "counterexample", None)
    assert isinstance(counterexample, Counterexample)
    state = replay(protocol, counterexample.run())[-1]
    (shut,) = protocol.properties
    assert isinstance(shut, Invariant)
    assert not Reference(protocol, replace(counterexample.scope, faults=0)).holds(shut, state)

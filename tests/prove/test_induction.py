"""What is proved for any number, what is not, and that neither is claimed without cause."""

from __future__ import annotations

import pytest

from checker.language.protocol import Protocol
from checker.prove.answers import Fails, Holds, NotForAnyNumber, Unknown
from checker.prove.api import NoSuchName, prove
from tests.prove.texts import GATE, LOCK, LOCK_LEMMAS, SHARD_RULES, SHARDS, read


def judged(protocol: Protocol, **options: object) -> dict[str, str]:
    """Each property's answer in a word."""
    proofs = prove(protocol, **options)  # type: ignore[arg-type]
    return {answer.name: type(answer.judgement).__name__ for answer in proofs.answers}


def test_a_lock_needs_its_lemmas() -> None:
    alone = prove(read(LOCK)).answer("one_holder").judgement
    assert isinstance(alone, Unknown)
    assert alone.broken_by == (("take", "SUCCESS"),)
    helped = prove(read(LOCK + LOCK_LEMMAS)).answer("one_holder").judgement
    assert isinstance(helped, Holds)
    assert helped.uses == ("one_place",)
    assert helped.sorts == ("Client",)
    assert helped.how == "inductive with one_place, for any number of Client, one or more"


def test_keys_move_between_any_number_of_nodes() -> None:
    assert set(judged(read(SHARDS + SHARD_RULES)).values()) == {"Holds"}


def test_if_anybody_may_be_an_owner_at_first_there_may_be_two() -> None:
    found = prove(read(SHARDS.replace(" = first(k) == n", "") + SHARD_RULES)).answer("one_owner").judgement
    assert isinstance(found, Fails)
    assert found.counterexample.step is None
    assert dict(found.counterexample.scope.sizes) == {"Node": 2, "Key": 1, "Value": 1}


def test_a_broken_protocol_is_not_proved() -> None:
    answers = judged(read(SHARDS.replace("    owner[n, k] := false\n", "") + SHARD_RULES))
    assert answers["nobody_owns_what_moves"] == "Unknown"
    assert answers["one_owner"] == "Unknown"


def test_what_leans_on_something_unproved_is_not_proved() -> None:
    text = """
        module lean ""
        state a: bool = false
        state b: bool = false
        hidden action set_a() { requires b  a := true }
        hidden action set_b() { b := true }
        invariant never_a not a
        lemma never_b not b
        """
    proofs = prove(read(text))
    found = proofs.answer("never_a").judgement
    assert isinstance(found, Unknown)
    assert found.reason == "inductive only together with `never_b`, not proved"
    assert isinstance(proofs.answer("never_b").judgement, Unknown)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("did(pass(c)) implies passing[c]", "Holds"),
        ("did(pass(c)) implies old(light == green)", "Unknown"),  # not if strict is false
        ("strict and did(pass(c)) implies old(light == green)", "Holds"),
        ("old(passing[c]) and not passing[c] implies did(storm())", "Holds"),
        ("old(passing[c]) implies passing[c]", "Unknown"),
        ("(forall d: Car. not did(pass(d))) implies count <= old(count)", "Holds"),
        ("not did(pass(c)) implies count <= old(count)", "Unknown"),
        ("count > old(count) implies old(count) + 1 == count", "Holds"),
        ("did(storm()) implies care == some", "Holds"),
    ],
)
def test_step_properties(formula: str, expected: str) -> None:
    assert judged(read(f"{GATE} step asked forall c: Car. {formula}")) == {"asked": expected}


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("count <= 3", "Holds"),
        ("count <= 2", "Unknown"),
        ("strict and passing[c] implies light == green", "Holds"),
        ("passing[c] implies light == green", "Unknown"),
        ("care == none implies not passing[c]", "Holds"),
        ("care == full implies not passing[c]", "Unknown"),
        ("light == red", "Unknown"),
        ("light == green", "Fails"),
        ("exists d: Car. c == d", "Holds"),
        ("most < 4", "Holds"),
        ("forall n: int[0..3]. n < count implies n < 3", "Holds"),
        ("forall n: int[0..200]. n < count implies n < 3", "Holds"),
        ("exists n: int[0..200]. n == count + count", "Holds"),
        ("forall n: int[0..200]. n < count implies n < 2", "Unknown"),
    ],
)
def test_invariants(formula: str, expected: str) -> None:
    assert judged(read(f"{GATE} invariant asked forall c: Car. {formula}")) == {"asked": expected}


def test_faults_are_steps_like_others() -> None:
    text = f"{GATE} invariant dry forall c: Car. passing[c] implies count > 0"
    assert judged(read(text)) == {"dry": "Holds"}
    stormier = text.replace("    for c: Car { passing[c] := false }\n", "")
    found = prove(read(stormier)).answer("dry").judgement
    assert isinstance(found, Unknown)
    assert found.broken_by == (("storm", "SUCCESS"),)
    assert found.counterexample is not None
    assert found.counterexample.scope.faults == 1


def test_rules_can_be_left_out() -> None:
    protocol = read(f"{GATE} invariant asked forall c: Car. care == none implies not passing[c]")
    assert judged(protocol, without=frozenset({"G-1"})) == {"asked": "Holds"}
    assert judged(protocol, without=frozenset({"G-2"})) == {"asked": "Unknown"}


def test_pending_marks_are_state() -> None:
    text = """
        module two ""
        sort Job
        state done[Job]: bool = false
        hidden action work(j: Job) {
            requires not done[j]
            begin { }
            outcome SUCCESS { done[j] := true }
            outcome REFUSED failure
        }
        invariant not_yet forall j: Job. pending(work(j)) implies not done[j]
        step finished forall j: Job. did(work(j).SUCCESS) implies old(pending(work(j))) and not pending(work(j))
        """
    assert judged(read(text)) == {"not_yet": "Holds", "finished": "Holds"}


def test_assumptions_are_assumed() -> None:
    order = """
        module ring ""
        sort Node
        const above(Node, Node): bool
        state top[n: Node]: bool = false
        hidden action rise(n: Node) {
            requires forall m: Node. m != n implies above(n, m)
            top[n] := true
        }
        invariant one_top forall n: Node, m: Node. top[n] and top[m] implies n == m
        lemma tops_are_above forall n: Node, m: Node. top[n] and m != n implies above(n, m)
        """
    assert judged(read(order))["one_top"] == "Unknown"
    assert judged(read(order + "assume one_way forall a: Node, b: Node. not (above(a, b) and above(b, a))")) == {
        "one_top": "Holds",
        "tops_are_above": "Holds",
    }


def test_what_induction_does_not_reach_is_said() -> None:
    text = f"""{GATE}
        final quiet light == red
        leads to gone forall c: Car. passing[c] ~> not passing[c]
        can pass forall c: Car. passing[c]
        """
    text = text.replace("can pass", "can drive")
    answers = prove(read(text)).answers
    assert [type(answer.judgement) for answer in answers] == [NotForAnyNumber] * 3
    assert all(
        "a search of a scope" in answer.judgement.reason
        for answer in answers
        if isinstance(answer.judgement, NotForAnyNumber)
    )


def test_only_what_is_asked_and_what_it_needs_is_tried() -> None:
    protocol = read(LOCK + LOCK_LEMMAS)
    some, every = prove(protocol, only=("one_holder",)), prove(protocol)
    assert [answer.name for answer in some.answers] == ["one_holder"]
    assert isinstance(some.answers[0].judgement, Holds)
    assert some.queries == every.queries  # here it needs all the lemmas
    assert prove(protocol, only=("in_one_way",)).queries <= every.queries


def test_without_individuals_to_prove_it_for() -> None:
    text = 'module tiny "" state a: bool = false invariant never not a'
    found = prove(read(text)).answer("never").judgement
    assert isinstance(found, Holds)
    assert found.how == "inductive by itself"


def test_unknown_names_are_refused() -> None:
    protocol = read(LOCK)
    with pytest.raises(NoSuchName, match="one_holder"):
        prove(protocol, only=("one_older",))
    with pytest.raises(NoSuchName, match="param"):
        prove(protocol, settings={"strict": True})
    for name, value in (("strict", 1), ("care", 3), ("care", True), ("most", -1)):
        with pytest.raises(NoSuchName, match=f"`{name}` has no value"):
            prove(read(GATE), settings={name: value})


def test_the_same_answer_again() -> None:
    protocol = read(SHARDS + SHARD_RULES)
    assert prove(protocol) == prove(protocol)


def test_what_it_takes_to_repeat_it_is_in_the_answer() -> None:
    proofs = prove(read(GATE + "invariant asked count <= 3"), settings={"strict": False}, seconds_per_query=2)
    assert proofs.solver.startswith("z3 4") or proofs.solver.startswith("z3 5")
    assert proofs.limits == "seed 0, 4,000,000 solver steps (about 2 s) a query"
    assert proofs.settings == (("strict", False),)
    assert proofs.free == ("care", "most")


DENSE = """
    module dense "An order in which something is above everything: only infinite worlds have one"
    sort Node
    const less(Node, Node): bool
    assume not_itself forall a: Node. not less(a, a)
    assume chain forall a: Node, b: Node, c: Node. less(a, b) and less(b, c) implies less(a, c)
    assume no_last forall a: Node. exists b: Node. less(a, b)
    state mark[Node]: bool = false
    hidden action set_mark(a: Node) { mark[a] := true }
    invariant unmarked forall a: Node. not mark[a]
    """


def test_a_limit_is_an_unknown_with_its_reason() -> None:
    found = prove(read(DENSE), seconds_per_query=0.1).answer("unmarked").judgement
    assert isinstance(found, Unknown)
    assert found.counterexample is None
    assert found.reason.startswith("at set_mark.SUCCESS: z3 gave up after 200,000 steps")
    assert "allow more seconds" in found.reason

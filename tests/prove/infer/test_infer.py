"""What is inferred is proved when pasted into the text, is the same every time, and is nothing for a wrong text."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.language.load import load, load_text
from checker.language.protocol import Protocol
from checker.prove.answers import Holds
from checker.prove.api import prove
from checker.prove.infer.api import Inferred, infer
from tests.prove.texts import LOCK, SHARD_RULES, SHARDS, read

FOLDER = Path(__file__).parents[2] / "protocols" / "inference"
INFERRED = ("lock_service", "consensus", "shards", "ring_leader", "ticket")


def held(found: Inferred) -> dict[str, bool]:
    return {answer.name: isinstance(answer.judgement, Holds) for answer in found.proofs.answers}


def text_of(name: str) -> str:
    return (FOLDER / f"{name}.mig").read_text(encoding="utf-8")


def parsed(name: str, text: str) -> Protocol:
    protocol, diagnostics = load_text(f"{name}.mig", text)
    assert protocol is not None, [item.message for item in diagnostics]
    return protocol


@pytest.mark.parametrize("name", INFERRED)
def test_the_lemmas_prove_the_text_they_are_pasted_into(name: str) -> None:
    protocol, _ = load(FOLDER / f"{name}.mig")
    assert protocol is not None
    assert not any(isinstance(answer.judgement, Holds) for answer in prove(protocol).answers if name != "shards")
    found = infer(protocol)
    assert set(held(found).values()) == {True}
    pasted = prove(parsed(name, text_of(name) + "\n" + "\n".join(text for _, text in found.lemmas)))
    assert {answer.name for answer in pasted.answers if answer.lemma} == {lemma for lemma, _ in found.lemmas}
    assert all(isinstance(answer.judgement, Holds) for answer in pasted.answers)


@pytest.mark.parametrize("name", ["lock_service", "consensus", "ticket"])
def test_no_lemma_can_be_spared(name: str) -> None:
    found = infer(parsed(name, text_of(name)))
    goals = {answer.name for answer in found.proofs.answers if not answer.lemma}
    for spared, _ in found.lemmas:
        others = "\n".join(text for lemma, text in found.lemmas if lemma != spared)
        answers = prove(parsed(name, text_of(name) + "\n" + others)).answers
        assert any(not isinstance(answer.judgement, Holds) for answer in answers if answer.name in goals)


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("lock_service", "requires asked[c] and free", "requires asked[c]"),
        ("consensus", "requires not voted[n]", ""),
        ("shards", "    owner[n, k] := false\n", ""),
        ("ring_leader", "requires i != id(n) and up_to(id(n), i)", "requires i != id(n)"),
        ("ticket", "requires place[t] == waiting and drawn[t, served]", "requires place[t] == waiting"),
    ],
)
def test_nothing_is_proved_of_a_protocol_with_a_fault(name: str, right: str, wrong: str) -> None:
    text = text_of(name)
    assert right in text
    found = infer(parsed(name, text.replace(right, wrong)))
    goals = [answer for answer in found.proofs.answers if not answer.lemma]
    assert not all(isinstance(answer.judgement, Holds) for answer in goals)
    assert found.broken, "the small scopes show it"


def test_the_same_text_gives_the_same_lemmas() -> None:
    first, second = (infer(parsed("ticket", text_of("ticket"))) for _ in range(2))
    assert first.lemmas == second.lemmas
    assert first.proofs == second.proofs


def test_lemmas_of_the_text_are_used_or_taken_away() -> None:
    protocol = read(SHARDS + SHARD_RULES)
    kept, away = infer(protocol), infer(protocol, keep_lemmas=False)
    assert (kept.lemmas, kept.taken_away) == ((), ())
    assert away.taken_away[0] == "only_the_owner_has_it"
    assert not set(away.taken_away) & set(held(away))
    assert set(held(kept).values()) == set(held(away).values()) == {True}


def test_what_it_took_is_in_the_answer() -> None:
    found = infer(read(LOCK))
    assert found.proofs.solver.startswith("z3 ")
    assert "seed 0" in found.proofs.limits
    assert found.found >= len(found.lemmas) > 0
    assert found.reached > 0


def test_out_of_time_is_unknown() -> None:
    found = infer(read(LOCK), seconds_per_query=0.000001)
    assert not held(found)["one_holder"]
    assert dict(found.left)["one_holder"].startswith("z3 gave up")

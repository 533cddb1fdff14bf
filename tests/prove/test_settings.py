"""Open questions: proved for all answers to them, for some, or for the one that is set."""

from __future__ import annotations

import pytest

from checker.language.protocol import Value
from checker.prove.answers import Fails, Holds, Settings, Unknown
from checker.prove.api import prove
from tests.prove.texts import GATE, SEEN, read


@pytest.mark.parametrize(
    ("formula", "settings"),
    [
        ("passing[c] implies light == green", (("strict", (False,)), ("care", (1, 2)))),
        ("strict implies (passing[c] implies light == green)", None),
        ("not passing[c]", (("care", (1, 2)),)),
        ("not passing[c] or care != full", (("care", (2,)),)),
        ("not passing[c] or most != 1", (("care", (1, 2)), ("most", (1,)))),
        ("light == red", ()),
        # A box is as fine as answers get: this one fails for two of the four corners of the box.
        ("not passing[c] or strict != (care == full)", (("care", (1, 2)),)),
    ],
)
def test_the_settings_it_is_not_proved_for(formula: str, settings: Settings | None) -> None:
    found = prove(read(f"{GATE} invariant asked forall c: Car. {formula}")).answer("asked").judgement
    if settings is None:
        assert isinstance(found, Holds)
    else:
        assert isinstance(found, Unknown)
        assert found.settings == settings


@pytest.mark.parametrize(
    ("fixed", "expected"),
    [({"strict": True}, Holds), ({"care": 0}, Holds), ({"strict": False}, Unknown), ({"most": 0}, Unknown)],
)
def test_settings_can_be_fixed(fixed: dict[str, Value], expected: type) -> None:
    protocol = read(f"{GATE} invariant asked forall c: Car. passing[c] implies light == green")
    found = prove(protocol, settings=fixed).answer("asked").judgement
    assert isinstance(found, expected)
    if isinstance(found, Unknown) and found.counterexample is not None:
        scope = dict(found.counterexample.scope.settings)
        assert scope.get("strict") is False


def test_a_lemma_helps_for_the_settings_it_is_proved_for() -> None:
    proofs = prove(read(SEEN))
    lemma, leaning = proofs.answer("seen_full").judgement, proofs.answer("never_found").judgement
    box = (("rough", (True,)), ("late", (False,)))
    assert isinstance(lemma, Unknown)
    assert lemma.settings == box
    assert isinstance(leaning, Unknown)
    assert leaning.settings == box
    assert leaning.reason == "inductive only together with `seen_full`, not proved"
    assert isinstance(prove(read(SEEN), settings={"late": True}).answer("never_found").judgement, Holds)


def test_it_is_false_at_the_start_for_some_settings() -> None:
    text = """
        module start ""
        param wide = false
        state lane: int[1..2] = if wide then 2 else 1
        hidden action stay() { }
        invariant narrow lane == 1
        """
    protocol = read(text)
    found = prove(protocol).answer("narrow").judgement
    assert isinstance(found, Fails)
    assert found.settings == (("wide", (True,)),)
    assert dict(found.counterexample.scope.settings) == {"wide": True}
    assert isinstance(prove(protocol, settings={"wide": False}).answer("narrow").judgement, Holds)

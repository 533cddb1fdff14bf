"""Identifiers in exported texts: safe in their language, and no two things with one name."""

from __future__ import annotations

import re

from hypothesis import given, strategies as st

from checker.explore.explore import explore
from checker.export import keywords
from checker.export.export import TARGETS, export
from checker.export.names import Names
from checker.model.scope import declared_scope
from tests.agreement import smv_reader, tla_reader
from tests.agreement.test_smv import ours as ours_smv, outside as outside_smv
from tests.agreement.test_tla import ours as ours_tla, outside as outside_tla
from tests.explore.made import text_protocol
from tests.export.awkward import AWKWARD

WORDS = st.lists(st.text("ab_1-$ é", max_size=4), min_size=1, max_size=3)


@given(st.lists(st.tuples(st.sampled_from(["cell", "step", "sort"]), WORDS), max_size=12))
def test_names_are_safe_and_no_two_alike(asked: list[tuple[str, list[str]]]) -> None:
    names = Names(["a", "b", "a_b", "cell_a"])
    found = {(kind, *words): names.of(kind, *words) for kind, words in asked}
    assert len(set(found.values())) == len(found)
    assert all(re.fullmatch("[A-Za-z][A-Za-z0-9_]*", name) for name in found.values())
    assert not set(found.values()) & {"a", "b", "a_b", "cell_a"}
    assert found == {(kind, *words): names.of(kind, *words) for kind, words in asked}


def test_awkward_names_mean_the_same_in_smv_and_tla() -> None:
    text = text_protocol(AWKWARD)
    scope = declared_scope(text)
    ((_, smv),) = export(text, scope, "smv").files
    assert outside_smv(smv_reader.read(smv)) == ours_smv(text, explore(text, scope, symmetry=False))
    (_, module), (_, config) = export(text, scope, "tla").files
    states, steps, failing = outside_tla(tla_reader.read(module, config), text)
    assert (states, steps) == ours_tla(text, scope)[:2]
    assert len(failing) == len(ours_tla(text, scope)[2])


def test_no_name_is_a_word_of_the_language() -> None:
    text = text_protocol(AWKWARD)
    (_, source), *_ = export(text, declared_scope(text), "promela").files
    declared = re.findall(r"^(?:#define|bool|byte|short) (\w+)", source, re.MULTILINE)
    assert len(declared) == len(set(declared)) > 8
    assert set(declared) & set(keywords.PROMELA.split()) == {"faults", "started"}  # the text's own


def test_what_cannot_be_said_is_said() -> None:
    text = text_protocol(AWKWARD)
    for target in TARGETS:
        exported = export(text, declared_scope(text), target)
        for sentence in exported.left_out:
            assert f"Not as in the text: {sentence}." in exported.files[0][1]
        named = {prop.name for prop in text.properties}
        told = {name for name in named if any(name in sentence for sentence in exported.left_out)}
        assert told == {"promela": {"eventually", "until"}, "tla": {"eventually"}, "smv": set()}[target]

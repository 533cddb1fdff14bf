"""`switchover infer`: lemmas that can be pasted, the answer in JSON, and its exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.report.schemas import schema
from tests.cli.run import switchover
from tests.prove.texts import LOCK, LOCK_LEMMAS

jsonschema = pytest.importorskip("jsonschema")


def test_what_is_printed_can_be_pasted(tmp_path: Path) -> None:
    (tmp_path / "lock.mig").write_text(LOCK, encoding="utf-8")
    answer = switchover("infer", "--spec", "lock.mig", cwd=tmp_path)
    assert answer.code == 0, answer
    assert "lock for any number of Client: 1 of 1 property proved" in answer.out
    lemmas = answer.out[answer.out.index("\nlemma ") :]
    (tmp_path / "more.mig").write_text(LOCK + lemmas, encoding="utf-8")
    assert switchover("prove", "--spec", "more.mig", cwd=tmp_path).code == 0


def test_json(tmp_path: Path) -> None:
    (tmp_path / "lock.mig").write_text(LOCK + LOCK_LEMMAS, encoding="utf-8")
    answer = switchover("infer", "--spec", "lock.mig", "--without-lemmas", "--json", cwd=tmp_path)
    jsonschema.Draft202012Validator(schema("infer")).validate(answer.json)
    (found,) = answer.json["inferences"]
    assert answer.json["exit"] == answer.code == 0
    assert found["taken_away"] == ["one_place", "free_means_home", "in_one_way"]
    assert any("one_holder" in lemma["needed_by"] for lemma in found["lemmas"])


def test_a_fault_fails_with_the_run_to_it(tmp_path: Path) -> None:
    (tmp_path / "lock.mig").write_text(LOCK.replace("requires free\n", ""), encoding="utf-8")
    answer = switchover("infer", "--spec", "lock.mig", cwd=tmp_path)
    assert answer.code == 1, answer
    assert "must pass" in answer.out

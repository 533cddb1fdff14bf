"""`prove --certificate` and `verify-certificate`: what they write, say, and end with."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import jsonschema
import pytest

from checker.report.schemas import schema
from tests.cli.run import LOCK, Answer, switchover


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the lock's text, and certificates of it: as it is, as it holds, and changed in one word."""
    folder = tmp_path_factory.mktemp("certificates")
    (folder / "lock.mig").write_text(LOCK, encoding="utf-8")
    (folder / "other.mig").write_text(LOCK.replace("    requires held[w] @ L-2\n", ""), encoding="utf-8")
    (folder / "loop.mig").write_text(LOCK.replace("module lock", "module loop"), encoding="utf-8")
    polite = ("--set", "polite=true")
    answer = switchover("prove", "--spec", "lock.mig", *polite, "--certificate", "lock.smt2", cwd=folder)
    assert answer.code == 0, answer
    assert "certificate  lock.smt2: 1 property, 3 obligations" in answer.out
    text = (folder / "lock.smt2").read_text(encoding="ascii")
    (folder / "bad.smt2").write_text(text.replace("(ite (= $0 w) true", "(ite (= $0 w) false"), encoding="ascii")
    return folder


def verify(place: Path, *arguments: str) -> Answer:
    return switchover("verify-certificate", *arguments, cwd=place)


def test_a_certificate_is_certified(place: Path) -> None:
    answer = verify(place, "lock.smt2", "--spec", "lock.mig")
    assert answer.code == 0, answer
    assert "lock.smt2 about lock: 1 of 1 property certified" in answer.out
    assert "settings     polite = true" in answer.out
    assert "3 of 3 obligations unsat" in answer.out
    assert "certified invariant one_holder  3 obligations by cvc5" in answer.out


def test_a_changed_one_is_refused_with_its_line(place: Path) -> None:
    answer = verify(place, "bad.smt2", "--spec", "lock.mig")
    assert answer.code == 1
    lines = (place / "bad.smt2").read_text(encoding="ascii").splitlines()
    wrong = next(at for at, line in enumerate(lines, 1) if "false (held $0)" in line)
    assert "bad.smt2: refused" in answer.out
    assert f"line {wrong}  take.SUCCESS, what becomes of held is not what the text says" in answer.out
    assert "certified" not in answer.out


def test_one_about_another_text_is_refused(place: Path) -> None:
    answer = verify(place, "lock.smt2", "--spec", "other.mig")
    assert answer.code == 1
    assert "it is about another text of `lock`" in answer.out
    answer = verify(place, "lock.smt2", "--spec", "loop.mig")
    assert answer.code == 1
    assert "it is about `lock`, not about `loop`" in answer.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("lock.mig",), "lock.mig:1: expected a command in brackets"),
        (("nowhere.smt2",), "cannot read nowhere.smt2: no such file"),
        (("lock.smt2",), "is about a protocol named lock, and here are migration, switch"),
        (("lock.smt2", "--spec", "lock.mig", "--solver", "no-such-solver"), "there is no program no-such-solver"),
        (("lock.smt2", "--spec", "lock.mig", "--solver", "echo"), "says neither sat nor unsat"),
        (("lock.smt2", "--spec", "lock.mig", "--solver", "'"), "--solver"),
        ((), "Missing argument"),
    ],
)
def test_what_cannot_be_read_is_said(place: Path, arguments: tuple[str, ...], said: str) -> None:
    answer = verify(place, *arguments)
    assert answer.code == 2, answer
    assert said in answer.err


def test_without_a_second_solver_it_is_unknown(place: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u\nfind = u.find_spec\n"
        "u.find_spec = lambda name, package=None: None if name == 'cvc5' else find(name, package)\n",
        encoding="utf-8",
    )
    env = {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    answer = switchover("verify-certificate", "lock.smt2", "--spec", "lock.mig", cwd=place, env=env)
    assert answer.code == 4, answer
    assert "unknown   invariant one_holder  no second solver is installed" in answer.out
    assert "switchover[certificates]" in answer.out


def test_what_is_not_proved_is_not_certified(place: Path) -> None:
    answer = switchover("prove", "--spec", "lock.mig", "--certificate", "open.smt2", cwd=place)
    assert answer.code == 1
    answer = verify(place, "open.smt2", "--spec", "lock.mig")
    assert answer.code == 4
    assert "unknown   invariant one_holder  the certificate does not claim it" in answer.out


def test_json_is_as_the_schema_says_and_the_same_twice(place: Path) -> None:
    arguments = ("lock.smt2", "bad.smt2", "--spec", "lock.mig", "--json")
    answer = verify(place, *arguments)
    document = json.loads(answer.out)
    jsonschema.Draft202012Validator(schema("verify-certificate")).validate(document)
    assert document["exit"] == answer.code == 1
    assert [found["refusal"] is None for found in document["certificates"]] == [True, False]
    assert verify(place, *arguments).out == answer.out


def test_several_protocols_are_several_files(place: Path) -> None:
    both = ("--spec", "lock.mig", "--spec", "loop.mig", "--set", "polite=true")
    answer = switchover("prove", *both, "--certificate", "both.smt2", "--json", cwd=place)
    assert answer.code == 0
    written = [proof["certificate"]["file"] for proof in answer.json["proofs"]]
    assert written == ["both.lock.smt2", "both.loop.smt2"]
    assert verify(place, *written, "--spec", "lock.mig", "--spec", "loop.mig").code == 0
    assert (place / "both.lock.smt2").read_bytes() == (place / "lock.smt2").read_bytes()


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("missing/x.smt2", "there is no folder missing"),
        (".", "is a folder"),
        ("lock.mig", "would replace a protocol's text"),
    ],
)
def test_a_certificate_that_cannot_be_written_is_said_first(place: Path, file: str, said: str) -> None:
    answer = switchover("prove", "--spec", "lock.mig", "--certificate", file, cwd=place)
    assert answer.code == 2
    assert said in answer.err
    assert answer.out == ""

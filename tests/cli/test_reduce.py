"""`switchover reduce`: a smaller recording under other names, and nothing written that was not proved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker.report.schemas import schema
from tests.cli.run import events, switchover

jsonschema = pytest.importorskip("jsonschema")

SPEC = ("--spec", "lock.mig")


def test_reduces_renames_and_proves(place: Path) -> None:
    steps = ["take ann", "give ann"] * 5 + ["take ann", "take bob", "give ann", "give bob"]
    (place / "long.jsonl").write_text(events(*steps), encoding="utf-8")
    answer = switchover("reduce", "long.jsonl", "-o", "out.jsonl", *SPEC, cwd=place)
    assert answer.code == 0
    assert "L-1" in answer.out
    lines = [json.loads(line) for line in (place / "out.jsonl").read_text().splitlines()]
    assert [line.get("event") for line in lines] == [None, "TAKE", "TAKE"]
    text = (place / "out.jsonl").read_text()
    assert "ann" not in text
    assert "bob" not in text
    again = switchover("check", "out.jsonl", *SPEC, "--json", cwd=place)
    (part,) = again.json["recordings"][0]["verdict"]["parts"]
    assert (again.code, part["findings"][0]["rules"]) == (1, ["L-1"])


def test_names_are_kept_on_request(place: Path) -> None:
    answer = switchover("reduce", "bad.jsonl", "-o", "out.jsonl", "--keep-names", *SPEC, cwd=place)
    assert answer.code == 0
    assert "bob" in (place / "out.jsonl").read_text()


def test_json(place: Path) -> None:
    answer = switchover("reduce", "bad.jsonl", "-o", "out.jsonl", "--json", *SPEC, cwd=place)
    jsonschema.validate(answer.json, schema("reduce"))
    assert answer.json["rules"] == ["L-1"]
    assert (answer.json["events"], answer.json["events_before"]) == (2, 4)
    assert {each["kind"] for each in answer.json["renamed"]} == {"Worker", "host", "log"}
    assert answer.json["minimal"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("good.jsonl", "-o", "out.jsonl"), "breaks no rule"),
        (("nothing.jsonl", "-o", "out.jsonl"), "no such file"),
        (("bad.jsonl", "-o", "bad.jsonl"), "is the recording itself"),
        (("bad.jsonl", "-o", "nowhere/out.jsonl"), "cannot write"),
        (("bad.jsonl",), "--out"),
    ],
)
def test_bad_command_lines(place: Path, arguments: tuple[str, ...], said: str) -> None:
    before = (place / "bad.jsonl").read_text()
    answer = switchover("reduce", *arguments, *SPEC, cwd=place)
    assert answer.code == 2
    assert said in answer.err
    assert (place / "bad.jsonl").read_text() == before
    assert not (place / "out.jsonl").exists()


def test_a_damaged_recording_is_not_reduced(place: Path) -> None:
    (place / "torn.jsonl").write_text((place / "bad.jsonl").read_text() + "{oops\n", encoding="utf-8")
    answer = switchover("reduce", "torn.jsonl", "-o", "out.jsonl", *SPEC, cwd=place)
    assert answer.code == 2
    assert "torn.jsonl:6" in answer.err

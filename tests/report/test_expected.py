"""`NAME.verdict.json`: what it may say, and every way in which a verdict can be another."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from checker.report.expected import NotExpected, beside, differences, expected
from checker.trace.verdict import Verdict
from tests.report import made

RIGHT = {
    "verdict": "violates", "event": "lock.jsonl:3", "rules": ["L-1"], "action": "take(bob)", "obligations": 0,
    "assumed": 0, "left_out": 0,
}  # fmt: skip


def told(got: Verdict, **wanted: object) -> tuple[str, ...]:
    return differences(expected(json.dumps({"verdict": got.kind.value} | wanted)), got)


def test_all_as_expected() -> None:
    assert told(made.VIOLATES, **RIGHT) == ()


@pytest.mark.parametrize(
    ("member", "value", "message"),
    [
        ("verdict", "conforms", "expected conforms, got violates"),
        ("event", "lock.jsonl:2", "expected the first unexplained event at lock.jsonl:2, got lock.jsonl:3"),
        ("rules", ["L-1", "L-2"], "expected L-1 L-2 to blame, got L-1"),
        ("action", "give(bob)", "expected it read as give(bob), got take(bob)"),
        ("obligations", 1, "expected 1 open obligations, got 0"),
        ("assumed", 2, "expected 2 assumed orders, got 0"),
        ("left_out", 3, "expected 3 records left out, got 0"),
    ],
)
def test_each_difference_is_told(member: str, value: object, message: str) -> None:
    assert told(made.VIOLATES, **RIGHT | {member: value}) == (message,)


def test_what_is_not_said_may_be_anything() -> None:
    assert told(made.VIOLATES) == ()
    assert told(made.CONFORMS_IF) == ()


def test_a_place_is_a_name_not_a_path() -> None:
    event = replace(made.SECOND, origin=replace(made.SECOND.origin, file="/somewhere/else/lock.jsonl"))
    finding = replace(made.FINDING, event=event)
    moved = replace(made.VIOLATES, parts=(replace(made.PART, findings=(finding,)),))
    assert told(moved, event="lock.jsonl:3") == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ("[]", "an object with a member `verdict`"),
        ("{}", "an object with a member `verdict`"),
        ('{"verdict": "fine"}', "'verdict' cannot be"),
        ('{"verdict": "conforms", "mood": 1}', "'mood' means nothing here"),
        ('{"verdict": "conforms", "rules": "L-1"}', "'rules' cannot be"),
        ('{"verdict": "conforms", "left_out": true}', "'left_out' cannot be"),
        ('{"verdict": "conforms", "left_out": -1}', "'left_out' cannot be"),
    ],
)
def test_a_wrong_file_is_said_to_be_wrong(text: str, message: str) -> None:
    with pytest.raises(NotExpected, match=message):
        expected(text)


def test_it_stands_beside_the_recording(tmp_path: Path) -> None:
    assert beside(Path("a/one.jsonl")) == Path("a/one.verdict.json")
    assert beside(Path("a/one.evtx")) == Path("a/one.verdict.json")
    (tmp_path / "v1.two").mkdir()
    assert beside(tmp_path / "v1.two") == tmp_path / "v1.two.verdict.json"

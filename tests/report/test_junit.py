"""JUnit XML: who reads it counts what fails, and never counts what is not known as passed."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from checker.report.documents import Recording
from checker.report.expected import Expected
from checker.report.junit import junit_text
from checker.trace.verdict import Verdict, VerdictKind
from tests.report import two_hosts


def read(*recordings: Recording, strict: bool = False, not_judged: int = 0) -> ElementTree.Element:
    text = junit_text(recordings, two_hosts.PROTOCOLS, strict=strict, not_judged=not_judged)
    assert text.isascii()
    return ElementTree.fromstring(text.encode())  # noqa: S314  # our own


def counts(root: ElementTree.Element) -> tuple[int, ...]:
    return tuple(int(root.get(name)) for name in ("tests", "failures", "errors", "skipped"))


@pytest.mark.parametrize(
    ("verdict", "strict", "wanted"),
    [
        (two_hosts.VIOLATES, False, (2, 1, 0, 0)),
        (two_hosts.CONFORMS, False, (2, 0, 0, 0)),
        (two_hosts.CONFORMS_IF, False, (2, 0, 0, 0)),
        (two_hosts.CONFORMS_IF, True, (2, 1, 0, 0)),
        (two_hosts.UNFINISHED, True, (2, 1, 0, 0)),
        (two_hosts.UNKNOWN, False, (2, 0, 0, 2)),
        (two_hosts.UNREADABLE, False, (1, 0, 1, 0)),
    ],
)
def test_each_verdict_is_counted(verdict: Verdict, strict: bool, wanted: tuple[int, ...]) -> None:
    root = read(Recording(verdict, None, ()), strict=strict)
    assert counts(root) == wanted
    assert counts(root.find("testsuite")) == wanted


def test_a_failure_says_what_must_be_known() -> None:
    failure = read(*two_hosts.alone(two_hosts.VIOLATES)).find(".//failure")
    assert failure.get("message").startswith("TAKE (b 2) is not possible here")
    for wanted in ("b.jsonl:3", "One holder at a time.", "the switch's duty", "give(EAST)"):
        assert wanted in failure.text


def test_a_case_for_each_protocol_and_host() -> None:
    parts = (two_hosts.PART, replace(two_hosts.EXPLAINED, host="WEST"))
    root = read(*two_hosts.alone(replace(two_hosts.VIOLATES, parts=parts)))
    names = [case.get("name") for case in root.iter("testcase")]
    assert names == ["the recording as a whole", "lock: A lock", "lock: A lock, WEST alone"]
    assert counts(root) == (3, 1, 0, 0)


def test_what_is_not_known_is_skipped_with_its_reason() -> None:
    skipped = list(read(*two_hosts.alone(two_hosts.UNKNOWN)).iter("skipped"))
    assert all("o time was left" in each.get("message") for each in skipped)


def test_the_whole_roster_is_told() -> None:
    found = {
        each.get("name"): each.get("value") for each in read(*two_hosts.alone(two_hosts.VIOLATES)).iter("property")
    }
    assert found["lock: L-1"] == "broken: by bob"
    assert found["lock: L-2"] == "not observable: no log records it"
    assert found["lock: roster"] == "1 broken, 1 not observable"


def test_a_violation_that_is_expected_passes_and_another_does_not() -> None:
    expected = Expected(VerdictKind.VIOLATES)
    assert counts(read(Recording(two_hosts.VIOLATES, expected, ()))) == (2, 0, 0, 0)
    root = read(Recording(two_hosts.VIOLATES, expected, ("expected another event",)))
    assert counts(root) == (2, 1, 0, 0)
    assert root.find(".//failure").get("message") == "expected another event"


def test_what_was_left_at_ctrl_c_is_skipped() -> None:
    root = read(*two_hosts.alone(two_hosts.CONFORMS), not_judged=3)
    assert counts(root) == (3, 0, 0, 1)


@pytest.mark.parametrize("value", two_hosts.HOSTILE)
def test_hostile_values_are_text_in_well_formed_xml(value: str) -> None:
    root = read(*two_hosts.alone(two_hosts.hostile(value)))
    assert {each.tag for each in root.iter()} <= {
        "testsuites", "testsuite", "properties", "property", "testcase", "failure", "system-out",
    }  # fmt: skip
    text = "".join(root.itertext()) + "".join(text for each in root.iter() for text in each.attrib.values())
    assert all(letter.isprintable() or letter == "\n" for letter in text)

"""The reports that `check` writes into files, together or alone, and every way to ask for them wrongly."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from checker.cli.common import UserError
from checker.cli.reports import Reports, Told
from tests.cli.run import switchover


def test_all_reports_are_written_beside_the_answer(place: Path) -> None:
    options = ("--html", "r.html", "--sarif", "r.sarif", "--junit", "r.xml")
    answer = switchover("check", "bad.jsonl", "--spec", "lock.mig", *options, cwd=place)
    assert answer.code == 1
    assert answer.out.startswith("violates  bad")
    page = (place / "r.html").read_text(encoding="utf-8")
    assert "On A, " in page
    assert "One holder at a time." in page
    assert str(place) not in page
    run = json.loads((place / "r.sarif").read_text(encoding="utf-8"))["runs"][0]
    assert [(each["ruleId"], each["level"]) for each in run["results"]] == [("L-1", "error")] * 2
    assert run["invocations"][0]["exitCode"] == 1
    suites = ElementTree.parse(place / "r.xml").getroot()  # noqa: S314  # our own
    assert (suites.get("failures"), suites.get("errors")) == ("1", "0")
    assert sorted(path.name for path in place.iterdir() if path.name.startswith((".", "r."))) == [
        "r.html", "r.sarif", "r.xml",
    ]  # fmt: skip


def test_a_file_that_exists_is_replaced(place: Path) -> None:
    (place / "r.xml").write_text("x" * 100_000, encoding="utf-8")
    assert switchover("check", "good.jsonl", "--spec", "lock.mig", "--junit", "r.xml", cwd=place).code == 0
    assert (place / "r.xml").read_text(encoding="utf-8").startswith("<?xml")


def test_standard_output_takes_one(place: Path) -> None:
    answer = switchover("check", "bad.jsonl", "--spec", "lock.mig", "--html", "-", "--junit", "r.xml", cwd=place)
    assert answer.code == 1
    assert answer.out.startswith("<!DOCTYPE html>")
    assert answer.out.endswith("</html>\n")


def test_json_and_files_go_together(place: Path) -> None:
    answer = switchover("check", "good.jsonl", "--spec", "lock.mig", "--json", "--html", "r.html", cwd=place)
    assert answer.json["recordings"][0]["verdict"]["kind"] == "conforms"
    assert [log["name"] for log in answer.json["recordings"][0]["verdict"]["logs"]] == ["a"]
    assert (place / "r.html").is_file()


def test_many_recordings_are_all_in_each_report(place: Path) -> None:
    folder = place / "many"
    folder.mkdir()
    for name in ("bad", "good"):
        (place / f"{name}.jsonl").rename(folder / f"{name}.jsonl")
    (folder / "bad.verdict.json").write_text('{"verdict": "violates"}', encoding="utf-8")
    options = ("--html", "r.html", "--sarif", "r.sarif", "--junit", "r.xml")
    answer = switchover("check", "many", "--spec", "lock.mig", *options, cwd=place)
    assert answer.code == 0
    page = (place / "r.html").read_text(encoding="utf-8")
    assert page.count("<article") == 2
    assert "as expected" in page
    results = json.loads((place / "r.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    assert {each["properties"]["recording"] for each in results} == {"bad"}
    assert {each["suppressions"][0]["kind"] for each in results} == {"external"}
    suites = ElementTree.parse(place / "r.xml").getroot()  # noqa: S314  # our own
    assert [suite.get("name") for suite in suites] == ["bad", "good"]
    assert suites.get("failures") == "0"


def test_strict_makes_a_condition_a_failure(place: Path) -> None:
    header = '{"switchover": 1, "log": "a", "host": "A", "source": "oid", "begins": "empty", "ends": "open"}\n'
    (place / "open.jsonl").write_text(header + '{"event": "TAKE", "Who": "ann"}\n', encoding="utf-8")
    arguments = ("check", "open.jsonl", "--spec", "lock.mig", "--junit", "-")
    relaxed, strict = switchover(*arguments, cwd=place), switchover(*arguments, "--strict", cwd=place)
    assert (relaxed.code, strict.code) == (0, 3)
    assert 'failures="0"' in relaxed.out
    assert 'failures="1"' in strict.out


@pytest.mark.parametrize(
    ("html", "sarif", "junit", "json_too", "told"),
    [
        ("gone/r.html", None, None, False, "there is no folder gone"),
        (".", None, None, False, "--html . is a folder"),
        ("-", "-", None, False, "--html and --sarif cannot both go to standard output"),
        (None, None, "-", True, "--junit and --json cannot both go to standard output"),
        ("r", "./r", None, False, "--html and --sarif name the same file"),
    ],
)
def test_what_cannot_be_written_is_known_before(
    html: str | None, sarif: str | None, junit: str | None, json_too: bool, told: str,
    place: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(place)
    paths = [None if name is None else Path(name) for name in (html, sarif, junit)]
    with pytest.raises(UserError, match=re.escape(told)):
        Reports(*paths).check(json=json_too)


@pytest.mark.parametrize("name", ["bad.jsonl", "lock.mig"])
def test_what_is_read_is_not_replaced(name: str, place: Path) -> None:
    before = (place / name).read_bytes()
    answer = switchover("check", "bad.jsonl", "--spec", "lock.mig", "--sarif", f"./{name}", cwd=place)
    assert (answer.code, answer.out) == (2, "")
    assert "would replace a file that is read" in answer.err
    assert (place / name).read_bytes() == before


def test_a_disk_that_refuses_is_said(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    (place / "r.xml").write_text("before", encoding="utf-8")
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UserError, match=r"cannot write .*r\.xml: no space left on device"):
        Reports(None, None, place / "r.xml").write(Told((), {}, 0, 0, strict=False))
    assert (place / "r.xml").read_text(encoding="utf-8") == "before"

"""What each command answers about a small protocol: in words, in JSON as published, and by its exit code."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from checker.report.schemas import DOCUMENTS
from tests.cli.run import LOCK, Answer, events, switchover


def valid(answer: Answer, name: str, place: Path) -> dict[str, object]:
    """The answer in JSON, held to the schema that `switchover schema` publishes."""
    schema = switchover("schema", name, cwd=place).json
    jsonschema.Draft202012Validator(schema).validate(answer.json)
    read = answer.json
    assert read["switchover"] == name
    assert str(place) not in answer.out
    return dict(read)


# -------------------------------------------------------------------------------------------------------------- check


def test_a_recording_that_conforms(place: Path) -> None:
    answer = switchover("check", "good.jsonl", "--spec", "lock.mig", cwd=place)
    assert answer.code == 0
    assert answer.out.startswith("conforms  good: 4 events, held to lock")


def test_a_recording_that_violates(place: Path) -> None:
    answer = switchover("check", "bad.jsonl", "--spec", "lock.mig", cwd=place)
    assert answer.code == 1
    assert answer.out.startswith("violates  bad: 4 events, held to lock")
    assert "bad.jsonl:3  TAKE Who=bob" in answer.out
    assert "One holder at a time.  (the switch's duty)" in answer.out
    assert "https://example.org/locks" in answer.out
    assert len(answer.out.splitlines()) <= 24


def test_a_reading_of_an_open_question_changes_the_verdict(place: Path) -> None:
    """The guard is gone, the step is possible; what it was for is broken."""
    answer = switchover("check", "bad.jsonl", "--spec", "lock.mig", "--set", "polite=false", cwd=place)
    assert answer.code == 1
    assert "one_holder does not hold" in answer.out
    assert "not possible here" not in answer.out


def test_a_rule_can_be_left_out(place: Path) -> None:
    answer = switchover("check", "bad.jsonl", "--spec", "lock.mig", "--without", "L-1", cwd=place)
    assert "one_holder does not hold" in answer.out
    assert "not possible here" not in answer.out


def test_an_unfinished_recording_is_strictly_no_yes(place: Path) -> None:
    (place / "half.jsonl").write_text(events("take ann", header={"ends": "open"}), encoding="utf-8")
    loose = switchover("check", "half.jsonl", "--spec", "lock.mig", cwd=place)
    strict = switchover("check", "half.jsonl", "--spec", "lock.mig", "--strict", cwd=place)
    assert loose.out.startswith(("unfinished", "conforms"))
    assert (loose.code, strict.code) == (0, 3 if loose.out.startswith("unfinished") else 0)


def test_verdicts_in_json(place: Path) -> None:
    good = valid(switchover("check", "good.jsonl", "--spec", "lock.mig", "--json", cwd=place), "check", place)
    bad = valid(switchover("check", "bad.jsonl", "--spec", "lock.mig", "--json", cwd=place), "check", place)
    assert (good["exit"], bad["exit"]) == (0, 1)


def test_json_is_the_same_every_time(place: Path) -> None:
    arguments = ("check", "bad.jsonl", "--spec", "lock.mig", "--json")
    assert switchover(*arguments, cwd=place).out == switchover(*arguments, cwd=place).out


def test_a_folder_is_one_line_a_recording(place: Path) -> None:
    (place / "good.verdict.json").write_text('{"verdict": "conforms"}', encoding="utf-8")
    (place / "bad.verdict.json").write_text(
        '{"verdict": "violates", "event": "bad.jsonl:3", "rules": ["L-1"]}', encoding="utf-8"
    )
    answer = switchover("check", ".", "--spec", "lock.mig", cwd=place)
    assert answer.code == 0, answer
    lines = answer.out.splitlines()
    assert lines[0].startswith("expected  bad   violates")
    assert lines[1].startswith("expected  good  conforms")
    assert lines[-1] == "2 recordings: 2 as expected"


def test_a_folder_with_a_verdict_beside_it_is_one_recording(place: Path) -> None:
    folder = place / "pair"
    folder.mkdir()
    for name in ("good", "bad"):
        (place / f"{name}.jsonl").rename(folder / f"{name}.jsonl")
    assert len(switchover("check", "pair", "--spec", "lock.mig", "--json", cwd=place).json["recordings"]) == 2
    (place / "pair.verdict.json").write_text('{"verdict": "violates"}', encoding="utf-8")
    together = switchover("check", "pair", "--spec", "lock.mig", "--json", cwd=place).json["recordings"]
    assert [item["verdict"]["trace"] for item in together] == ["pair"]


def test_another_verdict_than_expected_fails(place: Path) -> None:
    (place / "good.verdict.json").write_text('{"verdict": "violates"}', encoding="utf-8")
    answer = switchover("check", ".", "--spec", "lock.mig", cwd=place)
    assert answer.code == 1
    assert "expected violates, got conforms" in answer.out
    recordings = valid(switchover("check", ".", "--spec", "lock.mig", "--json", cwd=place), "check", place)[
        "recordings"
    ]
    assert isinstance(recordings, list)
    assert [item["differences"] for item in recordings] == [[], ["expected violates, got conforms"]]


def test_an_expectation_that_says_nothing_is_a_mistake(place: Path) -> None:
    (place / "good.verdict.json").write_text('{"mood": "good"}', encoding="utf-8")
    answer = switchover("check", ".", "--spec", "lock.mig", cwd=place)
    assert answer.code == 2
    assert "good.verdict.json does not say what its recording must get" in answer.err


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("empty.jsonl", b"", "empty"),
        ("binary.jsonl", b"\x00\x01\x02\xff" * 100, "binary.jsonl"),
        ("cut.jsonl", events("take ann").encode()[:-20], "cut.jsonl:2"),
        ("strange.jsonl", b'{"a": 1}\n', "strange.jsonl:1"),
        ("unknown.txt", b"hello\n", "unknown.txt"),
    ],
)
def test_an_unreadable_recording_is_told_with_its_place(name: str, content: bytes, told: str, place: Path) -> None:
    (place / name).write_bytes(content)
    answer = switchover("check", name, "--spec", "lock.mig", cwd=place)
    assert answer.code == 2, answer
    assert answer.out.startswith("unreadable")
    assert told in answer.out
    valid(switchover("check", name, "--spec", "lock.mig", "--json", cwd=place), "check", place)


def test_a_missing_recording_is_told(place: Path) -> None:
    answer = switchover("check", "god.jsonl", "--spec", "lock.mig", cwd=place)
    assert answer.code == 2
    assert "no such file" in answer.out
    assert "good.jsonl" in answer.out


def test_what_could_be_read_of_a_damaged_recording_is_judged(place: Path) -> None:
    whole = events("take ann", "give ann").splitlines(keepends=True)
    (place / "hurt.jsonl").write_text("".join([*whole, "{broken\n"]), encoding="utf-8")
    answer = switchover("check", "hurt.jsonl", "--spec", "lock.mig", cwd=place)
    assert answer.code == 2
    assert "1 record could not be read" in answer.out
    assert "conforms" in answer.out


def test_a_recording_cannot_steer_the_terminal(place: Path) -> None:
    text = events("take ann").replace('"ann"', json.dumps("\x1b[2J\u202e[bold red]"))
    (place / "evil.jsonl").write_text(text + text.splitlines()[1] + "\n", encoding="utf-8")
    answer = switchover("check", "evil.jsonl", "--spec", "lock.mig", cwd=place, env={"NO_COLOR": "1"})
    assert "\x1b" not in answer.out
    assert "\u202e" not in answer.out
    assert "[bold red]" in answer.out


# ------------------------------------------------------------------------------------------------- explore and prove


def test_a_scope_in_which_everything_holds(place: Path) -> None:
    answer = switchover("explore", "--spec", "lock.mig", cwd=place)
    assert answer.code == 0, answer
    assert "lock in scope small (Worker = 2, faults = 0): 2 states" in answer.out
    assert "holds   invariant one_holder" in answer.out


def test_a_failure_is_shown_with_a_run_that_can_be_pasted_back(place: Path) -> None:
    answer = switchover("explore", "--spec", "lock.mig", "--set", "polite=false", cwd=place)
    assert answer.code == 1
    assert "fails   invariant one_holder" in answer.out
    rows = [row.strip() for row in answer.out.splitlines()]
    start = next(at for at, row in enumerate(rows) if row.startswith("scope one_holder_fails_scope"))
    block = rows[start : rows.index("}", start) + 1]
    assert "take(worker1)  take(worker2)" in block
    (place / "again.mig").write_text(LOCK + "\n" + "\n".join(block) + "\n", encoding="utf-8")
    assert switchover("lint", "again.mig", cwd=place).code == 0


def test_sizes_by_hand(place: Path) -> None:
    answer = switchover("explore", "--spec", "lock.mig", "--scope", "Worker=5", cwd=place)
    assert "lock in scope Worker=5,faults=0" in answer.out


def test_a_limit_makes_the_answer_unknown(place: Path) -> None:
    answer = switchover("explore", "--spec", "lock.mig", "--scope", "Worker=5", "--limit", "1", cwd=place)
    assert answer.code == 4
    assert "unknown invariant one_holder" in answer.out
    assert "holds" not in answer.out


def test_searches_and_proofs_in_json(place: Path) -> None:
    found = valid(switchover("explore", "--spec", "lock.mig", "--json", cwd=place), "explore", place)
    proofs = valid(switchover("prove", "--spec", "lock.mig", "--json", cwd=place), "prove", place)
    rude = ("--spec", "lock.mig", "--set", "polite=false", "--json")
    valid(switchover("explore", *rude, cwd=place), "explore", place)
    valid(switchover("prove", *rude, cwd=place), "prove", place)
    assert (found["exit"], proofs["exit"]) == (0, 1)


def test_a_proof_for_any_number(place: Path) -> None:
    answer = switchover("prove", "--spec", "lock.mig", "--set", "polite=true", cwd=place)
    assert answer.code == 0, answer
    assert "lock for any number of Worker: 1 of 1 property proved" in answer.out
    assert "holds   invariant one_holder  inductive by itself" in answer.out


def test_a_proof_that_fails_shows_the_state_and_the_run_to_it(place: Path) -> None:
    answer = switchover("prove", "--spec", "lock.mig", "--set", "polite=false", cwd=place)
    assert answer.code == 1, answer
    assert "fails   invariant one_holder" in answer.out
    assert "a search of this scope gets to that state" in answer.out
    assert "take(worker1)  take(worker2)" in answer.out


def test_a_proof_that_fails_on_a_state_no_run_gets_to_is_unknown(place: Path) -> None:
    text = 'module stuck "Stuck"\nstate a: bool = false\nstate b: bool = false\n'
    text += "action x() { requires a  b := true }\naction y() { requires b  a := false }\ninvariant fine not b\n"
    (place / "stuck.mig").write_text(text, encoding="utf-8")
    answer = switchover("prove", "--spec", "stuck.mig", cwd=place)
    assert answer.code == 4, answer
    assert "unknown invariant fine  not inductive: x.SUCCESS may break it" in answer.out
    assert "state    a = true" in answer.out
    assert "no run of this scope with up to 1 fault gets to that state" in answer.out


# ------------------------------------------------------------------------------------------ rules, lint, format, schema


def test_rules_are_listed_and_explained(place: Path) -> None:
    listed = switchover("rules", "--spec", "lock.mig", cwd=place)
    assert listed.out.splitlines()[0] == "L-1  switch     One holder at a time.  MANUAL  cited 2x"
    assert "2 rules: 1 extension, 1 switch, 0 unwritten" in listed.out
    explained = switchover("rules", "l-1", "--spec", "lock.mig", cwd=place)
    assert "page         MANUAL  https://example.org/locks" in explained.out
    assert "guard of take  lock.mig:16:5" in explained.out
    assert "invariant one_holder" in explained.out
    read = valid(switchover("rules", "--spec", "lock.mig", "--json", cwd=place), "rules", place)
    assert len(read["rules"]) == 2  # type: ignore[arg-type]


def test_lint_says_what_is_wrong_on_standard_output(place: Path) -> None:
    (place / "broken.mig").write_text(LOCK.replace("held[w] := true", "hedl[w] := true"), encoding="utf-8")
    answer = switchover("lint", "broken.mig", cwd=place)
    assert answer.code == 2
    assert "broken.mig:18:23: error" in answer.out
    assert "held" in answer.out
    read = valid(switchover("lint", "broken.mig", "--json", cwd=place), "lint", place)
    assert [item["place"]["line"] for item in read["diagnostics"]] == [18]  # type: ignore[attr-defined]


def test_lint_warnings_are_strictly_wrong(place: Path) -> None:
    text = LOCK.replace("rule L-2", 'rule L-3 switch "Nobody cites this."\nrule L-2')
    (place / "warned.mig").write_text(text, encoding="utf-8")
    assert switchover("lint", "warned.mig", cwd=place).code == 0
    assert switchover("lint", "warned.mig", "--strict", cwd=place).code == 3


def test_format_prints_checks_and_writes(place: Path) -> None:
    crooked = LOCK.replace("param polite = true ", "param   polite=true ")
    (place / "crooked.mig").write_text(crooked, encoding="utf-8")
    printed = switchover("format", "crooked.mig", cwd=place)
    assert printed.code == 0
    assert "param polite = true" in printed.out
    assert (place / "crooked.mig").read_text(encoding="utf-8") == crooked
    assert switchover("format", "--check", "crooked.mig", cwd=place).code == 1
    assert switchover("format", "--write", "crooked.mig", cwd=place).code == 0
    assert (place / "crooked.mig").read_text(encoding="utf-8") == printed.out
    assert switchover("format", "--check", "crooked.mig", cwd=place).code == 0
    assert not list(place.glob(".crooked*"))
    valid(switchover("format", "--check", "crooked.mig", "--json", cwd=place), "format", place)


def test_format_leaves_alone_what_it_cannot_parse(place: Path) -> None:
    (place / "broken.mig").write_text("module x\nstate state state\n", encoding="utf-8")
    answer = switchover("format", "--write", "broken.mig", "lock.mig", cwd=place)
    assert answer.code == 2
    assert "broken.mig:" in answer.err
    assert (place / "broken.mig").read_text(encoding="utf-8") == "module x\nstate state state\n"


def test_schemas_are_published(place: Path) -> None:
    names = switchover("schema", cwd=place).out.split()
    assert names == sorted(DOCUMENTS)
    for name in names:
        jsonschema.Draft202012Validator.check_schema(switchover("schema", name, cwd=place).json)

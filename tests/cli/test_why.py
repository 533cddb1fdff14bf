"""`why`, `blindspots` and `check --readings` as a person runs them, on the small protocol."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.run import LOCK, events, switchover
from tests.cli.test_answers import valid


def test_why_an_event_is_refused(place: Path) -> None:
    answer = switchover("why", "bad.jsonl", "--spec", "lock.mig", "--event", "2", cwd=place)
    assert answer.code == 1
    assert "bad.jsonl:3  TAKE Who=bob  (event 2, a:2)" in answer.out
    assert "refused  by lock: read as take(bob)" in answer.out
    assert "One holder at a time.  (the switch's duty)" in answer.out
    assert "false since  bad.jsonl:2  TAKE Who=ann" in answer.out
    assert "again after  give(ann) (recorded in a)" in answer.out
    assert len(answer.out.splitlines()) <= 24


def test_why_an_event_is_there(place: Path) -> None:
    answer = switchover("why", "good.jsonl", "--spec", "lock.mig", "--event", "good.jsonl:3", cwd=place)
    assert answer.code == 0
    assert "explained  by lock: read as give(ann)" in answer.out
    assert "true since   good.jsonl:2  TAKE Who=ann" in answer.out


@pytest.mark.parametrize(("instead", "code", "said"), [("take(bob)", 1, "refused"), ("give", 0, "possible")])
def test_why_not_something_else(place: Path, instead: str, code: int, said: str) -> None:
    spec = ("--spec", "lock.mig", "--event", "a:2", "--instead", instead)
    answer = switchover("why", "good.jsonl", *spec, cwd=place)
    assert (answer.code, answer.out.splitlines()[2].split()[0]) == (code, said)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "which event?"),
        (("--event", "9"), "there are 4; the nearest is 4"),
        (("--event", "good.jsonl:1"), "nearest: good.jsonl:2 TAKE"),
        (("--event", "1", "--instead", "tke"), "nearest: take"),
        (("--event", "1", "--instead", "take(amn)"), "nearest: ann"),
        (("--event", "1", "--log", "b"), "no log or file of the recording is called b"),
        (("--event", "1", "--protocol", "lok"), "did you mean lock?"),
    ],
)
def test_a_question_that_cannot_be_asked(place: Path, arguments: tuple[str, ...], said: str) -> None:
    answer = switchover("why", "good.jsonl", "--spec", "lock.mig", *arguments, cwd=place)
    assert answer.code == 2
    assert said in answer.err


def test_one_recording_is_asked_about(place: Path) -> None:
    for command in (("why", "--event", "1"), ("blindspots",)):
        answer = switchover(command[0], ".", "--spec", "lock.mig", *command[1:], cwd=place)
        assert (answer.code, "that is 2 recordings" in answer.err) == (2, True)


def test_what_the_logs_see(place: Path) -> None:
    (place / "narrow.jsonl").write_text(events("take ann", header={"recorded": ["TAKE"]}), encoding="utf-8")
    whole = switchover("blindspots", "good.jsonl", "--spec", "lock.mig", cwd=place)
    narrow = switchover("blindspots", "narrow.jsonl", "--spec", "lock.mig", cwd=place)
    assert (whole.code, narrow.code) == (0, 0)
    assert whole.out.startswith("lock: 2 rules: 2 put to the test")
    assert "could not have been caught" in narrow.out
    assert "native: GIVE (Who)" in narrow.out
    every = switchover("blindspots", "good.jsonl", "--spec", "lock.mig", "--rules", cwd=place)
    assert "L-1  put to the test" in every.out


def test_the_command_that_turns_a_record_on_is_told(place: Path) -> None:
    spec = LOCK.replace("{ events }", '{ events  may lose take, give  capture "lockd --trace" }')
    (place / "lossy.mig").write_text(spec, encoding="utf-8")
    answer = switchover("blindspots", "good.jsonl", "--spec", "lossy.mig", cwd=place)
    assert "lockd --trace" in answer.out


def test_for_which_readings_a_recording_conforms(place: Path) -> None:
    spec = LOCK.replace("invariant one_holder", "lemma one_holder").replace("not exists v: Worker. held[v]", "w != w")
    (place / "rude.mig").write_text(spec, encoding="utf-8")
    answer = switchover("check", "good.jsonl", "--spec", "rude.mig", "--readings", cwd=place)
    assert answer.code == 1
    assert "only if      polite = false; then it conforms" in answer.out
    strict = switchover("check", "good.jsonl", "--spec", "lock.mig", "--readings", cwd=place)
    assert "as well      conforms with polite = false" in strict.out
    assert "readings" not in switchover("check", "good.jsonl", "--spec", "lock.mig", cwd=place).out


def test_answers_in_json(place: Path) -> None:
    spec = ("bad.jsonl", "--spec", "lock.mig")
    why = valid(switchover("why", *spec, "--event", "2", "--json", cwd=place), "why", place)
    seen = valid(switchover("blindspots", *spec, "--json", cwd=place), "blindspots", place)
    check = valid(switchover("check", *spec, "--readings", "--json", cwd=place), "check", place)
    assert (why["exit"], seen["exit"], check["exit"]) == (1, 0, 1)
    assert check["recordings"][0]["readings"][0]["default"]["kind"] == "violates"  # type: ignore[index]


def test_what_a_recording_says_is_inert(place: Path) -> None:
    (place / "odd.jsonl").write_text(events("take \x1b[2Jann"), encoding="utf-8")
    answer = switchover("why", "odd.jsonl", "--spec", "lock.mig", "--event", "1", cwd=place)
    assert "\x1b" not in answer.out + answer.err

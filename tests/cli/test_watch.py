"""`switchover watch`: what it says on files, pipes and files that grow, and how it ends."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from checker.report.schemas import schema
from tests.cli.run import ROOT, command, environment, events, switchover

jsonschema = pytest.importorskip("jsonschema")


def watch(place: Path, *arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command("watch", "--spec", "lock.mig", *arguments),
        cwd=place,
        env=environment(),
        input=text,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("steps", "code", "said"),
    [
        (("take ann", "give ann"), 0, "conforms"),
        (("take ann", "take bob"), 1, "L-1"),
        (("take ann", "take ann"), 1, "L-2"),
        (("take ann",), 0, "unfinished"),
    ],
)
def test_verdicts(place: Path, steps: tuple[str, ...], code: int, said: str) -> None:
    (place / "x.jsonl").write_text(events(*steps), encoding="utf-8")
    done = watch(place, "--no-follow", "x.jsonl")
    assert done.returncode == code, done.stdout + done.stderr
    assert said in done.stdout


def test_strict(place: Path) -> None:
    (place / "x.jsonl").write_text(events("take ann"), encoding="utf-8")
    assert watch(place, "--no-follow", "--strict", "x.jsonl").returncode == 3


def test_standard_input_is_read_to_its_end(place: Path) -> None:
    done = watch(place, "-", text=(place / "bad.jsonl").read_text())
    assert done.returncode == 1
    assert "violated" in done.stdout


def test_every_line_of_json_is_as_its_schema_says(place: Path) -> None:
    done = watch(place, "--json", "-", text=(place / "bad.jsonl").read_text())
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    for line in lines:
        jsonschema.validate(line, schema("watch"))
    assert lines[-1]["summary"]["verdict"] == "violates"
    assert lines[-1]["exit"] == done.returncode == 1
    assert done.stdout.isascii()
    violated = [line["told"] for line in lines if line["told"] and line["told"]["news"] == "violated"]
    assert [(each["rules"], each["place"]) for each in violated] == [(["L-1"], "<standard input>:3")]


def test_a_file_that_grows_is_followed_until_ctrl_c(place: Path) -> None:
    file = place / "grow.jsonl"
    text = events("take ann", "take bob").splitlines(keepends=True)
    file.write_text("".join(text[:2]), encoding="utf-8")
    running = subprocess.Popen(
        command("watch", "--spec", "lock.mig", "grow.jsonl"),
        cwd=place,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        assert running.stdout is not None
        first = running.stdout.readline()  # the lock is taken: something is owed
        assert "take" in first.lower()
        with file.open("a", encoding="utf-8") as more:
            more.write(text[2])
        told = running.stdout.readline()
        while "violated" not in told:
            told = running.stdout.readline()
            assert told
        assert running.poll() is None
        running.send_signal(signal.SIGINT)
        rest, _ = running.communicate(timeout=30)
    finally:
        running.kill()
    assert running.returncode == 1
    assert "2 events watched" in rest


def test_half_a_line_is_waited_for(place: Path) -> None:
    file = place / "half.jsonl"
    text = events("take ann", "give ann")
    file.write_text(text[:-20], encoding="utf-8")
    running = subprocess.Popen(
        command("watch", "--spec", "lock.mig", "--json", "half.jsonl"),
        cwd=place,
        env=environment(),
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        assert running.stdout is not None
        running.stdout.readline()
        with file.open("a", encoding="utf-8") as more:
            more.write(text[-20:])
        time.sleep(0.6)
        running.send_signal(signal.SIGINT)
        rest, _ = running.communicate(timeout=30)
    finally:
        running.kill()
    summary = json.loads(rest.splitlines()[-1])["summary"]
    assert (summary["verdict"], summary["events"], summary["left_out"]) == ("conforms", 2, 0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing.jsonl",), "no such file"),
        ((".",), "is a folder"),
        (("--scope", "Wroker=2", "good.jsonl"), "Worker"),
    ],
)
def test_bad_command_lines(place: Path, arguments: tuple[str, ...], said: str) -> None:
    done = watch(place, "--no-follow", *arguments)
    assert done.returncode == 2
    assert said in done.stderr


def test_a_broken_line_is_told_with_its_place(place: Path) -> None:
    done = watch(place, "-", text=events("take ann") + "{oops\n" + events("give ann").splitlines()[1] + "\n")
    assert done.returncode == 2
    assert "<standard input>:3" in done.stdout


def test_what_a_record_says_never_steers_a_terminal(place: Path) -> None:
    done = watch(place, "-", text=events("take ann", "take bob").replace("bob", "\\u001b[31m\\u202e"))
    assert "\x1b" not in done.stdout
    assert "\u202e" not in done.stdout


def test_the_shipped_recording_that_nothing_leads_on_from() -> None:
    spec = ROOT / "spec" / "migration.mig"
    answer = switchover(
        "watch", "--no-follow", "--spec", spec, "traces/f11-adapter-refused-after-dismantling.jsonl", cwd=ROOT
    )
    assert answer.code == 0
    (doomed,) = [line for line in answer.out.splitlines() if line.startswith("doomed")]
    assert "OID_SWITCH_NIC_CREATE (b 9)" in doomed
    assert "1 unfinished (1 doomed)" in answer.out

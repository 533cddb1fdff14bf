"""How the command line is used, and misused: every mistake is told in words, with what to do, and never a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.run import ROOT, command, environment, events, switchover

COMMANDS = ("check", "explore", "prove", "rules", "lint", "format", "schema")


def test_the_version_is_told_without_loading_anything(place: Path) -> None:
    code = "import sys; from checker.cli.app import main; main(['--version']); assert 'typer' not in sys.modules"
    done = subprocess.run(
        [*command()[:1], "-c", code], cwd=place, env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("switchover 0.")


def test_the_version_is_told_among_other_options_too(place: Path) -> None:
    assert switchover("--version", "check", cwd=place).out.startswith("switchover 0.")


def test_without_a_command_help_is_given(place: Path) -> None:
    answer = switchover(cwd=place)
    assert all(command in answer.out + answer.err for command in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_examples(name: str, place: Path) -> None:
    answer = switchover(name, "--help", cwd=place)
    assert answer.code == 0
    assert f"Examples:\n    switchover {name}" in answer.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("chekc",), "No such command 'chekc'. Did you mean 'check'?"),
        (("check", "--jsno"), "No such option: --jsno (Possible options: --json"),
        (("check", "--limit", "many"), "should be a valid integer"),
        (("check", "--limit", "0"), "should be greater than or equal to 1"),
        (("check", "--spec", "lok.mig"), "did you mean lock.mig?"),
        (("check", "--spec", "."), "give an entry file"),
        (("rules", "L-3", "--spec", "lock.mig"), "did you mean L-"),
        (("explore", "--spec", "lock.mig", "--scope", "smal"), "did you mean small?"),
        (("explore", "--spec", "lock.mig", "--scope", "worker=2"), "did you mean Worker?"),
        (("explore", "--spec", "lock.mig", "--scope", "Worker"), "no such scope"),
        (("explore", "--spec", "lock.mig", "--scope", "Worker="), "needs a whole number"),
        (("explore", "--spec", "lock.mig", "--scope", "Worker=-1"), "needs a whole number"),
        (("explore", "--spec", "lock.mig", "--scope", "Worker=2,,"), "is no open sort"),
        (("explore", "--spec", "lock.mig", "--scope", "faults=999"), "the number must be 0 to 255"),
        (("explore", "--spec", "lock.mig", "--set", "polit=true"), "did you mean polite?"),
        (("explore", "--spec", "lock.mig", "--set", "polite"), "expected PARAM=VALUE"),
        (("explore", "--spec", "lock.mig", "--set", "polite=maybe"), "it can be true, false"),
        (("explore", "--spec", "lock.mig", "--without", "L-9"), "no such rule"),
        (("prove", "--spec", "lock.mig", "--seconds", "0"), "greater than or equal to 0.01"),
        (("schema", "chek"), "did you mean check?"),
        (("format",), "Missing argument"),
        (("format", "nowhere.mig"), "no such file"),
        (("format", "--check", "--write", "lock.mig"), "do not go together"),
        (("lint", "nowhere.mig"), "no such file"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_what_to_do(arguments: tuple[str, ...], told: str, place: Path) -> None:
    answer = switchover(*arguments, cwd=place)
    assert answer.code == 2, answer
    assert answer.out == ""
    assert told in answer.err
    assert answer.err.startswith("error: ")


def test_what_the_user_typed_does_not_steer_the_terminal(place: Path) -> None:
    answer = switchover("explore", "--spec", "lock.mig", "--scope", "\x1b[31mred", cwd=place)
    assert answer.code == 2
    assert "\x1b" not in answer.err


def test_a_broken_text_is_told_with_its_places_and_nothing_is_answered(place: Path) -> None:
    (place / "broken.mig").write_text('module broken "x"\nstate a: bool = flase\nlet b = a\n', encoding="utf-8")
    for name in ("check", "explore", "prove", "rules"):
        answer = switchover(name, "--spec", "broken.mig", cwd=place)
        assert (answer.code, answer.out) == (2, "")
        assert "broken.mig:2:17" in answer.err
        assert "cannot be used: 1 error" in answer.err


def test_no_colour_in_a_pipe_and_none_with_no_color(place: Path) -> None:
    assert "\x1b" not in switchover("check", "good.jsonl", "--spec", "lock.mig", cwd=place).out
    assert "\x1b" in switchover("check", "good.jsonl", "--spec", "lock.mig", cwd=place, env={"FORCE_COLOR": "1"}).out
    plain = switchover("rules", "--spec", "lock.mig", cwd=place, env={"NO_COLOR": "1", "FORCE_COLOR": "1"}).out
    assert "\x1b[3" not in plain


def test_a_pipe_that_closes_is_no_error(place: Path) -> None:
    """As in `switchover rules | head -1`: quiet, and the exit code is that of the answer."""
    process = subprocess.Popen(
        command("rules", "--json"), cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.read(10)  # it wants to write more than a pipe holds, so it notices what comes now
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(timeout=60) == 0
    process.stderr.close()


def test_an_error_of_ours_is_said_to_be_one_and_leaves_a_file_to_send(place: Path) -> None:
    code = """
import sys, checker.cli.inputs
from checker.cli.app import main
def broken(*_): raise RuntimeError("wheels \\x1b[31m came off")
checker.cli.inputs.chosen = broken
sys.exit(main(["rules"]))
"""
    done = subprocess.run(
        [*command()[:1], "-c", code], cwd=place, env=environment({"TMPDIR": str(place)}), capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 70
    assert "an error of ours: RuntimeError: wheels" in done.stderr
    assert "\x1b" not in done.stderr
    assert "Traceback" not in done.stderr
    sent = [path for path in place.glob("switchover-*.txt") if str(path) in done.stderr]
    assert len(sent) == 1
    assert "RuntimeError: wheels" in sent[0].read_text(encoding="utf-8")


LARGE = "".join(
    f"state c{n}[Worker]: int[0..5] = 0\n"
    f"action turn{n}(w: Worker) {{ c{n}[w] := if c{n}[w] < 5 then c{n}[w] + 1 else 0 }}\n"
    for n in range(6)
)


@pytest.mark.skipif(os.name == "nt", reason="there are no pseudoterminals")
@pytest.mark.parametrize(
    ("doing", "arguments", "code"),
    [
        ("exploring large", ("explore", "--spec", "large.mig", "--limit", "9999999"), 4),
        ("proving", ("prove",), 4),
        ("reading slow", ("check", "slow.jsonl", "--spec", "lock.mig"), 4),
        ("reading slow", ("check", ".", "--spec", "lock.mig"), 1),  # bad.jsonl was judged before
    ],
)
def test_ctrl_c_leaves_what_is_known(doing: str, arguments: tuple[str, ...], code: int, place: Path) -> None:
    """After a second there is a progress line; then Ctrl-C. Nothing that was not settled is answered with yes or no."""
    text = f'module large "Large"\nsort Worker\n{LARGE}invariant fine forall w: Worker. c0[w] <= 5\n'
    (place / "large.mig").write_text(f"{text}scope big {{ Worker = 3 faults = 0 }}\n", encoding="utf-8")
    os.mkfifo(place / "slow.jsonl")
    (place / "slow.verdict.json").write_text('{"verdict": "conforms"}', encoding="utf-8")
    (place / "zebra.jsonl").write_text(events("take ann", "give ann"), encoding="utf-8")
    near, far = os.openpty()
    process = subprocess.Popen(
        command(*arguments), cwd=place, env=environment(), stdout=subprocess.PIPE, stderr=far, text=True
    )
    os.close(far)
    said = _until(f"Ctrl-C stops: {doing}", near)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=100)
    os.close(near)
    assert "Traceback" not in out + said
    assert process.returncode == code, out
    assert "unknown" in out
    if "." in arguments:
        assert "stopped by Ctrl-C, 1 not judged" in out
        assert "zebra" not in out
    assert "holds" not in out or "stopped by Ctrl-C" in out


def _until(wanted: str, terminal: int) -> str:
    """What a process writes to its terminal until it has written `wanted`. Fails where the process ends before."""
    said = ""
    while wanted not in said:
        try:
            said += os.read(terminal, 4096).decode()
        except OSError as error:
            raise AssertionError(f"no `{wanted}` in {said!r}") from error
    return said


def test_there_is_no_progress_line_in_a_pipe(place: Path) -> None:
    (place / "large.mig").write_text(f'module large "Large"\nsort Worker\n{LARGE}', encoding="utf-8")
    answer = switchover("explore", "--spec", "large.mig", "--scope", "Worker=3", "--seconds", "2", cwd=place)
    assert (answer.code, answer.err) == (4, "")

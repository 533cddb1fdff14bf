"""`switchover convert`: any recording into any format, without writing over anything and without hiding a loss."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import jsonschema
import pytest

from checker.report.schemas import schema
from tests.cli.run import events, switchover

XML = (
    "<Event><System><Provider Name='P'/><EventID>1</EventID><EventRecordID>7</EventRecordID><Channel>C</Channel>"
    "<Computer>H</Computer></System><EventData><Data Name='Who'>ann</Data></EventData></Event>"
)
STARTS = {
    "out.jsonl": '{"switchover": 1,',
    "out.json": '{\n"objectTypes"',
    "out.shiviz": 'a {"a": 1}\nTAKE ',
    "out.xes": "<?xml",
}


@pytest.mark.parametrize(("name", "start"), STARTS.items())
def test_the_suffix_says_the_format(place: Path, name: str, start: str) -> None:
    answer = switchover("convert", "good.jsonl", "-o", name, "--spec", "lock.mig", cwd=place)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith(f"written     {name}: 4 events of 1 log, as ")
    assert (place / name).read_text().startswith(start)
    assert [path.name for path in place.glob(".switchover-*")] == []


@pytest.mark.parametrize("name", ["ndjson", "ocel"])
def test_there_and_back_is_the_same_recording(place: Path, name: str) -> None:
    assert switchover("convert", "good.jsonl", "-o", "one", "--to", name, "--spec", "lock.mig", cwd=place).code == 0
    back = switchover("convert", "one", "-o", "-", cwd=place)
    assert back.code == 0
    again = switchover("convert", "good.jsonl", "-o", "-", cwd=place)
    assert back.out == again.out
    assert back.out.count("\n") == 5


@pytest.mark.skipif(find_spec("pyarrow") is None, reason="Parquet needs pyarrow")
def test_parquet_is_a_file(place: Path) -> None:
    answer = switchover("convert", "good.jsonl", "-o", "out.parquet", cwd=place)
    assert answer.code == 0
    assert (place / "out.parquet").read_bytes()[:4] == b"PAR1"
    piped = switchover("convert", "good.jsonl", "-o", "-", "--to", "parquet", cwd=place)
    assert (piped.code, piped.out) == (2, "")
    assert "parquet cannot be written to standard output" in piped.err


def test_standard_output_has_the_recording_and_nothing_else(place: Path) -> None:
    answer = switchover("convert", "good.jsonl", "-o", "-", "--to", "shiviz", cwd=place)
    assert answer.code == 0
    assert answer.out.startswith('a {"a": 1}\nTAKE ')
    assert answer.err.startswith("written     -: 4 events of 1 log, as shiviz\n  lost")


def test_fields_that_the_protocol_binds_name_objects(place: Path) -> None:
    switchover("convert", "good.jsonl", "-o", "out.json", "--spec", "lock.mig", cwd=place)
    objects = json.loads((place / "out.json").read_text())["objects"]
    assert [(each["id"], each["type"]) for each in objects] == [
        ("log:a", "log"), ("Worker:ann", "Worker"), ("Worker:bob", "Worker"),
    ]  # fmt: skip


def test_nothing_is_written_over(place: Path) -> None:
    before = (place / "bad.jsonl").read_text()
    answer = switchover("convert", "good.jsonl", "-o", "bad.jsonl", cwd=place)
    assert (answer.code, (place / "bad.jsonl").read_text()) == (2, before)
    assert "bad.jsonl is there already" in answer.err
    assert "--force" in answer.err
    assert switchover("convert", "good.jsonl", "-o", "bad.jsonl", "--force", cwd=place).code == 0
    assert (place / "bad.jsonl").read_text() != before


def test_a_recording_may_be_written_over_itself(place: Path) -> None:
    assert switchover("convert", "good.jsonl", "-o", "good.jsonl", "--force", cwd=place).code == 0
    assert switchover("check", "good.jsonl", "--spec", "lock.mig", cwd=place).code == 0


def test_files_and_folders_together_are_one_recording(place: Path) -> None:
    folder = place / "more"
    folder.mkdir()
    (folder / "one.xml").write_text(XML)
    answer = switchover("convert", "good.jsonl", folder, "-o", "out.jsonl", cwd=place)
    assert answer.out.startswith("written     out.jsonl: 5 events of 2 logs, as ndjson")


def test_a_host_can_be_given_to_logs_that_do_not_know_theirs(place: Path) -> None:
    (place / "x.log").write_text("f:1 Enter: A: 1\nf:2 Exit\n")
    answer = switchover("convert", "x.log", "--host", "HOST-A", "-o", "-", cwd=place)
    assert json.loads(answer.out.splitlines()[0])["host"] == "HOST-A"
    assert "debug lines name no host" in answer.err


def test_what_could_not_be_read_is_counted_and_ends_in_2(place: Path) -> None:
    (place / "cut.jsonl").write_text(events("take ann", "give ann") + '{"event": \n')
    answer = switchover("convert", "cut.jsonl", "-o", "out.jsonl", cwd=place)
    assert answer.code == 2
    assert answer.out.startswith("in part     out.jsonl: 2 events of 1 log, as ndjson")
    assert "1 record that could not be read; every log ends open" in answer.out
    assert "unreadable   cut.jsonl:4:" in answer.out
    assert json.loads((place / "out.jsonl").read_text().splitlines()[0])["ends"] == "open"


def test_the_answer_in_json_is_as_the_schema_says(place: Path) -> None:
    (place / "odd.jsonl").write_text(events() + '{"event": "X", "switchover_": 1, "Who": "\\u001b[31m"}\n')
    answer = switchover("convert", "odd.jsonl", "-o", "out.xes", "--json", cwd=place)
    assert answer.code == 0
    jsonschema.Draft202012Validator(schema("convert")).validate(answer.json)
    told = {key: answer.json[key] for key in ("output", "to", "logs", "events", "left_out", "complaints", "exit")}
    assert told == {
        "output": "out.xes", "to": "xes", "logs": 1, "events": 1, "left_out": 0, "complaints": [], "exit": 0,
    }  # fmt: skip
    assert answer.json["lost"] == ["characters that XML cannot carry, each of which became U+FFFD"]


WRONG = (
    ((), "there is no INPUT"),
    (("good.jsonl",), "add -o OUT"),
    (("good.jsonl", "-o", "out.txt"), "its suffix names no format"),
    (("good.jsonl", "-o", "out.txt", "--to", "ocell"), "did you mean ocel?"),
    (("good.jsonl", "-o", ".", "--to", "xes"), "is a folder"),
    (("good.jsonl", "-o", "no/such/out.xes"), "there is no folder no/such"),
    (("good.jsonl", "-o", "-", "--json"), "do not go together"),
    (("nothing.jsonl", "-o", "out.xes"), "nothing could be read, so nothing was written"),
    (("lock.mig", "-o", "out.xes"), "this is no recording"),
    (("good.jsonl", "-o", "out.json", "--spec", "none.mig"), "cannot read none.mig"),
)


@pytest.mark.parametrize(("arguments", "sentence"), WRONG)
def test_what_cannot_be_done_is_said(place: Path, arguments: tuple[str, ...], sentence: str) -> None:
    answer = switchover("convert", *arguments, cwd=place)
    assert (answer.code, answer.out) == (2, "")
    assert sentence in answer.err
    assert not list(place.glob("out.*"))

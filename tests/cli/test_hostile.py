"""Hostile values in recordings of every format, from the file to the terminal: they come out inert."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from tests.cli.run import HEADER, LOCK, switchover
from tests.trace.evtx_file import chunk, event, file, named
from tests.trace.samples import HOSTILE, dumped

SHORT = [value for value in HOSTILE.values() if len(value) < 60]
ALL = "<script>" + "".join(SHORT)
WINDOWS = '\nlog windows "P" { record 1 is take(Who = Who)  record 2 is give(Who = Who) }\n'


def native(value: str) -> bytes:
    taken = {"event": "TAKE", "Who": value, f"x{value}": value}
    return "\n".join(json.dumps(each) for each in (HEADER | {"host": value}, taken, taken)).encode()


def xml(value: str) -> bytes:
    text = escape("".join(letter for letter in value if letter >= " " and letter not in "\ufffe\uffff"))
    return "".join(
        f"<Event><System><Provider Name='P'/><EventID>1</EventID><EventRecordID>{number}</EventRecordID>"
        f"<Channel>{text}</Channel><Computer>{text}</Computer></System>"
        f"<EventData><Data Name='Who'>{text}</Data><Data Name='Other'>{text}</Data></EventData></Event>"
        for number in (1, 2)
    ).encode()


def evtx(value: str) -> bytes:
    records = [event("1", (named("Who", value[:100]), named("Other", value[:100])), computer=value[:100])] * 2
    return file(chunk(records, 1), next_record=3)


def table(value: str) -> bytes:
    text = StringIO()
    rows = csv.writer(text, quoting=csv.QUOTE_ALL)
    rows.writerow(["Id", "RecordId", "ProviderName", "LogName", "MachineName", "TimeCreated", "Who", "Other"])
    rows.writerows([["1", number, "P", value, value, value, value, value] for number in (1, 2)])
    return text.getvalue().encode()


def windows_json(value: str) -> bytes:
    records = [dumped(number, 1, {"Who": value, f"x{value}": value}) for number in (1, 2)]
    for record in records:
        record["Event"]["System"].update(  # type: ignore[index]
            Computer=value, Channel=value, Provider={"#attributes": {"Name": "P"}}
        )
    return "\n".join(map(json.dumps, records)).encode()


def ocel(value: str) -> bytes:
    said = {"log": "a", "host": value, "source": "oid", "Who": value, f"x{value}": value}
    taken = {
        "type": "TAKE",
        "time": "2026-03-02T08:00:00Z",
        "attributes": [{"name": name, "value": each} for name, each in said.items()],
    }
    header = {"id": "log:a", "type": "log", "attributes": [{"name": "begins", "value": "empty"}]}
    return json.dumps({"objectTypes": [], "objects": [header], "events": [taken, taken]}).encode()


WITH: dict[str, Callable[[str], bytes]] = {
    "a.jsonl": native,
    "a.xml": xml,
    "a.evtx": evtx,
    "a.csv": table,
    "a.json": windows_json,
    "b.json": ocel,
}


@pytest.fixture
def protocol(tmp_path: Path) -> Path:
    path = tmp_path / "lock.mig"
    path.write_text(LOCK + WINDOWS, encoding="utf-8")
    return path


def inert(text: str) -> bool:
    return all(line.isprintable() for line in text.split("\n"))


@pytest.mark.parametrize("name", WITH)
def test_the_answer_about_one_recording(tmp_path: Path, protocol: Path, name: str) -> None:
    (tmp_path / name).write_bytes(WITH[name](ALL))
    answer = switchover("check", name, "--spec", protocol, "--roster", cwd=tmp_path, env={"NO_COLOR": "1"})
    assert answer.code in (0, 1, 2)
    assert inert(answer.out)
    assert inert(answer.err)
    assert "<script>" in answer.out  # it is shown, so it could do harm


def test_the_answers_about_many(tmp_path: Path, protocol: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for place, value in enumerate(HOSTILE.values()):
        for name, made in WITH.items():
            (folder / f"{place}-{name}").write_bytes(made(value))
    text = switchover("check", folder, "--spec", protocol, cwd=tmp_path, env={"NO_COLOR": "1"})
    assert inert(text.out)
    assert len(text.out) < 200 * len(HOSTILE) * len(WITH)
    answer = switchover("check", folder, "--spec", protocol, "--json", cwd=tmp_path)
    assert answer.out.isascii()
    assert inert(answer.out)
    assert len(answer.json["recordings"]) == len(HOSTILE) * len(WITH)

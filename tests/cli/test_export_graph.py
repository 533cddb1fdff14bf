"""`export` and `graph` as a person uses them."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from checker.report.schemas import schema
from tests.cli.run import switchover

LOCKED = ("--spec", "lock.mig")


def test_export_writes_to_standard_output_and_says_what_is_lost(place: Path) -> None:
    answer = switchover("export", "--to", "promela", *LOCKED, cwd=place)
    assert answer.code == 0
    assert answer.out.startswith("/* lock, scope small (Worker = 2, faults = 0)\n")
    assert answer.err.startswith("not as in the text: given_back: ")
    assert switchover("export", "--to", "smv", *LOCKED, cwd=place).err == ""


def test_export_of_tla_is_two_files_named_like_the_module(place: Path) -> None:
    answer = switchover("export", "--to", "tla", *LOCKED, "-o", place, cwd=place)
    assert answer.code == 0
    assert "MODULE lock" in (place / "lock.tla").read_text(encoding="ascii")
    assert "Worker = {worker1, worker2}" in (place / "lock.cfg").read_text(encoding="ascii")
    again = switchover("export", "--to", "tla", *LOCKED, "-o", place, cwd=place)
    assert (again.code, "--force writes over it" in again.err) == (2, True)
    other = switchover("export", "--to", "tla", *LOCKED, "-o", "x.tla", cwd=place)
    assert (other.code, "lock.tla" in other.err) == (2, True)


def test_settings_and_left_out_rules_are_in_the_text(place: Path) -> None:
    free = switchover("export", "--to", "tla", *LOCKED, "--set", "polite=false", "--without", "L-2", cwd=place)
    assert "  polite = FALSE\n" in free.out
    assert "without L-2" in free.out
    assert "/\\ ~held[w]\n" not in free.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("export", *LOCKED), "which language?"),
        (("export", "--to", "spin", *LOCKED), "no such language"),
        (("export", "--to", "smv"), "there are 2 protocols"),
        (("export", "--to", "promela", *LOCKED, "--scope", "Worker=9999,faults=0"), "steps to write out one by one"),
        (("graph", *LOCKED, "--by", "hold"), "did you mean held?"),
        (("graph", *LOCKED, "--by", "held", "--machine", "held"), "do not go together"),
        (("graph", *LOCKED, "--machine", "held,"), "names no cell"),
        (("graph", *LOCKED, "--to", "png"), "no such format"),
        (("graph",), "there are 2 protocols"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: tuple[str, ...], said: str, place: Path) -> None:
    answer = switchover(*arguments, cwd=place)
    assert answer.code == 2
    assert said in answer.err


def test_graph_draws_a_machine_and_says_what_it_left_out(place: Path) -> None:
    answer = switchover("graph", *LOCKED, "--machine", "held", "--to", "mermaid", cwd=place)
    assert answer.out == (
        'flowchart TD\n  %% lock, scope small: held\n  n0(["false"])\n  n1["true"]\n'
        '  n0 -->|"take"| n1\n  n1 -->|"give"| n0\n'
    )
    few = switchover("graph", *LOCKED, "--most", "1", cwd=place)
    assert few.code == 0
    assert "2 of 3 nodes" in few.err
    assert "2 of 3 nodes" in few.out
    cut = switchover("graph", *LOCKED, "--limit", "2", "-o", "a.dot", cwd=place)
    assert cut.code == 4
    assert "2 states were reached" in (place / "a.dot").read_text(encoding="utf-8")


def test_json_answers_are_as_their_schemas_say(place: Path) -> None:
    drawn = switchover("graph", *LOCKED, "--by", "held", "--dominators", "--json", cwd=place)
    jsonschema.validate(drawn.json, schema("graph"))
    exported = switchover("export", "--to", "tla", *LOCKED, "--json", cwd=place)
    jsonschema.validate(exported.json, schema("export"))
    assert [file["name"] for file in exported.json["protocols"][0]["files"]] == ["lock.tla", "lock.cfg"]

"""`settings`, `needs`, and what `--strict` makes of a yes that only a search gave."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.run import LOCK, switchover
from tests.cli.test_answers import valid

PROVED = """\
module lamp "A lamp that stays on"
sort Lamp
param bright = true
state lit[Lamp]: bool = false
hidden action light(l: Lamp) { requires bright or lit[l] lit[l] := true }
step stays_lit forall l: Lamp. old(lit[l]) implies lit[l]
scope one { Lamp = 1 faults = 0 }
"""


def test_a_table_of_settings(place: Path) -> None:
    answer = switchover("settings", "--spec", "lock.mig", "--runs", cwd=place)
    assert answer.code == 0
    assert "lock in scope small (Worker = 2, faults = 0): 2 settings" in answer.out
    assert "depends invariant one_holder  1 of 2  L-1\n          holds if polite = true" in answer.out
    assert "take(worker1)  take(worker2)" in answer.out
    assert "always  1 property: given_back" in answer.out
    assert "bounded      all of this is about this scope" in answer.out
    assert len(answer.out.splitlines()) <= 24
    read = valid(switchover("settings", "--spec", "lock.mig", "--json", cwd=place), "settings", place)
    (table,) = read["tables"]  # type: ignore[misc]
    assert table["properties"][0]["holds_when"] == [[["polite", ["true"]]]]
    assert {line["standing"] for line in table["roster"]} == {"broken", "bounded by scope"}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 0),
        (("--set", "polite=false"), 1),  # then it fails with every setting that is left
        (("--set", "polite=true"), 0),
        (("--limit", "1"), 4),
        (("--scope", "Worker=0"), 0),
        (("--property", "one_holdr"), 2),
        (("--scope", "smal"), 2),
    ],
)
def test_exit_codes_of_settings(arguments: tuple[str, ...], code: int, place: Path) -> None:
    answer = switchover("settings", "--spec", "lock.mig", *arguments, cwd=place)
    assert answer.code == code
    if code == 2:
        assert "did you mean" in answer.err
    if "--limit" in arguments:
        assert "always" not in answer.out


def test_what_a_proof_rests_on(place: Path) -> None:
    (place / "lock.mig").write_text(LOCK.replace("not polite or ", ""), encoding="utf-8")
    answer = switchover("needs", "--spec", "lock.mig", cwd=place)
    assert answer.code == 0
    assert "proved  invariant one_holder  rests on 1 guard (L-1), 2 outcomes" in answer.out
    assert "broken without L-1 (2 steps)" in answer.out
    assert "needed       1 rule without which some proof fails: L-1" in answer.out
    assert "idle         1 rule that no proof uses: L-2" in answer.out
    told = switchover("needs", "--spec", "lock.mig", "--property", "one_holder", cwd=place)
    assert "guard  take  requires not exists v: Worker. held[v] @ L-1  lock.mig:16:5" in told.out
    assert "rule L-1  lock.mig:5:1  MANUAL" in told.out
    assert "take(worker1)  take(worker2)" in told.out
    read = valid(switchover("needs", "--spec", "lock.mig", "--json", cwd=place), "needs", place)
    (view,) = read["needs"]  # type: ignore[misc]
    assert view["properties"][0]["complete"] is True
    assert view["rules"][0]["protects"] == ["one_holder"]
    assert view["solver"].startswith("z3 ")
    assert "seed 0" in view["limits"]


def test_a_cut_that_a_limit_left_open_is_unknown(place: Path) -> None:
    answer = switchover("needs", "--spec", "lock.mig", "--set", "polite=true", "--limit", "1", cwd=place)
    assert answer.code == 4
    assert "every run of up to" in answer.out


def test_strictly_a_search_alone_is_no_yes(place: Path) -> None:
    arguments = ("--spec", "lock.mig", "--set", "polite=true")
    assert switchover("explore", *arguments, cwd=place).code == 0
    assert switchover("explore", *arguments, "--strict", cwd=place).code == 3
    assert switchover("explore", *arguments, "--strict", "--limit", "1", cwd=place).code == 4
    assert switchover("prove", *arguments, cwd=place).code == 0
    assert switchover("prove", *arguments, "--strict", cwd=place).code == 3  # `leads to` is left to a search


def test_strictly_a_proof_for_any_number_and_setting_is_a_yes(place: Path) -> None:
    (place / "lamp.mig").write_text(PROVED, encoding="utf-8")
    assert switchover("prove", "--spec", "lamp.mig", "--strict", cwd=place).code == 0
    assert switchover("prove", "--spec", "lamp.mig", "--strict", "--set", "bright=true", cwd=place).code == 3
    assert switchover("prove", "--spec", "lamp.mig", "--strict", "--seconds", "0.01", cwd=place).code in (0, 4)


@pytest.mark.parametrize("command", ["prove", "settings", "needs"])
def test_the_same_text_gives_the_same_bytes_twice(command: str, place: Path) -> None:
    once, again = (switchover(command, "--spec", "lock.mig", "--json", cwd=place) for _ in range(2))
    assert once.out == again.out
    assert once.code == again.code
    if command != "settings":
        view = once.json["proofs" if command == "prove" else "needs"][0]
        assert view["solver"].startswith("z3 ")
        assert view["limits"].startswith("seed 0, ")


def test_what_is_not_known_never_prints_as_holds(place: Path) -> None:
    """With next to no effort z3 decides nothing: no line of the answer is green."""
    answer = switchover("prove", "--spec", "lock.mig", "--seconds", "0.01", "--json", cwd=place)
    (view,) = answer.json["proofs"]
    said = {item["name"]: item["said"] for item in view["properties"]}
    standing = {line["name"]: line["standing"] for line in view["roster"]}
    assert all(standing[name] != "held" for name, word in said.items() if word != "holds")
    searched = switchover("explore", "--spec", "lock.mig", "--limit", "1", "--json", cwd=place).json["searches"][0]
    assert not {line["standing"] for line in searched["roster"]} & {"held", "bounded by scope"}

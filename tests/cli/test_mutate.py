"""`switchover mutate`: its totals, its questions, one mutant in full, exit codes, and answers as published."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from checker.report.schemas import schema
from tests.cli.run import switchover
from tests.mutate.made import PARCELS

SHIP, LABEL = "ship: guard left out: paid[i]", "label: guard left out: at[i] == cart"


@pytest.fixture
def parcels(tmp_path: Path) -> Path:
    (tmp_path / "parcels.mig").write_text(PARCELS.lstrip(), encoding="utf-8")
    return tmp_path


def test_what_nothing_notices_is_asked(parcels: Path) -> None:
    got = switchover("mutate", "--spec", "parcels.mig", "--jobs", "1", cwd=parcels)
    assert got.code == 1
    assert got.out.startswith("parcels  24 mutants in 3 scopes: one, two, and 1 more, ")
    rows = {row.split()[0]: row.split()[1] for row in got.out.splitlines()[1:5]}
    assert rows == {"killed": "14", "equivalent": "1", "survived": "9", "unknown": "0"}
    assert "#14 parcels.mig:36 nothing says why label requires `at[i] == cart` (D-4)" in got.out
    assert len(got.out.splitlines()) < 24


def test_one_in_full_and_the_run_that_would_notice_it(parcels: Path) -> None:
    """The run that a survivor's answer ends with, pasted into the text, kills it."""
    killed = switchover("mutate", "--spec", "parcels.mig", "--mutant", "19", cwd=parcels)
    assert killed.code == 0
    assert "killed       shipped_was_paid is false after 2 steps, scope one" in killed.out
    assert "      load(item1)  ship(item1)\n" in killed.out
    survivor = switchover("mutate", "--spec", "parcels.mig", "--mutant", "14", cwd=parcels)
    assert survivor.code == 1
    run = survivor.out[survivor.out.index("  run mutant_14_differs") :]
    assert run.splitlines()[-2].strip() == "must fail at D-4"
    (parcels / "more.mig").write_text(PARCELS.lstrip().replace("module parcels", "module more") + run, encoding="utf-8")
    again = switchover("mutate", "--spec", "more.mig", "--mutant", "14", cwd=parcels)
    assert again.code == 0
    assert "run mutant_14_differs: the last step is possible" in again.out


def test_the_answer_is_as_its_schema_says(parcels: Path) -> None:
    got = switchover("mutate", "--spec", "parcels.mig", "--rule", "D-2", "--json", cwd=parcels)
    document = json.loads(got.out)
    jsonschema.Draft202012Validator(schema("mutate")).validate(document)
    assert document["exit"] == got.code == 1
    (view,) = document["mutations"]
    fates = {each["name"]: each["fate"] for each in view["mutants"]}
    assert fates[SHIP] == "killed"
    assert LABEL not in fates
    assert view["killed"] + view["equivalent"] + view["survived"] + view["unknown"] == len(view["mutants"]) < view["of"]


def test_a_limit_ends_in_unknown(parcels: Path) -> None:
    got = switchover("mutate", "--spec", "parcels.mig", "--mutant", "19", "--limit", "3", cwd=parcels)
    assert got.code == 4
    assert "unknown      there is no scope small enough" in got.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--mutant", "99"), "there is no such mutant"),
        (("--rule", "D-22"), "--rule D-22: no such rule"),
        (("--scope", "nowhere"), "--scope nowhere: no such scope"),
    ],
)
def test_what_is_not_there(parcels: Path, arguments: tuple[str, ...], said: str) -> None:
    got = switchover("mutate", "--spec", "parcels.mig", *arguments, cwd=parcels)
    assert got.code == 2
    assert got.err.startswith(f"error: {said}")
    assert "help: " in got.err

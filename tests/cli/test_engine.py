"""`explore --engine`: sets of states by name, what its answer says, and what is said where they cannot be had."""

from __future__ import annotations

from pathlib import Path

from tests.cli.run import ROOT, switchover
from tests.cli.test_answers import valid

HANDOVER = str(ROOT / "tests" / "protocols" / "handover.mig")


def test_sets_of_states_answer_the_same_questions(place: Path) -> None:
    asked = ("explore", "--spec", "lock.mig", "--scope", "Worker=2")
    sets, single = (switchover(*asked, "--engine", engine, cwd=place) for engine in ("symbolic", "explicit"))
    assert sets.code == single.code
    assert "as sets of states" in sets.out
    assert "as sets of states" not in single.out
    assert [row.split()[:3] for row in sets.out.splitlines() if "invariant" in row] == [
        row.split()[:3] for row in single.out.splitlines() if "invariant" in row
    ]


def test_more_states_than_a_float_can_count(place: Path) -> None:
    asked = ("explore", "--spec", HANDOVER, "--scope", "Vm=8,Slot=2,faults=1", "--engine", "symbolic", "--json")
    read = valid(switchover(*asked, cwd=place), "explore", place)
    (search,) = read["searches"]  # type: ignore[misc]
    assert search["engine"] == "symbolic"
    assert search["states"] == 954_190_789_716_665_180_416
    assert (search["depth"], search["failures"]) == (None, None)


def test_an_engine_that_there_is_not(place: Path) -> None:
    answer = switchover("explore", "--spec", "lock.mig", "--engine", "symbolik", cwd=place)
    assert answer.code == 2
    assert "did you mean symbolic?" in answer.err


def test_a_limit_leaves_everything_unknown(place: Path) -> None:
    asked = ("explore", "--spec", HANDOVER, "--scope", "Vm=8,Slot=8,faults=1", "--engine", "symbolic")
    answer = switchover(*asked, "--seconds", "0.1", cwd=place)
    assert answer.code == 4
    assert "0.1 s were over" in answer.out
    assert "holds" not in answer.out

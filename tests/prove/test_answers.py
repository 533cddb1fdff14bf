"""Every property and rule is accounted for, and what is stopped keeps what it has."""

from __future__ import annotations

import subprocess
import sys

import pytest

from checker.model.judge import Standing
from checker.prove.answers import Holds, Unknown, settle
from checker.prove.api import prove
from checker.prove.queries import Query
from checker.prove.roster import roster
from tests.prove.texts import GATE, LOCK, LOCK_LEMMAS, read

ALL = f"""{GATE}
rule G-3 switch "Nobody cites it."
rule G-4 switch "A final state."
invariant small @ G-2 count <= 3
invariant careful @ G-1 forall c: Car. passing[c] implies light == green
invariant dark light == green
final quiet @ G-4 G-2 light == red
"""


def test_the_roster_accounts_for_everything() -> None:
    protocol = read(ALL)
    proofs = prove(protocol)
    assert {line.name: line.standing for line in roster(protocol, proofs)} == {
        "small": Standing.HELD,
        "careful": Standing.UNKNOWN,
        "dark": Standing.BROKEN,
        "quiet": Standing.SKIPPED,
        "G-1": Standing.UNKNOWN,
        "G-2": Standing.SKIPPED,
        "G-3": Standing.SKIPPED,
        "G-4": Standing.SKIPPED,
    }
    how = {line.name: line.how for line in roster(protocol, proofs)}
    assert how["small"] == "inductive by itself, for any number of Car, one or more"
    assert how["G-2"] == "small is proved; quiet was not tried for any number"
    assert how["G-3"] == "no property states it: guards ask for it, or nothing does"
    refuted = settle(proofs, lambda found: True)
    assert {line.name: line.standing for line in roster(protocol, refuted)}["careful"] == Standing.BROKEN


def test_what_was_not_asked_for_is_no_answer() -> None:
    protocol = read(ALL)
    lines = {line.name: line for line in roster(protocol, prove(protocol, only=("small",)))}
    assert (lines["careful"].standing, lines["careful"].how) == (Standing.SKIPPED, "it was not asked for")
    without = {line.name: line for line in roster(protocol, prove(protocol, without=frozenset({"G-1"})))}
    assert (without["G-1"].standing, without["G-1"].how) == (Standing.SKIPPED, "its guards are left out of this proof")


@pytest.mark.parametrize("after", range(1, 18))
def test_ctrl_c_keeps_the_answers_so_far(after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    protocol = read(LOCK + LOCK_LEMMAS)
    whole = {answer.name: answer.judgement for answer in prove(protocol).answers}
    right = Query.ask
    asked = []

    def stopped(self: Query, assumed: object) -> object:
        asked.append(assumed)
        if len(asked) > after:
            raise KeyboardInterrupt
        return right(self, assumed)  # type: ignore[arg-type]

    monkeypatch.setattr(Query, "ask", stopped)
    proofs = prove(protocol)
    assert proofs.interrupted
    for answer in proofs.answers:
        if isinstance(answer.judgement, Holds):
            assert answer.judgement == whole[answer.name]
        else:
            assert isinstance(answer.judgement, Unknown)
            assert "interrupted" in answer.judgement.reason
    # They lean on each other in a ring, so none is proved before all are.
    assert not any(isinstance(answer.judgement, Holds) for answer in proofs.answers)


def test_what_was_done_before_ctrl_c_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    protocol = read(f"{GATE} invariant first count <= 3 invariant second most < 4 invariant third light == red")
    right = Query.ask
    asked = []

    def stopped(self: Query, assumed: object) -> object:
        asked.append(assumed)
        if len(asked) > 6:
            raise KeyboardInterrupt
        return right(self, assumed)  # type: ignore[arg-type]

    monkeypatch.setattr(Query, "ask", stopped)
    proofs = prove(protocol)
    assert [type(answer.judgement) for answer in proofs.answers] == [Holds, Holds, Unknown]


def test_progress_is_told() -> None:
    told: list[tuple[int, int, str]] = []
    prove(read(LOCK + LOCK_LEMMAS), progress=lambda *said: told.append(said))
    assert told[0][0] == 0
    assert [done for done, _, _ in told] == list(range(len(told)))
    assert all(done < planned for done, planned, _ in told)
    assert {name for _, _, name in told} == {"one_holder", "one_place", "free_means_home", "in_one_way"}


def test_z3_is_loaded_by_proving_alone() -> None:
    code = "import sys, checker.prove.api, checker.prove.answers, checker.prove.roster; print('z3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"

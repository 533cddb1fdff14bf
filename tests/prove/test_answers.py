"""What is stopped keeps the answers it has; progress is told; and nothing heavy is loaded before it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

from checker.prove.answers import Holds, Unknown
from checker.prove.api import prove
from checker.prove.queries import Query
from tests.prove.texts import GATE, LOCK, LOCK_LEMMAS, read


@pytest.mark.parametrize("after", range(1, 18))
def test_ctrl_c_keeps_the_answers_so_far(after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    protocol = read(LOCK + LOCK_LEMMAS)
    whole = {answer.name: answer.judgement for answer in prove(protocol).answers}
    right = Query.ask
    asked = []

    def stopped(self: Query, assumed: object, *kept: object) -> object:
        asked.append(assumed)
        if len(asked) > after:
            raise KeyboardInterrupt
        return right(self, assumed, *kept)  # type: ignore[arg-type]

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

    def stopped(self: Query, assumed: object, *kept: object) -> object:
        asked.append(assumed)
        if len(asked) > 6:
            raise KeyboardInterrupt
        return right(self, assumed, *kept)  # type: ignore[arg-type]

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
    code = "import sys, checker.prove.api, checker.prove.answers; print('z3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"

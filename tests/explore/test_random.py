"""Random protocols: the search, with symmetry and without, against the reference and plain loops."""

from __future__ import annotations

import pytest

from checker.explore import symmetry
from checker.explore.answer import Said
from checker.explore.explore import explore
from tests.explore.brute import Brute, verdicts
from tests.explore.made import sized, text_protocol
from tests.explore.random_text import text

# Those of the first eighty with 8 to 100 states: plain loops are slow.
SEEDS = (2, 3, 4, 5, 6, 12, 13, 15, 16, 20, 22, 23, 26, 27, 28, 31, 32, 34, 37, 40, 41, 45, 46, 47, 49, 50, 53, 60, 62)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_protocol(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    protocol = text_protocol(text(seed))
    scope = sized("n", A=2 + seed % 2, B=2, faults=1)
    whole = explore(protocol, scope, symmetry=False)
    if seed % 4 >= 2:
        monkeypatch.setattr(symmetry, "LISTED", 0)  # the way for large groups
    reduced = explore(protocol, scope)
    brute = Brute(protocol, scope)
    assert (whole.states, whole.transitions) == (len(brute.keys), brute.transitions)
    assert reduced.states == brute.orbits(("A", "B"))
    assert whole.ends.count == len(brute.ends)
    expected = verdicts(brute)
    for exploration in (whole, reduced):
        for answer in exploration.answers:
            wanted = expected[answer.name]
            if answer.said is Said.HOLDS:
                assert wanted is None or wanted is True, answer.name
            else:
                assert answer.said is Said.FAILS
                assert answer.witness is not None
                assert wanted is False or (wanted is not True and wanted == len(answer.witness.steps)), answer.name


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 250))
def test_symmetry_changes_no_answer(seed: int) -> None:
    """Larger ones, where only the two searches are compared; 150 of them take a while."""
    protocol = text_protocol(text(seed))
    scope = sized("n", A=3, B=2, faults=1)
    whole = explore(protocol, scope, symmetry=False, limit=4_000)
    if not whole.complete:
        pytest.skip("too many states")
    reduced = explore(protocol, scope)
    assert reduced.states <= whole.states
    assert [answer.said for answer in reduced.answers] == [answer.said for answer in whole.answers]

"""Values, emitted source, layout and lowering say what the definition says, on random protocols."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.agreement.agree import check
from tests.agreement.generate import case

CHUNK = 10


@pytest.mark.parametrize("start", range(0, 120, CHUNK))
def test_engines_agree_with_the_definition(start: int) -> None:
    for seed in range(start, start + CHUNK):
        check(case(seed))


@pytest.mark.slow
@pytest.mark.parametrize("start", range(1000, 2000, 100))
def test_engines_agree_with_the_definition_at_length(start: int) -> None:
    for seed in range(start, start + 100):
        check(case(seed))


def test_everything_is_compared() -> None:
    seen: Counter[str] = Counter()
    for seed in range(20):
        check(case(seed), seen)
    least = {
        "initial states": 50,
        "formula True": 50,
        "formula False": 50,
        "step rule True": 300,
        "step rule False": 300,
        "step True": 200,
        "step False": 200,
        "changed": 200,
        "conflict": 20,
    }
    assert {what: seen[what] for what in least if seen[what] < least[what]} == {}
    assert seen["no state"] + seen["too many worlds"] < 5

"""Of several answers, the worst counts."""

from __future__ import annotations

import pytest

from checker.cli.exits import ExitCode, worst


@pytest.mark.parametrize(
    ("codes", "wanted"),
    [
        ((), 0),
        ((0, 0), 0),
        ((0, 3), 3),
        ((3, 4), 4),
        ((4, 2, 0), 2),
        ((2, 1, 4), 1),
        ((1, 70), 70),
    ],
)
def test_the_worst_counts(codes: tuple[int, ...], wanted: int) -> None:
    assert worst(codes) is ExitCode(wanted)

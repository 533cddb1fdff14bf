"""The agreement checks can fail: each fault put in on purpose is noticed."""

from __future__ import annotations

from functools import cache

import pytest

from tests.agreement.agree import check
from tests.agreement.faults import FAULTS, Fault, put_in
from tests.agreement.generate import Case, case

# The first few catch nearly all, which saves time; a change of the generator only makes this slower.
SEEDS = tuple(dict.fromkeys((0, 3, 5, 6, 41, 17, 63, 26, 58, 45, 34, 21, 15, 19, 47, *range(100))))
cached_case = cache(case)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault_is_noticed(fault: Fault) -> None:
    with put_in(fault):
        assert any(_noticed(cached_case(seed)) for seed in SEEDS), f"{fault.name}: nothing noticed"


def test_there_is_nothing_to_notice_without_a_fault() -> None:
    assert not any(_noticed(cached_case(seed)) for seed in SEEDS[:15])


def test_there_are_enough_faults_of_each_kind() -> None:
    rooms = {fault.where.partition(":")[0] for fault in FAULTS}
    assert len(FAULTS) >= 80
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert rooms >= {"language.lower", "language.effects", "model.fold", "model.values", "model.emit", "model.layout"}
    assert rooms >= {
        "language.build",
        "model.code",
        "model.writer",
        "model.successors",
        "model.ground",
        "model.initial",
    }


def _noticed(case: Case) -> bool:
    try:
        check(case)
    except Exception:  # noqa: BLE001 - a fault may show as a crash, too
        return True
    return False

"""Every `run` of the protocol is as its text says, in the scope it names."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

from checker.explore.answer import Said
from checker.explore.runs import try_scenarios
from checker.language.load import load
from checker.model.scope import declared_scope

SPEC = Path(__file__).parents[2] / "spec"


@lru_cache
def answers(name: str) -> dict[str, tuple[Said, str]]:
    protocol, _ = load(SPEC / f"{name}.mig")
    assert protocol is not None
    tried = tuple(try_scenarios(protocol, declared_scope(protocol)))
    assert [answer.scenario.name for answer in tried] == [scenario.name for scenario in protocol.scenarios]
    return {answer.scenario.name: (answer.said, answer.how) for answer in tried}


@pytest.mark.parametrize("name", ["migration", "switch"])
def test_scenarios_are_as_written(name: str) -> None:
    assert len(answers(name)) >= 7
    assert {run: how for run, (said, how) in answers(name).items() if said is not Said.HOLDS} == {}

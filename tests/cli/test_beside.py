"""Judging by several protocols at once: the same answer as one after the other, and nothing is left behind."""

from __future__ import annotations

import multiprocessing
import os
import time
from pathlib import Path

import pytest

from checker.cli import judging
from checker.cli.beside import Beside, can
from checker.cli.inputs import chosen
from checker.trace.verdict import Verdict

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(not can(), reason="one processor, or a system that cannot fork")


@pytest.mark.parametrize("name", ["clean-one-adapter", "f06-save-failed", "clean-two-adapters"])
def test_several_protocols_at_once_say_what_they_say_in_turn(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def verdict() -> Verdict:
        return judging.Judging(chosen(None, None, None), None, None, None).verdict(
            name, (ROOT / "traces" / f"{name}.jsonl",)
        )

    in_turn = verdict()
    monkeypatch.setattr(judging, "LONG", 1)
    made: list[object] = []
    monkeypatch.setattr("checker.cli.beside.Beside", lambda work: made.append(work) or Beside(work))
    assert verdict() == in_turn
    assert len(made) == 1
    assert multiprocessing.active_children() == []


def test_work_that_comes_to_nothing_has_no_answer() -> None:
    assert Beside(lambda: 1 // 0).answer(None) is None
    assert Beside(lambda: os._exit(3)).answer(None) is None
    assert Beside(lambda: time.sleep(60)).answer(0.1) is None
    assert Beside(lambda: (1, "a")).answer(None) == (1, "a")

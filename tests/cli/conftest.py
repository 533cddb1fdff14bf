"""A folder with the small protocol and recordings of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.run import LOCK, events


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "lock.mig").write_text(LOCK, encoding="utf-8")
    (tmp_path / "good.jsonl").write_text(events("take ann", "give ann", "take bob", "give bob"), encoding="utf-8")
    (tmp_path / "bad.jsonl").write_text(events("take ann", "take bob", "give ann", "give bob"), encoding="utf-8")
    return tmp_path

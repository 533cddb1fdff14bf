"""Every diagnostic has a text that causes it, with the message written under the place. `--bless` rewrites them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.language.chunks import Chunk, actual, chunks, joined

CASES = sorted((Path(__file__).parent / "cases").glob("*.mig"))
OTHERWISE = {"E0109", "E0110", "E0111", "E0114", "E0409"}  # files and limits: test_load.py, test_any_text.py
CHUNKS = [(path, chunk) for path in CASES for chunk in chunks(path)]


@pytest.mark.parametrize(("path", "chunk"), CHUNKS, ids=[chunk.place for _, chunk in CHUNKS])
def test_messages(path: Path, chunk: Chunk, bless: bool) -> None:
    """No message is missing, none is unexpected, and each points at its place."""
    if bless and not chunk.place.endswith(":1"):
        pytest.skip("written with the first chunk of its file")
    if bless:
        path.write_text(joined([actual(each) for each in chunks(path)]), encoding="utf-8")
    else:
        assert actual(chunk) == chunk.text


def test_there_are_many() -> None:
    text = "".join(chunk.text for _, chunk in CHUNKS)
    assert len(re.findall(r"(?m)^# *\^* [EW]\d{4} ", text)) >= 40


def test_every_code_has_a_case() -> None:
    """What the package can say and no case makes it say is not tested; files of their own test what has no text."""
    package = Path(__file__).parents[2] / "checker" / "language"
    said = {code for path in package.glob("*.py") for code in re.findall(r'"([EW]\d{4})"', path.read_text("utf-8"))}
    shown = set(re.findall(r"(?m)^# *\^* ([EW]\d{4}) ", "".join(chunk.text for _, chunk in CHUNKS)))
    assert said - shown == OTHERWISE

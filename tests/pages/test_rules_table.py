"""docs/rules.md accounts for every id of the rulebook, and is what docs/make_rules.py writes."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

TOP = Path(__file__).parents[2]
RULEBOOK = TOP.parent / "shared" / "reference" / "rulebook.md"


@pytest.fixture(scope="module")
def make() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_rules", TOP / "docs" / "make_rules.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_page_is_fresh(make: ModuleType) -> None:
    assert (TOP / "docs" / "rules.md").read_text() == make.page(), "run python docs/make_rules.py"


def test_no_id_is_both_modelled_and_not(make: ModuleType) -> None:
    assert not make.places().keys() & make.reasons().keys()


@pytest.mark.skipif(not RULEBOOK.exists(), reason="the rulebook is not beside the checkout")
def test_every_id_of_the_rulebook_is_accounted_for(make: ModuleType) -> None:
    text = RULEBOOK.read_text()
    sections = text[text.index("\n# (g)") : text.index("\n# (j)")]
    ids = set(re.findall(r"^\| ([A-Z]-\d\d) \|", sections, re.MULTILINE)) | set(
        re.findall(r"\*\*(A-\d\d)\*\*", sections)
    )
    assert len(ids) > 200
    accounted = make.places().keys() | make.reasons().keys()
    assert ids - accounted == set(), "ids that are neither in spec/ nor in docs/not_modelled.toml"
    assert accounted - ids == set(), "ids that the rulebook does not have"

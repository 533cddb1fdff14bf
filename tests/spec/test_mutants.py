"""What `docs/mutants.toml` says of the protocols' guards: a few are looked at, others whenever the text changes.

`bench/mutate.py` looks at all.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from random import Random

import pytest

from checker.explore.search import Limits
from checker.language.load import load
from checker.language.mutants import Change, Mutant, mutants
from checker.language.protocol import Protocol
from checker.model.scope import declared_scope
from checker.mutate.fate import Fate, Killer
from checker.mutate.mutate import planned
from checker.mutate.plan import STATES
from checker.mutate.trial import Laboratory

ROOT = Path(__file__).parents[2]
NAMES = ("migration", "switch")
SAMPLE = 2
KINDS = {"permission", "implied", "gap", "lemma", "recording"}


@lru_cache
def protocol(name: str) -> Protocol:
    loaded, _ = load(ROOT / "spec" / f"{name}.mig")
    assert loaded is not None
    return loaded


@lru_cache
def laboratory(name: str) -> Laboratory:
    """Without the larger scopes and other readings: what is noticed in the smallest is noticed."""
    found = protocol(name)
    first = found.scopes[1 if name == "migration" else 0].name
    return Laboratory(planned(found, {}, frozenset(), (declared_scope(found, first),), Limits(STATES)))


def guards(name: str) -> dict[str, Mutant]:
    return {each.name: each for each in mutants(protocol(name)) if each.change is Change.GUARD}


def listed() -> dict[str, list[str]]:
    found = tomllib.loads((ROOT / "docs" / "mutants.toml").read_text(encoding="utf-8"))
    return {
        name: [mutant for each in found["mutant"] if each["protocol"] == name for mutant in each["names"]]
        for name in NAMES
    }


def test_the_list_names_guards_that_are_there_once() -> None:
    for name, told in listed().items():
        assert len(told) == len(set(told))
        assert set(told) <= guards(name).keys()


def test_every_entry_gives_a_reason() -> None:
    for entry in tomllib.loads((ROOT / "docs" / "mutants.toml").read_text(encoding="utf-8"))["mutant"]:
        assert entry["kind"] in KINDS
        assert len(entry["reason"]) > 20


@pytest.mark.parametrize("name", NAMES)
def test_what_is_listed_is_noticed_by_no_property_and_no_run(name: str) -> None:
    for mutant in sample(name, listed()[name]):
        shown = laboratory(name).try_on(guards(name)[mutant])
        assert shown.killer in (None, Killer.LEMMA), f"{mutant}: {shown.how}"


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_listed_is_noticed(name: str) -> None:
    """In the smallest scope most are; what needs a larger one is not looked at here."""
    rest = [mutant for mutant in guards(name) if mutant not in listed()[name]]
    fates = [laboratory(name).try_on(guards(name)[mutant]).fate for mutant in sample(name, rest)]
    assert Fate.KILLED in fates or Fate.EQUIVALENT in fates


def sample(name: str, of: list[str]) -> list[str]:
    """Some of them: others whenever the text changes, the same for everybody."""
    return Random(protocol(name).digest).sample(sorted(of), min(SAMPLE, len(of)))

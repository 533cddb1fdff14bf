"""A recording notices a mutant where its verdict changes."""

from __future__ import annotations

from pathlib import Path

from checker.language.load import load
from checker.language.mutants import mutants
from checker.language.protocol import Protocol
from checker.mutate.fate import Fate, Killer
from checker.mutate.mutate import mutate
from tests.cli.run import LOCK, events

NAME = "give: guard left out: held[w]"


def lock(place: Path) -> Protocol:
    path = place / "lock.mig"
    path.write_text(LOCK, encoding="utf-8")
    found, diagnostics = load(path)
    assert found is not None, diagnostics
    return found


def test_a_recording_notices_what_nothing_else_does(tmp_path: Path) -> None:
    protocol = lock(tmp_path)
    bad, good = tmp_path / "bad.jsonl", tmp_path / "good.jsonl"
    good.write_text(events("take ann", "give ann"), encoding="utf-8")
    bad.write_text(events("take ann", "give ann", "give ann"), encoding="utf-8")
    wanted = tuple(mutant for mutant in mutants(protocol) if mutant.name == NAME)
    (alone,) = mutate(protocol, wanted=wanted).shown
    assert alone.fate is Fate.SURVIVED
    (silent,) = mutate(protocol, wanted=wanted, recordings=(("good", (good,)),)).shown
    assert silent.fate is Fate.SURVIVED
    (found,) = mutate(protocol, wanted=wanted, recordings=(("good", (good,)), ("bad", (bad,)))).shown
    assert (found.fate, found.killer, found.what) == (Fate.KILLED, Killer.RECORDING, "bad")
    assert found.how == "recording bad is explained, which breaks a rule of the text"

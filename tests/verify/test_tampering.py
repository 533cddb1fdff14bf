"""A certificate in which anything was changed is refused, and the sentence says which line of it is wrong."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from checker.language.digest import typed_digest
from checker.verify.api import Said
from checker.verify.text import DEEPEST, MOST_CHARACTERS, Unreadable
from tests.prove.texts import read as protocol_of
from tests.verify.certified import TEXTS, certified, checked, protocol, written


@dataclass(frozen=True, slots=True)
class Tampering:
    """What becomes of which texts, only where they stand first or everywhere, and what is said of it."""

    name: str
    edits: tuple[tuple[str, str], ...]
    everywhere: bool
    sentence: str

    def of(self, text: str) -> str:
        for old, new in self.edits:
            assert old in text, f"{self.name} is about nothing"
            text = text.replace(old, new) if self.everywhere else text.replace(old, new, 1)
        return text


def tamperings() -> Iterator[Tampering]:
    """Those of the file `tampering.txt`."""
    first, _, everywhere = (
        Path(__file__).with_name("tampering.txt").read_text(encoding="utf-8").partition("everywhere\n")
    )
    for part, chunks in ((False, first), (True, everywhere)):
        for chunk in chunks.split("\n# ")[1:]:
            name, *lines = chunk.strip().split("\n")
            edits: list[list[list[str]]] = []
            for line in lines[:-1]:
                if line.startswith("-") and (not edits or edits[-1][1]):
                    edits.append([[], []])
                edits[-1][line.startswith("+")].append(line[2:])
            pairs = tuple(("\n".join(old), "\n".join(new)) for old, new in edits)
            yield Tampering(name, pairs, part, lines[-1].removeprefix("= "))


TAMPERINGS = tuple(tamperings())

UNREADABLE = {
    "nothing": ("", "this is no certificate"),
    "a protocol's text": ('module gate "Cars"\n', "expected a command in brackets"),
    "some other script": ("(set-logic ALL)\n(check-sat)\n", "this is no certificate: the header does not say"),
    "no logic": ("(set-info :certificate-format 1)\n", "it does not begin with `set-info` commands"),
    "bytes": ("\x00\x01", "has no place in a certificate"),
    "not ASCII": ("(set-info :protocol \u201cgate\u201d)", "has no place in a certificate"),
    "a quoted symbol": ("(declare-fun |a b| () Bool)", "'|' has no place in a certificate"),
    "a closed bracket": (")", "expected a command in brackets"),
    "too deep": ("(" * (DEEPEST + 1), f"nested deeper than {DEEPEST}"),
    "a million brackets": ("(" * 1_000_000, f"nested deeper than {DEEPEST}"),
    "too long": (" " * (MOST_CHARACTERS + 1), "longer than"),
}


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda item: item.name)
def test_what_was_changed_is_refused(tampering: Tampering) -> None:
    changed = tampering.of(written("gate"))
    found = checked(protocol("gate"), changed)
    refused = [check.reason for check in found.checks if check.said is Said.REFUSED]
    if found.refusal is not None:
        assert not certified(found)
        assert 1 <= found.refusal.line <= changed.count("\n") + 1
        refused.append(found.refusal.reason)
    assert any(tampering.sentence in reason for reason in refused), refused


def test_there_are_tamperings() -> None:
    assert len({item.name for item in TAMPERINGS}) == len(TAMPERINGS) > 50


def test_what_stands_after_the_end_is_refused() -> None:
    for more in ("(assert false)", "(check-sat)", "(exit)", '(echo "well done")'):
        found = checked(protocol("gate"), written("gate") + more)
        assert found.refusal is not None
        assert f"expected the end of the text, and here is `{more}`" == found.refusal.reason


@pytest.mark.parametrize(("text", "sentence"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_certificate_is_not_read(text: str, sentence: str) -> None:
    with pytest.raises(Unreadable, match=sentence.replace("|", r"\|")):
        checked(protocol("gate"), text)


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9, 0.999])
def test_a_certificate_that_ends_early_proves_nothing(part: float) -> None:
    text = written("gate")[: int(part * len(written("gate")))]
    with pytest.raises(Unreadable, match="the text ends within the command that starts here"):
        checked(protocol("gate"), text)


def test_a_certificate_that_ends_between_two_commands_proves_nothing() -> None:
    whole = written("gate")
    found = checked(protocol("gate"), whole[: whole.rindex("(pop 1)")])
    assert found.refusal is not None
    assert "expected `(pop 1)`, and here is the end of the text" in found.refusal.reason


def without_a_line(name: str) -> Iterator[tuple[str, str]]:
    """A protocol's text without one of its guards, each in turn."""
    lines = TEXTS[name].splitlines()
    for at, line in enumerate(lines):
        if line.strip().startswith("requires"):
            yield line.strip(), "\n".join(lines[:at] + lines[at + 1 :])


GUARDS = [(name, guard, text) for name in TEXTS for guard, text in without_a_line(name)]


@pytest.mark.parametrize(("name", "guard", "text"), GUARDS, ids=[f"{name}: {guard}" for name, guard, _ in GUARDS])
def test_a_text_without_one_guard_is_another_text(name: str, guard: str, text: str) -> None:
    other = protocol_of(text)
    found = checked(other, written(name))
    assert found.refusal is not None
    assert "another text" in found.refusal.reason
    # And with the digest made to fit.
    forged = written(name).replace(typed_digest(protocol(name)), typed_digest(other))
    found = checked(other, forged)
    assert found.refusal is not None
    assert "in the text" in found.refusal.reason


@pytest.mark.parametrize("name", TEXTS)
def test_no_line_can_be_dropped_or_doubled(name: str) -> None:
    """Chosen by chance: all but comments, and what the header says for people alone, count."""
    lines = written(name).splitlines()
    chance = random.Random(name)
    counting = [
        at for at, line in enumerate(lines)
        if line and not line.startswith(";") and ":left-out" not in line
    ]  # fmt: skip
    for at in chance.sample(counting, 25):
        for changed in (lines[:at] + lines[at + 1 :], lines[: at + 1] + lines[at:]):
            try:
                found = checked(protocol(name), "\n".join(changed) + "\n")
            except Unreadable:
                continue
            everything = {check.property.name for check in found.checks}
            refused = found.refusal is not None or any(check.said is Said.REFUSED for check in found.checks)
            assert refused or certified(found) < everything, lines[at]

"""Every part of the check is needed: with a fault in it, put in on purpose, some tampering is not refused as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from checker.verify import api, script, solve
from checker.verify.api import Said
from tests.verify.certified import checked, protocol, written
from tests.verify.test_tampering import TAMPERINGS


def _skip(reader: script._Reader, _: object) -> None:
    reader.at += 1


FAULTS: tuple[tuple[str, Any, str, Callable[..., Any], str], ...] = (
    ("any command will do", script._Reader, "expect", _skip, "a moment dropped"),
    ("hidden names are not looked for", script, "_problems", lambda *_: iter(()), "a binder that hides"),
    ("a name may be used again", script._Reader, "fresh", lambda _, names: frozenset(names), "a symbol declared again"),
    ("claims may lean on anything", script._Reader, "claims", lambda _: None, "a claim less that others lean on"),
    ("any text will do", api, "_same_text", lambda *_: {}, "another digest"),
    ("states are not compared", api, "validate", lambda *_: None, "a constant changed"),
    ("meanings are not asked for", api, "_same_meaning", lambda *_: None, "two symbols swapped"),
    ("the solver says yes to all", solve._Session, "ask", lambda *_: "unsat", "what is leaned on forgotten"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("where", "name", "fault", "tampering"), [item[1:] for item in FAULTS], ids=[i[0] for i in FAULTS]
)
def test_a_checker_with_a_fault_is_caught(
    where: Any, name: str, fault: Callable[..., Any], tampering: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = next(item for item in TAMPERINGS if item.name == tampering)
    monkeypatch.setattr(where, name, fault)
    found = checked(protocol("gate"), item.of(written("gate")))
    said = [check.reason for check in found.checks if check.said is Said.REFUSED]
    said += [found.refusal.reason] if found.refusal is not None else []
    assert not any(item.sentence in reason for reason in said)

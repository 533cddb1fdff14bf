"""Protocols and explorations that the tests of this room share."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from checker.explore.explore import Exploration, explore
from checker.language.load import load, load_text
from checker.language.protocol import Protocol
from checker.model.scope import Scope, declared_scope

PROTOCOLS = Path(__file__).resolve().parents[1] / "protocols"


@cache
def protocol(name: str) -> Protocol:
    """One of `tests/protocols/`."""
    found, diagnostics = load(PROTOCOLS / f"{name}.mig")
    assert found is not None, diagnostics
    return found


def text_protocol(text: str) -> Protocol:
    """A protocol written in a test."""
    found, diagnostics = load_text("test", text)
    assert found is not None, diagnostics
    return found


@cache
def explored(name: str, scope: str | None = None, symmetry: bool = True) -> Exploration:
    found = protocol(name)
    return explore(found, declared_scope(found, scope), symmetry=symmetry)


def sized(name: str, **sizes: int) -> Scope:
    """A scope of these sizes; `faults` is the budget."""
    return Scope(name, tuple((sort, size) for sort, size in sizes.items() if sort != "faults"), sizes.get("faults", 0))

"""What the tests of fleets share: the protocols that ship, and mixtures as files and traces."""

from __future__ import annotations

import io
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from checker.language.load import load
from checker.language.protocol import Protocol
from checker.trace.event import Trace
from checker.trace.readers import native
from checker.trace.readers.common import Input
from tests.recordings.fleet import headers

SPEC = Path(__file__).parents[2] / "spec"


@cache
def protocol(name: str) -> Protocol:
    found, _ = load(SPEC / f"{name}.mig")
    assert found is not None
    return found


def migration() -> Protocol:
    return protocol("migration")


def text(lines: Iterable[str], ends: str = "open", skew_ms: int | None = None) -> str:
    return "".join((*headers(ends, skew_ms), *lines))


def recorded(lines: Iterable[str]) -> Trace:
    """The trace that these lines are, after both logs' headers."""
    data = text(lines).encode()
    reading = native.read(Input(io.BytesIO(data), "mixture", "mixture", data[:4096]))
    assert not reading.complaints
    return Trace("mixture", reading.logs)

"""Long traces for the benches: many migrations between two hosts at once, made of the recordings that ship."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SHAPES = (
    ("clean-one-adapter", 12),
    ("clean-two-adapters", 3),
    ("f01-validation-port-refused", 2),
    ("f03-validation-policy-refused", 1),
    ("f04-operational-port-refused", 1),
    ("f06-save-failed", 1),
    ("f12-adapter-refused-then-accepted", 1),
    ("f15-nothing-saved", 2),
    ("there-and-back", 1),
)
AT_ONCE = 8  # migrations that go on at the same time
Line = dict[str, Any]


def two_hosts(events: int, seed: int) -> Iterator[Line]:
    """The lines of a trace of two hosts without a common clock: about so many events, hidden steps left out.

    Port ids are used again, as hosts do; which host's records come first in the file says nothing.
    """
    random = Random(seed)
    shapes = {name: _shape(name) for name, _ in SHAPES}
    logs: dict[str, list[Line]] = {"a": [], "b": []}
    ids = {"a": _Ids(), "b": _Ids()}
    going: list[tuple[int, list[Line]]] = []
    made = started = 0
    while made < events or going:
        while len(going) < AT_ONCE and made < events:
            name = random.choices([name for name, _ in SHAPES], [weight for _, weight in SHAPES])[0]
            going.append((started, list(shapes[name])))
            made += len(shapes[name])
            started += 1
        at = random.randrange(len(going))
        number, left = going[at]
        line = _renamed(left.pop(0), number)
        logs[line["log"]].append(ids[line["log"]].given(line, number))
        if not left:
            del going[at]
    for log, host in (("a", "HOST-A"), ("b", "HOST-B")):
        yield {"switchover": 1, "log": log, "host": host, "source": "oid", "begins": "empty", "ends": "complete"}
    for log in ("a", "b"):
        yield from logs[log]


def _shape(name: str) -> list[Line]:
    lines = (ROOT / "traces" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [line for line in map(json.loads, lines) if "event" in line]


def _renamed(line: Line, number: int) -> Line:
    """The line about a VM of its own, without times."""
    return {
        key: value.replace("VM1", f"VM{number}") if isinstance(value, str) else value
        for key, value in line.items()
        if key not in ("seq", "ts")
    }


class _Ids:
    """One host's port ids: the least that is free is given."""

    def __init__(self) -> None:
        self.free: list[int] = []
        self.next = 1
        self.held: dict[tuple[int, int], int] = {}

    def given(self, line: Line, number: int) -> Line:
        if "PortId" not in line:
            return line
        key = number, line["PortId"]
        if key not in self.held:
            if not self.free:
                self.free.append(self.next)
                self.next += 1
            self.held[key] = self.free.pop()
        line["PortId"] = self.held[key]
        refused = line["event"] == "OID_SWITCH_PORT_CREATE" and "status" in line
        if line["event"] == "OID_SWITCH_PORT_DELETE" or refused:
            self.free.append(self.held.pop(key))
        return line


def write(lines: Iterator[Line], path: Path) -> int:
    """Writes the lines; returns how many events there are."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for line in lines:
            file.write(json.dumps(line) + "\n")
            count += "event" in line
    return count

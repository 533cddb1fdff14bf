"""The judge against an oracle that tries everything, on random small traces that are right or spoiled."""

from __future__ import annotations

from collections import Counter

import pytest

from checker.model.scope import Scope
from checker.trace.event import Trace
from checker.trace.judge_trace import judge
from checker.trace.options import Options
from checker.trace.verdict import Part, VerdictKind
from tests.trace.oracle import Graph, Oracle, Recorder
from tests.trace.texts import EXCHANGE, POOL, REQUEST, load_protocol

SEEDS = 40
CASES = {
    "ids used again": (POOL, ("A",), "oid", False, 0),
    "two hosts": (EXCHANGE, ("A", "B"), "oid", False, 0),
    "lossy": (EXCHANGE, ("A", "B"), "quiet", False, 0),
    "one host of two": (EXCHANGE, ("A",), "oid", False, 1),
    "whole requests": (REQUEST, ("A",), "oid", False, 0),
    "begins and ends": (REQUEST, ("A",), "oid", True, 0),
    "begins and ends, lossy": (REQUEST, ("A",), "leaky", True, 0),
    "begins, ends and whole requests": (REQUEST, ("A",), "oid", None, 0),
}
# As many slots as events need, and a device without a name: an event that leaves it out may be about that one.
SCOPES = {
    POOL: Scope("all", (("Host", 1), ("Slot", 4), ("User", 2)), names=(("Host", ("A",)), ("User", ("u", "v")))),
    EXCHANGE: Scope("all", (("Host", 2), ("Job", 1)), names=(("Host", ("A", "B")), ("Job", ("j",)))),
    REQUEST: Scope("all", (("Device", 3),), names=(("Device", ("d", "e")),)),
}


SLOW = "ids used again"  # its states are many


@pytest.mark.parametrize("name", [pytest.param(n, marks=[pytest.mark.slow] if n == SLOW else []) for n in CASES])
def test_verdicts_are_the_oracles(name: str) -> None:
    text, hosts, source, phases, faults = CASES[name]
    protocol = load_protocol(text)
    kinds: Counter[str] = Counter()
    graph = Graph(protocol, SCOPES[text])
    for seed in range(SEEDS):
        trace = Recorder(graph, seed, source, phases, 0.0 if text is EXCHANGE else 0.15).trace(hosts, 14, 6)
        (part,) = judge(protocol, trace, Options(faults=faults, seconds=5, sizes=SCOPES[text].sizes if faults else ()))
        if part.kind is VerdictKind.UNKNOWN and trace.logs[0].begins == "anywhere":
            kinds["unknown"] += 1  # it may be, where logs begin in very many states
            continue
        wanted = Oracle(graph, trace, faults).verdict()
        assert part.kind.value == wanted, told(name, seed, trace, part)
        kinds[wanted] += 1
    assert len(kinds - Counter("unknown")) >= 2, kinds  # the traces are of several sorts
    assert kinds["unknown"] <= SEEDS / 10, kinds


def told(name: str, seed: int, trace: Trace, part: Part) -> str:
    """What to look at when the two differ."""
    lines = [f"{name}, seed {seed}: the judge says {part.kind}"]
    for log in trace.logs:
        lines.append(f"{log.name}: begins {log.begins}, ends {log.ends}")
        lines += [f"    {e.name} {dict(e.fields)} {e.status} {e.phase or ''}" for e in log.events]
    return "\n".join([*lines, *(finding.message for finding in part.findings)])

"""The clean migration with one event gone, or two neighbours of one host exchanged: the right event and rule are named.

Lines count in `traces/clean-one-adapter.jsonl`, whose first two are the headers.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker.language.load import load
from checker.language.protocol import Protocol
from checker.trace.judge_trace import judge_all
from checker.trace.readers import read
from checker.trace.verdict import Verdict, VerdictKind

TOP = Path(__file__).parents[2]
CLEAN = (TOP / "traces" / "clean-one-adapter.jsonl").read_text().splitlines()
END = None

# The line that is gone, the line of the first event that no run explains then, and the rule in its way.
GONE = (
    (3, 4, "Y-01"), (4, 11, "M-08"), (5, 12, "M-08"), (6, 7, "N-02"), (7, 8, "M-22"), (8, 9, "M-01"), (9, 10, "M-01"),
    (10, 11, "Y-01"), (11, 13, "M-01"), (12, 13, "M-01"), (13, 14, "P-05"), (14, 15, "W-03"), (15, 16, "Y-01"),
    (16, 18, "A-29"), (17, 18, "A-29"), (18, 23, "M-20"), (19, 30, "R-10"), (20, 31, "R-10"), (21, 22, "S-02"),
    (22, 23, "M-05"), (23, 24, "N-04"), (24, 25, "P-06"), (25, 26, "P-05"), (26, 28, "M-02"), (27, 34, "M-15"),
    (28, 29, "N-02"), (29, 30, "R-01"), (30, 32, "R-02"), (31, 32, "R-02"), (32, 33, "M-06"), (33, 34, "M-15"),
    (34, END, "A-20"),
)  # fmt: skip

# Two neighbours of one host, and the rule that is broken when they change places; the later one is the event.
EXCHANGED = (
    (3, 4, "Y-01"), (6, 7, "N-02"), (7, 8, "M-22"), (8, 9, "M-01"), (9, 18, "M-01"), (21, 22, "S-02"), (22, 23, "M-05"),
    (23, 24, "N-04"), (24, 25, "P-06"), (25, 26, "P-05"), (27, 34, "M-15"), (10, 11, "Y-01"), (12, 13, "M-01"),
    (13, 14, "P-05"), (14, 15, "W-03"), (15, 16, "Y-01"), (17, 28, "M-01"), (28, 29, "N-02"), (29, 30, "R-01"),
    (31, 32, "R-02"), (32, 33, "M-06"),
)  # fmt: skip

# Neighbours in no particular order: two policies, two pieces of data, the pause and the first save, the end of the port
# and the end of the VM, a policy and the adapter.
FREE = ((4, 5), (5, 6), (11, 12), (16, 17), (18, 19), (19, 20), (26, 27), (30, 31))


@pytest.fixture(scope="module")
def protocols() -> tuple[Protocol, ...]:
    loaded = [load(TOP / "spec" / f"{name}.mig")[0] for name in ("migration", "switch")]
    return tuple(protocol for protocol in loaded if protocol is not None)


def judged(protocols: tuple[Protocol, ...], lines: list[str], folder: Path) -> Verdict:
    path = folder / "perturbed.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return judge_all(protocols, read([path]))


def exchanged(one: int, other: int) -> list[str]:
    """The recording with what two lines say exchanged, but not their numbers and times."""
    first, second = json.loads(CLEAN[one - 1]), json.loads(CLEAN[other - 1])
    kept = [{key: event[key] for key in ("log", "seq", "ts")} for event in (first, second)]
    lines = list(CLEAN)
    lines[one - 1], lines[other - 1] = json.dumps(second | kept[0]), json.dumps(first | kept[1])
    return lines


def blame(verdict: Verdict) -> tuple[int | None, set[str]]:
    """The line of the event that the first finding names, and the rules of all findings of that part."""
    part = next(part for part in verdict.parts if part.kind is verdict.kind)
    event = part.findings[0].event
    rules = {rule for finding in part.findings for rule in finding.rules}
    return (event.origin.place if event is not None else END), rules


def test_every_event_is_in_the_table() -> None:
    assert [gone for gone, _, _ in GONE] == list(range(3, len(CLEAN) + 1))


@pytest.mark.parametrize(("gone", "event", "rule"), GONE)
def test_one_event_gone(
    protocols: tuple[Protocol, ...], gone: int, event: int | None, rule: str, tmp_path: Path
) -> None:
    verdict = judged(protocols, CLEAN[: gone - 1] + CLEAN[gone:], tmp_path)
    assert verdict.kind is VerdictKind.VIOLATES
    line, rules = blame(verdict)
    assert line == (event - 1 if event is not None else END)  # it has moved up by the line that is gone
    assert rule in rules


@pytest.mark.parametrize(("one", "other", "rule"), EXCHANGED)
def test_two_events_exchanged(protocols: tuple[Protocol, ...], one: int, other: int, rule: str, tmp_path: Path) -> None:
    verdict = judged(protocols, exchanged(one, other), tmp_path)
    assert verdict.kind is VerdictKind.VIOLATES
    line, rules = blame(verdict)
    assert line == one  # where the later of the two now stands
    assert rule in rules


@pytest.mark.parametrize(("one", "other"), FREE)
def test_order_that_means_nothing(protocols: tuple[Protocol, ...], one: int, other: int, tmp_path: Path) -> None:
    assert judged(protocols, exchanged(one, other), tmp_path).kind is VerdictKind.CONFORMS

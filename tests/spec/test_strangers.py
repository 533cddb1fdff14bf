"""A recording that says what no protocol understands is never simply a good one."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.language.load import load
from checker.language.protocol import Protocol
from checker.model.judge import Standing
from checker.trace.judge_trace import judge_all
from checker.trace.readers import read
from checker.trace.verdict import Verdict, VerdictKind

TOP = Path(__file__).parents[2]
CLEAN = (TOP / "traces" / "clean-one-adapter.jsonl").read_text()


@pytest.fixture(scope="module")
def protocols() -> tuple[Protocol, ...]:
    loaded = [load(TOP / "spec" / f"{name}.mig")[0] for name in ("migration", "switch")]
    return tuple(protocol for protocol in loaded if protocol is not None)


def judged(protocols: tuple[Protocol, ...], text: str, folder: Path) -> Verdict:
    path = folder / "strange.jsonl"
    path.write_text(text)
    return judge_all(protocols, read([path]))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"VM_PAUSED"', '"VM_PAUSD"', "no protocol here knows an event `VM_PAUSD`; nearest: `VM_PAUSED`"),
        ('"VM_PAUSED"', '"SOMETHING"', "no protocol here knows an event `SOMETHING`"),
        ('"PortId"', '"PortID"', "no event here has a field `PortID`, 26 times; nearest: `PortId`"),
        ('"VmName": "VM1"}', '"VmName": "VM1", "Status": "RESOURCES"}', "`Status`, 4 times; nearest: `status`"),
    ],
)
def test_a_name_that_nobody_knows_makes_it_unreadable(
    protocols: tuple[Protocol, ...], old: str, new: str, message: str, tmp_path: Path
) -> None:
    assert old in CLEAN
    verdict = judged(protocols, CLEAN.replace(old, new), tmp_path)
    assert verdict.kind is VerdictKind.UNREADABLE
    assert any(message in complaint.message for complaint in verdict.complaints if complaint.fatal)


def test_a_field_that_nobody_asks_for_is_mentioned_once(protocols: tuple[Protocol, ...], tmp_path: Path) -> None:
    verdict = judged(protocols, CLEAN.replace('"PortId": 1,', '"PortId": 1, "NicIndex": 0,'), tmp_path)
    assert verdict.kind is VerdictKind.CONFORMS
    assert [(c.fatal, "`NicIndex`" in c.message) for c in verdict.complaints] == [(False, True)]


def test_nothing_to_judge_is_not_a_yes(protocols: tuple[Protocol, ...], tmp_path: Path) -> None:
    headers = "".join(CLEAN.splitlines(keepends=True)[:2])
    assert judged(protocols, headers, tmp_path).kind is VerdictKind.UNKNOWN


def test_a_host_without_a_log_is_named_and_its_rules_are_not_held(
    protocols: tuple[Protocol, ...], tmp_path: Path
) -> None:
    lines = [line for line in CLEAN.splitlines(keepends=True) if '"log": "a"' in line]
    verdict = judged(protocols, "".join(lines), tmp_path)
    migration = next(part for part in verdict.parts if part.protocol == "migration")
    assert "no log of HOST-B is here, so nothing that happened there is observed" in migration.notes
    standing = {line.name: line.standing for line in migration.roster}
    assert standing["W-02"] is not Standing.HELD
    assert standing["R-02"] is Standing.NOT_OBSERVABLE  # the restore is the destination's


def test_a_cut_log_owes_nothing_at_its_end(protocols: tuple[Protocol, ...], tmp_path: Path) -> None:
    verdict = judged(protocols, CLEAN[: len(CLEAN) // 2], tmp_path)
    assert verdict.left_out == 1
    assert {part.kind for part in verdict.parts} <= {VerdictKind.UNFINISHED, VerdictKind.CONFORMS}

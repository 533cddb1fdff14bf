"""SPIN reads the Promela text of a protocol and must count the same states and steps, and find the same bugs.

The text is made from the typed tree and shares no code with the engines, and SPIN shares none with anybody here. These
tests are left out, loudly, where `spin` or a C compiler is missing.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from checker.explore.explore import explore
from checker.language.load import load
from checker.language.protocol import Protocol
from checker.model.scope import declared_scope
from tests.agreement.spin import MISSING, expected, spin
from tests.explore.made import text_protocol
from tests.export.awkward import AWKWARD

ROOT = Path(__file__).resolve().parents[2]
needs_spin = pytest.mark.skipif(
    bool(MISSING),
    reason=f"NOT CHECKED AGAINST SPIN: {' and '.join(MISSING)} missing (Debian: apt-get install spin gcc)",
)

CASES = [
    ("tests/protocols/lock.mig", "three", ()),
    ("tests/protocols/counter.mig", "jammed", ()),
    ("tests/protocols/philosophers.mig", "table", ()),
    ("tests/protocols/ring.mig", "three", ()),
    ("tests/protocols/ring.mig", "lost_for_good", ()),
    ("tests/protocols/two_phase.mig", "n3", ()),
    ("tests/protocols/handover.mig", "m12", ()),
    ("spec/switch.mig", "one_port", ()),
    ("spec/migration.mig", "single", ()),
    # Seeded bugs: a rule is left out, and an invariant breaks.
    ("tests/protocols/lock.mig", "two", ("L-1",)),
    ("tests/protocols/two_phase.mig", "n3", ("T-1",)),
    ("spec/switch.mig", "one_port", ("V-04",)),
    ("spec/migration.mig", "single", ("M-20",)),
]


def protocol(path: str) -> Protocol:
    found, diagnostics = load(ROOT / path)
    assert found is not None, diagnostics
    return found


@needs_spin
@pytest.mark.parametrize(("path", "scope", "without"), CASES)
def test_counts_and_verdicts_are_ours(path: str, scope: str, without: tuple[str, ...], tmp_path: Path) -> None:
    text = protocol(path)
    within = replace(declared_scope(text, scope), without=frozenset(without))
    found = explore(text, within, symmetry=False)
    assert spin(text, within, tmp_path) == expected(found)
    if without:
        whole = explore(text, declared_scope(text, scope), symmetry=False)
        assert expected(found).failing - expected(whole).failing


@needs_spin
def test_awkward_names_mean_the_same(tmp_path: Path) -> None:
    text = text_protocol(AWKWARD)
    found = explore(text, declared_scope(text), symmetry=False)
    assert spin(text, declared_scope(text), tmp_path) == expected(found)


# What is put in the text in place of something else: each must be noticed by the counts or by the verdicts.
FAULTS = [
    ("a guard is dropped", "lock", "two", "&& !(holds[Client_client1] || holds[Client_client2])", ""),
    ("a guard is negated", "counter", "jammed", "(level < 5)) -> level", "!(level < 5)) -> level"),
    ("an assignment is dropped", "two_phase", "n3", "; said[Participant_participant1] = t1", ""),
    ("a location gets another's value", "lock", "two", "holds[Client_client1] = t1", "holds[Client_client1] = t0"),
    ("the budget is not asked for", "ring", "three", " && (faults < 1)", ""),
    ("an index is off", "handover", "m12", "target[Vm_vm1 * 2 + Slot_slot2] = ", "target[Vm_vm1 * 2] = "),
    ("an assumption is not heeded", "ring", "three", "goto no_start", "skip"),
    ("a property is weaker", "philosophers", "table", "assert(!2)", "skip"),
]


@needs_spin
@pytest.mark.parametrize(("name", "scope", "right", "wrong"), [case[1:] for case in FAULTS], ids=[f[0] for f in FAULTS])
def test_a_fault_in_the_text_is_noticed(name: str, scope: str, right: str, wrong: str, tmp_path: Path) -> None:
    text = protocol(f"tests/protocols/{name}.mig")
    within = declared_scope(text, scope)
    found = explore(text, within, symmetry=False)
    assert spin(text, within, tmp_path, (right, wrong)) != expected(found)

"""The machine that a port and its adapter go through, drawn from the texts, is the one of the documentation.

The documentation ("Hyper-V Extensible Switch Port and Network Adapter States") has seven states and ten edges. Its
PortCreated and NicDeleted are one state here, a created port without an adapter, since nothing tells what may happen in
the one from what may happen in the other; so edges 2 and 8, and 3 and 9, are one each.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from checker.explore.pictures import machines, reach
from checker.language.load import load
from checker.model.ground import Machine
from checker.model.scope import declared_scope

ROOT = Path(__file__).resolve().parents[2]

STATES = {
    "PortNotCreated": "absent, absent",
    "PortCreated": "created, absent",
    "NicCreated": "created, created",
    "NicConnected": "created, connected",
    "NicDisconnected": "created, disconnected",
    "NicDeleted": "created, absent",
    "PortTearingDown": "tearing_down, absent",
}
EDGES = [
    ("PortNotCreated", "port_create", "PortCreated"),
    ("PortCreated", "nic_create", "NicCreated"),
    ("PortCreated", "port_teardown", "PortTearingDown"),
    ("NicCreated", "nic_connect", "NicConnected"),
    ("NicCreated", "nic_delete", "NicDeleted"),
    ("NicConnected", "nic_disconnect", "NicDisconnected"),
    ("NicDisconnected", "nic_delete", "NicDeleted"),
    ("NicDeleted", "nic_create", "NicCreated"),
    ("NicDeleted", "port_teardown", "PortTearingDown"),
    ("PortTearingDown", "port_delete", "PortNotCreated"),
]


def drawn(spec: str, scope: str, title: str, without: tuple[str, ...] = ()) -> set[tuple[str, str, str]]:
    """The arrows of the machine, faults left out: the documentation speaks of requests."""
    text, diagnostics = load(ROOT / spec)
    assert text is not None, diagnostics
    reached = reach(Machine(text, replace(declared_scope(text, scope), without=frozenset(without))))
    picture = next(each for each in machines(reached, ["port", "link"]) if each.title == title)
    label = {node.id: node.label for node in picture.nodes}
    assert set(label.values()) == set(STATES.values())
    return {(label[arrow.source], arrow.label, label[arrow.target]) for arrow in picture.arrows if not arrow.fault}


@pytest.mark.parametrize(
    ("spec", "scope", "title"),
    [
        ("spec/switch.mig", "one_port", "port, link"),
        ("spec/migration.mig", "single", "port, link (operational)"),
    ],
)
def test_the_machine_is_the_documented_one(spec: str, scope: str, title: str) -> None:
    assert drawn(spec, scope, title) == {(STATES[source], request, STATES[target]) for source, request, target in EDGES}


def test_another_machine_is_seen() -> None:
    """Without the rule that asks for a disconnection before a deletion there are more arrows."""
    wanted = {(STATES[source], request, STATES[target]) for source, request, target in EDGES}
    found = drawn("spec/migration.mig", "single", "port, link (operational)", without=("N-04",))
    assert found - wanted

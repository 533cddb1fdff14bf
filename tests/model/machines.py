"""Protocols for these tests, from text."""

from __future__ import annotations

from unittest.mock import patch

from checker.language.load import load_text
from checker.language.protocol import Protocol
from checker.model.ground import Machine
from checker.model.reference import State
from checker.model.run import Step
from checker.model.scope import Scope

LOCK = """
module lock "A lock with a queue, keys, and a fault"
source PAGE "page"
rule L-01 switch PAGE "Only one holds it."
rule L-02 unwritten PAGE "Who waits asked first."
sort Client
enum Lamp { green, amber, red }
const boss: Client
param patient = true
state holds[Client]: bool = false
state waits[Client]: bool = false
state lamp: Lamp = green
state level: int[-1..2] = 0 - 1
let busy = exists c: Client. holds[c]
action take(c: Client) {
    requires not busy                    @ L-01
    requires patient implies waits[c]    @ L-02
    requires level < 2
    begin { lamp := amber }
    outcome SUCCESS {
        holds[c] := true  waits[c] := false  lamp := red
        level := if level < 2 then level + 1 else level
    }
    outcome REFUSED failure { lamp := green }
}
action wait(c: Client) { requires not waits[c] and not holds[c]   waits[c] := true }
action leave(c: Client) { requires holds[c]   holds[c] := false   lamp := green }
hidden action rest { requires lamp == green }
fault reset { for c: Client where c != boss { holds[c] := false  waits[c] := false }  lamp := green  level := 0 - 1 }
invariant alone @ L-01 forall a: Client, b: Client. holds[a] and holds[b] implies a == b
step only_by_take @ L-01 forall c: Client. holds[c] and not old(holds[c]) implies did(take(c).SUCCESS)
scope small { Client = 2  faults = 1 }
"""


def protocol(text: str) -> Protocol:
    """The typed text, also where lowering would refuse it: what the layers below then do is tested on its own."""
    with patch("checker.language.meaning.check_meaning"):
        found, diagnostics = load_text("test.mig", text)
    assert found is not None, [str(item.message) for item in diagnostics]
    return found


def machine(text: str, scope: Scope | None = None, **sizes: int) -> Machine:
    return Machine(protocol(text), scope if scope is not None else Scope("test", tuple(sizes.items())))


def first(machine: Machine) -> bytes:
    return next(machine.initial_states())


def number(machine: Machine, action: str, *args: int, moment: str = "SUCCESS") -> int:
    return machine.number(Step(action, moment, args))


def state(machine: Machine, packed: bytes) -> State:
    return machine.layout.unpack(packed)

"""Recordings in which everything goes as the documents say."""

from __future__ import annotations

from tests.recordings.tape import Tape, migrate, start

VM, NIC = "VM1", "VM1--N1"


def clean_one_adapter() -> Tape:
    tape = Tape()
    start(tape, "a", VM, (NIC,))
    migrate(tape, "a", "b", VM, (NIC,))
    return tape


def clean_two_adapters() -> Tape:
    tape = Tape()
    start(tape, "a", VM, (NIC, "VM1--N2"))
    migrate(tape, "a", "b", VM, (NIC, "VM1--N2"))
    return tape


def there_and_back() -> Tape:
    tape = Tape()
    start(tape, "a", VM, (NIC,))
    migrate(tape, "a", "b", VM, (NIC,), stay=1)
    migrate(tape, "b", "a", VM, (NIC,), stay=2)
    return tape


def no_common_clock() -> Tape:
    tape = Tape(skew_ms=None)
    start(tape, "a", VM, (NIC,))
    migrate(tape, "a", "b", VM, (NIC,))
    return tape


def two_vms_cross() -> Tape:
    tape = Tape()
    start(tape, "a", VM, (NIC,))
    start(tape, "b", "VM2", ("VM2--N1",))
    migrate(tape, "a", "b", VM, (NIC,))
    migrate(tape, "b", "a", "VM2", ("VM2--N1",))
    return tape


def cut_off_in_the_blackout() -> Tape:
    tape = clean_one_adapter()
    tape.ends = "open"
    deleted = next(
        i for i, line in enumerate(tape.lines) if line["log"] == "a" and line["event"] == "OID_SWITCH_PORT_DELETE"
    )
    del tape.lines[deleted + 1 :]
    return tape

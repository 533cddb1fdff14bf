"""One recording for each failure of the rulebook's section (h) that a log can show."""

from __future__ import annotations

from tests.recordings.clean import NIC, VM
from tests.recordings.tape import (
    VLAN,
    Tape,
    ask,
    attach,
    blobs_of,
    dismantle,
    migrate,
    prepare,
    restore,
    save,
    start,
    validate,
)

REFUSED = "DATA_NOT_ACCEPTED"


def begun(ends: str = "complete", nics: tuple[str, ...] = (NIC,)) -> Tape:
    """A VM that runs on the first host and has begun to move to the second."""
    tape = Tape(ends=ends)
    start(tape, "a", VM, nics)
    ask(tape, "a", "b", VM)
    return tape


def saved(ends: str = "complete") -> Tape:
    """The same, up to the end of the save."""
    tape = begun(ends)
    validate(tape, "b", NIC)
    prepare(tape, "b", NIC)
    tape.add("a", "VM_PAUSED", VmName=VM)
    save(tape, "a", NIC, blobs_of(NIC))
    return tape


def dismantled(ends: str = "complete") -> Tape:
    """The same, up to the end of the source's port."""
    tape = saved(ends)
    dismantle(tape, "a", NIC)
    tape.add("a", "VM_STOPPED", VmName=VM)
    return tape


def failed(tape: Tape) -> Tape:
    ask(tape, "a", "b", VM, "MIGRATION_FAILED")
    return tape


def f01_validation_port_refused() -> Tape:
    tape = begun()
    tape.port("b", NIC, "validation", REFUSED)
    return failed(tape)


def f02_resources_then_accepted() -> Tape:
    tape = begun("open")
    validate(tape, "b", NIC)
    tape.port("b", NIC, status="RESOURCES")
    prepare(tape, "b", NIC)
    return tape


def f02_validation_port_refused_for_resources() -> Tape:
    tape = begun("open")
    tape.port("b", NIC, "validation", "RESOURCES")
    return tape


def f03_validation_policy_refused() -> Tape:
    tape = begun()
    tape.port("b", NIC, "validation")
    tape.on_port("b", "OID_SWITCH_PORT_PROPERTY_ADD", NIC, "validation", PropertyId="vlan", status=REFUSED)
    tape.drop_port("b", NIC, "validation")
    return failed(tape)


def f04_operational_port_refused() -> Tape:
    tape = begun()
    validate(tape, "b", NIC)
    tape.port("b", NIC, status=REFUSED)
    return failed(tape)


def f05_operational_policy_refused() -> Tape:
    tape = begun()
    validate(tape, "b", NIC)
    tape.port("b", NIC)
    tape.on_port("b", "OID_SWITCH_PORT_PROPERTY_ADD", NIC, PropertyId="vlan")
    tape.on_port("b", "OID_SWITCH_PORT_PROPERTY_ADD", NIC, PropertyId="security", status=REFUSED)
    tape.drop_port("b", NIC)
    return failed(tape)


def f05_saved_all_the_same() -> Tape:
    tape = begun("open")
    validate(tape, "b", NIC)
    tape.port("b", NIC)
    tape.on_port("b", "OID_SWITCH_PORT_PROPERTY_ADD", NIC, PropertyId="vlan", status=REFUSED)
    save(tape, "a", NIC, blobs_of(NIC))
    return tape


def f06_save_failed() -> Tape:
    tape = begun()
    validate(tape, "b", NIC)
    prepare(tape, "b", NIC)
    tape.on_nic("a", "OID_SWITCH_NIC_SAVE", NIC, ExtensionId="filter", status="FAILURE")
    tape.on_nic("a", "OID_SWITCH_NIC_SAVE_COMPLETE", NIC)
    ask(tape, "a", "b", VM, "MIGRATION_FAILED")
    tape.drop_port("b", NIC)
    return tape


def f06_dismantled_after_failed_save() -> Tape:
    tape = begun("open")
    validate(tape, "b", NIC)
    prepare(tape, "b", NIC)
    tape.add("a", "VM_PAUSED", VmName=VM)
    tape.on_nic("a", "OID_SWITCH_NIC_SAVE", NIC, ExtensionId="filter", status="FAILURE")
    tape.on_nic("a", "OID_SWITCH_NIC_SAVE_COMPLETE", NIC)
    dismantle(tape, "a", NIC)
    return tape


def f07_buffer_too_short() -> Tape:
    tape = begun("open")
    validate(tape, "b", NIC)
    prepare(tape, "b", NIC)
    tape.on_nic("a", "OID_SWITCH_NIC_SAVE", NIC, ExtensionId="filter", status="BUFFER_TOO_SHORT")
    save(tape, "a", NIC, blobs_of(NIC))
    return tape


def f07_too_short_for_ever() -> Tape:
    tape = begun("open")
    validate(tape, "b", NIC)
    prepare(tape, "b", NIC)
    for _ in range(2):
        tape.on_nic("a", "OID_SWITCH_NIC_SAVE", NIC, ExtensionId="filter", status="BUFFER_TOO_SHORT")
    return tape


def f08_disconnect_swallowed() -> Tape:
    tape = saved("open")
    tape.on_nic("a", "OID_SWITCH_NIC_DISCONNECT", NIC, status="FAILURE")
    return tape


def f09_reference_leaked() -> Tape:
    tape = saved("open")
    tape.on_port("a", "ReferenceSwitchNic", NIC, ExtensionId="forward")
    tape.on_nic("a", "OID_SWITCH_NIC_DISCONNECT", NIC)
    return tape


def f09_deleted_under_a_reference() -> Tape:
    tape = f09_reference_leaked()
    tape.on_nic("a", "OID_SWITCH_NIC_DELETE", NIC)
    return tape


def f10_disconnect_held_back() -> Tape:
    """The requests of the dismantling with their begin and their end; a forwarding extension holds the first back."""
    tape = saved("open")
    tape.on_nic("a", "OID_SWITCH_NIC_DISCONNECT", NIC, phase="begin", req="r1")
    tape.on_nic("a", "OID_SWITCH_NIC_DISCONNECT", NIC, phase="end", req="r1")
    tape.on_nic("a", "OID_SWITCH_NIC_DELETE", NIC, phase="begin", req="r2")
    tape.on_nic("a", "OID_SWITCH_NIC_DELETE", NIC, phase="end", req="r2")
    return tape


def f11_adapter_refused_after_dismantling() -> Tape:
    tape = dismantled("open")
    tape.on_nic("b", "OID_SWITCH_NIC_CREATE", NIC, status=REFUSED)
    return failed(tape)


def f12_adapter_refused_then_accepted() -> Tape:
    tape = dismantled()
    tape.on_nic("b", "OID_SWITCH_NIC_CREATE", NIC, status="RESOURCES")
    attach(tape, "b", NIC)
    restore(tape, "b", NIC, blobs_of(NIC))
    tape.add("b", "VM_RUNNING", VmName=VM)
    ask(tape, "a", "b", VM, "MIGRATION_DONE")
    return tape


def f13_restore_failed() -> Tape:
    tape = dismantled("open")
    attach(tape, "b", NIC)
    extension, blob = blobs_of(NIC)[0]
    tape.on_nic(
        "b", "OID_SWITCH_NIC_RESTORE", NIC, ExtensionId=extension, Blob=blob, TakenBy=extension, status="FAILURE"
    )
    return failed(tape)


def f13_online_all_the_same() -> Tape:
    tape = f13_restore_failed()
    tape.lines.pop()
    tape.on_nic("b", "OID_SWITCH_NIC_RESTORE_COMPLETE", NIC)
    tape.add("b", "VM_RUNNING", VmName=VM)
    return tape


def f14_owner_missing() -> Tape:
    tape = dismantled()
    attach(tape, "b", NIC)
    for extension, blob in blobs_of(NIC):
        taken = {"TakenBy": extension} if extension == "filter" else {}
        tape.on_nic("b", "OID_SWITCH_NIC_RESTORE", NIC, ExtensionId=extension, Blob=blob, **taken)
    tape.on_nic("b", "OID_SWITCH_NIC_RESTORE_COMPLETE", NIC)
    tape.add("b", "VM_RUNNING", VmName=VM)
    ask(tape, "a", "b", VM, "MIGRATION_DONE")
    return tape


def f15_nothing_saved() -> Tape:
    """No extension of the source has data; the restore is completed all the same."""
    tape = begun()
    validate(tape, "b", NIC)
    prepare(tape, "b", NIC)
    tape.add("a", "VM_PAUSED", VmName=VM)
    save(tape, "a", NIC, ())
    dismantle(tape, "a", NIC)
    tape.add("a", "VM_STOPPED", VmName=VM)
    attach(tape, "b", NIC)
    restore(tape, "b", NIC, ())
    tape.add("b", "VM_RUNNING", VmName=VM)
    ask(tape, "a", "b", VM, "MIGRATION_DONE")
    return tape


def f16_connection_lost_before_save() -> Tape:
    tape = begun()
    tape.port("b", NIC, "validation")
    tape.add("a", "LINK_DOWN", Peer="HOST-B")
    tape.add("b", "LINK_DOWN", Peer="HOST-A")
    tape.drop_port("b", NIC, "validation")
    return failed(tape)


def f17_connection_lost_after_save() -> Tape:
    tape = saved()
    tape.add("a", "LINK_DOWN", Peer="HOST-B")
    tape.add("a", "VM_RUNNING", VmName=VM)
    ask(tape, "a", "b", VM, "MIGRATION_FAILED")
    tape.drop_port("b", NIC)
    return tape


def f18_connection_lost_in_the_blackout() -> Tape:
    tape = saved("open")
    tape.on_nic("a", "OID_SWITCH_NIC_DISCONNECT", NIC)
    tape.add("a", "LINK_DOWN", Peer="HOST-B")
    tape.add("b", "LINK_DOWN", Peer="HOST-A")
    tape.on_nic("a", "OID_SWITCH_NIC_DELETE", NIC)
    tape.drop_port("a", NIC)
    return tape


def f19_connection_lost_after_the_barrier() -> Tape:
    tape = dismantled()
    tape.on_nic("b", "OID_SWITCH_NIC_CREATE", NIC)
    tape.add("b", "LINK_DOWN", Peer="HOST-A")
    tape.on_nic("b", "OID_SWITCH_NIC_CONNECT", NIC)
    restore(tape, "b", NIC, blobs_of(NIC))
    tape.add("b", "VM_RUNNING", VmName=VM)
    ask(tape, "a", "b", VM, "MIGRATION_DONE")
    return tape


def f20_source_crashes_before_the_save() -> Tape:
    """The source's log just ends; the destination loses the connection and removes what it made."""
    tape = begun("open")
    validate(tape, "b", NIC)
    prepare(tape, "b", NIC)
    tape.add("b", "LINK_DOWN", Peer="HOST-A")
    tape.drop_port("b", NIC)
    return tape


def f21_source_crashes_when_released() -> Tape:
    """The source's log ends when its port is gone; the destination has all it needs and goes on alone."""
    tape = saved("open")
    dismantle(tape, "a", NIC)
    tape.on_nic("b", "OID_SWITCH_NIC_CREATE", NIC)
    tape.add("b", "LINK_DOWN", Peer="HOST-A")
    tape.on_nic("b", "OID_SWITCH_NIC_CONNECT", NIC)
    restore(tape, "b", NIC, blobs_of(NIC))
    tape.add("b", "VM_RUNNING", VmName=VM)
    return tape


def f22_destination_crashes_before_dismantling() -> Tape:
    """The destination's log ends; the source gives up and its VM runs on."""
    tape = saved("open")
    tape.add("a", "LINK_DOWN", Peer="HOST-B")
    tape.add("a", "VM_RUNNING", VmName=VM)
    return failed(tape)


def f23_destination_crashes_after_dismantling() -> Tape:
    """The destination's log ends in the blackout; nothing more is heard of the VM."""
    tape = dismantled("open")
    tape.add("a", "LINK_DOWN", Peer="HOST-B")
    return tape


def f24_cancelled() -> Tape:
    tape = begun()
    validate(tape, "b", NIC)
    ask(tape, "a", "b", VM, "MIGRATION_CANCEL")
    return failed(tape)


def f24_cancelled_too_late() -> Tape:
    tape = dismantled("open")
    ask(tape, "a", "b", VM, "MIGRATION_CANCEL")
    return tape


def f28_second_adapter_not_saved() -> Tape:
    nics = (NIC, "VM1--N2")
    tape = begun("open", nics)
    for nic in nics:
        validate(tape, "b", nic)
        prepare(tape, "b", nic)
    tape.add("a", "VM_PAUSED", VmName=VM)
    save(tape, "a", NIC, blobs_of(NIC))
    tape.on_nic("a", "OID_SWITCH_NIC_DISCONNECT", NIC)
    return tape


def f30_stale_blob_after_return() -> Tape:
    tape = Tape(ends="open")
    start(tape, "a", VM, (NIC,))
    migrate(tape, "a", "b", VM, (NIC,), stay=1)
    ask(tape, "b", "a", VM)
    validate(tape, "a", NIC)
    prepare(tape, "a", NIC)
    tape.add("b", "VM_PAUSED", VmName=VM)
    save(tape, "b", NIC, blobs_of(NIC, 2))
    dismantle(tape, "b", NIC)
    attach(tape, "a", NIC)
    restore(tape, "a", NIC, blobs_of(NIC, 1))
    return tape


def f31_second_migration_at_once() -> Tape:
    tape = begun("open")
    tape.port("b", NIC, "validation")
    tape.policies("b", NIC, "validation", VLAN)
    ask(tape, "a", "b", VM)
    return tape


def f33_online_before_restore() -> Tape:
    tape = dismantled("open")
    attach(tape, "b", NIC)
    tape.add("b", "VM_RUNNING", VmName=VM)
    return tape


def f35_adapter_updated_before_the_save() -> Tape:
    """Traffic leaves the virtual function first, which shows as an update of the adapter."""
    tape = begun("open")
    validate(tape, "b", NIC)
    prepare(tape, "b", NIC)
    tape.on_nic("a", "OID_SWITCH_NIC_UPDATED", NIC)
    save(tape, "a", NIC, blobs_of(NIC))
    return tape


def f36_reference_loses_the_race() -> Tape:
    tape = saved("open")
    tape.on_nic("a", "OID_SWITCH_NIC_DISCONNECT", NIC)
    tape.on_port("a", "ReferenceSwitchNic", NIC, ExtensionId="forward", status="FAILURE")
    tape.on_nic("a", "OID_SWITCH_NIC_DELETE", NIC)
    return tape


def f36_reference_after_disconnect() -> Tape:
    tape = saved("open")
    tape.on_nic("a", "OID_SWITCH_NIC_DISCONNECT", NIC)
    tape.on_port("a", "ReferenceSwitchNic", NIC, ExtensionId="forward")
    return tape


def barrier_broken() -> Tape:
    """The destination's adapter is made while the source's port is still there."""
    tape = saved("open")
    tape.on_nic("a", "OID_SWITCH_NIC_DISCONNECT", NIC)
    tape.on_nic("b", "OID_SWITCH_NIC_CREATE", NIC)
    return tape


def torn_down_under_its_adapter() -> Tape:
    tape = saved("open")
    tape.on_nic("a", "OID_SWITCH_NIC_DISCONNECT", NIC)
    tape.on_port("a", "OID_SWITCH_PORT_TEARDOWN", NIC)
    return tape

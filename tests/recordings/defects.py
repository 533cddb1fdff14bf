"""Real defects of switch extensions, as the orders of events that trigger or show them."""

from __future__ import annotations

from tests.recordings.clean import NIC, VM
from tests.recordings.tape import Tape, start

OTHER = "VM2--N1"


def one_host(ends: str = "open") -> Tape:
    return Tape(ends=ends, hosts=("a",))


def running(ends: str = "open") -> Tape:
    tape = one_host(ends)
    start(tape, "a", VM, (NIC,), ("vlan",))
    return tape


def ovs02_validation_port_then_real_port() -> Tape:
    tape = one_host("complete")
    tape.port("a", NIC, "validation")
    tape.policies("a", NIC, "validation", ("vlan",))
    tape.drop_port("a", NIC, "validation")
    start(tape, "a", VM, (NIC,), ("vlan",))
    return tape


def ovs02_adapter_on_validation_port() -> Tape:
    tape = one_host()
    tape.port("a", NIC, "validation")
    tape.add("a", "OID_SWITCH_NIC_CREATE", PortId=tape.ports["a", NIC, "validation"], NicName=NIC)
    return tape


def ovs04_update_of_unknown_adapter() -> Tape:
    tape = one_host()
    tape.port("a", NIC)
    tape.on_nic("a", "OID_SWITCH_NIC_UPDATED", NIC)
    return tape


def ovs05_port_updated_while_connected() -> Tape:
    tape = running("complete")
    tape.on_port("a", "OID_SWITCH_PORT_UPDATED", NIC)
    return tape


def ovs08_port_deleted_within_disconnect() -> Tape:
    tape = running()
    tape.add("a", "VM_STOPPED", VmName=VM)
    tape.on_nic("a", "OID_SWITCH_NIC_DISCONNECT", NIC)
    tape.on_port("a", "OID_SWITCH_PORT_DELETE", NIC)
    return tape


def ovs09_disconnect_within_connect() -> Tape:
    tape = one_host()
    tape.port("a", NIC)
    tape.on_nic("a", "OID_SWITCH_NIC_CREATE", NIC)
    tape.on_nic("a", "OID_SWITCH_NIC_CONNECT", NIC, phase="begin", req="r1")
    tape.on_nic("a", "OID_SWITCH_NIC_DISCONNECT", NIC, phase="begin", req="r2")
    return tape


def ovs10_connect_two_disconnect_one() -> Tape:
    tape = one_host("complete")
    start(tape, "a", VM, (NIC,), ())
    start(tape, "a", "VM2", (OTHER,), ())
    tape.add("a", "VM_STOPPED", VmName=VM)
    tape.on_nic("a", "OID_SWITCH_NIC_DISCONNECT", NIC)
    tape.on_nic("a", "OID_SWITCH_NIC_DELETE", NIC)
    tape.drop_port("a", NIC)
    return tape


def ovs11_port_deleted_without_a_word() -> Tape:
    tape = running("complete")
    tape.add("a", "VM_STOPPED", VmName=VM)
    tape.on_nic("a", "OID_SWITCH_NIC_DISCONNECT", NIC)
    tape.on_nic("a", "OID_SWITCH_NIC_DELETE", NIC)
    tape.on_port("a", "OID_SWITCH_PORT_TEARDOWN", NIC)
    return tape


def ms01_refused_adapter_not_undone() -> Tape:
    """The refusal, and the next creation begun although a ghost is left: only `pass` and `undo` inside could tell."""
    tape = one_host()
    tape.port("a", NIC)
    tape.on_nic("a", "OID_SWITCH_NIC_CREATE", NIC, status="RESOURCES")
    tape.on_nic("a", "OID_SWITCH_NIC_CONNECT", NIC)
    return tape


def ms01_refused_then_created() -> Tape:
    tape = one_host("complete")
    tape.port("a", NIC)
    tape.on_nic("a", "OID_SWITCH_NIC_CREATE", NIC, status="RESOURCES")
    tape.on_nic("a", "OID_SWITCH_NIC_CREATE", NIC)
    tape.on_nic("a", "OID_SWITCH_NIC_CONNECT", NIC)
    tape.add("a", "VM_RUNNING", VmName=VM)
    return tape


def vr01_policy_before_connect() -> Tape:
    tape = one_host("complete")
    tape.port("a", NIC)
    tape.policies("a", NIC, "operational", ("vlan",))
    tape.on_nic("a", "OID_SWITCH_NIC_CREATE", NIC)
    tape.policies("a", NIC, "operational", ("security",))
    tape.on_nic("a", "OID_SWITCH_NIC_CONNECT", NIC)
    tape.add("a", "VM_RUNNING", VmName=VM)
    return tape


def antrea01_port_removed_before_adapter() -> Tape:
    tape = running()
    tape.add("a", "VM_STOPPED", VmName=VM)
    tape.drop_port("a", NIC)
    tape.on_nic("a", "OID_SWITCH_NIC_DISCONNECT", NIC)
    return tape

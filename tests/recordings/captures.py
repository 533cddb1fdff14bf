"""Recordings of fuller captures: every provider of a Windows host, and the debug lines of drivers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.recordings.windows import (
    PORTS,
    VM,
    VMMS,
    VMSWITCH,
    WORKER,
    Export,
    Exported,
    _nic,
    _port,
    _switch,
    attach,
    detach,
)

VFPEXT = ("Microsoft-Windows-Hyper-V-VfpExt", "{9f2660ea-cfe7-428f-9850-aeca612619b0}", "")
CLUSTER = (
    "Microsoft-Windows-Hyper-V-High-Availability",
    "{64e92abc-910c-4770-bd9c-c3c54699b8f9}",
    "Microsoft-Windows-Hyper-V-High-Availability-Admin",
)
VETOED = "3222339587"  # 0xC0110003, as a capture writes it
TOO_SMALL, EXTENSION_FAILED = 6, 19  # reasons of a failed save
BEGIN_SAVE, CONTINUE_SAVE, END_SAVE, RESTORE = 11, 12, 13, 16

# ------------------------------------------------------------------------------------------------------- whole captures


def _policy(export: Export, file: str, host: str, port: str, number: int = 79) -> None:
    about = {"PropertyId": "vlan", "InstanceId": "1", "Operation": "0"}
    export.add(file, host, VMSWITCH, number, _port(PORTS[port]) | _switch() | about)


def _port_event(export: Export, file: str, host: str, port: str, *numbers: int) -> None:
    for number in numbers:
        about = {"Flags": "0", "OwnerService": ""}
        export.add(file, host, VMSWITCH, number, _port(PORTS[port]) | _switch() | about)


def _operation(
    export: Export, file: str, host: str, number: int, operation: int, size: int = 0, reason: int = 0
) -> None:
    about = {"Operation": str(operation), "FailureCode": "0", "FailureReason": str(reason), "SaveDataSize": str(size)}
    export.add(file, host, VMSWITCH, number, _nic() | (about if number != 233 else {"Operation": str(operation)}))


def _started(export: Export, file: str, *, cluster: bool) -> None:
    about = {"Parameter0": "VM1", "Parameter1": VM, "Parameter2": "HOST-B"}
    export.add(file, "HOST-A", VMMS, 20413, about, user=True)
    if cluster:
        export.add(file, "HOST-A", CLUSTER, 22501, {"Parameter0": "VM1"}, user=True)


def _ended(export: Export, file: str, cluster: int, management: int, *, clustered: bool) -> None:
    about = {"Parameter0": "VM1", "Parameter1": VM, "Parameter2": "0.5"}
    export.add(file, "HOST-A", VMMS, management, about, user=True)
    if clustered:
        export.add(file, "HOST-A", CLUSTER, cluster, {"Parameter0": "VM1"}, user=True)


def _phase(export: Export, file: str, host: str, number: int) -> None:
    export.add(file, host, WORKER, number, {"VmName": "VM1", "VmId": VM}, user=True)


def migration(name: str, *, cluster: bool, pieces: int) -> Export:
    """A migration with all that an ETW session on each host sees of the switch, the phases, and the results."""
    export = Export()
    a, b = f"{name}/HOST-A.xml", f"{name}/HOST-B.xml"
    attach(export, a, "HOST-A")
    _policy(export, a, "HOST-A", "HOST-A")
    _started(export, a, cluster=cluster)
    for port in ("checked", "HOST-B"):
        _port_event(export, b, "HOST-B", port, 264)
        _policy(export, b, "HOST-B", port)
        if port == "checked":
            _port_event(export, b, "HOST-B", port, 69, 71)
    _phase(export, a, "HOST-A", 21317)
    _operation(export, a, "HOST-A", 195, BEGIN_SAVE, reason=TOO_SMALL)
    for piece in range(pieces):
        _operation(export, a, "HOST-A", 196, CONTINUE_SAVE, size=900 + piece)
    _operation(export, a, "HOST-A", 196, CONTINUE_SAVE)
    _operation(export, a, "HOST-A", 233, END_SAVE)
    detach(export, a, "HOST-A")
    _port_event(export, a, "HOST-A", "HOST-A", 69, 71)
    _phase(export, a, "HOST-A", 21321)
    export.add(b, "HOST-B", VMSWITCH, 233, _nic() | {"Operation": "Create"})
    export.add(b, "HOST-B", VMSWITCH, 232, _nic() | _port(PORTS["HOST-B"]) | _switch())
    for piece in range(pieces):
        _operation(export, b, "HOST-B", 196, RESTORE, size=900 + piece)
    _operation(export, b, "HOST-B", 233, RESTORE)
    _phase(export, b, "HOST-B", 21377)
    _ended(export, a, 22503, 20415, clustered=cluster)
    return export


def whole_capture() -> Export:
    return migration("windows-whole-capture", cluster=False, pieces=1)


def clustered() -> Export:
    return migration("windows-clustered", cluster=True, pieces=1)


def port_vetoed() -> Export:
    """An extension at the destination refuses the port, and the attempt is over."""
    export = Export()
    a, b = "windows-port-vetoed/HOST-A.xml", "windows-port-vetoed/HOST-B.xml"
    attach(export, a, "HOST-A")
    _started(export, a, cluster=False)
    about = {"Status": VETOED, "UniqueEvent": "1"}
    export.add(b, "HOST-B", VMSWITCH, 34, about | _port(PORTS["checked"]) | _switch())
    _ended(export, a, 22505, 21024, clustered=False)
    return export


def save_refused() -> Export:
    """A save that an extension fails: it is ended all the same, and the VM runs on where it was."""
    export = Export()
    a, b = "windows-save-refused/HOST-A.xml", "windows-save-refused/HOST-B.xml"
    attach(export, a, "HOST-A")
    _started(export, a, cluster=False)
    _port_event(export, b, "HOST-B", "checked", 264, 69, 71)
    _port_event(export, b, "HOST-B", "HOST-B", 264)
    _phase(export, a, "HOST-A", 21317)
    _operation(export, a, "HOST-A", 195, BEGIN_SAVE, reason=EXTENSION_FAILED)
    _operation(export, a, "HOST-A", 233, END_SAVE)
    _phase(export, a, "HOST-A", 21377)
    _ended(export, a, 22505, 21024, clustered=False)
    _port_event(export, b, "HOST-B", "HOST-B", 69, 71)
    return export


def vfp_save() -> Export:
    """A save and its restore as the forwarding extension tells them: a buffer too small, the data, the end; and back."""
    export = Export()
    for host, port, number, about in (
        ("HOST-A", "7", 361, {"SaveDataSize": "9000"}),
        ("HOST-A", "7", 358, {"SaveDataSize": "9000", "BlockOnRestore": "false"}),
        ("HOST-A", "7", 362, {"MessageLength": "0", "Message": "", "Reason": "1"}),
        ("HOST-A", "7", 359, {"SaveDataSize": "9000", "BlockOnRestore": "false"}),
        ("HOST-B", "3", 360, {"SaveDataSize": "9000", "BlockOnRestore": "false"}),
    ):
        export.add(f"windows-vfp-save/{host}.xml", host, VFPEXT, number, {"SrcPortId": port} | about)
    return export


EXPORTS = (
    Exported(
        "windows-whole-capture",
        whole_capture,
        "A migration as an ETW session on each host sees it: ports and their end, policies, save and restore, with the "
        "phases of the worker process and the results of the management service. The first buffer of the save is too small.",
        {"verdict": "conforms if"},
    ),
    Exported(
        "windows-clustered",
        clustered,
        "The same of a clustered VM: the cluster logs the results too, without the VM's id.",
        {"verdict": "conforms if"},
    ),
    Exported(
        "windows-port-vetoed",
        port_vetoed,
        "An extension at the destination vetoes the validation port (event 34), and the attempt fails there.",
        {"verdict": "conforms if"},
    ),
    Exported(
        "windows-save-refused",
        save_refused,
        "An extension fails the save (event 195). The save is ended, the VM runs on where it was, the port that waited "
        "at the destination is removed.",
        {"verdict": "conforms if"},
    ),
    Exported(
        "windows-vfp-save",
        vfp_save,
        "What the forwarding extension of Azure logs of one save and its restore.",
        {"verdict": "conforms"},
    ),
)

# -------------------------------------------------------------------------------------------------------- debug lines

CREATED, PORT_UPDATED, TORN_DOWN, DELETED = 66168, 66197, 66175, 66169
NIC_CREATED, NIC_CONNECTED, NIC_DISCONNECTED, NIC_DELETED = 66170, 66171, 66172, 66173
FUNCTIONS = {
    CREATED: "HvCreatePort",
    PORT_UPDATED: "HvUpdatePort",
    TORN_DOWN: "HvTeardownPort",
    DELETED: "HvDeletePort",
    NIC_CREATED: "HvCreateNic",
    NIC_CONNECTED: "HvConnectNic",
    NIC_DISCONNECTED: "HvDisconnectNic",
    NIC_DELETED: "HvDeleteNic",
}
SUCCESS, NOT_SUPPORTED = 0, 0xC00000BB
LIFE = (CREATED, NIC_CREATED, NIC_CONNECTED, NIC_DISCONNECTED, NIC_DELETED, TORN_DOWN, DELETED)


@dataclass
class Lines:
    """What DebugView saves: a number, a time since it was started, the process, and what the driver printed."""

    lines: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        number = len(self.lines) + 1
        self.lines.append(f"{number:08d}\t{number / 1000:.8f}\t[4] {text}")

    def request(self, oid: int, port: int | None, status: int = SUCCESS) -> None:
        """One request; the port is None where the extension does not look at it."""
        address = f"FFFFC50{len(self.lines):09X}"
        self.add(f"OvsExtOidRequest:375 Enter: oidRequest {address}, reqType: 1")
        self.add(f"OvsProcessSetOid:240 Enter: oidRequest {address}, Oid: {oid}")
        if port is not None:
            about = f"PortId: {port:x}" + (", NicIndex: 0" if FUNCTIONS[oid].endswith("Nic") else "")
            self.add(f"{FUNCTIONS[oid]}:430 Enter: {about}")
            if status != SUCCESS:
                self.add(f"{FUNCTIONS[oid]}:441 Switch is not activated yet.")
            self.add(f"{FUNCTIONS[oid]}:466 Exit: {about}")
            if oid == NIC_CREATED:
                self.add(f"{FUNCTIONS[oid]}:468 Exit: status {status:8x}.")
        self.add(f"OvsProcessSetOid:300 Exit: status {status:8x}.")
        self.add(f"OvsExtOidRequest:426 Exit: status {status or 0x103:8x}.")

    def text(self) -> str:
        return "".join(f"{line}\n" for line in self.lines)


def one_life() -> str:
    made = Lines()
    for oid in LIFE:
        made.request(oid, 0x1A)
    made.add("some other driver: not of this shape")
    return made.text()


def torn_down_early() -> str:
    made = Lines()
    for oid in (CREATED, NIC_CREATED, NIC_CONNECTED, TORN_DOWN):
        made.request(oid, 0x1A)
    return made.text()


def refused() -> str:
    made = Lines()
    made.request(CREATED, 0x1A)
    made.request(NIC_CREATED, 0x1A, NOT_SUPPORTED)
    made.request(TORN_DOWN, 0x1A)
    made.request(DELETED, 0x1A)
    return made.text()


def arrows() -> str:
    made = Lines()
    for request in range(3):
        made.add(f"MSForwardExt: ===>SxOidRequest: OidRequest FFFFC5000000{request}000.")
        made.add("MSForwardExt: <===SxOidRequest: status      103.")
        made.add(f"MSForwardExt: ===>SxOidRequestComplete, NdisOidRequest FFFFC5000000{request}800.")
        made.add("MSForwardExt: <===SxOidRequestComplete.")
    return made.text()


@dataclass(frozen=True, slots=True)
class Debugged:
    """One recording of debug lines: its file is called after it."""

    name: str
    make: Callable[[], str]
    tells: str
    wanted: dict[str, object]


DEBUGGED = (
    Debugged(
        "ovs-one-life",
        one_life,
        "Debug lines of Open vSwitch: a port, an adapter on it, and their end.",
        {"verdict": "conforms"},
    ),
    Debugged(
        "ovs-torn-down-early",
        torn_down_early,
        "Debug lines of Open vSwitch: a port is torn down under its adapter.",
        {"verdict": "violates", "event": "ovs-torn-down-early.log:24", "rules": ["P-06"]},
    ),
    Debugged(
        "ovs-adapter-refused",
        refused,
        "Debug lines of Open vSwitch: it refuses an adapter because the switch is not active yet.",
        {"verdict": "conforms"},
    ),
    Debugged(
        "sxbase-requests",
        arrows,
        "Debug lines of Microsoft's sample: requests came and went, and no line says which. Nothing can be judged by them.",
        {"verdict": "unknown"},
    ),
)


def files(debugged: Debugged) -> dict[str, str]:
    """The files of a recording of debug lines: name and text."""
    about = f"# {debugged.name}\n\n{debugged.tells}\n\nWritten for this project, not recorded: addresses, ids and times are made up.\n"
    return {
        f"{debugged.name}.log": debugged.make(),
        f"{debugged.name}.md": about,
        f"{debugged.name}.verdict.json": json.dumps(debugged.wanted) + "\n",
    }

"""Recordings in the shape of Windows event exports: what a host's System log and the VM services' channels would hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from xml.sax.saxutils import escape, quoteattr

from tests.recordings.tape import START

VMSWITCH = ("Microsoft-Windows-Hyper-V-VmSwitch", "{67dc0d66-3695-47c0-9642-33f76f7bd7ad}", "System")
VMMS = (
    "Microsoft-Windows-Hyper-V-VMMS",
    "{6066f867-7ca1-4418-85fd-36e3f9c0600c}",
    "Microsoft-Windows-Hyper-V-VMMS-Admin",
)
WORKER = (
    "Microsoft-Windows-Hyper-V-Worker",
    "{51ddfa29-d5c8-4803-be4b-2ecb715570fe}",
    "Microsoft-Windows-Hyper-V-Worker-Analytic",
)

VM = "3F2504E0-4F89-41D3-9A0C-0305E82C3301"
NIC = f"{VM}--7D444840-9DC0-11D1-B245-5FFDCE74FAD2"
SWITCH = "A3BB189E-8BF9-3888-9912-ACE4E6543002"
PORTS = {
    "HOST-A": "6BA7B810-9DAD-11D1-80B4-00C04FD430C8",
    "HOST-B": "6BA7B811-9DAD-11D1-80B4-00C04FD430C8",
    "checked": "6BA7B812-9DAD-11D1-80B4-00C04FD430C8",
}


@dataclass
class Export:
    """Event exports by file name, filled in the order things happen."""

    files: dict[str, list[str]] = field(default_factory=dict)
    count: int = 0

    def add(
        self,
        file: str,
        host: str,
        provider: tuple[str, str, str],
        number: int,
        data: dict[str, str],
        user: bool = False,
    ) -> None:
        """One record. `user` = the data is UserData under VmlEventLog, as the VM services write it."""
        self.count += 1
        name, guid, channel = provider
        time = START + timedelta(milliseconds=400) * self.count
        if user:
            inner = "".join(f"<{key}>{escape(value)}</{key}>" for key, value in data.items())
            body = f'<UserData><VmlEventLog xmlns="http://www.microsoft.com/Windows/Virtualization/Events">{inner}</VmlEventLog></UserData>'
        else:
            inner = "".join(f"<Data Name={quoteattr(key)}>{escape(value)}</Data>" for key, value in data.items())
            body = f"<EventData>{inner}</EventData>"
        self.files.setdefault(file, []).append(
            '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System>'
            f"<Provider Name={quoteattr(name)} Guid={quoteattr(guid)} />"
            f"<EventID>{number}</EventID><Version>0</Version><Level>4</Level><Task>0</Task><Opcode>0</Opcode>"
            f'<Keywords>0x8000000000000080</Keywords><TimeCreated SystemTime="{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond:06d}1Z" />'
            f"<EventRecordID>{4000 + self.count}</EventRecordID><Correlation />"
            f'<Execution ProcessID="4" ThreadID="316" /><Channel>{channel}</Channel><Computer>{host}</Computer>'
            f'<Security UserID="S-1-5-18" /></System>{body}</Event>'
        )

    def texts(self, newest_first: bool = False) -> dict[str, str]:
        """Each file's text."""
        return {
            file: "<Events>\n" + "\n".join(reversed(records) if newest_first else records) + "\n</Events>\n"
            for file, records in self.files.items()
        }


def _port(name: str) -> dict[str, str]:
    return {"PortNameLen": str(len(name)), "PortName": name, "PortFNameLen": "0", "PortFName": ""}


def _switch() -> dict[str, str]:
    return {"SwitchNameLen": str(len(SWITCH)), "SwitchName": SWITCH, "SwitchFNameLen": "3", "SwitchFName": "LAN"}


def _nic() -> dict[str, str]:
    return {"NicNameLen": str(len(NIC)), "NicName": NIC, "NicFNameLen": "0", "NicFName": ""}


def attach(export: Export, file: str, host: str) -> None:
    """An adapter comes to a switch, as the System log shows it."""
    port = PORTS[host]
    export.add(file, host, VMSWITCH, 264, _port(port) | _switch() | {"Flags": "0", "OwnerService": ""})
    export.add(file, host, VMSWITCH, 233, _nic() | {"Operation": "7"})
    export.add(file, host, VMSWITCH, 102, {"VMNameLen": "3", "VMName": "VM1", "VMIdLen": "36", "VMId": VM})
    export.add(file, host, VMSWITCH, 232, _nic() | _port(port) | _switch())


def detach(export: Export, file: str, host: str) -> None:
    """An adapter leaves a switch. Real logs leave the port's name empty here, and say nothing of the port's end."""
    export.add(file, host, VMSWITCH, 234, _nic() | {"PortNameLen": "1", "PortName": ""})
    export.add(file, host, VMSWITCH, 233, _nic() | {"Operation": "Delete"})


def one_life() -> Export:
    export = Export()
    attach(export, "windows-one-life.xml", "HOST-A")
    detach(export, "windows-one-life.xml", "HOST-A")
    return export


def newest_first() -> Export:
    export = Export()
    attach(export, "windows-newest-first.xml", "HOST-A")
    detach(export, "windows-newest-first.xml", "HOST-A")
    return export


def connected_twice() -> Export:
    export = Export()
    file = "windows-connected-twice.xml"
    attach(export, file, "HOST-A")
    detach(export, file, "HOST-A")
    export.add(file, "HOST-A", VMSWITCH, 232, _nic() | _port(PORTS["HOST-A"]) | _switch())
    return export


def two_hosts() -> Export:
    """A whole migration: each host's System log, and the channels of the VM services on both."""
    export = Export()
    a, b = "windows-two-hosts/HOST-A.xml", "windows-two-hosts/HOST-B.xml"
    attach(export, a, "HOST-A")
    export.add(a, "HOST-A", WORKER, 21377, {"VmName": "VM1", "VmId": VM}, user=True)
    export.add(a, "HOST-A", VMMS, 20413, {"Parameter0": "VM1", "Parameter1": VM, "Parameter2": "HOST-B"}, user=True)
    export.add(b, "HOST-B", VMSWITCH, 264, _port(PORTS["checked"]) | _switch() | {"Flags": "0", "OwnerService": ""})
    export.add(b, "HOST-B", VMSWITCH, 69, _port(PORTS["checked"]) | _switch() | {"Flags": "0", "OwnerService": ""})
    export.add(b, "HOST-B", VMSWITCH, 71, _port(PORTS["checked"]) | _switch() | {"Flags": "0", "OwnerService": ""})
    export.add(b, "HOST-B", VMSWITCH, 264, _port(PORTS["HOST-B"]) | _switch() | {"Flags": "0", "OwnerService": ""})
    export.add(a, "HOST-A", WORKER, 21317, {"VmName": "VM1", "VmId": VM}, user=True)
    detach(export, a, "HOST-A")
    export.add(b, "HOST-B", VMSWITCH, 233, _nic() | {"Operation": "Create"})
    export.add(b, "HOST-B", VMSWITCH, 232, _nic() | _port(PORTS["HOST-B"]) | _switch())
    export.add(b, "HOST-B", WORKER, 21377, {"VmName": "VM1", "VmId": VM}, user=True)
    export.add(a, "HOST-A", VMMS, 20415, {"Parameter0": "VM1", "Parameter1": VM, "Parameter2": "0.5"}, user=True)
    return export


@dataclass(frozen=True, slots=True)
class Exported:
    """One recording. `wanted` is what its verdict file says."""

    name: str
    make: Callable[[], Export]
    tells: str
    wanted: dict[str, object]
    newest_first: bool = False


EXPORTS = (
    Exported(
        "windows-one-life",
        one_life,
        "One adapter's life on one switch, as a System log shows it: port, adapter, connection, and back. In the shape of "
        "public reports of `Get-WinEvent` and `wevtutil` output; no port deletion reaches that log.",
        {"verdict": "conforms"},
    ),
    Exported(
        "windows-newest-first",
        newest_first,
        "The same, exported newest record first, as `Get-WinEvent` does by default.",
        {"verdict": "conforms"},
        newest_first=True,
    ),
    Exported(
        "windows-connected-twice",
        connected_twice,
        "The same, and then the deleted adapter is connected once more.",
        {"verdict": "violates", "event": "windows-connected-twice.xml:8"},
    ),
    Exported(
        "windows-two-hosts",
        two_hosts,
        "A migration between two hosts, each host's exports in one file: the switch's records from the System log, the "
        "phases from the VM services. The clocks of two Windows hosts say nothing by themselves.",
        {"verdict": "conforms if"},
    ),
)


def files(exported: Exported) -> dict[str, str]:
    """The files of a recording: name and text."""
    about = f"# {exported.name}\n\n{exported.tells}\n\nWritten for this project, not recorded: hosts, ids and times are made up.\n"
    return exported.make().texts(exported.newest_first) | {
        f"{exported.name}.md": about,
        f"{exported.name}.verdict.json": json.dumps(exported.wanted) + "\n",
    }

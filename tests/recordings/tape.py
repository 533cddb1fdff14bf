"""A tape to write recordings on: two hosts, one clock that moves on with every event, ids as the switches give them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
STEP = timedelta(milliseconds=250)  # more than two clocks that are off by 50 ms each can confuse
HOSTS = {"a": "HOST-A", "b": "HOST-B"}


@dataclass
class Tape:
    """Events in the order they happened; each goes to the log of its host."""

    skew_ms: int | None = 50
    ends: str = "complete"
    lines: list[dict[str, object]] = field(default_factory=list)
    next_port: dict[str, int] = field(default_factory=lambda: {"a": 1, "b": 11})
    ports: dict[tuple[str, str, str], int] = field(default_factory=dict)
    hosts: tuple[str, ...] = ("a", "b")

    def add(self, log: str, event: str, **fields: object) -> None:
        """One event on one host's log. `status` and other members of the format go in by their names."""
        seq = 1 + sum(line["log"] == log for line in self.lines)
        time = (START + STEP * len(self.lines)).isoformat(timespec="microseconds").replace("+00:00", "Z")
        self.lines.append({"log": log, "seq": seq, "ts": time, "event": event, **fields})

    def port(self, log: str, nic: str, role: str = "operational", status: str = "SUCCESS") -> None:
        """A port is asked for; its id is the next one on that host."""
        number = self.next_port[log]
        self.next_port[log] += 1
        if status == "SUCCESS":
            self.ports[log, nic, role] = number
        shown = {} if status == "SUCCESS" else {"status": status}
        name = f"{nic}-port"  # an adapter's ports have one name, whatever they are for
        self.add(
            log, "OID_SWITCH_PORT_CREATE", PortId=number, PortName=name, IsValidationPort=role == "validation", **shown
        )

    def on_port(self, log: str, event: str, nic: str, role: str = "operational", **fields: object) -> None:
        """Something that happens to a port, which is named by its id alone."""
        self.add(log, event, PortId=self.ports[log, nic, role], **fields)

    def on_nic(self, log: str, event: str, nic: str, **fields: object) -> None:
        """Something that happens to an adapter on its operational port."""
        self.add(log, event, PortId=self.ports[log, nic, "operational"], NicName=nic, **fields)

    def policies(self, log: str, nic: str, role: str, names: tuple[str, ...]) -> None:
        for name in names:
            self.on_port(log, "OID_SWITCH_PORT_PROPERTY_ADD", nic, role, PropertyId=name)

    def drop_port(self, log: str, nic: str, role: str = "operational") -> None:
        self.on_port(log, "OID_SWITCH_PORT_TEARDOWN", nic, role)
        self.on_port(log, "OID_SWITCH_PORT_DELETE", nic, role)

    def text(self) -> str:
        """The recording in the native format, one header a log."""
        headers = []
        for log in self.hosts:
            header: dict[str, object] = {"switchover": 1, "log": log, "host": HOSTS[log], "source": "oid"}
            header |= {"begins": "empty", "ends": self.ends}
            if self.skew_ms is not None:
                header["clock"] = {"domain": log, "skew_ms": self.skew_ms}
            headers.append(header)
        return "".join(json.dumps(line) + "\n" for line in (*headers, *self.lines))


VLAN = ("vlan", "security")


def start(tape: Tape, log: str, vm: str, nics: tuple[str, ...], policies: tuple[str, ...] = VLAN) -> None:
    """A VM is switched on at a host."""
    for nic in nics:
        tape.port(log, nic)
        tape.policies(log, nic, "operational", policies)
        tape.on_nic(log, "OID_SWITCH_NIC_CREATE", nic)
        tape.on_nic(log, "OID_SWITCH_NIC_CONNECT", nic)
    tape.add(log, "VM_RUNNING", VmName=vm)


def ask(tape: Tape, source: str, target: str, vm: str, event: str = "MIGRATION_START") -> None:
    tape.add(source, event, VmName=vm, Source=HOSTS[source], Destination=HOSTS[target])


def validate(tape: Tape, target: str, nic: str, policies: tuple[str, ...] = VLAN) -> None:
    """Steps 1 and the first half of 2: the validation port and its end."""
    tape.port(target, nic, "validation")
    tape.policies(target, nic, "validation", policies)
    tape.drop_port(target, nic, "validation")


def prepare(tape: Tape, target: str, nic: str, policies: tuple[str, ...] = VLAN) -> None:
    """The second half of step 2: the operational port with its policies."""
    tape.port(target, nic)
    tape.policies(target, nic, "operational", policies)


def save(tape: Tape, source: str, nic: str, blobs: tuple[tuple[str, str], ...]) -> None:
    """Step 3: blobs as (extension, name), then the request that nobody answers, then the completion."""
    for extension, blob in blobs:
        tape.on_nic(source, "OID_SWITCH_NIC_SAVE", nic, ExtensionId=extension, Blob=blob)
    tape.on_nic(source, "OID_SWITCH_NIC_SAVE", nic)
    tape.on_nic(source, "OID_SWITCH_NIC_SAVE_COMPLETE", nic)


def dismantle(tape: Tape, source: str, nic: str) -> None:
    """Step 4."""
    tape.on_nic(source, "OID_SWITCH_NIC_DISCONNECT", nic)
    tape.on_nic(source, "OID_SWITCH_NIC_DELETE", nic)
    tape.drop_port(source, nic)


def attach(tape: Tape, target: str, nic: str) -> None:
    """Step 5, first half."""
    tape.on_nic(target, "OID_SWITCH_NIC_CREATE", nic)
    tape.on_nic(target, "OID_SWITCH_NIC_CONNECT", nic)


def restore(tape: Tape, target: str, nic: str, blobs: tuple[tuple[str, str], ...]) -> None:
    """Step 5, second half."""
    for extension, blob in blobs:
        tape.on_nic(target, "OID_SWITCH_NIC_RESTORE", nic, ExtensionId=extension, Blob=blob, TakenBy=extension)
    tape.on_nic(target, "OID_SWITCH_NIC_RESTORE_COMPLETE", nic)


def blobs_of(nic: str, stay: int = 1) -> tuple[tuple[str, str], ...]:
    """What the two extensions of these hosts keep for an adapter; different each time it moves."""
    return (("filter", f"{nic}/filter/{stay}"), ("forward", f"{nic}/forward/{stay}"))


def migrate(tape: Tape, source: str, target: str, vm: str, nics: tuple[str, ...], stay: int = 1) -> None:
    """A migration that nothing hinders."""
    ask(tape, source, target, vm)
    for nic in nics:
        validate(tape, target, nic)
        prepare(tape, target, nic)
    tape.add(source, "VM_PAUSED", VmName=vm)
    for nic in nics:
        save(tape, source, nic, blobs_of(nic, stay))
    for nic in nics:
        dismantle(tape, source, nic)
    tape.add(source, "VM_STOPPED", VmName=vm)
    for nic in nics:
        attach(tape, target, nic)
    for nic in nics:
        restore(tape, target, nic, blobs_of(nic, stay))
    tape.add(target, "VM_RUNNING", VmName=vm)
    ask(tape, source, target, vm, "MIGRATION_DONE")

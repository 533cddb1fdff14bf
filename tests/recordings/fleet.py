"""Recordings of a busy cluster: very many virtual machines that live and move at the same time, each as some tape says."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from tests.recordings import clean, failures
from tests.recordings.tape import HOSTS, START, Tape

TICK = timedelta(milliseconds=1)
IDLE_IDS = 50  # ids that are free before one is used again


@dataclass(frozen=True, slots=True)
class Way:
    """One way for a VM to fare, and how often. `cut`: the tape may end at any place."""

    make: Callable[[], Tape]
    weight: int
    cut: bool = False


WAYS = (
    Way(clean.clean_one_adapter, 800),
    Way(clean.clean_two_adapters, 80),
    Way(clean.there_and_back, 40),
    Way(failures.f01_validation_port_refused, 10),
    Way(failures.f03_validation_policy_refused, 10),
    Way(failures.f05_operational_policy_refused, 10),
    Way(failures.f06_save_failed, 15),
    Way(failures.f06_dismantled_after_failed_save, 3),
    Way(failures.f24_cancelled, 10),
    Way(failures.barrier_broken, 4),
    Way(failures.f33_online_before_restore, 4),
    Way(clean.clean_one_adapter, 14, cut=True),
)


@dataclass(slots=True)
class _Switch:
    """The ids of one host's ports: used again, but not at once."""

    next: int = 1
    free: deque[int] = field(default_factory=deque)

    def take(self) -> int:
        if len(self.free) > IDLE_IDS:
            return self.free.popleft()
        self.next += 1
        return self.next - 1


@dataclass(slots=True)
class _Machine:
    """A VM while it is recorded: the lines that are left, and its ports."""

    name: str
    lines: deque[tuple[str, str, int | None, bool]]
    ports: dict[tuple[str, int], int] = field(default_factory=dict)


def headers(ends: str = "open", skew_ms: int | None = None) -> Iterator[str]:
    """The header of each host's log."""
    for log, host in HOSTS.items():
        header: dict[str, object] = {"switchover": 1, "log": log, "host": host, "source": "oid", "ends": ends}
        if skew_ms is not None:
            header["clock"] = {"domain": log, "skew_ms": skew_ms}
        yield json.dumps(header) + "\n"


def events(seed: int, size: int, at_once: int = 300, ways: Sequence[Way] = WAYS) -> Iterator[str]:
    """At least `size` events as lines of the native format, of about `at_once` VMs at a time."""
    random = Random(seed)
    templates = [_template(way.make()) for way in ways]
    switches = {log: _Switch() for log in HOSTS}
    live: list[_Machine] = []
    seq = dict.fromkeys(HOSTS, 0)
    weights = [way.weight for way in ways]
    made = machines = 0
    while made < size or live:
        while made < size and len(live) < at_once:
            machines += 1
            at = random.choices(range(len(ways)), weights)[0]
            lines = templates[at]
            kept = lines[: random.randrange(1, len(lines))] if ways[at].cut else lines
            live.append(_Machine(f"VM{machines:06}", deque(kept)))
        number = random.randrange(len(live))
        machine = live[number]
        log, line, port, over = machine.lines.popleft()
        seq[log] += 1
        time = (START + TICK * made).isoformat(timespec="microseconds")[:26]
        made += 1
        shown = ""
        if port is not None:
            if (log, port) not in machine.ports:
                machine.ports[log, port] = switches[log].take()
            shown = f'"PortId": {machine.ports[log, port]}, '
            if over:
                switches[log].free.append(machine.ports.pop((log, port)))
        yield f'{{"log": "{log}", "seq": {seq[log]}, "ts": "{time}Z", {shown}' + line.replace(clean.VM, machine.name)
        if not machine.lines:
            live[number] = live[-1]
            live.pop()


def _template(tape: Tape) -> list[tuple[str, str, int | None, bool]]:
    """For each event its log, the rest of its line, the tape's port, and whether that is gone afterwards."""
    made = []
    for event in tape.lines:
        members = dict(event)
        log, port = str(members.pop("log")), members.pop("PortId", None)
        del members["seq"], members["ts"]
        created = members["event"] == "OID_SWITCH_PORT_CREATE" and members.get("status", "SUCCESS") != "SUCCESS"
        over = created or members["event"] == "OID_SWITCH_PORT_DELETE"
        made.append((log, json.dumps(members)[1:] + "\n", port if isinstance(port, int) else None, over))
    return made

"""How long traces take: two hosts without a common clock, ten times as long a one, and traces of the handover model.

    .venv/bin/python bench/conformance.py [--seed N]

Prints figures and ratios of one run; docs/performance.md holds those of one machine. Nothing here fails when slow.
"""

from __future__ import annotations

import argparse
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.made import Line, two_hosts, write  # noqa: E402

# Published figures of TLC checking fully labelled traces of the handover model, in events a second.
TLC = {62: 5390, 620: 1275}
ORDER = (
    "start", "validation_create", "policies_check", "validation_delete", "port_make", "policies_add", "save",
    "save_complete", "switch_off", "remove", "tear_down", "delete", "make", "switch_on", "restore", "restore_complete",
    "go_online",
)  # fmt: skip


def checked(path: Path, *options: str) -> tuple[float, str, float]:
    """Seconds of the whole command, the first line of its answer, megabytes at most."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "checker", "check", str(path), *options]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    taken = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return taken, (done.stdout.splitlines() or [done.stderr[:200]])[0], peak


def handover_text(hidden: tuple[str, ...] = ()) -> str:
    """The handover model with an event for each action, but for those that are hidden."""
    text = (ROOT / "tests" / "protocols" / "handover.mig").read_text(encoding="utf-8")

    def told(match: re.Match[str]) -> str:
        name, params = match[1], match[2]
        if name in hidden:
            return "hidden " + match[0]
        fields = ", ".join(f"{sort}Name = {variable}" for variable, sort in re.findall(r"(\w+)\s*:\s*(\w+)", params))
        return f"{match[0]}\n    event {name} {{ {fields} }}"

    text = re.sub(r"(?m)^action (\w+)\(([^)]*)\) \{", told, text)
    head, _, rest = text.partition("\n")
    tail = '\nlog oid "native" { events }\nbind VmName everywhere\nbind SlotName everywhere\n'
    return f"{head}\njoined by Vm\n{rest}{tail}"


def handover_trace(vms: int, slots: int, seed: int, hidden: tuple[str, ...] = ()) -> Iterator[Line]:
    """One log in which so many VMs move, at random one after the other; every step of the model is recorded."""
    random = Random(seed)
    left = {
        vm: [(name, slot) for name in ORDER for slot in ([""] if name in ("start", "go_online") else range(slots))]
        for vm in range(vms)
    }
    yield {"switchover": 1, "log": "a", "host": "A", "ends": "open"}
    going = list(range(vms))
    while going:
        vm = random.choice(going)
        name, slot = left[vm].pop(0)
        if not left[vm]:
            going.remove(vm)
        if name not in hidden:
            yield {"event": name, "VmName": f"v{vm}"} | ({"SlotName": f"s{slot}"} if slot != "" else {})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    seed = parser.parse_args().seed
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        print("two hosts, no common clock, hidden steps on, JSON lines; seconds of the whole command")
        times = []
        for size in (500, 5_000, 50_000):
            path = place / f"{size}.jsonl"
            events = write(two_hosts(size, seed), path)
            taken, said, peak = checked(path)
            times.append(taken)
            print(f"  {events:6,} events  {taken:6.2f} s  {events / taken:8,.0f} events/s  {peak:5.0f} MB  {said}")
        alone, _, _ = checked(place / "5000.jsonl", "--spec", "spec/migration.mig")
        print(f"  the 5,000 by the migration alone: {alone:.2f} s")
        print(f"  time(10n)/time(n) at 5,000: {times[2] / times[1]:.1f}; at 500: {times[1] / times[0]:.1f}")
        print("handover model, fully labelled, one log; beside TLC's published rate")
        handover(place, seed)


def handover(place: Path, seed: int) -> None:
    spec = place / "handover.mig"
    spec.write_text(handover_text(), encoding="utf-8")
    write(handover_trace(1, 1, seed), place / "one.jsonl")
    start_up, _, _ = checked(place / "one.jsonl", "--spec", str(spec))  # of a trace of one VM
    print(f"  start-up {start_up:.2f} s")
    for vms, slots in ((62, 11), (620, 1)):
        path = place / f"handover-{vms}.jsonl"
        events = write(handover_trace(vms, slots, seed), path)
        taken, said, _ = checked(path, "--spec", str(spec))
        rate, further = events / taken, events / (taken - start_up)
        print(
            f"  {vms} VMs  {events:6,} events  {taken:5.2f} s  {rate:8,.0f} events/s, {rate / TLC[vms]:.1f} x TLC;",
            f"without start-up {further:,.0f}, {further / TLC[vms]:.1f} x  {said}",
        )
    hidden = ("start", "go_online")
    spec.write_text(handover_text(hidden), encoding="utf-8")
    print("  the same with the steps of whole VMs hidden")
    for vms in (6, 12, 62, 620):
        path = place / f"hidden-{vms}.jsonl"
        events = write(handover_trace(vms, 1, seed, hidden), path)
        taken, said, _ = checked(path, "--spec", str(spec))
        print(f"  {vms} VMs  {events:6,} events  {taken:5.2f} s  {events / taken:8,.0f} events/s  {said}")


if __name__ == "__main__":
    main()

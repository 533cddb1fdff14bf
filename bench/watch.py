"""How fast `switchover watch` follows many migrations, and what it holds of each.

    python bench/watch.py [MIGRATIONS] [AT_ONCE]

Writes the two hosts' records of so many migrations, so many of them at once, to a pipe that the command reads; the
same again through the judge without the command. Prints events a second, peak memory, and bytes a live case holds.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from checker.language.load import load  # noqa: E402
from checker.trace.options import Options  # noqa: E402
from checker.trace.watch.growing import Growing  # noqa: E402
from checker.trace.watch.watcher import Watcher  # noqa: E402
from tests.recordings.clean import clean_one_adapter  # noqa: E402

SPEC = ROOT / "spec" / "migration.mig"
STEP = 250_000_000  # nanoseconds between two records of one migration


def recording(migrations: int, at_once: int) -> bytes:
    """The records of many migrations, in the order of their times."""
    lines = [json.loads(line) for line in clean_one_adapter().text().splitlines()]
    headers = [line | {"ends": "open"} for line in lines if "switchover" in line]
    events = [line for line in lines if "event" in line]
    length = len(events)
    found = []
    for number in range(migrations):
        start = number * length // at_once
        for at, event in enumerate(events):
            renamed = {name: _renamed(value, name, number) for name, value in event.items()}
            del renamed["seq"]
            found.append((start + at, number, renamed | {"ts": (start + at) * STEP + number}))
    found.sort(key=lambda each: each[:2])
    rows = [*headers, *(event for _, _, event in found)]
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def _renamed(value: object, name: str, number: int) -> object:
    if name == "PortId" and isinstance(value, int):
        return value + 100 * number
    return value.replace("VM1", f"VM{number}") if isinstance(value, str) else value


def watched(text: bytes) -> tuple[float, float, Watcher]:
    """Seconds for all of it, seconds for its second half alone, and the watcher."""
    protocol, _ = load(SPEC)
    assert protocol is not None
    watcher = Watcher([(protocol, Options())])
    growing = Growing("bench", "bench")
    block = 1 << 16
    half = len(text) // 2
    begun = middle = time.perf_counter()
    for at in range(0, len(text), block):
        if at <= half < at + block:
            middle = time.perf_counter()
        logs, events = growing.feed(text[at : at + block])
        for log in logs:
            watcher.add(log)
        for event in events:
            watcher.accept(event)
    return time.perf_counter() - begun, time.perf_counter() - middle, watcher


def parsed(text: bytes) -> float:
    """Seconds to read the same pieces, and no more."""
    growing = Growing("bench", "bench")
    begun = time.perf_counter()
    for at in range(0, len(text), 1 << 16):
        growing.feed(text[at : at + (1 << 16)])
    return time.perf_counter() - begun


def held(text: bytes) -> tuple[float, int]:
    """Bytes a live case holds, tables aside, with as many live as there are at the middle of the recording."""
    protocol, _ = load(SPEC)
    assert protocol is not None
    warm = Watcher([(protocol, Options())])
    lines = text.split(b"\n")

    def run(watcher: Watcher, part: list[bytes]) -> None:
        growing = Growing("bench", "bench")
        logs, events = growing.feed(b"\n".join(part) + b"\n")
        for log in logs:
            watcher.add(log)
        for event in events:
            watcher.accept(event)

    run(warm, lines)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    watcher = warm.another()
    run(watcher, lines[: len(lines) // 2])
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    cases = sum(len(lane.grouping.cases) for lane in watcher.lanes.values())
    return (after - before) / max(1, cases), cases


def piped(text: bytes) -> tuple[float, int]:
    """Seconds of the command on a pipe, start-up included, and its exit code."""
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "checker", "watch", "--spec", str(SPEC), "--json", "-"],
        input=text,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        check=False,
    )
    return time.perf_counter() - begun, done.returncode


def main(migrations: int, at_once: int) -> None:
    text = recording(migrations, at_once)
    events = text.count(b'"event"')
    seconds, second_half, watcher = watched(text)
    count = watcher.summary().cases[0]
    reading = parsed(text)
    print(f"{migrations:,} migrations, {at_once} at once, {events:,} events, {len(text) / 1e6:.1f} MB")
    print(
        f"watching            {events / seconds:>10,.0f} events/s  ({events / 2 / second_half:,.0f} in the second half)"
    )
    print(f"reading alone       {events / reading:>10,.0f} events/s  ({reading / seconds:.0%} of the time of watching)")
    print(f"live at once        {count.most_at_once:>10,}")
    size, cases = held(text)
    print(f"held by a case      {size:>10,.0f} bytes  ({cases:,} cases)")
    seconds, code = piped(text)
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    print(f"the command, piped  {events / seconds:>10,.0f} events/s with start-up, exit {code}; peak {peak:,.0f} MB")


if __name__ == "__main__":
    main(*(int(word) for word in [*sys.argv[1:3], *("1000", "20")[len(sys.argv) - 1 :]]))

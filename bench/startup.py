"""How long a person waits: each command from its start to its answer, beside the time it must not exceed.

    .venv/bin/python bench/startup.py [--times N]

Prints a table; docs/performance.md holds the figures of one machine. Nothing here fails when a machine is slow.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


# As on a user's machine: compiled modules are kept between runs.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


@dataclass(frozen=True, slots=True)
class Case:
    """A command line, the seconds it may take (None: no bar is set), and how often it is timed."""

    what: str
    arguments: tuple[str, ...]
    bar: float | None
    times: int


CASES = (
    Case("switchover --version", ("--version",), 0.2, 10),
    Case("switchover --help", ("--help",), None, 10),
    Case("lint of the whole of spec/", ("lint",), 0.5, 5),
    Case("check of the clean two-host trace", ("check", "traces/clean-one-adapter.jsonl"), 1.0, 5),
    Case("check of all recordings in traces/", ("check", "traces"), None, 1),
    Case("explore of the everyday scope", ("explore", "--spec", "spec/migration.mig", "--scope", "everyday"), 10.0, 2),
    Case("explore, both protocols", ("explore",), None, 1),
    Case("prove, both protocols", ("prove",), None, 1),
)


@dataclass(frozen=True, slots=True)
class Timing:
    """The best of several runs: seconds on the clock, seconds of one processor, exit code."""

    clock: float
    processor: float
    code: int


def timed(case: Case, times: int | None) -> Timing:
    best = Timing(float("inf"), float("inf"), 0)
    for _ in range(times or case.times):
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "checker", *case.arguments],
            cwd=ROOT,
            env=ENVIRONMENT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, used = os.wait4(process.pid, 0)
        clock = time.perf_counter() - started
        code = os.waitstatus_to_exitcode(status)
        best = min(best, Timing(clock, used.ru_utime + used.ru_stime, code), key=lambda timing: timing.clock)
        process.returncode = code
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, help="time each command this often (default: by its length)")
    parser.add_argument("--only", help="only the commands whose description contains this")
    chosen = parser.parse_args()
    timed(CASES[2], 1)  # so that compiled modules are there
    print(f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores\n")
    print(f"{'command':38} {'seconds':>8} {'processor':>10} {'bar':>6} {'of bar':>7}  exit")
    for case in CASES:
        if chosen.only and chosen.only not in case.what:
            continue
        best = timed(case, chosen.times)
        bar, ratio = (f"{case.bar:g}", f"{best.clock / case.bar:.0%}") if case.bar else ("-", "-")
        figures = f"{best.clock:8.2f} {best.processor:10.2f} {bar:>6} {ratio:>7}  {best.code}"
        print(f"{case.what:38} {figures}", flush=True)


if __name__ == "__main__":
    main()

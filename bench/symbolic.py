"""How long sets of states take: the handover model, whole commands with start-up, SPIN beside them where it finishes.

python bench/symbolic.py            all sizes; some minutes where SPIN is installed
python bench/symbolic.py --no-spin  ours alone
"""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
SPIN = ROOT.parent / "shared" / "bench" / "run_spin.sh"
TEXT = ROOT / "tests" / "protocols" / "handover.mig"
CONSTANTS = {1: (26, 20, 2), 2: (418, 262, 2), 3: (7_202, 4_106, 2), 4: (121_090, 65_554, 2)}
AGREED = {(1, 5): (3_045_794, 8_174_467), (5, 1): (15_081_344, 82_158_016), (2, 3): (68_728_036, 299_625_924)}


@dataclass(frozen=True)
class Size:
    """M(machines, slots). `seconds` is the bar for the whole command; SPIN is tried where it can finish, and then the
    bar is a tenth of its time."""

    machines: int
    slots: int
    seconds: float
    spin: bool = False


SIZES = (
    Size(1, 5, 10.0, spin=True),
    Size(5, 1, 10.0),
    Size(2, 3, 10.0, spin=True),
    Size(4, 2, 10.0),
    Size(3, 3, 10.0),
    Size(8, 2, 10.0),
    Size(4, 4, 10.0),
    Size(8, 4, 120.0),
    Size(8, 8, 120.0),
    Size(16, 4, 120.0),
)


@dataclass(frozen=True)
class Spent:
    wall: float
    processor: float
    output: str


def spent(command: list[str], folder: Path, most: float) -> Spent | None:
    """What a command took, its children with it; None where it took too long or failed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=most, check=False)
    except subprocess.TimeoutExpired:
        return None
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(time.monotonic() - started, processor, done.stdout) if done.stdout else None


def ours(size: Size) -> Spent | None:
    scope = f"Vm={size.machines},Slot={size.slots},faults=1"
    command = [sys.executable, "-m", "checker", "explore", "--spec", str(TEXT), "--engine", "symbolic"]
    return spent([*command, "--scope", scope, "--json"], ROOT, 600)


def spin(size: Size) -> Spent | None:
    """SPIN with its compile time, at its fastest settings that count right."""
    with TemporaryDirectory() as folder:
        return spent(["bash", str(SPIN), str(size.machines), str(size.slots)], Path(folder), 600)


def right(size: Size, states: int, transitions: int | None) -> bool | None:
    """Whether the counts are those agreed on, or of the closed form; None where neither is known."""
    agreed = AGREED.get((size.machines, size.slots))
    if agreed is not None:
        return (states, transitions) == agreed
    if size.slots not in CONSTANTS:
        return None
    a, b, c = CONSTANTS[size.slots]
    wanted: int = a**size.machines + b**size.machines - c**size.machines
    return states == wanted


def main() -> int:
    missed = 0
    beside = "--no-spin" not in sys.argv[1:] and which("spin") is not None and SPIN.exists()
    print(f"{'model':8}{'states':>28}  {'counts':7}{'wall':>8}{'cpu':>8}{'bar':>8}  {'SPIN wall, cpu':18}{'ratio':>12}")
    for size in SIZES:
        mine = ours(size)
        if mine is None:
            print(f"M({size.machines},{size.slots})  took too long, or failed")
            missed += 1
            continue
        (search,) = json.loads(mine.output)["searches"]
        said = right(size, search["states"], search["transitions"])
        theirs = spin(size) if size.spin and beside else None
        ratio = theirs.processor / mine.processor if theirs is not None else None
        met = said is not False and mine.wall <= size.seconds and (ratio is None or ratio >= 10)
        missed += not met
        print(
            f"{f'M({size.machines},{size.slots})':8}{shown(search['states']):>28}  {WORDS[said]:7}{mine.wall:8.2f}"
            f"{mine.processor:8.2f}{size.seconds:8.0f}  "
            f"{f'{theirs.wall:.1f}, {theirs.processor:.1f}' if theirs else '-':18}"
            f"{f'{ratio:.0f}x' if ratio else '-':>12}{'' if met else '  MISSED'}",
            flush=True,
        )
    print("ratio: processor time of SPIN, compiling included, to ours, start-up included")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors; bars missed: {missed}")
    return 1 if missed else 0


WORDS = {True: "right", False: "WRONG", None: "?"}


def shown(states: int) -> str:
    text = f"{states:,}"
    return text if len(text) <= 27 else f"{states:.3e}" if states < 10**300 else re.sub(r"\d{12,}", "...", str(states))


if __name__ == "__main__":
    sys.exit(main())

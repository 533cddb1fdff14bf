"""Fuzzes one reader in a process of its own: a library of machine code may end the process that it runs in.

    python -m tests.trace.apart FORMAT SEED COUNT LAST

Reads as many damaged files, and leaves the last of them in the file LAST.
"""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

from tests.trace.samples import good
from tests.trace.sound import BY_NAME, check

APART = ("Parquet",)  # formats whose readers are libraries of machine code: they are fuzzed so too


def damaged(random: Random, data: bytes) -> bytes:
    """A good file with places overwritten, cut out, or put in."""
    made = bytearray(data)
    for _ in range(random.randint(1, 6)):
        at = random.randrange(len(made) or 1)
        match random.randrange(4):
            case 0:
                del made[at : at + random.randint(1, 40)]
            case 1:
                made[at:at] = random.randbytes(random.randint(1, 8))
            case _:
                made[at : at + 1] = random.randbytes(1)
    return bytes(made)


def main(format: str, seed: str, count: str, last: str) -> None:
    """Raises what `check` raises."""
    random = Random(int(seed))
    files = good(format)
    for _ in range(int(count)):
        for data in files:
            made = damaged(random, data)
            Path(last).write_bytes(made)
            check(BY_NAME[format], made)


if __name__ == "__main__":
    main(*sys.argv[1:])

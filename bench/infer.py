"""How long it takes to infer what proofs for any number need, beside mypyvy on protocols of the same kind.

    python bench/infer.py [NAME ...]

Every row is a whole command, `switchover infer --without-lemmas`, in a process of its own. The figures of mypyvy's
`updr` are wall times on another day's machine, of its own texts of these protocols: an order of magnitude, no race.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "tests" / "protocols" / "inference"

# The text, the seconds it may take, and mypyvy's seconds and clauses.
ROWS = {
    "lock_service": (CORPUS / "lock_service.mig", 5, "2.4 s, 9 clauses"),
    "consensus": (CORPUS / "consensus.mig", 5, "1.2 s, 3 clauses"),
    "shards": (CORPUS / "shards.mig", 5, "2.7 s, 7 clauses"),
    "ring_leader": (CORPUS / "ring_leader.mig", 5, "9.6 s, 2 clauses"),
    "ticket": (CORPUS / "ticket.mig", 5, "10.2 s, 13 clauses"),
    "cache": (CORPUS / "cache.mig", 60, "not in 250 s"),
    "learning_switch": (CORPUS / "learning_switch.mig", 60, "not in 250 s"),
    "migration": (ROOT / "spec" / "migration.mig", 30, "441 s for a simpler one"),
    "switch": (ROOT / "spec" / "switch.mig", 30, "-"),
}


def main() -> int:
    """Prints a row a protocol; 1 where one is not inferred, or not in time."""
    missed = 0
    print(f"{'protocol':<16}{'wall':>8}{'cpu':>8}  {'proved':<9}{'tried':>6}{'kept':>6}  {'bar':<7}{'mypyvy'}")
    for name in sys.argv[1:] or ROWS:
        path, bar, theirs = ROWS[name]
        command = [sys.executable, "-m", "checker", "infer", "--spec", str(path), "--without-lemmas", "--json"]
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        wall, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        (found,) = json.loads(done.stdout)["inferences"]
        goals = [item for item in found["proof"]["properties"] if item["said"] != "search"]
        held = sum(item["said"] == "holds" for item in goals)
        met = held == len(goals) and wall <= bar
        missed += not met
        print(
            f"{name:<16}{wall:>7.1f}s{cpu:>7.1f}s  {f'{held} of {len(goals)}':<9}{found['tried']:>6}"
            f"{len(found['lemmas']):>6}  {f'{bar} s' if met else f'>{bar} s':<7}{theirs}"
        )
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())

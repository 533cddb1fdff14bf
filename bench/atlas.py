"""How long the atlas of failures takes, and how large a scope it sees whole; with the bars.

    python bench/atlas.py [--quick]

The smallest scope of the migration with every setting of the open questions, with a run to every fate of every cell;
the everyday scope as the text has it; and, not with `--quick`, two virtual machines with two adapters each and two
faults, within its bar, whether or not all of it is seen. Seconds are of processor time. Ends with 1 where a run is
missing or the same atlas is another the second time; a slow machine fails nothing.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from checker.explore.atlas import Atlas, atlas  # noqa: E402
from checker.explore.cell_run import story  # noqa: E402
from checker.explore.outlook import OPEN  # noqa: E402
from checker.language.load import load  # noqa: E402
from checker.language.protocol import Protocol  # noqa: E402
from checker.model.scope import Scope, declared_scope  # noqa: E402

BAR_EVERYDAY, BAR_LARGE = 20.0, 300.0  # seconds
LARGE_STATES = 700_000
NOTHING: frozenset[str] = frozenset()


def made(what: str, protocol: Protocol, scope: Scope, vary: frozenset[str] | None, bar: float, limit: int) -> Atlas:
    """The atlas; prints what it took."""
    started = time.process_time()
    found = atlas(protocol, scope, vary=vary, pairs=scope.faults > 1, limit=limit)
    seconds = time.process_time() - started
    met = f"bar {bar:g} s {'met' if seconds < bar else 'missed'} (x{seconds / bar:.2f})   " if bar else ""
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    whole = f"not all: {found.cut}" if found.cut else "whole"
    print(
        f"{what:<34} {seconds:8.2f} s   {met}{len(found.cells):,} cells, {len(found.every):,} settings,"
        f" {found.states:,} states, {whole}; up to {memory:,.0f} MB",
        flush=True,
    )
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    protocol, diagnostics = load(ROOT / "spec" / "migration.mig")
    if protocol is None:
        print(diagnostics)
        return 1
    single = made("single, every setting", protocol, declared_scope(protocol, "single"), None, 0, 1_000_000)
    wrong = single.cells != atlas(protocol, declared_scope(protocol, "single")).cells
    started = time.process_time()
    wanted = [(cell, fate, mask) for cell in single.cells for fate, mask in cell.fates if fate != OPEN]
    missing = sum(story(single, cell, fate, single.nearest(mask)) is None for cell, fate, mask in wanted)
    print(f"{'a run to each of its fates':<34} {time.process_time() - started:8.2f} s   {len(wanted):,} runs replayed")
    everyday = declared_scope(protocol, "everyday")
    made("everyday", protocol, everyday, NOTHING, BAR_EVERYDAY, 1_000_000)
    if not quick:
        sizes = (("Host", 2), ("Vm", 2), ("Nic", 4), ("Policy", 0), ("Blob", 1))
        large = Scope("large", sizes, 2, everyday.settings, where=everyday.where)
        made("two VMs, two adapters, two faults", protocol, large, NOTHING, BAR_LARGE, LARGE_STATES)
    if wrong or missing:
        print(f"WRONG: {missing} runs are missing" if missing else "WRONG: the atlas is another the second time")
    return 1 if wrong or missing else 0


if __name__ == "__main__":
    sys.exit(main())

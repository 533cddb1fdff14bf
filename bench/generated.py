"""Ten thousand generated traces: none that a run made is refused, none that was spoiled passes without a run.

    PYTHONPATH=. .venv/bin/python bench/generated.py [--traces N] [--first SEED] [--only NAME] [--jobs N] [--spoiled N]

Walks of the protocols in `spec/` and of small ones, with all outcomes and faults, are recorded by hosts with clocks of
their own; hidden steps leave no record, ids are used again, records may be lost where the log's source says so, some
traces are cut off or begin in the middle. Then come traces of the same protocols with one rule left out, and traces
with one record deleted, exchanged, doubled or changed: where the judge explains one of those, the reference is asked
whether the run that it tells is one and is recorded like that. Prints what is wrong, with the seed that shows it.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from checker.trace.options import Options
from tests.generated.campaign import Campaign, Result
from tests.generated.subjects import subjects
from tests.generated.walk import Moment

SHOWN = 5  # of what is wrong, for each protocol
PIECE = 50  # seeds that one process takes at a time


@dataclass
class Tally:
    """What became of some traces of one subject."""

    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[tuple[int, str, str]] = field(default_factory=list)
    taken: Counter[Moment] = field(default_factory=Counter)
    events: int = 0
    steps: int = 0
    traces: int = 0

    def add(self, result: Result) -> None:
        way = "right" if result.way == "right" else "broken" if result.way.startswith("without") else "spoiled"
        self.kinds[way, result.kind.value] += 1
        self.events += result.events
        self.steps += result.steps
        self.traces += 1
        if result.wrong:
            self.wrong.append((result.seed, result.way, result.wrong))

    def join(self, other: Tally) -> None:
        self.kinds += other.kinds
        self.wrong += other.wrong
        self.taken += other.taken
        self.events += other.events
        self.steps += other.steps
        self.traces += other.traces


def piece(name: str, seeds: range, every: int, options: Options) -> Tally:
    """The traces of some seeds; each `every`th is spoiled as well (0: none)."""
    campaign = Campaign(next(subject for subject in subjects() if subject.name == name), options)
    tally = Tally()
    for seed in seeds:
        tally.add(campaign.right(seed))
        tally.taken += campaign.walker.taken
        if every and seed % every == 0:
            broken = campaign.broken(seed // every)
            for result in (*([broken] if broken is not None else ()), *campaign.spoiled(seed)):
                tally.add(result)
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--traces", type=int, default=10_000, help="traces that a run made, over all protocols")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--only", help="only this protocol")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--spoiled", type=int, default=4, help="spoil every so-manieth trace too (0: none)")
    parser.add_argument("--seconds", type=float, default=20.0, help="what one trace may take")
    parser.add_argument("--nodes", type=int, default=200_000, help="what one search may take")
    chosen = parser.parse_args()
    known = [subject for subject in subjects() if chosen.only in (None, subject.name)]
    if not known:
        sys.exit(f"no protocol `{chosen.only}`; there are: {', '.join(subject.name for subject in subjects())}")
    share = -(-chosen.traces // len(known))
    options = Options(nodes=chosen.nodes, seconds=chosen.seconds)
    print(f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores")
    print(f"seeds {chosen.first} to {chosen.first + share - 1} of each of {len(known)} protocols\n")
    started = time.perf_counter()
    whole = Tally()
    with ProcessPoolExecutor(chosen.jobs) as pool:
        waiting = {
            subject.name: [
                pool.submit(piece, subject.name, seeds, chosen.spoiled, options)
                for seeds in _pieces(range(chosen.first, chosen.first + share))
            ]
            for subject in known
        }
        for name, parts in waiting.items():
            tally = Tally()
            for part in parts:
                tally.join(part.result())
            _told(name, tally)
            whole.join(tally)
    print(f"\n{whole.traces:,} traces, {whole.events:,} events, {time.perf_counter() - started:.0f} s")
    _told("all", whole, shown=0)
    sys.exit(1 if whole.wrong else 0)


def _pieces(seeds: range) -> list[range]:
    return [seeds[at : at + PIECE] for at in range(0, len(seeds), PIECE)]


def _told(name: str, tally: Tally, shown: int = SHOWN) -> None:
    said = []
    for way in ("right", "broken", "spoiled"):
        kinds = {kind: count for (of, kind), count in sorted(tally.kinds.items()) if of == way}
        if kinds:
            said.append(f"{way}: " + ", ".join(f"{count} {kind}" for kind, count in kinds.items()))
    print(f"{name}: {tally.events:,} events; {'; '.join(said)}; {len(tally.wrong)} wrong", flush=True)
    for seed, way, wrong in tally.wrong[:shown]:
        print(f"    seed {seed}, {way}: {wrong[:200]}")
    if tally.taken and shown:
        campaign = Campaign(next(subject for subject in subjects() if subject.name == name))
        campaign.walker.taken = tally.taken
        missing = ", ".join(".".join(moment) for moment in campaign.walker.missing())
        print(f"    moments that no walk took: {missing or 'none'}", flush=True)


if __name__ == "__main__":
    main()

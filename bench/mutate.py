"""Every mutant of the shipped protocols: how many are noticed by what, how long it takes, and whether the list is true.

    .venv/bin/python bench/mutate.py [--guards] [--jobs N] [--spec NAME] [--json FILE]

`docs/mutants.toml` lists the mutants of guards that no property and no run notices, each with the reason. Prints the
totals, and where the list and the answers differ: then it ends with 1. Nothing here fails when a machine is slow.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import tomllib
from collections import Counter
from pathlib import Path

from checker.language.load import load
from checker.language.mutants import Change, mutants
from checker.mutate.fate import Fate, Killer, Shown
from checker.mutate.mutate import Mutation, mutate
from checker.trace.readers import traces_of

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("migration", "switch")


def listed() -> dict[tuple[str, str], str]:
    """The kinds of reasons of `docs/mutants.toml`, by protocol and name of the mutant."""
    found = tomllib.loads((ROOT / "docs" / "mutants.toml").read_text(encoding="utf-8"))
    return {(each["protocol"], name): each["kind"] for each in found["mutant"] for name in each["names"]}


def tried(name: str, jobs: int, *, guards: bool) -> tuple[Mutation, float]:
    protocol, _ = load(ROOT / "spec" / f"{name}.mig")
    if protocol is None:
        raise SystemExit(f"spec/{name}.mig has errors")
    wanted = tuple(each for each in mutants(protocol) if not guards or each.change is Change.GUARD)
    started = time.monotonic()
    found = mutate(
        protocol,
        wanted=wanted,
        jobs=jobs,
        recordings=traces_of([ROOT / "traces"]),
        progress=lambda words: print(f"\r\x1b[2K{name}: {words}", end="", file=sys.stderr, flush=True),
    )
    print("\r\x1b[2K", end="", file=sys.stderr)
    return found, time.monotonic() - started


def table(name: str, found: Mutation, seconds: float) -> None:
    print(f"\n{name}: {len(found.shown)} mutants of {found.of}, {seconds:,.0f} s")
    for change in Change:
        of = [each for each in found.shown if each.mutant.change is change]
        if of:
            fates = Counter(each.fate if each.killer is None else f"by a {each.killer}" for each in of)
            print(f"  {change:24} {len(of):4}  " + ", ".join(f"{count} {fate}" for fate, count in fates.most_common()))


def right(shown: Shown, kind: str | None) -> bool:
    """Whether a guard is listed as it must be. What is implied may be proved so, or not."""
    match shown.fate, shown.killer:
        case Fate.EQUIVALENT, _:
            return kind in (None, "implied")
        case Fate.KILLED, Killer.RECORDING:
            return kind == "recording"
        case Fate.KILLED, Killer.LEMMA:
            return kind == "lemma"
        case Fate.KILLED, _:
            return kind is None
        case _:
            return kind in ("permission", "implied", "gap")


def differences(name: str, shown: tuple[Shown, ...], kinds: dict[tuple[str, str], str]) -> int:
    """How many guards are listed wrongly; each is printed."""
    wrong = 0
    for each in shown:
        kind = kinds.get((name, each.mutant.name))
        if each.mutant.change is Change.GUARD and not right(each, kind):
            wrong += 1
            print(f"  listed as {kind}, and {each.fate} {each.killer or ''}: {each.mutant.name} ({each.how})")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--guards", action="store_true", help="only the mutants of guards")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--spec", choices=NAMES, action="append")
    parser.add_argument("--json", type=Path, help="write what became of each mutant there")
    options = parser.parse_args()
    kinds, wrong, told = listed(), 0, []
    for name in options.spec or NAMES:
        found, seconds = tried(name, options.jobs, guards=options.guards)
        table(name, found, seconds)
        wrong += differences(name, found.shown, kinds)
        told += [
            {"protocol": name, "number": each.mutant.number, "mutant": each.mutant.name, "rules": each.mutant.rules,
             "change": each.mutant.change, "fate": each.fate, "killer": each.killer, "how": each.how,
             "differs": each.difference is not None, "place": each.mutant.span.place}
            for each in found.shown
        ]  # fmt: skip
    if options.json:
        options.json.write_text(json.dumps(told, indent=1), encoding="utf-8")
    print(f"\nlisted in docs/mutants.toml: {len(kinds)}; listed wrongly: {wrong}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

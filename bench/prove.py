"""How long proofs of the shipped texts take, what they rest on, and the table of settings; with the bars.

    python bench/prove.py [--quick]

Runs `switchover prove` as a user does, three times, and tells the fastest; then the minimal sets of guards, effects and
lemmas of every proof, the table of all settings in the smallest scope of each text, and the rules that protect each
property of the migration. `--quick` stops after the proofs. Ends with 1 where an answer is not the same twice, or
the table contradicts a search of a setting that was drawn; a slow machine fails nothing.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from checker.explore.cuts import smallest_cuts  # noqa: E402
from checker.explore.explore import explore  # noqa: E402
from checker.explore.settings import Table, settings_table  # noqa: E402
from checker.language.load import load  # noqa: E402
from checker.language.protocol import Protocol  # noqa: E402
from checker.model.scope import declared_scope  # noqa: E402
from checker.prove.answers import Holds  # noqa: E402
from checker.prove.api import SECONDS_PER_QUERY, prove  # noqa: E402
from checker.prove.cores import used  # noqa: E402
from checker.prove.queries import Effort  # noqa: E402

SCOPES = {"migration": "single", "switch": "one_port"}
BAR_PROVE, BAR_CORES, BAR_SETTINGS = 3.0, 60.0, 60.0  # seconds
DRAWN = 6  # settings that are searched by themselves, to compare
CUT_STATES = 60_000

T = TypeVar("T")


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """Seconds of processor time: all of this runs in one thread, so a quiet machine takes that long."""
    started = sum(os.times()[:4])
    made = work()
    return made, sum(os.times()[:4]) - started


def line(what: str, seconds: float, more: str = "") -> None:
    print(f"{what:<34} {seconds:8.2f} s   {more}", flush=True)


def told(what: str, seconds: float, bar: float, more: str = "") -> None:
    met = "met" if seconds < bar else "missed"
    line(what, seconds, f"bar {bar:g} s {met} (x{seconds / bar:.2f})   {more}".rstrip())


def command() -> tuple[bytes, float]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return timed(
        lambda: (
            subprocess.run(
                [sys.executable, "-m", "checker", "prove", "--json"],
                cwd=ROOT,
                env=environment,
                capture_output=True,
                check=True,
            ).stdout
        )
    )


def text(name: str) -> Protocol:
    protocol, _ = load(ROOT / "spec" / f"{name}.mig")
    if protocol is None:
        raise SystemExit(f"spec/{name}.mig has errors")
    return protocol


def contradicts(protocol: Protocol, table: Table) -> list[str]:
    """Properties of which the table and a search of a setting drawn at random do not say the same."""
    random = Random(0)
    wrong = []
    for _ in range(DRAWN):
        setting = {name: random.choice(values) for name, values in table.varied}
        answers = explore(protocol, replace(table.scope, settings=(*table.scope.settings, *setting.items()))).answers
        for row, answer in zip(table.rows, answers, strict=True):
            fails = any(all(setting[name] in values for name, values in box) for box in row.fails)
            fails = fails or (not row.depends and row.count["fails"] > 0)
            if fails is not (answer.said == "fails"):
                wrong.append(f"{row.property.name} with {setting}")
    return wrong


def protocol_figures(name: str) -> bool:
    """Prints what one text takes. Whether the table contradicts a search."""
    protocol = text(name)
    proofs, seconds = timed(partial(prove, protocol))
    proved = tuple(item.name for item in proofs.answers if isinstance(item.judgement, Holds))
    line(f"{name}, proofs alone", seconds, f"{len(proved)} proved, {proofs.queries:,} queries")
    effort = Effort(SECONDS_PER_QUERY)
    cores, seconds = timed(partial(used, protocol, proved, effort=effort))
    sets = sum(len(core.sets) for core in cores.cores)
    cut = sum(not core.complete for core in cores.cores)
    told(f"{name}, minimal sets", seconds, BAR_CORES, f"{sets} sets, {effort.queries:,} queries, {cut} cut short")
    scope = declared_scope(protocol, SCOPES[name])
    table, seconds = timed(partial(settings_table, protocol, scope))
    many = f"{table.settings} settings, {table.states:,} states"
    told(f"{name}, settings in {scope.name}", seconds, BAR_SETTINGS, many)
    _, one = timed(partial(explore, protocol, scope))
    line("  one search a setting would take", one * table.settings, f"x{one * table.settings / seconds:.0f}")
    wrong = contradicts(protocol, table)
    print(f"  {DRAWN} settings searched by themselves: {'; '.join(wrong) or 'the same answers'}")
    if name == "migration":
        cuts, seconds = timed(partial(smallest_cuts, protocol, scope, largest=1, limit=CUT_STATES))
        found = f"{len(cuts.cuts)} cuts, runs of up to {cuts.depth} steps, {cuts.states:,} states"
        line(f"{name}, rules taken away", seconds, found)
    return bool(wrong)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="stop after the proofs")
    quick = parser.parse_args().quick
    runs = [command() for _ in range(3)]
    told("prove, both texts, whole command", min(seconds for _, seconds in runs), BAR_PROVE)
    bad = len({answer for answer, _ in runs}) > 1
    print(f"{'the same answer three times':<34} {'no' if bad else 'yes'}")
    for name in () if quick else SCOPES:
        bad = protocol_figures(name) or bad
    return int(bad)


if __name__ == "__main__":
    raise SystemExit(main())

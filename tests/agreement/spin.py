"""Runs SPIN on an export, and says what its counts must be if it sees the graph that a search of ours sees."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from checker.explore.answer import Said
from checker.explore.explore import Exploration
from checker.export.promela import promela
from checker.language.protocol import Can, LeadsTo, Protocol
from checker.model.reference import Reference
from checker.model.scope import Scope

MISSING = [tool for tool in ("spin", "cc") if shutil.which(tool) is None]
# The whole of each state is kept, nothing is left out by partial-order reduction, all violations are told.
FLAGS = ("-O0", "-w", "-DSAFETY", "-DNOREDUCE", "-DVECTORSZ=4096")
RUN = ("-m2000000", "-w20", "-c0", "-e")


@dataclass(frozen=True)
class Outside:
    """What a tool says: how many states and transitions, and which properties fail."""

    states: int
    transitions: int
    failing: frozenset[str]


def spin(protocol: Protocol, scope: Scope, folder: Path, change: tuple[str, str] | None = None) -> Outside:
    """SPIN's answer; `change` replaces one piece of the text by another, in its first place."""
    (_, text), *_ = promela(protocol, scope).files
    if change is not None:
        assert change[0] in text, f"the text does not say {change[0]!r} any more"
        text = text.replace(*change, 1)
    folder.joinpath("m.pml").write_text(text, encoding="ascii")
    _run(folder, "spin", "-a", "-o2", "m.pml")  # else SPIN leaves cells that nothing reads out of its states
    _run(folder, "cc", *FLAGS, "-o", "pan", "pan.c")
    said = _run(folder, "./pan", *RUN)
    assert "max search depth too small" not in said, said
    assert "Search not completed" not in said, said
    numbers = {int(number) for number in re.findall(r"assertion violated\s+!\((\d+)\)", said)}
    counted = [re.search(rf"(\d+) {what}", said) for what in ("states, stored", "transitions")]
    states, transitions = (int(found[1]) for found in counted if found is not None)
    return Outside(states, transitions, frozenset(protocol.properties[number - 1].name for number in numbers))


def expected(found: Exploration) -> Outside:
    """What SPIN must say where `found` is the whole graph, without symmetry.

    Before the start there is one state, which SPIN reaches by a transition of its own. From there it goes to each
    initial state, and, by every choice of consts that breaks an assumption, to one state that has no steps. A state
    without steps costs one more transition, because SPIN lets the properties' process take a step there.
    """
    assert found.complete
    assert found.permutations == 1
    reference = Reference(found.protocol, found.scope)
    initial = sum(1 for at in range(found.states) if found.store.parent[at] < 0)
    broken = _broken(reference)
    stuck = sum(1 for at in range(found.states) if not found.store.edges(at))
    no_start = 1 if broken else 0
    failing = {
        answer.name
        for prop, answer in zip(found.protocol.properties, found.answers, strict=True)
        if answer.said is Said.FAILS and not isinstance(prop, Can | LeadsTo)
    }
    return Outside(
        found.states + 1 + no_start,
        found.transitions + 1 + initial + broken + stuck + no_start,
        frozenset(failing),
    )


def _broken(reference: Reference) -> int:
    """How many choices of consts break an assumption, by the definition."""
    ways, allowed = 1, set[tuple[object, ...]]()
    places = [(const.name, at) for const in reference.protocol.consts for at in reference.tuples(const.index)]
    for name, _ in places:
        ways *= len(reference.values(reference.types[name][1]))
    for state in reference.initial_states():
        allowed.add(tuple(state[place] for place in places))
    return ways - len(allowed)


def _run(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}\n{done.stderr}"
    return done.stdout

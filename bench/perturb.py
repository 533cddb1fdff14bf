"""Does the report name the right event? Each event of a long trace is deleted, swapped, duplicated and corrupted.

    .venv/bin/python bench/perturb.py [--events 500] [--every 1] [--seed 1] [--show] [--only KIND]

The trace is a conforming one of two hosts: several machines start and move to and fro, their events mixed. Each change
is written to a file, judged by the public API, and told as `switchover check` tells it. What counts as right is said at
`Right`. Prints a table; nothing here fails when a machine is slow.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from io import StringIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from rich.console import Console  # noqa: E402

from checker.language.core import PropertyKind  # noqa: E402
from checker.language.load import load  # noqa: E402
from checker.language.lower import lower  # noqa: E402
from checker.language.protocol import Protocol  # noqa: E402
from checker.model.ground import Machine  # noqa: E402
from checker.model.run import Step, replay  # noqa: E402
from checker.report.page import show  # noqa: E402
from checker.report.terminal import verdict_lines  # noqa: E402
from checker.trace.judge_trace import judge_all  # noqa: E402
from checker.trace.readers import read  # noqa: E402
from checker.trace.sources import outcome_for  # noqa: E402
from checker.trace.verdict import Part, Verdict, VerdictKind  # noqa: E402
from tests.recordings.tape import Tape, migrate, start  # noqa: E402

Line = dict[str, object]
Key = tuple[str, int]  # log, seq

KINDS = ("delete", "swap", "duplicate", "status", "id", "name")
MOST = 25  # lines of a report
WIDTH = 120  # of the terminal on which rows are counted


# ----------------------------------------------------------------------------------------------------------- the trace


def trace(events: int, seed: int, machines: int = 5) -> list[Line]:
    """About so many events of two hosts: machines that start and move, each on its own, their events mixed."""
    mixer = random.Random(seed)
    moves = max(1, round((events / machines - 6) / 26))
    rows = [_life(number, moves).lines for number in range(machines)]
    at = [0] * machines
    whole = Tape()
    while left := [each for each in range(machines) if at[each] < len(rows[each])]:
        (each,) = mixer.choices(left, [len(rows[each]) - at[each] for each in left])
        for line in rows[each][at[each] : at[each] + mixer.randint(1, 4)]:
            said = {name: value for name, value in line.items() if name not in ("log", "seq", "ts", "event")}
            whole.add(str(line["log"]), str(line["event"]), **said)
            at[each] += 1
    return whole.lines


PORTS = 100  # ids of ports that each machine has to itself


def _life(number: int, moves: int) -> Tape:
    tape = Tape(next_port={"a": 1 + PORTS * number, "b": 11 + PORTS * number})
    machine = f"VM{number + 1}"
    nics = (f"{machine}--N1",)
    here, there = ("a", "b") if number % 2 == 0 else ("b", "a")
    start(tape, here, machine, nics)
    for stay in range(1, moves + 1):
        migrate(tape, here, there, machine, nics, stay)
        here, there = there, here
    return tape


def machine_of(line: Line) -> str:
    """The machine that an event of such a trace is about."""
    if "PortId" in line:
        return f"VM{int(str(line['PortId'])) // PORTS + 1}"
    return str(line["VmName"])


def text_of(lines: tuple[Line, ...] | list[Line]) -> str:
    tape = Tape()
    tape.lines = list(lines)
    return tape.text()


# --------------------------------------------------------------------------------------------------------- the changes


@dataclass(frozen=True, slots=True)
class Change:
    """A changed trace. `about` are the changed events' places in the unchanged one; `touched` the events of the changed
    trace that it is about; `skipped` those of the unchanged one that are not recorded any more as they were; `said` the
    individuals that it names anew.
    """

    kind: str
    about: tuple[int, ...]
    lines: tuple[Line, ...]
    touched: frozenset[Key]
    skipped: frozenset[Key]
    said: tuple[str, ...] = ()
    status: str = ""  # what the changed events' outcome is said to be now

    @property
    def index(self) -> int:
        return self.about[0]


def changes(lines: list[Line], kind: str, every: int) -> Iterator[Change]:
    """The changes of one kind, in the order of the events."""
    for index in range(0, len(lines), every):
        change = _CHANGES[kind](lines, index)
        if change is not None:
            yield change


def key_of(line: Line) -> Key:
    return str(line["log"]), int(str(line["seq"]))


def _delete(lines: list[Line], index: int) -> Change:
    kept = (*lines[:index], *lines[index + 1 :])
    return Change("delete", (index,), kept, frozenset(), frozenset({key_of(lines[index])}))


def _swap(lines: list[Line], index: int) -> Change | None:
    """What two neighbours of one log say is exchanged, but not their numbers and times."""
    log = lines[index]["log"]
    other = next((at for at in range(index + 1, len(lines)) if lines[at]["log"] == log), None)
    if other is None:
        return None
    kept = [{name: lines[at][name] for name in ("log", "seq", "ts")} for at in (index, other)]
    changed = list(lines)
    changed[index], changed[other] = lines[other] | kept[0], lines[index] | kept[1]
    both = frozenset({key_of(lines[index]), key_of(lines[other])})
    return Change("swap", (index, other), tuple(changed), both, both)


def _duplicate(lines: list[Line], index: int) -> Change:
    """The record is there twice, one after the other; the numbers of the later ones go up by one."""
    here = lines[index]
    rest = lines[index + 1 :]
    later = [line | {"seq": key_of(line)[1] + 1} if line["log"] == here["log"] else line for line in rest]
    copy = here | {"seq": key_of(here)[1] + 1}
    both = frozenset({key_of(here), key_of(copy)})
    return Change("duplicate", (index,), (*lines[: index + 1], copy, *later), both, frozenset())


def _status(lines: list[Line], index: int) -> Change | None:
    changed = _corrupt(lines, index, "status", {"status": "FAILURE"})
    return None if changed is None else replace(changed, status="FAILURE")


def _id(lines: list[Line], index: int) -> Change | None:
    return _other(lines, index, "id", "PortId") if "PortId" in lines[index] else None


def _name(lines: list[Line], index: int) -> Change | None:
    name = next((each for each in ("NicName", "VmName", "PropertyId") if each in lines[index]), None)
    return None if name is None else _other(lines, index, "name", name)


def _other(lines: list[Line], index: int, kind: str, name: str) -> Change | None:
    """The field says what it says in the nearest event of the same log where it says something else."""
    here = lines[index]
    for at in sorted(range(len(lines)), key=lambda at: abs(at - index)):
        if lines[at]["log"] == here["log"] and name in lines[at] and lines[at][name] != here[name]:
            return _corrupt(lines, index, kind, {name: lines[at][name]})
    return None


def _corrupt(lines: list[Line], index: int, kind: str, said: Line) -> Change | None:
    if all(lines[index].get(name) == value for name, value in said.items()):
        return None
    changed = lines[index] | said
    here = frozenset({key_of(changed)})
    return Change(kind, (index,), (*lines[:index], changed, *lines[index + 1 :]), here, here, tuple(_values(changed)))


_CHANGES = {"delete": _delete, "swap": _swap, "duplicate": _duplicate, "status": _status, "id": _id, "name": _name}


# ------------------------------------------------------------------------------------------------------- what is right


@dataclass(slots=True)
class Right:
    """Which events a report may name.

    The changed event itself (of a swap or a duplicate: one of the two); and, as it is gone or says something else now,
    the event that directly depends on it. That is worked out from the run that explains the unchanged trace, by the
    model and without any diagnosis: the run is taken again without the steps of the changed events (or with the outcome
    that they say now, if there is one), a hidden step that is then impossible is left out too, and the first recorded
    step that is impossible is the dependent one; the end of the trace, if that is what fails. Right too is the first
    later event that names one of the same individuals (port of a host, adapter, machine), or one that the change put
    in.
    """

    lines: list[Line]
    folder: Path
    protocols: tuple[Protocol, ...]
    _parts: dict[str, tuple[Part, ...]] = field(default_factory=dict)

    def events(self, change: Change) -> set[Key | None]:
        found: set[Key | None] = set(change.touched)
        for line in [self.lines[index] for index in change.about]:
            for part in self._explained(machine_of(line)):
                found |= {self._now(change, key) for key in self._dependent(part, change)}
            for value in {*_values(line), *change.said}:
                found.add(self._now(change, self._next(change.about[-1], value)))
        return found

    def _explained(self, machine: str) -> tuple[Part, ...]:
        """How the unchanged events of one machine are explained; the machines have nothing to do with each other."""
        if machine not in self._parts:
            path = self.folder / "unchanged.jsonl"
            path.write_text(text_of([line for line in self.lines if machine_of(line) == machine]))
            self._parts[machine] = judge_all(self.protocols, read([path])).parts
        return self._parts[machine]

    def _next(self, index: int, value: str) -> Key | None:
        return next((key_of(line) for line in self.lines[index + 1 :] if value in _values(line)), None)

    def _dependent(self, part: Part, change: Change) -> Iterator[Key | None]:
        run = part.explained_by
        assert run is not None, part
        protocol = next(each for each in self.protocols if each.name == part.protocol)
        machine = Machine(protocol, run.scope, lower(protocol))
        keys = [None if event is None else (event.log, event.seq) for _, event in part.explained]
        start = machine.layout.pack(dict(run.start))
        changed = [at for at, key in enumerate(keys) if key in change.skipped]
        instead: list[int | None] = [None]
        if changed and change.status:
            instead += _otherwise(protocol, machine, run.steps[changed[0]], change.status)
        for number in instead if changed else ():
            yield from _first_impossible(machine, start, run.steps, keys, change, number)

    def _now(self, change: Change, key: Key | None) -> Key | None:
        """The number that an event of the unchanged trace has in the changed one."""
        if key is not None and change.kind == "duplicate" and key[0] == self.lines[change.index]["log"]:
            return key[0], key[1] + (key[1] > key_of(self.lines[change.index])[1])
        return key


def _first_impossible(
    machine: Machine, state: bytes, steps: tuple[Step, ...], keys: list[Key | None], change: Change, instead: int | None
) -> Iterator[Key | None]:
    """The first recorded step that is impossible when the changed ones are left out, or when one is another step."""
    for step, key in zip(steps, keys, strict=True):
        if key in change.skipped:
            state = state if instead is None else machine.force(instead, state)
            continue
        after = machine.fire(machine.number(step), state)
        if after is None and key is not None:
            yield key
            return
        state = after or state
    finals = [prop for prop in machine.core.properties if prop.kind is PropertyKind.FINAL and prop.formula is not None]
    if any(not machine.test(prop.formula)(state) for prop in finals if prop.formula is not None):
        yield None


def _otherwise(protocol: Protocol, machine: Machine, step: Step, status: str) -> Iterator[int]:
    """The steps that an event with another status would be: of every action with that event, the same individuals."""
    event = protocol.action(step.action).event
    params = {variable.name: arg for variable, arg in zip(protocol.action(step.action).params, step.args, strict=True)}
    moments = {
        action.name: outcome_for(action, status)
        for action in protocol.actions
        if event is not None and action.event is not None and action.event.name == event.name
    }
    for ground in machine.grounds:
        given = zip((name for name, _ in ground.moment.params), ground.args, strict=True)
        if moments.get(ground.moment.action) == ground.moment.moment and all(params.get(n, a) == a for n, a in given):
            yield ground.number


def _values(line: Line) -> list[str]:
    """What names an individual: a port with its host, an adapter, a machine."""
    found = [f"{line['log']} port {line['PortId']}"] if "PortId" in line else []
    return found + [str(line[name]) for name in ("NicName", "VmName") if name in line]


# ---------------------------------------------------------------------------------------------------------- the report


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the report on one changed trace says. `place` is the event that it names."""

    change: Change
    kind: VerdictKind
    named: bool
    place: str
    rule: bool
    lines: int  # as written to a file
    rows: int  # on a terminal
    seconds: float
    text: str


def judged(protocols: tuple[Protocol, ...], right: Right, change: Change, folder: Path) -> Outcome:
    path = folder / "changed.jsonl"
    path.write_text(text_of(change.lines))
    started = time.perf_counter()
    verdict = judge_all(protocols, read([path]))
    seconds = time.perf_counter() - started
    for part in verdict.parts:
        if part.explained_by is not None:  # whoever says that it conforms has a run, and the definition agrees
            replay(next(each for each in protocols if each.name == part.protocol), part.explained_by)
    text = _shown(verdict, protocols, None)
    first = next((f for part in verdict.parts if part.kind is verdict.kind for f in part.findings), None)
    event = first.event if first is not None else None
    key = None if event is None else (event.log, event.seq)
    rules = {rule.id for protocol in protocols for rule in protocol.rules}
    return Outcome(
        change,
        verdict.kind,
        key in right.events(change),
        "the end" if event is None else f"{event.log} {event.seq} {event.name}",
        bool(rules & set(text.replace(",", " ").split())),
        len(text.splitlines()),
        len(_shown(verdict, protocols, WIDTH).splitlines()),
        seconds,
        text,
    )


def _shown(verdict: Verdict, protocols: tuple[Protocol, ...], width: int | None) -> str:
    file = StringIO()
    console = Console(file=file, force_terminal=width is not None, width=width, markup=False, color_system=None)
    lines = verdict_lines(verdict, {protocol.name: protocol for protocol in protocols})
    show(console, lines, wrap=width is not None)
    return file.getvalue()


EXPLAINED = (VerdictKind.CONFORMS, VerdictKind.CONFORMS_IF, VerdictKind.UNFINISHED)


def table(outcomes: list[Outcome]) -> Iterator[str]:
    heads = ("tried", "conform", "unknown", "refused", "right", "rule", "lines", "rows", "slowest")
    yield f"{'change':<10}" + "".join(f"{head:>9}" for head in heads)
    for kind in (*KINDS, "all"):
        some = [each for each in outcomes if kind in (each.change.kind, "all")]
        if some:
            yield _row(kind, some)


def _row(kind: str, some: list[Outcome]) -> str:
    refused = [each for each in some if each.kind is VerdictKind.VIOLATES]
    explained = sum(each.kind in EXPLAINED for each in some)
    other = len(some) - len(refused) - explained
    right = 100 * sum(each.named for each in refused) / max(1, len(refused))
    rule = 100 * sum(each.rule for each in refused) / max(1, len(refused))
    lines, rows = max(each.lines for each in some), max(each.rows for each in some)
    slow = max(each.seconds for each in some)
    counts = (len(some), explained, other, len(refused))
    told = (f"{right:.1f} %", f"{rule:.1f} %", lines, rows, f"{slow:.1f} s")
    return f"{kind:<10}" + "".join(f"{each:>9}" for each in (*counts, *told))


def load_protocols() -> tuple[Protocol, ...]:
    loaded = [load(ROOT / "spec" / f"{name}.mig")[0] for name in ("migration", "switch")]
    return tuple(protocol for protocol in loaded if protocol is not None)


def run(lines: list[Line], kinds: tuple[str, ...], every: int, protocols: tuple[Protocol, ...]) -> Iterator[Outcome]:
    """What becomes of each change; every `every`-th event is changed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        right = Right(lines, folder, protocols)
        for kind in kinds:
            for change in changes(lines, kind, every):
                yield judged(protocols, right, change, folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=500)
    parser.add_argument("--machines", type=int, default=5)
    parser.add_argument("--every", type=int, default=1, help="change each N-th event only")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=KINDS, action="append")
    parser.add_argument("--show", action="store_true", help="print each report that falls short")
    options = parser.parse_args()
    lines = trace(options.events, options.seed, options.machines)
    print(f"{len(lines)} events of {options.machines} machines on two hosts, each {options.every}. changed in turn")
    outcomes = []
    for outcome in run(lines, tuple(options.only or KINDS), options.every, load_protocols()):
        outcomes.append(outcome)
        short = outcome.kind is VerdictKind.VIOLATES and not (outcome.named and outcome.rule and outcome.lines <= MOST)
        if options.show and (short or outcome.kind not in (VerdictKind.VIOLATES, *EXPLAINED)):
            line = lines[outcome.change.index]
            print(f"--- {outcome.change.kind} {line['log']} {line['seq']} {line['event']}: named {outcome.place}")
            print(outcome.text)
    print("\n".join(table(outcomes)))


if __name__ == "__main__":
    main()

"""Cheapest alignments of many logs: ours and pm4py's, on the same logs, in one run.

    .venv/bin/pip install -e '.[bench]'
    .venv/bin/python bench/alignments.py [--traces N] [--seed N] [--only NAME]

Logs are random walks of a protocol with none, one or two errors. The protocol is there twice, written by hand: as text
(`bench/alignments/*.mig`) and as a Petri net (`bench/alignments/nets.py`). Both tools align each distinct log once, so
figures count the events of distinct logs, and seconds are those of a processor. Every price is compared. pm4py charges
10,000 for a move of one side and 1 for a silent one, so its price in our terms is what is left after dividing.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import runpy
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checker.language.load import load
from checker.language.lower import lower
from checker.language.protocol import Protocol
from checker.model.ground import Machine
from checker.model.scope import declared_scope
from checker.trace.alignment import align
from checker.trace.event import Event, Log, Trace
from checker.trace.layers import Aligner
from checker.trace.machines import Machines
from checker.trace.options import Budget, Options
from checker.trace.stated import stated_orders
from checker.trace.view import see

HERE = Path(__file__).resolve().parent
CHECKED = 100  # logs whose price the plain search is asked for as well
UNLIKELY = 0.03  # how likely a refusal or a fault is beside a step that goes well


@dataclass(frozen=True, slots=True)
class Subject:
    name: str
    net: Callable[[], tuple[tuple[str | None, tuple[str, ...], tuple[str, ...]], ...]]
    traces: int


NETS = runpy.run_path(str(HERE / "alignments" / "nets.py"))
SUBJECTS = (
    Subject("handover", NETS["handover"], 10_000),
    Subject("two_hosts", NETS["two_hosts"], 1_000),
)
WAYS = (("default", "VERSION_STATE_EQUATION_A_STAR"), ("Dijkstra", "VERSION_DIJKSTRA_LESS_MEMORY"))
BARS = {"default": 20, "Dijkstra": 3}


# --------------------------------------------------------------------------------------------------------------- logs


def logs_of(protocol: Protocol, number: int, seed: int) -> list[list[str]]:
    """Random walks to an end, as labels, each with none, one or two errors."""
    rng = random.Random(seed)
    machine = Machine(protocol, declared_scope(protocol))
    (start,) = machine.initial_states()
    actions = {action.name: action for action in protocol.actions}
    alphabet = sorted({_label(actions, ground) for ground in machine.grounds} - {""})
    found = []
    for at in range(number):
        state, labels = start, []
        while steps := machine.successors(state):
            moments = [machine.grounds[step].moment for step, _ in steps]
            weights = [UNLIKELY if moment.failure or moment.fault else 1.0 for moment in moments]
            step, state = rng.choices(steps, weights)[0]
            labels.append(_label(actions, machine.grounds[step]))
        labels = [label for label in labels if label]
        for _ in range(at % 3):
            _spoil(rng, labels, alphabet)
        found.append(labels)
    return found


def _label(actions: dict[str, Any], ground: Any) -> str:
    event = actions[ground.moment.action].event
    if event is None:
        return ""
    moment = ground.moment.moment
    return event.name if moment == "SUCCESS" else f"{event.name}.{moment}"


def _spoil(rng: random.Random, labels: list[str], alphabet: list[str]) -> None:
    at = rng.randrange(len(labels)) if labels else 0
    match rng.choice(("delete", "insert", "exchange", "change")):
        case "delete" if labels:
            del labels[at]
        case "exchange" if len(labels) > 1:
            other = max(1, at)
            labels[other - 1], labels[other] = labels[other], labels[other - 1]
        case "change" if labels:
            labels[at] = rng.choice(alphabet)
        case _:
            labels.insert(at, rng.choice(alphabet))


def events_of(labels: list[str]) -> tuple[Event, ...]:
    parts = [label.partition(".") for label in labels]
    return tuple(Event("log", at, name, {}, status=end or "SUCCESS") for at, (name, _, end) in enumerate(parts, 1))


# -------------------------------------------------------------------------------------------------------------- ours


def ours(protocol: Protocol, logs: list[tuple[Event, ...]]) -> list[int]:
    """The price of each log, by the table; every alignment is made, as pm4py makes it."""
    machines = Machines(protocol, lower(protocol))
    log = Log("log", "host", "record", (), ends="complete")
    aligner = Aligner(machines, log, (event for events in logs for event in events), Options())
    found = []
    for events in logs:
        alignment = aligner.align(events)
        assert alignment is not None
        found.append(alignment.price)
    return found


def plain(protocol: Protocol, logs: list[tuple[Event, ...]]) -> list[int]:
    """The same by the search that knows several logs, ids and stated orders."""
    machines = Machines(protocol, lower(protocol))
    found = []
    for events in logs:
        log = Log("log", "host", "record", events, ends="complete")
        sight = see(protocol, Trace("trace", (log,)), (log,))
        alignment = align(machines, sight.views, stated_orders(sight.views), Options(), Budget(1_000_000, 60.0))
        assert alignment is not None
        found.append(alignment.price)
    return found


# -------------------------------------------------------------------------------------------------------------- pm4py


def petri(subject: Subject) -> tuple[Any, Any, Any]:
    from pm4py.objects.petri_net.obj import Marking, PetriNet
    from pm4py.objects.petri_net.utils.petri_utils import add_arc_from_to

    net = PetriNet(subject.name)
    places: dict[str, Any] = {}
    for number, (label, before, after) in enumerate(subject.net()):
        transition = PetriNet.Transition(f"t{number}", label)
        net.transitions.add(transition)
        for name in (*before, *after):
            if name not in places:
                places[name] = PetriNet.Place(name)
                net.places.add(places[name])
        for name in before:
            add_arc_from_to(places[name], transition, net)
        for name in after:
            add_arc_from_to(transition, places[name], net)
    return net, Marking({places["begin"]: 1}), Marking({places["end"]: 1})


def theirs(subject: Subject, logs: list[list[str]], way: str) -> tuple[list[int], float]:
    """The price of each log by pm4py, and the processor seconds it took, the log made beforehand."""
    from pm4py.algo.conformance.alignments.petri_net import algorithm
    from pm4py.objects.log.obj import Event as LogEvent, EventLog, Trace as LogTrace

    made = EventLog([LogTrace([LogEvent({"concept:name": label}) for label in labels]) for labels in logs])
    net, first, last = petri(subject)
    parameters = {"show_progress_bar": False}
    started = time.process_time()
    found = algorithm.apply_log(made, net, first, last, variant=getattr(algorithm.Variants, way), parameters=parameters)
    return [int(each["cost"]) // 10_000 for each in found], time.process_time() - started


# ------------------------------------------------------------------------------------------------------------- the run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--traces", type=int, help="so many logs of each protocol (default: by protocol)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=[subject.name for subject in SUBJECTS])
    chosen = parser.parse_args()
    print(f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores")
    for subject in SUBJECTS:
        if chosen.only in (None, subject.name):
            compare(subject, chosen.traces or subject.traces, chosen.seed)


def compare(subject: Subject, number: int, seed: int) -> None:
    protocol, problems = load(HERE / "alignments" / f"{subject.name}.mig")
    assert protocol is not None, problems
    labels = logs_of(protocol, number, seed)
    distinct = {tuple(each) for each in labels}
    events = sum(map(len, distinct))
    logs = [events_of(each) for each in labels]
    print(f"\n{subject.name}: {number:,} logs, seed {seed}; {len(distinct):,} distinct ones with {events:,} events")
    started = time.process_time()
    prices = ours(protocol, logs)
    seconds = time.process_time() - started
    mean = sum(prices) / len(prices)
    print(f"prices 0 to {max(prices)}, {mean:.2f} on average; those of {CHECKED} logs by the plain search: ", end="")
    print("the same" if plain(protocol, logs[:CHECKED]) == prices[:CHECKED] else "OTHERS", flush=True)
    print(f"{'':18} {'seconds':>8} {'events/s':>10} {'ours/theirs':>12} {'bar':>5}  prices")
    print(f"{'ours':18} {seconds:8.2f} {events / seconds:10,.0f}", flush=True)
    for name, way in WAYS:
        found, took = theirs(subject, labels, way)
        different = sum(a != b for a, b in zip(prices, found, strict=True))
        said = "the same" if not different else f"{different} OTHERS"
        print(f"{'pm4py, ' + name:18} {took:8.2f} {events / took:10,.0f} {took / seconds:12.1f} {BARS[name]:5}  {said}")


if __name__ == "__main__":
    main()

"""The orders an answer hangs on, held against every order of the events tried one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import combinations
from random import Random

import pytest

from checker.language.lower import lower
from checker.model.judge import InternalError
from checker.trace import necessary as module
from checker.trace.conform import Answer, explain_trace
from checker.trace.event import Event, Log
from checker.trace.interleave import Interleavings
from checker.trace.judge_trace import judge
from checker.trace.machines import Machines
from checker.trace.options import Budget, Options
from checker.trace.stated import stated_orders
from checker.trace.verdict import Assumed, Part, VerdictKind
from checker.trace.view import see
from tests.trace.test_cases import ERRANDS
from tests.trace.texts import EXCHANGE, event, load_protocol, log_of, trace_of

V = VerdictKind
ONE = ERRANDS.replace("joined by User, Slip\n", "")


def verdict_of(text: str, *logs: Log) -> Part:
    (found,) = judge(load_protocol(text), trace_of(*logs))
    return found


def merges(left: int, right: int) -> Iterator[tuple[int, ...]]:
    """Every way to merge two logs: which log each event is of."""
    for places in combinations(range(left + right), left):
        yield tuple(0 if at in places else 1 for at in range(left + right))


def ordered(logs: tuple[Log, Log], merge: tuple[int, ...]) -> tuple[Log, Log]:
    """The logs with one clock that says just this order."""
    events: tuple[list[Event], list[Event]] = ([], [])
    for time, log in enumerate(merge):
        at = len(events[log])
        events[log].append(replace(logs[log].events[at], time=time))
    first, second = (replace(log, events=tuple(own), clock="one") for log, own in zip(logs, events, strict=True))
    return first, second


def explained(text: str, logs: tuple[Log, Log]) -> list[tuple[int, ...]]:
    sizes = [len(log.events) for log in logs]
    return [merge for merge in merges(*sizes) if has_run(text, *ordered(logs, merge))]


@cache
def machines_of(text: str) -> Machines:
    protocol = load_protocol(text)
    return Machines(protocol, lower(protocol))


def has_run(text: str, *logs: Log) -> bool:
    """Whether the search finds a run; nobody asks why not, which takes much longer to say."""
    machines = machines_of(text)
    views = see(machines.protocol, trace_of(*logs), logs).views
    return (
        explain_trace(machines, views, stated_orders(views), Options(), Budget(10**6, 60)).answer is not Answer.REFUSED
    )


def keeps(merge: tuple[int, ...], logs: tuple[Log, Log], assumed: Assumed) -> bool:
    places = {}
    seen = [0, 0]
    for place, log in enumerate(merge):
        places[logs[log].name, logs[log].events[seen[log]].seq] = place
        seen[log] += 1
    one, other = assumed.earlier, assumed.later
    return places[one.log, one.seq] < places[other.log, other.seq]


def random_logs(random: Random) -> tuple[Log, Log]:
    words = ("TAKE", "DROP", "ASK", "ANSWER", "TELL", "HEAR", "BEGIN", "STOP")
    rows: tuple[list[Event], list[Event]] = ([], [])
    for row in rows:
        for _ in range(random.randint(1, 3)):
            row.append(event(random.choice(words), UserName=random.choice("uv")))
    first, second = (log_of(name, *row, ends="complete") for name, row in zip("ab", rows, strict=True))
    return first, second


def disagreement(logs: tuple[Log, Log]) -> str:
    """What is wrong with the verdict on two logs without a clock, as all orders of their events show."""
    good = explained(ONE, logs)
    every = list(merges(len(logs[0].events), len(logs[1].events)))
    if not good:
        return "a run for no order" if has_run(ONE, *logs) else ""
    try:
        found = verdict_of(ONE, *logs)
    except InternalError as error:
        return str(error)
    expected = V.CONFORMS if len(good) == len(every) else V.CONFORMS_IF
    if found.kind is not expected:
        return f"{found.kind} for {expected}"
    by_all = [each for each in found.assumed if each.by_all]
    if any(not keeps(merge, logs, each) for merge in good for each in by_all):
        return "an order that is not necessary"
    kept = [merge for merge in every if all(keeps(merge, logs, each) for each in found.assumed)]
    if not kept or not set(kept) <= set(good):
        return "orders that are not enough"
    if len(by_all) == len(found.assumed) and set(kept) != set(good):
        return "orders that are too many"
    for each in by_all:
        rest = [other for other in by_all if other is not each]
        if not any(not keeps(m, logs, each) and all(keeps(m, logs, other) for other in rest) for m in every):
            return "an order that follows from the others"
    return ""


def test_the_orders_are_those_of_all_explanations_and_enough() -> None:
    random = Random(3)
    wrong = [(logs, said) for logs in (random_logs(random) for _ in range(40)) if (said := disagreement(logs))]
    assert not wrong


@pytest.mark.parametrize("fault", ["too few ways", "nothing is added"])
def test_the_test_can_fail(monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    if fault == "too few ways":
        good = module._good
        monkeypatch.setattr(
            module,
            "_good",
            lambda *a: {node for node in good(*a) if node[0][0] >= node[0][1]},  # the first log leads
        )
    else:
        monkeypatch.setattr(Interleavings, "enough", lambda *_: [])
        monkeypatch.setattr(module, "_irreducible", lambda orders: orders[1:])
    random = Random(3)
    assert any(disagreement(random_logs(random)) for _ in range(40))


def test_what_follows_is_not_told() -> None:
    """One order says it all: the answer arrives after the work, which is after the question."""
    a = log_of("a", event("ASK", JobName="j", To="B"), event("FINISH", JobName="j"), host="A")
    b = log_of("b", event("WORK", JobName="j"), host="B")
    found = verdict_of(EXCHANGE, a, b)
    assert [(each.earlier.name, each.later.name) for each in found.assumed] == [("ASK", "WORK"), ("WORK", "FINISH")]

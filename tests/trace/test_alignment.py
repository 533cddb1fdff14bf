"""Cheapest alignments: the search and the table against every run of a protocol, spelt out."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from checker.language.load import load
from checker.language.lower import lower
from checker.language.protocol import Kind, Protocol
from checker.model.ground import Machine
from checker.model.scope import declared_scope
from checker.trace.alignment import Alignment, Fit, align
from checker.trace.event import Event, Log, Trace
from checker.trace.layers import Aligner, NeedsBindings
from checker.trace.machines import Machines
from checker.trace.options import Budget, Options
from checker.trace.stated import stated_orders
from checker.trace.view import see
from tests.trace.texts import EXCHANGE, POOL, event, load_protocol, log_of

ROOT = Path(__file__).resolve().parents[2]
SEEDS = 40
PAIR = ("handover", "two_hosts")

Word = tuple[str, ...]


@cache
def protocol_of(name: str) -> Protocol:
    found, problems = load(ROOT / "bench" / "alignments" / f"{name}.mig")
    assert found is not None, problems
    return found


def label(of: Event) -> str:
    return of.name if of.status == "SUCCESS" else f"{of.name}.{of.status}"


def event_of(text: str) -> Event:
    name, _, status = text.partition(".")
    return event(name, status=status or "SUCCESS")


def price(protocol: Protocol, logged: Word) -> int:
    """The cheapest price by the definition: the fewest records left out and steps put in, over every run to an end."""
    machine = Machine(protocol, replace(declared_scope(protocol), faults=9))
    actions = {action.name: action for action in protocol.actions}
    finals = [machine.test(p.formula) for p in machine.core.properties if p.kind == "final" and p.formula is not None]

    def words(state: bytes) -> dict[int, int]:
        """For a state, what it costs at least from there with so many records still to be read."""
        if state in known:
            return known[state]
        best = {left: left if all(final(state) for final in finals) else NEVER for left in range(len(logged) + 1)}
        for number, after in machine.successors(state):
            ground = machine.grounds[number]
            pattern, moment = actions[ground.moment.action].event, ground.moment.moment
            said = None if pattern is None else pattern.name if moment == "SUCCESS" else f"{pattern.name}.{moment}"
            further = words(after)
            for left in best:
                costs = further[left] + (said is not None)
                for taken in range(left) if said is not None else ():
                    if logged[len(logged) - left + taken] == said:  # those before it are left out
                        costs = min(costs, taken + further[left - taken - 1])
                        break
                best[left] = min(best[left], costs)
        known[state] = best
        return best

    known: dict[bytes, dict[int, int]] = {}
    return min(words(state)[len(logged)] for state in machine.initial_states())


NEVER = 10**6


def searched(protocol: Protocol, *logs: Log, options: Options | None = None) -> Alignment | None:
    options = options or Options()
    sight = see(protocol, Trace("t", logs), logs)
    return align(
        Machines(protocol, lower(protocol)), sight.views, stated_orders(sight.views), options, Budget(10**6, 60)
    )


def table(protocol: Protocol, words: Sequence[Word]) -> list[Alignment | None]:
    log = Log("a", "A", "record", (), ends="complete")
    logs = [tuple(event_of(text) for text in word) for word in words]
    aligner = Aligner(Machines(protocol, lower(protocol)), log, (e for events in logs for e in events), Options())
    return [aligner.align(events) for events in logs]


def words_of(protocol: Protocol, number: int) -> list[Word]:
    """Walks to an end, with up to four errors."""
    machine = Machine(protocol, declared_scope(protocol))
    actions = {action.name: action for action in protocol.actions}
    alphabet = [
        a.event.name if o.name == "SUCCESS" else f"{a.event.name}.{o.name}"
        for a in protocol.actions
        if a.event is not None
        for o in a.outcomes
    ]
    found = []
    for seed in range(number):
        rng = random.Random(seed)
        state = next(machine.initial_states())
        word: list[str] = []
        while steps := machine.successors(state):
            rare = [machine.grounds[n].moment.failure or machine.grounds[n].moment.fault for n, _ in steps]
            step, state = rng.choices(steps, [0.1 if each else 1 for each in rare])[0]
            moment = machine.grounds[step].moment
            pattern = actions[moment.action].event
            if pattern is not None:
                word.append(pattern.name if moment.moment == "SUCCESS" else f"{pattern.name}.{moment.moment}")
        for _ in range(seed % 5):
            at = rng.randrange(len(word) + 1)
            if rng.random() < 0.5:
                word.insert(at, rng.choice(alphabet))
            else:
                del word[at : at + 1]
        found.append(tuple(word))
    return found


@pytest.mark.parametrize("name", PAIR)
def test_prices_are_the_cheapest(name: str) -> None:
    protocol = protocol_of(name)
    words = words_of(protocol, SEEDS)
    expected = [price(protocol, word) for word in words]
    assert len(set(expected)) > 2
    assert [found and found.price for found in table(protocol, words)] == expected
    for word, cheapest in list(zip(words, expected, strict=True))[::4]:
        found = searched(protocol, log_of("a", *map(event_of, word), source="record", ends="complete"))
        assert found is not None
        assert found.price == cheapest


@pytest.mark.parametrize("name", PAIR)
def test_an_alignment_is_a_run_and_the_log(name: str) -> None:
    """Its steps are a run to an end, its records are those of the log, and its moves cost what it says."""
    protocol = protocol_of(name)
    machine = Machine(protocol, replace(declared_scope(protocol), faults=255))
    for word, found in zip(words_of(protocol, SEEDS), table(protocol, words_of(protocol, SEEDS)), strict=True):
        assert found is not None
        assert tuple(label(event) for move in found.moves for event in move.events) == word
        assert found.price == sum(move.price for move in found.moves)
        state = next(machine.initial_states())
        for move in found.moves:
            if move.number is None:
                assert move.fit is Fit.LEFT_OUT
                continue
            after = machine.fire(move.number, state)
            assert after is not None
            state = after


def test_a_price_of_nought_is_a_run_that_explains() -> None:
    ask, work, finish = event("ASK", JobName="j", To="B"), event("WORK", JobName="j"), event("FINISH", JobName="j")
    protocol = load_protocol(EXCHANGE)
    found = searched(protocol, log_of("a", ask, finish, ends="complete"), log_of("b", work, ends="complete"))
    assert found is not None
    assert found.price == 0
    assert [move.fit for move in found.moves].count(Fit.HIDDEN) == 2


@pytest.mark.parametrize(
    ("asked", "worked", "expected", "fits"),
    [
        (("ASK", "FINISH"), (), 1, {Fit.PUT_IN: 1}),
        (("ASK", "FINISH", "FINISH"), ("WORK",), 1, {Fit.LEFT_OUT: 1}),
        (("FINISH", "ASK"), ("WORK",), 2, {}),
        ((), ("WORK",), 1, {}),
    ],
)
def test_several_logs(asked: Word, worked: Word, expected: int, fits: dict[Fit, int]) -> None:
    protocol = load_protocol(EXCHANGE)
    first = log_of("a", *(event(n, JobName="j", **({"To": "B"} if n == "ASK" else {})) for n in asked), ends="complete")
    second = log_of("b", *(event(n, JobName="j") for n in worked), ends="complete")
    found = searched(protocol, first, second)
    assert found is not None
    assert found.price == expected
    for fit, number in fits.items():
        assert sum(move.fit is fit for move in found.moves) == number


def test_stated_orders_cost() -> None:
    protocol = load_protocol(EXCHANGE)
    first = log_of(
        "a", replace(event("ASK", JobName="j", To="B"), time=5), replace(event("FINISH", JobName="j"), time=9)
    )
    second = log_of("b", replace(event("WORK", JobName="j"), time=1))
    free = searched(protocol, first, second)
    bound = searched(protocol, replace(first, skew=0), replace(second, skew=0))
    assert free is not None
    assert bound is not None
    assert (free.price, bound.price) == (0, 2)  # its record is left out, and it is put in where it may have been


def test_ids_need_the_search() -> None:
    protocol = load_protocol(POOL)
    records = [event("LEND", SlotId=1, UserName="u"), event("GIVE_BACK", SlotId=1, Worn=False)]
    machines = Machines(protocol, lower(protocol))
    with pytest.raises(NeedsBindings):
        Aligner(machines, Log("a", "A", "oid", (), ends="complete"), records, Options())
    found = searched(protocol, log_of("a", *records, records[1], ends="complete"))
    assert found is not None
    assert found.price == 1
    assert all(protocol.action(action.name).kind is not Kind.FAULT for action in protocol.actions)

"""The protocols of which traces are generated, each in a scope that is small and has everything."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from checker.language.load import load
from checker.language.protocol import Protocol
from checker.model.scope import Scope
from tests.generated.observed import SOURCE, observed
from tests.generated.plans import Subject
from tests.trace.texts import EXCHANGE, POOL, REQUEST, load_protocol

ROOT = Path(__file__).resolve().parents[2]


@cache
def protocol_of(path: str) -> Protocol:
    """The protocol of a file of this checkout. Raises AssertionError."""
    found, problems = load(ROOT / path)
    assert found is not None, [problem.message for problem in problems]
    return found


def named(protocol: Protocol, sizes: dict[str, int], faults: int = 2, **names: tuple[str, ...]) -> Scope:
    """A scope in which every individual has a name, but those that ids alone name; `where` is the text's."""
    lasting = {sort for bind in protocol.binds if bind.per is None for sort in bind.sorts}
    short_lived = {sort for bind in protocol.binds if bind.per is not None for sort in bind.sorts} - lasting
    given = {
        sort: names.get(sort, tuple(f"{sort.lower()}{n + 1}" for n in range(size)))
        for sort, size in sizes.items()
        if sort not in short_lived or sort in names
    }
    where = protocol.scopes[0].where
    return Scope("generated", tuple(sizes.items()), faults=faults, names=tuple(given.items()), where=where)


@cache
def subjects() -> tuple[Subject, ...]:
    return (*_small(), *_observed(), *_migration(), *_switch())


def _small() -> tuple[Subject, ...]:
    pool, exchange, request = (load_protocol(text) for text in (POOL, EXCHANGE, REQUEST))
    return (
        Subject(
            "pool", pool, named(pool, {"Host": 1, "Slot": 3, "User": 2}, Host=("A",)), ("A",), (("oid",),), 40, True
        ),
        Subject(
            "pools", pool, named(pool, {"Host": 2, "Slot": 3, "User": 2}, Host=("A", "B")), ("A", "B"), (("oid",),), 40
        ),
        Subject(
            "exchange",
            exchange,
            named(exchange, {"Host": 2, "Job": 2}, Host=("A", "B")),
            ("A", "B"),
            (("oid",), ("quiet",)),
            30,
            True,
        ),
        Subject("request", request, named(request, {"Device": 2}), ("A",), (("oid",), ("leaky",)), 30, True, 0.2),
    )


def _observed() -> tuple[Subject, ...]:
    handover = observed(protocol_of("tests/protocols/handover.mig"), ("save", "remove", "make"), ("restore", "delete"))
    commit = observed(protocol_of("tests/protocols/two_phase.mig"), ("hear",))
    lock = observed(protocol_of("tests/protocols/lock.mig"), ("ask",), ("leave",))
    return (
        Subject("handover", handover, named(handover, {"Vm": 2, "Slot": 1}), ("A", "B"), ((SOURCE,),), 40),
        Subject("two-phase commit", commit, named(commit, {"Participant": 2}), ("A", "B"), ((SOURCE,),), 20, True),
        Subject("lock", lock, named(lock, {"Client": 3}), ("A",), ((SOURCE,),), 30, True),
    )


def _migration() -> tuple[Subject, ...]:
    protocol = protocol_of("spec/migration.mig")
    hosts = ("HOST-A", "HOST-B")
    sources = (("oid",), ("oid",), ("vmswitch", "vmms", "worker"), ("oid", "worker"))
    one = named(protocol, {"Host": 2, "Vm": 1, "Nic": 1, "Policy": 1, "Blob": 2}, Host=hosts)
    two = named(protocol, {"Host": 2, "Vm": 2, "Nic": 2, "Policy": 1, "Blob": 2}, Host=hosts)
    pair = named(protocol, {"Host": 2, "Vm": 1, "Nic": 2, "Policy": 1, "Blob": 2}, Host=hosts)
    readings: tuple[tuple[tuple[str, bool | int], ...], ...] = ((), (("strict_barrier", False), ("recovery", 1)))
    return tuple(
        Subject(name, protocol, replace(scope, settings=settings), hosts, sources, steps)
        for name, scope, steps, settings in (
            ("migration of one", one, 90, readings[0]),
            ("migration of two", two, 120, readings[0]),
            ("migration of a pair", pair, 100, readings[0]),
            ("migration, read otherwise", one, 90, readings[1]),
        )
    )


def _switch() -> tuple[Subject, ...]:
    protocol = protocol_of("spec/switch.mig")
    sizes = {"Host": 1, "Port": 2, "Nic": 1, "Vm": 1, "Extension": 2, "Policy": 1, "Blob": 1}
    scope = named(protocol, sizes, 0, Host=("HOST-A",))
    otherwise = replace(scope, settings=(("delete_vetoable", True), ("filter_may_veto_policy", False)))
    return tuple(
        Subject(name, protocol, each, ("HOST-A",), (("oid",), ("vmswitch",)), 120)
        for name, each in (("switch", scope), ("switch, read otherwise", otherwise))
    )

"""`prove`: every property of a protocol tried for any number of individuals, with an answer for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from checker.language.core import Core, CoreProperty, PropertyKind
from checker.language.lower import lower
from checker.language.protocol import Bool, Of, Protocol, Range, Type, Value
from checker.prove.answers import (
    Answer,
    Holds,
    Judgement,
    NotForAnyNumber,
    Proofs,
    Settings,
    Unknown,
)

if TYPE_CHECKING:
    from checker.prove.counterexamples import Finder
    from checker.prove.induction import Induction

SECONDS_PER_QUERY = 5.0

Progress = Callable[[int, int, str], None]
"""Told how many queries are done, how many are planned so far, and the property at hand."""


class NoSuchName(ValueError):
    """A property, a param or a value of one that the protocol does not have."""


def prove(
    protocol: Protocol,
    *,
    settings: Mapping[str, Value] | None = None,
    without: frozenset[str] = frozenset(),
    only: tuple[str, ...] | None = None,
    seconds_per_query: float = SECONDS_PER_QUERY,
    progress: Progress | None = None,
) -> Proofs:
    """One answer for each property (of `only`, if given), for any number of individuals, one at least of each sort.

    Params are free, so that an answer is for all readings of the open questions, but for those that `settings` fixes.
    Guards all of whose rules are in `without` are left out. Any number of faults may happen. Ctrl-C ends the work and
    keeps the answers found so far (`Proofs.interrupted`). The same arguments give the same answers.

    Raises NoSuchName, CannotLower, and Unconfirmed where z3 and the reference do not agree (a fault of ours).
    """
    from checker.prove.counterexamples import Finder
    from checker.prove.encode import Encoding
    from checker.prove.induction import Induction
    from checker.prove.queries import Effort, version

    fixed = dict(settings or {})
    _check_names(protocol, fixed, only)
    core = lower(protocol, without)
    effort = Effort(seconds_per_query)
    encoding = Encoding(core, settings=fixed)
    induction = Induction(encoding, effort, progress)
    asked = tuple(item for item in core.properties if only is None or item.name in only)
    interrupted = False
    finder = Finder(protocol, induction, fixed, without)
    try:
        induction.run(tuple(item.name for item in asked if item.name in induction.properties))
        finder.run(tuple(item.name for item in asked))
    except KeyboardInterrupt:
        interrupted = True
    proved = induction.proved()
    answers = tuple(
        Answer(item.name, item.kind, item.lemma, item.rules, _judge(core, item, induction, finder, proved, interrupted))
        for item in asked
    )
    return Proofs(
        protocol=protocol.name,
        digest=protocol.digest,
        answers=answers,
        settings=tuple(fixed.items()),
        free=induction.regions.free,
        without=tuple(sorted(without)),
        solver=f"z3 {version()}",
        limits=effort.told(),
        queries=effort.queries,
        interrupted=interrupted,
    )


def _check_names(protocol: Protocol, settings: Mapping[str, Value], only: tuple[str, ...] | None) -> None:
    params = {param.name: param.type for param in protocol.params}
    for name, value in settings.items():
        if name not in params:
            raise NoSuchName(f"no param named `{name}`; there are: {', '.join(params) or 'none'}")
        if not _of_type(protocol, params[name], value):
            raise NoSuchName(f"`{name}` has no value {value!r}")
    properties = [item.name for item in protocol.properties]
    for name in only or ():
        if name not in properties:
            raise NoSuchName(f"no property named `{name}`; there are: {', '.join(properties) or 'none'}")


def _of_type(protocol: Protocol, type_: Type, value: Value) -> bool:
    match type_:
        case Bool():
            return isinstance(value, bool)
        case Range(low, high):
            return not isinstance(value, bool) and low <= value <= high
        case Of(sort):
            return not isinstance(value, bool) and 0 <= value < len(protocol.sort(sort).members or ())


_BEYOND = {
    PropertyKind.FINAL: "where runs end",
    PropertyKind.LEADS_TO: "what happens sooner or later",
    PropertyKind.CAN: "what stays possible",
}


def _judge(
    core: Core,
    item: CoreProperty,
    induction: Induction,
    finder: Finder,
    proved: Mapping[str, tuple[str, ...]],
    interrupted: bool,
) -> Judgement:
    if item.kind in _BEYOND:
        return NotForAnyNumber(f"{_BEYOND[item.kind]} is not proved for any number: a search of a scope answers it")
    lost = induction.lost.get(item.name)
    if item.name in proved and lost is None:
        return Holds(proved[item.name], tuple(sort.name for sort in core.sorts if sort.members is None))
    failures = induction.failures.get(item.name, [])
    if not failures:
        return Unknown("interrupted before it was tried in full" if interrupted else "what it leans on was interrupted")
    settings: Settings = induction.regions.settings(lost) if lost is not None and item.name in proved else ()
    return finder.judgement(item.name, failures, settings)

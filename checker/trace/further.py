"""The smallest set of further records found after which more of a trace's blind rules would be caught."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import combinations
from time import monotonic

from checker.language.protocol import Action, FieldTest, Kind, LogSource, Protocol, Test
from checker.trace.enriched import Chosen, enriched
from checker.trace.event import Trace
from checker.trace.judge_trace import Judged
from checker.trace.options import Options
from checker.trace.sites import Sites

SECONDS = 120.0  # what looking for the set may take
TOO_LONG = "which of these records are needed was not settled in the time there was"
LARGEST = 4  # actions of which every set is tried before the largest gain is taken first
Witnesses = Callable[[Protocol, Trace, Options, Iterable[str], float, bool], frozenset[str]]


@dataclass(frozen=True, slots=True)
class FurtherRecord:
    """One kind of record that the logs here lack, or may lose: the source and provider, the event and what its fields
    must say, the fields that are read, the action it tells of, and the command that makes a host record it ("": the
    source does not say).
    """

    source: str
    provider: str
    event: str
    where: tuple[str, ...]
    fields: tuple[str, ...]
    action: str
    command: str


@dataclass(frozen=True, slots=True)
class Further:
    """`records` are what to record besides, `rules` the blind rules that would be caught then: both checked on the
    trace with those records put in. `least`: none of the actions can be left out. `hopeless` rules would not be caught
    with all the records that the protocol's sources know; `limit` says what was cut short.
    """

    records: tuple[FurtherRecord, ...]
    rules: tuple[str, ...]
    least: bool
    hopeless: tuple[str, ...]
    limit: str = ""


def further(
    protocol: Protocol,
    trace: Trace,
    options: Options,
    found: Sequence[Judged],
    sites: Sites,
    blind: frozenset[str],
    witnesses: Witnesses,
) -> Further:
    """What to record besides. `witnesses` says which of some rules would be caught. Raises what `judge` does."""
    until = monotonic() + SECONDS
    candidates = dict(_candidates(protocol, found))

    def gained(actions: Iterable[str], rules: Iterable[str], sure: bool = False) -> frozenset[str] | None:
        """Those of the rules that the records make caught; None where the time for it is over."""
        chosen: Chosen = {name: candidates[name] for name in actions}
        reached = witnesses(*enriched(protocol, trace, found, chosen), options, rules, until, sure)
        return reached if monotonic() < until else None

    target = gained(candidates, blind, sure=True) if candidates else frozenset[str]()
    if target is None:
        return Further(
            (), (), least=False, hopeless=(), limit=f"what further records show took more than {SECONDS:g} s"
        )
    hopeless = tuple(sorted(blind - target))
    if not target:
        return Further((), (), least=True, hopeless=hopeless)
    chosen, reached, least, limit = _smallest(
        candidates.keys(), _helps(sites, candidates.keys(), target), target, gained
    )
    surely = gained(chosen, reached, sure=True) if chosen != candidates.keys() else reached
    if surely is None:
        chosen, least, limit = frozenset(candidates), False, TOO_LONG
    records = tuple(record for name in sorted(chosen) for record in _records(protocol, name, candidates[name]))
    return Further(records, tuple(sorted(surely or reached)), least, hopeless, limit)


Gained = Callable[[Iterable[str], Iterable[str]], frozenset[str] | None]


def _helps(sites: Sites, candidates: Set[str], target: Iterable[str]) -> dict[str, frozenset[str]]:
    """For each rule the candidates that cite it, or change what its guards read."""
    none: frozenset[str] = frozenset()
    return {
        rule: frozenset(candidates) & (sites.actions.get(rule, none) | sites.writers.get(rule, none))
        for rule in sorted(target)
    }


def _smallest(
    candidates: Set[str], helps: Mapping[str, frozenset[str]], target: frozenset[str], gained: Gained
) -> tuple[frozenset[str], frozenset[str], bool, str]:
    """The actions to record, the rules caught then, whether no action can be left out, and what was cut short.

    A guess from what the rules are about, made larger until it does, then smaller as long as it still does.
    """
    chosen = hitting_set(helps.values())
    while (reached := gained(chosen, target)) is not None and reached != target:
        more = frozenset[str]().union(*(helps[rule] for rule in target - reached)) - chosen
        chosen = chosen | more if more else frozenset(candidates)
        if chosen == candidates:
            break
    else:
        if reached is None:
            return frozenset(candidates), target, False, TOO_LONG
    for name in sorted(chosen):
        if len(chosen) > 1:
            reached = gained(chosen - {name}, target)
            if reached is None:
                return chosen, target, False, "whether fewer records would do was not settled in the time there was"
            if reached == target:
                chosen -= {name}
    return chosen, target, True, ""


def _candidates(protocol: Protocol, found: Sequence[Judged]) -> Iterator[tuple[str, LogSource]]:
    """The actions that some host's logs may not hold every record of, with the source that would.

    One that is in use here comes before others, then one that says how it is captured, then one that knows more.
    """
    used = {view.reader.source.name for each in found if each.case is not None for view in each.case.views}
    many = {source.name: sum(_knows(source, action) for action in protocol.actions) for source in protocol.logs}
    for action in protocol.actions:
        if action.kind is Kind.FAULT or not _lacking(action, found):
            continue
        able = [source for source in protocol.logs if _knows(source, action)]
        if able:
            yield action.name, min(able, key=lambda each: (each.name not in used, not each.captures, -many[each.name]))


def _lacking(action: Action, found: Sequence[Judged]) -> bool:
    for each in found:
        if each.case is None:
            continue
        coverage = each.case.shared.coverage
        for host in {view.log.host for view in each.case.views} if action.at is not None else {None}:
            for outcome in action.outcomes:
                if not any(group.must for group in coverage.groups(action, outcome.name, host)):
                    return True
    return False


def _knows(source: LogSource, action: Action) -> bool:
    declared = source.declared and action.event is not None and action.name not in source.never
    return declared or any(record.action == action.name for record in source.records)


def _records(protocol: Protocol, name: str, source: LogSource) -> Iterator[FurtherRecord]:
    action = protocol.action(name)
    command = captured_by(source, name)
    made: dict[tuple[str, tuple[str, ...]], FurtherRecord] = {}
    if source.declared and action.event is not None:
        fields = tuple(field.name for field in action.event.fields if field.values is not None)
        made[action.event.name, ()] = FurtherRecord(
            source.name, source.title, action.event.name, (), fields, name, command
        )
    for record in source.records:
        if record.action == name:
            where = tuple(map(_tested, record.where))
            fields = tuple(field.name for field in record.fields if field.values is not None)
            made[record.event, where] = FurtherRecord(
                source.name, source.title, record.event, where, fields, name, command
            )
    yield from made.values()


def captured_by(source: LogSource, action: str) -> str:
    """The command that makes a host record the action in that kind of log; "" where the source does not say."""
    own = [capture.command for capture in source.captures if action in capture.actions]
    general = [capture.command for capture in source.captures if not capture.actions]
    return next(iter((*own, *general)), "")


def _tested(test: FieldTest) -> str:
    match test.test:
        case Test.PRESENT | Test.ABSENT:
            return f"{test.field} {test.test.value}"
        case Test.IN:
            return f"{test.field} in ({', '.join(test.values)})"
        case _:
            return f"{test.field} {test.test.value} {test.values[0]}"


def hitting_set(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    """A smallest set with a member of each: exact up to LARGEST members, beyond that the most useful member first."""
    wanted = [each for each in dict.fromkeys(sets) if each]
    members = sorted(set().union(*wanted)) if wanted else []
    for size in range(LARGEST + 1):
        for picked in combinations(members, size):
            if all(each.intersection(picked) for each in wanted):
                return frozenset(picked)
    chosen: set[str] = set()
    while left := [each for each in wanted if not each & chosen]:
        chosen.add(max(members, key=lambda name: sum(name in each for each in left)))
    return frozenset(chosen)

"""What the logs of a trace can see: which rules it put to the test, and which it could not have caught."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic

from checker.language.lower import lower
from checker.language.protocol import BEGIN, Protocol
from checker.model.judge import Standing
from checker.trace.caught import At, Catching, Witness
from checker.trace.conform import Case, explain_trace
from checker.trace.event import Event, Trace
from checker.trace.explored import Explored, explore
from checker.trace.further import Further, further
from checker.trace.history import event_of
from checker.trace.judge_trace import Judged, judged
from checker.trace.machines import Machines
from checker.trace.options import Budget, Options
from checker.trace.search import Node, Taken
from checker.trace.sites import Sites, sites_of
from checker.trace.stated import EDGES, stated_orders
from checker.trace.view import see
from checker.trace.words import Words

SECONDS = 60.0  # what one protocol may take, further records not counted
NODES = 40_000  # of one look at all runs
SHORTER = 3  # where that is too few, only so much of the trace is looked at
SHOWN = 5  # events of each rule that are told


class Seen(StrEnum):
    """What the logs can say of a rule."""

    TESTED = "put to the test"  # events came under it, and breaking it would have shown
    IDLE = "not exercised"  # nothing that happened came under it; breaking it would have shown
    PARTLY = "caught on some hosts alone"  # on others no way of breaking it that was tried would have shown
    MOOT = "could not have been broken"  # no step near the run breaks it, and it alone
    BLIND = "could not have been caught"  # no way of breaking it that was tried would have shown
    APART = "not about one run"  # only a property cites it that is about what may happen, or nothing does


@dataclass(frozen=True, slots=True)
class RuleSeen:
    """One rule. `events` are the first of the `times` events that came under it; `witness` how breaking it would have
    shown; `why` what stands in the way of that; `unseen` the actions under it that logs here may not record.
    """

    rule: str
    seen: Seen
    times: int
    events: tuple[Event, ...]
    witness: Witness | None
    why: str
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Blindspots:
    """All rules of a protocol, and the smallest set found of further records after which more would be caught."""

    protocol: str
    rules: tuple[RuleSeen, ...]
    further: Further | None
    limits: tuple[str, ...]


def blindspots(
    protocol: Protocol, trace: Trace, options: Options, seconds: float = SECONDS, *, records: bool = True
) -> Blindspots:
    """What the logs can see of each rule; with `records`, also which further records would help.

    Raises what `judge` does.
    """
    found = tuple(judged(protocol, trace, options))
    sites = sites_of(protocol, lower(protocol, options.without))
    rules = [rule.id for rule in protocol.rules if rule.id not in options.without]
    looked = [_look(each.case, rules, monotonic() + seconds / max(1, len(found))) for each in found]
    lines = tuple(_line(rule, sites, looked, found) for rule in rules)
    reasons = [each.part.reason for each in found if each.case is None]
    limits = dict.fromkeys(reason for reason in [*reasons, *(look.limit for look in looked)] if reason)
    blind = frozenset(line.rule for line in lines if line.seen in (Seen.BLIND, Seen.PARTLY))
    wanted = further(protocol, trace, options, found, sites, blind, witnesses) if records and blind else None
    return Blindspots(protocol.name, lines, wanted, tuple(limits))


def witnesses(
    protocol: Protocol, trace: Trace, options: Options, rules: Iterable[str], until: float, sure: bool
) -> frozenset[str]:
    """Those of the rules that would be caught, on every host on which they were broken; not `sure`: as far as is known
    without asking the judge."""
    rules = tuple(rules)
    looked = [
        _look(case, rules, until, sure) for case in cases_of(protocol, trace, options) if case.search.ended is not None
    ]
    return frozenset(
        rule
        for rule in rules
        if any(look.witness(rule) for look in looked) and not any(look.blind_on(rule) for look in looked)
    )


def cases_of(protocol: Protocol, trace: Trace, options: Options) -> Iterator[Case]:
    """The searches of a trace, without a diagnosis of what they refuse."""
    machines = Machines(protocol, lower(protocol, options.without))
    hosts = dict.fromkeys(log.host for log in trace.logs) if protocol.each_host else {None: None}
    for host in hosts:
        logs = tuple(log for log in trace.logs if host in (None, log.host))
        sight = see(protocol, trace, logs, EDGES)
        if sight.views:
            stated = stated_orders(sight.views)
            yield explain_trace(machines, sight.views, stated, options, Budget(options.nodes, options.seconds))


# -------------------------------------------------------------------------------------------------------- looking


@dataclass(frozen=True, slots=True)
class _Looked:
    """One part of the trace: the events under each rule, and the witnesses."""

    under: dict[str, list[Event]]
    supposed: dict[str, int]  # unrecorded steps under each rule
    found: Mapping[At, Witness]
    tried: frozenset[At]
    limit: str

    def blind_on(self, rule: str) -> frozenset[str]:
        """The hosts on which the rule was broken and nothing showed it."""
        return frozenset(host for each, host in self.tried if each == rule and (each, host) not in self.found)

    def witness(self, rule: str) -> Witness | None:
        """How breaking the rule would have shown somewhere."""
        return next((witness for (each, _), witness in self.found.items() if each == rule), None)


def _look(case: Case | None, rules: Sequence[str], until: float, sure: bool = True) -> _Looked:
    if case is None or not rules:
        return _Looked({}, {}, {}, frozenset(), "")
    path = _path(case)
    look, limit = _looked_at(case, path, until)
    near = [
        (node, taken)
        for node, taken in path
        if all(at <= end for at, end in zip(node[1], look.search.lengths, strict=True))
    ]
    under, supposed = _under(case, path)
    machines = Machines(case.protocol, case.core) if sure else None
    catching = Catching(look, Words(case.shared.frame), near, frozenset(rules), until, machines)
    catching.look_for_witnesses()
    return _Looked(under, supposed, catching.found, frozenset(catching.tried), catching.limit or limit)


def _path(case: Case) -> list[tuple[Node, Taken]]:
    """The run that explains the trace; where none does, one that gets furthest."""
    if case.search.ended is not None:
        return case.search.path(case.search.ended)
    return case.search.path(max(case.search.taken, key=lambda node: sum(node[1])))


def _looked_at(case: Case, path: Sequence[tuple[Node, Taken]], until: float) -> tuple[Explored, str]:
    """All runs, whatever may matter to them; where they are too many, those of the first part of the trace."""
    moments = [(moment.action, moment.moment) for moment in case.core.moments]
    look = explore(case, None, moments, nodes=NODES)
    at = len(path) - 1
    while not look.complete and at > 0 and monotonic() < until:
        at //= SHORTER
        look = explore(case, path[at][0][1], moments, nodes=NODES)
    seen, all_ = sum(look.search.lengths), sum(case.search.lengths)
    return look, "" if seen == all_ else f"all runs were looked at for the first {seen} of {all_} events alone"


def _under(case: Case, path: Sequence[tuple[Node, Taken]]) -> tuple[dict[str, list[Event]], dict[str, int]]:
    """The events of which the steps came under each rule, and how many unrecorded steps did. The record of a whole
    request stands for its begin too."""
    under: dict[str, list[Event]] = {}
    supposed: dict[str, int] = {}
    for node, taken in path[1:]:
        number = taken.number
        event = event_of(case, node, taken)
        begin = taken.world.begin_of(number)
        for each in (number, begin) if begin is not None and event is not None else (number,):
            moment = case.machine.grounds[each].moment
            for rule in {*moment.rules, *(rule for guard in moment.guards for rule in guard.rules)}:
                if event is None:
                    supposed[rule] = supposed.get(rule, 0) + (moment.moment != BEGIN)
                elif event not in under.setdefault(rule, [])[-1:]:
                    under[rule].append(event)
    return under, supposed


# ------------------------------------------------------------------------------------------------------------ lines


def _line(rule: str, sites: Sites, looked: Sequence[_Looked], found: Sequence[Judged]) -> RuleSeen:
    events = [event for look in looked for event in look.under.get(rule, ())]
    witness = next((shown for look in looked if (shown := look.witness(rule)) is not None), None)
    unseen = tuple(sorted(_unseen(sites.actions.get(rule, frozenset()), found)))
    told = len(events), tuple(events[:SHOWN]), witness
    blind_on = sorted({host for look in looked for host in look.blind_on(rule)})
    if rule in sites.apart:
        return RuleSeen(rule, Seen.APART, *told, "no guard, outcome, id or property of one run cites it", unseen)
    if witness is not None and blind_on:
        where = ", ".join(host or "no host in particular" for host in blind_on)
        return RuleSeen(rule, Seen.PARTLY, *told, f"on {where}, {_why(rule, sites, looked, unseen)}", unseen)
    if witness is not None:
        tested = bool(events) or any(_held(each, rule) for each in found)
        return RuleSeen(rule, Seen.TESTED if tested else Seen.IDLE, *told, "", unseen)
    limited = any(look.limit for look in looked)
    if not blind_on and not limited and set(unseen) != sites.actions.get(rule, frozenset()):
        return RuleSeen(rule, Seen.MOOT, *told, "no step near this run breaks it and nothing else", unseen)
    return RuleSeen(rule, Seen.BLIND, *told, _why(rule, sites, looked, unseen), unseen)


def _held(found: Judged, rule: str) -> bool:
    """Whether the judgement says that something in the trace was held to the rule."""
    told = (Standing.HELD, Standing.BROKEN, Standing.OPEN)
    return any(line.name == rule and line.standing in told for line in found.part.roster)


def _why(rule: str, sites: Sites, looked: Sequence[_Looked], unseen: tuple[str, ...]) -> str:
    supposed = sum(look.supposed.get(rule, 0) for look in looked)
    if unseen and set(unseen) == set(sites.actions.get(rule, ())):
        return f"no log here is sure to record {', '.join(unseen)}"
    if supposed:
        return f"what comes under it is not recorded: {supposed} steps of the run are only supposed"
    limit = next((look.limit for look in looked if look.limit), "")
    if limit:
        return limit
    if unseen:
        return f"breaking it leaves records that have another explanation; no log is sure to record {', '.join(unseen)}"
    return "what was tried to break it leaves records that have another explanation"


def _unseen(actions: Iterable[str], found: Sequence[Judged]) -> Iterator[str]:
    """Those of the actions of which no log of some part is sure to hold every record."""
    for action in actions:
        if any(each.case is not None and not recorded(each.case, action) for each in found):
            yield action


def recorded(case: Case, name: str) -> bool:
    """Whether each host with a log has one that is sure to record the action's outcomes."""
    action = case.protocol.action(name)
    hosts = {view.log.host for view in case.views} if action.at is not None else {None}
    return all(
        any(group.must for group in case.shared.coverage.groups(action, outcome.name, host))
        for outcome in action.outcomes
        for host in hosts
    )

"""What a search found, as a part of the verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from checker.language.core import CoreProperty, PropertyKind
from checker.language.lower import moment_names
from checker.language.protocol import Of
from checker.language.types import type_of
from checker.trace.account import Account, Told, false_finals, pending
from checker.trace.binding import Binding
from checker.trace.blocks import least
from checker.trace.conflict import conflict_of
from checker.trace.conform import Answer, Case, interleavings, run_to, told
from checker.trace.coverage import Records
from checker.trace.event import Event, Trace
from checker.trace.explain import broken_invariants, culprit, finding, unmet_end, unnamed
from checker.trace.forced import forced_reading
from checker.trace.interleave import Order, Spot
from checker.trace.necessary import necessary
from checker.trace.options import Budget, LimitReached
from checker.trace.search import Node
from checker.trace.stories import stories
from checker.trace.verdict import EXPLAINED, Assumed, Blocked, Finding, Forced, Part, VerdictKind
from checker.trace.view import Sight
from checker.trace.words import Words


@dataclass(slots=True)
class _Found:
    """A part while it is put together."""

    kind: VerdictKind
    findings: list[Finding] = field(default_factory=list)
    assumed: tuple[Assumed, ...] = ()
    obligations: tuple[str, ...] = ()
    node: Node | None = None  # to where the run is told
    reason: str = ""
    broken: dict[str, str] = field(default_factory=dict)
    open: dict[str, str] = field(default_factory=dict)
    forced: tuple[Forced, ...] = ()


def part_of(case: Case, trace: Trace, host: str | None, sight: Sight, budget: Budget) -> Part:
    """The judgement of a case that was searched. Raises InternalError."""
    words = Words(case.shared.frame)
    try:
        found = _found(case, words, budget)
    except KeyboardInterrupt:
        found = _Found(VerdictKind.UNKNOWN, reason="interrupted")
    explained = found.kind in EXPLAINED
    run = None
    if found.node is not None and (explained or found.kind is VerdictKind.UNKNOWN):
        run = run_to(case, found.node)
    account = Account(
        machine=case.machine,
        told=None if found.node is None else told(case, found.node),
        kind=found.kind,
        observable=_observable(case),
        broken=found.broken,
        open=found.open,
        without=case.options.without,
        reason=found.reason,
    )
    return Part(
        protocol=case.protocol.name,
        host=host,
        kind=found.kind,
        findings=tuple(found.findings),
        assumed=found.assumed,
        obligations=found.obligations,
        explained_by=run,
        explained=() if found.node is None else tuple(_told_in_words(case, words, found.node)),
        roster=account.roster(),
        ignored=sight.ignored,
        reason=found.reason,
        notes=tuple(_notes(case, trace, sight, found.kind)),
        forced=found.forced,
    )


def _found(case: Case, words: Words, budget: Budget) -> _Found:
    if case.stated.circle:
        return _contradiction(case, words)
    match case.answer:
        case Answer.UNKNOWN:
            done, events = case.search.furthest, sum(case.search.lengths)
            told_so_far = f"; the best run so far explains {done} of {events} events"
            return _Found(VerdictKind.UNKNOWN, reason=case.reason + told_so_far)
        case Answer.REFUSED:
            return _refused(case, words)
        case _:
            return _explained(case, words, budget)


# ----------------------------------------------------------------------------------------------------------- explained


def _explained(case: Case, words: Words, budget: Budget) -> _Found:
    node = case.search.ended
    assert node is not None
    run = told(case, node)
    broken = list(_broken_on_the_way(case, words, node, run))
    if broken:
        found = _Found(VerdictKind.VIOLATES, broken, node=node)
        _note_broken(found)
        return found
    found = _Found(VerdictKind.CONFORMS, node=node, reason=case.reason)
    _note_open(case, words, found, run)
    if found.obligations:
        found.kind = VerdictKind.UNFINISHED
    if sum(1 for view in case.views if view.events) > 1:
        try:
            part = budget.part(case.options.nodes, case.options.seconds)
            orders = _orders(case, node, part)
            found.assumed = tuple(_assumed(case, words, order, by_all=by_all) for order, by_all in orders)
            if orders and found.kind is VerdictKind.CONFORMS:
                found.kind = VerdictKind.CONFORMS_IF
        except LimitReached as limit:
            found.reason = (
                f"a run explains the trace; whether one does in every order the logs leave open: {limit.reason}"
            )
            if found.kind is VerdictKind.CONFORMS:
                found.kind = VerdictKind.UNKNOWN
    return found


def _note_open(case: Case, words: Words, found: _Found, run: Told) -> None:
    obligations: list[str] = []
    binding = case.shared.bindings.met[found.node[2]] if found.node is not None else None
    for prop in false_finals(case.machine, run.states[-1]):
        found.open[prop.name] = "not at the end of the trace, which says nothing of what comes after"
        obligations.append(_obligation(prop, ""))
    for prop in case.core.properties:
        if prop.kind is PropertyKind.LEADS_TO:
            waiting = pending(case.machine, prop, run.states)
            for bound in waiting:
                types = dict(prop.variables)
                told_of = ", ".join(f"{name} = {words.value(types[name], value, binding)}" for name, value in bound)
                found.open[prop.name] = f"waits at the end of the trace for {len(waiting)}"
                obligations.append(_obligation(prop, told_of))
    for prop in case.core.properties:
        if prop.name in found.open:
            for rule in prop.rules:
                found.open.setdefault(rule, f"by {prop.name}")
    found.obligations = tuple(obligations)


def _obligation(prop: CoreProperty, told_of: str) -> str:
    said = f"{prop.name}: {prop.doc}" if prop.doc else prop.name
    return f"{said} ({told_of})" if told_of else said


def _broken_on_the_way(case: Case, words: Words, node: Node, run: Told) -> Iterator[Finding]:
    """Properties that are false on the run that explains the trace: the protocol's own, whoever is to blame."""
    events = _events(case, node)
    machine = case.machine
    met: set[str] = set()
    steps = [(prop, machine.step_test(prop)) for prop in case.core.properties if prop.kind is PropertyKind.STEP]
    lasting = [
        (prop, machine.test(prop.formula))
        for prop in case.core.properties
        if prop.kind is PropertyKind.INVARIANT and prop.formula is not None
    ]
    last: Event | None = None
    for at, state in enumerate(run.states):
        if at > 0:
            last = events[at - 1] or last
            for prop, holds in steps:
                if prop.name not in met and not holds(run.steps[at - 1], run.states[at - 1], state):
                    met.add(prop.name)
                    yield _property_finding(prop, last, words)
        for prop, true in lasting:
            if not true(state) and prop.name not in met:
                met.add(prop.name)
                yield _property_finding(prop, last, words)


def _property_finding(prop: CoreProperty, event: Event | None, words: Words) -> Finding:
    after = f"after {words.event(event)}" if event is not None else "at the start"
    blocked = (Blocked(prop.rules, prop.name, prop.span.place, event),)
    message = f"{after} {prop.name} does not hold: {prop.doc or prop.name}"
    return Finding(message, event, None, prop.rules, blocked)


# ------------------------------------------------------------------------------------------------------------- refused


def _refused(case: Case, words: Words) -> _Found:
    if case.search.ended is not None:
        found = _Found(VerdictKind.VIOLATES, [unmet_end(case)], node=case.search.ended)
    else:
        named = culprit(case, words)
        if named is None:
            return _Found(VerdictKind.UNKNOWN, reason="the search ended before the trace did, and cannot say where")
        first = finding(case, words, named)
        if case.doubt and unnamed(case, named):
            reason = (
                "no run explains the trace with the individuals that its records name; whether one does with others, "
                f"of whom this record may be as well: {case.doubt}"
            )
            return _Found(VerdictKind.UNKNOWN, [first], node=named.block.node, reason=reason)
        sources = [view.reader.source for view in case.views]
        if case.options.plainly and not any(source.may_repeat or source.may_delay for source in sources):
            found = _Found(VerdictKind.VIOLATES, [first], node=named.block.node)
            _note_broken(found)
            return found
        conflict = conflict_of(case, words, named)
        told = stories(case, words, named, first.blocked)
        first = replace(
            first,
            conflict=conflict.events,
            conditions=conflict.conditions,
            minimal=conflict.minimal,
            stories=told.found,
            untried=told.untried,
        )
        found = _Found(VerdictKind.VIOLATES, [first, *broken_invariants(case, named)], node=named.block.node)
        found.forced = forced_reading(case, named)
        if told.admitted is not None:
            found.kind = VerdictKind.UNKNOWN
            found.reason = f"the log's source says that such records may be repeated or late: {told.admitted.told}"
            return found
    _note_broken(found)
    return found


def _contradiction(case: Case, words: Words) -> _Found:
    """The orders that the trace states cannot all be true."""
    events = case.stated.circle
    told_events = ", ".join(words.event(event) for event in events)
    message = (
        f"the stated orders contradict one another: each of these would have to be before the others: {told_events}"
    )
    return _Found(VerdictKind.VIOLATES, [Finding(message, events[0], None, (), conflict=events)])


def _note_broken(found: _Found) -> None:
    for each in found.findings:
        for blocked in each.blocked:
            for rule in blocked.rules:
                found.broken.setdefault(rule, each.message)
            found.broken.setdefault(blocked.condition, each.message)


# -------------------------------------------------------------------------------------------------------------- orders


def _order(case: Case, node: Node) -> list[Spot]:
    """The events in the order in which the run has them."""
    found: list[Spot] = []
    for at, taken in case.search.path(node):
        found += [(log, at[1][log] - 1) for log in taken.logs]
    return found


def _orders(case: Case, node: Node, budget: Budget) -> list[tuple[Order, bool]]:
    """The orders the answer hangs on, as the run has them, and whether every explanation has them. Raises LimitReached.

    First a look at whether any order fails: mostly none does.
    """
    space = interleavings(case, node, budget)
    if space.failure([]) is None:
        return []
    by_all = necessary(space)
    order = _order(case, node)
    rank = {spot: at for at, spot in enumerate(order)}
    found = [(each, True) for each in by_all] + [(each, False) for each in space.enough(order, by_all)]
    return sorted(found, key=lambda each: (rank[each[0][1]], rank[each[0][0]]))


def _assumed(case: Case, words: Words, order: Order, *, by_all: bool) -> Assumed:
    (first, before), (second, after) = order
    earlier, later = case.views[first].events[before].event, case.views[second].events[after].event
    return Assumed(earlier, later, _rules_between(case, words, order), by_all)


def _rules_between(case: Case, words: Words, order: Order) -> tuple[str, ...]:
    """The rules of what is in the later event's way before the earlier one happened, on the run at hand."""
    assert case.search.ended is not None
    (first, before), (second, after) = order
    nodes = [
        node for node, _ in case.search.path(case.search.ended) if node[1][first] <= before and node[1][second] <= after
    ]
    lagging = [node for node in case.search.taken if node[1][first] == before and node[1][second] == after]
    block = least(case.search, words, lagging or nodes[-1:], second) if lagging or nodes else None
    if block is None or block.guarded is None:
        return ()
    guards = case.machine.grounds[block.guarded].moment.guards
    return tuple(dict.fromkeys(rule for at in block.guards for rule in guards[at].rules))


# --------------------------------------------------------------------------------------------------------------- words


def _events(case: Case, node: Node) -> list[Event | None]:
    """The event of each step of the run to a node; None for a hidden step."""
    found: list[Event | None] = []
    for at, taken in case.search.path(node)[1:]:
        log = taken.logs[0] if taken.logs else None
        found.append(None if log is None else case.views[log].events[at[1][log] - 1].event)
    return found


def _told_in_words(case: Case, words: Words, node: Node) -> Iterator[tuple[str, Event | None]]:
    bindings = case.shared.bindings.met
    path = case.search.path(node)
    if case.starts.anywhere:
        _, before = case.starts.steps_to(path[0][0][0])
        yield f"the logs begin where {len(before)} steps led", None
    for (earlier, _), (later, taken), event in zip(path, path[1:], _events(case, node), strict=False):
        named = {**bindings[earlier[2]].named, **bindings[later[2]].named}
        yield words.step(case.machine.grounds[taken.number], Binding.of(named, {})), event


def _observable(case: Case) -> frozenset[str]:
    """The actions that some log here records."""
    coverage = case.shared.coverage
    return frozenset(
        action.name
        for action in case.protocol.actions
        for view in case.views
        for moment in moment_names(action)
        if coverage.records(view, action, moment) is not Records.NO
    )


def _hosts_without_log(case: Case) -> set[str]:
    """Hosts that records name and that no log of the trace was kept on; what is judged host by host names no others."""
    frame = case.shared.frame
    places = {type_of(action.at) for action in case.protocol.actions if action.at is not None}
    sorts = [type_.sort for type_ in places if isinstance(type_, Of)]
    return {name for sort in sorts for name in frame.numbers.get(sort, {})} - set(frame.hosts)


def _notes(case: Case, trace: Trace, sight: Sight, kind: VerdictKind) -> Iterator[str]:
    yield from sight.notes
    yield from case.stated.notes
    if trace.left_out and kind is VerdictKind.VIOLATES:
        yield f"{trace.left_out} records could not be read, and what is missing may be among them"
    frame = case.shared.frame
    sizes = dict(frame.scope.sizes)
    for name in sorted(_hosts_without_log(case)):
        yield f"no log of {name} is here, so nothing that happened there is observed"
    for sort, numbers in frame.numbers.items():
        if not numbers:
            yield f"no record names a {sort}; judged as if there were {sizes[sort]}"
        elif sizes[sort] > len(numbers):
            yield f"judged as if there were {sizes[sort] - len(numbers)} {sort} that no record names"

"""Judges a trace against a protocol: in one part, or one for each host where the protocol says so, case by case."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from checker.language.core import Core
from checker.language.lower import lower
from checker.language.protocol import Kind, Of, Protocol
from checker.model.initial import BadScope
from checker.model.layout import TooLarge
from checker.trace.account import unknown_roster
from checker.trace.cases import CaseViews, cases
from checker.trace.conform import Case, explain_trace
from checker.trace.event import Log, Trace
from checker.trace.frame import Names, names_of
from checker.trace.interleave import Order
from checker.trace.machines import Machines
from checker.trace.merge import merged
from checker.trace.options import Budget, Options
from checker.trace.outcome import part_of
from checker.trace.stated import EDGES, Stated, stated_orders
from checker.trace.strangers import nothing_judged, pointed_out
from checker.trace.together import Searched, calm, together, undisturbed
from checker.trace.variants import Variant, Variants, retold
from checker.trace.verdict import EXPLAINED, Part, Verdict, VerdictKind, worst
from checker.trace.view import Sight, View, see

DEFAULT = Options()
SPARE = 5.0


@dataclass(frozen=True, slots=True)
class Judged:
    """A part of a judgement with the search behind it, for who wants to ask more. No case: nothing was searched."""

    part: Part
    case: Case | None
    trace: Trace
    sight: Sight
    name: str = ""  # of the case, where there are several


def judge(protocol: Protocol, trace: Trace, options: Options = DEFAULT) -> tuple[Part, ...]:
    """The parts of a trace's judgement against one protocol, hosts in the order of their logs.

    Raises CannotLower, and InternalError where something of ours is wrong. An interrupt makes the answer unknown.
    """
    return Judge(protocol, options).parts(trace)


def judged(protocol: Protocol, trace: Trace, options: Options = DEFAULT) -> Iterator[Judged]:
    """The same, case by case, each with its search. Raises what `judge` does."""
    for group in Judge(protocol, options, retell=False).groups(trace):
        yield from group.each


@dataclass(frozen=True, slots=True)
class Group:
    """What is judged together: all logs, or those of one host."""

    each: tuple[Judged, ...]
    part: Part


@dataclass
class Judge:
    """Judges traces against one protocol. What is compiled for one trace serves the next.

    `retell`: of cases that differ in names alone one is judged; the others get its answer, and no search of their own.
    """

    protocol: Protocol
    options: Options = DEFAULT
    retell: bool = True
    core: Core = field(init=False)
    machines: Machines = field(init=False)

    def __post_init__(self) -> None:
        self.core = lower(self.protocol, self.options.without)
        self.machines = Machines(self.protocol, self.core)

    def parts(self, trace: Trace, options: Options | None = None) -> tuple[Part, ...]:
        """The parts of a trace's judgement, as `judge` has them. `options` may spend less than the judge's own."""
        return tuple(group.part for group in self.groups(trace, options))

    def groups(self, trace: Trace, options: Options | None = None) -> Iterator[Group]:
        """What is judged together, one after the other."""
        if trace.left_out:  # what could not be read may be what is missing at the end
            trace = replace(trace, logs=tuple(replace(log, ends="open") for log in trace.logs))
        hosts = dict.fromkeys(log.host for log in trace.logs) if self.protocol.each_host else {}
        for host in hosts or (None,):
            logs = tuple(log for log in trace.logs if host in (None, log.host))
            yield _Group(self, options or self.options, trace, host, logs).judged()


@dataclass
class _Group:
    judge: Judge
    options: Options
    trace: Trace
    host: str | None
    logs: tuple[Log, ...]

    def judged(self) -> Group:
        sight = see(self.judge.protocol, self.trace, self.logs, EDGES)
        if not sight.views:
            name = self.judge.protocol.name
            reason = f"no log of the trace has a source that {name} knows" if self.logs else "the trace has no logs"
            return self._one(Judged(self._without_run(sight, VerdictKind.UNREADABLE, reason), None, self.trace, sight))
        budget = Budget(self.options.nodes, self.options.seconds)
        stated = stated_orders(sight.views)
        if not stated.circle and self._separable(sight.views):
            found = cases(self.judge.protocol, sight.views, stated)
            if len(found) > 1:
                return self._apart(sight, stated, found, budget)
        return self._one(self._judged(sight, stated, budget))

    @staticmethod
    def _one(judged: Judged) -> Group:
        return Group((judged,), judged.part)

    def _separable(self, views: tuple[View, ...]) -> bool:
        """Whether no step that may be in the trace changes what belongs to several cases."""
        read = {reading.action.name for view in views for seen in view.events for reading in seen.readings}
        actions = {action.name: action for action in self.judge.protocol.actions}
        for moment in self.judge.core.moments:
            fault = actions[moment.action].kind is Kind.FAULT and not self.options.faults
            if (moment.action in read or not fault) and self.judge.machines.apart.wide(moment):
                return False
        return True

    def _apart(self, sight: Sight, stated: Stated, found: tuple[CaseViews, ...], budget: Budget) -> Group:
        """Case by case; where their runs do not make one run of the whole, all together."""
        besides = self._common_names(sight.views)
        each: list[Judged] = []
        searched: list[tuple[CaseViews, Case]] = []
        variants = Variants(self.judge.protocol)
        known: dict[Hashable, tuple[Variant, Judged]] = {}
        for views in found:
            own = replace(sight, views=views.views, ignored=(), notes=())
            this = variants.of(views)
            if self.judge.retell and this.shape in known:
                other, one = known[this.shape]
                part = _retold(one.part, other, this)
                each.append(replace(one, part=part, case=None, sight=own, name=views.name))
            else:
                one = self._judged(own, views.stated, budget.part(budget.nodes, budget.seconds), besides, views.name)
                known[this.shape] = this, one
                each.append(one)
            if one.case is not None:
                searched.append((views, one.case))
        if not self._stand(stated, [len(view.events) for view in sight.views], each, searched):
            return self._one(self._judged(sight, stated, budget.part(budget.nodes, budget.seconds)))
        related = frozenset(prop.name for prop in self.judge.core.properties if self.judge.machines.apart.relates(prop))
        sizes_of = [sum(map(len, views.spots)) - len(views.common) for views in found]
        lines = [(one.name, size, one.part) for one, size in zip(each, sizes_of, strict=True)]
        part = merged(lines, related, sight.notes)
        return Group(tuple(each), replace(part, ignored=sight.ignored))

    def _stand(self, stated: Stated, sizes: Sequence[int], each: Sequence[Judged], searched: Searched) -> bool:
        """Whether what was found of each case stands for the whole trace."""
        kinds = {one.part.kind for one in each}
        apart = self.judge.machines.apart
        if kinds <= EXPLAINED:
            if len(searched) < len(each):
                return False
            if not together(apart, stated, sizes, searched):
                return True
            # The runs at hand do not go together; where it does not matter which runs they are, others may.
            return calm(apart, searched[0][1]) and not together(
                apart, stated, sizes, searched, _assumed(each, searched)
            )
        return VerdictKind.VIOLATES not in kinds or undisturbed(apart, searched)

    def _common_names(self, views: tuple[View, ...]) -> Names:
        """The individuals that cells common to all cases are about: every case must speak of the same ones."""
        cells = {cell.name: cell for cell in self.judge.core.cells}
        types = [type_ for name in self.judge.machines.apart.common for _, type_ in cells[name].index]
        sorts = {type_.sort for type_ in types if isinstance(type_, Of)}
        if not sorts:
            return ()
        hosts = tuple(dict.fromkeys(view.log.host for view in views))
        numbers = names_of(self.judge.protocol, views, hosts)
        return tuple((sort, tuple(known)) for sort, known in numbers.items() if sort in sorts)

    def _judged(self, sight: Sight, stated: Stated, budget: Budget, besides: Names = (), name: str = "") -> Judged:
        try:
            case = explain_trace(self.judge.machines, sight.views, stated, self.options, budget, besides)
        except (BadScope, TooLarge) as problem:
            part = self._without_run(sight, VerdictKind.UNKNOWN, str(problem))
            return Judged(part, None, self.trace, sight, name)
        return Judged(part_of(case, self.trace, self.host, sight, budget), case, self.trace, sight, name)

    def _without_run(self, sight: Sight, kind: VerdictKind, reason: str) -> Part:
        protocol = self.judge.protocol
        roster = unknown_roster(protocol, self.judge.core, reason)
        return Part(
            protocol=protocol.name,
            host=self.host,
            kind=kind,
            findings=(),
            assumed=(),
            obligations=(),
            explained_by=None,
            explained=(),
            roster=roster,
            ignored=sight.ignored,
            reason=reason,
            notes=sight.notes,
        )


def _assumed(each: Sequence[Judged], searched: Searched) -> Iterator[Order]:
    """The orders on which the cases' answers hang, by the places of their events in the whole trace."""
    for one, (views, _) in zip(each, searched, strict=True):
        places = {
            (seen.event.log, seen.event.seq): (view.index, spot)
            for view, spots in zip(views.views, views.spots, strict=True)
            for seen, spot in zip(view.events, spots, strict=True)
        }
        for order in one.part.assumed:
            yield places[order.earlier.log, order.earlier.seq], places[order.later.log, order.later.seq]


def _retold(part: Part, one: Variant, other: Variant) -> Part:
    """The part of another case of the same shape. Its run, which nobody asked for, is left out."""
    twins = {(event.log, event.seq): twin for event, twin in zip(one.events, other.events, strict=True)}
    assumed = tuple(
        replace(
            each,
            earlier=twins[each.earlier.log, each.earlier.seq],
            later=twins[each.later.log, each.later.seq],
        )
        for each in part.assumed
    )
    told = (part.findings, part.obligations, part.forced)
    findings, obligations, forced = retold(told, one, other) if any(told) else told
    return replace(
        part,
        findings=findings,
        assumed=assumed,
        obligations=obligations,
        forced=forced,
        explained_by=None,
        explained=(),
    )


def judge_all(protocols: Iterable[Protocol], trace: Trace, options: Options = DEFAULT) -> Verdict:
    """A trace's verdict against several protocols together. Raises what `judge` does."""
    return verdict_by([Judge(protocol, options) for protocol in protocols], trace)


def verdict_by(judges: Iterable[Judge], trace: Trace) -> Verdict:
    """A trace's verdict by several judges.

    Once one of them is violated the rest cannot better the verdict, so they get no more than SPARE seconds each.
    """
    judges = tuple(judges)
    trace = pointed_out([judge.protocol for judge in judges], trace)
    parts: tuple[Part, ...] = ()
    for each in judges:
        parts += each.parts(trace, spared(each.options, parts))
    return verdict(trace, parts)


def spared(options: Options, parts: tuple[Part, ...]) -> Options:
    """The options for the protocols still to come: little time, where the verdict is settled already."""
    settled = any(part.kind is VerdictKind.VIOLATES for part in parts)
    return replace(options, seconds=min(options.seconds, SPARE)) if settled else options


def verdict(trace: Trace, parts: tuple[Part, ...]) -> Verdict:
    """The verdict that the parts make: the worst of theirs. A protocol that knows no log says nothing, if another does.

    Where something could not be read, or was not understood, what seems to violate may come of just that: then there is
    no verdict about the recording, and the parts say what was made of the rest.
    """
    parts = tuple(part for part in parts if part.kind is not VerdictKind.UNREADABLE) or parts
    kind = worst(tuple(part.kind for part in parts))
    if kind is not VerdictKind.UNREADABLE and nothing_judged(trace, parts):
        kind = VerdictKind.UNKNOWN
    if trace.left_out or any(complaint.fatal for complaint in trace.complaints):
        kind = VerdictKind.UNREADABLE
    events = sum(len(log.events) for log in trace.logs)
    return Verdict(trace.name, kind, parts, events, trace.complaints, trace.left_out, trace.logs)

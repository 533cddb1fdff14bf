"""For which readings of the documents a trace conforms: other settings of the protocol's params, tried one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic

from checker.language.lower import lower
from checker.language.protocol import Bool, Of, Param, Protocol, Range, Value
from checker.trace.blocks import Block
from checker.trace.conform import Answer, Case, explain_trace
from checker.trace.event import Trace
from checker.trace.explain import culprit, unmet_end
from checker.trace.indifferent import notices
from checker.trace.judge_trace import Judged, judged
from checker.trace.machines import Machines
from checker.trace.open_questions import Change, Readings, Setting
from checker.trace.options import Budget, Options
from checker.trace.outcome import part_of
from checker.trace.params_read import params_read
from checker.trace.verdict import EXPLAINED, Part, VerdictKind, worst
from checker.trace.words import Words

SECONDS = 10.0  # what trying the settings of one protocol may take, sets of several coming last
LARGEST = 3  # params that are changed together
MOST_VALUES = 16  # values of one param that are tried


def readings(protocol: Protocol, trace: Trace, options: Options, seconds: float = SECONDS) -> Readings:
    """For which settings of its params the trace conforms to the protocol. What `options` settles stays settled.

    Raises what `judge` does.
    """
    options = replace(options, progress=None)
    found = tuple(judged(protocol, trace, options))
    trying = _Trying(protocol, trace, options, found, monotonic() + seconds)
    default = _of_parts((), [each.part for each in found])
    open_ = [param for param in protocol.params if param.name not in dict(options.settings)]
    read = params_read(protocol, trying.machines.core, [each.case for each in found])
    idle = tuple(param.name for param in open_ if param.name not in read)
    asked = [param for param in open_ if param.name in read]
    limits = [*_cut(protocol, asked)]
    changes = [change for param in asked for change in _changes(protocol, param)]
    single, limits_met = _single(trying, changes, default)
    enough: tuple[Setting, ...] = ()
    if default.kind is VerdictKind.VIOLATES:
        enough, untried = _enough(trying, changes, single)
        limits_met += untried
    return Readings(protocol.name, default, single, enough, idle, (*limits, *limits_met))


def _single(
    trying: _Trying, changes: Sequence[Change], default: Setting
) -> tuple[tuple[Setting, ...], tuple[str, ...]]:
    """The verdict of each single change; one that a refused trace does not notice leaves it as it is by default."""
    found: list[Setting] = []
    noticed = trying.noticed((), changes) if default.kind is VerdictKind.VIOLATES else tuple(changes)
    for at, change in enumerate(changes):
        if trying.over and change in noticed:
            return tuple(found), (
                f"{len(changes) - at} of {len(changes)} single changes not tried in the time there was",
            )
        found.append(trying.of((change,)) if change in noticed else replace(default, changes=(change,)))
    return tuple(found), ()


def _enough(
    trying: _Trying, changes: Sequence[Change], single: Sequence[Setting]
) -> tuple[tuple[Setting, ...], tuple[str, ...]]:
    """The smallest sets of changes under which the trace conforms, none within another; and what was not tried."""
    found = [setting for setting in single if setting.kind in EXPLAINED]
    level = [setting.changes for setting in single if setting.kind is VerdictKind.VIOLATES]
    level = [picked for picked in level if set(picked) <= set(trying.noticed((), changes))]
    for size in range(2, LARGEST + 1):
        wanted = dict.fromkeys(
            tuple(sorted({*picked, change}))
            for picked in level
            for change in trying.noticed(picked, changes)
            if change[0] not in dict(picked)
        )
        sets = [picked for picked in wanted if not any(set(other.changes) <= set(picked) for other in found)]
        level = []
        for at, picked in enumerate(sets):
            if trying.over:
                told = f"{len(sets) - at:,} of {len(sets):,} sets of {size} changes not tried in the time there was"
                return tuple(found), (told,)
            setting = trying.of(picked)
            if setting.kind in EXPLAINED:
                found.append(setting)
            elif setting.kind is VerdictKind.VIOLATES:
                level.append(picked)
    left = [picked for picked in level if any(each[0] not in dict(picked) for each in trying.noticed(picked, changes))]
    told = f"sets of more than {LARGEST} changes were not tried"
    return tuple(found), (told,) if left else ()


# ------------------------------------------------------------------------------------------------------------- trying


@dataclass(slots=True)
class _Trying:
    """Judges the trace under one setting after the other.

    What was searched together by default is searched so again; cases that were told apart are judged anew as a whole.
    """

    protocol: Protocol
    trace: Trace
    options: Options
    found: tuple[Judged, ...]
    until: float
    machines: Machines = field(init=False)
    _cases: dict[tuple[Change, ...], tuple[Case, ...] | None] = field(default_factory=dict)
    _noticed: dict[tuple[Change, ...], tuple[Change, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.machines = Machines(self.protocol, lower(self.protocol, self.options.without))

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return monotonic() > self.until

    def of(self, changes: tuple[Change, ...]) -> Setting:
        """The verdict under a setting."""
        options = self._options(changes)
        if not self._plain:
            return _of_parts(changes, [each.part for each in judged(self.protocol, self.trace, options)])
        each_one = [self._searched(changes, each, options) for each in self.found]
        self._cases[changes] = tuple(case for case, setting in each_one if setting.kind is VerdictKind.VIOLATES)
        kind = worst(tuple(setting.kind for _, setting in each_one))
        return next((setting for _, setting in each_one if setting.kind is kind), Setting(changes, kind))

    def noticed(self, changes: tuple[Change, ...], others: Sequence[Change]) -> tuple[Change, ...]:
        """Those of the other changes that the trace, refused under a setting, takes notice of.

        Every part of it that violates must be made to conform, so it is enough to ask one.
        """
        if changes not in self._noticed:
            self._noticed[changes] = tuple(self._asked(changes, others))
        return self._noticed[changes]

    def _asked(self, changes: tuple[Change, ...], others: Sequence[Change]) -> Iterator[Change]:
        cases = self._cases.get(changes) if changes else self._by_default
        for name, text in others:
            if not cases or notices(cases[0], name, _value(self.protocol, name, text), self.machines):
                yield name, text

    @property
    def _by_default(self) -> tuple[Case, ...]:
        if not self._plain:
            return ()
        violating = (each.case for each in self.found if each.part.kind is VerdictKind.VIOLATES)
        return tuple(case for case in violating if case is not None and not case.stated.circle)

    @property
    def _plain(self) -> bool:
        """Whether each part was judged by one search."""
        return all(each.case is not None and not each.name for each in self.found)

    def _options(self, changes: Sequence[Change]) -> Options:
        given = dict(self.options.settings) | {name: _value(self.protocol, name, text) for name, text in changes}
        return replace(self.options, settings=tuple(given.items()))

    def _searched(self, changes: tuple[Change, ...], judgement: Judged, options: Options) -> tuple[Case, Setting]:
        """One search, without a diagnosis of what it refuses beyond the event and the rules."""
        old, host = judgement.case, judgement.part.host
        assert old is not None
        if old.stated.circle:
            return old, _of_parts(changes, [judgement.part])
        budget = Budget(options.nodes, options.seconds)
        case = explain_trace(self.machines, old.views, old.stated, options, budget)
        if case.answer is not Answer.REFUSED:
            return case, _of_parts(changes, [part_of(case, self.trace, host, judgement.sight, budget)])
        if case.search.ended is not None:
            ended = unmet_end(case)
            return case, Setting(changes, VerdictKind.VIOLATES, ended.event, ended.rules, host)
        named = culprit(case, Words(case.shared.frame)) if len(changes) < 2 else None
        if named is None:
            return case, Setting(changes, VerdictKind.VIOLATES, host=host)
        return case, Setting(changes, VerdictKind.VIOLATES, named.event, _rules(case, named.block), host)


def _of_parts(changes: tuple[Change, ...], parts: Sequence[Part]) -> Setting:
    kind = worst(tuple(part.kind for part in parts))
    part = next((part for part in parts if part.kind is kind), None)
    if part is None or kind in EXPLAINED:
        return Setting(changes, kind)
    if part.findings:
        finding = part.findings[0]
        return Setting(changes, kind, finding.event, finding.rules, part.host)
    return Setting(changes, kind, host=part.host, reason=part.reason)


def _rules(case: Case, block: Block) -> tuple[str, ...]:
    found = [rule for reason in block.reasons for rule in reason.rules]
    if block.guarded is not None:
        guards = case.machine.grounds[block.guarded].moment.guards
        found += [rule for at in block.guards for rule in guards[at].rules]
    return tuple(dict.fromkeys(found))


# -------------------------------------------------------------------------------------------------------------- params


def _changes(protocol: Protocol, param: Param) -> Iterator[Change]:
    """Every value of the param but its default."""
    texts = _values(protocol, param)
    default = next((text for text, meant in texts.items() if meant == param.default), "")
    yield from ((param.name, text) for text in list(texts)[:MOST_VALUES] if text != default)


def _cut(protocol: Protocol, params: Iterable[Param]) -> Iterator[str]:
    for param in params:
        many = len(_values(protocol, param))
        if many > MOST_VALUES:
            yield f"of the {many} values of {param.name} the first {MOST_VALUES} were tried"


def _values(protocol: Protocol, param: Param) -> dict[str, Value]:
    """Every value of a param, by its text."""
    match param.type:
        case Bool():
            return {"true": True, "false": False}
        case Of(sort):
            return {member: at for at, member in enumerate(protocol.sort(sort).members or ())}
        case Range(low, high):
            return {str(number): number for number in range(low, high + 1)}


def _value(protocol: Protocol, name: str, text: str) -> Value:
    param = next(param for param in protocol.params if param.name == name)
    return _values(protocol, param)[text]

"""What the logs of some hosts would have recorded of a walk: the readings of a protocol's log sources, inverted.

Nothing of the judge is used here. Values are worked out by the reference, on the typed tree.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from checker.language.protocol import (
    BEGIN,
    SUCCESS,
    Action,
    Bool,
    EventField,
    Expr,
    FieldTest,
    Kind,
    LogSource,
    Of,
    Protocol,
    Test,
)
from checker.language.types import type_of
from checker.model.reference import Reference, State
from checker.model.scope import Scope
from checker.trace.event import Event, FieldValue, Log, Trace
from tests.generated.lives import Ids, Mention, is_id
from tests.generated.walk import Walk

SECOND = 1_000_000_000
EPOCH = 1_800_000_000 * SECOND


@dataclass(frozen=True, slots=True)
class Kept:
    """One log that is kept: where, by which source, how requests are written down, how its clock goes."""

    name: str
    host: str
    source: str
    phases: str = "whole"  # whole, phased, mixed
    clock: str = "none"  # none, apart (says nothing), stated (within its skew)
    skew: int = 0
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """How a walk is recorded. `cut` and `begins` are step numbers: what is outside of them no log has."""

    logs: tuple[Kept, ...]
    lost: float = 0.0  # how often a record is lost that may be
    omits: float = 0.0  # how often a field is left out
    messages: float = 0.0  # how often a message is sent between two steps, and both ends recorded
    ids: int = 6  # so many values are used for ids, again and again
    begins: int = 0
    cut: int | None = None
    complete: bool = False
    separators: bool = True  # names that say what another field would say
    uneven: tuple[int, ...] = ()  # a cut for each log, where they are not cut at one moment


@dataclass(frozen=True, slots=True)
class Recorded:
    """A trace, and which step of the walk each event records (None: of a message)."""

    trace: Trace
    steps: dict[tuple[str, int], int | None]
    hidden_faults: int
    scope: Scope  # with the names that the records use


@dataclass
class Recorder:
    """Records walks of one protocol in one scope, in which hosts and others have the names that logs use."""

    protocol: Protocol
    scope: Scope
    _texts: dict[tuple[str, bool], dict[int, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.reference = Reference(self.protocol, self.scope)
        self.sources = {source.name: source for source in self.protocol.logs}

    # ------------------------------------------------------------------------------------------------------ the whole

    def record(self, rng: random.Random, name: str, walk: Walk, plan: Plan) -> Recorded:
        """The trace of a walk."""
        states = [walk.machine.layout.unpack(state) for state in walk.states]
        ids = self._ids(rng, walk, states, plan)
        names = self._names(walk, states, plan)
        last = len(walk.steps) if plan.cut is None else plan.cut
        times = self._times(rng, len(walk.steps))
        rows: dict[str, list[tuple[Event, int | None]]] = {kept.name: [] for kept in plan.logs}
        phased: dict[tuple[str, str, tuple[int, ...]], tuple[bool, str | None]] = {}
        hidden_faults = messages = 0
        for at, ground in enumerate(walk.grounds):
            action = self.protocol.action(ground.step.action)
            host = self.host(action, ground.args, states[at])
            told = False
            for kept in self._recording(rng, plan, host):
                event = self._event(
                    rng, kept, plan, at, action, ground.step.moment, ground.args, states[at], ids, names, phased
                )
                stop = last if not plan.uneven else plan.uneven[plan.logs.index(kept)]
                if event is not None and plan.begins <= at < stop:
                    told = True
                    rows[kept.name].append((replace(event, time=self._time(rng, kept, times[at])), at))
            hidden_faults += action.kind is Kind.FAULT and not told and plan.begins <= at < last
            if len(plan.logs) > 1 and plan.begins <= at < last and rng.random() < plan.messages:
                messages += 1
                self._message(rng, plan, rows, messages, times, at)
        return self._trace(rng, name, plan, rows, hidden_faults, self._renamed(names))

    def _trace(
        self,
        rng: random.Random,
        name: str,
        plan: Plan,
        rows: dict[str, list[tuple[Event, int | None]]],
        hidden_faults: int,
        scope: Scope,
    ) -> Recorded:
        logs: list[Log] = []
        steps: dict[tuple[str, int], int | None] = {}
        for kept in plan.logs:
            seq = 0
            events: list[Event] = []
            for event, step in rows[kept.name]:
                seq += 1 if rng.random() < 0.8 else rng.randrange(1, 4)
                events.append(replace(event, log=kept.name, seq=seq))
                steps[kept.name, seq] = step
            stated = kept.clock == "stated"
            logs.append(
                Log(
                    kept.name,
                    kept.host,
                    kept.source,
                    tuple(events),
                    begins="anywhere" if plan.begins else "empty",
                    ends="complete" if plan.complete else "open",
                    clock=kept.name if stated else None,
                    skew=kept.skew if stated else None,
                )
            )
        return Recorded(Trace(name, tuple(logs)), steps, hidden_faults, scope)

    # --------------------------------------------------------------------------------------------------- single events

    def host(self, action: Action, args: tuple[int, ...], state: State) -> str | None:
        """Where a step happens, by name; None: nowhere in particular."""
        if action.at is None:
            return None
        type_ = type_of(action.at)
        assert isinstance(type_, Of)
        return self.scope.individual(self.protocol, type_.sort, self._value(action, action.at, args, state))

    def _recording(self, rng: random.Random, plan: Plan, host: str | None) -> Iterator[Kept]:
        """The logs that know of a step there. Of what is nowhere in particular one of several hosts knows."""
        if host is not None:
            yield from (kept for kept in plan.logs if kept.host == host)
        elif len({kept.host for kept in plan.logs}) > 1:
            yield rng.choice(plan.logs)
        else:
            yield from plan.logs

    def _event(
        self,
        rng: random.Random,
        kept: Kept,
        plan: Plan,
        at: int,
        action: Action,
        moment: str,
        args: tuple[int, ...],
        state: State,
        ids: Ids,
        names: dict[tuple[str, int], str],
        phased: dict[tuple[str, str, tuple[int, ...]], tuple[bool, str | None]],
    ) -> Event | None:
        source = self.sources[kept.source]
        if action.name in source.never:
            return None
        ways = list(patterns(source, action, moment))
        if not ways:
            return None
        event, fields, tests, declared = rng.choice(ways)
        phase, request = None, None
        if action.begin is not None and declared:
            key = kept.name, action.name, args
            if moment == BEGIN:
                begun = kept.phases == "phased" or (kept.phases == "mixed" and rng.random() < 0.5)
                phased[key] = begun, f"r{at}" if rng.random() < 0.7 else None
                if not begun:
                    return None
                phase, request = "begin", phased[key][1]
            else:
                begun, request = phased.pop(key, (kept.phases != "whole", None))
                phase = "end" if begun else None
                request = request if begun else None
        if action.name in source.may_lose and rng.random() < plan.lost:
            return None
        payload: dict[str, FieldValue] = {}
        for test in tests:
            if test.test in (Test.IS, Test.IN):
                payload[test.field] = rng.choice(test.values)
            elif test.test is Test.PRESENT:
                payload[test.field] = "x"
        telling = _telling(self.protocol, source, event)
        for said in fields:
            if said.values is None:
                continue
            text = self._text(rng, at, action, args, state, said, ids, names)
            if said.name in telling or rng.random() >= plan.omits:
                if not self._goes_without_saying(rng, source, said, text, payload):
                    payload[said.name] = text
        status = (
            SUCCESS if moment in (BEGIN, SUCCESS) else rng.choice((moment, f"STATUS_{moment}", f"NDIS_STATUS_{moment}"))
        )
        return Event("", 0, event, payload, status=status, phase=phase, request=request)

    def _goes_without_saying(
        self, rng: random.Random, source: LogSource, said: EventField, text: FieldValue, payload: dict[str, FieldValue]
    ) -> bool:
        """Whether the source's defaults say it, and it is left out this time."""
        for default in source.defaults:
            if default.field == said.name:
                whole = payload.get(default.value) if default.separator is not None else None
                if default.separator is None:
                    usual = str(text).lower() == default.value.lower()
                else:
                    usual = isinstance(whole, str) and whole.split(default.separator)[0] == text
                return usual and rng.random() < 0.5
        return False

    def _text(
        self,
        rng: random.Random,
        at: int,
        action: Action,
        args: tuple[int, ...],
        state: State,
        said: EventField,
        ids: Ids,
        names: dict[tuple[str, int], str],
    ) -> FieldValue:
        assert said.values is not None
        if is_id(self.protocol, said):
            value = ids.value(at, said.name)
            return int(value) if rng.random() < 0.7 else value
        number = self._value(action, said.values[0], args, state)
        match type_of(said.values[0]):
            case Bool():
                return rng.choice((bool(number), "true" if number else "false"))
            case Of(sort):
                return names.get((said.name, number)) or self.scope.individual(self.protocol, sort, number)
            case _:
                return rng.choice((number, str(number)))

    def _value(self, action: Action, expr: Expr, args: tuple[int, ...], state: State) -> int:
        bound = {v.name: bool(a) if isinstance(v.type, Bool) else a for v, a in zip(action.params, args, strict=True)}
        return int(self.reference.evaluate(expr, state, bound))

    # ------------------------------------------------------------------------------------------- ids, names, and clocks

    def _ids(
        self, rng: random.Random, walk: Walk, states: list[dict[tuple[str, tuple[int, ...]], bool | int]], plan: Plan
    ) -> Ids:
        faults = tuple(at for at, ground in enumerate(walk.grounds) if ground.moment.fault)
        mentions: list[Mention] = []
        for at, ground in enumerate(walk.grounds):
            action = self.protocol.action(ground.step.action)
            host = self.host(action, ground.args, states[at]) or plan.logs[0].host
            for said in fields_of(self.protocol, action):
                if said.values is not None and is_id(self.protocol, said):
                    names = tuple(self._value(action, value, ground.args, states[at]) for value in said.values)
                    mentions.append(Mention(at, action, ground.step.moment, host, said, names))
        ids = Ids(self.protocol, faults)
        ids.give(rng, mentions, plan.ids)
        return ids

    def _names(
        self, walk: Walk, states: list[dict[tuple[str, tuple[int, ...]], bool | int]], plan: Plan
    ) -> dict[tuple[str, int], str]:
        """Names that also say what another field would: `machine--adapter`."""
        found: dict[tuple[str, int], str] = {}
        if not plan.separators:
            return found
        for kept in plan.logs:
            for default in self.sources[kept.source].defaults:
                if default.separator is not None:
                    self._joined(walk, states, default.value, default.field, default.separator, found)
        return found

    def _renamed(self, names: dict[tuple[str, int], str]) -> Scope:
        sorts = {bind.field: bind.sorts[0] for bind in self.protocol.binds}
        longer = {(sorts[said], number): text for (said, number), text in names.items()}
        given = tuple(
            (sort, tuple(longer.get((sort, number), text) for number, text in enumerate(texts)))
            for sort, texts in self.scope.names
        )
        return replace(self.scope, names=given)

    def _joined(
        self,
        walk: Walk,
        states: list[dict[tuple[str, tuple[int, ...]], bool | int]],
        whole: str,
        part: str,
        separator: str,
        found: dict[tuple[str, int], str],
    ) -> None:
        for action in self.protocol.actions:
            by_name = {said.name: said.values[0] for said in fields_of(self.protocol, action) if said.values}
            if whole not in by_name or part not in by_name:
                continue
            first, second = type_of(by_name[part]), type_of(by_name[whole])
            for ground in walk.machine.grounds:
                if ground.step.action == action.name and isinstance(first, Of) and isinstance(second, Of):
                    owner = self._value(action, by_name[part], ground.args, states[0])
                    owned = self._value(action, by_name[whole], ground.args, states[0])
                    name = self.scope.individual(self.protocol, second.sort, owned)
                    said = f"{self.scope.individual(self.protocol, first.sort, owner)}{separator}{name}"
                    found.setdefault((whole, owned), said)

    @staticmethod
    def _times(rng: random.Random, steps: int) -> list[int]:
        at = EPOCH
        found = []
        for _ in range(steps):
            at += rng.randrange(1, 50) * SECOND // 1000
            found.append(at)
        return found

    @staticmethod
    def _time(rng: random.Random, kept: Kept, time: int) -> int | None:
        if kept.clock == "none":
            return None
        wobble = rng.randrange(-kept.skew, kept.skew + 1) if kept.clock == "stated" and kept.skew else 0
        return time + kept.offset + wobble

    def _message(
        self,
        rng: random.Random,
        plan: Plan,
        rows: dict[str, list[tuple[Event, int | None]]],
        number: int,
        times: list[int],
        at: int,
    ) -> None:
        """A message sent and received just after a step, and written down at both ends."""
        first, second = rng.sample(plan.logs, 2)
        for kept, name in ((first, "SENT"), (second, "RECEIVED")):
            rows[kept.name].append(
                (Event("", 0, name, {"Message": number}, time=self._time(rng, kept, times[at])), None)
            )


def patterns(
    source: LogSource, action: Action, moment: str
) -> Iterator[tuple[str, tuple[EventField, ...], tuple[FieldTest, ...], bool]]:
    """The ways in which a source writes a moment down: name, fields, further tests, whether it is the declared way."""
    if source.declared and action.event is not None:
        yield action.event.name, action.event.fields, (), True
    for record in source.records:
        if record.action == action.name and (record.moment == moment or (record.moment is None and moment != BEGIN)):
            yield record.event, record.fields, record.where, False


def fields_of(protocol: Protocol, action: Action) -> Iterator[EventField]:
    """Every field with which some source writes the action down, once."""
    found = list(action.event.fields) if action.event is not None else []
    found += [
        said
        for source in protocol.logs
        for record in source.records
        if record.action == action.name
        for said in record.fields
    ]
    return iter({said.name: said for said in found}.values())


def _telling(protocol: Protocol, source: LogSource, event: str) -> frozenset[str]:
    """Fields whose absence means something for events of this name."""
    declared = [a.event for a in protocol.actions if a.event is not None and a.event.name == event]
    return frozenset(said.name for pattern in declared for said in pattern.fields if said.values is None)

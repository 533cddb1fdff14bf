"""Whether a run explains a trace, by the definition: the reference says what a run is, this file what a record says.

Nothing of the judge is in it. It is slow and knows everything a trace can have: several logs of a host, record lines,
requests with begin and end, ids, names, stated orders, loss. `tests/generated/runs.py` puts runs to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

from checker.language.protocol import (
    BEGIN,
    Action,
    Bind,
    Bool,
    EventField,
    Expr,
    Kind,
    Of,
    Protocol,
    Range,
    Test,
)
from checker.language.types import type_of
from checker.model.reference import Reference, State
from checker.model.run import Step
from checker.model.scope import Scope
from checker.trace.event import Event, Trace
from tests.generated.clauses import fails, outcome, source_of

Key = tuple[str, str, str]
Names = tuple[int, ...]
OVER: Names = (-1,)
BEFORE = "\0"  # the request that was pending when the logs began
MESSAGES = ("SENT", "RECEIVED")


@dataclass(frozen=True, slots=True)
class Told:
    """How far the logs are, what the live ids name (and whether a fault may have ended them), the open requests."""

    at: tuple[int, ...]
    ids: frozenset[tuple[Key, tuple[Names, bool]]] = frozenset()
    open: frozenset[tuple[str, Step, str]] = frozenset()
    faults: int = 0


@dataclass
class Reader:
    """What a trace's records say of the steps of one scope."""

    protocol: Protocol
    scope: Scope
    trace: Trace
    faults: int = 99  # how many faults may have happened that no record tells of
    _hosts: dict[tuple[str, tuple[int, ...]], str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.reference = Reference(self.protocol, self.scope)
        self.logs = self.trace.logs
        self.sources = [source_of(self.protocol, log) for log in self.logs]
        self.anywhere = any(log.begins == "anywhere" for log in self.logs)
        self.complete = all(log.ends == "complete" for log in self.logs)
        self.lengths = tuple(len(log.events) for log in self.logs)

    # ------------------------------------------------------------------------------------------------------------ steps

    def begun(self, state: State) -> Told:
        """What is known before the first step: nothing, but which requests are pending where logs begin anywhere."""
        pending = frozenset(
            (log.name, Step(name.removeprefix("pending "), BEGIN, index), BEFORE)
            for (name, index), value in state.items()
            if value and name.startswith("pending ")
            for number, log in enumerate(self.logs)
            if self.begins(number) != "no"
        )
        return Told((0,) * len(self.logs), frozenset(), pending)

    def after(self, told: Told, step: Step, state: State) -> Iterator[Told]:
        """What may be known after a step from this state, each way in which it may have been recorded."""
        action = self.protocol.action(step.action)
        host = self.host(action, step, state)
        ways: list[tuple[Told, bool]] = [(told, False)]
        for members, must in self.groups(action, step.moment, host):
            grown = [] if must else list(ways)
            for before, _ in ways:
                for number in members:
                    grown += [(after, True) for after in self.consumed(before, number, action, step, state)]
            ways = grown
        for after, recorded in ways:
            fault = action.kind is Kind.FAULT
            if fault and not recorded and after.faults >= self.faults:
                continue
            ids = self.ended(dict(after.ids), action, step, host, state)
            if fault:
                ids = {key: (names, True) for key, (names, _) in ids.items()}
            yield replace(after, ids=frozenset(ids.items()), faults=after.faults + (fault and not recorded))

    def consumed(self, told: Told, number: int, action: Action, step: Step, state: State) -> Iterator[Told]:
        """The step is what this log's next event records."""
        told = self.passed(told, number)
        at = told.at[number]
        if at == self.lengths[number] or not self.may_be_next(number, at, told.at):
            return
        event = self.logs[number].events[at]
        moved = tuple(x + (n == number) for n, x in enumerate(told.at))
        for fields in self.read(number, event, action, step.moment):
            open_ = self.requests(told, number, event, action, step)
            ids = self.said(told, number, event, fields, action, step, state)
            if open_ is not None and ids is not None:
                yield replace(told, at=moved, ids=ids, open=open_)

    def passed(self, told: Told, number: int) -> Told:
        """With the messages that come next in any log read, as far as may be: they are no steps."""
        at = list(told.at)
        moved = True
        while moved:
            moved = False
            for log in range(len(self.logs)):
                while at[log] < self.lengths[log] and self.idle(log, at[log]):
                    if not self.may_be_next(log, at[log], tuple(at)):
                        break
                    at[log] += 1
                    moved = True
        return replace(told, at=tuple(at))

    def idle(self, log: int, at: int) -> bool:
        """Whether an event is a message, or is of no action of the protocol."""
        event = self.logs[log].events[at]
        return event.name in MESSAGES or not any(
            True for action in self.protocol.actions for _ in self.patterns(log, action, event.name)
        )

    def over(self, told: Told) -> bool:
        """Whether all events are read."""
        return self.passed(told, 0).at == self.lengths if self.logs else True

    # ------------------------------------------------------------------------------------------------- who records what

    def host(self, action: Action, step: Step, state: State) -> str | None:
        if action.at is None:
            return None
        type_ = type_of(action.at)
        assert isinstance(type_, Of)
        name = self.scope.individual(self.protocol, type_.sort, self.value(action, action.at, step, state))
        hosts = [log.host for log in self.logs]
        return next(
            (host for host in hosts if host == name), next((h for h in hosts if h.lower() == name.lower()), name)
        )

    def groups(self, action: Action, moment: str, host: str | None) -> Iterator[tuple[tuple[int, ...], bool]]:
        """Logs of which one records the step, and whether it must."""
        members = [n for n, log in enumerate(self.logs) if host in (None, log.host)]
        by_source = host is not None or len({log.host for log in self.logs}) == 1
        grouped: dict[str, list[tuple[int, str]]] = {}
        for number in members:
            kept = self.records(number, action, moment)
            if kept != "no":
                grouped.setdefault(self.sources[number].name if by_source else "", []).append((number, kept))
        for group in grouped.values():
            yield tuple(number for number, _ in group), any(kept == "must" for _, kept in group)

    def records(self, number: int, action: Action, moment: str) -> str:
        """no, may, must."""
        source, log = self.sources[number], self.logs[number]
        declared = source.declared and action.event is not None
        lines = [
            r
            for r in source.records
            if r.action == action.name and (r.moment == moment or (r.moment is None and moment != BEGIN))
        ]
        if action.name in source.never or not (declared or lines):
            return "no"
        names = {r.event for r in lines} | ({action.event.name} if declared and action.event else set())
        lossy = action.name in source.may_lose or (log.recorded is not None and not names & set(log.recorded))
        usual = "may" if lossy else "must"
        if moment == BEGIN and not lines:
            begins = self.begins(number)
            return "no" if begins == "no" else "may" if "may" in (begins, usual) else "must"
        return usual

    @cached_property
    def _begins(self) -> tuple[str, ...]:
        found = []
        for number, log in enumerate(self.logs):
            begun = any(e.phase == "begin" and not self.idle(number, at) for at, e in enumerate(log.events))
            whole = any(
                e.phase is None
                and any(a.begin is not None and list(self.patterns(number, a, e.name)) for a in self.protocol.actions)
                for e in log.events
            )
            found.append("no" if not begun else "may" if whole else "must")
        return tuple(found)

    def begins(self, number: int) -> str:
        return self._begins[number]

    # ----------------------------------------------------------------------------------------------- what a record says

    def patterns(
        self, number: int, action: Action, name: str
    ) -> Iterator[tuple[tuple[EventField, ...], str | None, bool, tuple[object, ...]]]:
        source = self.sources[number]
        if source.declared and action.event is not None and action.event.name == name:
            yield action.event.fields, None, True, ()
        for record in source.records:
            if record.action == action.name and record.event == name:
                yield record.fields, record.moment, False, record.where

    def read(self, number: int, event: Event, action: Action, moment: str) -> Iterator[tuple[EventField, ...]]:
        """The fields with which the event can be this moment, each way."""
        for fields, fixed, declared, where in self.patterns(number, action, event.name):
            if not all(self.accepts(number, event, test) for test in where):
                continue
            if declared and event.phase == "begin":
                if moment != BEGIN or action.begin is None:
                    continue
            elif (fixed or outcome(action, event.status)) != moment:
                continue
            telling = {
                f.name
                for a in self.protocol.actions
                if declared and a.event and a.event.name == event.name
                for f in a.event.fields
                if f.values is None
            }
            said = {f.name: self.text(number, event, f.name) for f in fields}
            if any(f.values is None and said[f.name] is not None for f in fields):
                continue
            if any(f.values is not None and said[f.name] is None and f.name in telling for f in fields):
                continue
            yield tuple(f for f in fields if f.values is not None and said[f.name] is not None)

    def accepts(self, number: int, event: Event, test: object) -> bool:
        name, kind, values = test.field, test.test, test.values  # type: ignore[attr-defined]
        said = self.text(number, event, name)
        if kind is Test.PRESENT:
            return said is not None
        if kind is Test.ABSENT:
            return said is None
        return said not in values if kind is Test.IS_NOT else said in values

    def text(self, number: int, event: Event, name: str) -> str | None:
        value = event.fields.get(name)
        if value is not None and value != "":
            return str(value).lower() if isinstance(value, bool) else str(value)
        for default in self.sources[number].defaults:
            if default.field == name and default.separator is None:
                return default.value
            if default.field == name:
                whole = str(event.fields.get(default.value, ""))
                if default.separator in whole:
                    return whole.split(default.separator)[0]
        return {"at": event.at, "status": event.status, "phase": event.phase, "req": event.request}.get(name)

    def said(
        self,
        told: Told,
        number: int,
        event: Event,
        fields: tuple[EventField, ...],
        action: Action,
        step: Step,
        state: State,
    ) -> frozenset[tuple[Key, tuple[Names, bool]]] | None:
        """The ids after the event, if all its fields say what is so."""
        ids = dict(told.ids)
        given: list[tuple[Key, Names, bool, Bind]] = []
        for said in fields:
            assert said.values is not None
            names = tuple(self.value(action, value, step, state) for value in said.values)
            text = self.text(number, event, said.name)
            bind = next((b for b in self.protocol.binds if b.field == said.name), None)
            if bind is None or not (bind.per or bind.starts or bind.ends or len(bind.sorts) > 1):
                if not self.means(said, text or "", names[0]):
                    return None
                continue
            key = said.name, self.logs[number].host if bind.per is not None else "", str(text)
            starting = action.name in bind.starts and not fails(action, step.moment)
            if key in ids:
                known, loose = ids[key]
                if known != names and not (starting and (loose or known == OVER)):
                    return None
            elif not starting and any(k[:2] == key[:2] and n == names for k, (n, _) in ids.items()):
                return None
            given.append((key, names, starting, bind))
        for key, names, starting, bind in given:
            if starting:
                ids = {k: v for k, v in ids.items() if not (k[:2] == key[:2] and v[0] == names)}
            if starting or self.anywhere or not self.every_start_recorded(number, bind):
                ids[key] = names, ids[key][1] if key in ids and not starting else False
        return frozenset(ids.items())

    def every_start_recorded(self, number: int, bind: Bind) -> bool:
        return bool(bind.starts) and self.all_recorded(number, bind)

    def all_recorded(self, number: int, bind: Bind) -> bool:
        return all(
            self.records(number, self.protocol.action(name), outcome_.name) == "must"
            for name in bind.starts
            for outcome_ in self.protocol.action(name).outcomes
            if not outcome_.failure
        )

    def ended(
        self, ids: dict[Key, tuple[Names, bool]], action: Action, step: Step, host: str | None, state: State
    ) -> dict[Key, tuple[Names, bool]]:
        """The ids without those whose life the step ended, recorded or not."""
        failing = fails(action, step.moment)
        for bind in self.protocol.binds:
            over = action.name in bind.ends and not failing and step.moment != BEGIN
            if not (over or (action.name in bind.starts and failing)):
                continue
            for said in self.fields_called(action, bind.field):
                names = tuple(self.value(action, value, step, state) for value in said.values or ())
                for key, (known, _) in list(ids.items()):
                    if key[0] == bind.field and known == names and (host is None or key[1] in ("", host)):
                        del ids[key]
                        here = [n for n, log in enumerate(self.logs) if host in (None, log.host)]
                        if over and self.anywhere and any(self.all_recorded(n, bind) for n in here):
                            ids[key] = OVER, False
        return ids

    def fields_called(self, action: Action, name: str) -> list[EventField]:
        found = [*(action.event.fields if action.event is not None else ())]
        found += [f for source in self.sources for r in source.records if r.action == action.name for f in r.fields]
        return list({f.values: f for f in found if f.name == name and f.values is not None}.values())

    def requests(
        self, told: Told, number: int, event: Event, action: Action, step: Step
    ) -> frozenset[tuple[str, Step, str]] | None:
        """The open requests after the event, if it fits them: where the log records begins, an end needs one."""
        if action.begin is None or self.begins(number) == "no":
            return told.open
        log = self.logs[number].name
        mark = log, Step(step.action, BEGIN, step.args)
        mine = {entry for entry in told.open if entry[:2] == mark}
        request = event.request or ""
        if event.phase == "begin":
            return frozenset(told.open - mine | {(*mark, request)})
        if action.name in self.sources[number].may_lose:
            return told.open
        if event.phase is None:  # what was pending when the log began may be written down whole
            return None if any(known != BEFORE for _, _, known in mine) else frozenset(told.open - mine)
        if not any(not request or known in ("", BEFORE, request) for _, _, known in mine):
            return None
        return frozenset(told.open - mine)

    def means(self, said: EventField, text: str, number: int) -> bool:
        assert said.values is not None
        match type_of(said.values[0]):
            case Bool():
                return text.lower() in (("true", "1") if number else ("false", "0"))
            case Range():
                return text == str(number)
            case Of(sort):
                name = self.scope.individual(self.protocol, sort, number)
                named = len(dict(self.scope.names).get(sort, ()))
                closed = self.protocol.sort(sort).members is not None
                return (text == name and (closed or number < named)) or (closed and text.lower() == name.lower())

    def value(self, action: Action, expr: Expr, step: Step, state: State) -> int:
        bound = {
            v.name: bool(a) if isinstance(v.type, Bool) else a for v, a in zip(action.params, step.args, strict=True)
        }
        return int(self.reference.evaluate(expr, state, bound))

    # ----------------------------------------------------------------------------------------------------------- orders

    def may_be_next(self, number: int, at: int, reached: tuple[int, ...]) -> bool:
        """Whether all that is stated to be before the event has been read."""
        return all(reached[log] >= need for log, need in enumerate(self.needs[number][at]))

    @cached_property
    def needs(self) -> list[list[list[int]]]:
        """For each event, how far each log must be before it."""
        found = []
        for number, log in enumerate(self.logs):
            rows = []
            for event in log.events:
                need = [0] * len(self.logs)
                for other, before in enumerate(self.logs):
                    for place, earlier in enumerate(before.events, 1):
                        if other != number and self.is_before(other, earlier, number, event):
                            need[other] = place
                rows.append(need)
            for earlier_row, row in pairwise(rows):
                row[:] = [max(pair) for pair in zip(earlier_row, row, strict=True)]
            found.append(rows)
        return found

    def is_before(self, other: int, earlier: Event, number: int, event: Event) -> bool:
        if earlier.name == "SENT" and event.name == "RECEIVED" and earlier.fields["Message"] == event.fields["Message"]:
            return True
        first, second = self.logs[other], self.logs[number]
        if earlier.time is None or event.time is None:
            return False
        if first.clock is not None and first.clock == second.clock:
            return earlier.time < event.time
        skews = [
            log.skew if log.skew is not None else source.skew
            for log, source in ((first, self.sources[other]), (second, self.sources[number]))
        ]
        return None not in skews and event.time - earlier.time > sum(skew or 0 for skew in skews)

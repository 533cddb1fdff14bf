"""What a trace's verdict must be, found by trying everything with the reference. Nothing of the judge is in it.

It knows declared events only (no `record` lines), names and ids as the design document describes them, and logs of
which no two record the same step.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

from checker.language.protocol import BEGIN, Action, Bind, Bool, EventField, Final, Kind, Of, Protocol, Range
from checker.language.types import type_of
from checker.model.reference import Reference, State
from checker.model.run import Step
from checker.model.scope import Scope
from checker.trace.event import Event, FieldValue, Log, Trace

Packed = tuple[tuple[object, object], ...]
Ids = tuple[tuple[tuple[str, str, str], tuple[int, ...]], ...]
Open = frozenset[tuple[str, Step]]


@dataclass(frozen=True)
class Node:
    """A state, how many faults led there, a position in each log, the live ids, the requests with a recorded begin."""

    state: Packed
    faults: int
    at: tuple[int, ...]
    ids: Ids
    open: Open


OVER = (-1,)
BEFORE = "before"  # the moment of a request that began before the logs did


@dataclass
class Graph:
    """The states of a protocol in a scope and the steps between them, each worked out once."""

    protocol: Protocol
    scope: Scope
    known: dict[Packed, list[tuple[Step, Packed]]] = dataclasses.field(default_factory=dict)
    good: dict[Packed, bool] = dataclasses.field(default_factory=dict)

    @cached_property
    def reference(self) -> Reference:
        return Reference(self.protocol, replace(self.scope, faults=99))

    @cached_property
    def initial(self) -> list[Packed]:
        return [packed(state) for state in self.reference.initial_states()]

    @cached_property
    def reachable(self) -> list[Packed]:
        """Every state that is reached, after whatever faults."""
        found = list(self.initial)
        seen = set(found)
        for state in found:
            for _, after in self.steps(state):
                if after not in seen:
                    seen.add(after)
                    found.append(after)
        return found

    def steps(self, state: Packed) -> list[tuple[Step, Packed]]:
        if state not in self.known:
            told = dict(state)
            self.known[state] = [
                (step, packed(self.reference.after(step, told)))  # type: ignore[arg-type]
                for step in self.reference.steps(told)  # type: ignore[arg-type]
            ]
        return self.known[state]

    def ends_well(self, state: Packed) -> bool:
        if state not in self.good:
            finals = [p for p in self.protocol.properties if isinstance(p, Final)]
            self.good[state] = all(self.reference.holds(p, dict(state)) for p in finals)  # type: ignore[arg-type]
        return self.good[state]


def packed(state: State) -> Packed:
    return tuple(sorted(state.items(), key=repr))


@dataclass
class Oracle:
    """All runs of a protocol against all events of a trace, in a scope with names for individuals."""

    graph: Graph
    trace: Trace
    faults: int = 0  # that no record tells of

    @property
    def protocol(self) -> Protocol:
        return self.graph.protocol

    @property
    def scope(self) -> Scope:
        return self.graph.scope

    @property
    def reference(self) -> Reference:
        return self.graph.reference

    @cached_property
    def anywhere(self) -> bool:
        return any(log.begins == "anywhere" for log in self.trace.logs)

    @cached_property
    def complete(self) -> bool:
        return all(log.ends == "complete" for log in self.trace.logs)

    # ---------------------------------------------------------------------------------------------------------- verdict

    def verdict(self) -> str:
        """conforms, conforms if, unfinished, violates."""
        good, bad = self.ends(None)
        if not good and (not bad or self.complete):
            return "violates"
        if not good:
            return "unfinished"
        sizes = [len(log.events) for log in self.trace.logs]
        for order in orders(sizes):
            ends = self.ends(order)
            if not (ends[0] if self.complete else any(ends)):
                return "conforms if"
        return "conforms"

    def ends(self, order: tuple[int, ...] | None) -> tuple[bool, bool]:
        """Whether some run explains the trace (with its events in this order) to a good end, and to another."""
        starts = self.graph.reachable if self.anywhere else self.graph.initial
        stack = [Node(state, 0, tuple(0 for _ in self.trace.logs), (), self.pending(state)) for state in starts]
        seen = set(stack)
        good = bad = False
        while stack:
            node = stack.pop()
            if all(at == len(log.events) for at, log in zip(node.at, self.trace.logs, strict=True)):
                final = self.graph.ends_well(node.state)
                good, bad = good or final, bad or not final
            for after in self.moves(node, None if order is None else order[sum(node.at) : sum(node.at) + 1]):
                if after not in seen:
                    seen.add(after)
                    stack.append(after)
        return good, bad

    def pending(self, state: Packed) -> Open:
        """The requests that began before the logs did, of which a log that records begins will record the end."""
        begun = [log.name for log in self.trace.logs if any(e.phase == "begin" for e in log.events)]
        return frozenset(
            (name, Step(str(place).removeprefix("pending "), BEFORE, index))
            for (place, index), value in state  # type: ignore[misc]
            if value and str(place).startswith("pending ")
            for name in begun
        )

    # ------------------------------------------------------------------------------------------------------------ moves

    def moves(self, node: Node, order: tuple[int, ...] | None) -> Iterator[Node]:
        state: State = dict(node.state)  # type: ignore[arg-type]
        for step, after in self.graph.steps(node.state):
            action = self.protocol.action(step.action)
            host = self.host(action, step, state)
            must = False
            for number, log in enumerate(self.trace.logs):
                records = self.records(log, action, step.moment)
                if host not in (None, log.host) or records == "no":
                    continue
                must = must or records == "must"
                if node.at[number] == len(log.events) or order not in (None, (number,)):
                    continue
                event = log.events[node.at[number]]
                found = self.reads(node, log, event, action, step, state, host)
                if found is not None:
                    at = tuple(x + (n == number) for n, x in enumerate(node.at))
                    yield Node(after, node.faults, at, *found)
            if must:
                continue
            if action.kind is Kind.FAULT:
                if node.faults < self.faults:
                    yield Node(
                        after,
                        node.faults + 1,
                        node.at,
                        self.ended(dict(node.ids), action, step, host, state),
                        node.open,
                    )
            else:
                yield Node(
                    after, node.faults, node.at, self.ended(dict(node.ids), action, step, host, state), node.open
                )

    def records(self, log: Log, action: Action, moment: str) -> str:
        source = next(s for s in self.protocol.logs if s.name == log.source)
        if action.event is None or action.name in source.never:
            return "no"
        lossy = action.name in source.may_lose
        if log.recorded is not None and action.event.name not in log.recorded:
            lossy = True
        if moment == BEGIN:
            begun = any(e.phase == "begin" for e in log.events)
            whole = any(e.phase is None and self.has_begin(e.name) for e in log.events)
            if not begun:
                return "no"
            return "may" if whole or lossy else "must"
        return "may" if lossy else "must"

    def has_begin(self, name: str) -> bool:
        return any(a.event is not None and a.event.name == name and a.begin is not None for a in self.protocol.actions)

    def host(self, action: Action, step: Step, state: State) -> str | None:
        if action.at is None:
            return None
        type_ = type_of(action.at)
        assert isinstance(type_, Of)
        number = self.reference.evaluate(action.at, state, self.reference.arguments(step))
        return self.scope.individual(self.protocol, type_.sort, int(number))

    # ----------------------------------------------------------------------------------------------------------- events

    def reads(
        self, node: Node, log: Log, event: Event, action: Action, step: Step, state: State, host: str | None
    ) -> tuple[Ids, Open] | None:
        """The ids and open requests after the event, if it can be this step."""
        if action.event is None or action.event.name != event.name:
            return None
        begins = any(e.phase == "begin" for e in log.events)
        open_ = node.open
        if event.phase == "begin":
            if step.moment != BEGIN:
                return None
            open_ |= {(log.name, Step(step.action, BEGIN, step.args))}
        elif step.moment != event.status:
            return None
        elif action.begin is not None and begins:
            mark = log.name, Step(step.action, BEGIN, step.args)
            lossy = action.name in next(s for s in self.protocol.logs if s.name == log.source).may_lose
            before = log.name, Step(step.action, BEFORE, step.args)
            if event.phase is None and not lossy:
                if mark in open_:
                    return None
                open_ -= {before}  # what was pending when the log began may be written down whole
            if event.phase == "end":
                if not lossy and not open_ & {mark, before}:
                    return None
                if not lossy:
                    open_ -= {mark, before}
        ids = dict(node.ids)
        failing = any(o.name == step.moment and o.failure for o in action.outcomes)
        for field in action.event.fields:
            value = event.fields.get(field.name)
            if field.values is None:
                if value is not None:
                    return None
                continue
            if value is None:
                continue
            said = tuple(int(self.reference.evaluate(v, state, self.reference.arguments(step))) for v in field.values)
            bind = next((b for b in self.protocol.binds if b.field == field.name), None)
            if bind is None or bind.per is None:
                if not self.says(field, value, said[0]):
                    return None
                continue
            key = field.name, log.host, str(value)
            starting = action.name in bind.starts and not failing
            if key in ids and ids[key] != said and not (starting and ids[key] == OVER):
                return None
            if key not in ids:
                for other, names in list(ids.items()):
                    if other[:2] == key[:2] and names == said:
                        if not starting:
                            return None
                        del ids[other]
            if starting or self.anywhere or not self.starts_are_recorded(bind):
                ids[key] = said
        return self.ended(ids, action, step, host, state), open_

    def starts_are_recorded(self, bind: Bind) -> bool:
        """By every log; the logs of these traces are all alike."""
        return all(
            self.records(log, self.protocol.action(n), "") == "must" for n in bind.starts for log in self.trace.logs
        )

    def ended(
        self,
        ids: dict[tuple[str, str, str], tuple[int, ...]],
        action: Action,
        step: Step,
        host: str | None,
        state: State,
    ) -> Ids:
        failing = any(o.name == step.moment and o.failure for o in action.outcomes)
        for bind in self.protocol.binds:
            over = action.name in bind.ends and not failing and step.moment != BEGIN
            refused = action.name in bind.starts and failing
            if action.event is None or not (over or refused):
                continue
            for field in action.event.fields:
                if field.name == bind.field and field.values is not None:
                    said = tuple(
                        int(self.reference.evaluate(v, state, self.reference.arguments(step))) for v in field.values
                    )
                    for key, names in list(ids.items()):
                        if key[0] == bind.field and host in (None, key[1]) and names == said:
                            del ids[key]
                            if over and self.anywhere and self.starts_are_recorded(bind):
                                ids[key] = OVER  # it can live again only from a recorded start
        return tuple(sorted(ids.items()))

    def says(self, field: EventField, value: FieldValue, number: int) -> bool:
        assert field.values is not None
        type_ = type_of(field.values[0])
        text = str(value).lower() if isinstance(value, bool) else str(value)
        match type_:
            case Bool():
                return text.lower() in (("true", "1") if number else ("false", "0"))
            case Range():
                return text == str(number)
            case Of(sort):
                name = self.scope.individual(self.protocol, sort, number)
                closed = self.protocol.sort(sort).members is not None
                return text == name or (closed and text.lower() == name.lower())


def orders(sizes: list[int]) -> Iterator[tuple[int, ...]]:
    """Every order of the events of two logs, as which log is next; of one log, the one there is."""
    if len(sizes) == 1:
        yield (0,) * sizes[0]
        return
    first, second = sizes
    for places in combinations(range(first + second), first):
        yield tuple(0 if at in places else 1 for at in range(first + second))


# ------------------------------------------------------------------------------------------------------ random traces


@dataclass
class Recorder:
    """Walks at random through the reference and records what its logs would record, then spoils it now and then."""

    graph: Graph
    seed: int
    source: str = "oid"
    phases: bool | None = False  # whether requests are recorded as begin and end; None: as it comes
    omits: float = 0.15  # how often a field is left out

    @property
    def protocol(self) -> Protocol:
        return self.graph.protocol

    def trace(self, hosts: tuple[str, ...], steps: int, most: int) -> Trace:
        rng = random.Random(self.seed)
        oracle = Oracle(self.graph, Trace("", tuple(Log(h.lower(), h, self.source, ()) for h in hosts)))
        state = rng.choice(self.graph.initial)
        logs: dict[str, list[Event]] = {h: [] for h in hosts}
        ids: dict[tuple[str, str, tuple[int, ...]], str] = {}
        for _ in range(steps):
            possible = [
                (step, after)
                for step, after in self.graph.steps(state)
                if self.protocol.action(step.action).kind is not Kind.FAULT or rng.random() < 0.2
            ]
            if not possible:
                break
            step, after = rng.choice(possible)
            action = self.protocol.action(step.action)
            told: State = dict(state)  # type: ignore[arg-type]
            host = oracle.host(action, step, told) or hosts[0]
            if action.event is not None and host in logs and sum(map(len, logs.values())) < most:
                self._record(rng, oracle, logs[host], host, action, step, told, ids)
            state = after
        return self._spoiled(rng, logs)

    def _record(
        self,
        rng: random.Random,
        oracle: Oracle,
        log: list[Event],
        host: str,
        action: Action,
        step: Step,
        state: State,
        ids: dict[tuple[str, str, tuple[int, ...]], str],
    ) -> None:
        source = next(s for s in self.protocol.logs if s.name == self.source)
        begin = step.moment == BEGIN
        phases = rng.random() < 0.5 if self.phases is None else self.phases
        if (
            action.name in source.never
            or (begin and not phases)
            or (action.name in source.may_lose and rng.random() < 0.5)
        ):
            return
        assert action.event is not None
        fields: dict[str, FieldValue] = {}
        for field in action.event.fields:
            if field.values is None or rng.random() < self.omits:
                continue
            said = tuple(
                int(oracle.reference.evaluate(v, state, oracle.reference.arguments(step))) for v in field.values
            )
            bind = next((b for b in self.protocol.binds if b.field == field.name), None)
            if bind is not None and bind.per is not None:
                key = field.name, host, said
                if action.name in bind.starts or key not in ids:
                    live = {v for k, v in ids.items() if k[:2] == key[:2] and k != key}
                    ids[key] = next(str(n) for n in rng.sample(range(1, 9), 8) if str(n) not in live)
                fields[field.name] = ids[key]
                if action.name in bind.ends:
                    del ids[key]
            else:
                fields[field.name] = self._text(oracle, field, said[0])
        phased = phases and action.begin is not None
        phase = ("begin" if begin else "end") if phased else None
        log.append(Event("", 0, action.event.name, fields, status="SUCCESS" if begin else step.moment, phase=phase))

    def _text(self, oracle: Oracle, field: EventField, number: int) -> FieldValue:
        assert field.values is not None
        match type_of(field.values[0]):
            case Bool():
                return bool(number)
            case Of(sort):
                return oracle.scope.individual(self.protocol, sort, number)
            case _:
                return number

    def _spoiled(self, rng: random.Random, logs: Mapping[str, list[Event]]) -> Trace:
        everything = [e for events in logs.values() for e in events]
        for events in logs.values():
            if events and rng.random() < 0.5:
                at = rng.randrange(len(events))
                match rng.choice(("drop", "swap", "twice", "other", "field")):
                    case "drop":
                        del events[at]
                    case "swap":
                        other = rng.randrange(len(events))
                        events[at], events[other] = events[other], events[at]
                    case "twice":
                        events.insert(rng.randrange(len(events) + 1), events[at])
                    case "other":
                        events[at] = rng.choice(everything)
                    case "field":
                        fields = dict(events[at].fields)
                        if fields:
                            name = rng.choice(sorted(fields))
                            values = [e.fields[name] for e in everything if name in e.fields]
                            fields[name] = rng.choice(values)
                            events[at] = replace(events[at], fields=fields)
        ends, begins = rng.choice(("open", "complete")), rng.choice(("empty", "empty", "empty", "anywhere"))
        made = []
        for host, events in logs.items():
            placed = tuple(replace(e, log=host.lower(), seq=n) for n, e in enumerate(events, 1))
            made.append(Log(host.lower(), host, self.source, placed, begins=begins, ends=ends))
        return Trace(f"random {self.seed}", tuple(made))

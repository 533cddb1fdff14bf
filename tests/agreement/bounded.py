"""Bounded search for a run that explains a trace, by z3: a formula for so many steps, a choice at each of them.

The formula stands on the algebra of z3 terms alone; what a record says of a step is read by `tests/generated`. It knows
logs of which no two record the same step, whole requests, ids that end with a step and not with a fault.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import z3

from checker.language.core import CellKind, CoreMoment, PropertyKind, index_name, type_range
from checker.language.lower import lower, lower_expression
from checker.language.protocol import Action, Bind, Bool, EventField, Expr, Kind, Of, Protocol, Value
from checker.language.types import type_of
from checker.model.fold import fold
from checker.model.run import Step
from checker.model.scope import Scope
from checker.prove.terms import Term, Terms, Vocabulary, as_sort
from checker.trace.event import Event, Trace
from tests.generated.clauses import fails
from tests.generated.explains import Reader

NOBODY, OVER = 0, -1  # what an id names: nobody, or nobody any more; individuals are numbered from 1


@dataclass
class Bounded:
    """The steps of a protocol in a scope, `length` of them. Traces are asked one after the other."""

    protocol: Protocol
    scope: Scope
    length: int

    def __post_init__(self) -> None:
        self.core = lower(self.protocol, self.scope.without)
        self.sizes = self.scope.all_sizes(self.protocol)
        self.vocabulary = Vocabulary(self.core, self.sizes, dict(self.scope.settings))
        self.context = self.vocabulary.context
        self.solver = z3.Solver(ctx=self.context)
        self.at = [Terms(self.vocabulary, self._reader(time)) for time in range(self.length + 1)]
        self.choice = [z3.Int(f"choice@{time}", self.context) for time in range(self.length)]
        self.solver.add(*self._first())
        for time in range(self.length):
            self.solver.add(*self._step(time))

    def explains(self, trace: Trace) -> bool:
        """Whether some run of at most so many steps explains the trace, to an end that its logs allow."""
        question = _Question(self, trace)
        self.solver.push()
        try:
            self.solver.add(*question.facts())
            answer = self.solver.check()
        finally:
            self.solver.pop()
        assert answer != z3.unknown
        return bool(answer == z3.sat)

    # ------------------------------------------------------------------------------------------------------------ steps

    @cached_property
    def steps(self) -> list[tuple[CoreMoment, Step, dict[str, Value]]]:
        found = []
        for moment in self.core.moments:
            for args in product(*(type_range(type_, self.sizes) for _, type_ in moment.params)):
                bound: dict[str, Value] = {
                    name: bool(arg) if isinstance(type_, Bool) else arg
                    for (name, type_), arg in zip(moment.params, args, strict=True)
                }
                found.append((moment, Step(moment.action, moment.moment, args), bound))
        return found

    def _reader(self, time: int) -> Any:
        def read(cell: str, index: Sequence[Term], after: bool) -> Term:
            assert not after
            if cell in self.vocabulary.settings:
                return self.vocabulary.settings[cell]
            return self._function(cell, time)(
                *(as_sort(at, s) for at, s in zip(index, self._domain(cell), strict=True))
            )

        return read

    def _domain(self, cell: str) -> list[Term]:
        return [self.vocabulary.sort(type_) for _, type_ in self.vocabulary.cells[cell].index]

    def _function(self, cell: str, time: int) -> Term:
        declared = self.vocabulary.cells[cell]
        moving = declared.kind in (CellKind.STATE, CellKind.PENDING)
        name = f"{cell}@{time}" if moving else cell
        return z3.Function(name, *self._domain(cell), self.vocabulary.sort(declared.type))

    def _first(self) -> list[Term]:
        facts = [fold(formula, self.at[0], {}) for _, formula in self.core.assumptions]
        if self.scope.where is not None:
            facts.append(fold(lower_expression(self.protocol, self.scope.where), self.at[0], {}))
        for cell in self.core.cells:
            if cell.initial is None or cell.name in self.vocabulary.settings:
                continue
            for index in self._places(cell.name):
                bound = {name: at for (name, _), at in zip(cell.index, index, strict=True)}
                facts.append(
                    self.at[0].eq(self.at[0].read(cell.name, index, False), fold(cell.initial, self.at[0], bound))
                )
        return [self.vocabulary.boolean(fact) for fact in facts]

    def _places(self, cell: str) -> list[tuple[Value, ...]]:
        types = [type_ for _, type_ in self.vocabulary.cells[cell].index]
        return [
            tuple(bool(at) if isinstance(type_, Bool) else at for at, type_ in zip(index, types, strict=True))
            for index in product(*(type_range(type_, self.sizes) for type_ in types))
        ]

    def _step(self, time: int) -> list[Term]:
        """-1 is no step any more."""
        now, then, choice = self.at[time], self.at[time + 1], self.choice[time]
        facts = [choice >= -1, choice < len(self.steps)]
        if time:
            facts.append(z3.Implies(self.choice[time - 1] == -1, choice == -1))
        moving = [cell.name for cell in self.core.cells if cell.kind in (CellKind.STATE, CellKind.PENDING)]
        for number, (moment, _, bound) in enumerate(self.steps):
            effects = {effect.cell: effect.value for effect in moment.effects}
            said = [fold(guard.condition, now, bound) for guard in moment.guards]
            for cell in moving:
                for index in self._places(cell):
                    value: Term = now.read(cell, index, False)
                    if cell in effects:
                        value = fold(effects[cell], now, {**bound, **{index_name(n): at for n, at in enumerate(index)}})
                    said.append(then.eq(then.read(cell, index, False), value))
            facts.append(z3.Implies(choice == number, self.vocabulary.boolean(now.and_(said))))
        same = [
            then.eq(then.read(cell, index, False), now.read(cell, index, False))
            for cell in moving
            for index in self._places(cell)
        ]
        facts.append(z3.Implies(choice == -1, self.vocabulary.boolean(now.and_(same))))
        return facts

    def finals(self) -> list[Term]:
        last = self.at[self.length]
        formulas = [p.formula for p in self.core.properties if p.kind is PropertyKind.FINAL and p.formula is not None]
        return [self.vocabulary.boolean(fold(formula, last, {})) for formula in formulas]


class _Question:
    """What one trace adds: positions in its logs and the ids, before and after each step."""

    def __init__(self, of: Bounded, trace: Trace) -> None:
        self.of, self.trace = of, trace
        self.reader = Reader(of.protocol, of.scope, trace)
        self.context = of.context
        self.keys = sorted({key for number, event in self._events() for key, _, _ in self._ids(number, event)})
        self.names: dict[tuple[int, ...], int] = {}

    def _events(self) -> list[tuple[int, Event]]:
        return [(number, event) for number, log in enumerate(self.trace.logs) for event in log.events]

    def position(self, log: int, time: int) -> Term:
        return z3.Int(f"position {log}@{time}", self.context)

    def id(self, key: tuple[str, str, str], time: int) -> Term:
        return z3.Int(f"id {key}@{time}", self.context)

    def facts(self) -> list[Term]:
        length, logs = self.of.length, range(len(self.trace.logs))
        facts = [self.position(log, 0) == 0 for log in logs]
        facts += [self.position(log, length) == self.reader.lengths[log] for log in logs]
        facts += [self.id(key, 0) == NOBODY for key in self.keys]
        if self.reader.complete:
            facts += self.of.finals()
        for time in range(length):
            choice = self.of.choice[time]
            facts.append(z3.Implies(choice == -1, z3.And(*self._still(time), z3.BoolVal(True, self.context))))
            for number, (moment, step, bound) in enumerate(self.of.steps):
                ways = [*self._unrecorded(time, moment, step, bound), *self._recorded(time, step, bound)]
                said = z3.Or(ways) if ways else z3.BoolVal(False, self.context)
                facts.append(z3.Implies(choice == number, said))
        return facts

    def _still(self, time: int, but: int | None = None) -> list[Term]:
        logs = [log for log in range(len(self.trace.logs)) if log != but]
        facts = [self.position(log, time + 1) == self.position(log, time) for log in logs]
        if but is None:
            facts += [self.id(key, time + 1) == self.id(key, time) for key in self.keys]
        return facts

    # ---------------------------------------------------------------------------------------------------- single steps

    def _places(self, action: Action, step: Step, moment: str) -> list[tuple[Term, list[tuple[tuple[int, ...], bool]]]]:
        """Where the step may be, each with the condition for it and the logs that record it there."""
        if action.at is None:
            return [(True, list(self.reader.groups(action, moment, None)))]
        type_ = type_of(action.at)
        assert isinstance(type_, Of)
        term = self._term(action, action.at, step, 0)
        found = []
        for host in range(self.of.sizes[type_.sort]):
            name = self.of.scope.individual(self.of.protocol, type_.sort, host)
            here = self.of.at[0].eq(term, host)
            if here is not False:
                found.append((here, list(self.reader.groups(action, moment, name))))
        return found

    def _unrecorded(self, time: int, moment: CoreMoment, step: Step, bound: dict[str, Value]) -> list[Term]:
        action = self.of.protocol.action(step.action)
        if action.kind is Kind.FAULT:
            return []
        found = []
        for here, groups in self._places(action, step, moment.moment):
            if not any(must for _, must in groups):
                logs = [self.position(log, time + 1) == self.position(log, time) for log in range(len(self.trace.logs))]
                found.append(self._all([here, *logs, *self._after(time, {}, action, step)]))
        return found

    def _recorded(self, time: int, step: Step, bound: dict[str, Value]) -> list[Term]:
        action = self.of.protocol.action(step.action)
        found = []
        for here, groups in self._places(action, step, step.moment):
            for log in [log for members, _ in groups for log in members]:
                for place, event in enumerate(self.trace.logs[log].events):
                    for fields in self.reader.read(log, event, action, step.moment):
                        said = self._said(time, log, event, fields, action, step)
                        if said is not None:
                            moved = [self.position(log, time) == place, self.position(log, time + 1) == place + 1]
                            needs = self.reader.needs[log][place]
                            moved += [self.position(n, time) >= need for n, need in enumerate(needs) if need]
                            found.append(self._all([here, *moved, *self._still(time, log), *said]))
        return found

    def _said(
        self, time: int, log: int, event: Event, fields: tuple[EventField, ...], action: Action, step: Step
    ) -> list[Term] | None:
        """That the fields say what is so, and what becomes of the ids."""
        facts: list[Term] = []
        now: dict[tuple[str, str, str], Term] = {}
        for said in fields:
            assert said.values is not None
            bind = self._bind(said.name)
            if bind is None:
                text = self.reader.text(log, event, said.name) or ""
                wanted = [n for n in self._numbers(said) if self.reader.means(said, text, n)]
                if not wanted:
                    return None
                type_ = type_of(said.values[0])
                literal: Value = bool(wanted[0]) if isinstance(type_, Bool) else wanted[0]
                facts.append(self.of.at[time].eq(self._term(action, said.values[0], step, time), literal))
        for key, said, bind in self._ids(log, event):
            if said not in fields:
                continue
            assert said.values is not None
            names = self._number(tuple(self._settled(action, value, step) for value in said.values))
            here = self.id(key, time)
            starting = action.name in bind.starts and not fails(action, step.moment)
            others = [self.id(other, time) for other in self.keys if other != key and other[:2] == key[:2]]
            if starting:
                facts.append(z3.Or(here == NOBODY, here == OVER, here == names))
                for other in self.keys:
                    if other != key and other[:2] == key[:2]:
                        now[other] = z3.If(self.id(other, time) == names, NOBODY, self.id(other, time))
            else:
                free = z3.And(here == NOBODY, *(other != names for other in others))
                facts.append(z3.Or(here == names, free))
            if starting or not self.reader.every_start_recorded(log, bind):
                now[key] = z3.IntVal(names, self.context)
        return [*facts, *self._after(time, now, action, step)]

    def _after(self, time: int, now: dict[tuple[str, str, str], Term], action: Action, step: Step) -> list[Term]:
        """What the ids name after the step: what the record said, but for those whose life the step ends."""
        found = []
        for key in self.keys:
            value = now.get(key, self.id(key, time))
            bind = self._bind(key[0])
            assert bind is not None
            over = action.name in bind.ends and not fails(action, step.moment)
            if over or (action.name in bind.starts and fails(action, step.moment)):
                for said in self.reader.fields_called(action, key[0]):
                    names = self._number(tuple(self._settled(action, v, step) for v in said.values or ()))
                    value = z3.If(z3.And(value == names, self._on(action, step, key[1])), NOBODY, value)
            found.append(self.id(key, time + 1) == value)
        return found

    def _on(self, action: Action, step: Step, host: str) -> Term:
        if action.at is None:
            return z3.BoolVal(True, self.context)
        type_ = type_of(action.at)
        assert isinstance(type_, Of)
        names = [self.of.scope.individual(self.of.protocol, type_.sort, n) for n in range(self.of.sizes[type_.sort])]
        here = self.of.at[0].eq(self._term(action, action.at, step, 0), names.index(host))
        return self.of.vocabulary.boolean(here)

    # ------------------------------------------------------------------------------------------------------ small parts

    def _ids(self, log: int, event: Event) -> list[tuple[tuple[str, str, str], EventField, Bind]]:
        found = []
        for action in self.of.protocol.actions:
            for said in action.event.fields if action.event is not None and action.event.name == event.name else ():
                bind = self._bind(said.name)
                text = self.reader.text(log, event, said.name)
                if bind is not None and text is not None and said.values is not None:
                    found.append(((said.name, self.trace.logs[log].host, text), said, bind))
        return found

    def _bind(self, name: str) -> Bind | None:
        return next((b for b in self.of.protocol.binds if b.field == name and b.per is not None), None)

    def _number(self, names: tuple[int, ...]) -> int:
        return self.names.setdefault(names, len(self.names) + 1)

    def _numbers(self, said: EventField) -> range:
        assert said.values is not None
        return type_range(type_of(said.values[0]), self.of.sizes)

    def _term(self, action: Action, expr: Expr, step: Step, time: int) -> Term:
        lowered = lower_expression(self.of.protocol, expr, tuple(v.name for v in action.params))
        bound = {
            v.name: bool(a) if isinstance(v.type, Bool) else a for v, a in zip(action.params, step.args, strict=True)
        }
        return fold(lowered, self.of.at[time], bound)

    def _settled(self, action: Action, expr: Expr, step: Step) -> int:
        value = self._term(action, expr, step, 0)
        assert isinstance(value, int)
        return int(value)

    def _all(self, parts: list[Term]) -> Term:
        return self.of.vocabulary.boolean(self.of.at[0].and_(parts))

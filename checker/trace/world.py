"""A trace in one world: what each event can be, what may happen unrecorded. A world settles every const."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from operator import itemgetter

from checker.language.core import CellKind, pending_cell, type_range
from checker.language.protocol import BEGIN, Action, Bind, EventField, Expr, Of, Var
from checker.language.types import type_of
from checker.model.ground import Ground, Machine
from checker.model.run import Step
from checker.trace.binding import BEFORE, Bindings, Change, Mark, Mention, Names
from checker.trace.coverage import Coverage, Group, Records
from checker.trace.frame import Frame, is_id
from checker.trace.lives import Lives
from checker.trace.meaning import Meanings
from checker.trace.relevance import Relevance
from checker.trace.sources import PHASE_BEGIN, Reading
from checker.trace.symmetry import Test, alike, signature
from checker.trace.view import Seen, View, fails, succeeds

PATIENT = 300  # states whose hidden steps are tried one by one, before all steps are compiled into one function


@dataclass(frozen=True, slots=True)
class Candidate:
    """A step that an event can be: its number, what it does to the binding, what must be true of the state before.

    `likely`: the other events of the same ids' lives can be about the same individuals, so it is tried first.
    `doomed`: they cannot, and those ids have no other lives, so no run with it explains the whole trace.
    """

    number: int
    change: int
    tests: tuple[Test, ...]
    likely: bool = True
    doomed: bool = False


@dataclass(frozen=True, slots=True)
class Shared:
    """What all worlds of a judgement share."""

    frame: Frame
    machine: Machine
    views: tuple[View, ...]
    coverage: Coverage
    bindings: Bindings
    anywhere: bool  # a log may begin in any state
    relevance: Relevance
    unrecorded_faults: bool

    @property
    def kept(self) -> Callable[[bytes], object]:
        """What of a state can matter: two states that agree in it have the same future here."""
        layout = self.machine.layout
        slots = [
            at
            for family in layout.families.values()
            if family.kind is CellKind.CONST or family.name in self.relevance.families
            for at in range(family.base, family.base + family.cells)
            if at not in self.machine.fixed
        ]
        return itemgetter(*slots, layout.faults)


class World:
    """A trace in the world of one initial state."""

    def __init__(self, shared: Shared, state: bytes) -> None:
        self.shared = shared
        self.machine = shared.machine
        self.frame = shared.frame
        self.meanings = Meanings(shared.machine, state)
        self.actions = {action.name: action for action in shared.frame.protocol.actions}
        self._candidates: dict[tuple[int, int], tuple[Candidate, ...]] = {}
        self._asked = 0
        self._anything: dict[int, tuple[Candidate, ...]] = {}
        self._begins: dict[tuple[int, int], tuple[int, ...]] = {}
        self._changes: dict[int, int] = {}
        self._groups: dict[int, tuple[Group, ...]] = {}
        self._alike: dict[tuple[str, int, int], Test] = {}
        self._busy: dict[tuple[int, str], frozenset[int]] = {}

    # ------------------------------------------------------------------------------------------------- what is recorded

    def action(self, ground: Ground) -> Action:
        return self.actions[ground.moment.action]

    def host(self, ground: Ground) -> str | None:
        """The host on which the step happens, as logs spell it; None if it is nowhere in particular, or unnamed."""
        action = self.action(ground)
        if action.at is None or not self.meanings.settled(action, action.at):
            return None
        type_ = type_of(action.at)
        number = self.meanings.value(action, action.at, ground.args)
        if not isinstance(type_, Of):
            return None
        return self.frame.log_host(self.frame.scope.individual(self.frame.protocol, type_.sort, number))

    def groups(self, number: int) -> tuple[Group, ...]:
        """The groups of logs that record the step."""
        found = self._groups.get(number)
        if found is None:
            ground = self.machine.grounds[number]
            host = self.host(ground)
            found = self.shared.coverage.groups(self.action(ground), ground.moment.moment, host)
            self._groups[number] = found
        return found

    @cached_property
    def hidden(self) -> tuple[int, ...]:
        """The steps that may happen without a record and can matter, plain ones first, begins after them, faults last."""
        found = [
            (ground.moment.fault, ground.moment.moment == BEGIN, ground.number)
            for ground in self.machine.grounds
            if (ground.moment.action, ground.moment.moment) in self.shared.relevance.moments and self.may_hide(ground)
        ]
        return tuple(number for _, _, number in sorted(found))

    def steps(self, state: bytes, first: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        """The hidden steps possible in the state, with the states after them; those in `first` come first."""
        self._asked += 1
        if self._asked <= PATIENT:
            fire = self.machine.fire
            for number in dict.fromkeys((*first, *self.hidden)):
                after = fire(number, state)
                if after is not None:
                    yield number, after
            return
        possible = [(self._ranks[number], number, after) for number, after in self._all_steps(state)]
        possible.sort()
        early = frozenset(first)
        yield from ((number, after) for _, number, after in possible if number in early)
        yield from ((number, after) for _, number, after in possible if number not in early)

    def _all_steps(self, state: bytes) -> Iterator[tuple[int, bytes]]:
        ranks = self._ranks
        return (step for step in self.machine.successors(state) if step[0] in ranks)

    @cached_property
    def _ranks(self) -> Mapping[int, int]:
        return {number: rank for rank, number in enumerate(self.hidden)}

    def may_hide(self, ground: Ground) -> bool:
        """Whether the step may happen without any record of it."""
        groups = self.groups(ground.number)
        if any(group.must for group in groups):
            return False
        if not ground.moment.fault:
            return True
        return self.shared.unrecorded_faults

    def hidden_change(self, number: int) -> int:
        """What the step does to the binding when it happens unrecorded."""
        found = self._changes.get(number)
        if found is None:
            ground = self.machine.grounds[number]
            change = Change(ends=tuple(self._ends(ground)), loosens=ground.moment.fault)
            found = self._changes[number] = self.shared.bindings.change(change)
        return found

    def begins_for(self, view: int, position: int) -> tuple[int, ...]:
        """The begins, not recorded themselves, without which the event at that position could not be an outcome."""
        key = view, position
        found = self._begins.get(key)
        if found is None:
            numbers = dict.fromkeys(self.begin_of(candidate.number) for candidate in self.candidates(*key))
            found = self._begins[key] = tuple(
                number for number in numbers if number is not None and self.may_hide(self.machine.grounds[number])
            )
        return found

    def begin_of(self, number: int) -> int | None:
        """The begin that an outcome ends; None for a begin, and for an action of one moment."""
        ground = self.machine.grounds[number]
        if ground.moment.moment == BEGIN or self.action(ground).begin is None:
            return None
        return self.machine.number(Step(ground.moment.action, BEGIN, ground.args))

    # ------------------------------------------------------------------------------------------------------- candidates

    def candidates(self, view: int, position: int) -> tuple[Candidate, ...]:
        """The steps that the event at that position of the log can be, likely ones first."""
        key = view, position
        if not self._candidates:
            for each in self.shared.views:
                raw = [tuple(self._made(each, seen)) for seen in each.events]
                for at, ordered in enumerate(Lives(self, each, raw).ordered()):
                    self._candidates[each.index, at] = ordered
        return self._candidates[key]

    def _made(self, view: View, seen: Seen) -> Iterator[Candidate]:
        for reading in seen.readings:
            for args in self._arguments(view, seen, reading):
                yield self._candidate(view, seen, reading, args)

    def _arguments(self, view: View, seen: Seen, reading: Reading) -> Iterator[tuple[int, ...]]:
        """The arguments with which the reading says what the record says, ids aside."""
        action = reading.action
        allowed: dict[str, int] = {}
        rest: list[tuple[Expr, int]] = []
        for expr, wanted in self.constraints(view, seen, reading):
            if wanted is None:
                return
            if isinstance(expr, Var) and allowed.get(expr.name, wanted) == wanted:
                allowed[expr.name] = wanted
            elif self.meanings.settled(action, expr):
                rest.append((expr, wanted))
        values = [
            (allowed[variable.name],)
            if variable.name in allowed
            else tuple(type_range(variable.type, self.machine.sizes))
            for variable in action.params
        ]
        for args in product(*values):
            if all(self.meanings.value(action, expr, args) == wanted for expr, wanted in rest):
                yield args

    def constraints(self, view: View, seen: Seen, reading: Reading) -> Iterator[tuple[Expr, int | None]]:
        """What the record says of expressions over the parameters, the host included; None: no value of that type."""
        action = reading.action
        if action.at is not None:
            number = self.frame.meaning(type_of(action.at), view.log.host)
            if number is not None:
                yield action.at, number
        for field, text in view.said(seen.event, reading):
            if field.values is not None and not is_id(field, self.frame.ids):
                yield field.values[0], self.frame.meaning(type_of(field.values[0]), text)

    def _candidate(self, view: View, seen: Seen, reading: Reading, args: tuple[int, ...]) -> Candidate:
        action = reading.action
        number = self.machine.number(Step(action.name, reading.moment, args))
        ground = self.machine.grounds[number]
        tests = tuple(
            self.meanings.test(action, expr, args, wanted, type_of(expr))
            for expr, wanted in self.constraints(view, seen, reading)
            if wanted is not None and not self.meanings.settled(action, expr)
        )
        opens, closes, whole = self._marks(view, seen, ground)
        change = Change(
            mentions=tuple(mention for _, mention in self.mentions(view, seen, reading, args)),
            ends=tuple(self._ends(ground)),
            opens=opens,
            closes=closes,
            whole=whole,
            loosens=ground.moment.fault,
        )
        return Candidate(number, self.shared.bindings.change(change), tests)

    def anything(self, view: int) -> tuple[Candidate, ...]:
        """Every step that the log would record, as candidates for a record that is missing."""
        found = self._anything.get(view)
        if found is None:
            found = self._anything[view] = tuple(
                Candidate(ground.number, self.hidden_change(ground.number), ())
                for ground in self.machine.grounds
                if not ground.moment.fault and any(view in group.views for group in self.groups(ground.number))
            )
        return found

    def mentions(
        self, view: View, seen: Seen, reading: Reading, args: tuple[int, ...]
    ) -> Iterator[tuple[EventField, Mention]]:
        """The ids that the event mentions, with the individuals they would name."""
        action, moment = reading.action, reading.moment
        for field, text in view.said(seen.event, reading):
            if not is_id(field, self.frame.ids):
                continue
            names = self._names(action, field, args)
            if names is None:
                continue
            bind = self.frame.ids.get(field.name)
            everywhere = bind is None or bind.per is None
            start = bind is not None and action.name in bind.starts and not fails(action, moment)
            keep = start or bind is None or not self.exact(view, bind)
            yield field, Mention((field.name, "" if everywhere else view.log.host, text), names, keep, start)

    def _names(self, action: Action, field: EventField, args: tuple[int, ...]) -> Names | None:
        values = field.values or ()
        if not all(self.meanings.settled(action, value) for value in values):
            return None
        return tuple(self.meanings.value(action, value, args) for value in values)

    def exact(self, view: View, bind: Bind) -> bool:
        """Whether this log saw every live id of the field start."""
        return not self.shared.anywhere and bool(bind.starts) and self._all_recorded(view, bind.starts)

    def ends_seen(self, view: View, bind: Bind) -> bool:
        """Whether this log sees the end of every life of an id of the field, faults aside."""
        return self._all_recorded(view, bind.ends)

    def _all_recorded(self, view: View, names: tuple[str, ...]) -> bool:
        return all(
            self.shared.coverage.records(view, self.actions[name], outcome.name) is Records.MUST
            for name in names
            for outcome in self.actions[name].outcomes
            if not outcome.failure
        )

    def _ends(self, ground: Ground) -> Iterator[tuple[str, str | None, Names]]:
        """The ids whose life is over after the step: by field, host and individuals."""
        action, moment = self.action(ground), ground.moment.moment
        for bind in self.frame.ids.values():
            over = action.name in bind.ends and succeeds(action, moment)
            refused = action.name in bind.starts and fails(action, moment)
            if over or refused:
                for field in self._fields_called(action, bind.field):
                    names = self._names(action, field, ground.args)
                    if names is not None:
                        yield bind.field, self.host(ground), names

    def _fields_called(self, action: Action, name: str) -> Iterator[EventField]:
        fields = [*(action.event.fields if action.event is not None else ())]
        for view in self.shared.views:
            for record in view.reader.source.records:
                if record.action == action.name:
                    fields += record.fields
        return iter(dict.fromkeys(field for field in fields if field.name == name and field.values is not None))

    def _marks(
        self, view: View, seen: Seen, ground: Ground
    ) -> tuple[tuple[tuple[Mark, str], ...], tuple[tuple[Mark, str], ...], tuple[Mark, ...]]:
        """Which request the event opens, which it closes, which must not be open: only where a log records begins."""
        action = self.action(ground)
        if action.begin is None or self.shared.coverage.begins(view) is Records.NO:
            return (), (), ()
        mark = view.index, self.machine.number(Step(action.name, BEGIN, ground.args))
        request = seen.event.request or ""
        if seen.event.phase == PHASE_BEGIN:
            return ((mark, request),), (), ()
        if seen.event.phase is None:
            return (), (), (mark,)
        lossy = self.shared.coverage.records(view, action, BEGIN) is Records.MAY and (
            action.name in view.reader.source.may_lose
        )
        return ((), (), ()) if lossy else ((), ((mark, request),), ())

    def open_before(self, state: bytes) -> Mapping[Mark, str]:
        """The requests that are pending in a state in which the logs begin, as far as logs would record their ends."""
        found: dict[Mark, str] = {}
        layout = self.machine.layout
        for ground in self.machine.grounds:
            action = self.action(ground)
            if ground.moment.moment == BEGIN and state[layout.slot(pending_cell(action.name), ground.args)]:
                for view in self.shared.views:
                    if self.shared.coverage.begins(view) is not Records.NO:
                        found[view.index, ground.number] = BEFORE
        return found

    # --------------------------------------------------------------------------------------------------------- symmetry

    def redundant(self, number: int, state: bytes, binding: int) -> bool:
        """Whether another step does the same to an individual that nothing tells apart and that is tried instead."""
        unnamed = self.unnamed
        if not unnamed:
            return False
        ground = self.machine.grounds[number]
        for arg, (_, type_) in zip(ground.args, ground.moment.params, strict=True):
            if not isinstance(type_, Of) or type_.sort not in unnamed or arg <= unnamed[type_.sort]:
                continue
            busy = self.busy(binding, type_.sort)
            if arg in busy:
                continue
            for other in range(unnamed[type_.sort], arg):
                if other not in busy and other not in ground.args and self.alike(type_.sort, other, arg)(state):
                    return True
        return False

    @cached_property
    def unnamed(self) -> Mapping[str, int]:
        """The sorts with individuals that have no names, and the first of them."""
        return self.frame.unnamed

    def alike(self, sort: str, first: int, second: int) -> Test:
        key = sort, first, second
        found = self._alike.get(key)
        if found is None:
            found = self._alike[key] = alike(self.machine, sort, first, second)
        return found

    def busy(self, binding: int, sort: str) -> frozenset[int]:
        """The individuals of a sort that the binding tells apart."""
        key = binding, sort
        found = self._busy.get(key)
        if found is None:
            bound = self.shared.bindings.met[binding]
            names: set[int] = set()
            for (field, _, _), (values, _) in bound.named.items():
                bind = self.frame.ids.get(field)
                sorts = bind.sorts if bind is not None else ()
                names.update(value for value, of in zip(values, sorts, strict=False) if of == sort)
            for _, begin in bound.open:
                ground = self.machine.grounds[begin]
                names.update(
                    arg for arg, (_, type_) in zip(ground.args, ground.moment.params, strict=True) if type_ == Of(sort)
                )
            found = self._busy[key] = frozenset(names)
        return found

    @cached_property
    def fresh_tests(self) -> tuple[tuple[Callable[[bytes], object], ...], ...]:
        """For each pool of unnamed individuals, their signatures."""
        return tuple(
            tuple(signature(self.machine, sort, number) for number in numbers) for sort, numbers in self.frame.pools
        )

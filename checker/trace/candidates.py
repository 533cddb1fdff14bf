"""What an event can be in one world: steps, what they do to the ids, what must be true of the state before."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from checker.language.core import type_range
from checker.language.protocol import BEGIN, Action, Bind, EventField, Expr, Of, Var
from checker.language.types import type_of
from checker.model.ground import Ground
from checker.model.run import Step
from checker.trace.binding import Change, Ending, Mark, Mention, Names
from checker.trace.coverage import Records
from checker.trace.frame import is_id
from checker.trace.meaning import Meanings
from checker.trace.shared import Candidate, Shared
from checker.trace.sources import PHASE_BEGIN, Reading
from checker.trace.view import Seen, View, fails, succeeds


class Candidates:
    """Reads the events of a trace in one world."""

    def __init__(self, shared: Shared, meanings: Meanings) -> None:
        self.shared, self.meanings = shared, meanings
        self.machine, self.frame = shared.machine, shared.frame
        self.actions = {action.name: action for action in shared.frame.protocol.actions}

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

    def made(self, view: View, seen: Seen) -> Iterator[Candidate]:
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
            ends=tuple(self.ends(ground)),
            opens=opens,
            closes=closes,
            whole=whole,
            loosens=ground.moment.fault,
        )
        return Candidate(number, self.shared.bindings.change(change), tests)

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

    def ends(self, ground: Ground) -> Iterator[Ending]:
        """The ids whose life is over after the step: by field, host and individuals."""
        action, moment = self.action(ground), ground.moment.moment
        for bind in self.frame.ids.values():
            over = action.name in bind.ends and succeeds(action, moment)
            refused = action.name in bind.starts and fails(action, moment)
            if over or refused:
                for field in self._fields_called(action, bind.field):
                    names = self._names(action, field, ground.args)
                    if names is not None:
                        host = self.host(ground)
                        yield Ending(bind.field, host, names, over and self._starts_seen(bind, host))

    def _starts_seen(self, bind: Bind, host: str | None) -> bool:
        """Whether an id whose life is over can start anew only with a record. Where logs begin empty it goes without
        saying: there an id that no record started is none.
        """
        views = [view for view in self.shared.views if host in (None, view.log.host)]
        return self.shared.anywhere and any(self._all_recorded(view, bind.starts) for view in views)

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
        lossy = self.shared.coverage.records(view, action, BEGIN) is Records.MAY and (
            action.name in view.reader.source.may_lose
        )
        if lossy:  # a begin or an end may be missing, so neither says anything of the other
            return (), (), ()
        return ((), (), (mark,)) if seen.event.phase is None else ((), ((mark, request),), ())

"""Written logs and binds -> typed ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from checker.language import tree
from checker.language.check_actions import Actions
from checker.language.diagnostics import Diagnostics, Note
from checker.language.env import Env
from checker.language.names import Names, cited
from checker.language.protocol import (
    Action,
    Bind,
    Capture,
    Drift,
    EventField,
    Expr,
    FieldDefault,
    FieldTest,
    LogSource,
    Of,
    Record,
    Test,
)
from checker.language.types import called, type_of

NANOSECONDS = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}


class Logs:
    """The checker of logs and binds of one protocol, whose actions are typed."""

    def __init__(self, names: Names, actions: Mapping[str, Action], checker: Actions, found: Diagnostics) -> None:
        self.names, self.actions, self.checker, self.found = names, actions, checker, found

    def log(self, node: tree.LogDecl) -> LogSource:
        """The typed log source."""
        records: list[Record] = []
        defaults: list[FieldDefault] = []
        never: list[str] = []
        may: dict[str, list[str]] = {"lose": [], "repeat": [], "delay": []}
        captures: list[Capture] = []
        drifts: list[Drift] = []
        skew = None
        for item in node.items:
            match item:
                case tree.DeclaredEvents():
                    pass
                case tree.Record():
                    record = self._record(item)
                    records += [] if record is None else [record]
                case tree.Default(field, value, separator):
                    defaults.append(FieldDefault(field.value, value.value, separator, span=item.span))
                case tree.Never(actions):
                    never += self._known(actions)
                case tree.May(what, actions):
                    may[what] += self._known(actions)
                case tree.OrderTotal(sort):
                    self._sort(sort)
                case tree.ClockSkew(amount, unit):
                    skew = amount * NANOSECONDS[unit]
                case tree.ClockDrift(event, field, unit, amount, amount_unit):
                    within = amount * NANOSECONDS[amount_unit]
                    drifts.append(Drift(event.value, field.value, NANOSECONDS[unit], within, span=item.span))
                case tree.Capture(command, actions):
                    captures.append(Capture(command, tuple(self._known(actions)), span=item.span))
        self._contradictions(node, records)
        declared = any(isinstance(item, tree.DeclaredEvents) for item in node.items)
        return LogSource(
            node.name.text,
            node.title,
            declared,
            tuple(records),
            tuple(defaults),
            tuple(dict.fromkeys(never)),
            tuple(dict.fromkeys(may["lose"])),
            skew,
            node.doc,
            tuple(captures),
            tuple(dict.fromkeys(may["repeat"])),
            tuple(dict.fromkeys(may["delay"])),
            tuple(drifts),
            span=node.span,
        )

    def _contradictions(self, node: tree.LogDecl, records: list[Record]) -> None:
        """What a log never records has no record in it."""
        recorded = {record.action: record for record in records}
        for item in node.items:
            if isinstance(item, tree.Never):
                for action in item.actions:
                    if action.text in recorded:
                        note = Note(recorded[action.text].span, "a record of it is declared here")
                        message = f"`{action.text}` is said never to be recorded, and how it is recorded"
                        self.found.error("E0601", action.span, message, note)

    def _known(self, idents: tuple[tree.Ident, ...]) -> list[str]:
        for ident in idents:
            if ident.text not in self.names.actions:
                self.names.unknown(self.found, "E0205", "action", ident, self.names.actions)
        return [ident.text for ident in idents if ident.text in self.names.actions]

    def _sort(self, ident: tree.Ident) -> bool:
        if ident.text in self.names.sorts:
            return True
        self.names.unknown(self.found, "E0202", "sort", ident, self.names.sorts)
        return False

    def _record(self, node: tree.Record) -> Record | None:
        action = self.actions.get(node.action.text)
        if action is None:
            self.names.unknown(self.found, "E0205", "action", node.action, self.names.actions)
            return None
        if node.moment is not None:
            known = [*(["begin"] if action.begin is not None else []), *(o.name for o in action.outcomes)]
            if not self.checker.expressions.moment(action.name, node.moment, tuple(known)):
                return None
        env = Env().bind(action.params)
        fields = [self._field(item, action, env) for item in node.fields]
        where = tuple(
            FieldTest(test.field.value, Test(test.test), tuple(each.value for each in test.values), span=test.span)
            for test in node.where
        )
        moment = node.moment.text if node.moment else None
        typed = tuple(field for field in fields if field is not None)
        return Record(node.event.value, where, action.name, moment, typed, span=node.span)

    def _field(self, node: tree.RecordField, action: Action, env: Env) -> EventField | None:
        """`left = Field`: the left side is over the action's parameters, or a field of its own event clause."""
        single = node.values[0] if len(node.values) == 1 else None
        if isinstance(single, tree.Name) and single.text not in env.variables and action.event is not None:
            for field in action.event.fields:
                if field.name == single.text:
                    return EventField(node.field.value, field.values, span=node.span)
        if isinstance(single, tree.Name) and not self._means(single.text, env):
            event = action.event.fields if action.event else ()
            known = [*env.variables, *(field.name for field in event)]
            what = f"parameter of `{action.name}` or field of its event"
            self.names.unknown(self.found, "E0602", what, tree.Ident(single.text, span=single.span), known)
            return None
        values = self.checker.values(node.values, env)
        return None if values is None else EventField(node.field.value, values, span=node.span)

    def _means(self, name: str, env: Env) -> bool:
        return name in env.variables or name in self.names.values or name in self.names.member_of

    # ---------------------------------------------------------------------------------------------------------- binds

    def bind(self, node: tree.BindDecl, logs: Iterable[LogSource]) -> Bind | None:
        """The typed bind, or None where no event says the field."""
        if node.per is not None and not self._sort(node.per):
            return None
        starts, ends = self._known(node.starts), self._known(node.ends)
        rules = cited(self.names, node.rules, self.found)
        uses = self._uses(node.field.value, logs)
        if not uses:
            message = f"no event and no record says `{node.field.value}`, so this binds nothing"
            self.found.warning("W0709", node.field.span, message)
            return None
        first = uses[0]
        for use in uses[1:]:
            if _sorts(use) != _sorts(first):
                message = f"`{node.field.value}` names {_told(first)} in one event and {_told(use)} in another"
                notes = (Note(first.span, f"{_told(first)} here"), Note(use.span, f"{_told(use)} here"))
                self.found.error("E0603", node.field.span, message, *notes)
                return None
        sorts = _sorts(first)
        if None in sorts:
            message = f"`{node.field.value}` says a plain value, and only names of individuals are bound"
            self.found.error("E0603", node.field.span, message, Note(first.span, "said here"))
            return None
        known = tuple(sort for sort in sorts if sort is not None)
        per = node.per.text if node.per else None
        return Bind(node.field.value, known, per, tuple(starts), tuple(ends), rules, span=node.span)

    def _uses(self, field: str, logs: Iterable[LogSource]) -> list[EventField]:
        events = [item for action in self.actions.values() if action.event for item in action.event.fields]
        records = [item for log in logs for record in log.records for item in record.fields]
        return [item for item in (*events, *records) if item.name == field and item.values is not None]


def _sorts(use: EventField) -> tuple[str | None, ...]:
    return tuple(_sort(value) for value in use.values or ())


def _sort(value: Expr) -> str | None:
    type_ = type_of(value)
    return type_.sort if isinstance(type_, Of) else None


def _told(use: EventField) -> str:
    return " and ".join(called(Of(sort)) if sort else "a plain value" for sort in _sorts(use))

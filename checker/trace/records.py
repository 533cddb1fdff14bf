"""The record that a log would have of a step: the reverse of reading one."""

from __future__ import annotations

from collections.abc import Iterator

from checker.language.protocol import BEGIN, SUCCESS, Bool, Expr, FieldTest, Of, Record, Test, Type
from checker.language.types import type_of
from checker.model.ground import Ground
from checker.trace.binding import Binding
from checker.trace.coverage import Records
from checker.trace.event import Event, FieldValue
from checker.trace.sources import PHASE_BEGIN, SourceReader
from checker.trace.view import View
from checker.trace.world import World

MADE_SEQ = -1  # the place of a record that no log has


def records_of(world: World, view: View, ground: Ground, state: bytes, binding: Binding) -> Iterator[Event]:
    """What the log would write of a step taken in the state: one event for each way in which its source knows it, if
    the source reads it as that step.

    A field is left out where nothing is known to put in: an id that nobody has, an individual without a name. So the
    record says no more than it must.
    """
    phase = _phase(world, view, ground)
    for name, said, status in _patterns(world, view.reader, ground, view.log.host, state, binding):
        event = Event(view.log.name, MADE_SEQ, name, said, status=status, phase=phase)
        moment = ground.moment.action, ground.moment.moment
        if any((reading.action.name, reading.moment) == moment for reading in view.reader.read(event).readings):
            yield event


def _phase(world: World, view: View, ground: Ground) -> str | None:
    if world.action(ground).begin is None or world.shared.coverage.begins(view) is Records.NO:
        return None
    return PHASE_BEGIN if ground.moment.moment == BEGIN else "end"


def _patterns(
    world: World, reader: SourceReader, ground: Ground, host: str, state: bytes, binding: Binding
) -> Iterator[tuple[str, dict[str, FieldValue], str]]:
    """Event name, fields and status of each pattern of the source that the step has."""
    action, moment = world.action(ground), ground.moment.moment
    status = moment if moment not in (BEGIN, SUCCESS) else SUCCESS
    if reader.source.declared and action.event is not None:
        fields = {field.name: field.values for field in action.event.fields}
        yield action.event.name, _said(world, ground, fields, host, state, binding), status
    for record in reader.source.records:
        if record.action == action.name and _matches(record, moment):
            fields = {field.name: field.values for field in record.fields}
            said = _said(world, ground, fields, host, state, binding)
            told: dict[str, FieldValue] = {
                test.field: text for test in record.where if (text := _passing(test)) is not None
            }
            present = {test.field for test in record.where if test.test is Test.PRESENT}
            if not (present & fields.keys()) - said.keys():  # else it names somebody whose name is not known
                yield record.event, told | said, status


def _matches(record: Record, moment: str) -> bool:
    return record.moment == moment or (record.moment is None and moment != BEGIN)


def _passing(test: FieldTest) -> str | None:
    """What a field may say to pass the test; None: nothing."""
    match test.test:
        case Test.IS | Test.IN:
            return test.values[0]
        case Test.PRESENT:
            return "yes"
        case Test.IS_NOT | Test.ABSENT:
            return None


def _said(
    world: World,
    ground: Ground,
    fields: dict[str, tuple[Expr, ...] | None],
    host: str,
    state: bytes,
    binding: Binding,
) -> dict[str, FieldValue]:
    found: dict[str, FieldValue] = {}
    for name, values in fields.items():
        if values is None:
            continue
        numbers = tuple(_number(world, ground, value, state) for value in values)
        text = _id(name, host, numbers, binding) if _names_by_id(world, name, values) else None
        if text is None and not _names_by_id(world, name, values):
            text = _text(world, type_of(values[0]), numbers[0])
        if text is not None:
            found[name] = text
    return found


def _names_by_id(world: World, name: str, values: tuple[Expr, ...]) -> bool:
    return name in world.frame.ids or len(values) > 1


def _number(world: World, ground: Ground, value: Expr, state: bytes) -> int:
    action = world.action(ground)
    if world.meanings.settled(action, value):
        return world.meanings.value(action, value, ground.args)
    bound = tuple((variable.name, arg) for variable, arg in zip(action.params, ground.args, strict=True))
    return int(world.machine.value(world.meanings.lowered(action, value), bound)(state))


def _id(name: str, host: str, numbers: tuple[int, ...], binding: Binding) -> str | None:
    """The id that the individuals have; None where they have none."""
    for place in (host, ""):
        key = binding.holder.get((name, place, numbers))
        if key is not None:
            return key[2]
    return None


def _text(world: World, type_: Type, number: int) -> str | None:
    """A value as a log spells it; None for an individual without a name."""
    match type_:
        case Bool():
            return "true" if number else "false"
        case Of(sort):
            members = world.frame.protocol.sort(sort).members
            if members is not None:
                return members[number]
            names = {at: name for name, at in world.frame.numbers.get(sort, {}).items()}
            return names.get(number)
        case _:
            return str(number)

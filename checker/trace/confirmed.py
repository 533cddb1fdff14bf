"""Whether the judge itself refuses a trace that ends, in one log, with a record that was made up."""

from __future__ import annotations

from dataclasses import replace

from checker.language.protocol import Of, Var
from checker.model.ground import Ground
from checker.trace.conform import Answer, Case, explain_trace
from checker.trace.event import Event
from checker.trace.frame import is_id
from checker.trace.machines import Machines
from checker.trace.options import Budget, Options
from checker.trace.stated import stated_orders
from checker.trace.view import Seen, View
from checker.trace.world import World

NODES, SECONDS = 200_000, 20.0


def says_whom(world: World, view: View, ground: Ground, event: Event) -> bool:
    """Whether the record of a step names every individual that the step is about, by names that last.

    Where it does not, the judge allows for one that no record names (`counts.py`): a search that has none says nothing
    of what it would say. An id may be another's by now.
    """
    action = world.action(ground)
    named = {action.at.name} if isinstance(action.at, Var) else set()
    for reading in view.reader.read(event).readings:
        if reading.action.name == action.name:
            for field, _ in view.said(event, reading):
                if not is_id(field, world.frame.ids):
                    named |= {value.name for value in field.values or () if isinstance(value, Var)}
    sorts = world.frame.protocol.sorts
    open_ = {sort.name for sort in sorts if sort.members is None}
    return all(
        variable.name in named
        for variable in action.params
        if isinstance(variable.type, Of) and variable.type.sort in open_
    )


def confirmed(case: Case, machines: Machines, log: int, at: int, event: Event) -> bool:
    """Whether no run explains the trace with the log cut off at a place and the record put there."""
    views = tuple(_cut(view, at, event) if view.index == log else view for view in case.views)
    options = Options(NODES, SECONDS, case.options.faults, case.options.settings, case.options.without)
    budget = Budget(NODES, SECONDS)
    return explain_trace(machines, views, stated_orders(views), options, budget).answer is Answer.REFUSED


def _cut(view: View, at: int, event: Event) -> View:
    kept = view.events[:at]
    last = kept[-1].event.seq if kept else 0
    placed = replace(event, seq=last + 1)
    readings = view.reader.read(placed)
    before = tuple(each for each in view.log.events if each.seq <= last)
    log = replace(view.log, events=(*before, placed), ends="open")
    return replace(view, log=log, events=(*kept, Seen(placed, readings.readings, readings.unfit)))

"""Whether records of other cases, which may be about a case's individuals, could explain what happened in it.

First what conflicts in the case alone is looked at, with all that any other record tells of free to happen or not: what
no run explains then, no record of others explains. Only where that leaves it open are the records put together.
"""

from __future__ import annotations

from itertools import islice

from checker.model.initial import BadScope
from checker.model.layout import TooLarge
from checker.trace.conform import GROWTHS, MOST_STARTS, Answer, Case, explain_trace, new_case, root_of
from checker.trace.event import Trace
from checker.trace.freed import freed_search
from checker.trace.judge_trace import Judge
from checker.trace.options import Budget, LimitReached
from checker.trace.reach import world_key
from checker.trace.stated import EDGES, stated_orders
from checker.trace.symmetry import one_of_each
from checker.trace.view import see
from checker.trace.world import World

NODES = 50_000  # of the search for what conflicts in any case
MORE_NODES = 4_000  # of the same with more individuals, or so many times what the one before cost
MORE = 4
Place = tuple[str, int]  # an event's log and position


def conflicts_anyhow(judge: Judge, trace: Trace, conflict: frozenset[Place]) -> bool:
    """Whether no run has the events of the conflict, whatever of all others happened. False where that is open."""
    if not conflict:
        return False
    sight = see(judge.protocol, trace, trace.logs, EDGES)
    stated = stated_orders(sight.views)
    nodes = NODES
    for growth in range(GROWTHS + 1):
        budget = Budget(nodes, judge.options.seconds)
        try:
            case = new_case(judge.machines, sight.views, stated, judge.options, growth, budget, ())
            if not _refused(case, conflict, budget):
                return False
        except (BadScope, TooLarge):
            return False
        except LimitReached:
            return growth > 0  # as the ordinary judge has it: what more individuals would do is not asked for ever
        if case.shared.frame.largest:
            break
        nodes = max(MORE_NODES, MORE * budget.spent)
    return True


def _refused(case: Case, conflict: frozenset[Place], budget: Budget) -> bool:
    """Whether no run has these events. Raises LimitReached."""
    worlds: dict[bytes, World] = {}
    starts = one_of_each(case.machine, case.shared.frame, case.starts.states())
    for state in islice(starts, MOST_STARTS + 1):
        key = world_key(case.machine, state)
        if key not in worlds:
            worlds[key] = World(case.shared, state)
        case.roots.append(root_of(case, worlds[key], state))
    if len(case.roots) > MOST_STARTS:
        return False
    every = {(view.index, at): (seen.event.log, seen.event.seq)
             for view in case.views for at, seen in enumerate(view.events)}  # fmt: skip
    chosen = {spot for spot, place in every.items() if place in conflict}
    left_out = [spot for spot in every if spot not in chosen]
    return not freed_search(case, case.roots[0][0], chosen, left_out, budget)[1]


def explained_with(judge: Judge, trace: Trace) -> bool:
    """Whether some run explains a trace, as far as that is known."""
    sight = see(judge.protocol, trace, trace.logs, EDGES)
    options = judge.options
    budget = Budget(options.nodes, options.seconds)
    try:
        found = explain_trace(judge.machines, sight.views, stated_orders(sight.views), options, budget)
    except (BadScope, TooLarge):
        return True
    return found.answer is not Answer.REFUSED

"""A run that repeats for ever: making one that is fair, and checking with the reference that it is."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping

from checker.explore.fairness import Arrow, Fair
from checker.explore.safety import typed
from checker.explore.search import StateGraph
from checker.explore.witness import Lift, confirm
from checker.language import protocol as tree
from checker.language.core import CoreProperty
from checker.language.protocol import Value
from checker.model.ground import Machine
from checker.model.reference import Reference, State
from checker.model.run import Run

Arrows = Callable[[int], list[Arrow]]
Walk = list[tuple[int, Arrow]]  # each arrow with the place it leaves


def fair_cycle(
    lift: Lift,
    graph: StateGraph,
    fair: Fair,
    arrows: Arrows,
    state_of: Callable[[int], int],
    core: set[int],
    base: int,
) -> None:
    """Extends the lift, which is at `base`, by a fair cycle of real states through `core`.

    One round satisfies every instance in turn and comes back to the base, where individuals may have changed places;
    the round is repeated until they are back too.
    """
    walk: Walk = []
    renaming = 0
    place = base
    for instance in range(len(fair.strong)):
        if not _satisfied(walk, graph, fair, state_of, base, instance):
            here = fair.moved(renaming)[instance]
            for leaves, arrow in _to_fairness(graph, fair, arrows, state_of, core, place, here):
                walk.append((leaves, arrow))
                renaming = lift.symmetry.then(renaming, graph.renamings[arrow.edge])
                place = arrow.target
    if place != base or not walk:
        walk += _shortest(arrows, core, place, base)
    edges = [(graph.grounds[arrow.edge], graph.renamings[arrow.edge]) for _, arrow in walk]
    begun = lift.renaming
    lift.follow(edges)
    while lift.renaming != begun:
        lift.follow(edges)


def _satisfied(
    walk: Walk, graph: StateGraph, fair: Fair, state_of: Callable[[int], int], base: int, instance: int
) -> bool:
    """Whether the walk takes the instance, or passes a place where it is weak and not possible."""
    strong = fair.strong[instance]
    here = instance
    if not strong and here not in fair.possible(state_of(base)):
        return True
    for leaves, arrow in walk:
        if fair.of_ground[graph.grounds[arrow.edge]] == here:
            return True
        if not strong and here not in fair.possible(state_of(leaves)):
            return True
        here = fair.moved(graph.renamings[arrow.edge])[here]
    return False


def _to_fairness(
    graph: StateGraph,
    fair: Fair,
    arrows: Arrows,
    state_of: Callable[[int], int],
    core: set[int],
    place: int,
    instance: int,
) -> Walk:
    """The shortest walk that takes the instance or, if weak, gets to where it is not possible.

    Empty if a strong instance is possible nowhere in the core: then nothing is asked of the run.
    """
    strong = fair.strong[instance]
    came: dict[tuple[int, int], tuple[tuple[int, int], Arrow] | None] = {(place, instance): None}
    ring = deque([(place, instance)])
    while ring:
        node = ring.popleft()
        at, thread = node
        if not strong and thread not in fair.possible(state_of(at)):
            return _walked(came, node)
        for arrow in arrows(at):
            if arrow.target not in core:
                continue
            if fair.of_ground[graph.grounds[arrow.edge]] == thread:
                return [*_walked(came, node), (at, arrow)]
            after = (arrow.target, fair.moved(graph.renamings[arrow.edge])[thread])
            if after not in came:
                came[after] = (node, arrow)
                ring.append(after)
    return []


def _walked(came: Mapping[tuple[int, int], tuple[tuple[int, int], Arrow] | None], node: tuple[int, int]) -> Walk:
    walk: Walk = []
    while (step := came[node]) is not None:
        node, arrow = step
        walk.append((node[0], arrow))
    return walk[::-1]


def _shortest(arrows: Arrows, core: set[int], place: int, goal: int) -> Walk:
    """At least one step, from the place to the goal, inside the core."""
    came: dict[int, tuple[int, Arrow] | None] = {place: None}
    ring = deque([place])
    while ring:
        at = ring.popleft()
        for arrow in arrows(at):
            if arrow.target == goal:
                walk: Walk = [(at, arrow)]
                while (step := came[at]) is not None:
                    at, last = step
                    walk.append((at, last))
                return walk[::-1]
            if arrow.target in core and arrow.target not in came:
                came[arrow.target] = (at, arrow)
                ring.append(arrow.target)
    raise ValueError("the core is not strongly connected")


# ---------------------------------------------------------------------------------------------------- by the reference


def confirm_lasso(
    machine: Machine, item: CoreProperty, run: Run, states: tuple[State, ...], values: tuple[int, ...], met: int
) -> None:
    """Asks the reference whether the run refutes the property: the premise holds after `met` steps, the conclusion
    never after that, and what repeats for ever (nothing at all, if there is no loop) is fair. Raises InternalError."""
    reference = Reference(machine.protocol, run.scope)
    leads = typed(machine, item, tree.LeadsTo)
    bound: Mapping[str, Value] = {
        variable.name: bool(value) if isinstance(variable.type, tree.Bool) else value
        for variable, value in zip(leads.variables, values, strict=True)
    }
    confirm(bool(reference.evaluate(leads.premise, states[met], bound)), f"the premise of {item.name} holds")
    for state in states[met:]:
        confirm(not reference.evaluate(leads.conclusion, state, bound), f"the conclusion of {item.name} stays false")

    repeated = states[run.loop : -1] if run.loop is not None else states[-1:]
    taken = {(step.action, step.args) for step in run.steps[run.loop :]} if run.loop is not None else set()
    possible = [{(step.action, step.args) for step in reference.steps(state)} for state in repeated]
    faults = {action.name for action in machine.protocol.actions if action.kind is tree.Kind.FAULT}
    for fairness in leads.fair:
        if fairness.action in faults:
            continue
        for instance in {found for state in possible for found in state if found[0] == fairness.action}:
            if instance in taken:
                continue
            always = all(instance in state for state in possible)
            confirm(not fairness.strong and not always, f"the run is fair to {fairness.action}{list(instance[1])}")

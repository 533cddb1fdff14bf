"""Why no run explains a trace: the event to name, what is in its way, what would have been possible instead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from checker.language.core import CoreGuard
from checker.language.protocol import BEGIN, SUCCESS
from checker.model.ground import Ground
from checker.trace.account import false_finals, false_invariants
from checker.trace.blocks import Block, blocks
from checker.trace.conform import Case
from checker.trace.counts import open_at
from checker.trace.event import Event
from checker.trace.options import LimitReached
from checker.trace.search import Node, Search
from checker.trace.verdict import Blocked, Finding
from checker.trace.words import Words
from checker.trace.world import World

TRIALS = 12  # places that are tried out by waiving what is in the way
TRIAL_NODES, TRIAL_SECONDS = 3000, 0.3
LEGAL = 6  # possible events that are told
BROKEN = 4  # invariants that are told
ABOUT = 4  # rules that are named as being about an event


@dataclass(frozen=True, slots=True)
class Culprit:
    """The event to name, what is in its way, and how far the trace would go if that were waived."""

    block: Block
    event: Event
    completes: bool
    further: int


def culprit(case: Case, words: Words) -> Culprit | None:
    """The event that no run reaches, where least is in the way; None where every log is explained to its end.

    Of several logs that are stuck, most only wait for what another one lacks: the one to name is the one whose event,
    taken for possible, lets the rest of the trace go on.
    """
    found = [_tried(case, block) for block in blocks(case.search, words)[:TRIALS]]
    if not found:
        return None
    return min(found, key=lambda each: (not each.completes, each.block.cost, -each.further))


def _tried(case: Case, block: Block) -> Culprit:
    log, position = block.view, block.node[1][block.view]
    event = case.views[log].events[case.search.sequence[log][position]].event
    trial = sub_search(case, case.search.sequence)
    root = forced(case, block)
    completes = explores(trial, block.world, root) if len(case.views) > 1 else False
    return Culprit(block, event, completes, trial.furthest)


def sub_search(case: Case, sequence: tuple[tuple[int, ...], ...]) -> Search:
    """A small search of its own over the same trace, perhaps with its events in another sequence."""
    budget = case.search.budget.part(10**9, TRIAL_SECONDS)
    budget.nodes = TRIAL_NODES
    worst = 10**9
    return Search(case.shared, case.search.needs, budget, lambda _: 0, worst, None, sequence=sequence)


def explores(trial: Search, world: World, root: Node) -> bool:
    """Whether the small search gets to the end of the trace from this node."""
    try:
        return trial.run(world, root)
    except LimitReached:
        return False


def forced(case: Case, block: Block) -> Node:
    """The node after the blocked event, as if nothing had been in its way."""
    state, positions, binding = block.node
    moved = tuple(at + (log == block.view) for log, at in enumerate(positions))
    if block.number is None:
        return state, moved, binding
    machine = case.machine
    begin = block.world.begin_of(block.number)
    if begin is not None and block.guarded == begin:
        state = machine.force(begin, state)
    state = machine.force(block.number, state)
    event = case.search.sequence[block.view][positions[block.view]]
    changed = next(
        (
            case.shared.bindings.after(binding, candidate.change)
            for candidate in block.world.candidates(block.view, event)
            if candidate.number == block.number
        ),
        None,
    )
    return state, moved, binding if changed is None else changed


def finding(case: Case, words: Words, found: Culprit) -> Finding:
    """The culprit as a finding."""
    block = found.block
    blocked = tuple(_blocked(case, words, block))
    action = None
    if block.number is not None:
        action = words.step(case.machine.grounds[block.number], case.shared.bindings.met[block.node[2]])
    rules = tuple(dict.fromkeys(rule for each in blocked for rule in each.rules))
    lacks = "; ".join(each.condition for each in blocked) or "nothing explains it"
    if block.number is None:
        message = f"{words.event(found.event)} is no step of the protocol: {lacks}"
    elif block.guards:
        what = f"{lacks} does" if len(blocked) == 1 else f"{len(blocked)} conditions do"
        message = f"{words.event(found.event)} is not possible here: {what} not hold"
    else:
        message = f"{words.event(found.event)} is not possible here: {lacks}"
    if not rules:
        about = tuple(_rules_about(case, block))
        message += f"; rules about it: {' '.join(about[:ABOUT])}" if about else ""
    return Finding(message, found.event, action, rules, blocked, legal(case, words, block))


def _rules_about(case: Case, block: Block) -> Iterator[str]:
    """The rules that the guards of the actions cite which the event could be, where no rule is known to be broken."""
    seen = case.views[block.view].events[case.search.sequence[block.view][block.node[1][block.view]]]
    actions = [unfit.action for unfit in seen.unfit] + [reading.action for reading in seen.readings]
    guards = [guard for action in actions for guard in action.guards]
    guards += [guard for action in actions for outcome in action.outcomes for guard in outcome.guards]
    yield from dict.fromkeys(rule for guard in guards for rule in guard.rules)


def _blocked(case: Case, words: Words, block: Block) -> list[Blocked]:
    binding = case.shared.bindings.met[block.node[2]]
    found = [Blocked(reason.rules, reason.text, reason.place) for reason in block.reasons]
    if block.guarded is not None:
        ground = case.machine.grounds[block.guarded]
        for at in block.guards:
            guard = ground.moment.guards[at]
            text, place = words.guard(ground, guard, binding)
            found.append(Blocked(guard.rules, text, place, made_false_by(case, block, ground, guard)))
    return found


def made_false_by(case: Case, block: Block, ground: Ground, guard: CoreGuard) -> Event | None:
    """The recorded event after which the guard held no more on the run to the block; None if it never held."""
    bound = tuple((name, arg) for (name, _), arg in zip(ground.moment.params, ground.args, strict=True))
    holds = case.machine.test(guard.condition, bound)
    path = case.search.path(block.node)
    last: Event | None = None
    culprit_: Event | None = None
    before = False
    for node, taken in path:
        if taken.logs:
            log = taken.logs[0]
            last = case.views[log].events[case.search.sequence[log][node[1][log] - 1]].event
        now = holds(node[0])
        if before and not now:
            culprit_ = last
        before = now
    return culprit_


def legal(case: Case, words: Words, block: Block) -> tuple[str, ...]:
    """What the log could have recorded next, what is about the same individuals first."""
    machine, state = case.machine, block.node[0]
    about = set()
    if block.number is not None:
        ground = machine.grounds[block.number]
        about = {(type_, arg) for (_, type_), arg in zip(ground.moment.params, ground.args, strict=True)}
    binding = case.shared.bindings.met[block.node[2]]
    scored: dict[str, int] = {}
    for candidate in block.world.anything(block.view):
        ground = machine.grounds[candidate.number]
        moment = ground.moment
        if moment.failure or (moment.moment == BEGIN and _has_success(block, ground)):
            continue
        begin = block.world.begin_of(candidate.number)
        if begin is not None and block.world.may_hide(machine.grounds[begin]):
            possible = machine.fire(begin, state) is not None or machine.fire(candidate.number, state) is not None
        else:
            possible = machine.fire(candidate.number, state) is not None
        if possible and not block.world.redundant(candidate.number, state, block.node[2]):
            near = sum((type_, arg) in about for (_, type_), arg in zip(moment.params, ground.args, strict=True))
            text = words.step(ground, binding)
            scored[text] = max(scored.get(text, 0), near)
    return tuple(sorted(scored, key=lambda text: -scored[text])[:LEGAL])


def _has_success(block: Block, ground: Ground) -> bool:
    action = block.world.action(ground)
    return any(outcome.name == SUCCESS for outcome in action.outcomes)


def broken_invariants(case: Case, found: Culprit) -> list[Finding]:
    """What the recorded events break if they are taken as they are: invariants false after the blocked event."""
    block = found.block
    if block.number is None:
        return []
    before = {prop.name for prop in false_invariants(case.machine, block.node[0])}
    after = forced(case, block)[0]
    findings = []
    for prop in false_invariants(case.machine, after)[:BROKEN]:
        if prop.name not in before:
            said = prop.doc or prop.name
            place = prop.span.place
            blocked = (Blocked(prop.rules, prop.name, place),)
            message = f"after it {prop.name} does not hold: {said}"
            findings.append(Finding(message, found.event, None, prop.rules, blocked))
    return findings


def unmet_end(case: Case) -> Finding:
    """What does not hold at the end of a trace whose logs are complete."""
    assert case.search.ended is not None
    finals = false_finals(case.machine, case.search.ended[0])
    blocked = tuple(Blocked(prop.rules, prop.name, prop.span.place) for prop in finals)
    rules = tuple(dict.fromkeys(rule for prop in finals for rule in prop.rules))
    said = "; ".join(prop.doc or prop.name for prop in finals)
    return Finding(f"the logs are complete, and at their end {said}", None, None, rules, blocked)


def unnamed(case: Case, found: Culprit) -> bool:
    """Whether the blocked event may be about individuals to whom nothing gives a lasting name."""
    if found.block.number is None:
        return False
    log = found.block.view
    at = case.search.sequence[log][found.block.node[1][log]]
    return open_at(case.protocol, case.views, case.shared.frame.ids, (log, at))

"""A case in words: its name, its steps, with the names that its records use put back."""

from __future__ import annotations

from dataclasses import replace

from checker.trace.account import false_finals
from checker.trace.binding import Binding
from checker.trace.event import Event
from checker.trace.watch.case import LiveCase
from checker.trace.watch.doom import Future
from checker.trace.words import Words

MOST_STEPS = 40


def title(case: LiveCase) -> str:
    """What to call a case: by the first name of the first joined sort that it names, else by an id, else by number."""
    joined = case.protocol.joined
    for sort in joined:
        names = case.names.real(sort)
        if names:
            return " ".join(names[number] for number in sorted(names))
    ids = [key for key in case.names.known if not key[0].startswith("\0") and key[1] >= 0]
    return f"{ids[0][0]} {ids[0][2]}" if ids else f"case {case.number}"


def abort_words(case: LiveCase, future: Future) -> tuple[str, ...] | None:
    """The shortest clean abort, step by step."""
    if future.way_out is None or future.origin is None or case.table is None:
        return None
    words, binding = _words(case, future.origin)
    grounds = case.table.engine.machine.grounds
    said = [words.step(grounds[number], binding) for number in future.way_out[:MOST_STEPS]]
    return tuple(said)


def _words(case: LiveCase, element: int) -> tuple[Words, Binding]:
    assert case.table is not None
    engine = case.table.engine
    frame = engine.shared.frame
    names = []
    for sort, canonical in frame.scope.names:
        real = case.names.real(sort)
        names.append((sort, tuple(real.get(number, f"a {sort.lower()}") for number in range(len(canonical)))))
    scope = replace(frame.scope, names=tuple(names))
    bound = engine.bindings.met[engine.elements[element][2]]
    ids = {(key[0], number): key[2] for key, number in case.names.known.items()}
    named = {
        (field, host, ids.get((field, int(text)), text) if text.isdigit() else text): value
        for (field, host, text), value in bound.named.items()
    }
    return Words(replace(frame, scope=scope)), Binding.of(named, {})


def owed_words(case: LiveCase) -> str:
    """What keeps the case from a clean end, at the state that owes least: `: this; that`."""
    if case.table is None:
        return ""
    engine = case.table.engine
    full = case.table.frontiers.full(case.frontier)
    if not full:
        return ""
    element = min(full, key=engine.owing)
    state = engine.elements[element][1]
    lacking = [prop.doc or prop.name for prop in false_finals(engine.machine, state)]
    return ": " + "; ".join(lacking) if lacking else ""


def obstacle_words(case: LiveCase, event: Event) -> tuple[tuple[str, ...], str | None, str]:
    """Rules, action and message for a record that is not possible, where the case's first records are not kept."""
    table = case.table
    best: tuple[int, tuple[str, ...], str | None, str] | None = None
    if table is not None and case.before >= 0 and case.last is not None:
        log, record = case.last
        engine = table.engine
        for _, element in table.frontiers.met[case.before].members:
            world, state, _ = engine.elements[element]
            words, binding = _words(case, element)
            for candidate in engine.candidates(world, log, record):
                ground = engine.machine.grounds[candidate.number]
                failing = engine.machine.failing(candidate.number, state)
                guards = [ground.moment.guards[at] for at in failing]
                if guards and (best is None or len(guards) < best[0]):
                    rules = tuple(dict.fromkeys(rule for guard in guards for rule in guard.rules))
                    said = "; ".join(words.guard(ground, guard, binding)[0] for guard in guards)
                    best = len(guards), rules, words.step(ground, binding), said
    shown = f"{event.name} ({event.log} {event.seq}) is not possible here"
    if best is None:
        return (), None, shown
    return best[1], best[2], f"{shown}: {best[3]} does not hold"

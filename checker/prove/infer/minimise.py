"""The few clauses that the proved goals need: what they lean on, and of that nothing that can be spared."""

from __future__ import annotations

from collections.abc import Collection

from checker.prove.infer.strengthen import Item, Strengthening
from checker.prove.queries import Undecided


def minimised(attempt: Strengthening) -> tuple[Item, ...]:
    """The clauses, in the order they were found. The long ones are spared first.

    Whatever is left is inductive together with the goals that are proved.
    """
    standing = attempt.proved()
    goals = [name for name in standing if attempt.items[name].cube is None]
    kept = _closure(attempt, goals)
    spare = sorted((attempt.items[name] for name in kept if attempt.items[name].cube is not None), key=_length)
    for item in reversed(spare):
        if item.name in kept:
            fewer = kept - {item.name}
            if _without(attempt, item.name, fewer):
                kept = _closure(attempt, goals)
    return tuple(item for name, item in attempt.items.items() if name in kept and item.cube is not None)


def _length(item: Item) -> tuple[int, int, str]:
    assert item.cube is not None
    return len(item.cube.literals), len(item.cube.names), item.name


def _closure(attempt: Strengthening, goals: Collection[str]) -> frozenset[str]:
    found = set(goals)
    waiting = list(goals)
    while waiting:
        for name in attempt.items[waiting.pop()].needs - found:
            found.add(name)
            waiting.append(name)
    return frozenset(found)


def _without(attempt: Strengthening, spared: str, kept: Collection[str]) -> bool:
    """Finds proofs that do not lean on one clause, if there are any; else nothing is changed."""
    found = []
    for item in (attempt.items[name] for name in sorted(kept)):
        for part, used in item.proofs.items():
            if spared in used:
                try:
                    needed = attempt.asks(item, part, kept)
                except Undecided:
                    return False
                if needed is None:
                    return False
                found.append((item, part, needed))
    for item, part, needed in found:
        item.proofs[part] = needed
    return True

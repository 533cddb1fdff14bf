"""Facts about individuals at each state of a family, as one number a state, and their way back and on along steps.

A fact is said of one tuple of individuals (an instance) in some variants. Instance by instance, fact by fact, it has
one bit a variant; a step takes the bits of the instances where its renaming takes these (NOTE(threads) in
`threads.py`), and keeps only the variants in which it is possible. One operation on long numbers does all at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence

from checker.explore.components import components
from checker.explore.family import Arrow
from checker.explore.threads import Instances


class Packing:
    """Where the bit of an instance's fact in a variant is."""

    def __init__(self, space: Instances, facts: int, variants: int) -> None:
        self.space, self.facts, self.variants = space, facts, variants
        self._width = facts * variants  # of one instance
        self._part = (1 << self._width) - 1
        self._ones = (1 << variants) - 1
        self._each = sum(1 << at * variants for at in range(len(space) * facts))
        self._back: dict[tuple[int, int], int] = {}
        self._on: dict[tuple[int, int], int] = {}

    def put(self, instance: int, fact: int, variants: int) -> int:
        """The number in which the fact is true of the instance in these variants, and nothing else."""
        return variants << instance * self._width + fact * self.variants

    def get(self, mask: int, instance: int, fact: int) -> int:
        """The variants in which the fact is true of the instance."""
        return mask >> instance * self._width + fact * self.variants & self._ones

    def part(self, mask: int, instance: int) -> int:
        """The facts of one instance, packed as those of a first one."""
        return mask >> instance * self._width & self._part

    def of(self, mask: int, instance: int) -> list[int]:
        """For each fact, the variants in which it is true of the instance."""
        part = self.part(mask, instance)
        return [part >> fact * self.variants & self._ones for fact in range(self.facts)]

    def everywhere(self, variants: int) -> int:
        """All facts of all instances in these variants."""
        return self._each * variants

    def back(self, mask: int, renaming: int) -> int:
        """What is true before a renaming, given what is true after it."""
        if not renaming or not mask:
            return mask
        known = self._back.get((renaming, mask))
        if known is None:
            known = 0
            for before, after in enumerate(self.space.moved(renaming)):
                known |= (mask >> after * self._width & self._part) << before * self._width
            self._back[renaming, mask] = known
        return known

    def on(self, mask: int, renaming: int) -> int:
        """What is true after a renaming, given what is true before it."""
        if not renaming or not mask:
            return mask
        known = self._on.get((renaming, mask))
        if known is None:
            known = 0
            for before, after in enumerate(self.space.moved(renaming)):
                known |= (mask >> before * self._width & self._part) << after * self._width
            self._on[renaming, mask] = known
        return known


def reach_back(
    packing: Packing,
    own: Callable[[int], int],
    after: Callable[[int], Sequence[Arrow]],
    roots: Iterable[int],
    finish: Callable[[int, int], int] | None = None,
) -> dict[int, int]:
    """For each state reachable from the roots, the facts true of it or of a state that it leads to by these arrows.

    `finish(state, mask)` adds facts that follow from what can be reached; it is asked once that is known.
    """
    masks: dict[int, int] = {}
    spread: dict[int, int] = {}
    everywhere = packing.everywhere

    def gathered(at: int) -> int:
        mask = masks[at]
        for _, target, renaming, where in after(at):
            known = masks.get(target, 0)
            if known:
                wide = spread.get(where)
                if wide is None:
                    wide = spread[where] = everywhere(where)
                mask |= packing.back(known, renaming) & wide
        return mask

    def settle(component: list[int]) -> None:
        while True:
            grown = False
            for at in component:
                mask = gathered(at)
                if mask != masks[at]:
                    masks[at] = mask
                    grown = True
            if not grown or (len(component) == 1 and all(target != at for _, target, _, _ in after(at))):
                return

    for component in components(roots, lambda at: [target for _, target, _, _ in after(at)]):
        for at in component:
            masks[at] = own(at)
        settle(component)
        if finish is not None:
            more = {at: finish(at, masks[at]) for at in component}
            if any(more.values()):
                for at, facts in more.items():
                    masks[at] |= facts
                settle(component)
    return masks


def reach_on(
    packing: Packing,
    starts: Mapping[int, int],
    after: Callable[[int], Iterable[Arrow]],
    step: Callable[[int, int, int], int] | None = None,
) -> dict[int, int]:
    """For each state, the facts that are true of it on some way from the starts.

    `step(ground, state, mask)` is what is true after the step and before its renaming; without it, the same as before.
    """
    masks = dict(starts)
    spread: dict[int, int] = {}
    waiting = deque(masks)
    queued = set(masks)
    while waiting:
        at = waiting.popleft()
        queued.discard(at)
        mask = masks[at]
        for ground, target, renaming, where in after(at):
            wide = spread.get(where)
            if wide is None:
                wide = spread[where] = packing.everywhere(where)
            kept = mask & wide
            new = packing.on(kept if step is None else step(ground, at, kept), renaming)
            old = masks.get(target, 0)
            if new & ~old:
                masks[target] = old | new
                if target not in queued:
                    queued.add(target)
                    waiting.append(target)
    return masks

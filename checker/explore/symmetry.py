"""The symmetry of a machine: one representative for all states that differ only in which individual is which.

Why that is sound: NOTE(interchangeable) in `blocks.py`. How representatives are found: `listed.py` for small groups,
`staged.py` for large ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from math import factorial, prod

from checker.explore.blocks import Block, describe, find_blocks
from checker.explore.listed import Listed
from checker.explore.permutations import Image, Permutations
from checker.explore.slots import Slots
from checker.explore.staged import Staged, mover, plan
from checker.language.protocol import Of, Type
from checker.model.ground import Machine
from checker.model.judge import InternalError
from checker.model.run import Step

LISTED = 48  # permutations that are all tried where there are ties; beyond, one sort is ordered after another
TIED = 5_040  # permutations of sorts with ties between their individuals; beyond, their symmetry is not used


class Symmetry:
    """The renamings of a machine's individuals, each known by its number; 0 renames nobody.

    `blocks` are those in use, `words` says in sentences what was found, `order` is how many renamings there are.
    `canonical` gives a state's representative, and a renaming that takes the state to it.
    """

    def __init__(self, machine: Machine, blocks: tuple[Block, ...], words: tuple[str, ...]) -> None:
        self.blocks = blocks
        self.words = words
        self.order = prod(factorial(len(block.members)) for block in blocks)
        self._machine = machine
        self._slots = Slots(machine, blocks)
        self._numbered = Permutations(blocks)
        self._movers: dict[tuple[int, Image], Callable[[bytes], bytes]] = {}
        self._maps: dict[int, Mapping[str, tuple[int, ...]]] = {}
        self.canonical: Callable[[bytes], tuple[bytes, int]] = _unchanged
        if blocks:
            ties = any(stage.tied for stage in plan(self._slots))
            self.canonical = (Listed if ties and self.order <= LISTED else Staged)(self._slots, self._numbered)

    def then(self, first: int, second: int) -> int:
        """The renaming that does `first`, then `second`."""
        return self._numbered.then(first, second)

    def inverse(self, renaming: int) -> int:
        return self._numbered.inverse(renaming)

    def maps(self, renaming: int) -> Mapping[str, tuple[int, ...]]:
        """For each sort with a block, where each of its individuals goes."""
        found = self._maps.get(renaming)
        if found is None:
            images = self._numbered.images(renaming)
            found = self._maps[renaming] = {
                block.sort: _sort_map(self._machine.sizes[block.sort], block, image)
                for block, image in zip(self.blocks, images, strict=True)
            }
        return found

    def move(self, renaming: int, values: tuple[int, ...], types: tuple[Type, ...]) -> tuple[int, ...]:
        """Where a tuple of values goes."""
        if not renaming:
            return values
        maps = self.maps(renaming)
        return tuple(
            maps[type_.sort][value] if isinstance(type_, Of) and type_.sort in maps else value
            for value, type_ in zip(values, types, strict=True)
        )

    def move_ground(self, renaming: int, number: int) -> int:
        """Where a step goes, by its number."""
        if not renaming:
            return number
        ground = self._machine.grounds[number]
        args = self.move(renaming, ground.args, tuple(type_ for _, type_ in ground.moment.params))
        return self._machine.number(Step(ground.moment.action, ground.moment.moment, args))

    def move_state(self, renaming: int, state: bytes) -> bytes:
        """Where a state goes."""
        for number, image in enumerate(self._numbered.images(renaming)):
            known = self._movers.get((number, image))
            if known is None:
                known = self._movers[number, image] = mover(self._slots, number, image)
            state = known(state)
        return state

    def check(self, state: bytes) -> None:
        """Try the theorem out on one state: renamed, it must have the renamed successors. Raises InternalError."""
        wanted = self._machine.successors(state)
        for number, block in enumerate(self.blocks):
            size = len(block.members)
            for image in {(1, 0, *range(2, size)), (*range(1, size), 0)}:  # these two generate all of a block's
                renaming = self._numbered.one(number, image)
                moved = self._machine.successors(self.move_state(renaming, state))
                renamed = [
                    (self.move_ground(renaming, ground), self.move_state(renaming, after)) for ground, after in wanted
                ]
                if Counter(renamed) != Counter(moved):
                    raise InternalError(f"individuals of {block.sort} were taken for interchangeable and are not")


def find_symmetry(machine: Machine) -> Symmetry:
    """The symmetry of a machine's protocol in its scope, as far as it can be used."""
    found = find_blocks(machine.protocol, machine.scope)
    kept = tuple(block for block in found if Slots(machine, (block,)).touching(0))
    idle = set(found) - set(kept)  # no cell is about them
    while True:
        tied = [kept[stage.block] for stage in plan(Slots(machine, kept)) if stage.tied]
        if prod(factorial(len(block.members)) for block in tied) <= TIED:
            break
        largest = max(tied, key=lambda block: len(block.members))
        kept = tuple(block for block in kept if block is not largest)
    left_out = tuple(block for block in found if block not in kept and block not in idle)
    return Symmetry(machine, kept, describe(machine.protocol, machine.scope, kept, left_out))


def no_symmetry(machine: Machine) -> Symmetry:
    """The group of one renaming, for a search of all states as they are."""
    return Symmetry(machine, (), ("not used",))


def _unchanged(state: bytes) -> tuple[bytes, int]:
    return state, 0


def _sort_map(size: int, block: Block, image: Image) -> tuple[int, ...]:
    to = {block.members[position]: block.members[image[position]] for position in range(len(image))}
    return tuple(to.get(number, number) for number in range(size))

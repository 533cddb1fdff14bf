"""Renamings of individuals, each known by a number, so that an edge of a graph can say which one it is."""

from __future__ import annotations

from collections.abc import Sequence

from checker.explore.blocks import Block

Image = tuple[int, ...]  # of one block: the member at position p goes where the member at position image[p] is


class Permutations:
    """All the renamings met so far, each an image for every block. Number 0 renames nobody."""

    def __init__(self, blocks: tuple[Block, ...]) -> None:
        nobody = tuple(tuple(range(len(block.members))) for block in blocks)
        self._images: list[tuple[Image, ...]] = [nobody]
        self._numbers = {nobody: 0}
        self._after: dict[tuple[int, int, Image], int] = {}
        self._composed: dict[tuple[int, int], int] = {}
        self._inverses: dict[int, int] = {0: 0}

    def __len__(self) -> int:
        return len(self._images)

    def images(self, number: int) -> tuple[Image, ...]:
        return self._images[number]

    def number(self, images: tuple[Image, ...]) -> int:
        number = self._numbers.get(images)
        if number is None:
            number = self._numbers[images] = len(self._images)
            self._images.append(images)
        return number

    def one(self, block: int, image: Image) -> int:
        """The permutation of one block alone."""
        return self.after(0, block, image)

    def after(self, first: int, block: int, image: Image) -> int:
        """First the numbered permutation, then that of one block."""
        key = (first, block, image)
        number = self._after.get(key)
        if number is None:
            images = self._images[first]
            moved = tuple(image[position] for position in images[block])
            number = self._after[key] = self.number((*images[:block], moved, *images[block + 1 :]))
        return number

    def then(self, first: int, second: int) -> int:
        """First the one, then the other."""
        if not second:
            return first
        number = self._composed.get((first, second))
        if number is None:
            pairs = zip(self._images[first], self._images[second], strict=True)
            images = tuple(tuple(later[position] for position in earlier) for earlier, later in pairs)
            number = self._composed[first, second] = self.number(images)
        return number

    def inverse(self, number: int) -> int:
        found = self._inverses.get(number)
        if found is None:
            found = self._inverses[number] = self.number(tuple(inverted(image) for image in self._images[number]))
        return found


def inverted(order: Sequence[int]) -> Image:
    """The inverse of a permutation given as a sequence."""
    image = [0] * len(order)
    for position, individual in enumerate(order):
        image[individual] = position
    return tuple(image)

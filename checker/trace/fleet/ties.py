"""Which things belong together: the names of each space by life, and the case that each of them is in."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from checker.trace.fleet.codes import ABSENT, Flags, Ints, Longs, first_ones, order_of
from checker.trace.fleet.shapes import Shapes, Table

SPARSE = 0.6  # of a column that is fuller than this all rows are looked at
Number = TypeVar("Number", bound=np.generic)


class Ties:
    """Things by number: a lasting name, or one life of an id. `space` and `name` say what each is.

    `parent` leads from a thing to the smallest one that it is known to belong with, in any number of steps.
    """

    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes
        self.count = 0
        self.parent: Ints = np.empty(1024, np.int32)
        self.space = np.empty(1024, np.int8)
        self.name: Ints = np.empty(1024, np.int32)
        self._scratch: Ints = np.empty(1024, np.int32)
        width = len(shapes.plan.spaces)
        self._alive: list[Longs] = [np.full(1024, ABSENT, np.int64) for _ in range(width)]  # by name, the life it is in
        self._over: list[Flags] = [np.zeros(1024, np.bool_) for _ in range(width)]

    def things(self, table: Table) -> tuple[Longs | None, ...]:
        """For each space the thing that each record names, ABSENT where it names none."""
        found: list[Longs | None] = []
        for space, names in enumerate(table.names):
            if names is None:
                found.append(None)
                continue
            rows = np.flatnonzero(names >= 0)
            if len(rows) > SPARSE * len(names):
                found.append(self._of_space(space, names, table.shapes))
            elif not len(rows):
                found.append(None)
            else:  # most records name nothing here
                things = np.full(len(names), ABSENT)
                shapes = table.shapes.take(rows) if self._begins(space) else table.shapes
                things[rows] = self._of_space(space, names.take(rows), shapes)
                found.append(things)
        return tuple(found)

    def join(self, things: tuple[Longs | None, ...], anchor: Longs) -> None:
        """The things that one record names belong together. `anchor` is the first of them."""
        pairs: list[tuple[Longs, Longs]] = []
        first = next((column for column in things if column is not None), None)
        for column in things:
            if column is not None and column is not first:  # what the first one names is the anchor
                rows = np.flatnonzero(column >= 0)
                left, right = column.take(rows), anchor.take(rows)
                # The others are known to belong together.
                news = np.flatnonzero(self.parent.take(left) != self.parent.take(right))
                some, left, right = self._links(left.take(news), right.take(news))
                others, left, right = self._links(right, left)
                pairs += [some, others, (left, right)]
        if pairs:
            self._unite(np.concatenate([one for one, _ in pairs]), np.concatenate([other for _, other in pairs]))

    def _links(self, left: Longs, right: Longs) -> tuple[tuple[Longs, Longs], Longs, Longs]:
        """One pair for each thing on the left, and the pairs that say something else of it."""
        row_of = self._scratch
        order = np.arange(len(left), dtype=np.int32)
        row_of[left] = order  # of equal ones the last row counts
        last = row_of[left]
        kept, odd = np.flatnonzero(last == order), np.flatnonzero(right[last] != right)
        return (left[kept], right[kept]), left[odd], right[odd]

    def roots(self, things: Longs) -> Longs:
        """For each of these the thing that stands for all it belongs with. What is passed is shortened on the way."""
        root = self.parent.take(things).astype(np.int64)
        while True:
            above = self.parent.take(root)
            if np.array_equal(above, root):
                break
            root = above.astype(np.int64)
        self.parent[things] = root
        return root

    # ------------------------------------------------------------------------------------------------------------ lives

    def _of_space(self, space: int, names: Longs, shapes: Longs) -> Longs:
        highest = int(names.max(initial=ABSENT))
        if highest >= len(self._alive[space]) - 1:  # the last one is for those that name nothing
            self._alive[space] = _longer(self._alive[space], highest + 2, ABSENT)
            self._over[space] = _longer(self._over[space], highest + 2, False)
        alive = self._alive[space]
        found = alive.take(names)
        new = names[np.flatnonzero(found < 0)]
        new = new[new >= 0]
        if len(new):
            fresh = new[first_ones(new, highest + 1)]
            alive[fresh] = self._made(space, fresh)
            found = alive.take(names)
        if self._begins(space):
            marks = np.flatnonzero((self.shapes.starts[space] | self.shapes.ends[space]).take(shapes) & (names >= 0))
            if len(marks):
                self._begun(space, names, found, marks, shapes)
        return found

    def _begins(self, space: int) -> bool:
        """Whether lives begin in this space, as far as records are known."""
        return bool(self.shapes.starts[space].any())

    def _begun(self, space: int, names: Longs, found: Longs, marks: Longs, shapes: Longs) -> None:
        """New lives: they begin at each start of an id whose life before is over."""
        alive, over = self._alive[space], self._over[space]
        marks = marks[order_of(names[marks], len(alive))]  # by name, then in order
        mine = names[marks]
        start, end = self.shapes.starts[space][shapes[marks]], self.shapes.ends[space][shapes[marks]]
        first = np.flatnonzero(np.diff(mine, prepend=ABSENT))  # where each name's marks begin
        size = np.diff(first, append=len(mine))
        ended = np.cumsum(end) - np.repeat((np.cumsum(end) - end)[first], size) + np.repeat(over[mine[first]], size)
        # How many ends there were before the start before this one; -1: there was no start.
        run = np.repeat(first, size)
        latest = _latest(np.where(start, ended - end, -1), run)
        before = np.concatenate((np.full(1, -1), latest[:-1]))
        before[first] = -1
        begins = np.flatnonzero(start & (ended - end > np.maximum(before, 0)))
        last = first + size - 1
        over[mine[last]] = ended[last] > np.maximum(latest[last], 0)
        if len(begins):
            self._renew(space, names, found, marks[begins])

    def _renew(self, space: int, names: Longs, found: Longs, births: Longs) -> None:
        """What is named from each birth on is the new life. `births` are by name, then in order."""
        alive = self._alive[space]
        reborn = names[births]
        lives = self._made(space, reborn)
        changed = np.zeros(len(alive), np.bool_)
        changed[reborn] = True
        rows = np.flatnonzero(changed.take(names))
        rows = rows[order_of(names[rows], len(alive))]
        born = np.zeros(len(names), np.bool_)
        born[births] = True
        latest = np.cumsum(born[rows]) - 1  # the last birth up to here, of whatever name
        same = (latest >= 0) & (reborn[latest] == names[rows])
        found[rows[same]] = lives[latest[same]]
        alive[reborn] = lives  # of equal ones the last counts

    def _made(self, space: int, names: Longs) -> Longs:
        """New things."""
        first, self.count = self.count, self.count + len(names)
        if self.count > len(self.parent):
            room = max(self.count, len(self.parent) + len(self.parent) // 2)
            self.parent, self.name, self._scratch = (
                _longer(each, room, 0, exact=True) for each in (self.parent, self.name, self._scratch)
            )
            self.space = _longer(self.space, room, 0, exact=True)
        made = np.arange(first, self.count)
        self.parent[made], self.space[made], self.name[made] = made, space, names
        return made

    def _unite(self, one: Longs, other: Longs) -> None:
        while len(one):
            one, other = self.roots(one), self.roots(other)
            apart = np.flatnonzero(one != other)
            one, other = one[apart], other[apart]
            self.parent[np.maximum(one, other)] = np.minimum(one, other)  # of several the last; the others are next


def _latest(values: Longs, run: Longs) -> Longs:
    """For each place the last value up to there that is not -1, in its run (given by where it begins), else -1."""
    at = np.maximum.accumulate(np.where(values >= 0, np.arange(len(values)), -1))
    return np.where(at >= run, values[at], -1)


def _longer(array: NDArray[Number], size: int, fill: int, exact: bool = False) -> NDArray[Number]:
    more = np.full(size if exact else max(size, 2 * len(array)), fill, array.dtype)
    more[: len(array)] = array
    return more

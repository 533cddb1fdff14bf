"""Takes a stream of records apart into cases, in memory that does not grow with the records of a case.

Records are taken in batches. Cases that had a record not long ago are carried on to the next batch, record by record;
the others are *settled*: what is kept of them is their variant, the things they name and their places in the input.
Where a settled case goes on after all, its records are made again from its variant.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from checker.trace.fleet.codes import ABSENT, Flags, Ints, Longs, first_ones, order_of
from checker.trace.fleet.shapes import Shapes, Table
from checker.trace.fleet.ties import Ties
from checker.trace.fleet.variants import Rows, Sorted, Variants, first_named, joined, revived, things_of

BATCH = 1 << 16  # records of a batch
RECENT = 1 << 13  # a case without a record among so many last ones is settled


@dataclass(frozen=True, slots=True)
class Settled:
    """A case that is settled: the variant, its things, the places of its records."""

    variant: int
    things: Longs
    places: Longs


class Book:
    """The cases of one recording."""

    def __init__(self, shapes: Shapes, batch: int = BATCH, recent: int = RECENT) -> None:
        self.shapes = shapes
        self.ties = Ties(shapes)
        self.variants = Variants()
        self.events = 0
        self.common: list[tuple[int, int]] = []  # place and shape of each record that is of no case in particular
        self._batch, self._recent = batch, recent
        self._waiting: list[Rows] = []
        self._carried: list[Rows] = []
        self._common_of = np.zeros(len(shapes.plan.logs), np.int32)
        # The settled cases, one after the other: variant, thing that stands for it, where its things and places end.
        self._variant, self._root = array("i"), array("i")
        self._things, self._places = array("i"), array("I")
        self._things_end, self._places_end = array("q", [0]), array("q", [0])
        self._row_of: Ints = np.full(1024, ABSENT, np.int32)  # by the thing that stands for it, the settled case
        self._quiet = np.zeros(1024, np.bool_)  # by thing, whether its case is settled
        self._first: Longs = np.empty(1024, np.int64)  # by thing, room for where it occurs first

    def add(self, table: Table) -> None:
        """More records, in the order of the input."""
        if not len(table):
            return
        self.events += len(table)
        things = self.ties.things(table)
        anchor = first_named(things, len(table))
        rows = self._without_common(Rows(table.shapes, things, anchor, table.places, None))
        self._revive(rows)
        self.ties.join(rows.things, rows.anchor)
        self._waiting.append(rows)
        if sum(map(len, self._waiting)) >= self._batch:
            self._take(last=False)

    def close(self) -> None:
        """There are no more records."""
        self._take(last=True)

    def __iter__(self) -> Iterator[Settled]:
        """The cases, once there are no more records."""
        for row in range(len(self._variant)):
            if self._row_of[self._root[row]] == row:
                yield self._settled(row)

    def counts(self) -> Longs:
        """How many cases each variant has, once there are no more records."""
        here = self._here()
        return np.bincount(np.frombuffer(self._variant, np.int32)[here], minlength=len(self.variants.met))

    def of_variant(self, number: int) -> Iterator[Settled]:
        """The cases of one variant, in the order of their settling."""
        variants = np.frombuffer(self._variant, np.int32)
        for row in np.flatnonzero((variants == number) & self._here()).tolist():
            yield self._settled(row)

    def _here(self) -> Flags:
        """Which settled cases did not go on."""
        roots = np.frombuffer(self._root, np.int32)
        here: Flags = self._row_of[roots] == np.arange(len(roots))
        return here

    def _settled(self, row: int) -> Settled:
        things = slice(self._things_end[row], self._things_end[row + 1])
        places = slice(self._places_end[row], self._places_end[row + 1])
        return Settled(
            self._variant[row],
            np.array(self._things[things], np.int64),
            np.array(self._places[places], np.int64),
        )

    # ---------------------------------------------------------------------------------------------------------- batches

    def _take(self, last: bool) -> None:
        parts, self._carried, self._waiting = [*self._carried, *self._waiting], [], []
        if not sum(map(len, parts)):
            return
        rows = joined(parts)
        cases, root = self._numbered(rows)
        self._settle(rows, cases, root, last)

    def _without_common(self, rows: Rows) -> Rows:
        """The rows that are of some case, each with how many common records of its log came before it."""
        common = rows.anchor == ABSENT
        if not len(self.common) and not common.any():
            return rows
        before = np.zeros(len(rows), np.int64)
        logs = self.shapes.log[rows.shapes]
        for log in range(len(self._common_of)):
            mine = np.flatnonzero(logs == log)
            counts = self._common_of[log] + np.cumsum(common[mine])
            before[mine] = counts
            if len(mine):
                self._common_of[log] = counts[-1]
        here = np.flatnonzero(common)
        self.common += zip(rows.places[here].tolist(), rows.shapes[here].tolist(), strict=True)
        return replace(rows, common=before).at(np.flatnonzero(~common))

    def _revive(self, new: Rows) -> None:
        """Settled cases that new records name a thing of are taken up again, before what is carried anyhow."""
        size = len(self._quiet)
        if self.ties.count >= size:  # the last one is for those that name nothing
            room = max(self.ties.count + 1, size + size // 2)
            self._quiet = np.concatenate((self._quiet, np.zeros(room - size, np.bool_)))
            self._row_of = np.concatenate((self._row_of, np.full(room - size, ABSENT, np.int32)))
        if not len(self._variant):
            return
        named = [things[self._quiet[things]] for things in new.things if things is not None]
        if not any(map(len, named)):
            return
        roots = np.unique(self.ties.roots(np.concatenate(named)))
        parts = []
        for row in self._row_of[roots].tolist():
            settled = self._settled(row)
            parts.append(revived(self.variants.met[settled.variant], settled.things, settled.places))
            self._quiet[settled.things] = False
        self._row_of[roots] = ABSENT
        rows = joined([*parts, *self._carried])
        self._carried = [rows.at(np.argsort(rows.places, kind="stable"))]  # a log's records stay in their order

    def _numbered(self, rows: Rows) -> tuple[Longs, Longs]:
        """For each row its case, and for each case the thing that stands for it; cases in the order of first rows."""
        root = self.ties.roots(rows.anchor)
        first = first_ones(root, self.ties.count)
        stands = root[first]
        number = np.empty(self.ties.count, np.int64)
        number[stands] = np.arange(len(first))
        return number[root], stands

    def _settle(self, rows: Rows, cases: Longs, root: Longs, last: bool) -> None:
        """Settles the cases that are quiet, and carries the others on."""
        kept = None
        if not last:
            latest = np.empty(len(root), np.int64)
            latest[cases] = np.arange(len(rows))
            quiet = latest < len(rows) - self._recent
            mine = quiet[cases]
            self._carried = [rows.at(np.flatnonzero(~mine))]
            if not quiet.any():
                return
            kept = np.flatnonzero(mine)
            cases, root = (np.cumsum(quiet) - 1)[cases[kept]], root[quiet]
        ordered = self._sorted(rows, kept, cases, len(root))
        numbers = self.variants.numbers(ordered)
        things, begins = things_of(ordered)
        self._row_of[root] = len(self._variant) + np.arange(len(root), dtype=np.int32)
        self._variant.frombytes(numbers.astype(np.int32).tobytes())
        self._root.frombytes(root.astype(np.int32).tobytes())
        self._things_end.frombytes((len(self._things) + begins[1:]).astype(np.int64).tobytes())
        self._places_end.frombytes((len(self._places) + ordered.starts[1:]).astype(np.int64).tobytes())
        self._things.frombytes(things.astype(np.int32).tobytes())
        self._places.frombytes(ordered.rows.places.astype(np.uint32).tobytes())
        self._quiet[things] = True

    def _sorted(self, rows: Rows, kept: Longs | None, cases: Longs, count: int) -> Sorted:
        logs = len(self.shapes.plan.logs)
        of_log = self.shapes.log.take(rows.shapes if kept is None else rows.shapes.take(kept))
        order = order_of(cases * logs + of_log, count * logs)
        rows = rows.at(order if kept is None else kept.take(order))
        sizes = np.bincount(cases, minlength=count)
        starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes)))
        begin = np.repeat(starts[:-1], sizes)
        every = np.arange(len(rows))
        within = every - begin
        backwards = within[::-1].copy()
        first = self._first = _longer(self._first, self.ties.count + 1)  # the last entry is for those that name nothing
        firsts: list[Longs | None] = []
        for things in rows.things:
            if things is not None:
                first[things[::-1].copy()] = backwards  # of equal ones the last assignment counts: the first occurrence
                first[ABSENT] = ABSENT
            firsts.append(None if things is None else first.take(things))
        return Sorted(rows, starts, within, tuple(firsts))


def _longer(array: Longs, size: int) -> Longs:
    return array if len(array) >= size else np.empty(size + size // 2, np.int64)

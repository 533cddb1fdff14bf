"""Variants: what a case's records are, up to names. Two cases of one variant have the same verdict, times aside.

A variant is, log by log, the sequence of shapes, with each name replaced by the place of its first occurrence in the
case and with how many records that are common to all cases came before. Hashes only suggest which cases are alike;
what counts is that every record is equal to the representative's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from checker.trace.fleet.codes import ABSENT, Flags, Longs, order_of

Words = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Rows:
    """Records of cases by the column. `things` are by space, `anchor` is the first of them that a record names.

    `common` counts the common records of its log before. None stands for a column in which nothing is named, and for
    one of nothing but 0.
    """

    shapes: Longs
    things: tuple[Longs | None, ...]
    anchor: Longs
    places: Longs
    common: Longs | None

    def __len__(self) -> int:
        return len(self.shapes)

    def at(self, rows: Longs) -> Rows:
        """Some of the rows, in the order asked for."""
        things = tuple(None if each is None else each.take(rows) for each in self.things)
        common = None if self.common is None else self.common.take(rows)
        return Rows(self.shapes.take(rows), things, self.anchor.take(rows), self.places.take(rows), common)


def joined(parts: list[Rows]) -> Rows:
    """All rows, one part after the other."""
    if len(parts) == 1:
        return parts[0]
    return Rows(
        np.concatenate([each.shapes for each in parts]),
        tuple(_stacked(columns, parts, ABSENT) for columns in zip(*(each.things for each in parts), strict=True)),
        np.concatenate([each.anchor for each in parts]),
        np.concatenate([each.places for each in parts]),
        _stacked([each.common for each in parts], parts, 0),
    )


def _stacked(columns: Sequence[Longs | None], parts: list[Rows], fill: int) -> Longs | None:
    if all(column is None for column in columns):
        return None
    return np.concatenate(
        [np.full(len(part), fill) if column is None else column for column, part in zip(columns, parts, strict=True)]
    )


@dataclass(frozen=True, slots=True)
class Sorted:
    """Rows case by case, and log by log within a case. `starts` has one more entry than there are cases.

    `within` says how far into its case each record is, `firsts` by space how far its thing occurs first.
    """

    rows: Rows
    starts: Longs
    within: Longs
    firsts: tuple[Longs | None, ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """The records of a variant, of which `names` are places in the list of a case's things (ABSENT: none)."""

    shapes: Longs
    names: tuple[Longs | None, ...]
    common: Longs | None


@dataclass(slots=True)
class Variants:
    """The variants met so far."""

    met: list[Variant] = field(default_factory=list)
    _numbers: dict[bytes, int] = field(default_factory=dict)

    def numbers(self, cases: Sorted) -> Longs:
        """For each case the number of its variant."""
        size = len(cases.starts) - 1
        lengths = np.diff(cases.starts)
        hashes = _hashes(cases)
        _, alike, group = np.unique(hashes, return_index=True, return_inverse=True)
        model = alike[group]
        offset = np.repeat(cases.starts[model] - cases.starts[:-1], np.minimum(lengths, lengths[model]))
        if (lengths == lengths[model]).all():
            same = _same(cases, np.arange(len(cases.rows)) + offset)
            odd = np.unique(np.repeat(np.arange(size), lengths)[~same]) if not same.all() else np.empty(0, np.int64)
        else:
            odd = np.arange(size)  # two that differ have one hash: each is looked at by itself
        number_of = np.array([self._number(cases, at) for at in alike.tolist()], np.int64)
        numbers = number_of[group]
        for at in odd.tolist():
            numbers[at] = self._number(cases, at)
        return numbers

    def _number(self, cases: Sorted, case: int) -> int:
        here = slice(int(cases.starts[case]), int(cases.starts[case + 1]))
        size = here.stop - here.start
        key = b"".join(
            (np.full(size, fill) if column is None else column[here]).astype(np.int32).tobytes()
            for column, fill in (
                (cases.rows.shapes, 0),
                (cases.rows.common, 0),
                *((column, ABSENT) for column in cases.firsts),
            )
        )
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.met)
            self.met.append(_variant(cases, here))
        return number


def things_of(cases: Sorted) -> tuple[Longs, Longs]:
    """The things of all cases, case by case in the order of their first occurrence, and where each case's begin."""
    size, width = len(cases.rows), len(cases.firsts)
    spots, named = [], []
    for space, (things, places) in enumerate(zip(cases.rows.things, cases.firsts, strict=True)):
        if things is not None and places is not None:
            rows = np.flatnonzero(places == cases.within)
            spots.append(rows * width + space)
            named.append(things[rows])
    where = np.concatenate(spots)
    order = order_of(where, size * width)
    ends = np.searchsorted(where[order], cases.starts * width)
    return np.concatenate(named)[order], ends


def revived(variant: Variant, things: Longs, places: Longs) -> Rows:
    """The records of a case of that variant, given its things."""
    listed = np.append(things, ABSENT)
    named = tuple(None if names is None else listed[names] for names in variant.names)
    return Rows(variant.shapes, named, first_named(named, len(places)), places, variant.common)


def first_named(things: tuple[Longs | None, ...], size: int) -> Longs:
    """For each record the first thing it names; ABSENT where it names none."""
    anchor: Longs | None = None
    for column in things:
        if column is not None:
            anchor = column if anchor is None else np.where(anchor == ABSENT, column, anchor)
    return np.full(size, ABSENT) if anchor is None else anchor


def _variant(cases: Sorted, here: slice) -> Variant:
    listed: dict[tuple[int, int], int] = {}
    firsts = [None if each is None else each[here].tolist() for each in cases.firsts]
    for row in range(here.stop - here.start):
        for space, column in enumerate(firsts):
            if column is not None and column[row] == row:
                listed[row, space] = len(listed)
    names = []
    for space, column in enumerate(firsts):
        places = None if column is None else [listed[at, space] if at != ABSENT else ABSENT for at in column]
        names.append(None if places is None else np.array(places, np.int64))
    common = cases.rows.common
    return Variant(cases.rows.shapes[here].copy(), tuple(names), None if common is None else common[here].copy())


def _same(cases: Sorted, others: Longs) -> Flags:
    """Whether each row is equal to another one, up to names."""
    same: Flags = cases.rows.shapes.take(others) == cases.rows.shapes
    for column in (cases.rows.common, *cases.firsts):
        if column is not None:
            same &= column.take(others) == column
    return same


def _hashes(cases: Sorted) -> Words:
    """A hash of each case's records."""
    words = cases.rows.shapes.astype(np.uint64)
    for column in (*cases.firsts, cases.rows.common):
        if column is not None:
            words *= _ODD
            words += column.view(np.uint64)
    words ^= words >> _HALF
    lengths = np.diff(cases.starts)
    words *= (cases.within.view(np.uint64) * _STEP) | _ONE
    return np.add.reduceat(words, cases.starts[:-1]) + lengths.astype(np.uint64)


_ODD, _STEP = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD92)
_HALF, _ONE = np.uint64(29), np.uint64(1)

"""Columns between Arrow and NumPy: what is there and what is not, whole or cut out of a longer column."""

from __future__ import annotations

import pyarrow as pa
import pytest

from checker.trace.fleet.arrays import longs, numbers_in, texts, there

WHOLE = [3, None, -4, 5, None, 1 << 40, 7, 8, 9, None]
CUTS = (slice(0, 10), slice(1, 9), slice(3, 4), slice(9, 10), slice(5, 5))


@pytest.mark.parametrize("cut", CUTS, ids=str)
def test_numbers_are_those_of_the_column(cut: slice) -> None:
    column = pa.array(WHOLE, pa.int64())[cut]
    assert numbers_in(column, -1).tolist() == [-1 if value is None else value for value in WHOLE[cut]]
    assert there(column).tolist() == [value is not None for value in WHOLE[cut]]


def test_indices_of_a_dictionary_are_numbers() -> None:
    column = pa.array(["a", None, "b", "a"]).dictionary_encode()[1:]
    assert numbers_in(column.indices, -1).tolist() == [-1, 1, 0]


def test_columns_are_as_pyarrow_makes_them() -> None:
    told = ["a", None, "", "\u00e9\u20ac", "b"]
    assert texts(told).equals(pa.array(told, pa.string()))
    assert longs(WHOLE).equals(pa.array(WHOLE, pa.int64()))
    assert texts(()).equals(pa.array([], pa.string()))


def test_half_a_character_is_spelled_out() -> None:
    assert texts(["\ud800"]).to_pylist() == ["\\ud800"]

"""Between Arrow and NumPy, by their buffers.

pyarrow's own `array` and `to_numpy` load pandas where it is installed, which takes longer than a small recording does.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Flags = NDArray[np.bool_]


def numbers_in(column: pa.Array, absent: int = 0) -> NDArray[Any]:
    """The whole numbers of a column, or the places that a dictionary's indices are; `absent` where there is none."""
    kept, values = column.buffers()
    kind = np.dtype(str(column.type))
    if values is None:
        return np.empty(0, kind)
    numbers = np.frombuffer(values, kind, len(column), column.offset * kind.itemsize)
    if kept is None or not column.null_count:
        return numbers
    return np.where(_bits(kept, column), numbers, kind.type(absent))


def there(column: pa.Array) -> Flags:
    """Which rows of a column hold a value."""
    kept = column.buffers()[0]
    return np.ones(len(column), np.bool_) if kept is None else _bits(kept, column)


def longs(values: Sequence[int | None]) -> pa.Array:
    """A column of these whole numbers."""
    numbers = np.array([value or 0 for value in values], np.int64)
    return pa.Array.from_buffers(pa.int64(), len(values), [_kept(values), pa.py_buffer(numbers)])


def texts(values: Sequence[str | None]) -> pa.Array:
    """A column of these texts."""
    parts = [(value or "").encode("utf-8", "backslashreplace") for value in values]
    ends = np.array(list(accumulate(map(len, parts), initial=0)), np.int32)
    buffers = [_kept(values), pa.py_buffer(ends), pa.py_buffer(b"".join(parts))]
    return pa.Array.from_buffers(pa.string(), len(values), buffers)


def _bits(bitmap: pa.Buffer, column: pa.Array) -> Flags:
    bytes_ = np.frombuffer(bitmap, np.uint8)
    end = column.offset + len(column)
    bits: Flags = np.unpackbits(bytes_, count=end, bitorder="little")[column.offset :].view(np.bool_)
    return bits


def _kept(values: Sequence[object]) -> pa.Buffer | None:
    if None not in values:
        return None
    return pa.py_buffer(np.packbits([value is not None for value in values], bitorder="little"))

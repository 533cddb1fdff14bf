"""Columns of a recording as numbers: equal values have equal numbers, whichever piece they come in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from checker.trace.fleet.arrays import numbers_in, texts, there
from checker.trace.fleet.codes import Ints, Longs, Texts
from checker.trace.fleet.plan import Plan, Refused
from checker.trace.readers.native_event import plain_status

Columns: TypeAlias = Mapping[str, pa.Array]
Coded: TypeAlias = Mapping[str, NDArray[np.int32] | Longs]  # by column: numbers of texts, or whole numbers as they are

NAMES = ("event", "status", "at")
NOT_PAYLOAD = frozenset({"log", "seq", "ts", "phase", "req", "switchover", *NAMES})
NOTHING = -(1 << 63)  # in a column of whole numbers, where there is none


def is_text(column: pa.Array) -> bool:
    """Whether the values are texts, or numbers of texts of a dictionary."""
    type_ = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    return bool(pa.types.is_string(type_) or pa.types.is_large_string(type_))


def is_coded(column: pa.Array) -> bool:
    """Whether a column can be made numbers here: texts, whole numbers, truth values."""
    return is_text(column) or column.type in (pa.int64(), pa.bool_())


class Coder:
    """Makes numbers of the columns that a plan looks at. Fields that tie records together share one dictionary a space.

    The names of a space are texts or whole numbers, as they are where they are met first.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.spaces = dict(plan.fields)
        self.asked = frozenset(self.spaces) | plan.plain  # the payload fields that anything asks for
        self.others: dict[str, int] = {}  # fields that nothing asks for, with the place where each was first met
        # By column, or by space. What another name follows from, or follows, is a text wherever it is met first.
        self.texts: dict[str | int, Texts] = {"status": Texts(plain_status)}
        for rule in plan.derived:
            self.texts |= {self.spaces[name]: Texts() for name in (rule.whole, rule.field)}
        self._of_ints: set[int] = set()

    def takes(self, columns: Columns) -> bool:
        """Whether all that is asked for is in columns that can be made numbers."""
        return all(
            is_text(column) if name in NAMES else name not in self.asked or is_coded(column)
            for name, column in columns.items()
            if column.null_count < len(column)
        )

    def coded(self, columns: Columns, places: Longs) -> Coded:
        """The columns that are not empty, all of which `takes` took.

        Raises Refused where ids are numbers and then texts that are none.
        """
        made: dict[str, NDArray[np.int32] | Longs] = {}
        for name, column in columns.items():
            if column.null_count == len(column):
                continue
            if name in self.spaces:
                made[name] = self._names(name, column)
            elif name in NAMES or name in self.plan.plain:
                made[name] = _texts_of(name, column, self.texts.setdefault(name, Texts()))
            elif name not in NOT_PAYLOAD and name not in self.others:
                self.others[name] = int(places[int(np.argmax(there(column)))])
        return made

    def text(self, column: str | int, number: int) -> str:
        """The text with a number, by the name of a plain column or the number of a space."""
        return self.texts[column].text(number)

    def _names(self, name: str, column: pa.Array) -> Ints | Longs:
        space = self.spaces[name]
        whole = column.type == pa.int64()
        if space not in self.texts and space not in self._of_ints:
            if whole:
                self._of_ints.add(space)
            else:
                self.texts[space] = Texts()
        if space in self.texts:
            return _texts_of(name, column, self.texts[space])
        return _longs(column) if whole else _as_longs(name, column)


def _texts_of(name: str, column: pa.Array, texts: Texts) -> Ints:
    if column.type == pa.bool_():  # as two texts
        return texts.of(name, pa.DictionaryArray.from_arrays(column.cast(pa.int8()), _TRUTH))
    return texts.of(name, column if is_text(column) else column.cast(pa.string()))


def _longs(column: pa.Array) -> Longs:
    return numbers_in(column, NOTHING)


def _as_longs(name: str, column: pa.Array) -> Longs:
    """The whole numbers that these texts are. Raises Refused where one is none, or is written another way."""
    texts = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
    try:
        numbers = texts.cast(pa.int64())
    except pa.ArrowInvalid:
        numbers = None
    if numbers is None or not numbers.cast(pa.string()).equals(texts.cast(pa.string())):
        raise Refused(f"{name} is a whole number in some records and something else in others")
    return _longs(numbers)


_TRUTH = texts(("false", "true"))

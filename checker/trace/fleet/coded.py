"""Columns of a recording as numbers: equal values have equal numbers, whichever piece they come in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from checker.trace.fleet.codes import ABSENT, Longs, Texts
from checker.trace.fleet.plan import Plan, Refused

Coded: TypeAlias = Mapping[str, NDArray[np.int32] | Longs]  # by column: numbers of texts, or whole numbers as they are

NAMES = ("event", "status", "at")
NOT_PAYLOAD = frozenset({"log", "seq", "ts", "phase", "req", "switchover", *NAMES})
NOTHING = -(1 << 63)  # in a column of whole numbers, where there is none
_NO_TEXT = 0xFFFFFFFF
_TEXT = (pl.String, pl.Categorical, pl.Enum)


class Coder:
    """Makes numbers of the columns that a plan looks at. Fields that tie records together share one dictionary a space.

    The names of a space are texts or whole numbers, as they are where they are met first.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.spaces = dict(plan.fields)
        self.others: dict[str, int] = {}  # fields that nothing asks for, with the place where each was first met
        # By column, or by space. What another name follows from, or follows, is a text wherever it is met first.
        self.texts: dict[str | int, Texts] = {}
        for rule in plan.derived:
            self.texts |= {self.spaces[name]: Texts() for name in (rule.whole, rule.field)}
        self._of_ints: set[int] = set()

    def coded(self, columns: pl.DataFrame, places: Longs) -> Coded:
        """The columns that are not empty. Raises Refused where ids are numbers and then texts that are none."""
        made = []
        for name, type_ in columns.schema.items():
            if columns.get_column(name).null_count() == len(columns):
                continue
            if name in self.spaces:
                made.append(self._names(name, type_, columns))
            elif name in NAMES or name in self.plan.plain:
                made.append(self._texts_of(name, type_, self.texts.setdefault(name, Texts())))
            elif name not in NOT_PAYLOAD and name not in self.others:
                first = columns.get_column(name).is_not_null().arg_max()
                self.others[name] = int(places[first or 0])
        numbers = columns.select(made)
        return {name: _plain(numbers.get_column(name)) for name in numbers.columns}

    def text(self, column: str | int, number: int) -> str:
        """The text with a number, by the name of a plain column or the number of a space."""
        return self.texts[column].text(number)

    def _names(self, name: str, type_: pl.DataType, columns: pl.DataFrame) -> pl.Expr:
        space = self.spaces[name]
        if space not in self.texts and space not in self._of_ints:
            if type_ == pl.Int64:
                self._of_ints.add(space)
            else:
                self.texts[space] = Texts()
        if space in self.texts:
            return self._texts_of(name, type_, self.texts[space])
        column = pl.col(name)
        if type_ != pl.Int64:
            text = columns.get_column(name).cast(pl.String)
            if not text.cast(pl.Int64, strict=False).cast(pl.String).equals(text):
                raise Refused(f"{name} is a whole number in some records and something else in others")
            column = column.cast(pl.String).cast(pl.Int64)
        return column.fill_null(NOTHING)

    def _texts_of(self, name: str, type_: pl.DataType, texts: Texts) -> pl.Expr:
        column = pl.col(name) if type_ in _TEXT else pl.col(name).cast(pl.String)
        return column.cast(texts.type).to_physical().fill_null(_NO_TEXT)


def _plain(column: pl.Series) -> NDArray[np.int32] | Longs:
    """The numbers; the empty text, which is number 0 of each dictionary, says nothing."""
    numbers = column.to_numpy()
    if numbers.dtype == np.int64:
        return numbers
    texts = numbers.view(np.int32)
    return texts if texts.all() else np.where(texts == 0, np.int32(ABSENT), texts)

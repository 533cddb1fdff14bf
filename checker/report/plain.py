"""Answers as plain data: what the JSON form of any of our dataclasses is, in one place."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import cast, get_args

from checker.language.protocol import Expr
from checker.language.source import Span

EXPRESSIONS = frozenset(get_args(Expr))

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]


def plain(value: object) -> Plain:
    """Dataclasses become objects in the order of their fields, tuples lists, sets sorted lists, enums their values, and
    expressions of the language their text.

    Raises TypeError for anything else: an answer holds nothing that has no form here.
    """
    match value:
        case Enum():
            return plain(value.value)
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else str(value)
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case tuple() | list():
            return [plain(item) for item in value]
        case frozenset() | set():
            return [plain(item) for item in sorted(value)]
        case _ if type(value) in EXPRESSIONS:
            return written(cast(Expr, value).span)
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {part.name: plain(getattr(value, part.name)) for part in fields(value)}
        case _:
            raise TypeError(f"{type(value).__name__} has no plain form")


def dumps(value: Plain) -> str:
    """JSON text that ends with a line end. Pure ASCII, so that it is the same on every terminal and harmless on all."""
    return json.dumps(value, indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def written(span: Span) -> str:
    """What the text says there."""
    return span.source.text[span.start : span.end]

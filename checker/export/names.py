"""Identifiers of another language for the words of a text: no two alike, none of them a word of that language."""

from __future__ import annotations

import re
from collections.abc import Iterable

_UNFIT = re.compile(r"[^A-Za-z0-9_]")


class Names:
    """Hands out identifiers. The same kind and word get the same one; whoever comes first gets the word itself."""

    def __init__(self, keywords: Iterable[str]) -> None:
        self._taken = set(keywords)
        self._given: dict[tuple[str, ...], str] = {}

    def has(self, name: str) -> bool:
        """Whether the identifier is given to something already, or reserved."""
        return name in self._taken

    def of(self, kind: str, *words: str) -> str:
        """The identifier of a word, or of some words together, of some kind (cell, action, member of a sort)."""
        key = (kind, *words)
        if key not in self._given:
            name = _UNFIT.sub("_", "_".join(words))
            if not name[:1].isalpha() or name == "_" * len(name):
                name = f"{kind}_{name}"
            tries = (name, f"{name}_{kind}", *(f"{name}_{kind}_{at}" for at in range(2, len(self._taken) + 3)))
            self._given[key] = next(each for each in tries if each not in self._taken)
            self._taken.add(self._given[key])
        return self._given[key]

"""The known name that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name with the fewest edits to `name`, or None where even that would be a silly guess."""
    best: tuple[int, str] | None = None
    limit = max(1, (len(name) + 1) // 3)
    for other in sorted(set(known)):
        if other == name or abs(len(other) - len(name)) > limit:
            continue
        away = _edits(name.lower().replace("-", "_"), other.lower().replace("-", "_"), limit)
        if away <= limit and away < len(name) and (best is None or away < best[0]):
            best = (away, other)
    return best[1] if best else None


def _edits(left: str, right: str, limit: int) -> int:
    """Insertions, deletions, replacements and swaps of neighbours between the two; above `limit`, some number above."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        row, previous = [i], row
        for j, b in enumerate(right, 1):
            cost = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before = previous
        if min(row) > limit:
            return limit + 1
    return row[-1]

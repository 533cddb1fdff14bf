"""A set of settings in few words: boxes, each of some values for each param, that together are exactly the set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from checker.language.protocol import Value

Domains = Mapping[str, tuple[Value, ...]]
Setting = tuple[Value, ...]  # a value for each param, in the order of the domains
Box = tuple[tuple[str, tuple[Value, ...]], ...]
"""The params that are restricted, each with the values it may have. No param at all: every setting."""


def boxes(domains: Domains, wanted: Iterable[Setting], free: Iterable[Setting] = ()) -> tuple[Box, ...]:
    """Boxes that cover all of `wanted` and nothing else but what is in `free`, none of them any wider.

    Boxes may overlap. Not always the fewest there are: those that cover most are taken first. The same sets give the
    same boxes.
    """
    names = tuple(domains)
    inside = set(wanted)
    may = inside | set(free)
    left = sorted(inside)
    widest: dict[tuple[frozenset[Value], ...], None] = {}
    for setting in left:
        for first in range(len(names)):
            widest[_widened(domains, names, setting, may, first)] = None
    found: list[tuple[frozenset[Value], ...]] = []
    rest = set(left)
    while rest:
        best = max(widest, key=lambda box: (sum(_within(box, s) for s in rest), -_said(domains, box)))
        found.append(best)
        rest = {setting for setting in rest if not _within(best, setting)}
    return tuple(_told(domains, names, box) for box in found)


def _widened(
    domains: Domains, names: Sequence[str], setting: Setting, may: set[Setting], first: int
) -> tuple[frozenset[Value], ...]:
    """The setting as a box, made wider as long as it stays in `may`: a whole param first, then value by value."""
    box = [frozenset({value}) for value in setting]
    order = [*range(first, len(names)), *range(first)]
    for at in order:
        whole = frozenset(domains[names[at]])
        if _fits([*box[:at], whole, *box[at + 1 :]], may):
            box[at] = whole
    for at in order:
        for value in domains[names[at]]:
            if value not in box[at] and _fits([*box[:at], frozenset({value}), *box[at + 1 :]], may):
                box[at] = box[at] | {value}
    return tuple(box)


def _fits(box: Sequence[frozenset[Value]], may: set[Setting]) -> bool:
    count = 1
    for values in box:
        count *= len(values)
    return count <= len(may) and sum(_within(box, setting) for setting in may) == count


def _within(box: Sequence[frozenset[Value]], setting: Setting) -> bool:
    return all(value in values for value, values in zip(setting, box, strict=True))


def _said(domains: Domains, box: Sequence[frozenset[Value]]) -> int:
    """How many params it takes to say a box."""
    return sum(len(values) < len(whole) for values, whole in zip(box, domains.values(), strict=True))


def _told(domains: Domains, names: Sequence[str], box: Sequence[frozenset[Value]]) -> Box:
    pairs = ((name, tuple(v for v in domains[name] if v in values)) for name, values in zip(names, box, strict=True))
    return tuple((name, values) for name, values in pairs if len(values) < len(domains[name]))


def depends_on(domains: Domains, said: Mapping[Setting, object]) -> tuple[str, ...]:
    """The params that make a difference: with another value of one alone, something else is said of some setting."""
    names = tuple(domains)
    found = []
    for at, name in enumerate(names):
        others: dict[Setting, object] = {}
        if any(others.setdefault(s[:at] + s[at + 1 :], word) != word for s, word in said.items()):
            found.append(name)
    return tuple(found)

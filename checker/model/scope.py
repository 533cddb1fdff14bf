"""A scope: how many individuals, how many faults, which reading of the open questions."""

from __future__ import annotations

from dataclasses import dataclass

from checker.language.protocol import Expr, Protocol, Value


@dataclass(frozen=True, slots=True)
class Scope:
    """What makes a protocol finite.

    `sizes` covers every open sort. `faults` is how many fault steps a run may contain. `settings` gives params values
    other than their defaults. `pins` fixes consts, each as ((name, index), value). Guards all of whose rules are in
    `without` are left out. `names` gives individuals the names that people see, by sort. `where` is true of the consts.
    """

    name: str
    sizes: tuple[tuple[str, int], ...]
    faults: int = 0
    settings: tuple[tuple[str, Value], ...] = ()
    without: frozenset[str] = frozenset()
    pins: tuple[tuple[tuple[str, tuple[int, ...]], Value], ...] = ()
    names: tuple[tuple[str, tuple[str, ...]], ...] = ()
    where: Expr | None = None

    def all_sizes(self, protocol: Protocol) -> dict[str, int]:
        """The size of every sort and enum, open or closed."""
        closed = {sort.name: len(sort.members) for sort in protocol.sorts if sort.members is not None}
        return closed | dict(self.sizes)

    def individual(self, protocol: Protocol, sort: str, number: int) -> str:
        """What to call an individual: its member name, the name given in `names`, or the sort's name and a number."""
        declared = protocol.sort(sort)
        known = declared.members if declared.members is not None else dict(self.names).get(sort, ())
        return known[number] if number < len(known) else f"{sort.lower()}{number + 1}"


def declared_scope(protocol: Protocol, name: str | None = None) -> Scope:
    """The `scope` of that name in the text, or the first one. Raises KeyError with the names there are."""
    for declared in protocol.scopes:
        if name is None or declared.name == name:
            return Scope(declared.name, declared.sizes, declared.faults, declared.settings, where=declared.where)
    raise KeyError(f"no scope named {name!r}; there are: {', '.join(s.name for s in protocol.scopes) or 'none'}")

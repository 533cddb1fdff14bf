"""Which individuals no line of a protocol tells apart: symmetry as a theorem of the text, found and never declared.

NOTE(interchangeable). A text can tell an individual of a sort apart in one way only: by naming it. There are no
literals of open sorts, `<` and arithmetic are for numbers, and a quantifier ranges over all of a sort. So renaming the
unnamed individuals of a sort, in every index, every value and every argument at once, maps initial states to initial
states, steps to steps, and leaves the truth of every closed formula alone. What a scope names (the value of a param,
a pinned const) counts as named too. The theorem is also tried out on states as they are found (`Symmetry.check`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass

from checker.language import protocol as tree
from checker.language.protocol import Of, Protocol, Type
from checker.model.scope import Scope


@dataclass(frozen=True, slots=True)
class Block:
    """Two or more individuals of one sort that nothing tells apart."""

    sort: str
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """An individual that something tells apart, and what: a place of the text, a param, a pinned const."""

    sort: str
    number: int
    by: str


def find_blocks(protocol: Protocol, scope: Scope) -> tuple[Block, ...]:
    """The interchangeable individuals of each sort and enum, in the order of the text."""
    named = named_individuals(protocol, scope)
    found = []
    for sort, size in scope.all_sizes(protocol).items():
        members = tuple(number for number in range(size) if (sort, number) not in named)
        if len(members) > 1:
            found.append(Block(sort, members))
    return tuple(found)


def named_individuals(protocol: Protocol, scope: Scope) -> dict[tuple[str, int], Named]:
    """Every individual told apart, with the first thing that names it."""
    named: dict[tuple[str, int], Named] = {}

    def add(type_: Type, value: tree.Value, by: str) -> None:
        if isinstance(type_, Of):
            named.setdefault((type_.sort, int(value)), Named(type_.sort, int(value), by))

    # Event patterns are left out: what a log calls a step changes nothing about the step.
    for part in (protocol.cells, protocol.definitions, protocol.assumptions, protocol.properties):
        for literal in _literals(part):
            add(literal.type, literal.value, f"named at {literal.span.place}")
    for action in protocol.actions:
        for literal in _literals((action.guards, action.begin, action.outcomes)):
            add(literal.type, literal.value, f"named at {literal.span.place}")
    if scope.where is not None:
        for literal in _literals(scope.where):
            add(literal.type, literal.value, f"named at {literal.span.place}")
    settings = dict(scope.settings)
    for param in protocol.params:
        add(param.type, settings.get(param.name, param.default), f"the value of param {param.name}")
    consts = {const.name: const for const in protocol.consts}
    for (name, index), value in scope.pins:
        for type_, number in zip(consts[name].index, index, strict=True):
            add(type_, number, f"const {name} is pinned")
        add(consts[name].type, value, f"const {name} is pinned")
    return named


def describe(protocol: Protocol, scope: Scope, kept: tuple[Block, ...], left_out: tuple[Block, ...]) -> tuple[str, ...]:
    """The symmetry found, one sentence a sort. Enums are mentioned only where members are interchangeable."""
    named = named_individuals(protocol, scope)
    by_sort = {block.sort: block for block in kept}
    unused = {block.sort: block for block in left_out}
    lines = []
    for sort, size in scope.all_sizes(protocol).items():
        apart = [item for (of, number), item in named.items() if of == sort and number < size]
        who = ", ".join(f"{scope.individual(protocol, sort, item.number)} ({item.by})" for item in apart[:2]) + (
            f" and {len(apart) - 2} more" if len(apart) > 2 else ""
        )
        if sort in by_sort:
            count = len(by_sort[sort].members)
            rest = f"; told apart: {who}" if apart else ""
            lines.append(f"{sort}: {'all' if count == size else 'the other'} {count} are interchangeable{rest}")
        elif sort in unused:
            count = len(unused[sort].members)
            lines.append(f"{sort}: {count} are interchangeable, but not used: there would be too many permutations")
        elif protocol.sort(sort).enum or size == 0:
            continue
        elif size == 1:
            lines.append(f"{sort}: only one")
        else:
            lines.append(f"{sort}: told apart: {who}")
    return tuple(lines)


def _literals(node: object) -> Iterator[tree.Lit]:
    if isinstance(node, tree.Lit):
        yield node
    elif isinstance(node, tuple):
        for item in node:
            yield from _literals(item)
    elif is_dataclass(node):
        for part in fields(node):
            if part.name != "span":
                yield from _literals(getattr(node, part.name))

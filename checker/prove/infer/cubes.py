"""Cubes, a few literals about a few individuals, and which of them no reached state has: their negations are clauses.

The smallest cubes that no state has are what is left of a large one when as many literals as possible are taken away.
Each of them has a literal in common with each set of literals that some state misses of the large one (they are hitting
sets, as in Liffiton, Previti, Malik, Marques-Silva: "Fast, flexible MUS enumeration", Constraints 2016).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, product

from checker.language import core
from checker.language.build import and_, forall, not_
from checker.language.core import Expr
from checker.language.protocol import Of
from checker.prove.infer.columns import States

MOST_LITERALS = 4  # of a cube that is looked for on purpose; one that is found by taking away may have more
MOST_FOUND = 60

Names = tuple[tuple[str, str], ...]
"""The individuals a cube speaks of: a name, and its sort."""


@dataclass(frozen=True)
class Cube:
    """Literals that are never true together, whoever the individuals are."""

    names: Names
    literals: tuple[Expr, ...]

    @cached_property
    def formula(self) -> Expr:
        """The clause, for all individuals."""
        said = not_(and_(*self.literals))
        for name, sort in reversed(self.names):
            said = forall(name, Of(sort), said)
        return said


def cube_of(names: Names, literals: Sequence[Expr]) -> Cube:
    """The cube of these literals, with the names they use."""
    used = frozenset(name for literal in literals for name in free_names(literal))
    return Cube(tuple((name, sort) for name, sort in names if name in used), tuple(literals))


def free_names(expr: Expr) -> Iterator[str]:
    """The names in a literal that it does not bind itself."""
    match expr:
        case core.Bound(name):
            yield name
        case core.Forall(name, _, body):
            yield from (other for other in free_names(body) if other != name)
        case core.Read(_, index):
            for part in index:
                yield from free_names(part)
        case core.Not(body):
            yield from free_names(body)
        case core.And(parts):
            for part in parts:
                yield from free_names(part)
        case core.Eq(left, right) | core.Less(left, right) | core.Add(left, right) | core.Sub(left, right):
            yield from free_names(left)
            yield from free_names(right)
        case core.Ite(condition, then, otherwise):
            for part in (condition, then, otherwise):
                yield from free_names(part)
        case core.Lit():
            return


class Sieve:
    """Tells which cubes the reached states have. A row is a state with individuals for all names."""

    def __init__(self, states: Sequence[States]) -> None:
        self._states = states
        self._blocks: dict[Expr, tuple[dict[tuple[int, ...], bytes], ...]] = {}
        self._rows: dict[tuple[Names, Expr], int] = {}
        self._all: dict[Names, int] = {}

    def rows(self, names: Names, literal: Expr) -> int:
        """The rows where the literal is true, as bits."""
        key = names, literal
        if key not in self._rows:
            own = sorted(set(free_names(literal)))
            places = [next(at for at, (name, _) in enumerate(names) if name == one) for one in own]
            blocks = self._blocks_of(literal, tuple(names[at] for at in places))
            parts = (
                known[tuple(values[at] for at in places)]
                for states, known in zip(self._states, blocks, strict=True)
                for values in _assignments(states, names)
            )
            self._rows[key] = int.from_bytes(b"".join(parts), "little")
        return self._rows[key]

    def _blocks_of(self, literal: Expr, own: Names) -> tuple[dict[tuple[int, ...], bytes], ...]:
        """For each set of states and each choice of the literal's own individuals: where it is true."""
        if literal not in self._blocks:
            self._blocks[literal] = tuple(
                {
                    values: states.where(literal, dict(zip((name for name, _ in own), values, strict=True))).to_bytes(
                        _length(states), "little"
                    )
                    for values in _assignments(states, own)
                }
                for states in self._states
            )
        return self._blocks[literal]

    def all(self, names: Names) -> int:
        return self.rows(names, core.TRUE)

    def has(self, cube: Cube) -> bool:
        """Whether some reached state has the cube."""
        return bool(self._meet(cube.names, cube.literals))

    def _meet(self, names: Names, literals: Sequence[Expr]) -> int:
        rows = self.all(names)
        for literal in literals:
            rows &= self.rows(names, literal)
            if not rows:
                break
        return rows

    def shortened(self, names: Names, given: Sequence[Expr], literals: Sequence[Expr]) -> tuple[Expr, ...] | None:
        """A part of the literals that no state with what is given has, none too many; None if one has them all."""
        if self._meet(names, (*given, *literals)):
            return None
        return tuple(self._taken_away(names, self._meet(names, given), literals))

    def smallest(
        self, names: Names, given: Sequence[Expr], literals: Sequence[Expr], most: int
    ) -> list[tuple[Expr, ...]]:
        """Several such parts, small ones first; none if some state has all the literals. `most` bounds the search."""
        if self._meet(names, (*given, *literals)):
            return []
        rows = {literal: self.rows(names, literal) for literal in literals}
        base = self._meet(names, given)
        found: dict[frozenset[Expr], None] = {}
        waiting: list[tuple[tuple[Expr, ...], int, frozenset[Expr]]] = [((), base, frozenset())]
        for chosen, left, tried in islice(waiting, most):
            if len(found) >= MOST_FOUND:
                break
            missing = []
            grown = left
            for literal in literals:
                if more := grown & rows[literal]:
                    grown = more
                else:
                    missing.append(literal)
            for literal in missing:
                if literal not in tried:
                    if rest := left & rows[literal]:
                        if len(chosen) + 2 <= MOST_LITERALS:
                            waiting.append(((*chosen, literal), rest, tried))
                            tried |= {literal}
                    else:
                        found.setdefault(frozenset(self._taken_away(names, base, (*chosen, literal))))
        if not found:
            found[frozenset(self._taken_away(names, base, literals))] = None
        kept = [cube for cube in found if not any(other < cube for other in found)]
        order = {literal: at for at, literal in enumerate(literals)}
        return [tuple(sorted(cube, key=order.__getitem__)) for cube in kept]

    def _taken_away(self, names: Names, base: int, literals: Sequence[Expr]) -> list[Expr]:
        """The literals without those that are not needed, the last ones taken away first."""
        kept = list(literals)
        for literal in reversed(literals):
            left = base
            for other in kept:
                if other is not literal:
                    left &= self.rows(names, other)
            if not left:
                kept = [other for other in kept if other is not literal]
        return kept

    def weight(self, names: Names, literal: Expr) -> int:
        """In how many rows a literal is true: the more, the more a clause without it says."""
        return self.rows(names, literal).bit_count()


def _length(states: States) -> int:
    return (states.count + 7) // 8


def _assignments(states: States, names: Names) -> Iterator[tuple[int, ...]]:
    return product(*(range(states.layout.sizes[sort]) for _, sort in names))


def components(cube: Cube) -> list[frozenset[str]]:
    """The sets of individuals that no literal joins; that two are different does not join them.

    Individuals of one sort count as joined.
    """
    groups = [frozenset(name for name, other in cube.names if other == sort) for _, sort in cube.names]
    for literal in cube.literals:
        match literal:
            case core.Not(core.Eq(core.Bound(), core.Bound())):
                continue
            case _:
                groups.append(frozenset(free_names(literal)))
    apart: list[frozenset[str]] = []
    for group in groups:
        if group:
            joined = [other for other in apart if other & group]
            apart = [other for other in apart if not other & group] + [group.union(*joined)]
    return apart

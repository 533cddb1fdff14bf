"""What a protocol lets individuals of different cases do to one another, read off its guards and effects.

A *case* is a set of individuals of the joined sorts that no record ties to others. Everything a step reads or writes
is its own (a cell with an individual of the step among its indexes), common (a cell without an index of a joined
sort), or *loose*: a universal condition that also looks at the individuals of other cases. Cases can be judged apart
where every loose family is at rest between their records and common cells pass on unchanged; `together.py` checks it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import assert_never

from checker.language.core import (
    Add,
    And,
    Bound,
    CellKind,
    Core,
    CoreMoment,
    CoreProperty,
    Effect,
    Eq,
    Expr,
    Forall,
    Ite,
    Less,
    Lit,
    Not,
    Read,
    Sub,
    index_name,
)
from checker.language.protocol import Of, Type

Own = frozenset[str]


@dataclass(frozen=True)
class Apart:
    """A core, looked at case by case; `joined` are the sorts whose individuals make up the cases."""

    core: Core
    joined: frozenset[str]

    @cached_property
    def common(self) -> tuple[str, ...]:
        """The families without an index of a joined sort that some step writes."""
        written = {effect.cell for moment in self.core.moments for effect in moment.effects}
        return tuple(name for name in sorted(written) if not any(map(self._is_joined, self._types[name])))

    @cached_property
    def loose(self) -> tuple[str, ...]:
        """The families of which some guard or effect may read cells of another case."""
        found: set[str] = set()
        for moment in self.core.moments:
            own = frozenset(name for name, type_ in moment.params if self._is_joined(type_))
            for guard in moment.guards:
                found |= set(self._reads(guard.condition, own, truth=True))
            for effect in moment.effects:
                places = frozenset(index_name(at) for at in range(len(self._types[effect.cell])))
                found |= set(self._reads(effect.value, own | places, truth=None))
        return tuple(sorted(found))

    def wide(self, moment: CoreMoment) -> bool:
        """Whether a step of this moment may change cells that belong to several cases."""
        own = frozenset(name for name, type_ in moment.params if self._is_joined(type_))
        return any(self._spreads(effect, own) for effect in moment.effects)

    def owned(self, moment: CoreMoment) -> bool:
        """Whether a step of this moment is of a case."""
        return any(self._is_joined(type_) for _, type_ in moment.params)

    def relates(self, prop: CoreProperty) -> bool:
        """Whether the property may speak of individuals of several cases at once."""
        formulas = [each for each in (prop.formula, prop.premise) if each is not None]
        formulas += [formula for _, formula in prop.steps]
        own = frozenset(name for name, type_ in prop.variables if self._is_joined(type_))
        return any(set(self._reads(formula, own, truth=None, of_one=True)) for formula in formulas)

    # ---------------------------------------------------------------------------------------------------------- reads

    @cached_property
    def _types(self) -> dict[str, tuple[Type, ...]]:
        return {cell.name: tuple(type_ for _, type_ in cell.index) for cell in self.core.cells}

    @cached_property
    def _steady(self) -> frozenset[str]:
        """The families that no step changes."""
        return frozenset(c.name for c in self.core.cells if c.kind in (CellKind.CONST, CellKind.PARAM))

    def _is_joined(self, type_: Type) -> bool:
        return isinstance(type_, Of) and type_.sort in self.joined

    def _owned(self, expr: Expr, own: Own) -> bool:
        """Whether the expression is an individual of the step's own case."""
        match expr:
            case Bound(name):
                return name in own
            case Read(cell, index):
                return cell in self._steady and any(self._owned(each, own) for each in index)
            case _:
                return False

    def _reads(self, expr: Expr, own: Own, truth: bool | None, of_one: bool = False) -> Iterator[str]:
        """The families that are read of other cases. `truth`: the value that must not be lost; None: either one.

        A witness of an existential condition stays one when there are more individuals, so it counts as the step's own.
        `of_one`: where nothing is its own yet, the outermost quantifier is about one individual of whichever case.
        """
        match expr:
            case Lit() | Bound():
                pass
            case Read(cell, index):
                wanted = [at for at, type_ in enumerate(self._types[cell]) if self._is_joined(type_)]
                if cell not in self._steady and wanted and not any(self._owned(index[at], own) for at in wanted):
                    yield cell
                for each in index:
                    yield from self._reads(each, own, None, of_one)
            case Not(body):
                yield from self._reads(body, own, None if truth is None else not truth, of_one)
            case And(parts):
                tied = self._tied(parts, own)
                for part in parts:
                    yield from self._reads(part, tied, truth, of_one)
            case Forall(name, type_, body):
                mine = truth is False or (of_one and not own and self._is_joined(type_))
                yield from self._reads(body, own | {name} if mine else own - {name}, truth, of_one)
            case Ite(condition, then, otherwise):
                yield from self._reads(condition, own, None, of_one)
                parts = condition.parts if isinstance(condition, And) else (condition,)
                yield from self._reads(then, self._tied(parts, own), truth, of_one)
                yield from self._reads(otherwise, own, truth, of_one)
            case Eq(left, right) | Less(left, right) | Add(left, right) | Sub(left, right):
                yield from self._reads(left, own, None, of_one)
                yield from self._reads(right, own, None, of_one)
            case _:
                assert_never(expr)

    def _tied(self, parts: tuple[Expr, ...], own: Own) -> Own:
        """The names that are the step's own wherever all these parts are true."""
        before: Own | None = None
        while before != own:
            before = own
            own |= {name for part in parts for name in self._ties(part, own)}
        return own

    def _ties(self, part: Expr, own: Own) -> Iterator[str]:
        if isinstance(part, Eq):
            for one, other in ((part.left, part.right), (part.right, part.left)):
                if self._owned(one, own):
                    yield from self._named(other)

    def _named(self, expr: Expr) -> Iterator[str]:
        """The names that must be of a case if the value of the expression is."""
        match expr:
            case Bound(name):
                yield name
            case Read(cell, index) if cell in self._steady:
                joined = [each for each, type_ in zip(index, self._types[cell], strict=True) if self._is_joined(type_)]
                if len(joined) == 1:
                    yield from self._named(joined[0])
            case _:
                pass

    # --------------------------------------------------------------------------------------------------------- writes

    def _spreads(self, effect: Effect, own: Own) -> bool:
        types = self._types[effect.cell]
        if not any(map(self._is_joined, types)):
            return False  # a common cell, which `together.py` follows
        places = tuple(Bound(index_name(at)) for at in range(len(types)))
        return not self._keeps(effect.value, Read(effect.cell, places), own)

    def _keeps(self, value: Expr, unchanged: Read, own: Own) -> bool:
        """Whether a cell of another case keeps its value."""
        match value:
            case Read():
                return value == unchanged
            case Ite(condition, then, otherwise):
                if self._never(condition, own):
                    return self._keeps(otherwise, unchanged, own)
                return self._keeps(then, unchanged, own) and self._keeps(otherwise, unchanged, own)
            case And(parts):
                kept = [self._keeps(part, unchanged, own) for part in parts]
                plain = zip(parts, kept, strict=True)
                return any(kept) and all(keeps or self._always(part, own) for part, keeps in plain)
            case Not(And(parts)):
                return self._keeps_some(parts, unchanged, own)
            case Not(Not(body)):
                return self._keeps(body, unchanged, own)
            case _:
                return False

    def _keeps_some(self, negated: tuple[Expr, ...], unchanged: Read, own: Own) -> bool:
        parts = [part.body if isinstance(part, Not) else Not(part) for part in negated]
        kept = [self._keeps(part, unchanged, own) for part in parts]
        return any(kept) and all(keeps or self._never(part, own) for part, keeps in zip(parts, kept, strict=True))

    def _never(self, condition: Expr, own: Own) -> bool:
        """Whether the condition is false at places of other cases."""
        match condition:
            case Lit(value):
                return value is False
            case Eq():
                return any(name.startswith(index_name(0)[0]) for name in self._ties(condition, own))
            case And(parts):
                return any(self._never(part, own) for part in parts)
            case Not(body):
                return self._always(body, own)
            case Ite(_, then, otherwise):
                return self._never(then, own) and self._never(otherwise, own)
            case _:
                return False

    def _always(self, condition: Expr, own: Own) -> bool:
        match condition:
            case Lit(value):
                return value is True
            case And(parts):
                return all(self._always(part, own) for part in parts)
            case Not(body):
                return self._never(body, own)
            case _:
                return False

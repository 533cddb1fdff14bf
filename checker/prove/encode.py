"""A core as z3 formulas: its first states, its steps, and its properties before and after one step.

A step is not a relation between two sets of symbols. What a formula reads after the step is replaced by what the
step's effect says of the state before, so a query speaks of one state only, and what a step leaves alone costs
nothing. (`next_state` states the relation as well; tests and bounded searches use it.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import z3

from checker.language import core
from checker.language.build import reads_of
from checker.language.core import CellKind, Core, CoreMoment, index_name
from checker.language.protocol import Range, Type, Value
from checker.model.fold import fold
from checker.prove.terms import Choice, Reader, Term, Terms, Vocabulary


@dataclass(frozen=True, slots=True)
class Chosen:
    """A constant that stands for some value of a type: a parameter of a step, or a witness against a formula."""

    name: str
    type: Type
    term: Term


@dataclass(frozen=True, slots=True)
class Happening:
    """One moment with its parameters chosen freely. `possible` says that they are in range and every guard holds."""

    moment: CoreMoment
    chosen: tuple[Chosen, ...]
    possible: Term
    then: Terms  # every read sees the state after
    across: Terms  # reads marked `after` do
    touched: frozenset[str]

    @property
    def bound(self) -> dict[str, Term]:
        return {item.name: item.term for item in self.chosen}


class Encoding:
    """The formulas of one core, over one vocabulary."""

    def __init__(
        self, of: Core, sizes: Mapping[str, int] | None = None, settings: Mapping[str, Value] | None = None
    ) -> None:
        self.core = of
        self.vocabulary = Vocabulary(of, sizes, settings)
        self.now = Terms(self.vocabulary)
        self.first = Terms(self.vocabulary, _remembering(self._initially))
        self._axioms: list[Term] | None = None

    # ------------------------------------------------------------------------------------------------ what is given

    def axioms(self) -> list[Term]:
        """What holds in every state: the assumptions, and that numbers lie in their ranges."""
        if self._axioms is None:
            self._axioms = self._given()
        return self._axioms

    def _given(self) -> list[Term]:
        assumed = [self.vocabulary.boolean(fold(formula, self.now, {})) for _, formula in self.core.assumptions]
        return assumed + [self._in_range(cell) for cell in self.core.cells if isinstance(cell.type, Range)]

    def _in_range(self, cell: core.CoreCell) -> Term:
        read = core.Read(cell.name, tuple(core.Bound(name) for name, _ in cell.index))
        assert isinstance(cell.type, Range)
        below, above = core.Less(read, core.Lit(cell.type.low)), core.Less(core.Lit(cell.type.high), read)
        inside: core.Expr = core.And((core.Not(below), core.Not(above)))
        return self.vocabulary.boolean(fold(_everywhere(cell.index, inside), self.now, {}))

    def holds(self, formula: core.Expr, terms: Terms | None = None) -> Term:
        """A closed formula, read by `terms` (by default in the state at hand)."""
        return self.vocabulary.boolean(fold(formula, terms or self.now, {}))

    def fails(
        self, formula: core.Expr, terms: Terms, bound: Mapping[str, Term] | None = None
    ) -> tuple[Term, tuple[Chosen, ...]]:
        """That a formula is false, and the constants that stand for the values its outer `forall`s fail for."""
        names = dict(bound or {})
        chosen = []
        while isinstance(formula, core.Forall):
            item = Chosen(formula.name, formula.type, self.vocabulary.constant(formula.name, formula.type))
            chosen.append(item)
            names[item.name] = item.term
            formula = formula.body
        inside = [self.vocabulary.inside(item.term, item.type) for item in chosen]
        false = terms.and_([*inside, terms.not_(fold(formula, terms, names))])
        return self.vocabulary.boolean(false), tuple(chosen)

    # ------------------------------------------------------------------------------------------------------ states

    def _initially(self, cell: str, index: Sequence[Term], _after: bool) -> Term:
        declared = self.vocabulary.cells[cell]
        if declared.initial is None or declared.kind is CellKind.PARAM:
            return self.vocabulary.read(cell, index, False)
        return fold(
            declared.initial, self.first, {name: at for (name, _), at in zip(declared.index, index, strict=True)}
        )

    # ------------------------------------------------------------------------------------------------------- steps

    def happening(self, moment: CoreMoment) -> Happening:
        """A moment with fresh constants for its parameters."""
        chosen = tuple(Chosen(name, type_, self.vocabulary.constant(name, type_)) for name, type_ in moment.params)
        bound: dict[str, Term] = {item.name: item.term for item in chosen}
        effects = {effect.cell: effect.value for effect in moment.effects}

        def after(cell: str, index: Sequence[Term], _after: bool) -> Term:
            if cell not in effects:
                return self.vocabulary.read(cell, index, False)
            here = {index_name(at): value for at, value in enumerate(index)}
            return fold(effects[cell], self.now, {**bound, **here})

        remembered = _remembering(after)

        def across(cell: str, index: Sequence[Term], is_after: bool) -> Term:
            return remembered(cell, index, True) if is_after else self.vocabulary.read(cell, index, False)

        inside = [self.vocabulary.inside(item.term, item.type) for item in chosen]
        guards = [fold(guard.condition, self.now, bound) for guard in moment.guards]
        return Happening(
            moment=moment,
            chosen=chosen,
            possible=self.vocabulary.boolean(self.now.and_(inside + guards)),
            then=Terms(self.vocabulary, remembered),
            across=Terms(self.vocabulary, across),
            touched=frozenset(effects),
        )

    def next_state(self, happening: Happening) -> list[Term]:
        """That the primed functions are what the step makes of the others."""
        stated = []
        for cell in self.core.cells:
            if cell.kind in (CellKind.STATE, CellKind.PENDING):
                names = tuple(name for name, _ in cell.index)
                now, primed = (
                    core.Read(cell.name, tuple(core.Bound(n) for n in names), after) for after in (False, True)
                )
                reader = _mixed(self.vocabulary, happening)
                stated.append(self.holds(_everywhere(cell.index, core.Eq(primed, now)), Terms(self.vocabulary, reader)))
        return stated


def reads(formula: core.Expr) -> frozenset[str]:
    """The families of cells that a formula reads."""
    return frozenset(read.cell for read in reads_of(formula))


def _everywhere(index: Sequence[tuple[str, Type]], body: core.Expr) -> core.Expr:
    for name, type_ in reversed(index):
        body = core.Forall(name, type_, body)
    return body


def _mixed(vocabulary: Vocabulary, happening: Happening) -> Reader:
    """Reads marked `after` are the primed functions; the others are what the step makes of the cell."""

    def read(cell: str, index: Sequence[Term], after: bool) -> Term:
        return vocabulary.read(cell, index, True) if after else happening.then.read(cell, index, False)

    return read


def _remembering(read: Reader) -> Reader:
    """The same reader, which works each cell out once. Terms are kept, so that z3 gives no name to another."""
    known: dict[tuple[object, ...], tuple[Term, Sequence[Term]]] = {}

    def remembered(cell: str, index: Sequence[Term], after: bool) -> Term:
        if any(isinstance(value, Choice) for value in index):
            return read(cell, index, after)
        key = (
            cell,
            *(
                value if isinstance(value, int) else z3.Z3_get_ast_id(value.ctx_ref(), value.as_ast())
                for value in index
            ),
        )
        if key not in known:
            known[key] = (read(cell, index, after), tuple(index))
        return known[key][0]

    return remembered

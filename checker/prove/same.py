"""Whether two steps are the same one wherever runs get to, for any number of individuals: an equivalence proof.

If in every state where the invariants of a protocol hold two steps are possible together and lead to the same state,
then either may stand for the other: by induction both protocols have the same runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import z3

from checker.language.core import Bound, Core, CoreMoment, Expr, Read, index_name
from checker.language.protocol import Value
from checker.model.fold import fold
from checker.prove.encode import Encoding
from checker.prove.queries import Effort, Impossible, Query, Undecided
from checker.prove.terms import Term


@dataclass(frozen=True, slots=True)
class Same:
    """The two are the same; these invariants are needed to see it."""

    uses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotShown:
    """They were not shown to be the same. Perhaps they are: the state that tells them apart may never be reached."""

    reason: str


class Sameness:
    """Compares steps of one core, given the names of invariants of it that are proved for these settings."""

    def __init__(
        self, core: Core, proved: tuple[str, ...], settings: Mapping[str, Value], seconds_per_query: float
    ) -> None:
        self._encoding = Encoding(core, settings=settings)
        formulas = {item.name: item.formula for item in core.properties if item.name in proved}
        self._hypotheses = {name: self._encoding.holds(item) for name, item in formulas.items() if item is not None}
        self._query = Query(self._encoding, Effort(seconds_per_query), self._encoding.axioms(), self._hypotheses)

    def same(self, one: CoreMoment, other: CoreMoment) -> Same | NotShown:
        """Whether two moments with the same parameters are possible in the same states, and lead to the same ones."""
        used: set[str] = set()
        assumed = {name: self._query.hypothesis(name) for name in self._hypotheses}
        try:
            for different in self._differences(one, other):
                with self._query.with_also(*different):
                    answer = self._query.ask(assumed)
                if not isinstance(answer, Impossible):
                    return NotShown("a state that the proved invariants allow tells them apart")
                used |= answer.used
        except Undecided as problem:
            return NotShown(str(problem))
        return Same(tuple(name for name in self._hypotheses if name in used))

    def _differences(self, one: CoreMoment, other: CoreMoment) -> list[list[Term]]:
        """Each way in which they could differ, as formulas that must not hold together."""
        vocabulary, now = self._encoding.vocabulary, self._encoding.now
        bound: dict[str, Term] = {name: vocabulary.constant(name, type_) for name, type_ in one.params}
        inside = [vocabulary.inside(bound[name], type_) for name, type_ in one.params]

        def possible(moment: CoreMoment) -> Term:
            guards = [fold(guard.condition, now, bound) for guard in moment.guards]
            return vocabulary.boolean(now.and_([*inside, *guards]))

        here, there = possible(one), possible(other)
        found = [] if _guards(one) == _guards(other) else [[here, z3.Not(there)], [there, z3.Not(here)]]
        cells = {cell.name: cell for cell in self._encoding.core.cells}
        first, second = _effects(one), _effects(other)
        for name in sorted(first.keys() | second.keys()):
            index = cells[name].index
            old = Read(name, tuple(Bound(index_name(at)) for at in range(len(index))))
            before, after = first.get(name, old), second.get(name, old)
            if before == after:
                continue
            places: dict[str, Term] = {
                index_name(at): vocabulary.constant(f"at {at}", type_) for at, (_, type_) in enumerate(index)
            }
            where = [vocabulary.inside(places[index_name(at)], type_) for at, (_, type_) in enumerate(index)]
            names = {**bound, **places}
            equal = now.eq(fold(before, now, names), fold(after, now, names))
            found.append([here, vocabulary.boolean(now.and_([*where, now.not_(equal)]))])
        return found


def _guards(moment: CoreMoment) -> tuple[Expr, ...]:
    return tuple(guard.condition for guard in moment.guards)


def _effects(moment: CoreMoment) -> dict[str, Expr]:
    return {effect.cell: effect.value for effect in moment.effects}

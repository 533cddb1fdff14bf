"""Which hidden steps can matter to a trace at all, so that a search may leave the others out.

NOTE(leaving out). Take a run that explains the trace and leave out of it every step that is not relevant. The claim is
that what is left is a run, and that its end is no worse. Call a family *exact* if all that write it are relevant: its
cells are the same in both runs. Of any other family only *atoms* are needed: "this cell has one of these values", and
what is needed is only that an atom which is true in the run is true in what is left of it. An atom which is true at
every start, and which no relevant step can make false, is always true. For any other atom all steps that can make it
true are relevant; a relevant step gives its cell a value that does not depend on the cell (or keeps it), chosen by
exact families alone; so an atom that a step makes or keeps true in the run it makes or keeps true in what is left.
Guards and end conditions are built from atoms with `and`, `or` and quantifiers only, so they stay true too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from checker.language.core import Core, CoreMoment, Expr, PropertyKind
from checker.trace.needs import Atom, Both, Either, Exact, Need, Reader, Written

Moment = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Relevance:
    """The moments whose steps can matter, and the families whose cells do."""

    moments: frozenset[Moment]
    families: frozenset[str]


def relevance(
    core: Core,
    sizes: dict[str, int],
    kept: Iterable[Moment],
    possible: Callable[[CoreMoment], bool],
    asked: Iterable[Expr] = (),
    anywhere: bool = False,
) -> Relevance:
    """What can matter, given the moments that are kept in any case, those that may happen unrecorded, and expressions
    that are asked of states. `anywhere`: the trace may begin in any state.
    """
    return _Closure(core, Reader(core, sizes), anywhere).close(kept, possible, asked)


@dataclass(slots=True)
class _Closure:
    core: Core
    reader: Reader
    anywhere: bool
    moments: dict[Moment, CoreMoment] = field(default_factory=dict)
    relevant: set[Moment] = field(default_factory=set)
    exact: set[str] = field(default_factory=set)
    atoms: set[Atom] = field(default_factory=set)
    needs: list[Need] = field(default_factory=list)
    written: dict[Moment, dict[str, Written]] = field(default_factory=dict)
    starts: dict[str, frozenset[int]] = field(default_factory=dict)

    def close(self, kept: Iterable[Moment], possible: Callable[[CoreMoment], bool], asked: Iterable[Expr]) -> Relevance:
        kept = frozenset(kept)
        self.moments = {
            (moment.action, moment.moment): moment
            for moment in self.core.moments
            if (moment.action, moment.moment) in kept or possible(moment)
        }
        for key, moment in self.moments.items():
            self.written[key] = {
                effect.cell: self.reader.written(effect.cell, effect.value) for effect in moment.effects
            }
        for cell in self.core.cells:
            self.starts[cell.name] = self.reader.values(cell.name) if self.anywhere else self.reader.begins(cell)
        for expr in asked:
            self.exact |= self.reader.families(expr)
        self.needs = [*self._at_the_end()]
        for key in kept:
            self._take(key)
        while self._grow():
            pass
        families = self.exact | {atom.family for atom in self.atoms}
        return Relevance(frozenset(self.relevant), frozenset(families))

    def _at_the_end(self) -> Iterable[Need]:
        for prop in self.core.properties:
            if prop.kind is PropertyKind.FINAL and prop.formula is not None:
                yield self.reader.need(prop.formula)
            elif prop.kind is PropertyKind.LEADS_TO and prop.formula is not None and prop.premise is not None:
                yield Either((self.reader.need(prop.premise, wanted=False), self.reader.need(prop.formula)))

    def _take(self, key: Moment) -> None:
        if key in self.moments and key not in self.relevant:
            self.relevant.add(key)
            self.needs += [self.reader.need(guard.condition) for guard in self.moments[key].guards]

    def _grow(self) -> bool:
        """One round; whether anything was added."""
        size = len(self.relevant), len(self.exact), len(self.atoms)
        for need in list(self.needs):
            self._want(need)
        for key in list(self.relevant):
            for family, written in self.written[key].items():
                self._follow(family, written)
        for key in self.moments.keys() - self.relevant:
            if any(self._matters(family, written) for family, written in self.written[key].items()):
                self._take(key)
        return size != (len(self.relevant), len(self.exact), len(self.atoms))

    def _want(self, need: Need) -> None:
        match need:
            case Atom():
                self.atoms.add(need)
            case Exact(families):
                self.exact |= families
            case Both(parts):
                for part in parts:
                    self._want(part)
            case Either(parts):
                if not any(self._always(part) for part in parts):
                    for part in parts:
                        self._want(part)

    def _always(self, need: Need) -> bool:
        """Whether the need is met at every start and no relevant step can change that."""
        match need:
            case Atom():
                return need.family not in self.exact and not self._threatened(need)
            case Exact():
                return False
            case Both(parts):
                return bool(parts) and all(self._always(part) for part in parts)
            case Either(parts):
                return any(self._always(part) for part in parts)

    def _threatened(self, atom: Atom) -> bool:
        if not self.starts[atom.family] <= atom.allowed:
            return True
        return any(
            atom.family in self.written[key] and not self.written[key][atom.family].values <= atom.allowed
            for key in self.relevant
        )

    def _follow(self, family: str, written: Written) -> None:
        """What the value that a relevant step gives depends on, if anybody needs the family."""
        if family in self.exact:
            self.exact |= written.reads
        elif any(atom.family == family for atom in self.atoms):
            self.exact |= written.reads
            if not written.plain:
                self.exact.add(family)

    def _matters(self, family: str, written: Written) -> bool:
        """Whether a step that is not relevant yet writes something needed."""
        if family in self.exact:
            return True
        return any(
            atom.family == family and written.values & atom.allowed and self._threatened(atom) for atom in self.atoms
        )

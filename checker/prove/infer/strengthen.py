"""Counterexample-guided strengthening: clauses are added until what is assumed is kept by every step.

A step that breaks something assumed starts from a state that is not excluded yet. What that state is like (its diagram)
is generalised to a clause that no state reached in the small scopes breaks, and that clause is assumed from then on;
it has to be kept as well. (As UPDR does: Karbyshev, Bjørner, Itzhaky, Rinetzky, Shoham: "Property-directed inference of
universal invariants", JACM 2017; with reached states instead of frames.) A clause that a step breaks from a state like
one that was reached cannot be helped: it is given up, and whatever leaned on it is looked at again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice

from checker.language import core
from checker.language.build import substitute
from checker.language.core import Bound, CoreProperty, Expr, PropertyKind
from checker.language.protocol import Type
from checker.prove.encode import Chosen, Encoding, Happening, reads
from checker.prove.infer.asked import asked_about, everywhere, is_asked
from checker.prove.infer.cubes import Cube, Sieve, components, cube_of, free_names
from checker.prove.infer.diagram import Diagram, Diagrams, is_join, name_of
from checker.prove.queries import Effort, Impossible, Possible, Query, Undecided
from checker.prove.terms import Term

MOST_NODES = 2_000  # of a search for small cubes, where that is quick
FEW_NODES = 60  # where it is not
SHORT = 3
STRAYED = 15
"""Clauses with more literals than `SHORT` fit one state rather than say why: with so many too many it is hopeless."""
TRIED = 20  # clauses that are tried before the first is taken although it is not kept by itself


class View(StrEnum):
    """What a clause may speak of, in view of the step it is to exclude."""

    PLACES = "places"  # those that decide whether the step is possible and breaks what it breaks
    ALL = "all"
    FAMILIES = "families"  # all places of the families that these are of


VIEWS = ((View.PLACES, 250), (View.ALL, 60), (View.FAMILIES, 90))
"""What is tried for a goal, one after the other, with how many clauses at most."""

Part = int | None
"""A moment by its number, or None for the initial states."""


@dataclass(slots=True)
class Item:
    """Something to be kept: a property of the text, or a clause. `proofs` has what each part's proof needed."""

    name: str
    formula: Expr | None  # None for a step property
    steps: dict[tuple[str, str], Expr]
    cube: Cube | None
    parts: tuple[Part, ...]
    proofs: dict[Part, frozenset[str]] = field(default_factory=dict)
    dropped: str = ""

    @property
    def proved(self) -> bool:
        """Whether every part has a proof, whatever that leans on."""
        return not self.dropped and all(part in self.proofs for part in self.parts)

    @property
    def needs(self) -> frozenset[str]:
        """What the proofs lean on, but for the item itself."""
        return frozenset(name for used in self.proofs.values() for name in used) - {self.name}


class Strengthening:
    """One attempt. Call `run`, then read `items` and `proved`."""

    def __init__(
        self,
        encoding: Encoding,
        effort: Effort,
        few: Sieve,
        every: Sieve,
        diagrams: Diagrams,
        goals: tuple[CoreProperty, ...],
        say: Callable[[str, int, int], None] | None = None,
    ) -> None:
        self.encoding = encoding
        self.effort = effort
        self._few = few
        self._all = every
        self._diagrams = diagrams
        self.items: dict[str, Item] = {}
        self._queries: dict[Part, Query] = {}
        self._happenings: dict[int, Happening] = {}
        self._false: dict[tuple[str, Part], tuple[Term, tuple[Chosen, ...]]] = {}
        self._known: dict[Part, set[str]] = {}
        self._literals: dict[tuple[Part, str], Term] = {}
        self._refuted: set[Expr] = set()
        self._view = VIEWS[0][0]
        self._breaking: Counter[Part] = Counter()
        self._say = say
        for goal in goals:
            steps = dict(goal.steps)
            self._add(goal.name, goal.formula if goal.kind is PropertyKind.INVARIANT else None, steps, None)

    def run(self) -> None:
        """Adds clauses until all that is not given up is kept, goal after goal; each may cost so many clauses."""
        for goal in list(self.items):
            self._finish(goal)
        while (found := self._open(0)) is not None:  # what leaned on something that was given up later
            self._finish(found[0].name)

    def proved(self) -> frozenset[str]:
        """What is kept by every step and leans only on what is."""
        standing = {name for name, item in self.items.items() if item.proved}
        while falling := {name for name in standing if not standing.issuperset(self.items[name].needs)}:
            standing -= falling
        return frozenset(standing)

    def asks(self, item: Item, part: Part, assumed: Collection[str]) -> frozenset[str] | None:
        """Which of these are needed to see that a step keeps an item; None if it does not. Raises Undecided."""
        false, _ = self._fails(item, part)
        query = self._query(part)
        literals = {name: literal for name, literal in self._assumed(part).items() if name in assumed}
        with query.with_also(false):
            answer = query.ask(literals, kept=literals)
        return answer.used if isinstance(answer, Impossible) else None

    def _finish(self, goal: str) -> None:
        """Until the goal and all clauses that were added for it are kept, or no way of choosing clauses gets there."""
        for view, most in VIEWS:
            self._view = view
            self.items[goal].dropped = ""
            mark = len(self.items)
            if self._attempt(goal, mark, most):
                return
            for other in list(self.items.values())[mark:]:
                if not other.dropped and not other.proved:
                    self._drop(other, "it did not help", refuted=False)

    def _attempt(self, goal: str, mark: int, most: int) -> bool:
        """Whether the goal was not given up, with so many clauses at most, those from `mark` on."""
        while (found := self._open(mark, goal)) is not None:
            item, part = found
            if self._say is not None:
                self._say(goal, len(self.items), self.effort.queries)
            made = list(self.items.values())[mark:]
            if len(made) > most or sum(map(_excess, made)) > STRAYED:
                self._drop(self.items[goal], f"{len(made)} clauses were not enough", refuted=False)
                return False
            try:
                self._settle(item, part)
            except Undecided as problem:
                self._drop(item, str(problem), refuted=False)
        return not self.items[goal].dropped

    def _open(self, mark: int, goal: str = "") -> tuple[Item, Part] | None:
        """Something that is not known to be kept: of the items from `mark` on, the newest first, then of the goal."""
        items = list(self.items.values())
        for item in (*reversed(items[mark:]), *(item for item in items[:mark] if item.name == goal)):
            if not item.dropped:
                for part in item.parts:
                    if part not in item.proofs:
                        return item, part
        return None

    def _settle(self, item: Item, part: Part) -> None:
        false, chosen = self._fails(item, part)
        query = self._query(part)
        assumed = self._assumed(part)
        with query.with_also(false):
            answer = query.ask(assumed, kept=assumed)
        if isinstance(answer, Impossible):
            item.proofs[part] = answer.used
            return
        if part is None:
            self._drop(item, "an initial state breaks it")
            return
        about = [(one.type, one.term) for one in (*self._happening(part).chosen, *chosen)]
        cube = self._generalised(item, part, answer, about)
        if cube is None:
            self._drop(item, "a step breaks it from a state like one that is reached")
        else:
            self._add(f"clause {len(self.items)}", cube.formula, {}, cube)

    def _generalised(self, item: Item, part: int, answer: Possible, about: list[tuple[Type, Term]]) -> Cube | None:
        """A clause without the state of an answer, made of what the step and the item ask about, if that is enough."""
        diagrams = list(self._diagrams.of(answer.model, about))
        happening = self._happening(part)
        said = item.formula or item.steps[happening.moment.action, happening.moment.moment]
        places = asked_about(self.encoding, happening, said, self._fails(item, part)[1], answer.model)
        for wide in (False, True):
            for diagram in diagrams:
                literals = diagram.literals
                if not wide and self._view is not View.ALL:
                    places_ = places if self._view is View.PLACES else everywhere(places)
                    literals = tuple(one for one in literals if is_asked(one, places_, diagram.people, self.encoding))
                if cube := self._clause(diagram, literals):
                    return cube
        return None

    def _clause(self, diagram: Diagram, literals: tuple[Expr, ...]) -> Cube | None:
        found: list[Cube] = []
        for sieve, most in ((self._few, MOST_NODES), (self._all, FEW_NODES)):
            parts = sieve.smallest(diagram.names, diagram.joins, literals, most)
            found = sorted((self._joined(sieve, diagram, part) for part in parts), key=self._cost)
            found = list(islice((cube for cube in found if self._may_be(cube)), TRIED))
            if found or not parts:
                break
        for cube in found:
            if self._kept(cube):
                return next((one for one in self._looser(cube) if self._may_be(one) and self._kept(one)), cube)
        return found[0] if found else None

    def _looser(self, cube: Cube) -> Iterator[Cube]:
        """Clauses that say more: where two literals speak of the same individual, of two that may be different."""
        said = [literal for literal in cube.literals if not is_join(literal)]
        for name, sort in cube.names:
            others = [other for other, of in cube.names if of == sort]
            used = [literal for literal in said if name in free_names(literal)]
            if len(others) >= self._diagrams.most.get(sort, 0):
                continue
            other = next(made for at in range(len(others) + 1) if (made := name_of(sort, at)) not in others)
            for literal in used[1:]:
                apart = substitute(literal, {name: Bound(other)})
                literals = tuple(apart if one is literal else one for one in cube.literals)
                yield cube_of((*cube.names, (other, sort)), literals)

    def _may_be(self, cube: Cube) -> bool:
        """Whether nothing known speaks against a clause."""
        return cube.formula not in self._refuted and not self._all.has(cube) and self._at_first(cube)

    def _joined(self, sieve: Sieve, diagram: Diagram, part: tuple[Expr, ...]) -> Cube:
        """The cube of some literals, with all that joins the individuals they speak of, and more only where needed."""
        used = frozenset(name for literal in part for name in free_names(literal))
        near = [join for join in diagram.joins if used.issuperset(free_names(join))]
        cube = cube_of(diagram.names, (*near, *part))
        if sieve.has(cube):
            far = [join for join in diagram.joins if join not in near]
            cube = cube_of(diagram.names, (*near, *(sieve.shortened(diagram.names, cube.literals, far) or ()), *part))
        return cube

    def _cost(self, cube: Cube) -> tuple[float, int]:
        apart = max(len(components(cube)) - 1, 0)
        said = [literal for literal in cube.literals if not is_join(literal)]
        weight = sum(self._few.weight(cube.names, literal) for literal in said)
        return len(said) + 1.5 * apart + 0.1 * len(cube.names), -weight

    def _at_first(self, cube: Cube) -> bool:
        false, _ = self.encoding.fails(cube.formula, self.encoding.first)
        query = self._query(None)
        with query.with_also(false):
            return isinstance(query.ask({}), Impossible)

    def _kept(self, cube: Cube) -> bool:
        """Whether every step keeps a clause, given what is assumed now."""
        read = reads(cube.formula)
        try:
            for part in sorted(self._parts(read), key=lambda part: -self._breaking[part]):
                query = self._query(part)
                if part is None:
                    false, _ = self.encoding.fails(cube.formula, self.encoding.first)
                    extra = [false]
                else:
                    false, _ = self.encoding.fails(cube.formula, self._happening(part).then)
                    extra = [false, self.encoding.holds(cube.formula)]
                assumed = self._assumed(part)
                with query.with_also(*extra):
                    if isinstance(query.ask(assumed, kept=assumed), Possible):
                        self._breaking[part] += 1
                        return False
        except Undecided:
            return False
        return True

    # ------------------------------------------------------------------------------------------------- bookkeeping

    def _add(self, name: str, formula: Expr | None, steps: dict[tuple[str, str], Expr], cube: Cube | None) -> None:
        parts = tuple(self._parts(reads(formula))) if formula is not None else tuple(self._step_parts(steps))
        self.items[name] = Item(name, formula, steps, cube, parts)

    def _parts(self, read: frozenset[str]) -> Iterator[Part]:
        yield None
        for at, moment in enumerate(self.encoding.core.moments):
            if any(effect.cell in read for effect in moment.effects):
                yield at

    def _step_parts(self, steps: dict[tuple[str, str], Expr]) -> Iterator[Part]:
        for at, moment in enumerate(self.encoding.core.moments):
            if steps.get((moment.action, moment.moment)) not in (None, core.TRUE):
                yield at

    def _drop(self, item: Item, reason: str, refuted: bool = True) -> None:
        item.dropped = reason
        if item.formula is not None and refuted:
            self._refuted.add(item.formula)
        for other in self.items.values():
            other.proofs = {part: used for part, used in other.proofs.items() if item.name not in used}

    # ----------------------------------------------------------------------------------------------------- queries

    def _query(self, part: Part) -> Query:
        if part not in self._queries:
            given = self.encoding.axioms()
            if part is not None:
                given = [*given, self._happening(part).possible]
            self._queries[part] = Query(self.encoding, self.effort, given, {})
        return self._queries[part]

    def _happening(self, part: int) -> Happening:
        if part not in self._happenings:
            self._happenings[part] = self.encoding.happening(self.encoding.core.moments[part])
        return self._happenings[part]

    def _assumed(self, part: Part) -> dict[str, Term]:
        """Literals for all invariants and clauses that are not given up."""
        if part is None:
            return {}
        query = self._query(part)
        literals = {}
        for item in self.items.values():
            if item.formula is not None and not item.dropped:
                key = part, item.name
                if key not in self._literals:
                    self._literals[key] = query.assume(item.name, self.encoding.holds(item.formula))
                literals[item.name] = self._literals[key]
        return literals

    def _fails(self, item: Item, part: Part) -> tuple[Term, tuple[Chosen, ...]]:
        key = item.name, part
        if key not in self._false:
            self._false[key] = self._false_of(item, part)
        return self._false[key]

    def _false_of(self, item: Item, part: Part) -> tuple[Term, tuple[Chosen, ...]]:
        if part is None:
            assert item.formula is not None
            return self.encoding.fails(item.formula, self.encoding.first)
        happening = self._happening(part)
        if item.formula is not None:
            return self.encoding.fails(item.formula, happening.then)
        said = item.steps[happening.moment.action, happening.moment.moment]
        return self.encoding.fails(said, happening.across, happening.bound)


def _excess(item: Item) -> int:
    """How many literals a clause has too many, if it is one."""
    said = () if item.cube is None else item.cube.literals
    return max(sum(not is_join(literal) for literal in said) - SHORT, 0)

"""Which guards, effects and lemmas a proof uses: the minimal sets that it goes through with.

A set of guards, effects and invariants is enough for a property if the property and some of those invariants keep each
other over every step of the protocol without the rest (`loosened.py`). More is always enough too, so minimal sets are
found by taking away one member after another (Ghassabani, Gacek, Whalen, FSE 2016), and all of them with Reiter's tree
of hitting sets ("A theory of diagnosis from first principles", 1987): whatever else is enough lacks a member of those
known. Every unsatisfiable core that z3 gives and every model it finds are kept, so few questions reach it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from checker.language.core import Core, PropertyKind
from checker.language.lower import lower
from checker.language.protocol import Protocol, Value
from checker.prove.encode import Encoding, reads
from checker.prove.induction import Induction
from checker.prove.loosened import Element, Part, loosened, switches_of
from checker.prove.queries import Effort, Impossible, Query, Undecided
from checker.prove.terms import Term

MOST_SETS = 8
MOST_LOOKS = 400
"""How many sets may be tried for one property once its first minimal set is known."""

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Cores:
    """The minimal sets for one property, by keys of elements. `always` are the members that no proof can do without.

    `complete` is whether there are no other minimal sets; if not, `why` says what cut the search short. `minimal` is
    false where z3 gave up on whether some member is needed.
    """

    property: str
    sets: tuple[tuple[str, ...], ...]
    always: tuple[str, ...]
    complete: bool
    minimal: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Used:
    """What the proofs of a protocol's properties use. `left` are those it says nothing of: not proved, not
    asked for, or interrupted."""

    elements: tuple[Element, ...]
    cores: tuple[Cores, ...]
    left: tuple[str, ...]
    interrupted: bool

    def element(self, key: str) -> Element:
        """The element of that key. Raises KeyError."""
        for item in self.elements:
            if item.key == key:
                return item
        raise KeyError(key)


def used(
    protocol: Protocol,
    proved: tuple[str, ...],
    *,
    only: frozenset[str] | None = None,
    settings: Mapping[str, Value] | None = None,
    without: frozenset[str] = frozenset(),
    effort: Effort,
    most: int = MOST_SETS,
    progress: Progress | None = None,
) -> Used:
    """The minimal sets of each property of `only`, or all, in `proved`: those that `prove` said hold, asked the same.

    Ctrl-C keeps what is known. The same arguments give the same sets.
    """
    core = lower(protocol, without)
    search = _Search(core, dict(settings or {}), proved, effort)
    found: list[Cores] = []
    interrupted = False
    for name in (name for name in proved if only is None or name in only):
        if progress is not None:
            progress(name)
        sets: list[int] = []
        try:
            found.append(search.cores(name, sets, most))
        except KeyboardInterrupt:
            interrupted = True
            if sets:
                found.append(search.told(name, sets, 0, "it was interrupted"))
            break
    inductive = (PropertyKind.INVARIANT, PropertyKind.STEP)
    left = tuple(p.name for p in core.properties if p.kind in inductive and p.name not in {c.property for c in found})
    return Used(search.elements, tuple(found), left, interrupted)


class _Search:
    """Sets of elements are numbers here, one bit an element: the same few sets are compared very often."""

    def __init__(self, core: Core, settings: Mapping[str, Value], proved: Sequence[str], effort: Effort) -> None:
        loose, elements = loosened(core)
        encoding = Encoding(loose, settings=settings)
        self.induction = Induction(encoding, effort)
        names = [name for name in self.induction.hypotheses if name in proved]
        invariants = [self.induction.properties[name] for name in names]
        lemmas = [Element(p.name, Part.LEMMA, rules=p.rules, span=p.span) for p in invariants]
        self.elements = (*elements, *lemmas)
        self._keys = [item.key for item in self.elements]
        self._bit = {key: 1 << at for at, key in enumerate(self._keys)}
        self._lemmas = self._mask(item.key for item in lemmas)
        self.induction.offer({key: encoding.holds(on) for key, on in switches_of(elements).items()})
        said = (
            [*(guard.condition for guard in m.guards), *(effect.value for effect in m.effects)] for m in loose.moments
        )
        self._relevant = [
            self._lemmas | self._mask(frozenset().union(*map(reads, formulas)) & self._bit.keys()) for formulas in said
        ]
        self._parts = {name: [part for part in self.induction.parts(name) if part is not None] for name in proved}
        self._questions: dict[tuple[str, int], tuple[Query, Term]] = {}
        self._enough: dict[tuple[str, int], list[int]] = {}
        self._not: dict[tuple[str, int], list[int]] = {}
        self._doubtful = False

    def _mask(self, keys: Iterable[str]) -> int:
        return sum(self._bit[key] for key in keys)

    def keys(self, mask: int) -> tuple[str, ...]:
        """The elements of a set, in the order of the text."""
        return tuple(self._keys[at] for at in _bits(mask))

    # ------------------------------------------------------------------------------------------------ minimal sets

    def cores(self, goal: str, sets: list[int], most: int) -> Cores:
        """All minimal sets, up to `most`; `sets` has them as they are found."""
        self._doubtful = False
        everything = ((1 << len(self._keys)) - 1) & ~self._bit.get(goal, 0)
        first = self._proof(goal, everything)
        if first is None:  # z3 gave up on a question that it answered in the proof
            return self.told(goal, [], 0, "z3 gave up")
        sets.append(self._smaller(goal, first))
        ones = [1 << at for at in _bits(sets[0])]
        always = sum(one for one in ones if self._proof(goal, everything & ~one) is None)
        waiting = deque(one for one in ones if not one & always)
        seen = set(waiting)
        looks = 0
        while waiting:
            away = waiting.popleft()
            known = next((found for found in sets if not found & away), None)
            if known is None:
                looks += 1
                if looks > MOST_LOOKS:
                    return self.told(goal, sets, always, f"{MOST_LOOKS} sets were tried")
                proof = self._proof(goal, everything & ~away)
                if proof is None:
                    continue
                if len(sets) >= most:
                    return self.told(goal, sets, always, f"there are more than {most}")
                known = self._smaller(goal, proof)
                sets.append(known)
            for at in _bits(known & ~always):
                more = away | 1 << at
                if more not in seen:
                    seen.add(more)
                    waiting.append(more)
        return self.told(goal, sets, always, "")

    def told(self, goal: str, sets: list[int], always: int, why: str) -> Cores:
        rows = sorted((self.keys(found) for found in sets), key=len)
        return Cores(goal, tuple(rows), self.keys(always), not why, not self._doubtful, why)

    def _smaller(self, goal: str, enough: int) -> int:
        """A minimal part of a set that is enough. Lemmas go first: with one goes all that only it needs."""
        for at in (*_bits(enough & self._lemmas), *_bits(enough & ~self._lemmas)):
            if enough >> at & 1:
                fewer = self._proof(goal, enough & ~(1 << at))
                enough = enough if fewer is None else fewer
        return enough

    # ------------------------------------------------------------------------------------------------------ proofs

    def _proof(self, goal: str, allowed: int) -> int | None:
        """What of `allowed` a proof of the goal uses; None if there is none."""
        own = self._bit.get(goal, 0)
        usable = allowed | own
        while True:
            proof = self._attempt(goal, usable)
            if not isinstance(proof, str):
                return proof & ~own
            if proof == goal:
                return None
            usable &= ~self._bit[proof]

    def _attempt(self, goal: str, usable: int) -> int | str:
        """What a proof uses, or the first invariant that it needs and that is not kept."""
        uses = self._bit.get(goal, 0)
        needed = [goal]
        for name in needed:
            for part in self._parts[name]:
                core = self._kept(name, part, usable)
                if core is None:
                    return name
                needed += self.keys(core & self._lemmas & ~uses)
                uses |= core
        return uses

    def _kept(self, name: str, part: int, allowed: int) -> int | None:
        """Some of `allowed` with which a step keeps a property; None if it may break it, or z3 does not know."""
        key = name, part
        relevant = allowed & self._relevant[part]
        for enough in self._enough.get(key, ()):
            if not enough & ~relevant:
                return enough
        for known in self._not.get(key, ()):
            if not relevant & ~known:
                return None
        if key not in self._questions:
            query, _, false, _ = self.induction.question(name, part)
            self._questions[key] = query, false
        query, false = self._questions[key]
        try:
            with query.with_also(false):
                answer = query.ask({each: query.hypothesis(each) for each in self.keys(relevant)}, {name})
        except Undecided:
            self._doubtful = True
            return None
        if isinstance(answer, Impossible):
            enough = self._mask(answer.used)
            self._enough.setdefault(key, []).append(enough)
            return enough
        self._not.setdefault(key, []).append(relevant)
        return None


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low

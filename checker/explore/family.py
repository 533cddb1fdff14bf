"""One search for many variants of a protocol: other settings of its params, or guards of some rules taken away.

Most steps are the same in most variants. So each state is looked at once, a step carries the set of variants in which
it is possible there, and a state the set of those that reach it: a featured transition system (Classen, Heymans,
Schobbens, Legay, Raskin, "Model checking lots of systems", ICSE 2010). A set is a number, one bit a variant.

Variants with the same states and steps are one class: what is true of one of them is true of all, as far as a property
does not read a param itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from checker.explore.search import BETWEEN_WORDS, CLOCK, INTERRUPTED, Limits
from checker.explore.symmetry import Symmetry, find_symmetry, no_symmetry
from checker.language.build import reads_of
from checker.language.core import CellKind, Core, CoreMoment, Expr
from checker.language.lower import lower, lower_expression
from checker.language.protocol import Of, Protocol, Value
from checker.model.ground import Machine
from checker.model.scope import Scope

Successor = tuple[int, bytes, int]  # the ground step, the state after, the variants in which it is possible
Arrow = tuple[int, int, int, int]  # the ground step, the state it leads to, the renaming after it, the variants
Progress = Callable[[str], None]


@dataclass(slots=True)
class FamilyGraph:
    """All states that some variant reaches, up to symmetry, in the order they were found.

    `reached` has for each state the variants that reach it, `levels` the steps after which which of them first do.
    `after[s]` are the steps from it: ground, target, renaming on the way, variants; `steps[s]`
    has the state that each leads to as it comes out. No step was looked for from those in `shut`, nor from states
    farther than `depth` where `cut` says why the search stopped early; it is why the search stopped early, else empty.
    """

    states: list[bytes] = field(default_factory=list)
    reached: list[int] = field(default_factory=list)
    levels: list[list[tuple[int, int]]] = field(default_factory=list)
    after: list[list[Arrow]] = field(default_factory=list)
    steps: list[list[Successor]] = field(default_factory=list)
    shut: set[int] = field(default_factory=set)
    depth: int = 0
    cut: str = ""


class Family:
    """Variants of one scope, which differ in settings and left-out rules only. Raises what `Machine` raises."""

    def __init__(self, protocol: Protocol, variants: Sequence[Scope]) -> None:
        self.protocol = protocol
        self.variants = tuple(variants)
        self.everything = (1 << len(self.variants)) - 1
        self._defaults = {param.name: param.default for param in protocol.params}
        self._whole = lower(protocol)
        self._cores: dict[frozenset[str], Core] = {}
        self.machine = Machine(protocol, self.variants[0], self._core(self.variants[0]))
        self.symmetry = self._symmetry()
        self._params = [self.machine.layout.slot(name) for name in self._defaults]
        self._parts = self._split()

    def search(
        self,
        limits: Limits,
        progress: Progress | None = None,
        shut: Callable[[bytes], bool] | None = None,
    ) -> FamilyGraph:
        """Every state of every variant, or as many as the limits allow. Ctrl-C is a limit too.

        From states for which `shut` is true it does not go on.
        """
        graph = FamilyGraph()
        try:
            self._search(graph, limits, progress, shut or (lambda _: False))
        except KeyboardInterrupt:
            graph.cut = INTERRUPTED
        return graph

    def settings(self, at: int) -> dict[str, Value]:
        """The value of every param in a variant."""
        return self._defaults | dict(self.variants[at].settings)

    def agree(self, names: frozenset[str]) -> dict[tuple[Value, ...], int]:
        """The variants by the values that they give these params."""
        found: dict[tuple[Value, ...], int] = {}
        wanted = [name for name in self._defaults if name in names]
        for at in range(len(self.variants)):
            values = self.settings(at)
            key = tuple(values[name] for name in wanted)
            found[key] = found.get(key, 0) | 1 << at
        return found

    def classes(self, graph: FamilyGraph, read: frozenset[str] = frozenset()) -> tuple[int, ...]:
        """The variants by what they reach, by which steps, and by the params in `read`; a class of one bit each."""
        masks = {mask & graph.reached[at] for at, edges in enumerate(graph.after) for *_, mask in edges}
        masks |= set(graph.reached) | set(self.agree(read).values())
        found = [self.everything]
        for mask in sorted(masks):
            found = [part for each in found for part in (each & mask, each & ~mask) if part]
        return tuple(sorted(found, key=lambda each: each & -each))

    # ------------------------------------------------------------------------------------------------------ setting up

    def _core(self, scope: Scope) -> Core:
        """The core without what only the scope's left-out rules ask for, as `lower` makes it, and quicker."""
        core = self._cores.get(scope.without)
        if core is None:
            moments = tuple(
                replace(moment, guards=tuple(moment.guards[at] for at in self._kept(moment, scope)))
                for moment in self._whole.moments
            )
            core = self._cores[scope.without] = replace(self._whole, moments=moments)
        return core

    def _kept(self, moment: CoreMoment, scope: Scope) -> tuple[int, ...]:
        """Which guards of a moment are asked for in the scope."""
        return tuple(
            at for at, guard in enumerate(moment.guards) if not guard.rules or not scope.without.issuperset(guard.rules)
        )

    def _symmetry(self) -> Symmetry:
        """That of the text; none where a param's value may be one of the individuals."""
        found = find_symmetry(self.machine)
        sorts = {block.sort for block in found.blocks}
        named = any(isinstance(param.type, Of) and param.type.sort in sorts for param in self.protocol.params)
        return no_symmetry(self.machine) if named else found

    def _split(self) -> list[tuple[Machine, list[int], list[int]]]:
        """Machines that have each version of each moment once: for each of its steps, the number and the variants."""
        versions: dict[tuple[int, tuple[object, ...]], int] = {}
        reads = [
            ([_cells(guard.condition) for guard in moment.guards], [_cells(effect.value) for effect in moment.effects])
            for moment in self._whole.moments
        ]
        for at, scope in enumerate(self.variants):
            values = self.settings(at)
            for number, (moment, (of_guards, of_effects)) in enumerate(zip(self._whole.moments, reads, strict=True)):
                kept = self._kept(moment, scope)
                names = set[str]().union(*(of_guards[each] for each in kept), *of_effects) & values.keys()
                key = number, (kept, *((name, values[name]) for name in sorted(names)))
                versions[key] = versions.get(key, 0) | 1 << at
        by_variant: dict[int, list[tuple[int, int]]] = {}
        waiting = dict(versions)
        while waiting:  # the variant that has most of what is not there yet
            count: dict[int, int] = {}
            for mask in waiting.values():
                for at in _bits(mask):
                    count[at] = count.get(at, 0) + 1
            best = max(count, key=lambda at: (count[at], -at))
            taken = [key for key, mask in waiting.items() if mask >> best & 1]
            by_variant[best] = [(key[0], waiting.pop(key)) for key in taken]
        parts = []
        for at, moments in by_variant.items():
            core = self._core(self.variants[at])
            only = replace(core, moments=tuple(core.moments[number] for number, _ in sorted(moments)))
            machine = Machine(self.protocol, self.variants[at], only)
            masks = {id(moment): mask for moment, (_, mask) in zip(machine.core.moments, sorted(moments), strict=True)}
            parts.append(
                (
                    machine,
                    [self.machine.number(ground.step) for ground in machine.grounds],
                    [masks[id(ground.moment)] for ground in machine.grounds],
                )
            )
        return parts

    def _initial(self) -> dict[bytes, int]:
        """The initial states, with the variants that have them."""
        core = self.machine.core
        formulas = [cell.initial for cell in core.cells if cell.initial is not None and cell.kind is not CellKind.PARAM]
        formulas += [formula for _, formula in core.assumptions]
        if self.variants[0].where is not None:
            formulas.append(lower_expression(self.protocol, self.variants[0].where))
        read = frozenset(name for formula in formulas for name in _cells(formula))
        found: dict[bytes, int] = {}
        for mask in self.agree(read).values():
            scope = self.variants[(mask & -mask).bit_length() - 1]
            for state in Machine(self.protocol, scope, self._core(scope)).initial_states():
                plain = self._plain(state)
                found[plain] = found.get(plain, 0) | mask
        return found

    def _plain(self, state: bytes) -> bytes:
        """The state with the params of the first variant: no compiled step reads them."""
        made = bytearray(state)
        for slot in self._params:
            made[slot] = self.machine.fixed[slot]
        return bytes(made)

    # ------------------------------------------------------------------------------------------------------- searching

    def successors(self, state: bytes) -> list[Successor]:
        """Each step that some variant has here."""
        return [
            (numbers[ground], after, masks[ground])
            for machine, numbers, masks in self._parts
            for ground, after in machine.successors(state)
        ]

    def _search(
        self, graph: FamilyGraph, limits: Limits, progress: Progress | None, shut: Callable[[bytes], bool]
    ) -> None:
        numbers = _Numbers(graph, self.symmetry, shut)
        try:
            self._levels(graph, numbers, limits, progress)
        finally:  # what is known of a search that was stopped is kept
            for at, reached in enumerate(graph.reached):
                live = [(ground, after, where & reached) for ground, after, where in graph.steps[at] if where & reached]
                graph.steps[at] = live
                graph.after[at] = [
                    (ground, *numbers.met[after], where) for ground, after, where in live if after in numbers.met
                ]

    def _levels(self, graph: FamilyGraph, numbers: _Numbers, limits: Limits, progress: Progress | None) -> None:
        """Level by level, so that a variant reaches each state after as few steps as it can."""
        deadline = None if limits.seconds is None else time.monotonic() + limits.seconds
        words_at = time.monotonic() + BETWEEN_WORDS
        fresh: dict[int, int] = {}
        for state, mask in self._initial().items():
            at = numbers.of(state)
            fresh[at] = fresh.get(at, 0) | mask
        depth = 0
        while fresh:
            for at, mask in fresh.items():
                graph.reached[at] |= mask
                graph.levels[at].append((depth, mask))
            depth += 1
            following: dict[int, int] = {}
            for count, (at, mask) in enumerate(fresh.items()):
                if count % CLOCK == 0:
                    now = time.monotonic()
                    if progress is not None and now >= words_at:
                        words_at = now + BETWEEN_WORDS
                        progress(f"{len(graph.states):,} states of {len(self.variants):,} variants, depth {depth}")
                    if deadline is not None and now > deadline:
                        graph.cut = f"{limits.seconds:g} s were over"
                        return
                if len(graph.states) > limits.states:
                    graph.cut = f"{limits.states:,} states were reached"
                    return
                if not graph.steps[at] and at not in graph.shut:
                    graph.steps[at] = self.successors(graph.states[at])
                for _, after, where in graph.steps[at]:
                    live = where & mask
                    if live:
                        target = numbers.of(after)
                        new = live & ~graph.reached[target]
                        if new:
                            following[target] = following.get(target, 0) | new
            fresh = following
            graph.depth = depth


class _Numbers:
    """Which number a state's representative has, and by which renaming the state becomes it."""

    def __init__(self, graph: FamilyGraph, symmetry: Symmetry, shut: Callable[[bytes], bool]) -> None:
        self.met: dict[bytes, tuple[int, int]] = {}  # by states as they came out
        self._index: dict[bytes, int] = {}
        self._graph, self._canonical, self._shut = graph, symmetry.canonical, shut

    def of(self, state: bytes) -> int:
        known = self.met.get(state)
        if known is None:
            representative, renaming = self._canonical(state)
            at = self._index.setdefault(representative, len(self._graph.states))
            if at == len(self._graph.states):
                self._graph.states.append(representative)
                self._graph.reached.append(0)
                self._graph.levels.append([])
                self._graph.after.append([])
                self._graph.steps.append([])
                if self._shut(representative):
                    self._graph.shut.add(at)
            known = self.met[state] = at, renaming
        return known[0]


def reads_params(family: Family, *formulas: Expr) -> frozenset[str]:
    """The params that some of the formulas read."""
    return frozenset(name for formula in formulas for name in _cells(formula)) & family.settings(0).keys()


def _cells(formula: Expr) -> set[str]:
    return {read.cell for read in reads_of(formula)}


def _bits(mask: int) -> list[int]:
    return [at for at in range(mask.bit_length()) if mask >> at & 1]

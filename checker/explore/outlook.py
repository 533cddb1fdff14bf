"""What a family's states lead to: the fates of those that a failure struck, and how long each goal stays possible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from checker.explore.concern import Concern
from checker.explore.family import Arrow, Family, FamilyGraph
from checker.explore.faults import START
from checker.explore.packed import Packing, reach_back, reach_on
from checker.explore.threads import Instances
from checker.explore.variants import Judging
from checker.explore.words import value_name
from checker.language.core import Expr
from checker.language.lower import lower_expression
from checker.language.protocol import SUCCESS, Fate, Goal, Of, Outlook, Variable
from checker.model.ground import Ground, Machine

ENDLESS = "never comes to rest"
NAMELESS = "none of the fates"
OPEN = "unknown"


class Landscape:
    """A searched family, with what several questions about it need: which steps fail, which are owed, what is open."""

    def __init__(self, family: Family, graph: FamilyGraph) -> None:
        self.family, self.graph = family, graph
        self.judging = Judging(family, graph)
        grounds = family.machine.grounds
        self.names = [kind_of_step(family.machine, ground) for ground in grounds]
        self.fails = [ground.moment.fault or ground.moment.failure for ground in grounds]
        self.failures = {
            name: ground.moment.fault
            for name, ground, fails in zip(self.names, grounds, self.fails, strict=True)
            if fails
        }
        """What can fail, by the kind of step: whether it is a fault."""
        self._owed = [not (ground.moment.optional or fails) for ground, fails in zip(grounds, self.fails, strict=True)]
        self.open = self._open()
        self.owed_after = [[arrow for arrow in arrows if self._owed[arrow[0]]] for arrows in graph.after]

    @property
    def variants(self) -> int:
        return len(self.family.variants)

    def going_on(self, at: int) -> int:
        """The variants in which a step is owed here."""
        found = 0
        for *_, where in self.owed_after[at]:
            found |= where
        return found

    def smooth_after(self, at: int) -> Iterator[Arrow]:
        """The steps that are no failures."""
        return (arrow for arrow in self.graph.after[at] if not self.fails[arrow[0]])

    def starts(self) -> Iterator[tuple[int, int]]:
        """The initial states, with the variants that have them."""
        for at, levels in enumerate(self.graph.levels):
            if levels and levels[0][0] == 0:
                yield at, levels[0][1]

    def depth(self, at: int, variants: int, usual: int) -> tuple[bool, int]:
        """How far a state is in the usual variant if that is among these, else in any: the flag says that it is not."""
        other = not variants >> usual & 1
        wanted = variants if other else 1 << usual
        return other, next(depth for depth, mask in self.graph.levels[at] if mask & wanted)

    def lowered(self, outlook: Outlook) -> tuple[Expr, Expr]:
        """The premise and the conclusion."""
        names = [variable.name for variable in outlook.variables]
        protocol = self.family.protocol
        premise = lower_expression(protocol, outlook.premise, names)
        return premise, lower_expression(protocol, outlook.conclusion, names)

    def _open(self) -> list[int]:
        """For each state the variants in which not all steps out of it are known."""
        graph = self.graph
        return [
            (reached if at in graph.shut else 0)
            | (sum(mask for depth, mask in graph.levels[at] if depth >= graph.depth) if graph.cut else 0)
            for at, reached in enumerate(graph.reached)
        ]


def kind_of_step(machine: Machine, ground: Ground) -> str:
    """A step without its individuals, but with members of closed sorts: `open:red.REFUSED`. A SUCCESS goes without."""
    members = []
    for (_, type_), value in zip(ground.moment.params, ground.args, strict=True):
        if isinstance(type_, Of) and machine.protocol.sort(type_.sort).members is not None:
            members.append(f":{value_name(machine, type_, value)}")
    moment = "" if ground.moment.moment == SUCCESS else f".{ground.moment.moment}"
    return f"{ground.moment.action}{''.join(members)}{moment}"


class Formula:
    """A formula about one instance, asked of states."""

    def __init__(self, land: Landscape, expr: Expr, space: Instances, names: tuple[str, ...]) -> None:
        self._states, self._reached = land.graph.states, land.graph.reached
        self._tests = [land.judging.tests(expr, bound) for bound in space.bound(names)]

    def true(self, at: int, instance: int) -> int:
        """The variants that reach the state and in which it is true there."""
        state, found = self._states[at], 0
        for mask, test in self._tests[instance]:
            if mask & self._reached[at] and test(state):
                found |= mask
        return found & self._reached[at]


@dataclass(frozen=True, slots=True)
class Group:
    """Fates that are said of the same individuals while the same is true of them."""

    fates: tuple[Fate, ...]

    @property
    def variables(self) -> tuple[Variable, ...]:
        return self.fates[0].variables


def groups(land: Landscape, fates: Sequence[Fate]) -> tuple[Group, ...]:
    """The fates of a text, those of one premise together, each time in the order of the text."""
    found: dict[tuple[tuple[Variable, ...], Expr], list[Fate]] = {}
    for fate in fates:
        found.setdefault((fate.variables, land.lowered(fate)[0]), []).append(fate)
    return tuple(Group(tuple(members)) for members in found.values())


class Fates:
    """For each state the fates that can follow if nothing more fails, by steps that are owed.

    `names` are the facts of the packing: endless, the fates of the group (the worst first), nameless, unknown, and
    whether any rest can be reached.
    """

    def __init__(self, land: Landscape, group: Group) -> None:
        self.land, self.group = land, group
        types = tuple(variable.type for variable in group.variables)
        self.space = Instances(land.family.symmetry, types, land.family.machine.sizes)
        self.names = (ENDLESS, *(fate.name for fate in group.fates), NAMELESS, OPEN)
        self._endless, self._nameless, self._open = 0, len(self.names) - 2, len(self.names) - 1
        self._rest = len(self.names)
        self.packing = Packing(self.space, len(self.names) + 1, land.variants)
        self.concern = Concern(land.family.machine, types, self.space.tuples)
        variables = tuple(variable.name for variable in group.variables)
        self.premise = Formula(land, land.lowered(group.fates[0])[0], self.space, variables)
        self._conclusions = [Formula(land, land.lowered(fate)[1], self.space, variables) for fate in group.fates]

    @cached_property
    def masks(self) -> dict[int, int]:
        """The packed facts, of every state that follows a failure."""
        struck = {
            target
            for at, arrows in enumerate(self.land.graph.after)
            for ground, target, _, _ in arrows
            if self.land.fails[ground]
        }
        after = self.land.owed_after
        return reach_back(self.packing, self.own, lambda at: after[at], sorted(struck), self._finish)

    def own(self, at: int) -> int:
        """What is true of the state itself."""
        open_ = self.land.open[at]
        rest = self.land.graph.reached[at] & ~self.land.going_on(at) & ~open_
        put, mask = self.packing.put, 0
        for instance in range(len(self.space)):
            named = 0
            for fact, (fate, conclusion) in enumerate(zip(self.group.fates, self._conclusions, strict=True), 1):
                if not fate.resting:
                    mask |= put(instance, fact, conclusion.true(at, instance))
                elif rest:
                    true = conclusion.true(at, instance) & rest
                    named |= true
                    mask |= put(instance, fact, true)
            mask |= put(instance, self._nameless, rest & ~named)
            mask |= put(instance, self._open, open_) | put(instance, self._rest, rest)
        return mask

    def _finish(self, at: int, mask: int) -> int:
        """Where no rest can be reached, and nothing that was not searched."""
        found = 0
        for instance in range(len(self.space)):
            facts = self.packing.of(mask, instance)
            endless = self.land.graph.reached[at] & ~facts[self._rest] & ~facts[self._open]
            found |= self.packing.put(instance, self._endless, endless)
        return found


class Before:
    """For each state that is reached without a failure, the last step before that concerned each instance."""

    def __init__(self, land: Landscape, space: Instances, concern: Concern) -> None:
        self.labels = (
            START,
            *dict.fromkeys(name for name, fails in zip(land.names, land.fails, strict=True) if not fails),
        )
        numbers = {name: number for number, name in enumerate(self.labels)}
        self.number = [numbers.get(name, 0) for name in land.names]
        self.packing = packing = Packing(space, len(self.labels), land.variants)
        self._known: dict[tuple[int, tuple[int, ...], int], int] = {}
        states = land.graph.states

        def step(ground: int, at: int, mask: int) -> int:
            concerned = concern.of(ground, states[at])
            key = self.number[ground], concerned, mask
            found = self._known.get(key)
            if found is None:
                found = mask
                for instance in concerned:
                    live = 0
                    for fact, variants in enumerate(packing.of(mask, instance)):
                        live |= variants
                        found &= ~packing.put(instance, fact, variants)
                    found |= packing.put(instance, key[0], live)
                self._known[key] = found
            return found

        def after(at: int) -> Iterator[Arrow]:
            # A step that changes nothing is no place of its own.
            return (arrow for arrow in land.smooth_after(at) if arrow[1] != at or arrow[2])

        starts = {at: sum(packing.put(i, 0, mask) for i in range(len(space))) for at, mask in land.starts()}
        self.masks = reach_on(packing, starts, after, step)

    def reached(self, at: int) -> int:
        """The variants that reach the state without a failure."""
        found = 0
        for variants in self.packing.of(self.masks.get(at, 0), 0):
            found |= variants
        return found


class Chances:
    """For each state the instances for which a goal can still come true, by none of the actions that it is without."""

    def __init__(self, land: Landscape, goal: Goal) -> None:
        self.land, self.goal = land, goal
        types = tuple(variable.type for variable in goal.variables)
        self.space = Instances(land.family.symmetry, types, land.family.machine.sizes)
        self.concern = Concern(land.family.machine, types, self.space.tuples)
        variables = tuple(variable.name for variable in goal.variables)
        premise, conclusion = land.lowered(goal)
        self.premise = Formula(land, premise, self.space, variables)
        true = Formula(land, conclusion, self.space, variables)
        self.packing = packing = Packing(self.space, 1, land.variants)
        allowed = [ground.moment.action not in goal.without for ground in land.family.machine.grounds]
        after = [[arrow for arrow in arrows if allowed[arrow[0]]] for arrows in land.graph.after]

        def own(at: int) -> int:
            return sum(packing.put(i, 0, true.true(at, i) | land.open[at]) for i in range(len(self.space)))

        self._masks = reach_back(packing, own, lambda at: after[at], range(len(after)))

    def possible(self, at: int, instance: int) -> int:
        """The variants in which it can come true, or may: what was not searched may be a way."""
        return self.packing.get(self._masks[at], instance, 0)

    def lost(self, at: int, arrow: Arrow, instance: int) -> int:
        """The variants in which this step loses it for the instance (as it is numbered before the step)."""
        _, target, renaming, where = arrow
        before = where & self.possible(at, instance) & self.premise.true(at, instance) if where else 0
        return before & ~self.possible(target, self.space.moved(renaming)[instance]) if before else 0

"""All states and answers of a small protocol by the reference and plain loops: slow, and sharing no line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import permutations, product

import networkx

from checker.language.protocol import (
    Bool,
    Can,
    Final,
    Invariant,
    Kind,
    LeadsTo,
    Of,
    Protocol,
    StepRule,
    Type,
    Value,
    Variable,
)
from checker.model.reference import Location, Reference, State
from checker.model.run import Step
from checker.model.scope import Scope

Key = tuple[tuple[Value, ...], int]  # every location's value, and how many faults there were


class Brute:
    """Everything reachable, in order of depth."""

    def __init__(self, protocol: Protocol, scope: Scope) -> None:
        self.protocol, self.scope = protocol, scope
        self.reference = Reference(protocol, scope)
        self.actions = {action.name: action for action in protocol.actions}
        self.locations: list[Location] = []
        self.keys: list[Key] = []
        self.depths: list[int] = []
        self.edges: list[list[tuple[Step, int]]] = []
        numbers: dict[Key, int] = {}

        def number(state: State, faults: int, depth: int) -> int:
            if not self.locations:
                self.locations = sorted(state)
            key = (tuple(state[location] for location in self.locations), faults)
            if key not in numbers:
                numbers[key] = len(self.keys)
                self.keys.append(key)
                self.depths.append(depth)
            return numbers[key]

        for state in self.reference.initial_states():
            number(state, 0, 0)
        for at, (_, faults) in enumerate(self.keys):  # grows while it is gone through
            state, out = self.state(at), []
            for step in self.reference.steps(state):
                spent = faults + (self.actions[step.action].kind is Kind.FAULT)
                if spent <= scope.faults:
                    out.append((step, number(self.reference.after(step, state), spent, self.depths[at] + 1)))
            self.edges.append(out)

    def state(self, at: int) -> State:
        return dict(zip(self.locations, self.keys[at][0], strict=True))

    @property
    def transitions(self) -> int:
        return sum(map(len, self.edges))

    # ------------------------------------------------------------------------------------------------------- symmetry

    def orbits(self, sorts: Iterable[str]) -> int:
        """How many states there are up to renaming the individuals of these sorts."""
        sizes = self.scope.all_sizes(self.protocol)
        types = self._types()
        choices = [[(sort, image) for image in permutations(range(sizes[sort]))] for sort in sorts]
        moves = []
        for maps in map(dict, product(*choices)):

            def moved(type_: Type, value: Value, maps: Mapping[str, tuple[int, ...]] = maps) -> Value:
                return maps[type_.sort][value] if isinstance(type_, Of) and type_.sort in maps else value

            places = {location: at for at, location in enumerate(self.locations)}
            source = [0] * len(self.locations)
            for at, (name, index) in enumerate(self.locations):
                index_types, _ = types[name]
                to = (name, tuple(int(moved(t, v)) for t, v in zip(index_types, index, strict=True)))
                source[places[to]] = at
            value_types = [types[name][1] or Bool() for name, _ in self.locations]
            moves.append((source, value_types, moved))
        least = set()
        for values, faults in self.keys:
            images = (
                tuple(moved(type_, values[at]) for at, type_ in zip(source, value_types, strict=True))
                for source, value_types, moved in moves
            )
            least.add((min(images), faults))
        return len(least)

    def _types(self) -> dict[str, tuple[tuple[Type, ...], Type | None]]:
        found: dict[str, tuple[tuple[Type, ...], Type | None]] = {}
        for param in self.protocol.params:
            found[param.name] = ((), param.type)
        for const in self.protocol.consts:
            found[const.name] = (const.index, const.type)
        for cell in self.protocol.cells:
            found[cell.name] = (tuple(variable.type for variable in cell.index), cell.type)
        for action in self.protocol.actions:
            found[f"pending {action.name}"] = (tuple(variable.type for variable in action.params), None)
        return found

    # -------------------------------------------------------------------------------------------------------- answers

    @cached_property
    def ends(self) -> list[int]:
        """States with no step but faults and optional actions."""
        return [at for at, out in enumerate(self.edges) if not any(self._owed(step) for step, _ in out)]

    def _owed(self, step: Step) -> bool:
        action = self.actions[step.action]
        return action.kind is not Kind.FAULT and not action.optional

    def invariant(self, item: Invariant) -> int | None:
        """The least depth at which it is false."""
        return self._first(at for at in range(len(self.keys)) if not self.reference.holds(item, self.state(at)))

    def final(self, item: Final) -> int | None:
        return self._first(at for at in self.ends if not self.reference.holds(item, self.state(at)))

    def step_rule(self, item: StepRule) -> int | None:
        """The least depth of a state after a bad step."""
        bad = (
            at
            for at, out in enumerate(self.edges)
            for step, to in out
            if not self.reference.step_holds(item, self.state(at), step, self.state(to))
        )
        found = self._first(bad)
        return None if found is None else found + 1

    def can(self, item: Can) -> int | None:
        """The least depth of a state from which some instance is out of reach."""
        back: networkx.DiGraph[int] = networkx.DiGraph((to, at) for at, out in enumerate(self.edges) for _, to in out)
        back.add_nodes_from(range(len(self.keys)))
        lost: set[int] = set()
        for bound in self.bindings(item.variables):
            good = [at for at in back if self.reference.evaluate(item.formula, self.state(at), bound)]
            hopeful = set(good)
            for at in good:
                hopeful |= networkx.descendants(back, at)
            lost |= set(back) - hopeful
        return self._first(iter(lost))

    def leads_to(self, item: LeadsTo) -> bool:
        """Whether it holds: for no instance there is a fair run that avoids the conclusion after the premise."""
        return not any(self._avoided(item, bound) for bound in self.bindings(item.variables))

    def _avoided(self, item: LeadsTo, bound: Mapping[str, Value]) -> bool:
        evaluate = self.reference.evaluate
        apart = [at for at in range(len(self.keys)) if not evaluate(item.conclusion, self.state(at), bound)]
        graph: networkx.DiGraph[int] = networkx.DiGraph()
        graph.add_nodes_from(apart)
        graph.add_edges_from((at, to) for at in apart for _, to in self.edges[at] if to in graph)
        starts = {at for at in apart if evaluate(item.premise, self.state(at), bound)}
        reached = starts.union(*(networkx.descendants(graph, at) for at in starts))
        kept = graph.subgraph(reached)
        return any(self._fair(item, kept, set(part)) for part in networkx.strongly_connected_components(kept))

    def _fair(self, item: LeadsTo, graph: networkx.DiGraph[int], part: set[int]) -> bool:
        """Whether a fair run can stay in the strongly connected part (doing nothing for ever is a run)."""
        taken = {
            (step.action, step.args) for at in part for step, to in self.edges[at] if to in part and to in graph[at]
        }
        possible = {at: {(step.action, step.args) for step, _ in self.edges[at]} for at in part}
        refused = set()
        for fairness in item.fair:
            if self.actions[fairness.action].kind is Kind.FAULT:
                continue
            for instance in {found for some in possible.values() for found in some if found[0] == fairness.action}:
                if instance in taken:
                    continue
                if fairness.strong:
                    refused.add(instance)
                elif all(instance in some for some in possible.values()):
                    return False
        if not refused:
            return True
        left = {at for at in part if not possible[at] & refused}
        below = graph.subgraph(left)
        return any(self._fair(item, below, set(rest)) for rest in networkx.strongly_connected_components(below))

    def bindings(self, variables: tuple[Variable, ...]) -> Iterator[Mapping[str, Value]]:
        for values in self.reference.tuples(tuple(variable.type for variable in variables)):
            yield dict(zip((variable.name for variable in variables), values, strict=True))

    def _first(self, found: Iterable[int]) -> int | None:
        return min((self.depths[at] for at in found), default=None)


def verdicts(brute: Brute) -> dict[str, int | bool | None]:
    """For each property: None (a leads to: True) if it holds, else the length of a shortest witness (False)."""
    judges: tuple[tuple[type, Callable[..., int | bool | None]], ...] = (
        (Invariant, brute.invariant),
        (StepRule, brute.step_rule),
        (Final, brute.final),
        (Can, brute.can),
        (LeadsTo, brute.leads_to),
    )
    return {
        item.name: next(judge for kind, judge in judges if isinstance(item, kind))(item)
        for item in brute.protocol.properties
    }

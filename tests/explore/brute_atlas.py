"""The atlas of one setting by the reference and plain loops: no symmetry, no sets of settings, no shared line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from checker.explore.outlook import ENDLESS, NAMELESS
from checker.language.protocol import BEGIN, SUCCESS, Fate, Goal, Kind, Of, Protocol, Value
from checker.model.run import Step
from checker.model.scope import Scope
from tests.explore.brute import Brute

START = "the start"
Known = dict[tuple[str, str], dict[str, int]]  # failure and step -> fate -> steps of a shortest run


class BruteAtlas(Brute):
    """What becomes of each failure, and what loses each goal."""

    def __init__(self, protocol: Protocol, scope: Scope) -> None:
        super().__init__(protocol, scope)
        self._true: dict[tuple[str, str, tuple[Value, ...]], list[bool]] = {}
        self._onward: dict[int, dict[int, int]] = {}
        self._kinds: dict[Step, tuple[str, bool, bool]] = {}
        for step in {step for out in self.edges for step, _ in out}:
            self._kinds[step] = self._kind(step), self._failing(step), self._owing(step)

    def kind(self, step: Step) -> str:
        return self._kinds[step][0]

    def failing(self, step: Step) -> bool:
        return self._kinds[step][1]

    def owing(self, step: Step) -> bool:
        return self._kinds[step][2]

    def _kind(self, step: Step) -> str:
        action = self.protocol.action(step.action)
        members = [
            f":{self.protocol.sort(param.type.sort).members[value]}"  # type: ignore[index]
            for param, value in zip(action.params, step.args, strict=True)
            if isinstance(param.type, Of) and self.protocol.sort(param.type.sort).members is not None
        ]
        return f"{step.action}{''.join(members)}" + ("" if step.moment == SUCCESS else f".{step.moment}")

    def _failing(self, step: Step) -> bool:
        action = self.actions[step.action]
        return action.kind is Kind.FAULT or any(
            outcome.failure for outcome in action.outcomes if outcome.name == step.moment
        )

    def _owing(self, step: Step) -> bool:
        action = self.actions[step.action]
        begun = action.begin is not None and step.moment != BEGIN
        return not self._failing(step) and (begun or not action.optional)

    def concerns(self, step: Step, at: int, outlook: Fate | Goal, bound: Mapping[str, Value]) -> bool:
        first = outlook.variables[0]
        if not isinstance(first.type, Of):
            return True
        args = [(param.type, value) for param, value in zip(self.actions[step.action].params, step.args, strict=True)]
        found = {int(value) for type_, value in args if type_ == first.type}
        for const in self.protocol.consts:
            if const.type == first.type:
                for index in product(*([value for type_, value in args if type_ == wanted] for wanted in const.index)):
                    found.add(int(self.state(at)[const.name, index]))
        return not found or bound[first.name] in found

    def says(self, outlook: Fate | Goal, side: str, at: int, bound: Mapping[str, Value]) -> bool:
        key = outlook.name, side, tuple(bound.values())
        if key not in self._true:
            formula = outlook.premise if side == "premise" else outlook.conclusion
            self._true[key] = [
                bool(self.reference.evaluate(formula, self.state(each), bound)) for each in range(len(self.keys))
            ]
        return self._true[key][at]

    def groups(self) -> list[list[Fate]]:
        found: dict[object, list[Fate]] = {}
        for fate in self.protocol.fates:
            found.setdefault((fate.variables, fate.premise), []).append(fate)
        return list(found.values())

    # ---------------------------------------------------------------------------------------------------------- cells

    def cells(self) -> Known:
        found: Known = {}
        for group in self.groups():
            for bound in self.bindings(group[0].variables):
                for (at, label), depth in self.before(group[0], bound).items():
                    for step, to in self.edges[at]:
                        if (
                            self.failing(step)
                            and self.concerns(step, at, group[0], bound)
                            and self.says(group[0], "premise", at, bound)
                        ):
                            known = found.setdefault((self.kind(step), label), {})
                            for name, steps in self.follow(group, bound, to):
                                known[name] = min(known.get(name, 10**6), depth + 1 + steps)
        return found

    def before(self, outlook: Fate | Goal, bound: Mapping[str, Value]) -> dict[tuple[int, str], int]:
        """States reached without a failure, with the last step that concerned the instance, and the fewest steps."""
        found = {(at, START): 0 for at, depth in enumerate(self.depths) if depth == 0}
        waiting = list(found)
        for at, label in waiting:  # grows while it is gone through
            for step, to in self.edges[at]:
                if self.failing(step):
                    continue
                own = to != at and self.concerns(step, at, outlook, bound)
                after = (to, self.kind(step) if own else label)
                if after not in found:
                    found[after] = found[at, label] + 1
                    waiting.append(after)
        return found

    def onward(self, start: int) -> dict[int, int]:
        """What can be reached by what is owed, and in how few steps."""
        if start in self._onward:
            return self._onward[start]
        found = self._onward[start] = {start: 0}
        waiting = [start]
        for at in waiting:
            for step, to in self.edges[at]:
                if self.owing(step) and to not in found:
                    found[to] = found[at] + 1
                    waiting.append(to)
        return found

    def smooth(self) -> list[int]:
        """The states reached without a failure."""
        found = {at: None for at, depth in enumerate(self.depths) if depth == 0}
        waiting = list(found)
        for at in waiting:
            for step, to in self.edges[at]:
                if not self.failing(step) and to not in found:
                    found[to] = None
                    waiting.append(to)
        return waiting

    def resting(self, at: int) -> bool:
        return not any(self.owing(step) for step, _ in self.edges[at])

    def follow(self, group: list[Fate], bound: Mapping[str, Value], start: int) -> Iterator[tuple[str, int]]:
        for at, steps in self.onward(start).items():
            rests = self.resting(at)
            true = [fate for fate in group if self.says(fate, "conclusion", at, bound)]
            yield from ((fate.name, steps) for fate in true if rests or not fate.resting)
            if rests and not any(fate.resting for fate in true):
                yield NAMELESS, steps
            if not rests and not any(map(self.resting, self.onward(at))):
                yield ENDLESS, steps

    # ---------------------------------------------------------------------------------------------------------- pairs

    def pairs(self) -> dict[tuple[str, str], set[str]]:
        """What a second failure does for whom it concerns, that neither does alone."""
        alone: dict[str, set[str]] = {}
        for (failure, _), fates in self.cells().items():
            alone.setdefault(failure, set()).update(fates)
        once = {(to, self.kind(step)) for at in self.smooth() for step, to in self.edges[at] if self.failing(step)}
        waiting = list(once)
        found: dict[tuple[str, str], set[str]] = {}
        for at, first in waiting:
            for step, to in self.edges[at]:
                if not self.failing(step):
                    if (to, first) not in once:
                        once.add((to, first))
                        waiting.append((to, first))
                    continue
                for group in self.groups():
                    for bound in self.bindings(group[0].variables):
                        if self.concerns(step, at, group[0], bound) and self.says(group[0], "premise", at, bound):
                            names = {name for name, _ in self.follow(group, bound, to)}
                            second = self.kind(step)
                            new = names - alone.get(first, set()) - alone.get(second, set())
                            if new:
                                found.setdefault((first, second), set()).update(new)
        return found

    # ---------------------------------------------------------------------------------------------------------- goals

    def losses(self, goal: Goal) -> tuple[bool, set[str]]:
        """Whether there is anything to lose, and by which steps it is lost in runs where nothing failed before."""
        smooth = self.smooth()
        tried, found = False, set()
        for bound in self.bindings(goal.variables):
            hopeful = {at for at in range(len(self.keys)) if self.says(goal, "conclusion", at, bound)}
            grown = True
            while grown:
                grown = False
                for at, out in enumerate(self.edges):
                    if at not in hopeful and any(s.action not in goal.without and to in hopeful for s, to in out):
                        hopeful.add(at)
                        grown = True
            for at in smooth:
                if self.says(goal, "premise", at, bound):
                    tried = True
                    found |= {
                        self.kind(step)
                        for step, to in self.edges[at]
                        if at in hopeful
                        and to not in hopeful
                        and (not self.failing(step) or self.concerns(step, at, goal, bound))
                    }
        return tried, found

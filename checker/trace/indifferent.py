"""Which changes of params a refused trace does not notice: its search would go the very same way.

NOTE(same way). A search is decided by where it begins, and by what each step that it considers does at each node that
it reaches. Where a changed param alters no guard and no effect of those steps there, the search with it reaches the
same nodes, in the same order, and ends as it did. So of params that are changed together one must be noticed, or else
all of them change nothing; and a smallest set of changes under which the trace conforms can be put in an order in which
each is noticed after those before it. Params that one guard or effect reads together are taken for noticed: each of
them may be without effect only as long as the other stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from checker.language.core import CellKind, CoreMoment
from checker.language.protocol import Value
from checker.trace.conform import Case
from checker.trace.machines import Machines
from checker.trace.needs import families
from checker.trace.search import MISSING

MOST_TESTS = 400_000  # steps at nodes that are compared


def notices(case: Case, param: str, value: Value, machines: Machines) -> bool:
    """Whether the search of a refused case may go another way when the param has another value."""
    core = case.core
    formulas = [cell.initial for cell in core.cells if cell.initial is not None]
    formulas += [formula for _, formula in core.assumptions]
    if any(param in families(formula) for formula in formulas):
        return True
    searched = [case, *case.grown]
    return any(each.search.ended is not None for each in searched) or any(
        _Refused(each).notices(param, value, machines) for each in searched
    )


@dataclass(slots=True)
class _Refused:
    """One search that found no run, asked which changes it notices."""

    case: Case
    _reads: dict[int, tuple[frozenset[str], frozenset[str]]] = field(default_factory=dict)

    def notices(self, param: str, value: Value, machines: Machines) -> bool:
        scope = self.case.machine.scope
        settings = dict(scope.settings) | {param: value}
        machine, other = self.case.machine, machines.of(replace(scope, settings=tuple(settings.items())))
        slot = machine.layout.slot(param, ())
        raw = other.fixed.get(slot)
        if raw is None:
            return True
        for tests, (number, state) in enumerate(self._steps(param)):
            if tests == MOST_TESTS or param in self.reads(number)[1]:
                return True
            changed = state[:slot] + bytes((raw,)) + state[slot + 1 :]
            guards = machine.failing(number, state)
            if guards != other.failing(number, changed):
                return True
            if not guards:
                one, two = machine.force(number, state), other.force(number, changed)
                if one[:slot] != two[:slot] or one[slot + 1 :] != two[slot + 1 :]:
                    return True
        return False

    def _steps(self, param: str) -> Iterator[tuple[int, bytes]]:
        """The steps that the search considered and that read the param, each with a state in which it did."""
        search = self.case.search
        for node, taken in search.taken.items():
            world = taken.world
            for number in world.hidden:
                if param in self.reads(number)[0]:
                    yield number, node[0]
            for log, at in enumerate(node[1]):
                event = search.sequence[log][at] if at < search.lengths[log] else MISSING
                if event != MISSING:
                    for candidate in world.candidates(log, event):
                        if param in self.reads(candidate.number)[0]:
                            yield candidate.number, node[0]

    def reads(self, number: int) -> tuple[frozenset[str], frozenset[str]]:
        """The params that a step reads, and those of them that one condition or effect reads with another param."""
        moment = self.case.machine.grounds[number].moment
        if id(moment) not in self._reads:
            self._reads[id(moment)] = self._read_by(moment)
        return self._reads[id(moment)]

    def _read_by(self, moment: CoreMoment) -> tuple[frozenset[str], frozenset[str]]:
        params = {cell.name for cell in self.case.core.cells if cell.kind is CellKind.PARAM}
        formulas = [guard.condition for guard in moment.guards] + [effect.value for effect in moment.effects]
        each = [frozenset(families(formula)) & params for formula in formulas]
        return frozenset[str]().union(*each), frozenset[str]().union(*(read for read in each if len(read) > 1))

"""Which property breaks, looked for no longer than it takes: a search that ends at the first bad state or step."""

from __future__ import annotations

from dataclasses import dataclass

from checker.explore.answer import Answer, Said
from checker.explore.explore import Judge
from checker.explore.safety import Safety
from checker.explore.search import INTERRUPTED, Limits, search
from checker.explore.symmetry import find_symmetry
from checker.language.core import PropertyKind
from checker.model.ground import Machine

# Where runs end is looked up, what stays possible takes one pass over the steps, what happens in the end takes several.
_CHEAPEST_FIRST = (
    PropertyKind.INVARIANT,
    PropertyKind.STEP,
    PropertyKind.FINAL,
    PropertyKind.CAN,
    PropertyKind.LEADS_TO,
)


@dataclass(frozen=True, slots=True)
class Refutation:
    """What a search for a broken property came to. `broken` is the first one found, with its shortest run.

    Without one, `unknown` says why there may be one all the same, for each property it is not known of; if it is empty,
    all that was asked about holds in the scope.
    """

    broken: Answer | None
    unknown: tuple[str, ...]
    states: int


def refute(machine: Machine, asked: frozenset[str], limits: Limits, last: frozenset[str] = frozenset()) -> Refutation:
    """Looks for a run that breaks one of these properties: the nearest bad state or step, if there is one, else one
    of the properties of whole runs. Those in `last` are looked at when all others hold, and end no search.

    Ctrl-C goes through. Raises InternalError where the reference does not agree.
    """
    wanted = [item for item in machine.core.properties if item.name in asked | last]
    symmetry = find_symmetry(machine)
    safety = _Alarm(machine, asked)
    graph = search(machine, symmetry, safety, limits)
    if graph.cut == INTERRUPTED:
        raise KeyboardInterrupt
    judge = Judge(machine, symmetry, graph, safety)
    unknown: list[str] = []
    seen = safety.bad_states.keys() | safety.bad_steps.keys()
    wanted.sort(key=lambda item: (item.name in last, item.name not in seen, _CHEAPEST_FIRST.index(item.kind)))
    for item in wanted:
        answer = judge.answer(item)
        if answer.said is Said.FAILS:
            return Refutation(answer, (), len(graph.states))
        if answer.said is Said.UNKNOWN:
            unknown.append(f"{item.name}: {answer.how}")
    return Refutation(None, tuple(unknown), len(graph.states))


class _Alarm(Safety):
    """The watch of a search that ends where one of the properties asked about is broken."""

    def __init__(self, machine: Machine, asked: frozenset[str]) -> None:
        super().__init__(machine)
        self._asked = asked

    def bad_state(self, index: int, state: bytes) -> None:
        super().bad_state(index, state)
        self.enough = self.enough or not self._asked.isdisjoint(self.bad_states)

    def bad_step(self, source: int, ground: int, before: bytes, after: bytes) -> None:
        super().bad_step(source, ground, before, after)
        self.enough = self.enough or not self._asked.isdisjoint(self.bad_steps)

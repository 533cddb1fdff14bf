"""Why an event is possible where it stands in a trace, or is not; and the same of an action that is asked about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from checker.trace.ahead import Possible, Way, individuals, possible_next, way_to
from checker.trace.asked import Asked, asked
from checker.trace.blocks import Block, least
from checker.trace.conform import Case
from checker.trace.event import Event
from checker.trace.explored import Explored, Spot, explore
from checker.trace.history import Since, Told, since, step_words, steps_since
from checker.trace.instead import Chosen, chosen
from checker.trace.judge_trace import Judged
from checker.trace.search import Node
from checker.trace.verdict import EXPLAINED, VerdictKind
from checker.trace.waived import waived
from checker.trace.words import Words, find_guard
from checker.trace.world import World


class Because(StrEnum):
    """What became of the event, or of the action that was asked about."""

    EXPLAINED = "explained"  # a run has the event here
    POSSIBLE = "possible"  # the action could have happened here
    REFUSED = "refused"  # no run has it here
    UNREAD = "not read"  # the protocol does not speak of the event
    UNKNOWN = "unknown"  # a limit was reached


@dataclass(frozen=True, slots=True)
class Condition:
    """One guard of the step at hand. `since` is when it came to be as it is; None: it was never otherwise."""

    rules: tuple[str, ...]
    text: str
    place: str  # file:line:column in the protocol text
    holds: bool
    since: Since | None


@dataclass(frozen=True, slots=True)
class Why:
    """The answer for one event, by one protocol (and host).

    `action` is the step at hand, in words: what the event was read as, or what was asked about. `waived`: no run gets
    here; these events, taken for possible all the same, led here. `before` are the steps since the event before in the
    log, each with its event (None: unrecorded). `reasons` are in the way and are no guards: an id, a field, another
    log. `again` is what would have made a refused step possible. `rest`: whether the rest of the trace follows what was
    asked about, None where that is not known.
    """

    protocol: str
    host: str | None
    event: Event
    number: int  # the event's running number
    asked: str | None
    because: Because
    action: str | None = None
    waived: tuple[Event, ...] = ()
    before: tuple[Told, ...] = ()
    conditions: tuple[Condition, ...] = ()
    reasons: tuple[str, ...] = ()
    again: Way | None = None
    legal: tuple[Possible, ...] = ()
    rest: bool | None = None
    reason: str = ""


def why(found: Judged, event: Event, number: int, instead: str | None = None) -> Why:
    """The answer for an event of a judged trace. Raises NotAsked where `instead` is no action of the protocol."""
    part, case = found.part, found.case
    base = Why(part.protocol, part.host, event, number, instead, Because.UNREAD)
    if case is None:
        unknown = part.kind is VerdictKind.UNKNOWN
        return replace(base, because=Because.UNKNOWN if unknown else Because.UNREAD, reason=part.reason)
    wanted = None if instead is None else asked(case.protocol, instead)
    spot = _spot(case, event)
    if spot is None:
        return replace(base, reason=f"{part.protocol} does not speak of it")
    ends = tuple(spot[1] + 1 if log == spot[0] else length for log, length in enumerate(case.search.lengths))
    look = explore(case, ends, () if wanted is None else wanted.touched)
    words = Words(case.shared.frame)
    nodes = list(look.before(spot))
    passed: tuple[Event, ...] = ()
    if not nodes:
        look, passed = waived(look, words, spot)
        nodes = list(look.before(spot))
    base = replace(base, waived=passed, reason=look.reason)
    if not nodes:
        because = Because.REFUSED if look.complete else Because.UNKNOWN
        return replace(base, because=because, reason=look.reason or "no run gets as far as this event")
    asking = _Asking(base, found, look, words, spot, tuple(nodes))
    return asking.of_event() if wanted is None else asking.of_action(wanted)


def _spot(case: Case, event: Event) -> Spot | None:
    for view in case.views:
        for at, seen in enumerate(view.events):
            if (seen.event.log, seen.event.seq) == (event.log, event.seq):
                return view.index, at
    return None


@dataclass(frozen=True, slots=True)
class _Asking:
    """One question: the answer so far, the runs looked at, and the places where the event is next."""

    base: Why
    found: Judged
    look: Explored
    words: Words
    spot: Spot
    nodes: tuple[Node, ...]

    def of_event(self) -> Why:
        """Why the event is there."""
        case, node = self._explained()
        if node is not None:
            return self._holds(case, node)
        if not self.look.complete:
            return replace(self.base, because=Because.UNKNOWN)
        block = least(self.look.search, self.words, list(self.nodes), self.spot[0])
        if block is None:
            return replace(self.base, because=Because.UNKNOWN, reason="nothing found is in its way, and no run has it")
        return self._refused(block)

    def of_action(self, wanted: Asked) -> Why:
        """Why the action could have happened there, or could not."""
        about = self._about()
        told = self.found.case if self.found.part.kind in EXPLAINED else None
        picked = chosen(self.look, self.words, self.spot, self.nodes, wanted, about, told)
        if isinstance(picked, Chosen):
            return self._possible(picked)
        if picked is None:
            return replace(self.base, because=Because.REFUSED, reason=f"{wanted.action.name} is no step of this host")
        refused = self._refused(picked)
        return refused if self.look.complete else replace(refused, because=Because.UNKNOWN)

    # ----------------------------------------------------------------------------------------------------- explained

    def _explained(self) -> tuple[Case, Node | None]:
        """A node after the event, on the run that explains the trace if there is one."""
        case = self.found.case
        assert case is not None
        if self.found.part.kind in EXPLAINED and case.search.ended is not None:
            log, at = self.spot
            for node, taken in case.search.path(case.search.ended):
                if log in taken.logs and node[1][log] == at + 1:
                    return case, node
        return self.look.case, next(self.look.after(self.spot), None)

    def _holds(self, case: Case, node: Node) -> Why:
        taken = case.search.taken[node]
        assert taken.parent is not None
        before = steps_since(case, self.words, taken.parent, self.spot[0])
        conditions = self._conditions(case, taken.world, taken.parent, taken.number)
        begin = taken.world.begin_of(taken.number)
        begun = _before(case, taken.parent, begin) if begin is not None else None
        if begin is not None and begun is not None:
            conditions = self._conditions(case, taken.world, begun, begin) + conditions
        return replace(
            self.base,
            because=Because.EXPLAINED,
            action=step_words(case, self.words, node, taken),
            before=before,
            conditions=conditions,
            legal=self._legal(case, taken.world, taken.parent, taken.number),
        )

    def _possible(self, picked: Chosen) -> Why:
        case, world, node = picked.case, picked.world, picked.node
        binding = case.shared.bindings.met[node[2]]
        return replace(
            self.base,
            because=Because.POSSIBLE,
            action=self.words.step(case.machine.grounds[picked.number], binding),
            before=steps_since(case, self.words, node, self.spot[0]),
            conditions=self._conditions(case, world, node, picked.guarded),
            legal=self._legal(case, world, node, picked.number),
            rest=picked.rest,
        )

    # ------------------------------------------------------------------------------------------------------- refused

    def _refused(self, block: Block) -> Why:
        case, world, node = self.look.case, block.world, block.node
        machine, again = case.machine, None
        told = replace(
            self.base,
            because=Because.REFUSED,
            before=steps_since(case, self.words, node, self.spot[0]),
            reasons=tuple(reason.text for reason in block.reasons),
            legal=self._legal(case, world, node, block.number),
        )
        if block.number is None or block.guarded is None:
            return told
        guarded = block.guarded
        if block.guards:
            again = way_to(case, self.words, world, node, guarded, lambda state: not machine.failing(guarded, state))
        binding = case.shared.bindings.met[node[2]]
        return replace(
            told,
            action=self.words.step(machine.grounds[block.number], binding),
            conditions=self._conditions(case, world, node, guarded),
            again=again,
        )

    # --------------------------------------------------------------------------------------------------------- parts

    def _conditions(self, case: Case, world: World, node: Node, number: int) -> tuple[Condition, ...]:
        """The guards of a step at a node: the false ones first, then those that came to be true last."""
        ground = case.machine.grounds[number]
        action = world.action(ground)
        bound = tuple((name, arg) for (name, _), arg in zip(ground.moment.params, ground.args, strict=True))
        binding = case.shared.bindings.met[node[2]]
        found = []
        for guard in ground.moment.guards:
            test = case.machine.test(guard.condition, bound)
            holds = test(node[0])
            if holds and find_guard(action, guard) is None:
                continue  # the mark of an outcome whose begin is told beside it
            text, place = self.words.guard(ground, guard, binding)
            found.append(Condition(guard.rules, text, place, holds, since(case, self.words, node, test)))
        return tuple(sorted(found, key=_order))

    def _about(self) -> frozenset[tuple[object, int]]:
        """The individuals that the event itself is about."""
        case, node = self._explained()
        numbers = [case.search.taken[node].number] if node is not None else []
        for node in self.nodes[:1] if not numbers else ():
            world = self.look.search.taken[node].world
            numbers += [candidate.number for candidate in world.candidates(*self.spot)][:1]
        grounds = [case.machine.grounds[number] for number in numbers]
        return frozenset(pair for ground in grounds for pair in individuals(ground))

    def _legal(self, case: Case, world: World, node: Node, number: int | None) -> tuple[Possible, ...]:
        about = self._about() if number is None else frozenset(individuals(case.machine.grounds[number]))
        return possible_next(case, self.words, world, case.search, node, self.spot[0], about)


def _order(condition: Condition) -> tuple[bool, int]:
    late = condition.since.number if condition.since is not None and condition.holds else 0
    return condition.holds, -late


def _before(case: Case, node: Node, number: int) -> Node | None:
    """Where the run to the node was before it last took the step."""
    for _, taken in reversed(case.search.path(node)):
        if taken.number == number:
            return taken.parent
    return None

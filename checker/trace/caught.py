"""Which rules the logs of a trace would show broken: each is broken near the run at hand, and the records are judged.

NOTE(would be caught). A rule counts as one that would be caught only where a witness shows it: a step that breaks it
and nothing else, taken at some place of the run, after which the records that the logs must then hold have no
explanation, whatever happened unrecorded and however the other logs go on. A record says no more than it must
(`records.py`), one that may be lost is no record, and where the look at all runs was cut short nothing is claimed. So
the answer errs to one side: what is called caught is caught; what is not may still be, in a way or at a place that was
not tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from time import monotonic

from checker.language.core import CoreProperty, PropertyKind
from checker.language.protocol import BEGIN, SUCCESS
from checker.model.ground import Ground
from checker.trace.ahead import unrecorded_from
from checker.trace.confirmed import confirmed, says_whom
from checker.trace.coverage import Records
from checker.trace.event import Event
from checker.trace.explored import Explored
from checker.trace.foreseen import Foreseen
from checker.trace.history import event_of
from checker.trace.machines import Machines
from checker.trace.owed import owed_in
from checker.trace.records import records_of
from checker.trace.search import Node, Taken
from checker.trace.words import Words
from checker.trace.world import World

BEHIND = 60  # nodes that unrecorded steps lead to, looked at behind a step that breaks a rule
SAME = 3  # places at which the same step with the same guards false is tried
REFUSED_STATUS = "UNSUCCESSFUL"  # a failing status, for requests that have no failing outcome


@dataclass(frozen=True, slots=True)
class Witness:
    """A way in which a rule could have been broken, and what would have shown it.

    `step` breaks it, after `after` (None: at the beginning). `record` is what would have no explanation then, with the
    `seq` of the event before it in its log (0: there is none); None where something else shows it.
    """

    step: str
    after: Event | None
    record: Event | None
    shown_by: str


At = tuple[str, str]  # a rule, and the host on which it is broken ("" where that is nowhere in particular)
_Step = tuple[Ground, frozenset[str], bytes]  # what breaks rules, those rules, and the state after it


@dataclass(slots=True)
class Catching:
    """Breaks rules near the run of one case: where each was broken, and the witnesses found there."""

    look: Explored
    words: Words
    path: list[tuple[Node, Taken]]
    wanted: frozenset[str]
    until: float
    machines: Machines | None  # to ask the judge itself where it must be; None: what it would say is guessed
    found: dict[At, Witness] = field(default_factory=dict)
    tried: set[At] = field(default_factory=set)
    limit: str = ""
    _unseen: set[At] = field(default_factory=set)  # the same by steps that no log could ever record
    _last: Event | None = None
    _tried: dict[tuple[object, ...], int] = field(default_factory=dict)

    def look_for_witnesses(self) -> None:
        """Fills `found` and `tried`; `limit` says what was cut short, if anything was."""
        if not self.look.complete:
            self.limit = f"not every run could be looked at: {self.look.reason}"
            return
        foreseen = Foreseen(self.look)
        stages = (
            self._broken_alone,
            self._broken_guards,
            self._broken_properties,
            self._broken_unseen,
            self._other_outcomes,
            self._other_ids,
        )
        for stage in stages:
            self._last = None
            for node, taken in self.path:
                event = event_of(self.look.case, node, taken) if taken.parent is not None else None
                self._last = event or self._last
                if monotonic() > self.until:
                    self.limit = "not every rule was broken everywhere on the run: the time for it was over"
                    return
                stage(foreseen, self.look.world(node), node)
        self._last = None
        for node, taken in self.path:
            event = event_of(self.look.case, node, taken) if taken.parent is not None else None
            self._last = event or self._last
            self._open_ends(node)
        told = {rule for rule, _ in self.tried}
        self.tried |= {at for at in self._unseen if at[0] not in told}

    def _lacking(self, rules: Iterable[str], host: str) -> frozenset[str]:
        """Those of the rules that have no witness on the host."""
        return frozenset(rule for rule in rules if rule in self.wanted and (rule, host) not in self.found)

    def _note(self, rules: Iterable[str], host: str, step: str, shown_by: str, record: Event | None = None) -> None:
        for rule in self._lacking(rules, host):
            self.found[rule, host] = Witness(step, self._last, record, shown_by)

    def _note_tried(self, ground: Ground, rules: Iterable[str], host: str) -> None:
        (self._unseen if ground.moment.hidden else self.tried).update((rule, host) for rule in rules)

    def _host(self, world: World, ground: Ground) -> str:
        return world.reads.host(ground) or ""

    # ------------------------------------------------------------------------------------------------ guards, recorded

    def _broken_alone(self, foreseen: Foreseen, world: World, node: Node) -> None:
        """Steps that a log must record, taken although one guard is false."""
        self._recorded_all_the_same(foreseen, world, node, self._breaking(world, node, most=1))

    def _broken_guards(self, foreseen: Foreseen, world: World, node: Node) -> None:
        """Steps that a log must record, taken although several guards are false, all of the same rule."""
        self._recorded_all_the_same(foreseen, world, node, self._breaking(world, node))

    def _broken_properties(self, foreseen: Foreseen, world: World, node: Node) -> None:
        """Steps that a log must record, after which a property is false."""
        self._recorded_all_the_same(foreseen, world, node, self._spoiling(world, node))

    def _recorded_all_the_same(self, foreseen: Foreseen, world: World, node: Node, steps: Iterator[_Step]) -> None:
        for ground, rules, after in steps:
            host = self._host(world, ground)
            self._note_tried(ground, rules, host)
            if not self._worth_a_try("record", ground, rules, host):
                continue
            for end, state in self._endings(world, node, ground, after):
                event = self._refused(foreseen, world, node, end, state)
                if event is not None:
                    shown = f"its record, {event.name}, has no explanation then"
                    self._note(rules, host, self._said(ground, node), shown, event)
                    break

    def _breaking(self, world: World, node: Node, most: int = 99) -> Iterator[_Step]:
        """The steps that are not possible for want of guards of a wanted rule alone, at most so many."""
        machine, state = self.look.case.machine, node[0]
        for ground in machine.grounds:
            guards = machine.failing(ground.number, state) if not ground.moment.fault else ()
            if not 0 < len(guards) <= most:
                continue
            rules = frozenset.intersection(*(frozenset(ground.moment.guards[at].rules) for at in guards))
            lacking = self._lacking(rules, self._host(world, ground)) if rules else rules
            if lacking:
                yield ground, lacking, machine.force(ground.number, state)

    def _spoiling(self, world: World, node: Node) -> Iterator[_Step]:
        """The steps that are not possible, and after which a property of a wanted rule is false."""
        machine, state = self.look.case.machine, node[0]
        properties = [prop for prop in self._properties() if self.wanted.intersection(prop.rules)]
        for ground in machine.grounds if properties else ():
            if ground.moment.fault or self._awaits_begin(world, ground, state):
                continue
            if machine.failing(ground.number, state):
                after = machine.force(ground.number, state)
                broken = {
                    rule for prop in properties if self._breaks(prop, ground, state, after) for rule in prop.rules
                }
                lacking = self._lacking(broken, self._host(world, ground))
                if lacking:
                    yield ground, lacking, after

    def _properties(self) -> tuple[CoreProperty, ...]:
        kinds = (PropertyKind.INVARIANT, PropertyKind.STEP)
        return tuple(prop for prop in self.look.case.core.properties if prop.kind in kinds)

    def _breaks(self, prop: CoreProperty, ground: Ground, before: bytes, after: bytes) -> bool:
        machine = self.look.case.machine
        if prop.kind is PropertyKind.STEP:
            return not machine.step_test(prop)(ground.number, before, after)
        assert prop.formula is not None
        holds = machine.test(prop.formula)
        return holds(before) and not holds(after)

    def _awaits_begin(self, world: World, ground: Ground, state: bytes) -> bool:
        """Whether it is an outcome of a request that has not begun: what breaks a rule then is its begin."""
        begin = world.begin_of(ground.number)
        return begin is not None and 0 in self.look.case.machine.failing(ground.number, state)

    def _endings(self, world: World, node: Node, ground: Ground, after: bytes) -> Iterator[tuple[Ground, bytes]]:
        """The steps whose records tell of the step, each with the state it is taken in: itself, or its outcomes."""
        machine = self.look.case.machine
        must = any(group.must for group in world.groups(ground.number))
        if must:
            yield ground, node[0]
            return
        if ground.moment.moment != BEGIN:
            return
        binding = self.look.case.shared.bindings.after(node[2], world.hidden_change(ground.number))
        if binding is None:
            return
        for here in self._behind(world, (after, node[1], binding)):
            for number, _ in machine.successors(here[0]):
                end = machine.grounds[number]
                if end.moment.action == ground.moment.action and end.args == ground.args and number != ground.number:
                    yield end, here[0]

    # --------------------------------------------------------------------------------------------- guards, unrecorded

    def _broken_unseen(self, foreseen: Foreseen, world: World, node: Node) -> None:
        """Steps that no log records, taken although guards are false: a record that they make possible shows it."""
        for ground, rules, after in self._breaking(world, node):
            host = self._host(world, ground)
            self._note_tried(ground, rules, host)
            if not world.may_hide(ground) or not self._worth_a_try("unseen", ground, rules, host):
                continue
            binding = self.look.case.shared.bindings.after(node[2], world.hidden_change(ground.number))
            if binding is None:
                continue
            event = self._next_refused(foreseen, world, (after, node[1], binding))
            if event is not None:
                shown = f"the next record that it makes possible, {event.name}, has no explanation then"
                self._note(rules, host, self._said(ground, node), shown, event)

    def _next_refused(self, foreseen: Foreseen, world: World, node: Node) -> Event | None:
        """A record that must be made of a step possible from the node, and that no run has here, if there is one."""
        machine = self.look.case.machine
        tried: set[int] = set()
        for here in self._behind(world, node):
            for number, _ in machine.successors(here[0]):
                ground = machine.grounds[number]
                if number in tried or ground.moment.fault or ground.moment.failure:
                    continue
                tried.add(number)
                event = self._refused(foreseen, world, here, ground, here[0])
                if event is not None:
                    return event
        return None

    # -------------------------------------------------------------------------------------------------------- outcomes

    def _other_outcomes(self, foreseen: Foreseen, world: World, node: Node) -> None:
        """What outcomes cite a rule for: one ends with a status it cannot have, or does not do what it says."""
        machine = self.look.case.machine
        for ground in machine.grounds:
            host = self._host(world, ground)
            rules = self._lacking(ground.moment.rules, host)
            if not rules or ground.moment.fault or ground.moment.moment == BEGIN:
                continue
            if machine.fire(ground.number, node[0]) is None or not self._worth_a_try("outcome", ground, rules, host):
                continue
            self.tried |= {(rule, host) for rule in rules}
            if self._no_such_status(world, node, ground):
                self._note(
                    rules, host, f"{self._said(ground, node)} ends in {REFUSED_STATUS}", "no outcome has that status"
                )
            elif ground.moment.failure:
                self._as_if_it_had_not(foreseen, world, node, ground, rules)

    def _no_such_status(self, world: World, node: Node, ground: Ground) -> bool:
        if any(outcome.failure for outcome in world.action(ground).outcomes):
            return False
        for view in self._recorders(world, ground):
            made = list(self._records(world, view, ground, node[0], node[2]))
            for event in made:
                refused = Event(event.log, event.seq, event.name, event.fields, REFUSED_STATUS, event.phase)
                if not self.look.case.views[view].reader.read(refused).readings:
                    return True
        return False

    def _as_if_it_had_not(
        self, foreseen: Foreseen, world: World, node: Node, ground: Ground, rules: Iterable[str]
    ) -> None:
        """The failure is recorded, and yet the step had the effect of success."""
        machine = self.look.case.machine
        good = next(
            (
                each
                for each in machine.grounds
                if each.moment.action == ground.moment.action
                and each.moment.moment == SUCCESS
                and each.args == ground.args
            ),
            None,
        )
        if good is None:
            return
        for view in self._recorders(world, ground):
            for event in self._records(world, view, ground, node[0], node[2]):
                later = foreseen.after(world, node, view, event, self._last)
                if later is None or not later.nodes:
                    continue
                state = machine.force(good.number, node[0])
                binding = later.nodes[0][2]
                moved = tuple(at + (log == view) for log, at in enumerate(node[1]))
                shown = self._next_refused(later, world, (state, moved, binding))
                if shown is not None:
                    step, host = f"{self._said(ground, node)} has the effect of success", self._host(world, ground)
                    self._note(
                        rules, host, step, f"the next record that it makes possible, {shown.name}, has no explanation"
                    )
                    return

    # ------------------------------------------------------------------------------------------------------------- ids

    def _other_ids(self, foreseen: Foreseen, world: World, node: Node) -> None:
        """An id that is in use is given to another."""
        for bind in world.frame.protocol.binds:
            if not self.wanted.intersection(bind.rules):
                continue
            for ground in self.look.case.machine.grounds:
                if ground.moment.action not in bind.starts or ground.moment.moment != SUCCESS:
                    continue
                if self.look.case.machine.fire(ground.number, node[0]) is None:
                    continue
                for view in self._recorders(world, ground):
                    host = self.look.case.views[view].log.host
                    live = [
                        key[2]
                        for key in self.look.case.shared.bindings.met[node[2]].named
                        if key[:2] == (bind.field, host)
                    ]
                    for event in self._records(world, view, ground, node[0], node[2]):
                        for text in live:
                            again = Event(event.log, event.seq, event.name, {**event.fields, bind.field: text})
                            if self._surely_refused(foreseen, world, node, ground, view, again):
                                step = f"{self._said(ground, node)} with {bind.field} {text}, which is in use"
                                self._note(bind.rules, host, step, f"its record, {event.name}, has no explanation then")

    # ------------------------------------------------------------------------------------------------------------ ends

    def _open_ends(self, node: Node) -> None:
        """What is owed: were the recording to end here it would be told as open, or broken where logs are complete."""
        for prop in self.look.case.core.properties:
            if prop.kind in (PropertyKind.FINAL, PropertyKind.LEADS_TO) and self._lacking(prop.rules, ""):
                owed = owed_in(self.look.case.machine, prop)
                same = [each for each in self.look.search.taken if each[1] == node[1]]
                if owed(node[0]) and all(owed(each[0]) for each in same):
                    broken = prop.kind is PropertyKind.FINAL and self.look.case.complete
                    self._note(
                        prop.rules, "", f"{prop.name} is never met", f"it is told as {'broken' if broken else 'open'}"
                    )

    # ----------------------------------------------------------------------------------------------------------- parts

    def _behind(self, world: World, node: Node) -> Iterator[Node]:
        for count, (here, _) in enumerate(unrecorded_from(self.look.search, world, node)):
            if count == BEHIND:
                return
            yield here

    def _recorders(self, world: World, ground: Ground) -> Iterator[int]:
        """The logs that must record the step."""
        for group in world.groups(ground.number):
            if group.must:
                for view in group.views:
                    records = self.look.case.shared.coverage.records(
                        self.look.case.views[view], world.action(ground), ground.moment.moment
                    )
                    if records is Records.MUST:
                        yield view

    def _records(self, world: World, view: int, ground: Ground, state: bytes, binding: int) -> Iterator[Event]:
        return records_of(world, self.look.case.views[view], ground, state, self.look.case.shared.bindings.met[binding])

    def _refused(self, foreseen: Foreseen, world: World, node: Node, ground: Ground, state: bytes) -> Event | None:
        """The record that a log must have of the step, if no run has it here."""
        for view in self._recorders(world, ground):
            made = list(self._records(world, view, ground, state, node[2]))
            if made and all(self._surely_refused(foreseen, world, node, ground, view, event) for event in made):
                before = self.look.case.views[view].events[: node[1][view]]
                return replace(made[0], seq=before[-1].event.seq if before else 0)
        return None

    def _surely_refused(
        self, foreseen: Foreseen, world: World, node: Node, ground: Ground, view: int, event: Event
    ) -> bool:
        if not foreseen.refuses(world, node, view, event, self._last):
            return False
        if self.machines is None or says_whom(world, self.look.case.views[view], ground, event):
            return True
        return foreseen.nodes is None and confirmed(self.look.case, self.machines, view, node[1][view], event)

    def _worth_a_try(self, stage: str, ground: Ground, rules: Iterable[str], host: str) -> bool:
        """Not where the same was tried in a few places already."""
        key = stage, ground.moment.action, ground.moment.moment, frozenset(rules), host
        self._tried[key] = self._tried.get(key, 0) + 1
        return self._tried[key] <= SAME

    def _said(self, ground: Ground, node: Node) -> str:
        return self.words.step(ground, self.look.case.shared.bindings.met[node[2]])

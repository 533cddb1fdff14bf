"""One setting's steps: elements (world, state, binding), what hidden steps make of them, what a record makes of them.

Everything is numbered and worked out once, so that most records of most cases are a look-up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from checker.language.core import Core, PropertyKind
from checker.language.protocol import Kind, Protocol
from checker.trace.binding import Binding
from checker.trace.conform import open_conditions
from checker.trace.event import Event
from checker.trace.options import Budget, LimitReached, Options
from checker.trace.reach import Starts, world_key, worst_faults
from checker.trace.shared import Candidate
from checker.trace.view import Seen, succeeds
from checker.trace.watch.setting import Setting, shared_of
from checker.trace.world import World

Element = int
Joint = tuple[tuple[int, ...], Element]  # the logs that recorded the step together, and the element after it

MOST_ELEMENTS = 30_000  # elements of one setting
MOST_ROOTS = 5_000  # of these at a case's beginning


class TooMany(Exception):
    """A bound of watching was met. `reason` says which."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Record:
    """A canonical record: what it can be, and the id fields whose lives are over after it."""

    seen: Seen
    ends: frozenset[str]
    failing: bool  # every way to read it is a failure, or a fault


class Engine:
    """Elements and records of one setting, by number. Raises BadScope, TooLarge when it is made."""

    def __init__(self, protocol: Protocol, core: Core, setting: Setting, options: Options) -> None:
        self.protocol, self.setting, self.options = protocol, setting, options
        self.shared = shared_of(protocol, core, setting, options)
        self.machine = self.shared.machine
        self.bindings = self.shared.bindings
        self.kept = self.shared.kept
        self.open_at = open_conditions(self.machine)
        self.worlds: list[World] = []
        self.elements: list[tuple[int, bytes, int]] = []
        self.records: list[Record] = []
        self._numbers: dict[tuple[int, object, int], Element] = {}
        self._record_numbers: dict[object, int] = {}
        self._closures: dict[Element, tuple[Element, ...]] = {}
        self._candidates: dict[tuple[int, int, int], tuple[Candidate, ...]] = {}
        self._invariants = [
            self.machine.test(prop.formula)
            for prop in self.machine.core.properties
            if prop.kind is PropertyKind.INVARIANT and prop.formula is not None
        ]

    # ------------------------------------------------------------------------------------------------------- elements

    def roots(self) -> frozenset[Element]:
        """Where a case can begin. Raises TooMany."""
        starts = Starts(
            self.machine,
            self.shared.anywhere,
            worst_faults(self.protocol, self.options.faults),
            Budget(MOST_ELEMENTS, self.options.seconds),
        )
        worlds: dict[bytes, int] = {}
        found: set[Element] = set()
        try:
            for state in starts.states():
                key = world_key(self.machine, state)
                if key not in worlds:
                    worlds[key] = len(self.worlds)
                    self.worlds.append(World(self.shared, state))
                world = self.worlds[worlds[key]]
                if self.shared.anywhere:
                    open_ = world.open_before(state)
                    binding = self.bindings.intern(Binding.of({}, open_))
                else:
                    binding = self.bindings.intern(Binding.of({}, {}))
                found.add(self.number(worlds[key], state, binding))
                if len(found) > MOST_ROOTS:
                    raise TooMany("a case may begin in too many states")
        except LimitReached as limit:
            raise TooMany("a case may begin in too many states") from limit
        return frozenset(found)

    def number(self, world: int, state: bytes, binding: int) -> Element:
        """The element's number. Raises TooMany."""
        key = world, self.kept(state), binding
        found = self._numbers.get(key)
        if found is None:
            if len(self.elements) >= MOST_ELEMENTS:
                raise TooMany(f"more than {MOST_ELEMENTS:,} states are consistent with cases of this kind")
            found = self._numbers[key] = len(self.elements)
            self.elements.append((world, state, binding))
        return found

    def closure(self, element: Element) -> tuple[Element, ...]:
        """The element, and all that hidden steps make of it."""
        known = self._closures.get(element)
        if known is None:
            found = {element: None}
            stack = [element]
            while stack:
                for other in self._hidden(stack.pop()):
                    if other not in found:
                        found[other] = None
                        stack.append(other)
            known = self._closures[element] = tuple(found)
        return known

    def _hidden(self, element: Element) -> Iterator[Element]:
        index, state, binding = self.elements[element]
        world = self.worlds[index]
        for number, after in world.steps(state, ()):
            if self.machine.grounds[number].moment.fault and state[-1] >= self.options.faults:
                continue
            changed = self.bindings.after(binding, world.hidden_change(number))
            if changed is None or (after == state and changed == binding):
                continue
            if not world.redundant(number, state, binding):
                yield self.number(index, after, changed)

    # -------------------------------------------------------------------------------------------------------- records

    def record(self, key: object, log: int, event: Event) -> int:
        """The number of a canonical record of this log; `key` tells records apart."""
        found = self._record_numbers.get(key)
        if found is None:
            found = self._record_numbers[key] = len(self.records)
            self.records.append(self._read(log, event))
        return found

    def known_record(self, key: object) -> int | None:
        return self._record_numbers.get(key)

    def _read(self, log: int, event: Event) -> Record:
        view = self.shared.views[log]
        readings = view.reader.read(event)
        over: list[frozenset[str]] = []
        for reading in readings.readings:
            binds = self.shared.frame.ids.values()
            action, moment = reading.action, reading.moment
            ended = [b.field for b in binds if action.name in b.ends and succeeds(action, moment)]
            refused = any(outcome.name == moment and outcome.failure for outcome in action.outcomes)
            ended += [b.field for b in binds if refused and action.name in b.starts]
            over.append(frozenset(ended))
        failing = bool(readings.readings) and all(
            reading.action.kind is Kind.FAULT
            or any(outcome.name == reading.moment and outcome.failure for outcome in reading.action.outcomes)
            for reading in readings.readings
        )
        ends = frozenset.intersection(*over) if over else frozenset()
        return Record(Seen(event, readings.readings, readings.unfit), ends, failing)

    def candidates(self, world: int, log: int, record: int) -> tuple[Candidate, ...]:
        """The steps that the record can be in a world."""
        key = world, log, record
        found = self._candidates.get(key)
        if found is None:
            reads = self.worlds[world].reads
            made = reads.made(self.shared.views[log], self.records[record].seen)
            found = self._candidates[key] = tuple(made)
        return found

    def moves(self, element: Element, heads: tuple[int | None, ...], log: int) -> Iterator[Joint]:
        """What the next record of `log` can be at the element; `heads` are the records at hand in each log.

        A step that several logs record is met from the first of them alone.
        """
        head = heads[log]
        assert head is not None
        index, state, binding = self.elements[element]
        world = self.worlds[index]
        for candidate in self.candidates(index, log, head):
            changed = self.bindings.after(binding, candidate.change)
            if changed is None or not all(test(state) for test in candidate.tests):
                continue
            if world.redundant(candidate.number, state, binding):
                continue
            after = self.machine.fire(candidate.number, state)
            if after is None:
                continue
            after = after[:-1] + state[-1:]  # a recorded fault costs nothing of what unrecorded ones may
            for logs, final in self._joint(index, heads, changed, log, candidate.number):
                yield logs, self.number(index, after, final)

    def _joint(
        self, index: int, heads: tuple[int | None, ...], binding: int, log: int, number: int
    ) -> Iterator[tuple[tuple[int, ...], int]]:
        """The sets of logs, this one first among them, that can have recorded the step together."""
        found: list[tuple[tuple[int, ...], int]] = [((log,), binding)]
        for group in self.worlds[index].groups(number):
            if log in group.views:
                continue
            grown = [] if group.must else list(found)
            for logs, bound in found:
                for other in group.views:
                    head = heads[other]
                    if head is None:
                        continue
                    for candidate in self.candidates(index, other, head):
                        if candidate.number == number:
                            after = self.bindings.after(bound, candidate.change)
                            if after is not None:
                                grown.append(((*logs, other), after))
            found = grown
        return ((tuple(sorted(logs)), bound) for logs, bound in found if log == min(logs))

    # ------------------------------------------------------------------------------------------------------ questions

    def owing(self, element: Element) -> int:
        """How much is open in the element's state; 0 where a case may end cleanly."""
        return self.open_at(self.elements[element][1])

    def sound(self, element: Element) -> bool:
        """Whether every invariant holds there."""
        state = self.elements[element][1]
        return all(test(state) for test in self._invariants)

    def states(self, elements: Iterable[Element]) -> set[tuple[int, bytes]]:
        """The worlds and states of the elements, bindings aside."""
        return {(self.elements[element][0], self.elements[element][1]) for element in elements}

"""Cheapest alignments of many logs of one kind: the same as `align`, by a table that is filled as it is asked.

What matters of a log read so far is what it costs to be in each state now, beyond the cheapest. That is a layer. A
layer and the next record give the next layer, whatever came before, so each pair is worked out once. Nothing dearer
than a limit is kept; a log that costs more is read again with a higher one, so the answer is exact.

Only for records without ids, whose meaning does not depend on what came before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from checker.trace.alignment import Alignment, Fit, Move, Place, Steps, shared_by_all
from checker.trace.binding import Binding
from checker.trace.conform import FINAL_WEIGHT, open_conditions
from checker.trace.event import Event, Log, Trace
from checker.trace.machines import Machines
from checker.trace.options import Options
from checker.trace.view import see
from checker.trace.world import World

LIMIT = 64  # the highest price that is looked for

Content = tuple[object, ...]
Back = tuple[int, Fit, int, bool]  # the place before, how, by which step, and whether in the same layer


class NeedsBindings(ValueError):
    """The records name things by ids, so what they mean depends on what came before: `align` can do it."""


@dataclass(slots=True, eq=False)
class Layer:
    """What it costs to be in each place, beyond the cheapest, and how much dearer it may get."""

    prices: dict[int, int]
    slack: int
    after: dict[int, tuple[Layer, int, dict[int, Back]] | None] = field(default_factory=dict)


class Aligner:
    """Aligns logs whose records are all among the given ones, times and places in files aside.

    `log` says what kind of log they are. Raises NeedsBindings, BadScope, TooLarge.
    """

    def __init__(self, machines: Machines, log: Log, records: Iterable[Event], options: Options) -> None:
        self.labels: dict[Content, int] = {}
        kept: list[Event] = []
        for event in records:
            if content(event) not in self.labels:
                self.labels[content(event)] = len(kept)
                kept.append(replace(event, log=log.name, seq=len(kept) + 1))
        log = replace(log, events=tuple(kept))
        sight = see(machines.protocol, Trace("records", (log,)), (log,))
        shared = shared_by_all(machines, sight.views, options)
        self.shared, self.complete = shared, log.ends == "complete"
        self.open_at = open_conditions(shared.machine)
        self.idle = frozenset(range(len(kept))) - {seen.event.seq - 1 for view in sight.views for seen in view.events}
        self.position = {seen.event.seq - 1: at for view in sight.views for at, seen in enumerate(view.events)}
        self.places: list[Place] = []
        self.numbers: dict[tuple[int, Place], int] = {}
        self.steps: list[Steps] = []
        self._free: dict[int, tuple[tuple[int, int], ...]] = {}
        self._put: dict[int, tuple[tuple[int, int, int], ...]] = {}
        self._sync: dict[tuple[int, int], tuple[tuple[int, int], ...]] = {}
        self._layers: dict[tuple[frozenset[tuple[int, int]], int], Layer] = {}
        self._final: dict[int, bool] = {}
        self._known: dict[tuple[int, ...], Alignment | None] = {}
        self._worlds: list[Steps] = []
        self.roots = tuple(self._roots(options))
        self._firsts: dict[int, tuple[Layer, int, dict[int, Back]] | None] = {}
        bindings = shared.bindings
        if any(change.mentions or change.opens or change.closes for change in bindings.changes):
            raise NeedsBindings(f"a record of {log.name} names something by an id, or a request has a begin")

    def _roots(self, options: Options) -> Iterable[int]:
        binding = self.shared.bindings.intern(Binding.of({}, {}))
        for state in self.shared.machine.initial_states():
            steps = Steps(World(self.shared, state), options.faults)
            for at in self.position.values():
                steps.world.candidates(0, at)
            self._worlds.append(steps)
            yield self._number(len(self._worlds) - 1, (state, binding))

    # ------------------------------------------------------------------------------------------------------ alignments

    def align(self, events: Sequence[Event]) -> Alignment | None:
        """A cheapest alignment; None where none costs at most LIMIT. Raises KeyError for a record not given before.

        Logs that say the same have one alignment, and it shows the records of the first of them.
        """
        labels = self.labels
        word = tuple([labels[content(event)] for event in events])
        return self.aligned(word, events)

    def price(self, events: Sequence[Event]) -> int | None:
        """What a cheapest alignment costs."""
        found = self.align(events)
        return None if found is None else found.price

    def aligned(self, word: tuple[int, ...], events: Sequence[Event]) -> Alignment | None:
        if word not in self._known:
            self._known[word] = self._aligned(word, events)
        return self._known[word]

    def _aligned(self, word: tuple[int, ...], events: Sequence[Event]) -> Alignment | None:
        limit = 0
        while limit <= LIMIT:
            path = self._path(word, limit)
            if path is not None:
                layer, price, backs = path
                ends = [(extra, place) for place, extra in layer.prices.items() if self._ends(place)]
                if ends:
                    extra, place = min(ends)
                    return Alignment(price + extra, self._moves(backs, place, events))
            limit = limit + 1 if limit < 4 else 2 * limit
        return None

    def _path(self, word: tuple[int, ...], limit: int) -> tuple[Layer, int, list[dict[int, Back]]] | None:
        """The layer after all records, what its cheapest place costs, and how each layer's places were reached."""
        if limit not in self._firsts:
            self._firsts[limit] = self._closed(dict.fromkeys(self.roots, 0), {}, limit)
        step = self._firsts[limit]
        if step is None:
            return None
        layer, price, back = step
        backs = [back]
        for label in word:
            after = layer.after
            if label in after:
                step = after[label]
            else:
                step = after[label] = self._next(layer, label)
            if step is None:
                return None
            layer, more, back = step
            price += more
            backs.append(back)
        return layer, price, backs

    @staticmethod
    def _moves(backs: list[dict[int, Back]], place: int, events: Sequence[Event]) -> tuple[Move, ...]:
        found: list[Move] = []
        at = len(backs) - 1
        while place in backs[at]:
            place, fit, number, inside = backs[at][place]
            event = () if inside else (events[at - 1],)
            price = int(fit in (Fit.PUT_IN, Fit.LEFT_OUT))
            found.append(Move(fit, None if fit is Fit.LEFT_OUT else number, event, price))
            at -= not inside
        return tuple(found[::-1])

    # ----------------------------------------------------------------------------------------------------------- layers

    def _next(self, layer: Layer, label: int) -> tuple[Layer, int, dict[int, Back]] | None:
        """The layer after a record, how much dearer its cheapest place is, and how its places are reached."""
        prices: dict[int, int] = {}
        back: dict[int, Back] = {}
        left_out = 0 if label in self.idle else 1
        for place, price in layer.prices.items():
            for number, after in () if label in self.idle else self._recorded(place, label):
                if price < prices.get(after, price + 1):
                    prices[after] = price
                    back[after] = place, Fit.RECORDED, number, False
        for place, price in layer.prices.items():
            if price + left_out <= layer.slack and price + left_out < prices.get(place, price + 2):
                prices[place] = price + left_out
                back[place] = place, Fit.LEFT_OUT, -1, False
        return self._closed(prices, back, layer.slack)

    def _closed(
        self, prices: dict[int, int], back: dict[int, Back], slack: int
    ) -> tuple[Layer, int, dict[int, Back]] | None:
        """With all that hidden steps and steps put in make of it."""
        if not prices:
            return None
        levels: list[list[int]] = [[] for _ in range(slack + 1)]
        for place, price in prices.items():
            levels[price].append(place)
        for price, level in enumerate(levels):
            for place in level:  # it grows
                if prices[place] != price:
                    continue
                for number, after in self._unrecorded(place):
                    if price < prices.get(after, price + 1):
                        prices[after] = price
                        back[after] = place, Fit.HIDDEN, number, True
                        level.append(after)
                for number, after, more in self._missing(place) if price < slack else ():
                    dearer = price + more
                    if dearer <= slack and dearer < prices.get(after, dearer + 1):
                        prices[after] = dearer
                        back[after] = place, Fit.PUT_IN, number, True
                        levels[dearer].append(after)
        least = min(prices.values())
        key = frozenset((place, price - least) for place, price in prices.items()), slack - least
        layer = self._layers.get(key)
        if layer is None:
            layer = self._layers[key] = Layer(dict(key[0]), slack - least)
        return layer, least, back

    # ------------------------------------------------------------------------------------------------------------ table

    def _number(self, world: int, place: Place) -> int:
        key = world, place
        number = self.numbers.get(key)
        if number is None:
            number = self.numbers[key] = len(self.places)
            self.places.append(place)
            self.steps.append(self._worlds[world])
        return number

    def _of(self, place: int, after: Place) -> int:
        return self._number(self._worlds.index(self.steps[place]), after)

    def _unrecorded(self, place: int) -> tuple[tuple[int, int], ...]:
        found = self._free.get(place)
        if found is None:
            steps = self.steps[place].hidden(self.places[place])
            found = self._free[place] = tuple((number, self._of(place, after)) for number, after in steps)
        return found

    def _missing(self, place: int) -> tuple[tuple[int, int, int], ...]:
        found = self._put.get(place)
        if found is None:
            steps = self.steps[place].put_in(self.places[place])
            found = self._put[place] = tuple((number, self._of(place, after), more) for number, after, more in steps)
        return found

    def _recorded(self, place: int, label: int) -> tuple[tuple[int, int], ...]:
        key = place, label
        found = self._sync.get(key)
        if found is None:
            steps = self.steps[place]
            made: list[tuple[int, int]] = []
            for candidate in steps.world.candidates(0, self.position[label]):
                after = steps.recorded(self.places[place], candidate)
                if after is not None:
                    made.append((candidate.number, self._of(place, after)))
            found = self._sync[key] = tuple(made)
        return found

    def _ends(self, place: int) -> bool:
        found = self._final.get(place)
        if found is None:
            found = not self.complete or self.open_at(self.places[place][0]) < FINAL_WEIGHT
            self._final[place] = found
        return found


def content(event: Event) -> Content:
    """What an event says, its time and place aside."""
    return event.name, event.status, event.phase, event.at, event.request, *event.fields.items()

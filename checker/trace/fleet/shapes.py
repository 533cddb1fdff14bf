"""Records become numbers: a shape, and for each space the number of what the record names in it.

The *shape* of a record is its log, name, status, place, the fields that are read as they are with their values, and
which of the tying fields it has. What it means depends on its shape alone, up to names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from checker.trace.event import Event, FieldValue, Origin
from checker.trace.fleet.coded import NAMES, Coded, Coder
from checker.trace.fleet.codes import ABSENT, Flags, Ints, Longs, Nodes, Pairs
from checker.trace.fleet.frames import Frame, Source, ahead
from checker.trace.fleet.meaning import Meaning, Meanings
from checker.trace.fleet.named import Followed, Names
from checker.trace.fleet.plan import Plan, Refused

_DEFAULTS = {"status": "SUCCESS", "at": "edge"}


@dataclass(frozen=True, slots=True)
class Table:
    """Records by the column: shapes, numbers of what they name by space, places in the input.

    ABSENT stands for nothing that is named, None for a whole column of it.
    """

    shapes: Longs
    names: tuple[Longs | None, ...]
    places: Longs

    def __len__(self) -> int:
        return len(self.shapes)


class Shapes:
    """Gives numbers to records. `meanings` holds what is known of each shape met so far, by its number."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.coder = Coder(plan)
        self.reader = Meanings(plan)
        self.nodes = Nodes()
        self.columns: list[str] = []
        self.meanings: dict[int, Meaning] = {}
        self.first: dict[int, int] = {}  # the place where each shape was first met
        self.unread = 0  # records that no protocol reads
        self._pairs: dict[str, Pairs] = {}
        self._usual: dict[str, np.int32] = {}
        self.spaces = [Names(self.coder, space) for space in range(len(plan.spaces))]
        self._follow = {rule.field: Followed(self.coder, rule) for rule in plan.derived}
        # By shape: its log, whether it is used, whether it is known; and by space whether it is named, started, ended.
        width = len(plan.spaces)
        self.log = np.zeros(64, np.int16)
        self._known = np.zeros(64, np.bool_)
        self._used = np.zeros(64, np.bool_)
        self._counts = np.zeros((width, 64), np.bool_)
        self._idle = [False] * width  # some shape has a field of the space that ties it to nothing
        self.starts = np.zeros((width, 64), np.bool_)
        self.ends = np.zeros((width, 64), np.bool_)

    def table(self, frame: Frame) -> Table:
        """The records that some protocol reads. Raises Refused."""
        held, presence = self._held(frame.columns, frame.logs)
        # Which log a record is of and which tying fields it has: small numbers, put together at once.
        opening = frame.logs + presence * np.int32(len(self.plan.logs))
        shapes = self._with("log", np.zeros(len(opening), np.int32), opening)
        for name in (*NAMES, *sorted(self.plan.plain & frame.columns.keys())):
            if name in frame.columns:
                shapes = self._with_values(name, shapes, frame.columns[name])
        self._learn(shapes, frame.places)
        long, places = shapes.astype(np.int64), frame.places
        names = tuple(self._of_space(space, held, long) for space in range(len(self.plan.spaces)))
        used = self._used.take(long)
        if not used.all():
            self.unread += int(len(used) - np.count_nonzero(used))
            long, places = long[used], places[used]
            names = tuple(None if each is None else each[used] for each in names)
        return Table(long, names, places)

    def text(self, space: int, number: int) -> str:
        """What a name of a space says."""
        return self.spaces[space].text(number)

    def sample(self, shape: int) -> tuple[int, Event]:
        """The log and an event of that shape; what its tying fields say is made up."""
        fields: dict[str, FieldValue] = {}
        meta: dict[str, str] = dict(_DEFAULTS)
        log, held, derived = self._opening(shape)
        for column, value in self.nodes.told(shape)[1:]:
            name = self.columns[column]
            (meta if name in NAMES else fields)[name] = self.coder.text(name, value)
        fields |= dict.fromkeys(held, "x")
        for name in derived:
            rule = self._follow[name].rule
            fields[rule.whole] = f"x{rule.separator}x"
        if "event" not in meta:
            raise Refused("a record has no name")
        origin = Origin("", self.first.get(shape, 0))
        name = self.plan.logs[log].name
        return log, Event(name, 1, meta["event"], fields, meta["status"], at=meta["at"], origin=origin)

    # ----------------------------------------------------------------------------------------------------------- shapes

    def _held(self, columns: Coded, logs: Ints) -> tuple[dict[str, Longs], Ints]:
        """What the tying fields name, by field, and which of them each record has, a bit each: held, then derived."""
        held: dict[str, Longs] = {}
        presence = np.zeros(len(logs), np.int32)
        for bit, (name, space) in enumerate(self.plan.fields):
            if name in columns:
                held[name] = self.spaces[space].numbers(columns[name], logs)
                presence |= (held[name] != ABSENT).astype(np.int32) << bit
        for bit, (name, follow) in enumerate(self._follow.items(), len(self.plan.fields)):
            whole = held.get(follow.rule.whole)
            if whole is not None:
                explicit = held.get(name)
                found = follow.numbers(whole, logs, explicit)
                presence |= (found != ABSENT).astype(np.int32) << bit
                held[name] = found if explicit is None else np.where(explicit == ABSENT, found, explicit)
        return held, presence

    def _with_values(self, name: str, shapes: Ints, values: Ints | Longs) -> Ints:
        if name in _DEFAULTS:  # said or not, it is the same
            if name not in self._usual:
                self._usual[name] = self.coder.texts[name].numbers([_DEFAULTS[name]])[0]
            values = np.where(values == self._usual[name], np.int32(ABSENT), values)
        rows = np.flatnonzero(values != ABSENT)
        if len(rows) == len(values):
            return self._with(name, shapes, values)
        if len(rows):
            shapes[rows] = self._with(name, shapes[rows], values[rows])
        return shapes

    def _with(self, name: str, shapes: Ints, values: Ints | Longs) -> Ints:
        if name not in self._pairs:
            self._pairs[name] = Pairs(self.nodes)
            self.columns.append(name)
        found = self._pairs[name].numbers(shapes, values, self.columns.index(name))
        if found is None:
            raise Refused(f"{name} has too many different values to be taken as it is")
        return found

    def _opening(self, shape: int) -> tuple[int, list[str], list[str]]:
        """The log of a shape's records, the tying fields that they have, and those that follow from others."""
        presence, log = divmod(self.nodes.told(shape)[0][1], len(self.plan.logs))
        held = [name for bit, (name, _) in enumerate(self.plan.fields) if presence >> bit & 1]
        return log, held, [
            name for bit, name in enumerate(self._follow, len(self.plan.fields)) if presence >> bit & 1
        ]  # fmt: skip

    # --------------------------------------------------------------------------------------------------------- meanings

    def _learn(self, shapes: Ints, places: Longs) -> None:
        """What shapes that are new mean."""
        count = len(self.nodes.made)
        if count > len(self._known):
            room = max(count, 2 * len(self._known))
            self.log = np.resize(self.log, room)
            self._known, self._used = (
                np.append(f, np.zeros(room - len(f), np.bool_)) for f in (self._known, self._used)
            )
            self._counts, self.starts, self.ends = (
                _wider(each, room) for each in (self._counts, self.starts, self.ends)
            )
        new = np.flatnonzero(~self._known.take(shapes))
        if not len(new):
            return
        found, first = np.unique(shapes[new], return_index=True)
        for shape, at in zip(found.tolist(), new[first].tolist(), strict=True):
            self.first[shape] = int(places[at])
            log, event = self.sample(shape)
            meaning = self.meanings[shape] = self.reader.of(log, event)
            self._known[shape], self.log[shape], self._used[shape] = True, log, meaning.used
            for space, _ in meaning.keys:
                self._counts[space, shape] = True
                self.starts[space, shape] = space in meaning.starts
                self.ends[space, shape] = space in meaning.ends
            _, held, derived = self._opening(shape)
            for name in {*held, *derived} - {name for _, name in meaning.keys}:
                self._idle[self.coder.spaces[name]] = True

    def _of_space(self, space: int, held: dict[str, Longs], shapes: Longs) -> Longs | None:
        """The numbers of what the records name in one space; None where they name nothing."""
        columns = [held[name] for name, of in self.plan.fields if of == space and name in held]
        if not columns:
            return None
        if len(columns) == 1:
            return np.where(self._counts[space].take(shapes), columns[0], ABSENT) if self._idle[space] else columns[0]
        found = np.full(len(shapes), ABSENT, np.int64)
        for name, of in self.plan.fields:
            if of == space and name in held:
                ties = np.array([self._ties(shape, space) == name for shape in range(len(self.nodes.made))])
                found = np.where(ties[shapes], held[name], found)
        return found

    def _ties(self, shape: int, space: int) -> str | None:
        meaning = self.meanings.get(shape)
        return dict(meaning.keys).get(space) if meaning is not None else None


def tables_of(source: Source, shapes: Shapes) -> Iterator[Table]:
    """All records as tables. Some are read in one thread, others made numbers of in a second, while one is worked on.

    Raises Refused.
    """
    return ahead(shapes.table(piece(shapes.coder)) for piece in ahead(source.pieces()))


def _wider(array: Flags, size: int) -> Flags:
    more = np.zeros((array.shape[0], size), np.bool_)
    more[:, : array.shape[1]] = array
    return more

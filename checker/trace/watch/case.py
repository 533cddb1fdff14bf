"""One live case: its names, its frontier, and as many of its last records as it takes to look again with more room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from checker.language.protocol import Protocol
from checker.trace.event import Event
from checker.trace.watch.engine import TooMany
from checker.trace.watch.frontier import Moved
from checker.trace.watch.lift import lifted
from checker.trace.watch.logs import LogState, Timed, order_of, settled_of
from checker.trace.watch.names import Entry, NameKey, Names, canonical, logs_of, tails
from checker.trace.watch.room import host_key, make_room, setting_for
from checker.trace.watch.shapes import Says, Shape
from checker.trace.watch.tables import GrowKey, Regrown, Table, Tables

LONG = 64  # records after which those before a clean end are let go
MOST_HISTORY = 1_000  # records of a case that are kept, to look again when it turns out to hold more individuals


@dataclass(frozen=True, slots=True)
class Root:
    """A clean end from which on a case's records are kept."""

    table: Table
    frontier: int
    names: Names


@dataclass(slots=True)
class LiveCase:
    """A case. `names` and the frontier are those after the last record; `unsure` says why nothing certain is known."""

    protocol: Protocol
    tables: Tables
    number: int
    watched: Mapping[str, LogState]  # all logs of the recording
    hosts: set[str] = field(default_factory=set)  # those that its records name; their logs are its own too
    names: Names = field(default_factory=Names)
    logs: list[LogState] = field(default_factory=list)
    table: Table | None = None
    frontier: int = -1
    times: list[list[Timed]] = field(default_factory=list)  # of the queued records: time and seq
    latest: list[int | None] = field(default_factory=list)  # by log: the greatest time of its own records
    over: list[NameKey] = field(default_factory=list)  # ids whose lives are over, while some member may lag behind
    history: list[Entry] = field(default_factory=list)
    whole: bool = True  # the history goes back to the case's beginning
    room: dict[str, int] = field(default_factory=dict)  # at least so many individuals
    unsure: str = ""
    events: int = 0
    keys: list[object] = field(default_factory=list)
    loose: bool = False  # some of its records may belong to another case
    stray: bool = False  # nobody's name is in it yet
    parked: bool = False  # its records must be another case's, which is not there yet
    opened: int = -1  # the frontier at which it was at no clean end any more; -1 while it is at one
    ended: list[tuple[str, str]] = field(default_factory=list)  # id fields and ids whose lives the last record ended
    before: int = -1  # the frontier before the last record
    last: tuple[int, int] | None = None  # log and canonical number of the last record
    steps: int = 1  # records since the root, and one
    node: int = 0  # stands for all canonical records since the root, in their order
    root: Root | None = None  # where the history begins, where that is not the case's beginning

    # -------------------------------------------------------------------------------------------------------- records

    def accept(self, entry: Entry) -> Moved | None:
        """Judges one more record of the case. None where nothing certain is known any more."""
        self.events += 1
        self.history.append(entry)
        if len(self.history) > MOST_HISTORY:
            self._forget()
            if self.unsure:
                self.history.clear()
        if self.unsure or self.parked:
            return None
        try:
            if self.table is None or entry.log not in self.logs:
                return self._again()
            moved = self._step(entry, live=True)
            return moved if moved is not None else self._grown(entry)
        except TooMany as bound:
            self.unsure = bound.reason
            return None

    def _forget(self) -> None:
        """The first records are let go."""
        self.whole, self.root = False, None
        del self.history[: MOST_HISTORY // 2]

    def _step(self, entry: Entry, *, live: bool) -> Moved | None:
        """The record in the table at hand; None where it does not fit into it. `live`: it is the last that was read."""
        table = self.table
        assert table is not None
        state, event = entry.log, entry.event
        at = self.logs.index(state)
        if state.requests is not table.setting.logs[at].requests:
            return None
        shape = state.shapes.of(event.name)
        assert shape is not None
        host = table.setting.logs[at].host
        self.ended.clear()
        said: list[object] = []
        for slot in shape.slots:
            text = state.shapes.text(event, slot)
            if text is None:
                said.append(None)
            elif slot.says is Says.PLAIN:
                said.append(text)
            else:
                name = slot.key, host if slot.says is Says.ID and not slot.everywhere else -1, text
                number = self.names.known.get(name)
                if number is None:
                    number = self.names.number(name, self.steps)
                    unseen = self._host_with_log(name)
                    if unseen or not table.fits(name, number):
                        return None
                said.append(number)
        request = event.request
        if request is not None:
            request = str(self.names.number(("\0request", at, request), self.steps))
        key = at, event.name, event.status, event.phase, request, event.at if event.at == "edge" else "", tuple(said)
        record = table.engine.known_record(key)
        if record is None:
            record = table.engine.record(key, at, canonical(event, shape, tuple(said), request))
        order = None
        if len(self.logs) > 1:
            known = self.latest[at]
            if event.time is not None and (known is None or event.time > known):
                self.latest[at] = event.time
            # How far each log was read is known of the last record alone; of one looked at again, its case says it.
            latest = [state.latest for state in self.logs] if live else self.latest
            order = order_of(at, event, self.logs, self.times, latest)
        moved = table.frontiers.after(self.frontier, at, record, order)
        self.last = at, record
        self.node = table.node(self.node, at, record, order)
        self.steps += 1
        self._follow(moved, at, event)
        self._end_lives(shape, table.engine.records[record].ends, event, state, host, at)
        return moved

    def _host_with_log(self, key: NameKey) -> bool:
        """Whether this is the name of a host of which there is a log that the case does not look at yet."""
        if key[0] not in self.tables.hosts or key[2] in self.hosts:
            return False
        if all(state.log.host != key[2] or state in self.logs for state in self.watched.values()):
            return False
        self.hosts.add(key[2])
        return True

    def _follow(self, moved: Moved, at: int, event: Event) -> None:
        assert self.table is not None
        self.before, self.frontier = self.frontier, moved.frontier
        if self.table.clean(self.frontier):
            self.opened = -1
        elif self.opened < 0 and not self.table.waits(self.frontier):
            self.opened = self.frontier
        if len(self.logs) > 1:
            self.times[at].append((event.time, event.seq))
            for log, less in enumerate(moved.dropped):
                if less:
                    del self.times[log][:less]

    def _end_lives(self, shape: Shape, ends: frozenset[str], event: Event, state: LogState, host: int, at: int) -> None:
        """Ids whose lives are over mean nothing any more, once no member lags behind."""
        for slot in shape.slots:
            if slot.says is Says.ID and slot.key in ends:
                text = state.shapes.text(event, slot)
                if text is not None:
                    self.ended.append((slot.key, text))
                    self.over.append((slot.key, -1 if slot.everywhere else host, text))
        if event.phase == "end" and event.request is not None:
            self.over.append(("\0request", at, event.request))
        if self.over and not any(self.times):
            for key in self.over:
                self.names.release(key)
            self.over.clear()

    # ---------------------------------------------------------------------------------------------------------- again

    def _again(self) -> Moved | None:
        """The history once more, with room for all that is named. Raises TooMany."""
        if not self.whole and self.root is None:
            raise TooMany(
                f"it names what it did not name in its first {MOST_HISTORY:,} records, and those are not kept any more"
            )
        while True:
            moved = self._replayed()
            if moved is not None:
                return moved
            make_room(self.room, self.names, self.table)

    def _grown(self, entry: Entry) -> Moved | None:
        """The same, where nothing is new but the last record. What was worked out for one case serves its like."""
        if self.root is not None or self.table is None or not self.whole:
            return self._again()
        old, node, steps = self.table, self.node, self.steps
        names, over, frontier, opened = self.names.shape(steps), self._over(), self.frontier, self.opened
        make_room(self.room, self.names, self.table)
        self._place()
        assert self.table is not None
        key = id(old), node, frontier, opened, self.table.setting
        known = self.tables.regrown.get(key)
        if known is not None and (known.names, known.over) == (names, over):
            self.frontier, self.opened, self.node, self.steps = known.frontier, known.opened, known.node, steps
            self.latest, self.times = tails(self.history[:-1], self.logs, known.waiting)
        else:
            moved = self._replayed(key)
            return moved if moved is not None else self._grown(entry)
        moved = self._step(entry, live=True)
        return moved if moved is not None else self._grown(entry)

    def _place(self) -> None:
        """The table and the logs that fit what is named now."""
        self.logs = logs_of(self.history, [state for state in self.watched.values() if state.log.host in self.hosts])
        for state in self.logs:
            self.names.number((host_key(self.tables), -1, state.log.host))
        self.table = self.tables.of(setting_for(self.tables, self.names, self.logs, self.room))

    def _replayed(self, key: GrowKey | None = None) -> Moved | None:
        """The history in a setting with room for what is named; None where it turned out to need more.

        `key`: under which to remember what the case is before its last record.
        """
        history, root = self.history, self.root
        self.names = Names() if root is None else root.names.copy()
        self._place()
        table = self.table
        assert table is not None
        self.times = [[] for _ in self.logs]
        self.latest = [None] * len(self.logs)
        self.over, self.opened, self.node, self.steps = [], -1, 0, 1
        self.frontier = table.frontiers.first() if root is None else lifted(root.table, root.frontier, table)
        if root is not None and not table.clean(self.frontier):
            raise TooMany("its first records are not kept any more, and it names more than they did")
        moved: Moved | None = None
        for entry in history:
            if entry is history[-1] and key is not None:
                self._remember(key)
            moved = self._step(entry, live=entry is history[-1])
            if moved is None:
                return None
        return moved

    def _remember(self, key: GrowKey) -> None:
        """What becomes of a case that had this key in its old table, before its last record."""
        waiting = tuple(len(queue) for queue in self.times)
        names = self.names.shape(self.steps)
        self.tables.regrow(key, Regrown(self.frontier, self.opened, self.node, names, self._over(), waiting))

    def refresh(self) -> bool:
        """Drops what only waited for logs to be read further; whether nothing waits any more."""
        if not any(self.times):
            return True
        if self.table is None or self.unsure or len(self.logs) < 2:
            return False
        settled = settled_of(self.logs, self.times)
        moved = self.table.frontiers.later(self.frontier, settled)
        if moved.frontier and any(moved.dropped):
            self.frontier = moved.frontier
            for log, less in enumerate(moved.dropped):
                del self.times[log][:less]
            if not any(self.times):
                for key in self.over:
                    self.names.release(key)
                self.over.clear()
                return True
        return False

    def _over(self) -> frozenset[tuple[str, int, int]]:
        """Which ids are over and still looked at, whatever they are."""
        return frozenset((sort, host, self.names.born[sort, host, text]) for sort, host, text in self.over)

    def settle(self) -> None:
        """At a clean end with nothing waiting: what came before is let go, and names that nothing remembers."""
        table = self.table
        if table is None or len(self.history) < LONG or any(self.times) or self.over:
            return
        fresh = table.fresh(self.frontier)
        for key, number in list(self.names.known.items()):
            if key[1] < 0 and key[0] not in self.tables.hosts and (key[0], number) in fresh:
                self.names.release(key)
        self.root = Root(table, self.frontier, self.names.copy())
        self.history.clear()
        self.whole = False
        self.node, self.steps = 0, 1

    def names_alive(self) -> bool:
        """Whether an id of the case is alive, or a record of it is still looked at."""
        return any(self.times) or any(key[1] >= 0 for key in self.names.known)

    def let_go(self) -> None:
        """The case is over: nothing more is asked of it."""
        self.history.clear()
        self.times.clear()
        self.over.clear()
        self.names, self.table, self.whole = Names(), None, False

    def room_for(self, sizes: dict[str, int]) -> None:
        """Looks again with room for so many individuals of each sort."""
        if not self.whole or self.table is None:
            return
        for sort, size in sizes.items():
            if sort in self.tables.spares:
                for of, host, count in self.table.setting.spares:
                    if of == sort:
                        self.room[f"{sort}@{host}"] = max(count, size)
            else:
                self.room[sort] = max(size, self.room.get(sort, 1))
        try:
            self._again()
        except TooMany as bound:
            self.unsure = bound.reason

    def could(self, entry: Entry) -> bool:
        """Whether the record could be the next one of this case, in the room there is. The case stays as it is."""
        if self.unsure or self.parked or (self.table is None and not self.whole):
            return False
        trial = self._copy()
        moved = trial.accept(entry)
        return moved is not None and moved.taken and moved.frontier != 0

    def could_join(self, other: LiveCase) -> bool:
        """Whether all the other case's records could be this one's. Both stay as they are."""
        if self.unsure or self.parked or not (self.whole and other.whole):
            return False
        trial = self._copy()
        trial.join(replace(other, history=list(other.history), keys=[], parked=False))
        return (
            not trial.unsure and trial.frontier > 0 and trial.table is not None and not trial.table.vain(trial.frontier)
        )

    def _copy(self) -> LiveCase:
        return replace(
            self,
            keys=list(self.keys),
            names=self.names.copy(),
            logs=list(self.logs),
            times=[list(queue) for queue in self.times],
            over=list(self.over),
            latest=list(self.latest),
            history=list(self.history),
            room=dict(self.room),
            hosts=set(self.hosts),
            ended=[],
        )

    def join(self, other: LiveCase) -> Moved | None:
        """Takes over another case's records, which turned out to belong here."""
        known = {entry.arrival for entry in self.history}
        self.history += [entry for entry in other.history if entry.arrival not in known]
        self.history.sort(key=lambda entry: entry.arrival)
        self.events += other.events
        self.whole = self.whole and other.whole
        self.loose = self.loose or other.loose
        self.keys += other.keys
        self.unsure = self.unsure or other.unsure
        self.hosts |= other.hosts
        for name, size in other.room.items():
            self.room[name] = max(size, self.room.get(name, 0))
        if self.unsure:
            return None
        try:
            return self._again()
        except TooMany as bound:
            self.unsure = bound.reason
            return None

    def widen(self, sorts: Iterable[str], *, by: int = 1) -> Moved | None:
        """Looks again with room for more individuals of these sorts. None where that is not possible."""
        if (not self.whole and self.root is None) or self.table is None:
            return None
        for sort in sorts:
            if sort in self.tables.spares:
                for of, host, count in self.table.setting.spares:
                    if of == sort:
                        self.room[f"{sort}@{host}"] = count + by
            elif self.names.most(sort) >= self.table.sizes.get(sort, 1):
                self.room[sort] = self.table.sizes.get(sort, 1) + by
        try:
            return self._again()
        except TooMany as bound:
            self.unsure = bound.reason
            return None

"""One protocol's view of a recording that grows: takes records, and says at once what has become of their case."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from checker.language.protocol import Protocol
from checker.trace.conform import FINAL_WEIGHT
from checker.trace.event import Event, Log
from checker.trace.judge_trace import Judge
from checker.trace.sources import source_of, text_of
from checker.trace.stated import EDGES, MESSAGE, SENT
from checker.trace.verdict import EXPLAINED, Part, VerdictKind
from checker.trace.watch.case import LiveCase
from checker.trace.watch.doom import Ends, Path
from checker.trace.watch.engine import TooMany
from checker.trace.watch.grouping import Grouping
from checker.trace.watch.judging import judged, lacking
from checker.trace.watch.logs import LogState
from checker.trace.watch.names import Entry
from checker.trace.watch.shapes import Shapes
from checker.trace.watch.tables import Tables
from checker.trace.watch.told import SAID, CaseCount, News, Told
from checker.trace.watch.wording import abort_words, obstacle_words, owed_words, title

MOST_LOOSE = 1_000  # records of loose cases that are judged together
MOST_MESSAGES = 100_000
MOST_EDGES = 1_000


@dataclass(slots=True)
class Mark:
    """What was told of a case since it left its last clean end, and which ends were successes then."""

    told: set[News] = field(default_factory=set)
    target: Ends | None = None
    way_out: Path | None = None  # the shortest when it was last told
    clean: bool = True
    doomed: bool = False


class Lane:
    """One protocol's view of the recording (and of one host, where the protocol says so)."""

    def __init__(
        self, protocol: Protocol, tables: Tables, judge: Judge, host: str | None, *, aborts: bool = False
    ) -> None:
        self.protocol, self.tables, self.judge, self.host = protocol, tables, judge, host
        self.aborts = aborts
        self.logs: dict[str, LogState] = {}
        self.grouping = Grouping(protocol, tables, self.logs)
        self.marks: dict[int, Mark] = {}
        self.resting: dict[int, LiveCase] = {}  # at a clean end, while records of theirs may still be overtaken
        self.counts: dict[VerdictKind, int] = {}
        self.doomed = 0
        self.most = 0
        self.over: set[int] = set()  # cases of which the last word is said, while their names still mean them
        self.sent: dict[str, tuple[int, int]] = {}
        self.edges: deque[Entry] = deque(maxlen=MOST_EDGES)  # the last records of messages, for the judge of recordings

    def add(self, index: int, log: Log) -> None:
        """One more log, without records yet."""
        source = source_of(self.protocol, log)
        if source is not None and self.host in (None, log.host):
            self.logs[log.name] = LogState(index, log, Shapes(self.protocol, source))

    def accept(self, arrival: int, event: Event) -> list[Told] | None:
        """What one more record means; None where it means nothing to the protocol."""
        state = self.logs[event.log]
        time = event.time
        if time is not None and (state.latest is None or time > state.latest):
            state.latest = time
        shape = state.shapes.of(event.name)
        if shape is None:
            if event.name in EDGES:
                self._message(arrival, state, event)
            return None
        if event.phase == "begin":
            state.begun = True
        elif event.phase is None and not state.whole:
            state.whole = event.name in state.shapes.begun
        if self.resting:
            self._look_around()
        entry = Entry(arrival, state, event)
        cases, merged = self.grouping.route(entry, shape)
        self.most = max(self.most, len(self.grouping.cases))
        for other in merged:
            self.marks.pop(other.number, None)
        found: list[Told] = []
        for case in cases:
            if case.number not in self.over:
                found += self._one(case, entry)
        return found

    def _one(self, case: LiveCase, entry: Entry) -> list[Told]:
        was_sure = not case.unsure
        moved = case.accept(entry)
        host = entry.log.log.host
        for name, text in case.ended:
            bind = entry.log.shapes.ids[name]
            self.grouping.forget((name, "" if bind.per is None else host, text))
        if case.unsure:
            if not was_sure and case.whole:
                return []
            return [self._unknown(case, entry.event)]
        if moved is None:
            return []
        for other in tuple(self.grouping.waiting.values()):
            if case.could_join(other):
                self.grouping.absorb(case, other)
                case.loose = True
        found: list[Told] = []
        try:
            found += self._news(case, entry.event)
        except TooMany as bound:
            case.unsure = bound.reason
            found.append(self._unknown(case, entry.event))
        return found

    def _message(self, arrival: int, state: LogState, event: Event) -> None:
        text = text_of(event.fields.get(MESSAGE))
        if text is None:
            return
        self.edges.append(Entry(arrival, state, event))
        if event.name == SENT:
            if len(self.sent) < MOST_MESSAGES:
                self.sent.setdefault(text, (state.index, event.seq))
        elif (found := self.sent.pop(text, None)) is not None and found[0] != state.index:
            state.floors[found[0]] = max(found[1], state.floors.get(found[0], -1))

    # ----------------------------------------------------------------------------------------------------------- news

    def _news(self, case: LiveCase, event: Event) -> Iterator[Told]:
        """What to tell of a case after a record."""
        table, number = case.table, case.frontier
        assert table is not None
        if number == 0 or table.vain(number) or not table.sound(number):
            yield from self._suspect(case, event)
            return
        mark = self.marks.get(case.number)
        if mark is None:
            mark = self.marks[case.number] = Mark()
        if case.opened < 0:
            if table.waits(number):
                return
            if not mark.clean:
                done = mark.target is None or bool(mark.target & table.futures.ends(number))
                news = News.DONE if done else News.ABORTED
                mark.told.clear()
                mark.clean, mark.doomed = True, False
                yield self._told(news, case, event, SAID[news])
            self._rests(case)
            return
        mark.clean = False
        mark.target = table.futures.target(case.opened)
        future = table.futures.of(number, mark.target)
        if not future.known:
            return
        if future.doomed:
            if News.DOOMED not in mark.told:
                mark.told.add(News.DOOMED)
                mark.doomed = True
                yield self._told(News.DOOMED, case, event, SAID[News.DOOMED] + owed_words(case))
        elif future.ahead or mark.target is None:
            return
        elif future.way_out is None:
            if News.POINT_OF_NO_RETURN not in mark.told:
                mark.told.add(News.POINT_OF_NO_RETURN)
                yield self._told(News.POINT_OF_NO_RETURN, case, event, SAID[News.POINT_OF_NO_RETURN])
        elif (
            News.OPEN not in mark.told
            or (not future.success and News.GIVEN_UP not in mark.told)
            or (self.aborts and future.way_out != mark.way_out)
        ):
            news = News.OPEN if future.success else News.GIVEN_UP
            mark.told |= {News.OPEN, news}
            mark.way_out = future.way_out
            said = self._told(news, case, event, SAID[news])
            yield replace(said, way_out=abort_words(case, future))

    def _rests(self, case: LiveCase) -> None:
        """A case at a clean end is over if it is as new; else what is not needed of it is let go, now or soon."""
        if not case.refresh():
            self.resting[case.number] = case
            return
        assert case.table is not None
        if not case.names_alive() and case.table.as_at_first(case.frontier):
            self._count(case, VerdictKind.CONFORMS)
        else:
            case.settle()

    def _look_around(self) -> None:
        """One of the cases that rest, looked at again: its logs may have been read further."""
        number = next(iter(self.resting))
        case = self.resting.pop(number)
        if case.opened < 0 and case.number in self.grouping.cases and case.number not in self.over:
            self._rests(case)

    def _suspect(self, case: LiveCase, event: Event) -> Iterator[Told]:
        """The case seems to violate something: looked at again with more room, and by the judge of recordings."""
        if not case.whole:
            rules, action, message = obstacle_words(case, event)
            yield self._violated(case, event, message, action, rules)
            return
        more = lacking(case)
        if len(case.logs) < len(self.logs):  # records of hosts that it does not name yet may explain it
            more |= frozenset(self.tables.hosts)
        if more:
            case.widen(more)
            if self._fine(case):
                yield from self._news(case, event)
                return
            if case.unsure:
                yield self._unknown(case, event)
                return
        together = self._loose(case)
        part = judged(self.judge, together, self.edges, ends="open")
        if part is None or part.kind is VerdictKind.UNKNOWN:
            case.unsure = part.reason if part is not None else "its records are not kept any more"
            yield self._unknown(case, event)
        elif part.kind is VerdictKind.VIOLATES:
            yield self._by_judge(case, event, part)
        else:
            yield from self._explained(case, event, together, part)

    def _explained(self, case: LiveCase, event: Event, together: list[LiveCase], part: Part) -> Iterator[Told]:
        """The judge of recordings explains what the table at hand did not."""
        for other in together:
            if other is not case:
                self.marks.pop(other.number, None)
                self.grouping.absorb(case, other)
        if part.explained_by is not None:
            case.room_for(dict(part.explained_by.scope.sizes))
        if self._fine(case):
            yield from self._news(case, event)
        else:
            case.unsure = case.unsure or "it needs more individuals than are looked at while watching; `check` tells"
            yield self._unknown(case, event)

    def _loose(self, case: LiveCase) -> list[LiveCase]:
        """The cases that are judged together with this one, because records of theirs may be its own."""
        others = [
            other
            for other in self.grouping.cases.values()
            if other is not case and other.whole and (other.loose or other.stray or case.stray)
        ]
        if not (case.loose or case.stray or any(other.stray for other in others)):
            return [case]
        found, size = [case], len(case.history)
        for other in others:
            size += len(other.history)
            if size > MOST_LOOSE:
                break
            found.append(other)
        return found

    @staticmethod
    def _fine(case: LiveCase) -> bool:
        table, number = case.table, case.frontier
        return bool(not case.unsure and table and number and table.sound(number) and not table.vain(number))

    # ---------------------------------------------------------------------------------------------------- the last word

    def _by_judge(self, case: LiveCase, event: Event | None, part: Part) -> Told:
        first = part.findings[0]
        return self._violated(case, first.event or event, first.message, first.action, first.rules)

    def _violated(
        self, case: LiveCase, event: Event | None, message: str, action: str | None, rules: tuple[str, ...]
    ) -> Told:
        said = replace(self._told(News.VIOLATED, case, event, message), action=action, rules=rules)
        self._count(case, VerdictKind.VIOLATES)
        return replace(said, verdict=VerdictKind.VIOLATES)

    def _unknown(self, case: LiveCase, event: Event | None) -> Told:
        """A bound was met. While its records are kept, the judge of recordings still judges the case at the end."""
        later = "; it is judged at the end" if case.whole and event is not None else ""
        said = self._told(News.UNKNOWN, case, event, case.unsure + later)
        if later:
            return said
        self._count(case, VerdictKind.UNKNOWN)
        return replace(said, verdict=VerdictKind.UNKNOWN)

    def _count(self, case: LiveCase, kind: VerdictKind) -> None:
        """The case is over. One that conforms is forgotten; the names of any other still mean it, and only that."""
        self.counts[kind] = self.counts.get(kind, 0) + 1
        mark = self.marks.pop(case.number, None)
        self.doomed += mark is not None and mark.doomed
        if kind is VerdictKind.CONFORMS:
            self.grouping.drop(case)
        else:
            self.over.add(case.number)
            case.let_go()

    def _told(self, news: News, case: LiveCase, event: Event | None, message: str) -> Told:
        name = f"{event.name} ({event.log} {event.seq})" if event is not None else None
        place = str(event.origin) if event is not None else None
        return Told(news, self.protocol.name, self.host, title(case), name, place, message)

    def finish(self, *, damaged: bool) -> Iterator[Told]:
        """The last word on every case that is not over: no more records will come."""
        for case in sorted(self.grouping.cases.values(), key=lambda case: case.parked):
            if case.number in self.grouping.cases and case.number not in self.over and case.events:
                yield from self._finish(case, damaged=damaged)

    def _finish(self, case: LiveCase, *, damaged: bool) -> Iterator[Told]:
        table, number = case.table, case.frontier
        complete = not damaged and all(state.log.ends == "complete" for state in case.logs)
        if case.unsure or table is None:
            yield from self._refused(case, complete=complete)
            return
        full = table.frontiers.full(number)
        owing = min((table.engine.owing(element) for element in full), default=None)
        if owing is None or (complete and owing >= FINAL_WEIGHT):
            yield from self._refused(case, complete=complete)
            return
        kind = VerdictKind.CONFORMS if owing == 0 else VerdictKind.UNFINISHED
        mark = self.marks.get(case.number)
        if kind is VerdictKind.UNFINISHED:
            said = "doomed" if mark is not None and mark.doomed else "something is owed"
            told = self._told(News.END, case, None, f"at the end of the records: {said}{owed_words(case)}")
            yield replace(told, verdict=kind)
        self._count(case, kind)

    def _refused(self, case: LiveCase, *, complete: bool) -> Iterator[Told]:
        """At the end no run is known that explains the case: what the judge of recordings says of it."""
        together = self._loose(case)
        part = judged(self.judge, together, self.edges, ends=None if complete else "open")
        if part is not None and part.kind is VerdictKind.VIOLATES:
            yield self._by_judge(case, None, part)
            return
        if part is not None and part.kind in EXPLAINED:
            if part.kind is VerdictKind.UNFINISHED:
                told = self._told(News.END, case, None, "at the end of the records: something is owed")
                yield replace(told, verdict=part.kind)
            kind = VerdictKind.UNFINISHED if part.kind is VerdictKind.UNFINISHED else VerdictKind.CONFORMS
            self._count(case, kind)
            return
        case.unsure = part.reason if part is not None else case.unsure or "not all of its records are kept"
        yield self._unknown(case, None)

    def summary(self) -> CaseCount:
        """How the cases fared."""
        get = self.counts.get
        return CaseCount(
            self.protocol.name if self.host is None else f"{self.protocol.name}, {self.host}",
            get(VerdictKind.CONFORMS, 0),
            get(VerdictKind.UNFINISHED, 0),
            get(VerdictKind.VIOLATES, 0),
            get(VerdictKind.UNKNOWN, 0),
            self.doomed,
            self.most,
        )

"""Judges a fleet: one case of each variant by the ordinary judge, and all its others with it.

What a case's records leave open when times are not looked at may be settled by its times; such cases are judged one by
one, alike ones together. Each case is judged by itself: what cases may do to one another is asked where it can be read
off each case's own run, and said where it was not (`alone.py`). Where one may be about what another names, neither has
a verdict of its own. Of each way to violate one case is told in full; the others' stories are not looked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from checker.language.protocol import Kind
from checker.trace.event import Complaint, Event, Log, Trace
from checker.trace.fleet.alone import left_open, told
from checker.trace.fleet.book import Book, Settled
from checker.trace.fleet.frames import Recorded, Source
from checker.trace.fleet.groups import Done, group_of, groups_of, unknown, worst_first
from checker.trace.fleet.helped import conflicts_anyhow, explained_with
from checker.trace.fleet.meaning import Told
from checker.trace.fleet.opened import opened
from checker.trace.fleet.plan import Refused, planned
from checker.trace.fleet.result import Count, Fleet
from checker.trace.fleet.shapes import Shapes, tables_of
from checker.trace.fleet.strays import strays as strays_of
from checker.trace.judge_trace import Judge, verdict, verdict_by
from checker.trace.readers import read
from checker.trace.stated import EDGES, stated_orders
from checker.trace.strangers import pointed_out
from checker.trace.verdict import Part, Verdict, VerdictKind
from checker.trace.view import see

WHOLE = 20_000  # records that are judged as one case where they cannot be taken apart
TOGETHER = 500  # cases whose records are looked up at a time
BESIDE = 4  # cases whose records may be those of a case that violates, looked at together
COMMON = 200  # records common to all cases that every case is judged with
PLAIN = frozenset({VerdictKind.CONFORMS, VerdictKind.VIOLATES, VerdictKind.UNFINISHED, VerdictKind.UNKNOWN})
STRAY = "its records may be about individuals that records of other cases name"
STOPPED = "stopped by Ctrl-C before everything was read and judged; run it again and let it finish"
HELPED = "records that may be about its individuals, or others', may explain what happened here"
_NOTHING = Settled(0, np.empty(0, np.int32), np.empty(0, np.int64))
Tell = Callable[[str], None]
Open = tuple[tuple[str, str], ...]  # what judging a case alone leaves open: protocol, reason


def judged_fleet(judges: Sequence[Judge], paths: Sequence[Path], tell: Tell = lambda _: None) -> Fleet:
    """The fleet that these files hold together. Never raises for what it finds on disk."""
    try:
        return fleet_of(judges, opened(paths), tell)
    except Refused as refused:
        why = str(refused)
    trace = read(paths)
    if all(log.events for log in trace.logs) and trace.logs:
        try:
            return fleet_of(judges, Recorded(trace), tell)
        except Refused as refused:
            why = str(refused)
    return _whole(judges, trace, why)


def fleet_of(judges: Sequence[Judge], source: Source, tell: Tell = lambda _: None) -> Fleet:
    """The fleet of one source. Raises Refused where it cannot be taken apart by the column."""
    shapes = Shapes(planned([judge.protocol for judge in judges], source.logs))
    book = Book(shapes)
    stopped = False
    try:
        for table in tables_of(source, shapes):
            book.add(table)
            tell(f"{book.events:,} records, {book.ties.count:,} names")
    except KeyboardInterrupt:
        stopped = True
    book.close()
    if len(book.common) > COMMON:
        raise Refused(f"{len(book.common):,} records belong to no case in particular")
    for judge in judges:
        _check_apart(judge, shapes)
    return _Judging(judges, source, shapes, book, tell, stopped).fleet()


def _check_apart(judge: Judge, shapes: Shapes) -> None:
    """Raises Refused where a step that may be in the recording changes what belongs to several cases."""
    read_as = {action for meaning in shapes.meanings.values() for action in meaning.actions}
    kinds = {action.name: action.kind for action in judge.protocol.actions}
    for moment in judge.core.moments:
        fault = kinds[moment.action] is Kind.FAULT and not judge.options.faults
        if (moment.action in read_as or not fault) and judge.machines.apart.wide(moment):
            raise Refused(f"{moment.action} changes what belongs to several cases")


@dataclass(slots=True)
class _Judging:
    judges: Sequence[Judge]
    source: Source
    shapes: Shapes
    book: Book
    tell: Tell
    stopped: bool
    logs: tuple[Log, ...] = ()
    common: list[int] = field(default_factory=list)
    common_events: dict[int, Event] = field(default_factory=dict)

    def fleet(self) -> Fleet:
        self.common = [place for place, _ in self.book.common]
        self.common_events = self.source.events(self.common) if self.common else {}
        damaged = self.source.left_out() > 0 or self.stopped
        # What could not be read may be what is missing at the end.
        self.logs = tuple(replace(log, ends="open") if damaged else log for log in self.source.logs)
        counts = self.book.counts()
        variants = [number for number, count in enumerate(counts.tolist()) if count]
        strays = strays_of([j.protocol for j in self.judges], {number: self._told(number) for number in variants})
        done: list[Done] = []
        for at, number in enumerate(variants):
            try:
                self.tell(f"judging variant {at + 1} of {len(variants)}")
                done += self._judged(number, int(counts[number]), strays)
            except KeyboardInterrupt:
                self.stopped = True
                break
        left = int(counts.sum()) - sum(each.cases for each in done)
        if self.stopped:  # what was not read may be what is missing, or too much
            done = [each if each.verdict.kind is VerdictKind.VIOLATES else unknown(each, STOPPED) for each in done]
        groups = tuple(groups_of(done, self._others, self._in_full))
        counted = {kind: sum(group.cases for group in groups if group.kind is kind) for kind in VerdictKind}
        counted[VerdictKind.UNKNOWN] += left
        return Fleet(
            self.source.name,
            self.book.events,
            int(counts.sum()),
            len(variants),
            tuple(Count(kind, counted.pop(kind)) for kind in worst_first(counted)),
            groups,
            (*self.source.complaints(), *self._unknown()),
            self.source.left_out(),
            self.shapes.unread,
            len(self.common),
            notes=((STOPPED,) if self.stopped else ()) + _left(left),
            alone=self._alone(done),
        )

    def _alone(self, done: Sequence[Done]) -> tuple[str, ...]:
        counted: Counter[tuple[str, str]] = Counter()
        for each in done:
            counted.update(dict.fromkeys(each.open, each.cases))
        return tuple(told(self.judges, counted))

    # --------------------------------------------------------------------------------------------------------- verdicts

    def _judged(self, number: int, count: int, strays: frozenset[int]) -> Iterator[Done]:
        one = next(self.book.of_variant(number))
        # Where others' records may help it takes the conflict to say whether they do.
        brief = not strays
        plain, open_ = self._verdict(self._trace([one])[0], times=False, brief=brief)
        violates = plain.kind is VerdictKind.VIOLATES
        if number in strays and violates:
            yield unknown(Done(plain, count, one, number, open=open_), STRAY)
        elif violates and self._helped(one, plain, sorted(strays)):
            yield unknown(Done(plain, count, one, number, open=open_), HELPED)
        elif plain.kind in PLAIN or not self._clocks():
            yield Done(self._timed(one, plain), count, one, number, open=open_, brief=brief)
        else:
            yield from self._one_by_one(number)

    def _helped(self, one: Settled, alone: Verdict, strays: Sequence[int]) -> bool:
        """Whether some run explains the case once the records of a case of such a variant may be its own too."""
        for judge in self.judges:
            for part in alone.parts:
                if part.kind is not VerdictKind.VIOLATES or part.protocol != judge.protocol.name:
                    continue
                events = (event for finding in part.findings[:1] for event in finding.conflict)
                conflict = frozenset((event.log, event.seq) for event in events)
                for first in range(0, len(strays), BESIDE):
                    some = strays[first : first + BESIDE]
                    if conflicts_anyhow(judge, self._beside(one, some, part.host), conflict):
                        continue
                    if any(explained_with(judge, self._beside(one, [stray], part.host)) for stray in some):
                        return True
        return False

    def _beside(self, one: Settled, strays: Sequence[int], host: str | None) -> Trace:
        """A case's records with those of a case of each of these variants, on one host or all, without times."""
        others = [next(self.book.of_variant(stray)).places for stray in strays]
        trace = self._trace([replace(one, places=np.concatenate((one.places, *others)))])[0]
        return replace(trace, logs=tuple(_without_times(log) for log in trace.logs if host in (None, log.host)))

    def _timed(self, one: Settled, plain: Verdict) -> Verdict:
        """The verdict with the times that its records have, for show; what they are cannot change it."""
        return plain if not self._clocks() else replace(plain, logs=self._trace([one])[0].logs)

    def _one_by_one(self, number: int) -> Iterator[Done]:
        """Cases whose verdict may hang on times: each with its own."""
        found: dict[tuple[object, ...], list[Settled]] = {}
        verdicts: dict[tuple[object, ...], tuple[Verdict, Open]] = {}
        cases = list(self.book.of_variant(number))
        for first in range(0, len(cases), TOGETHER):
            some = cases[first : first + TOGETHER]
            for case, trace in zip(some, self._trace(some), strict=True):
                key = tuple(self._order(trace))
                if key not in verdicts:
                    self.tell(f"judging variant {number + 1} with times, {len(verdicts) + 1:,} orders so far")
                    verdicts[key] = self._verdict(trace, times=True, brief=True)
                found.setdefault(key, []).append(case)
        for key, alike in found.items():
            verdict_, open_ = verdicts[key]
            yield Done(verdict_, len(alike), alike[0], number, open=open_, brief=True, times=True)

    def _order(self, trace: Trace) -> Iterator[object]:
        """What the times of a case's records say: which must have come before which."""
        for judge in self.judges:
            sight = see(judge.protocol, trace, trace.logs, EDGES)
            yield stated_orders(sight.views).needs
            yield bool(stated_orders(sight.views).circle)

    def _in_full(self, done: Done) -> Verdict:
        """The verdict with all that can be told of it, which takes longer than to find it."""
        if not done.brief or done.verdict.kind is not VerdictKind.VIOLATES:
            return done.verdict
        try:
            self.tell(f"telling what is wrong with {done.verdict.trace}")
            full, _ = self._verdict(self._trace([done.one])[0], times=done.times, brief=False)
        except KeyboardInterrupt:
            self.stopped = True
            return done.verdict
        return full if done.times else self._timed(done.one, full)

    def _verdict(self, trace: Trace, *, times: bool, brief: bool) -> tuple[Verdict, Open]:
        """The verdict of a case, and what judging it alone leaves open."""
        if not times and self._clocks():
            trace = replace(trace, logs=tuple(_without_times(log) for log in trace.logs))
        parts: tuple[Part, ...] = ()
        open_: dict[tuple[str, str], None] = {}
        common = frozenset((event.log, event.seq) for event in self.common_events.values())
        for judge in self.judges:
            groups = tuple(judge.groups(trace, replace(judge.options, plainly=brief or judge.options.plainly)))
            parts += tuple(group.part for group in groups)
            open_ |= dict.fromkeys((judge.protocol.name, why) for why in left_open(judge, groups, common))
        return verdict(trace, parts), tuple(open_)

    def _clocks(self) -> bool:
        """Whether times say anything about the order of records of different logs."""
        domains = [log.clock for log in self.logs if log.clock is not None]
        bounded = [log for log, known in zip(self.logs, self.shapes.plan.sources, strict=True)
                   if log.skew is not None or any(source.skew is not None for _, source in known)]  # fmt: skip
        return len(bounded) > 1 or len(domains) > len(set(domains))

    def _trace(self, cases: Sequence[Settled]) -> list[Trace]:
        """The records of some cases, each with those that are common to all."""
        places = {place for case in cases for place in case.places.tolist()} | set(self.common)
        events = self.source.events(places)
        traces = []
        for case in cases:
            mine: dict[str, list[Event]] = {log.name: [] for log in self.logs}
            for place in sorted({*case.places.tolist(), *self.common}):
                mine[events[place].log].append(events[place])
            logs = tuple(replace(log, events=tuple(mine[log.name])) for log in self.logs)
            traces.append(Trace(self._name(case), logs))
        return traces

    def _name(self, case: Settled) -> str:
        """What a case is called: by the names of the first joined sort that it has any of."""
        ties, spaces = self.book.ties, self.shapes.plan.spaces
        joined = [name for judge in self.judges for name in judge.protocol.joined]
        things = case.things.tolist()
        for title in dict.fromkeys(joined):
            named = [thing for thing in things if spaces[ties.space[thing]].title == title]
            if named:
                return " ".join(dict.fromkeys(self._text(thing) for thing in named))
        return " ".join(f"{spaces[ties.space[thing]].title} {self._text(thing)}" for thing in things[:1])

    def _text(self, thing: int) -> str:
        return self.shapes.text(int(self.book.ties.space[thing]), int(self.book.ties.name[thing]))

    def _told(self, variant: int) -> list[Told]:
        shapes = set(self.book.variants.met[variant].shapes.tolist())
        return [told for shape in shapes for told in self.shapes.meanings[shape].told]

    def _others(self, row: Sequence[Done], first: Done) -> Iterator[str]:
        """What the cases of a row are called, all but one."""
        for each in row:
            for case in self.book.of_variant(each.variant):
                if case.places[0] != first.one.places[0]:
                    yield self._name(case)

    def _unknown(self) -> Iterator[Complaint]:
        """A complaint for each name of an event, and of a field, that no protocol knows."""
        places = {self.shapes.sample(shape)[1].name: place for shape, place in reversed(self.shapes.first.items())}
        real = self.source.events([*places.values(), *self.shapes.coder.others.values()])
        seen = [replace(real[place], fields={}) for place in places.values()]
        # A field is looked at under a name that is known in any case: its record's own is looked at above.
        known = min(EDGES)
        seen += [replace(real[at], name=known, fields={name: ""}) for name, at in self.shapes.coder.others.items()]
        logs = [replace(log, events=tuple(e for e in seen if e.log == log.name)) for log in self.logs]
        trace = Trace(self.source.name, tuple(logs))
        yield from pointed_out([judge.protocol for judge in self.judges], trace).complaints


def _left(cases: int) -> tuple[str, ...]:
    return (f"{cases:,} cases were not judged",) if cases else ()


def _without_times(log: Log) -> Log:
    return replace(log, events=tuple(replace(event, time=None) for event in log.events))


def _whole(judges: Sequence[Judge], trace: Trace, why: str) -> Fleet:
    """A recording that cannot be taken apart, judged as one case; where it is too large for that, not known."""
    size = sum(len(log.events) for log in trace.logs)
    trace = pointed_out([judge.protocol for judge in judges], trace)
    reason = ""
    if size <= WHOLE:
        found = verdict_by(judges, trace)
    else:
        reason = f"{why}, and {size:,} records are more than the {WHOLE:,} that are judged as one case"
        damaged = bool(trace.left_out) or any(complaint.fatal for complaint in trace.complaints)
        kind = VerdictKind.UNREADABLE if damaged else VerdictKind.UNKNOWN
        found = Verdict(trace.name, kind, (), size, trace.complaints, trace.left_out, ())
    group = group_of([Done(found, 1, _NOTHING, 0, reason)], ())
    counts = (Count(found.kind, 1),)
    return Fleet(trace.name, size, 1, 1, counts, (group,), trace.complaints, trace.left_out, whole=why)

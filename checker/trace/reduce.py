"""Shrinks a recording that breaks a rule to the few records that break the same rule in the same way.

NOTE(reduced). A reduced recording is a recording in its own right: with so few records the same part of the protocol is
violated, at the same action, by the same rules. That is judged anew at every step, and of what is written in the end.
Records are left out in two ways. While the header claims what it did, a record that is gone did not happen, as far as
the smaller recording goes. Where a whole log, or all of its records of one name, can go, the claim goes with them (the
log is not there; `recorded` no longer lists the name): they may have happened, and the violation does not hang on it.

The search is delta debugging (Zeller and Hildebrandt 2002): halves, quarters, ... single records, until no single one
can go. Each log keeps its order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from time import monotonic

from checker.language.protocol import Protocol
from checker.trace.event import Event, Log, Trace
from checker.trace.judge_trace import Judge
from checker.trace.options import Options
from checker.trace.sources import SourceReader, source_of
from checker.trace.verdict import Part, VerdictKind
from checker.trace.watch.shapes import Shapes

Spot = tuple[str, int]  # log, place in it

FEW = (4, 3, 2, 1)  # records in a row that are tried without
SECONDS, NODES = 10.0, 200_000  # of one judgement


@dataclass(frozen=True, slots=True)
class Signature:
    """What must stay the same: the violated part, the rules of its first finding, and the action, names aside."""

    protocol: str
    host: bool  # whether it is one host's part
    rules: tuple[str, ...]
    action: str | None
    at_end: bool

    @staticmethod
    def of(part: Part) -> Signature:
        first = part.findings[0]
        action = None
        if first.action is not None:
            name, _, rest = first.action.partition("(")
            action = name + rest.rpartition(")")[2]
        return Signature(part.protocol, part.host is not None, tuple(sorted(first.rules)), action, first.event is None)


@dataclass(frozen=True, slots=True)
class Reduced:
    """The smaller recording, how it was found, and whether no single record of it can go."""

    trace: Trace
    signature: Signature
    part: Part
    tries: int
    minimal: bool
    dropped_fields: tuple[str, ...]
    times: str  # "kept", "shifted" or "dropped"


class NothingToReduce(Exception):
    """The recording breaks no rule, or is not understood. `reason` says which."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Oracle:
    """Judges recordings by all protocols, and says whether a smaller one fares as the first did."""

    judges: tuple[Judge, ...]
    signature: Signature
    violated: frozenset[tuple[str, bool]]  # the parts that the first recording violates
    tries: int = 0

    def names(self, log: Log) -> tuple[str, ...]:
        """Every event name that the log's source records, for some protocol."""
        found: dict[str, None] = {}
        for judge in self.judges:
            source = source_of(judge.protocol, log)
            if source is not None:
                found.update(dict.fromkeys(SourceReader(judge.protocol, source).names))
        return tuple(found)

    def part(self, trace: Trace, *, whole: bool = False) -> Part | None:
        """The violated part, where the recording fares as the first did. `whole`: and no other part fares worse."""
        self.tries += 1
        ordered = sorted(self.judges, key=lambda judge: judge.protocol.name != self.signature.protocol)
        found: Part | None = None
        for judge in ordered if whole else ordered[:1]:
            limits = judge.options
            asked = replace(limits, seconds=min(limits.seconds, SECONDS), nodes=min(limits.nodes, NODES), plainly=True)
            for part in judge.parts(trace, asked):
                if part.kind is not VerdictKind.VIOLATES:
                    continue
                if (part.protocol, part.host is not None) not in self.violated:
                    return None
                if found is None and part.findings and Signature.of(part) == self.signature:
                    found = part
            if found is None:
                return None
        return found


def oracle_for(asked: Iterable[tuple[Protocol, Options]], trace: Trace) -> tuple[Oracle, Part]:
    """What a smaller recording must fare like. Raises NothingToReduce, CannotLower."""
    judges = tuple(Judge(protocol, options) for protocol, options in asked)
    parts = [part for judge in judges for part in judge.parts(trace, replace(judge.options, plainly=True))]
    broken = [part for part in parts if part.kind is VerdictKind.VIOLATES and part.findings]
    if not broken:
        told = ", ".join(f"{part.kind.value} by {part.protocol}" for part in parts) or "it has no logs"
        raise NothingToReduce(told)
    oracle = Oracle(
        judges, Signature.of(broken[0]), frozenset((part.protocol, part.host is not None) for part in broken)
    )
    return oracle, broken[0]


def reduced(oracle: Oracle, trace: Trace, first: Part, seconds: float = 60.0) -> Reduced:
    """The recording without what is not needed. An interrupt, or the end of the time, leaves it as small as it is then.

    Raises InternalError where something of ours is wrong.
    """
    ending = monotonic() + seconds
    search = _Search(oracle, trace, ending, first, whole=False)
    found = _searched(search)
    if oracle.part(found.trace, whole=True) is None:
        # Without these records another part of the protocol is violated too: every step is held to all of them.
        search = _Search(oracle, trace, ending + seconds, first, whole=True)
        found = _searched(search)
    return found


def _searched(search: _Search) -> Reduced:
    dropped: tuple[str, ...] = ()
    times = "kept"
    try:
        search.run()
        dropped = _fewer_fields(search)
        times = _plainer_times(search)
    except (KeyboardInterrupt, _OutOfTime):
        search.minimal = False
    oracle = search.oracle
    return Reduced(search.trace, oracle.signature, search.part, oracle.tries, search.minimal, dropped, times)


class _OutOfTime(Exception):
    """The time is up."""


@dataclass(slots=True)
class _Search:
    oracle: Oracle
    trace: Trace
    ending: float
    part: Part
    whole: bool
    minimal: bool = True

    def run(self) -> None:
        """First what comes after the finding, then ever smaller pieces, then what need not be claimed to be there."""
        self._cut_off()
        size = max(1, len(self._spots()) // 2)
        while size > 1:
            spots = self._spots()
            for end in range(len(spots), 0, -size):
                self._without(spots[max(0, end - size) : end])
            size //= 2
        self._few(1)
        while self._claims() or self._fewer():
            pass

    def tries(self, trace: Trace) -> bool:
        """Whether the recording fares the same; it is the smallest so far then. Raises _OutOfTime."""
        if monotonic() > self.ending:
            raise _OutOfTime
        part = self.oracle.part(trace, whole=self.whole)
        if part is None:
            return False
        self.trace, self.part = trace, part
        return True

    def _spots(self) -> list[Spot]:
        return [(log.name, event.seq) for log in self.trace.logs for event in log.events]

    def _cut_off(self) -> None:
        """Nothing that comes later than the finding is needed, as a rule."""
        event = self.part.findings[0].event
        if event is not None:
            self._without([spot for spot in self._spots() if spot[0] == event.log and spot[1] > event.seq])

    def _without(self, gone: Iterable[Spot]) -> bool:
        out = set(gone)
        logs = tuple(
            replace(log, events=tuple(event for event in log.events if (log.name, event.seq) not in out))
            for log in self.trace.logs
        )
        return logs != self.trace.logs and self.tries(replace(self.trace, logs=logs))

    def _fewer(self) -> bool:
        """Whether a few records in a row could go."""
        went = [self._few(count) for count in FEW]
        return any(went)

    def _few(self, count: int) -> bool:
        """Whether so many records in a row could go, at least at one place: a loan and its return, say."""
        went = False
        for end in range(len(self._spots()), 0, -1):
            spots = self._spots()
            if end <= len(spots):
                went = self._without(spots[max(0, end - count) : end]) or went
        return went

    def _claims(self) -> bool:
        """Whether a log could go, or all records of a name with the claim that they are recorded."""
        went = False
        for name in [log.name for log in self.trace.logs]:
            others = tuple(log for log in self.trace.logs if log.name != name)
            if others and self.tries(replace(self.trace, logs=others)):
                went = True
                continue
            log = next(log for log in self.trace.logs if log.name == name)
            for kind in dict.fromkeys(event.name for event in log.events):
                at = next(at for at, each in enumerate(self.trace.logs) if each.name == name)
                log = self.trace.logs[at]
                claimed = log.recorded if log.recorded is not None else self.oracle.names(log)
                less = replace(
                    log,
                    events=tuple(event for event in log.events if event.name != kind),
                    recorded=tuple(each for each in claimed if each != kind),
                )
                logs = (*self.trace.logs[:at], less, *self.trace.logs[at + 1 :])
                went = self.tries(replace(self.trace, logs=logs)) or went
        return went


# ------------------------------------------------------------------------------------------------- fields and times


def _fewer_fields(search: _Search) -> tuple[str, ...]:
    """Drops the fields that no protocol reads, where the verdict stays without them. Those dropped."""
    trace = search.trace
    read = read_fields(search.oracle, trace)
    had = {name for log in trace.logs for event in log.events for name in event.fields}
    plain = _map_events(trace, lambda log, event: replace(event, fields=_kept(event, read[log.name, event.name])))
    search.tries(replace(plain, logs=tuple(replace(log, other=()) for log in plain.logs)))
    has = {name for log in search.trace.logs for event in log.events for name in event.fields}
    return tuple(sorted(had - has))


def read_fields(oracle: Oracle, trace: Trace) -> dict[tuple[str, str], frozenset[str]]:
    """By log and event name, the fields that some protocol reads, those that defaults are made of among them."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for log in trace.logs:
        shapes = [
            Shapes(j.protocol, source) for j in oracle.judges if (source := source_of(j.protocol, log)) is not None
        ]
        for event in log.events:
            if (log.name, event.name) in found:
                continue
            names: set[str] = {"Message"}
            for each in shapes:
                shape = each.of(event.name)
                if shape is not None:
                    names.update(slot.field for slot in shape.slots)
                    names.update(each.apart)
                    names.update(each.ids)
                    names.update(d.value for d in each.source.defaults if d.separator is not None)
            found[log.name, event.name] = frozenset(names)
    return found


def _plainer_times(search: _Search) -> str:
    """Drops times and clocks; where the verdict needs them, times begin at nought."""
    trace = search.trace
    timeless = _map_events(trace, lambda _, event: replace(event, time=None))
    timeless = replace(timeless, logs=tuple(replace(log, clock=None, skew=None) for log in timeless.logs))
    if search.tries(timeless):
        return "dropped"
    start = min((event.time for log in trace.logs for event in log.events if event.time is not None), default=0)
    shifted = _map_events(
        trace, lambda _, event: event if event.time is None else replace(event, time=event.time - start)
    )
    return "shifted" if search.tries(shifted) else "kept"


def _map_events(trace: Trace, change: Callable[..., Event]) -> Trace:
    logs = tuple(replace(log, events=tuple(change(log, event) for event in log.events)) for log in trace.logs)
    return replace(trace, logs=logs)


def _kept(event: Event, names: frozenset[str]) -> dict[str, object]:
    return {name: value for name, value in event.fields.items() if name in names}


def numbered(trace: Trace) -> Trace:
    """The recording with its records numbered from 1 in each log."""

    def logs() -> Iterator[Log]:
        for log in trace.logs:
            yield replace(log, events=tuple(replace(event, seq=at) for at, event in enumerate(log.events, 1)))

    return replace(trace, logs=tuple(logs()))

"""The canonical small scope a case is watched in: so many individuals, these kinds of logs, and nobody's real name.

Cases of the same setting share one engine and its table, whatever their virtual machines and ids are called.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from checker.language.core import Core
from checker.language.lower import moment_names
from checker.language.protocol import BEGIN, SUCCESS, Protocol
from checker.model.ground import Machine
from checker.model.scope import Scope
from checker.trace.binding import Bindings
from checker.trace.conform import asked, kept_moments, may_hide
from checker.trace.counts import Counts, placed
from checker.trace.coverage import Coverage, Records
from checker.trace.event import Event, Log
from checker.trace.frame import Frame, host_sorts, id_binds
from checker.trace.options import Options
from checker.trace.relevance import relevance
from checker.trace.shared import Shared
from checker.trace.sources import PHASE_BEGIN, Reading, SourceReader
from checker.trace.view import Seen, View

MOST_FAULTS = 255  # as many as a state can count


@dataclass(frozen=True, slots=True)
class LogKind:
    """What matters of a log: its source, which of the case's hosts it is of, where it begins, what it records."""

    source: str
    host: int
    called: str  # the host's own name, where the text itself names hosts
    begins: str
    recorded: tuple[str, ...] | None
    requests: Records  # whether it records the begins of requests


@dataclass(frozen=True, slots=True)
class Setting:
    """How many individuals of each open sort a case has room for, and its logs.

    `spares` are individuals that nothing but ids names, as (sort, host, how many).
    """

    sizes: tuple[tuple[str, int], ...]
    spares: tuple[tuple[str, int, int], ...]
    logs: tuple[LogKind, ...]


def token(sort: str, number: int) -> str:
    """The canonical name of an individual."""
    return f"{sort}{number}"


def spare_sorts(protocol: Protocol, named: frozenset[str]) -> frozenset[str]:
    """The open sorts whose individuals only ids name."""
    binds = id_binds(protocol).values()
    return frozenset(bind.sorts[0] for bind in binds if len(bind.sorts) == 1) - named


def shared_of(protocol: Protocol, core: Core, setting: Setting, options: Options) -> Shared:
    """What a judgement in this setting needs. Raises BadScope, TooLarge."""
    frame = _frame(protocol, setting, options)
    views = tuple(_view(protocol, at, kind) for at, kind in enumerate(setting.logs))
    coverage = Coverage(views)
    machine = Machine(protocol, frame.scope, core)
    anywhere = any(kind.begins == "anywhere" for kind in setting.logs)
    return Shared(
        frame=frame,
        machine=machine,
        views=views,
        coverage=coverage,
        bindings=Bindings(),
        anywhere=anywhere,
        relevance=relevance(
            core,
            machine.sizes,
            dict.fromkeys(kept_moments(protocol, views, options)),
            lambda moment: may_hide(frame, coverage, options, moment),
            tuple(asked(machine, views)),
            anywhere,
        ),
        unrecorded_faults=options.faults > 0,
    )


def _frame(protocol: Protocol, setting: Setting, options: Options) -> Frame:
    sizes = dict(setting.sizes)
    spares = {(sort, host): count for sort, host, count in setting.spares}
    counted = {sort for sort, _ in spares}
    numbers = {
        sort: {token(sort, number): number for number in range(0 if sort in counted else size)}
        for sort, size in sizes.items()
    }
    hosts = host_sorts(protocol)
    named = {host: token(hosts[0], host) if hosts else "" for _, host in spares}
    counts = Counts({(sort, named[host]): count for (sort, host), count in spares.items()}, largest=False)
    scope = Scope(
        name="the trace",
        sizes=tuple(sizes.items()),
        faults=MOST_FAULTS,
        settings=options.settings,
        without=options.without,
        pins=tuple(sorted(placed(protocol, counts, numbers))),
        names=tuple((sort, tuple(known)) for sort, known in numbers.items() if known),
    )
    logged = tuple(dict.fromkeys(host_name(protocol, kind) for kind in setting.logs))
    return Frame(protocol, scope, numbers, id_binds(protocol), counts.pools(numbers), logged, largest=False)


def host_name(protocol: Protocol, kind: LogKind) -> str:
    """The canonical name of the host that a log is of."""
    hosts = host_sorts(protocol)
    return token(hosts[0], kind.host) if hosts else kind.called


def _view(protocol: Protocol, at: int, kind: LogKind) -> View:
    """A log of this kind with one record of every sort it can hold, which stand for those to come."""
    source = next(source for source in protocol.logs if source.name == kind.source)
    reader = SourceReader(protocol, source)
    host = host_name(protocol, kind)
    events = tuple(_samples(protocol, reader, kind))
    log = Log(f"log{at}", host, source.name, tuple(seen.event for seen in events), kind.begins, recorded=kind.recorded)
    return View(at, log, reader, events)


def _samples(protocol: Protocol, reader: SourceReader, kind: LogKind) -> Iterator[Seen]:
    for action in protocol.actions:
        for moment in moment_names(action):
            if moment == BEGIN and kind.requests is Records.NO:
                continue
            for name in dict.fromkeys(reader.event_names(action, moment)):
                whole = kind.requests is not Records.MUST or action.begin is None
                phase = PHASE_BEGIN if moment == BEGIN else None if whole else "end"
                fields = [pattern for each, pattern in reader.declared.get(name, ()) if each is action]
                fields += [record.fields for record in reader.records.get(name, ()) if record.action == action.name]
                read = tuple(
                    Reading(action, moment, tuple(field for field in each if field.values is not None))
                    for each in fields
                )
                status = SUCCESS if moment == BEGIN else moment
                yield Seen(Event("", 0, name, {}, status, phase), read, ())


def grown(setting: Setting, sorts: frozenset[str]) -> Setting:
    """The setting with room for one more of each of these sorts."""
    sizes = tuple((sort, size + (sort in sorts)) for sort, size in setting.sizes)
    spares = tuple((sort, host, count + (sort in sorts)) for sort, host, count in setting.spares)
    return replace(setting, sizes=sizes, spares=spares)

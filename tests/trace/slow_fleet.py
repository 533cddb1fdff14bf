"""Cases and variants the slow way, record by record, as they are defined: what the columns are held to."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

from checker.language.protocol import Of, Protocol
from checker.language.types import type_of
from checker.trace.event import Event, Trace
from checker.trace.frame import id_binds, is_id
from checker.trace.sources import Known, Reading, SourceReader, field_text, source_of, text_of
from checker.trace.view import fails, succeeds

Key = tuple[str, ...]
Spot = tuple[str, int]  # log, position


@dataclass
class Slow:
    """The cases of a trace by one protocol: the spots of each, and its variant."""

    protocol: Protocol
    lives: dict[Key, tuple[int, bool]] = field(default_factory=dict)

    def cases(self, trace: Trace) -> dict[frozenset[Spot], Hashable]:
        keys = {(log.name, event.seq): found for log, event, found in self._records(trace)}
        groups: list[tuple[set[Key], set[Spot]]] = []
        for spot, found in keys.items():
            if not found:
                continue
            mine = set(found.values())
            touching = [group for group in groups if group[0] & mine]
            groups = [group for group in groups if group not in touching]
            groups.append((mine.union(*(g[0] for g in touching)), {spot}.union(*(g[1] for g in touching))))
        return {frozenset(spots): self._variant(trace, spots, keys) for _, spots in groups}

    def common(self, trace: Trace) -> set[Spot]:
        return {(log.name, event.seq) for log, event, found in self._records(trace) if not found}

    def _records(self, trace: Trace) -> Iterator[tuple[object, Event, dict[str, Key]]]:
        self.lives = {}
        for log in trace.logs:
            source = source_of(self.protocol, log)
            assert source is not None
            reader = SourceReader(self.protocol, source)
            for event in log.events:
                readings = reader.read(event)
                if readings.known is Known.READ:
                    yield log, event, dict(self._keys(reader, log.host, event, readings.readings))

    def _keys(
        self, reader: SourceReader, host: str, event: Event, readings: tuple[Reading, ...]
    ) -> Iterator[tuple[str, Key]]:
        ids = id_binds(self.protocol)
        joined = self.protocol.joined
        for reading in readings:
            for said in reading.fields:
                text = field_text(event, said.name, reader.source.defaults)
                if text is None or not said.values or is_id(said, ids):
                    continue
                type_ = type_of(said.values[0])
                if isinstance(type_, Of) and type_.sort in joined:
                    yield said.name, (type_.sort, text)
        for name, bind in ids.items():
            text = field_text(event, name, reader.source.defaults)
            if text is None:
                continue
            if name in joined:
                yield name, ("field", name, text)
            elif set(bind.sorts) & set(joined):
                at = (name, host if bind.per else "", text)
                mine = [r for r in readings if any(f.name == name for f in r.fields)]
                starts = bool(mine) and all(r.action.name in bind.starts for r in mine)
                number, over = self.lives.get(at, (0, False))
                if starts and over:
                    number, over = number + 1, False
                over = over or (starts and all(fails(r.action, r.moment) for r in mine))
                ends = bool(mine) and all(r.action.name in bind.ends and succeeds(r.action, r.moment) for r in mine)
                self.lives[at] = number, over or ends
                yield name, (*at, str(number))

    def _variant(self, trace: Trace, spots: set[Spot], keys: dict[Spot, dict[str, Key]]) -> Hashable:
        met: dict[Key, int] = {}
        told = []
        for log in trace.logs:
            before = 0
            for event in log.events:
                spot = log.name, event.seq
                if keys.get(spot) == {}:
                    before += 1
                if spot not in spots:
                    continue
                # A name that is said is told from one that follows from another: a protocol may ask which it is.
                names = tuple(
                    (name, text_of(event.fields.get(name)) is not None, met.setdefault(key, len(met)))
                    for name, key in sorted(keys[spot].items())
                )
                plain = tuple(sorted((name, str(v)) for name, v in event.fields.items() if name not in keys[spot]))
                told.append((log.name, event.name, event.status, event.at, before, names, plain))
        return tuple(told)
